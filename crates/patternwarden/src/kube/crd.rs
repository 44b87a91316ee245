//! `CustomResourceDefinition`s.

use crate::kube::Object;
use crate::kube::items;
use patternwarden_tree::Node;

/// An `apiextensions.k8s.io` `CustomResourceDefinition`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crd<'d> {
    /// Root of the object.
    pub node: Node<'d>,
    /// The object.
    pub object: Object<'d>,
}

fields!(Crd {
    /// `spec.group`.
    group: &'d str = text ["spec", "group"];
    /// `spec.scope`: `Namespaced` or `Cluster`.
    scope: &'d str = text ["spec", "scope"];
    /// `spec.names.plural`.
    plural: &'d str = text ["spec", "names", "plural"];
    /// `spec.names.kind`.
    names_kind: &'d str = text ["spec", "names", "kind"];
    /// `spec.versions`.
    version_list: Node<'d> = list ["spec", "versions"];
    /// `spec.version`, which only v1beta1 had.
    legacy_version: &'d str = text ["spec", "version"];
    /// `spec.validation`, which only v1beta1 had.
    legacy_validation: Node<'d> = map ["spec", "validation"];
    /// `spec.subresources`, which only v1beta1 had here.
    legacy_subresources: Node<'d> = map ["spec", "subresources"];
    /// `spec.additionalPrinterColumns`, which only v1beta1 had here.
    legacy_printer_columns: Node<'d> = list ["spec", "additionalPrinterColumns"];
    /// `spec.preserveUnknownFields`.
    preserve_unknown_fields: bool = flag ["spec", "preserveUnknownFields"];
});

impl<'d> Crd<'d> {
    /// The object as a CustomResourceDefinition.
    pub fn of(object: Object<'d>) -> Option<Self> {
        let known = object.is("apiextensions.k8s.io", "CustomResourceDefinition");
        known.then_some(Self { node: object.node, object })
    }

    #[cfg(test)]
    pub(crate) fn of_node(node: Node<'d>) -> Self {
        Self { node, object: Object::of_node(node) }
    }

    /// The entries of `spec.versions`.
    pub fn versions(self) -> impl Iterator<Item = CrdVersion<'d>> {
        items(self.version_list().value).map(|node| CrdVersion { node })
    }
}

/// One entry of `spec.versions`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CrdVersion<'d> {
    /// The entry.
    pub node: Node<'d>,
}

fields!(CrdVersion {
    /// `name`.
    name: &'d str = text ["name"];
    /// `served`.
    served: bool = flag ["served"];
    /// `storage`.
    storage: bool = flag ["storage"];
    /// `schema.openAPIV3Schema`.
    schema: Node<'d> = map ["schema", "openAPIV3Schema"];
    /// `subresources.status`.
    status_subresource: Node<'d> = map ["subresources", "status"];
    /// `additionalPrinterColumns`.
    printer_columns: Node<'d> = list ["additionalPrinterColumns"];
});

#[cfg(test)]
impl<'d> CrdVersion<'d> {
    pub(crate) fn of_node(node: Node<'d>) -> Self {
        Self { node }
    }
}
