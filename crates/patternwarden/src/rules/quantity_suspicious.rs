use crate::amounts::{Problem, problem};
use crate::engine::Cx;
use crate::kube::resources::{amount, quantity};
use crate::kube::{Object, Quantity, entries, items};
use crate::matcher::clipped;
use crate::param::{Choice, Int, Param};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Surface};
use alloc::{format, string::String, vec::Vec};
use patternwarden_tree::{Node, Value};

crate::rule! {
    /// An amount of CPU, memory or storage has a unit that cannot be meant.
    ///
    /// ## Why it matters
    ///
    /// `memory: 512m` is half a byte, and the API server accepts it: the container is killed as soon as it
    /// starts, with exit code 137 and no line of log. What is no quantity at all is refused with a regular
    /// expression for an explanation.
    ///
    /// ## Bad
    ///
    /// Milli is for CPU, bytes are for memory:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       resources:
    ///         requests:
    ///           # finding: /spec/containers/0/resources/requests/cpu
    ///           cpu: 100Mi
    ///           # finding: /spec/containers/0/resources/requests/memory
    ///           memory: 512m
    /// ```
    ///
    /// Plain numbers count bytes and whole CPUs:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       resources:
    ///         limits:
    ///           # finding: /spec/containers/0/resources/limits/cpu
    ///           cpu: 500
    ///           # finding: /spec/containers/0/resources/limits/memory
    ///           memory: 256
    /// ```
    ///
    /// Units that do not exist, and an amount below zero:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       resources:
    ///         requests:
    ///           # finding: /spec/containers/0/resources/requests/cpu
    ///           cpu: -1
    ///           # finding: /spec/containers/0/resources/requests/memory
    ///           memory: 256mb
    ///           # finding: /spec/containers/0/resources/requests/ephemeral-storage
    ///           ephemeral-storage: lots
    ///   volumes:
    ///     - name: scratch
    ///       emptyDir:
    ///         # finding: /spec/volumes/0/emptyDir/sizeLimit
    ///         sizeLimit: 1g
    /// ```
    ///
    /// Memory that no process fits into, or that no node has:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       resources:
    ///         requests:
    ///           # finding: /spec/containers/0/resources/requests/memory
    ///           memory: 2Mi
    ///         limits:
    ///           memory: 16Mi
    ///     - name: cache
    ///       image: registry.example/cache:1.4.2
    ///       resources:
    ///         limits:
    ///           # finding: /spec/containers/1/resources/limits/memory
    ///           memory: 2Ti
    /// ```
    ///
    /// A limit far above the request lets a node be promised many times over:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       resources:
    ///         requests:
    ///           memory: 128Mi
    ///         limits:
    ///           # finding: /spec/containers/0/resources/limits/memory
    ///           memory: 8Gi
    /// ```
    ///
    /// ```yaml,bad
    /// # settings: {"max_limit_request_ratio": 50, "max_cpu_ratio": 2, "ratio_without_request": "fail"}
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
    ///           image: registry.example/app:1.4.2
    ///           resources:
    ///             requests:
    ///               cpu: 100m
    ///             limits:
    ///               # finding: /spec/template/spec/containers/0/resources/limits/cpu
    ///               cpu: 500m
    ///               # finding: /spec/template/spec/containers/0/resources/limits/memory
    ///               memory: 8Gi
    /// ```
    ///
    /// Claims count as well:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: PersistentVolumeClaim
    /// metadata:
    ///   name: data
    /// spec:
    ///   accessModes: [ReadWriteOnce]
    ///   resources:
    ///     requests:
    ///       # finding: /spec/resources/requests/storage
    ///       storage: 500m
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       resources:
    ///         requests:
    ///           cpu: 100m
    ///           memory: 512Mi
    ///           example.com/gpu: 1
    ///         limits:
    ///           cpu: 0.5
    ///           memory: 1Gi
    ///           example.com/gpu: 1
    ///   volumes:
    ///     - name: scratch
    ///       emptyDir:
    ///         sizeLimit: 1G
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Where a burst above ten times the request is wanted: raise `max_limit_request_ratio`. How much a
    /// container needs is not known here, so that no repair is offered for a ratio.
    ///
    /// ## Source
    ///
    /// - [Resource units in Kubernetes](https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#resource-units-in-kubernetes)
    /// - [Quantity](https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/)
    "quantity-suspicious",
    "Quantity with the wrong unit",
    patterns: &[Pattern::PredictableDemands],
    surfaces: &[Surface::Text, Surface::Object],
    params: &[
        Param::Int(&RATIO),
        Param::Int(&CPU_RATIO),
        Param::Int(&MEMORY_RATIO),
        Param::Choice(&WITHOUT_REQUEST),
    ],
    fix: Some(Grade::Review),
    check: Check::Object(check),
}

static RATIO: Int = Int {
    name: "max_limit_request_ratio",
    doc: "How many times its request a limit may be.",
    unit: "",
    min: 1,
    max: 10_000,
    default: 10,
};

static CPU_RATIO: Int = Int {
    name: "max_cpu_ratio",
    doc: "The same for CPU alone; 0 for `max_limit_request_ratio`.",
    unit: "",
    min: 0,
    max: 10_000,
    default: 0,
};

static MEMORY_RATIO: Int = Int {
    name: "max_memory_ratio",
    doc: "The same for memory alone; 0 for `max_limit_request_ratio`.",
    unit: "",
    min: 0,
    max: 10_000,
    default: 0,
};

static WITHOUT_REQUEST: Choice = Choice {
    name: "ratio_without_request",
    doc: "Whether a limit without a request exceeds every ratio (`fail`) or equals its request (`ignore`).",
    options: &["ignore", "fail"],
    default: "ignore",
};

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let mut resources: Vec<Node<'d>> = Vec::new();
    let claim = |node: Node<'d>| node.at(&["spec", "resources"]).node();
    if let Some(pod) = object.pod_spec() {
        resources.extend(pod.resources().value);
        resources.extend(pod.containers().filter_map(|container| container.resources().value));
        for node in &resources {
            ratio(cx, *node, "cpu", &CPU_RATIO);
            ratio(cx, *node, "memory", &MEMORY_RATIO);
        }
        for volume in pod.volumes() {
            let template = volume.node.at(&["ephemeral", "volumeClaimTemplate"]).node();
            resources.extend(template.and_then(claim));
            if let Some(size) = volume.node.at(&["emptyDir", "sizeLimit"]).node() {
                judge(cx, size);
            }
        }
        resources.extend(items(pod.workload.volume_claim_templates().value).filter_map(claim));
    } else if object.is("", "PersistentVolumeClaim") {
        resources.extend(claim(object.node));
    }
    for node in resources {
        for list in ["requests", "limits"] {
            for entry in entries(node.get(list)) {
                judge(cx, entry);
            }
        }
    }
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, node: Node<'d>) {
    let name = node.key().unwrap_or_default();
    let Some(Problem { words, unit, severity }) = problem(name, node) else { return };
    let text = node.scalar_text();
    let finding =
        cx.report(node, format_args!("`{}` of `{name}` {words}", clipped(text))).severity(severity);
    let meant = format!("{}{unit}", Quantity::split(text).0.trim());
    if !unit.is_empty() && Quantity::parse(&meant).is_some() {
        let title = format!("Write `{meant}`");
        finding.fix_set(Grade::Review, title, Value::String(meant));
    }
}

fn ratio<'d>(cx: &mut Cx<'_, 'd>, resources: Node<'d>, name: &'static str, own: &Int) {
    let limit = amount(Some(resources), "limits", name);
    let (Some(node), Some(most)) = (limit, quantity(limit)) else { return };
    let own = cx.int(own);
    let ratio = if own == 0 { cx.int(&RATIO) } else { own };
    let request = amount(Some(resources), "requests", name);
    let problem: String = match quantity(request) {
        Some(request) if most > request.times(ratio) => {
            format!("is more than {ratio} times the request")
        }
        None if request.is_none() && cx.choice(&WITHOUT_REQUEST) == "fail" => {
            String::from("has no request to be compared with")
        }
        _ => return,
    };
    cx.report(
        node,
        format_args!("the limit of `{}` for `{name}` {problem}", clipped(node.scalar_text())),
    );
}
