use crate::engine::{Cx, Reported};
use crate::helpers::{is_known_helper, runs_for_ever};
use crate::kube::{Class, Container};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity};

crate::rule! {
    /// A plain init container has a probe or a lifecycle hook, which the API server refuses.
    ///
    /// ## Why it matters
    ///
    /// The author usually wanted a sidecar and forgot one line. A plain init container reports its
    /// success by exiting, not by probes, and the whole object is rejected.
    ///
    /// ## Bad
    ///
    /// A proxy that was meant to keep running:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   initContainers:
    ///     - name: proxy
    ///       image: registry.example/proxy:1.9.0
    ///       # finding: /spec/initContainers/0/startupProbe
    ///       startupProbe:
    ///         tcpSocket:
    ///           port: 15001
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// A task that ends, with a hook and the other probes:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   initContainers:
    ///     - name: migrate
    ///       image: registry.example/migrate:1.9.0
    ///       # finding: /spec/initContainers/0/livenessProbe
    ///       livenessProbe:
    ///         exec:
    ///           command: [cat, /tmp/alive]
    ///       # finding: /spec/initContainers/0/readinessProbe
    ///       readinessProbe:
    ///         exec:
    ///           command: [cat, /tmp/ready]
    ///       # finding: /spec/initContainers/0/lifecycle
    ///       lifecycle:
    ///         preStop:
    ///           sleep:
    ///             seconds: 5
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ## Good
    ///
    /// With `restartPolicy: Always` it is a sidecar, which may have all of them:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   initContainers:
    ///     - name: proxy
    ///       image: registry.example/proxy:1.9.0
    ///       restartPolicy: Always
    ///       startupProbe:
    ///         tcpSocket:
    ///           port: 15001
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Never: no API server accepts it.
    ///
    /// ## Source
    ///
    /// - [Sidecar containers](https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/)
    /// - [Init containers](https://kubernetes.io/docs/concepts/workloads/pods/init-containers/)
    "probe-on-init-container",
    "Probe or hook on a plain init container",
    patterns: &[Pattern::InitContainer, Pattern::Sidecar],
    severity: Severity::Error,
    refused: true,
    fix: Some(Grade::Review),
    check: Check::Container(check),
}

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    if container.class != Class::Init {
        return;
    }
    let name = container.display_name();
    let serves = container.ports().next().is_some();
    let meant_to_run = serves || is_known_helper(container) || runs_for_ever(container);
    for (field, what) in [
        ("livenessProbe", "a liveness probe"),
        ("readinessProbe", "a readiness probe"),
        ("startupProbe", "a startup probe"),
        ("lifecycle", "lifecycle hooks"),
    ] {
        let Some(node) = container.node.get(field).filter(|node| !node.is_null()) else { continue };
        let reported = cx.report(node, format_args!("init container `{name}` cannot have {what}"));
        // The likelier of the two repairs comes first.
        if meant_to_run {
            remove(make_sidecar(reported, container));
        } else {
            make_sidecar(remove(reported), container);
        }
    }
}

fn make_sidecar<'o, 'd>(found: Reported<'o, 'd>, container: Container<'d>) -> Reported<'o, 'd> {
    found.fix_at(Grade::Review, "Make it a sidecar", container.restart_policy().place, "Always")
}

fn remove<'o, 'd>(found: Reported<'o, 'd>) -> Reported<'o, 'd> {
    found.fix_remove(Grade::Review, "Remove what an init container cannot have")
}
