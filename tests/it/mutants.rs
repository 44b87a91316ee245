//! Every example, broken in every place: the policy never traps, and what it lets in is what the
//! crate finds nothing in.

use crate::parity::objects;
use crate::requests::create;
use crate::wapc_host::{Policy, is_trap};
use patternwarden::bundle::Bundle;
use patternwarden::set::Set;
use patternwarden::tree::from_deserializer;
use patternwarden::{Admission, RULES, Settings, docs, engine};
use serde_json::{Value, json};

/// Settings under which every rule denies.
fn all_deny() -> Value {
    let deny = |rule: &patternwarden::Rule| (rule.id.to_owned(), json!({"admission": "deny"}));
    let mut rules: serde_json::Map<_, _> = RULES.iter().map(deny).collect();
    // What a text says of suppressions, the policy is built without.
    rules.insert("suppression-malformed".to_owned(), json!("off"));
    json!({"rules": rules})
}

/// Every object of every example that says what it is.
pub(crate) fn corpus() -> Vec<Value> {
    let mut out: Vec<Value> = Vec::new();
    for example in RULES.iter().flat_map(|rule| docs::examples(rule.docs)) {
        let stream = patternwarden_yaml::read(&example.text);
        let objects: Vec<Value> = serde_json::from_str(&objects(&stream)).expect("JSON");
        let named = |object: &Value| {
            ["apiVersion", "kind"].iter().all(|key| object[key].is_string())
                && object["metadata"].is_object()
        };
        out.extend(objects.into_iter().filter(named));
    }
    assert!(out.len() > RULES.len());
    out
}

/// JSON Pointers of all values below the root, and whether each is an entry of a map.
fn places(value: &Value) -> Vec<String> {
    fn walk(value: &Value, at: &str, out: &mut Vec<String>) {
        let mut child = |key: &str, value: &Value| {
            let place = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
            walk(value, &place, out);
            out.push(place);
        };
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| child(key, value)),
            Value::Array(list) => {
                list.iter().enumerate().for_each(|(at, value)| child(&at.to_string(), value));
            }
            _ => {}
        }
    }
    let mut out = Vec::new();
    walk(value, "", &mut out);
    out
}

/// The object without what stands at `place`.
fn without(object: &Value, place: &str) -> Value {
    let mut object = object.clone();
    let (parent, key) = place.rsplit_once('/').expect("a place below the root");
    let key = key.replace("~1", "/").replace("~0", "~");
    match object.pointer_mut(parent).expect("it is there") {
        Value::Object(map) => drop(map.remove(&key)),
        Value::Array(list) => drop(list.remove(key.parse().expect("an index"))),
        other => panic!("{other} has no entries"),
    }
    object
}

fn replaced(object: &Value, place: &str, value: &Value) -> Value {
    let mut object = object.clone();
    *object.pointer_mut(place).expect("it is there") = value.clone();
    object
}

/// The policy and the crate, by the same settings.
struct Judges {
    policy: Policy,
    written: Value,
    settings: Settings,
    denied: usize,
    accepted: usize,
}

impl Judges {
    fn new(written: Value) -> Self {
        let document = from_deserializer(&written).expect("JSON");
        let settings = Settings::from_document(&document).expect("valid settings").for_admission();
        Self { policy: Policy::new(), written, settings, denied: 0, accepted: 0 }
    }

    /// Whether the crate finds nothing.
    fn is_good(&self, object: &Value) -> bool {
        let documents = [from_deserializer(object).expect("JSON")];
        let bundle = Bundle::new(&documents).with_kinds_of(&self.settings);
        let found = engine::run(&self.settings, &Set::new(&bundle, self.settings.scope()));
        found.iter().all(|finding| self.settings.effect(finding) != Admission::Deny)
    }

    /// Lets both judge a mutant of an object; the request says of which kind it is.
    fn judge(&mut self, object: &Value, mutant: &Value) {
        let mut request = create(object);
        request["object"] = mutant.clone();
        let answer =
            self.policy.call("validate", &json!({"request": request, "settings": self.written}));
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => panic!("{error}\n{mutant}"),
        };
        let accepted = answer["accepted"].as_bool().expect("a verdict");
        // The kind of the request goes before that of the object, as in the policy.
        let mut named = mutant.clone();
        for key in ["apiVersion", "kind"] {
            named[key] = object[key].clone();
        }
        assert_eq!(accepted, self.is_good(&named), "{answer}\n{mutant}");
        assert_eq!(answer["code"] == json!(403) || answer["code"] == json!(422), !accepted);
        *(if accepted { &mut self.accepted } else { &mut self.denied }) += 1;
    }
}

#[test]
fn keys_that_are_missing_or_of_another_type_get_the_verdict_of_the_crate() {
    let (mut judges, mut lenient) = (Judges::new(all_deny()), Judges::new(json!({})));
    let mut places_seen = 0;
    let types = [json!(null), json!(-7), json!("x"), json!([]), json!({"a": [1]}), json!(true)];
    for object in corpus() {
        judges.judge(&object, &object);
        for place in places(&object) {
            // Every fifth place, another one in each object, and every type in its turn.
            places_seen += 1;
            if places_seen % 5 != 0 {
                continue;
            }
            let value = &types[places_seen / 5 % types.len()];
            judges.judge(&object, &without(&object, &place));
            lenient.judge(&object, &replaced(&object, &place, value));
        }
    }
    // With every rule on, next to nothing is good; by default, most of it is.
    println!("{} denied, {} accepted", judges.denied, lenient.accepted);
    assert!(judges.denied > 1_000 && lenient.accepted > 1_000);
}

#[test]
fn objects_that_are_cut_or_too_deep_are_errors() {
    let policy = Policy::new();
    let deep = |depth: usize| {
        (0..depth).fold(
            json!(1),
            |value, at| if at % 2 == 0 { json!([value]) } else { json!({"a": value}) },
        )
    };
    let (fits, drowns) = (deep(200), deep(300));
    for object in corpus() {
        let request = json!({"request": create(&object), "settings": all_deny()}).to_string();
        // Every prefix is tried for one request elsewhere; here some of each.
        for end in (1..request.len()).step_by(request.len() / 10 + 1) {
            let Some(cut) = request.as_bytes().get(..end) else { continue };
            let error = policy.bytes("validate", cut).expect_err("no whole request");
            assert!(!is_trap(&error), "{error}");
        }
        for place in places(&object).iter().step_by(23) {
            for (value, accepted) in [(&fits, true), (&drowns, false)] {
                let mut request = create(&object);
                request["object"] = replaced(&object, place, value);
                let answer = policy.call("validate", &json!({"request": request, "settings": {}}));
                match answer {
                    Ok(answer) => assert!(accepted && answer["accepted"].is_boolean(), "{place}"),
                    Err(error) => {
                        assert!(!accepted && error.contains("nested deeper"), "{place}: {error}");
                    }
                }
            }
        }
    }
}

#[test]
fn huge_values_have_an_end() {
    let mut judges = Judges::new(all_deny());
    let text = json!("x".repeat(1_000_000));
    let list = json!(vec![json!({"name": "a", "image": "b"}); 5_000]);
    for object in corpus().iter().step_by(41) {
        let places = places(object);
        for place in places.iter().step_by(places.len() / 2 + 1) {
            judges.judge(object, &replaced(object, place, &text));
            judges.judge(object, &replaced(object, place, &list));
        }
    }
    assert!(judges.denied > 0 && judges.accepted > 0);
}
