//! What rules walk most: lists that may be absent, and the parts of a container.
//!
//! Types of their own, not chains of adapters: rules walk them in many ways, and each would be
//! compiled with the whole chain inside.

use crate::kube::container::Container;
use crate::kube::probe::{Hook, Probe, ProbeKind};
use core::slice::Iter;
use patternwarden_tree::{Children, Node};

/// Items of a list that may be absent.
pub(crate) fn items(list: Option<Node<'_>>) -> Items<'_> {
    Items(list.map(Node::items))
}

/// Entries of a map that may be absent.
pub(crate) fn entries(map: Option<Node<'_>>) -> Items<'_> {
    Items(map.map(Node::children))
}

/// See `items` and `entries`.
#[derive(Clone, Debug)]
pub struct Items<'d>(Option<Children<'d>>);

impl<'d> Iterator for Items<'d> {
    type Item = Node<'d>;

    fn next(&mut self) -> Option<Node<'d>> {
        self.0.as_mut()?.next()
    }
}

/// Strings of `command` and `args`.
#[derive(Clone, Debug)]
pub struct Words<'d> {
    pub(super) command: Items<'d>,
    pub(super) args: Items<'d>,
}

impl<'d> Iterator for Words<'d> {
    type Item = Node<'d>;

    #[inline(never)]
    fn next(&mut self) -> Option<Node<'d>> {
        let is_text = |node: &Node<'_>| node.as_str().is_some();
        self.command.find(is_text).or_else(|| self.args.find(is_text))
    }
}

/// The probes of a container.
#[derive(Clone, Debug)]
pub struct Probes<'d> {
    pub(super) container: Container<'d>,
    pub(super) kinds: Iter<'static, ProbeKind>,
}

impl<'d> Iterator for Probes<'d> {
    type Item = Probe<'d>;

    #[inline(never)]
    fn next(&mut self) -> Option<Probe<'d>> {
        self.kinds.find_map(|kind| self.container.probe(*kind))
    }
}

/// The lifecycle hooks of a container.
#[derive(Clone, Debug)]
pub struct Hooks<'d> {
    pub(super) container: Container<'d>,
    pub(super) names: Iter<'static, &'static str>,
}

impl Hooks<'_> {
    pub(super) const NAMES: &'static [&'static str] = &["postStart", "preStop"];
}

impl<'d> Iterator for Hooks<'d> {
    type Item = Hook<'d>;

    #[inline(never)]
    fn next(&mut self) -> Option<Hook<'d>> {
        self.names.find_map(|name| {
            let hook = self.container.node.get("lifecycle")?.get(name)?.as_map()?;
            Some(Hook { node: hook, name })
        })
    }
}

/// Names and literal values of `env`.
#[derive(Clone, Debug)]
pub struct EnvValues<'d>(pub(super) Items<'d>);

impl<'d> Iterator for EnvValues<'d> {
    type Item = (&'d str, Node<'d>);

    #[inline(never)]
    fn next(&mut self) -> Option<Self::Item> {
        self.0.find_map(|entry| Some((entry.get("name")?.as_str()?, entry.get("value")?)))
    }
}

/// The mounts of a container: name of the volume, path, and the entry itself.
#[derive(Clone, Debug)]
pub struct Mounts<'d>(pub(super) Items<'d>);

impl<'d> Iterator for Mounts<'d> {
    type Item = (&'d str, &'d str, Node<'d>);

    #[inline(never)]
    fn next(&mut self) -> Option<Self::Item> {
        self.0.find_map(|mount| {
            Some((mount.get("name")?.as_str()?, mount.get("mountPath")?.as_str()?, mount))
        })
    }
}
