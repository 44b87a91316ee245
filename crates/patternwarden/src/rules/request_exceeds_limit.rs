use crate::engine::Cx;
use crate::kube::resources::amount;
use crate::kube::{Class, PodSpec, Quantity, entries};
use crate::matcher::clipped;
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity};
use patternwarden_tree::{At, Node, Place, Value};

crate::rule! {
    /// A container requests more than its limit allows, or more than its Pod has.
    ///
    /// ## Why it matters
    ///
    /// The API server refuses such a Pod. In a template the refusal shows up only as an event of the
    /// ReplicaSet: `kubectl apply` is content, and the Deployment stays without Pods.
    ///
    /// ## Bad
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
    ///           cpu: 100m
    ///           # finding: /spec/containers/0/resources/requests/memory
    ///           memory: 1Gi
    ///         limits:
    ///           cpu: 0.5
    ///           memory: 512Mi
    /// ```
    ///
    /// Devices and huge pages cannot be shared out twice: their request must equal the limit, and a
    /// request without a limit is refused.
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
    ///           memory: 256Mi
    ///           # finding: /spec/containers/0/resources/requests/hugepages-2Mi
    ///           hugepages-2Mi: 64Mi
    ///           # finding: /spec/containers/0/resources/requests/example.com~1gpu
    ///           example.com/gpu: 1
    ///         limits:
    ///           hugepages-2Mi: 128Mi
    /// ```
    ///
    /// The Pod as a whole (from 1.34) must have room for its containers:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   resources:
    ///     requests:
    ///       # finding: /spec/resources/requests/memory
    ///       memory: 256Mi
    ///     limits:
    ///       cpu: 1
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       resources:
    ///         requests:
    ///           memory: 200Mi
    ///     - name: proxy
    ///       image: registry.example/proxy:1.9.0
    ///       resources:
    ///         requests:
    ///           memory: 100Mi
    ///         limits:
    ///           # finding: /spec/containers/1/resources/limits/cpu
    ///           cpu: 2
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
    ///           cpu: 500m
    ///           memory: 512Mi
    ///           example.com/gpu: 1
    ///         limits:
    ///           cpu: "0.5"
    ///           memory: 0.5Gi
    ///           example.com/gpu: 1
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Never. Where the numbers of a Pod and of its containers do not fit, nobody but the author knows which of them
    /// is wrong, so that no repair is offered.
    ///
    /// ## Source
    ///
    /// - [Resource Management for Pods and Containers](https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/)
    /// - [Extended resources](https://kubernetes.io/docs/tasks/configure-pod-container/extended-resource/): not overcommitted, request and limit are equal
    /// - [Pod-level resources](https://kubernetes.io/docs/tasks/configure-pod-container/assign-pod-level-resources/): the API server refuses a request below the sum of the containers
    "request-exceeds-limit",
    "Request larger than limit",
    patterns: &[Pattern::PredictableDemands],
    severity: Severity::Error,
    fix: Some(Grade::Review),
    check: Check::Pod(check),
}

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let whole = pod.resources_in(cx.target());
    for container in pod.containers().filter(|container| container.class != Class::Ephemeral) {
        let own = container.resources().value;
        if let Some(own) = own {
            compare(cx, own);
        }
        for limit in entries(own.and_then(|own| own.get("limits"))) {
            let name = limit.key().unwrap_or_default();
            let of_pod = amount(whole, "limits", name);
            if let (Some(most), Some(of_pod)) = (Quantity::parse(text(of_pod)), of_pod)
                && Quantity::parse(limit.scalar_text()).is_some_and(|limit| limit > most)
            {
                let message = "than the whole Pod may use";
                tell(cx, limit, "allows more", message, of_pod.into());
            }
        }
    }
    let Some(whole) = whole else { return };
    compare(cx, whole);
    for entry in entries(whole.get("requests")) {
        let name = entry.key().unwrap_or_default();
        let sum = pod.total("requests", name);
        if Quantity::parse(entry.scalar_text()).is_some_and(|has| has < sum) {
            let place = pod.node.at(&["containers"]);
            tell(cx, entry, "is less", "than its containers request together", place);
        }
    }
}

fn text(node: Option<Node<'_>>) -> &str {
    node.map(Node::scalar_text).unwrap_or_default()
}

fn tell<'d>(cx: &mut Cx<'_, 'd>, at: Node<'d>, what: &str, than: &str, related: Place<'d>) {
    let (amount, name) = (clipped(at.scalar_text()), clipped(at.key().unwrap_or_default()));
    cx.report(at, format_args!("`{amount}` of `{name}` {what} {than}"))
        .related(related, "is compared with it");
}

/// Compares the requests of one `resources` with its limits.
fn compare<'d>(cx: &mut Cx<'_, 'd>, resources: Node<'d>) {
    for entry in entries(resources.get("requests")) {
        let name = entry.key().unwrap_or_default();
        let Some(requested) = Quantity::parse(entry.scalar_text()) else { continue };
        let limit = amount(Some(resources), "limits", name);
        let allowed = limit.and_then(|limit| Quantity::parse(limit.scalar_text()));
        let exact = !is_overcommitted(name);
        let wrong = match allowed {
            Some(allowed) => requested > allowed || (exact && requested != allowed),
            None => exact && limit.is_none(),
        };
        if !wrong {
            continue;
        }
        let (amount, shown) = (clipped(entry.scalar_text()), clipped(name));
        let value = Value::of(entry);
        let base = At::read(resources, &["limits"], Node::as_map).place;
        let finding = match limit {
            Some(limit) => {
                let how = if exact { "equal" } else { "be within" };
                let most = clipped(limit.scalar_text());
                cx.report(
                    entry,
                    format_args!(
                        "the request of `{amount}` for `{shown}` must {how} the limit of `{most}`"
                    ),
                )
                .related(limit, "the limit")
            }
            None => cx.report(
                entry,
                format_args!(
                    "`{shown}` is requested without a limit, and it cannot be overcommitted"
                ),
            ),
        };
        finding.fix_entry(Grade::Review, "Set the limit to the request", base, name, value);
    }
}

/// Whether more of a resource can be promised than there is: native ones, without huge pages.
///
/// Source: `kubernetes/pkg/apis/core/v1/helper.IsOvercommitAllowed`.
fn is_overcommitted(resource: &str) -> bool {
    let native = !resource.contains('/') || resource.contains("kubernetes.io/");
    native && !resource.starts_with("hugepages-")
}
