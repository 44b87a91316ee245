//! What is judged in a request, and what is not: operations, shapes, owners, updates.

use crate::objects::{RULE, deployment, only, owned, pod, root_spec, safe_spec};
use crate::parity::{native, objects, settings_of};
use crate::requests::{audit, create, update};
use crate::wapc_host::Policy;
use patternwarden::{RULES, docs};
use serde_json::{Value, json};

/// How a request ends.
#[derive(Debug, PartialEq)]
enum End {
    Denied,
    Warned,
    Silent,
}

use End::{Denied, Silent, Warned};

fn end(answer: &Value) -> End {
    match (&answer["accepted"], &answer["warnings"]) {
        (Value::Bool(false), _) => Denied,
        (_, Value::Array(_)) => Warned,
        _ => Silent,
    }
}

/// Settings under which these rules deny and nothing else is judged, with more keys.
fn deny(rules: &[&str], more: Value) -> Value {
    let mut settings = more;
    settings["profiles"] = json!(["none"]);
    for rule in rules {
        settings["rules"][rule] = json!({"admission": "deny"});
    }
    settings
}

/// Asks for every case, on one instance and on fresh ones.
fn all(cases: Vec<(&str, Value, Value, End)>) {
    let policy = Policy::new();
    for (name, request, settings, expected) in cases {
        let answer = policy.validate(&request, &settings);
        assert_eq!(end(&answer), expected, "{name}: {answer}");
        assert_eq!(Policy::new().validate(&request, &settings), answer, "{name}");
    }
}

fn with(mut request: Value, key: &str, value: Value) -> Value {
    request[key] = value;
    request
}

/// An object of another kind in the request, whatever it says of itself.
fn as_kind(request: Value, group: &str, version: &str, kind: &str) -> Value {
    with(request, "kind", json!({"group": group, "version": version, "kind": kind}))
}

#[test]
fn the_kind_of_the_request_decides() {
    let bad = || create(&deployment(&root_spec()));
    let scale = json!({
        "apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": "web"},
        "spec": {"replicas": 1},
    });
    let set = || only("deny");
    let old = json!({"group": "extensions", "version": "v1beta1", "kind": "Deployment"});
    let scaled = with(update(&scale, &scale), "subResource", json!("scale"));
    let disguised = with(bad(), "subResource", json!("scale"));
    all(vec![
        ("sent as another version", with(bad(), "requestKind", old), set(), Denied),
        ("a dry run", with(bad(), "dryRun", json!(true)), set(), Denied),
        ("the scale of a Deployment", scaled, set(), Silent),
        (
            "a scale that says it is a Deployment",
            as_kind(disguised, "autoscaling", "v1", "Scale"),
            set(),
            Silent,
        ),
        (
            "a Deployment that says it is a ConfigMap",
            with(bad(), "object", {
                let mut object = deployment(&root_spec());
                object["apiVersion"] = json!("v1");
                object["kind"] = json!("ConfigMap");
                object
            }),
            set(),
            Denied,
        ),
        (
            "the kind where the resource belongs",
            with(
                bad(),
                "resource",
                json!({"group": "apps", "version": "v1", "resource": "Deployment"}),
            ),
            set(),
            Denied,
        ),
    ]);
}

/// A custom resource with this `spec`.
fn custom(api: &str, spec: &Value) -> Value {
    json!({"apiVersion": api, "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec})
}

#[test]
fn templates_in_custom_resources_are_judged_by_their_shape() {
    let bad = json!({"spec": root_spec()});
    let good = json!({"spec": safe_spec()});
    let set = || only("deny");
    let mismatch = || {
        let mut object = deployment(&safe_spec());
        object["spec"]["selector"] = json!({"matchLabels": {"app": "other"}});
        object
    };
    let mut elsewhere = mismatch();
    elsewhere["apiVersion"] = json!("argocd.io/v1");
    let selects = || deny(&["selector-template-mismatch"], json!({}));
    let at = |spec: Value| create(&custom("argocd.io/v1", &spec));
    let workers = json!({"workers": [{"template": good}, {"template": bad}]});
    let set_of_jobs = json!({"replicatedJobs": [{"template": {"spec": {"template": bad}}}]});
    let no_image = json!({"podTemplate": {"spec": {"containers": [{"name": "db", "env": []}]}}});
    all(vec![
        ("a template where it usually stands", at(json!({"template": bad})), set(), Denied),
        ("a good one", at(json!({"template": good})), set(), Silent),
        ("the second of two", at(workers), set(), Denied),
        ("deep inside", create(&custom("jobset.x-k8s.io/v1alpha2", &set_of_jobs)), set(), Denied),
        ("what an operator completes", at(no_image), set(), Silent),
        (
            "a template in a group of Kubernetes",
            create(&custom("apps.k8s.io/v9", &json!({"template": bad}))),
            set(),
            Silent,
        ),
        // The selector of an unknown kind may mean anything.
        ("a mismatch in apps/v1", create(&mismatch()), selects(), Denied),
        ("a mismatch in another group", create(&elsewhere), selects(), Silent),
        (
            "a kind that settings name",
            create(&custom("db.example/v1", &json!({"pod": {"containers": [{"name": "db"}]}}))),
            deny(
                &[RULE],
                json!({"pod_specs": [{"group": "db.example", "kind": "Deployment", "spec": "/spec/pod"}]}),
            ),
            Denied,
        ),
    ]);
}

const PROBE: &str = "readiness-probe-missing";

/// A Pod spec that a rule about containment and a rule about probes refuse.
fn served_spec() -> Value {
    let mut spec = root_spec();
    spec["containers"][0]["ports"] = json!([{"containerPort": 8080}]);
    spec
}

#[test]
fn what_a_controller_made_is_judged_for_containment_or_not_at_all() {
    let made = create(&owned(pod(&served_spec())));
    let skip = json!({"owned_objects": "skip"});
    let mut helped = pod(&served_spec());
    helped["metadata"]["ownerReferences"] =
        json!([{"apiVersion": "v1", "kind": "ConfigMap", "name": "a", "uid": "u"}]);
    all(vec![
        ("by hand, about probes", create(&pod(&served_spec())), deny(&[PROBE], json!({})), Denied),
        ("made, about probes", made.clone(), deny(&[PROBE], json!({})), Silent),
        ("made, about containment", made.clone(), deny(&[RULE], json!({})), Denied),
        ("made, to be skipped", made, deny(&[RULE], skip.clone()), Silent),
        (
            "by hand, where made ones are skipped",
            create(&pod(&root_spec())),
            deny(&[RULE], skip.clone()),
            Denied,
        ),
        ("owned, but not by a controller", create(&helped), deny(&[PROBE], skip), Denied),
    ]);
}

#[test]
fn a_debug_container_is_asked_for_containment_alone() {
    let old = pod(&served_spec());
    let mut new = old.clone();
    new["spec"]["ephemeralContainers"] = json!([{"name": "debug", "image": "b:1"}]);
    let debug = with(update(&old, &new), "subResource", json!("ephemeralcontainers"));
    all(vec![
        ("about probes", debug.clone(), deny(&[PROBE], json!({})), Silent),
        ("about containment", debug, deny(&[RULE], json!({})), Denied),
        ("the Pod itself, about probes", update(&old, &new), deny(&[PROBE], json!({})), Denied),
    ]);
}

/// A Deployment with containers of these names, all of which [`RULE`] refuses.
fn containers(names: &[&str]) -> Value {
    let container = |name: &&str| json!({"name": name, "image": "registry.example/app:1.4.2"});
    deployment(&json!({"containers": names.iter().map(container).collect::<Vec<_>>()}))
}

#[test]
fn an_update_may_be_judged_for_what_it_makes_worse() {
    let worse = || deny(&[RULE], json!({"on_update": "worse"}));
    let one = containers(&["app"]);
    let mut going = one.clone();
    going["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
    let no_old = with(update(&one, &one), "oldObject", Value::Null);
    all(vec![
        ("as it was", update(&one, &one), worse(), Warned),
        ("as it was, judged whole", update(&one, &one), only("deny"), Denied),
        ("created", create(&one), worse(), Denied),
        ("one more", update(&one, &containers(&["app", "other"])), worse(), Denied),
        ("one before it", update(&one, &containers(&["other", "app"])), worse(), Denied),
        ("one less", update(&containers(&["other", "app"]), &one), worse(), Warned),
        ("another name", update(&one, &containers(&["web"])), worse(), Denied),
        ("worse than good", update(&deployment(&safe_spec()), &one), worse(), Denied),
        ("better", update(&one, &deployment(&safe_spec())), worse(), Silent),
        ("without the old object", no_old, worse(), Denied),
        // What is being deleted must be let go, whatever settings say.
        ("while it is deleted", update(&one, &going), only("deny"), Warned),
        (
            "worse while it is deleted",
            update(&deployment(&safe_spec()), &going),
            only("deny"),
            Denied,
        ),
    ]);
    let both = update(&one, &containers(&["app", "other"]));
    let answer = Policy::new().validate(&both, &worse());
    let message = answer["message"].as_str().expect("a message");
    assert!(message.starts_with("1 finding denies") && message.contains("\"other\""), "{message}");
    let warnings = answer["warnings"].as_array().expect("warnings");
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].as_str().expect("text").contains("\"app\""), "{answer}");
}

/// The findings of a Report, without what names the object or its place in the input.
fn findings(report: &Value) -> Vec<String> {
    let list = report["findings"].as_array().expect("findings").iter();
    let mut out: Vec<_> =
        list.map(|f| format!("{} {} {}", f["rule"], f["path"], f["message"])).collect();
    out.sort();
    out
}

#[test]
fn a_live_object_gets_the_verdict_of_its_manifest() {
    let policy = Policy::new();
    let mut judged = 0;
    for rule in RULES {
        for example in docs::examples(rule.docs) {
            let stream = patternwarden_yaml::read(&example.text);
            let mut settings = settings_of(rule, &example);
            settings["input_complete"] = json!(false);
            let text_only = native(&stream, &settings);
            assert!(text_only["findings"].is_array());
            for object in serde_json::from_str::<Vec<Value>>(&objects(&stream)).expect("JSON") {
                let is_named = object["apiVersion"].is_string() && object["kind"].is_string();
                // Nothing is created with ephemeral containers, and a rule says so.
                let debugs = object.pointer("/spec/ephemeralContainers").is_some();
                // And what the cluster adds takes the place of a status in the example.
                let has_status = object.get("status").is_some();
                if !is_named || !object["metadata"].is_object() || debugs || has_status {
                    continue;
                }
                let ask = |request: &Value| {
                    let payload = json!({"request": request, "settings": settings});
                    findings(&policy.call("report", &payload).expect("a Report"))
                };
                let mut fresh = ask(&create(&object));
                // The scheduler gives every live Pod a node.
                fresh.retain(|found| !found.starts_with("\"node-name-pinned"));
                let mut live = ask(&audit(&object));
                // A status is put into every kind, also into one that has none.
                live.retain(|found| !found.contains("`status` is no field of"));
                live.retain(|found| !found.starts_with("\"node-name-pinned"));
                assert_eq!(live, fresh, "{}:\n{}", rule.id, example.text);
                judged += fresh.len();
            }
        }
    }
    assert!(judged > RULES.len(), "{judged}");
}
