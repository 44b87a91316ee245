//! Roles, bindings and their subjects.

use crate::kube::Object;
use crate::kube::items;
use patternwarden_tree::Node;

/// Whether a role or binding holds in one namespace or everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "RBAC has these two scopes")]
pub enum RoleKind {
    /// `Role`, `RoleBinding`.
    Namespaced,
    /// `ClusterRole`, `ClusterRoleBinding`.
    Cluster,
}

const GROUP: &str = "rbac.authorization.k8s.io";

impl RoleKind {
    /// The scope of an object of one of two kinds, the narrow one first.
    fn of(object: Object<'_>, [namespaced, cluster]: [&str; 2]) -> Option<Self> {
        if object.is(GROUP, namespaced) {
            Some(Self::Namespaced)
        } else {
            object.is(GROUP, cluster).then_some(Self::Cluster)
        }
    }
}

/// A `Role` or `ClusterRole`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Role<'d> {
    /// Root of the object.
    pub node: Node<'d>,
    /// The object.
    pub object: Object<'d>,
    /// Its scope.
    pub kind: RoleKind,
}

fields!(Role {
    /// `rules`.
    rule_list: Node<'d> = list ["rules"];
    /// `aggregationRule` of a ClusterRole.
    aggregation_rule: Node<'d> = map ["aggregationRule"];
});

impl<'d> Role<'d> {
    /// The object as a role.
    pub fn of(object: Object<'d>) -> Option<Self> {
        let kind = RoleKind::of(object, ["Role", "ClusterRole"])?;
        Some(Self { node: object.node, object, kind })
    }

    #[cfg(test)]
    pub(crate) fn of_node(node: Node<'d>) -> Self {
        Self { node, object: Object::of_node(node), kind: RoleKind::Namespaced }
    }

    /// The entries of `rules`.
    pub fn rules(self) -> impl Iterator<Item = PolicyRule<'d>> {
        items(self.rule_list().value).map(|node| PolicyRule { node })
    }

    /// Whether some rule grants `verb` on `resource` of `group`, wildcards included.
    pub fn grants(self, group: &str, resource: &str, verb: &str) -> bool {
        self.rules().any(|rule| rule.covers(group, resource) && rule.has_verb(verb))
    }
}

/// One entry of a role's `rules`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PolicyRule<'d> {
    /// The entry.
    pub node: Node<'d>,
}

fields!(PolicyRule {
    /// `apiGroups`.
    api_groups: Node<'d> = list ["apiGroups"];
    /// `resources`.
    resources: Node<'d> = list ["resources"];
    /// `resourceNames`; absent means every object.
    resource_names: Node<'d> = list ["resourceNames"];
    /// `verbs`.
    verbs: Node<'d> = list ["verbs"];
});

#[cfg(test)]
impl<'d> PolicyRule<'d> {
    pub(crate) fn of_node(node: Node<'d>) -> Self {
        Self { node }
    }
}

impl PolicyRule<'_> {
    /// Whether it speaks of this resource; `plural` or `plural/subresource`, wildcards included.
    ///
    /// Source: `kubernetes/pkg/registry/rbac/validation`: `*` covers everything, `*/status` covers
    /// the subresource of every resource, and a resource without its subresource does not cover it.
    pub fn covers(self, group: &str, resource: &str) -> bool {
        let groups = names(self.api_groups().value, group);
        let subresource = resource.split_once('/').map(|(_, sub)| sub);
        groups
            && items(self.resources().value).filter_map(Node::as_str).any(|listed| {
                listed == "*"
                    || listed == resource
                    || subresource.is_some_and(|sub| listed.strip_prefix("*/") == Some(sub))
            })
    }

    /// Whether it grants this verb, wildcard included.
    pub fn has_verb(self, verb: &str) -> bool {
        names(self.verbs().value, verb)
    }
}

fn names(list: Option<Node<'_>>, wanted: &str) -> bool {
    items(list).filter_map(Node::as_str).any(|listed| listed == "*" || listed == wanted)
}

/// A `RoleBinding` or `ClusterRoleBinding`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Binding<'d> {
    /// Root of the object.
    pub node: Node<'d>,
    /// The object.
    pub object: Object<'d>,
    /// Its scope.
    pub kind: RoleKind,
}

fields!(Binding {
    /// `roleRef.kind`: `Role` or `ClusterRole`.
    role_kind: &'d str = text ["roleRef", "kind"];
    /// `roleRef.name`.
    role_name: &'d str = text ["roleRef", "name"];
    /// `subjects`.
    subject_list: Node<'d> = list ["subjects"];
});

impl<'d> Binding<'d> {
    /// The object as a binding.
    pub fn of(object: Object<'d>) -> Option<Self> {
        let kind = RoleKind::of(object, ["RoleBinding", "ClusterRoleBinding"])?;
        Some(Self { node: object.node, object, kind })
    }

    #[cfg(test)]
    pub(crate) fn of_node(node: Node<'d>) -> Self {
        Self { node, object: Object::of_node(node), kind: RoleKind::Namespaced }
    }

    /// The entries of `subjects`.
    pub fn subjects(self) -> impl Iterator<Item = Subject<'d>> {
        items(self.subject_list().value).map(|node| Subject { node })
    }

    /// Whether it binds this ServiceAccount. A subject without namespace is in the binding's own.
    pub fn binds_service_account(self, name: &str, namespace: &str) -> bool {
        let own = self.object.effective_namespace();
        self.subjects().any(|subject| {
            subject.kind().value == Some("ServiceAccount")
                && subject.name().value == Some(name)
                && subject.namespace().value.unwrap_or(own) == namespace
        })
    }
}

/// One entry of a binding's `subjects`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Subject<'d> {
    /// The entry.
    pub node: Node<'d>,
}

fields!(Subject {
    /// `kind`: `ServiceAccount`, `User` or `Group`.
    kind: &'d str = text ["kind"];
    /// `name`.
    name: &'d str = text ["name"];
    /// `apiGroup`; the API server fills it in from the kind.
    api_group: &'d str = text ["apiGroup"];
    /// `namespace` of a ServiceAccount.
    namespace: &'d str = text ["namespace"];
});

#[cfg(test)]
impl<'d> Subject<'d> {
    pub(crate) fn of_node(node: Node<'d>) -> Self {
        Self { node }
    }
}
