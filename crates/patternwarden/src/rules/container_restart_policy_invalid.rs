use crate::engine::Cx;
use crate::kube::{Class, Container, items};
use crate::matcher::clipped;
use crate::minor::Minor;
use crate::pattern::Pattern;
use crate::rule::{Check, Severity};
use patternwarden_tree::Node;

crate::rule! {
    /// A container has a restart policy of its own that the target does not know.
    ///
    /// ## Why it matters
    ///
    /// Where the field is unknown it is dropped: the "sidecar" becomes an init container that never ends,
    /// and the Pod never starts.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   initContainers:
    ///     - name: migrate
    ///       image: registry.example/migrate:1.2.0
    ///       # finding: /spec/initContainers/0/restartPolicy
    ///       restartPolicy: Sometimes
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       # finding: /spec/containers/0/restartPolicyRules
    ///       restartPolicyRules:
    ///         - action: Restart
    ///           exitCodes:
    ///             operator: In
    ///             values: [42]
    ///     - name: helper
    ///       image: registry.example/helper:1.0.0
    ///       restartPolicy: Never
    ///       restartPolicyRules:
    ///         # finding: /spec/containers/1/restartPolicyRules/0/action
    ///         - action: Reboot
    ///           exitCodes:
    ///             operator: In
    ///             values: [42]
    /// ```
    ///
    /// Debug containers are never restarted, and more than 20 rules are too many:
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
    ///       restartPolicy: Never
    ///       # finding: /spec/containers/0/restartPolicyRules
    ///       restartPolicyRules: [{action: Restart}, {action: Restart}, {action: Restart}, {action: Restart}, {action: Restart}, {action: Restart}, {action: Restart}, {action: Restart}, {action: Restart}, {action: Restart}, {action: Restart}, {action: Restart}, {action: Restart}, {action: Restart}, {action: Restart}, {action: Restart}, {action: Restart}, {action: Restart}, {action: Restart}, {action: Restart}, {action: Restart}]
    ///   ephemeralContainers:
    ///     - name: debug
    ///       image: registry.example/debug:1.0.0
    ///       # finding: /spec/ephemeralContainers/0/restartPolicy
    ///       restartPolicy: Always
    /// ```
    ///
    /// Before Kubernetes 1.34 only sidecars have a policy of their own:
    ///
    /// ```yaml,bad
    /// # all settings: {"target": "1.33"}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   initContainers:
    ///     - name: migrate
    ///       image: registry.example/shop-migrate:2.1.0
    ///       # finding: /spec/initContainers/0/restartPolicy
    ///       restartPolicy: Never
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    ///       # finding: /spec/containers/0/restartPolicy
    ///       restartPolicy: Always
    ///     - name: worker
    ///       image: registry.example/worker:1.0.0
    ///       # finding: /spec/containers/1/restartPolicyRules
    ///       restartPolicyRules:
    ///         - action: Restart
    ///           exitCodes:
    ///             operator: In
    ///             values: [42]
    /// ```
    ///
    /// Restarting all containers came with 1.35:
    ///
    /// ```yaml,bad
    /// # all settings: {"target": "1.34"}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    ///       restartPolicy: Never
    ///       restartPolicyRules:
    ///         # finding: /spec/containers/0/restartPolicyRules/0/action
    ///         - action: RestartAllContainers
    ///           exitCodes:
    ///             operator: In
    ///             values: [42]
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
    ///   initContainers:
    ///     - name: proxy
    ///       image: registry.example/proxy:1.9.0
    ///       restartPolicy: Always
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       restartPolicy: OnFailure
    ///       restartPolicyRules:
    ///         - action: Restart
    ///           exitCodes:
    ///             operator: In
    ///             values: [42]
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Never; what was meant for a cluster that cannot do it, only the author knows, so that there is no
    /// repair.
    ///
    /// ## Source
    ///
    /// - [KEP-753](https://github.com/kubernetes/enhancements/tree/master/keps/sig-node/753-sidecar-containers): `Always` for init containers, on since 1.29
    /// - [KEP-5307](https://github.com/kubernetes/enhancements/tree/master/keps/sig-node/5307-container-restart-policy): for every container since 1.34; KEP-5532: `RestartAllContainers` since 1.35
    "container-restart-policy-invalid",
    "Container-level restartPolicy the target does not know",
    patterns: &[Pattern::Sidecar, Pattern::InitContainer],
    severity: Severity::Error,
    check: Check::Container(check),
}

/// First version in which every container may have a policy.
const EVERY_CONTAINER: Minor = Minor(34);
/// First version with the action `RestartAllContainers`.
const ALL_CONTAINERS: Minor = Minor(35);
const MOST_RULES: usize = 20;

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    let policy = container.restart_policy();
    let target = cx.target();
    let every = target >= EVERY_CONTAINER;
    let init = matches!(container.class, Class::Init | Class::Sidecar);
    let name = container.display_name();
    let problem = match policy.value {
        None if policy.is_absent() => "",
        _ if container.class == Class::Ephemeral => "is not for debug containers",
        Some("Always") if init || every => "",
        Some("OnFailure" | "Never") if every => "",
        _ if every => "must be `Always`, `OnFailure` or `Never`",
        _ if init => "can be `Always` only, before Kubernetes 1.34",
        _ => "is for init containers only, before Kubernetes 1.34",
    };
    if !problem.is_empty() {
        cx.report(policy.place, format_args!("the restart policy of `{name}` {problem}"));
    }
    let rules =
        container.node.get("restartPolicyRules").filter(|rules| rules.items().next().is_some());
    let Some(rules) = rules else { return };
    if !every {
        cx.report(rules, format_args!("`restartPolicyRules` of `{name}` needs Kubernetes 1.34"));
    } else if policy.is_absent() {
        cx.report(rules, format_args!("`restartPolicyRules` of `{name}` needs `restartPolicy`"));
    } else if rules.items().count() > MOST_RULES {
        cx.report(rules, format_args!("`{name}` has more than {MOST_RULES} restart rules"));
    }
    for action in items(Some(rules)).filter_map(|rule| rule.get("action")) {
        let known = match action.as_str() {
            Some("Restart") => true,
            Some("RestartAllContainers") => target >= ALL_CONTAINERS,
            _ => false,
        };
        if !known {
            let text = clipped(Node::scalar_text(action));
            cx.report(
                action,
                format_args!("`{text}` is no action of a restart rule in Kubernetes {target}"),
            );
        }
    }
}
