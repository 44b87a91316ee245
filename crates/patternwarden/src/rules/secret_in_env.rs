use crate::engine::Cx;
use crate::kube::{Container, items};
use crate::matcher::clipped;
use crate::param::{Form, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Severity, Surface};
use alloc::vec::Vec;
use patternwarden_tree::Node;

crate::rule! {
    /// A container gets a Secret as environment variables.
    ///
    /// ## Why it matters
    ///
    /// Variables are inherited by every child process and end up in crash dumps and on debug pages. A file
    /// that is mounted follows the Secret when it is renewed, a variable does not. The program has to read
    /// the file instead, so there is no repair.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
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
    ///             # finding: /spec/containers/0/envFrom/0/secretRef/name
    ///             name: app-db
    ///     - name: worker
    ///       image: registry.example/worker:1.4.2
    ///       env:
    ///         - name: PASSWORD
    ///           valueFrom:
    ///             secretKeyRef:
    ///               # finding: /spec/containers/1/env/0/valueFrom/secretKeyRef/name
    ///               name: app-db
    ///               key: password
    ///       envFrom:
    ///         - secretRef:
    ///             name: app-mail
    /// ```
    ///
    /// ```yaml,bad
    /// # settings: {"sources": ["env"], "allowed": ["public-*"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   initContainers:
    ///     - name: migrate
    ///       image: registry.example/app:1.4.2
    ///       env:
    ///         - name: ID
    ///           valueFrom:
    ///             secretKeyRef:
    ///               name: public-id
    ///               key: id
    ///         - name: PASSWORD
    ///           valueFrom:
    ///             secretKeyRef:
    ///               # finding: /spec/initContainers/0/env/1/valueFrom/secretKeyRef/name
    ///               name: app-db
    ///               key: password
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       envFrom:
    ///         - secretRef:
    ///             name: app-db
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       volumeMounts:
    ///         - name: db
    ///           mountPath: /run/secrets/db
    ///           readOnly: true
    ///   volumes:
    ///     - name: db
    ///       secret:
    ///         secretName: app-db
    /// ```
    ///
    /// ## When to allow it
    ///
    /// When the program knows no other way. A variable that comes from a Secret is still better than a
    /// value in the manifest.
    ///
    /// ## Source
    ///
    /// - [Good practices for Kubernetes Secrets](https://kubernetes.io/docs/concepts/security/secrets-good-practices/)
    /// - CIS Kubernetes Benchmark 1.12, 5.4.1
    "secret-in-env",
    "Secret passed as environment variable",
    patterns: &[Pattern::SecureConfiguration, Pattern::EnvVarConfiguration],
    severity: Severity::Hint,
    enabled: false,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Strings(&ALLOWED), Param::Entries(&SOURCES, Form::OneOf(&["env", "envFrom"]))],
    check: Check::Container(check),
}

static ALLOWED: Strings = Strings {
    name: "allowed",
    doc: "Secrets that may be passed as variables, as globs.",
    default: &[],
};

static SOURCES: Strings = Strings {
    name: "sources",
    doc: "Where to look: `env`, `envFrom`.",
    default: &["env", "envFrom"],
};

/// Secrets that a finding names at most.
const MAX_NAMED: usize = 8;

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    let mut found: Vec<Node<'d>> = Vec::new();
    if cx.lists(&SOURCES, "env") {
        let from = items(container.env().value).filter_map(|entry| entry.get("valueFrom"));
        found.extend(from.filter_map(|from| from.get("secretKeyRef")?.get("name")));
    }
    if cx.lists(&SOURCES, "envFrom") {
        let from = items(container.env_from().value);
        found.extend(from.filter_map(|from| from.get("secretRef")?.get("name")));
    }
    let mut names: Vec<&str> = Vec::new();
    found.retain(|node| {
        let name = node.scalar_text();
        let new = !cx.lists(&ALLOWED, name) && !names.contains(&name);
        names.extend(new.then_some(name));
        new
    });
    let Some((first, rest)) = found.split_first() else { return };
    let shown = core::fmt::from_fn(|f| {
        for (at, name) in names.iter().take(MAX_NAMED).enumerate() {
            write!(f, "{}`{}`", if at == 0 { "" } else { ", " }, clipped(name))?;
        }
        f.write_str(if names.len() > MAX_NAMED { " and others" } else { "" })
    });
    let name = container.display_name();
    let words = format_args!("container `{name}` gets Secrets as variables: {shown}");
    let mut report = cx.report(*first, words);
    for other in rest.iter().take(MAX_NAMED) {
        report = report.related(*other, "so does this one");
    }
}
