//! Questions about several objects of a set: who scales, serves or budgets whom.

use super::Set;
use crate::kube::{
    Autoscaler, Binding, Budget, ConfigKind, ConfigObject, ConfigReference, Container,
    LabelSelector, Object, PodSpec, Role, Service, Workload, entries, items, protocol,
};
use alloc::{format, string::String, vec::Vec};
use patternwarden_tree::Node;

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

    /// The same port of the nodes in a Service before this one.
    pub fn node_port_before(
        &self,
        object: Object<'d>,
        number: i64,
        wanted: &str,
    ) -> Option<Node<'d>> {
        let earlier = self.of_kind("Service").take_while(|other| other.index < object.index);
        let mut ports = earlier.filter_map(Service::of).flat_map(Service::ports);
        ports.find_map(|port| {
            let node = port.get("nodePort")?;
            (node.as_i64() == Some(number) && protocol(port) == wanted).then_some(node)
        })
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

    /// What changes the number of an object's replicas; of several, the first by name.
    pub fn scaler_of(&self, object: Object<'d>) -> Option<Autoscaler<'d>> {
        self.autoscalers()
            .into_iter()
            .filter(|scaler| scaler.is_horizontal() && scaler.scales(object))
            .min_by_key(|scaler| scaler.object.display_name())
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

    /// Names of the variables that `envFrom` of a container brings in, each with the entry of the
    /// ConfigMap or Secret; and whether all of these objects are in the set.
    pub fn variables_from(&self, container: Container<'d>) -> (Vec<(String, Node<'d>)>, bool) {
        let (mut out, mut complete) = (Vec::new(), true);
        for source in items(container.env_from().value) {
            let prefix = source.get("prefix").and_then(Node::as_str).unwrap_or_default();
            let map = source.get("configMapRef").map(|map| (ConfigKind::ConfigMap, map));
            let secret = source.get("secretRef").map(|map| (ConfigKind::Secret, map));
            let Some((kind, reference)) = map.or(secret) else { continue };
            let name = reference.get("name").and_then(Node::as_str).unwrap_or_default();
            let home = container.object().effective_namespace();
            let object = self.find("", kind.name(), Some(home), name).and_then(ConfigObject::of);
            complete &= object.is_some();
            let Some(object) = object else { continue };
            // Variables are text: `binaryData` brings none.
            for entry in
                [object.data().value, object.string_data().value].into_iter().flat_map(entries)
            {
                out.push((format!("{prefix}{}", entry.key().unwrap_or_default()), entry));
            }
        }
        (out, complete)
    }

    /// Whether the API server mounts a token into a Pod: what the Pod says, else its account.
    pub fn mounts_token(&self, pod: PodSpec<'d>) -> bool {
        let own = pod.automount_service_account_token();
        if !own.is_absent() {
            return own.value == Some(true);
        }
        let namespace = pod.object().effective_namespace();
        let account = self.find("", "ServiceAccount", Some(namespace), pod.service_account());
        let inherited = account.and_then(|a| a.node.get("automountServiceAccountToken"));
        inherited.and_then(Node::as_bool).unwrap_or(true)
    }

    /// Bindings of roles to a Pod's ServiceAccount, by its name or by the groups of all accounts of
    /// the cluster or of its namespace.
    pub fn bindings_of_groups_too(&self, pod: PodSpec<'d>) -> Vec<Binding<'d>> {
        let home = pod.object().effective_namespace();
        let covers = |group: &str| {
            let rest = group.strip_prefix("system:serviceaccounts");
            rest.is_some_and(|rest| rest.is_empty() || rest.strip_prefix(':') == Some(home))
        };
        let mut out: Vec<_> = self.bindings_of(pod).collect();
        let by_group = self.bindings().filter(|binding| {
            binding.subjects().any(|subject| {
                subject.kind().value == Some("Group") && subject.name().value.is_some_and(covers)
            })
        });
        out.extend(by_group);
        out
    }

    /// The other ClusterRoles of the set whose rights an aggregated one collects.
    pub fn collected_by(&self, role: Role<'d>) -> Vec<Role<'d>> {
        let aggregated = role.aggregation_rule().value;
        let selectors = aggregated.and_then(|map| map.get("clusterRoleSelectors"));
        let selects = |other: &Role<'d>| {
            let labels = other.object.labels().value;
            items(selectors).any(|node| LabelSelector { node }.selects(labels))
        };
        if aggregated.is_none() {
            return Vec::new();
        }
        let others = self.of_kind("ClusterRole").filter_map(Role::of);
        others.filter(|other| *other != role && selects(other)).collect()
    }
}
