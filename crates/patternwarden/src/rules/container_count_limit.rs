use crate::engine::Cx;
use crate::kube::PodSpec;
use crate::param::{Choice, Int, Param};
use crate::pattern::Pattern;
use crate::rule::{Check, Severity, Surface};

crate::rule! {
    /// A Pod has more containers than the platform wants.
    ///
    /// ## Why it matters
    ///
    /// A Pod is what is scaled, placed and restarted, so that every further container is tied to all the
    /// others. Five helpers mostly mean two services that were never taken apart.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # settings: {"max": 2}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   initContainers:
    ///     - name: proxy
    ///       image: registry.example/proxy:1.9.0
    ///       restartPolicy: Always
    ///   # finding: /spec/containers
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///     - name: scheduler
    ///       image: registry.example/scheduler:1.4.2
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// # settings: {"max": 2, "count": "regular"}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   initContainers:
    ///     - name: proxy
    ///       image: registry.example/proxy:1.9.0
    ///       restartPolicy: Always
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///     - name: scheduler
    ///       image: registry.example/scheduler:1.4.2
    /// ```
    ///
    /// Containers that only prepare do not count:
    ///
    /// ```yaml,good
    /// # settings: {"max": 1}
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
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For a Pod whose containers belong together. To take it apart is a change of design, so that there is
    /// no repair.
    ///
    /// ## Source
    ///
    /// - [Pods](https://kubernetes.io/docs/concepts/workloads/pods/#how-pods-manage-multiple-containers): several containers are "a relatively advanced use case"
    "container-count-limit",
    "Too many containers in one Pod",
    patterns: &[Pattern::Sidecar],
    severity: Severity::Info,
    enabled: false,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Int(&MAX), Param::Choice(&COUNT)],
    check: Check::Pod(check),
}

static MAX: Int = Int {
    name: "max",
    doc: "How many containers a Pod may have; 0 for any number.",
    unit: "",
    min: 0,
    max: 1_000,
    default: 0,
};

static COUNT: Choice = Choice {
    name: "count",
    doc: "What is counted: all that keep `running`, or `regular` containers alone.",
    options: &["running", "regular"],
    default: "running",
};

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let max = cx.int(&MAX);
    let count = if cx.choice(&COUNT) == "running" {
        pod.running_containers().count()
    } else {
        pod.app_containers().count()
    };
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    if max > 0 && count > max {
        let place = pod.node.at(&["containers"]);
        cx.report(place, format_args!("the Pod has {count} containers, and {max} are allowed"));
    }
}
