use crate::engine::Cx;
use crate::kube::{Class, Container, Probe, ProbeKind};
use crate::param::{Form, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Surface};
use patternwarden_tree::{At, Node};

crate::rule! {
    /// The numbers of a probe are outside of what the platform allows.
    ///
    /// ## Why it matters
    ///
    /// A probe every second of a thousand Pods is work for kubelets and applications, and one every five
    /// minutes finds nothing. Bounds keep numbers that were copied within reason.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # settings: {"liveness": ["periodSeconds=5..60", "timeoutSeconds=2.."]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       # finding: /spec/containers/0/livenessProbe/timeoutSeconds
    ///       livenessProbe:
    ///         tcpSocket:
    ///           port: 8080
    ///         # finding: /spec/containers/0/livenessProbe/periodSeconds
    ///         periodSeconds: 1
    /// ```
    ///
    /// ```yaml,bad
    /// # settings: {"readiness": ["failureThreshold=..5"], "startup": ["initialDelaySeconds=..10"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       readinessProbe:
    ///         tcpSocket:
    ///           port: 8080
    ///         # finding: /spec/containers/0/readinessProbe/failureThreshold
    ///         failureThreshold: 30
    ///       startupProbe:
    ///         tcpSocket:
    ///           port: 8080
    ///         # finding: /spec/containers/0/startupProbe/initialDelaySeconds
    ///         initialDelaySeconds: 60
    /// ```
    ///
    /// A bound for a number that has a default:
    ///
    /// ```yaml,bad
    /// # settings: {"readiness": ["successThreshold=..1"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    ///       readinessProbe:
    ///         # finding: /spec/containers/0/readinessProbe/successThreshold
    ///         successThreshold: 3
    ///         httpGet:
    ///           path: /ready
    ///           port: 8080
    /// ```
    ///
    /// ## Good
    ///
    /// What is not written has its default:
    ///
    /// ```yaml,good
    /// # settings: {"liveness": ["periodSeconds=5..60", "terminationGracePeriodSeconds=10.."], "readiness": ["periodSeconds=5..60"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       livenessProbe:
    ///         tcpSocket:
    ///           port: 8080
    ///       readinessProbe:
    ///         tcpSocket:
    ///           port: 8080
    ///         periodSeconds: 0
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For applications whose trouble must be noticed at once. A probe that is absent is the matter of
    /// `liveness-probe-missing` and its like.
    ///
    /// ## Source
    ///
    /// - [Configure probes](https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#configure-probes): the defaults
    "probe-timing-bounds",
    "Probe numbers outside the site's bounds",
    patterns: &[Pattern::HealthProbe],
    enabled: false,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Entries(&LIVENESS, Form::Bounds(FIELDS)), Param::Entries(&READINESS, Form::Bounds(FIELDS)), Param::Entries(&STARTUP, Form::Bounds(FIELDS))],
    fix: Some(Grade::Review),
    check: Check::Container(check),
}

/// The numbers of a probe that have bounds.
const FIELDS: &[&str] = &[
    "initialDelaySeconds",
    "periodSeconds",
    "timeoutSeconds",
    "successThreshold",
    "failureThreshold",
    "terminationGracePeriodSeconds",
];

static LIVENESS: Strings = Strings {
    name: "liveness",
    doc: "Bounds for liveness probes, each as `field=least..most`: `periodSeconds=5..60`, `timeoutSeconds=..10`.",
    default: &[],
};

static READINESS: Strings =
    Strings { name: "readiness", doc: "Bounds for readiness probes, likewise.", default: &[] };

static STARTUP: Strings =
    Strings { name: "startup", doc: "Bounds for startup probes, likewise.", default: &[] };

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    if !matches!(container.class, Class::App | Class::Sidecar) {
        return;
    }
    for probe in container.probes() {
        let bounds = match probe.kind {
            ProbeKind::Liveness => &LIVENESS,
            ProbeKind::Readiness => &READINESS,
            ProbeKind::Startup => &STARTUP,
        };
        for entry in cx.entries(bounds) {
            if let Some((field, range)) = entry.split_once('=')
                && let Some((least, most)) = range.split_once("..")
            {
                let bound = |text: &str, none| text.trim().parse().unwrap_or(none);
                let bounds = (bound(least, i64::MIN), bound(most, i64::MAX));
                judge(cx, container, probe, field.trim(), bounds);
            }
        }
    }
}

fn judge<'d>(
    cx: &mut Cx<'_, 'd>,
    container: Container<'d>,
    probe: Probe<'d>,
    field: &str,
    (least, most): (i64, i64),
) {
    // A name that can be absent has to be known; it is looked up by what the setting says.
    let read = |path| At::read(probe.node, path, Node::as_i64);
    let (at, default) = match field {
        "initialDelaySeconds" => (probe.written_initial_delay(), Some(0)),
        "periodSeconds" => (probe.written_period(), Some(10)),
        "timeoutSeconds" => (probe.written_timeout(), Some(1)),
        "successThreshold" => (probe.written_success_threshold(), Some(1)),
        "failureThreshold" => (probe.written_failure_threshold(), Some(3)),
        "terminationGracePeriodSeconds" => (read(&["terminationGracePeriodSeconds"]), None),
        _ => return,
    };
    // Zero means the default, as absent does.
    let Some(value) = at.value.filter(|n| *n != 0).or(default) else { return };
    let (name, kind) = (container.display_name(), probe.kind.word());
    let (bound, word) = if value < least {
        (least, "least")
    } else if value > most {
        (most, "most")
    } else {
        return;
    };
    cx.report(
        at.place,
        format_args!(
            "`{field}` of the {kind} probe of `{name}` is {value}, and the {word} is {bound}"
        ),
    )
    .fix_set(Grade::Review, "Set it to the bound", bound);
}
