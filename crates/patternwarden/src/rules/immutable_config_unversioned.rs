use crate::engine::Cx;
use crate::kube::{ConfigKind, ConfigObject, Object, config_references, is_versioned};
use crate::param::{Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Severity, Surface};
use alloc::{format, vec::Vec};

crate::rule! {
    /// Immutable configuration has a name that the next version cannot share.
    ///
    /// ## Why it matters
    ///
    /// The content can never be updated, and `immutable: true` can never be taken back, so the
    /// next release must delete the object while Pods still use it. A new name for each content
    /// makes roll-out and roll-back a change of one reference.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   # finding: /metadata/name
    ///   name: app-config
    /// immutable: true
    /// data:
    ///   MODE: prod
    /// ```
    ///
    /// The same holds for a Secret, and an ordinary word is no version:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Secret
    /// metadata:
    ///   # finding: 0 /metadata/name
    ///   name: app-settings
    /// immutable: true
    /// stringData:
    ///   user: app
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       envFrom:
    ///         - secretRef:
    ///             name: app-settings
    /// ```
    ///
    /// A ConfigMap whose name carries a version could be immutable:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   # finding: /immutable
    ///   name: app-config-v7
    /// data:
    ///   MODE: prod
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: app-config-v7
    /// immutable: true
    /// data:
    ///   MODE: prod
    /// ---
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: app-config-1.4.2
    /// immutable: true
    /// data:
    ///   MODE: prod
    /// ---
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: app-config-2024-05-31
    /// immutable: true
    /// data:
    ///   MODE: prod
    /// ```
    ///
    /// Hashes of Kustomize and of others are versions too:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: app-config-8mbdf7882g
    /// immutable: true
    /// data:
    ///   MODE: prod
    /// ---
    /// apiVersion: v1
    /// kind: Secret
    /// metadata:
    ///   name: app-secret-3f2a9c
    /// immutable: true
    /// stringData:
    ///   user: app
    /// ```
    ///
    /// So is what you name in `versioned_names`:
    ///
    /// ```yaml,good
    /// # settings: {"versioned_names": ["*-blue", "*-green"]}
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: app-config-blue
    /// immutable: true
    /// data:
    ///   MODE: prod
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For content that never changes in the life of the cluster, such as the certificate of a
    /// root authority.
    ///
    /// ## Source
    ///
    /// - [Immutable ConfigMaps](https://kubernetes.io/docs/concepts/configuration/configmap/#configmap-immutable), stable since 1.21
    "immutable-config-unversioned",
    "Immutable ConfigMap or Secret whose name carries no version",
    patterns: &[Pattern::ImmutableConfiguration, Pattern::ConfigurationResource],
    severity: Severity::Warning,
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Strings(&VERSIONED_NAMES)],
    fix: Some(Grade::Review),
    check: Check::Object(check),
}

static VERSIONED_NAMES: Strings = Strings {
    name: "versioned_names",
    doc: "Further names that carry a version, as globs.",
    default: &[],
};

/// Related places that a finding names at most.
const MAX_RELATED: usize = 8;

/// Longest name of an object: a DNS subdomain.
const MAX_NAME: usize = 253;

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(config) = ConfigObject::of(object) else { return };
    // A generated name is another one for each object.
    let Some(name) = object.name().value else { return };
    let versioned = is_versioned(name) || cx.lists(&VERSIONED_NAMES, name);
    let immutable = config.immutable();
    match immutable.value {
        Some(true) if !versioned => unversioned(cx, config, name),
        Some(true) => {}
        _ if versioned && config.kind == ConfigKind::ConfigMap => {
            cx.report(immutable.place, format_args!("`{name}` has a version but can be changed"))
                .severity(Severity::Hint)
                .fix_set(Grade::Review, "Make it immutable; this cannot be taken back", true);
        }
        _ => {}
    }
}

fn unversioned<'d>(cx: &mut Cx<'_, 'd>, config: ConfigObject<'d>, name: &'d str) {
    let namespace = config.object.effective_namespace();
    let users: Vec<_> = cx
        .set()
        .pod_specs_in(namespace)
        .flat_map(config_references)
        .filter(|user| user.kind == config.kind && user.name.as_str() == Some(name))
        .take(MAX_RELATED)
        .collect();
    let mut report = cx.report(
        config.object.name().place,
        format_args!("`{name}` can never change, and its name leaves none for the next version"),
    );
    let renamed = format!("{name}-v1");
    // A repair changes one object: it must not cut the references of others.
    if users.is_empty() && renamed.len() <= MAX_NAME {
        report.fix_set(Grade::Review, format!("Rename it to `{renamed}`"), renamed);
        return;
    }
    for user in users {
        report = report.related(user.name, "refers to the name");
    }
}
