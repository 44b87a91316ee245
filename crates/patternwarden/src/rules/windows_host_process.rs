use crate::engine::Cx;
use crate::kube::PodSpec;
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Pss, Severity, Surface};

crate::rule! {
    /// A Windows container runs on the host, with the rights of the host.
    ///
    /// ## Why it matters
    ///
    /// A HostProcess container is the privileged container of Windows: its processes run on the node, see
    /// its files and network, and use its accounts.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: agent
    /// spec:
    ///   os:
    ///     name: windows
    ///   hostNetwork: true
    ///   securityContext:
    ///     windowsOptions:
    ///       # finding: /spec/securityContext/windowsOptions/hostProcess
    ///       hostProcess: true
    ///       runAsUserName: NT AUTHORITY\SYSTEM
    ///   containers:
    ///     - name: agent
    ///       image: registry.example/agent:2.0.0
    /// ```
    ///
    /// Without the network of the node the API server rejects it, and all containers must be alike:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: agent
    /// spec:
    ///   os:
    ///     name: windows
    ///   containers:
    ///     - name: agent
    ///       image: registry.example/agent:2.0.0
    ///       securityContext:
    ///         windowsOptions:
    ///           # finding: /spec/containers/0/securityContext/windowsOptions/hostProcess
    ///           hostProcess: true
    ///     - name: helper
    ///       image: registry.example/helper:1.0.0
    /// ```
    ///
    /// Every container says so, and the Pod has a network of its own:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: agent
    /// spec:
    ///   os:
    ///     name: windows
    ///   securityContext:
    ///     windowsOptions:
    ///       # finding: /spec/securityContext/windowsOptions/hostProcess
    ///       hostProcess: true
    ///   containers:
    ///     - name: agent
    ///       image: registry.example/agent:1.0.0
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
    ///   os:
    ///     name: windows
    ///   securityContext:
    ///     windowsOptions:
    ///       hostProcess: false
    ///       runAsUserName: ContainerUser
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For agents that are part of the node, such as network plug-ins and log shippers.
    ///
    /// ## Source
    ///
    /// - [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/), baseline, "HostProcess"
    /// - [Create a Windows HostProcess Pod](https://kubernetes.io/docs/tasks/configure-pod-container/create-hostprocess-pod/)
    /// - CIS Kubernetes Benchmark 1.12, 5.2.11
    "windows-host-process",
    "Windows HostProcess container",
    patterns: &[Pattern::ProcessContainment],
    severity: Severity::Error,
    admission: Admission::Deny,
    surfaces: &[Surface::Object, Surface::Cluster],
    pss: Some(Pss::baseline("windowsHostProcess")),
    fix: Some(Grade::Review),
    check: Check::Pod(check),
}

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let at_pod = pod.secured().windows_host_process().value;
    // What holds for a container: its own word, else that of the Pod.
    let mut all = pod.containers().map(|c| c.secured().windows_host_process().value.or(at_pod));
    let mixed = all.any(|host| host != Some(true));
    let why = if mixed {
        ", and not all containers do, which the API server demands"
    } else if pod.host_network().value != Some(true) {
        ", without `hostNetwork: true`, which the API server demands"
    } else {
        ""
    };
    for secured in pod.security_contexts() {
        let at = secured.windows_host_process();
        if at.is_absent() || at.value == Some(false) {
            continue;
        }
        cx.report(at.place, format_args!("{secured} runs as a process of the host{why}"))
            .fix_remove(Grade::Review, "Run it in a container");
    }
}
