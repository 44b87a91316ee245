//! Rules that are a table: each entry, and what stands beside it.

use crate::support::{judge, settings};
use crate::{messages, only, only_for};
use patternwarden::Severity::{self, Error, Hint, Info, Warning};
use patternwarden::set::Scope;

fn severities(id: &str, text: &str) -> Vec<Severity> {
    judge(text, &only(id)).findings.iter().map(|found| found.severity).collect()
}

fn with(id: &str, params: &str, text: &str) -> Vec<Severity> {
    let json = format!(r#"{{"rules": {{"{id}": {params}}}}}"#);
    let all = settings(&json).only(|rule| rule.id == id).with_scope(Scope::Closed);
    judge(text, &all).findings.iter().map(|found| found.severity).collect()
}

fn pod(spec: &str, container: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\n\
         spec: {{{spec}containers: [{{name: app, image: 'r.example/a:1', {container}}}]}}\n"
    )
}

const BOTH: [&str; 5] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "metadata.labels['app']",
    "metadata.annotations['a.example/b']",
];
const VARIABLES: [&str; 6] = [
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];
const FILES: [&str; 2] = ["metadata.labels", "metadata.annotations"];

#[test]
fn fields_of_the_downward_api_by_place() {
    let rule = "downward-api-field-invalid";
    let variable = |path: &str| {
        let env = format!("env: [{{name: A, valueFrom: {{fieldRef: {{fieldPath: \"{path}\"}}}}}}]");
        severities(rule, &pod("", &env))
    };
    let file = |path: &str| {
        let item = format!("{{path: a, fieldRef: {{fieldPath: \"{path}\"}}}}");
        let projected = format!("projected: {{sources: [{{downwardAPI: {{items: [{item}]}}}}]}}");
        let own = format!("downwardAPI: {{items: [{item}]}}");
        let [own, projected] = [own, projected].map(|source| {
            severities(rule, &pod(&format!("volumes: [{{name: v, {source}}}], "), ""))
        });
        assert_eq!(own, projected, "{path}");
        own
    };
    for path in BOTH {
        assert_eq!((variable(path), file(path)), (vec![], vec![]), "{path}");
    }
    for path in VARIABLES {
        assert_eq!((variable(path), file(path)), (vec![], vec![Error]), "{path}");
    }
    for path in FILES {
        assert_eq!((variable(path), file(path)), (vec![Error], vec![]), "{path}");
    }
    for path in ["status.phase", "spec.hostname", "metadata.labels['']", "metadata.labels[app]"] {
        assert_eq!((variable(path), file(path)), (vec![Error], vec![Error]), "{path}");
    }
}

#[test]
fn resources_of_the_downward_api() {
    let rule = "downward-api-field-invalid";
    let said = |resource: &str, resources: &str| {
        let env = format!(
            "env: [{{name: A, valueFrom: {{resourceFieldRef: {{resource: {resource}}}}}}}], {resources}"
        );
        severities(rule, &pod("", &env))
    };
    for resource in ["cpu", "memory", "ephemeral-storage"] {
        assert_eq!(said(&format!("requests.{resource}"), ""), [], "{resource}");
        let limit = format!("limits.{resource}");
        assert_eq!(said(&limit, ""), [Hint], "{resource}");
        assert_eq!(said(&limit, &format!("resources: {{limits: {{{resource}: 1}}}}")), []);
    }
    assert_eq!(said("limits.hugepages-2Mi", ""), []);
    for wrong in ["limits.example.com/gpu", "requests.pods", "cpu", "usage.cpu"] {
        assert_eq!(said(wrong, ""), [Error], "{wrong}");
    }
}

#[test]
fn keys_that_are_asked_for() {
    let rule = "config-key-missing";
    let found = |key: &str| {
        let text = format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata: {{log-level: info}}\n---\n{}",
            pod(
                "",
                &format!("env: [{{name: A, valueFrom: {{configMapKeyRef: {{name: c, {key}}}}}}}]")
            )
        );
        let judged = judge(&text, &only(rule));
        judged.findings.iter().map(|found| found.fixes.len()).collect::<Vec<_>>()
    };
    assert!(found("key: log-level").is_empty());
    assert_eq!(found("key: log-levle"), [1], "two letters apart");
    assert_eq!(found("key: loglevel"), [1]);
    assert_eq!(found("key: logvel"), [0], "three letters apart");
    assert!(found("key: x, optional: true").is_empty());
    let elsewhere = pod("", "env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k}}}]");
    assert_eq!(severities(rule, &elsewhere), [], "what is not here is not judged");
}

#[test]
fn versions_in_names() {
    let rule = "immutable-config-unversioned";
    let said = |kind: &str, name: &str, more: &str| {
        let text = format!("apiVersion: v1\nkind: {kind}\nmetadata: {{name: {name}}}\n{more}\n");
        severities(rule, &text)
    };
    for name in ["a-v7", "a-7", "a-1.4.2", "a-3f2a9c", "a-8mbdf7882g", "a-2024-05-31", "a-20240531"]
    {
        assert_eq!(said("ConfigMap", name, "immutable: true"), [], "{name}");
        assert_eq!(said("ConfigMap", name, "immutable: false"), [Hint], "{name}");
        assert_eq!(said("Secret", name, ""), [], "{name}");
    }
    for name in ["a", "app-config", "app-settings", "v7-app"] {
        assert_eq!(said("ConfigMap", name, "immutable: true"), [Warning], "{name}");
        assert_eq!(said("Secret", name, "immutable: true"), [Warning], "{name}");
        assert_eq!(said("ConfigMap", name, ""), [], "{name}");
    }
}

#[test]
fn what_restarts_pods_when_configuration_changes() {
    let rule = "config-change-no-rollout";
    let said = |kind: &str, config: &str, workload: &str, template: &str| {
        let text = format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c, annotations: {{{config}}}}}\n\
             data: {{A: b}}\n---\napiVersion: apps/v1\nkind: {kind}\n\
             metadata: {{name: a, annotations: {{{workload}}}}}\nspec: {{template: {{metadata: \
             {{annotations: {{{template}}}}}, spec: {{containers: [{{name: a, image: 'r.example/a:1', \
             envFrom: [{{configMapRef: {{name: c}}}}]}}]}}}}}}\n"
        );
        severities(rule, &text)
    };
    for kind in ["Deployment", "StatefulSet", "DaemonSet"] {
        assert_eq!(said(kind, "", "", ""), [Info], "{kind}");
        for annotation in
            ["checksum/config: x", "config-hash: x", "reloader.stakater.com/auto: 'true'"]
        {
            assert_eq!(said(kind, "", "", annotation), [], "{annotation}");
        }
        for annotation in [
            "reloader.stakater.com/auto: 'true'",
            "configmap.reloader.stakater.com/reload: c",
            "k8spatterns.com/podDeleteSelector: app=a",
        ] {
            assert_eq!(said(kind, "", annotation, ""), [], "{annotation}");
        }
    }
    assert_eq!(said("Deployment", "k8spatterns.com/podDeleteSelector: app=a", "", ""), []);
    assert_eq!(
        said("Deployment", "", "checksum/config: x", ""),
        [Info],
        "nothing rolls out by that"
    );
    assert_eq!(said("ReplicaSet", "", "", ""), [], "it never rolls");
}

#[test]
fn capabilities_by_level() {
    let rule = "capability-added";
    let add =
        |name: &str| pod("", &format!("securityContext: {{capabilities: {{add: [{name}]}}}}"));
    for name in [
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    ] {
        assert_eq!(severities(rule, &add(name)), [Warning], "{name}");
        assert_eq!(severities(rule, &add(&format!("CAP_{name}"))), [Error], "{name}");
        assert_eq!(severities(rule, &add(&name.to_lowercase())), [Error], "{name}");
    }
    assert_eq!(severities(rule, &add("NET_BIND_SERVICE")), []);
    for name in ["ALL", "NET_RAW", "NET_ADMIN", "SYS_ADMIN", "SYS_PTRACE", "BPF"] {
        assert_eq!(severities(rule, &add(name)), [Error], "{name}");
        assert_eq!(with(rule, r#"{"allowed": ["*"]}"#, &add(name)), [], "{name}");
    }
}

#[test]
fn volumes_by_type() {
    let rule = "volume-type-restricted";
    let volume = |kind: &str| pod(&format!("volumes: [{{name: v, {kind}: {{}}}}], "), "");
    for kind in [
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
    ] {
        assert_eq!(severities(rule, &volume(kind)), [], "{kind}");
    }
    assert_eq!(severities(rule, &pod("volumes: [{name: v}], ", "")), []);
    for kind in ["hostPath", "nfs", "iscsi", "fc", "flexVolume", "awsElasticBlockStore"] {
        assert_eq!(severities(rule, &volume(kind)), [Warning], "{kind}");
        assert_eq!(with(rule, r#"{"allowed_types": ["*"]}"#, &volume(kind)), [], "{kind}");
    }
    for kind in [
        "gitRepo",
        "glusterfs",
        "flocker",
        "quobyte",
        "storageos",
        "scaleIO",
        "photonPersistentDisk",
        "cephfs",
        "rbd",
    ] {
        assert_eq!(severities(rule, &volume(kind)), [Error], "{kind}");
    }
}

#[test]
fn labels_of_selinux_by_version() {
    let found = |options: &str, minor| {
        let text = pod("", &format!("securityContext: {{seLinuxOptions: {{{options}}}}}"));
        judge(&text, &only_for("selinux-custom", minor)).findings.len()
    };
    for kind in ["''", "container_t", "container_init_t", "container_kvm_t"] {
        assert_eq!(found(&format!("type: {kind}, level: 's0:c1'"), 29), 0, "{kind}");
    }
    assert_eq!(
        (found("type: container_engine_t", 30), found("type: container_engine_t", 31)),
        (1, 0)
    );
    for other in ["type: spc_t", "user: u", "role: r"] {
        assert_eq!(found(other, 36), 1, "{other}");
    }
}

#[test]
fn parameters_of_the_kernel_by_version() {
    let found = |name: &str, minor| {
        let text =
            pod(&format!("securityContext: {{sysctls: [{{name: {name}, value: '1'}}]}}, "), "");
        judge(&text, &only_for("sysctl-unsafe", minor)).findings.len()
    };
    for name in [
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
    ] {
        assert_eq!(found(name, 29), 0, "{name}");
    }
    for name in ["net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"] {
        assert_eq!((found(name, 31), found(name, 32)), (1, 0), "{name}");
    }
    for name in ["net.ipv4.tcp_notsent_lowat", "net.ipv4.tcp_slow_start_after_idle"] {
        assert_eq!((found(name, 36), found(name, 37)), (1, 0), "{name}");
    }
    assert_eq!(found("kernel.msgmax", 37), 1);
}

#[test]
fn a_host_process_says_what_the_api_server_demands() {
    let said = |spec: &str, container: &str| {
        let text = pod(&format!("os: {{name: windows}}, {spec}"), container);
        messages(&judge(&text, &only("windows-host-process"))).remove(0)
    };
    let own = "securityContext: {windowsOptions: {hostProcess: true}}";
    assert!(said("", own).contains("without `hostNetwork: true`"));
    assert!(said("hostNetwork: true, ", own).ends_with("process of the host"));
    let more = "hostNetwork: true, initContainers: [{name: i, image: 'r.example/i:1'}], ";
    assert!(said(more, own).contains("not all containers do"));
}

#[test]
fn an_ingress_finds_its_services() {
    let rule = "ingress-backend-missing";
    let said = |backend: &str, more: &str| {
        let text = format!(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: i}}\nspec: \
             {{ingressClassName: c, defaultBackend: {{service: {{{backend}}}}}}}\n---\n\
             apiVersion: v1\nkind: Service\nmetadata: {{name: s}}\n\
             spec: {{ports: [{{name: web, port: 80}}{more}]}}\n"
        );
        let judged = judge(&text, &only(rule));
        judged.findings.iter().map(|f| (f.severity, f.fixes.len())).collect::<Vec<_>>()
    };
    assert_eq!(said("name: s, port: {number: 80}", ""), []);
    assert_eq!(said("name: s, port: {name: web}", ""), []);
    assert_eq!(said("name: s, port: {number: 81}", ""), [(Warning, 1)]);
    assert_eq!(said("name: s, port: {name: http}", ""), [(Warning, 1)]);
    assert_eq!(said("name: s, port: {number: 81}", ", {name: b, port: 90}"), [(Warning, 0)]);
    assert_eq!(said("name: x, port: {number: 80}", ""), [(Warning, 0)]);
}

#[test]
fn a_user_of_the_pod_is_only_a_default() {
    let rule = "run-as-user-only";
    let user = "securityContext: {runAsUser: 1000}, ";
    assert_eq!(severities(rule, &pod(user, "")), [Info]);
    for silent in ["runAsUser: 1000, runAsNonRoot: true", "runAsUser: 0", "runAsNonRoot: false"] {
        assert_eq!(severities(rule, &pod(&format!("securityContext: {{{silent}}}, "), "")), []);
    }
    assert_eq!(severities(rule, &pod(user, "securityContext: {runAsNonRoot: true}")), []);
    assert_eq!(severities(rule, &pod(user, "securityContext: {runAsNonRoot: false}")), [Info]);
}
