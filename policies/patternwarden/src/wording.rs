//! Findings as people read them behind `kubectl apply`.

use crate::response::Response;
use crate::verdict::note;
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt::Write as _;
use patternwarden::finding::Finding;
use patternwarden::neighbours::Neighbours;
use patternwarden::set::Set;
use patternwarden::tree::{Node, unescape};
use patternwarden::{Admission, Settings, Severity};

/// Longest warning, in characters: below the 120 to which Kubernetes asks webhooks to limit them
/// (`extensible-admission-controllers`, "Response"); the API server cuts at 256.
pub(crate) const WARNING: usize = 119;
/// Most warnings: together they stay below the 4,096 characters that the API server passes on.
pub(crate) const WARNINGS: usize = 25;
/// Longest line of a denial, in characters.
pub(crate) const LINE: usize = 400;

/// A finding in the set it was made in.
pub(crate) struct Entry<'r, 'd> {
    pub(crate) finding: &'r Finding,
    pub(crate) set: &'r Set<'d>,
}

/// Why a request is denied: a count, then one line per finding.
pub(crate) fn denial(entries: &[Entry<'_, '_>], settings: &Settings) -> String {
    let shown = settings.max_findings();
    let mut out = match entries {
        [one] => format!("1 finding denies {}:", one.object()),
        _ => {
            let object = entries.first().map(Entry::object).unwrap_or_default();
            format!("{} findings deny {object}:", entries.len())
        }
    };
    for entry in entries.iter().take(shown) {
        let _ = write!(out, "\n- {}", line(&entry.sentence(), LINE));
        if let Some(url) = settings.docs_url() {
            let _ = write!(out, ". See {url}/{}", entry.finding.rule.id);
        }
    }
    if let Some(more) = more(entries.len(), shown) {
        let _ = write!(out, "\n- {more}");
    }
    out
}

/// Says which rules stayed silent because the cluster could not be read: to auditors, and to the
/// person in front of `kubectl` where such a rule could have denied the request.
pub(crate) fn not_checked(response: &mut Response, settings: &Settings, neighbours: &Neighbours) {
    let silent = neighbours.silent(settings);
    let mut ids = Vec::new();
    for (rule, reason) in &silent {
        ids.push(rule.id);
        if settings.admission(rule) == Admission::Deny {
            response.warnings.push(line(&format!("{}: not checked: {reason}", rule.id), WARNING));
        }
    }
    note(response, "not_checked", &ids);
}

/// One warning per finding.
pub(crate) fn warnings(entries: &[Entry<'_, '_>]) -> Vec<String> {
    let entry = |entry: &Entry<'_, '_>| {
        let Finding { rule, message, .. } = entry.finding;
        line(&format!("{}: {}{message}", rule.id, entry.place()), WARNING)
    };
    entries.iter().take(WARNINGS).map(entry).chain(more(entries.len(), WARNINGS)).collect()
}

fn more(count: usize, shown: usize) -> Option<String> {
    (count > shown).then(|| format!("and {} more", count - shown))
}

impl Entry<'_, '_> {
    /// Kind and name: `Deployment "shop/web"`.
    fn object(&self) -> String {
        let Some(object) = self.finding.object.and_then(|index| self.set.object(index)) else {
            return "the object".to_string();
        };
        let namespace = object.namespace().value.unwrap_or_default();
        let slash = if namespace.is_empty() { "" } else { "/" };
        let kind = object.kind().value.unwrap_or_default();
        line(&format!("{kind} \"{namespace}{slash}{}\"", object.display_name()), LINE)
    }

    /// Whether the API server refuses the object for it as well.
    pub(crate) fn is_invalid(&self) -> bool {
        self.finding.rule.refused && self.finding.severity == Severity::Error
    }

    /// What makes it the same finding before and after an update: containers go by name, so that one
    /// that is inserted before it does not make it another.
    pub(crate) fn identity(&self) -> String {
        format!("{}: {}{}", self.finding.rule.id, self.place(), self.finding.message)
    }

    fn sentence(&self) -> String {
        let Finding { rule, severity, message, fixes, .. } = self.finding;
        let mut out = format!("[{}] {}: {}{message}", severity.id(), rule.id, self.place());
        if let Some(fix) = fixes.iter().max_by_key(|fix| fix.grade) {
            let _ = write!(out, ". To repair: {}", fix.title);
        }
        out
    }

    /// Where it is, as kubectl writes places: `container "app": securityContext.privileged: `;
    /// nothing for the object itself.
    fn place(&self) -> String {
        let object = self.finding.object.and_then(|index| self.set.object(index));
        place(object.map(|object| object.node), &self.finding.pointer)
    }
}

/// Lists of containers, and what one of their items is called.
const CONTAINERS: [(&str, &str); 3] = [
    ("containers", "container"),
    ("initContainers", "init container"),
    ("ephemeralContainers", "ephemeral container"),
];

fn place(object: Option<Node<'_>>, pointer: &str) -> String {
    let mut node = object;
    let mut path = String::new();
    let mut list = None;
    for token in pointer.split('/').skip(1) {
        let token = unescape(token);
        let step = node.map(|node| (node.is_seq(), node));
        let item = step.is_some_and(|(is_list, _)| is_list);
        node = node.and_then(|node| child(node, &token));
        let named = list.filter(|_| item);
        list = CONTAINERS.iter().find(|(key, _)| *key == token).map(|(_, word)| *word);
        match named.zip(node.and_then(|node| node.get("name")?.as_str())) {
            Some((word, name)) => path = format!("{word} \"{name}\": "),
            None if item || token.contains(['.', '/', ' ']) => {
                let _ = write!(path, "[{token}]");
            }
            None => {
                if !path.is_empty() && !path.ends_with(": ") {
                    path.push('.');
                }
                path.push_str(&token);
            }
        }
    }
    if !path.is_empty() && !path.ends_with(": ") {
        path.push_str(": ");
    }
    path
}

fn child<'d>(node: Node<'d>, token: &str) -> Option<Node<'d>> {
    if node.is_seq() { node.items().nth(token.parse().ok()?) } else { node.get(token) }
}

/// `text` on one line of at most `longest` characters. Names in it come from the request, so a
/// line break must not start a line of its own, and a control character would make the API server
/// drop a warning.
fn line(text: &str, longest: usize) -> String {
    let mut ends = text.char_indices().map(|(at, _)| at).skip(longest.saturating_sub(1));
    let (last, more) = (ends.next(), ends.next());
    let cut = last.filter(|_| more.is_some());
    let shown = text.get(..cut.unwrap_or(text.len())).unwrap_or_default();
    let mut out = String::new();
    for part in shown.split_inclusive(char::is_control) {
        let clean = part.strip_suffix(char::is_control);
        out.push_str(clean.unwrap_or(part));
        if clean.is_some() {
            out.push(' ');
        }
    }
    if cut.is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn places_read_like_those_of_kubectl() {
        let object = json!({"metadata": {"annotations": {"a.b/c": "d"}}, "spec": {"template": {"spec": {
            "initContainers": [{"name": "migrate"}],
            "containers": [{"name": "app", "ports": [{}]}, {}],
        }}}});
        let document = patternwarden::tree::from_deserializer(object).unwrap();
        let says = |pointer: &str| place(document.root(), pointer);
        assert_eq!(says(""), "");
        assert_eq!(says("/spec/replicas"), "spec.replicas: ");
        assert_eq!(says("/metadata/annotations/a.b~1c"), "metadata.annotations[a.b/c]: ");
        assert_eq!(says("/spec/template/spec/volumes/0"), "spec.template.spec.volumes.0: ");
        assert_eq!(says("/spec/template/spec/containers/0"), "container \"app\": ");
        assert_eq!(
            says("/spec/template/spec/containers/0/ports/0/name"),
            "container \"app\": ports[0].name: "
        );
        assert_eq!(
            says("/spec/template/spec/initContainers/0/image"),
            "init container \"migrate\": image: "
        );
        assert_eq!(
            says("/spec/template/spec/containers/1/image"),
            "spec.template.spec.containers[1].image: "
        );
    }
}
