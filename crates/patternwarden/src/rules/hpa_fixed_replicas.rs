use crate::engine::Cx;
use crate::kube::Object;
use crate::neighbours::{AUTOSCALERS, REPLICATED, Reads};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Surface};

crate::rule! {
    /// The manifest and an autoscaler both set the number of replicas.
    ///
    /// ## Why it matters
    ///
    /// Each time the manifest is applied, the number falls back to what the file says, perhaps in the
    /// middle of the peak, and the autoscaler climbs again. A loop that applies from git fights the
    /// autoscaler for ever.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: random-generator
    /// spec:
    ///   # finding: 0 /spec/replicas
    ///   replicas: 1
    ///   selector:
    ///     matchLabels:
    ///       app: rg
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: rg
    ///     spec:
    ///       containers:
    ///         - name: rg
    ///           image: registry.example/random-generator:1.0
    ///           resources:
    ///             requests:
    ///               cpu: 200m
    ///               memory: 200Mi
    /// ---
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata:
    ///   name: random-generator
    /// spec:
    ///   scaleTargetRef:
    ///     apiVersion: apps/v1
    ///     kind: Deployment
    ///     name: random-generator
    ///   minReplicas: 1
    ///   maxReplicas: 20
    /// ```
    ///
    /// KEDA means a Deployment where it names no kind:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: worker
    /// spec:
    ///   # finding: 0 /spec/replicas
    ///   replicas: 0
    ///   selector:
    ///     matchLabels:
    ///       app: worker
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: worker
    ///     spec:
    ///       containers:
    ///         - name: worker
    ///           image: registry.example/worker:1.0.0
    /// ---
    /// apiVersion: keda.sh/v1alpha1
    /// kind: ScaledObject
    /// metadata:
    ///   name: worker
    /// spec:
    ///   scaleTargetRef:
    ///     name: worker
    ///   triggers:
    ///     - type: kafka
    ///       metadata:
    ///         topic: orders
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: random-generator
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: rg
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: rg
    ///     spec:
    ///       containers:
    ///         - name: rg
    ///           image: registry.example/random-generator:1.0
    ///           resources:
    ///             requests:
    ///               cpu: 200m
    ///               memory: 200Mi
    /// ---
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata:
    ///   name: random-generator
    /// spec:
    ///   scaleTargetRef:
    ///     apiVersion: apps/v1
    ///     kind: Deployment
    ///     name: random-generator
    ///   minReplicas: 2
    ///   maxReplicas: 20
    /// ```
    ///
    /// In a cluster every workload has a number, since the API server fills it in. It counts as written
    /// where somebody applied it on the server, which notes who set what; here nobody did:
    ///
    /// ```yaml,good
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    ///   managedFields:
    ///     - manager: kubectl-create
    ///       operation: Update
    ///       apiVersion: apps/v1
    ///       fieldsType: FieldsV1
    ///       fieldsV1:
    ///         f:spec:
    ///           f:replicas: {}
    /// spec:
    ///   replicas: 1
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: shop
    ///     spec:
    ///       containers:
    ///         - name: shop
    ///           image: registry.example/shop:2.1.0
    ///           resources:
    ///             requests:
    ///               cpu: 200m
    ///               memory: 200Mi
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
    ///   maxReplicas: 20
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Where the tool that applies leaves the field alone. The first apply after it was removed may
    /// scale to one, when the field was owned by a client-side apply: hand over the ownership before.
    ///
    /// ## Source
    ///
    /// - [Migrating Deployments and StatefulSets to horizontal autoscaling](https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling)
    "hpa-fixed-replicas",
    "Manifest and autoscaler both set the replica count",
    patterns: &[Pattern::ElasticScale, Pattern::DeclarativeDeployment],
    surfaces: &[Surface::Bundle],
    fix: Some(Grade::Review),
    reads: READS,
    check: Check::Object(check),
}

static READS: &[Reads] = &[Reads { on: REPLICATED, kinds: &[&AUTOSCALERS], lacks: "" }];

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(at) = object.workload().map(crate::kube::Workload::written_replicas) else { return };
    if at.value.is_none() || !object.writes(&["f:spec", "f:replicas"]) {
        return;
    }
    if let Some(scaler) = cx.set().scaler_of(object) {
        let name = scaler.object.display_name();
        cx.report(
            at.place,
            format_args!("every apply sets back the count that autoscaler `{name}` found"),
        )
        .related(scaler.node, "sets the count as well")
        .fix_remove(Grade::Review, "Leave the count to the autoscaler");
    }
}
