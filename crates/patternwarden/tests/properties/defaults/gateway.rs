//! The Gateway API, whose definitions carry their defaults in the schema.
//!
//! Source: `+kubebuilder:default` in `apis/v1` of kubernetes-sigs/gateway-api.

use super::{Fields, deep, each, fill, inside};
use serde_json::json;

/// The kinds of gateway.networking.k8s.io/v1 that examples have.
pub(super) fn fill_in(fields: &mut Fields, kind: &str) {
    let Some(spec) = inside(fields, "spec") else { return };
    match kind {
        "HTTPRoute" => http_route(spec),
        "Gateway" => each(spec, "listeners", listener),
        _ => {}
    }
}

/// `HTTPRouteSpec`, `HTTPRouteRule`, `HTTPPathMatch`, `HTTPHeaderMatch` and `ParentReference`.
fn http_route(spec: &mut Fields) {
    each(spec, "parentRefs", |parent| {
        fill(parent, "group", "gateway.networking.k8s.io");
        fill(parent, "kind", "Gateway");
    });
    each(spec, "rules", |rule| {
        let path = json!({"type": "PathPrefix", "value": "/"});
        fill(rule, "matches", json!([{"path": path}]));
        each(rule, "matches", |one| {
            fill(one, "path", path.clone());
            if let Some(path) = inside(one, "path") {
                fill(path, "type", "PathPrefix");
                fill(path, "value", "/");
            }
            for list in ["headers", "queryParams"] {
                each(one, list, |header| fill(header, "type", "Exact"));
            }
        });
        each(rule, "backendRefs", |backend| {
            fill(backend, "group", "");
            fill(backend, "kind", "Service");
            fill(backend, "weight", 1);
        });
    });
}

/// `Listener`, `AllowedRoutes`, `RouteNamespaces`, `GatewayTLSConfig` and `SecretObjectReference`.
fn listener(listener: &mut Fields) {
    fill(listener, "allowedRoutes", json!({"namespaces": {"from": "Same"}}));
    if let Some(routes) = inside(listener, "allowedRoutes") {
        fill(routes, "namespaces", json!({"from": "Same"}));
    }
    if let Some(namespaces) = deep(listener, &["allowedRoutes", "namespaces"]) {
        fill(namespaces, "from", "Same");
    }
    if let Some(tls) = inside(listener, "tls") {
        fill(tls, "mode", "Terminate");
        each(tls, "certificateRefs", |secret| {
            fill(secret, "group", "");
            fill(secret, "kind", "Secret");
        });
    }
}
