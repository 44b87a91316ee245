use crate::engine::Cx;
use crate::kube::{Class, Container, PodSpec, localhost_ports};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Severity, Surface};
use alloc::{collections::BTreeSet, format, string::ToString, vec, vec::Vec};
use patternwarden_tree::{Edit, Node, Op, sort_by};

crate::rule! {
    /// An init container waits for something that can only start after it.
    ///
    /// ## Why it matters
    ///
    /// Init containers run one by one, before any regular container. One that needs a container
    /// further down waits for something that waits for it, and the Pod stays in `Init:0/1` without
    /// an error. A native sidecar counts as started when its process runs or, where it has a
    /// startup probe, when that has succeeded; then the next init container starts.
    ///
    /// ## Bad
    ///
    /// The proxy comes too late:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   initContainers:
    ///     - name: migrate
    ///       image: registry.example/migrate:1.2.0
    ///       # finding: /spec/initContainers/0/args/0
    ///       args: ["--db=localhost:5432"]
    ///     - name: db-proxy
    ///       image: registry.example/proxy:1.9.0
    ///       restartPolicy: Always
    ///       resources:
    ///         requests:
    ///           cpu: 50m
    ///           memory: 32Mi
    ///       ports:
    ///         - containerPort: 5432
    ///       startupProbe:
    ///         tcpSocket:
    ///           port: 5432
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// The proxy is a regular container:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   initContainers:
    ///     - name: migrate
    ///       image: registry.example/migrate:1.2.0
    ///       env:
    ///         - name: DATABASE
    ///           # finding: /spec/initContainers/0/env/0/value
    ///           value: postgres://app@127.0.0.1:5432/app
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///     - name: db-proxy
    ///       image: registry.example/proxy:1.9.0
    ///       ports:
    ///         - containerPort: 5432
    /// ```
    ///
    /// The init container itself never ends:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   initContainers:
    ///     - name: sync
    ///       image: registry.example/sync:1.2.0
    ///       # finding: /spec/initContainers/0/command/2
    ///       command: [sh, -c, "while true; do sync-files; sleep 60; done"]
    ///     - name: hold
    ///       image: registry.example/tools:1.2.0
    ///       # finding: /spec/initContainers/1/command/0
    ///       command: [sleep, infinity]
    ///     - name: log
    ///       image: registry.example/tools:1.2.0
    ///       # finding: /spec/initContainers/2/args/0
    ///       command: [sh, -c]
    ///       args: ["exec tail -n 5 -f /var/log/app.log && echo done"]
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// An init container that follows a file:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   initContainers:
    ///     - name: log
    ///       image: registry.example/tools:1.0.0
    ///       # finding: /spec/initContainers/0/command/0
    ///       command: [tail, -F, /var/log/shop.log]
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
    ///     - name: db-proxy
    ///       image: registry.example/proxy:1.9.0
    ///       restartPolicy: Always
    ///       resources:
    ///         requests:
    ///           cpu: 50m
    ///           memory: 32Mi
    ///       ports:
    ///         - containerPort: 5432
    ///       startupProbe:
    ///         tcpSocket:
    ///           port: 5432
    ///     - name: migrate
    ///       image: registry.example/migrate:1.2.0
    ///       args: ["--db=localhost:5432"]
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// A loop that ends, a process in the background, and a port that nobody in the Pod declares:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   initContainers:
    ///     - name: wait
    ///       image: registry.example/tools:1.2.0
    ///       command: [sh, -c, "while true; do nslookup db && break; sleep 1; done"]
    ///     - name: load
    ///       image: registry.example/tools:1.2.0
    ///       command: [sh, -c, "tail -f /tmp/progress & load --from localhost:9000"]
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       ports:
    ///         - containerPort: 8080
    /// ```
    ///
    /// ## When to allow it
    ///
    /// When the address is only written down for later, such as in a configuration file that the
    /// init container prepares for the application.
    ///
    /// ## Source
    ///
    /// - [Sidecar Containers](https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/)
    /// - [Init Containers](https://kubernetes.io/docs/concepts/workloads/pods/init-containers/)
    "sidecar-start-order",
    "Something is used before it can run",
    patterns: &[Pattern::InitContainer, Pattern::Sidecar],
    severity: Severity::Error,
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    fix: Some(Grade::Safe),
    check: Check::Pod(check),
}

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let all: Vec<Container<'d>> = pod.containers().collect();
    let listeners = listeners(&all);
    for (at, init) in all.iter().enumerate().filter(|(_, c)| c.class == Class::Init) {
        // A port of its own is no port of another.
        let mut seen = BTreeSet::new();
        seen.extend(ports(init));
        for (port, word) in localhost_ports(*init).filter(|(port, _)| seen.insert(*port)) {
            let first = listeners.partition_point(|(listened, _)| *listened < port);
            let mut servers = listeners
                .iter()
                .skip(first)
                .take_while(|(listened, _)| *listened == port)
                .filter_map(|(_, index)| Some((*index, *all.get(*index)?)));
            // The first one in the order of start decides: what runs already is there in time.
            if let Some((index, server)) = servers.next()
                && index > at
            {
                too_early(cx, *init, server, (port, word));
            }
        }
        endless(cx, *init);
    }
}

/// The ports that containers say they listen on while others run, with the index of the container;
/// sorted. A port counts when it is declared or probed.
fn listeners(all: &[Container<'_>]) -> Vec<(u16, usize)> {
    let mut out = Vec::new();
    let lasting = |c: &Container<'_>| matches!(c.class, Class::App | Class::Sidecar);
    for (index, container) in all.iter().enumerate().filter(|(_, c)| lasting(c)) {
        out.extend(ports(container).map(|port| (port, index)));
    }
    sort_by(&mut out, Ord::cmp);
    out.dedup();
    out
}

fn ports<'c>(container: &'c Container<'_>) -> impl Iterator<Item = u16> + 'c {
    let declared = container.ports().filter_map(|port| port.container_port().value);
    let probed = container.probes().filter_map(|probe| probe.handler()?.port()?.value?.as_i64());
    declared.chain(probed).filter_map(|port| u16::try_from(port).ok())
}

fn too_early<'d>(
    cx: &mut Cx<'_, 'd>,
    init: Container<'d>,
    server: Container<'d>,
    (port, word): (u16, Node<'d>),
) {
    let (name, other) = (init.display_name(), server.display_name());
    let report = cx
        .report(
            word,
            format_args!("`{name}` needs port {port} of `{other}`, which starts only after it"),
        )
        .related(server.node, "serves the port");
    let root = init.object().node;
    let pointer = |node: Node<'d>| patternwarden_tree::Place::from(node).pointer(root).to_string();
    let (from, to) = (pointer(server.node), pointer(init.node));
    let forward = Edit::new(to, Op::Move { from: from.clone() });
    if server.class == Class::Sidecar {
        report.fix(Grade::Safe, format!("Start `{other}` first"), vec![forward]);
    } else if server.node.parent().is_some_and(|list| list.items().count() > 1) {
        let native = Edit::new(format!("{from}/restartPolicy"), Op::Add("Always".into()));
        let title = format!("Make `{other}` a native sidecar that starts first");
        report.fix(Grade::Review, title, vec![native, forward]);
    }
}

/// An init container that never ends keeps everything behind it from starting.
fn endless<'d>(cx: &mut Cx<'_, 'd>, init: Container<'d>) {
    let mut words = init.words();
    let Some(program) = words.next() else { return };
    let hangs = match program.scalar_text().rsplit('/').next() {
        Some("sleep") => init.words().nth(1).is_some_and(|time| time.as_str() == Some("infinity")),
        Some("tail") => words.any(|word| follows(word.scalar_text())),
        _ => false,
    };
    let script = || init.words().find(|word| never_ends(word.scalar_text()));
    let at = if hangs { Some(program) } else { script() };
    let Some(word) = at else { return };
    let name = init.display_name();
    cx.report(word, format_args!("init container `{name}` never ends, so nothing starts after it"))
        .fix_at(Grade::Review, "Make it a native sidecar", init.restart_policy().place, "Always");
}

/// Whether an option of `tail` is `-f`, `-F` or among others, as in `-50f`.
fn follows(option: &str) -> bool {
    option.starts_with('-') && (option.ends_with(['f', 'F']) || option == "--follow")
}

/// Whether a script has a command without end in the foreground.
fn never_ends(script: &str) -> bool {
    let ends = ["break", "exit", "return", "exec"].iter().any(|word| script.contains(word));
    let loops = ["while true", "while :", "while [ 1 ]"].iter().any(|head| script.contains(head));
    if loops && !ends {
        return true;
    }
    // Cut behind each command; a single `&` puts what stands before it into the background.
    let mut commands = script.split_inclusive(['\n', ';', '&', '|']).peekable();
    while let Some(command) = commands.next() {
        let background = command.ends_with('&') && commands.peek() != Some(&"&");
        if !background && hangs(command) {
            return true;
        }
    }
    false
}

fn hangs(command: &str) -> bool {
    let mut words = command
        .split([' ', '\n', ';', '&', '|', '(', ')'])
        .filter(|word| !word.is_empty())
        .skip_while(|word| matches!(*word, "do" | "then" | "else" | "{" | "exec"));
    match words.next() {
        Some("sleep") => words.next() == Some("infinity"),
        Some("tail") => words.any(follows),
        _ => false,
    }
}
