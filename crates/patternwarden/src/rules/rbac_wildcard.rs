use crate::engine::Cx;
use crate::kube::{Object, PolicyRule, Role, items};
use crate::pattern::Pattern;
use crate::powers::is_default;
use crate::rule::{Admission, Check, Grade, Severity, Surface};
use patternwarden_tree::{Node, Value};

crate::rule! {
    /// A role grants everything of a kind with a star.
    ///
    /// ## Why it matters
    ///
    /// A star also covers the resources that will be installed next year, and verbs such as
    /// `escalate` and `impersonate` that nobody thought of. Aggregation carries it on into other
    /// roles.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata:
    ///   name: app
    /// rules:
    ///   - apiGroups: [apps]
    ///     # finding: 0 /rules/0/resources/0
    ///     resources: ["*"]
    ///     verbs: [get]
    ///   - apiGroups: [apps]
    ///     resources: [deployments]
    ///     # finding: 0 /rules/1/verbs/0
    ///     verbs: ["*"]
    ///   # finding: 0 /rules/2/apiGroups/0
    ///   - apiGroups: ["*"]
    ///     resources: [widgets]
    ///     verbs: [get]
    ///   - apiGroups: [""]
    ///     # finding: 0 /rules/3/resources/0
    ///     resources: [pods/*]
    ///     verbs: [get]
    /// ```
    ///
    /// All three at once, and every address that is no resource:
    ///
    /// ```yaml,bad
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRole
    /// metadata:
    ///   name: app
    /// rules:
    ///   # finding: 0 /rules/0
    ///   - apiGroups: ["*"]
    ///     resources: ["*"]
    ///     verbs: ["*"]
    ///   # finding: 0 /rules/1/nonResourceURLs/0
    ///   - nonResourceURLs: ["*"]
    ///     verbs: [get]
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
    ///   - apiGroups: [apps]
    ///     resources: [deployments, deployments/scale]
    ///     verbs: [get, list, watch]
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRole
    /// metadata:
    ///   name: metrics
    /// rules:
    ///   - nonResourceURLs: [/metrics, /healthz/*]
    ///     verbs: [get]
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For administrators, and for a controller that works on kinds it cannot know, such as a
    /// garbage collector. Roles that come with the cluster are left alone.
    ///
    /// ## Source
    ///
    /// - [RBAC Good Practices](https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege)
    /// - CIS Kubernetes Benchmark 1.12, 5.1.3
    "rbac-wildcard",
    "Wildcards in a role",
    patterns: &[Pattern::AccessControl],
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    fix: Some(Grade::Review),
    check: Check::Object(check),
}

/// The verbs that a controller of a resource uses.
const USUAL: [&str; 7] = ["get", "list", "watch", "create", "update", "patch", "delete"];

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(role) = Role::of(object).filter(|role| !is_default(*role)) else { return };
    for entry in role.rules() {
        judge(cx, entry);
    }
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, entry: PolicyRule<'d>) {
    let star = |list: Option<Node<'d>>| items(list).find(|node| node.as_str() == Some("*"));
    let groups = star(entry.api_groups().value);
    let resources = star(entry.resources().value);
    let verbs = star(entry.verbs().value);
    if groups.is_some() && resources.is_some() && verbs.is_some() {
        cx.report(
            entry.node,
            format_args!("everything is granted: this is cluster-admin in disguise"),
        );
        return;
    }
    let urls = star(items(entry.node.get("nonResourceURLs")).next().and_then(Node::parent));
    let places = [(groups, "group"), (resources, "resource"), (urls, "address")];
    for (place, word) in places.into_iter().filter_map(|(place, word)| Some((place?, word))) {
        let name = alloc::format!("name of the {word}");
        cx.report(place, format_args!("`*` covers every {word}, also those to come")).fix_set(
            Grade::Template,
            alloc::format!("Name the {word}"),
            Value::Placeholder(name),
        );
    }
    if let Some(place) = verbs {
        let report = cx.report(
            place,
            format_args!("`*` covers every verb, also `escalate` and `impersonate`"),
        );
        if let Some(list) = place.parent() {
            let usual = Value::Seq(USUAL.into_iter().map(Value::from).collect());
            report.fix_at(Grade::Review, "Name the usual verbs", list, usual);
        }
    }
    let part = |node: &Node<'d>| {
        let text = node.as_str().unwrap_or_default();
        text.len() > 1 && (text.starts_with("*/") || text.ends_with("/*"))
    };
    for place in items(entry.resources().value).filter(part) {
        let text = crate::matcher::clipped(place.scalar_text());
        cx.report(place, format_args!("`{text}` covers more than one resource"))
            .severity(Severity::Info);
    }
}
