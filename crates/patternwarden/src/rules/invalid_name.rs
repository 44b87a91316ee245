use crate::engine::Cx;
use crate::kube::names::Form;
use crate::kube::{Object, entries};
use crate::matcher::clipped;
use crate::minor::Minor;
use crate::rule::{Check, Grade, Severity};
use alloc::string::String;
use patternwarden_tree::{Node, Value};

crate::rule! {
    /// A name that its kind does not allow: of an object, a container, a volume, a port, a label.
    ///
    /// ## Why it matters
    ///
    /// The same long name is good for one kind and refused for another, most often for the CronJob or the
    /// port. One table saves finding that out one refusal at a time.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   # finding: /metadata/name
    ///   name: My_Shop
    /// spec:
    ///   ports:
    ///     - port: 80
    /// ---
    /// apiVersion: batch/v1
    /// kind: CronJob
    /// metadata:
    ///   # finding: 1 /metadata/name
    ///   name: a-name-of-a-release-and-then-that-of-the-chart-behind-it
    /// spec:
    ///   schedule: "0 3 * * *"
    ///   jobTemplate:
    ///     spec:
    ///       template:
    ///         spec:
    ///           restartPolicy: Never
    ///           containers:
    ///             - name: report
    ///               image: registry.example/report:1.4.2
    /// ---
    /// apiVersion: apps/v1
    /// kind: StatefulSet
    /// metadata:
    ///   # finding: 2 /metadata/name
    ///   name: a-name-of-a-release-and-then-that-of-the-chart-behind-it-all-ok
    /// spec:
    ///   replicas: 3
    ///   serviceName: db
    ///   selector:
    ///     matchLabels:
    ///       app: db
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: db
    ///     spec:
    ///       containers:
    ///         - name: db
    ///           image: registry.example/db:1.4.2
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata:
    ///   # finding: 3 /metadata/name
    ///   name: config/edit
    /// rules: []
    /// ---
    /// apiVersion: v1
    /// kind: Namespace
    /// metadata:
    ///   # finding: 4 /metadata/name
    ///   name: shop.test
    /// ```
    ///
    /// Inside of a Pod, and labels:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    ///   labels:
    ///     # finding: /metadata/labels/owner
    ///     owner: team shop
    ///     # finding: /metadata/labels/example.com~1a~1b
    ///     example.com/a/b: x
    ///   annotations:
    ///     # finding: /metadata/annotations/-scrape
    ///     -scrape: "true"
    /// spec:
    ///   containers:
    ///     # finding: /spec/containers/0/name
    ///     - name: App
    ///       image: registry.example/app:1.4.2
    ///       ports:
    ///         # finding: /spec/containers/0/ports/0/name
    ///         - name: metrics-exporter
    ///           containerPort: 9113
    ///   volumes:
    ///     # finding: /spec/volumes/0/name
    ///     - name: cache_dir
    ///       emptyDir: {}
    /// ```
    ///
    /// Before Kubernetes 1.36 a Service begins with a letter:
    ///
    /// ```yaml,bad
    /// # all settings: {"target": "1.35"}
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   # finding: /metadata/name
    ///   name: 2fa
    /// spec:
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - port: 80
    /// ```
    ///
    /// A Job, whose Pods carry its name as a label:
    ///
    /// ```yaml,bad
    /// apiVersion: batch/v1
    /// kind: Job
    /// metadata:
    ///   # finding: /metadata/name
    ///   name: shop-import-of-all-articles-and-prices-of-the-year-2026-by-warehouse
    /// spec:
    ///   template:
    ///     spec:
    ///       restartPolicy: Never
    ///       containers:
    ///         - name: app
    ///           image: registry.example/shop:2.1.0
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRole
    /// metadata:
    ///   name: config-watcher:edit
    /// rules: []
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   generateName: app-
    ///   labels:
    ///     app.kubernetes.io/name: app
    ///     empty: ""
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       ports:
    ///         - name: http-metrics
    ///           containerPort: 9113
    /// ```
    ///
    /// A Service may start with a digit since 1.36:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: 3scale
    /// spec:
    ///   ports:
    ///     - port: 80
    /// ```
    ///
    /// A template of OpenShift fills names in later:
    ///
    /// ```yaml,good
    /// apiVersion: template.openshift.io/v1
    /// kind: Template
    /// metadata:
    ///   name: shop
    /// objects:
    ///   - apiVersion: v1
    ///     kind: ConfigMap
    ///     metadata:
    ///       name: ${NAME}-config
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Never for what the API server refuses. A repair has to rename what refers to the name as well, which
    /// a person must see to.
    ///
    /// ## Source
    ///
    /// - [Object names and IDs](https://kubernetes.io/docs/concepts/overview/working-with-objects/names/)
    /// - [Labels: syntax](https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set)
    /// - [CronJob](https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/): at most 52 characters, as the controller appends 11
    /// - [kubernetes/kubernetes#64023](https://github.com/kubernetes/kubernetes/issues/64023): with a longer name than 52 characters a StatefulSet is accepted, but none of its Pods is
    /// - [Jobs: writing a Job spec](https://kubernetes.io/docs/concepts/workloads/controllers/job/#writing-a-job-spec): at most 63 characters
    /// - [KEP-5311](https://github.com/kubernetes/enhancements/issues/5311): names of Services as of other objects, on by default since 1.36, stable since 1.37
    "invalid-name",
    "Object, label or port name breaks the naming rules of its kind",
    severity: Severity::Error,
    refused: true,
    fix: Some(Grade::Review),
    check: Check::Object(check),
}

/// First version in which a Service may start with a digit by default.
const RELAXED_SERVICE_NAMES: Minor = Minor(36);

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let api = object.api();
    if let Some(node) = object.name().place.node() {
        judge(cx, node, form(object, cx.target()), &clipped(api.kind));
    }
    let pod = object.pod_spec();
    labels(cx, object.labels().value, object.annotations().value);
    let Some(pod) = pod else { return };
    if pod.template != object.node {
        labels(cx, pod.labels(), pod.annotations());
    }
    for container in pod.containers() {
        if let Some(name) = container.name().place.node() {
            judge(cx, name, Form::Label, &"container");
        }
        for port in container.ports() {
            if let Some(name) = port.name().place.node().filter(|name| name.as_str() != Some("")) {
                judge(cx, name, Form::Port, &"port");
            }
        }
    }
    for volume in pod.volumes() {
        if let Some(name) = volume.name().place.node() {
            judge(cx, name, Form::Label, &"volume");
        }
    }
}

/// The form of an object's name; `Segment`, the loosest, where it is not known.
fn form(object: Object<'_>, target: Minor) -> Form {
    let api = object.api();
    match (api.group, api.kind) {
        ("", "Service") if target < RELAXED_SERVICE_NAMES => Form::StrictLabel,
        ("", "Namespace" | "Service") => Form::Label,
        // The controllers append up to 11 characters: for the names of Jobs, and for the label
        // `controller-revision-hash` of Pods, which leaves room for every ordinal.
        ("batch", "CronJob") | ("apps", "StatefulSet") => Form::Subdomain(52),
        // Its Pods carry its name as a label.
        ("batch", "Job") => Form::Subdomain(63),
        ("networking.k8s.io", "IPAddress") | ("certificates.k8s.io", _) => Form::Segment,
        (group, _) if group.ends_with("openshift.io") || group == "rbac.authorization.k8s.io" => {
            Form::Segment
        }
        _ => Form::Subdomain(253),
    }
}

fn labels<'d>(cx: &mut Cx<'_, 'd>, labels: Option<Node<'d>>, annotations: Option<Node<'d>>) {
    for label in entries(labels) {
        let key = label.key().unwrap_or_default();
        if Form::Key.fits(key) {
            judge(cx, label, Form::LabelValue, &"label value");
        } else {
            tell(cx, label, key, Form::Key, &"label key");
        }
    }
    for annotation in entries(annotations) {
        // Case does not matter here.
        let key = annotation.key().unwrap_or_default();
        if !Form::Key.fits(&key.to_ascii_lowercase()) {
            tell(cx, annotation, key, Form::Key, &"annotation key");
        }
    }
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, node: Node<'d>, form: Form, what: &dyn core::fmt::Display) {
    let Some(name) = node.as_str() else { return };
    // Filled in by another tool.
    let open = name.contains("${") || name.contains("$(") || name.contains("{{");
    if !open && !form.fits(name) {
        tell(cx, node, name, form, what);
    }
}

#[inline(never)]
fn tell<'d>(
    cx: &mut Cx<'_, 'd>,
    node: Node<'d>,
    name: &str,
    form: Form,
    what: &dyn core::fmt::Display,
) {
    let (shown, demand) = (clipped(name), form.demand());
    let finding = match form {
        Form::Subdomain(most) if name.len() > most => cx.report(
            node,
            format_args!(
                "`{shown}` has {} characters, and the name of a {what} may have {most}",
                name.len()
            ),
        ),
        _ => cx.report(node, format_args!("`{shown}` is no {what} name: it needs {demand}")),
    };
    if matches!(form, Form::Label | Form::StrictLabel | Form::Subdomain(_) | Form::Port) {
        let better = corrected(name);
        if form.fits(&better) {
            finding.fix_set(
                Grade::Review,
                "Use lower-case letters, digits and `-`",
                Value::String(better),
            );
        }
    }
}

fn corrected(name: &str) -> String {
    let good = |c: char| c.is_ascii_alphanumeric() || c == '.';
    let better: String =
        name.chars().map(|c| if good(c) { c.to_ascii_lowercase() } else { '-' }).collect();
    String::from(better.trim_matches(['-', '.']))
}
