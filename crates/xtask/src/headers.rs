//! What the server says about a file: its type, and what the page may do.

use std::path::Path;

/// What the page may load and run: its own files and WebAssembly, nothing inline, nothing foreign.
const POLICY: &[&str] = &[
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
];

/// The Content-Security-Policy for a `meta` element, which cannot carry `frame-ancestors`.
pub(crate) fn meta_policy() -> String {
    POLICY.join("; ")
}

/// Headers of every answer.
pub(crate) fn common() -> [(&'static str, String); 5] {
    [
        ("Content-Security-Policy", format!("{}; frame-ancestors *", meta_policy())),
        ("Referrer-Policy", "no-referrer".into()),
        ("X-Content-Type-Options", "nosniff".into()),
        ("Cross-Origin-Opener-Policy", "same-origin".into()),
        ("Cache-Control", "no-cache".into()),
    ]
}

/// The media type of a file, by the end of its name.
pub(crate) fn media_type(file: &Path) -> &'static str {
    match file.extension().and_then(|end| end.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "yaml" | "yml" | "md" | "txt" | "ts" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wasm_can_be_compiled_while_it_streams() {
        assert_eq!(media_type(Path::new("a/b_bg.wasm")), "application/wasm");
        assert_eq!(media_type(Path::new("index.html")), "text/html; charset=utf-8");
        assert_eq!(media_type(Path::new("no-ending")), "application/octet-stream");
    }

    #[test]
    fn policy_allows_nothing_inline_and_nobody_else() {
        let policy = meta_policy();
        assert!(policy.starts_with("default-src 'none'; "));
        assert!(!policy.contains("unsafe-inline") && !policy.contains("http"));
        assert!(!policy.contains("frame-ancestors"), "browsers ignore it in a meta element");
        let [(name, header), ..] = common();
        assert_eq!(name, "Content-Security-Policy");
        assert_eq!(header, format!("{policy}; frame-ancestors *"));
    }
}
