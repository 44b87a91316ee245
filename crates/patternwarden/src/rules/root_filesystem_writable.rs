use crate::engine::Cx;
use crate::kube::{Class, Container};
use crate::pattern::Pattern;
use crate::repair::append;
use crate::rule::{Admission, Check, Grade, Severity, Surface};
use alloc::{string::ToString, vec, vec::Vec};
use patternwarden_tree::{Edit, Op, Value};

crate::rule! {
    /// A container can change the files of its own image.
    ///
    /// ## Why it matters
    ///
    /// Attackers drop tools and change binaries in place, and bugs fill the node's disk. With a
    /// read-only root file system every write goes to a visible, named volume. This is not part of
    /// the Pod Security Standards.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web
    /// spec:
    ///   containers:
    ///     # finding: /spec/containers/0/securityContext/readOnlyRootFilesystem
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       securityContext:
    ///         # finding: /spec/containers/0/securityContext/readOnlyRootFilesystem
    ///         readOnlyRootFilesystem: false
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       securityContext:
    ///         readOnlyRootFilesystem: true
    ///       volumeMounts:
    ///         - name: tmp
    ///           mountPath: /tmp
    ///   volumes:
    ///     - name: tmp
    ///       emptyDir: {}
    /// ```
    ///
    /// The field must not be set on Windows:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web
    /// spec:
    ///   os:
    ///     name: windows
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ## When to allow it
    ///
    /// While the places that the program writes to are not known. Run it read-only in a test and
    /// mount an `emptyDir` where it fails: stock `httpd` writes its process id below
    /// `/usr/local/apache2/logs`, Spring Boot writes below `/tmp`.
    ///
    /// ## Source
    ///
    /// - [Configure a security context](https://kubernetes.io/docs/tasks/configure-pod-container/security-context/)
    /// - NSA and CISA, Kubernetes Hardening Guide 1.2, "Immutable container file systems"
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
    let read_only = container.read_only_root_filesystem();
    if read_only.value == Some(true) || container.pod.is_windows() {
        return;
    }
    let name = container.display_name();
    let edits = repair(container);
    cx.report(read_only.place, format_args!("container `{name}` can change its own image's files"))
        .fix(Grade::Review, "Make the root file system read-only and `/tmp` writable", edits);
}

/// The field, and a scratch volume at `/tmp` unless something is mounted there.
fn repair(container: Container<'_>) -> Vec<Edit> {
    let object = container.object().node;
    let pointer = container.read_only_root_filesystem().place.pointer(object).to_string();
    let mut edits = vec![Edit::new(pointer, Op::Add(Value::from(true)))];
    let has_tmp = container.mounts().any(|(_, path, _)| path.trim_end_matches('/') == TMP);
    // No volume can be added to a running Pod for a debugging container.
    if has_tmp || container.class == Class::Ephemeral {
        return edits;
    }
    match container.pod.volume(SCRATCH) {
        Some(volume) if volume.source() != "emptyDir" => return edits,
        Some(_) => {}
        None => {
            let volume = [("name", Value::from(SCRATCH)), ("emptyDir", Value::map([]))];
            edits.push(append(object, container.pod.volume_list(), Value::map(volume)));
        }
    }
    let mount = [("name", Value::from(SCRATCH)), ("mountPath", Value::from(TMP))];
    edits.push(append(object, container.volume_mounts(), Value::map(mount)));
    edits
}

const TMP: &str = "/tmp";
const SCRATCH: &str = "tmp";
