//! Patterns for where an image comes from: `ghcr.io/acme`, `registry.example/*/app:1.*`.

use crate::kube::{ImageRef, is_host};
use crate::matcher::glob;
use alloc::{borrow::Cow, format, string::String, vec::Vec};

/// Registry and repository of an image, written out: `docker.io/library/nginx` of `nginx`. The name of
/// a host has no letter case.
///
/// Source: the `distribution/reference` package.
pub(crate) fn full_name(image: ImageRef<'_>) -> String {
    match image.registry {
        Some(registry) if registry != "docker.io" && registry != "index.docker.io" => {
            format!("{}/{}", registry.to_ascii_lowercase(), image.repository)
        }
        _ if image.repository.contains('/') => format!("docker.io/{}", image.repository),
        _ => format!("docker.io/library/{}", image.repository),
    }
}

/// A pattern in full: what names no registry means the Docker Hub, as in an image, and `*` alone means
/// everything.
fn written_out(name: &str) -> Cow<'_, str> {
    let first = name.split('/').next().unwrap_or_default();
    if name == "*" {
        Cow::Borrowed("**")
    } else if is_host(first) || first.contains('*') {
        Cow::Borrowed(name)
    } else if name.contains('/') {
        Cow::Owned(format!("docker.io/{name}"))
    } else {
        Cow::Owned(format!("docker.io/library/{name}"))
    }
}

/// Whether an image matches a pattern.
///
/// A pattern names registry and repository, part by part: `*` is one part or a piece of one, `**`
/// any number of parts. Without either it covers what lies below it, behind a `/`. A tag as a glob
/// or a digest may follow.
pub(crate) fn matches(pattern: &str, image: ImageRef<'_>) -> bool {
    let (pattern, digest) = match pattern.split_once('@') {
        Some((pattern, digest)) => (pattern, Some(digest)),
        None => (pattern, None),
    };
    let (name, tag) = match pattern.rsplit_once(':') {
        // A number behind the first part is a port.
        Some((name, tag)) if !tag.contains('/') && (name.contains('/') || !is_number(tag)) => {
            (name, Some(tag))
        }
        _ => (pattern, None),
    };
    if digest.is_some_and(|digest| image.digest.is_none_or(|own| !glob(digest, own)))
        || tag.is_some_and(|tag| image.tag.is_none_or(|own| !glob(tag, own)))
    {
        return false;
    }
    let full = full_name(image);
    let name = written_out(name.trim_end_matches('/'));
    let wanted: Vec<&str> = name.split('/').collect();
    let held: Vec<&str> = full.split('/').collect();
    if name.contains('*') {
        parts(&wanted, &held)
    } else if tag.is_some() || digest.is_some() {
        wanted == held
    } else {
        held.starts_with(&wanted)
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Parts against parts.
fn parts(wanted: &[&str], held: &[&str]) -> bool {
    match wanted.split_first() {
        None => held.is_empty(),
        Some((&"**", rest)) => {
            // One wild stretch behind another adds nothing but work.
            let rest = match rest.iter().position(|part| *part != "**") {
                Some(at) => rest.get(at..).unwrap_or_default(),
                None => return true,
            };
            (0..=held.len()).any(|skip| parts(rest, held.get(skip..).unwrap_or_default()))
        }
        Some((part, rest)) => held
            .split_first()
            .is_some_and(|(first, behind)| glob(part, first) && parts(rest, behind)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_end_at_slashes() {
        let test = |pattern, image| matches(pattern, ImageRef::parse(image).unwrap());
        assert!(test("ghcr.io/acme", "ghcr.io/acme/app:1"));
        assert!(test("ghcr.io/acme", "ghcr.io/acme"));
        assert!(!test("ghcr.io/acme", "ghcr.io/acme-evil/app:1"));
        assert!(test("docker.io/library/nginx", "nginx"));
        assert!(test("docker.io", "acme/app:1") && test("docker.io/acme", "docker.io/acme/app"));
        assert!(test("docker.io/library", "docker.io/nginx"));
        assert!(test("nginx", "nginx:1") && test("nginx:1.*", "docker.io/library/nginx:1.27"));
        assert!(!test("nginx", "acme/nginx") && !test("nginx", "registry.example/library/nginx"));
        assert!(test("acme/*", "acme/app:1") && !test("acme", "acme/app:1"));
        assert!(test("*", "registry.example/a/b:1") && test("localhost", "localhost/a"));
        assert!(test("ghcr.io/acme", "GHCR.io/acme/app") && !test("docker.io", "Intranet/app"));
        assert!(test("registry.example:5000", "registry.example:5000/app:1"));
        assert!(!test("registry.example", "registry.example:5000/app:1"));
        assert!(test("registry.example/*/app", "registry.example/team/app:1"));
        assert!(!test("registry.example/*/app", "registry.example/a/b/app:1"));
        assert!(test("**/tiller", "gcr.io/helm/tiller:v2") && test("**/tiller", "x.io/tiller"));
        assert!(test("registry.example/**", "registry.example/a/b/c"));
        assert!(test("registry.example/team-*/**", "registry.example/team-a/b"));
        assert!(test("registry.example/app:1.*", "registry.example/app:1.4"));
        assert!(!test("registry.example/app:1.*", "registry.example/app:2"));
        assert!(!test("registry.example/app:1.*", "registry.example/app/other:1.4"));
        assert!(test("registry.example/app@sha256:0*", "registry.example/app@sha256:00"));
        assert!(!test("registry.example/app@sha256:0*", "registry.example/app:1"));
    }
}
