use crate::engine::Cx;
use crate::kube::{PodSpec, items};
use crate::matcher::clipped;
use crate::minor::Minor;
use crate::param::{Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Pss, Severity, Surface};
use patternwarden_tree::Node;

crate::rule! {
    /// A Pod sets a kernel parameter that reaches beyond it, or sets one in a way that does.
    ///
    /// ## Why it matters
    ///
    /// An unsafe parameter can disturb other Pods and the node. Kubelets refuse it unless their
    /// administrator allowed it, and then the Pod fails with `SysctlForbidden` on some nodes and runs on
    /// others. A value with `+` or `=` was a way out of the container in CRI-O (CVE-2022-0811).
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   securityContext:
    ///     sysctls:
    ///       - name: net.ipv4.ip_local_port_range
    ///         value: "1024 65535"
    ///       # finding: /spec/securityContext/sysctls/1/name
    ///       - name: net.core.somaxconn
    ///         value: "1024"
    ///       # finding: /spec/securityContext/sysctls/2/name
    ///       - name: kernel.msgmax
    ///         value: "65536"
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// A value that old runtimes take for two parameters:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   securityContext:
    ///     sysctls:
    ///       - name: kernel.shm_rmid_forced
    ///         # finding: /spec/securityContext/sysctls/0/value
    ///         value: "1+kernel.core_pattern=|/tmp/x"
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// The network and the shared memory of the node cannot be set by a Pod in them:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: agent
    /// spec:
    ///   hostNetwork: true
    ///   hostIPC: true
    ///   dnsPolicy: ClusterFirstWithHostNet
    ///   securityContext:
    ///     sysctls:
    ///       # finding: /spec/securityContext/sysctls/0/name
    ///       - name: net.ipv4.tcp_syncookies
    ///         value: "1"
    ///       # finding: /spec/securityContext/sysctls/1/name
    ///       - name: kernel.shm_rmid_forced
    ///         value: "1"
    ///   containers:
    ///     - name: agent
    ///       image: registry.example/agent:2.0.0
    /// ```
    ///
    /// What is forbidden by name is not allowed by any list:
    ///
    /// ```yaml,bad
    /// # settings: {"forbidden": ["net.ipv4.*"], "allowed_extra": ["net.core.somaxconn", "net.ipv4.tcp_mem"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   securityContext:
    ///     sysctls:
    ///       - name: net.core.somaxconn
    ///         value: "1024"
    ///       # finding: /spec/securityContext/sysctls/1/name
    ///       - name: net.ipv4.tcp_mem
    ///         value: "1 2 3"
    ///       # finding: /spec/securityContext/sysctls/2/name
    ///       - name: net.ipv4.tcp_syncookies
    ///         value: "1"
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
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
    ///   securityContext:
    ///     sysctls:
    ///       - name: net.ipv4.ip_unprivileged_port_start
    ///         value: "0"
    ///       - name: net.ipv4.tcp_keepalive_time
    ///         value: "600"
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For a parameter that the kernel keeps apart for each Pod and that every node allows
    /// (`allowedUnsafeSysctls` of the kubelet): name it in `allowed_extra`.
    ///
    /// ## Source
    ///
    /// - [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/), baseline, "Sysctls"; the list grew in 1.27, 1.29, 1.32 and 1.37
    /// - [Using sysctls in a Kubernetes Cluster](https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/)
    /// - [CVE-2022-0811](https://nvd.nist.gov/vuln/detail/CVE-2022-0811)
    "sysctl-unsafe",
    "Kernel parameter outside the safe list",
    patterns: &[Pattern::ProcessContainment],
    severity: Severity::Error,
    admission: Admission::Deny,
    surfaces: &[Surface::Object, Surface::Cluster],
    pss: Some(Pss::baseline("sysctls")),
    params: &[Param::Strings(&ALLOWED_EXTRA), Param::Strings(&FORBIDDEN)],
    fix: Some(Grade::Review),
    check: Check::Pod(check),
}

static ALLOWED_EXTRA: Strings = Strings {
    name: "allowed_extra",
    doc: "Parameters that are allowed beside the safe ones, as globs; any entry leaves the Pod Security Standards.",
    default: &[],
};

static FORBIDDEN: Strings = Strings {
    name: "forbidden",
    doc: "Parameters that are not allowed though they are safe, as globs.",
    default: &[],
};

/// Parameters that the standards allow, and the version since which they do.
static SAFE: &[(Minor, &[&str])] = &[
    (
        Minor(27),
        &[
            "kernel.shm_rmid_forced",
            "net.ipv4.ip_local_port_range",
            "net.ipv4.ip_local_reserved_ports",
            "net.ipv4.ip_unprivileged_port_start",
            "net.ipv4.ping_group_range",
            "net.ipv4.tcp_syncookies",
        ],
    ),
    (
        Minor(29),
        &[
            "net.ipv4.tcp_fin_timeout",
            "net.ipv4.tcp_keepalive_intvl",
            "net.ipv4.tcp_keepalive_probes",
            "net.ipv4.tcp_keepalive_time",
        ],
    ),
    (Minor(32), &["net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"]),
    (Minor(37), &["net.ipv4.tcp_notsent_lowat", "net.ipv4.tcp_slow_start_after_idle"]),
];

/// Parameters of the namespace for shared memory; all others are of the network, or of no namespace.
///
/// Source: `component-helpers/node/util/sysctl/namespace.go`.
const IPC: [&str; 4] = ["kernel.shm", "kernel.msg", "kernel.sem", "fs.mqueue."];

const TITLE: &str = "Leave the parameter alone";

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    items(pod.sysctls().value).for_each(|entry| judge(cx, pod, entry));
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>, entry: Node<'d>) {
    let place = entry.at(&["name"]);
    let name = entry.get("name").and_then(Node::as_str).unwrap_or_default();
    let shown = clipped(name);
    let safe = SAFE.iter().any(|(since, names)| *since <= cx.target() && names.contains(&name));
    let forbidden = cx.lists(&FORBIDDEN, name);
    let foreign = if name.starts_with("net.") {
        pod.host_network().value == Some(true)
    } else {
        IPC.iter().any(|start| name.starts_with(start)) && pod.host_ipc().value == Some(true)
    };
    let leave = || alloc::vec![crate::repair::remove(pod.object().node, entry)];
    // The standards speak of what is not safe, and of nothing else.
    let (problem, held) = if !safe && !forbidden && !cx.lists(&ALLOWED_EXTRA, name) {
        ("is not known to be safe", true)
    } else if forbidden {
        ("is forbidden here", !safe)
    } else if foreign {
        ("belongs to the node, whose namespace the Pod shares", false)
    } else {
        ("", false)
    };
    if !problem.is_empty() {
        let report = cx.report(place, format_args!("kernel parameter `{shown}` {problem}"));
        let report = if held { report } else { report.standard(None) };
        report.fix(Grade::Review, TITLE, leave());
    }
    let value = entry.get("value").filter(|value| value.scalar_text().contains(['+', '=']));
    if let Some(value) = value {
        cx.report(
            value,
            format_args!(
                "the value of `{shown}` holds a sign that splits it into several parameters"
            ),
        )
        .standard(None)
        .fix(Grade::Review, TITLE, leave());
    }
}
