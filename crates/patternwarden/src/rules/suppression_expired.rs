use crate::param::{Int, Param};
use crate::rule::{Admission, Check, Surface};

crate::rule! {
    /// A suppression is past its last day, and so it has no effect any more.
    ///
    /// ## Why it matters
    ///
    /// "Only until the migration" is forgotten as soon as the gate is green. A day brings the decision
    /// back to somebody's desk, and two weeks before, a note says that it will come.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # all settings: {"as_of": "2026-11-23"}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     # finding: /metadata/annotations/ignore.patternwarden.dev~1image-tag-mutable
    ///     ignore.patternwarden.dev/image-tag-mutable: "until=2026-06-30; vendor image, fixed in 5.0"
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:latest
    /// ```
    ///
    /// It ends soon:
    ///
    /// ```yaml,bad
    /// # all settings: {"as_of": "2026-11-23"}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   containers:
    ///     # finding: /spec/containers/0
    ///     # patternwarden: ignore image-tag-mutable until=2026-11-30 -- vendor image, fixed in 5.0
    ///     - name: app
    ///       image: registry.example/shop:latest
    /// ```
    ///
    /// An exemption of the settings:
    ///
    /// ```yaml,bad
    /// # all settings: {"as_of": "2026-11-23", "exemptions": [{"rules": ["image-tag-mutable"], "match": {"names": ["shop"]}, "reason": "vendor image, fixed in 5.0", "until": "2026-06-30"}]}
    /// # finding: 0
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:latest
    /// ```
    ///
    /// ## Good
    ///
    /// The last day counts in full:
    ///
    /// ```yaml,good
    /// # all settings: {"as_of": "2026-11-23", "rules": {"suppression-expired": {"soon_days": 0}}}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     ignore.patternwarden.dev/image-tag-mutable: "until=2027-03-31; vendor image, fixed in 5.0"
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:latest # patternwarden: ignore image-tag-mutable until=2026-11-24 -- fixed tomorrow
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Never: set another day, with its reason, or repair what was found. Which of the two is for a person
    /// to decide, so there is no repair by machine.
    ///
    /// ## Source
    ///
    /// - [Kyverno, policy exceptions](https://kyverno.io/docs/exceptions/): exceptions that end are a policy of their own there
    /// - [Trivy, filtering](https://trivy.dev/latest/docs/configuration/filtering/): `#trivy:ignore:<id>:exp:<day>`
    "suppression-expired",
    "Suppression past its date",
    admission: Admission::Warn,
    surfaces: &[Surface::Text, Surface::Object, Surface::Cluster],
    params: &[Param::Int(&SOON_DAYS)],
    check: Check::Suppressions,
}

pub(crate) static SOON_DAYS: Int = Int {
    name: "soon_days",
    doc: "How many days before its last day a suppression is announced to end.",
    unit: "days",
    min: 0,
    max: 3_650,
    default: 14,
};
