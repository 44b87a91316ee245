//! Annotations that suppress: `ignore.patternwarden.dev/<rule>` for an object, and with a
//! container's name in front for that container.

use super::written::{Written, respell, spot, to_metadata};
use super::{Cover, Origin, PREFIX, Run};
use crate::kube::{Object, PodSpec};
use crate::matcher::{clipped, distance};
use alloc::{format, vec::Vec};
use patternwarden_tree::Node;

/// Annotations of our own that are no suppressions.
const OTHERS: &[&str] = &["pattern", "singleton"];

/// What the key of an annotation says.
enum Key<'k> {
    /// Suppresses a rule, in one container or in all that it stands at.
    Rule(Option<&'k str>, &'k str),
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
    if domain == PREFIX {
        Key::Rule(container, name)
    } else if distance(domain, PREFIX, 2) <= 2 {
        Key::Near(container, name)
    } else if prefix == "patternwarden.dev" && OTHERS.contains(&name) {
        Key::Foreign
    } else if prefix == "patternwarden.dev" || prefix.ends_with(".patternwarden.dev") {
        Key::Stray
    } else {
        Key::Foreign
    }
}

impl<'d> Run<'_, 'd> {
    /// Reads the annotations of an object, of its Pod templates and of the Jobs that it makes.
    pub(super) fn annotations(&mut self, object: Object<'d>) {
        let pod = object.pod_spec();
        let own = object.annotations().value;
        let mut maps = Vec::new();
        maps.extend(own.map(|map| (map, Cover::Object(object.index))));
        if let Some(pod) = pod.filter(|pod| pod.template != object.node) {
            maps.extend(pod.annotations().map(|map| (map, Cover::Within(pod.template))));
            // A CronJob's Job has metadata of its own.
            let job =
                pod.template.parent().and_then(Node::parent).filter(|job| *job != object.node);
            let of_job = job.and_then(|job| Some((job, job.get("metadata")?.get("annotations")?)));
            maps.extend(of_job.map(|(job, map)| (map, Cover::Within(job))));
        }
        for (map, cover) in &maps {
            for entry in map.children() {
                self.annotation(object, pod, entry, *cover);
            }
        }
        if object.node.document().mentions(PREFIX) {
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
            Key::Stray => {
                let key = clipped(key);
                return self.malformed(at, format_args!("`{key}` is no annotation that is read"));
            }
            Key::Near(container, id) => {
                let (name, dot) =
                    (container.unwrap_or_default(), if container.is_some() { "." } else { "" });
                let meant = format!("{name}{dot}{PREFIX}/{id}");
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

    /// Labels, and keys deep in the object, where nobody reads them.
    fn misplaced(&mut self, object: Object<'d>, maps: &[(Node<'d>, Cover<'d>)]) {
        let document = object.node.document();
        let ids = object.node.id()..document.len() as u32;
        for node in ids.map_while(|id| document.node(id)) {
            if !object.node.contains(node) {
                break;
            }
            let key = node.key().unwrap_or_default();
            let ours = matches!(read(key), Key::Rule(..));
            if !ours || maps.iter().any(|(map, _)| node.parent() == Some(*map)) {
                continue;
            }
            let at = spot(self.set.document_of(object.index), object, node);
            let label = node.parent().and_then(Node::key) == Some("labels");
            let text = node.as_str().is_some();
            let edits = if text { to_metadata(at, key) } else { Vec::new() };
            let shown = clipped(key);
            let why = if label { "is a label" } else { "stands where no annotation is read" };
            let message = format_args!("`{shown}` {why}, and suppresses nothing");
            self.misspelt(at, message, "Move it to the annotations of the object", edits);
        }
    }
}
