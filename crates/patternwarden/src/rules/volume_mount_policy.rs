use crate::engine::Cx;
use crate::kube::{Container, items};
use crate::matcher::{CRITERIA, clipped, is_below, unmet};
use crate::param::{Choice, Form, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Severity, Surface};
use alloc::{string::String, vec::Vec};
use patternwarden_tree::Node;

crate::rule! {
    /// A container mounts a volume, or mounts it at a place, that is not wanted here.
    ///
    /// ## Why it matters
    ///
    /// A mount over `/etc` or `/usr` replaces files of the image, and what was found when the image was
    /// scanned says nothing about what runs. Names that a platform keeps for volumes which it injects must
    /// not be taken. The rule is off until you name something.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # settings: {"denied_paths": ["/usr", "/etc"], "denied_names": ["platform-*"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       volumeMounts:
    ///         - name: tools
    ///           # finding: /spec/containers/0/volumeMounts/0/mountPath
    ///           mountPath: /usr/local/bin
    ///         # finding: /spec/containers/0/volumeMounts/1/name
    ///         - name: platform-ca
    ///           mountPath: /certs
    ///       volumeDevices:
    ///         # finding: /spec/containers/0/volumeDevices/0/name
    ///         - name: platform-disk
    ///           devicePath: /dev/xvda
    ///   volumes:
    ///     - name: tools
    ///       emptyDir: {}
    ///     - name: platform-ca
    ///       emptyDir: {}
    ///     - name: platform-disk
    ///       persistentVolumeClaim:
    ///         claimName: disk
    /// ```
    ///
    /// ```yaml,bad
    /// # settings: {"allowed_names": ["data", "tmp"]}
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
    ///         # finding: /spec/containers/0/volumeMounts/1/name
    ///         - name: other
    ///           mountPath: /other
    ///         - name: kube-api-access-x7x8q
    ///           mountPath: /var/run/secrets/kubernetes.io/serviceaccount
    ///           readOnly: true
    ///   volumes:
    ///     - name: data
    ///       emptyDir: {}
    ///     - name: other
    ///       emptyDir: {}
    ///     - name: kube-api-access-x7x8q
    ///       projected:
    ///         sources: []
    /// ```
    ///
    /// Demands on all names of a container together:
    ///
    /// ```yaml,bad
    /// # settings: {"criteria": "containsAllOf", "names": ["ca-certificates"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   containers:
    ///     # finding: /spec/containers/0/volumeMounts
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///     - name: helper
    ///       image: registry.example/helper:1.0.0
    ///       volumeMounts:
    ///         - name: ca-certificates
    ///           mountPath: /certs
    ///   volumes:
    ///     - name: ca-certificates
    ///       emptyDir: {}
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// # settings: {"denied_paths": ["/usr"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       volumeMounts:
    ///         - name: tools
    ///           mountPath: /opt/tools
    ///         - name: tools
    ///           mountPath: /usr2
    ///   volumes:
    ///     - name: tools
    ///       emptyDir: {}
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For a file that must replace one of the image, such as a list of certificates. There is no repair to
    /// offer: where else the program would look is not known here.
    ///
    /// ## Source
    ///
    /// - [Volumes](https://kubernetes.io/docs/concepts/storage/volumes/)
    /// - [volumeMounts-policy](https://github.com/kubewarden/volumemounts-policy) of Kubewarden, which has these demands
    "volume-mount-policy",
    "Mount name or path that is not wanted",
    patterns: &[Pattern::ProcessContainment],
    severity: Severity::Warning,
    admission: Admission::Warn,
    enabled: false,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[
        Param::Strings(&DENIED_NAMES),
        Param::Strings(&ALLOWED_NAMES),
        Param::Entries(&DENIED_PATHS, Form::Directory),
        Param::Choice(&DEMAND),
        Param::Strings(&NAMES),
    ],
    check: Check::Container(check),
}

static DENIED_NAMES: Strings = Strings {
    name: "denied_names",
    doc: "Volumes that no container may mount, as globs of their names.",
    default: &[],
};

static ALLOWED_NAMES: Strings = Strings {
    name: "allowed_names",
    doc: "The only volumes that containers may mount, as globs; empty allows all of them.",
    default: &[],
};

static DENIED_PATHS: Strings = Strings {
    name: "denied_paths",
    doc: "Directories at and below which nothing may be mounted, such as `/etc`.",
    default: &[],
};

static DEMAND: Choice = Choice {
    name: "criteria",
    doc: "What is demanded of the names of all volumes that a container mounts, against `names`.",
    options: CRITERIA,
    default: "none",
};

static NAMES: Strings =
    Strings { name: "names", doc: "The names that `criteria` speaks of, as globs.", default: &[] };

/// Where the API server mounts the token of the ServiceAccount, under a name of its own.
const INJECTED: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    let name = container.display_name();
    let mut mounted: Vec<&str> = Vec::new();
    let devices = items(container.volume_devices().value);
    for entry in items(container.volume_mounts().value).chain(devices) {
        let text = |key| entry.get(key).and_then(Node::as_str).unwrap_or_default();
        let (volume, path) = (text("name"), text("mountPath"));
        if path.trim_end_matches('/') == INJECTED {
            continue;
        }
        mounted.push(volume);
        if cx.lists(&DENIED_NAMES, volume) || cx.leaves_out(&ALLOWED_NAMES, volume) {
            let volume = clipped(volume);
            cx.report(
                entry.at(&["name"]),
                format_args!("container `{name}` mounts `{volume}`, which is not allowed here"),
            );
        }
        let meant = resolved(path);
        if cx.entries(&DENIED_PATHS).any(|dir| is_below(&meant, dir)) {
            let path = clipped(path);
            cx.report(
                entry.at(&["mountPath"]),
                format_args!(
                    "container `{name}` mounts something at `{path}`, which is not allowed"
                ),
            );
        }
    }
    let demand = cx.choice(&DEMAND);
    let wanted: Vec<&str> = cx.entries(&NAMES).collect();
    if let Some(why) = unmet(demand, &wanted, &mounted) {
        let place = container.volume_mounts().place;
        cx.report(place, format_args!("the mounts of container `{name}` {why}"));
    }
}

/// A path without detours: `/opt/../etc` is `/etc`, where the mount ends up.
fn resolved(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}
