//! Init containers and helpers by cases: each hint of the order, and each way to be reached.

use crate::support::judge;
use crate::{messages, only};
use patternwarden::Severity::{self, Info, Warning};

fn severities(id: &str, text: &str) -> Vec<Severity> {
    judge(text, &only(id)).findings.iter().map(|found| found.severity).collect()
}

fn pod(spec: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: a, labels: {{app: a}}}}\nspec: {{{spec}}}\n"
    )
}

#[test]
fn a_helper_that_is_waited_for_or_ended_by_hand_should_be_native() {
    let with = |init: &str, main: &str| {
        let text = pod(&format!(
            "{init}containers: [{{name: app, image: 'r.example/a:1', ports: [{{containerPort: \
             8080}}], {main}}}, {{name: db-proxy, image: 'r.example/proxy:1', ports: \
             [{{containerPort: 5432}}]}}]"
        ));
        severities("sidecar-not-native", &text)
    };
    assert_eq!(with("", ""), [], "nothing waits for it");
    let init =
        "initContainers: [{name: migrate, image: 'r.example/m:1', args: ['localhost:5432']}], ";
    assert_eq!(with(init, ""), [Info]);
    assert_eq!(with("", "command: [sh, -c, 'sleep 5; exec app']"), [Info]);
    assert_eq!(with("", "command: [sh, -c, 'app; curl -X POST http://db/quitquitquit']"), [Info]);
    assert_eq!(
        with("", "lifecycle: {preStop: {exec: {command: [sh, -c, 'pkill proxy']}}}"),
        [Info]
    );
    let quit = "lifecycle: {preStop: {httpGet: {path: /quitquitquit, port: 5432}}}";
    assert_eq!(with("", quit), [Info]);
    assert_eq!(with("", "lifecycle: {preStop: {exec: {command: [kill, '1']}}}"), []);
}

#[test]
fn a_download_is_judged_by_what_it_fetches() {
    let script = |script: &str| {
        let text = pod(&format!(
            "initContainers: [{{name: i, image: 'r.example/i:1', command: [sh, -c, '{script}']}}], \
             containers: [{{name: a, image: 'r.example/a:1'}}]"
        ));
        let judged = judge(&text, &only("init-fetch-unpinned"));
        messages(&judged).into_iter().next().unwrap_or_default()
    };
    for tool in ["pip install x", "npm install x", "apk add x", "apt-get -y install x"] {
        assert!(script(tool).contains("installs packages"), "{tool}");
    }
    let url = "https://a.example.com/x";
    for shell in ["sh", "bash"] {
        assert!(script(&format!("curl {url} | {shell}")).contains("runs a script"), "{shell}");
    }
    assert!(script(&format!("wget {url}")).contains("checksum"));
    assert_eq!(script(&format!("wget {url} && sha256sum -c sums")), "");
    assert_eq!(script("curl http://db:8080/ready"), "", "the cluster is no download");
    assert!(script(&format!("git clone {url}")).contains("branch"));
    assert!(script(&format!("git clone -b main {url}")).contains("branch"));
    assert_eq!(script(&format!("git clone --branch=v1.2.3 {url}")), "");
    let commit = "0274708c1f2e3d4b5a69788796a5b4c3d2e1f001";
    assert_eq!(script(&format!("git clone {url} && git checkout {commit}")), "");
    assert!(script(&format!("git clone {url} && git checkout 0274708")).contains("branch"));
}

#[test]
fn an_ambassador_is_for_its_own_pod() {
    let with = |helper: &str| {
        let text = pod(&format!(
            "containers: [{{name: app, image: 'r.example/a:1', args: ['http://localhost:3500/x']}}, \
             {{name: daprd, image: 'r.example/daprd:1', ports: [{{containerPort: 3500}}], {helper}}}]"
        ));
        messages(&judge(&text, &only("ambassador-port-exposed")))
    };
    assert!(with("").is_empty());
    for open in ["0.0.0.0:3500", "--address=0.0.0.0", "--listen=[::]:3500"] {
        let found = with(&format!("args: ['{open}']"));
        assert!(found[0].contains("every address"), "{open}: {found:?}");
    }
    for closed in
        ["127.0.0.1:3500", "--cidr=10.0.0.0/8", "--cidr=0.0.0.0/0", "1.0.0.0.0", "[::1]:1"]
    {
        assert!(with(&format!("args: ['{closed}']")).is_empty(), "{closed}");
    }
    let found = with("env: [{name: LISTEN, value: '0.0.0.0:3500'}]");
    assert!(found[0].contains("`LISTEN` makes `daprd`"), "{found:?}");
}

#[test]
fn the_repair_of_an_open_address_closes_it() {
    let text = pod(
        "containers: [{name: app, image: 'r.example/a:1', args: ['localhost:3500']}, {name: daprd, \
         image: 'r.example/daprd:1', ports: [{containerPort: 3500}], args: ['[::]:3500']}]",
    );
    let alone = only("ambassador-port-exposed");
    let judged = judge(&text, &alone);
    assert_eq!(judged.findings.len(), 1);
    let fix = &judged.findings[0].fixes[0];
    assert!(judged.fixed(0, fix, &alone).findings.is_empty());
}

#[test]
fn a_port_that_runs_already_is_there_in_time() {
    let order = |first: &str, second: &str| {
        severities(
            "sidecar-start-order",
            &pod(&format!(
                "initContainers: [{first}, {second}], containers: [{{name: a, image: 'r.example/a:1'}}]"
            )),
        )
    };
    let proxy =
        "{name: proxy, image: 'r.example/p:1', restartPolicy: Always, ports: [{containerPort: 1}]}";
    let user = "{name: migrate, image: 'r.example/m:1', args: ['localhost:1']}";
    assert_eq!(order(proxy, user), []);
    assert_eq!(order(user, proxy), [Severity::Error]);
}

#[test]
fn a_service_that_sends_nowhere_is_an_error_by_name_alone() {
    let with = |port: &str| {
        let text = format!(
            "{}---\napiVersion: v1\nkind: Service\nmetadata: {{name: s}}\n\
             spec: {{selector: {{app: a}}, ports: [{{{port}}}]}}\n",
            pod(
                "containers: [{name: a, image: 'r.example/a:1', ports: [{name: web, containerPort: 8080}]}]"
            )
        );
        severities("service-target-port-unknown", &text)
    };
    assert_eq!(with("port: 80, targetPort: web"), []);
    assert_eq!(with("port: 8080"), []);
    assert_eq!(with("port: 80, targetPort: http"), [Severity::Error]);
    assert_eq!(with("port: 80"), [Info]);
    assert_eq!(with("port: 8080, protocol: UDP"), [Info]);
}

#[test]
fn a_stateful_set_is_governed_by_a_headless_service() {
    let set = |name: &str, more: &str| {
        let text = format!(
            "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: db}}\nspec: {{{name} \
             volumeClaimTemplates: [{{metadata: {{name: d}}}}], template: {{metadata: {{labels: \
             {{app: db}}}}, spec: {{containers: [{{name: a, image: 'r.example/a:1'}}]}}}}}}\n{more}"
        );
        severities("statefulset-service-not-headless", &text)
    };
    let service = |spec: &str| {
        format!("---\napiVersion: v1\nkind: Service\nmetadata: {{name: db}}\nspec: {{{spec}}}\n")
    };
    let good = service("clusterIP: None, selector: {app: db}");
    assert_eq!(set("serviceName: db,", &good), []);
    assert_eq!(set("", &good), [Warning]);
    assert_eq!(set("serviceName: '',", &good), [Warning]);
    assert_eq!(set("serviceName: other,", &good), [Info]);
    assert_eq!(set("serviceName: db,", &service("selector: {app: db}")), [Warning]);
    assert_eq!(set("serviceName: db,", &service("clusterIP: None, selector: {app: x}")), [Warning]);
    assert_eq!(set("serviceName: db,", &service("clusterIP: None")), [Warning]);
}
