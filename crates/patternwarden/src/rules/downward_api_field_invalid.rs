use crate::engine::Cx;
use crate::kube::resources::amount;
use crate::kube::{Container, PodSpec, items};
use crate::matcher::clipped;
use crate::pattern::Pattern;
use crate::rule::{Check, Severity};
use patternwarden_tree::Node;

crate::rule! {
    /// A field of the Pod is asked for where the downward API does not offer it.
    ///
    /// ## Why it matters
    ///
    /// A variable and a file offer different fields, and the refusal names nothing but the path. What is
    /// not refused can surprise as well: a limit that is not set reads as the size of the whole node, and
    /// the runtime makes its heap as large as that.
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
    ///       env:
    ///         - name: LABELS
    ///           valueFrom:
    ///             fieldRef:
    ///               # finding: /spec/containers/0/env/0/valueFrom/fieldRef/fieldPath
    ///               fieldPath: metadata.labels
    ///         - name: IMAGE
    ///           valueFrom:
    ///             fieldRef:
    ///               # finding: /spec/containers/0/env/1/valueFrom/fieldRef/fieldPath
    ///               fieldPath: spec.containers
    ///         - name: GPUS
    ///           valueFrom:
    ///             resourceFieldRef:
    ///               # finding: /spec/containers/0/env/2/valueFrom/resourceFieldRef/resource
    ///               resource: limits.example.com/gpu
    ///         - name: MEMORY
    ///           valueFrom:
    ///             resourceFieldRef:
    ///               # finding: /spec/containers/0/env/3/valueFrom/resourceFieldRef/resource
    ///               resource: limits.memory
    ///   volumes:
    ///     - name: info
    ///       downwardAPI:
    ///         items:
    ///           - path: ip
    ///             fieldRef:
    ///               # finding: /spec/volumes/0/downwardAPI/items/0/fieldRef/fieldPath
    ///               fieldPath: status.podIP
    ///           - path: cpu
    ///             # finding: /spec/volumes/0/downwardAPI/items/1/resourceFieldRef/containerName
    ///             resourceFieldRef:
    ///               resource: requests.cpu
    ///     - name: all
    ///       projected:
    ///         sources:
    ///           - downwardAPI:
    ///               items:
    ///                 - path: node
    ///                   fieldRef:
    ///                     # finding: /spec/volumes/1/projected/sources/0/downwardAPI/items/0/fieldRef/fieldPath
    ///                     fieldPath: spec.nodeName
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
    ///         limits:
    ///           memory: 128Mi
    ///       env:
    ///         - name: NAME
    ///           valueFrom:
    ///             fieldRef:
    ///               fieldPath: metadata.labels['app.kubernetes.io/name']
    ///         - name: IPS
    ///           valueFrom:
    ///             fieldRef:
    ///               fieldPath: status.hostIPs
    ///         - name: MEMORY
    ///           valueFrom:
    ///             resourceFieldRef:
    ///               resource: limits.memory
    ///   volumes:
    ///     - name: info
    ///       downwardAPI:
    ///         items:
    ///           - path: labels
    ///             fieldRef:
    ///               fieldPath: metadata.labels
    ///           - path: cpu
    ///             resourceFieldRef:
    ///               containerName: app
    ///               resource: requests.cpu
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Never for what is refused, and which field was meant, only the author knows: there is no repair. A
    /// limit that is not set may be asked for where the size of the node is wanted.
    ///
    /// ## Source
    ///
    /// - [Downward API](https://kubernetes.io/docs/concepts/workloads/pods/downward-api/): available fields, for variables and for volumes; the fallback for limits
    "downward-api-field-invalid",
    "Downward API field that is not available there",
    patterns: &[Pattern::SelfAwareness],
    severity: Severity::Error,
    check: Check::Pod(check),
}

const BOTH: [&str; 3] = ["metadata.name", "metadata.namespace", "metadata.uid"];
const VARIABLES: [&str; 6] = [
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];
const FILES: [&str; 2] = ["metadata.labels", "metadata.annotations"];

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    for container in pod.containers() {
        for variable in items(container.env().value) {
            let Some(source) = variable.get("valueFrom") else { continue };
            judge(cx, pod, source, Some(container));
        }
    }
    for volume in pod.volumes() {
        let own = items(volume.node.at(&["downwardAPI", "items"]).node());
        own.for_each(|item| judge(cx, pod, item, None));
        for source in items(volume.node.at(&["projected", "sources"]).node()) {
            let projected = items(source.at(&["downwardAPI", "items"]).node());
            projected.for_each(|item| judge(cx, pod, item, None));
        }
    }
}

/// Judges one reference, in a variable of `container` or in a file.
fn judge<'d>(
    cx: &mut Cx<'_, 'd>,
    pod: PodSpec<'d>,
    at: Node<'d>,
    container: Option<Container<'d>>,
) {
    if let Some((node, path)) = text(at.at(&["fieldRef", "fieldPath"]).node()) {
        let (here, there) = if container.is_some() {
            (&VARIABLES[..], &FILES[..])
        } else {
            (&FILES[..], &VARIABLES[..])
        };
        if BOTH.contains(&path) || here.contains(&path) || is_entry(path) {
            return;
        }
        let problem = match (there.contains(&path), container.is_some()) {
            (true, true) => "is offered as a file only",
            (true, false) => "is offered as a variable only",
            _ => "is not offered by the downward API",
        };
        cx.report(node, format_args!("`{}` {problem}", clipped(path)));
    }
    let reference = at.get("resourceFieldRef").filter(|node| node.is_map());
    let Some(reference) = reference else { return };
    let name = reference.at(&["containerName"]);
    let named = text(name.node()).map(|(_, name)| name);
    if container.is_none() && named.is_none() {
        cx.report(
            name,
            format_args!("a file needs `containerName` to know whose resources it shows"),
        );
    }
    let Some((node, resource)) = text(reference.get("resource")) else { return };
    let shown = clipped(resource);
    let Some((list, what)) = resource.split_once('.').filter(|parts| is_offered(*parts)) else {
        cx.report(node, format_args!("`{shown}` is not offered by the downward API"));
        return;
    };
    let other = |name| pod.containers().find(|c| c.name().value == Some(name));
    let owner = match named {
        Some(name) => other(name),
        None => container,
    };
    let set = |resources| amount(resources, "limits", what).is_some();
    if let Some(owner) = owner
        && list == "limits"
        && matches!(what, "cpu" | "memory" | "ephemeral-storage")
        && !set(owner.resources().value)
        && !set(pod.resources_in(cx.target()))
    {
        let name = owner.display_name();
        cx.report(
            node,
            format_args!("`{name}` has no such limit, so that this is the size of the node"),
        )
        .severity(Severity::Hint);
    }
}

fn text(node: Option<Node<'_>>) -> Option<(Node<'_>, &str)> {
    node.and_then(|node| Some((node, node.as_str().filter(|text| !text.is_empty())?)))
}

/// One label or annotation: `metadata.labels['app']`.
fn is_entry(path: &str) -> bool {
    FILES.iter().any(|map| {
        let key = path.strip_prefix(map).and_then(|rest| rest.strip_prefix("['"));
        key.and_then(|key| key.strip_suffix("']")).is_some_and(|key| !key.is_empty())
    })
}

fn is_offered((list, resource): (&str, &str)) -> bool {
    matches!(list, "limits" | "requests")
        && (matches!(resource, "cpu" | "memory" | "ephemeral-storage")
            || resource.starts_with("hugepages-"))
}
