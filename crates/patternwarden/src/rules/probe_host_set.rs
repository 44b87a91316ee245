use crate::engine::Cx;
use crate::kube::{Container, items};
use crate::matcher::clipped;
use crate::minor::Minor;
use crate::pattern::Pattern;
use crate::repair;
use crate::rule::{Admission, Check, Grade, Pss, Severity, Surface};
use alloc::vec;
use patternwarden_tree::{At, Edit, Node, Value};

crate::rule! {
    /// A probe or hook names a host, and the kubelet asks that host instead of the Pod.
    ///
    /// ## Why it matters
    ///
    /// It is the kubelet that sends the request, from the network of the node. With `host`, whoever may
    /// create a Pod can make every node call any address. `localhost` is no exception: it is the node's.
    /// And the probe no longer tests the container it stands in.
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
    ///       ports:
    ///         - containerPort: 8080
    ///       livenessProbe:
    ///         httpGet:
    ///           # finding: /spec/containers/0/livenessProbe/httpGet/host
    ///           host: shop.example
    ///           path: /healthz
    ///           port: 8080
    ///       readinessProbe:
    ///         tcpSocket:
    ///           # finding: /spec/containers/0/readinessProbe/tcpSocket/host
    ///           host: 127.0.0.1
    ///           port: 8080
    ///       startupProbe:
    ///         httpGet:
    ///           # finding: /spec/containers/0/startupProbe/httpGet/host
    ///           host: localhost
    ///           port: 8080
    ///       lifecycle:
    ///         postStart:
    ///           httpGet:
    ///             # finding: /spec/containers/0/lifecycle/postStart/httpGet/host
    ///             host: registry.example
    ///             port: 80
    ///         preStop:
    ///           tcpSocket:
    ///             # finding: /spec/containers/0/lifecycle/preStop/tcpSocket/host
    ///             host: 10.0.0.1
    ///             port: 80
    /// ```
    ///
    /// Before the standards forbade it, in Kubernetes 1.34, it is a warning:
    ///
    /// ```yaml,bad
    /// # all settings: {"target": "1.33"}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    ///       readinessProbe:
    ///         httpGet:
    ///           # finding: /spec/containers/0/readinessProbe/httpGet/host
    ///           host: shop.example.com
    ///           port: 8080
    /// ```
    ///
    /// ## Good
    ///
    /// The name of a virtual host belongs into a header:
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
    ///       ports:
    ///         - containerPort: 8080
    ///       livenessProbe:
    ///         httpGet:
    ///           host: ""
    ///           path: /healthz
    ///           port: 8080
    ///           httpHeaders:
    ///             - name: Host
    ///               value: shop.example
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Nearly never. A Pod in the network of its node that listens on the loopback alone has no other way.
    ///
    /// ## Source
    ///
    /// - [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/), baseline, "Host Probes / Lifecycle Hooks", since 1.34
    /// - [KEP-4940](https://github.com/kubernetes/enhancements/issues/4940), why the field is forbidden
    "probe-host-set",
    "Probe or hook sends its request to another host",
    patterns: &[Pattern::HealthProbe, Pattern::ProcessContainment],
    severity: Severity::Error,
    admission: Admission::Deny,
    surfaces: &[Surface::Object, Surface::Cluster],
    pss: Some(Pss { since: FORBIDDEN, ..Pss::baseline("hostProbesAndHostLifecycle") }),
    fix: Some(Grade::Review),
    check: Check::Container(check),
}

/// First version of the standards that forbids it.
const FORBIDDEN: Minor = Minor(34);

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    for probe in container.probes() {
        judge(cx, container, probe.node, probe.kind.field());
    }
    for hook in container.hooks() {
        judge(cx, container, hook.node, hook.name);
    }
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>, asked: Node<'d>, what: &str) {
    let name = container.display_name();
    let since = cx.target() >= FORBIDDEN;
    // Each of the handlers, also where there is one too many.
    for handler in
        asked.children().filter(|child| matches!(child.key(), Some("httpGet" | "tcpSocket")))
    {
        let host = handler.get("host").filter(|host| !host.is_null() && host.as_str() != Some(""));
        let Some(host) = host else { continue };
        let shown = clipped(host.scalar_text());
        let report = cx.report(
            host,
            format_args!(
                "the kubelet asks `{shown}` for the \
{what} of container `{name}`"
            ),
        );
        let report = if since {
            report
        } else {
            report.severity(Severity::Warning).at_most(Admission::Warn)
        };
        let mut edits = vec![repair::remove(container.object().node, host)];
        if let Some(name) = host.as_str().filter(|_| handler.key() == Some("httpGet"))
            && is_virtual_host(name)
        {
            edits.extend(host_header(container, handler, name));
        }
        report.fix(Grade::Review, "Ask the Pod itself", edits);
    }
}

/// Whether a host is a name that the program in the Pod may know itself by, and no address of the node.
fn is_virtual_host(name: &str) -> bool {
    name != "localhost" && !name.contains(':') && name.contains(|c: char| c.is_ascii_alphabetic())
}

/// The header that asks for a virtual host; `None` where one stands already.
fn host_header<'d>(container: Container<'d>, get: Node<'d>, name: &str) -> Option<Edit> {
    let list = At::read(get, &["httpHeaders"], Node::as_seq);
    let is_host = |header: Node<'_>| {
        let name = header.get("name").and_then(Node::as_str);
        name.is_some_and(|name| name.eq_ignore_ascii_case("Host"))
    };
    if items(list.value).any(is_host) {
        return None;
    }
    let header = Value::map([("name", Value::from("Host")), ("value", Value::from(name))]);
    Some(repair::append(container.object().node, list, header))
}
