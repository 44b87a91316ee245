//! Recognises replicas with a name and storage of their own.

use super::by_kind;
use crate::kube::{Object, Service, Workload, items};
use crate::recognise::{Confidence, Px};
use patternwarden_tree::At;

crate::pattern! {
    /// Replicas have an identity, their own storage and an ordered life.
    ///
    /// ## Intent
    ///
    /// Members of a database or a queue are not alike: each has its data, a name by which the others
    /// know it, and a place in the order of start and stop. The platform keeps all three when a Pod
    /// is replaced.
    ///
    /// ## Forces
    ///
    /// At most one Pod of each name may run, so after the loss of a node the platform rather waits
    /// than guesses. Order is safe and slow. Storage outlives the Pods and the set itself: what is
    /// scaled down comes back with old data, and what is deleted still costs.
    ///
    /// ## How it is seen
    ///
    /// A StatefulSet; that it names a governing Service (`serviceName`) and claims storage for each
    /// replica (`volumeClaimTemplates`) are its variants. A headless Service that no StatefulSet of
    /// this input names may belong to one (`headless-service`).
    ///
    /// ## What breaks it
    ///
    /// - a governing Service that is not headless, or not there
    /// - one claim that all replicas share
    /// - deleting Pods by force while their node may still run them
    /// - a change of the claim templates, which the API server refuses
    ///
    /// ## Over time
    ///
    /// StatefulSets are stable since 1.9. What becomes of claims when the set shrinks or goes is a
    /// setting, stable since 1.32. Updating several replicas at once is on by default since 1.35.
    StatefulService,
    recognise,
}

fn recognise<'d>(px: &mut Px<'_, 'd>, object: Object<'d>) {
    if let Some(workload) = object.workload().filter(|workload| workload.is_like("StatefulSet")) {
        set(px, workload);
    }
    if let Some(service) = Service::of(object).filter(|service| service.is_headless())
        && let At { value: Some(_), place } = service.selector()
        && !governs(px, service)
    {
        px.hit(Confidence::Possible, place, "an address for each Pod").facet("headless-service");
    }
}

fn set<'d>(px: &mut Px<'_, 'd>, workload: Workload<'d>) {
    px.hit(Confidence::Certain, by_kind::node(workload.object), "replicas with names of their own");
    let name = workload.service_name();
    if name.value.is_some_and(|name| !name.is_empty()) {
        px.hit(Confidence::Certain, name.place, "the Service that names them").facet("serviceName");
    }
    if let Some(claim) = items(workload.volume_claim_templates().value).next() {
        px.hit(Confidence::Certain, claim, "storage for each of them");
        px.facet("volumeClaimTemplates");
    }
}

/// Whether a StatefulSet beside it names the Service.
fn governs<'d>(px: &Px<'_, 'd>, service: Service<'d>) -> bool {
    let (object, set) = (service.object, px.set());
    set.of_kind("StatefulSet").filter_map(Object::workload).any(|workload| {
        workload.object.effective_namespace() == object.effective_namespace()
            && object.name().value.is_some()
            && workload.service_name().value == object.name().value
    })
}
