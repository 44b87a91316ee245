use crate::engine::Cx;
use crate::kube::PodSpec;
use crate::neighbours::{AUTOSCALERS, CLAIMS, Reads, SERVICES};
use crate::param::{Flag, Param};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use crate::singleton;
use patternwarden_tree::Value;

crate::rule! {
    /// Every replica of a workload is stopped for an update, and nothing asks for that.
    ///
    /// ## Why it matters
    ///
    /// `Recreate` stops all replicas before the first new one starts, so users see an outage as long
    /// as the start takes. With one replica and a volume that is right; with three that hold nothing
    /// it is left over.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    /// spec:
    ///   replicas: 3
    ///   strategy:
    ///     # finding: /spec/strategy/type
    ///     type: Recreate
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
    /// Scaled by its load, and served, which makes it a warning:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    /// spec:
    ///   strategy:
    ///     # finding: 0 /spec/strategy/type
    ///     type: Recreate
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
    ///           resources:
    ///             requests:
    ///               cpu: 100m
    /// ---
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata:
    ///   name: shop
    /// spec:
    ///   scaleTargetRef:
    ///     apiVersion: apps/v1
    ///     kind: Deployment
    ///     name: shop
    ///   minReplicas: 2
    ///   maxReplicas: 10
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
    /// Every way that does not roll, if settings say so:
    ///
    /// ```yaml,bad
    /// # settings: {"strict": true}
    /// apiVersion: apps/v1
    /// kind: DaemonSet
    /// metadata:
    ///   name: agent
    /// spec:
    ///   updateStrategy:
    ///     # finding: /spec/updateStrategy/type
    ///     type: OnDelete
    ///   selector:
    ///     matchLabels:
    ///       app: agent
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: agent
    ///     spec:
    ///       containers:
    ///         - name: agent
    ///           image: registry.example/agent:1.0.0
    /// ```
    ///
    /// ## Good
    ///
    /// One replica, or a reason: a volume of one node, a port of the node, or the author's word:
    ///
    /// ```yaml,good
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: single
    /// spec:
    ///   strategy:
    ///     type: Recreate
    ///   selector:
    ///     matchLabels:
    ///       app: single
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: single
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/single:2.1.0
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: by-word
    ///   annotations:
    ///     patternwarden.dev/singleton: "true"
    /// spec:
    ///   replicas: 2
    ///   strategy:
    ///     type: Recreate
    ///   selector:
    ///     matchLabels:
    ///       app: by-word
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: by-word
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/by-word:2.1.0
    /// ---
    /// apiVersion: v1
    /// kind: PersistentVolumeClaim
    /// metadata:
    ///   name: data
    /// spec:
    ///   accessModes: [ReadWriteOnce]
    ///   resources:
    ///     requests:
    ///       storage: 1Gi
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: with-volume
    /// spec:
    ///   replicas: 2
    ///   strategy:
    ///     type: Recreate
    ///   selector:
    ///     matchLabels:
    ///       app: with-volume
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: with-volume
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/with-volume:2.1.0
    ///       volumes:
    ///         - name: data
    ///           persistentVolumeClaim:
    ///             claimName: data
    /// ```
    ///
    /// What OpenShift calls rolling:
    ///
    /// ```yaml,good
    /// apiVersion: apps.openshift.io/v1
    /// kind: DeploymentConfig
    /// metadata:
    ///   name: shop
    /// spec:
    ///   replicas: 3
    ///   strategy:
    ///     type: Rolling
    ///   selector:
    ///     app: shop
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
    /// ## When to allow it
    ///
    /// Where two versions must never run side by side, as with a change of the schema of a database.
    ///
    /// ## Source
    ///
    /// - [Deployment strategy](https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy): absent means `RollingUpdate`
    /// - *Kubernetes Patterns*, second edition, "Declarative Deployment"
    "rollout-not-rolling",
    "Replicated, served workload is stopped for every update",
    patterns: &[Pattern::DeclarativeDeployment, Pattern::StatelessService],
    severity: Severity::Info,
    surfaces: &[Surface::Bundle, Surface::Object, Surface::Cluster],
    params: &[Param::Flag(&STRICT)],
    fix: Some(Grade::Review),
    reads: READS,
    check: Check::Pod(check),
}

static READS: &[Reads] = &[Reads {
    on: &["DaemonSet", "Deployment", "StatefulSet"],
    kinds: &[&AUTOSCALERS, &CLAIMS, &SERVICES],
    lacks: "",
}];

static STRICT: Flag = Flag {
    name: "strict",
    doc: "Whether every way but a rolling update is reported, also `OnDelete` and with one replica.",
    default: false,
};

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let (workload, object) = (pod.workload, pod.object());
    let path: &'static [&'static str] = match workload.kind.like {
        "Deployment" => &["spec", "strategy", "type"],
        "StatefulSet" | "DaemonSet" => &["spec", "updateStrategy", "type"],
        _ => return,
    };
    let place = object.node.at(path);
    let Some(kind) = place.node().and_then(patternwarden_tree::Node::as_str) else { return };
    let rolls = matches!(kind, "" | "Rolling" | "RollingUpdate");
    let several =
        workload.replicas().is_some_and(|count| count > 1) || cx.set().scaler_of(object).is_some();
    let left_over = kind == "Recreate" && several && singleton::reason(cx.set(), pod).is_none();
    if rolls || !(left_over || cx.flag(&STRICT)) {
        return;
    }
    let served = !cx.set().services_of(pod).is_empty();
    let (name, kind) = (object.display_name(), crate::matcher::clipped(kind));
    let report = cx
        .report(
            place,
            format_args!(
                "`{kind}` does not roll: an update of `{name}` stops its replicas, or waits"
            ),
        )
        .severity(if served { Severity::Warning } else { Severity::Info });
    if let Some(strategy) = place.node.parent() {
        let word = if object.is("apps.openshift.io", "DeploymentConfig") {
            "Rolling"
        } else {
            "RollingUpdate"
        };
        let rolling = Value::map([("type", Value::from(word))]);
        report.fix_at(Grade::Review, "Roll the update out", strategy, rolling);
    }
}
