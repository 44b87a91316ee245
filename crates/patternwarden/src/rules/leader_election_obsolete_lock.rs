use crate::engine::Cx;
use crate::kube::{Container, Object, PodSpec, PolicyRule, Role, RoleKind};
use crate::param::{Param, Strings};
use crate::pattern::Pattern;
use crate::repair::append;
use crate::rule::{Check, Grade, Severity, Surface};
use alloc::{format, string::String, vec};
use patternwarden_tree::{Node, Value};

crate::rule! {
    /// Leader election uses a ConfigMap or Endpoints object as its lock.
    ///
    /// ## Why it matters
    ///
    /// The client library of Kubernetes dropped these locks in 1.24, and those that kept a Lease
    /// beside them in 1.28, so that the program refuses to start after an update. Besides, each
    /// renewal of a lock on a ConfigMap wakes everybody who watches ConfigMaps. Only Leases are
    /// left.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: operator
    /// spec:
    ///   replicas: 2
    ///   selector:
    ///     matchLabels:
    ///       app: operator
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: operator
    ///     spec:
    ///       containers:
    ///         - name: operator
    ///           image: registry.example/operator:1.4.2
    ///           args:
    ///             - --leader-elect
    ///             # finding: /spec/template/spec/containers/0/args/1
    ///             - --leader-elect-resource-lock=configmaps
    ///         - name: helper
    ///           image: registry.example/helper:1.4.2
    ///           command: [sh, -c]
    ///           args:
    ///             # finding: /spec/template/spec/containers/1/args/0
    ///             - exec helper --resourceLock endpointsleases
    ///           env:
    ///             - name: LEADER_ELECTION_RESOURCE_LOCK
    ///               # finding: /spec/template/spec/containers/1/env/0/value
    ///               value: endpoints
    /// ```
    ///
    /// Option and value are two words:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: operator
    /// spec:
    ///   containers:
    ///     - name: operator
    ///       image: registry.example/operator:1.4.2
    ///       args:
    ///         - --resource-lock
    ///         # finding: /spec/containers/0/args/1
    ///         - configmapsleases
    /// ```
    ///
    /// A role grants the lock, and no role grants a Lease:
    ///
    /// ```yaml,bad
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata:
    ///   name: operator
    /// rules:
    ///   - apiGroups: [""]
    ///     resources: [configmaps]
    ///     # finding: /rules/0/resourceNames
    ///     resourceNames: [operator-leader-election]
    ///     verbs: [get, update]
    /// ```
    ///
    /// A role that takes Endpoints as the lock:
    ///
    /// ```yaml,bad
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata:
    ///   name: shop
    /// rules:
    ///   - apiGroups: [""]
    ///     resources: [endpoints]
    ///     # finding: /rules/0/resourceNames
    ///     resourceNames: [shop-leader]
    ///     verbs: [get, update]
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: operator
    /// spec:
    ///   containers:
    ///     - name: operator
    ///       image: registry.example/operator:1.4.2
    ///       args:
    ///         - --leader-elect
    ///         - --leader-elect-resource-lock=leases
    /// ```
    ///
    /// A role that grants Leases may keep the old lock until every instance has been updated, and
    /// an ordinary ConfigMap is no lock:
    ///
    /// ```yaml,good
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata:
    ///   name: operator
    /// rules:
    ///   - apiGroups: [""]
    ///     resources: [configmaps]
    ///     resourceNames: [operator-lock]
    ///     verbs: [get, update]
    ///   - apiGroups: [coordination.k8s.io]
    ///     resources: [leases]
    ///     verbs: [get, create, update]
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata:
    ///   name: settings
    ///   namespace: other
    /// rules:
    ///   - apiGroups: [""]
    ///     resources: [configmaps]
    ///     resourceNames: [settings]
    ///     verbs: [update]
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For a program in another language than Go whose library still has such a lock: there it
    /// works, but wakes the watchers all the same.
    ///
    /// ## Source
    ///
    /// - [Leases](https://kubernetes.io/docs/concepts/architecture/leases/)
    /// - [kubernetes/client-go](https://github.com/kubernetes/client-go/tree/master/tools/leaderelection/resourcelock), which has the Lease lock alone
    "leader-election-obsolete-lock",
    "ConfigMap or Endpoints lock",
    patterns: &[Pattern::SingletonService, Pattern::Controller],
    severity: Severity::Warning,
    surfaces: &[Surface::Object, Surface::Bundle],
    params: &[Param::Strings(&LOCK_NAMES)],
    fix: Some(Grade::Safe),
    check: Check::Object(check),
}

static LOCK_NAMES: Strings = Strings {
    name: "lock_names",
    doc: "Names of ConfigMaps and Endpoints that are taken for a lock, as globs.",
    default: &["*-leader*", "*-lock"],
};

const OBSOLETE: [&str; 4] = ["configmapsleases", "endpointsleases", "configmaps", "endpoints"];

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    if let Some(role) = Role::of(object) {
        grants(cx, role);
    }
    for container in object.pod_spec().into_iter().flat_map(PodSpec::containers) {
        options(cx, container);
    }
}

fn options<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    for (name, value) in container.env_values() {
        if let (true, Some(text)) = (names_lock(name), value.as_str())
            && let Some(lock) = OBSOLETE.into_iter().find(|lock| *lock == text)
        {
            report(cx, value, lock, String::from("leases"));
        }
    }
    let mut before = "";
    for word in container.words() {
        let text = word.as_str().unwrap_or_default();
        let alone = OBSOLETE.into_iter().find(|lock| *lock == text && names_lock(before));
        if let Some(lock) = alone {
            report(cx, word, lock, String::from("leases"));
        } else if let Some((lock, start)) = option(text) {
            let (head, tail) = text.split_at_checked(start).unwrap_or((text, ""));
            let tail = tail.strip_prefix(lock).unwrap_or_default();
            report(cx, word, lock, format!("{head}leases{tail}"));
        }
        before = text;
    }
}

fn report<'d>(cx: &mut Cx<'_, 'd>, node: Node<'d>, lock: &str, repaired: String) {
    cx.report(node, format_args!("the lock `{lock}` is gone from the client library")).fix_set(
        Grade::Safe,
        "Use a Lease as the lock",
        repaired,
    );
}

/// Whether an option or variable names the kind of lock: `--leader-elect-resource-lock`,
/// `resourceLock`, `RESOURCE_LOCK`.
fn names_lock(name: &str) -> bool {
    const WORD: &[u8] = b"resourcelock";
    let letters = name.bytes().filter(u8::is_ascii_alphanumeric).rev();
    let same = |(a, b): (u8, &u8)| a.eq_ignore_ascii_case(b);
    let letters = letters.take(WORD.len());
    letters.clone().count() == WORD.len() && letters.zip(WORD.iter().rev()).all(same)
}

/// Characters before a lock that can name its option.
const MAX_OPTION: usize = 64;

/// An obsolete lock that follows its option within one string, and the byte where it starts.
fn option(text: &str) -> Option<(&'static str, usize)> {
    OBSOLETE.into_iter().find_map(|lock| {
        let mut found = text.match_indices(lock).map(|(start, _)| start);
        let start = found.find(|start| {
            let (head, tail) = text.split_at_checked(*start).unwrap_or_default();
            let tail = tail.strip_prefix(lock).unwrap_or_default();
            !tail.starts_with(char::is_alphanumeric) && follows_option(head)
        })?;
        Some((lock, start))
    })
}

fn follows_option(head: &str) -> bool {
    let from = head.char_indices().rev().take(MAX_OPTION).last().map_or(0, |(at, _)| at);
    let head = head.get(from..).unwrap_or_default();
    let option = head.trim_end_matches(|c: char| c.is_whitespace() || "=:\"'".contains(c));
    let name = option.rsplit(|c: char| c.is_whitespace() || "\"'{,".contains(c)).next();
    option.len() < head.len() && name.is_some_and(names_lock)
}

/// A role that grants a lock by name, when nothing beside it grants Leases.
fn grants<'d>(cx: &mut Cx<'_, 'd>, role: Role<'d>) {
    let namespace = role.object.effective_namespace();
    let grants_lease = |other: Role<'_>| {
        let here =
            other.kind == RoleKind::Cluster || other.object.effective_namespace() == namespace;
        let grants = |verb| other.grants("coordination.k8s.io", "leases", verb);
        here && (grants("create") || grants("update"))
    };
    let mut found = role.rules().filter(|rule| takes_lock(*rule)).filter_map(|rule| {
        let names = rule.resource_names().value?;
        let lock =
            names.items().filter_map(Node::as_str).find(|name| cx.lists(&LOCK_NAMES, name))?;
        Some((names, lock))
    });
    let Some((names, lock)) = found.next() else { return };
    if cx.set().objects().filter_map(Role::of).any(grants_lease) {
        return;
    }
    let words = |words: &[&str]| Value::Seq(words.iter().map(|word| (*word).into()).collect());
    let leases = Value::map([
        ("apiGroups", words(&["coordination.k8s.io"])),
        ("resources", words(&["leases"])),
        ("verbs", words(&["get", "create", "update"])),
    ]);
    let edits = vec![append(role.node, role.rule_list(), leases)];
    cx.report(
        names,
        format_args!("the role grants `{lock}` as a lock, and no role grants a Lease"),
    )
    .fix(Grade::Review, "Grant Leases too", edits);
}

fn takes_lock(rule: PolicyRule<'_>) -> bool {
    let writes = rule.has_verb("create") || rule.has_verb("update");
    writes && (rule.covers("", "configmaps") || rule.covers("", "endpoints"))
}
