//! Clauses that no example in a documentation can show: it would be wrong for another rule, or in
//! another form.

use super::{count, one, pod, severities};
use crate::support::{judge, settings};
use patternwarden::Severity;

#[test]
fn the_level_restricted_says_nothing_of_capabilities_on_windows() {
    let text = |os: &str| {
        pod(&format!(
            "os: {{name: {os}}}, containers: [{{name: a, image: 'r.example/a:1', \
             securityContext: {{capabilities: {{add: [SYS_TIME]}}}}}}]"
        ))
    };
    let settings = settings(r#"{"profiles": ["pss-restricted"]}"#);
    let settings = settings.only(|rule| rule.id == "capability-added");
    let found = |os: &str| judge(&text(os), &settings).findings.len();
    assert_eq!((found("linux"), found("windows")), (1, 0));
}

#[test]
fn versions_of_an_old_definition_share_what_stands_beside_them() {
    let text = |beside: &str| {
        format!(
            "apiVersion: apiextensions.k8s.io/v1beta1\nkind: CustomResourceDefinition\n\
             metadata: {{name: as.example.com}}\nspec: {{group: example.com, {beside} \
             names: {{kind: A, plural: as}}, versions: [{{name: v1, served: true, storage: true}}]}}\n"
        )
    };
    let id = "crd-status-subresource-missing";
    assert_eq!(count(id, "", &text("")), 1);
    assert_eq!(count(id, "", &text("subresources: {status: {}},")), 0);
    let scale = |path: &str| {
        text(&format!(
            "subresources: {{status: {{}}, scale: {{specReplicasPath: {path}, \
             statusReplicasPath: .status.replicas}}}},"
        ))
    };
    assert_eq!(count(id, "", &scale(".spec.replicas")), 0);
    assert_eq!(count(id, "", &scale(".status.replicas")), 1);
}

#[test]
fn a_pod_in_the_network_of_its_node_has_the_resolver_of_the_node() {
    let text = |policy: &str| {
        pod(&format!(
            "hostNetwork: true, dnsPolicy: {policy}, containers: [{{name: a, image: 'r.example/a:1'}}]"
        ))
    };
    let params = r#""ndots": 2, "dns_policies": ["None"]"#;
    let found = |policy: &str| count("dns-config-policy", params, &text(policy));
    assert_eq!(
        (found("Default"), found("ClusterFirst"), found("ClusterFirstWithHostNet")),
        (0, 1, 2)
    );
}

#[test]
fn a_fragment_may_be_part_of_something_that_brings_it_back() {
    let fragment = "containers: [{name: a, image: 'r.example/a:1'}]\n";
    assert_eq!(severities("naked-pod", "", fragment), [Severity::Hint]);
    assert_eq!(severities("naked-pod", "", &pod(fragment.trim_end())), [Severity::Warning]);
}

#[test]
fn only_ports_of_the_pod_itself_must_be_declared() {
    let found = |host: &str| {
        let probe = format!("httpGet: {{path: /, port: 8081, host: {host}}}");
        count(
            "probe-port-undeclared",
            "",
            &one(&format!("ports: [{{containerPort: 8080}}], livenessProbe: {{{probe}}}")),
        )
    };
    assert_eq!(["localhost", "127.0.0.1", "'::1'", "''"].map(found), [1; 4]);
    assert_eq!(["10.0.0.7", "shop.example.com"].map(found), [0; 2]);
}

#[test]
fn an_object_without_a_group_is_of_the_kind_that_it_is_called() {
    let found = |kind: &str| {
        let text = format!("kind: {kind}\nmetadata: {{name: a}}\n");
        count("kind-denied", r#""denied": ["apps/Deployment"]"#, &text)
    };
    assert_eq!((found("Deployment"), found("StatefulSet")), (1, 0));
}

/// In a cluster such Endpoints are mirrored to slices, so that nobody asks for them.
#[test]
fn endpoints_of_the_name_of_a_service_are_its_own() {
    let found = |name: &str| {
        let text = format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: db}}\nspec: {{ports: [{{port: 5432}}]}}\n\
             ---\napiVersion: v1\nkind: Endpoints\nmetadata: {{name: {name}}}\n"
        );
        count("service-selects-nothing", "", &text)
    };
    assert_eq!((found("db"), found("other")), (0, 1));
}

#[test]
fn in_the_network_of_the_node_a_port_is_that_of_the_node_anyway() {
    let found = |port: u16| {
        count(
            "host-port",
            "",
            &pod(&format!(
                "hostNetwork: true, containers: [{{name: a, image: 'r.example/a:1', \
                 ports: [{{containerPort: 9100, hostPort: {port}}}]}}]"
            )),
        )
    };
    assert_eq!((found(9100), found(9101)), (0, 1));
}

/// 64 findings, and one that says that there are more.
#[test]
fn findings_of_one_object_have_an_end() {
    let many = |entry: &dyn Fn(usize) -> String| (0..80).map(entry).collect::<Vec<_>>().join(", ");
    let fields = many(&|at| format!("nonsense{at}: 1"));
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    assert_eq!(
        count("misplaced-field", "", &format!("{map}data: {{}}\n{}", fields.replace(", ", "\n"))),
        65
    );
    let twice = many(&|at| format!("k{at}: a, k{at}: b"));
    assert_eq!(count("yaml-duplicate-key", "", &format!("{map}data: {{{twice}}}\n")), 65);
    let traps = many(&|at| format!("k{at}: on"));
    assert_eq!(count("yaml-scalar-trap", "", &format!("{map}data: {{{traps}}}\n")), 65);
    let versions = many(&|at| format!("{{name: v{at}, served: true, storage: false}}"));
    let definition = format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: as.example.com}}\n\
         spec: {{group: example.com, names: {{kind: A, plural: as}}, versions: [{versions}]}}\n"
    );
    assert_eq!(count("crd-schema-invalid", "", &definition), 65);
}

#[test]
fn names_are_served_in_one_namespace_or_everywhere() {
    let found = |rule: &str| {
        let text = format!(
            "{}---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: a}}\n\
             spec: {{podSelector: {{}}, policyTypes: [Egress], egress: [{{{rule}}}, \
             {{to: [{{podSelector: {{}}}}], ports: [{{port: 5432}}]}}]}}\n",
            one("")
        );
        count("networkpolicy-dns-blocked", "", &text)
    };
    let listed = |name: &str| {
        format!(
            "to: [{{namespaceSelector: {{matchExpressions: [{{key: kubernetes.io/metadata.name, \
             operator: In, values: [{name}]}}]}}}}]"
        )
    };
    assert_eq!((found(&listed("kube-system")), found(&listed("shop"))), (0, 1));
    let block = |cidr: &str| format!("to: [{{ipBlock: {{cidr: {cidr}}}}}]");
    assert_eq!((found(&block("0.0.0.0/0")), found(&block("10.0.0.0/8"))), (0, 1));
    let port = |name: &str| format!("ports: [{{port: {name}, protocol: UDP}}]");
    assert_eq!((found(&port("dns")), found(&port("metrics"))), (0, 1));
}
