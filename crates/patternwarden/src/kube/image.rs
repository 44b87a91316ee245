//! Image references: `[registry[:port]/]repository[:tag][@digest]`.

/// An image reference, taken apart.
///
/// Source: the grammar of the distribution project's `reference` package, and its
/// `splitDockerDomain`: a repository has no capitals, so that a first part with some is a registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageRef<'d> {
    /// Registry with its port; `None` means the runtime's default.
    pub registry: Option<&'d str>,
    /// Repository, without registry, tag and digest.
    pub repository: &'d str,
    /// Tag, without its colon.
    pub tag: Option<&'d str>,
    /// Digest, such as `sha256:…`.
    pub digest: Option<&'d str>,
}

impl<'d> ImageRef<'d> {
    /// Takes a reference apart; `None` for blank text.
    pub fn parse(text: &'d str) -> Option<Self> {
        let text = text.trim();
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (text, None),
        };
        // A colon before the last slash belongs to the registry's port.
        let (name, tag) = match name.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
            _ => (name, None),
        };
        let (registry, repository) = match name.split_once('/') {
            Some((first, rest)) if is_host(first) => (Some(first), rest),
            _ => (None, name),
        };
        (!repository.is_empty()).then_some(Self { registry, repository, tag, digest })
    }

    /// Whether it means the tag `latest`, written or not.
    ///
    /// Source: `kubernetes/pkg/util/parsers.ParseImageName`: the tag is `latest` when neither tag
    /// nor digest is written.
    pub fn is_latest(self) -> bool {
        self.tag.map_or(self.digest.is_none(), |tag| tag == "latest")
    }

    /// The repository as the Docker Hub knows it, where its own images have no owner: `nginx` of
    /// `docker.io/library/nginx`. Repositories of other registries are left out: empty.
    pub fn official(self) -> &'d str {
        match self.registry {
            None | Some("docker.io" | "index.docker.io") => {
                self.repository.strip_prefix("library/").unwrap_or(self.repository)
            }
            Some(_) => "",
        }
    }

    /// Last part of the repository: `random-generator` of `k8spatterns/random-generator`.
    pub fn base_name(self) -> &'d str {
        self.repository.rsplit('/').next().unwrap_or(self.repository)
    }
}

/// Whether the first part of a reference is a registry, and no part of a repository.
pub(crate) fn is_host(part: &str) -> bool {
    part.contains(['.', ':'])
        || part == "localhost"
        || part.contains(|c: char| c.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_tags_and_digests_are_told_apart() {
        let parts = |text| {
            let i = ImageRef::parse(text).unwrap();
            (i.registry, i.repository, i.tag, i.digest)
        };
        assert_eq!(parts("nginx"), (None, "nginx", None, None));
        assert_eq!(parts("nginx:1.27"), (None, "nginx", Some("1.27"), None));
        assert_eq!(parts("registry:80/a/b"), (Some("registry:80"), "a/b", None, None));
        assert_eq!(parts("localhost/a:x"), (Some("localhost"), "a", Some("x"), None));
        assert_eq!(parts("Intranet/a"), (Some("Intranet"), "a", None, None));
        assert_eq!(
            parts("registry.example:5000/a/b:1@sha256:00"),
            (Some("registry.example:5000"), "a/b", Some("1"), Some("sha256:00"))
        );
        assert_eq!(parts("org/app@sha256:00"), (None, "org/app", None, Some("sha256:00")));
        assert_eq!(ImageRef::parse("  "), None);
        let official = |text| ImageRef::parse(text).unwrap().official();
        assert_eq!(official("nginx:1"), "nginx");
        assert_eq!(official("docker.io/library/nginx:1"), "nginx");
        assert_eq!(official("nginxinc/nginx:1"), "nginxinc/nginx");
        assert_eq!(official("registry.example/nginx:1"), "");
    }
}
