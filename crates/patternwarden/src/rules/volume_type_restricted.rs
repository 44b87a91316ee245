use crate::engine::Cx;
use crate::kube::{PodSpec, Volume};
use crate::minor::Minor;
use crate::param::{Param, Strings};
use crate::pattern::Pattern;
use crate::repair::remove_volume;
use crate::rule::{Admission, Check, Grade, Pss, Severity, Surface};
use patternwarden_tree::Node;

crate::rule! {
    /// A Pod brings its own storage, where it should ask for some.
    ///
    /// ## Why it matters
    ///
    /// A network volume written into a Pod carries addresses and credentials and goes around the classes
    /// and quotas of storage. Most of these drivers are gone from Kubernetes anyway. A PersistentVolumeClaim
    /// says what is needed and leaves the rest to who runs the cluster.
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
    ///         - name: share
    ///           mountPath: /share
    ///   volumes:
    ///     - name: share
    ///       # finding: /spec/volumes/0/nfs
    ///       nfs:
    ///         server: files.example
    ///         path: /exports
    ///     - name: host
    ///       # finding: /spec/volumes/1/hostPath
    ///       hostPath:
    ///         path: /srv
    /// ```
    ///
    /// A driver that is gone, or switched off, is an error:
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
    ///   volumes:
    ///     - name: source
    ///       # finding: /spec/volumes/0/gitRepo
    ///       gitRepo:
    ///         repository: https://git.example/shop.git
    ///     - name: data
    ///       # finding: /spec/volumes/1/rbd
    ///       rbd:
    ///         monitors: [10.0.0.1:6789]
    ///         image: data
    /// ```
    ///
    /// With a list of one's own:
    ///
    /// ```yaml,bad
    /// # settings: {"allowed_types": ["configMap", "secret", "flexVolume"], "allowed_flex_drivers": ["example/lvm"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///   volumes:
    ///     - name: scratch
    ///       # finding: /spec/volumes/0/emptyDir
    ///       emptyDir: {}
    ///     - name: disk
    ///       flexVolume:
    ///         driver: example/lvm
    ///     - name: other
    ///       # finding: /spec/volumes/2/flexVolume
    ///       flexVolume:
    ///         driver: example/other
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
    ///   volumes:
    ///     - name: scratch
    ///     - name: config
    ///       configMap:
    ///         name: app
    ///     - name: key
    ///       secret:
    ///         secretName: app
    ///     - name: about
    ///       downwardAPI:
    ///         items: []
    ///     - name: token
    ///       projected:
    ///         sources: []
    ///     - name: data
    ///       persistentVolumeClaim:
    ///         claimName: data
    ///     - name: work
    ///       ephemeral:
    ///         volumeClaimTemplate:
    ///           spec:
    ///             accessModes: [ReadWriteOnce]
    ///             resources:
    ///               requests:
    ///                 storage: 1Gi
    ///     - name: inline
    ///       csi:
    ///         driver: secrets-store.csi.example
    ///     - name: models
    ///       image:
    ///         reference: registry.example/models/llama:3
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For agents that are part of the node and need `hostPath`; see `hostpath-volume`.
    ///
    /// ## Source
    ///
    /// - [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/), restricted, "Volume Types"
    /// - [Volumes](https://kubernetes.io/docs/concepts/storage/volumes/), the types that were removed
    "volume-type-restricted",
    "Volume type outside the core set",
    patterns: &[Pattern::ProcessContainment],
    severity: Severity::Warning,
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    pss: Some(Pss::restricted("restrictedVolumes")),
    params: &[Param::Strings(&ALLOWED_TYPES), Param::Strings(&ALLOWED_FLEX_DRIVERS)],
    fix: Some(Grade::Review),
    check: Check::Pod(check),
}

static ALLOWED_TYPES: Strings = Strings {
    name: "allowed_types",
    doc: "Types of volumes that are allowed, `*` for all; another list leaves the Pod Security Standards.",
    default: &[
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
    ],
};

static ALLOWED_FLEX_DRIVERS: Strings = Strings {
    name: "allowed_flex_drivers",
    doc: "Drivers of `flexVolume` that are allowed, as globs, where that type is; empty allows all of them.",
    default: &[],
};

/// Types without a driver, and the version since which they have none.
static GONE: &[(&str, Minor)] = &[
    ("cephfs", Minor(31)),
    ("flocker", Minor(25)),
    ("gitRepo", Minor(33)),
    ("glusterfs", Minor(26)),
    ("photonPersistentDisk", Minor(24)),
    ("quobyte", Minor(25)),
    ("rbd", Minor(31)),
    ("scaleIO", Minor(22)),
    ("storageos", Minor(25)),
];

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    pod.volumes().for_each(|volume| judge(cx, pod, volume));
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>, volume: Volume<'d>) {
    // A volume without a source becomes an `emptyDir`; one with two is rejected, and allowed by the
    // standards when one of them is.
    let sources = || volume.sources();
    let empty = sources().next().is_none() && cx.lists(&ALLOWED_TYPES, "emptyDir");
    if empty || sources().any(|source| is_allowed(cx, source)) {
        return;
    }
    let source = sources().next().unwrap_or(volume.node);
    let kind = source.key().unwrap_or("emptyDir");
    let name = volume.name().value.unwrap_or_default();
    let gone = GONE.iter().any(|(gone, since)| *gone == kind && *since <= cx.target());
    let report = if gone {
        cx.report(
            source,
            format_args!(
                "volume `{name}` is of the type `{kind}`, \
which has no driver any more"
            ),
        )
        .severity(Severity::Error)
    } else {
        cx.report(source, format_args!("volume `{name}` is of the type `{kind}`"))
    };
    report.fix(Grade::Review, "Remove the volume and its mounts", remove_volume(pod, volume));
}

fn is_allowed(cx: &Cx<'_, '_>, source: Node<'_>) -> bool {
    let kind = source.key().unwrap_or_default();
    let driver = source.get("driver").and_then(Node::as_str).unwrap_or_default();
    cx.lists(&ALLOWED_TYPES, kind)
        && !(kind == "flexVolume" && cx.leaves_out(&ALLOWED_FLEX_DRIVERS, driver))
}
