//! Exemptions: what an administrator decided in the settings.

use super::refs::{lists, names};
use super::{Origin, Run, Suppression, cover, written};
use crate::date::Date;
use crate::image_match::matches;
use crate::kube::{ImageRef, LabelSelector, Object, PodSpec, items};
use crate::matcher::glob;
use crate::rule::{Admission, Rule};
use crate::settings::{Settings, keys};
use alloc::{borrow::ToOwned, format, string::String, vec::Vec};
use patternwarden_tree::Node;

/// One entry of `exemptions`.
#[derive(Debug)]
pub(super) struct Exemption<'s> {
    node: Node<'s>,
    index: usize,
    pub(super) until: Option<Date>,
    /// Whether it covered something.
    pub(super) used: bool,
    /// Its end was reported.
    reported: bool,
}

/// The exemptions of settings.
pub(super) fn all(settings: &Settings) -> Vec<Exemption<'_>> {
    let entries = settings.list_at(&keys::EXEMPTIONS).enumerate();
    entries.map(|(index, node)| index_of(index, node)).collect()
}

fn index_of(index: usize, node: Node<'_>) -> Exemption<'_> {
    let until = node.get("until").and_then(Node::as_str).and_then(Date::parse);
    Exemption { node, index, until, used: false, reported: false }
}

impl<'s> Exemption<'s> {
    fn text(&self, key: &str) -> Option<&'s str> {
        self.node.get(key)?.as_str()
    }

    /// A list of what it matches; `None` where it does not ask.
    fn wanted(&self, key: &keys::Key) -> Option<impl Iterator<Item = &'s str> + use<'s>> {
        let list = self.node.at(key.path).node()?;
        Some(items(Some(list)).filter_map(Node::as_str))
    }

    fn any(&self, key: &keys::Key, mut holds: impl FnMut(&str) -> bool) -> bool {
        self.wanted(key).is_none_or(|mut list| list.any(&mut holds))
    }

    /// Whether it covers what a rule found at a node of an object. What is found in no object, as in
    /// a text that cannot be read, is covered by exemptions that ask for nothing but the file.
    pub(super) fn covers(
        &self,
        settings: &Settings,
        rule: &Rule,
        object: Option<Object<'_>>,
        anchor: Option<Node<'_>>,
    ) -> bool {
        let mut rules = items(self.node.get("rules")).filter_map(Node::as_str);
        if !rules.any(|entry| names(settings, entry, rule))
            || lists(settings, &keys::LOCKED_HARD, rule)
        {
            return false;
        }
        let container = anchor.and_then(cover::container);
        let of_container =
            |key| container.and_then(|node| node.get(key)?.as_str()).unwrap_or_default();
        let (name, image) = (of_container("name"), of_container("image"));
        let home = object.and_then(|object| namespace(settings, object));
        self.any(&keys::NAMESPACES, |entry| home.is_some_and(|home| glob(entry, home)))
            && self.any(&keys::KINDS, |entry| object.is_some_and(|o| is_kind(o, entry)))
            && self.any(&keys::NAMES, |entry| object.is_some_and(|o| is_named(o, entry)))
            && self.any(&keys::CONTAINERS, |entry| !name.is_empty() && glob(entry, name))
            && self.any(&keys::IMAGES, |entry| is_image(image, entry))
            && self.any(&keys::FILES, |entry| {
                settings.file().is_some_and(|path| in_folder(entry, path))
            })
            && self.selects(object)
    }

    fn selects(&self, object: Option<Object<'_>>) -> bool {
        let Some(node) = self.node.at(keys::LABEL_SELECTOR.path).node() else { return true };
        let Some(object) = object else { return false };
        let selector = LabelSelector { node };
        let template = object.pod_spec().and_then(PodSpec::labels);
        selector.selects(object.labels().value)
            || template.is_some_and(|l| selector.selects(Some(l)))
    }

    pub(super) fn suppression(&self, effect: Admission) -> Suppression {
        Suppression {
            origin: Origin::Settings,
            pointer: self.pointer(),
            span: None,
            id: self.text("id").map(ToOwned::to_owned),
            reason: self.text("reason").unwrap_or_default().to_owned(),
            until: self.until,
            in_cluster: effect == Admission::Off || self.node.at(keys::FILES.path).node().is_none(),
        }
    }

    pub(super) fn pointer(&self) -> String {
        format!("/exemptions/{}", self.index)
    }
}

impl<'d> Run<'_, 'd> {
    /// Says once, at the first object that it would have covered, that an exemption is over.
    pub(super) fn expired_exemption(
        &mut self,
        exemption: &mut Exemption<'_>,
        object: Option<Object<'d>>,
        until: Date,
    ) {
        let Some(object) = object.filter(|_| !exemption.reported) else { return };
        exemption.reported = true;
        let pointer = exemption.pointer();
        let at = written::spot(self.set.document_of(object.index), object, object.node);
        let Some(mut cx) = self.rule(written::EXPIRED, at) else { return };
        cx.report(
            object.node,
            format_args!("the exemption at `{pointer}` of the settings ended on {until}"),
        );
    }
}

/// The namespace of an object; `None` where it has none, or nobody knows which.
fn namespace<'o>(settings: &'o Settings, object: Object<'o>) -> Option<&'o str> {
    let written = object.namespace().value.filter(|name| !name.is_empty());
    written.or_else(|| settings.default_namespace().filter(|_| !object.is_cluster_scoped()))
}

/// `Kind`, or `group/Kind`.
fn is_kind(object: Object<'_>, entry: &str) -> bool {
    let api = object.api();
    match entry.rsplit_once('/') {
        Some((group, kind)) => kind == api.kind && group == api.group,
        None => entry == api.kind,
    }
}

/// By the object's own name, or that of the controller that made it. A ReplicaSet has the name of
/// its Deployment and a hash.
fn is_named(object: Object<'_>, entry: &str) -> bool {
    let own = object.name().value.or(object.generate_name().value);
    let owner = object.controller();
    let text = |key| owner.and_then(|owner| owner.get(key)?.as_str());
    let made_by = text("name").map(|name| match name.rsplit_once('-') {
        Some((name, _)) if text("kind") == Some("ReplicaSet") => name,
        _ => name,
    });
    [own, text("name"), made_by].into_iter().flatten().any(|name| glob(entry, name))
}

/// Whether an image is one that a pattern of `image-registry-policy` names.
fn is_image(image: &str, pattern: &str) -> bool {
    ImageRef::parse(image).is_some_and(|image| matches(pattern, image))
}

/// A glob over a path: `*` stays inside a folder, `**` does not.
fn in_folder(pattern: &str, path: &str) -> bool {
    let (first, rest) = pattern.split_once('/').unwrap_or((pattern, ""));
    let last = !pattern.contains('/');
    if first == "**" {
        let mut path = Some(path);
        return last
            || core::iter::from_fn(|| {
                let now = path?;
                path = now.split_once('/').map(|(_, rest)| rest);
                Some(now)
            })
            .any(|below| in_folder(rest, below));
    }
    match path.split_once('/') {
        Some((folder, below)) => !last && glob(first, folder) && in_folder(rest, below),
        None => last && glob(first, path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_match_at_a_slash() {
        for (pattern, image) in [
            ("ghcr.io/acme", "ghcr.io/acme/app:1"),
            ("ghcr.io/acme/app", "ghcr.io/acme/app@sha256:00"),
            ("nginx", "docker.io/library/nginx:1.27"),
            ("docker.io/library/nginx", "nginx"),
            ("nginx:1.*", "nginx:1.27"),
            ("registry.example", "registry.example/a/b:1"),
            ("registry.example:5000", "registry.example:5000/a:1"),
            ("localhost:5000/a", "localhost:5000/a:1"),
            ("quay.io/*/node-exporter", "quay.io/prometheus/node-exporter:v1"),
            ("*", "anything"),
        ] {
            assert!(is_image(image, pattern), "{pattern} {image}");
        }
        for (pattern, image) in [
            ("ghcr.io/acme", "ghcr.io/acme-evil/app:1"),
            ("registry.example", "registry.example.org/a"),
            ("nginx:1.*", "nginx:2.0"),
            ("nginx:1.27", "nginx"),
            ("nginx", "evil.example/library/nginx"),
            ("ghcr.io/acme", ""),
        ] {
            assert!(!is_image(image, pattern), "{pattern} {image}");
        }
    }

    #[test]
    fn paths_match_by_folder() {
        for (pattern, path) in [
            ("vendor/**", "vendor/a/b.yaml"),
            ("**", "a/b.yaml"),
            ("**/*.yaml", "a/b/c.yaml"),
            ("**/*.yaml", "c.yaml"),
            ("a/*/c.yaml", "a/b/c.yaml"),
            ("a/**/d.yaml", "a/b/c/d.yaml"),
        ] {
            assert!(in_folder(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [
            ("vendor/**", "vendors/a.yaml"),
            ("*.yaml", "a/b.yaml"),
            ("a/*/c.yaml", "a/b/d/c.yaml"),
            ("a", "a/b"),
        ] {
            assert!(!in_folder(pattern, path), "{pattern} {path}");
        }
    }
}
