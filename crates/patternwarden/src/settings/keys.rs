//! Every key of the settings, as data: what is read, refused, documented and generated as a JSON
//! Schema comes from this one table.

use crate::docs;

/// A key of the settings.
#[derive(Debug)]
pub struct Key {
    /// Where it stands, from the settings down; from the entry down for a key of a list's entries.
    pub path: &'static [&'static str],
    /// What it is for, Markdown; empty without the feature `docs`.
    pub doc: &'static str,
    /// What may stand there.
    pub shape: Shape,
}

/// What may stand at a [`Key`].
#[derive(Debug)]
#[non_exhaustive]
pub enum Shape {
    /// True or false.
    Flag {
        /// Without an entry.
        default: bool,
    },
    /// A whole number.
    Int {
        /// Smallest value accepted.
        min: i64,
        /// Largest value accepted.
        max: i64,
        /// Without an entry.
        default: i64,
    },
    /// One word of a few; the first stands where there is no entry.
    Choice(&'static [&'static str]),
    /// A text that is not blank.
    Text,
    /// A list of texts that are not blank.
    Texts {
        /// Fewest entries accepted: 0 or 1.
        least: usize,
        /// Without an entry.
        default: &'static [&'static str],
    },
    /// A day such as `2027-06-30`, or null for none.
    Date,
    /// An address that begins with `https://`.
    Url,
    /// A JSON Pointer (RFC 6901) below the root.
    Pointer,
    /// A Kubernetes version.
    Target,
    /// A list of profiles.
    Profiles,
    /// A map from rule, or pattern, to what is decided about it.
    Rules,
    /// A list that names rules.
    RuleList(Refs),
    /// A label selector, as in the API.
    Selector,
    /// A map with these keys.
    Map {
        /// The keys.
        keys: &'static [&'static Key],
        /// Fewest keys accepted: 0 or 1.
        least: usize,
    },
    /// A list of maps with these keys.
    List {
        /// The keys.
        keys: &'static [&'static Key],
        /// Those that no entry may lack.
        required: &'static [&'static str],
    },
}

/// How a [`Shape::RuleList`] may name rules, besides by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refs {
    /// Only by id, and only rules whose fix a policy may apply.
    Mutable,
    /// Also `profile:<name>`, `pattern:<name>`, and `*` where `suppressions.allow_all` is set.
    Exempt,
    /// Also `profile:<name>`, `pattern:<name>` and `severity:<name>`.
    Locked,
}

impl Key {
    /// The last part of its path.
    pub const fn name(&self) -> &'static str {
        match self.path.split_last() {
            Some((name, _)) => name,
            None => "",
        }
    }
}

/// Declares keys: the doc comment is their documentation.
macro_rules! keys {
    ($($(#[doc = $doc:literal])+ $name:ident $($path:literal).+: $shape:expr;)+) => {
        $(
            $(#[doc = $doc])+
            pub(crate) static $name: Key = Key {
                path: &[$($path),+],
                doc: docs::text(concat!($($doc, "\n"),+)),
                shape: $shape,
            };
        )+
    };
}

/// The settings themselves.
pub static KEYS: &[&Key] = &[
    &TARGET,
    &PROFILES,
    &RULES,
    &INPUT_COMPLETE,
    &POD_SPECS,
    &EXEMPT_HOOKS,
    &DEFAULT_NAMESPACE,
    &EXEMPTIONS,
    &SUPPRESSIONS,
    &AS_OF,
    &MUTATE,
    &OWNED_OBJECTS,
    &ON_UPDATE,
    &MAX_FINDINGS,
    &DOCS_URL,
];

keys! {
    /// The Kubernetes version that the manifests are meant for, such as `"1.36"`.
    TARGET "target": Shape::Target;
    /// Sets of rules, merged in order.
    PROFILES "profiles": Shape::Profiles;
    /// What is decided about a rule, or about all rules of a pattern, written `health-probe/*`.
    RULES "rules": Shape::Rules;
    /// Whether the input is the whole application, so that what is missing in it is missing.
    INPUT_COMPLETE "input_complete": Shape::Flag { default: false };
    /// Custom kinds with a Pod spec, which all rules read then.
    POD_SPECS "pod_specs": Shape::List {
        keys: &[&SPEC_GROUP, &SPEC_KIND, &SPEC_SPEC, &SPEC_META, &SPEC_REPLICAS, &SPEC_SELECTOR, &SPEC_LIKE],
        required: &["group", "kind", "spec"],
    };
    /// Values of the annotation `helm.sh/hook`: an object with one of them is exempt from the rules
    /// about availability and probes.
    EXEMPT_HOOKS "exempt_hooks": Shape::Texts { least: 0, default: &["test", "test-success", "test-failure"] };
    /// The namespace of objects that name none, for exemptions by namespace.
    DEFAULT_NAMESPACE "default_namespace": Shape::Text;
    /// Findings that an administrator decided to live with.
    EXEMPTIONS "exemptions": Shape::List {
        keys: &[&EXEMPT_ID, &EXEMPT_RULES, &EXEMPT_MATCH, &REASON, &UNTIL, &TICKET],
        required: &["rules", "match", "reason"],
    };
    /// How suppressions work, and what nobody may suppress.
    SUPPRESSIONS "suppressions": Shape::Map {
        keys: &[&FORMS, &AT_ADMISSION, &LOCKED, &LOCKED_HARD, &REQUIRE_UNTIL, &MAX_DAYS,
            &MAX_PER_OBJECT, &ALLOW_ALL, &HONOUR_PEERS, &MIN_REASON_CHARS],
        least: 0,
    };
    /// The day on which expiry is judged; without it the clock of the machine, or at admission the
    /// newest time that the API server wrote into the object.
    AS_OF "as_of": Shape::Date;
    /// Rules whose safe fix the policy applies to the object.
    MUTATE "mutate": Shape::RuleList(Refs::Mutable);
    /// What is asked of objects that a controller made: `security` rules only, or nothing (`skip`).
    OWNED_OBJECTS "owned_objects": Shape::Choice(&["security", "skip"]);
    /// What an update is judged for: `all` that is wrong, or only what is `worse` than before, where
    /// a finding that the old object had as well becomes a warning.
    ON_UPDATE "on_update": Shape::Choice(&["all", "worse"]);
    /// The most findings that the message of a denial names; the rest is counted.
    MAX_FINDINGS "max_findings": Shape::Int { min: 1, max: 100, default: 10 };
    /// Where rules are documented: messages name this address with the rule's id behind it.
    DOCS_URL "docs_url": Shape::Url;
}

keys! {
    /// The API group, such as `example.com`.
    SPEC_GROUP "group": Shape::Text;
    /// The kind.
    SPEC_KIND "kind": Shape::Text;
    /// JSON Pointer to the Pod spec, such as `/spec/template/spec`.
    SPEC_SPEC "spec": Shape::Pointer;
    /// JSON Pointer to the Pod's metadata; `metadata` beside the Pod spec when absent.
    SPEC_META "meta": Shape::Pointer;
    /// JSON Pointer to the number of replicas; `/spec/replicas` when absent.
    SPEC_REPLICAS "replicas": Shape::Pointer;
    /// JSON Pointer to the selector of its Pods; `/spec/selector` when absent.
    SPEC_SELECTOR "selector": Shape::Pointer;
    /// The built-in kind that it behaves like.
    SPEC_LIKE "like": Shape::Choice(&["Deployment", "StatefulSet", "DaemonSet", "Job", "Pod"]);
}

keys! {
    /// A name of its own, shown in reports.
    EXEMPT_ID "id": Shape::Text;
    /// The rules it is about: ids, `profile:<name>` or `pattern:<name>`.
    EXEMPT_RULES "rules": Shape::RuleList(Refs::Exempt);
    /// What it covers: all keys must match, and of each list one entry.
    EXEMPT_MATCH "match": Shape::Map {
        keys: &[&NAMESPACES, &KINDS, &NAMES, &LABEL_SELECTOR, &CONTAINERS, &IMAGES, &FILES],
        least: 1,
    };
    /// Why, for whoever reads it later.
    REASON "reason": Shape::Text;
    /// The last day on which it holds.
    UNTIL "until": Shape::Date;
    /// Where it was decided.
    TICKET "ticket": Shape::Text;
    /// Globs for the namespace.
    NAMESPACES "match"."namespaces": GLOBS;
    /// Kinds, as `Kind` or `group/Kind`.
    KINDS "match"."kinds": GLOBS;
    /// Globs for the object's name, or that of the controller that made it.
    NAMES "match"."names": GLOBS;
    /// Labels of the object or of its Pod template.
    LABEL_SELECTOR "match"."label_selector": Shape::Selector;
    /// Globs for the container's name; only findings of such a container are covered then.
    CONTAINERS "match"."containers": GLOBS;
    /// Images, matched at a slash; only findings of containers with such an image are covered then.
    IMAGES "match"."images": GLOBS;
    /// Globs for the path of the file, in which `**` also stands for folders; never matches in the
    /// cluster.
    FILES "match"."files": GLOBS;
}

/// Fewest characters of a reason, unless settings say otherwise.
pub(crate) const MIN_REASON: i64 = 8;

const GLOBS: Shape = Shape::Texts { least: 1, default: &[] };

keys! {
    /// The forms that may be used.
    FORMS "suppressions"."forms": Shape::Map { keys: &[&FORM_COMMENT, &FORM_ANNOTATION, &FORM_FILE], least: 0 };
    /// Comments about a line, a block or an object.
    FORM_COMMENT "suppressions"."forms"."comment": Shape::Flag { default: true };
    /// Annotations.
    FORM_ANNOTATION "suppressions"."forms"."annotation": Shape::Flag { default: true };
    /// Comments about a whole file.
    FORM_FILE "suppressions"."forms"."file": Shape::Flag { default: false };
    /// What annotations may hide at admission: only what warns, nothing, or all.
    AT_ADMISSION "suppressions"."annotations_at_admission": Shape::Choice(&["warn-only", "off", "all"]);
    /// Rules that no comment or annotation may hide: ids, `profile:<name>`, `pattern:<name>` or
    /// `severity:<name>`.
    LOCKED "suppressions"."locked": Shape::RuleList(Refs::Locked);
    /// Rules that not even an exemption may hide.
    LOCKED_HARD "suppressions"."locked_hard": Shape::RuleList(Refs::Locked);
    /// Whether each suppression needs a last day.
    REQUIRE_UNTIL "suppressions"."require_until": Shape::Flag { default: false };
    /// How many days ahead the last day may be; 0 for any.
    MAX_DAYS "suppressions"."max_days": Shape::Int { min: 0, max: 36_500, default: 0 };
    /// How many comments and annotations one object may have; 0 for any.
    MAX_PER_OBJECT "suppressions"."max_per_object": Shape::Int { min: 0, max: 1_000, default: 0 };
    /// Whether an exemption may name all rules with `*`.
    ALLOW_ALL "suppressions"."allow_all": Shape::Flag { default: false };
    /// Whether what other linters read as a suppression counts here as well, for checks that say all
    /// that the rule says.
    HONOUR_PEERS "suppressions"."honour_peers": Shape::Flag { default: false };
    /// How many characters a reason needs.
    MIN_REASON_CHARS "suppressions"."min_reason_chars": Shape::Int { min: 1, max: 1_000, default: MIN_REASON };
}
