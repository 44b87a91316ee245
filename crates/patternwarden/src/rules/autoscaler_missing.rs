use crate::engine::Cx;
use crate::kube::Object;
use crate::neighbours::{AUTOSCALERS, Reads, WORKLOADS};
use crate::param::{Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Severity, Surface};

crate::rule! {
    /// A workload has no autoscaler, though one is demanded.
    ///
    /// ## Why it matters
    ///
    /// Load changes, and a fixed number is either too small or too expensive. Not every workload can
    /// be scaled out, so a team has to ask for this rule by naming `kinds`. Which measure to scale by
    /// nobody can tell from here, so there is no repair.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # settings: {"kinds": ["Deployment"]}
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
    /// Only some kinds of autoscalers count:
    ///
    /// ```yaml,bad
    /// # settings: {"kinds": ["*"], "accept": ["HorizontalPodAutoscaler"]}
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
    /// apiVersion: keda.sh/v1alpha1
    /// kind: ScaledObject
    /// metadata:
    ///   name: shop
    /// spec:
    ///   scaleTargetRef:
    ///     name: shop
    ///   triggers:
    ///     - type: kafka
    ///       metadata:
    ///         topic: orders
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// # settings: {"kinds": ["Deployment"]}
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
    ///   maxReplicas: 10
    /// ```
    ///
    /// Nothing is demanded unless settings do:
    ///
    /// ```yaml,good
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
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For a workload that cannot share its work.
    ///
    /// ## Source
    ///
    /// - [Horizontal Pod Autoscaling](https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/)
    "autoscaler-missing",
    "Workload without the demanded autoscaler",
    patterns: &[Pattern::ElasticScale],
    severity: Severity::Hint,
    enabled: false,
    surfaces: &[Surface::Bundle],
    params: &[Param::Strings(&KINDS), Param::Strings(&ACCEPT)],
    reads: READS,
    check: Check::Object(check),
}

static READS: &[Reads] = &[Reads { on: WORKLOADS, kinds: &[&AUTOSCALERS], lacks: "" }];

static KINDS: Strings = Strings {
    name: "kinds",
    doc: "Kinds of workloads that need an autoscaler, as globs; none by default.",
    default: &[],
};

static ACCEPT: Strings = Strings {
    name: "accept",
    doc: "Kinds of autoscalers that count, as globs.",
    default: &["HorizontalPodAutoscaler", "ScaledObject"],
};

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(workload) = object.workload().filter(|w| cx.lists(&KINDS, w.kind.kind)) else {
        return;
    };
    // What is not in the input is not missing, unless the input is all there is.
    if !cx.set().is_closed() {
        return;
    }
    let scaled = cx.set().autoscalers().into_iter().any(|scaler| {
        let group = |version: &'d str| version.split_once('/').map_or("", |(group, _)| group);
        let same = scaler.target_api_version().value.is_none_or(|v| group(v) == object.api().group);
        let kind = scaler.object.kind().value.unwrap_or_default();
        same && scaler.scales(object) && cx.lists(&ACCEPT, kind)
    });
    if !scaled {
        let name = object.display_name();
        cx.report(
            workload.written_replicas().place,
            format_args!("nothing scales `{name}` with its load"),
        );
    }
}
