use crate::companions::lease_rights;
use crate::engine::Cx;
use crate::kube::names::Form;
use crate::kube::{Object, PodSpec, Role};
use crate::lease_rights::{LEASE_GROUP, LEASE_VERBS, Rights};
use crate::neighbours::Reads;
use crate::pattern::Pattern;
use crate::patterns::{controller, singleton_service::leader_election};
use crate::recognise::{Confidence, recognise_one};
use crate::repair::append_verbs;
use crate::rule::{Check, Grade, Severity, Surface};
use alloc::vec;
use patternwarden_tree::{Edit, Node, Op, Value};

crate::rule! {
    /// A program elects a leader but may not write the Lease that decides it.
    ///
    /// ## Why it matters
    ///
    /// Without the right it waits for a lock that it can never take: it runs, it is ready, and it
    /// does nothing. `patch`, `list` and `watch` are often granted while `create` is forgotten.
    /// Several replicas of a controller without any election are the opposite: they all work at once.
    ///
    /// ## Bad
    ///
    /// The role lacks verbs:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: op
    /// spec:
    ///   replicas: 2
    ///   selector:
    ///     matchLabels:
    ///       app: op
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: op
    ///     spec:
    ///       serviceAccountName: op
    ///       containers:
    ///         - name: manager
    ///           image: registry.example/op:1.0.0
    ///           args: [--leader-elect]
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata:
    ///   name: op
    /// rules:
    ///   - apiGroups: [coordination.k8s.io]
    ///     resources: [leases]
    ///     # finding: 1 /rules/0/verbs
    ///     verbs: [get, list, watch]
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: RoleBinding
    /// metadata:
    ///   name: op
    /// roleRef:
    ///   apiGroup: rbac.authorization.k8s.io
    ///   kind: Role
    ///   name: op
    /// subjects:
    ///   - kind: ServiceAccount
    ///     name: op
    /// ```
    ///
    /// Leases are not named at all:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: op
    /// spec:
    ///   replicas: 2
    ///   selector:
    ///     matchLabels:
    ///       app: op
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: op
    ///     spec:
    ///       serviceAccountName: op
    ///       containers:
    ///         - name: manager
    ///           image: registry.example/op:1.0.0
    ///           env:
    ///             - name: LEADER_ELECTION
    ///               value: "true"
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRole
    /// metadata:
    ///   name: op
    /// # finding: 1 /rules
    /// rules:
    ///   - apiGroups: [apps]
    ///     resources: [deployments]
    ///     verbs: [get, list, watch]
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRoleBinding
    /// metadata:
    ///   name: op
    /// roleRef:
    ///   apiGroup: rbac.authorization.k8s.io
    ///   kind: ClusterRole
    ///   name: op
    /// subjects:
    ///   - kind: ServiceAccount
    ///     name: op
    ///     namespace: default
    /// ```
    ///
    /// The right holds in another namespace than the lock; there is no role; and one replica elects
    /// nobody but itself:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: op
    /// spec:
    ///   replicas: 2
    ///   selector:
    ///     matchLabels:
    ///       app: op
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: op
    ///     spec:
    ///       serviceAccountName: op
    ///       containers:
    ///         - name: manager
    ///           image: registry.example/op:1.0.0
    ///           args:
    ///             # finding: 0 /spec/template/spec/containers/0/args/0
    ///             - --leader-elect=true
    ///             - --leader-elect-resource-namespace=locks
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata:
    ///   name: op
    /// rules:
    ///   - apiGroups: [coordination.k8s.io]
    ///     resources: [leases]
    ///     verbs: [get, create, update]
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: RoleBinding
    /// metadata:
    ///   name: op
    /// roleRef:
    ///   apiGroup: rbac.authorization.k8s.io
    ///   kind: Role
    ///   name: op
    /// subjects:
    ///   - kind: ServiceAccount
    ///     name: op
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: lonely
    /// spec:
    ///   # finding: 3 /spec/replicas
    ///   replicas: 1
    ///   selector:
    ///     matchLabels:
    ///       app: lonely
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: lonely
    ///     spec:
    ///       serviceAccountName: lonely
    ///       containers:
    ///         - name: manager
    ///           image: registry.example/lonely:1.0.0
    ///           # finding: 3 /spec/template/spec/containers/0/args/0
    ///           args: [--enable-leader-election]
    /// ```
    ///
    /// A controller with two replicas that all work:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: op
    /// spec:
    ///   # finding: 0 /spec/replicas
    ///   replicas: 2
    ///   selector:
    ///     matchLabels:
    ///       app: op
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: op
    ///     spec:
    ///       serviceAccountName: op
    ///       containers:
    ///         - name: manager
    ///           image: registry.example/op:1.0.0
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: RoleBinding
    /// metadata:
    ///   name: op
    /// roleRef:
    ///   apiGroup: rbac.authorization.k8s.io
    ///   kind: ClusterRole
    ///   name: edit
    /// subjects:
    ///   - kind: ServiceAccount
    ///     name: op
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: op
    /// spec:
    ///   replicas: 2
    ///   selector:
    ///     matchLabels:
    ///       app: op
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: op
    ///     spec:
    ///       serviceAccountName: op
    ///       containers:
    ///         - name: manager
    ///           image: registry.example/op:1.0.0
    ///           args: [--leader-elect]
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata:
    ///   name: op
    /// rules:
    ///   - apiGroups: [coordination.k8s.io]
    ///     resources: [leases]
    ///     verbs: [get, create, update]
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: RoleBinding
    /// metadata:
    ///   name: op
    /// roleRef:
    ///   apiGroup: rbac.authorization.k8s.io
    ///   kind: Role
    ///   name: op
    /// subjects:
    ///   - kind: ServiceAccount
    ///     name: op
    /// ```
    ///
    /// A role outside of the input may grant the rest:
    ///
    /// ```yaml,good
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: op
    /// spec:
    ///   replicas: 2
    ///   selector:
    ///     matchLabels:
    ///       app: op
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: op
    ///     spec:
    ///       serviceAccountName: op
    ///       containers:
    ///         - name: manager
    ///           image: registry.example/op:1.0.0
    ///           args: [--leader-elect]
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: RoleBinding
    /// metadata:
    ///   name: op
    /// roleRef:
    ///   apiGroup: rbac.authorization.k8s.io
    ///   kind: ClusterRole
    ///   name: leader-election
    /// subjects:
    ///   - kind: ServiceAccount
    ///     name: op
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Where the program elects its leader through something else than the API server, or shares
    /// the work among its replicas. A role that is there gets what it lacks; where none is bound, one is
    /// written with its binding, for a lock in the namespace of the Pod.
    ///
    /// ## Source
    ///
    /// - [Leases](https://kubernetes.io/docs/concepts/architecture/leases/)
    /// - `client-go/tools/leaderelection`: reads the Lease, creates it where there is none, and updates it to hold it
    "leader-election-lease-rbac",
    "Leader election without rights on Leases",
    patterns: &[Pattern::SingletonService, Pattern::Controller, Pattern::AccessControl],
    surfaces: &[Surface::Bundle],
    fix: Some(Grade::Review),
    fix_beside: true,
    reads: READS,
    check: Check::Object(check),
}

static READS: &[Reads] =
    &[Reads::never("it would read the roles of the whole cluster for every Pod")];

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    if let Some(role) = Role::of(object) {
        let set = cx.set();
        let bound = set.bindings_to(role).flat_map(|binding| set.pods_of(binding));
        let elects = bound.filter(|pod| !pod.workload.is_job() && election(*pod).is_some());
        let rights = elects.map(|pod| (pod, Rights::of(set, pod)));
        let short = rights.filter(|(_, rights)| rights.falls_short(role));
        // The first in the input, whatever the order of bindings.
        let found = short.min_by_key(|(pod, _)| pod.object().index);
        if let Some((pod, rights)) = found {
            lacking(cx, role, pod, &rights.missing());
        }
    }
    for pod in object.pod_specs().filter(|pod| !pod.workload.is_job()) {
        workload(cx, pod);
    }
}

/// What says that a Pod elects a leader.
fn election(pod: PodSpec<'_>) -> Option<Node<'_>> {
    pod.running_containers().find_map(leader_election)
}

fn lacking<'d>(cx: &mut Cx<'_, 'd>, role: Role<'d>, pod: PodSpec<'d>, missing: &[&'static str]) {
    let entry = role.rules().find(|entry| entry.covers(LEASE_GROUP, "leases"));
    let (name, verbs) = (pod.object().display_name(), missing.join(", "));
    let (place, edits) = match entry {
        Some(entry) => (entry.verbs().place, append_verbs(entry, missing)),
        None => {
            let list = |text: &str| Value::seq([Value::from(text)]);
            let verbs = LEASE_VERBS.into_iter().map(Value::from).collect();
            let grant = Value::map([
                ("apiGroups", list(LEASE_GROUP)),
                ("resources", list("leases")),
                ("verbs", Value::Seq(verbs)),
            ]);
            (role.rule_list().place, vec![Edit::new("/rules/-", Op::Add(grant))])
        }
    };
    let report =
        cx.report(place, format_args!("`{name}` elects a leader and may not {verbs} Leases"));
    let report = report.fix(Grade::Review, alloc::format!("Grant {verbs}"), edits);
    if let Some(evidence) = election(pod) {
        report.related(evidence, "elects a leader");
    }
}

fn workload<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let (object, workload) = (pod.object(), pod.workload);
    let scaled = cx.set().scaler_of(object).is_some();
    let replicas = workload.replicas().filter(|_| !scaled);
    let place = workload.written_replicas().place;
    let account = pod.service_account();
    let Some(evidence) = election(pod) else {
        let recognised = recognise_one(&controller::RECOGNISER, cx.set(), object);
        let watches = recognised.is_some_and(|found| found.confidence >= Confidence::Likely);
        if watches && replicas.is_some_and(|count| count > 1) {
            cx.report(
                place,
                format_args!("all replicas of this controller work at once, as none is elected"),
            );
        }
        return;
    };
    let rights = Rights::of(cx.set(), pod);
    if !rights.bound {
        let name = alloc::format!("{}-leader-election", object.display_name());
        let group = "rbac.authorization.k8s.io";
        let home = Some(object.effective_namespace());
        let taken = ["Role", "RoleBinding"]
            .into_iter()
            .any(|kind| cx.set().find(group, kind, home, &name).is_some());
        let report = cx
            .report(evidence, format_args!("no role of the input lets `{account}` hold a Lease"))
            .severity(Severity::Info);
        if rights.at_home && !taken && Form::Subdomain(253).fits(&name) {
            let title = "Let it hold Leases of its namespace";
            report.fix_beside(Grade::Review, title, lease_rights(pod, &name).into());
        }
    } else if rights.roles.is_empty() && !rights.unknown {
        cx.report(
            evidence,
            format_args!("the rights of `{account}` hold in another namespace than its Lease"),
        );
    }
    if replicas == Some(1) {
        cx.report(place, format_args!("a leader is elected among one replica, so none stands by"))
            .severity(Severity::Info);
    }
}
