use crate::engine::Cx;
use crate::kube::{PodSpec, UsedImage, items};
use crate::matcher::clipped;
use crate::param::{Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Severity, Surface};
use patternwarden_tree::Node;

crate::rule! {
    /// A Pod carries addresses of other hosts with it.
    ///
    /// ## Why it matters
    ///
    /// The addresses stay in the manifest when the server moves. And an alias can lead a program to a
    /// machine that answers to a name it should not have: one of a Service, or of the registry. They count in
    /// the network of the node as well: the kubelet writes the file for such Pods too.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   hostAliases:
    ///     - ip: 10.1.2.3
    ///       hostnames:
    ///         # finding: /spec/hostAliases/0/hostnames/0
    ///         - db.internal
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// Names that belong to the cluster or to a registry are warnings, and a list of names that are
    /// allowed leaves the others:
    ///
    /// ```yaml,bad
    /// # settings: {"allowed_hosts": ["*.internal"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   hostAliases:
    ///     - ip: 10.1.2.3
    ///       hostnames:
    ///         - db.internal
    ///         # finding: /spec/hostAliases/0/hostnames/1
    ///         - shop.default.svc
    ///         # finding: /spec/hostAliases/0/hostnames/2
    ///         - shop.default.svc.cluster.local
    ///         # finding: /spec/hostAliases/0/hostnames/3
    ///         - kubernetes.default
    ///         # finding: /spec/hostAliases/0/hostnames/4
    ///         - registry.example
    ///   containers:
    ///     - name: app
    ///       image: registry.example:5000/app:1.4.2
    /// ```
    ///
    /// ## Good
    ///
    /// A Service without selector, or one of the type `ExternalName`, names the database for all:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   hostAliases: []
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       env:
    ///         - name: DB_HOST
    ///           value: db
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For a test that must talk to a stand-in under the name of the real thing. There is no repair to
    /// offer: what the name should lead to is not known here.
    ///
    /// ## Source
    ///
    /// - [Adding entries to Pod /etc/hosts with HostAliases](https://kubernetes.io/docs/tasks/network/customize-hosts-file-for-pods/)
    "host-aliases-set",
    "Name resolution overridden in the Pod",
    patterns: &[Pattern::ProcessContainment, Pattern::ServiceDiscovery],
    severity: Severity::Info,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Strings(&ALLOWED_HOSTS)],
    check: Check::Pod(check),
}

static ALLOWED_HOSTS: Strings = Strings {
    name: "allowed_hosts",
    doc: "Names that a Pod may resolve by itself, as globs.",
    default: &[],
};

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    for alias in items(pod.host_aliases().value) {
        let names = items(alias.get("hostnames"));
        names.for_each(|name| judge(cx, pod, name));
    }
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>, node: Node<'d>) {
    let Some(name) = node.as_str().filter(|name| !cx.lists(&ALLOWED_HOSTS, name)) else { return };
    let of_image = pod.images().filter_map(UsedImage::parsed).any(|image| {
        let registry = image.registry.unwrap_or("docker.io");
        registry.split(':').next().is_some_and(|host| host.eq_ignore_ascii_case(name))
    });
    let of_cluster = name == "kubernetes.default"
        || [".svc", ".cluster.local"].iter().any(|end| name.ends_with(end));
    let shown = clipped(name);
    if of_image || of_cluster {
        let whose = if of_image { "the registry of its images" } else { "a Service" };
        cx.report(
            node,
            format_args!(
                "the Pod sends what is meant for `{shown}`, {whose}, to an address of its own"
            ),
        )
        .severity(Severity::Warning);
    } else {
        cx.report(node, format_args!("the address of `{shown}` is fixed in the Pod"));
    }
}
