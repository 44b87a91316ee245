//! Ports of its own Pod that a container talks to: `localhost:5432` in what it is given to read.

use crate::kube::Container;
use alloc::vec::{IntoIter, Vec};
use patternwarden_tree::Node;

/// Names of the loopback interface, which all containers of a Pod share.
const HOSTS: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// The ports of `localhost` that a container's `env` values, `command` and `args` name, each with
/// the string that names it.
///
/// A port follows its host behind a colon (`http://localhost:3500/v1.0`) or, as `nc` takes it,
/// behind blanks. A string that names several ports comes once for each. Work is linear in the
/// length of the strings.
pub fn localhost_ports(container: Container<'_>) -> IntoIter<(u16, Node<'_>)> {
    let mut out = Vec::new();
    for node in container.env_values().map(|(_, value)| value).chain(container.words()) {
        out.extend(localhost_ports_in(node.as_str().unwrap_or_default()).map(|port| (port, node)));
    }
    out.into_iter()
}

/// The ports of `localhost` that a text names, grouped by the way the host is written.
pub fn localhost_ports_in(text: &str) -> IntoIter<u16> {
    let mut out = Vec::new();
    for host in HOSTS {
        out.extend(text.match_indices(host).filter_map(|(at, _)| {
            let (before, rest) = text.split_at_checked(at)?;
            let part = |c: char| c.is_alphanumeric() || "._-".contains(c);
            let whole = host.starts_with('[') || !before.ends_with(part);
            whole.then(|| port(rest.strip_prefix(host)?)).flatten()
        }));
    }
    out.into_iter()
}

/// The port number that `text` starts with, behind a colon or blanks.
fn port(text: &str) -> Option<u16> {
    let digits = match text.strip_prefix(':') {
        Some(digits) => digits,
        None => text.strip_prefix(' ')?.trim_start_matches(' '),
    };
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let (number, behind) = digits.split_at_checked(end)?;
    let ends = !behind.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    number.parse().ok().filter(|port| ends && *port > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_follow_a_whole_host_name() {
        let ports = |text| localhost_ports_in(text).collect::<Vec<_>>();
        assert_eq!(ports("localhost:3500"), [3500]);
        assert_eq!(ports("--db=postgres://u@localhost:5432/x"), [5432]);
        assert_eq!(ports("curl http://127.0.0.1:8001/api http://[::1]:80"), [8001, 80]);
        assert_eq!(ports("localhost:1 localhost:2 127.0.0.1:3"), [1, 2, 3]);
        assert_eq!(ports("until nc -z localhost  5432; do sleep 1; done"), [5432]);
        for none in [
            "localhost",
            "localhost:",
            "localhost:0",
            "localhost:65536",
            "localhost:99999999999999999999",
            "localhost:30s",
            "mylocalhost:80",
            "db.localhost:80",
            "10.127.0.0.1:80",
            "localhost.example:80",
            "\u{e9}localhost:80",
        ] {
            assert_eq!(ports(none), [0_u16; 0], "{none}");
        }
    }

    #[test]
    fn every_place_that_a_container_reads_is_searched() {
        let stream = patternwarden_yaml::read(
            "name: a\nenv:\n- {name: DB, value: 'localhost:1'}\n- {name: N, value: 5}\n\
             command: [sh, -c, 'curl localhost:2']\nargs: ['localhost:3', 4]\n",
        );
        let container = Container::of_node(stream.documents[0].root().unwrap());
        let found: Vec<_> =
            localhost_ports(container).map(|(port, node)| (port, node.scalar_text())).collect();
        let expected = [(1, "localhost:1"), (2, "curl localhost:2"), (3, "localhost:3")];
        assert_eq!(found, expected);
    }
}
