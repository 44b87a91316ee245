//! What the policy costs: an instance, and `validate` on a fresh and on a warm one, by the size of
//! the object and the rules that are on.

use crate::{Line, MEGABYTE, instance, provider};
use core::hint::black_box;
use core::time::Duration;
use serde_json::{Value, json};
use wapc::WapcHost;
use wasmtime_provider::WasmtimeEngineProviderPre;

/// The least a policy can do, for scale: what it costs is the engine's own.
const FLOOR: &str = r#"(module
  (import "wapc" "__guest_response" (func $respond (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "{\"accepted\":true}")
  (func (export "__guest_call") (param i32 i32) (result i32)
    (call $respond (i32.const 0) (i32.const 17))
    (i32.const 1)))"#;

/// A module, and an instance of it that is kept.
pub(crate) struct Guest {
    name: String,
    pre: WasmtimeEngineProviderPre,
    warm: WapcHost,
}

impl Guest {
    pub(crate) fn new(name: impl Into<String>, module: &[u8]) -> Self {
        let pre = provider(module);
        let warm = instance(&pre);
        Self { name: name.into(), pre, warm }
    }

    pub(crate) fn floor() -> Self {
        Self::new("nothing", &wat::parse_str(FLOOR).expect("a module"))
    }

    fn fresh(&self) -> WapcHost {
        instance(&self.pre)
    }
}

/// Name of the object, the object, and how often it is judged per round.
pub(crate) fn objects() -> Vec<(&'static str, Value, usize)> {
    let small = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "web", "namespace": "shop", "labels": {"app": "web"}},
        "spec": {"containers": [container("app", 1)]},
    });
    vec![
        ("small: a Pod, 0.4 kB", small, 25),
        ("typical: a live Deployment, 5 kB", deployment(2, 12), 15),
        ("large: a Deployment, 1 MB", large(), 1),
    ]
}

fn container(name: &str, variables: usize) -> Value {
    let variable = |at| json!({"name": format!("SETTING_{at}"), "value": format!("value {at}")});
    json!({
        "name": name,
        "image": "registry.example/shop/app:1.4.2",
        "ports": [{"containerPort": 8080, "name": "http"}],
        "env": (0..variables).map(variable).collect::<Vec<_>>(),
        "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}},
        "readinessProbe": {"httpGet": {"path": "/ready", "port": "http"}},
    })
}

/// A Deployment as it lives in a cluster, with the bookkeeping of the API server.
fn deployment(containers: usize, variables: usize) -> Value {
    let containers: Vec<Value> =
        (0..containers).map(|at| container(&format!("app-{at}"), variables)).collect();
    let fields: Value = (0..variables)
        .map(|at| {
            (
                format!("k:{{\"name\":\"SETTING_{at}\"}}"),
                json!({".": {}, "f:name": {}, "f:value": {}}),
            )
        })
        .collect::<serde_json::Map<_, _>>()
        .into();
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {
            "name": "web", "namespace": "shop", "labels": {"app": "web"},
            "managedFields": [{
                "apiVersion": "apps/v1", "fieldsType": "FieldsV1", "manager": "kubectl",
                "operation": "Update", "fieldsV1": {"f:spec": {"f:template": {"f:spec": fields}}},
            }],
        },
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": containers}},
        },
        "status": {"replicas": 2, "readyReplicas": 2},
    })
}

fn large() -> Value {
    let one = deployment(1, 40).to_string().len();
    deployment(MEGABYTE / one, 40)
}

/// Name of the settings, and the settings.
pub(crate) fn settings() -> Vec<(&'static str, Value)> {
    let one =
        json!({"profiles": ["none"], "rules": {"run-as-non-root-missing": {"admission": "deny"}}});
    let profile = |name: &'static str| (name, json!({"profiles": [name]}));
    vec![
        ("one rule", one),
        profile("default"),
        profile("pss-baseline"),
        profile("pss-restricted"),
        profile("strict"),
        profile("learning"),
        ("all rules, each denies", {
            let deny =
                |rule: &patternwarden::Rule| (rule.id.to_owned(), json!({"admission": "deny"}));
            let rules: Value =
                patternwarden::RULES.iter().map(deny).collect::<serde_json::Map<_, _>>().into();
            json!({"rules": rules})
        }),
    ]
}

fn payload(object: &Value, settings: &Value) -> Vec<u8> {
    let api = object["apiVersion"].as_str().unwrap_or_default();
    let (group, version) = api.split_once('/').unwrap_or(("", api));
    let kind = json!({"group": group, "version": version, "kind": object["kind"]});
    let request = json!({
        "uid": "1d3c1a5e-6a7e-4f0b-9a63-0d6f6f3b2a11", "kind": kind,
        "resource": {"group": group, "version": version, "resource": "any"},
        "name": "web", "namespace": "shop", "operation": "CREATE",
        "userInfo": {"username": "kubernetes-admin", "groups": ["system:authenticated"]},
        "object": object,
    });
    json!({"request": request, "settings": settings}).to_string().into_bytes()
}

/// Two lines for each object and settings, fresh and warm; before them, the instance alone.
pub(crate) fn lines<'a>(guest: &'a Guest, settings: &[(&'static str, Value)]) -> Vec<Line<'a>> {
    let mut out = vec![Line::new(format!("{}, an instance", guest.name), 25, || {
        let _instance = black_box(guest.fresh());
    })];
    for (object, value, times) in objects() {
        for (name, settings) in settings {
            let payload = payload(&value, settings);
            let again = payload.clone();
            let title = format!("{}, {object}, {name}", guest.name);
            out.push(Line::new(title, times, move || {
                black_box(guest.fresh().call("validate", &payload).expect("an answer"));
            }));
            out.push(Line::new("", times, move || {
                black_box(guest.warm.call("validate", &again).expect("an answer"));
            }));
        }
    }
    out
}

/// Prints what [`lines`] measured: a fresh instance beside a warm one.
pub(crate) fn print(lines: &[Line<'_>]) {
    println!("\n| what | fresh, median | p95 | warm, median | p95 |\n|---|---:|---:|---:|---:|");
    let mut rest = lines.iter();
    while let Some(line) = rest.next() {
        let (median, p95) = (line.percentile(50), line.percentile(95));
        let alone = line.name.ends_with("an instance");
        let warm = if alone { None } else { rest.next() };
        let cell = |percent| {
            let took: Option<Duration> = warm.map(|line| line.percentile(percent));
            took.map_or_else(String::new, |took| format!("{took:.1?}"))
        };
        println!("| {} | {median:.1?} | {p95:.1?} | {} | {} |", line.name, cell(50), cell(95));
    }
}
