use crate::engine::Cx;
use crate::kube::{Class, Container};
use crate::minor::Minor;
use crate::neighbours::{Reads, SERVICES};
use crate::param::{Choice, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use crate::served::{services, targets};
use patternwarden_tree::{At, Node, Value};

crate::rule! {
    /// A served container is stopped before traffic has stopped coming.
    ///
    /// ## Why it matters
    ///
    /// The end of an endpoint and the stop signal race each other. A process that stops at once drops
    /// requests for some seconds, with every update. A short sleep lets load balancers catch up.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
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
    ///         # finding: 0 /spec/template/spec/containers/0/lifecycle/preStop
    ///         - name: app
    ///           image: registry.example/shop:2.1.0
    ///           ports:
    ///             - name: http
    ///               containerPort: 8080
    ///         - name: exporter
    ///           image: registry.example/exporter:0.9.0
    ///           ports:
    ///             - name: metrics
    ///               containerPort: 9113
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
    ///       targetPort: http
    /// ```
    ///
    /// Without a Service, when the settings ask for it:
    ///
    /// ```yaml,bad
    /// # settings: {"scope": "all"}
    /// apiVersion: apps/v1
    /// kind: StatefulSet
    /// metadata:
    ///   name: db
    /// spec:
    ///   serviceName: db
    ///   selector:
    ///     matchLabels:
    ///       app: db
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: db
    ///     spec:
    ///       terminationGracePeriodSeconds: 10
    ///       containers:
    ///         # finding: 0 /spec/template/spec/containers/0/lifecycle/preStop
    ///         - name: db
    ///           image: registry.example/db:16.3.0
    /// ```
    ///
    /// ## Good
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
    ///           ports:
    ///             - name: http
    ///               containerPort: 8080
    ///           lifecycle:
    ///             preStop:
    ///               sleep:
    ///                 seconds: 5
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
    ///       targetPort: http
    /// ```
    ///
    /// An annotation that says that the application drains by itself:
    ///
    /// ```yaml,good
    /// # settings: {"annotations": ["example.com/drains"]}
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     example.com/drains: "true"
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
    ///           image: registry.example/app:1.4.2
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
    /// For an application that goes on serving for some seconds behind SIGTERM: that is as good, which is
    /// why this is no more than an information. Where a Pod has less than 15 seconds to stop, none of them should
    /// be slept away, so that no repair is offered.
    ///
    /// ## Source
    ///
    /// - [Pod lifecycle: termination](https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination): endpoints are removed at the same time
    /// - [KEP-3960](https://github.com/kubernetes/enhancements/tree/master/keps/sig-node/3960-pod-lifecycle-sleep-action): the action `sleep` is on since 1.30
    "shutdown-drain-missing",
    "Traffic is cut before the endpoint is gone",
    patterns: &[Pattern::ManagedLifecycle],
    severity: Severity::Info,
    surfaces: &[Surface::Bundle],
    reads: READS,
    params: &[Param::Choice(&SCOPE), Param::Strings(&ANNOTATIONS)],
    fix: Some(Grade::Safe),
    check: Check::Container(check),
}

static READS: &[Reads] =
    &[Reads { on: &["Deployment", "StatefulSet", "DaemonSet"], kinds: &[&SERVICES], lacks: "" }];

static SCOPE: Choice = Choice {
    name: "scope",
    doc: "`served` judges containers that a Service sends traffic to, `all` every one.",
    options: &["served", "all"],
    default: "served",
};

static ANNOTATIONS: Strings = Strings {
    name: "annotations",
    doc: "Annotations, as globs, of workloads or Pods that drain by themselves.",
    default: &[],
};

const SLEEP_ACTION: Minor = Minor(30);
const SLEEP: i64 = 5;
/// With less time to stop, some of it must not be slept away.
const ENOUGH: i64 = 15;

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    let pod = container.pod;
    let hook: At<'d, Node<'d>> = container.pre_stop();
    let rolls = ["Deployment", "StatefulSet", "DaemonSet"];
    if container.class != Class::App
        || hook.value.is_some()
        || !rolls.iter().any(|kind| pod.workload.is_like(kind))
    {
        return;
    }
    let told = [pod.annotations(), pod.object().annotations().value];
    let mut told = told.into_iter().flatten().flat_map(Node::children).filter_map(Node::key);
    if told.any(|key| cx.lists(&ANNOTATIONS, key)) {
        return;
    }
    let alone = pod.app_containers().count() == 1;
    let service = services(cx, pod).find(|service| alone || targets(*service, container));
    if service.is_none() && cx.choice(&SCOPE) == "served" {
        return;
    }
    let can_sleep = cx.target() >= SLEEP_ACTION;
    let name = container.display_name();
    let mut finding = cx.report(
        hook.place,
        format_args!("container `{name}` is told to stop while traffic may still come"),
    );
    if let Some(service) = service {
        finding = finding.related(service.selector().place, "sends traffic to it");
    }
    if can_sleep && pod.grace_period() >= ENOUGH {
        let sleep = Value::map([("seconds", Value::from(SLEEP))]);
        finding.fix_set(
            Grade::Safe,
            "Wait five seconds before stopping",
            Value::map([("sleep", sleep)]),
        );
    }
}
