use crate::engine::Cx;
use crate::kube::{Object, claims, items};
use crate::matcher::clipped;
use crate::param::{Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Severity, Surface};
use patternwarden_tree::Node;

crate::rule! {
    /// A claim to storage asks for an access mode that the platform does not allow.
    ///
    /// ## Why it matters
    ///
    /// `ReadWriteMany` needs a network file system with locks of its own kind, and few databases survive
    /// it. `ReadWriteOncePod` is the only mode that promises a single writer. Beside the lists, a claim
    /// that each replica gets for itself is asked why it is `ReadWriteMany`.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # settings: {"allowed": ["ReadWriteOncePod"]}
    /// apiVersion: v1
    /// kind: PersistentVolumeClaim
    /// metadata:
    ///   name: data
    /// spec:
    ///   accessModes:
    ///     # finding: /spec/accessModes/0
    ///     - ReadWriteMany
    ///   resources:
    ///     requests:
    ///       storage: 1Gi
    /// ```
    ///
    /// None of those that must be there, also in the claim of an ephemeral volume:
    ///
    /// ```yaml,bad
    /// # settings: {"require_one_of": ["ReadWriteOnce", "ReadWriteOncePod"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///   volumes:
    ///     - name: cache
    ///       ephemeral:
    ///         volumeClaimTemplate:
    ///           spec:
    ///             # finding: /spec/volumes/0/ephemeral/volumeClaimTemplate/spec/accessModes
    ///             accessModes: [ReadOnlyMany]
    ///             resources:
    ///               requests:
    ///                 storage: 1Gi
    /// ```
    ///
    /// A claim for many writers, of which each replica has its own:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: StatefulSet
    /// metadata:
    ///   name: db
    /// spec:
    ///   serviceName: db
    ///   selector:
    ///     matchLabels:
    ///       app: db
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: db
    ///     spec:
    ///       containers:
    ///         - name: db
    ///           image: registry.example/db:16.3.0
    ///   volumeClaimTemplates:
    ///     - metadata:
    ///         name: data
    ///       spec:
    ///         # finding: /spec/volumeClaimTemplates/0/spec/accessModes/0
    ///         accessModes: [ReadWriteMany]
    ///         resources:
    ///           requests:
    ///             storage: 1Gi
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// # settings: {"allowed": ["ReadWriteOncePod"], "require_one_of": ["ReadWriteOncePod"]}
    /// apiVersion: v1
    /// kind: PersistentVolumeClaim
    /// metadata:
    ///   name: data
    /// spec:
    ///   accessModes: [ReadWriteOncePod]
    ///   resources:
    ///     requests:
    ///       storage: 1Gi
    /// ```
    ///
    /// Without settings every mode is allowed, and a shared claim may have many writers:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: PersistentVolumeClaim
    /// metadata:
    ///   name: media
    /// spec:
    ///   accessModes: [ReadWriteMany]
    ///   resources:
    ///     requests:
    ///       storage: 1Gi
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For files that several Pods share and none of them locks. Which mode a program and its storage can
    /// do is not known here, so that there is no repair.
    ///
    /// ## Source
    ///
    /// - [Persistent Volumes: access modes](https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes)
    /// - [StatefulSet: volume claim templates](https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#volume-claim-templates): each Pod gets a claim for each of them
    "pvc-access-mode-policy",
    "Access mode outside the allowed list",
    patterns: &[Pattern::StatefulService],
    enabled: false,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Strings(&ALLOWED), Param::Strings(&REQUIRE_ONE_OF)],
    check: Check::Object(check),
}

static ALLOWED: Strings =
    Strings::empty("allowed", "Access modes that are allowed, as globs; empty for every one.");

static REQUIRE_ONE_OF: Strings = Strings::empty(
    "require_one_of",
    "Access modes, as globs, of which each claim must have one; empty for none.",
);

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let required = cx.entries(&REQUIRE_ONE_OF).next().is_some();
    for claim in claims(object) {
        let modes = claim.access_modes();
        if modes.is_mistyped() {
            continue;
        }
        for node in items(modes.value) {
            let Some(mode) = node.as_str() else { continue };
            let shown = clipped(mode);
            if cx.leaves_out(&ALLOWED, mode) {
                cx.report(
                    node,
                    format_args!("the access mode `{shown}` is not one of those that are allowed"),
                );
            } else if claim.is_template && mode == "ReadWriteMany" {
                cx.report(
                    node,
                    format_args!("each replica has its own claim, so that nobody shares `{shown}`"),
                )
                .severity(Severity::Hint)
                .at_most(Admission::Off);
            }
        }
        let mut listed = items(modes.value).filter_map(Node::as_str);
        if required && !listed.any(|mode| cx.lists(&REQUIRE_ONE_OF, mode)) {
            cx.report(
                modes.place,
                format_args!("none of the access modes is one that is demanded"),
            );
        }
    }
}
