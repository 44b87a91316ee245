use crate::companions::{limit_range, resource_quota};
use crate::engine::Cx;
use crate::kube::{Object, PodSpec, entries, items, resources};
use crate::neighbours::Reads;
use crate::param::{Form, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use patternwarden_tree::Node;

crate::rule! {
    /// A namespace has no quota, or no default limits.
    ///
    /// ## Why it matters
    ///
    /// Without a quota one team can use up the whole cluster by accident. A quota alone refuses every
    /// Pod that does not say what it needs, so that both objects belong together. They are objects of
    /// their own, with numbers that only the platform knows: there is no repair.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Namespace
    /// # finding: 0 /metadata/name
    /// # finding: 0 /metadata/name
    /// metadata:
    ///   name: shop
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    ///   namespace: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// A quota on requests, and a Pod without any, which is refused:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Namespace
    /// # finding: 0 /metadata/name
    /// metadata:
    ///   name: shop
    /// ---
    /// apiVersion: v1
    /// kind: ResourceQuota
    /// metadata:
    ///   name: shop
    ///   namespace: shop
    /// spec:
    ///   hard:
    ///     requests.memory: 10Gi
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    ///   namespace: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// A quota on limits refuses Pods that have none:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata:
    ///   # finding: /metadata/name
    ///   name: shop
    /// ---
    /// apiVersion: v1
    /// kind: ResourceQuota
    /// metadata:
    ///   name: shop
    ///   namespace: shop
    /// spec:
    ///   hard:
    ///     limits.memory: 8Gi
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    ///   namespace: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata:
    ///   name: shop
    /// ---
    /// apiVersion: v1
    /// kind: ResourceQuota
    /// metadata:
    ///   name: shop
    ///   namespace: shop
    /// spec:
    ///   hard:
    ///     requests.memory: 10Gi
    /// ---
    /// apiVersion: v1
    /// kind: LimitRange
    /// metadata:
    ///   name: shop
    ///   namespace: shop
    /// spec:
    ///   limits:
    ///     - type: Container
    ///       defaultRequest:
    ///         memory: 128Mi
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    ///   namespace: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// An empty namespace, one that settings leave out, and a quota alone where that is enough:
    ///
    /// ```yaml,good
    /// # settings: {"need": ["ResourceQuota"], "namespaces_exempt": ["tools-*"]}
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata:
    ///   name: empty
    /// ---
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata:
    ///   name: tools-build
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    ///   namespace: tools-build
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ---
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata:
    ///   name: shop
    /// ---
    /// apiVersion: v1
    /// kind: ResourceQuota
    /// metadata:
    ///   name: shop
    ///   namespace: shop
    /// spec:
    ///   hard:
    ///     pods: "20"
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    ///   namespace: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Where the platform adds both to every namespace. What a namespace may ask for is for people to
    /// know: the repairs write both objects with amounts to be filled in.
    ///
    /// ## Source
    ///
    /// - [Resource Quotas](https://kubernetes.io/docs/concepts/policy/resource-quotas/): with a quota on a resource, every Pod must say its request or limit
    /// - [Limit Ranges](https://kubernetes.io/docs/concepts/policy/limit-range/)
    "namespace-quota-missing",
    "Namespace without quota or default limits",
    patterns: &[Pattern::PredictableDemands],
    severity: Severity::Hint,
    surfaces: &[Surface::Bundle],
    params: &[Param::Entries(&NEED, Form::OneOf(&["ResourceQuota", "LimitRange"])), Param::Strings(&EXEMPT)],
    reads: READS,
    fix: Some(Grade::Template),
    fix_beside: true,
    check: Check::Object(check),
}

static READS: &[Reads] = &[Reads::never("a namespace is empty when it is made")];

static NEED: Strings = Strings {
    name: "need",
    doc: "Which of `ResourceQuota` and `LimitRange` a namespace needs.",
    default: &["ResourceQuota", "LimitRange"],
};

static EXEMPT: Strings = Strings {
    name: "namespaces_exempt",
    doc: "Namespaces that need neither, as globs.",
    default: &["kube-system", "kube-public", "kube-node-lease"],
};

const DEFAULTS: &str = "Give containers that say nothing a request and a limit";

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let at = object.name();
    let Some(name) = at.value.filter(|name| object.is("", "Namespace") && !cx.lists(&EXEMPT, name))
    else {
        return;
    };
    let set = cx.set();
    if set.pod_specs_in(name).next().is_none() {
        return;
    }
    let of = |kind: &str| {
        set.of_kind(kind).find(|other| other.is("", kind) && other.effective_namespace() == name)
    };
    let (quota, range) = (of("ResourceQuota"), of("LimitRange"));
    if quota.is_none() && cx.lists(&NEED, "ResourceQuota") {
        cx.report(at.place, format_args!("namespace `{name}` has no ResourceQuota")).fix_beside(
            Grade::Template,
            "Bound what the namespace may ask for",
            [resource_quota(name)].into(),
        );
    }
    if range.is_some() {
        return;
    }
    // A quota makes the values mandatory.
    let quotas = set
        .of_kind("ResourceQuota")
        .filter(|quota| quota.is("", "ResourceQuota") && quota.effective_namespace() == name);
    let mut hard = quotas.flat_map(|quota| entries(quota.node.at(&["spec", "hard"]).node()));
    let refused = hard.find_map(|entry| {
        let mut pods = set.pod_specs_in(name);
        pods.find(|pod| lacks(*pod, entry.key().unwrap_or_default())).map(|pod| (entry, pod))
    });
    if let Some((entry, pod)) = refused {
        let (key, who) = (entry.key().unwrap_or_default(), pod.object().display_name());
        cx.report(
            at.place,
            format_args!(
                "the quota on `{key}` refuses the Pods of `{who}`, as nothing fills their values in"
            ),
        )
        .severity(Severity::Warning)
        .related(entry, "makes the value mandatory")
        .related(pod.template, "does not have it")
        .fix_beside(Grade::Template, DEFAULTS, [limit_range(name)].into());
    } else if cx.lists(&NEED, "LimitRange") {
        cx.report(at.place, format_args!("namespace `{name}` has no LimitRange")).fix_beside(
            Grade::Template,
            DEFAULTS,
            [limit_range(name)].into(),
        );
    }
}

/// Whether some container does not say what this entry of a quota counts.
///
/// Source: `kubernetes/pkg/quota/v1/evaluator/core.PodEvaluator.Constraints`: `cpu` and `memory`
/// count requests.
fn lacks(pod: PodSpec<'_>, entry: &str) -> bool {
    let (list, resource) = match entry.split_once('.') {
        Some((list @ ("requests" | "limits"), resource)) => (list, resource),
        None if matches!(entry, "cpu" | "memory") => ("requests", entry),
        _ => return false,
    };
    if !matches!(resource, "cpu" | "memory") {
        return false;
    }
    let says = |map: Option<Node<'_>>| match list {
        "requests" => resources::request(map, resource).is_some(),
        _ => resources::amount(map, list, resource).is_some(),
    };
    let lists = [pod.init_container_list().value, pod.node.get("containers")];
    let mut containers = lists.into_iter().flat_map(items);
    !says(pod.resources().value) && containers.any(|container| !says(container.get("resources")))
}
