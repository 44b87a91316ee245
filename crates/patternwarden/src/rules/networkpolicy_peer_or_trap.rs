use crate::engine::Cx;
use crate::kube::{NetworkPolicy, Object, items};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Surface};
use alloc::{format, vec, vec::Vec};
use patternwarden_tree::{Edit, Node, Op, Place, Value};

crate::rule! {
    /// Two peers stand side by side that were probably meant as one.
    ///
    /// ## Why it matters
    ///
    /// One dash decides. As one item, a namespace selector and a Pod selector mean the API Pods of
    /// team shop. As two, they mean every Pod of team shop, and the API Pods of this namespace. The
    /// wrong reading opens the namespace.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata:
    ///   name: db
    /// spec:
    ///   podSelector:
    ///     matchLabels:
    ///       app: db
    ///   policyTypes: [Ingress, Egress]
    ///   ingress:
    ///     - from:
    ///         - namespaceSelector:
    ///             matchLabels:
    ///               team: shop
    ///         # finding: /spec/ingress/0/from/1
    ///         - podSelector:
    ///             matchLabels:
    ///               app: api
    ///   egress:
    ///     - to:
    ///         - podSelector:
    ///             matchLabels:
    ///               app: audit
    ///         # finding: /spec/egress/0/to/1
    ///         - namespaceSelector:
    ///             matchLabels:
    ///               team: audit
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata:
    ///   name: db
    /// spec:
    ///   podSelector:
    ///     matchLabels:
    ///       app: db
    ///   policyTypes: [Ingress]
    ///   ingress:
    ///     - from:
    ///         - namespaceSelector:
    ///             matchLabels:
    ///               team: shop
    ///           podSelector:
    ///             matchLabels:
    ///               app: api
    ///         - podSelector:
    ///             matchLabels:
    ///               app: backup
    /// ```
    ///
    /// Two that are meant to be two:
    ///
    /// ```yaml,good
    /// apiVersion: networking.k8s.io/v1
    /// kind: NetworkPolicy
    /// metadata:
    ///   name: shop
    /// spec:
    ///   podSelector: {}
    ///   policyTypes: [Ingress]
    ///   ingress:
    ///     - from:
    ///         - podSelector:
    ///             matchLabels:
    ///               app: shop
    ///         - podSelector:
    ///             matchLabels:
    ///               app: admin
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Where both are meant, each for itself. Two rules with one peer each say the same without
    /// the doubt.
    ///
    /// ## Source
    ///
    /// - [Behavior of `to` and `from` selectors](https://kubernetes.io/docs/concepts/services-networking/network-policies/#behavior-of-to-and-from-selectors)
    "networkpolicy-peer-or-trap",
    "Two list items mean OR, one item means AND",
    patterns: &[Pattern::NetworkSegmentation],
    surfaces: &[Surface::Text, Surface::Object],
    fix: Some(Grade::Review),
    check: Check::Object(check),
}

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(policy) = NetworkPolicy::of(object) else { return };
    for (rule, key) in policy.rules() {
        let peers: Vec<_> = items(rule.get(key)).collect();
        let mut at = 0;
        while let [first, second] = peers.get(at..at + 2).unwrap_or_default() {
            at += 1;
            let (Some(one), Some(other)) = (only(*first), only(*second)) else { continue };
            if one.key() == other.key() {
                continue;
            }
            // A pair that is one peer is none with the next.
            at += 1;
            let place = |node: Node<'d>| Place::from(node).pointer(object.node);
            let name = other.key().unwrap_or_default();
            let edits = vec![
                Edit::new(format!("{}/{name}", place(*first)), Op::Add(Value::of(other))),
                Edit::new(place(*second), Op::Remove),
            ];
            cx.report(*second, format_args!("this is a second peer, not a condition on the first"))
                .related(*first, "the first peer")
                .fix(Grade::Review, "Make one peer of both", edits);
        }
    }
}

/// The one selector of a peer that has no other.
fn only(peer: Node<'_>) -> Option<Node<'_>> {
    let mut fields = peer.children().filter(|field| !field.is_null());
    let field = fields.next().filter(|_| fields.next().is_none())?;
    matches!(field.key(), Some("namespaceSelector" | "podSelector")).then_some(field)
}
