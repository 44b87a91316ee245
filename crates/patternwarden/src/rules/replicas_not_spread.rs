use crate::engine::Cx;
use crate::kube::PodSpec;
use crate::matcher::clipped;
use crate::param::{Choice, Form, Int, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use crate::spreading::{Cost, HOSTNAME, Rule as Spread, most_replicas, preferred, rules_of};
use alloc::{format, string::String, vec::Vec};

crate::rule! {
    /// Several replicas that may all land on one node.
    ///
    /// ## Why it matters
    ///
    /// Three replicas on one node are the failure of one node away from none. And a constraint whose
    /// selector does not match its own Pods reads well and does nothing.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: { name: shop }
    /// spec:
    ///   replicas: 3
    ///   selector: { matchLabels: { app: shop } }
    ///   template:
    ///     metadata: { labels: { app: shop } }
    ///     spec:
    ///       # finding: /spec/template/spec/topologySpreadConstraints
    ///       containers:
    ///         - name: app
    ///           image: registry.example/app:1.4.2
    /// ```
    ///
    /// An autoscaler makes several of them, and a count that is not written may be read as many:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: { name: shop }
    /// spec:
    ///   selector: { matchLabels: { app: shop } }
    ///   template:
    ///     metadata: { labels: { app: shop } }
    ///     spec:
    ///       # finding: 0 /spec/template/spec/topologySpreadConstraints
    ///       containers:
    ///         - name: app
    ///           image: registry.example/app:1.4.2
    /// ---
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata: { name: shop }
    /// spec:
    ///   maxReplicas: 5
    ///   scaleTargetRef:
    ///     apiVersion: apps/v1
    ///     kind: Deployment
    ///     name: shop
    /// ```
    ///
    /// ```yaml,bad
    /// # settings: {"unset_replicas": "many"}
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: { name: shop }
    /// spec:
    ///   selector: { matchLabels: { app: shop } }
    ///   template:
    ///     metadata: { labels: { app: shop } }
    ///     spec:
    ///       # finding: 0 /spec/template/spec/topologySpreadConstraints
    ///       containers:
    ///         - name: app
    ///           image: registry.example/app:1.4.2
    /// ```
    ///
    /// Constraints that do nothing:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: { name: shop }
    /// spec:
    ///   replicas: 3
    ///   selector: { matchLabels: { app: shop } }
    ///   template:
    ///     metadata: { labels: { app: shop } }
    ///     spec:
    ///       topologySpreadConstraints:
    ///         # finding: 0 /spec/template/spec/topologySpreadConstraints/0/labelSelector
    ///         - maxSkew: 1
    ///           topologyKey: kubernetes.io/hostname
    ///           whenUnsatisfiable: ScheduleAnyway
    ///       containers:
    ///         - name: app
    ///           image: registry.example/app:1.4.2
    /// ---
    /// apiVersion: apps/v1
    /// kind: StatefulSet
    /// metadata: { name: db }
    /// spec:
    ///   replicas: 2
    ///   serviceName: db
    ///   selector: { matchLabels: { app: db } }
    ///   template:
    ///     metadata:
    ///       labels: { app: db }
    ///     spec:
    ///       affinity:
    ///         podAntiAffinity:
    ///           preferredDuringSchedulingIgnoredDuringExecution:
    ///             - weight: 100
    ///               podAffinityTerm:
    ///                 topologyKey: kubernetes.io/hostname
    ///                 # finding: 1 /spec/template/spec/affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/0/podAffinityTerm/labelSelector
    ///                 labelSelector:
    ///                   matchLabels:
    ///                     app: shop
    ///       containers:
    ///         - name: db
    ///           image: registry.example/db:1.4.2
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    ///   namespace: shop
    /// spec:
    ///   replicas: 2
    ///   selector: { matchLabels: { app: shop } }
    ///   template:
    ///     metadata: { labels: { app: shop } }
    ///     spec:
    ///       affinity:
    ///         podAntiAffinity:
    ///           requiredDuringSchedulingIgnoredDuringExecution:
    ///             - topologyKey: kubernetes.io/hostname
    ///               labelSelector:
    ///                 matchLabels:
    ///                   app: shop
    ///               # finding: 2 /spec/template/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/0/namespaces
    ///               namespaces: [other]
    ///       containers:
    ///         - name: app
    ///           image: registry.example/app:1.4.2
    /// ```
    ///
    /// A key that does not spread, more replicas than nodes, and a count that includes the Pods of the last
    /// release:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: { name: shop }
    /// spec:
    ///   replicas: 3
    ///   selector: { matchLabels: { app: shop } }
    ///   template:
    ///     metadata: { labels: { app: shop } }
    ///     spec:
    ///       # finding: 0 /spec/template/spec/topologySpreadConstraints/0/topologyKey
    ///       topologySpreadConstraints:
    ///         - maxSkew: 1
    ///           topologyKey: kubernetes.io/os
    ///           whenUnsatisfiable: ScheduleAnyway
    ///           labelSelector:
    ///             matchLabels:
    ///               app: shop
    ///       containers:
    ///         - name: app
    ///           image: registry.example/app:1.4.2
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: { name: many }
    /// spec:
    ///   replicas: 12
    ///   selector: { matchLabels: { app: many } }
    ///   template:
    ///     metadata:
    ///       labels: { app: many }
    ///     spec:
    ///       affinity:
    ///         podAntiAffinity:
    ///           requiredDuringSchedulingIgnoredDuringExecution:
    ///             # finding: 1 /spec/template/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/0
    ///             - topologyKey: kubernetes.io/hostname
    ///               labelSelector:
    ///                 matchLabels:
    ///                   app: many
    ///       containers:
    ///         - name: app
    ///           image: registry.example/app:1.4.2
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: { name: strict }
    /// spec:
    ///   replicas: 3
    ///   selector: { matchLabels: { app: strict } }
    ///   template:
    ///     metadata:
    ///       labels: { app: strict }
    ///     spec:
    ///       topologySpreadConstraints:
    ///         - maxSkew: 1
    ///           topologyKey: kubernetes.io/hostname
    ///           # finding: 2 /spec/template/spec/topologySpreadConstraints/0/matchLabelKeys
    ///           whenUnsatisfiable: DoNotSchedule
    ///           labelSelector:
    ///             matchLabels:
    ///               app: strict
    ///       containers:
    ///         - name: app
    ///           image: registry.example/app:1.4.2
    /// ```
    ///
    /// Settings that ask for a certain key, or for constraints alone:
    ///
    /// ```yaml,bad
    /// # settings: {"require_keys": ["topology.kubernetes.io/zone"], "accept": ["spread"], "min_replicas": 3, "max_required_hostname_replicas": 1, "topology_keys": ["*"]}
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: { name: shop }
    /// spec:
    ///   replicas: 2
    ///   selector: { matchLabels: { app: shop } }
    ///   template:
    ///     metadata: { labels: { app: shop } }
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/app:1.4.2
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: { name: hosts }
    /// spec:
    ///   replicas: 3
    ///   selector: { matchLabels: { app: hosts } }
    ///   template:
    ///     metadata:
    ///       labels: { app: hosts }
    ///     spec:
    ///       # finding: 1 /spec/template/spec/topologySpreadConstraints
    ///       affinity:
    ///         podAntiAffinity:
    ///           requiredDuringSchedulingIgnoredDuringExecution:
    ///             # finding: 1 /spec/template/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/0
    ///             - topologyKey: kubernetes.io/hostname
    ///               labelSelector:
    ///                 matchLabels:
    ///                   app: hosts
    ///       containers:
    ///         - name: app
    ///           image: registry.example/app:1.4.2
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: { name: shop }
    /// spec:
    ///   replicas: 3
    ///   selector: { matchLabels: { app: shop } }
    ///   template:
    ///     metadata: { labels: { app: shop } }
    ///     spec:
    ///       topologySpreadConstraints:
    ///         - maxSkew: 1
    ///           topologyKey: kubernetes.io/hostname
    ///           whenUnsatisfiable: ScheduleAnyway
    ///           labelSelector:
    ///             matchLabels:
    ///               app: shop
    ///       containers:
    ///         - name: app
    ///           image: registry.example/app:1.4.2
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: { name: pair }
    /// spec:
    ///   replicas: 2
    ///   selector: { matchLabels: { app: pair } }
    ///   template:
    ///     metadata:
    ///       labels: { app: pair }
    ///     spec:
    ///       affinity:
    ///         podAntiAffinity:
    ///           requiredDuringSchedulingIgnoredDuringExecution:
    ///             - topologyKey: topology.kubernetes.io/zone
    ///               labelSelector:
    ///                 matchLabels:
    ///                   app: pair
    ///       containers:
    ///         - name: app
    ///           image: registry.example/app:1.4.2
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata: { name: one }
    /// spec:
    ///   selector: { matchLabels: { app: one } }
    ///   template:
    ///     metadata:
    ///       labels: { app: one }
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/app:1.4.2
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For workers that may all be away for a while. The scheduler also spreads by itself, softly, which its
    /// configuration can change. Which Pods a constraint that does nothing was meant for is not known here, so that
    /// only a missing one is repaired.
    ///
    /// ## Source
    ///
    /// - [Pod topology spread constraints](https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/): a constraint without `labelSelector` matches no Pods; `matchLabelKeys` is on since 1.27
    /// - [Inter-pod affinity and anti-affinity](https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity)
    "replicas-not-spread",
    "Replicas may all land on one node",
    patterns: &[Pattern::AutomatedPlacement, Pattern::StatelessService],
    severity: Severity::Info,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[
        Param::Int(&MAX_REQUIRED),
        Param::Strings(&TOPOLOGY_KEYS),
        Param::Entries(&ACCEPT, Form::OneOf(&["spread", "antiAffinity"])),
        Param::Strings(&REQUIRE_KEYS),
        Param::Int(&MIN_REPLICAS),
        Param::Choice(&UNSET_REPLICAS),
    ],
    fix: Some(Grade::Safe),
    check: Check::Pod(check),
}

static MAX_REQUIRED: Int = Int {
    name: "max_required_hostname_replicas",
    doc: "From more replicas on, an anti-affinity that gives each a node of its own is reported.",
    unit: "",
    min: 1,
    max: 10_000,
    default: 10,
};

static TOPOLOGY_KEYS: Strings = Strings {
    name: "topology_keys",
    doc: "Labels of nodes that spread replicas, as globs.",
    default: &[
        HOSTNAME,
        "topology.kubernetes.io/zone",
        "topology.kubernetes.io/region",
        "failure-domain.beta.kubernetes.io/zone",
        "failure-domain.beta.kubernetes.io/region",
    ],
};

static ACCEPT: Strings = Strings {
    name: "accept",
    doc: "What counts: `spread` constraints, `antiAffinity`, or both.",
    default: &["spread", "antiAffinity"],
};

static REQUIRE_KEYS: Strings = Strings {
    name: "require_keys",
    doc: "Labels of nodes by all of which replicas must be spread.",
    default: &[],
};

static MIN_REPLICAS: Int = Int {
    name: "min_replicas",
    doc: "From so many replicas on, they must be spread.",
    unit: "",
    min: 2,
    max: 10_000,
    default: 2,
};

static UNSET_REPLICAS: Choice = Choice {
    name: "unset_replicas",
    doc: "Whether a count that is not written means `one` replica, as for Kubernetes, or `many`.",
    options: &["one", "many"],
    default: "one",
};

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let Some(replicas) = replicas(cx, pod) else { return };
    let mut keys: Vec<&str> = Vec::new();
    let mut broken = false;
    for rule in rules_of(pod) {
        let kind = if rule.is_constraint { "spread" } else { "antiAffinity" };
        let key = rule.key.unwrap_or_default();
        if let Some(problem) = rule.effect(pod).problem() {
            broken = true;
            cx.report(rule.blamed(pod), format_args!("this rule {problem}"))
                .severity(Severity::Warning);
        } else if cx.lists(&TOPOLOGY_KEYS, key) {
            if cx.lists(&ACCEPT, kind) {
                keys.push(key);
            }
            cost(cx, pod, rule, replicas);
        } else {
            broken = true;
            let (place, key) = (rule.node.at(&["topologyKey"]), clipped(key));
            cx.report(
                place,
                format_args!("`{key}` does not tell nodes apart that fail on their own"),
            )
            .severity(Severity::Warning);
        }
    }
    let wanted: Vec<&str> = cx.entries(&REQUIRE_KEYS).filter(|key| !keys.contains(key)).collect();
    let absent = keys.is_empty() && !broken;
    if !absent && wanted.is_empty() {
        return;
    }
    let key = wanted.first().copied().unwrap_or(HOSTNAME);
    let list = pod.topology_spread_constraints().place;
    let message: String = if keys.is_empty() && wanted.is_empty() {
        String::from("its replicas may all land on one node")
    } else {
        format!("its replicas are not spread by `{key}`")
    };
    let finding = cx.report(list, format_args!("{message}"));
    if let Some(edit) = preferred(pod, key) {
        finding.fix(Grade::Safe, "Prefer different nodes", [edit].into());
    }
}

/// What a rule that works costs: more than is wanted.
fn cost<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>, rule: Spread<'d>, replicas: i64) {
    match rule.cost(pod) {
        Some(Cost::NodeEach) if replicas > cx.int(&MAX_REQUIRED) => {
            cx.report(
                rule.node,
                format_args!("{replicas} replicas need as many nodes, else some stay pending"),
            )
            .severity(Severity::Warning);
        }
        Some(Cost::LastRelease(keys)) => {
            cx.report(
                keys,
                format_args!(
                    "Pods of the last release are counted too while the Deployment is updated"
                ),
            )
            .severity(Severity::Hint);
        }
        _ => {}
    }
}

/// How many replicas there may be; `None` where they are few or are not counted.
fn replicas<'d>(cx: &Cx<'_, 'd>, pod: PodSpec<'d>) -> Option<i64> {
    let most = most_replicas(cx.set(), pod.workload)?;
    let many = pod.workload.written_replicas().is_absent() && cx.choice(&UNSET_REPLICAS) == "many";
    (many || most >= cx.int(&MIN_REPLICAS)).then_some(most)
}
