use crate::engine::Cx;
use crate::helpers::is_known_helper;
use crate::kube::command::{base_name, programs};
use crate::kube::{Class, Container, Hook, PodSpec, localhost_ports};
use crate::minor::Minor;
use crate::param::{Flag, Param};
use crate::pattern::Pattern;
use crate::patterns::links::{AMBASSADORS, calls, is_like, main, mounts_of, shared_volumes};
use crate::repair::native_sidecar;
use crate::rule::{Check, Grade, Severity, Surface};
use patternwarden_tree::Node;

crate::rule! {
    /// A helper container starts and stops beside the container that needs it.
    ///
    /// ## Why it matters
    ///
    /// Regular containers start together and stop together: the proxy may come after the application and
    /// go before it. A native sidecar starts first, stops last, and does not keep a Job from ending.
    ///
    /// ## Bad
    ///
    /// The main container calls it:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: main
    ///       image: registry.example/app:1.4.2
    ///       env:
    ///         - name: LOG_URL
    ///           value: http://localhost:9009
    ///       ports:
    ///         - containerPort: 8080
    ///     # finding: /spec/containers/1
    ///     - name: ambassador
    ///       image: registry.example/log-ambassador:1.1.0
    /// ```
    ///
    /// The main container waits for it with a loop:
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
    ///       command: [sh, -c, "until nc -z 127.0.0.1 5432; do sleep 1; done; exec app"]
    ///     # finding: /spec/containers/1
    ///     - name: db-proxy
    ///       image: registry.example/proxy:1.9.0
    ///       ports:
    ///         - containerPort: 5432
    /// ```
    ///
    /// Every helper, when the settings ask for it:
    ///
    /// ```yaml,bad
    /// # settings: {"always": true}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       volumeMounts:
    ///         - name: logs
    ///           mountPath: /logs
    ///     # finding: /spec/containers/1
    ///     - name: shipper
    ///       image: registry.example/fluent-bit:3.1.0
    ///       volumeMounts:
    ///         - name: logs
    ///           mountPath: /logs
    ///           readOnly: true
    ///   volumes:
    ///     - name: logs
    ///       emptyDir: {}
    /// ```
    ///
    /// The main container waits for its helper, or ends it by hand:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   containers:
    ///     - name: shop
    ///       image: registry.example/shop:2.1.0
    ///       command: [sh, -c]
    ///       args: ["sleep 5; exec shop"]
    ///     # finding: /spec/containers/1
    ///     - name: envoy
    ///       image: registry.example/envoy:1.33.0
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: report
    /// spec:
    ///   containers:
    ///     - name: report
    ///       image: registry.example/report:1.0.0
    ///       command: [sh, -c]
    ///       args: ["report; pkill -f proxy"]
    ///     # finding: 1 /spec/containers/1
    ///     - name: istio-proxy
    ///       image: registry.example/proxyv2:1.27.0
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
    ///     - name: ambassador
    ///       image: registry.example/log-ambassador:1.1.0
    ///       restartPolicy: Always
    ///       ports:
    ///         - name: log
    ///           containerPort: 9009
    ///       startupProbe:
    ///         tcpSocket:
    ///           port: log
    ///         periodSeconds: 1
    ///         failureThreshold: 30
    ///   containers:
    ///     - name: main
    ///       image: registry.example/app:1.4.2
    ///       env:
    ///         - name: LOG_URL
    ///           value: http://localhost:9009
    ///       ports:
    ///         - containerPort: 8080
    /// ```
    ///
    /// A helper that nothing waits for:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       volumeMounts:
    ///         - name: logs
    ///           mountPath: /logs
    ///     - name: shipper
    ///       image: registry.example/fluent-bit:3.1.0
    ///       volumeMounts:
    ///         - name: logs
    ///           mountPath: /logs
    ///           readOnly: true
    ///   volumes:
    ///     - name: logs
    ///       emptyDir: {}
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For clusters before 1.29, and for containers that are equals. In a Job a helper is the matter of
    /// `job-sidecar-blocks-completion`.
    ///
    /// ## Source
    ///
    /// - [Sidecar containers](https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/): on since 1.29, stable since 1.33
    /// - [KEP-753](https://github.com/kubernetes/enhancements/tree/master/keps/sig-node/753-sidecar-containers)
    "sidecar-not-native",
    "Helper container should be a native sidecar",
    patterns: &[Pattern::Sidecar],
    severity: Severity::Info,
    surfaces: &[Surface::Object, Surface::Cluster],
    since: Some(Minor(29)),
    params: &[Param::Flag(&ALWAYS)],
    fix: Some(Grade::Review),
    check: Check::Pod(check),
}

static ALWAYS: Flag = Flag {
    name: "always",
    doc: "Whether helpers are reported for which nothing has to wait.",
    default: false,
};

/// Programs that loops wait with.
const WAITERS: [&str; 3] = ["nc", "curl", "wget"];

/// What containers end one another with.
const ENDERS: [&str; 3] = ["quitquitquit", "pkill ", "killall "];

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let count = pod.app_containers().count();
    if count < 2 || pod.workload.is_job() {
        return;
    }
    let Some(main) = main(cx.set(), pod) else { return };
    let calls = calls(pod);
    let shared = shared_volumes(pod);
    for helper in pod.app_containers().filter(|container| *container != main) {
        let known = is_known_helper(helper) || is_like(helper, AMBASSADORS);
        let called = calls.iter().any(|call| {
            // A port that nobody declares belongs to the only other one, or to one called so.
            let to = call.to.map_or(count == 2 || known, |to| to == helper);
            call.from == main && !call.is_front && to
        });
        let writes = |(name, _): &(&str, _)| {
            let both = [helper, main].into_iter();
            mounts_of(both, name).len() == 2
        };
        if !(called || known || shared.iter().any(writes)) {
            continue;
        }
        let early = pod
            .containers()
            .filter(|c| c.class == Class::Init)
            .any(|init| localhost_ports(init).any(|(port, _)| declares(helper, port)));
        let (name, main) = (helper.display_name(), main);
        let needed = called || early || (count == 2 && (waits(main) || ends(main)));
        if !needed && !cx.flag(&ALWAYS) {
            continue;
        }
        let message = "starts and stops beside the container that it helps, in no order";
        cx.report(helper.node, format_args!("helper `{name}` {message}"))
            .related(main.node, "the container that it helps")
            .fix(Grade::Review, "Make it a native sidecar", native_sidecar(helper));
    }
}

fn declares(container: Container<'_>, port: u16) -> bool {
    container.ports().any(|own| own.container_port().value == Some(port.into()))
}

/// Whether a container's script waits for something before it starts.
fn waits(container: Container<'_>) -> bool {
    let words = || container.words().filter_map(Node::as_str);
    let looped = words().any(|word| word.contains("until ") || word.contains("while "));
    let mut programs = programs(words()).into_iter();
    let waiter =
        |words: &[&str]| words.first().is_some_and(|name| WAITERS.contains(&base_name(name)));
    let first = programs.next();
    let sleeps = first.as_ref().is_some_and(|words| words.first() == Some(&"sleep"));
    let another = programs.len() > 0;
    (sleeps && another) || (looped && first.into_iter().chain(programs).any(|words| waiter(&words)))
}

/// Whether a container ends another one by hand, as was needed before sidecars stopped by themselves.
fn ends(container: Container<'_>) -> bool {
    let tells = |node: Node<'_>| ENDERS.iter().any(|word| node.scalar_text().contains(word));
    let mut hooks = container.hooks().filter_map(Hook::handler);
    container.words().any(tells)
        || hooks.any(|hook| hook.command().any(tells) || hook.node().get("path").is_some_and(tells))
}
