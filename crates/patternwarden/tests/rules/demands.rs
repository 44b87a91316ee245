//! What a platform demands of Pods, and who may reach them.

use crate::asked::{places, said, severities};
use crate::support::Judged;
use patternwarden::{Grade, Severity};

fn messages(judged: &Judged) -> Vec<&str> {
    judged.findings.iter().map(|found| found.message.as_str()).collect()
}

fn pod(spec: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: a, labels: {{app: a}}}}\nspec: {{{spec}}}\n"
    )
}

fn container(more: &str) -> String {
    pod(&format!("containers: [{{name: app, image: registry.example/app:1{more}}}]"))
}

#[test]
fn ports_are_unwanted_by_number_and_protocol() {
    let of = |params: &str, port: &str| {
        severities(&said(
            "container-port-policy",
            params,
            &container(&format!(", ports: [{{{port}}}]")),
        ))
    };
    assert_eq!(of("{}", "containerPort: 22"), [Severity::Info]);
    assert_eq!(of("{}", "containerPort: 22, protocol: ''"), [Severity::Info]);
    assert_eq!(of("{}", "containerPort: 22, protocol: SCTP"), []);
    assert_eq!(of(r#"{"denied": []}"#, "containerPort: 22"), []);
    assert_eq!(of(r#"{"denied": ["23"]}"#, "containerPort: 23"), [Severity::Warning]);
    assert_eq!(of(r#"{"min_port": 1024}"#, "containerPort: 1024"), []);
    assert_eq!(of(r#"{"min_port": 1024}"#, "containerPort: 1023"), [Severity::Warning]);
    assert_eq!(
        of(r#"{"require_names": true}"#, "containerPort: 80, name: ''"),
        [Severity::Warning]
    );
    assert_eq!(of(r#"{"require_names": true}"#, "containerPort: 80, name: a"), []);
}

#[test]
fn every_secret_of_a_container_is_named_once() {
    let env = ", env: [{name: A, valueFrom: {secretKeyRef: {name: db, key: a}}}, \
        {name: B, valueFrom: {secretKeyRef: {name: db, key: b}}}], \
        envFrom: [{secretRef: {name: mail}}, {secretRef: {name: public-a}}]";
    let of = |params: &str| {
        let judged = said("secret-in-env", params, &container(env));
        assert_eq!(judged.findings.len(), 1, "one finding per container");
        judged.findings[0].message.clone()
    };
    assert!(of("\"on\"").ends_with("`db`, `mail`, `public-a`"));
    assert!(of(r#"{"allowed": ["public-*"]}"#).ends_with("`db`, `mail`"));
    assert!(of(r#"{"sources": ["envFrom"]}"#).ends_with("`mail`, `public-a`"));
    let debugger =
        pod("containers: [{name: a, image: a}], ephemeralContainers: [{name: d, image: a, \
         envFrom: [{secretRef: {name: db}}]}]");
    let judged = said("secret-in-env", "\"on\"", &debugger);
    assert_eq!(places(&judged), ["/spec/ephemeralContainers/0/envFrom/0/secretRef/name"]);
}

#[test]
fn variables_are_demanded_per_container() {
    let of = |params: &str, env: &str| said("env-var-policy", params, &container(env));
    for (criteria, env, count) in [
        ("containsAllOf", "", 1),
        ("containsAllOf", ", env: [{name: A}, {name: B1}]", 0),
        ("containsAnyOf", ", env: [{name: B1}]", 0),
        ("containsOtherThan", ", env: [{name: A}]", 1),
        ("doesNotContainAllOf", ", env: [{name: A}, {name: B1}]", 1),
        ("doesNotContainAnyOf", ", env: [{name: A}]", 1),
        ("doesNotContainAnyOf", "", 0),
        ("doesNotContainOtherThan", ", env: [{name: C}]", 1),
    ] {
        let params = format!(r#"{{"criteria": "{criteria}", "names": ["A", "B*"]}}"#);
        assert_eq!(of(&params, env).findings.len(), count, "{criteria} {env}");
    }
    assert_eq!(of(r#"{"criteria": "doesNotContainAllOf"}"#, "").findings.len(), 0);
    // What an object that is not here may bring is not called missing.
    let required = r#"{"required": ["PROXY"]}"#;
    let unknown = of(required, ", envFrom: [{configMapRef: {name: proxy}}]");
    assert!(messages(&unknown)[0].ends_with("unless an object that is not here brings it"));
    assert!(messages(&of(required, ""))[0].ends_with("`PROXY`"));
    assert_eq!(of(r#"{"required": ["PROXY"], "containers": ["web*"]}"#, "").findings.len(), 0);
    let value = r#"{"denied_values": ["LOG*=trace"]}"#;
    assert_eq!(of(value, ", env: [{name: LOG_LEVEL, value: trace}]").findings.len(), 1);
    assert_eq!(of(value, ", env: [{name: LOG_LEVEL, value: info}]").findings.len(), 0);
}

#[test]
fn a_denied_secret_stays_denied() {
    let volume = |name: &str| {
        pod(&format!(
            "imagePullSecrets: [{{name: registry}}], containers: [{{name: a, image: a}}], \
             volumes: [{{name: v, secret: {{secretName: {name}}}}}]"
        ))
    };
    let of = |params: &str, name: &str| {
        places(&said("secret-reference-policy", params, &volume(name))).len()
    };
    let lists = r#"{"allowed": ["shop-*"], "denied": ["shop-root"]}"#;
    assert_eq!([of(lists, "shop-a"), of(lists, "shop-root"), of(lists, "other")], [0, 1, 1]);
    assert_eq!(of("\"on\"", "other"), 0);
    assert_eq!(of(r#"{"forbid_all": true}"#, "shop-a"), 1);
    assert_eq!(of(r#"{"forbid_all": true, "include_pull_secrets": true}"#, "shop-a"), 2);
}

#[test]
fn ids_get_the_lowest_that_is_allowed() {
    let of = |params: &str, context: &str| {
        let text =
            pod(&format!("securityContext: {{{context}}}, containers: [{{name: app, image: a}}]"));
        said("uid-gid-policy", params, &text)
    };
    let ranges = r#"{"run_as_user_ranges": ["20000-29999", "10000-10009"]}"#;
    let judged = of(ranges, "runAsUser: 0");
    assert_eq!(messages(&judged), ["`runAsUser` is `0`, an id that is not given out here"]);
    let fix = &judged.findings[0].fixes[0];
    assert_eq!((fix.grade, format!("{:?}", fix.edits).contains("10000")), (Grade::Review, true));
    assert_eq!(places(&of(ranges, "runAsUser: 20000")), [""; 0]);
    // Nothing is demanded by a range alone.
    assert_eq!(places(&of(ranges, "")), [""; 0]);
    assert_eq!(places(&of(r#"{"fs_group_ranges": ["1-9"]}"#, "")), [""; 0]);
    let missing = of(r#"{"min": 10000}"#, "runAsUser: 10000");
    assert_eq!(messages(&missing), ["container `app` has no `runAsGroup`"]);
    assert_eq!(missing.findings[0].fixes[0].grade, Grade::Review);
    // A demand without a range names no id.
    let bare = of(r#"{"fs_group_require": true}"#, "");
    assert_eq!(
        (messages(&bare), bare.findings[0].fixes.len()),
        (vec!["the Pod has no `fsGroup`"], 0)
    );
    let more = r#"{"supplemental_groups_require": true}"#;
    assert_eq!(places(&of(more, "supplementalGroups: []")).len(), 1);
    assert_eq!(places(&of(more, "supplementalGroups: [1]")), [""; 0]);
    assert_eq!(places(&of(r#"{"min": 10000}"#, "runAsUser: text, runAsGroup: 10000")).len(), 1);
}

#[test]
fn a_detour_leads_to_the_same_directory() {
    let of = |params: &str, path: &str| {
        let mounts = format!(", volumeMounts: [{{name: v, mountPath: {path}}}]");
        places(&said("volume-mount-policy", params, &container(&mounts))).len()
    };
    let denied = r#"{"denied_paths": ["/etc", "/usr/"]}"#;
    for path in ["/etc", "/etc/", "/etc/app", "/usr", "//etc", "/opt/../etc", "/./etc", "/../etc"] {
        assert_eq!(of(denied, path), 1, "{path}");
    }
    for path in ["/etcetera", "/opt/etc", "/etc/../opt", "/"] {
        assert_eq!(of(denied, path), 0, "{path}");
    }
    let injected = "/var/run/secrets/kubernetes.io/serviceaccount";
    assert_eq!(of(r#"{"allowed_names": ["data"]}"#, injected), 0);
    assert_eq!(of(r#"{"allowed_names": ["data"]}"#, "/data"), 1);
    assert_eq!(of(r#"{"denied_names": ["v"], "allowed_names": ["v"]}"#, "/data"), 1);
    for (criteria, count) in [
        ("containsAnyOf", 0),
        ("containsOtherThan", 1),
        ("doesNotContainAnyOf", 1),
        ("doesNotContainOtherThan", 0),
    ] {
        let params = format!(r#"{{"criteria": "{criteria}", "names": ["v*"]}}"#);
        assert_eq!(of(&params, "/data"), count, "{criteria}");
    }
}

#[test]
fn a_windows_user_counts_where_somebody_has_it() {
    let of = |at_pod: &str, own: &str| {
        let text = pod(&format!(
            "os: {{name: windows}}, securityContext: {{windowsOptions: {{{at_pod}}}}}, \
             containers: [{{name: a, image: a, securityContext: {{windowsOptions: {{{own}}}}}}}]"
        ));
        severities(&said("windows-run-as-user", "{}", &text))
    };
    let admin = "runAsUserName: ContainerAdministrator";
    assert_eq!(of(admin, ""), [Severity::Warning]);
    assert_eq!(of(admin, "runAsUserName: ContainerUser"), [], "the container replaces it");
    assert_eq!(of("runAsUserName: ContainerUser", admin), [Severity::Warning]);
    assert_eq!(of("", ""), [Severity::Info]);
    for user in ["CONTAINERADMINISTRATOR", r"'.\Administrator'", r"'CORP\administrator'"] {
        assert_eq!(of("", &format!("runAsUserName: {user}")), [Severity::Warning], "{user}");
    }
    let system = r"runAsUserName: 'NT AUTHORITY\SYSTEM'";
    assert_eq!(of("", system), [Severity::Warning]);
    assert_eq!(of("hostProcess: true", system), []);
}

#[test]
fn an_alias_of_a_registry_weighs_more() {
    let of = |params: &str, name: &str, spec: &str| {
        let text = pod(&format!("hostAliases: [{{ip: 10.0.0.1, hostnames: [{name}]}}], {spec}"));
        severities(&said("host-aliases-set", params, &text))
    };
    let hub = "containers: [{name: a, image: nginx}]";
    assert_eq!(of("{}", "docker.io", hub), [Severity::Warning]);
    assert_eq!(of("{}", "ghcr.io", hub), [Severity::Info]);
    let volume = "containers: [], volumes: [{name: v, image: {reference: ghcr.io/acme/a:1}}]";
    assert_eq!(of("{}", "ghcr.io", volume), [Severity::Warning]);
    for name in ["a.b.svc", "a.cluster.local", "kubernetes.default"] {
        assert_eq!(of("{}", name, hub), [Severity::Warning], "{name}");
    }
    assert_eq!(of(r#"{"allowed_hosts": ["*.lab"]}"#, "a.lab", hub), []);
    assert_eq!(of("{}", "a.lab", &format!("hostNetwork: true, {hub}")), [Severity::Info]);
}

#[test]
fn accounts_are_read_from_the_old_field_too() {
    let of = |params: &str, account: &str| {
        let text = pod(&format!("{account}containers: [{{name: a, image: registry.example/a:1}}]"));
        places(&said("service-account-policy", params, &text)).join(" ")
    };
    let named = r#"{"require_named": true}"#;
    assert_eq!(of(named, ""), "/spec/serviceAccountName");
    assert_eq!(of(named, "serviceAccountName: default, "), "/spec/serviceAccountName");
    assert_eq!(of(named, "serviceAccount: shop, "), "");
    assert_eq!(of(r#"{"denied": ["shop"]}"#, "serviceAccount: shop, "), "/spec/serviceAccount");
    let new = "serviceAccountName: shop, serviceAccount: other, ";
    assert_eq!(of(r#"{"denied": ["other"]}"#, new), "", "the new field wins");
    assert_eq!(of(r#"{"allowed": ["web"]}"#, new), "/spec/serviceAccountName");
    let images = r#"{"images": ["sh*=registry.example/b", "web=registry.example/b"]}"#;
    assert_eq!(of(images, new), "/spec/containers/0/image");
    assert_eq!(of(images, "serviceAccountName: other, "), "");
    assert_eq!(of("\"on\"", ""), "");
}

#[test]
fn a_webhook_is_for_the_api_server_alone() {
    let of = |kind: &str, spec: &str, more: &str| {
        let text = format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: hook}}\nspec: {{type: {kind}, ports: \
             [{{name: https, port: 443}}, {{name: docs, port: 80}}]{spec}}}\n---\n\
             apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingWebhookConfiguration\n\
             metadata: {{name: a}}\nwebhooks: [{{name: a.example.com, clientConfig: {{service: \
             {{name: hook, namespace: default{more}}}}}}}]\n"
        );
        text
    };
    let count = |text: &str| places(&said("webhook-service-exposed", "{}", text)).len();
    for (kind, spec, more, expected) in [
        ("ClusterIP", "", "", 0),
        ("NodePort", "", "", 1),
        ("LoadBalancer", "", "", 1),
        ("ClusterIP", ", externalIPs: [192.0.2.1]", "", 1),
        ("ClusterIP", ", externalIPs: []", "", 0),
        ("NodePort", "", ", port: 443", 1),
        ("NodePort", "", ", port: 8443", 0),
    ] {
        assert_eq!(count(&of(kind, spec, more)), expected, "{kind} {spec} {more}");
    }
    assert_eq!(count(&of("NodePort", "", "").replace("namespace: default", "namespace: b")), 0);
    let route = |port: i64| {
        format!(
            "{}---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{name: a}}\n\
             spec: {{rules: [{{backendRefs: [{{name: hook, port: {port}}}]}}]}}\n",
            of("ClusterIP", "", "")
        )
    };
    assert_eq!([count(&route(443)), count(&route(80))], [1, 0]);
}

/// A Pod with an account that has power, and what lets somebody reach it.
fn powerful(spec: &str, subject: &str, role: &str, more: &str) -> String {
    format!(
        "{}---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\n\
         metadata: {{name: a}}\nroleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, \
         name: {role}}}\nsubjects: [{subject}]\n{more}",
        pod(&format!("serviceAccountName: ui, {spec}containers: [{{name: a, image: a}}]"))
    )
}

#[test]
fn power_and_reach_are_wrong_together() {
    let own = "{kind: ServiceAccount, name: ui, namespace: default}";
    let open = |kind: &str| format!("---\n{}", service(&format!("type: {kind}, ")));
    let of =
        |params: &str, text: &str| places(&said("workload-powerful-account", params, text)).len();
    for role in ["cluster-admin", "admin", "edit"] {
        assert_eq!(of("{}", &powerful("", own, role, &open("NodePort"))), 1, "{role}");
    }
    assert_eq!(of("{}", &powerful("", own, "view", &open("NodePort"))), 0);
    assert_eq!(of("{}", &powerful("", own, "edit", &open("ClusterIP"))), 0);
    assert_eq!(of("{}", &powerful("", own, "edit", "")), 0);
    for (group, count) in [
        ("system:serviceaccounts", 1),
        ("system:serviceaccounts:default", 1),
        ("system:serviceaccounts:other", 0),
        ("system:authenticated", 0),
    ] {
        let subject = format!("{{kind: Group, name: '{group}'}}");
        assert_eq!(
            of("{}", &powerful("", &subject, "edit", &open("LoadBalancer"))),
            count,
            "{group}"
        );
    }
    let silent = "automountServiceAccountToken: false, ";
    assert_eq!(of("{}", &powerful(silent, own, "edit", &open("NodePort"))), 0);
    let host = powerful("volumes: [{name: v, hostPath: {path: /}}], ", own, "edit", "");
    assert_eq!(of("{}", &host), 1);
    assert_eq!(of(r#"{"exposure": ["ingress", "service"]}"#, &host), 0);
    let privileged = powerful("", own, "edit", "")
        .replace("image: a}", "image: a, securityContext: {privileged: true}}");
    assert_eq!(of("{}", &privileged), 1);
    let routed = format!(
        "{}---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{name: a}}\n\
         spec: {{rules: [{{backendRefs: [{{name: a, port: 80}}]}}]}}\n",
        open("ClusterIP")
    );
    let routed = powerful("", own, "edit", &routed);
    assert_eq!(of("{}", &routed), 1);
    assert_eq!(of(r#"{"exposure": ["service"]}"#, &routed), 0);
}

fn service(more: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Service\nmetadata: {{name: a}}\n\
         spec: {{{more}selector: {{app: a}}, ports: [{{port: 80}}]}}\n"
    )
}

#[test]
fn each_direction_needs_a_policy_of_its_own() {
    let of = |params: &str, policy: &str| {
        let text = format!(
            "{}---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: p}}\n\
             spec: {{{policy}}}\n",
            pod("containers: [{name: a, image: a}]")
        );
        places(&said("network-policy-missing", params, &text)).len()
    };
    let both = r#"{"directions": ["ingress", "egress"]}"#;
    let any = r#"{"directions": ["any"]}"#;
    for (policy, ingress, all, either) in [
        ("podSelector: {}", 0, 1, 0),
        ("podSelector: {}, policyTypes: [Ingress]", 0, 1, 0),
        ("podSelector: {}, policyTypes: [Egress]", 1, 1, 0),
        ("podSelector: {}, egress: [{}]", 0, 0, 0),
        ("podSelector: {}, policyTypes: [Ingress], egress: [{}]", 0, 1, 0),
        ("podSelector: {matchLabels: {app: b}}", 1, 2, 1),
        ("podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [b]}]}", 0, 1, 0),
        (
            "podSelector: {matchLabels: {app: a}, matchExpressions: [{key: x, operator: Exists}]}",
            1,
            2,
            1,
        ),
    ] {
        let found = [of("{}", policy), of(both, policy), of(any, policy)];
        assert_eq!(found, [ingress, all, either], "{policy}");
    }
}
