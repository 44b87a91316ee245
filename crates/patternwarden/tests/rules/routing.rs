//! Services, Ingresses and routes: what examples leave out.

use crate::asked::{places, said, severities};
use patternwarden::{Grade, Severity};

fn ingress(name: &str, more: &str, spec: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: {name}{more}}}\n\
         spec: {{{spec}}}\n"
    )
}

fn annotated(name: &str, key: &str, value: &str, spec: &str) -> String {
    ingress(name, &format!(", annotations: {{{key}: {value:?}}}"), spec)
}

fn service(name: &str, spec: &str) -> String {
    format!("apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{{spec}}}\n")
}

#[test]
fn certificates_cover_hosts() {
    let of = |spec: &str| places(&said("ingress-tls-missing", "{}", &ingress("a", "", spec))).len();
    let tls = |hosts: &str, host: &str| {
        of(&format!("tls: [{{hosts: [{hosts}], secretName: s}}], rules: [{{host: '{host}'}}]"))
    };
    assert_eq!(tls("a.example.com", "a.example.com"), 0);
    assert_eq!(tls("'*.example.com'", "a.example.com"), 0);
    assert_eq!(tls("'*.example.com'", "*.example.com"), 0);
    assert_eq!(tls("'*.example.com'", "a.b.example.com"), 1);
    assert_eq!(tls("'*.example.com'", "example.com"), 1);
    assert_eq!(tls("a.example.com, b.example.com", "c.example.com"), 1);
    assert_eq!(tls("", "c.example.com"), 0, "an entry without hosts is for all");
    assert_eq!(tls("other.example.com", ""), 0, "a rule without host");
    assert_eq!(of("rules: [{host: a.test}, {host: localhost}, {host: printer.local}]"), 0);
    assert_eq!(of("rules: [{host: a.test}, {host: a.example.com}]"), 1);
    let hint = said(
        "ingress-tls-missing",
        "{}",
        &ingress(
            "a",
            "",
            "tls: [{hosts: [a.example.com], secretName: ''}], rules: [{host: a.example.com}]",
        ),
    );
    assert_eq!(severities(&hint), [Severity::Hint]);
}

#[test]
fn every_known_switch_turns_plain_http_off() {
    let of = |key: &str, value: &str| {
        let spec = "tls: [{secretName: s}], rules: [{host: a.example.com}]";
        let text = annotated("a", key, value, spec);
        places(&said("ingress-tls-missing", r#"{"require_redirect": true}"#, &text)).len()
    };
    assert_eq!(of("kubernetes.io/ingress.allow-http", "false"), 0);
    assert_eq!(of("nginx.ingress.kubernetes.io/ssl-redirect", "true"), 0);
    assert_eq!(of("nginx.ingress.kubernetes.io/force-ssl-redirect", "true"), 0);
    assert_eq!(of("kubernetes.io/ingress.allow-http", "true"), 1);
    assert_eq!(of("other.example/ssl-redirect", "true"), 1);
}

#[test]
fn a_listener_for_tls_is_one_for_https() {
    let of = |listeners: &str| {
        let text = format!(
            "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {{name: a}}\n\
             spec: {{listeners: [{listeners}]}}\n"
        );
        severities(&said("ingress-tls-missing", "{}", &text))
    };
    assert_eq!(of("{name: a, port: 80, protocol: HTTP}"), [Severity::Info]);
    assert_eq!(of("{name: a, port: 80, protocol: HTTP, hostname: a.test}"), []);
    for secure in ["HTTPS", "TLS"] {
        let both = format!("{{name: a, protocol: HTTP}}, {{name: b, protocol: {secure}}}");
        assert_eq!(of(&both), []);
    }
    assert_eq!(of("{name: a, port: 5432, protocol: TCP}"), []);
}

#[test]
fn only_a_gateway_of_the_gateway_api_is_asked() {
    let of = |group: &str| {
        let text = format!(
            "apiVersion: {group}/v1\nkind: Gateway\nmetadata: {{name: a}}\n\
             spec: {{listeners: [{{name: a, port: 80, protocol: HTTP}}]}}\n---\n\
             apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{name: a}}\n\
             spec: {{parentRefs: [{{name: a}}], rules: []}}\n"
        );
        severities(&said("ingress-host-open", "{}", &text))
    };
    assert_eq!(of("gateway.networking.k8s.io"), [Severity::Hint]);
    assert_eq!(of("networking.istio.io"), []);
}

#[test]
fn a_class_is_named_once() {
    let of = |params: &str, field: &str, annotation: &str| {
        let spec =
            if field.is_empty() { String::new() } else { format!("ingressClassName: {field}") };
        let text = match annotation {
            "" => ingress("a", "", &spec),
            value => annotated("a", "kubernetes.io/ingress.class", value, &spec),
        };
        severities(&said("ingress-class-policy", params, &text))
    };
    assert_eq!(of("\"on\"", "a", "b"), [Severity::Error]);
    assert_eq!(of("\"on\"", "", ""), []);
    assert_eq!(of(r#"{"require": true}"#, "", ""), [Severity::Warning]);
    assert_eq!(of(r#"{"require": true}"#, "''", ""), [Severity::Warning]);
    assert_eq!(of(r#"{"require": true}"#, "", "b"), []);
    let lists = r#"{"allowed": ["int*"], "denied": ["internal-old"]}"#;
    assert_eq!(of(lists, "internal", ""), []);
    assert_eq!(of(lists, "internal-old", ""), [Severity::Warning]);
    assert_eq!(of(lists, "", "public"), [Severity::Warning]);
    assert_eq!(of(lists, "", ""), [], "no class passes the lists");
}

#[test]
fn a_claim_is_named_with_its_host() {
    let rule = |host: &str, path: &str| {
        format!("rules: [{{host: '{host}', http: {{paths: [{{path: {path}, pathType: Exact}}]}}}}]")
    };
    let of = |scope: &str, a: String, b: String| {
        let text = format!("{}---\n{}", ingress("a", "", &a), ingress("b", "", &b));
        let judged = said("ingress-conflict", &format!(r#"{{"scope": "{scope}"}}"#), &text);
        judged.findings.into_iter().map(|found| found.message).collect::<Vec<_>>()
    };
    let same = || rule("a.example.com", "/x");
    let whole = ["`a.example.com/x` is claimed by another rule as well"];
    assert_eq!(of("host-path", same(), same()), whole);
    assert_eq!(
        of("host-path", rule("", "/x"), rule("", "/x")),
        ["`*/x` is claimed by another rule as well"]
    );
    assert_eq!(of("host-path", same(), rule("a.example.com", "/y")), [""; 0]);
    assert_eq!(
        of("host", same(), rule("a.example.com", "/y")),
        ["`a.example.com` is claimed by another Ingress as well"]
    );
    assert_eq!(of("path", same(), rule("b", "/x")), ["`/x` is claimed by another Ingress as well"]);
}

#[test]
fn a_name_in_the_dns_belongs_to_one_object() {
    let key = "external-dns.alpha.kubernetes.io/hostname";
    let balancer = |names: &str| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: a, annotations: {{{key}: {names:?}}}}}\n"
        )
    };
    let of = |a: &str, b: &str| {
        let text = format!("{}---\n{}", balancer(a), annotated("b", key, b, ""));
        severities(&said("ingress-conflict", "{}", &text))
    };
    assert_eq!(of("a.example.com", "b.example.com, a.example.com"), [Severity::Warning]);
    assert_eq!(of("a.example.com", "b.example.com"), []);
}

#[test]
fn words_of_a_configuration_are_told_from_words() {
    let of = |key: &str, value: &str| {
        let judged = said("ingress-nginx-annotation-unsafe", "{}", &annotated("a", key, value, ""));
        judged.findings.into_iter().map(|found| found.message).collect::<Vec<_>>()
    };
    let community = "nginx.ingress.kubernetes.io/auth-url";
    for bad in [
        "x; alias /srv/;",
        "x; root /srv;",
        "load_module x.so;",
        "x; access_by_lua_block {}",
        "proxy_pass http://localhost:8080;",
        "proxy_pass http://[::1]/;",
        "/etc/passwd",
        "file:///root/.ssh",
        "/proc/self/environ",
        "/var/run/secrets",
    ] {
        let found = of(community, bad);
        assert_eq!(found.len(), 1, "{bad}");
        assert!(found[0].ends_with("retired in March 2026"), "{found:?}");
    }
    for good in [
        "https://alias.example.com/root",
        "proxy_pass http://shop:8080;",
        "https://example.com/etc/x",
        "/etcetera",
        "/processes",
    ] {
        assert_eq!(of(community, good), [""; 0], "{good}");
    }
    for key in ["configuration-snippet", "server-snippet", "auth-snippet", "stream-snippet"] {
        assert_eq!(of(&format!("nginx.ingress.kubernetes.io/{key}"), "x").len(), 1, "{key}");
    }
    let other = of("nginx.org/server-snippets", "x");
    assert!(!other[0].contains("retired"), "{other:?}");
    assert_eq!(of("other.example/server-snippet", "alias /etc/;"), [""; 0]);
    let path = "rules: [{http: {paths: [{path: /etc/nginx, pathType: Prefix}]}}]";
    let found = said("ingress-nginx-annotation-unsafe", "{}", &ingress("a", "", path));
    assert!(found.findings[0].message.ends_with("retired in March 2026"));
}

#[test]
fn a_load_balancer_may_be_an_internal_one() {
    let of = |params: &str, annotation: &str, spec: &str| {
        let text = format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: a, annotations: {{{annotation}}}}}\n\
             spec: {{{spec}}}\n"
        );
        places(&said("service-type-policy", params, &text)).len()
    };
    let denied = r#"{"denied": ["LoadBalancer", "ExternalName"]}"#;
    let balancer = "type: LoadBalancer";
    assert_eq!(of(denied, "", balancer), 1);
    for annotation in [
        "service.beta.kubernetes.io/aws-load-balancer-internal: 'true'",
        "networking.gke.io/load-balancer-type: Internal",
        "service.beta.kubernetes.io/azure-load-balancer-internal: 'true'",
    ] {
        assert_eq!(of(denied, annotation, balancer), 0, "{annotation}");
    }
    assert_eq!(of(denied, "networking.gke.io/load-balancer-type: External", balancer), 1);
    assert_eq!(of(denied, "", "type: ExternalName, externalName: a.example.com"), 1);
    assert_eq!(of(denied, "", "type: NodePort"), 0);
    let ranges = r#"{"require_source_ranges": true}"#;
    assert_eq!(of(ranges, "", balancer), 1);
    assert_eq!(of(ranges, "", "type: LoadBalancer, loadBalancerSourceRanges: []"), 1);
    let old = "service.beta.kubernetes.io/load-balancer-source-ranges: 10.0.0.0/8";
    assert_eq!(of(ranges, old, balancer), 0);
    assert_eq!(of(ranges, "", "type: NodePort"), 0);
}

#[test]
fn ports_lie_in_ranges_with_their_ends() {
    let of = |params: &str, text: &str| places(&said("service-port-range", params, text)).len();
    let port = |number: i64| {
        service("a", &format!("type: NodePort, ports: [{{port: {number}, nodePort: 0}}]"))
    };
    let ports = r#"{"ports": ["443", "8000-8999"], "node_ports": ["30000-30099"]}"#;
    for (number, count) in [(443, 0), (8000, 0), (8999, 0), (7999, 1), (9000, 1), (444, 1)] {
        assert_eq!(of(ports, &port(number)), count, "{number}");
    }
    let backend = |port: &str| {
        ingress("a", "", &format!("defaultBackend: {{service: {{name: a, port: {{{port}}}}}}}"))
    };
    let both = r#"{"ingress_ports": ["1-1023"], "ingress_ports_denied": ["22"]}"#;
    for (port, count) in
        [("number: 80", 0), ("number: 22", 1), ("number: 1024", 1), ("name: ssh", 0)]
    {
        assert_eq!(of(both, &backend(port)), count, "{port}");
    }
    assert_eq!(of(r#"{"ingress_ports_denied": ["22"]}"#, &backend("number: 1024")), 0);
}

#[test]
fn addresses_are_compared_by_value() {
    let of = |params: &str, ips: &str| {
        places(&said("service-external-ips", params, &service("a", &format!("externalIPs: {ips}"))))
            .len()
    };
    assert_eq!([of("{}", "[]"), of("{}", "[203.0.113.7]")], [0, 1]);
    let allowed = r#"{"allowed": ["203.0.113.0/24", "2001:db8::7"]}"#;
    assert_eq!(of(allowed, "[203.0.113.255, '2001:0db8:0::7']"), 0);
    for other in ["[203.0.114.0]", "['::ffff:203.0.113.7']", "['2001:db8::8']", "[203.0.113]"] {
        assert_eq!(of(allowed, other), 1, "{other}");
    }
}

#[test]
fn a_name_for_something_inside_is_told_by_where_it_leads() {
    let of = |params: &str, more: &str| {
        let text = service("a", &format!("type: ExternalName, {more}"));
        severities(&said("service-externalname-unsafe", params, &text))
    };
    for name in [
        "localhost",
        "localhost.",
        "a.localhost",
        "kubernetes.default.svc",
        "kubernetes.default.svc.cluster.local.",
        "metadata.google.internal",
        "203.0.113.7",
        "'2001:db8::7'",
        "169.254.169.254",
    ] {
        assert_eq!(of("{}", &format!("externalName: {name}")), [Severity::Warning], "{name}");
    }
    for name in ["notlocalhost", "localhost.example.com", "a.default.svc.cluster.local"] {
        assert_eq!(of("{}", &format!("externalName: {name}")), [], "{name}");
    }
    assert_eq!(of("{}", "externalName: a.example.com, clusterIP: None"), [Severity::Error]);
    assert_eq!(of("{}", "externalName: a.example.com, clusterIP: ''"), []);
    assert_eq!(of("{}", "externalName: a.example.com, selector: {}"), []);
    let denied = r#"{"denied_suffixes": [".corp.example"]}"#;
    assert_eq!(of(denied, "externalName: corp.example"), [Severity::Warning]);
    assert_eq!(of("{}", "externalName: corp.example"), []);
    let other = service("a", "type: ClusterIP, externalName: localhost");
    assert_eq!(severities(&said("service-externalname-unsafe", "{}", &other)), []);
}

#[test]
fn selectors_are_the_same_in_any_order() {
    let of = |a: &str, b: &str| {
        let text = format!("{}---\n{}", service("a", a), service("b", b));
        places(&said("service-selector-duplicate", "{}", &text)).len()
    };
    let ports = "ports: [{port: 80}]";
    let with = |selector: &str| format!("selector: {selector}, {ports}");
    assert_eq!(of(&with("{a: x, b: y}"), &with("{b: y, a: x}")), 2);
    assert_eq!(of(&with("{a: x, b: y}"), &with("{a: x}")), 0);
    assert_eq!(of(&with("{}"), &with("{}")), 0);
    assert_eq!(of(ports, ports), 0);
    let udp = "selector: {a: x}, ports: [{port: 80, protocol: UDP}]";
    assert_eq!(of(&with("{a: x}"), udp), 0, "no port in common");
    let name = "selector: {a: x}, type: ExternalName, externalName: a.example.com";
    assert_eq!(of(name, name), 0);
}

#[test]
fn a_slip_in_a_selector_is_repaired_where_one_label_is_meant() {
    let of = |selector: &str| {
        let service = |name: &str| {
            format!(
                "apiVersion: v1\nkind: Service\nmetadata: {{name: {name}, labels: {{app: {name}}}}}\n\
                 spec: {{ports: [{{name: http, port: 80}}]}}\n---\n"
            )
        };
        let text = format!(
            "{}{}apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {{name: m}}\n\
             spec: {{selector: {selector}, endpoints: [{{port: http}}]}}\n",
            service("storefront"),
            service("cart")
        );
        let judged = said("servicemonitor-selects-nothing", "{}", &text);
        let grade =
            |found: &patternwarden::finding::Finding| found.fixes.first().map(|fix| fix.grade);
        judged.findings.iter().map(grade).collect::<Vec<_>>()
    };
    assert_eq!(of("{matchLabels: {app: storefront}}"), []);
    assert_eq!(of("{matchLabels: {app: store}}"), [None], "too far apart");
    assert_eq!(of("{matchExpressions: [{key: app, operator: In, values: [carts]}]}"), [None]);
    assert_eq!(of("{matchExpressions: [{key: app, operator: Exists}]}"), []);
    // With two that could be meant nothing is offered.
    assert_eq!(of("{matchLabels: {app: carts}}"), [None]);
    let single = "apiVersion: v1\nkind: Service\nmetadata: {name: a, labels: {app: cart}}\nspec: {}\n---\n\
        apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: m}\n\
        spec: {selector: {matchLabels: {app: carts}}}\n";
    let judged = said("servicemonitor-selects-nothing", "{}", single);
    assert_eq!(judged.findings[0].fixes[0].grade, Grade::Safe);
}
