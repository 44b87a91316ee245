use crate::engine::Cx;
use crate::kube::PodSpec;
use crate::matcher::clipped;
use crate::param::{Flag, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Severity, Surface};

crate::rule! {
    /// A Pod does not run where this cluster wants it to run.
    ///
    /// ## Why it matters
    ///
    /// A runtime with a sandbox protects from those Pods alone that ask for it. And a class that is kept
    /// for special hardware keeps ordinary Pods off these nodes only if nobody else takes it. The rule
    /// is off until you say what you want.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # settings: {"require": true}
    /// # finding: /spec/runtimeClassName
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: untrusted
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ```yaml,bad
    /// # settings: {"allowed": ["gvisor", "kata-*"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: untrusted
    /// spec:
    ///   # finding: /spec/runtimeClassName
    ///   runtimeClassName: runc
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ```yaml,bad
    /// # settings: {"denied": ["gpu-*"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: untrusted
    /// spec:
    ///   # finding: /spec/runtimeClassName
    ///   runtimeClassName: gpu-large
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// # settings: {"require": true, "allowed": ["gvisor"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: untrusted
    /// spec:
    ///   runtimeClassName: gvisor
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// No class passes the lists:
    ///
    /// ```yaml,good
    /// # settings: {"allowed": ["gvisor"], "denied": ["gpu-*"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: trusted
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For Pods that you trust as much as the node. There is no repair to offer: which class a Pod can live
    /// with is not known here.
    ///
    /// ## Source
    ///
    /// - [Runtime Class](https://kubernetes.io/docs/concepts/containers/runtime-class/)
    "runtime-class-policy",
    "Runtime class missing or not allowed",
    patterns: &[Pattern::ProcessContainment],
    severity: Severity::Warning,
    admission: Admission::Warn,
    enabled: false,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Flag(&REQUIRE), Param::Strings(&ALLOWED), Param::Strings(&DENIED)],
    check: Check::Pod(check),
}

static REQUIRE: Flag =
    Flag { name: "require", doc: "Whether every Pod must name a runtime class.", default: false };

static ALLOWED: Strings = Strings::empty(
    "allowed",
    "The only runtime classes allowed, as globs; empty allows all of them.",
);

static DENIED: Strings =
    Strings::empty("denied", "Runtime classes that are not allowed, as globs.");

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let at = pod.runtime_class_name();
    if at.is_absent() {
        if cx.flag(&REQUIRE) {
            cx.report(at.place, format_args!("the Pod names no runtime class"));
        }
        return;
    }
    let class = at.value.unwrap_or_default();
    if cx.lists(&DENIED, class) || cx.leaves_out(&ALLOWED, class) {
        let class = clipped(class);
        cx.report(at.place, format_args!("the runtime class `{class}` is not allowed here"));
    }
}
