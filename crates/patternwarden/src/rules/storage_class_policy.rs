use crate::engine::Cx;
use crate::kube::{Claim, Object, claims};
use crate::matcher::clipped;
use crate::param::{Flag, Form, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Severity, Surface};

crate::rule! {
    /// A claim names no storage class, or one that the platform does not allow.
    ///
    /// ## Why it matters
    ///
    /// The default class differs between clusters, so that the same manifest gets fast disks here and slow
    /// ones there. A class also decides whether deleting the claim deletes the data. In a cluster the
    /// default class has been filled in when this rule looks.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # settings: {"require": true}
    /// apiVersion: v1
    /// kind: PersistentVolumeClaim
    /// metadata:
    ///   name: data
    /// # finding: /spec/storageClassName
    /// spec:
    ///   accessModes: [ReadWriteOnce]
    ///   resources:
    ///     requests:
    ///       storage: 1Gi
    /// ```
    ///
    /// A class that is not in the list, by the old annotation, and one that is denied:
    ///
    /// ```yaml,bad
    /// # settings: {"allowed": ["fast", "slow*"], "denied": ["slow-old"]}
    /// apiVersion: v1
    /// kind: PersistentVolumeClaim
    /// metadata:
    ///   name: data
    ///   annotations:
    ///     # finding: 0 /metadata/annotations/volume.beta.kubernetes.io~1storage-class
    ///     volume.beta.kubernetes.io/storage-class: standard
    /// spec:
    ///   accessModes: [ReadWriteOnce]
    ///   resources:
    ///     requests:
    ///       storage: 1Gi
    /// ---
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
    ///         # finding: 1 /spec/volumeClaimTemplates/0/spec/storageClassName
    ///         storageClassName: slow-old
    ///         accessModes: [ReadWriteOnce]
    ///         resources:
    ///           requests:
    ///             storage: 1Gi
    /// ```
    ///
    /// The empty text is a value, and means a volume that somebody made by hand. It is enough for `require`,
    /// with a note, and one of those that are allowed only where the list has it:
    ///
    /// ```yaml,bad
    /// # settings: {"require": true}
    /// apiVersion: v1
    /// kind: PersistentVolumeClaim
    /// metadata:
    ///   name: data
    /// spec:
    ///   # finding: /spec/storageClassName
    ///   storageClassName: ""
    ///   accessModes: [ReadWriteOnce]
    ///   resources:
    ///     requests:
    ///       storage: 1Gi
    /// ```
    ///
    /// A class that deletes the data, as it does by default:
    ///
    /// ```yaml,bad
    /// # settings: {"reclaim_policies": ["Retain"]}
    /// apiVersion: storage.k8s.io/v1
    /// kind: StorageClass
    /// # finding: /reclaimPolicy
    /// metadata:
    ///   name: fast
    /// provisioner: csi.example.com
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// # settings: {"require": true, "allowed": ["fast"], "reclaim_policies": ["Retain"]}
    /// apiVersion: v1
    /// kind: PersistentVolumeClaim
    /// metadata:
    ///   name: data
    /// spec:
    ///   storageClassName: fast
    ///   accessModes: [ReadWriteOnce]
    ///   resources:
    ///     requests:
    ///       storage: 1Gi
    /// ---
    /// apiVersion: storage.k8s.io/v1
    /// kind: StorageClass
    /// metadata:
    ///   name: fast
    /// provisioner: csi.example.com
    /// reclaimPolicy: Retain
    /// ```
    ///
    /// Nothing is demanded unless settings do, and the empty text may be listed:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: PersistentVolumeClaim
    /// metadata:
    ///   name: data
    /// spec:
    ///   accessModes: [ReadWriteOnce]
    ///   resources:
    ///     requests:
    ///       storage: 1Gi
    /// ```
    ///
    /// ```yaml,good
    /// # settings: {"allowed": ["fast", ""]}
    /// apiVersion: v1
    /// kind: PersistentVolumeClaim
    /// metadata:
    ///   name: data
    /// spec:
    ///   storageClassName: ""
    ///   accessModes: [ReadWriteOnce]
    ///   resources:
    ///     requests:
    ///       storage: 1Gi
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For manifests that are to run on any cluster, whose default is then meant. Which class is right
    /// depends on the cluster, so that there is no repair.
    ///
    /// ## Source
    ///
    /// - [Storage Classes](https://kubernetes.io/docs/concepts/storage/storage-classes/): the default class, and `Delete` as the default reclaim policy
    /// - [Persistent Volumes: class](https://kubernetes.io/docs/concepts/storage/persistent-volumes/#class-1): the empty text and the annotation
    "storage-class-policy",
    "Storage class missing or not allowed",
    patterns: &[Pattern::StatefulService],
    enabled: false,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[
        Param::Flag(&REQUIRE),
        Param::Strings(&ALLOWED),
        Param::Strings(&DENIED),
        Param::Entries(&RECLAIM_POLICIES, Form::OneOf(&["Retain", "Delete", "Recycle"])),
    ],
    check: Check::Object(check),
}

static REQUIRE: Flag =
    Flag { name: "require", doc: "Whether each claim must name its class.", default: false };

static ALLOWED: Strings =
    Strings::empty("allowed", "Storage classes that are allowed, as globs; empty for every one.");

static DENIED: Strings = Strings::empty(
    "denied",
    "Storage classes that are not allowed, as globs, whatever `allowed` says.",
);

static RECLAIM_POLICIES: Strings = Strings::empty(
    "reclaim_policies",
    "Reclaim policies that a StorageClass may have; empty for every one.",
);

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    for claim in claims(object) {
        judge(cx, claim);
    }
    if object.is("storage.k8s.io", "StorageClass") {
        let at = object.node.at(&["reclaimPolicy"]);
        let written = at.node().filter(|node| !node.is_null());
        let policy = written.map_or("Delete", |node| node.as_str().unwrap_or_default());
        if !policy.is_empty() && cx.leaves_out(&RECLAIM_POLICIES, policy) {
            let shown = clipped(policy);
            cx.report(
                at,
                format_args!(
                    "the reclaim policy is `{shown}`, which is not one of those that are allowed"
                ),
            );
        }
    }
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, claim: Claim<'d>) {
    let class = claim.class();
    let (require, limited) = (cx.flag(&REQUIRE), cx.entries(&ALLOWED).next().is_some());
    let name = class.value.unwrap_or_default();
    let place = class.place;
    if class.is_mistyped() {
        return;
    }
    if class.is_absent() {
        if require {
            cx.report(
                place,
                format_args!(
                    "the claim names no storage class, so that the cluster's default decides"
                ),
            );
        }
    } else if cx.lists(&DENIED, name) {
        cx.report(place, format_args!("the storage class `{}` is denied here", clipped(name)));
    } else if name.is_empty() && require && !limited {
        cx.report(
            place,
            format_args!("the empty storage class means that no volume is made for the claim"),
        )
        .severity(Severity::Info)
        .at_most(Admission::Off);
    } else if cx.leaves_out(&ALLOWED, name) {
        cx.report(
            place,
            format_args!(
                "the storage class `{}` is not one of those that are allowed",
                clipped(name)
            ),
        );
    }
}
