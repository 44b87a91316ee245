use crate::engine::Cx;
use crate::kube::{Container, PodSpec};
use crate::pattern::Pattern;
use crate::patterns::links::{AMBASSADORS, calls, is_like, main};
use crate::rule::{Check, Grade, Surface};
use crate::served::{services, targets};
use alloc::string::String;
use patternwarden_tree::{Node, Value};

crate::rule! {
    /// A helper that is meant for `localhost` can be reached from outside of its Pod.
    ///
    /// ## Why it matters
    ///
    /// An ambassador mostly carries the credentials of the application, so that whoever reaches its port
    /// acts with them. A proxy for the Kubernetes API on every address is access to the cluster without a
    /// password.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    ///   labels:
    ///     app: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       args: ["--db=localhost:5432"]
    ///     - name: db-proxy
    ///       image: registry.example/cloud-sql-proxy:2.11.0
    ///       # finding: 0 /spec/containers/1/ports
    ///       ports:
    ///         - containerPort: 5432
    ///           # finding: 0 /spec/containers/1/ports/0/hostPort
    ///           hostPort: 5432
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: db
    /// spec:
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - port: 5432
    /// ```
    ///
    /// It listens on every address:
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
    ///       env:
    ///         - name: API
    ///           value: http://127.0.0.1:8001
    ///     - name: api-proxy
    ///       image: registry.example/kubectl:1.36.0
    ///       command: [kubectl, proxy]
    ///       args:
    ///         - --port=8001
    ///         # finding: /spec/containers/1/args/1
    ///         - --address=0.0.0.0
    /// ```
    ///
    /// A variable makes it listen everywhere:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    ///       env:
    ///         - name: DB_URL
    ///           value: postgres://127.0.0.1:5432/shop
    ///     - name: pgbouncer
    ///       image: registry.example/pgbouncer:1.24.0
    ///       env:
    ///         - name: LISTEN_ADDR
    ///           # finding: /spec/containers/1/env/0/value
    ///           value: 0.0.0.0
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
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       env:
    ///         - name: API
    ///           value: http://127.0.0.1:8001
    ///     - name: api-proxy
    ///       image: registry.example/kubectl:1.36.0
    ///       command: [kubectl, proxy]
    ///       args: [--port=8001, --address=127.0.0.1]
    /// ```
    ///
    /// A proxy in front of the application is meant to be reached:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    ///   labels:
    ///     app: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       ports:
    ///         - containerPort: 8080
    ///     - name: tls-proxy
    ///       image: registry.example/nginx:1.27.0
    ///       args: ["--upstream=http://localhost:8080"]
    ///       ports:
    ///         - containerPort: 8443
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    /// spec:
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - port: 8443
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Where other Pods are meant to use the proxy as well. A port of a Service is not removed by a repair,
    /// as others may rely on it.
    ///
    /// ## Source
    ///
    /// - [Access the Kubernetes API from a Pod](https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/): `kubectl proxy` as a sidecar, on localhost
    /// - [kubectl proxy](https://kubernetes.io/docs/reference/kubectl/generated/kubectl_proxy/): `--address` is 127.0.0.1 unless said otherwise
    "ambassador-port-exposed",
    "A localhost-only helper is reachable from outside",
    patterns: &[Pattern::Ambassador, Pattern::NetworkSegmentation],
    surfaces: &[Surface::Bundle, Surface::Object],
    fix: Some(Grade::Review),
    check: Check::Pod(check),
}

const EVERYWHERE: &str = "0.0.0.0";

/// The same of IPv6, as it stands before a port.
const EVERYWHERE_6: &str = "[::]";

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let running = pod.running_containers().count();
    let Some(main) = main(cx.set(), pod).filter(|_| running > 1) else { return };
    let calls = calls(pod);
    for helper in pod.running_containers().filter(|container| *container != main) {
        let named = is_like(helper, AMBASSADORS);
        let called = calls.iter().any(|call| {
            let to = call.to.map_or(named || running == 2, |to| to == helper);
            call.from == main && !call.is_front && to
        });
        let in_front = calls.iter().any(|call| call.from == helper);
        if called && !in_front {
            judge(cx, pod, helper);
        }
    }
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>, helper: Container<'d>) {
    let name = helper.display_name();
    let service = services(cx, pod).find(|service| targets(*service, helper));
    if let Some(service) = service {
        let by = service.object.display_name();
        cx.report(
            helper.port_list().place,
            format_args!(
                "Service `{by}` opens `{name}`, which is meant for its own Pod, to others"
            ),
        )
        .related(service.port_list().place, "sends traffic to it");
    }
    for port in helper.ports() {
        let at = port.host_port();
        if at.value.is_some_and(|port| port != 0) {
            cx.report(
                at.place,
                format_args!("a port of the node opens `{name}`, which is meant for its own Pod"),
            )
            .fix_remove(Grade::Review, "Close the port of the node");
        }
    }
    for word in helper.words() {
        let text = word.as_str().unwrap_or_default();
        if binds_everywhere(text) {
            let closed: String =
                text.replace(EVERYWHERE, "127.0.0.1").replace(EVERYWHERE_6, "[::1]");
            cx.report(
                word,
                format_args!("`{name}` listens on every address, though only its own Pod needs it"),
            )
            .fix_set(
                Grade::Review,
                "Listen on the loopback only",
                Value::String(closed),
            );
        }
    }
    let bound = |(_, value): &(&str, Node<'_>)| value.as_str().is_some_and(binds_everywhere);
    if let Some((variable, value)) = helper.env_values().find(bound) {
        cx.report(value, format_args!("`{variable}` makes `{name}` listen on every address"));
    }
}

/// Whether a text has the address that stands for all, and not as a part of another one.
fn binds_everywhere(text: &str) -> bool {
    text.contains(EVERYWHERE_6)
        || text.match_indices(EVERYWHERE).any(|(at, _)| {
            let (before, rest) = text.split_at_checked(at).unwrap_or_default();
            let part = |c: char| c.is_ascii_digit() || c == '.';
            !before.ends_with(part)
                && !rest.strip_prefix(EVERYWHERE).unwrap_or_default().starts_with(['.', '/'])
        })
}
