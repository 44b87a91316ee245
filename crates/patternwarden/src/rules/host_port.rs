use crate::engine::Cx;
use crate::kube::{Class, Container, Port};
use crate::matcher::in_range;
use crate::param::{Form, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Pss, Severity, Surface};

crate::rule! {
    /// A container takes a port of its node.
    ///
    /// ## Why it matters
    ///
    /// A host port is reached around Services and around many a network policy. Only one Pod on each node
    /// can have it, so that the second replica stays `Pending`, and a program outside of the cluster may
    /// take it for a service of the node.
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
    ///           # finding: /spec/containers/0/ports/0/hostPort
    ///           hostPort: 80
    /// ```
    ///
    /// With ranges of ports that are allowed:
    ///
    /// ```yaml,bad
    /// # settings: {"allowed_ranges": ["5000-6000", "8080"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   initContainers:
    ///     - name: proxy
    ///       image: registry.example/proxy:1.0.0
    ///       restartPolicy: Always
    ///       ports:
    ///         - containerPort: 5001
    ///           hostPort: 5001
    ///         - containerPort: 6001
    ///           # finding: /spec/initContainers/0/ports/1/hostPort
    ///           hostPort: 6001
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       ports:
    ///         - containerPort: 8080
    ///           hostPort: 8080
    /// ```
    ///
    /// What the API server fills in for a Pod, where the standards alone are asked for:
    ///
    /// ```yaml,bad
    /// # all settings: {"profiles": ["pss-baseline"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: agent
    /// spec:
    ///   hostNetwork: true
    ///   containers:
    ///     - name: agent
    ///       image: registry.example/agent:1.0.0
    ///       ports:
    ///         # finding: /spec/containers/0/ports/0/hostPort
    ///         - containerPort: 9100
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
    ///       ports:
    ///         - containerPort: 8080
    ///           hostPort: 0
    ///         - containerPort: 8081
    /// ```
    ///
    /// In the network of the node every port is one of the node; `host-namespaces` says so once, unless
    /// a profile asks for the Pod Security Standards to the letter:
    ///
    /// ```yaml,good
    /// apiVersion: apps/v1
    /// kind: DaemonSet
    /// metadata:
    ///   name: agent
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: agent
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: agent
    ///     spec:
    ///       hostNetwork: false
    ///       containers:
    ///         - name: agent
    ///           image: registry.example/agent:2.0.0
    ///           ports:
    ///             - containerPort: 9100
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For a node agent or an ingress controller that must answer on the address of each node.
    ///
    /// ## Source
    ///
    /// - [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/), baseline, "Host Ports"
    /// - [`core/v1` defaults](https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/v1/defaults.go): with `hostNetwork: true`, `hostPort` of a Pod becomes its `containerPort`
    /// - CIS Kubernetes Benchmark 1.12, 5.2.13
    "host-port",
    "Container port bound on the node",
    patterns: &[Pattern::ProcessContainment],
    severity: Severity::Error,
    admission: Admission::Deny,
    surfaces: &[Surface::Object, Surface::Cluster],
    pss: Some(Pss::baseline("hostPorts")),
    params: &[Param::Entries(&ALLOWED_RANGES, Form::Range)],
    fix: Some(Grade::Review),
    check: Check::Container(check),
}

static ALLOWED_RANGES: Strings = Strings {
    name: "allowed_ranges",
    doc: "Ports of the node that may be taken, such as `5000-6000` or `8080`; any entry leaves the Pod Security Standards.",
    default: &[],
};

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    container.ports().for_each(|port| judge(cx, container, port));
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>, port: Port<'d>) {
    let at = port.host_port();
    let own = port.container_port().value;
    let in_host = container.pod.host_network().value == Some(true);
    let unset = at.is_absent() || at.value == Some(0);
    let number = if unset {
        // What the API server fills in, which the standards then see: in Pods, not in templates, and
        // not in ephemeral containers.
        let filled = in_host && container.pod.workload.is_like("Pod");
        if !filled || cx.standard().is_none() || container.class == Class::Ephemeral {
            return;
        }
        own.filter(|port| *port != 0)
    } else if in_host && at.value == own && cx.standard().is_none() {
        return;
    } else {
        at.value
    };
    if unset && number.is_none() {
        return;
    }
    if number.is_some_and(|number| cx.entries(&ALLOWED_RANGES).any(|range| in_range(range, number)))
    {
        return;
    }
    let name = container.display_name();
    let number = number.unwrap_or_default();
    let report =
        cx.report(at.place, format_args!("container `{name}` takes port {number} of the node"));
    if !unset {
        report.fix_remove(Grade::Review, "Take no port of the node");
    }
}
