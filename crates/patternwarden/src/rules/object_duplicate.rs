use crate::engine::Cx;
use crate::kube::Object;
use crate::matcher::clipped;
use crate::neighbours::Reads;
use crate::pattern::Pattern;
use crate::rule::{Check, Severity, Surface};
use patternwarden_tree::Value;

crate::rule! {
    /// The same object stands in the input twice.
    ///
    /// ## Why it matters
    ///
    /// The second one that is applied overwrites the first, and which of them is the second depends on the
    /// order of files. Mostly a file was copied and its name was not changed.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: app-config
    /// data:
    ///   MODE: dev
    /// ---
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   # finding: 1 /metadata/name
    ///   name: app-config
    /// data:
    ///   MODE: prod
    /// ```
    ///
    /// With the same content it does no harm yet:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: app-config
    /// data:
    ///   MODE: dev
    /// ---
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   # finding: 1 /metadata/name
    ///   name: app-config
    /// data:
    ///   MODE: dev
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: app-config
    ///   namespace: dev
    /// data:
    ///   MODE: dev
    /// ---
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: app-config
    ///   namespace: prod
    /// data:
    ///   MODE: prod
    /// ---
    /// apiVersion: batch/v1
    /// kind: Job
    /// metadata:
    ///   generateName: report-
    /// spec:
    ///   template:
    ///     spec:
    ///       restartPolicy: Never
    ///       containers:
    ///         - name: report
    ///           image: registry.example/report:1.4.2
    /// ---
    /// apiVersion: batch/v1
    /// kind: Job
    /// metadata:
    ///   generateName: report-
    /// spec:
    ///   template:
    ///     spec:
    ///       restartPolicy: Never
    ///       containers:
    ///         - name: report
    ///           image: registry.example/report:1.4.2
    /// ```
    ///
    /// Each gets a name of its own:
    ///
    /// ```yaml,good
    /// apiVersion: batch/v1
    /// kind: Job
    /// metadata:
    ///   generateName: shop-import-
    /// spec:
    ///   template:
    ///     spec:
    ///       restartPolicy: Never
    ///       containers:
    ///         - name: app
    ///           image: registry.example/shop:2.1.0
    /// ---
    /// apiVersion: batch/v1
    /// kind: Job
    /// metadata:
    ///   generateName: shop-import-
    /// spec:
    ///   template:
    ///     spec:
    ///       restartPolicy: Never
    ///       containers:
    ///         - name: app
    ///           image: registry.example/shop:2.1.0
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For variants that are never applied together: keep them in files of their own, of which each is
    /// judged by itself. Which of the two is meant, only their author knows, so that there is no repair.
    ///
    /// ## Source
    ///
    /// - [Object names and IDs](https://kubernetes.io/docs/concepts/overview/working-with-objects/names/): one object of a kind has a name at a time
    "object-duplicate",
    "The same object twice in one bundle",
    patterns: &[Pattern::DeclarativeDeployment],
    surfaces: &[Surface::Bundle],
    reads: READS,
    check: Check::Object(check),
}

static READS: &[Reads] = &[Reads::never("a cluster holds no two objects of one name")];

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let at = object.name();
    let (Some(name), Some(kind)) = (at.value, object.kind().value) else { return };
    if !object.generate_name().is_absent() || cx.set().assumed(object.index).is_some() {
        return;
    }
    let earlier = cx.set().called(kind, name).take_while(|other| other.index < object.index);
    let mut twins = earlier
        .filter(|other| other.api().group == object.api().group && home(*other) == home(object));
    let Some(first) = twins.next() else { return };
    let same = Value::of(object.node).matches(first.node);
    // A set is one input, and who applies it applies both.
    let (severity, how) = if same {
        (Severity::Info, "with the same content")
    } else {
        (Severity::Error, "with other content, and the last one that is applied wins")
    };
    let (kind, name) = (clipped(kind), clipped(name));
    cx.report(at.place, format_args!("{kind} `{name}` is there already, {how}"))
        .severity(severity)
        .related(first.name().place, "the first one");
}

/// The namespace as it is written: one without is not yet the namespace `default`.
fn home(object: Object<'_>) -> &str {
    object.namespace().value.unwrap_or_default()
}
