use crate::engine::Cx;
use crate::kube::{Crd, CrdVersion, Object, items};
use crate::matcher::clipped;
use crate::pattern::Pattern;
use crate::rule::{Check, Severity, Surface};
use alloc::vec::Vec;
use patternwarden_tree::{Node, Value};

crate::rule! {
    /// Several versions of a custom resource are served, and nothing that works converts them.
    ///
    /// ## Why it matters
    ///
    /// Without a conversion only the version's name is changed. A field that one version alone has is
    /// dropped as soon as the object is written through the other, and the data is gone without a
    /// message. How the versions relate only their author knows, so there is no repair.
    ///
    /// ## Bad
    ///
    /// Two schemas, and no conversion:
    ///
    /// ```yaml,bad
    /// apiVersion: apiextensions.k8s.io/v1
    /// kind: CustomResourceDefinition
    /// metadata:
    ///   name: widgets.example.com
    /// # finding: /spec/conversion
    /// spec:
    ///   group: example.com
    ///   scope: Namespaced
    ///   names:
    ///     kind: Widget
    ///     plural: widgets
    ///   versions:
    ///     - name: v1
    ///       served: true
    ///       storage: false
    ///       schema:
    ///         openAPIV3Schema:
    ///           type: object
    ///           properties:
    ///             size:
    ///               type: integer
    ///     - name: v2
    ///       served: true
    ///       storage: true
    ///       schema:
    ///         openAPIV3Schema:
    ///           type: object
    ///           properties:
    ///             width:
    ///               type: integer
    /// ```
    ///
    /// A webhook that is not said where, and one under a strategy that has none:
    ///
    /// ```yaml,bad
    /// apiVersion: apiextensions.k8s.io/v1
    /// kind: CustomResourceDefinition
    /// metadata:
    ///   name: widgets.example.com
    /// spec:
    ///   group: example.com
    ///   scope: Namespaced
    ///   names:
    ///     kind: Widget
    ///     plural: widgets
    ///   conversion:
    ///     strategy: Webhook
    ///     # finding: 0 /spec/conversion/webhook/clientConfig
    ///     # finding: 0 /spec/conversion/webhook/conversionReviewVersions
    ///     webhook: {}
    ///   versions:
    ///     - name: v1
    ///       served: true
    ///       storage: true
    ///       schema:
    ///         openAPIV3Schema:
    ///           type: object
    /// ---
    /// apiVersion: apiextensions.k8s.io/v1
    /// kind: CustomResourceDefinition
    /// metadata:
    ///   name: gadgets.example.com
    /// spec:
    ///   group: example.com
    ///   scope: Namespaced
    ///   names:
    ///     kind: Gadget
    ///     plural: gadgets
    ///   conversion:
    ///     strategy: None
    ///     # finding: 1 /spec/conversion/webhook
    ///     webhook:
    ///       conversionReviewVersions: [v1]
    ///   versions:
    ///     - name: v1
    ///       served: true
    ///       storage: true
    ///       schema:
    ///         openAPIV3Schema:
    ///           type: object
    /// ```
    ///
    /// An address without encryption, a Service that is not in the input, and no authority to trust:
    ///
    /// ```yaml,bad
    /// apiVersion: apiextensions.k8s.io/v1
    /// kind: CustomResourceDefinition
    /// metadata:
    ///   name: widgets.example.com
    /// spec:
    ///   group: example.com
    ///   scope: Namespaced
    ///   names:
    ///     kind: Widget
    ///     plural: widgets
    ///   conversion:
    ///     strategy: Webhook
    ///     webhook:
    ///       conversionReviewVersions: [v1]
    ///       # finding: 0 /spec/conversion/webhook/clientConfig/caBundle
    ///       clientConfig:
    ///         # finding: 0 /spec/conversion/webhook/clientConfig/url
    ///         url: http://convert.example/widgets
    ///   versions:
    ///     - name: v1
    ///       served: true
    ///       storage: true
    ///       schema:
    ///         openAPIV3Schema:
    ///           type: object
    /// ---
    /// apiVersion: apiextensions.k8s.io/v1
    /// kind: CustomResourceDefinition
    /// metadata:
    ///   name: gadgets.example.com
    ///   annotations:
    ///     cert-manager.io/inject-ca-from: shop/convert
    /// spec:
    ///   group: example.com
    ///   scope: Namespaced
    ///   names:
    ///     kind: Gadget
    ///     plural: gadgets
    ///   conversion:
    ///     strategy: Webhook
    ///     webhook:
    ///       conversionReviewVersions: [v1]
    ///       clientConfig:
    ///         service:
    ///           namespace: shop
    ///           # finding: 1 /spec/conversion/webhook/clientConfig/service/name
    ///           name: convert
    ///   versions:
    ///     - name: v1
    ///       served: true
    ///       storage: true
    ///       schema:
    ///         openAPIV3Schema:
    ///           type: object
    /// ```
    ///
    /// ## Good
    ///
    /// The same schema twice, and a webhook that is all said:
    ///
    /// ```yaml,good
    /// apiVersion: apiextensions.k8s.io/v1
    /// kind: CustomResourceDefinition
    /// metadata:
    ///   name: widgets.example.com
    /// spec:
    ///   group: example.com
    ///   scope: Namespaced
    ///   names:
    ///     kind: Widget
    ///     plural: widgets
    ///   versions:
    ///     - name: v1beta1
    ///       served: true
    ///       storage: false
    ///       schema:
    ///         openAPIV3Schema:
    ///           type: object
    ///           properties: {size: {type: integer}}
    ///     - name: v1
    ///       served: true
    ///       storage: true
    ///       schema:
    ///         openAPIV3Schema:
    ///           type: object
    ///           properties: {size: {type: integer}}
    /// ---
    /// apiVersion: apiextensions.k8s.io/v1
    /// kind: CustomResourceDefinition
    /// metadata:
    ///   name: gadgets.example.com
    /// spec:
    ///   group: example.com
    ///   scope: Namespaced
    ///   names:
    ///     kind: Gadget
    ///     plural: gadgets
    ///   conversion:
    ///     strategy: Webhook
    ///     webhook:
    ///       conversionReviewVersions: [v1]
    ///       clientConfig:
    ///         caBundle: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg==
    ///         service:
    ///           namespace: shop
    ///           name: convert
    ///   versions:
    ///     - name: v1
    ///       served: true
    ///       storage: true
    ///       schema:
    ///         openAPIV3Schema:
    ///           type: object
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: convert
    ///   namespace: shop
    /// spec:
    ///   selector:
    ///     app: convert
    ///   ports:
    ///     - port: 443
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Where the schemas differ in descriptions or in rules of validation only.
    ///
    /// ## Source
    ///
    /// - [Versions in CustomResourceDefinitions, Webhook conversion](https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/#webhook-conversion)
    /// - `apiextensions-apiserver/pkg/apis/apiextensions/validation`: exactly one of `url` and `service`
    "crd-conversion-invalid",
    "Several versions without a working conversion",
    patterns: &[Pattern::Operator],
    severity: Severity::Error,
    surfaces: &[Surface::Object, Surface::Bundle],
    check: Check::Object(check),
}

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(crd) = Crd::of(object) else { return };
    let conversion = object.node.at(&["spec", "conversion"]);
    let node = conversion.node();
    let strategy = node.and_then(|node| node.get("strategy")).and_then(Node::as_str);
    match strategy {
        Some("Webhook") => webhook(cx, object),
        None | Some("" | "None") => {
            if let Some(hook) =
                node.and_then(|node| node.get("webhook")).filter(|hook| !hook.is_null())
            {
                cx.report(hook, format_args!("a webhook is set, but the strategy does not ask it"));
            }
            if differ(crd) {
                cx.report(
                    conversion,
                    format_args!(
                        "versions with different schemas are served, and nothing converts them"
                    ),
                )
                .severity(Severity::Warning);
            }
        }
        Some(_) => {}
    }
}

/// Whether two served versions have different schemas.
fn differ(crd: Crd<'_>) -> bool {
    let served = |version: &CrdVersion<'_>| version.served().value == Some(true);
    let schemas: Vec<_> =
        crd.versions().filter(served).filter_map(|version| version.schema().value).collect();
    let Some((first, rest)) = schemas.split_first() else { return false };
    let first = Value::of(*first);
    rest.iter().any(|other| !first.matches(*other))
}

fn webhook<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    // The first API had these fields beside the strategy.
    if object.api().version != "v1" {
        return;
    }
    let versions = object.node.at(&["spec", "conversion", "webhook", "conversionReviewVersions"]);
    if items(versions.node()).next().is_none() {
        cx.report(
            versions,
            format_args!("the versions of the question to the webhook are not said"),
        );
    }
    let client = object.node.at(&["spec", "conversion", "webhook", "clientConfig"]);
    let field = |key| client.node().and_then(|node| node.get(key)).filter(|node| !node.is_null());
    let (url, service) = (field("url"), field("service"));
    if url.is_some() == service.is_some() {
        cx.report(
            client,
            format_args!("the webhook has neither or both of an address and a Service"),
        );
        return;
    }
    if let Some(url) = url.filter(|url| !url.scalar_text().starts_with("https://")) {
        cx.report(url, format_args!("the address of the webhook is not `https`"));
    }
    let text =
        |key| service.and_then(|service| service.get(key)).filter(|node| node.as_str().is_some());
    if let (Some(name), Some(namespace)) = (text("name"), text("namespace")) {
        let found = cx.set().find("", "Service", namespace.as_str(), name.scalar_text());
        if found.is_none() && cx.set().is_closed() {
            cx.report(
                name,
                format_args!("Service `{}` is not in the input", clipped(name.scalar_text())),
            )
            .severity(Severity::Info);
        }
    }
    let trusted = field("caBundle").is_some_and(|bundle| !bundle.scalar_text().is_empty());
    let injected = crate::kube::entries(object.annotations().value)
        .any(|annotation| annotation.key().is_some_and(|key| key.starts_with("cert-manager.io/")));
    if let Some(config) = client.node().filter(|_| !trusted && !injected) {
        cx.report(
            config.at(&["caBundle"]),
            format_args!("the webhook has no authority to trust, and nothing adds one"),
        )
        .severity(Severity::Info);
    }
}
