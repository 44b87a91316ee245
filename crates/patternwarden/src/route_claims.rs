//! What Ingresses and routes claim: hosts and paths, and who competes for them.

use crate::kube::{
    Object, entries, gateways_of, ingress_class, ingress_paths, is_http_route, is_ingress, items,
};
use alloc::vec::Vec;
use patternwarden_tree::{Node, Place};

/// What a rule claims.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claim<'d> {
    /// Host, type of the path, and path.
    pub(crate) key: [&'d str; 3],
    /// Where it says so.
    pub(crate) place: Place<'d>,
    /// Who claims it as well.
    pub(crate) rival: Option<Place<'d>>,
}

/// What the rules of an Ingress or a route claim; what the scope leaves out is empty.
pub(crate) fn claims<'d>(object: Object<'d>, scope: &str) -> Vec<Claim<'d>> {
    let mut out = Vec::new();
    let mut push = |key, place| out.push(Claim { key, place, rival: None });
    let rules = || items(object.node.at(&["spec", "rules"]).node());
    let text = |node: Node<'d>, key, default| {
        let text = node.get(key).and_then(Node::as_str);
        text.filter(|text| !text.is_empty()).unwrap_or(default)
    };
    if is_http_route(object) {
        // The API allows so many rules and matches.
        for rule in rules().take(16) {
            let matches = rule.at(&["matches"]);
            if items(matches.node()).next().is_none() {
                push(["", "PathPrefix", "/"], matches);
            }
            for entry in items(matches.node()).take(64) {
                let more =
                    |node: Node<'_>| node.key() != Some("path") && node.children().next().is_some();
                let method = entry.get("method").is_some_and(|node| !node.is_null());
                if method || entry.children().any(more) {
                    continue;
                }
                let path = entry.get("path").unwrap_or(entry);
                push(
                    ["", text(path, "type", "PathPrefix"), text(path, "value", "/")],
                    entry.into(),
                );
            }
        }
    } else if is_ingress(object) && scope == "host" {
        rules().for_each(|rule| push([text(rule, "host", ""), "", ""], rule.at(&["host"])));
    } else if is_ingress(object) {
        for (host, path) in ingress_paths(object) {
            let host = host.filter(|_| scope != "path").unwrap_or_default();
            let kind = text(path, "pathType", "ImplementationSpecific");
            push([host, kind, text(path, "path", "/")], path.at(&["path"]));
        }
    }
    out
}

/// Whether one controller serves both objects, and nothing says that it is meant so.
pub(crate) fn compete(one: Object<'_>, other: Object<'_>) -> bool {
    fn is_canary(object: Object<'_>) -> bool {
        let says = |node: Node<'_>| {
            node.key().is_some_and(|key| key.ends_with("/canary")) && node.as_str() == Some("true")
        };
        entries(object.annotations().value).any(says)
    }
    fn hosts(route: Object<'_>) -> impl Iterator<Item = &str> + Clone {
        items(route.node.at(&["spec", "hostnames"]).node()).filter_map(Node::as_str).take(16)
    }
    if is_ingress(one) {
        let class = |object| ingress_class(object).value.unwrap_or_default();
        return is_ingress(other)
            && class(one) == class(other)
            && !is_canary(one)
            && !is_canary(other);
    }
    let (own, theirs) = (hosts(one), hosts(other));
    let gateways = gateways_of(other);
    own.clone().all(|host| theirs.clone().any(|other| other == host))
        && theirs.clone().all(|host| own.clone().any(|other| other == host))
        && gateways_of(one).iter().any(|gateway| gateways.iter().any(|other| gateway.meets(*other)))
}
