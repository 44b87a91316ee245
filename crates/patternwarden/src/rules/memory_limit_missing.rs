use crate::engine::Cx;
use crate::kube::resources::{amount, quantity, request};
use crate::kube::{Class, Container};
use crate::param::{Choice, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Severity, Surface};
use patternwarden_tree::Value;

crate::rule! {
    /// A container may take all the memory of its node.
    ///
    /// ## Why it matters
    ///
    /// A leak grows until the node itself runs short, and then the kernel kills whatever it likes best,
    /// often a neighbour. With a limit only the container that leaks is restarted. A limit on CPU is
    /// another matter: what is missing there slows down, it does not die.
    ///
    /// ## Bad
    ///
    /// Nothing is said:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     # finding: /spec/containers/0/resources/limits/memory
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// A limit of zero is none; the request is a place to start from:
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
    ///       resources:
    ///         requests:
    ///           memory: 128Mi
    ///         limits:
    ///           # finding: /spec/containers/0/resources/limits/memory
    ///           memory: 0
    /// ```
    ///
    /// A plain init container can fill a node as well, though not for long:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   initContainers:
    ///     # finding: /spec/initContainers/0/resources/limits/memory
    ///     - name: migrate
    ///       image: registry.example/migrate:1.4.2
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       resources:
    ///         limits:
    ///           memory: 128Mi
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
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       resources:
    ///         requests:
    ///           memory: 128Mi
    ///         limits:
    ///           memory: 128Mi
    /// ```
    ///
    /// The Pod as a whole is limited (from 1.34):
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   resources:
    ///     limits:
    ///       memory: 512Mi
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// Init containers and kinds that the settings leave out:
    ///
    /// ```yaml,good
    /// # settings: {"init": "ignore", "kinds_exempt": ["Job"]}
    /// apiVersion: batch/v1
    /// kind: Job
    /// metadata:
    ///   name: report
    /// spec:
    ///   template:
    ///     spec:
    ///       restartPolicy: Never
    ///       initContainers:
    ///         - name: fetch
    ///           image: registry.example/fetch:1.4.2
    ///       containers:
    ///         - name: report
    ///           image: registry.example/report:1.4.2
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   initContainers:
    ///     - name: fetch
    ///       image: registry.example/fetch:1.4.2
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       resources:
    ///         limits:
    ///           memory: 128Mi
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Where a LimitRange of the namespace fills limits in, which is not seen here. Debug containers can
    /// have none and are left out. Without a request there is no number to offer as a limit. A limit on CPU
    /// is the matter of `cpu-limit-policy`.
    ///
    /// ## Source
    ///
    /// - [Resource Management for Pods and Containers](https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/)
    /// - [Assign memory resources](https://kubernetes.io/docs/tasks/configure-pod-container/assign-memory-resource/): a container without limit can use all memory of its node
    "memory-limit-missing",
    "Container without memory limit",
    patterns: &[Pattern::PredictableDemands],
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Choice(&INIT), Param::Strings(&KINDS_EXEMPT)],
    fix: Some(Grade::Review),
    check: Check::Container(check),
}

static INIT: Choice = Choice {
    name: "init",
    doc: "Severity for plain init containers: `info`, the `same` as for others, or `ignore`.",
    options: &["info", "same", "ignore"],
    default: "info",
};

static KINDS_EXEMPT: Strings = Strings {
    name: "kinds_exempt",
    doc: "Kinds whose containers need no limit, as globs.",
    default: &[],
};

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    let severity = match (container.class, cx.choice(&INIT)) {
        (Class::Ephemeral, _) | (Class::Init, "ignore") => return,
        (Class::Init, "info") => Severity::Info,
        _ => Severity::Warning,
    };
    let limited = |resources| quantity(amount(resources, "limits", "memory")).is_some();
    let own = container.resources().value;
    if limited(own)
        || limited(container.pod.resources_in(cx.target()))
        || cx.lists(&KINDS_EXEMPT, container.pod.workload.kind.kind)
    {
        return;
    }
    let at = container.memory_limit();
    let name = container.display_name();
    let finding = cx
        .report(at.place, format_args!("container `{name}` has no limit for memory"))
        .severity(severity);
    if let Some(node) = request(own, "memory").filter(|node| quantity(Some(*node)).is_some()) {
        finding.fix_set(Grade::Review, "Limit memory to what is requested", Value::of(node));
    }
}
