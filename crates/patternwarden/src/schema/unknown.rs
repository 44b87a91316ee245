//! Fields that the API does not know where they stand: what is wrong, and the repair.

use super::destination::{Destination, Spot};
use super::{Field, Level};
use crate::matcher::{clipped, distance};
use crate::minor::Minor;
use crate::rule::Grade;
use alloc::{
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};
use patternwarden_tree::{Edit, Node, Op, Value, escaped};

/// What judges the fields of one object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judge<'d> {
    /// Root of the object.
    pub(crate) root: Node<'d>,
    /// The version it is meant for.
    pub(crate) target: Minor,
}

/// A field that the API does not know where it stands.
#[derive(Debug)]
pub(crate) struct Offence<'d> {
    /// The field's value.
    pub(crate) node: Node<'d>,
    /// What is wrong.
    pub(crate) message: String,
    /// Repairs, each with its grade and title.
    pub(crate) fixes: Vec<(Grade, String, Vec<Edit>)>,
}

/// A misspelling is at most so many letters away.
const NEAR: usize = 2;

impl<'d> Judge<'d> {
    /// What is wrong with `child`, an entry of the last of `levels` that has this field there.
    pub(crate) fn offence(
        self,
        levels: &[Level<'d>],
        child: Node<'d>,
        field: Option<Field>,
    ) -> Option<Offence<'d>> {
        let (key, holder) = (child.key()?, *levels.last()?);
        let name = clipped(key);
        let destination = || self.listed(levels, child);
        if let Some(field) = field {
            if field.is_in(self.target) {
                return self.selector(holder, child);
            }
            let place = destination().or_else(|| self.around(levels, child));
            let when = match (field.since.filter(|since| *since > self.target), field.until) {
                (Some(since), _) => format!("since {since}"),
                (None, Some(until)) => format!("until {until}"),
                (None, None) => return None,
            };
            let message = format!("`{name}` exists {when} only, and the target is {}", self.target);
            return Some(self.found(child, message, place));
        }
        if let Some(offence) = self.spec_of_data(holder, child) {
            return Some(offence);
        }
        let what = format!("`{name}` is no field of `{}`", holder.ty.name);
        if let Some(place) = destination().or_else(|| self.around(levels, child)) {
            let mut offence = self.found(child, format!("{what}; {}", place.words), Some(place));
            // The Pod has one too, for each attempt, and only a person knows which was meant.
            if key == "activeDeadlineSeconds" {
                offence.fixes.iter_mut().for_each(|fix| fix.0 = fix.0.min(Grade::Review));
            }
            return Some(offence);
        }
        let near = holder
            .ty
            .fields()
            .filter(|field| field.is_in(self.target))
            .map(|field| (distance(key, field.name, NEAR), field.name))
            .filter(|(distance, _)| *distance <= NEAR.min(key.len() / 3))
            .min();
        let mut offence = match near.and_then(|(_, near)| self.below(holder, "", near)) {
            Some(spot) => {
                let message = format!("{what}; `{}` is", spot.field.name);
                let place = Destination { spots: vec![spot], words: String::new() };
                self.found(child, message, Some(place))
            }
            None => self.found(child, what, None),
        };
        // To guess a name is less than to know a place.
        if !child.is_null() {
            offence.fixes.iter_mut().for_each(|fix| fix.0 = fix.0.min(Grade::Review));
        }
        Some(offence)
    }

    /// An offence with the repair that its destination allows.
    fn found(
        self,
        node: Node<'d>,
        message: String,
        destination: Option<Destination<'d>>,
    ) -> Offence<'d> {
        let spots = destination.map(|destination| destination.spots).unwrap_or_default();
        Offence { node, message, fixes: vec![self.repair(node, &spots)] }
    }

    fn repair(self, node: Node<'d>, spots: &[Spot<'d>]) -> (Grade, String, Vec<Edit>) {
        let name = clipped(node.key().unwrap_or_default()).to_string();
        let from = self.pointer(node);
        let remove = Edit::new(from.as_str(), Op::Remove);
        if node.is_null() {
            return (Grade::Safe, format!("Remove `{name}`, which says nothing"), vec![remove]);
        }
        let value = Value::of(node);
        if !spots.is_empty() && spots.iter().all(|s| s.held.is_some_and(|n| value.matches(n))) {
            return (
                Grade::Safe,
                format!("Remove `{name}`: it also stands in its place"),
                vec![remove],
            );
        }
        let empty: Vec<_> = spots.iter().filter(|spot| spot.held.is_none()).collect();
        let fits = empty.len() == spots.len() && empty.iter().all(|spot| spot.field.fits(node));
        let grade = if fits && !opens(node) { Grade::Safe } else { Grade::Review };
        match empty.as_slice() {
            [] => {
                (Grade::Review, format!("Remove `{name}`, as the API server would"), vec![remove])
            }
            [spot] if spots.len() == 1 => {
                let edit = Edit::new(spot.pointer.as_str(), Op::Move { from });
                (grade, format!("Move `{name}` to `{}`", spot.pointer), vec![edit])
            }
            empty => {
                let add =
                    |spot: &&Spot<'d>| Edit::new(spot.pointer.as_str(), Op::Add(value.clone()));
                let edits = empty.iter().map(add).chain([remove]).collect();
                (grade, format!("Move `{name}` to each container"), edits)
            }
        }
    }

    /// A plain selector in which somebody wrote a LabelSelector.
    fn selector(self, holder: Level<'d>, child: Node<'d>) -> Option<Offence<'d>> {
        let plain = matches!(holder.ty.name, "ServiceSpec" | "ReplicationControllerSpec");
        if !plain || child.key() != Some("selector") {
            return None;
        }
        let node = child.get("matchLabels").filter(|labels| labels.is_map())?;
        let message =
            "`matchLabels` has no meaning here: this selector is a plain map of labels".to_string();
        let alone = child.children().count() == 1;
        let edits = vec![Edit::new(self.pointer(child), Op::Replace(Value::of(node)))];
        let title = "Select by these labels directly".to_string();
        let fixes = alone.then_some((Grade::Safe, title, edits)).into_iter().collect();
        Some(Offence { node, message, fixes })
    }

    /// A `spec` around what a ConfigMap or Secret has at its root.
    fn spec_of_data(self, holder: Level<'d>, child: Node<'d>) -> Option<Offence<'d>> {
        let data = matches!(holder.ty.name, "ConfigMap" | "Secret");
        if !data || child.key() != Some("spec") || child.children().next().is_none() {
            return None;
        }
        let fields = || child.children().filter_map(Node::key);
        let movable =
            fields().all(|key| self.below(holder, "", key).is_some_and(|spot| spot.held.is_none()));
        let message = format!("a {} has no `spec`: its fields stand at the root", holder.ty.name);
        let from = self.pointer(child);
        let moved = |key| {
            let key = escaped(key);
            Edit::new(format!("/{key}"), Op::Move { from: format!("{from}/{key}") })
        };
        let edits = fields().map(moved).chain([Edit::new(from.as_str(), Op::Remove)]).collect();
        let title = "Move the fields of `spec` to the root".to_string();
        let fixes = movable.then_some((Grade::Safe, title, edits)).into_iter().collect();
        Some(Offence { node: child, message, fixes })
    }
}

/// Whether a field takes a wall down between Pod and node: where nothing read it until now, to move it is to
/// switch it on.
fn opens(field: Node<'_>) -> bool {
    match field.key().unwrap_or_default() {
        "allowPrivilegeEscalation" | "hostIPC" | "hostNetwork" | "hostPID" | "privileged" => {
            field.as_bool() == Some(true)
        }
        "runAsUser" => field.as_i64() == Some(0),
        "procMount" => field.as_str() != Some("Default"),
        // The one that the restricted standard allows.
        "capabilities" => field
            .get("add")
            .is_some_and(|add| !add.items().all(|name| name.as_str() == Some("NET_BIND_SERVICE"))),
        _ => false,
    }
}
