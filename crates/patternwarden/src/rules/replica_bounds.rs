use crate::engine::Cx;
use crate::kube::{Autoscaler, AutoscalerKind, Object, Workload, items};
use crate::matcher::glob;
use crate::neighbours::{AUTOSCALERS, REPLICATED, Reads};
use crate::param::{Flag, Int, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use crate::singleton;
use alloc::format;
use patternwarden_tree::At;

crate::rule! {
    /// A workload has fewer or more replicas than it should.
    ///
    /// ## Why it matters
    ///
    /// A served application with one replica is down during every drain of its node and with every
    /// crash. An upper bound stops a slip such as 100 for 10 before the scheduler sees it.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    /// # finding: 0 /spec/replicas
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: shop
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/shop:2.1.0
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    /// spec:
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - port: 80
    /// ```
    ///
    /// Bounds of the site, for workloads and for autoscalers:
    ///
    /// ```yaml,bad
    /// # settings: {"min": 2, "max": 20, "hpa_min": 3}
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: few
    /// spec:
    ///   # finding: 0 /spec/replicas
    ///   replicas: 1
    ///   selector:
    ///     matchLabels:
    ///       app: few
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: few
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/few:2.1.0
    /// ---
    /// apiVersion: apps/v1
    /// kind: StatefulSet
    /// metadata:
    ///   name: many
    /// spec:
    ///   # finding: 1 /spec/replicas
    ///   replicas: 100
    ///   serviceName: many
    ///   selector:
    ///     matchLabels:
    ///       app: many
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: many
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/many:2.1.0
    /// ---
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata:
    ///   name: other
    /// spec:
    ///   scaleTargetRef:
    ///     apiVersion: apps/v1
    ///     kind: Deployment
    ///     name: other
    ///   # finding: 2 /spec/minReplicas
    ///   minReplicas: 2
    ///   # finding: 2 /spec/maxReplicas
    ///   maxReplicas: 50
    /// ---
    /// apiVersion: keda.sh/v1alpha1
    /// kind: ScaledObject
    /// metadata:
    ///   name: third
    /// # finding: 3 /spec/minReplicaCount
    /// spec:
    ///   scaleTargetRef:
    ///     name: third
    ///   # finding: 3 /spec/maxReplicaCount
    ///   maxReplicaCount: 40
    ///   triggers:
    ///     - type: kafka
    ///       metadata:
    ///         topic: orders
    /// ---
    /// apiVersion: autoscaling/v1
    /// kind: Scale
    /// metadata:
    ///   name: by-hand
    /// spec:
    ///   # finding: 4 /spec/replicas
    ///   replicas: 30
    /// ```
    ///
    /// A number that is not written is one that nobody thought of, if settings say so:
    ///
    /// ```yaml,bad
    /// # settings: {"explicit": true, "min": 1, "kinds": ["ReplicaSet"]}
    /// apiVersion: apps/v1
    /// kind: ReplicaSet
    /// metadata:
    ///   name: shop
    /// # finding: /spec/replicas
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: shop
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/shop:2.1.0
    /// ```
    ///
    /// The number is not written, where it has to be:
    ///
    /// ```yaml,bad
    /// # settings: {"explicit": true}
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    /// # finding: /spec/replicas
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: shop
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/shop:2.1.0
    /// ```
    ///
    /// ## Good
    ///
    /// Two replicas, none at all, or what is meant to be single:
    ///
    /// ```yaml,good
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    /// spec:
    ///   replicas: 2
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: shop
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/shop:2.1.0
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: asleep
    /// spec:
    ///   replicas: 0
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    ///       state: asleep
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: shop
    ///         state: asleep
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/shop:2.1.0
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: single
    /// spec:
    ///   strategy:
    ///     type: Recreate
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    ///       state: single
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: shop
    ///         state: single
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/shop:2.1.0
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    /// spec:
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - port: 80
    /// ```
    ///
    /// One replica is enough, if settings say so:
    ///
    /// ```yaml,good
    /// # settings: {"min_served": 1}
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: shop
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/shop:2.1.0
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    /// spec:
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - port: 80
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Where a short outage is accepted.
    ///
    /// ## Source
    ///
    /// - *Kubernetes Patterns*, second edition, "Stateless Service" and "Elastic Scale"
    /// - [Deployments, replicas](https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#replicas): 1 where none is written
    "replica-bounds",
    "Replica count outside the wanted bounds",
    patterns: &[Pattern::StatelessService, Pattern::ElasticScale],
    severity: Severity::Info,
    surfaces: &[Surface::Bundle, Surface::Object, Surface::Cluster],
    params: &[
        Param::Int(&MIN_SERVED),
        Param::Int(&MIN),
        Param::Int(&MAX),
        Param::Int(&HPA_MIN),
        Param::Strings(&KINDS),
        Param::Flag(&EXPLICIT),
    ],
    fix: Some(Grade::Review),
    reads: READS,
    check: Check::Object(check),
}

static READS: &[Reads] = &[Reads {
    on: REPLICATED,
    kinds: &[&AUTOSCALERS],
    lacks: "whether a Service selects it is not looked up",
}];

const fn bound(name: &'static str, doc: &'static str, default: i64) -> Int {
    Int { name, doc, unit: "", min: 0, max: 100_000, default }
}

static MIN_SERVED: Int = bound("min_served", "The fewest replicas of what a Service selects.", 2);
static MIN: Int = bound("min", "The fewest replicas of any workload; 0 sets no bound.", 0);
static MAX: Int =
    bound("max", "The most replicas of any workload or autoscaler; 0 sets no bound.", 0);
static HPA_MIN: Int = bound("hpa_min", "The least minimum of an autoscaler; 0 sets no bound.", 0);

static KINDS: Strings = Strings {
    name: "kinds",
    doc: "Kinds of workloads that are judged, as globs.",
    default: &["Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"],
};

static EXPLICIT: Flag = Flag {
    name: "explicit",
    doc: "Whether a number that is not written counts as too few.",
    default: false,
};

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    if let Some(scaler) = Autoscaler::of(object) {
        autoscaler(cx, scaler);
    } else if let Some(workload) = object.workload().filter(|w| cx.lists(&KINDS, w.kind.kind)) {
        judge(cx, workload);
    } else if object.is("autoscaling", "Scale") {
        let at = At::read(object.node, &["spec", "replicas"], patternwarden_tree::Node::as_i64);
        let (min, max) = (cx.int(&MIN), cx.int(&MAX));
        within(cx, at, at.value.unwrap_or(0), min, max);
    }
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, workload: Workload<'d>) {
    let at = workload.written_replicas();
    let Some(count) = workload.replicas() else { return };
    let scaled = cx.set().scaler_of(workload.object).is_some();
    // An object that another one owns has the number of its owner.
    if scaled || count == 0 || items(workload.object.owner_references().value).next().is_some() {
        return;
    }
    let (min, max, served) = (cx.int(&MIN), cx.int(&MAX), cx.int(&MIN_SERVED));
    if cx.flag(&EXPLICIT) && at.is_absent() {
        let enough = if min > 0 { min } else { served.max(1) };
        cx.report(at.place, format_args!("the number of replicas is not written"))
            .severity(Severity::Warning)
            .fix_set(Grade::Review, "Write the number of replicas", enough);
        return;
    }
    if within(cx, at, count, min, max) {
        return;
    }
    // An autoscaler that is not in the input may keep more.
    let known = cx.set().would_hold("Service", workload.object.effective_namespace());
    if count < served && known && is_served(cx, workload) && !is_single(cx, workload) {
        let name = workload.object.display_name();
        cx.report(
            at.place,
            format_args!("`{name}` serves others with {count} replica, fewer than {served}"),
        )
        .severity(Severity::Info)
        .fix_set(Grade::Review, format!("Run {served} replicas"), served);
    }
}

/// Reports a number outside of the site's bounds, where 0 is no bound; says whether it did.
fn within<'d>(cx: &mut Cx<'_, 'd>, at: At<'d, i64>, count: i64, min: i64, max: i64) -> bool {
    let (word, bound) = if min > 0 && count > 0 && count < min {
        ("fewer", min)
    } else if max > 0 && count > max {
        ("more", max)
    } else {
        return false;
    };
    cx.report(at.place, format_args!("{count} replicas are {word} than {bound}"))
        .severity(Severity::Warning)
        .fix_set(Grade::Review, format!("Set it to {bound}"), bound);
    true
}

fn autoscaler<'d>(cx: &mut Cx<'_, 'd>, scaler: Autoscaler<'d>) {
    let (min, max) = (cx.int(&HPA_MIN), cx.int(&MAX));
    let (least, most) = match scaler.kind {
        AutoscalerKind::Horizontal => (scaler.min_replicas(), scaler.max_replicas()),
        AutoscalerKind::Event => (scaler.min_replica_count(), scaler.max_replica_count()),
        AutoscalerKind::Vertical => return,
    };
    if let Some(few) = scaler.fewest().filter(|few| min > 0 && *few < min) {
        cx.report(least.place, format_args!("a minimum of {few} replicas is less than {min}"))
            .severity(Severity::Warning)
            .fix_set(Grade::Review, format!("Set it to {min}"), min);
    }
    if let Some(many) = most.value {
        within(cx, most, many, 0, max);
    }
}

fn is_served<'d>(cx: &Cx<'_, 'd>, workload: Workload<'d>) -> bool {
    workload.object.pod_specs().any(|pod| !cx.set().services_of(pod).is_empty())
}

/// Whether something shows that one replica is meant: also the way it is replaced, or storage that
/// belongs to it.
fn is_single<'d>(cx: &Cx<'_, 'd>, workload: Workload<'d>) -> bool {
    let named = |name: &str| singleton::NAMES.iter().any(|pattern| glob(pattern, name));
    let mut pods = workload.object.pod_specs();
    workload.strategy_type().value == Some("Recreate")
        || items(workload.volume_claim_templates().value).next().is_some()
        || pods.any(|pod| singleton::evidence(cx.set(), pod, &named).is_some())
}
