use crate::engine::Cx;
use crate::helpers::is_known_helper;
use crate::image_tags::FLOATING;
use crate::kube::command::{base_name, programs};
use crate::kube::{Class, Container};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Severity, Surface};
use alloc::vec::Vec;
use patternwarden_tree::Node;

crate::rule! {
    /// An init container fetches something whose version is not fixed.
    ///
    /// ## Why it matters
    ///
    /// Two replicas that start an hour apart serve different content, and when the other side deletes the
    /// file, every restart fails. The start depends on the network, with whatever it delivers that day.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   initContainers:
    ///     # finding: /spec/initContainers/0/args
    ///     - name: content
    ///       image: registry.example/git:2.45.1
    ///       args: [clone, "https://git.example.com/site.git", /site]
    ///     - name: setup
    ///       image: registry.example/tools:1.0.0
    ///       # finding: /spec/initContainers/1/command
    ///       command: [sh, -c, "curl -fsSL https://get.example.com/install.sh | sh"]
    ///     - name: packages
    ///       image: registry.example/tools:1.0.0
    ///       # finding: /spec/initContainers/2/command
    ///       command: [sh, -c, "apk add --no-cache jq && wget https://data.example.com/db.gz"]
    ///     - name: branch
    ///       image: registry.example/git:2.45.1
    ///       # finding: /spec/initContainers/3/command
    ///       command: [git, clone, --branch, main, "https://git.example.com/site.git"]
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// A helper that does so is less of a surprise:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///     - name: metrics-agent
    ///       image: registry.example/agent:3.2.1
    ///       # finding: /spec/containers/1/command
    ///       command: [sh, -c, "pip install collector && collector"]
    /// ```
    ///
    /// A sidecar, and an image that is called after its program:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   initContainers:
    ///     - name: fetch
    ///       image: registry.example/curl:8.10.1
    ///       # finding: /spec/initContainers/0/args
    ///       args: [-o, /data/rules.json, "https://files.example.com/rules.json"]
    ///     - name: refresh
    ///       image: registry.example/tools:1.0.0
    ///       restartPolicy: Always
    ///       # finding: /spec/initContainers/1/command
    ///       command: [wget, "https://files.example.com/rules.json"]
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   initContainers:
    ///     - name: content
    ///       image: registry.example/git:2.45.1
    ///       command: [git, clone, --branch, v1.4.2, "https://git.example.com/site.git", /site]
    ///     - name: commit
    ///       image: registry.example/git:2.45.1
    ///       command:
    ///         - sh
    ///         - -c
    ///         - git clone https://git.example.com/site.git /x && cd /x && git checkout 0274708c1f2e3d4b5a69788796a5b4c3d2e1f001
    ///     - name: data
    ///       image: registry.example/tools:1.0.0
    ///       command: [sh, -c, "wget https://data.example.com/db-1.4.gz && echo \"$SUM  db-1.4.gz\" | sha256sum -c"]
    ///     - name: wait
    ///       image: registry.example/tools:1.0.0
    ///       command: [sh, -c, "until curl -fsS http://db:8080/health; do sleep 1; done"]
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// An address inside the cluster:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   initContainers:
    ///     - name: fetch
    ///       image: registry.example/curl:8.10.1
    ///       command: [curl, -o, /data/rules.json, "http://files.shop.svc/rules.json"]
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Where the newest content is wanted. Else the content belongs into an image, which is too large a
    /// change to make for you, so there is no repair.
    ///
    /// ## Source
    ///
    /// - [Init containers](https://kubernetes.io/docs/concepts/workloads/pods/init-containers/): they may run again, and more than once
    /// - [git-clone](https://git-scm.com/docs/git-clone): `--branch` takes tags as well
    "init-fetch-unpinned",
    "Init container downloads something without a fixed version",
    patterns: &[Pattern::InitContainer, Pattern::ImmutableConfiguration],
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    check: Check::Container(check),
}

const INSTALLERS: [&str; 8] = ["pip", "pip3", "npm", "apk", "apt", "apt-get", "yum", "dnf"];
const SUMS: [&str; 5] = ["sha256sum", "sha512sum", "shasum", "gpg", "cosign"];

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    let severity = match container.class {
        Class::Init => Severity::Warning,
        Class::Sidecar => Severity::Info,
        Class::App if is_known_helper(container) => Severity::Info,
        _ => return,
    };
    let mut words: Vec<&'d str> = container.words().filter_map(Node::as_str).collect();
    // Without a command the image's own runs, which such images are called after.
    if container.command().is_absent()
        && let Some(image) = container.image_ref()
        && matches!(image.base_name(), "git" | "curl" | "wget")
    {
        words.insert(0, image.base_name());
    }
    let waits = words.iter().any(|word| word.contains("until "));
    let programs = programs(words);
    let runs = |names: &[&str]| {
        programs
            .iter()
            .any(|words| words.first().is_some_and(|name| names.contains(&base_name(name))))
    };
    let (checked, piped) = (runs(&SUMS), runs(&["sh", "bash"]));
    let found = programs.iter().find_map(|words| {
        let (name, rest) = words.split_first()?;
        let has = |word: &str| rest.contains(&word);
        let name = base_name(name);
        match name {
            "git"
                if has("clone")
                    && !pins(rest)
                    && !programs.iter().any(|words| checks_out(words)) =>
            {
                Some("clones what a branch is at that moment")
            }
            "curl" | "wget" if !waits && rest.iter().any(|word| is_remote(word)) => {
                if piped {
                    Some("runs a script that it downloads")
                } else if checked {
                    None
                } else {
                    Some("downloads a file without a look at its checksum")
                }
            }
            _ if INSTALLERS.contains(&name) && (has("install") || has("add")) => {
                Some("installs packages at each start")
            }
            _ => None,
        }
    });
    let Some(problem) = found else { return };
    let place = if container.command().is_absent() {
        container.args().place
    } else {
        container.command().place
    };
    let name = container.display_name();
    cx.report(place, format_args!("container `{name}` {problem}")).severity(severity);
}

/// Whether `git clone` names a tag, or a branch that is not made to move.
fn pins(rest: &[&str]) -> bool {
    let behind = |option: &str| {
        let at = rest.iter().position(|word| *word == option)?;
        rest.get(at + 1).copied()
    };
    let named = rest.iter().find_map(|word| word.strip_prefix("--branch="));
    let named = named.or_else(|| behind("--branch")).or_else(|| behind("-b"));
    named.is_some_and(|name| !FLOATING.contains(&name))
}

/// Whether a program goes to one commit.
fn checks_out(words: &[&str]) -> bool {
    let commit =
        |word: &&str| word.len() == 40 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    words.first().is_some_and(|name| base_name(name) == "git") && words.iter().any(commit)
}

/// An address outside of the cluster: its host has a dot, and does not end as names inside do.
fn is_remote(word: &str) -> bool {
    let rest = word.strip_prefix("https://").or_else(|| word.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', ':']).next()).unwrap_or_default();
    let inside = matches!(host.rsplit('.').next(), Some("svc" | "local"));
    let address = host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    host.contains('.') && !inside && !address
}
