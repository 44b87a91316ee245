use crate::engine::Cx;
use crate::kube::{Container, PodSpec};
use crate::minor::Minor;
use crate::param::{Flag, Param};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Pss, Severity, Surface};
use patternwarden_tree::At;

crate::rule! {
    /// Nothing forbids the processes of this Pod to run as root.
    ///
    /// ## Why it matters
    ///
    /// Root in the container is root on the node if isolation fails, unless the Pod has its own
    /// user namespace. The check happens at start, so that an image that switches back to root in
    /// its next release is caught.
    ///
    /// ## Bad
    ///
    /// The container overrides the Pod:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   securityContext:
    ///     runAsNonRoot: true
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       securityContext:
    ///         # finding: /spec/containers/0/securityContext/runAsNonRoot
    ///         runAsNonRoot: false
    /// ```
    ///
    /// Neither says anything:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   containers:
    ///     # finding: /spec/containers/0/securityContext/runAsNonRoot
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// Init and ephemeral containers count as well, and Windows is not exempt:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   os:
    ///     name: windows
    ///   initContainers:
    ///     # finding: /spec/initContainers/0/securityContext/runAsNonRoot
    ///     - name: migrate
    ///       image: registry.example/migrate:1.2.0
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       securityContext:
    ///         runAsNonRoot: true
    ///   ephemeralContainers:
    ///     # finding: /spec/ephemeralContainers/0/securityContext/runAsNonRoot
    ///     - name: debug
    ///       image: registry.example/debug:1.0.0
    /// ```
    ///
    /// The Pod itself says the wrong thing:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   securityContext:
    ///     # finding: /spec/securityContext/runAsNonRoot
    ///     runAsNonRoot: false
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       securityContext:
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
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// In its own user namespace, root is nobody on the node (from 1.35):
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   hostUsers: false
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// With `accept_numeric_user: true`, a user id other than 0 is enough:
    ///
    /// ```yaml,good
    /// # settings: {"accept_numeric_user": true}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   securityContext:
    ///     runAsUser: 10000
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For an image that must start as root, such as one that binds a low port and then drops its
    /// rights; better is an image that does not.
    ///
    /// ## Source
    ///
    /// - [Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/), restricted, "Running as Non-root"
    /// - CIS Kubernetes Benchmark 1.12, 5.2.7
    "run-as-non-root-missing",
    "Non-root is not enforced",
    patterns: &[Pattern::ProcessContainment],
    severity: Severity::Warning,
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    pss: Some(Pss::restricted("runAsNonRoot")),
    params: &[Param::Flag(&ACCEPT_NUMERIC_USER)],
    fix: Some(Grade::Review),
    check: Check::Pod(check),
}

static ACCEPT_NUMERIC_USER: Flag = Flag {
    name: "accept_numeric_user",
    doc: "Whether a user id above 0 is enough for a container; the Pod Security Standards say no.",
    default: false,
};

/// From this policy version on, a Pod in its own user namespace may run as root.
const USER_NAMESPACES_RELAXED: Minor = Minor(35);

const TITLE: &str = "Demand a user other than root";

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    if cx.target() >= USER_NAMESPACES_RELAXED && pod.host_users().value == Some(false) {
        return;
    }
    let at_pod = pod.run_as_non_root();
    if !at_pod.is_absent() && at_pod.value != Some(true) {
        cx.report(at_pod.place, format_args!("the Pod says that it may run as root")).fix_set(
            Grade::Review,
            TITLE,
            true,
        );
    }
    for container in pod.containers() {
        judge(cx, container, at_pod);
    }
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>, at_pod: At<'d, bool>) {
    let own = container.run_as_non_root();
    let name = container.display_name();
    if !own.is_absent() {
        if own.value != Some(true) {
            cx.report(own.place, format_args!("container `{name}` says that it may run as root"))
                .fix_set(Grade::Review, TITLE, true);
        }
        return;
    }
    let numeric = || container.effective_run_as_user().is_some_and(|user| user > 0);
    if at_pod.value == Some(true) || (cx.flag(&ACCEPT_NUMERIC_USER) && numeric()) {
        return;
    }
    // The promise belongs to the Pod: there it holds for every container that says nothing else.
    cx.report(own.place, format_args!("container `{name}` may run as root")).fix_at(
        Grade::Review,
        TITLE,
        at_pod.place,
        true,
    );
}
