use crate::engine::Cx;
use crate::exposure::{opened, routes};
use crate::kube::{Binding, PodSpec, Role, RoleKind, Volume, items};
use crate::matcher::clipped;
use crate::neighbours::Reads;
use crate::param::{Form, Param, Strings};
use crate::pattern::Pattern;
use crate::patterns::{controller, operator};
use crate::powers::{is_default, worst};
use crate::recognise::{Confidence, recognise_one};
use crate::rule::{Check, Surface};
use patternwarden_tree::{Node, Place};

crate::rule! {
    /// A workload that can be reached from outside, or that is close to the node, has an account with power
    /// over the cluster.
    ///
    /// ## Why it matters
    ///
    /// A web server with a hole is a nuisance; a web server with a hole and the token of a cluster
    /// administrator is the end of the cluster. Each of the two objects alone looks acceptable. The way out
    /// is to split the front end from what needs the rights, a change of design, so there is no repair.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: ui
    ///   labels:
    ///     app: ui
    /// spec:
    ///   # finding: 0 /spec/serviceAccountName
    ///   serviceAccountName: ui
    ///   containers:
    ///     - name: ui
    ///       image: registry.example/ui:1.0.0
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: ui
    /// spec:
    ///   type: LoadBalancer
    ///   selector:
    ///     app: ui
    ///   ports:
    ///     - port: 80
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRoleBinding
    /// metadata:
    ///   name: ui
    /// roleRef:
    ///   apiGroup: rbac.authorization.k8s.io
    ///   kind: ClusterRole
    ///   name: cluster-admin
    /// subjects:
    ///   - kind: ServiceAccount
    ///     name: ui
    ///     namespace: default
    /// ```
    ///
    /// Behind an Ingress, with rights that all accounts of the namespace have:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: ui
    ///   labels:
    ///     app: ui
    /// # finding: 0 /spec/serviceAccountName
    /// spec:
    ///   containers:
    ///     - name: ui
    ///       image: registry.example/ui:1.0.0
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: ui
    /// spec:
    ///   selector:
    ///     app: ui
    ///   ports:
    ///     - port: 80
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: ui
    /// spec:
    ///   defaultBackend:
    ///     service:
    ///       name: ui
    ///       port:
    ///         number: 80
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: Role
    /// metadata:
    ///   name: reader
    /// rules:
    ///   - apiGroups: [""]
    ///     resources: [secrets]
    ///     verbs: [list]
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: RoleBinding
    /// metadata:
    ///   name: reader
    /// roleRef:
    ///   apiGroup: rbac.authorization.k8s.io
    ///   kind: Role
    ///   name: reader
    /// subjects:
    ///   - kind: Group
    ///     apiGroup: rbac.authorization.k8s.io
    ///     name: system:serviceaccounts:default
    /// ```
    ///
    /// On the node, with a wildcard; the token is mounted by hand. The controller beside it, which nobody
    /// outside reaches, is left alone:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: cleaner
    /// spec:
    ///   # finding: 0 /spec/serviceAccountName
    ///   serviceAccountName: cleaner
    ///   automountServiceAccountToken: false
    ///   containers:
    ///     - name: cleaner
    ///       image: registry.example/cleaner:1.0.0
    ///       volumeMounts:
    ///         - name: token
    ///           mountPath: /token
    ///         - name: logs
    ///           mountPath: /logs
    ///   volumes:
    ///     - name: token
    ///       projected:
    ///         sources:
    ///           - serviceAccountToken:
    ///               path: token
    ///     - name: logs
    ///       hostPath:
    ///         path: /var/log
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRole
    /// metadata:
    ///   name: cleaner
    /// rules:
    ///   - apiGroups: [example.com]
    ///     resources: ["*"]
    ///     verbs: [delete]
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRoleBinding
    /// metadata:
    ///   name: cleaner
    /// roleRef:
    ///   apiGroup: rbac.authorization.k8s.io
    ///   kind: ClusterRole
    ///   name: cleaner
    /// subjects:
    ///   - kind: ServiceAccount
    ///     name: cleaner
    ///     namespace: default
    /// ---
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: volume-controller
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: volume-controller
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: volume-controller
    ///     spec:
    ///       serviceAccountName: volume-controller
    ///       containers:
    ///         - name: controller
    ///           image: registry.example/volume-controller:1.0.0
    ///           volumeMounts:
    ///             - name: devices
    ///               mountPath: /devices
    ///       volumes:
    ///         - name: devices
    ///           hostPath:
    ///             path: /srv/devices
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRole
    /// metadata:
    ///   name: volume-controller
    /// rules:
    ///   - apiGroups: [""]
    ///     resources: [persistentvolumes]
    ///     verbs: [get, list, watch, create, update]
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: ClusterRoleBinding
    /// metadata:
    ///   name: volume-controller
    /// roleRef:
    ///   apiGroup: rbac.authorization.k8s.io
    ///   kind: ClusterRole
    ///   name: volume-controller
    /// subjects:
    ///   - kind: ServiceAccount
    ///     name: volume-controller
    ///     namespace: default
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: ui
    ///   labels:
    ///     app: ui
    /// spec:
    ///   automountServiceAccountToken: false
    ///   containers:
    ///     - name: ui
    ///       image: registry.example/ui:1.0.0
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: ui
    /// spec:
    ///   type: LoadBalancer
    ///   selector:
    ///     app: ui
    ///   ports:
    ///     - port: 80
    /// ```
    ///
    /// What the settings leave out:
    ///
    /// ```yaml,good
    /// # settings: {"exposure": ["ingress", "host"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: ui
    ///   labels:
    ///     app: ui
    /// spec:
    ///   serviceAccountName: ui
    ///   containers:
    ///     - name: ui
    ///       image: registry.example/ui:1.0.0
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: ui
    /// spec:
    ///   type: NodePort
    ///   selector:
    ///     app: ui
    ///   ports:
    ///     - port: 80
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: RoleBinding
    /// metadata:
    ///   name: ui
    /// roleRef:
    ///   apiGroup: rbac.authorization.k8s.io
    ///   kind: ClusterRole
    ///   name: edit
    /// subjects:
    ///   - kind: ServiceAccount
    ///     name: ui
    /// ```
    ///
    /// A role that gives nothing of weight:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: agent
    /// spec:
    ///   serviceAccountName: agent
    ///   containers:
    ///     - name: agent
    ///       image: registry.example/agent:1.0.0
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: RoleBinding
    /// metadata:
    ///   name: agent
    /// roleRef:
    ///   apiGroup: rbac.authorization.k8s.io
    ///   kind: ClusterRole
    ///   name: view
    /// subjects:
    ///   - kind: ServiceAccount
    ///     name: agent
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For a controller that has to be at the edge, such as one for ingress, with the fewest rights it can
    /// live with.
    ///
    /// ## Source
    ///
    /// - [RBAC Good Practices](https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege)
    "workload-powerful-account",
    "Reachable workload with cluster-changing rights",
    patterns: &[Pattern::AccessControl, Pattern::Controller],
    surfaces: &[Surface::Bundle],
    params: &[Param::Entries(&EXPOSURE, Form::OneOf(&["ingress", "service", "host"]))],
    reads: READS,
    check: Check::Pod(check),
}

static READS: &[Reads] =
    &[Reads::never("it would read the roles of the whole cluster for every Pod")];

static EXPOSURE: Strings = Strings {
    name: "exposure",
    doc: "What counts as reachable: `ingress`, `service` for one that is open to the outside, `host` for volumes and privileges of the node.",
    default: &["ingress", "service", "host"],
};

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let set = cx.set();
    if !set.mounts_token(pod) && !pod.volumes().any(Volume::projects_token) {
        return;
    }
    let bindings = set.bindings_of_groups_too(pod);
    let Some(binding) = bindings.into_iter().find(|binding| is_powerful(cx, *binding)) else {
        return;
    };
    let open = outside(cx, pod);
    // A controller needs rights, and is left alone unless somebody outside can reach it.
    let close = || on_host(pod).filter(|_| cx.lists(&EXPOSURE, "host") && !controls(cx, pod));
    let Some(exposed) = open.or_else(close) else { return };
    let (how, account) = (
        if open.is_some() { "reached from outside" } else { "close to the node" },
        clipped(pod.service_account()),
    );
    cx.report(
        pod.account_place(),
        format_args!("ServiceAccount `{account}` has power over the cluster, and its Pod is {how}"),
    )
    .related(binding.role_name().place, "gives the power")
    .related(exposed, "is the way in");
}

/// Whether a binding gives what `rbac-privileged-grant` or `rbac-wildcard` report of a role, or one
/// of the roles of the cluster that change things.
fn is_powerful<'d>(cx: &Cx<'_, 'd>, binding: Binding<'d>) -> bool {
    let built_in = matches!(binding.role_name().value, Some("cluster-admin" | "admin" | "edit"));
    if built_in && binding.role_kind().value == Some("ClusterRole") {
        return true;
    }
    let Some(role) = cx.set().bound_role(binding).filter(|role| !is_default(*role)) else {
        return false;
    };
    leads_to_more(role) || cx.set().collected_by(role).into_iter().any(leads_to_more)
}

fn leads_to_more(role: Role<'_>) -> bool {
    let star = |list: Option<Node<'_>>| items(list).any(|node| node.as_str() == Some("*"));
    let system =
        role.kind == RoleKind::Namespaced && role.object.effective_namespace() == "kube-system";
    role.rules().any(|rule| {
        let lists = [rule.api_groups().value, rule.resources().value, rule.verbs().value];
        let limited = items(rule.resource_names().value).next().is_some();
        let secrets = |verb: &str| !verb.starts_with("delete");
        lists.into_iter().any(star) || (!limited && worst(rule, &secrets, system).is_some())
    })
}

/// What lets traffic from outside reach the Pod.
fn outside<'d>(cx: &Cx<'_, 'd>, pod: PodSpec<'d>) -> Option<Place<'d>> {
    let services = cx.set().services_of(pod);
    let routed = || {
        services.iter().find_map(|service| routes(cx.set(), *service).first().map(|to| to.service))
    };
    let direct = services.iter().find_map(|service| opened(*service));
    let direct = direct.filter(|_| cx.lists(&EXPOSURE, "service"));
    direct.or_else(|| cx.lists(&EXPOSURE, "ingress").then(routed)?.map(Place::from))
}

/// What brings the Pod close to its node: a volume of it, or its privileges.
fn on_host(pod: PodSpec<'_>) -> Option<Place<'_>> {
    let volume =
        pod.volumes().find_map(|volume| volume.node.get("hostPath").filter(|n| !n.is_null()));
    let privileged = || pod.containers().find(|c| c.privileged().value == Some(true));
    volume.map(Place::from).or_else(|| privileged().map(|c| c.privileged().place))
}

/// Whether the Pod says that it is a controller or an operator: the right to watch alone, which
/// every wildcard gives, does not make it one.
fn controls<'d>(cx: &Cx<'_, 'd>, pod: PodSpec<'d>) -> bool {
    let found = |recogniser| {
        recognise_one(recogniser, cx.set(), pod.object()).map(|found| found.confidence)
    };
    found(&controller::RECOGNISER) == Some(Confidence::Certain)
        || found(&operator::RECOGNISER) >= Some(Confidence::Likely)
}
