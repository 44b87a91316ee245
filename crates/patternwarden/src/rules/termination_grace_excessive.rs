use crate::engine::Cx;
use crate::kube::{Container, PodSpec};
use crate::param::{Int, Param};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use patternwarden_tree::Node;

crate::rule! {
    /// A Pod takes longer to stop than the platform waits.
    ///
    /// ## Why it matters
    ///
    /// The upgrade of a node waits for its slowest Pod, and managed platforms cut that short after a limit
    /// of their own. Work that needs longer belongs into a Job, or needs to save its state on the way.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # settings: {"max_seconds": 600}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: worker
    /// spec:
    ///   # finding: /spec/terminationGracePeriodSeconds
    ///   terminationGracePeriodSeconds: 7200
    ///   containers:
    ///     - name: worker
    ///       image: registry.example/worker:1.0.0
    ///       livenessProbe:
    ///         tcpSocket:
    ///           port: 8080
    ///         # finding: /spec/containers/0/livenessProbe/terminationGracePeriodSeconds
    ///         terminationGracePeriodSeconds: 3600
    /// ```
    ///
    /// What is not written is 30 seconds:
    ///
    /// ```yaml,bad
    /// # settings: {"max_seconds": 20}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: worker
    /// spec:
    ///   # finding: /spec/terminationGracePeriodSeconds
    ///   containers:
    ///     - name: worker
    ///       image: registry.example/worker:1.4.2
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// # settings: {"max_seconds": 600}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: worker
    /// spec:
    ///   terminationGracePeriodSeconds: 300
    ///   containers:
    ///     - name: worker
    ///       image: registry.example/worker:1.4.2
    /// ```
    ///
    /// ## When to allow it
    ///
    /// On platforms that wait as long as it takes.
    ///
    /// ## Source
    ///
    /// - [Pod lifecycle: termination](https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination)
    "termination-grace-excessive",
    "Grace period longer than the platform waits",
    patterns: &[Pattern::ManagedLifecycle],
    severity: Severity::Info,
    enabled: false,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Int(&MAX_SECONDS)],
    fix: Some(Grade::Review),
    check: Check::Pod(check),
}

static MAX_SECONDS: Int = Int {
    name: "max_seconds",
    doc: "How long a Pod may take to stop; 0 for any time.",
    unit: "seconds",
    min: 0,
    max: 1_000_000,
    default: 0,
};

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let max = cx.int(&MAX_SECONDS);
    if max == 0 {
        return;
    }
    let probes = pod.running_containers().flat_map(Container::probes);
    let own = probes.filter_map(|probe| {
        let at = probe.node.at(&["terminationGracePeriodSeconds"]);
        Some((at, at.node().and_then(Node::as_i64)?))
    });
    let whole = (pod.termination_grace_period_seconds().place, pod.grace_period());
    for (place, seconds) in [whole].into_iter().chain(own) {
        if seconds > max {
            cx.report(
                place,
                format_args!("stopping may take {seconds} s, and the platform waits {max} s"),
            )
            .fix_set(
                Grade::Review,
                "Stop within the time that the platform waits",
                max,
            );
        }
    }
}
