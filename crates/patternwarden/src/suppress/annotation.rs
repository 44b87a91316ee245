//! Annotations that suppress: `ignore.patternwarden.dev/<rule>` for an object, and with a
//! container's name in front for that container; and what is wrong with the other annotations of our
//! domain.

use super::written::{Written, respell, spot, to_metadata};
use super::{Cover, Origin, Run, Spot};
use crate::annotations::{self, DOMAIN, IGNORE, PATTERN, SINGLETON};
use crate::kube::{Object, PodSpec};
use crate::matcher::{clipped, distance, nearest};
use crate::pattern::Pattern;
use alloc::{format, vec, vec::Vec};
use patternwarden_tree::{Edit, Node, Op, Value};

/// What the key of an annotation says.
enum Key<'k> {
    /// Suppresses a rule, in one container or in all that it stands at.
    Rule(Option<&'k str>, &'k str),
    /// Says which patterns there are.
    Pattern,
    /// Nearly the prefix; the key that was probably meant begins with this.
    Near(Option<&'k str>, &'k str),
    /// Of our domain, but nothing that is read.
    Stray,
    /// Somebody else's.
    Foreign,
}

fn read(key: &str) -> Key<'_> {
    let Some((prefix, name)) = key.split_once('/') else { return Key::Foreign };
    let (container, domain) = match prefix.split_once('.') {
        Some((container, domain)) if container != "ignore" && domain.starts_with("ignore.") => {
            (Some(container), domain)
        }
        _ => (None, prefix),
    };
    if domain == IGNORE {
        Key::Rule(container, name)
    } else if distance(domain, IGNORE, 2) <= 2 {
        Key::Near(container, name)
    } else if key == PATTERN {
        Key::Pattern
    } else if key == SINGLETON {
        Key::Foreign
    } else if prefix.strip_suffix(DOMAIN).is_some_and(|p| p.is_empty() || p.ends_with('.')) {
        Key::Stray
    } else {
        Key::Foreign
    }
}

impl<'d> Run<'_, 'd> {
    /// Reads the annotations of an object, of its Pod templates and of the Jobs that it makes.
    pub(super) fn annotations(&mut self, object: Object<'d>) {
        let pod = object.pod_spec();
        let mut maps = Vec::new();
        for (map, within) in annotations::maps(object).into_iter().flatten() {
            maps.push((map, within.map_or(Cover::Object(object.index), Cover::Within)));
        }
        for (map, cover) in &maps {
            for entry in map.children() {
                self.annotation(object, pod, entry, *cover);
            }
        }
        if object.node.document().mentions(DOMAIN) {
            self.misplaced(object, &maps);
        }
    }

    fn annotation(
        &mut self,
        object: Object<'d>,
        pod: Option<PodSpec<'d>>,
        entry: Node<'d>,
        cover: Cover<'d>,
    ) {
        let at = spot(self.set.document_of(object.index), object, entry);
        let key = entry.key().unwrap_or_default();
        let (container, id) = match read(key) {
            Key::Foreign => {
                return self.of_peer(at, cover, key);
            }
            Key::Pattern => return self.patterns(at),
            Key::Stray => {
                let key = clipped(key);
                return self.malformed(at, format_args!("`{key}` is no annotation that is read"));
            }
            Key::Near(container, id) => {
                let (name, dot) =
                    (container.unwrap_or_default(), if container.is_some() { "." } else { "" });
                let meant = format!("{name}{dot}{IGNORE}/{id}");
                let edits = respell(at, &meant);
                let title = format!("Write `{meant}`");
                let message = format_args!("`{}` is misspelt and suppresses nothing", clipped(key));
                return self.misspelt(at, message, &title, edits);
            }
            Key::Rule(container, id) => (container, id),
        };
        let cover = match container {
            None => cover,
            Some(name) => {
                let mut containers = pod.into_iter().flat_map(PodSpec::containers);
                if !containers.any(|container| container.name().value == Some(name)) {
                    let name = clipped(name);
                    return self.malformed(at, format_args!("there is no container `{name}` here"));
                }
                Cover::Container(object.index, name)
            }
        };
        let Some(text) = entry.as_str() else {
            return self.malformed(at, format_args!("the value of `{}` is no text", clipped(key)));
        };
        let dated = text.trim_start().strip_prefix("until=");
        let (until, reason) = match dated.map(|rest| rest.split_once(';').unwrap_or((rest, ""))) {
            Some((until, reason)) => (Some(until.trim()), reason),
            None => (None, text),
        };
        self.accept(&Written { origin: Origin::Annotation, at, cover, id, reason, until });
    }

    /// What says which patterns an object shows: each of its words is the id of one.
    fn patterns(&mut self, at: Spot<'d>) {
        let text = at.node.as_str().unwrap_or_default();
        if annotations::words(text).next().is_none() {
            return self.malformed(at, format_args!("`{PATTERN}` names no pattern"));
        }
        for word in annotations::words(text).filter(|word| Pattern::find(word).is_none()) {
            let shown = clipped(word);
            let Some(meant) = nearest(word, Pattern::ALL.iter().map(|pattern| pattern.id())) else {
                self.malformed(at, format_args!("no pattern is called `{shown}`"));
                continue;
            };
            let words: Vec<&str> =
                annotations::words(text).map(|w| if w == word { meant } else { w }).collect();
            let value = Value::from(words.join(", "));
            let edit = Edit::new(at.pointer(Origin::Annotation), Op::Replace(value));
            let message = format_args!("no pattern is called `{shown}`, but `{meant}` is");
            self.misspelt(at, message, &format!("Write `{meant}`"), vec![edit]);
        }
    }

    /// Labels, and keys deep in the object, where nobody reads them.
    fn misplaced(&mut self, object: Object<'d>, maps: &[(Node<'d>, Cover<'d>)]) {
        let document = object.node.document();
        let ids = object.node.id()..document.len() as u32;
        for node in ids.map_while(|id| document.node(id)) {
            if !object.node.contains(node) {
                break;
            }
            let key = node.key().unwrap_or_default();
            let effect = match read(key) {
                Key::Rule(..) => "suppresses nothing",
                Key::Pattern => "says nothing",
                _ => continue,
            };
            if maps.iter().any(|(map, _)| node.parent() == Some(*map)) {
                continue;
            }
            let at = spot(self.set.document_of(object.index), object, node);
            let label = node.parent().and_then(Node::key) == Some("labels");
            let text = node.as_str().is_some();
            let edits = if text { to_metadata(at, key) } else { Vec::new() };
            let shown = clipped(key);
            let why = if label { "is a label" } else { "stands where no annotation is read" };
            let message = format_args!("`{shown}` {why}, and {effect}");
            self.misspelt(at, message, "Move it to the annotations of the object", edits);
        }
    }
}
