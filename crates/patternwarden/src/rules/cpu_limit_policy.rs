use crate::engine::Cx;
use crate::kube::resources::{amount, quantity, request};
use crate::kube::{Class, PodSpec};
use crate::param::{Choice, Flag, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Surface};
use patternwarden_tree::Value;

crate::rule! {
    /// A limit for CPU is missing or set, against what the platform wants.
    ///
    /// ## Why it matters
    ///
    /// A limit slows a process down though the node is idle, and without any limit one tenant can take all
    /// spare cycles. There are good reasons for both, so that this rule takes no side until it is told.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # settings: {"mode": "forbid"}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   resources:
    ///     limits:
    ///       # finding: /spec/resources/limits/cpu
    ///       cpu: 1
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       resources:
    ///         requests:
    ///           cpu: 100m
    ///         limits:
    ///           # finding: /spec/containers/0/resources/limits/cpu
    ///           cpu: 200m
    /// ```
    ///
    /// ```yaml,bad
    /// # settings: {"mode": "require", "init": true}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   initContainers:
    ///     # finding: /spec/initContainers/0/resources/limits/cpu
    ///     - name: migrate
    ///       image: registry.example/migrate:1.2.0
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       resources:
    ///         requests:
    ///           cpu: 0.1
    ///         limits:
    ///           # finding: /spec/containers/0/resources/limits/cpu
    ///           cpu: 0
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// # settings: {"mode": "forbid"}
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
    /// ```
    ///
    /// ```yaml,good
    /// # settings: {"mode": "require", "kinds_exempt": ["Job"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   initContainers:
    ///     - name: migrate
    ///       image: registry.example/migrate:1.4.2
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       resources:
    ///         limits:
    ///           cpu: 1
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: whole
    /// spec:
    ///   resources:
    ///     limits:
    ///       cpu: 1
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ---
    /// apiVersion: batch/v1
    /// kind: Job
    /// metadata:
    ///   name: report
    /// spec:
    ///   template:
    ///     spec:
    ///       restartPolicy: Never
    ///       containers:
    ///         - name: report
    ///           image: registry.example/report:1.4.2
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Where a LimitRange of the namespace sets the limit: it is then written into the Pod, and not by its
    /// author. Without a request there is no number to offer.
    ///
    /// ## Source
    ///
    /// - [Resource Management for Pods and Containers](https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#how-pods-with-resource-limits-are-run): CPU limits are enforced by throttling
    "cpu-limit-policy",
    "CPU limits: demand, forbid or ignore",
    patterns: &[Pattern::PredictableDemands],
    enabled: false,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Choice(&MODE), Param::Flag(&INIT), Param::Strings(&KINDS_EXEMPT)],
    fix: Some(Grade::Review),
    check: Check::Pod(check),
}

static MODE: Choice = Choice {
    name: "mode",
    doc: "Whether limits are required or forbidden.",
    options: &["ignore", "require", "forbid"],
    default: "ignore",
};

static INIT: Flag =
    Flag { name: "init", doc: "Whether plain init containers are judged.", default: false };

static KINDS_EXEMPT: Strings =
    Strings { name: "kinds_exempt", doc: "Kinds that are left out, as globs.", default: &[] };

const LIMITS: &str = "limits";

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let (require, forbid) = match cx.choice(&MODE) {
        "require" => (true, false),
        "forbid" => (false, true),
        _ => return,
    };
    if cx.lists(&KINDS_EXEMPT, pod.workload.kind.kind) {
        return;
    }
    let whole = amount(pod.resources_in(cx.target()), LIMITS, "cpu");
    let limited = quantity(whole).is_some();
    if let Some(node) = whole.filter(|_| forbid && limited) {
        cx.report(node, format_args!("the Pod has a limit for CPU"))
            .fix_remove(Grade::Review, "Remove the limit");
    }
    for container in pod.containers() {
        match container.class {
            Class::Ephemeral => continue,
            Class::Init if !cx.flag(&INIT) => continue,
            _ => {}
        }
        let resources = container.resources().value;
        let own = amount(resources, LIMITS, "cpu");
        let name = container.display_name();
        let place = container.node.at(&["resources", LIMITS, "cpu"]);
        if forbid && quantity(own).is_some() {
            cx.report(
                place,
                format_args!(
                    "container `{name}` has a limit for CPU, be it its own or one of a LimitRange"
                ),
            )
            .fix_remove(Grade::Review, "Remove the limit");
        } else if require && quantity(own).is_none() && !limited {
            let finding = cx.report(place, format_args!("container `{name}` has no limit for CPU"));
            if let Some(request) = quantity(request(resources, "cpu")) {
                let twice = request.times(2).milli_text();
                finding.fix_set(
                    Grade::Review,
                    "Limit it to twice its request",
                    Value::String(twice),
                );
            }
        }
    }
}
