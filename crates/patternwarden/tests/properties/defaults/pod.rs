//! Pods, and everything in them.

use super::{Fields, complete, deep, each, fill, fill_zero, inside, is_zero, part};
use serde_json::{Value, json};

const CONTAINERS: [&str; 2] = ["containers", "initContainers"];

/// `SetDefaults_Pod` of core/v1: what is filled into Pods alone, not into templates.
pub(super) fn pod(fields: &mut Fields) {
    let Some(spec) = inside(fields, "spec") else { return };
    pod_spec(spec);
    for list in CONTAINERS {
        each(spec, list, |container| {
            let limits = deep(container, &["resources", "limits"]).cloned();
            if let (Some(limits), Some(resources)) = (limits, inside(container, "resources")) {
                complete(resources, "requests", &limits);
            }
        });
    }
    pod_requests(spec);
    fill(spec, "enableServiceLinks", true);
    // `defaultHostNetworkPorts`
    if spec.get("hostNetwork") == Some(&json!(true)) {
        for list in CONTAINERS {
            each(spec, list, |container| {
                each(container, "ports", |port| {
                    if let Some(number) = port.get("containerPort").cloned() {
                        fill_zero(port, "hostPort", number);
                    }
                });
            });
        }
    }
}

/// `defaultPodRequests`, for Pods in which no container requests anything: adding quantities is
/// left to the server.
fn pod_requests(spec: &mut Fields) {
    let limits = deep(spec, &["resources", "limits"]).filter(|limits| !limits.is_empty()).cloned();
    let mut requested = false;
    for list in CONTAINERS {
        each(spec, list, |container| {
            requested |= deep(container, &["resources", "requests"]).is_some();
        });
    }
    if let (Some(limits), Some(resources)) = (limits, inside(spec, "resources"))
        && !requested
    {
        complete(resources, "requests", &limits);
    }
}

/// `SetDefaults_PodSpec` of core/v1, and what is below.
pub(super) fn pod_spec(spec: &mut Fields) {
    fill_zero(spec, "dnsPolicy", "ClusterFirst");
    fill_zero(spec, "restartPolicy", "Always");
    fill(spec, "securityContext", json!({}));
    fill(spec, "terminationGracePeriodSeconds", 30);
    fill_zero(spec, "schedulerName", "default-scheduler");
    each(spec, "volumes", volume);
    for list in ["containers", "initContainers", "ephemeralContainers"] {
        each(spec, list, container);
    }
}

/// The pod template of a workload.
pub(super) fn template(owner: &mut Fields) {
    if let Some(spec) = deep(owner, &["template", "spec"]) {
        pod_spec(spec);
    }
}

/// `SetDefaults_Container` and `SetDefaults_EphemeralContainer` of core/v1.
fn container(container: &mut Fields) {
    pull_policy(container, "image", "imagePullPolicy");
    fill_zero(container, "terminationMessagePath", "/dev/termination-log");
    fill_zero(container, "terminationMessagePolicy", "File");
    // `+default="TCP"` of `ContainerPort.Protocol`
    each(container, "ports", |port| fill_zero(port, "protocol", "TCP"));
    each(container, "env", |variable| {
        if let Some(from) = inside(variable, "valueFrom") {
            field_selector(from);
        }
    });
    for key in ["livenessProbe", "readinessProbe", "startupProbe"] {
        if let Some(found) = inside(container, key) {
            probe(found);
        }
    }
    for hook in ["postStart", "preStop"] {
        if let Some(hook) = deep(container, &["lifecycle", hook]) {
            http_get(hook);
        }
    }
}

/// The policy for an image: by the tag, which is `latest` where neither a tag nor a digest is
/// written; `parsers.ParseImageName`.
fn pull_policy(owner: &mut Fields, image: &str, policy: &str) {
    let reference = owner.get(image).and_then(Value::as_str).unwrap_or_default();
    let (name, digest) = match reference.split_once('@') {
        Some((name, digest)) => (name, Some(digest)),
        None => (reference, None),
    };
    let tag = name.rsplit('/').next().and_then(|last| last.split_once(':')).map(|(_, tag)| tag);
    let floats = match (tag, digest) {
        // What cannot be read has no tag.
        _ if name.is_empty() || name.chars().any(|c| "${} ".contains(c)) => false,
        (Some(tag), _) => tag == "latest",
        (None, digest) => digest.is_none(),
    };
    fill_zero(owner, policy, if floats { "Always" } else { "IfNotPresent" });
}

/// `SetDefaults_Probe` of core/v1; `+default=""` of `GRPCAction.Service`.
fn probe(probe: &mut Fields) {
    fill_zero(probe, "timeoutSeconds", 1);
    fill_zero(probe, "periodSeconds", 10);
    fill_zero(probe, "successThreshold", 1);
    fill_zero(probe, "failureThreshold", 3);
    http_get(probe);
    if let Some(grpc) = inside(probe, "grpc") {
        fill(grpc, "service", "");
    }
}

/// `SetDefaults_HTTPGetAction` of core/v1.
fn http_get(handler: &mut Fields) {
    if let Some(get) = inside(handler, "httpGet") {
        fill_zero(get, "path", "/");
        fill_zero(get, "scheme", "HTTP");
    }
}

/// `SetDefaults_ObjectFieldSelector` of core/v1.
fn field_selector(owner: &mut Fields) {
    if let Some(selector) = inside(owner, "fieldRef") {
        fill_zero(selector, "apiVersion", "v1");
    }
}

/// `SetDefaults_Volume` of core/v1 and those of the sources: `SetDefaults_SecretVolumeSource`,
/// `..._ConfigMapVolumeSource`, `..._DownwardAPIVolumeSource`, `..._ProjectedVolumeSource`,
/// `..._ServiceAccountTokenProjection`, `..._HostPathVolumeSource`.
fn volume(volume: &mut Fields) {
    if volume.iter().all(|(key, value)| key == "name" || value.is_null()) {
        fill(volume, "emptyDir", json!({}));
    }
    if let Some(image) = inside(volume, "image") {
        pull_policy(image, "reference", "pullPolicy");
    }
    for source in ["secret", "configMap", "downwardAPI", "projected"] {
        if let Some(source) = inside(volume, source) {
            fill(source, "defaultMode", 0o644);
            each(source, "items", field_selector);
            each(source, "sources", |source| {
                if let Some(token) = inside(source, "serviceAccountToken") {
                    fill(token, "expirationSeconds", 3600);
                }
                if let Some(view) = inside(source, "downwardAPI") {
                    each(view, "items", field_selector);
                }
            });
        }
    }
    if let Some(path) = inside(volume, "hostPath") {
        fill(path, "type", "");
    }
    if let Some(claim) = deep(volume, &["ephemeral", "volumeClaimTemplate", "spec"]) {
        claim_spec(claim);
    }
    network_disks(volume);
}

/// `+default=` of `ISCSIVolumeSource`, `RBDVolumeSource` and `AzureDiskVolumeSource`.
fn network_disks(volume: &mut Fields) {
    if let Some(disk) = inside(volume, "iscsi") {
        fill_zero(disk, "iscsiInterface", "default");
    }
    if let Some(disk) = inside(volume, "rbd") {
        fill_zero(disk, "pool", "rbd");
        fill_zero(disk, "user", "admin");
        fill_zero(disk, "keyring", "/etc/ceph/keyring");
    }
    if let Some(disk) = inside(volume, "azureDisk") {
        fill(disk, "cachingMode", "ReadWrite");
        fill(disk, "fsType", "ext4");
        fill(disk, "readOnly", false);
        fill(disk, "kind", "Shared");
    }
}

/// `SetDefaults_PersistentVolumeClaimSpec` of core/v1.
pub(super) fn claim_spec(spec: &mut Fields) {
    fill(spec, "volumeMode", "Filesystem");
}

/// `SetDefaults_PersistentVolumeClaim` of core/v1.
pub(super) fn claim(claim: &mut Fields) {
    if let Some(spec) = inside(claim, "spec") {
        claim_spec(spec);
    }
    if let Some(status) = part(claim, "status") {
        fill_zero(status, "phase", "Pending");
    }
}

/// Entries of a list that is empty or absent count as none.
pub(super) fn is_open(fields: &Fields, key: &str) -> bool {
    is_zero(fields.get(key))
}
