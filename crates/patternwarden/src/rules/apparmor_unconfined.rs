use crate::engine::Cx;
use crate::kube::{PodSpec, Secured, entries};
use crate::matcher::clipped;
use crate::minor::Minor;
use crate::param::{Flag, Param, Strings};
use crate::pattern::Pattern;
use crate::repair::remove;
use crate::rule::{Admission, Check, Grade, Pss, Severity, Surface};
use alloc::{format, string::String, vec};
use patternwarden_tree::Node;

crate::rule! {
    /// A Pod or container leaves the AppArmor profile that its node would apply.
    ///
    /// ## Why it matters
    ///
    /// The runtime's profile forbids mounts and writes to the parts of `/proc` and `/sys` that reach the
    /// kernel. `Unconfined` allows them again. Up to 1.29 annotations of the Pod said it; they are still
    /// read.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    ///   annotations:
    ///     # finding: /metadata/annotations/container.apparmor.security.beta.kubernetes.io~1helper
    ///     container.apparmor.security.beta.kubernetes.io/helper: unconfined
    /// spec:
    ///   securityContext:
    ///     appArmorProfile:
    ///       # finding: /spec/securityContext/appArmorProfile/type
    ///       type: Unconfined
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       securityContext:
    ///         appArmorProfile:
    ///           # finding: /spec/containers/0/securityContext/appArmorProfile/type
    ///           type: unconfined
    ///     - name: helper
    ///       image: registry.example/helper:1.0.0
    /// ```
    ///
    /// The annotation and the field of a container say different things, so that the API server refuses the
    /// Pod; the profile of the Pod counts where the container has none:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    ///   annotations:
    ///     container.apparmor.security.beta.kubernetes.io/app: runtime/default
    ///     container.apparmor.security.beta.kubernetes.io/helper: localhost/helper
    /// spec:
    ///   securityContext:
    ///     appArmorProfile:
    ///       type: RuntimeDefault
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       securityContext:
    ///         # finding: /spec/containers/0/securityContext/appArmorProfile
    ///         appArmorProfile:
    ///           type: Localhost
    ///           localhostProfile: app
    ///     # finding: /spec/containers/1/securityContext/appArmorProfile
    ///     - name: helper
    ///       image: registry.example/helper:1.0.0
    /// ```
    ///
    /// With a list of profiles, and with the demand that there is one:
    ///
    /// ```yaml,bad
    /// # settings: {"allowed_profiles": ["localhost/shop-*"], "require": true}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       securityContext:
    ///         appArmorProfile:
    ///           type: Localhost
    ///           localhostProfile: shop-app
    ///     - name: helper
    ///       image: registry.example/helper:1.0.0
    ///       securityContext:
    ///         appArmorProfile:
    ///           # finding: /spec/containers/1/securityContext/appArmorProfile/type
    ///           type: RuntimeDefault
    ///     # finding: /spec/containers/2/securityContext/appArmorProfile
    ///     - name: proxy
    ///       image: registry.example/proxy:1.0.0
    /// ```
    ///
    /// Where only some profiles are allowed:
    ///
    /// ```yaml,bad
    /// # settings: {"allowed_profiles": ["localhost/*"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     # finding: /metadata/annotations/container.apparmor.security.beta.kubernetes.io~1app
    ///     container.apparmor.security.beta.kubernetes.io/app: runtime/default
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    /// ```
    ///
    /// Before Kubernetes 1.30 the field does not exist yet:
    ///
    /// ```yaml,bad
    /// # all settings: {"target": "1.29"}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   securityContext:
    ///     # finding: /spec/securityContext/appArmorProfile
    ///     appArmorProfile:
    ///       type: RuntimeDefault
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    ///   annotations:
    ///     container.apparmor.security.beta.kubernetes.io/helper: localhost/helper
    /// spec:
    ///   securityContext:
    ///     appArmorProfile:
    ///       type: RuntimeDefault
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       securityContext:
    ///         appArmorProfile:
    ///           type: Localhost
    ///           localhostProfile: app
    ///     - name: helper
    ///       image: registry.example/helper:1.0.0
    ///       securityContext:
    ///         appArmorProfile:
    ///           type: Localhost
    ///           localhostProfile: helper
    ///     - name: proxy
    ///       image: registry.example/proxy:1.0.0
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For an agent that mounts file systems for others, with a profile of its own rather than none.
    ///
    /// ## Source
    ///
    /// - [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/), baseline, "AppArmor"
    /// - [Restrict a Container's Access to Resources with AppArmor](https://kubernetes.io/docs/tutorials/security/apparmor/): the field exists since 1.30
    /// - `validateAppArmorAnnotationsAndFieldsMatchOnCreate` in [`validation.go` of `core`](https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go)
    /// - NSA and CISA, Kubernetes Hardening Guide 1.2, "Hardening applications against exploitation"
    "apparmor-unconfined",
    "AppArmor profile outside the allowed set",
    patterns: &[Pattern::ProcessContainment],
    severity: Severity::Error,
    admission: Admission::Deny,
    surfaces: &[Surface::Object, Surface::Cluster],
    pss: Some(Pss::baseline("appArmorProfile")),
    params: &[Param::Flag(&REQUIRE), Param::Strings(&ALLOWED_PROFILES)],
    fix: Some(Grade::Review),
    check: Check::Pod(check),
}

static REQUIRE: Flag = Flag {
    name: "require",
    doc: "Whether every container must have a profile, its own or that of the Pod.",
    default: false,
};

static ALLOWED_PROFILES: Strings = Strings {
    name: "allowed_profiles",
    doc: "The only profiles allowed, `runtime/default` or `localhost/<name>`, as globs; empty allows all of these.",
    default: &[],
};

const ANNOTATION: &str = "container.apparmor.security.beta.kubernetes.io/";

/// First version that has the field.
const FIELD: Minor = Minor(30);

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let limited = cx.entries(&ALLOWED_PROFILES).next().is_some();
    for entry in entries(pod.annotations()) {
        let Some(container) = is_profile(entry) else { continue };
        let value = entry.as_str();
        let none = value == Some("") || entry.is_null();
        let known = value.is_some_and(|v| v == "runtime/default" || v.starts_with("localhost/"));
        let listed = !limited || value.is_some_and(|value| cx.lists(&ALLOWED_PROFILES, value));
        if !(none || (known && listed)) {
            // The same words as for the field: moving it changes nothing.
            let name = clipped(container);
            let report = cx.report(
                entry,
                format_args!("the AppArmor profile of container `{name}` is not allowed"),
            );
            let report = if known { report.standard(None) } else { report };
            if !limited {
                report.fix_set(Grade::Review, "Use the profile of the runtime", "runtime/default");
            }
        }
    }
    pod.security_contexts().for_each(|secured| judge(cx, pod, secured, limited));
}

/// The container that an annotation speaks of.
fn is_profile(entry: Node<'_>) -> Option<&str> {
    entry.key()?.strip_prefix(ANNOTATION)
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>, secured: Secured<'d>, limited: bool) {
    let (profile, kind) = (secured.app_armor_profile(), secured.app_armor_type());
    let name = secured.container.and_then(|container| container.name().value);
    let annotated =
        entries(pod.annotations()).find(|entry| name.is_some() && is_profile(*entry) == name);
    let annotated = annotated.filter(|entry| entry.as_str().is_some_and(|own| !own.is_empty()));
    // What holds for a container: its own profile, else that of the Pod.
    let holds = if profile.is_absent() { pod.secured() } else { secured };
    let named = !holds.app_armor_profile().is_absent();
    if named && is_known(holds) && cx.target() >= FIELD && !pod.is_windows() {
        let word = spelt(holds);
        if let Some(entry) = annotated.filter(|entry| entry.as_str() != Some(&word)) {
            cx.report(
                profile.place,
                format_args!("{secured} has another AppArmor profile by annotation than by field"),
            )
            .standard(None)
            .at_most(Admission::Warn)
            .related(entry, "the annotation")
            .fix(
                Grade::Review,
                "Remove the annotation",
                vec![remove(pod.object().node, entry)],
            );
        }
    }
    if profile.is_absent() {
        if cx.flag(&REQUIRE) && annotated.is_none() && !named && secured.container.is_some() {
            cx.report(profile.place, format_args!("{secured} names no AppArmor profile"))
                .standard(None);
        }
        return;
    }
    let word = spelt(secured);
    let known = is_known(secured);
    if !known || (limited && !cx.lists(&ALLOWED_PROFILES, &word)) {
        let report =
            cx.report(kind.place, format_args!("the AppArmor profile of {secured} is not allowed"));
        let report = if known { report.standard(None) } else { report };
        if !limited {
            report.fix_set(Grade::Review, "Use the profile of the runtime", "RuntimeDefault");
        }
    } else if cx.target() < FIELD {
        cx.report(
            profile.place,
            format_args!("the API server drops the AppArmor profile of {secured}"),
        )
        .standard(None);
    }
}

/// Whether a profile is of a type that confines.
fn is_known(secured: Secured<'_>) -> bool {
    matches!(secured.app_armor_type().value, Some("RuntimeDefault" | "Localhost"))
}

/// A profile as annotations spell it.
fn spelt(secured: Secured<'_>) -> String {
    match secured.app_armor_type().value {
        Some("Localhost") => {
            format!("localhost/{}", secured.app_armor_localhost().value.unwrap_or_default())
        }
        Some("RuntimeDefault") => "runtime/default".into(),
        _ => "unconfined".into(),
    }
}
