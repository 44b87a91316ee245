use crate::engine::Cx;
use crate::kube::Container;
use crate::pattern::Pattern;
use crate::repair::scratch;
use crate::rule::{Admission, Check, Grade, Severity, Surface};
use alloc::{string::ToString, vec};
use patternwarden_tree::{Edit, Op};

crate::rule! {
    /// Processes can change the files of their own image.
    ///
    /// ## Why it matters
    ///
    /// Who breaks in drops tools and changes binaries in place, and a bug fills the disk of the
    /// node. With a read-only root every write goes to a volume that has a name and can be seen.
    /// This is not part of the Pod Security Standards: a Pod that passes `restricted` may still
    /// write everywhere.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-server
    /// spec:
    ///   initContainers:
    ///     # finding: /spec/initContainers/0/securityContext/readOnlyRootFilesystem
    ///     - name: prepare
    ///       image: registry.example/prepare:1.0.0
    ///   containers:
    ///     - name: web
    ///       image: registry.example/web:1.0.0
    ///       securityContext:
    ///         # finding: /spec/containers/0/securityContext/readOnlyRootFilesystem
    ///         readOnlyRootFilesystem: false
    ///       volumeMounts:
    ///         - name: scratch
    ///           mountPath: /tmp
    ///   ephemeralContainers:
    ///     # finding: /spec/ephemeralContainers/0/securityContext/readOnlyRootFilesystem
    ///     - name: debug
    ///       image: registry.example/debug:1.0.0
    ///   volumes:
    ///     - name: scratch
    ///       emptyDir: {}
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-server
    /// spec:
    ///   containers:
    ///     - name: web
    ///       image: registry.example/web:1.0.0
    ///       securityContext:
    ///         readOnlyRootFilesystem: true
    ///       volumeMounts:
    ///         - name: scratch
    ///           mountPath: /tmp
    ///   volumes:
    ///     - name: scratch
    ///       emptyDir: {}
    /// ```
    ///
    /// On Windows the field must be absent:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-server
    /// spec:
    ///   os:
    ///     name: windows
    ///   containers:
    ///     - name: web
    ///       image: registry.example/web:1.0.0
    /// ```
    ///
    /// ## When to allow it
    ///
    /// While you find out where the program writes: many servers put a PID file or temporary files
    /// beside their binaries and fail at start when they cannot. Give each such directory an
    /// `emptyDir` first.
    ///
    /// ## Source
    ///
    /// - NSA and CISA, Kubernetes Hardening Guide 1.2, "Immutable container file systems"
    /// - [Configure a Security Context](https://kubernetes.io/docs/tasks/configure-pod-container/security-context/)
    "root-filesystem-writable",
    "Root file system is writable",
    patterns: &[Pattern::ProcessContainment],
    severity: Severity::Warning,
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    fix: Some(Grade::Review),
    check: Check::Container(check),
}

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    let at = container.read_only_root_filesystem();
    if container.pod.is_windows() || at.value == Some(true) {
        return;
    }
    let root = container.object().node;
    let read_only = Edit::new(at.place.pointer(root).to_string(), Op::Add(true.into()));
    let mut edits = vec![read_only];
    // Where something is mounted at `/tmp`, or nothing can be, the root alone is made read-only.
    edits.extend(scratch(container, &["/tmp"]));
    let name = container.display_name();
    cx.report(at.place, format_args!("container `{name}` can write to its root file system")).fix(
        Grade::Review,
        "Make the root read-only and `/tmp` writable",
        edits,
    );
}
