use crate::engine::Cx;
use crate::kube::command::{base_name, programs, sleep_seconds};
use crate::kube::{Class, Container, Handler};
use crate::param::{Int, Param};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Surface};
use alloc::{format, string::String};
use patternwarden_tree::Node;

crate::rule! {
    /// A postStart hook does long work.
    ///
    /// ## Why it matters
    ///
    /// Until the hook is done the container does not count as running, nothing it writes is kept, and it
    /// may run before, beside or behind the program of the container. If it fails, the container is killed
    /// and starts again.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       lifecycle:
    ///         postStart:
    ///           exec:
    ///             # finding: /spec/containers/0/lifecycle/postStart/exec/command
    ///             command: [sh, -c, "curl -fsS https://data.example/seed.json > /tmp/seed.json"]
    ///     - name: api
    ///       image: registry.example/api:1.4.2
    ///       lifecycle:
    ///         postStart:
    ///           exec:
    ///             # finding: /spec/containers/1/lifecycle/postStart/exec/command
    ///             command: [python, manage.py, migrate]
    ///     - name: proxy
    ///       image: registry.example/proxy:1.9.0
    ///       lifecycle:
    ///         postStart:
    ///           sleep:
    ///             # finding: /spec/containers/2/lifecycle/postStart/sleep/seconds
    ///             seconds: 30
    /// ```
    ///
    /// ```yaml,bad
    /// # settings: {"max_seconds": 2}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       lifecycle:
    ///         postStart:
    ///           exec:
    ///             # finding: /spec/containers/0/lifecycle/postStart/exec/command
    ///             command: [sleep, "2"]
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   initContainers:
    ///     - name: migrate
    ///       image: registry.example/app:1.4.2
    ///       command: [app, migrate]
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       lifecycle:
    ///         postStart:
    ///           exec:
    ///             command: [sh, -c, "sleep 2; touch /tmp/started"]
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For work that is short and may fail without harm. What is needed before the start belongs to an init
    /// container, and what takes time after it to a startup probe; to move it is a change of design, so
    /// that there is no repair.
    ///
    /// ## Source
    ///
    /// - [Container lifecycle hooks](https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/#hook-handler-execution): no order between hook and entry point; the container does not reach `running` before the hook ends
    "poststart-blocks-start",
    "Long work in postStart",
    patterns: &[Pattern::ManagedLifecycle, Pattern::InitContainer],
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Int(&MAX_SECONDS)],
    check: Check::Container(check),
}

static MAX_SECONDS: Int = Int {
    name: "max_seconds",
    doc: "From this waiting time on a hook is reported.",
    unit: "seconds",
    min: 1,
    max: 3_600,
    default: 10,
};

/// Programs that download, or change a database.
const SLOW: [&str; 6] = ["curl", "wget", "git", "migrate", "flyway", "liquibase"];

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    if !matches!(container.class, Class::App | Class::Sidecar) {
        return;
    }
    let Some(hook) = container.hooks().find(|hook| hook.name == "postStart") else { return };
    let Some(handler) = hook.handler() else { return };
    let programs = programs(handler.command().filter_map(Node::as_str));
    let (place, waits) = match handler {
        Handler::Sleep(sleep) => {
            let seconds = sleep.at(&["seconds"]);
            (seconds, seconds.node().and_then(Node::as_i64))
        }
        Handler::Exec(exec) => {
            (exec.at(&["command"]), programs.iter().filter_map(|words| sleep_seconds(words)).max())
        }
        _ => return,
    };
    let slow = programs.iter().find_map(|words| {
        let named = words.first().map(|word| base_name(word)).filter(|word| SLOW.contains(word));
        named.or_else(|| words.iter().find(|word| **word == "migrate").copied())
    });
    let problem: String = match (slow, waits.filter(|seconds| *seconds >= cx.int(&MAX_SECONDS))) {
        (Some(program), _) => format!("runs `{program}`"),
        (None, Some(seconds)) => format!("waits {seconds} s"),
        (None, None) => return,
    };
    let name = container.display_name();
    cx.report(
        place,
        format_args!("the postStart hook of `{name}` {problem}, and holds the start back"),
    );
}
