//! Containment by cases: severities, effects at admission and words that examples cannot show.

use crate::support::{judge, settings};
use patternwarden::report::Verdict;
use patternwarden::rule::Severity::{Error, Hint, Info, Warning};
use patternwarden::{Report, Settings, Severity, check, rules};

/// A Pod with one container; both are given as the inside of a flow mapping.
fn pod(spec: &str, container: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\n\
         spec: {{{spec} containers: [{{name: app, image: 'r.example/a:1', {container}}}]}}\n"
    )
}

fn secured(context: &str) -> String {
    pod("", &format!("securityContext: {{{context}}}"))
}

/// One rule alone, with these settings beside it.
fn alone(id: &str, more: &str) -> Settings {
    assert!(rules::find(id).is_some(), "{id}");
    settings(&format!("{{{more}}}")).only(|rule| rule.id == id)
}

/// Severities and messages of what one rule says for a version.
fn said(id: &str, target: &str, text: &str) -> Vec<(Severity, String)> {
    let judged = judge(text, &alone(id, &format!(r#""target": "{target}""#)));
    judged.findings.into_iter().map(|f| (f.severity, f.message)).collect()
}

fn severities(id: &str, target: &str, text: &str) -> Vec<Severity> {
    said(id, target, text).into_iter().map(|found| found.0).collect()
}

/// The Report on a text by one rule.
fn report(id: &str, more: &str, text: &str) -> Report {
    check(&patternwarden_yaml::read(text), &alone(id, more))
}

/// Verdict and check ids.
fn judged(id: &str, more: &str, text: &str) -> (Verdict, Vec<Option<String>>) {
    let report = report(id, more, text);
    (
        report.verdict,
        report.findings.into_iter().map(|found| found.pss.map(|id| id.to_string())).collect(),
    )
}

#[test]
fn advice_beside_a_denial_denies_nothing() {
    let text = pod("hostNetwork: true,", "");
    let both = judged("host-namespaces", "", &text);
    assert_eq!(both, (Verdict::Deny, vec![None, Some("hostNamespaces".to_owned())]));
    let allowed = r#""rules": {"host-namespaces": {"allow": ["hostNetwork"]}}"#;
    assert_eq!(judged("host-namespaces", allowed, &text), (Verdict::Admit, vec![None]));
    let volume = "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: v}\n\
        spec: {hostPath: {path: /srv}}\n";
    assert_eq!(judged("hostpath-volume", "", volume), (Verdict::Admit, vec![None]));
    let same = r#""rules": {"hostpath-volume": {"pv": "same"}}"#;
    assert_eq!(judged("hostpath-volume", same, volume), (Verdict::Deny, vec![None]));
    let kaniko = pod("", "").replace("r.example/a:1", "gcr.io/kaniko-project/executor:v1");
    assert_eq!(judged("container-runtime-socket", "", &kaniko), (Verdict::Admit, vec![None]));
}

#[test]
fn what_only_restricted_forbids_is_a_warning_out_of_the_box() {
    let some = |id: &str| vec![Some(id.to_owned())];
    let chown = secured("capabilities: {drop: [ALL], add: [CHOWN]}");
    let warned = Verdict::AdmitWithWarnings;
    assert_eq!(judged("capability-added", "", &chown), (warned, some("capabilities_restricted")));
    let raw = secured("capabilities: {drop: [ALL], add: [NET_RAW]}");
    assert_eq!(
        judged("capability-added", "", &raw),
        (Verdict::Deny, some("capabilities_baseline"))
    );
    let unmasked = "securityContext: {procMount: Unmasked}";
    let inside = pod("hostUsers: false,", unmasked);
    assert_eq!(judged("proc-mount-unmasked", "", &inside), (warned, some("procMount_restricted")));
    let old = r#""target": "1.34""#;
    assert_eq!(judged("proc-mount-unmasked", old, &inside), (Verdict::Deny, some("procMount")));
    assert_eq!(judged("proc-mount-unmasked", "", &pod("", unmasked)).0, Verdict::Deny);
}

#[test]
fn hosts_of_probes_are_forbidden_since_a_version() {
    let text = pod("", "livenessProbe: {httpGet: {host: shop.example, port: 80}}");
    let at = |target: &str| judged("probe-host-set", &format!(r#""target": "{target}""#), &text);
    assert_eq!(at("1.33"), (Verdict::AdmitWithWarnings, vec![None]));
    assert_eq!(at("1.34"), (Verdict::Deny, vec![Some("hostProbesAndHostLifecycle".to_owned())]));
}

#[test]
fn root_is_worse_where_the_standard_is_enforced() {
    let text = pod("securityContext: {runAsUser: 0, fsGroup: 0},", "");
    assert_eq!(severities("run-as-root", "1.36", &text), [Warning, Hint]);
    let held =
        settings(r#"{"profiles": ["pss-restricted"]}"#).only(|rule| rule.id == "run-as-root");
    let found = judge(&text, &held).findings;
    assert_eq!(found.iter().map(|f| f.severity).collect::<Vec<_>>(), [Error]);
    assert_eq!(
        judged("run-as-root", "", &pod("securityContext: {fsGroup: 0},", "")).0,
        Verdict::Admit
    );
}

#[test]
fn drivers_are_gone_since_a_version() {
    let text = |kind: &str| pod(&format!("volumes: [{{name: v, {kind}: {{}}}}],"), "");
    let severity = |kind: &str, target| severities("volume-type-restricted", target, &text(kind));
    assert_eq!(severity("rbd", "1.30"), [Warning]);
    assert_eq!(severity("rbd", "1.31"), [Error]);
    assert_eq!(severity("gitRepo", "1.32"), [Warning]);
    assert_eq!(severity("gitRepo", "1.33"), [Error]);
    assert_eq!(severity("glusterfs", "1.29"), [Error]);
    assert_eq!(severity("nfs", "1.36"), [Warning]);
}

#[test]
fn paths_of_the_node_are_told_apart() {
    let message = |path: &str, mount: &str| {
        let volume = format!("volumes: [{{name: v, hostPath: {{path: '{path}'}}}}],");
        let text = pod(&volume, &format!("volumeMounts: [{{name: v, mountPath: /v{mount}}}]"));
        said("hostpath-volume", "1.36", &text)[0].1.clone()
    };
    assert!(message("/", "").contains("all files of the node for writing"));
    assert!(message("/etc/kubernetes/pki", "").contains("credentials"));
    assert!(message("/etcd", "").contains("`/etcd` of the node"));
    assert!(message("/var/log/pods", ", readOnly: true").contains("for reading"));
    let agent = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: a}\nspec: {template: {spec: \
        {volumes: [{name: v, hostPath: {path: /dev}}], containers: [{name: app}]}}}\n";
    assert!(said("hostpath-volume", "1.36", agent)[0].1.contains("part of the node"));
}

#[test]
fn host_ports_are_said_once_in_the_network_of_the_node() {
    let own = pod("hostNetwork: true,", "ports: [{containerPort: 80, hostPort: 80}]");
    assert_eq!(severities("host-port", "1.36", &own), []);
    let other = pod("hostNetwork: true,", "ports: [{containerPort: 80, hostPort: 81}]");
    assert_eq!(severities("host-port", "1.36", &other), [Error]);
    let held = settings(r#"{"profiles": ["pss-baseline"]}"#).only(|rule| rule.id == "host-port");
    let unset = pod("hostNetwork: true,", "ports: [{containerPort: 80}]");
    assert_eq!(judge(&unset, &held).findings.len(), 1, "the standards see what is filled in");
}

#[test]
fn a_profile_of_apparmor_needs_a_server_that_knows_the_field() {
    let text = secured("appArmorProfile: {type: RuntimeDefault}");
    assert_eq!(severities("apparmor-unconfined", "1.30", &text), []);
    assert!(said("apparmor-unconfined", "1.29", &text)[0].1.contains("drops"));
    let apart = text.replace(
        "name: a}",
        "name: a, annotations: {container.apparmor.security.beta.kubernetes.io/app: localhost/x}}",
    );
    assert_eq!(judged("apparmor-unconfined", "", &apart).0, Verdict::AdmitWithWarnings);
}

#[test]
fn a_value_that_splits_is_denied_though_no_standard_says_so() {
    let sysctl = "securityContext: {sysctls: [{name: kernel.shm_rmid_forced, value: '1+a=b'}]},";
    assert_eq!(judged("sysctl-unsafe", "", &pod(sysctl, "")), (Verdict::Deny, vec![None]));
    let held = r#""profiles": ["pss-baseline"]"#;
    assert_eq!(judged("sysctl-unsafe", held, &pod(sysctl, "")), (Verdict::Admit, vec![]));
}

#[test]
fn a_field_of_another_type_is_never_a_good_one() {
    for (id, text) in [
        ("privileged-container", secured("privileged: 'false'")),
        ("host-namespaces", pod("hostPID: 'no',", "")),
        ("host-port", pod("", "ports: [{containerPort: 80, hostPort: '80'}]")),
        ("capability-added", secured("capabilities: {drop: [ALL], add: [1]}")),
        ("capability-not-dropped", secured("capabilities: {drop: ALL}")),
        ("privilege-escalation-allowed", secured("allowPrivilegeEscalation: 'false'")),
        ("run-as-non-root-missing", secured("runAsNonRoot: 'true'")),
        ("run-as-root", secured("runAsUser: '0'")),
        ("seccomp-unconfined", secured("seccompProfile: RuntimeDefault")),
        ("seccomp-missing", secured("seccompProfile: RuntimeDefault")),
        ("apparmor-unconfined", secured("appArmorProfile: RuntimeDefault")),
        ("selinux-custom", secured("seLinuxOptions: {type: [container_t]}")),
        ("proc-mount-unmasked", secured("procMount: [Default]")),
        ("sysctl-unsafe", pod("securityContext: {sysctls: [{name: [a]}]},", "")),
        ("windows-host-process", secured("windowsOptions: {hostProcess: 'false'}")),
        ("probe-host-set", pod("", "livenessProbe: {httpGet: {host: [a], port: 80}}")),
    ] {
        assert!(!said(id, "1.36", &text).is_empty(), "{id}\n{text}");
    }
}

#[test]
fn images_that_are_known_weigh_more() {
    let official = |image: &str| {
        let text = secured("runAsNonRoot: true").replace("r.example/a:1", image);
        severities("non-root-image-unknown", "1.36", &text)
    };
    assert_eq!(official("nginx:1.27"), [Warning]);
    assert_eq!(official("nginxinc/nginx-unprivileged:1.27"), [Info]);
    assert_eq!(official("registry.example/nginx:1.27"), [Info]);
    let read_only = |image: &str| {
        let text = secured("readOnlyRootFilesystem: true").replace("r.example/a:1", image);
        severities("read-only-root-needs-scratch", "1.36", &text)
    };
    assert_eq!(read_only("registry.example/nginx:1.27"), [Warning]);
    assert_eq!(read_only("registry.example/app:1"), [Info]);
}

#[test]
fn a_user_namespace_matters_more_to_root() {
    let severity = |target, text: &str| severities("user-namespace-available", target, text);
    assert_eq!(severity("1.33", &pod("", "")), [Hint]);
    assert_eq!(severity("1.32", &pod("", "")), []);
    assert_eq!(severity("1.36", &secured("runAsUser: 0")), [Info]);
    for free in ["hostNetwork: true,", "hostPID: true,", "os: {name: windows},"] {
        assert_eq!(severity("1.36", &pod(free, "")), [], "{free}");
    }
    assert_eq!(severity("1.36", &secured("privileged: true")), []);
}

#[test]
fn labels_of_namespaces_by_weight() {
    let found = |labels: &str, more: &str| {
        let prefix = "pod-security.kubernetes.io";
        let labels: Vec<_> = labels.split(' ').map(|label| format!("{prefix}/{label}")).collect();
        let text = format!(
            "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n  labels: {{{}}}\n",
            labels.join(", ").replace('=', ": ")
        );
        let judged = judge(&text, &alone("namespace-pod-security-labels", more));
        judged.findings.into_iter().map(|f| f.severity).collect::<Vec<_>>()
    };
    assert_eq!(found("enforce=restricted", ""), []);
    assert_eq!(found("enforce=baseline", ""), [Hint]);
    assert_eq!(found("enforce=privileged", ""), [Info]);
    assert_eq!(found("enforce=restricted audit=strict", ""), [Error]);
    assert_eq!(found("enforce=restricted enforce-version=v1.29", ""), [Info]);
    assert_eq!(found("enforce=restricted enforce-version=v1.29", r#""target": "1.35""#), []);
    let deny = r#""rules": {"namespace-pod-security-labels": {"deny_privileged": true}}"#;
    assert_eq!(found("enforce=privileged", deny), [Error]);
    let require = r#""rules": {"namespace-pod-security-labels": {"require": ["warn=restricted"]}}"#;
    assert_eq!(found("enforce=restricted", require), [Warning]);
}

#[test]
fn windows_and_mounts_by_weight() {
    let user = |spec: &str, context: &str| {
        let text = pod(
            &format!("os: {{name: windows}}, {spec}"),
            &format!("securityContext: {{{context}}}"),
        );
        severities("windows-run-as-user", "1.36", &text)
    };
    let name = |name: &str| format!("windowsOptions: {{runAsUserName: '{name}'}}");
    assert_eq!(user("", "runAsNonRoot: true"), [Info]);
    assert_eq!(user("", &name("ContainerUser")), []);
    assert_eq!(user("", &name(r"host\Administrator")), [Warning]);
    let host = "securityContext: {windowsOptions: {hostProcess: true}},";
    assert_eq!(user(host, &name(r"NT AUTHORITY\SYSTEM")), []);
    let promise = format!("runAsNonRoot: true, {}", name("ContainerAdministrator"));
    assert_eq!(user("", &promise), [Error]);
    let mount = |context: &str| {
        let mounts = "volumeMounts: [{name: v, mountPath: /v, mountPropagation: Bidirectional}]";
        let text = pod("", &format!("{mounts}, securityContext: {{{context}}}"));
        severities("mount-propagation-bidirectional", "1.36", &text)
    };
    assert_eq!(mount("privileged: true"), [Warning]);
    assert_eq!(mount("privileged: false"), [Error]);
}
