//! Recognises update strategies.

use crate::kube::{Object, Workload};
use crate::recognise::{Confidence, Px};
use alloc::format;
use patternwarden_tree::{At, Node};

crate::pattern! {
    /// An update is a changed declaration and a strategy; the platform rolls it out and back.
    ///
    /// ## Intent
    ///
    /// Nobody replaces Pods by hand. The author states what shall run and how old Pods may give way
    /// to new ones; the platform does the steps, watches them, and can go back.
    ///
    /// ## Forces
    ///
    /// Replacing Pods one by one keeps the service up, but two versions run side by side and must
    /// get along. Stopping all before starting any keeps versions apart and costs an outage. Spare
    /// Pods make a rollout quick and need room on the nodes.
    ///
    /// ## How it is seen
    ///
    /// A Deployment with a `strategy` of its own; without one it rolls with the defaults of the API
    /// server, a weaker sign. A StatefulSet or DaemonSet that states its `updateStrategy`. Of the
    /// relatives an OpenShift DeploymentConfig and an Argo Rollout. A ReplicaSet has no strategy,
    /// and a bare Pod is never updated.
    ///
    /// ## What breaks it
    ///
    /// - a selector that does not match the template, or that holds a label of the release
    /// - numbers that allow neither a spare Pod nor a missing one
    /// - an image tag that moves: the declaration stays the same while the content changes
    /// - no readiness probe: the rollout goes on over Pods that cannot serve
    /// - a configuration that changes without a new template
    ///
    /// ## Over time
    ///
    /// Deployments are stable since 1.9 in `apps/v1`; every older version of their API is gone since
    /// 1.16. `maxUnavailable` of a StatefulSet is beta and on since 1.35; its `Recreate` strategy is
    /// alpha in 1.37. DeploymentConfig is deprecated since OpenShift 4.14.
    DeclarativeDeployment,
    recognise,
}

fn recognise<'d>(px: &mut Px<'_, 'd>, object: Object<'d>) {
    let Some(workload) = object.workload() else { return };
    match workload.kind.kind {
        "Deployment" => deployment(px, workload),
        "StatefulSet" | "DaemonSet" => {
            let strategy = workload.update_strategy();
            if let Some(kind) = stated(strategy) {
                px.hit(Confidence::Likely, strategy.place, "how Pods are replaced");
                px.facet(kind);
            }
        }
        "DeploymentConfig" => relative(px, workload, "openshift"),
        "Rollout" => relative(px, workload, "argo"),
        _ => {}
    }
}

fn deployment<'d>(px: &mut Px<'_, 'd>, workload: Workload<'d>) {
    let strategy = workload.strategy();
    match stated(strategy) {
        Some(kind) => {
            px.hit(Confidence::Certain, strategy.place, "how Pods are replaced").facet(kind)
        }
        None => px
            .hit(Confidence::Likely, strategy.place, "no strategy: Pods are replaced bit by bit")
            .facet("RollingUpdate(default)"),
    };
}

fn relative<'d>(px: &mut Px<'_, 'd>, workload: Workload<'d>, facet: &str) {
    let label = format!("a {} rolls out its template", workload.kind.kind);
    px.hit(Confidence::Likely, workload.strategy().place, label).facet(facet);
}

/// The type of a strategy that says anything.
fn stated<'d>(strategy: At<'d, Node<'d>>) -> Option<&'d str> {
    let strategy = strategy.value.filter(|map| map.children().any(|field| !field.is_null()))?;
    Some(strategy.get("type").and_then(Node::as_str).unwrap_or("RollingUpdate"))
}
