use crate::engine::Cx;
use crate::kube::{Binding, Object, PolicyRule, Role, RoleKind, Subject, items};
use crate::matcher::clipped;
use crate::param::{Choice, Flag, Param, Strings};
use crate::pattern::Pattern;
use crate::patterns::controller;
use crate::powers::{Granted, When, crowd, is_default, is_of_system, worst};
use crate::recognise::{Confidence, recognise_one};
use crate::rule::{Admission, Check, Grade, Severity, Surface};
use alloc::{format, vec, vec::Vec};
use patternwarden_tree::{Edit, Op, Place};

crate::rule! {
    /// A role grants, or a binding gives to too many, what leads to more rights.
    ///
    /// ## Why it matters
    ///
    /// Whoever may create Pods runs as any account of the namespace; whoever lists Secrets reads
    /// their content, not only their names; whoever changes a webhook sees every request. With a few
    /// commands each of these becomes the whole cluster.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata:
    ///   name: ops
    /// rules:
    ///   # finding: 0 /rules/0
    ///   - apiGroups: [""]
    ///     resources: [pods/exec]
    ///     verbs: [get]
    ///   # finding: 0 /rules/1
    ///   - apiGroups: [batch]
    ///     resources: [cronjobs]
    ///     verbs: [get, create]
    ///   # finding: 0 /rules/2
    ///   - apiGroups: [""]
    ///     resources: [secrets, configmaps]
    ///     verbs: [list]
    ///   # finding: 0 /rules/3
    ///   - apiGroups: [networking.k8s.io]
    ///     resources: [networkpolicies]
    ///     verbs: [get, update]
    ///   # finding: 0 /rules/4
    ///   - apiGroups: [example.com]
    ///     resources: [widgets]
    ///     verbs: [escalate]
    /// ```
    ///
    /// Bindings for everybody, for an account that every Pod has, and to what rules the cluster:
    ///
    /// ```yaml,bad
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRoleBinding
    /// metadata:
    ///   name: everybody
    /// roleRef:
    ///   apiGroup: rbac.authorization.k8s.io
    ///   kind: ClusterRole
    ///   # finding: 0 /roleRef/name
    ///   name: cluster-admin
    /// subjects:
    ///   # finding: 0 /subjects/0/name
    ///   - kind: Group
    ///     apiGroup: rbac.authorization.k8s.io
    ///     name: system:unauthenticated
    ///   # finding: 0 /subjects/1/name
    ///   - kind: Group
    ///     apiGroup: rbac.authorization.k8s.io
    ///     name: system:serviceaccounts:shop
    ///   # finding: 0 /subjects/2/name
    ///   - kind: ServiceAccount
    ///     name: default
    ///     namespace: shop
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: RoleBinding
    /// metadata:
    ///   name: editor
    /// roleRef:
    ///   apiGroup: rbac.authorization.k8s.io
    ///   kind: ClusterRole
    ///   # finding: 1 /roleRef/name
    ///   name: edit
    /// subjects:
    ///   - kind: ServiceAccount
    ///     name: deployer
    /// ```
    ///
    /// A role that collects others:
    ///
    /// ```yaml,bad
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRole
    /// metadata:
    ///   name: collected
    /// # finding: 0 /aggregationRule
    /// aggregationRule:
    ///   clusterRoleSelectors:
    ///     - matchLabels:
    ///         team.example/collect: "yes"
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRole
    /// metadata:
    ///   name: shells
    ///   labels:
    ///     team.example/collect: "yes"
    /// rules:
    ///   # finding: 1 /rules/0
    ///   - apiGroups: [""]
    ///     resources: [pods/exec]
    ///     verbs: [create]
    /// ```
    ///
    /// Configuration of the cluster itself:
    ///
    /// ```yaml,bad
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata:
    ///   name: dns
    ///   namespace: kube-system
    /// rules:
    ///   # finding: 0 /rules/0
    ///   - apiGroups: [""]
    ///     resources: [configmaps]
    ///     verbs: [get, update]
    /// ```
    ///
    /// Rights on single objects count too, verbs on Secrets are chosen, and what counts is who has
    /// the role:
    ///
    /// ```yaml,bad
    /// # settings: {"ignore_resource_names": true, "secret_verbs": ["watch"], "report_on": "binding", "ignore_roles": ["known-*"]}
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata:
    ///   name: reader
    /// rules:
    ///   - apiGroups: [""]
    ///     resources: [secrets]
    ///     resourceNames: [tls]
    ///     verbs: [watch]
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: RoleBinding
    /// metadata:
    ///   name: reader
    /// roleRef:
    ///   apiGroup: rbac.authorization.k8s.io
    ///   kind: Role
    ///   # finding: 1 /roleRef/name
    ///   name: reader
    /// subjects:
    ///   - kind: ServiceAccount
    ///     name: app
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata:
    ///   name: getter
    /// rules:
    ///   - apiGroups: [""]
    ///     resources: [secrets]
    ///     verbs: [get]
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: RoleBinding
    /// metadata:
    ///   name: getter
    /// roleRef:
    ///   apiGroup: rbac.authorization.k8s.io
    ///   kind: Role
    ///   name: getter
    /// subjects:
    ///   - kind: ServiceAccount
    ///     name: app
    /// ```
    ///
    /// All of a cluster's `admin`, for an account:
    ///
    /// ```yaml,bad
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRoleBinding
    /// metadata:
    ///   name: deployer
    /// roleRef:
    ///   apiGroup: rbac.authorization.k8s.io
    ///   kind: ClusterRole
    ///   # finding: /roleRef/name
    ///   name: admin
    /// subjects:
    ///   - kind: ServiceAccount
    ///     name: deployer
    ///     namespace: platform
    /// ```
    ///
    /// To make workloads is what a controller is for, so this is an info:
    ///
    /// ```yaml,bad
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRole
    /// metadata:
    ///   name: controller
    /// rules:
    ///   # finding: /rules/0
    ///   - apiGroups: [apps]
    ///     resources: [deployments]
    ///     verbs: [get, list, watch, create]
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRoleBinding
    /// metadata:
    ///   name: controller
    /// roleRef:
    ///   apiGroup: rbac.authorization.k8s.io
    ///   kind: ClusterRole
    ///   name: controller
    /// subjects:
    ///   - kind: ServiceAccount
    ///     name: controller
    ///     namespace: default
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: controller
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: controller
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: controller
    ///     spec:
    ///       serviceAccountName: controller
    ///       containers:
    ///         - name: controller
    ///           image: registry.example/controller:1.0.0
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata:
    ///   name: app
    /// rules:
    ///   - apiGroups: [""]
    ///     resources: [pods, configmaps]
    ///     verbs: [get, list, watch]
    ///   - apiGroups: [""]
    ///     resources: [secrets]
    ///     resourceNames: [app-tls]
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
    /// ```
    ///
    /// What comes with the cluster, and a role that the settings leave out:
    ///
    /// ```yaml,good
    /// # settings: {"ignore_roles": ["shell-*"]}
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRoleBinding
    /// metadata:
    ///   name: system:discovery
    /// roleRef:
    ///   apiGroup: rbac.authorization.k8s.io
    ///   kind: ClusterRole
    ///   name: system:discovery
    /// subjects:
    ///   - kind: Group
    ///     apiGroup: rbac.authorization.k8s.io
    ///     name: system:authenticated
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata:
    ///   name: shell-duty
    /// rules:
    ///   - apiGroups: [""]
    ///     resources: [pods/exec]
    ///     verbs: [create]
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For a controller whose work it is, limited by `resourceNames` where that is possible, and for
    /// the people who run the cluster.
    ///
    /// ## Source
    ///
    /// - [RBAC Good Practices](https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks)
    /// - CIS Kubernetes Benchmark 1.12, 5.1.1, 5.1.2, 5.1.4, 5.1.7 to 5.1.13
    "rbac-privileged-grant",
    "Right that leads to more rights",
    patterns: &[Pattern::AccessControl],
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Bundle, Surface::Cluster],
    params: &[
        Param::Strings(&IGNORE_ROLES),
        Param::Strings(&SECRET_VERBS),
        Param::Flag(&IGNORE_NAMES),
        Param::Choice(&REPORT_ON),
    ],
    fix: Some(Grade::Review),
    check: Check::Object(check),
}

static IGNORE_ROLES: Strings = Strings {
    name: "ignore_roles",
    doc: "Roles and bindings to leave out, as globs of their names.",
    default: &[],
};

static SECRET_VERBS: Strings = Strings {
    name: "secret_verbs",
    doc: "Verbs on Secrets that are reported.",
    default: &["get", "list", "watch", "create", "update", "patch"],
};

static IGNORE_NAMES: Flag = Flag {
    name: "ignore_resource_names",
    doc: "Whether rules that name single objects are reported as well.",
    default: false,
};

static REPORT_ON: Choice = Choice {
    name: "report_on",
    doc: "Where a right is reported: at the role, at the bindings to it, or at both.",
    options: &["role", "binding", "both"],
    default: "role",
};

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let name = object.name().value.unwrap_or_default();
    let of_cluster = Role::of(object).is_some_and(is_default)
        || Binding::of(object)
            .is_some_and(|b| b.kind == RoleKind::Cluster && name == "cluster-admin");
    if of_cluster || is_of_system(name) || cx.lists(&IGNORE_ROLES, name) {
        return;
    }
    if let Some(role) = Role::of(object).filter(|_| cx.choice(&REPORT_ON) != "binding") {
        for entry in role.rules() {
            if let Some(granted) = judge(cx, role, entry) {
                grant(cx, role, entry, granted);
            }
        }
        if let Some((inner, granted)) = collected(cx, role) {
            let severity = severity(cx, inner, granted);
            cx.report(
                role.aggregation_rule().place,
                format_args!(
                    "a role that is collected grants {} on `{}`",
                    granted.verb, granted.resource
                ),
            )
            .severity(severity)
            .related(inner.node, "is collected");
        }
    } else if let Some(binding) = Binding::of(object) {
        bound(cx, binding);
        for subject in binding.subjects() {
            judge_subject(cx, binding, subject);
        }
    }
}

/// The right of a rule that leads to more.
fn judge<'d>(cx: &Cx<'_, 'd>, role: Role<'d>, entry: PolicyRule<'d>) -> Option<Granted<'d>> {
    let limited = items(entry.resource_names().value).next().is_some();
    if limited && !cx.flag(&IGNORE_NAMES) {
        return None;
    }
    let system =
        role.kind == RoleKind::Namespaced && role.object.effective_namespace() == "kube-system";
    worst(entry, &|verb| cx.lists(&SECRET_VERBS, verb), system)
}

/// A ClusterRole of the set whose rights an aggregated one collects, and the right that matters.
fn collected<'d>(cx: &Cx<'_, 'd>, role: Role<'d>) -> Option<(Role<'d>, Granted<'d>)> {
    cx.set().collected_by(role).into_iter().find_map(|other| {
        let granted = other.rules().find_map(|entry| judge(cx, other, entry))?;
        Some((other, granted))
    })
}

/// Making workloads is what a controller is for: a note, where one has the role.
fn severity<'d>(cx: &Cx<'_, 'd>, role: Role<'d>, granted: Granted<'d>) -> Severity {
    let set = cx.set();
    let controls = |pod: &crate::kube::PodSpec<'d>| {
        set.roles_of(*pod).any(|other| other == role)
            && recognise_one(&controller::RECOGNISER, set, pod.object())
                .is_some_and(|found| found.confidence >= Confidence::Likely)
    };
    if granted.when == When::Work && set.pod_specs().any(|pod| controls(&pod)) {
        Severity::Info
    } else {
        granted.severity
    }
}

fn grant<'d>(cx: &mut Cx<'_, 'd>, role: Role<'d>, entry: PolicyRule<'d>, granted: Granted<'d>) {
    let severity = severity(cx, role, granted);
    let (verb, resource) = (granted.verb, clipped(granted.resource));
    let report = cx
        .report(entry.node, format_args!("{verb} on `{resource}` leads to more rights"))
        .severity(severity);
    // The verb alone goes, where it is written and others stay.
    let verbs: Vec<_> = items(entry.verbs().value).collect();
    let written = verbs.iter().find(|node| node.as_str() == Some(verb));
    let place = match written {
        Some(node) if verbs.len() > 1 => *node,
        Some(_) => entry.node,
        None => return,
    };
    let edits = vec![Edit::new(Place::from(place).pointer(role.node), Op::Remove)];
    report.fix(Grade::Review, format!("Take away {verb}"), edits);
}

fn bound<'d>(cx: &mut Cx<'_, 'd>, binding: Binding<'d>) {
    let at = binding.role_name();
    let Some(name) = at.value else { return };
    let wide = binding.kind == RoleKind::Cluster;
    let accounts = binding.subjects().any(|subject| subject.kind().value == Some("ServiceAccount"));
    if binding.role_kind().value == Some("ClusterRole") {
        match name {
            "cluster-admin" => {
                cx.report(at.place, format_args!("`cluster-admin` may do everything"));
            }
            "admin" if wide => {
                cx.report(
                    at.place,
                    format_args!("`admin` in the whole cluster may do almost everything"),
                );
            }
            "edit" if accounts => {
                cx.report(at.place, format_args!("`edit` may read Secrets and run as any account"))
                    .severity(Severity::Info);
            }
            _ => {}
        }
    }
    if cx.choice(&REPORT_ON) == "role" {
        return;
    }
    let Some(role) = cx.set().bound_role(binding).filter(|role| !is_default(*role)) else { return };
    let ignored = cx.lists(&IGNORE_ROLES, role.object.display_name());
    let found = role.rules().find_map(|entry| judge(cx, role, entry));
    if let Some(granted) = found.filter(|_| !ignored) {
        let severity = severity(cx, role, granted);
        let (verb, resource) = (granted.verb, clipped(granted.resource));
        cx.report(
            at.place,
            format_args!("the role grants {verb} on `{resource}`, which leads to more rights"),
        )
        .severity(severity)
        .related(role.node, "the role");
    }
}

fn judge_subject<'d>(cx: &mut Cx<'_, 'd>, binding: Binding<'d>, subject: Subject<'d>) {
    let at = subject.name();
    let Some(name) = at.value else { return };
    let Some((severity, who)) = crowd(subject.kind().value.unwrap_or_default(), name) else {
        return;
    };
    let edits = vec![Edit::new(Place::from(subject.node).pointer(binding.node), Op::Remove)];
    cx.report(at.place, format_args!("the role is given to {who}")).severity(severity).fix(
        Grade::Review,
        "Take the role away from it",
        edits,
    );
}
