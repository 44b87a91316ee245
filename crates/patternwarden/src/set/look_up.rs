//! Questions about several objects of a set: who scales, serves or budgets whom.

use super::Set;
use crate::kube::{
    Autoscaler, Budget, ConfigObject, ConfigReference, LabelSelector, Object, PodSpec, Service,
    Workload, selects,
};
use alloc::vec::Vec;

impl<'d> Set<'d> {
    /// The object of this group, kind and name. For a kind without namespaces, pass `None`.
    pub fn find(
        &self,
        group: &str,
        kind: &str,
        namespace: Option<&str>,
        name: &str,
    ) -> Option<Object<'d>> {
        self.called(kind, name).find(|object| {
            object.is(group, kind)
                && namespace.is_none_or(|namespace| object.effective_namespace() == namespace)
        })
    }

    /// The ConfigMap or Secret that a Pod of this namespace refers to.
    pub fn referenced(
        &self,
        reference: ConfigReference<'d>,
        namespace: &str,
    ) -> Option<ConfigObject<'d>> {
        let (kind, name) = (reference.kind.name(), reference.name.as_str()?);
        self.find("", kind, Some(namespace), name).and_then(ConfigObject::of)
    }

    /// Every autoscaler.
    pub fn autoscalers(&self) -> Vec<Autoscaler<'d>> {
        let mut out = Vec::new();
        for kind in Autoscaler::kinds() {
            out.extend(self.of_kind(kind).filter_map(Autoscaler::of));
        }
        out
    }

    /// The workload that an autoscaler scales, in its own namespace.
    pub fn scaled(&self, scaler: Autoscaler<'d>) -> Option<Object<'d>> {
        let (kind, name) = (scaler.target_kind().value?, scaler.target_name().value?);
        let home = scaler.object.effective_namespace();
        self.called(kind, name).find(|object| object.effective_namespace() == home)
    }

    /// What changes the number of an object's replicas.
    pub fn scaler_of(&self, object: Object<'d>) -> Option<Autoscaler<'d>> {
        self.autoscalers()
            .into_iter()
            .find(|scaler| scaler.is_horizontal() && scaler.scales(object))
    }

    /// The fewest Pods that a workload runs while nothing is broken: what its autoscaler goes down
    /// to, at least one, else its own count. `None` where nobody can say, as for a DaemonSet.
    pub fn fewest_replicas(&self, workload: Workload<'d>) -> Option<i64> {
        match self.scaler_of(workload.object) {
            Some(scaler) => scaler.fewest().map(|count| count.max(1)),
            None if workload.is_like("Pod") => Some(1),
            None => workload.replicas(),
        }
    }

    /// The Pods of a namespace that a selector selects, as somebody wrote them: what a controller
    /// made is the same workload again.
    pub fn selected(&self, selector: LabelSelector<'d>, namespace: &str) -> Vec<PodSpec<'d>> {
        let pods = self.pod_specs_in(namespace);
        pods.filter(|pod| !pod.object().is_controlled() && selector.selects(pod.labels())).collect()
    }

    /// The fewest Pods that a disruption budget is about. `None` where that cannot be said: the set
    /// may lack workloads, none is selected, or one has no count of replicas.
    pub fn budgeted(&self, budget: Budget<'d>) -> Option<i64> {
        let selector = budget.selector().filter(|_| self.is_closed())?;
        let pods = self.selected(selector, budget.object.effective_namespace());
        let counts = pods.iter().map(|pod| self.fewest_replicas(pod.workload));
        // An empty list sums up to nothing, and nothing is no count.
        let sum = counts.sum::<Option<i64>>()?;
        (!pods.is_empty()).then_some(sum)
    }

    /// The Services that select a Pod.
    pub fn services_of(&self, pod: PodSpec<'d>) -> Vec<Service<'d>> {
        let namespace = pod.object().effective_namespace();
        self.of_kind("Service")
            .filter(|object| object.effective_namespace() == namespace)
            .filter_map(Service::of)
            .filter(|service| {
                service.service_type().value != Some("ExternalName")
                    && service.selector().value.is_some_and(|map| selects(map, pod.labels()))
            })
            .collect()
    }
}
