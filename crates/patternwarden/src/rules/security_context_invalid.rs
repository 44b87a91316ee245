use crate::engine::Cx;
use crate::kube::{Container, PodSpec, Secured, is_absent_or, unset_fields};
use crate::pattern::Pattern;
use crate::rule::{Check, Severity, Surface};
use patternwarden_tree::{Node, Place};

crate::rule! {
    /// Two settings of a Pod exclude one another, or one is none that exists.
    ///
    /// ## Why it matters
    ///
    /// Some of these are rejected by the API server, others by the kubelet when the container starts, and
    /// each shows up alone. Seen together they cost one correction instead of several rounds.
    ///
    /// ## Bad
    ///
    /// What is privileged, or has `CAP_SYS_ADMIN`, can always escalate. Without its prefix the API server
    /// accepts that capability, and escalation is allowed all the same, which is a warning:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: agent
    /// spec:
    ///   containers:
    ///     - name: agent
    ///       image: registry.example/agent:2.0.0
    ///       securityContext:
    ///         privileged: true
    ///         # finding: /spec/containers/0/securityContext/allowPrivilegeEscalation
    ///         allowPrivilegeEscalation: false
    ///     - name: mounter
    ///       image: registry.example/mounter:1.0.0
    ///       securityContext:
    ///         # finding: /spec/containers/1/securityContext/allowPrivilegeEscalation
    ///         allowPrivilegeEscalation: false
    ///         capabilities:
    ///           add: [CAP_SYS_ADMIN]
    ///     - name: tracer
    ///       image: registry.example/tracer:1.0.0
    ///       securityContext:
    ///         # finding: /spec/containers/2/securityContext/allowPrivilegeEscalation
    ///         allowPrivilegeEscalation: false
    ///         capabilities:
    ///           add: [SYS_ADMIN]
    /// ```
    ///
    /// Root that must not be root never starts:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   securityContext:
    ///     runAsNonRoot: true
    ///     # finding: /spec/securityContext/runAsUser
    ///     runAsUser: 0
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///     - name: helper
    ///       image: registry.example/helper:1.0.0
    ///       securityContext:
    ///         # finding: /spec/containers/1/securityContext/runAsUser
    ///         runAsUser: 0
    /// ```
    ///
    /// Namespaces of the node and namespaces of the Pod:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: agent
    /// spec:
    ///   hostPID: true
    ///   # finding: /spec/shareProcessNamespace
    ///   shareProcessNamespace: true
    ///   # finding: /spec/hostUsers
    ///   hostUsers: false
    ///   containers:
    ///     - name: agent
    ///       image: registry.example/agent:2.0.0
    /// ```
    ///
    /// Fields that the system of the Pod does not have:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: iis
    /// spec:
    ///   os:
    ///     name: windows
    ///   # finding: /spec/hostPID
    ///   hostPID: true
    ///   securityContext:
    ///     # finding: /spec/securityContext/fsGroup
    ///     fsGroup: 2000
    ///   containers:
    ///     - name: iis
    ///       image: registry.example/iis:10.0.1
    ///       securityContext:
    ///         # finding: /spec/containers/0/securityContext/readOnlyRootFilesystem
    ///         readOnlyRootFilesystem: false
    /// ```
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   os:
    ///     name: linux
    ///   securityContext:
    ///     # finding: /spec/securityContext/windowsOptions
    ///     windowsOptions:
    ///       runAsUserName: ContainerUser
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// Ids that cannot be, and a policy that does not exist:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   securityContext:
    ///     # finding: /spec/securityContext/fsGroup
    ///     fsGroup: -1
    ///     # finding: /spec/securityContext/fsGroupChangePolicy
    ///     fsGroupChangePolicy: Never
    ///     supplementalGroups:
    ///       # finding: /spec/securityContext/supplementalGroups/0
    ///       - -5
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       securityContext:
    ///         # finding: /spec/containers/0/securityContext/runAsUser
    ///         runAsUser: -1
    ///         # finding: /spec/containers/0/securityContext/runAsGroup
    ///         runAsGroup: -1
    /// ```
    ///
    /// Ephemeral containers join Pods that run; nothing can be created with them:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: web
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: web
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/app:1.4.2
    ///       # finding: /spec/template/spec/ephemeralContainers
    ///       ephemeralContainers:
    ///         - name: debug
    ///           image: registry.example/debug:1.0.0
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
    ///   shareProcessNamespace: true
    ///   securityContext:
    ///     runAsNonRoot: true
    ///     runAsUser: 10000
    ///     fsGroupChangePolicy: OnRootMismatch
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       securityContext:
    ///         allowPrivilegeEscalation: false
    /// ```
    ///
    /// A Pod that runs may have ephemeral containers:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    ///   uid: 6d1c8e4f-0a94-4b6c-8a4b-51b6f7d9c0aa
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///   ephemeralContainers:
    ///     - name: debug
    ///       image: registry.example/debug:1.0.0
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Never: such a Pod is rejected or does not start. There is no repair to offer, because only you know
    /// which of the two settings is meant.
    ///
    /// ## Source
    ///
    /// - [`validation.go` of `core`](https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go)
    /// - [`PodOS` of `core/v1`](https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#podspec-v1-core), the fields that must be unset
    "security-context-invalid",
    "Combination the API server rejects",
    patterns: &[Pattern::ProcessContainment],
    severity: Severity::Error,
    surfaces: &[Surface::Object],
    check: Check::Pod(check),
}

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let pid = pod.host_pid().value == Some(true);
    let share = pod.share_process_namespace();
    if pid && share.value == Some(true) {
        fault(cx, share.place, "`shareProcessNamespace` cannot be had beside `hostPID`");
    }
    let host = pid || pod.host_network().value == Some(true) || pod.host_ipc().value == Some(true);
    if host && pod.host_users().value == Some(false) {
        fault(
            cx,
            pod.host_users().place,
            "a namespace of users cannot be had with namespaces of the node",
        );
    }
    let policy = pod.fs_group_change_policy();
    if !is_absent_or(policy, &["Always", "OnRootMismatch"]) {
        fault(cx, policy.place, "there is no such `fsGroupChangePolicy`");
    }
    let ephemeral = pod.ephemeral_container_list();
    let any = ephemeral.value.is_some_and(|list| list.items().next().is_some());
    let runs =
        pod.workload.is_like("Pod") && pod.object().node.at(&["metadata", "uid"]).node().is_some();
    if any && !runs {
        fault(cx, ephemeral.place, "nothing can be created with ephemeral containers");
    }
    let groups = pod.supplemental_groups().value.map(Node::items);
    for group in groups.into_iter().flatten() {
        out_of_range(cx, group.into(), group.as_i64());
    }
    out_of_range(cx, pod.fs_group().place, pod.fs_group().value);
    for secured in pod.security_contexts() {
        identity(cx, pod, secured);
        let tables = unset_fields(pod.os_name().value, secured.container.is_some());
        tables.into_iter().flatten().for_each(|path| foreign(cx, pod, secured.node.at(path)));
    }
    pod.containers().for_each(|container| escalation(cx, container));
}

#[inline(never)]
fn fault<'d>(cx: &mut Cx<'_, 'd>, place: Place<'d>, message: &str) {
    cx.report(place, format_args!("{message}"));
}

/// Source: `IsValidUserID` and `IsValidGroupID` of apimachinery's `validation`.
fn out_of_range<'d>(cx: &mut Cx<'_, 'd>, place: Place<'d>, id: Option<i64>) {
    if id.is_some_and(|id| i32::try_from(id).is_err() || id < 0) {
        fault(cx, place, "an id is a number from 0 to 2147483647");
    }
}

/// Users and groups, of which one must exist and another must not.
fn identity<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>, secured: Secured<'d>) {
    let (user, group) = (secured.run_as_user(), secured.run_as_group());
    out_of_range(cx, user.place, user.value);
    out_of_range(cx, group.place, group.value);
    let promise = match secured.container {
        Some(container) => container.effective_run_as_non_root() == Some(true),
        // The user of the Pod is that of the containers that have none.
        None => pod.containers().any(|container| {
            container.run_as_user().is_absent()
                && container.effective_run_as_non_root() == Some(true)
        }),
    };
    if promise && user.value == Some(0) {
        cx.report(
            user.place,
            format_args!(
                "{secured} asks for root beside \
`runAsNonRoot: true`, and never starts"
            ),
        );
    }
}

/// A field that the system of the Pod does not have. `false` in the place of a namespace is as good
/// as nothing.
fn foreign<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>, place: Place<'d>) {
    let Some(node) = place.node().filter(|node| !node.is_null()) else { return };
    let field = node.key().unwrap_or_default();
    let unset = matches!(field, "hostPID" | "hostIPC") && node.as_bool() == Some(false);
    let empty = node.is_seq() && node.items().next().is_none();
    if !unset && !empty {
        let os = pod.os_name().value.unwrap_or_default();
        cx.report(node, format_args!("`{field}` cannot be set where `os.name` is `{os}`"));
    }
}

fn escalation<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    let at = container.allow_privilege_escalation();
    if at.value != Some(false) {
        return;
    }
    let adds =
        |name: &str| container.capabilities_added().any(|added| added.as_str() == Some(name));
    let name = container.display_name();
    if container.privileged().value == Some(true) || adds("CAP_SYS_ADMIN") {
        cx.report(
            at.place,
            format_args!(
                "container `{name}` cannot forbid \
escalation with the rights that it has"
            ),
        );
    } else if adds("SYS_ADMIN") {
        cx.report(
            at.place,
            format_args!(
                "container `{name}` forbids escalation in \
vain, because it adds `SYS_ADMIN`"
            ),
        )
        .severity(Severity::Warning);
    }
}
