use crate::engine::Cx;
use crate::image_match::matches;
use crate::kube::PodSpec;
use crate::matcher::{clipped, glob};
use crate::param::{Flag, Form, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Surface};
use alloc::vec::Vec;

crate::rule! {
    /// A workload runs as a ServiceAccount that is not meant for it.
    ///
    /// ## Why it matters
    ///
    /// Whoever may create Pods in a namespace may run them as any of its accounts, also as that of the
    /// operator. Binding an account to its image takes that ladder away. Which account is the right one
    /// nobody can tell from here, so there is no repair.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # settings: {"images": ["deployer=registry.example/deployer", "deployer=registry.example/tools/*"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shell
    /// spec:
    ///   serviceAccountName: deployer
    ///   containers:
    ///     - name: tool
    ///       image: registry.example/tools/kubectl:1.36.0
    ///     - name: shell
    ///       # finding: /spec/containers/1/image
    ///       image: docker.io/library/busybox:1.37.0
    /// ```
    ///
    /// ```yaml,bad
    /// # settings: {"require_named": true, "denied": ["*-operator"], "allowed": ["shop", "default", "*-operator"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// # finding: 0 /spec/serviceAccountName
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shell
    /// spec:
    ///   # finding: 1 /spec/serviceAccountName
    ///   serviceAccountName: shop-operator
    ///   containers:
    ///     - name: shell
    ///       image: registry.example/shell:1.4.2
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: old
    /// spec:
    ///   # finding: 2 /spec/serviceAccount
    ///   serviceAccount: billing
    ///   containers:
    ///     - name: old
    ///       image: registry.example/old:1.4.2
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// # settings: {"require_named": true, "images": ["deployer=registry.example/deployer"], "allowed": ["deploy*", "shop"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: deployer
    /// spec:
    ///   serviceAccountName: deployer
    ///   containers:
    ///     - name: deployer
    ///       image: registry.example/deployer:3.0.1
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   serviceAccountName: shop
    ///   containers:
    ///     - name: shop
    ///       image: registry.example/shop:2.1.0
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Never for long: an account costs nothing.
    ///
    /// ## Source
    ///
    /// - [Configure Service Accounts for Pods](https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/)
    /// - [RBAC Good Practices](https://kubernetes.io/docs/concepts/security/rbac-good-practices/#workload-creation), "Workload creation"
    "service-account-policy",
    "ServiceAccount not allowed for this workload",
    patterns: &[Pattern::AccessControl],
    enabled: false,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[
        Param::Flag(&REQUIRE_NAMED),
        Param::Strings(&ALLOWED),
        Param::Strings(&DENIED),
        Param::Entries(&IMAGES, Form::Source),
    ],
    check: Check::Pod(check),
}

static REQUIRE_NAMED: Flag = Flag {
    name: "require_named",
    doc: "Whether a workload needs an account of its own, not `default`.",
    default: false,
};

static ALLOWED: Strings =
    Strings::empty("allowed", "The only accounts that may be used, as globs; empty for every one.");

static DENIED: Strings = Strings::empty("denied", "Accounts that must not be used, as globs.");

static IMAGES: Strings = Strings::empty(
    "images",
    "Images that an account is for: `account=pattern`, the account as a glob and the pattern as in `image-registry-policy`; several entries add up.",
);

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let account = pod.service_account();
    let shown = clipped(account);
    let why = if cx.lists(&DENIED, account) {
        Some("is not allowed")
    } else if cx.flag(&REQUIRE_NAMED) && account == "default" {
        Some("is not an account of its own")
    } else if cx.leaves_out(&ALLOWED, account) {
        Some("is not one of those that are allowed")
    } else {
        None
    };
    if let Some(why) = why {
        cx.report(pod.account_place(), format_args!("ServiceAccount `{shown}` {why}"));
    }
    let entries = cx.entries(&IMAGES).filter_map(|entry| entry.split_once('='));
    let meant: Vec<&str> =
        entries.filter(|(of, _)| glob(of, account)).map(|(_, pattern)| pattern).collect();
    if meant.is_empty() {
        return;
    }
    for used in pod.images() {
        let image = used.parsed();
        if !image.is_some_and(|image| meant.iter().any(|pattern| matches(pattern, image))) {
            cx.report(
                used.reference.place,
                format_args!("ServiceAccount `{shown}` is not for the image of {used}"),
            );
        }
    }
}
