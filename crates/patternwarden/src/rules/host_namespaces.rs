use crate::engine::Cx;
use crate::kube::PodSpec;
use crate::param::{Form, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Pss, Severity, Surface};

crate::rule! {
    /// A Pod lives in the network, among the processes or in the shared memory of its node.
    ///
    /// ## Why it matters
    ///
    /// With `hostNetwork` a Pod reaches what listens on the node's own loopback, where kubelets and
    /// runtimes trust local callers, and no NetworkPolicy applies to it. With `hostPID` it sees, and as
    /// root can enter, every process of the node. With `hostIPC` it reads the node's shared memory.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   # finding: /spec/hostNetwork
    ///   hostNetwork: true
    ///   # finding: /spec/hostPID
    ///   hostPID: true
    ///   # finding: /spec/hostIPC
    ///   hostIPC: true
    ///   dnsPolicy: ClusterFirstWithHostNet
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// In the node's network `ClusterFirst`, which is the default, means the resolver of the node, which
    /// knows no Service:
    ///
    /// ```yaml,bad
    /// # finding: /spec/template/spec/dnsPolicy
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
    ///       # finding: /spec/template/spec/hostNetwork
    ///       hostNetwork: true
    ///       containers:
    ///         - name: agent
    ///           image: registry.example/agent:2.0.0
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
    ///   hostNetwork: false
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// With `allow`, for a namespace of node agents:
    ///
    /// ```yaml,good
    /// # settings: {"allow": ["hostNetwork"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: agent
    /// spec:
    ///   hostNetwork: true
    ///   dnsPolicy: ClusterFirstWithHostNet
    ///   containers:
    ///     - name: agent
    ///       image: registry.example/agent:2.0.0
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For agents that are part of the node: network plug-ins need its network, and tools that watch
    /// processes need those.
    ///
    /// ## Source
    ///
    /// - [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/), baseline, "Host Namespaces"
    /// - [DNS for Services and Pods](https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#pod-s-dns-policy), Pods in the network of their node
    /// - CIS Kubernetes Benchmark 1.12, 5.2.3 to 5.2.5
    "host-namespaces",
    "hostNetwork, hostPID or hostIPC",
    patterns: &[Pattern::ProcessContainment, Pattern::NetworkSegmentation],
    severity: Severity::Error,
    admission: Admission::Deny,
    surfaces: &[Surface::Object, Surface::Cluster],
    pss: Some(Pss::baseline("hostNamespaces")),
    params: &[Param::Entries(&ALLOW, Form::OneOf(&["hostNetwork", "hostPID", "hostIPC"]))],
    fix: Some(Grade::Review),
    check: Check::Pod(check),
}

static ALLOW: Strings = Strings {
    name: "allow",
    doc: "What is allowed: `hostNetwork`, `hostPID`, `hostIPC`; any entry leaves the Pod Security Standards.",
    default: &[],
};

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let network = pod.host_network();
    for (field, at, means) in [
        ("hostNetwork", network, "is in the network of the node, where no NetworkPolicy applies"),
        ("hostPID", pod.host_pid(), "sees the processes of the node"),
        ("hostIPC", pod.host_ipc(), "shares the memory of the node's processes"),
    ] {
        if at.is_absent() || at.value == Some(false) || cx.lists(&ALLOW, field) {
            continue;
        }
        cx.report(at.place, format_args!("with `{field}`, the Pod {means}"))
            .fix_remove(Grade::Review, "Give the Pod a namespace of its own");
    }
    let dns = pod.dns_policy();
    let cluster_first = dns.is_absent() || matches!(dns.value, Some("" | "ClusterFirst"));
    if network.value == Some(true) && cluster_first && !pod.is_windows() {
        cx.report(
            dns.place,
            format_args!(
                "in the node's network, `ClusterFirst` asks a \
resolver that knows no Service"
            ),
        )
        .severity(Severity::Hint)
        .standard(None)
        .at_most(Admission::Off)
        .fix_set(Grade::Review, "Ask the cluster's DNS server", "ClusterFirstWithHostNet");
    }
}
