//! The fields of the built-in kinds that the rules read: a compact table, and a walk along it.
//!
//! Facts: the OpenAPI documents of Kubernetes 1.29 to 1.37 (`api/openapi-spec` of
//! kubernetes/kubernetes). What only the cluster writes, `status` and `metadata.managedFields`,
//! is taken as it is.
//!
//! One type is one text: fields apart by blanks, each `name:type`. A type is the name of another one,
//! or a letter: `s` text, `i` whole number of 32 bits, `l` of 64 bits, `n` number, `b` yes or no,
//! `q` quantity, `p` number or text (ports, percentages), `t` time, `y` base64, `*` anything.
//! Behind it `[]` makes a list and `{}` a map with free keys. `~` before a name: there, in a list,
//! or something else altogether. `+34` means since 1.34, `-30` until 1.30; a field without is as
//! old as the oldest version covered, or as its type.

mod core;
mod definition;
pub(crate) mod destination;
mod groups;
mod places;
pub(crate) mod unknown;
pub(crate) mod value;
mod volume;
mod walk;
pub(crate) mod words;

pub use walk::{Level, Visit, walk};

use crate::kube::Object;
use crate::minor::Minor;
use patternwarden_tree::{Kind, Node};

/// A type of the Kubernetes API whose fields are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Type {
    /// Its name in the API reference.
    pub name: &'static str,
    fields: &'static str,
}

/// A field of a [`Type`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What one value of it is.
    pub base: Base,
    /// How many values it holds.
    pub many: Many,
    /// First version that has it; `None` for the oldest one covered.
    pub since: Option<Minor>,
    /// Last version that has it.
    pub until: Option<Minor>,
}

/// What one value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "who checks values must know every kind of value")]
pub enum Base {
    /// A string.
    Text,
    /// A whole number of 32 bits.
    Int32,
    /// A whole number of 64 bits.
    Int64,
    /// A number.
    Number,
    /// A boolean.
    Flag,
    /// A resource quantity, as string or number.
    Quantity,
    /// A whole number or a string.
    IntOrString,
    /// A time as a string (RFC 3339).
    Time,
    /// Bytes as a base64 string.
    Bytes,
    /// Anything.
    Any,
    /// An object.
    Object(Type),
    /// An object or a list of them, where it is a map or a list; else anything.
    Loose(Type),
}

/// How many values a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the API has these three")]
pub enum Many {
    /// One.
    One,
    /// A list.
    List,
    /// A map with free keys.
    Map,
}

static TABLES: &[&[(&str, &str)]] =
    &[core::CORE, volume::VOLUME, groups::GROUPS, definition::DEFINITION];

/// Versions and kinds whose objects the table knows, and the type where it has another name.
static ROOTS: &[(&str, &[&str])] = &[
    (
        "v1",
        &[
            "ConfigMap",
            "LimitRange",
            "Namespace",
            "PersistentVolume",
            "PersistentVolumeClaim",
            "Pod",
            "PodTemplate",
            "ReplicationController",
            "ResourceQuota",
            "Secret",
            "Service",
            "ServiceAccount",
        ],
    ),
    ("apps/v1", &["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"]),
    ("batch/v1", &["CronJob", "Job"]),
    ("policy/v1", &["PodDisruptionBudget"]),
    ("autoscaling/v2", &["HorizontalPodAutoscaler"]),
    ("networking.k8s.io/v1", &["Ingress", "IngressClass", "NetworkPolicy"]),
    ("rbac.authorization.k8s.io/v1", &["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"]),
    ("coordination.k8s.io/v1", &["Lease"]),
    ("storage.k8s.io/v1", &["StorageClass"]),
    ("scheduling.k8s.io/v1", &["PriorityClass"]),
    ("apiextensions.k8s.io/v1", &["CustomResourceDefinition"]),
    (
        "admissionregistration.k8s.io/v1",
        &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"],
    ),
];

/// The type of an object; `None` for a kind or a version that the table does not know.
///
/// An object without `apiVersion` is taken for the built-in kind of its name.
pub fn type_of(object: Object<'_>) -> Option<Type> {
    let kind = object.kind().value?;
    let version = object.api_version();
    if version.is_mistyped() {
        return None;
    }
    if version.value == Some("autoscaling/v1") && kind == "HorizontalPodAutoscaler" {
        return Type::named("HorizontalPodAutoscalerV1");
    }
    ROOTS
        .iter()
        .filter(|(root, _)| version.value.is_none_or(|version| version == *root))
        .any(|(_, kinds)| kinds.contains(&kind))
        .then(|| Type::named(kind))
        .flatten()
}

/// The current version of a kind that the table knows.
pub(crate) fn version_of(kind: &str) -> Option<&'static str> {
    ROOTS.iter().find(|(_, kinds)| kinds.contains(&kind)).map(|(version, _)| *version)
}

impl Type {
    /// The type of this name.
    pub fn named(name: &str) -> Option<Self> {
        TABLES.iter().find_map(|table| {
            let at = table.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
            table.get(at).map(|(name, fields)| Self { name, fields })
        })
    }

    /// The fields, in the order of the table.
    pub fn fields(self) -> impl Iterator<Item = Field> {
        self.fields.split(' ').filter_map(Field::parse)
    }

    /// Names of the fields, in the order of the table.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        self.fields.split(' ').filter_map(|field| Some(field.split_once(':')?.0))
    }

    /// The field of this name.
    pub fn field(self, name: &str) -> Option<Field> {
        // Every key of every manifest asks; most fields differ where a name would end.
        let (fields, wanted) = (self.fields.as_bytes(), name.as_bytes());
        let mut start = 0;
        while let Some(rest) = fields.get(start..) {
            let next = rest.iter().position(|byte| *byte == b' ');
            if rest.get(wanted.len()) == Some(&b':') && rest.starts_with(wanted) {
                let end = next.map_or(fields.len(), |next| start + next);
                return Field::parse(self.fields.get(start..end)?);
            }
            start += next? + 1;
        }
        None
    }
}

impl Field {
    fn parse(written: &'static str) -> Option<Self> {
        let (name, rest) = written.split_once(':')?;
        let version = |mark| {
            let behind = rest.split_once(mark)?.1;
            let end = behind.find(|c: char| !c.is_ascii_digit()).unwrap_or(behind.len());
            behind.get(..end)?.parse().ok().map(Minor)
        };
        // Most fields are of every version.
        let (shape, since, until) = match rest.bytes().position(|byte| matches!(byte, b'+' | b'-'))
        {
            Some(end) => (rest.get(..end)?, version('+'), version('-')),
            None => (rest, None, None),
        };
        let (base, many) = if let Some(base) = shape.strip_suffix("[]") {
            (base, Many::List)
        } else if let Some(base) = shape.strip_suffix("{}") {
            (base, Many::Map)
        } else {
            (shape, Many::One)
        };
        let base = match base {
            "s" => Base::Text,
            "i" => Base::Int32,
            "l" => Base::Int64,
            "n" => Base::Number,
            "b" => Base::Flag,
            "q" => Base::Quantity,
            "p" => Base::IntOrString,
            "t" => Base::Time,
            "y" => Base::Bytes,
            "*" => Base::Any,
            _ => match base.strip_prefix('~') {
                Some(name) => Base::Loose(Type::named(name)?),
                None => Base::Object(Type::named(base)?),
            },
        };
        Some(Self { name, base, many, since, until })
    }

    /// Whether this Kubernetes version has the field.
    pub fn is_in(self, target: Minor) -> bool {
        self.since.is_none_or(|since| since <= target)
            && self.until.is_none_or(|until| target <= until)
    }

    /// Whether a value could stand here: its shape is right, and so are the names of its own
    /// fields. What lies deeper is not looked at.
    pub fn fits(self, node: Node<'_>) -> bool {
        match self.many {
            Many::One => self.base.fits(node),
            Many::List => node.is_seq() && node.items().all(|item| self.base.fits(item)),
            Many::Map => node.is_map() && node.children().all(|entry| self.base.fits(entry)),
        }
    }
}

impl Base {
    fn fits(self, node: Node<'_>) -> bool {
        match self {
            Self::Text | Self::Time | Self::Bytes => node.kind() == Kind::String,
            Self::Int32 | Self::Int64 => node.as_i64().is_some(),
            Self::Number => node.kind() == Kind::Number,
            Self::Flag => node.kind() == Kind::Bool,
            Self::Quantity | Self::IntOrString => {
                matches!(node.kind(), Kind::Number | Kind::String)
            }
            Self::Any | Self::Loose(_) => true,
            Self::Object(ty) => {
                let known =
                    |child: Node<'_>| child.key().is_some_and(|key| ty.field(key).is_some());
                node.is_map() && node.children().all(known)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn types() -> impl Iterator<Item = Type> {
        TABLES.iter().flat_map(|table| *table).map(|(name, fields)| Type { name, fields })
    }

    #[test]
    fn tables_are_sorted_and_no_name_is_used_twice() {
        for table in TABLES {
            assert!(table.is_sorted_by(|a, b| a.0 < b.0), "starts with {}", table[0].0);
        }
        let mut names: Vec<_> = types().map(|ty| ty.name).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn every_field_can_be_read_and_found() {
        for ty in types() {
            let written = ty.fields.split(' ').count();
            assert_eq!(ty.fields().count(), written, "{}: a type is not in the table", ty.name);
            for field in ty.fields() {
                assert_eq!(ty.field(field.name), Some(field), "{}.{}", ty.name, field.name);
                let covered = |minor: Minor| (Minor::OLDEST..=Minor::NEWEST).contains(&minor);
                assert!(field.since.is_none_or(covered) && field.until.is_none_or(covered));
            }
        }
    }

    #[test]
    fn every_type_belongs_to_some_kind() {
        let mut reached: Vec<Type> = ROOTS
            .iter()
            .flat_map(|(_, kinds)| *kinds)
            .chain(&["HorizontalPodAutoscalerV1"])
            .map(|kind| Type::named(kind).unwrap_or_else(|| panic!("{kind}")))
            .collect();
        let mut at = 0;
        while let Some(ty) = reached.get(at).copied() {
            at += 1;
            for field in ty.fields() {
                if let Base::Object(inner) | Base::Loose(inner) = field.base
                    && !reached.contains(&inner)
                {
                    reached.push(inner);
                }
            }
        }
        assert_eq!(reached.len(), types().count());
    }

    #[test]
    fn notation() {
        let pod = Type::named("PodSpec").unwrap();
        assert_eq!(pod.field("hostNetwork").unwrap().base, Base::Flag);
        let containers = pod.field("containers").unwrap();
        assert_eq!(containers.base, Base::Object(Type::named("Container").unwrap()));
        assert_eq!(containers.many, Many::List);
        let hostname = pod.field("hostnameOverride").unwrap();
        assert_eq!((hostname.since, hostname.until), (Some(Minor(34)), None));
        assert!(!hostname.is_in(Minor(33)) && hostname.is_in(Minor(34)));
        let workload = pod.field("workloadRef").unwrap();
        assert_eq!((workload.since, workload.until), (Some(Minor(35)), Some(Minor(35))));
        assert_eq!(pod.field("nodeSelector").unwrap().many, Many::Map);
        assert_eq!(pod.field("host"), None);
        assert_eq!(pod.field(""), None);
    }
}
