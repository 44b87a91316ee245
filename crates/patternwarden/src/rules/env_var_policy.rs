use crate::engine::Cx;
use crate::kube::{Container, items};
use crate::matcher::{CRITERIA, clipped, glob, unmet};
use crate::param::{Choice, Form, Param, Strings};
use crate::pattern::Pattern;
use crate::repair::remove;
use crate::rule::{Check, Grade, Surface};
use alloc::{vec, vec::Vec};
use patternwarden_tree::Node;

crate::rule! {
    /// A container has a variable that is not allowed, or lacks one that is demanded.
    ///
    /// ## Why it matters
    ///
    /// One variable can switch off a guard, such as `NODE_TLS_REJECT_UNAUTHORIZED` or `LD_PRELOAD`, or name
    /// a proxy that everybody needs. A list turns such knowledge into a check.
    ///
    /// Variables that `envFrom` brings in count where their ConfigMap or Secret is among the objects.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # settings: {"denied": ["LD_PRELOAD", "NODE_TLS_*"], "denied_values": ["LOG_LEVEL=trace*"]}
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: app
    /// data:
    ///   PRELOAD: /lib/guard.so
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       env:
    ///         # finding: 1 /spec/containers/0/env/0/name
    ///         - name: NODE_TLS_REJECT_UNAUTHORIZED
    ///           value: "0"
    ///         - name: LOG_LEVEL
    ///           # finding: 1 /spec/containers/0/env/1/value
    ///           value: trace
    ///       # finding: 1 /spec/containers/0/envFrom
    ///       envFrom:
    ///         - prefix: LD_
    ///           configMapRef:
    ///             name: app
    /// ```
    ///
    /// ```yaml,bad
    /// # settings: {"required": ["HTTPS_PROXY"], "containers": ["app*"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   initContainers:
    ///     - name: migrate
    ///       image: registry.example/migrate:1.4.2
    ///   containers:
    ///     # finding: /spec/containers/0/env
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ```yaml,bad
    /// # settings: {"criteria": "containsAnyOf", "names": ["HTTP_PROXY", "HTTPS_PROXY"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       # finding: /spec/containers/0/env
    ///       env:
    ///         - name: NO_PROXY
    ///           value: localhost
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// # settings: {"denied": ["LD_PRELOAD", "NODE_TLS_*"], "required": ["HTTPS_PROXY"], "denied_values": ["LOG_LEVEL=trace*"]}
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: proxy
    /// data:
    ///   PROXY: http://proxy.example:3128
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       env:
    ///         - name: NODE_EXTRA_CA_CERTS
    ///           value: /ca/ca.pem
    ///         - name: LOG_LEVEL
    ///           value: info
    ///       envFrom:
    ///         - prefix: HTTPS_
    ///           configMapRef:
    ///             name: proxy
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For a workload that has a reason: exempt it by name. The repair takes away what is denied; what a
    /// variable that is demanded should hold is not known here.
    ///
    /// ## Source
    ///
    /// - [Define Environment Variables for a Container](https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/)
    /// - [Criteria of Kubewarden's environment-variable policy](https://github.com/kubewarden/environment-variable-policy)
    "env-var-policy",
    "Environment variable names required or forbidden",
    patterns: &[Pattern::EnvVarConfiguration],
    enabled: false,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[
        Param::Strings(&DENIED),
        Param::Entries(&DENIED_VALUES, Form::Pair),
        Param::Strings(&REQUIRED),
        Param::Choice(&CRITERION),
        Param::Strings(&NAMES),
        Param::Strings(&CONTAINERS),
    ],
    fix: Some(Grade::Review),
    check: Check::Container(check),
}

const fn list(name: &'static str, doc: &'static str) -> Strings {
    Strings { name, doc, default: &[] }
}

static DENIED: Strings = list("denied", "Variables that must not be there, as globs.");
static DENIED_VALUES: Strings =
    list("denied_values", "What variables must not hold: `NAME=value`, both as globs.");
static REQUIRED: Strings = list("required", "Variables that must be there, as globs.");
static NAMES: Strings = list("names", "The variables that `criteria` is about, as globs.");

static CRITERION: Choice = Choice {
    name: "criteria",
    doc: "How the variables of a container must relate to `names`.",
    options: CRITERIA,
    default: "none",
};

static CONTAINERS: Strings = Strings {
    name: "containers",
    doc: "Containers that `required` and `criteria` are about, as globs of their names.",
    default: &["*"],
};

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    let root = container.object().node;
    for entry in items(container.env().value) {
        let Some(node) = entry.get("name") else { continue };
        let (name, value) = (node.scalar_text(), entry.get("value"));
        let holds = |rule: &str| {
            let Some((of, wanted)) = rule.split_once('=') else { return false };
            glob(of, name) && value.is_some_and(|value| glob(wanted, value.scalar_text()))
        };
        let shown = clipped(name);
        let report = if cx.lists(&DENIED, name) {
            cx.report(node, format_args!("the variable `{shown}` is not allowed"))
        } else if let Some(value) = value.filter(|_| cx.entries(&DENIED_VALUES).any(holds)) {
            cx.report(value, format_args!("the value of the variable `{shown}` is not allowed"))
        } else {
            continue;
        };
        report.fix(Grade::Review, "Remove the variable", vec![remove(root, entry)]);
    }
    let (brought, complete) = cx.set().variables_from(container);
    let from = container.env_from().place;
    for (name, entry) in &brought {
        if !cx.lists(&DENIED, name) {
            continue;
        }
        cx.report(
            from,
            format_args!("the variable `{}`, which is brought in, is not allowed", clipped(name)),
        )
        .related(*entry, "brings the variable");
    }
    if !cx.lists(&CONTAINERS, container.name().value.unwrap_or_default()) {
        return;
    }
    let own =
        items(container.env().value).filter_map(|entry| entry.get("name").and_then(Node::as_str));
    let names: Vec<&str> = own.chain(brought.iter().map(|(name, _)| name.as_str())).collect();
    let (place, shown) = (container.env().place, container.display_name());
    let unless = if complete { "" } else { ", unless an object that is not here brings it" };
    for wanted in cx.entries(&REQUIRED) {
        if !names.iter().any(|name| glob(wanted, name)) {
            let words = format_args!("container `{shown}` lacks the variable `{wanted}`{unless}");
            cx.report(place, words);
        }
    }
    let (criterion, wanted) = (cx.choice(&CRITERION), cx.entries(&NAMES).collect::<Vec<_>>());
    if let Some(why) = unmet(criterion, &wanted, &names) {
        cx.report(place, format_args!("the variables of container `{shown}` {why}"));
    }
}
