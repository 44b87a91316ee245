//! Claims of devices before `resource.k8s.io/v1`: a request was one device, not one of several.
//!
//! Source: `k8s.io/api/resource`, `DeviceRequest` in v1beta1 and v1, and `ResourceClaimSpec` and
//! `DeviceClassSpec` of v1alpha3 in Kubernetes 1.31.

use super::{Steps, held};
use crate::kube::Object;
use crate::rule::Grade;
use alloc::{format, string::ToString};
use patternwarden_tree::Node;

/// What a request says of the device that it wants.
const FIELDS: &[&str] = &[
    "deviceClassName",
    "selectors",
    "allocationMode",
    "count",
    "adminAccess",
    "tolerations",
    "capacity",
];

pub(super) fn migrate(object: Object<'_>, steps: &mut Steps) -> Option<Grade> {
    let (root, api) = (object.node, object.api());
    // The first two versions had other kinds, whose drivers read parameters of their own.
    if matches!(api.version, "v1alpha1" | "v1alpha2") {
        return None;
    }
    let spec = if api.kind == "ResourceClaimTemplate" { "/spec/spec" } else { "/spec" };
    for gone in ["controller", "suitableNodes"] {
        let pointer = format!("{spec}/{gone}");
        if held(root, &pointer).is_some() {
            steps.lose(pointer);
        }
    }
    let pointer = format!("{spec}/devices/requests");
    let requests = held(root, &pointer).into_iter().flat_map(Node::items);
    for at in 0..requests.count() {
        for field in FIELDS {
            let request = format!("{pointer}/{at}");
            steps.rename(root, &request, field, &("exactly/".to_string() + field));
        }
    }
    Some(Grade::Review)
}
