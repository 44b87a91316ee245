//! The annotations of this project: their domain, their keys, and where an object has them.

use crate::kube::Object;
use crate::pattern::Pattern;
use patternwarden_tree::Node;

/// The domain, as a literal for `concat!`.
macro_rules! domain {
    () => {
        "patternwarden.dev"
    };
}

/// Domain of all keys that are read here; nobody else writes below it.
pub(crate) const DOMAIN: &str = domain!();

/// Prefix of the keys that suppress a rule.
pub(crate) const IGNORE: &str = concat!("ignore.", domain!());

/// All keys that suppress a rule, as a glob.
pub(crate) const IGNORE_ALL: &str = concat!("ignore.", domain!(), "/*");

/// All keys that suppress a rule in one container, as a glob.
pub(crate) const IGNORE_CONTAINER: &str = concat!("*.ignore.", domain!(), "/*");

/// All other keys of ours, as a glob.
pub(crate) const OF_OURS: &str = concat!(domain!(), "/*");

/// Says which patterns an object shows: their ids, with commas between them.
pub(crate) const PATTERN: &str = concat!(domain!(), "/pattern");

/// Says that a workload is meant to have one Pod only.
pub(crate) const SINGLETON: &str = concat!(domain!(), "/singleton");

/// A label of a budget that forbids disruption on purpose.
pub(crate) const NO_DISRUPTION: &str = concat!(domain!(), "/no-disruption");

/// The annotations of an object, of its Pod template, and of the Jobs that a CronJob makes; each
/// with the part of the object that it speaks for, `None` for all of it.
pub(crate) fn maps(object: Object<'_>) -> [Option<(Node<'_>, Option<Node<'_>>)>; 3] {
    let own = object.annotations().value.map(|map| (map, None));
    let pod = object.pod_spec().filter(|pod| pod.template != object.node);
    let of_pod = pod.and_then(|pod| Some((pod.annotations()?, Some(pod.template))));
    let job = pod.and_then(|pod| pod.template.parent()?.parent()).filter(|j| *j != object.node);
    let of_job = job.and_then(|job| Some((job.get("metadata")?.get("annotations")?, Some(job))));
    [own, of_pod, of_job]
}

/// The words of an annotation that says which patterns there are.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|word| !word.is_empty())
}

/// The annotations by which the author of an object says that it shows this pattern.
pub(crate) fn naming(object: Object<'_>, pattern: Pattern) -> impl Iterator<Item = Node<'_>> {
    let named = move |note: &Node<'_>| {
        note.as_str().is_some_and(|text| words(text).any(|word| word == pattern.id()))
    };
    maps(object).into_iter().flatten().filter_map(|(map, _)| map.get(PATTERN)).filter(named)
}

/// Whether the author of an object says which pattern it shows.
pub(crate) fn names_any(object: Object<'_>) -> bool {
    object.node.document().mentions(PATTERN)
        && Pattern::ALL.iter().any(|pattern| naming(object, *pattern).next().is_some())
}
