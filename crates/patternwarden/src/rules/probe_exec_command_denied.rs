use crate::engine::Cx;
use crate::kube::command::base_name;
use crate::kube::{Class, Container};
use crate::matcher::clipped;
use crate::param::{Form, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Surface};
use patternwarden_tree::Node;

crate::rule! {
    /// A probe runs a program that the platform does not want in probes.
    ///
    /// ## Why it matters
    ///
    /// The program runs every few seconds in every replica, and what it takes is taken from the application.
    /// `jcmd` alone starts a second Java process within the memory limit of the container.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # settings: {"denied": ["jcmd", "ps"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       livenessProbe:
    ///         exec:
    ///           command:
    ///             - sh
    ///             - -c
    ///             # finding: /spec/containers/0/livenessProbe/exec/command/2
    ///             - jcmd | grep Main
    ///       readinessProbe:
    ///         exec:
    ///           # finding: /spec/containers/0/readinessProbe/exec/command/0
    ///           command: [/bin/ps, aux]
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// # settings: {"denied": ["ps"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       livenessProbe:
    ///         exec:
    ///           command: [sh, -c, "wget -q https://localhost/live && pserver --check"]
    /// ```
    ///
    /// Probes of another kind, when the settings name some only:
    ///
    /// ```yaml,good
    /// # settings: {"denied": ["jcmd"], "probes": ["liveness"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       startupProbe:
    ///         exec:
    ///           command: [jcmd]
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For a program that is known to be cheap. Which request says the same, only the application knows, so
    /// that there is no repair.
    ///
    /// ## Source
    ///
    /// - [Configure probes](https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/): "exec" probes fork a process each time
    "probe-exec-command-denied",
    "Exec probe runs a forbidden program",
    patterns: &[Pattern::HealthProbe],
    enabled: false,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Strings(&DENIED), Param::Entries(&PROBES, Form::OneOf(&["liveness", "readiness", "startup"]))],
    check: Check::Container(check),
}

static DENIED: Strings = Strings {
    name: "denied",
    doc: "Programs that no probe may run, such as `jcmd`, `jstack` or `kubectl`.",
    default: &[],
};

static PROBES: Strings = Strings {
    name: "probes",
    doc: "The probes that are judged.",
    default: &["liveness", "readiness", "startup"],
};

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    if !matches!(container.class, Class::App | Class::Sidecar) {
        return;
    }
    for probe in container.probes() {
        let Some(handler) = probe.handler() else { continue };
        if !cx.lists(&PROBES, probe.kind.word()) {
            continue;
        }
        let mut command = handler.command();
        let shell = handler.command().next().and_then(Node::as_str).map(base_name);
        let takes = |word: &str| word.starts_with('-') && word.ends_with('c');
        let script = matches!(shell, Some("sh" | "bash" | "ash"))
            && handler.command().filter_map(Node::as_str).any(takes);
        // The last part of an address is no program.
        let denied = |word: &str| {
            !word.contains("://") && cx.entries(&DENIED).any(|entry| entry == base_name(word))
        };
        // A script hides its programs among other words.
        let part = |c: char| c.is_whitespace() || ";|&()<>`$'\"".contains(c);
        let found = command.find_map(|word| {
            let text = word.as_str()?;
            if script {
                return Some((word, text.split(part).find(|word| denied(word))?));
            }
            (word.index() == Some(0) && denied(text)).then_some((word, text))
        });
        if let Some((word, program)) = found {
            let (name, kind) = (container.display_name(), probe.kind.word());
            let program = clipped(base_name(program));
            cx.report(word, format_args!("the {kind} probe of `{name}` runs `{program}`"));
        }
    }
}
