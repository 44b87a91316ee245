use crate::engine::Cx;
use crate::kube::command::base_name;
use crate::kube::{Container, config_references, items, variables};
use crate::matcher::clipped;
use crate::minor::Minor;
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Severity, Surface};
use alloc::{format, vec, vec::Vec};
use patternwarden_tree::{Edit, Node, Op, Place};

crate::rule! {
    /// A variable is used before it is defined, is never defined, or is defined twice.
    ///
    /// ## Why it matters
    ///
    /// `$(HOST)` is replaced by what stands before it: links of Services, then `envFrom`, then `env`
    /// from top to bottom. What is not known yet stays as it is, so the program gets the text
    /// `https://$(HOST)/`. Sorting the list by name is enough to break it.
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
    ///       env:
    ///         - name: MY_URL
    ///           # finding: /spec/containers/0/env/0/value
    ///           value: https://$(IP):$(PORT)/
    ///         - name: PORT
    ///           value: "8181"
    ///         - name: IP
    ///           valueFrom:
    ///             fieldRef:
    ///               fieldPath: status.podIP
    /// ```
    ///
    /// Nothing defines it, neither for a variable nor for an argument; here the ConfigMap that could
    /// is known:
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
    ///       args:
    ///         # finding: 0 /spec/containers/0/args/0
    ///         - --level=$(LEVEL)
    ///       envFrom:
    ///         - prefix: APP_
    ///           configMapRef:
    ///             name: app
    ///       env:
    ///         - name: MY_URL
    ///           # finding: 0 /spec/containers/0/env/0/value
    ///           value: https://$(APP_USER)@$(APP_HOST)/
    /// ---
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: app
    /// data:
    ///   HOST: shop.example
    /// ```
    ///
    /// The second one wins; and a name that is none:
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
    ///       env:
    ///         - name: LEVEL
    ///           value: info
    ///         # finding: /spec/containers/0/env/1/name
    ///         - name: LEVEL
    ///           value: debug
    ///         # finding: /spec/containers/0/env/2/name
    ///         - name: a=b
    ///           value: c
    /// ```
    ///
    /// Before Kubernetes 1.32 names have fewer signs:
    ///
    /// ```yaml,bad
    /// # all settings: {"target": "1.31"}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    ///       env:
    ///         # finding: /spec/containers/0/env/0/name
    ///         - name: 2FA URL
    ///           value: https://id.example.com
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
    ///       args: ["--url=$(MY_URL)"]
    ///       env:
    ///         - name: PORT
    ///           value: "8181"
    ///         - name: IP
    ///           valueFrom:
    ///             fieldRef:
    ///               fieldPath: status.podIP
    ///         - name: MY_URL
    ///           value: https://$(IP):$(PORT)/
    /// ```
    ///
    /// Links of Services, a dollar sign, a shell's own `$(…)`, and what a ConfigMap that is not here
    /// may bring; letters of any kind are allowed in names since 1.32:
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
    ///       command: ["sh", "-c", "echo $(date) $$(PRICE)"]
    ///       envFrom:
    ///         - prefix: APP_
    ///           configMapRef:
    ///             name: elsewhere
    ///       env:
    ///         - name: DATABASE
    ///           value: $(DB_SERVICE_HOST):$(DB_SERVICE_PORT)
    ///         - name: MODE
    ///           value: $(APP_MODE)
    ///         - name: 1st/level
    ///           value: $$(NOT_A_REFERENCE)
    /// ```
    ///
    /// A variable that a Service of the namespace brings:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    ///       args: ["--db=$(DB_SERVICE_HOST)"]
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Where the program itself expands what the kubelet left. Which of two values or what unknown name is
    /// meant, only the author knows: there is no repair for these.
    ///
    /// ## Source
    ///
    /// - [Define Dependent Environment Variables](https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/)
    /// - [Define Environment Variables](https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/): any printable ASCII but `=` in names, on by default since 1.32
    "env-reference-order",
    "`$(VAR)` used before it is defined, or never defined",
    patterns: &[Pattern::EnvVarConfiguration],
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    fix: Some(Grade::Safe),
    check: Check::Container(check),
}

/// From this version on, names of variables may hold any printable ASCII but `=`.
const RELAXED_NAMES: Minor = Minor(32);

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    let named = |entry: Node<'d>| Some((entry.get("name")?, entry));
    let env: Vec<_> = items(container.env().value).filter_map(named).collect();
    for (at, (name, entry)) in env.iter().enumerate() {
        let text = name.as_str().unwrap_or_default();
        let mut earlier = env.iter().take(at);
        let (shown, first) =
            (clipped(text), earlier.find(|(other, _)| other.as_str() == Some(text)));
        if !text.is_empty() && !is_valid(text, cx.target()) {
            cx.report(*name, format_args!("`{shown}` cannot be the name of a variable"));
        } else if let Some((first, _)) = first.filter(|_| !text.is_empty()) {
            cx.report(*name, format_args!("`{shown}` is defined twice, and this value wins"))
                .related(*first, "the value that is lost");
        }
        if let Some(value) = entry.get("value") {
            order(cx, container, &env, at, value);
        }
    }
    // A shell has the same sign for something else.
    let shell = |word: Node<'_>| base_name(word.scalar_text()).ends_with("sh");
    if !container.words().any(shell) {
        for word in container.words() {
            let mut unknown = variables(word.scalar_text());
            unknown.retain(|name| !defines(&env, name) && !elsewhere(cx, container, name, true));
            undefined(cx, word, &unknown);
        }
    }
}

fn defines(env: &[(Node<'_>, Node<'_>)], wanted: &str) -> bool {
    env.iter().any(|(name, _)| name.as_str() == Some(wanted))
}

fn order<'d>(
    cx: &mut Cx<'_, 'd>,
    container: Container<'d>,
    env: &[(Node<'d>, Node<'d>)],
    at: usize,
    value: Node<'d>,
) {
    let (before, rest) = env.split_at(at);
    let behind = rest.get(1..).unwrap_or_default();
    let mut used = variables(value.scalar_text());
    used.retain(|name| !defines(before, name) && !elsewhere(cx, container, name, false));
    let late: Vec<_> = used.iter().copied().filter(|name| defines(behind, name)).collect();
    used.retain(|name| !late.contains(name) && !elsewhere(cx, container, name, true));
    undefined(cx, value, &used);
    let last = env.iter().rposition(|(name, _)| late.contains(&name.scalar_text()));
    let (Some(last), Some((own, entry))) = (last, env.get(at)) else { return };
    let mut report = cx.report(
        value,
        format_args!("`{}` uses {} before it is defined", clipped(own.scalar_text()), list(&late)),
    );
    for (name, _) in behind.iter().filter(|(name, _)| late.contains(&name.scalar_text())) {
        report = report.related(*name, "is defined here");
    }
    // Behind its definitions, unless another variable on the way needs this one.
    let between = behind.get(..last - at).unwrap_or_default();
    let needed = between.iter().any(|(_, entry)| {
        let value = entry.get("value").map_or("", Node::scalar_text);
        variables(value).contains(&own.scalar_text())
    });
    let to = env.get(last).and_then(|(_, entry)| entry.index());
    if let (Some(to), false) = (to, needed) {
        let base = container.object().node;
        let all = container.env().place.pointer(base);
        let from = format!("{}", Place::from(*entry).pointer(base));
        let edit = Edit::new(format!("{all}/{to}"), Op::Move { from });
        report.fix(Grade::Safe, "Move it behind what it uses", vec![edit]);
    }
}

fn undefined<'d>(cx: &mut Cx<'_, 'd>, place: Node<'d>, names: &[&str]) {
    if !names.is_empty() {
        cx.report(
            place,
            format_args!("nothing defines {}, so the text stays as it is", list(names)),
        )
        .severity(Severity::Info);
    }
}

fn list(names: &[&str]) -> alloc::string::String {
    let names: Vec<_> = names.iter().map(|name| format!("`{}`", clipped(name))).collect();
    names.join(" and ")
}

/// Whether a variable comes from a link to a Service or from `envFrom`: certainly, or `perhaps`,
/// where what it comes from is not in the set.
fn elsewhere(cx: &Cx<'_, '_>, container: Container<'_>, name: &str, perhaps: bool) -> bool {
    let links = container.pod.enable_service_links().value != Some(false);
    let port = name.ends_with("_PORT") || name.contains("_PORT_");
    let link = name.ends_with("_SERVICE_HOST") || name.contains("_SERVICE_PORT") || port;
    if perhaps && link && (links || name.starts_with("KUBERNETES_")) {
        return true;
    }
    let namespace = container.object().effective_namespace();
    let references = config_references(container.pod);
    items(container.env_from().value).any(|source| {
        let prefix = source.get("prefix").map_or("", Node::scalar_text);
        let Some(key) = name.strip_prefix(prefix) else { return false };
        let mut found = references.iter().filter(|reference| source.contains(reference.name));
        match found.find_map(|reference| cx.set().referenced(*reference, namespace)) {
            Some(config) => config.entry(key).is_some(),
            None => perhaps,
        }
    })
}

/// Source: `apimachinery/pkg/util/validation.IsEnvVarName` and `IsRelaxedEnvVarName`.
fn is_valid(name: &str, target: Minor) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    if target >= RELAXED_NAMES {
        name.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'=')
    } else {
        let climbs = name == "." || name.starts_with("..");
        name.bytes().all(plain) && !climbs && !name.starts_with(|c: char| c.is_ascii_digit())
    }
}
