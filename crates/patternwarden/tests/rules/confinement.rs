//! Configuration and containment by cases: formats of secrets, tables of data, edges of values.

use crate::support::{judge, settings};
use crate::{messages, only, only_for};
use patternwarden::Severity::{self, Error, Hint, Info, Warning};

fn severities(id: &str, text: &str) -> Vec<Severity> {
    judge(text, &only(id)).findings.iter().map(|found| found.severity).collect()
}

fn pod(spec: &str, container: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\n\
         spec: {{{spec}containers: [{{name: app, image: 'r.example/a:1', {container}}}]}}\n"
    )
}

/// A variable of a container.
fn variable(name: &str, value: &str) -> String {
    pod("", &format!("env: [{{name: {name}, value: {value:?}}}]"))
}

#[test]
fn every_format_of_a_secret_is_known() {
    let zeros = "0".repeat(40);
    let said = |value: &str| severities("env-secret-literal", &variable("A", value));
    for secret in [
        "-----BEGIN RSA PRIVATE KEY-----".to_owned(),
        "-----BEGIN OPENSSH".to_owned(),
        "AKIA0000000000000000".to_owned(),
        format!("AIza{zeros}"),
        format!("ghp_{zeros}"),
        format!("glpat-{zeros}"),
        format!("npm_{zeros}"),
        format!("sk_live_{zeros}"),
        format!("xoxb-{zeros}"),
        format!("xoxp-{zeros}"),
        format!("AccountKey={zeros}"),
        format!("https://hooks.slack.com/services/{zeros}"),
        "eyJhbGciOiJIUzI1NiJ9.e30.c2ln".to_owned(),
        "postgres://app:s3cr3t@db/app".to_owned(),
    ] {
        assert_eq!(said(&secret), [Error], "{secret}");
    }
    assert_eq!(said("xoxz-00000000000000000000"), []);
}

#[test]
fn a_name_alone_is_a_warning_and_never_shows_the_value() {
    let rule = "env-secret-literal";
    for name in [
        "PASSWORD",
        "passwd",
        "MY_SECRET",
        "TOKEN",
        "API_KEY",
        "APIKEY",
        "PRIVATE_KEY",
        "CREDENTIAL",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AZURE_CLIENT_SECRET",
        "BEARER",
        "DB_CONNECTION_STRING",
        "GOOGLE_APPLICATION_CREDENTIALS",
    ] {
        let value = if name.starts_with("GOOGLE") { "{zq9}" } else { "zq9" };
        assert_eq!(severities(rule, &variable(name, value)), [Warning], "{name}");
        let said = messages(&judge(&variable(name, value), &only(rule)));
        assert!(!said[0].contains("zq9"), "{said:?}");
    }
    assert_eq!(severities(rule, &variable("GOOGLE_APPLICATION_CREDENTIALS", "a.json")), []);
}

#[test]
fn names_of_variables_by_version() {
    let found = |name: &str, minor| {
        let text = variable(&format!("'{name}'"), "x");
        judge(&text, &only_for("env-reference-order", minor)).findings.len()
    };
    for (name, before, since) in
        [("A.b-c_1", 0, 0), ("1a", 1, 0), ("a/b", 1, 0), ("..a", 1, 0), ("a=b", 1, 1), ("é", 1, 1)]
    {
        assert_eq!((found(name, 31), found(name, 32)), (before, since), "{name}");
    }
}

#[test]
fn debug_containers_are_left_out_only_where_the_settings_say_so() {
    let text = pod("", "").replace(
        "containers:",
        "ephemeralContainers: [{name: d, image: 'r.example/d:1', securityContext: {privileged: true}}], containers:",
    );
    let said = |skip: &str| {
        let json = format!(r#"{{"rules": {{"privileged-container": {{"skip": [{skip}]}}}}}}"#);
        judge(&text, &settings(&json).only(|rule| rule.id == "privileged-container")).findings.len()
    };
    assert_eq!((said(""), said(r#""init""#), said(r#""ephemeral""#)), (1, 1, 0));
}

#[test]
fn every_valuable_path_of_the_node_has_words_of_its_own() {
    let said = |path: &str| {
        let text = pod(&format!("volumes: [{{name: v, hostPath: {{path: '{path}'}}}}], "), "");
        messages(&judge(&text, &only("hostpath-volume"))).remove(0)
    };
    for path in [
        "/etc",
        "/var/run/docker.sock",
        "/run/containerd/containerd.sock",
        "/var/lib/kubelet/pods",
        "/proc",
        "/sys",
        "/dev/sda",
        "/boot",
        "/lib/modules",
        "/usr",
        "/root/.ssh",
        "/home/a",
        "/var/lib/docker",
        "/var/lib/containerd",
        "/var/log/pods",
        "/etc/kubernetes/pki",
    ] {
        assert!(said(path).contains(&format!("`{path}` (")), "{path}: {}", said(path));
    }
    assert!(said("/").contains("all files of the node"));
    for plain in ["/srv", "/etcd", "/usrlocal", "/opt"] {
        assert!(said(plain).contains(&format!("`{plain}` of the node")), "{plain}");
    }
}

#[test]
fn what_images_write_is_known_and_given() {
    let alone = only("read-only-root-needs-scratch");
    let root = "securityContext: {readOnlyRootFilesystem: true}";
    for (image, needs) in [
        ("httpd", &["/usr/local/apache2/logs"][..]),
        ("nginx", &["/var/cache/nginx", "/var/run"]),
        ("nginxinc/nginx-unprivileged", &["/tmp"]),
        ("tomcat", &["/tmp"]),
        ("jetty", &["/tmp"]),
        ("postgres", &["/var/run/postgresql", "/tmp"]),
        ("redis", &["/data"]),
        ("quay.io/wildfly/wildfly", &["/opt/jboss/wildfly/standalone/log"]),
    ] {
        let judged = judge(&pod("", root).replace("r.example/a:1", &format!("{image}:1")), &alone);
        assert_eq!(judged.findings.len(), 1, "{image}");
        assert_eq!(judged.findings[0].severity, Warning, "{image}");
        let fix = judged.findings[0].fixes.first().expect(image);
        for need in needs {
            assert!(format!("{:?}", fix.edits).contains(need), "{image} {need}");
        }
        assert!(judged.fixed(0, fix, &alone).findings.is_empty(), "{image}");
    }
}

#[test]
fn ids_have_bounds() {
    let said = |id: &str| {
        let text = pod("", &format!("securityContext: {{runAsUser: {id}}}"));
        severities("security-context-invalid", &text)
    };
    assert_eq!(said("0"), []);
    assert_eq!(said("2147483647"), []);
    assert_eq!(said("-1"), [Error]);
    assert_eq!(said("2147483648"), [Error]);
}

#[test]
fn every_field_that_windows_does_not_have_is_named() {
    let said = |spec: &str, container: &str| {
        let text = pod(&format!("os: {{name: windows}}, {spec}"), container);
        severities("security-context-invalid", &text)
    };
    for field in [
        "hostPID: true",
        "hostIPC: true",
        "hostUsers: true",
        "resources: {limits: {cpu: 1}}",
        "shareProcessNamespace: false",
    ] {
        assert_eq!(said(&format!("{field}, "), ""), [Error], "{field}");
    }
    for field in [
        "fsGroup: 1",
        "fsGroupChangePolicy: Always",
        "sysctls: [{name: a, value: b}]",
        "supplementalGroups: [1]",
        "supplementalGroupsPolicy: Merge",
        "seLinuxChangePolicy: Recursive",
        "appArmorProfile: {type: RuntimeDefault}",
        "seLinuxOptions: {level: s0}",
        "seccompProfile: {type: RuntimeDefault}",
        "runAsUser: 1",
        "runAsGroup: 1",
    ] {
        assert_eq!(said(&format!("securityContext: {{{field}}}, "), ""), [Error], "{field}");
    }
    for field in [
        "appArmorProfile: {type: RuntimeDefault}",
        "seLinuxOptions: {level: s0}",
        "seccompProfile: {type: RuntimeDefault}",
        "capabilities: {drop: [ALL]}",
        "readOnlyRootFilesystem: true",
        "privileged: false",
        "allowPrivilegeEscalation: true",
        "procMount: Default",
        "runAsUser: 1",
        "runAsGroup: 1",
    ] {
        assert_eq!(said("", &format!("securityContext: {{{field}}}")), [Error], "{field}");
    }
    assert_eq!(said("hostPID: false, hostIPC: false, ", ""), []);
    assert_eq!(said("securityContext: {windowsOptions: {}}, ", ""), []);
}

#[test]
fn namespaces_of_users_exclude_those_of_the_node() {
    for host in ["hostNetwork", "hostPID", "hostIPC"] {
        let text = pod(&format!("hostUsers: false, {host}: true, "), "");
        assert_eq!(severities("security-context-invalid", &text), [Error], "{host}");
    }
}

#[test]
fn parameters_of_the_kernel_can_be_left_alone() {
    let alone = only("sysctl-unsafe");
    for (spec, sysctl) in [
        ("", "{name: kernel.msgmax, value: '1'}"),
        ("hostNetwork: true, ", "{name: net.ipv4.tcp_syncookies, value: '1'}"),
        ("hostIPC: true, ", "{name: kernel.shm_rmid_forced, value: '1'}"),
        ("", "{name: kernel.shm_rmid_forced, value: '1+a=b'}"),
    ] {
        let text = pod(&format!("{spec}securityContext: {{sysctls: [{sysctl}]}}, "), "");
        let judged = judge(&text, &alone);
        assert_eq!(judged.findings.len(), 1, "{sysctl}");
        let fix = judged.findings[0].fixes.first().expect(sysctl);
        assert!(judged.fixed(0, fix, &alone).findings.is_empty(), "{sysctl}");
    }
    let json = r#"{"rules": {"sysctl-unsafe": {"forbidden": ["net.ipv4.*"]}}}"#;
    let forbidding = settings(json).only(|rule| rule.id == "sysctl-unsafe");
    let text =
        pod("securityContext: {sysctls: [{name: net.ipv4.tcp_syncookies, value: '1'}]}, ", "");
    let judged = judge(&text, &forbidding);
    assert!(judged.findings[0].message.contains("forbidden"));
    assert!(judged.fixed(0, &judged.findings[0].fixes[0], &forbidding).findings.is_empty());
}

#[test]
fn a_profile_without_type_is_said_to_have_none() {
    let said = |profile: &str| {
        let text = pod("", &format!("securityContext: {{seccompProfile: {profile}}}"));
        messages(&judge(&text, &only("seccomp-unconfined"))).remove(0)
    };
    assert!(said("{}").contains("has no type"), "{}", said("{}"));
    assert!(said("{type: Unconfined}").contains("`Unconfined`"));
}

#[test]
fn claims_of_a_stateful_set_have_to_be_writable_as_well() {
    let text = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: a}\nspec: {\
        volumeClaimTemplates: [{metadata: {name: data}}], template: {spec: {securityContext: \
        {runAsUser: 1}, containers: [{name: a, image: 'r.example/a:1', volumeMounts: [{name: data, \
        mountPath: /data}]}]}}}\n";
    assert_eq!(severities("run-as-user-only", text), [Hint, Info]);
    let given = text.replace("runAsUser: 1}", "runAsUser: 1, fsGroup: 1}");
    assert_eq!(severities("run-as-user-only", &given), [Info]);
}

#[test]
fn a_warning_of_the_level_that_is_enforced_warns_of_nothing() {
    let said = |warn: &str| {
        let text = format!(
            "apiVersion: v1\nkind: Namespace\nmetadata: {{name: shop, labels: {{\
             pod-security.kubernetes.io/enforce: baseline, pod-security.kubernetes.io/warn: {warn}}}}}\n"
        );
        severities("namespace-pod-security-labels", &text)
    };
    assert_eq!(said("restricted"), []);
    assert_eq!(said("baseline"), [Hint]);
    assert_eq!(said("privileged"), [Hint]);
    assert_eq!(said("strict"), [Error]);
}

#[test]
fn the_profile_of_apparmor_that_holds_is_the_one_compared() {
    let rule = "apparmor-unconfined";
    let text = |spec: &str, annotation: &str| {
        pod(spec, "").replace(
            "name: a}",
            &format!(
                "name: a, annotations: {{container.apparmor.security.beta.kubernetes.io/app: \
                 {annotation}}}}}"
            ),
        )
    };
    let whole = "securityContext: {appArmorProfile: {type: RuntimeDefault}}, ";
    let count = |spec: &str, annotation: &str, minor| {
        judge(&text(spec, annotation), &only_for(rule, minor)).findings.len()
    };
    assert_eq!(severities(rule, &text(whole, "localhost/x")), [Error]);
    assert_eq!(count(whole, "runtime/default", 36), 0);
    assert_eq!(count(&format!("os: {{name: windows}}, {whole}"), "localhost/x", 36), 0);
    assert_eq!(count(whole, "localhost/x", 29), 1, "the field is dropped, so it alone is named");
    assert_eq!(count("", "localhost/x", 36), 0);
}

#[test]
fn rules_of_restarts_have_a_version_and_a_bound() {
    let said = |minor, count: usize, policy: &str| {
        let rules = vec!["{action: Restart}"; count].join(", ");
        let text = pod(
            &format!(
                "initContainers: [{{name: i, image: 'r.example/i:1', {policy} \
                 restartPolicyRules: [{rules}]}}], "
            ),
            "",
        );
        messages(&judge(&text, &only_for("container-restart-policy-invalid", minor)))
    };
    let always = "restartPolicy: Always,";
    assert!(said(33, 1, always)[0].contains("needs Kubernetes 1.34"));
    assert!(said(34, 20, always).is_empty());
    assert!(said(34, 21, always)[0].contains("more than 20"));
    assert!(said(34, 1, "")[0].contains("needs `restartPolicy`"));
}

#[test]
fn whoever_names_a_secret_needs_it() {
    let rule = "reference-not-in-bundle";
    let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a}\n\
        imagePullSecrets: [{name: registry}]\n";
    assert_eq!(severities(rule, account), [Warning]);
    let there =
        format!("{account}---\napiVersion: v1\nkind: Secret\nmetadata: {{name: registry}}\n");
    assert_eq!(severities(rule, &there), []);
    let optional = "envFrom: [{secretRef: {name: s, optional: true}}]";
    assert_eq!(severities(rule, &pod("", optional)), []);
    assert_eq!(severities(rule, &pod("", &optional.replace("true", "false"))), [Warning]);
    for (spec, severity) in [
        ("priorityClassName: system-cluster-critical, ", None),
        ("priorityClassName: high, ", Some(Info)),
        ("serviceAccountName: default, ", None),
        ("serviceAccountName: own, ", Some(Warning)),
        ("runtimeClassName: gvisor, ", Some(Info)),
        ("volumes: [{name: v, persistentVolumeClaim: {claimName: c}}], ", Some(Warning)),
    ] {
        assert_eq!(severities(rule, &pod(spec, "")).pop(), severity, "{spec}");
    }
}
