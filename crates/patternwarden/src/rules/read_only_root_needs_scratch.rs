use crate::engine::Cx;
use crate::kube::{Class, Container};
use crate::matcher::is_below;
use crate::pattern::Pattern;
use crate::repair::scratch;
use crate::rule::{Check, Grade, Severity, Surface};

crate::rule! {
    /// A container cannot write anywhere, and its program most likely has to.
    ///
    /// ## Why it matters
    ///
    /// Many servers write a PID file, a cache or temporary files when they start, and crash at once when
    /// they cannot. Which directories these are is known for some images; for others there is no repair.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-server
    /// spec:
    ///   containers:
    ///     - name: httpd
    ///       image: httpd:2.4.62
    ///       securityContext:
    ///         # finding: /spec/containers/0/volumeMounts
    ///         readOnlyRootFilesystem: true
    /// ```
    ///
    /// One of the two directories that are needed is there, but cannot be written:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-server
    /// spec:
    ///   containers:
    ///     - name: web
    ///       image: nginx:1.27.2
    ///       securityContext:
    ///         readOnlyRootFilesystem: true
    ///       # finding: /spec/containers/0/volumeMounts
    ///       volumeMounts:
    ///         - name: cache
    ///           mountPath: /var/cache/nginx
    ///           readOnly: true
    ///         - name: run
    ///           mountPath: /var/run
    ///   volumes:
    ///     - name: cache
    ///       emptyDir: {}
    ///     - name: run
    ///       emptyDir: {}
    /// ```
    ///
    /// An image that nobody here knows, without any place to write:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       securityContext:
    ///         readOnlyRootFilesystem: true
    ///       # finding: /spec/containers/0/volumeMounts
    ///       volumeMounts:
    ///         - name: config
    ///           mountPath: /etc/app
    ///   volumes:
    ///     - name: config
    ///       configMap:
    ///         name: app
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-server
    /// spec:
    ///   containers:
    ///     - name: httpd
    ///       image: httpd:2.4.62
    ///       securityContext:
    ///         readOnlyRootFilesystem: true
    ///       volumeMounts:
    ///         - name: run
    ///           mountPath: /usr/local/apache2/logs
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       securityContext:
    ///         readOnlyRootFilesystem: true
    ///       volumeMounts:
    ///         - name: tmp
    ///           mountPath: /tmp
    ///   volumes:
    ///     - name: run
    ///       emptyDir: {}
    ///     - name: tmp
    ///       emptyDir: {}
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For a program that writes nothing, such as a single static binary that logs to its output.
    ///
    /// ## Source
    ///
    /// - NSA and CISA, Kubernetes Hardening Guide 1.2, "Immutable container file systems"
    /// - [httpd](https://hub.docker.com/_/httpd), [nginx](https://hub.docker.com/_/nginx), [postgres](https://hub.docker.com/_/postgres) and [redis](https://hub.docker.com/_/redis) as read-only containers
    "read-only-root-needs-scratch",
    "Read-only root without a place to write",
    patterns: &[Pattern::ProcessContainment],
    severity: Severity::Info,
    surfaces: &[Surface::Object, Surface::Cluster],
    fix: Some(Grade::Safe),
    check: Check::Container(check),
}

/// Directories that images write to when they run; the end of the repository is compared.
static NEEDS: &[(&str, &[&str])] = &[
    ("httpd", &["/usr/local/apache2/logs"]),
    ("jetty", &["/tmp"]),
    ("nginx", &["/var/cache/nginx", "/var/run"]),
    ("nginx-unprivileged", &["/tmp"]),
    ("postgres", &["/var/run/postgresql", "/tmp"]),
    ("redis", &["/data"]),
    ("tomcat", &["/tmp"]),
    (
        "wildfly",
        &[
            "/opt/jboss/wildfly/standalone/tmp",
            "/opt/jboss/wildfly/standalone/data",
            "/opt/jboss/wildfly/standalone/log",
        ],
    ),
];

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    if container.read_only_root_filesystem().value != Some(true) || container.pod.is_windows() {
        return;
    }
    let image = container.image_ref().map_or("", |image| image.base_name());
    let needs = NEEDS.iter().find(|(known, _)| *known == image).map(|entry| entry.1);
    // `/run` and `/var/run` are one directory.
    let same = |path: &str, dir: &str| {
        is_below(path, dir) || (dir == "/run" && is_below(path, "/var/run"))
    };
    let writes = |path: &str| container.writable_mounts().any(|(dir, _)| same(path, dir));
    let mut missing = needs.unwrap_or_default().iter().copied().filter(|need| !writes(need));
    let name = container.display_name();
    let at = container.volume_mounts();
    if let Some(first) = missing.next() {
        let report = cx
            .report(
                at.place,
                format_args!(
                    "container `{name}` cannot write to \
`{first}`, which `{image}` needs"
                ),
            )
            .severity(Severity::Warning);
        let all: alloc::vec::Vec<_> = core::iter::once(first).chain(missing).collect();
        let edits = scratch(container, &all);
        if !edits.is_empty() {
            report.fix(Grade::Safe, "Give it an `emptyDir` for each directory it writes to", edits);
        }
    } else if needs.is_none()
        && container.class != Class::Ephemeral
        && container.writable_mounts().next().is_none()
    {
        cx.report(at.place, format_args!("container `{name}` can write nowhere"));
    }
}
