//! What a platform demands of labels and annotations.

use crate::engine::Cx;
use crate::kube::{Object, entries};
use crate::matcher::{CRITERIA, clipped, glob, unmet};
use crate::param::{Choice, Strings};
use crate::rule::Grade;
use alloc::{format, string::ToString, vec, vec::Vec};
use patternwarden_tree::{Edit, Node, Op, Place, Value, escaped};

/// The parameters of a policy, and what it is about.
#[derive(Debug)]
pub(crate) struct Policy {
    /// `label` or `annotation`.
    pub(crate) word: &'static str,
    /// Where it stands in an object, and in a template.
    pub(crate) path: &'static [&'static str],
    pub(crate) required: &'static Strings,
    pub(crate) denied: &'static Strings,
    pub(crate) allowed_only: &'static Strings,
    pub(crate) values: &'static Strings,
    pub(crate) kinds: &'static Strings,
    pub(crate) scope: &'static Choice,
    /// Whether keys that are exempt are so from `allowed_only` alone.
    pub(crate) denies_all: bool,
}

/// How the keys of a map must relate to [`KEYS`].
pub(crate) static CRITERION: Choice = Choice {
    name: "criteria",
    doc: "How the keys of the object must relate to `keys`.",
    options: CRITERIA,
    default: "none",
};

/// What [`CRITERION`] is about.
pub(crate) static KEYS: Strings =
    Strings::empty("keys", "The keys that `criteria` is about, as globs.");

/// Where a policy looks.
pub(crate) const SCOPES: &[&str] = &["object", "template", "both"];

/// Whether a list of globs holds a text; an entry that begins with `!` takes it out again.
pub(crate) fn listed<'a>(list: impl Iterator<Item = &'a str>, text: &str) -> bool {
    let mut found = false;
    for entry in list {
        match entry.strip_prefix('!') {
            Some(entry) if glob(entry, text) => return false,
            Some(_) => {}
            None => found |= glob(entry, text),
        }
    }
    found
}

/// The maps of an object that a policy is about: each as a place, with the node that holds it.
pub(crate) fn places<'d>(cx: &Cx<'_, 'd>, object: Object<'d>, policy: &Policy) -> Vec<Place<'d>> {
    let kind = object.api().kind;
    let workload = object.workload();
    let wanted =
        cx.lists(policy.kinds, kind) || (workload.is_some() && cx.lists(policy.kinds, "workloads"));
    let scope = cx.choice(policy.scope);
    let mut out = Vec::new();
    if wanted && scope != "template" {
        out.push(object.node.at(policy.path));
    }
    if wanted && scope != "object" {
        let templates = object.pod_specs().map(|pod| pod.template);
        // What is said of templates goes for a Pod that has none.
        let own = |node: &Node<'d>| *node != object.node || scope == "template";
        out.extend(templates.filter(own).map(|node| node.at(policy.path)));
    }
    out
}

/// Judges one map; `more` are further keys that are required, `exempt` keys that are left alone.
pub(crate) fn judge<'d>(
    cx: &mut Cx<'_, 'd>,
    object: Object<'d>,
    place: Place<'d>,
    policy: &Policy,
    more: &[&'static str],
    exempt: &dyn Fn(&str) -> bool,
) {
    let map = place.node().and_then(Node::as_map);
    if map.is_none() && place.node().is_some_and(|node| !node.is_null()) {
        return;
    }
    let word = policy.word;
    let required: Vec<_> = cx.entries(policy.required).chain(more.iter().copied()).collect();
    for entry in required {
        let (key, wanted) = entry.split_once('=').unwrap_or((entry, "?*"));
        let found = map.and_then(|map| map.get(key)).filter(|node| !node.is_null());
        match found {
            None => {
                let pointer = format!("{}/{}", place.pointer(object.node), escaped(key));
                let stub = Value::Placeholder(format!("value of the {word}"));
                cx.report(place, format_args!("the {word} `{}` is missing", clipped(key))).fix(
                    Grade::Template,
                    format!("Add the {word}"),
                    vec![Edit::new(pointer, Op::Add(stub))],
                );
            }
            Some(node) if !fits(wanted, node.scalar_text()) => {
                cx.report(node, format_args!("the {word} `{}` is not as demanded", clipped(key)));
            }
            Some(_) => {}
        }
    }
    let values: Vec<_> =
        cx.entries(policy.values).filter_map(|entry| entry.split_once('=')).collect();
    let only = cx.entries(policy.allowed_only).next().is_some();
    for entry in entries(map) {
        let key = entry.key().unwrap_or_default();
        let shown = clipped(key);
        let denied = listed(cx.entries(policy.denied), key);
        if exempt(key) && !(denied && policy.denies_all) {
            continue;
        }
        if denied {
            let report = cx.report(entry, format_args!("the {word} `{shown}` is not allowed"));
            // A selector may need a label.
            if word == "annotation" {
                let pointer = Place::from(entry).pointer(object.node).to_string();
                report.fix(
                    Grade::Review,
                    "Remove the annotation",
                    vec![Edit::new(pointer, Op::Remove)],
                );
            }
        } else if only && !listed(cx.entries(policy.allowed_only), key) {
            cx.report(
                entry,
                format_args!("the {word} `{shown}` is not one of those that are allowed"),
            );
        }
        if values.iter().any(|(name, wanted)| glob(name, key) && !fits(wanted, entry.scalar_text()))
        {
            cx.report(entry, format_args!("the value of the {word} `{shown}` is not as demanded"));
        }
    }
    let mut held: Vec<&str> = entries(map).filter_map(Node::key).collect();
    held.retain(|key| policy.denies_all || !exempt(key));
    let keys: Vec<&str> = cx.entries(&KEYS).collect();
    if let Some(why) = unmet(cx.choice(&CRITERION), &keys, &held) {
        cx.report(place, format_args!("the {word}s {why}"));
    }
}

/// Whether a value matches a glob; `?*` is any text but none.
fn fits(wanted: &str, value: &str) -> bool {
    if wanted == "?*" { !value.is_empty() } else { glob(wanted, value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exclamation_mark_takes_out_of_a_list() {
        let list = || ["team/*", "!team/owner"].into_iter();
        assert!(
            listed(list(), "team/cost") && !listed(list(), "team/owner") && !listed(list(), "x")
        );
    }
}
