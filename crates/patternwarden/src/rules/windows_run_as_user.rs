use crate::engine::Cx;
use crate::kube::{Container, PodSpec, Secured};
use crate::matcher::clipped;
use crate::param::{Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Severity, Surface};

crate::rule! {
    /// A Windows container runs as its administrator, or as whoever its image names.
    ///
    /// ## Why it matters
    ///
    /// `ContainerAdministrator` may change the registry and the services inside the container, the usual
    /// first step of a way out. The user fields of Linux do nothing on Windows, so that a copied
    /// `securityContext` protects nothing.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: iis
    /// spec:
    ///   os:
    ///     name: windows
    ///   securityContext:
    ///     windowsOptions:
    ///       # finding: /spec/securityContext/windowsOptions/runAsUserName
    ///       runAsUserName: ContainerAdministrator
    ///   containers:
    ///     - name: iis
    ///       image: registry.example/iis:10.0.1
    ///     - name: helper
    ///       image: registry.example/helper:1.0.0
    ///       securityContext:
    ///         windowsOptions:
    ///           # finding: /spec/containers/1/securityContext/windowsOptions/runAsUserName
    ///           runAsUserName: NT AUTHORITY\SYSTEM
    /// ```
    ///
    /// Nobody says who runs: Nano Server has an ordinary user, Server Core the administrator:
    ///
    /// ```yaml,bad
    /// # finding: /spec/securityContext/windowsOptions/runAsUserName
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: iis
    /// spec:
    ///   os:
    ///     name: windows
    ///   containers:
    ///     - name: iis
    ///       image: registry.example/iis:10.0.1
    /// ```
    ///
    /// With the promise not to be the administrator, it never starts. This is an error:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: iis
    /// spec:
    ///   os:
    ///     name: windows
    ///   securityContext:
    ///     runAsNonRoot: true
    ///   containers:
    ///     - name: iis
    ///       image: registry.example/iis:10.0.1
    ///       securityContext:
    ///         windowsOptions:
    ///           # finding: /spec/containers/0/securityContext/windowsOptions/runAsUserName
    ///           runAsUserName: containeradministrator
    /// ```
    ///
    /// With a list of users:
    ///
    /// ```yaml,bad
    /// # settings: {"allowed": ["ContainerUser"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: iis
    /// spec:
    ///   os:
    ///     name: windows
    ///   securityContext:
    ///     windowsOptions:
    ///       # finding: /spec/securityContext/windowsOptions/runAsUserName
    ///       runAsUserName: ServiceUser
    ///   containers:
    ///     - name: iis
    ///       image: registry.example/iis:10.0.1
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: iis
    /// spec:
    ///   os:
    ///     name: windows
    ///   securityContext:
    ///     windowsOptions:
    ///       runAsUserName: ContainerUser
    ///   containers:
    ///     - name: iis
    ///       image: registry.example/iis:10.0.1
    /// ```
    ///
    /// Linux is judged by other rules:
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
    /// For an installer that changes the registry, and for HostProcess containers, which run as a user of
    /// the host.
    ///
    /// ## Source
    ///
    /// - [Configure RunAsUserName for Windows pods and containers](https://kubernetes.io/docs/tasks/configure-pod-container/configure-runasusername/)
    "windows-run-as-user",
    "Windows container runs as administrator",
    patterns: &[Pattern::ProcessContainment],
    severity: Severity::Warning,
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Strings(&ALLOWED)],
    fix: Some(Grade::Review),
    check: Check::Pod(check),
}

static ALLOWED: Strings = Strings {
    name: "allowed",
    doc: "The only users allowed, as globs; empty allows all but administrators.",
    default: &[],
};

const TITLE: &str = "Run as ContainerUser";

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let at_pod = pod.secured();
    pod.security_contexts().for_each(|secured| judge(cx, pod, secured));
    let at = at_pod.windows_user();
    let of_host = |s: Secured<'_>| {
        let own = s.windows_host_process().value;
        own.or(at_pod.windows_host_process().value) == Some(true)
    };
    let silent = |s: Secured<'_>| s.windows_user().is_absent() && !of_host(s);
    if pod.is_windows() && at.is_absent() && pod.containers().any(|c| silent(c.secured())) {
        cx.report(at.place, format_args!("only the image says which Windows user runs"))
            .severity(Severity::Info)
            .at_most(Admission::Off)
            .fix_set(Grade::Review, TITLE, "ContainerUser");
    }
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>, secured: Secured<'d>) {
    let at = secured.windows_user();
    let at_pod = pod.secured();
    let host = secured.windows_host_process().value.or(at_pod.windows_host_process().value);
    // What every container replaces is nobody's user.
    let is_own = |c: Container<'d>| !c.secured().windows_user().is_absent();
    let unused = secured.container.is_none() && pod.containers().all(is_own);
    let Some(user) = at.value.filter(|_| !unused) else { return };
    let is = |name: &str| user.eq_ignore_ascii_case(name);
    let name = user.rsplit('\\').next().unwrap_or(user);
    let admin = is("ContainerAdministrator")
        || (user.contains('\\') && name.eq_ignore_ascii_case("Administrator"))
        || (host != Some(true) && is("NT AUTHORITY\\SYSTEM"));
    if !admin && !cx.leaves_out(&ALLOWED, user) {
        return;
    }
    let promised = secured.run_as_non_root().value.or(at_pod.run_as_non_root().value) == Some(true);
    let (severity, why) = if promised && is("ContainerAdministrator") {
        (Severity::Error, ", though it promises another one, and never starts")
    } else if admin {
        (Severity::Warning, ", an administrator")
    } else {
        (Severity::Warning, ", who is not allowed here")
    };
    let shown = clipped(user);
    cx.report(at.place, format_args!("{secured} runs as the Windows user `{shown}`{why}"))
        .severity(severity)
        .fix_set(Grade::Review, TITLE, "ContainerUser");
}
