//! Typed read-only views over the tree, in Kubernetes' words.
//!
//! A view is a `Copy` wrapper around one [`Node`](patternwarden_tree::Node). It never fails and
//! never owns: an accessor returns [`At`](patternwarden_tree::At), so the caller gets the value
//! *and* the place to report, whether or not the field exists.
//!
//! **Invariant.** Views read; they hold no opinion. Opinions live in `rules`.

#[macro_use]
mod fields;
mod access;
mod autoscaler;
mod backend;
mod base64;
mod claim;
pub mod command;
mod config;
mod container;
mod crd;
pub mod cron;
mod expansion;
mod gateway;
mod image;
mod int_or_percent;
mod known;
mod labels;
mod localhost;
pub mod names;
mod network;
mod object;
mod os_fields;
mod pod;
mod probe;
mod quantity;
mod reference;
pub mod resources;
mod scale;
mod security;
mod template;
mod used_image;
mod version_name;
mod walk;
mod workload;

pub use access::{Binding, PolicyRule, Role, RoleKind, Subject};
pub use autoscaler::{Autoscaler, AutoscalerKind, ResourceMetric};
pub use backend::{Backend, annotated_class, backends, ingress_class, ingress_paths, is_ingress};
pub use base64::base64;
pub use claim::{Claim, claims};
pub use config::{ConfigKind, ConfigObject};
pub use container::{Class, Container, Port};
pub use crd::{Crd, CrdVersion};
pub use expansion::variables;
pub use gateway::{GatewayRef, gateways_of, is_gateway, is_http_route, listeners};
pub use image::ImageRef;
pub(crate) use image::is_host;
pub use int_or_percent::{Rounding, int_or_percent};
pub use labels::{LabelSelector, selects};
pub use localhost::{localhost_ports, localhost_ports_in};
pub use network::{NetworkPolicy, Service, cidr_holds, protocol, target_port};
pub use object::{Api, Object};
pub(crate) use os_fields::unset_fields;
pub use pod::{PodSpec, PodSpecs, Volume};
pub use probe::{Handler, Hook, Probe, ProbeKind};
pub use quantity::Quantity;
pub use reference::{ConfigReference, Via, config_references};
pub use scale::{Budget, Lease, Namespace, PersistentVolume, Scaler};
pub use security::{Secured, SecurityContexts, is_absent_or};
pub use used_image::UsedImage;
pub use version_name::is_versioned;
pub use walk::{EnvValues, Hooks, Items, Mounts, Probes, Words};
pub(crate) use walk::{entries, items};
pub(crate) use workload::Pointers;
#[cfg(feature = "schema")]
pub(crate) use workload::WORKLOADS;
pub use workload::{Workload, WorkloadKind};

/// Readers of field values, one per shape.
pub(crate) mod read {
    use patternwarden_tree::{Kind, Node};

    /// A string.
    pub(crate) fn text(node: Node<'_>) -> Option<&str> {
        node.as_str()
    }

    /// A whole number.
    pub(crate) fn int(node: Node<'_>) -> Option<i64> {
        node.as_i64()
    }

    /// A boolean.
    pub(crate) fn flag(node: Node<'_>) -> Option<bool> {
        node.as_bool()
    }

    /// A map.
    pub(crate) fn map(node: Node<'_>) -> Option<Node<'_>> {
        node.as_map()
    }

    /// A list.
    pub(crate) fn list(node: Node<'_>) -> Option<Node<'_>> {
        node.as_seq()
    }

    /// A number or a string: ports, percentages, quantities.
    pub(crate) fn scalar(node: Node<'_>) -> Option<Node<'_>> {
        matches!(node.kind(), Kind::Number | Kind::String).then_some(node)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_accessor_tells_present_absent_and_mistyped_apart() {
        Object::try_accessors();
        Autoscaler::try_accessors();
        Workload::try_accessors();
        PodSpec::try_accessors();
        Volume::try_accessors();
        Container::try_accessors();
        Port::try_accessors();
        Probe::try_accessors();
        LabelSelector::try_accessors();
        Service::try_accessors();
        Claim::try_accessors();
        NetworkPolicy::try_accessors();
        ConfigObject::try_accessors();
        Role::try_accessors();
        PolicyRule::try_accessors();
        Binding::try_accessors();
        Subject::try_accessors();
        Crd::try_accessors();
        CrdVersion::try_accessors();
        Budget::try_accessors();
        Scaler::try_accessors();
        Lease::try_accessors();
        Namespace::try_accessors();
        PersistentVolume::try_accessors();
        Secured::try_accessors();
    }
}
