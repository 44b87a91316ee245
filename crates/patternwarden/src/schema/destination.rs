//! Where a field that stands in the wrong place belongs, in one object.

use super::places::{MISPLACED, To};
use super::unknown::Judge;
use super::{Base, Field, Level, Many, Type};
use alloc::{
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};
use patternwarden_tree::{Node, Place, escaped};

/// A place that the API knows.
#[derive(Clone, Debug)]
pub(crate) struct Spot<'d> {
    /// JSON Pointer relative to the object.
    pub(crate) pointer: String,
    /// What stands there now; `null` counts as nothing.
    pub(crate) held: Option<Node<'d>>,
    /// The field.
    pub(crate) field: Field,
}

/// Where a field belongs.
#[derive(Clone, Debug)]
pub(crate) struct Destination<'d> {
    /// The places, all of which take the value; none where only a person can say which.
    pub(crate) spots: Vec<Spot<'d>>,
    /// In words, for the end of a sentence.
    pub(crate) words: String,
}

impl<'d> Judge<'d> {
    /// Where the table says that `child`, found below `levels`, belongs.
    pub(crate) fn listed(self, levels: &[Level<'d>], child: Node<'d>) -> Option<Destination<'d>> {
        let (name, holder) = (child.key()?, levels.last()?);
        MISPLACED
            .iter()
            .filter(|row| row.fields.contains(&name) && row.within.contains(&holder.ty.name))
            .find_map(|row| self.follow(row.to, levels, name))
            .or_else(|| self.shaped(*holder, child))
    }

    /// Places that depend on the value, or on what stands beside it.
    fn shaped(self, holder: Level<'d>, child: Node<'d>) -> Option<Destination<'d>> {
        let has = |key| holder.node.get(key).is_some();
        let (path, name) = match (holder.ty.name, child.key()?) {
            ("LabelSelector", key) if child.as_str().is_some() => {
                let pointer = format!("{}/matchLabels", self.pointer(holder.node));
                let labels = holder.node.get("matchLabels").filter(|labels| !labels.is_null());
                if labels.is_some_and(|labels| !labels.is_map()) {
                    return None;
                }
                let spot = Spot {
                    pointer: format!("{pointer}/{}", escaped(key)),
                    held: labels.and_then(|labels| labels.get(key)),
                    field: Field {
                        name: "",
                        base: Base::Text,
                        many: Many::One,
                        since: None,
                        until: None,
                    },
                };
                return Some(one(spot));
            }
            ("IngressBackend", "servicePort") if child.as_i64().is_some() => {
                ("service/port", "number")
            }
            ("IngressBackend", "servicePort") => ("service/port", "name"),
            ("Probe", "port") if has("httpGet") || has("path") => ("httpGet", "port"),
            ("Probe", "port") if has("grpc") => ("grpc", "port"),
            ("Probe", "port") => ("tcpSocket", "port"),
            _ => return None,
        };
        self.below(holder, path, name).map(one)
    }

    /// A map around `child` that has a field of this name, where nothing stands yet.
    pub(crate) fn around(self, levels: &[Level<'d>], child: Node<'d>) -> Option<Destination<'d>> {
        let name = child.key()?;
        let (_, outer) = levels.split_last()?;
        let spots = outer.iter().rev().filter_map(|level| self.below(*level, "", name));
        spots.into_iter().find(|spot| spot.held.is_none() && spot.field.fits(child)).map(one)
    }

    /// The field `name` at `path` below a map of known type.
    pub(crate) fn below(self, level: Level<'d>, path: &str, name: &str) -> Option<Spot<'d>> {
        let mut pointer = self.pointer(level.node);
        let (mut ty, mut node): (Type, _) = (level.ty, Some(level.node));
        for step in path.split('/').filter(|step| !step.is_empty()) {
            let Field { base: Base::Object(inner), many: Many::One, .. } = ty.field(step)? else {
                return None;
            };
            ty = inner;
            node = node.and_then(|node| node.get(step)).filter(|node| !node.is_null());
            if node.is_some_and(|node| !node.is_map()) {
                return None;
            }
            pointer = format!("{pointer}/{step}");
        }
        let field = ty.field(name).filter(|field| field.is_in(self.target))?;
        let held = node.and_then(|node| node.get(name)).filter(|node| !node.is_null());
        Some(Spot { pointer: format!("{pointer}/{name}"), held, field })
    }

    fn follow(self, to: To, levels: &[Level<'d>], name: &str) -> Option<Destination<'d>> {
        let holder = *levels.last()?;
        match to {
            To::Below(path) => self.below(holder, path, name).map(one),
            To::BelowNamed(path, name) => self.below(holder, path, name).map(one),
            To::Named(name) => self.below(holder, "", name).map(one),
            To::Around(types, path) => {
                let level = levels.iter().rev().find(|level| types.contains(&level.ty.name))?;
                self.below(*level, path, name).map(one)
            }
            To::Containers(path) => {
                let spots = containers(levels, &["initContainers", "containers"])
                    .map(|level| self.below(level, path, name))
                    .collect::<Option<Vec<_>>>()?;
                let first = spots.first()?;
                let words = match spots.len() {
                    1 => place(&first.pointer),
                    _ => format!("its place is `{path}` of each container"),
                };
                Some(Destination { spots, words })
            }
            To::Container => {
                let mut all = containers(levels, &["containers"]);
                let first = self.below(all.next()?, "", name)?;
                let only = all.next().is_none();
                let words = "its place is a container".to_string();
                Some(if only { one(first) } else { Destination { spots: vec![], words } })
            }
            To::Item(list, named) => {
                let field = holder.ty.field(list)?;
                let Base::Object(ty) = field.base else { return None };
                let mut items = holder.node.get(list).into_iter().flat_map(Node::items);
                let first = items.next().map(|node| Level { ty, node });
                let only = first.filter(|level| items.next().is_none() && level.node.is_map());
                let name = if named.is_empty() { name } else { named };
                let words = format!("its place is each entry of `{list}`");
                match only {
                    Some(level) => self.below(level, "", name).map(one),
                    None => Some(Destination { spots: vec![], words }),
                }
            }
            To::Metadata => {
                let level = levels.iter().rev().nth(1)?;
                self.below(*level, "metadata", name).map(one)
            }
            To::Elsewhere(words) => Some(Destination { spots: vec![], words: words.to_string() }),
        }
    }

    pub(super) fn pointer(self, node: Node<'d>) -> String {
        Place::from(node).pointer(self.root).to_string()
    }
}

fn one(spot: Spot<'_>) -> Destination<'_> {
    Destination { words: place(&spot.pointer), spots: vec![spot] }
}

fn place(pointer: &str) -> String {
    format!("its place is `{pointer}`")
}

/// The containers in these lists of the Pod spec around.
fn containers<'d, 'l>(
    levels: &'l [Level<'d>],
    lists: &'static [&'static str],
) -> impl Iterator<Item = Level<'d>> + use<'d, 'l> {
    let pod = levels.iter().rev().find(|level| level.ty.name == "PodSpec");
    let ty = Type::named("Container");
    lists
        .iter()
        .filter_map(move |list| pod?.node.get(list))
        .flat_map(Node::items)
        .filter(|node| node.is_map())
        .filter_map(move |node| Some(Level { ty: ty?, node }))
}
