use crate::engine::Cx;
use crate::kube::{ConfigObject, Object, entries, ingress_paths, is_ingress};
use crate::matcher::clipped;
use crate::param::{Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Surface};
use patternwarden_tree::Node;

crate::rule! {
    /// An annotation or a path of an Ingress writes into the configuration of its NGINX controller.
    ///
    /// ## Why it matters
    ///
    /// The controller reads the Secrets of all namespaces, and a snippet runs inside it, so that the right
    /// to create an Ingress becomes the right to read every Secret. Several vulnerabilities from 2021 to
    /// 2025 are this one idea, and ingress-nginx is retired: the next one stays open.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     # finding: /metadata/annotations/nginx.ingress.kubernetes.io~1server-snippet
    ///     nginx.ingress.kubernetes.io/server-snippet: "location /x { alias /etc/; }"
    ///     # finding: /metadata/annotations/nginx.org~1location-snippets
    ///     nginx.org/location-snippets: "add_header X-Shop yes;"
    /// spec:
    ///   rules:
    ///     - host: shop.example.com
    ///       http:
    ///         paths:
    ///           - path: /
    ///             pathType: Prefix
    ///             backend:
    ///               service:
    ///                 name: shop
    ///                 port:
    ///                   number: 80
    /// ```
    ///
    /// What only a configuration says, in a value or in a path:
    ///
    /// ```yaml,bad
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     # finding: /metadata/annotations/nginx.ingress.kubernetes.io~1auth-tls-match-cn
    ///     nginx.ingress.kubernetes.io/auth-tls-match-cn: "CN=x #(\n){} }\nssl_engine x;\nload_module x.so;"
    ///     # finding: /metadata/annotations/nginx.ingress.kubernetes.io~1auth-url
    ///     nginx.ingress.kubernetes.io/auth-url: "x; content_by_lua_block { }"
    ///     # finding: /metadata/annotations/nginx.ingress.kubernetes.io~1permanent-redirect
    ///     nginx.ingress.kubernetes.io/permanent-redirect: "x; proxy_pass http://127.0.0.1:10246;"
    ///     # finding: /metadata/annotations/nginx.ingress.kubernetes.io~1rewrite-target
    ///     nginx.ingress.kubernetes.io/rewrite-target: "/ break; root /var/lib;"
    /// spec:
    ///   rules:
    ///     - host: shop.example.com
    ///       http:
    ///         paths:
    ///           # finding: /spec/rules/0/http/paths/0/path
    ///           - path: /var/run/secrets/kubernetes.io/serviceaccount
    ///             pathType: Prefix
    ///             backend:
    ///               service:
    ///                 name: shop
    ///                 port:
    ///                   number: 80
    ///           # finding: /spec/rules/0/http/paths/1/path
    ///           - path: "/x/ { alias /usr/; }"
    ///             pathType: ImplementationSpecific
    ///             backend:
    ///               service:
    ///                 name: shop
    ///                 port:
    ///                   number: 80
    /// ```
    ///
    /// A controller that takes them:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: ingress-nginx-controller
    /// data:
    ///   # finding: 0 /data/allow-snippet-annotations
    ///   allow-snippet-annotations: "true"
    /// ---
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: controller
    ///   labels:
    ///     app.kubernetes.io/name: ingress-nginx
    /// data:
    ///   # finding: 1 /data/annotations-risk-level
    ///   annotations-risk-level: Critical
    /// ```
    ///
    /// Another annotation than the one that is allowed:
    ///
    /// ```yaml,bad
    /// # settings: {"allowed_annotations": ["nginx.org/location-*"]}
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     nginx.org/location-snippets: "add_header X-Shop yes;"
    ///     # finding: /metadata/annotations/nginx.org~1server-snippets
    ///     nginx.org/server-snippets: "add_header X-Shop yes;"
    /// spec:
    ///   rules:
    ///     - host: shop.example.com
    ///       http:
    ///         paths:
    ///           - path: /
    ///             pathType: Prefix
    ///             backend:
    ///               service:
    ///                 name: shop
    ///                 port:
    ///                   number: 80
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     nginx.ingress.kubernetes.io/app-root: /shop/root
    ///     nginx.ingress.kubernetes.io/auth-url: https://auth.example.com/etc/check
    /// spec:
    ///   rules:
    ///     - host: shop.example.com
    ///       http:
    ///         paths:
    ///           - path: /etcetera
    ///             pathType: Prefix
    ///             backend:
    ///               service:
    ///                 name: shop
    ///                 port:
    ///                   number: 80
    /// ---
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: ingress-nginx-controller
    /// data:
    ///   allow-snippet-annotations: "false"
    ///   annotations-risk-level: High
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Where all who may write an Ingress may also read every Secret: list the annotation in
    /// `allowed_annotations`. A path is for its author to write anew: what it should be is not known here.
    ///
    /// ## Source
    ///
    /// - [CVE-2021-25742](https://github.com/kubernetes/kubernetes/issues/126811), [CVE-2021-25745](https://github.com/kubernetes/ingress-nginx/issues/8502) and [CVE-2025-1974](https://github.com/kubernetes/kubernetes/issues/131009): snippets, paths and values that become configuration
    /// - [Ingress NGINX retirement](https://kubernetes.io/blog/2025/11/11/ingress-nginx-retirement/): no further releases after March 2026
    "ingress-nginx-annotation-unsafe",
    "Annotation or path that injects controller configuration",
    patterns: &[Pattern::NetworkSegmentation, Pattern::ProcessContainment],
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Strings(&ALLOWED_ANNOTATIONS)],
    fix: Some(Grade::Review),
    check: Check::Object(check),
}

static ALLOWED_ANNOTATIONS: Strings = Strings {
    name: "allowed_annotations",
    doc: "Annotations that are not judged, as globs.",
    default: &[],
};

/// What every finding about the controller of the community adds.
const RETIRED: &str = "; ingress-nginx was retired in March 2026";
/// Its annotations; those of `nginx.org` belong to a project that goes on.
const COMMUNITY: &str = "nginx.ingress.kubernetes.io/";

/// What only makes sense in a configuration, wherever it stands.
const WORDS: [&str; 2] = ["load_module", "lua_"];
/// Directives whose names are common words.
const DIRECTIVES: [&str; 2] = ["alias", "root"];
/// Where the controller keeps what no client may read.
const PATHS: [&str; 4] = ["/etc", "/root", "/proc", "/var/run/secrets"];
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.", "[::1]"];

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    if is_ingress(object) {
        for entry in entries(object.annotations().value) {
            let key = entry.key().unwrap_or_default();
            let community = key.starts_with(COMMUNITY);
            if !community && !key.starts_with("nginx.org/") || cx.lists(&ALLOWED_ANNOTATIONS, key) {
                continue;
            }
            let snippet = key.ends_with("-snippet") || key.ends_with("-snippets");
            let word = entry.as_str().and_then(dangerous);
            if let Some(word) = word.filter(|_| !snippet) {
                report(cx, entry, ("the value of the annotation holds", word), community);
            } else if snippet {
                report(
                    cx,
                    entry,
                    ("the configuration of the controller is written by", key),
                    community,
                );
            }
        }
        for (_, path) in ingress_paths(object) {
            let Some(node) = path.get("path") else { continue };
            if let Some(word) = node.as_str().and_then(dangerous) {
                cx.report(
                    node,
                    format_args!(
                        "the path holds `{word}`, which may become configuration{RETIRED}"
                    ),
                );
            }
        }
    }
    let Some(config) = ConfigObject::of(object).filter(|_| is_controllers(object)) else { return };
    for entry in entries(config.data().value) {
        let setting = (entry.key().unwrap_or_default(), entry.as_str().unwrap_or_default());
        if matches!(
            setting,
            ("allow-snippet-annotations", "true") | ("annotations-risk-level", "Critical")
        ) {
            report(cx, entry, ("every Ingress may write configuration, by", setting.0), true);
        }
    }
}

fn report<'d>(cx: &mut Cx<'_, 'd>, entry: Node<'d>, (what, word): (&str, &str), retired: bool) {
    let retired = if retired { RETIRED } else { "" };
    cx.report(entry, format_args!("{what} `{}`{retired}", clipped(word)))
        .fix_remove(Grade::Review, "Remove the entry");
}

/// Whether a ConfigMap is that of an ingress-nginx controller.
fn is_controllers(object: Object<'_>) -> bool {
    let named = |text: &str| text.contains("ingress-nginx");
    object.is("", "ConfigMap")
        && (object.name().value.is_some_and(named)
            || entries(object.labels().value).filter_map(Node::as_str).any(named))
}

/// The part of a text that is dangerous in a configuration.
fn dangerous(text: &str) -> Option<&'static str> {
    let at_loopback = |target: &str| {
        let target = target.split([';', '}']).next().unwrap_or_default();
        LOOPBACK.iter().any(|host| target.contains(host))
    };
    if text.split("proxy_pass").skip(1).any(at_loopback) {
        return Some("proxy_pass");
    }
    WORDS
        .into_iter()
        .find(|word| text.contains(word))
        .or_else(|| DIRECTIVES.into_iter().find(|word| stands(text, word, char::is_whitespace)))
        .or_else(|| PATHS.into_iter().find(|path| stands(text, path, ends_path)))
}

fn ends_path(next: char) -> bool {
    !next.is_alphanumeric() && !matches!(next, '-' | '_' | '.')
}

/// Whether a text holds a word of its own, with such a character behind it; a path may also end
/// the text.
fn stands(text: &str, word: &str, ends: fn(char) -> bool) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let (before, rest) = text.split_at_checked(at).unwrap_or_default();
        let rest = rest.strip_prefix(word).unwrap_or_default();
        let starts =
            |c: char| c.is_whitespace() || matches!(c, '{' | '}' | '(' | ';' | '"' | '\'' | ',');
        let begins = before.is_empty() || before.ends_with(starts) || before.ends_with("file://");
        begins && rest.chars().next().map_or(word.starts_with('/'), ends)
    })
}
