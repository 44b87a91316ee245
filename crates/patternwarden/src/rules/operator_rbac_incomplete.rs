use crate::engine::Cx;
use crate::kube::{Crd, Object, PodSpec, PolicyRule, Role, items};
use crate::neighbours::Reads;
use crate::pattern::Pattern;
use crate::repair::append_verbs;
use crate::rule::{Check, Grade, Severity, Surface};
use alloc::{format, vec, vec::Vec};
use patternwarden_tree::{Edit, Node, Op, Value};

crate::rule! {
    /// A controller lacks a right that its loop needs.
    ///
    /// ## Why it matters
    ///
    /// The loop observes, analyses and acts. If one verb is missing it logs "forbidden" and does
    /// nothing, which looks like a controller with nothing to do.
    ///
    /// ## Bad
    ///
    /// The operator of this custom resource can read it, but neither be told of changes nor write its
    /// status:
    ///
    /// ```yaml,bad
    /// apiVersion: apiextensions.k8s.io/v1
    /// kind: CustomResourceDefinition
    /// metadata:
    ///   name: widgets.example.com
    /// spec:
    ///   group: example.com
    ///   scope: Namespaced
    ///   names:
    ///     kind: Widget
    ///     plural: widgets
    ///   versions:
    ///     - name: v1
    ///       served: true
    ///       storage: true
    ///       subresources:
    ///         status: {}
    ///       schema:
    ///         openAPIV3Schema:
    ///           type: object
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata:
    ///   name: widget-operator
    /// # finding: 1 /rules
    /// rules:
    ///   - apiGroups: [example.com]
    ///     # finding: 1 /rules/0/resources
    ///     resources: [widgets]
    ///     # finding: 1 /rules/0/verbs
    ///     verbs: [get, list]
    ///   - apiGroups: [""]
    ///     resources: [configmaps]
    ///     # finding: 1 /rules/1/verbs
    ///     verbs: [watch]
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: RoleBinding
    /// metadata:
    ///   name: widget-operator
    /// roleRef:
    ///   apiGroup: rbac.authorization.k8s.io
    ///   kind: Role
    ///   name: widget-operator
    /// subjects:
    ///   - kind: ServiceAccount
    ///     name: widget-operator
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: widget-operator
    /// spec:
    ///   serviceAccountName: widget-operator
    ///   containers:
    ///     - name: operator
    ///       image: registry.example/widget-operator:1.0.0
    /// ```
    ///
    /// Watching alone is missing, by somebody who writes, so this is an info:
    ///
    /// ```yaml,bad
    /// apiVersion: apiextensions.k8s.io/v1
    /// kind: CustomResourceDefinition
    /// metadata:
    ///   name: shops.example.com
    /// spec:
    ///   group: example.com
    ///   scope: Namespaced
    ///   names:
    ///     kind: Shop
    ///     plural: shops
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRole
    /// metadata:
    ///   name: operator
    /// rules:
    ///   - apiGroups: [example.com]
    ///     resources: [shops]
    ///     # finding: 1 /rules/0/verbs
    ///     verbs: [get, list, update]
    ///   - apiGroups: [""]
    ///     resources: [events]
    ///     verbs: [create]
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRoleBinding
    /// metadata:
    ///   name: operator
    /// roleRef:
    ///   apiGroup: rbac.authorization.k8s.io
    ///   kind: ClusterRole
    ///   name: operator
    /// subjects:
    ///   - kind: ServiceAccount
    ///     name: operator
    ///     namespace: default
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: operator
    /// spec:
    ///   serviceAccountName: operator
    ///   containers:
    ///     - name: operator
    ///       image: registry.example/operator:1.0.0
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: apiextensions.k8s.io/v1
    /// kind: CustomResourceDefinition
    /// metadata:
    ///   name: widgets.example.com
    /// spec:
    ///   group: example.com
    ///   scope: Namespaced
    ///   names:
    ///     kind: Widget
    ///     plural: widgets
    ///   versions:
    ///     - name: v1
    ///       served: true
    ///       storage: true
    ///       subresources:
    ///         status: {}
    ///       schema:
    ///         openAPIV3Schema:
    ///           type: object
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata:
    ///   name: widget-operator
    /// rules:
    ///   - apiGroups: [example.com]
    ///     resources: [widgets, widgets/status]
    ///     verbs: [get, list, watch, update, patch]
    ///   - apiGroups: [""]
    ///     resources: [events]
    ///     verbs: [create]
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: RoleBinding
    /// metadata:
    ///   name: widget-operator
    /// roleRef:
    ///   apiGroup: rbac.authorization.k8s.io
    ///   kind: Role
    ///   name: widget-operator
    /// subjects:
    ///   - kind: ServiceAccount
    ///     name: widget-operator
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: widget-operator
    /// spec:
    ///   serviceAccountName: widget-operator
    ///   containers:
    ///     - name: operator
    ///       image: registry.example/widget-operator:1.0.0
    /// ```
    ///
    /// ## When to allow it
    ///
    /// When the workload reads the resource now and then and is no controller of it, or when a
    /// right comes from a role outside of this input.
    /// Whether the controller sets owner references that block deletion, for which it may need
    /// `update` on the finalizers, no manifest tells.
    ///
    /// ## Source
    ///
    /// - [Using RBAC authorization](https://kubernetes.io/docs/reference/access-authn-authz/rbac/)
    /// - *Kubernetes Patterns*, second edition, "Controller" and "Operator"
    "operator-rbac-incomplete",
    "Controller lacks a verb its loop needs",
    patterns: &[Pattern::Controller, Pattern::Operator, Pattern::AccessControl],
    severity: Severity::Warning,
    surfaces: &[Surface::Bundle],
    fix: Some(Grade::Review),
    reads: READS,
    check: Check::Object(check),
}

static READS: &[Reads] = &[Reads::never(
    "it would read the roles, the definitions and the Pods of the whole cluster for every role",
)];

/// What observing takes.
const OBSERVE: [&str; 3] = ["get", "list", "watch"];

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(role) = Role::of(object) else { return };
    let set = cx.set();
    let mut pods = set.bindings_to(role).flat_map(|binding| set.pods_of(binding));
    let Some(pod) = pods.find(|pod| !has_unknown_roles(cx, *pod)) else { return };
    let all: Vec<Role<'d>> = set.roles_of(pod).collect();
    let crds: Vec<Crd<'d>> = set.of_kind("CustomResourceDefinition").filter_map(Crd::of).collect();
    let mut operates = false;
    for crd in &crds {
        let (Some(group), Some(plural)) = (crd.group().value, crd.plural().value) else { continue };
        if let Some(rule) = role.rules().find(|rule| rule.covers(group, plural)) {
            operates = true;
            observe(cx, &all, rule, group, plural);
            status(cx, &all, rule, *crd, group, plural);
        }
    }
    informers(cx, &all, role, &crds);
    if operates && !["", "events.k8s.io"].iter().any(|g| granted(&all, g, "events", "create")) {
        events(cx, role);
    }
}

/// Whether the account is bound to roles that are not in this set, so that its rights are unknown.
fn has_unknown_roles<'d>(cx: &Cx<'_, 'd>, pod: PodSpec<'d>) -> bool {
    cx.set().bindings_of(pod).any(|binding| cx.set().bound_role(binding).is_none())
}

fn granted(roles: &[Role<'_>], group: &str, resource: &str, verb: &str) -> bool {
    roles.iter().any(|role| role.grants(group, resource, verb))
}

fn observe<'d>(
    cx: &mut Cx<'_, 'd>,
    all: &[Role<'d>],
    rule: PolicyRule<'d>,
    group: &str,
    plural: &str,
) {
    let missing: Vec<&str> =
        OBSERVE.into_iter().filter(|verb| !granted(all, group, plural, verb)).collect();
    if missing.is_empty() {
        return;
    }
    let listed = missing.join(", ");
    let writes = ["create", "update", "patch", "delete"].iter().any(|verb| rule.has_verb(verb));
    let severity = if missing == ["watch"] && writes { Severity::Info } else { Severity::Warning };
    let verbs = rule.verbs();
    cx.report(verbs.place, format_args!("the controller of `{plural}` may not {listed} them"))
        .severity(severity)
        .fix(Grade::Review, format!("Grant {listed}"), append_verbs(rule, &missing));
}

fn status<'d>(
    cx: &mut Cx<'_, 'd>,
    all: &[Role<'d>],
    rule: PolicyRule<'d>,
    crd: Crd<'d>,
    group: &str,
    plural: &str,
) {
    let has_status = crd.versions().any(|version| version.status_subresource().value.is_some());
    let resource = format!("{plural}/status");
    let may_write = ["update", "patch"].iter().any(|verb| granted(all, group, &resource, verb));
    if !has_status || may_write {
        return;
    }
    let grant = Value::map([
        ("apiGroups", Value::seq([Value::from(group)])),
        ("resources", Value::seq([Value::from(resource.as_str())])),
        ("verbs", Value::seq([Value::from("update"), Value::from("patch")])),
    ]);
    let edits = vec![Edit::new("/rules/-", Op::Add(grant))];
    cx.report(
        rule.resources().place,
        format_args!("the controller of `{plural}` may not write `{resource}`"),
    )
    .fix(Grade::Review, format!("Grant update and patch of `{resource}`"), edits);
}

/// An informer lists before it watches, so `watch` alone is of no use.
fn informers<'d>(cx: &mut Cx<'_, 'd>, all: &[Role<'d>], role: Role<'d>, crds: &[Crd<'d>]) {
    for rule in role.rules().filter(|rule| rule.has_verb("watch")) {
        let pairs = groups(rule).flat_map(|g| resources(rule).map(move |resource| (g, resource)));
        let unlisted = pairs.into_iter().find(|(group, resource)| {
            let custom = crds.iter().any(|crd| {
                crd.group().value == Some(group) && crd.plural().value == Some(resource)
            });
            !custom && !granted(all, group, resource, "list")
        });
        if let Some((_, resource)) = unlisted {
            let edits = append_verbs(rule, &["list"]);
            cx.report(
                rule.verbs().place,
                format_args!("`{resource}` can be watched but not listed"),
            )
            .fix(Grade::Review, "Grant list", edits);
        }
    }
}

fn events<'d>(cx: &mut Cx<'_, 'd>, role: Role<'d>) {
    let grant = Value::map([
        ("apiGroups", Value::seq([Value::from("events.k8s.io")])),
        ("resources", Value::seq([Value::from("events")])),
        ("verbs", Value::seq([Value::from("create"), Value::from("patch")])),
    ]);
    let edits = vec![Edit::new("/rules/-", Op::Add(grant))];
    cx.report(role.rule_list().place, format_args!("the controller may not create events"))
        .severity(Severity::Hint)
        .fix(Grade::Review, "Grant create and patch of events", edits);
}

fn groups(rule: PolicyRule<'_>) -> impl Iterator<Item = &str> {
    items(rule.api_groups().value).filter_map(Node::as_str)
}

fn resources(rule: PolicyRule<'_>) -> impl Iterator<Item = &str> {
    items(rule.resources().value).filter_map(Node::as_str)
}
