use crate::engine::Cx;
use crate::kube::{Class, Container, Hook};
use crate::pattern::Pattern;
use crate::rule::{Check, Severity};
use patternwarden_tree::Place;

crate::rule! {
    /// A lifecycle hook or stop signal that cannot work.
    ///
    /// ## Why it matters
    ///
    /// A postStart hook that fails kills its container, a preStop hook that fails is skipped. Both look
    /// like errors of the application. `tcpSocket` is a relic: it is still accepted for a hook and always
    /// fails.
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
    ///         # finding: /spec/containers/0/lifecycle/postStart
    ///         postStart: {}
    ///         # finding: /spec/containers/0/lifecycle/preStop
    ///         preStop:
    ///           exec:
    ///             command: [app, drain]
    ///           sleep:
    ///             seconds: 5
    ///     - name: proxy
    ///       image: registry.example/proxy:1.9.0
    ///       lifecycle:
    ///         postStart:
    ///           # finding: /spec/containers/1/lifecycle/postStart/tcpSocket
    ///           tcpSocket:
    ///             port: 15001
    ///         preStop:
    ///           # finding: /spec/containers/1/lifecycle/preStop/exec/command
    ///           exec: {}
    /// ```
    ///
    /// A stop signal needs an operating system that knows it:
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
    ///         # finding: /spec/containers/0/lifecycle/stopSignal
    ///         stopSignal: SIGUSR1
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: frontend
    /// spec:
    ///   os:
    ///     name: windows
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       lifecycle:
    ///         # finding: 1 /spec/containers/0/lifecycle/stopSignal
    ///         stopSignal: SIGUSR1
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: worker
    /// spec:
    ///   os:
    ///     name: linux
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       lifecycle:
    ///         # finding: 2 /spec/containers/0/lifecycle/stopSignal
    ///         stopSignal: USR1
    /// ```
    ///
    /// A hook without a command, and a signal out of range:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   os:
    ///     name: linux
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    ///       lifecycle:
    ///         # finding: /spec/containers/0/lifecycle/stopSignal
    ///         stopSignal: SIGRTMIN+16
    ///         preStop:
    ///           exec:
    ///             # finding: /spec/containers/0/lifecycle/preStop/exec/command
    ///             command: []
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
    ///   os:
    ///     name: linux
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       lifecycle:
    ///         stopSignal: SIGRTMIN+3
    ///         postStart:
    ///           httpGet:
    ///             path: /warm-up
    ///             port: 8080
    ///         preStop:
    ///           sleep:
    ///             seconds: 5
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: frontend
    /// spec:
    ///   os:
    ///     name: windows
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       lifecycle:
    ///         stopSignal: SIGKILL
    /// ```
    ///
    /// Signals with names and with numbers:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   os:
    ///     name: linux
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    ///       lifecycle:
    ///         stopSignal: SIGRTMAX-2
    ///     - name: proxy
    ///       image: registry.example/proxy:1.0.0
    ///       lifecycle:
    ///         stopSignal: SIGQUIT
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Never; what the hook was meant to do, only its author knows, so that there is no repair.
    ///
    /// ## Source
    ///
    /// - [Container lifecycle hooks](https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/#hook-handler-implementations); `tcpSocket` "is NOT supported as a LifecycleHandler and kept for backward compatibility" (API reference)
    /// - [KEP-4960](https://github.com/kubernetes/enhancements/tree/master/keps/sig-node/4960-container-stop-signals): stop signals, alpha since 1.33
    "lifecycle-handler-invalid",
    "Hook that cannot work",
    patterns: &[Pattern::ManagedLifecycle],
    severity: Severity::Error,
    check: Check::Container(check),
}

/// Signals of Linux without their `SIG`, those with a number apart.
///
/// Source: the constants of type `Signal` in `core/v1`.
const SIGNALS: &str = " ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR \
                       QUIT RTMAX RTMIN SEGV STKFLT STOP SYS TERM TRAP TSTP TTIN TTOU URG USR1 \
                       USR2 VTALRM WINCH XCPU XFSZ ";

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    if !matches!(container.class, Class::App | Class::Sidecar) {
        return;
    }
    let name = container.display_name();
    for hook in container.hooks() {
        if let Some((place, problem)) = problem(hook) {
            cx.report(place, format_args!("the {} hook of `{name}` {problem}", hook.name));
        }
    }
    let signal = container.stop_signal();
    let problem = match (signal.value, container.pod.os_name().value) {
        (None, _) if !signal.is_mistyped() => return,
        (_, None) => "needs `os.name` of the Pod, as signals differ",
        (Some("SIGTERM" | "SIGKILL"), Some("windows")) => return,
        (_, Some("windows")) => "is unknown on Windows, which has `SIGTERM` and `SIGKILL`",
        (Some(signal), _) if is_signal(signal) => return,
        _ => "is no signal of Linux",
    };
    cx.report(signal.place, format_args!("the stop signal of `{name}` {problem}"));
}

fn problem(hook: Hook<'_>) -> Option<(Place<'_>, &'static str)> {
    let written = |key| hook.node.get(key).filter(|node| !node.is_null());
    if let Some(socket) = written("tcpSocket") {
        return Some((socket.into(), "opens a TCP connection, which hooks cannot do"));
    }
    let count =
        ["exec", "httpGet", "sleep"].into_iter().filter(|key| written(key).is_some()).count();
    if count != 1 {
        let problem = if count == 0 { "has no handler" } else { "has more than one handler" };
        return Some((hook.node.into(), problem));
    }
    let command = written("exec")?.at(&["command"]);
    let empty = command.node().is_none_or(|list| list.items().next().is_none());
    empty.then_some((command, "runs no command"))
}

fn is_signal(name: &str) -> bool {
    let Some(short) = name.strip_prefix("SIG") else { return false };
    if let Some((base, number)) = short.split_once(['+', '-']) {
        let most = if base == "RTMIN" { 15 } else { 14 };
        let sign = if base == "RTMIN" { '+' } else { '-' };
        let number = number.parse::<u8>().ok().filter(|_| !number.starts_with(['0', '+']));
        return matches!(base, "RTMIN" | "RTMAX")
            && short.contains(sign)
            && number.is_some_and(|number| (1..=most).contains(&number));
    }
    let words = SIGNALS.split_whitespace();
    words.into_iter().any(|word| word == short)
}
