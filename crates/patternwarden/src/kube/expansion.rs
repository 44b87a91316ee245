//! References to variables in `env`, `command` and `args`.

use alloc::vec::Vec;

/// Names that a text refers to as `$(NAME)`, each once; `$$` is a dollar sign.
///
/// Source: `k8s.io/kubernetes/third_party/forked/golang/expansion`.
pub fn variables(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once('$') {
        rest = behind;
        if let Some(behind) = rest.strip_prefix('$') {
            rest = behind;
        } else if let Some((name, behind)) = rest.strip_prefix('(').and_then(|r| r.split_once(')'))
        {
            if !out.contains(&name) {
                out.push(name);
            }
            rest = behind;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollar_signs_are_read_as_the_kubelet_does() {
        assert_eq!(variables("https://$(HOST):$(PORT)/$(HOST)"), ["HOST", "PORT"]);
        assert_eq!(variables("$$(HOST) $$$(PORT) $HOME ${X} $(OPEN"), ["PORT"]);
        assert!(variables("").is_empty());
    }
}
