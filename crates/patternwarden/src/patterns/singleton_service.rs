//! Recognises what keeps instances to one.

use crate::kube::{Budget, Container, Lease, Object, PodSpec, PolicyRule, Scaler, Workload, items};
use crate::recognise::{Confidence, Px};
use alloc::{format, string::String};
use patternwarden_tree::Node;

crate::pattern! {
    /// Exactly one instance is active, perhaps with stand-bys.
    ///
    /// ## Intent
    ///
    /// Some work must not be done twice at the same time: polling a mailbox, running a schedule,
    /// writing to what knows no lock. Either the platform runs one Pod, or several run and a lock
    /// says which of them may work.
    ///
    /// ## Forces
    ///
    /// One Pod from the platform is simple. A ReplicaSet prefers availability over consistency: it
    /// wants at least one, and for a while there may be two. A StatefulSet prefers consistency over
    /// availability: it allows at most one, and there may be none while a node is lost. A lock keeps
    /// stand-bys warm, but the code has to take part, and a lease that ran out does not stop the
    /// one who still believes in it.
    ///
    /// ## How it is seen
    ///
    /// From outside the application (`out-of-app`): a StatefulSet of one replica, or a Deployment of
    /// one replica that is recreated instead of rolled; any other workload of one replica only may
    /// be one (`replicas=1`), as most of them are merely small. From inside (`in-app`): leader
    /// election among the arguments or variables, a right to write Leases, a Lease, a Dapr lock
    /// store. A PodDisruptionBudget (`pdb`) bounds the number from below. A workload that an
    /// autoscaler drives is no singleton by its replica count. A workload that shows none of this can
    /// say so itself, with the annotation `patternwarden.dev/pattern: singleton-service`.
    ///
    /// ## What breaks it
    ///
    /// - a rolling update, which starts the second instance before the first has gone
    /// - a lock in a ConfigMap or in Endpoints, which client libraries dropped
    /// - leader election without the right to write its Lease
    /// - the same lock owner in every replica
    ///
    /// ## Over time
    ///
    /// Locks in ConfigMaps and Endpoints left client-go with 1.24, the transitional ones with 1.28;
    /// Leases remain. Taints for nodes that are out of service are stable since 1.28,
    /// `ReadWriteOncePod` volumes since 1.29. Coordinated leader election is beta and off since 1.33.
    SingletonService,
    recognise,
}

fn recognise<'d>(px: &mut Px<'_, 'd>, object: Object<'d>) {
    if let Some(budget) = Budget::of(object) {
        px.hit(Confidence::Likely, budget.node, "bounds the number of Pods from below")
            .facet("pdb");
    }
    // Kubelets renew a Lease per node there; it guards no work.
    if let Some(lease) = Lease::of(object)
        && object.effective_namespace() != "kube-node-lease"
    {
        px.hit(Confidence::Likely, lease.node, "a lock that one instance holds");
        px.facet("in-app/lease");
    }
    lock_store(px, object);
    if let Some(workload) = object.workload() {
        out_of_app(px, workload);
    }
    if let Some(pod) = object.pod_spec() {
        in_app(px, pod);
    }
}

/// A Dapr component that gives out locks.
fn lock_store<'d>(px: &mut Px<'_, 'd>, object: Object<'d>) {
    let kind = object.node.at(&["spec", "type"]).node();
    if object.is("dapr.io", "Component")
        && let Some(kind) = kind.filter(|k| k.as_str().is_some_and(|k| k.starts_with("lock.")))
    {
        px.hit(Confidence::Certain, kind, "a store of locks").facet("in-app/lock-store");
    }
}

fn out_of_app<'d>(px: &mut Px<'_, 'd>, workload: Workload<'d>) {
    if workload.replicas() != Some(1) || is_scaled(px, workload) {
        return;
    }
    let place = workload.written_replicas().place;
    let strategy = workload.strategy_type();
    if workload.kind.kind == "StatefulSet" {
        px.hit(Confidence::Likely, place, "at most one Pod").facet("out-of-app/StatefulSet");
    } else if strategy.value == Some("Recreate") {
        px.hit(Confidence::Likely, place, "one Pod");
        px.hit(Confidence::Likely, strategy.place, "the old Pod goes before the new one starts");
        px.facet("out-of-app/Recreate");
    } else {
        px.hit(Confidence::Possible, place, "one Pod, perhaps two for a while").facet("replicas=1");
    }
}

/// Whether an autoscaler of the same namespace drives the workload's replica count.
fn is_scaled<'d>(px: &Px<'_, 'd>, workload: Workload<'d>) -> bool {
    let object = workload.object;
    px.set().of_kind("HorizontalPodAutoscaler").filter_map(Scaler::of).any(|scaler| {
        scaler.object.effective_namespace() == object.effective_namespace()
            && scaler.target_kind().value == Some(workload.kind.kind)
            && scaler.target_name().value.is_some()
            && scaler.target_name().value == object.name().value
    })
}

fn in_app<'d>(px: &mut Px<'_, 'd>, pod: PodSpec<'d>) {
    for container in pod.running_containers() {
        if let Some(place) = leader_election(container) {
            let label = format!("`{}` elects a leader", container.display_name());
            px.hit(Confidence::Certain, place, label).facet("in-app/leader-election");
        }
    }
    for role in px.set().roles_of(pod) {
        for rule in role.rules().filter(|rule| writes_leases(*rule)) {
            px.hit(Confidence::Certain, rule.node, "a right to write Leases");
            px.facet("in-app/lease-rbac");
        }
    }
}

/// Whether a rule names Leases and lets them be made or renewed. A wildcard says nothing of locks.
fn writes_leases(rule: PolicyRule<'_>) -> bool {
    let resources = items(rule.resources().value);
    let named = resources.filter_map(Node::as_str).any(|resource| resource == "leases");
    named
        && rule.covers("coordination.k8s.io", "leases")
        && ["create", "update", "patch"].iter().any(|verb| rule.has_verb(verb))
}

/// The argument or variable that switches leader election on; `None` when one switches it off.
pub(crate) fn leader_election(container: Container<'_>) -> Option<Node<'_>> {
    let words = container.words().map(|word| (word, switch(word.scalar_text())));
    let values = container.env_values().map(|(name, value)| {
        let on = is_election(name).then(|| !is_off(value.scalar_text()));
        (value, on)
    });
    let mut found = None;
    for (place, on) in words.chain(values) {
        match on {
            Some(false) => return None,
            Some(true) => found = found.or(Some(place)),
            None => {}
        }
    }
    found
}

/// Whether a word of a command line is about leader election, and then whether it says yes.
fn switch(line: &str) -> Option<bool> {
    let mut on = None;
    for word in line.split_whitespace().filter(|word| is_election(word)) {
        let value = word.split_once('=').map_or("", |(_, value)| value);
        let off = is_off(value) || word.trim_start_matches('-').starts_with("no-");
        on = Some(on != Some(false) && !off);
    }
    on
}

fn is_election(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let plain = plain.to_ascii_lowercase();
    plain.contains("leaderelect")
}

fn is_off(value: &str) -> bool {
    matches!(value.to_ascii_lowercase().as_str(), "false" | "0" | "no" | "off" | "disabled")
}
