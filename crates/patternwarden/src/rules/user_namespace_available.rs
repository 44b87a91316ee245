use crate::engine::Cx;
use crate::kube::PodSpec;
use crate::minor::Minor;
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};

crate::rule! {
    /// A Pod shares the user ids of its node, and need not.
    ///
    /// ## Why it matters
    ///
    /// With `hostUsers: false` root in the container is an ordinary user on the node, and many ways out of
    /// a container lead nowhere. Since 1.35 the Pod Security Standards ask for no other user in such a
    /// Pod. The kernel and the file systems of the nodes must support mounts with mapped ids.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # finding: /spec/hostUsers
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// Where a container is root, it matters more:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   # finding: /spec/hostUsers
    ///   hostUsers: true
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       securityContext:
    ///         runAsUser: 0
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
    ///   hostUsers: false
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// What needs the node cannot have it:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: disk
    /// spec:
    ///   containers:
    ///     - name: disk
    ///       image: registry.example/disk:1.0.0
    ///       volumeDevices:
    ///         - name: raw
    ///           devicePath: /dev/xvda
    ///   volumes:
    ///     - name: raw
    ///       persistentVolumeClaim:
    ///         claimName: raw
    /// ```
    ///
    /// ## When to allow it
    ///
    /// On nodes with an older kernel or with file systems that cannot map ids, such as NFS.
    ///
    /// ## Source
    ///
    /// - [User Namespaces](https://kubernetes.io/docs/concepts/workloads/pods/user-namespaces/), on by default since 1.33, stable since 1.36
    "user-namespace-available",
    "Pod could run in its own user namespace",
    patterns: &[Pattern::ProcessContainment],
    severity: Severity::Hint,
    surfaces: &[Surface::Object, Surface::Cluster],
    since: Some(Minor(33)),
    fix: Some(Grade::Review),
    check: Check::Pod(check),
}

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let at = pod.host_users();
    let host = [pod.host_network(), pod.host_pid(), pod.host_ipc()];
    let on_node = host.iter().any(|flag| flag.value == Some(true));
    let tied = pod.containers().any(|container| {
        let raw = container.volume_devices().value;
        let raw = raw.is_some_and(|list| list.items().next().is_some());
        raw || container.privileged().value == Some(true)
    });
    if at.value == Some(false) || at.is_mistyped() || on_node || tied || pod.is_windows() {
        return;
    }
    let root = pod.containers().find(|c| c.effective_run_as_user() == Some(0));
    let report = match root {
        Some(container) => {
            let name = container.display_name();
            cx.report(
                at.place,
                format_args!(
                    "container `{name}` is root on the node as \
well, without a user namespace"
                ),
            )
            .severity(Severity::Info)
        }
        None => cx.report(at.place, format_args!("the Pod has no user namespace of its own")),
    };
    report.fix_set(Grade::Review, "Give the Pod a user namespace of its own", false);
}
