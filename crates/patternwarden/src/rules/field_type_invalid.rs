use crate::confidential::is_confidential;
use crate::engine::Cx;
use crate::kube::Object;
use crate::matcher::{clipped, distance};
use crate::rule::{Check, Grade, Severity, Surface};
use crate::schema::value::expected;
use crate::schema::words::words;
use crate::schema::{Base, Field, Level, Many, type_of, walk};
use alloc::string::{String, ToString};
use patternwarden_tree::{Kind, Node, Value};

crate::rule! {
    /// A value has another type than its field, or is none of the words that the field takes.
    ///
    /// ## Why it matters
    ///
    /// The API server stops at the first wrong type, with the name of a type of Go and without a line.
    /// Together with `misplaced-field` and `required-field-missing` this is a check against the schema that
    /// downloads none.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    /// spec:
    ///   # finding: /spec/replicas
    ///   replicas: "3"
    ///   # finding: /spec/paused
    ///   paused: "false"
    ///   # finding: /spec/minReadySeconds
    ///   minReadySeconds: 99999999999
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
    ///           # finding: /spec/template/spec/containers/0/imagePullPolicy
    ///           imagePullPolicy: always
    ///           # finding: /spec/template/spec/containers/0/command
    ///           command: run shop
    ///           # finding: /spec/template/spec/containers/0/ports
    ///           ports:
    ///             containerPort: 8080
    ///           # finding: /spec/template/spec/containers/0/resources
    ///           resources: small
    ///           # finding: /spec/template/spec/containers/0/env/0
    ///           env:
    ///             -
    ///           # finding: /spec/template/spec/containers/0/securityContext/runAsUser
    ///           securityContext:
    ///             runAsUser: 1.5
    /// ```
    ///
    /// Words with a misspelling, in another version, and things that are neither number nor text:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    /// spec:
    ///   # finding: 0 /spec/type
    ///   type: Nodeport
    ///   ports:
    ///     - port: 80
    ///       # finding: 0 /spec/ports/0/targetPort
    ///       targetPort: [8080]
    ///       # finding: 0 /spec/ports/0/protocol
    ///       protocol: HTTP
    /// ---
    /// apiVersion: v1
    /// kind: ResourceQuota
    /// metadata:
    ///   name: quota
    /// spec:
    ///   hard:
    ///     # finding: 1 /spec/hard/requests.memory
    ///     requests.memory: lots
    /// ---
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: app-config
    ///   labels:
    ///     # finding: 2 /metadata/labels/app
    ///     app: [shop]
    /// # finding: 2 /data
    /// data: text
    /// ```
    ///
    /// A word of a later version:
    ///
    /// ```yaml,bad
    /// # all settings: {"target": "1.34"}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   tolerations:
    ///     - key: example.com/cost
    ///       # finding: /spec/tolerations/0/operator
    ///       operator: Lt
    ///       value: "5"
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
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
    ///   replicas: 3
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
    ///           imagePullPolicy: Always
    ///           command: [run, shop]
    ///           ports:
    ///             - containerPort: 8080
    ///               protocol: ""
    ///       tolerations:
    ///         - key: example.com/age
    ///           operator: Lt
    ///           value: "10"
    /// ---
    /// apiVersion: v1
    /// kind: ResourceQuota
    /// metadata:
    ///   name: quota
    /// spec:
    ///   hard:
    ///     requests.memory: 8Gi
    ///     pods: 10
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Never for what the API server refuses. A value without quotes where a text is expected is the matter
    /// of `yaml-scalar-trap`.
    ///
    /// ## Source
    ///
    /// - [Kubernetes API reference](https://kubernetes.io/docs/reference/kubernetes-api/), 1.29 to 1.37
    "field-type-invalid",
    "Value has the wrong type or is not one of the allowed words",
    severity: Severity::Error,
    surfaces: &[Surface::Text, Surface::Object],
    refused: true,
    fix: Some(Grade::Safe),
    check: Check::Object(check),
}

/// Findings in one object; one with more than these is no manifest.
const MAX: usize = 64;

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(ty) = type_of(object) else { return };
    // Their amounts are the matter of `quantity-suspicious`.
    let sized = object.pod_spec().is_some() || object.is("", "PersistentVolumeClaim");
    let mut left = MAX;
    walk(object.node, ty, &mut |levels, child, field| {
        if let (Some(field), Some(level)) = (field, levels.last())
            && field.is_in(cx.target())
            && left > 0
            && !child.is_null()
        {
            whole(cx, *level, child, field, sized, &mut left);
        }
    });
}

fn whole<'d>(
    cx: &mut Cx<'_, 'd>,
    level: Level<'d>,
    node: Node<'d>,
    field: Field,
    sized: bool,
    left: &mut usize,
) {
    match field.many {
        Many::One => one(cx, level, node, field, sized, left),
        Many::List if node.is_seq() => {
            for item in node.items() {
                one(cx, level, item, field, sized, left);
            }
        }
        Many::Map if node.is_map() => {
            for entry in node.children().filter(|entry| !entry.is_null()) {
                one(cx, level, entry, field, sized, left);
            }
        }
        Many::List => {
            // One item where a list of them is meant.
            let single = expected(node, field.base, true).is_none() && !node.is_null();
            let value = single.then(|| Value::seq([Value::of(node)]));
            tell(cx, node, field, "is no list", value.map(|value| (Grade::Safe, value)), left);
        }
        Many::Map => tell(cx, node, field, "is no map", None, left),
    }
}

fn one<'d>(
    cx: &mut Cx<'_, 'd>,
    level: Level<'d>,
    node: Node<'d>,
    field: Field,
    sized: bool,
    left: &mut usize,
) {
    if *left == 0 {
        return;
    }
    let text = node.scalar_text();
    if let Some(problem) = expected(node, field.base, sized) {
        let whole = text.parse::<i64>().ok().filter(|n| n.to_string() == text);
        let value = match field.base {
            Base::Int32 => whole.filter(|n| i32::try_from(*n).is_ok()).map(Value::from),
            Base::Int64 => whole.map(Value::from),
            Base::Flag => text.parse::<bool>().ok().map(Value::from),
            _ => None,
        };
        let value = match node.kind() {
            Kind::String => value,
            // Quotes are missing, and the text that would show it as well.
            Kind::Number | Kind::Bool if !is_confidential(cx.set(), node) => {
                matches!(field.base, Base::Text).then(|| Value::String(scalar(node).to_string()))
            }
            _ => None,
        };
        return tell(cx, node, field, problem, value.map(|value| (Grade::Safe, value)), left);
    }
    let Some(known) = words(level.ty, field.name).filter(|_| !text.is_empty()) else { return };
    let target = cx.target();
    if let Some((_, since)) = known.clone().find(|(word, _)| *word == text) {
        if since.is_some_and(|since| since > target) {
            tell(cx, node, field, "is a word of a later version", None, left);
        }
        return;
    }
    let near = known.clone().map(|(word, _)| (distance(word, text, 2), word)).min();
    let fix = near.filter(|(distance, _)| *distance <= 2).map(|(distance, word)| {
        let grade = if distance == 0 { Grade::Safe } else { Grade::Review };
        (grade, Value::from(word))
    });
    let mut problem = String::from("is none of");
    for (at, (word, _)) in known.enumerate() {
        problem.push_str(if at == 0 { " `" } else { ", `" });
        problem.push_str(word);
        problem.push('`');
    }
    tell(cx, node, field, &problem, fix, left);
}

/// A number or boolean as text.
fn scalar(node: Node<'_>) -> &str {
    match node.as_bool() {
        Some(true) => "true",
        Some(false) => "false",
        None => node.scalar_text(),
    }
}

#[inline(never)]
fn tell<'d>(
    cx: &mut Cx<'_, 'd>,
    node: Node<'d>,
    field: Field,
    problem: &str,
    fix: Option<(Grade, Value)>,
    left: &mut usize,
) {
    *left -= 1;
    // A value in the place of a text may be a secret, and one of a list of words is none.
    let finding = match (node.kind(), field.base) {
        (Kind::String, Base::Text) | (Kind::Number, Base::Int32 | Base::Int64) => cx.report(
            node,
            format_args!("`{}`: `{}` {problem}", field.name, clipped(node.scalar_text())),
        ),
        _ => cx.report(node, format_args!("`{}` {problem}", field.name)),
    };
    if let Some((grade, value)) = fix {
        finding.fix_set(grade, "Write it as the field expects it", value);
    }
}
