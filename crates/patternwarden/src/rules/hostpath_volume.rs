use crate::engine::Cx;
use crate::kube::{Object, PersistentVolume, PodSpec, Volume};
use crate::matcher::is_below;
use crate::node_paths::prize;
use crate::param::{Choice, Form, Param, Strings};
use crate::pattern::Pattern;
use crate::repair::remove_volume;
use crate::rule::{Admission, Check, Grade, Pss, Severity, Surface};
use alloc::{string::ToString, vec::Vec};
use patternwarden_tree::{Edit, Node, Op, Place};

crate::rule! {
    /// A volume opens files of the node to the Pod.
    ///
    /// ## Why it matters
    ///
    /// Who can write to the files of a node is root there: a line in its crontab, a manifest for the
    /// kubelet or an SSH key is enough. Reading is often as good, since credentials lie there as well.
    /// And the data stays behind when the Pod moves to another node.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       volumeMounts:
    ///         - name: host
    ///           mountPath: /host
    ///         - name: logs
    ///           mountPath: /logs
    ///           readOnly: true
    ///   volumes:
    ///     - name: host
    ///       # finding: /spec/volumes/0/hostPath
    ///       hostPath:
    ///         path: /etc/kubernetes/manifests
    ///     - name: logs
    ///       # finding: /spec/volumes/1/hostPath
    ///       hostPath:
    ///         path: /srv/logs
    ///         type: Directory
    /// ```
    ///
    /// A path that is allowed for reading, mounted for writing. Here the repair is safe, since reading is
    /// all that was asked for:
    ///
    /// ```yaml,bad
    /// # settings: {"allow_paths_readonly": ["/var/log"]}
    /// apiVersion: apps/v1
    /// kind: DaemonSet
    /// metadata:
    ///   name: log-shipper
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: log-shipper
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: log-shipper
    ///     spec:
    ///       containers:
    ///         - name: shipper
    ///           image: registry.example/shipper:3.0.1
    ///           volumeMounts:
    ///             - name: logs
    ///               mountPath: /logs
    ///       volumes:
    ///         - name: logs
    ///           # finding: /spec/template/spec/volumes/0/hostPath
    ///           hostPath:
    ///             path: /var/log/pods
    /// ```
    ///
    /// A path with `..` in it is below nothing:
    ///
    /// ```yaml,bad
    /// # settings: {"allow_paths": ["/srv/data"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       volumeMounts:
    ///         - name: data
    ///           mountPath: /data
    ///   volumes:
    ///     - name: data
    ///       # finding: /spec/volumes/0/hostPath
    ///       hostPath:
    ///         path: /srv/data/../../etc
    /// ```
    ///
    /// A PersistentVolume on the node's disk is for clusters of one node:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: PersistentVolume
    /// metadata:
    ///   name: data
    /// spec:
    ///   capacity:
    ///     storage: 1Gi
    ///   accessModes: [ReadWriteOnce]
    ///   # finding: /spec/hostPath
    ///   hostPath:
    ///     path: /srv/data
    /// ```
    ///
    /// With `pv: same`, it is judged as a volume of a Pod is, and `local` volumes with it:
    ///
    /// ```yaml,bad
    /// # settings: {"pv": "same", "allow_paths": ["/mnt/disks"]}
    /// apiVersion: v1
    /// kind: PersistentVolume
    /// metadata:
    ///   name: data
    /// spec:
    ///   capacity:
    ///     storage: 100Gi
    ///   accessModes: [ReadWriteOnce]
    ///   storageClassName: local
    ///   # finding: /spec/local
    ///   local:
    ///     path: /mnt/other
    ///   nodeAffinity:
    ///     required:
    ///       nodeSelectorTerms:
    ///         - matchExpressions:
    ///             - key: kubernetes.io/hostname
    ///               operator: In
    ///               values: [node-1]
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       volumeMounts:
    ///         - name: data
    ///           mountPath: /data
    ///   volumes:
    ///     - name: data
    ///       persistentVolumeClaim:
    ///         claimName: data
    /// ```
    ///
    /// Paths that may be used. The longest entry decides:
    ///
    /// ```yaml,good
    /// # settings: {"allow_paths_readonly": ["/var"], "allow_paths": ["/var/lib/shop"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       volumeMounts:
    ///         - name: data
    ///           mountPath: /data
    ///         - name: logs
    ///           mountPath: /logs
    ///           readOnly: true
    ///   volumes:
    ///     - name: data
    ///       hostPath:
    ///         path: /var/lib/shop/data
    ///     - name: logs
    ///       hostPath:
    ///         path: /var/log
    /// ```
    ///
    /// With `pv: off`, PersistentVolumes are left alone:
    ///
    /// ```yaml,good
    /// # settings: {"pv": "off"}
    /// apiVersion: v1
    /// kind: PersistentVolume
    /// metadata:
    ///   name: data
    /// spec:
    ///   capacity:
    ///     storage: 1Gi
    ///   accessModes: [ReadWriteOnce]
    ///   hostPath:
    ///     path: /srv/data
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For agents that are part of the node, such as storage drivers and log shippers: name their
    /// directories in `allow_paths` or, better, in `allow_paths_readonly`.
    ///
    /// ## Source
    ///
    /// - [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/), baseline, "HostPath Volumes"
    /// - [Volumes](https://kubernetes.io/docs/concepts/storage/volumes/#hostpath), the warning on `hostPath`
    /// - CIS Kubernetes Benchmark 1.12, 5.2.12
    "hostpath-volume",
    "hostPath volume",
    patterns: &[Pattern::ProcessContainment],
    severity: Severity::Error,
    admission: Admission::Deny,
    surfaces: &[Surface::Object, Surface::Cluster],
    // The level restricted allows no such volume either: there the check of `volume-type-restricted`
    // replaces this one.
    pss: Some(Pss { restricted: None, ..Pss::baseline("hostPathVolumes") }),
    params: &[Param::Entries(&ALLOW_PATHS, Form::Directory), Param::Entries(&ALLOW_PATHS_READONLY, Form::Directory), Param::Choice(&PV)],
    fix: Some(Grade::Safe),
    check: Check::Object(check),
}

static ALLOW_PATHS: Strings = Strings {
    name: "allow_paths",
    doc: "Directories of the node that Pods may use; any entry leaves the Pod Security Standards.",
    default: &[],
};

static ALLOW_PATHS_READONLY: Strings = Strings {
    name: "allow_paths_readonly",
    doc: "Directories of the node that Pods may use where every mount is `readOnly`; any entry leaves the Pod Security Standards.",
    default: &[],
};

static PV: Choice = Choice {
    name: "pv",
    doc: "How PersistentVolumes are judged: `off`, `info` on `hostPath`, or the `same` way as Pods, with `local` volumes.",
    options: &["off", "info", "same"],
    default: "info",
};

/// Related places that a finding names at most.
const MAX_RELATED: usize = 8;

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    if let Some(pod) = object.pod_spec() {
        pod.volumes().for_each(|volume| judge(cx, pod, volume));
    } else if let Some(volume) = PersistentVolume::of(object) {
        persistent(cx, volume);
    }
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>, volume: Volume<'d>) {
    let Some(source) = volume.node.get("hostPath").filter(|source| !source.is_null()) else {
        return;
    };
    let path = volume.host_path().value.unwrap_or_default();
    let name = volume.name().value.unwrap_or_default();
    let mounts = pod.containers().flat_map(|container| {
        let mounts: Vec<_> = container.mounts().filter(|(mount, _, _)| *mount == name).collect();
        mounts.into_iter().map(|(_, _, mount)| mount)
    });
    let read_only = |mount: &Node<'_>| mount.get("readOnly").and_then(Node::as_bool) == Some(true);
    let writes: Vec<Node<'d>> = mounts.filter(|mount| !read_only(mount)).collect();
    let access = access(cx, path);
    if access == Access::Any || (access == Access::Read && writes.is_empty()) {
        return;
    }
    let open = if writes.is_empty() { "for reading" } else { "for writing" };
    let agent = match pod.workload.kind.like {
        "DaemonSet" => ", as only a part of the node itself should",
        _ => "",
    };
    let mut report =
        cx.report(source, format_args!("volume `{name}` opens {} {open}{agent}", prize(path)));
    for mount in writes.iter().take(MAX_RELATED) {
        report = report.related(*mount, "this mount can write");
    }
    let root = pod.object().node;
    if access == Access::Read {
        let at = |mount: &Node<'d>| mount.at(&["readOnly"]).pointer(root).to_string();
        let edit = |mount| Edit::new(at(mount), Op::Add(true.into()));
        report = report.fix(Grade::Safe, "Mount it for reading", writes.iter().map(edit).collect());
    }
    report.fix(Grade::Review, "Remove the volume and its mounts", remove_volume(pod, volume));
}

fn persistent<'d>(cx: &mut Cx<'_, 'd>, volume: PersistentVolume<'d>) {
    let mode = cx.choice(&PV);
    let (host, local) = (volume.host_path(), volume.local());
    let (place, path) = match mode {
        "off" => return,
        "same" if host.is_absent() => (local, volume.local_path()),
        _ => (host, volume.host_path_path()),
    };
    let path = path.value.unwrap_or_default();
    if place.is_absent() || access(cx, path) == Access::Any {
        return;
    }
    let place: Place<'d> = place.place;
    let name = volume.object.display_name();
    let report = if mode == "same" {
        cx.report(place, format_args!("PersistentVolume `{name}` opens {}", prize(path)))
    } else {
        cx.report(
            place,
            format_args!("PersistentVolume `{name}` only works on a cluster of one node"),
        )
        .severity(Severity::Info)
        .at_most(Admission::Off)
    };
    report.standard(None);
}

#[derive(PartialEq)]
enum Access {
    None,
    Read,
    Any,
}

/// How a path of the node may be used: the longest entry that holds it decides.
fn access(cx: &Cx<'_, '_>, path: &str) -> Access {
    let longest = |list: &'static Strings| {
        let holding = cx.entries(list).filter(|dir| is_below(path, dir));
        holding.map(|dir| dir.trim_end_matches('/').len() + 1).max().unwrap_or(0)
    };
    let (any, read) = (longest(&ALLOW_PATHS), longest(&ALLOW_PATHS_READONLY));
    match any.max(read) {
        0 => Access::None,
        most if most == read => Access::Read,
        _ => Access::Any,
    }
}
