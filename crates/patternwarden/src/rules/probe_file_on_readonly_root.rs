use crate::engine::Cx;
use crate::kube::command::{base_name, programs};
use crate::kube::{Class, Container, Handler, Probe, Volume};
use crate::pattern::Pattern;
use crate::repair::append;
use crate::rule::{Admission, Check, Grade, Severity, Surface};
use alloc::{format, string::String, vec, vec::Vec};
use patternwarden_tree::{Edit, Node, Value};

crate::rule! {
    /// A probe waits for a marker file in a place that nothing can write to.
    ///
    /// ## Why it matters
    ///
    /// A read-only root file system silently breaks probes of marker files, and the container is
    /// killed after its budget. The two changes are usually made by different people.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: rg
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: k8spatterns/random-generator:1.0
    ///       securityContext:
    ///         readOnlyRootFilesystem: true
    ///       readinessProbe:
    ///         exec:
    ///           # finding: /spec/containers/0/readinessProbe/exec/command
    ///           command: [stat, /tmp/random-generator-ready]
    /// ```
    ///
    /// Inside a shell, and below a mount that is read-only too:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: wildfly
    /// spec:
    ///   containers:
    ///     - name: server
    ///       image: quay.io/wildfly/wildfly:27.0.0.Final-jdk17
    ///       securityContext:
    ///         readOnlyRootFilesystem: true
    ///       startupProbe:
    ///         exec:
    ///           # finding: /spec/containers/0/startupProbe/exec/command
    ///           command: [sh, -c, "test -f /config/started"]
    ///       volumeMounts:
    ///         - name: config
    ///           mountPath: /config
    ///   volumes:
    ///     - name: config
    ///       configMap:
    ///         name: wildfly
    /// ```
    ///
    /// An empty volume in place of the application's own folder would hide what the image has
    /// there, so that a person must agree to it:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: wildfly
    /// spec:
    ///   containers:
    ///     - name: server
    ///       image: registry.example/wildfly:27.0.0
    ///       securityContext:
    ///         readOnlyRootFilesystem: true
    ///       livenessProbe:
    ///         exec:
    ///           # finding: /spec/containers/0/livenessProbe/exec/command
    ///           command: [test, -e, /opt/app/alive]
    ///       startupProbe:
    ///         exec:
    ///           # finding: /spec/containers/0/startupProbe/exec/command
    ///           command: [stat, /opt/jboss/wildfly/tmp/startup-marker]
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: rg
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: k8spatterns/random-generator:1.0
    ///       securityContext:
    ///         readOnlyRootFilesystem: true
    ///       readinessProbe:
    ///         exec:
    ///           command: [stat, /tmp/random-generator-ready]
    ///       volumeMounts:
    ///         - name: tmp
    ///           mountPath: /tmp
    ///   volumes:
    ///     - name: tmp
    ///       emptyDir: {}
    /// ```
    ///
    /// Another container writes the marker to a volume that this one only reads:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: rg
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: k8spatterns/random-generator:1.0
    ///       securityContext:
    ///         readOnlyRootFilesystem: true
    ///       readinessProbe:
    ///         exec:
    ///           command: [cat, /state/ready]
    ///       volumeMounts:
    ///         - name: state
    ///           mountPath: /state
    ///           readOnly: true
    ///     - name: loader
    ///       image: registry.example/loader:1.0.0
    ///       volumeMounts:
    ///         - name: state
    ///           mountPath: /state
    ///   volumes:
    ///     - name: state
    ///       emptyDir: {}
    /// ```
    ///
    /// ## When to allow it
    ///
    /// When the file is part of the image and the probe only asks whether it can be read.
    ///
    /// ## Source
    ///
    /// - [Configure a security context](https://kubernetes.io/docs/tasks/configure-pod-container/security-context/)
    /// - [Define a liveness command](https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#define-a-liveness-command)
    "probe-file-on-readonly-root",
    "Probe waits for a marker file that cannot be written",
    patterns: &[Pattern::HealthProbe, Pattern::ProcessContainment],
    severity: Severity::Warning,
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    fix: Some(Grade::Safe),
    check: Check::Container(check),
}

/// Programs that ask for a file.
const ASKING: &[&str] = &["cat", "stat", "test", "[", "ls"];

/// File systems of the kernel and of the runtime, which are always mounted.
const SYSTEM: &[&str] = &["/proc", "/sys", "/dev"];

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    // A plain init container may have no probes.
    let probed = container.class != Class::Init;
    if probed && container.read_only_root_filesystem().value == Some(true) {
        container.probes().for_each(|probe| judge(cx, container, probe));
    }
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>, probe: Probe<'d>) {
    let Some(handler @ Handler::Exec(exec)) = probe.handler() else { return };
    let (Some(command), Some(file)) = (exec.get("command"), marker(handler)) else { return };
    if is_writable(container, file) || SYSTEM.iter().any(|system| covers(system, file)) {
        return;
    }
    let (kind, name) = (probe.kind.word(), container.display_name());
    let reported = cx.report(
        command,
        format_args!("the {kind} probe of `{name}` waits for `{file}`, which nothing can write"),
    );
    if let Some((folder, edits)) = repair(container, file) {
        let grade = if is_scratch(folder) { Grade::Safe } else { Grade::Review };
        reported.fix(grade, format!("Mount a scratch volume at `{folder}`"), edits);
    }
}

/// The file that a command asks for: an absolute path.
fn marker(handler: Handler<'_>) -> Option<&str> {
    programs(handler.command().filter_map(Node::as_str)).into_iter().find_map(|program| {
        let (name, arguments) = program.split_first()?;
        let asks = ASKING.contains(&base_name(name));
        asks.then(|| arguments.iter().copied().find(|argument| argument.starts_with('/')))?
    })
}

/// Whether a writable mount covers the path; the longest mount that does decides.
fn is_writable(container: Container<'_>, file: &str) -> bool {
    let covering = container
        .mounts()
        .filter(|(_, path, _)| covers(path, file))
        .max_by_key(|(_, path, _)| path.trim_end_matches('/').len());
    covering.is_some_and(|(volume, _, mount)| {
        let writes = |mount: Node<'_>| {
            mount.get("readOnly").and_then(Node::as_bool).is_none_or(|only| !only)
        };
        // Where this container may only read, another one can write the marker.
        let written = || {
            let others = container.pod.containers().flat_map(Container::mounts);
            others.filter(|(name, _, _)| *name == volume).any(|(_, _, mount)| writes(mount))
        };
        container.pod.volume(volume).is_none_or(Volume::is_writable) && (writes(mount) || written())
    })
}

/// Whether a folder is for passing files, so that an empty one hides nothing of the image.
fn is_scratch(folder: &str) -> bool {
    folder.split('/').any(|part| matches!(part, "tmp" | "run" | "cache"))
}

fn covers(mount: &str, file: &str) -> bool {
    let rest = file.strip_prefix(mount.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.starts_with('/'))
}

/// An `emptyDir` at the folder of the marker; `None` where something else is mounted there.
fn repair<'d>(container: Container<'d>, file: &'d str) -> Option<(&'d str, Vec<Edit>)> {
    let folder = file.rsplit_once('/').map(|(folder, _)| folder).filter(|f| !f.is_empty())?;
    if container.mounts().any(|(_, path, _)| covers(path, file)) {
        return None;
    }
    let mut volume: String = folder.trim_start_matches('/').replace(['/', '_', '.'], "-");
    volume.make_ascii_lowercase();
    volume.retain(|c| c.is_ascii_alphanumeric() || c == '-');
    let volume = volume.trim_matches('-');
    if volume.is_empty() || volume.len() > 63 || container.pod.volume(volume).is_some() {
        return None;
    }
    let object = container.object().node;
    let entry = [("name", Value::from(volume)), ("emptyDir", Value::map([]))];
    let mount = [("name", Value::from(volume)), ("mountPath", Value::from(folder))];
    let edits = vec![
        append(object, container.pod.volume_list(), Value::map(entry)),
        append(object, container.volume_mounts(), Value::map(mount)),
    ];
    Some((folder, edits))
}
