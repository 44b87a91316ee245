use crate::engine::Cx;
use crate::kube::Container;
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};

crate::rule! {
    /// A container must not be root, but only its image says who it is.
    ///
    /// ## Why it matters
    ///
    /// With `runAsNonRoot: true` the kubelet refuses to start an image whose user is root, and one whose
    /// user is a name, since a name proves nothing. The Pod then stays in `CreateContainerConfigError`.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   securityContext:
    ///     runAsNonRoot: true
    ///   initContainers:
    ///     - name: migrate
    ///       image: registry.example/migrate:1.2.0
    ///       securityContext:
    ///         runAsUser: 10000
    ///   containers:
    ///     # finding: /spec/containers/0/securityContext/runAsUser
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// Images that are known to start as root. This is a warning:
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
    ///         # finding: /spec/containers/0/securityContext/runAsUser
    ///         runAsNonRoot: true
    ///     - name: cache
    ///       image: docker.io/library/redis:7.4.1
    ///       securityContext:
    ///         # finding: /spec/containers/1/securityContext/runAsUser
    ///         runAsNonRoot: true
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   securityContext:
    ///     runAsNonRoot: true
    ///     runAsUser: 10000
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// Where nothing is demanded, `run-as-non-root-missing` says so:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For an image whose `USER` is a number other than 0: then the demand is met, and the manifest need
    /// not repeat it.
    ///
    /// ## Source
    ///
    /// - [Configure a Security Context](https://kubernetes.io/docs/tasks/configure-pod-container/security-context/)
    /// - [`verifyRunAsNonRoot` of the kubelet](https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/kuberuntime/security_context.go)
    /// - [Official images](https://github.com/docker-library/official-images), whose configuration names no user
    "non-root-image-unknown",
    "Non-root demanded, but the image decides the user",
    patterns: &[Pattern::ProcessContainment],
    severity: Severity::Info,
    surfaces: &[Surface::Object, Surface::Cluster],
    fix: Some(Grade::Review),
    check: Check::Container(check),
}

/// Images that start as root and step down by themselves, if at all.
const ROOT: [&str; 16] = [
    "alpine",
    "busybox",
    "debian",
    "golang",
    "httpd",
    "k8spatterns/random-generator",
    "mariadb",
    "mongo",
    "mysql",
    "nginx",
    "node",
    "postgres",
    "python",
    "redis",
    "ruby",
    "ubuntu",
];

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    let demanded = container.effective_run_as_non_root() == Some(true);
    let at = container.run_as_user();
    let named = container.effective_run_as_user().is_some() || !at.is_absent();
    if !demanded || named || container.pod.is_windows() {
        return;
    }
    let image = container.image_ref().map_or("", |image| image.official());
    let name = container.display_name();
    let report = if ROOT.contains(&image) {
        cx.report(
            at.place,
            format_args!(
                "container `{name}` must not be root, \
and the image `{image}` is"
            ),
        )
        .severity(Severity::Warning)
    } else {
        cx.report(
            at.place,
            format_args!(
                "container `{name}` must not be root, and \
only its image says whether it is"
            ),
        )
    };
    report.fix_set(Grade::Review, "Run as user 10000", 10_000);
}
