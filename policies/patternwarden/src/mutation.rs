//! Repairs by admission: the safe fixes of the rules that settings name, made on the object by the
//! same edits that a text gets.
//!
//! What identifies an object, which images run, who may do what and who reaches whom is never
//! changed, whatever a fix says.

use crate::request::Subject;
use alloc::{string::String, vec::Vec};
use patternwarden::finding::Fix;
use patternwarden::fixes::{Objects, Wanted, fix_all};
use patternwarden::tree::{Edit, Node, Op, Value, write_json};
use patternwarden::{Grade, Settings};

/// Fields that people decide, at any depth: images, access, network.
const KEPT: &[&str] = &[
    "image",
    "imagePullSecrets",
    "serviceAccount",
    "serviceAccountName",
    "automountServiceAccountToken",
    "rules",
    "roleRef",
    "subjects",
    "ports",
    "hostPort",
    "hostNetwork",
    "hostAliases",
    "hostname",
    "dnsPolicy",
    "dnsConfig",
];

/// What makes an object the one that it is, and what its controller alone writes.
const IDENTITY: &[&str] = &[
    "/apiVersion",
    "/kind",
    "/metadata/name",
    "/metadata/generateName",
    "/metadata/namespace",
    "/status",
];

/// Kinds that are access or network and nothing else.
const KEPT_KINDS: &[&str] = &[
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ServiceAccount",
    "NetworkPolicy",
    "Service",
    "Ingress",
    "Endpoints",
    "EndpointSlice",
    "Gateway",
    "HTTPRoute",
];

/// Lists whose entries are whole programs.
const CONTAINERS: &[&str] = &["containers", "initContainers", "ephemeralContainers"];

/// Repairs the object of a request; the JSON of what it became and the rules that repaired it, where
/// anything was done to it.
pub(crate) fn mutate(
    subject: &mut Subject<'_>,
    settings: &Settings,
) -> Option<(String, Vec<&'static str>)> {
    if !settings.mutates_any() || !may_change(subject.object.root()?, subject.creates) {
        return None;
    }
    let mut objects = Objects::new(alloc::vec![core::mem::take(&mut subject.object)]);
    let named = settings.clone().only(|rule| settings.mutates(rule));
    let allowed = |fix: &Fix| fix.edits.iter().all(is_allowed);
    let wanted = Wanted { least: Grade::Safe, fix: &|_, fix| allowed(fix) };
    let outcome = fix_all(&mut objects, &named, &wanted);
    subject.object = objects.into_documents().pop()?;
    if outcome.applied.is_empty() {
        return None;
    }
    let mut json = String::new();
    write_json(&mut json, subject.object.root()?);
    Some((json, outcome.applied.iter().map(|offer| offer.rule.id).collect()))
}

/// Whether an object of this kind may be changed, now.
fn may_change(root: Node<'_>, creates: bool) -> bool {
    let leaves = root.at(&["metadata", "deletionTimestamp"]).node();
    if leaves.is_some_and(|time| !time.is_null()) {
        return false;
    }
    match root.get("kind").and_then(Node::as_str).unwrap_or_default() {
        // An update that changes the Pod is refused, whoever wrote it (kubernetes/kubernetes,
        // `ValidatePodUpdate` and `ValidateJobUpdate`).
        "Pod" => creates,
        "Job" => creates && !is_controlled(root),
        // A Deployment that does not find its template again makes one ReplicaSet after the other
        // (kubernetes/kubernetes, `FindNewReplicaSet`).
        kind => !KEPT_KINDS.contains(&kind) && !is_controlled(root),
    }
}

fn is_controlled(root: Node<'_>) -> bool {
    let owners = root.get("metadata").and_then(|metadata| metadata.get("ownerReferences"));
    let controls = |owner: Node<'_>| owner.get("controller").and_then(Node::as_bool);
    owners.is_some_and(|owners| owners.items().any(|owner| controls(owner) == Some(true)))
}

fn is_allowed(edit: &Edit) -> bool {
    match &edit.op {
        Op::Add(value) | Op::Replace(value) => is_free(&edit.pointer) && !holds_kept(value),
        // To take a container away, or the list of them, is no repair; to move it is.
        Op::Remove => is_free(&edit.pointer) && !is_container(&edit.pointer),
        Op::Move { from } => is_free(&edit.pointer) && is_free(from),
        Op::Test(_) | Op::KeepLast => true,
        // The answer to a request is its object, and nothing else.
        Op::NewDocument(_) => false,
    }
}

/// Whether nothing on the way to this place, nor the place, is for people to decide.
fn is_free(pointer: &str) -> bool {
    let within = |place: &str| {
        let rest = pointer.strip_prefix(place);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    !pointer.is_empty()
        && !IDENTITY.iter().any(|place| within(place))
        && !pointer.split('/').any(|token| KEPT.contains(&token))
}

fn is_container(pointer: &str) -> bool {
    pointer.rsplit('/').take(2).any(|token| CONTAINERS.contains(&token))
}

fn holds_kept(value: &Value) -> bool {
    match value {
        Value::Map(entries) => {
            entries.iter().any(|(key, value)| KEPT.contains(&key.as_str()) || holds_kept(value))
        }
        Value::Seq(items) => items.iter().any(holds_kept),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::answer;
    use serde_json::{Value, json};

    fn validate(operation: &str, object: &Value, rules: &[&str]) -> Value {
        let kind = object["kind"].as_str().unwrap();
        let kind = json!({"group": "", "version": object["apiVersion"], "kind": kind});
        let request = json!({"kind": kind, "operation": operation, "object": object});
        let settings = json!({"profiles": ["none"], "mutate": rules});
        let payload = json!({"request": request, "settings": settings}).to_string();
        serde_json::from_str(&answer(b"validate", payload.as_bytes()).unwrap()).unwrap()
    }

    fn pod() -> Value {
        json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": "web", "annotations": {"a/b": "1.0", "n": "12345678901234567890"}},
            "spec": {
                "securityContext": {"runAsUser": 1000, "supplementalGroups": [9_007_199_254_740_993_u64]},
                "terminationGracePeriodSeconds": 5,
                "containers": [{
                    "name": "app", "image": "registry.example/app:1.4.2",
                    "lifecycle": {"preStop": {"sleep": {"seconds": 60}}},
                }],
            },
        })
    }

    const USER: &str = "run-as-user-only";
    const GRACE: &str = "prestop-exceeds-grace";

    #[test]
    fn the_rules_that_are_named_repair_and_no_other() {
        let answer = validate("CREATE", &pod(), &[USER]);
        let mut expected = pod();
        expected["spec"]["securityContext"]["runAsNonRoot"] = true.into();
        assert_eq!((&answer["accepted"], &answer["mutated_object"]), (&true.into(), &expected));
        let both = validate("CREATE", &pod(), &[USER, GRACE]);
        let spec = &both["mutated_object"]["spec"];
        assert_eq!(spec["securityContext"]["runAsNonRoot"], true);
        assert!(spec["terminationGracePeriodSeconds"].as_u64() > Some(60), "{spec}");
        assert_eq!(validate("CREATE", &pod(), &[]).get("mutated_object"), None);
    }

    #[test]
    fn what_is_repaired_is_not_repaired_again() {
        let once = validate("CREATE", &pod(), &[USER, GRACE]);
        let again = validate("CREATE", &once["mutated_object"], &[USER, GRACE]);
        assert_eq!((&again["accepted"], again.get("mutated_object")), (&true.into(), None));
    }

    #[test]
    fn the_repaired_object_is_what_is_judged() {
        let settings =
            json!({"profiles": ["none"], "mutate": [USER], "rules": {USER: {"admission": "deny"}}});
        let judged = |settings: &Value| {
            let request = json!({"operation": "CREATE", "object": pod()});
            let payload = json!({"request": request, "settings": settings}).to_string();
            serde_json::from_str::<Value>(&answer(b"validate", payload.as_bytes()).unwrap())
                .unwrap()
        };
        assert_eq!(judged(&settings)["accepted"], true);
        let denied = json!({
            "profiles": ["none"], "mutate": [USER],
            "rules": {"privilege-escalation-allowed": {"admission": "deny"}},
        });
        let denied = judged(&denied);
        assert_eq!((&denied["accepted"], denied.get("mutated_object")), (&false.into(), None));
    }

    #[test]
    fn what_cannot_change_any_more_is_left_alone() {
        let untouched = |operation, object: &Value| {
            let answer = validate(operation, object, &[USER]);
            assert_eq!(answer.get("mutated_object"), None, "{object}");
        };
        untouched("UPDATE", &pod());
        let mut leaving = pod();
        leaving["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z".into();
        untouched("CREATE", &leaving);
        let template = json!({"metadata": {"labels": {"a": "b"}}, "spec": pod()["spec"]});
        let mut set = json!({
            "apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "web"},
            "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": template},
        });
        assert!(validate("UPDATE", &set, &[USER]).get("mutated_object").is_some());
        set["metadata"]["ownerReferences"] = json!([{"kind": "Deployment", "controller": true}]);
        untouched("CREATE", &set);
    }

    #[test]
    fn what_people_decide_is_never_written() {
        use patternwarden::tree::{Edit, Op, Value};
        let allowed = |pointer: &str, op| super::is_allowed(&Edit::new(pointer, op));
        let image = Value::map([("image", "x".into())]);
        assert!(allowed("/spec/securityContext/runAsNonRoot", Op::Add(true.into())));
        assert!(allowed(
            "/spec/initContainers/0",
            Op::Move { from: "/spec/initContainers/2".into() }
        ));
        for (pointer, op) in [
            ("/spec/containers/0/image", Op::Replace("x".into())),
            ("/spec/containers/0/ports/0/hostPort", Op::Remove),
            ("/spec/containers/0", Op::Remove),
            ("/spec/containers", Op::Remove),
            ("/spec/containers/-", Op::Add(image.clone())),
            ("/spec/volumes/0", Op::Add(Value::seq([Value::map([("x", image)])]))),
            ("/spec/hostNetwork", Op::Remove),
            ("/spec/serviceAccountName", Op::Add("x".into())),
            ("/metadata/labels/a", Op::Move { from: "/metadata/name".into() }),
            ("/metadata/name", Op::Replace("x".into())),
            ("/kind", Op::Replace("x".into())),
            ("", Op::Replace(true.into())),
        ] {
            assert!(!allowed(pointer, op.clone()), "{pointer} {op:?}");
        }
        assert!(allowed("/metadata/namespaces", Op::Add("x".into())));
    }
}
