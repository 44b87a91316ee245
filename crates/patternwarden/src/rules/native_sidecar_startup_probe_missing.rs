use crate::engine::Cx;
use crate::kube::{Class, Container, PodSpec, localhost_ports};
use crate::pattern::Pattern;
use crate::patterns::links::{main, mounts_of, shared_volumes};
use crate::rule::{Check, Grade, Severity, Surface};
use alloc::vec::Vec;
use patternwarden_tree::{Node, Value};

crate::rule! {
    /// Nothing waits until a native sidecar can be used.
    ///
    /// ## Why it matters
    ///
    /// Without a startup probe "started" means that the process exists, not that it listens. The race is
    /// won on a developer's machine and lost on a busy node.
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
    ///     # finding: /spec/initContainers/0/startupProbe
    ///     - name: proxy
    ///       image: registry.example/proxy:1.9.0
    ///       restartPolicy: Always
    ///       ports:
    ///         - containerPort: 15001
    ///     - name: migrate
    ///       image: registry.example/migrate:1.2.0
    ///       args: ["--db=localhost:15001"]
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       args: ["--db=localhost:15001"]
    /// ```
    ///
    /// It writes what the application reads:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   initContainers:
    ///     # finding: /spec/initContainers/0/startupProbe
    ///     - name: sync
    ///       image: registry.example/sync:2.0.0
    ///       restartPolicy: Always
    ///       volumeMounts:
    ///         - name: content
    ///           mountPath: /out
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       volumeMounts:
    ///         - name: content
    ///           mountPath: /content
    ///           readOnly: true
    ///   volumes:
    ///     - name: content
    ///       emptyDir: {}
    /// ```
    ///
    /// Nobody declares the port, so it is that of the only sidecar:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   initContainers:
    ///     # finding: /spec/initContainers/0/startupProbe
    ///     - name: proxy
    ///       image: registry.example/proxy:1.0.0
    ///       restartPolicy: Always
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    ///       env:
    ///         - name: DB_URL
    ///           value: postgres://127.0.0.1:5432/shop
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
    ///     - name: proxy
    ///       image: registry.example/proxy:1.9.0
    ///       restartPolicy: Always
    ///       ports:
    ///         - containerPort: 15001
    ///       startupProbe:
    ///         tcpSocket:
    ///           port: 15001
    ///         periodSeconds: 1
    ///         failureThreshold: 30
    ///     - name: migrate
    ///       image: registry.example/migrate:1.2.0
    ///       args: ["--db=localhost:15001"]
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       args: ["--db=localhost:15001"]
    /// ```
    ///
    /// A hook that ends when the sidecar is ready, and a sidecar that nothing asks:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   initContainers:
    ///     - name: proxy
    ///       image: registry.example/proxy:1.9.0
    ///       restartPolicy: Always
    ///       ports:
    ///         - containerPort: 15001
    ///       lifecycle:
    ///         postStart:
    ///           exec:
    ///             command: [proxy, wait]
    ///     - name: shipper
    ///       image: registry.example/shipper:1.0.0
    ///       restartPolicy: Always
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       args: ["--db=localhost:15001"]
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For an application that tries again until the sidecar answers. Where no port is known, as for files
    /// that a sidecar writes, only its author knows what to probe, and there is no repair.
    ///
    /// ## Source
    ///
    /// - [Sidecar containers](https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/): the next container starts when the sidecar has started, with a startup probe when that has succeeded
    "native-sidecar-startup-probe-missing",
    "Nothing waits until the sidecar is usable",
    patterns: &[Pattern::Sidecar, Pattern::HealthProbe],
    severity: Severity::Info,
    surfaces: &[Surface::Object, Surface::Cluster],
    fix: Some(Grade::Review),
    check: Check::Pod(check),
}

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let all: Vec<Container<'d>> =
        pod.containers().filter(|c| c.class != Class::Ephemeral).collect();
    let sidecars = all.iter().filter(|container| container.class == Class::Sidecar).count();
    if sidecars == 0 {
        return;
    }
    let main = main(cx.set(), pod);
    let shared = shared_volumes(pod);
    for (at, sidecar) in all.iter().copied().enumerate() {
        let hook = sidecar.post_start().value;
        let probe = sidecar.startup_probe();
        if sidecar.class != Class::Sidecar || probe.value.is_some() || hook.is_some() {
            continue;
        }
        let later = all.iter().copied().skip(at + 1);
        let wanted = later.flat_map(localhost_ports).find(|(port, _)| {
            let serves = |c: Container<'_>| {
                c.ports().any(|own| own.container_port().value == Some((*port).into()))
            };
            // A port that nobody declares is the only sidecar's.
            serves(sidecar) || (sidecars == 1 && !all.iter().copied().any(serves))
        });
        let feeds = main.and_then(|main| {
            let writes =
                |mount: &Node<'_>| mount.get("readOnly").and_then(Node::as_bool) != Some(true);
            let own = |name| mounts_of([sidecar].into_iter(), name).into_iter().find(writes);
            let read =
                |name| mounts_of([main].into_iter(), name).into_iter().find(|mount| !writes(mount));
            shared.iter().find_map(|(name, _)| own(name).zip(read(name)).map(|(_, read)| read))
        });
        let Some(user) = wanted.map(|(_, node)| node).or(feeds) else { continue };
        let name = sidecar.display_name();
        let finding = cx
            .report(
                probe.place,
                format_args!("nothing waits until the sidecar `{name}` can be used"),
            )
            .related(user, "uses it");
        if let Some((port, _)) = wanted {
            let socket = Value::map([("port", Value::from(i64::from(port)))]);
            let value = Value::map([
                ("tcpSocket", socket),
                ("periodSeconds", Value::from(1)),
                ("failureThreshold", Value::from(30)),
            ]);
            finding.fix_set(Grade::Review, "Wait until its port takes connections", value);
        }
    }
}
