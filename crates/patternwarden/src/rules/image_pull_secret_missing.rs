use crate::engine::Cx;
use crate::image_match::matches;
use crate::kube::{PodSpec, items};
use crate::matcher::clipped;
use crate::neighbours::{ACCOUNTS, Reads, WORKLOADS};
use crate::param::{Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Severity, Surface};

crate::rule! {
    /// An image of a private registry, and nothing that lets the Pod pull it.
    ///
    /// ## Why it matters
    ///
    /// The Pod hangs in `ImagePullBackOff` on every node that does not have the image yet. Nodes with
    /// credentials of their own hide the gap until the first node without them.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # settings: {"private_registries": ["registry.example"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       # finding: 0 /spec/containers/0/image
    ///       image: registry.example/app:1.4.2
    /// ---
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: default
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// # settings: {"private_registries": ["registry.example"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   imagePullSecrets:
    ///     - name: registry
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///     - name: public
    ///       image: docker.io/library/nginx:1.27.0
    /// ```
    ///
    /// The ServiceAccount has it:
    ///
    /// ```yaml,good
    /// # settings: {"private_registries": ["registry.example"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   serviceAccountName: shop
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ---
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: shop
    /// imagePullSecrets:
    ///   - name: registry
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Where the nodes have credentials. Which Secret has those of the registry is not known here, so that
    /// there is no repair.
    ///
    /// ## Source
    ///
    /// - [Pull an image from a private registry](https://kubernetes.io/docs/tasks/configure-pod-container/pull-image-private-registry/)
    /// - [Add image pull secrets to a service account](https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#add-imagepullsecrets-to-a-service-account)
    "image-pull-secret-missing",
    "Private registry without pull secret",
    patterns: &[Pattern::ImageBuilder, Pattern::PredictableDemands],
    severity: Severity::Info,
    enabled: false,
    surfaces: &[Surface::Bundle, Surface::Object, Surface::Cluster],
    params: &[Param::Strings(&PRIVATE)],
    reads: READS,
    check: Check::Pod(check),
}

static READS: &[Reads] = &[Reads { on: WORKLOADS, kinds: &[&ACCOUNTS], lacks: "" }];

static PRIVATE: Strings = Strings {
    name: "private_registries",
    doc: "Registries and repositories that need a login, as patterns such as `registry.example/team`.",
    default: &[],
};

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let has = |list| items(list).next().is_some();
    if has(pod.node.get("imagePullSecrets")) {
        return;
    }
    let (name, namespace) = (pod.service_account(), pod.object().effective_namespace());
    let account = cx.set().of_kind("ServiceAccount").find(|account| {
        account.name().value == Some(name) && account.effective_namespace() == namespace
    });
    if account.is_some_and(|account| has(account.node.get("imagePullSecrets"))) {
        return;
    }
    let (name, known) = (clipped(name), account.is_some());
    let of_account = if known { "has none either" } else { "is not known here" };
    for used in pod.images() {
        let Some(image) = used.parsed() else { continue };
        if !cx.entries(&PRIVATE).any(|pattern| matches(pattern, image)) {
            continue;
        }
        let shown = clipped(used.reference.value.unwrap_or_default());
        cx.report(
            used.reference.place,
            format_args!("`{shown}` of {used} needs a login, the Pod has no pull secret, and ServiceAccount `{name}` {of_account}"),
        );
    }
}
