//! What makes Pods, and what changes how many.

use super::pod::{claim, is_open, template};
use super::{Fields, deep, each, fill, fill_zero, inside, part};
use serde_json::{Value, json};

/// The kinds of apps/v1 and batch/v1.
pub(super) fn fill_in(fields: &mut Fields, kind: &str) {
    let known = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob"];
    if !known.contains(&kind) {
        return;
    }
    let Some(spec) = inside(fields, "spec") else { return };
    match kind {
        "Deployment" => deployment(spec),
        "StatefulSet" => stateful_set(spec),
        "DaemonSet" => daemon_set(spec),
        // `SetDefaults_ReplicaSet` of apps/v1
        "ReplicaSet" => fill(spec, "replicas", 1),
        "CronJob" => return cron_job(spec),
        _ => job(spec),
    }
    template(spec);
    if kind == "Job" {
        take_labels(fields);
    }
}

/// `SetDefaults_Deployment` of apps/v1.
fn deployment(spec: &mut Fields) {
    fill(spec, "replicas", 1);
    if let Some(strategy) = part(spec, "strategy") {
        fill_zero(strategy, "type", "RollingUpdate");
        roll(strategy, "25%".into(), "25%".into());
    }
    fill(spec, "revisionHistoryLimit", 10);
    fill(spec, "progressDeadlineSeconds", 600);
}

/// The numbers of a rolling update, for strategies of that type.
fn roll(strategy: &mut Fields, unavailable: Value, surge: Value) {
    if strategy.get("type") == Some(&json!("RollingUpdate"))
        && let Some(rolling) = part(strategy, "rollingUpdate")
    {
        fill(rolling, "maxUnavailable", unavailable);
        fill(rolling, "maxSurge", surge);
    }
}

/// `SetDefaults_DaemonSet` of apps/v1.
fn daemon_set(spec: &mut Fields) {
    if let Some(strategy) = part(spec, "updateStrategy") {
        fill_zero(strategy, "type", "RollingUpdate");
        roll(strategy, 1.into(), 0.into());
    }
    fill(spec, "revisionHistoryLimit", 10);
}

/// `SetDefaults_StatefulSet` of apps/v1.
fn stateful_set(spec: &mut Fields) {
    fill_zero(spec, "podManagementPolicy", "OrderedReady");
    if let Some(strategy) = part(spec, "updateStrategy") {
        if is_open(strategy, "type") {
            fill_zero(strategy, "type", "RollingUpdate");
            fill(strategy, "rollingUpdate", json!({}));
        }
        if strategy.get("type") == Some(&json!("RollingUpdate"))
            && let Some(rolling) = inside(strategy, "rollingUpdate")
        {
            fill(rolling, "partition", 0);
        }
    }
    if let Some(policy) = part(spec, "persistentVolumeClaimRetentionPolicy") {
        fill_zero(policy, "whenDeleted", "Retain");
        fill_zero(policy, "whenScaled", "Retain");
    }
    fill(spec, "replicas", 1);
    fill(spec, "revisionHistoryLimit", 10);
    each(spec, "volumeClaimTemplates", claim);
}

/// `SetDefaults_Job` of batch/v1; `SetDefaults_PodFailurePolicyOnPodConditionsPattern`.
fn job(spec: &mut Fields) {
    if spec.get("completions").is_none_or(Value::is_null)
        && spec.get("parallelism").is_none_or(Value::is_null)
    {
        fill(spec, "completions", 1);
    }
    fill(spec, "parallelism", 1);
    let by_index = spec.get("backoffLimitPerIndex").is_some_and(|limit| !limit.is_null());
    fill(spec, "backoffLimit", if by_index { i32::MAX } else { 6 });
    fill(spec, "completionMode", "NonIndexed");
    fill(spec, "suspend", false);
    let judged = inside(spec, "podFailurePolicy").is_some();
    fill(spec, "podReplacementPolicy", if judged { "Failed" } else { "TerminatingOrFailed" });
    failure_policy(spec);
}

fn failure_policy(spec: &mut Fields) {
    if let Some(policy) = inside(spec, "podFailurePolicy") {
        each(policy, "rules", |rule| {
            each(rule, "onPodConditions", |pattern| fill_zero(pattern, "status", "True"));
        });
    }
}

/// `SetDefaults_CronJob` of batch/v1. The Job of its template is filled in when it is made.
fn cron_job(spec: &mut Fields) {
    fill_zero(spec, "concurrencyPolicy", "Allow");
    fill(spec, "suspend", false);
    fill(spec, "successfulJobsHistoryLimit", 3);
    fill(spec, "failedJobsHistoryLimit", 1);
    if let Some(job) = deep(spec, &["jobTemplate", "spec"]) {
        failure_policy(job);
        template(job);
    }
}

/// The labels of the template, for an object that has none: `SetDefaults_Job` of batch/v1 and
/// `SetDefaults_ReplicationController` of core/v1.
pub(super) fn take_labels(fields: &mut Fields) {
    let labels = fields.get("spec").and_then(|spec| spec.pointer("/template/metadata/labels"));
    if let Some(labels) = labels.filter(|labels| labels.is_object()).cloned()
        && let Some(metadata) = part(fields, "metadata")
    {
        fill_zero(metadata, "labels", labels);
    }
}

/// `SetDefaults_HorizontalPodAutoscaler` of autoscaling/v1 and v2.
pub(super) fn autoscaler(fields: &mut Fields, version: &str) {
    let Some(spec) = inside(fields, "spec") else { return };
    fill(spec, "minReplicas", 1);
    if version != "autoscaling/v2" {
        return;
    }
    let cpu = json!({"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}});
    fill_zero(spec, "metrics", json!([{"type": "Resource", "resource": cpu}]));
    if let Some(behavior) = inside(spec, "behavior") {
        scaling_rules(behavior);
    }
}

/// `SetDefaults_HorizontalPodAutoscalerBehavior` of autoscaling/v2: `GenerateHPAScaleUpRules` and
/// `GenerateHPAScaleDownRules`.
fn scaling_rules(behavior: &mut Fields) {
    let percent = json!({"type": "Percent", "value": 100, "periodSeconds": 15});
    let pods = json!({"type": "Pods", "value": 4, "periodSeconds": 15});
    if let Some(up) = part(behavior, "scaleUp") {
        fill(up, "stabilizationWindowSeconds", 0);
        fill(up, "selectPolicy", "Max");
        fill(up, "policies", json!([pods, percent]));
    }
    if let Some(down) = part(behavior, "scaleDown") {
        fill(down, "selectPolicy", "Max");
        fill(down, "policies", json!([percent]));
    }
}
