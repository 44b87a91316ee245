//! Rights that can be turned into more rights.

use crate::kube::{PolicyRule, Role, RoleKind, items};
use crate::rule::Severity;
use patternwarden_tree::Node;

/// Rights on some resources of one group that lead to more rights.
#[derive(Debug)]
pub struct Power {
    /// How much they matter.
    pub severity: Severity,
    group: &'static str,
    /// Resources, apart by blanks.
    resources: &'static str,
    /// Verbs, apart by blanks; `*` is any verb.
    verbs: &'static str,
    /// Where the rights only matter in some roles.
    pub when: When,
}

/// In which roles a [`Power`] matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the table knows these")]
pub enum When {
    /// In all.
    Always,
    /// In all; for a controller it is its work, and no more than a note.
    Work,
    /// In roles of the namespace `kube-system`.
    System,
    /// Verbs come from the settings: Secrets.
    Secrets,
}

const WRITE: &str = "create update patch delete deletecollection";

const fn power(group: &'static str, resources: &'static str, verbs: &'static str) -> Power {
    Power { severity: Severity::Warning, group, resources, verbs, when: When::Always }
}

const fn work(group: &'static str, resources: &'static str, verbs: &'static str) -> Power {
    Power { when: When::Work, ..power(group, resources, verbs) }
}

const fn note(group: &'static str, resources: &'static str) -> Power {
    Power { severity: Severity::Info, ..power(group, resources, WRITE) }
}

/// Source: "Role Based Access Control Good Practices" of the Kubernetes documentation, "Kubernetes
/// RBAC - privilege escalation risks", and CIS Kubernetes Benchmark 1.12, 5.1.
static POWERS: &[Power] = &[
    Power { when: When::Secrets, ..power("", "secrets", "") },
    power("", "pods/exec pods/attach pods/portforward", "create get"),
    power("", "pods", "create"),
    power("", "nodes/proxy pods/proxy services/proxy", "*"),
    power("", "serviceaccounts/token", "create"),
    power("rbac.authorization.k8s.io", "roles clusterroles", "escalate bind"),
    power("", "users groups serviceaccounts", "impersonate"),
    power(
        "rbac.authorization.k8s.io",
        "roles clusterroles rolebindings clusterrolebindings",
        WRITE,
    ),
    power("certificates.k8s.io", "certificatesigningrequests/approval", "create update patch"),
    power("certificates.k8s.io", "signers", "approve sign"),
    power(
        "admissionregistration.k8s.io",
        "validatingwebhookconfigurations mutatingwebhookconfigurations",
        "create update patch",
    ),
    power(
        "admissionregistration.k8s.io",
        "validatingadmissionpolicies mutatingadmissionpolicies validatingadmissionpolicybindings \
         mutatingadmissionpolicybindings",
        WRITE,
    ),
    power("", "persistentvolumes", "create update patch"),
    power("apiregistration.k8s.io", "apiservices", WRITE),
    power("apiextensions.k8s.io", "customresourcedefinitions", WRITE),
    power("", "nodes nodes/status", WRITE),
    work("apps", "deployments daemonsets statefulsets replicasets", "create"),
    work("", "replicationcontrollers", "create"),
    work("batch", "jobs cronjobs", "create"),
    work("", "pods/ephemeralcontainers", "update patch"),
    note("", "endpoints services"),
    note("discovery.k8s.io", "endpointslices"),
    note("networking.k8s.io", "networkpolicies ingresses"),
    Power { when: When::System, ..note("", "configmaps") },
];

/// Verbs that lead to more rights on whatever they are granted.
const ALWAYS: [&str; 3] = ["escalate", "bind", "impersonate"];

/// What a rule of a role grants of a [`Power`].
#[derive(Clone, Copy, Debug)]
pub struct Granted<'s> {
    /// How much it matters.
    pub severity: Severity,
    /// In which roles it matters.
    pub when: When,
    /// The resource.
    pub resource: &'s str,
    /// The verb.
    pub verb: &'s str,
}

/// The first right of a rule that leads to more, worst first.
///
/// `secret_verbs` are the verbs on Secrets that count; `system` says that the role belongs to
/// `kube-system`.
pub fn worst<'s>(
    rule: PolicyRule<'s>,
    secret_verbs: &dyn Fn(&str) -> bool,
    system: bool,
) -> Option<Granted<'s>> {
    let written = |verb: &&str| items(rule.verbs().value).any(|node| node.as_str() == Some(verb));
    if let Some(verb) = ALWAYS.into_iter().find(|verb| written(verb)) {
        let resource = items(rule.resources().value).find_map(Node::as_str).unwrap_or("*");
        return Some(Granted { severity: Severity::Warning, when: When::Always, resource, verb });
    }
    for power in POWERS.iter().filter(|power| system || power.when != When::System) {
        let covered = power.resources.split(' ').filter(|name| !name.is_empty());
        let Some(resource) = covered.into_iter().find(|name| rule.covers(power.group, name)) else {
            continue;
        };
        let verb = if power.when == When::Secrets {
            SECRET_VERBS.into_iter().find(|verb| secret_verbs(verb) && rule.has_verb(verb))
        } else if power.verbs == "*" {
            items(rule.verbs().value).find_map(Node::as_str)
        } else {
            power.verbs.split(' ').find(|verb| rule.has_verb(verb))
        };
        if let Some(verb) = verb {
            return Some(Granted { severity: power.severity, when: power.when, resource, verb });
        }
    }
    None
}

/// Verbs that a Secret can be read or made with.
const SECRET_VERBS: [&str; 8] =
    ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];

/// Who a subject is that stands for more than one program or person, and how much that matters.
pub fn crowd(kind: &str, name: &str) -> Option<(Severity, &'static str)> {
    Some(match (kind, name) {
        ("Group", "system:unauthenticated") | ("User", "system:anonymous") => {
            (Severity::Error, "everybody, without a name")
        }
        ("Group", "system:masters") => (Severity::Warning, "those whom no rule binds"),
        ("Group", "system:authenticated") => (Severity::Warning, "everybody with a name"),
        ("Group", "system:serviceaccounts") => (Severity::Warning, "every Pod of the cluster"),
        ("Group", group) if group.starts_with("system:serviceaccounts:") => {
            (Severity::Warning, "every Pod of a namespace")
        }
        ("ServiceAccount", "default") => (Severity::Warning, "every Pod that names no account"),
        _ => return None,
    })
}

/// Whether a role comes with every cluster. A Role that is called `admin` is somebody's own.
pub fn is_default(role: Role<'_>) -> bool {
    let wide = role.kind == RoleKind::Cluster;
    let own = |name: &str| if wide { is_default_name(name) } else { is_of_system(name) };
    role.object.name().value.is_some_and(own)
}

/// Whether a name is that of a ClusterRole that comes with every cluster.
pub fn is_default_name(name: &str) -> bool {
    is_of_system(name) || matches!(name, "cluster-admin" | "admin" | "edit" | "view")
}

/// Whether a role or a binding belongs to the control plane, which names such ones so.
pub fn is_of_system(name: &str) -> bool {
    name.starts_with("system:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_right_is_named() {
        let found = |text: &str| {
            let stream = patternwarden_yaml::read(text);
            let rule = PolicyRule::of_node(stream.documents[0].root().unwrap());
            worst(rule, &|verb| verb != "delete", false)
                .map(|granted| alloc::format!("{} {}", granted.verb, granted.resource))
        };
        let rule = |group: &str, resources: &str, verbs: &str| {
            found(&alloc::format!(
                "{{apiGroups: ['{group}'], resources: [{resources}], verbs: [{verbs}]}}\n"
            ))
        };
        assert_eq!(rule("", "pods/exec", "get").as_deref(), Some("get pods/exec"));
        assert_eq!(rule("", "pods", "get, list").as_deref(), None);
        assert_eq!(rule("", "configmaps, secrets", "watch").as_deref(), Some("watch secrets"));
        assert_eq!(rule("", "secrets", "delete").as_deref(), None);
        assert_eq!(rule("", "nodes/proxy", "get").as_deref(), Some("get nodes/proxy"));
        assert_eq!(rule("batch", "cronjobs", "create").as_deref(), Some("create cronjobs"));
        assert_eq!(rule("example.com", "widgets", "bind").as_deref(), Some("bind widgets"));
        assert_eq!(rule("*", "\"*\"", "\"*\"").as_deref(), Some("get secrets"));
        assert_eq!(rule("", "configmaps", "update").as_deref(), None);
    }
}
