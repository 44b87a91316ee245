//! The rights on Leases that electing a leader takes.

use crate::kube::{Container, PodSpec, Role, RoleKind};
use crate::set::Set;
use alloc::vec::Vec;

/// The group of Leases.
pub(crate) const LEASE_GROUP: &str = "coordination.k8s.io";

/// What holding one takes.
pub(crate) const LEASE_VERBS: [&str; 3] = ["get", "create", "update"];

/// Arguments that name the namespace of the lock.
const NAMESPACES: [&str; 3] = [
    "--leader-elect-resource-namespace=",
    "--leader-election-namespace=",
    "--leader-election-resource-namespace=",
];

/// What a Pod may do in the namespace of its lock.
#[derive(Debug)]
pub(crate) struct Rights<'d> {
    /// The roles that count there.
    pub(crate) roles: Vec<Role<'d>>,
    /// Whether its account is bound to anything, anywhere.
    pub(crate) bound: bool,
    /// Whether it is bound to a role that is not in the set.
    pub(crate) unknown: bool,
    /// Whether the lock is in the namespace of the Pod.
    pub(crate) at_home: bool,
}

impl<'d> Rights<'d> {
    /// The rights of the account of a Pod.
    pub(crate) fn of(set: &Set<'d>, pod: PodSpec<'d>) -> Self {
        let words = || pod.running_containers().flat_map(Container::words);
        let named = words()
            .find_map(|word| NAMESPACES.iter().find_map(|flag| word.as_str()?.strip_prefix(flag)));
        let lock = named.unwrap_or(pod.object().effective_namespace());
        let at_home = lock == pod.object().effective_namespace();
        let mut rights = Self { roles: Vec::new(), bound: false, unknown: false, at_home };
        for binding in set.bindings_of(pod) {
            rights.bound = true;
            let here = binding.object.effective_namespace() == lock;
            match set.bound_role(binding) {
                _ if binding.kind == RoleKind::Namespaced && !here => {}
                Some(role) => rights.roles.push(role),
                None => rights.unknown = true,
            }
        }
        rights
    }

    /// What holding a Lease takes and no role grants.
    pub(crate) fn missing(&self) -> Vec<&'static str> {
        let granted =
            |verb: &str| self.roles.iter().any(|role| role.grants(LEASE_GROUP, "leases", verb));
        LEASE_VERBS.into_iter().filter(|verb| !granted(verb)).collect()
    }

    /// Whether the rights do not suffice, and `role` is where the rest belongs: the one that speaks
    /// of Leases, else the first.
    pub(crate) fn falls_short(&self, role: Role<'d>) -> bool {
        let speaks = |role: &&Role<'d>| role.rules().any(|rule| rule.covers(LEASE_GROUP, "leases"));
        let home = self.roles.iter().find(speaks).or(self.roles.first());
        home == Some(&role) && !self.unknown && !self.missing().is_empty()
    }
}
