use crate::engine::Cx;
use crate::kube::{Binding, Object, PodSpec, Role, RoleKind, Subject};
use crate::matcher::{clipped, nearest};
use crate::neighbours::{ACCOUNTS, CLUSTER_ROLES, ROLES, Reads};
use crate::pattern::Pattern;
use crate::powers::is_default_name;
use crate::rule::{Check, Grade, Severity, Surface};
use alloc::format;

crate::rule! {
    /// A binding refers to a role or an account that is not there.
    ///
    /// ## Why it matters
    ///
    /// The API server accepts a binding to nothing, and the controller is told "forbidden" while it
    /// runs. Whoever may create the missing role later decides what the subject can do.
    ///
    /// ## Bad
    ///
    /// A role that is not in the input, one with nearly the same name, and an account that is not:
    ///
    /// ```yaml,bad
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata:
    ///   name: reader
    /// rules:
    ///   - apiGroups: [""]
    ///     resources: [pods]
    ///     verbs: [get]
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: RoleBinding
    /// metadata:
    ///   name: mistyped
    /// roleRef:
    ///   apiGroup: rbac.authorization.k8s.io
    ///   kind: Role
    ///   # finding: 1 /roleRef/name
    ///   name: raeder
    /// subjects:
    ///   # finding: 1 /subjects/0/name
    ///   - kind: ServiceAccount
    ///     name: app
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: RoleBinding
    /// metadata:
    ///   name: absent
    /// roleRef:
    ///   apiGroup: rbac.authorization.k8s.io
    ///   kind: ClusterRole
    ///   # finding: 2 /roleRef/name
    ///   name: deployer-of-things
    /// subjects:
    ///   - kind: ServiceAccount
    ///     name: default
    /// ```
    ///
    /// A role of another namespace, a namespace that is not said, and groups of the wrong API:
    ///
    /// ```yaml,bad
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata:
    ///   name: reader
    ///   namespace: shop
    /// rules:
    ///   - apiGroups: [""]
    ///     resources: [pods]
    ///     verbs: [get]
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: RoleBinding
    /// metadata:
    ///   name: reader
    ///   namespace: store
    /// roleRef:
    ///   apiGroup: rbac.authorization.k8s.io
    ///   kind: Role
    ///   # finding: 1 /roleRef/name
    ///   name: reader
    /// subjects:
    ///   - kind: Group
    ///     # finding: 1 /subjects/0/apiGroup
    ///     apiGroup: rbac.example
    ///     name: developers
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRoleBinding
    /// metadata:
    ///   name: viewer
    /// roleRef:
    ///   apiGroup: rbac.authorization.k8s.io
    ///   kind: ClusterRole
    ///   name: view
    /// subjects:
    ///   # finding: 2 /subjects/0/namespace
    ///   - kind: ServiceAccount
    ///     name: default
    /// ```
    ///
    /// The account of a workload is bound, but that of another namespace:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: app
    ///   namespace: shop
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    ///   namespace: shop
    /// spec:
    ///   # finding: 1 /spec/serviceAccountName
    ///   serviceAccountName: app
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: RoleBinding
    /// metadata:
    ///   name: app
    ///   namespace: store
    /// roleRef:
    ///   apiGroup: rbac.authorization.k8s.io
    ///   kind: ClusterRole
    ///   name: view
    /// subjects:
    ///   # finding: 2 /subjects/0/name
    ///   - kind: ServiceAccount
    ///     name: app
    /// ```
    ///
    /// A binding of the whole cluster refers to a Role:
    ///
    /// ```yaml,bad
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRoleBinding
    /// metadata:
    ///   name: shop
    /// roleRef:
    ///   apiGroup: rbac.authorization.k8s.io
    ///   # finding: /roleRef/kind
    ///   kind: Role
    ///   name: shop
    /// subjects:
    ///   # finding: /subjects/0/namespace
    ///   - kind: ServiceAccount
    ///     name: shop
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: app
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata:
    ///   name: app
    /// rules:
    ///   - apiGroups: [""]
    ///     resources: [pods]
    ///     verbs: [get]
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: RoleBinding
    /// metadata:
    ///   name: app
    /// roleRef:
    ///   apiGroup: rbac.authorization.k8s.io
    ///   kind: Role
    ///   name: app
    /// subjects:
    ///   - kind: ServiceAccount
    ///     name: app
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: RoleBinding
    /// metadata:
    ///   name: people
    /// roleRef:
    ///   apiGroup: rbac.authorization.k8s.io
    ///   kind: ClusterRole
    ///   name: view
    /// subjects:
    ///   - kind: Group
    ///     apiGroup: rbac.authorization.k8s.io
    ///     name: developers
    /// ```
    ///
    /// ## When to allow it
    ///
    /// When the role or the account is applied from elsewhere.
    ///
    /// ## Source
    ///
    /// - [Using RBAC Authorization](https://kubernetes.io/docs/reference/access-authn-authz/rbac/#rolebinding-and-clusterrolebinding): a binding refers to a Role of its own namespace, and its `roleRef` never changes
    /// - `kubernetes/pkg/apis/rbac/validation`: the namespace of an account is required, and filled in for a RoleBinding alone
    "rolebinding-dangling",
    "Binding to a role or subject that is not there",
    patterns: &[Pattern::AccessControl],
    surfaces: &[Surface::Bundle],
    fix: Some(Grade::Safe),
    reads: READS,
    check: Check::Object(check),
}

static READS: &[Reads] = &[
    Reads {
        on: &["RoleBinding"],
        kinds: &[&ACCOUNTS, &CLUSTER_ROLES, &ROLES],
        lacks: "accounts and roles of other namespaces are not looked up",
    },
    Reads {
        on: &["ClusterRoleBinding"],
        kinds: &[&CLUSTER_ROLES],
        lacks: "accounts are not looked up: they stand in other namespaces",
    },
];

const GROUP: &str = "rbac.authorization.k8s.io";

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    if let Some(binding) = Binding::of(object) {
        role(cx, binding);
        for subject in binding.subjects() {
            judge_subject(cx, binding, subject);
        }
    }
    for pod in object.pod_specs() {
        account(cx, pod);
    }
}

fn role<'d>(cx: &mut Cx<'_, 'd>, binding: Binding<'d>) {
    let at = binding.role_name();
    let (Some(kind), Some(name)) = (binding.role_kind().value, at.value) else { return };
    let shown = clipped(name);
    if binding.kind == RoleKind::Cluster && kind == "Role" {
        cx.report(
            binding.role_kind().place,
            format_args!("a binding of the whole cluster cannot refer to a Role"),
        )
        .severity(Severity::Error);
        return;
    }
    if cx.set().bound_role(binding).is_some() || (kind == "ClusterRole" && is_default_name(name)) {
        return;
    }
    if kind == "Role" && cx.set().find(GROUP, "Role", None, name).is_some() {
        cx.report(
            at.place,
            format_args!("Role `{shown}` is in another namespace, where no binding can reach it"),
        )
        .severity(Severity::Error);
        return;
    }
    let home = binding.object.effective_namespace();
    let roles = cx.set().of_kind(kind).filter_map(Role::of);
    let here =
        roles.filter(|role| kind == "ClusterRole" || role.object.effective_namespace() == home);
    let near = nearest(name, here.filter_map(|role| role.object.name().value));
    let severity = if near.is_some() { Severity::Warning } else { Severity::Info };
    let input = cx.set().word();
    let report = cx
        .report(at.place, format_args!("{kind} `{shown}` is not in the {input}"))
        .severity(severity);
    if let Some(near) = near {
        report.fix_set(Grade::Safe, format!("Refer to `{near}`"), near);
    }
}

fn judge_subject<'d>(cx: &mut Cx<'_, 'd>, binding: Binding<'d>, subject: Subject<'d>) {
    let Some(kind) = subject.kind().value else { return };
    let group = subject.api_group();
    let wanted = if kind == "ServiceAccount" { "" } else { GROUP };
    if group.value.is_some_and(|group| group != wanted && !(group.is_empty() && wanted == GROUP)) {
        cx.report(group.place, format_args!("a {} is not of this API group", clipped(kind)))
            .severity(Severity::Error)
            .fix_set(Grade::Safe, "Set the API group of its kind", wanted);
    }
    let Some(name) = subject.name().value.filter(|_| kind == "ServiceAccount") else { return };
    let written = subject.namespace();
    let own = binding.object.effective_namespace();
    if written.value.is_none_or(str::is_empty) && binding.kind == RoleKind::Cluster {
        cx.report(
            written.place,
            format_args!("the namespace of ServiceAccount `{}` is not said", clipped(name)),
        )
        .severity(Severity::Error);
        return;
    }
    let namespace = written.value.filter(|name| !name.is_empty()).unwrap_or(own);
    let known = name == "default" || !cx.set().would_hold("ServiceAccount", namespace);
    if !known && cx.set().find("", "ServiceAccount", Some(namespace), name).is_none() {
        let (shown, input) = (clipped(name), cx.set().word());
        cx.report(
            subject.name().place,
            format_args!(
                "ServiceAccount `{shown}` of namespace `{namespace}` is not in the {input}"
            ),
        )
        .severity(Severity::Info);
    }
}

/// A workload whose account is bound nowhere, though one of the same name is, elsewhere.
fn account<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let name = pod.service_account();
    if name == "default" || cx.set().bindings_of(pod).next().is_some() {
        return;
    }
    let same = |binding: Binding<'d>| {
        let mut subjects = binding.subjects();
        subjects.find(|subject| {
            // Without a namespace it is that of the binding, which is the mistake.
            subject.kind().value == Some("ServiceAccount")
                && subject.name().value == Some(name)
                && subject.namespace().is_absent()
        })
    };
    let subject = cx.set().of_kind("RoleBinding").filter_map(Binding::of).find_map(same);
    if let Some(subject) = subject {
        cx.report(
            pod.service_account_name().place,
            format_args!(
                "the binding of `{}` is in another namespace than the workload",
                clipped(name)
            ),
        )
        .related(subject.node, "is another account of the same name");
    }
}
