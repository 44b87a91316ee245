use crate::engine::Cx;
use crate::kube::resources::{amount, quantity, request};
use crate::kube::{Class, Container, PodSpec};
use crate::param::{Choice, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Surface};
use alloc::{format, string::ToString, vec::Vec};
use patternwarden_tree::{At, Edit, Node, Op, Place, Value};

crate::rule! {
    /// A Pod does not reach the class of service that the platform demands.
    ///
    /// ## Why it matters
    ///
    /// When a node runs short of memory, the class decides who is evicted first. Databases and others that
    /// hold state should not be among the first.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # settings: {"min_class": "Guaranteed"}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: db
    /// spec:
    ///   containers:
    ///     # finding: /spec/containers/0/resources
    ///     - name: db
    ///       image: registry.example/db:16.3.0
    ///       resources:
    ///         requests:
    ///           cpu: 1
    ///           memory: 2Gi
    ///         limits:
    ///           cpu: 1
    ///           memory: 4Gi
    /// ```
    ///
    /// ```yaml,bad
    /// # settings: {"min_class": "Burstable"}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     # finding: /spec/containers/0/resources
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// One resource alone:
    ///
    /// ```yaml,bad
    /// # settings: {"equal_resources": ["memory"], "unset": "fail"}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     # finding: /spec/containers/0/resources
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       resources:
    ///         requests:
    ///           memory: 64Mi
    ///         limits:
    ///           memory: 128Mi
    ///     # finding: /spec/containers/1/resources
    ///     - name: helper
    ///       image: registry.example/helper:1.0.0
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// # settings: {"min_class": "Guaranteed", "equal_resources": ["memory"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: db
    /// spec:
    ///   containers:
    ///     - name: db
    ///       image: registry.example/db:16.3.0
    ///       resources:
    ///         requests:
    ///           cpu: 1000m
    ///         limits:
    ///           cpu: 1
    ///           memory: 4Gi
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: whole
    /// spec:
    ///   resources:
    ///     requests:
    ///       cpu: 1
    ///       memory: 1Gi
    ///     limits:
    ///       cpu: 1
    ///       memory: 1Gi
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For what may be evicted first, such as batch work. Where nothing is written there is no number to
    /// offer.
    ///
    /// ## Source
    ///
    /// - [Pod Quality of Service classes](https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/)
    "qos-class-policy",
    "Pod does not reach the demanded QoS class",
    patterns: &[Pattern::PredictableDemands],
    enabled: false,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Choice(&MIN_CLASS), Param::Strings(&EQUAL), Param::Choice(&UNSET)],
    fix: Some(Grade::Review),
    check: Check::Pod(check),
}

static MIN_CLASS: Choice = Choice {
    name: "min_class",
    doc: "The least class that a Pod must have.",
    options: &["BestEffort", "Burstable", "Guaranteed"],
    default: "BestEffort",
};

static EQUAL: Strings = Strings {
    name: "equal_resources",
    doc: "Resources whose request and limit must be the same.",
    default: &[],
};

static UNSET: Choice = Choice {
    name: "unset",
    doc: "Whether a resource with neither request nor limit is equal (`ignore`) or not (`fail`).",
    options: &["ignore", "fail"],
    default: "ignore",
};

/// The resources that make the class.
const COUNTED: [&str; 2] = ["cpu", "memory"];

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let whole = pod.resources_in(cx.target());
    let containers: Vec<Container<'d>> =
        pod.containers().filter(|container| container.class != Class::Ephemeral).collect();
    let says = |resources: Option<Node<'_>>| {
        COUNTED.iter().any(|name| {
            quantity(request(resources, name)).is_some()
                || quantity(amount(resources, "limits", name)).is_some()
        })
    };
    let sure =
        |resources: Option<Node<'_>>| COUNTED.iter().all(|name| is_equal(resources, name, false));
    let any = says(whole) || containers.iter().any(|container| says(container.resources().value));
    let all = if says(whole) {
        sure(whole)
    } else {
        containers.iter().all(|container| sure(container.resources().value))
    };
    let wanted = cx.choice(&MIN_CLASS);
    let class = match (any, all) {
        (false, _) => "BestEffort",
        (true, true) => "Guaranteed",
        (true, false) => "Burstable",
    };
    let reached = match wanted {
        "Guaranteed" => class == "Guaranteed",
        "Burstable" => any,
        _ => true,
    };
    // What is written for the whole Pod decides alone.
    let blamed = if says(whole) {
        Some(pod.resources())
    } else {
        let mut all = containers.iter().map(|container| container.resources());
        all.find(|resources| !sure(resources.value))
    };
    if let Some(resources) = blamed.filter(|_| !reached) {
        let at = resources.place;
        let finding = cx.report(at, format_args!("the Pod is {class}, and {wanted} is demanded"));
        if let Some(edits) = even(pod.object().node, resources, &COUNTED) {
            finding.fix(Grade::Review, "Make requests and limits the same", edits);
        }
    }
    let unset = cx.choice(&UNSET) == "ignore";
    let names: Vec<&str> = cx.entries(&EQUAL).collect();
    for container in containers {
        let resources = container.resources().value;
        let differs = |name: &&str| !is_equal(resources, name, unset);
        let Some(resource) = names.iter().copied().find(differs) else { continue };
        let name = container.display_name();
        let finding = cx.report(
            container.resources().place,
            format_args!("request and limit of `{name}` for `{resource}` are not the same"),
        );
        if let Some(edits) = even(container.object().node, container.resources(), &[resource]) {
            finding.fix(Grade::Review, "Make request and limit the same", edits);
        }
    }
}

/// Whether request and limit are the same; `unset` where neither is written.
fn is_equal(resources: Option<Node<'_>>, resource: &str, unset: bool) -> bool {
    let limit = quantity(amount(resources, "limits", resource));
    let request = quantity(request(resources, resource));
    if limit.is_none() && request.is_none() { unset } else { limit == request }
}

/// Edits that give a limit to its request, and a request to a limit that is not there; `None`
/// where a resource has neither.
fn even<'d>(root: Node<'d>, resources: At<'d, Node<'d>>, names: &[&str]) -> Option<Vec<Edit>> {
    let base = Place::pointer(resources.place, root).to_string();
    let mut edits = Vec::new();
    for name in names.iter().copied() {
        let of = |list| amount(resources.value, list, name);
        let (list, value) = match (of("requests"), of("limits")) {
            (Some(request), None) => ("limits", request),
            (Some(request), Some(limit)) if quantity(Some(request)) != quantity(Some(limit)) => {
                ("requests", limit)
            }
            (None, None) => return None,
            _ => continue,
        };
        edits.push(Edit::new(format!("{base}/{list}/{name}"), Op::Add(Value::of(value))));
    }
    Some(edits)
}
