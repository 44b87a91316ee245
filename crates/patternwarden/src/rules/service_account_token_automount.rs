use crate::engine::Cx;
use crate::kube::{ConfigKind, ConfigObject, Object, PodSpec, items};
use crate::neighbours::{ACCOUNTS, Reads, WORKLOADS};
use crate::param::{Choice, Param};
use crate::pattern::Pattern;
use crate::patterns::{controller, operator};
use crate::recognise::{Confidence, recognise_one};
use crate::rule::{Admission, Check, Grade, Severity, Surface};
use patternwarden_tree::Node;

crate::rule! {
    /// A Pod carries a token for the API server that it does not need.
    ///
    /// ## Why it matters
    ///
    /// The token is the first thing that an intruder looks for. Most applications never speak to the
    /// Kubernetes API, and still each container finds one in its file system unless somebody says no.
    ///
    /// ## Bad
    ///
    /// The account that every Pod has, and one that no role is given to:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// # finding: 0 /spec/automountServiceAccountToken
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    /// ---
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: store
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: store
    /// spec:
    ///   serviceAccountName: store
    ///   # finding: 2 /spec/automountServiceAccountToken
    ///   automountServiceAccountToken: true
    ///   containers:
    ///     - name: app
    ///       image: registry.example/store:2.1.0
    /// ```
    ///
    /// Tokens that never end, and accounts that are named twice or in the old field:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Secret
    /// metadata:
    ///   name: store-token
    ///   annotations:
    ///     kubernetes.io/service-account.name: store
    /// # finding: 0 /type
    /// type: kubernetes.io/service-account-token
    /// ---
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: store
    /// automountServiceAccountToken: false
    /// # finding: 1 /secrets
    /// secrets:
    ///   - name: store-token
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: store
    /// spec:
    ///   # finding: 2 /spec/serviceAccount
    ///   serviceAccount: store
    ///   containers:
    ///     - name: app
    ///       image: registry.example/store:2.1.0
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: both
    /// spec:
    ///   # finding: 3 /spec/serviceAccount
    ///   serviceAccount: shop
    ///   serviceAccountName: store
    ///   containers:
    ///     - name: app
    ///       image: registry.example/store:2.1.0
    /// ```
    ///
    /// Every token, if settings say so:
    ///
    /// ```yaml,bad
    /// # settings: {"scope": "all"}
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: op
    /// # finding: 0 /automountServiceAccountToken
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: op
    /// # finding: 1 /spec/automountServiceAccountToken
    /// spec:
    ///   serviceAccountName: op
    ///   containers:
    ///     - name: op
    ///       image: registry.example/op:1.0.0
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: RoleBinding
    /// metadata:
    ///   name: op
    /// roleRef:
    ///   apiGroup: rbac.authorization.k8s.io
    ///   kind: ClusterRole
    ///   name: edit
    /// subjects:
    ///   - kind: ServiceAccount
    ///     name: op
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    /// spec:
    ///   automountServiceAccountToken: false
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    /// ---
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: store
    /// automountServiceAccountToken: false
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: store
    /// spec:
    ///   serviceAccountName: store
    ///   serviceAccount: store
    ///   containers:
    ///     - name: app
    ///       image: registry.example/store:2.1.0
    /// ```
    ///
    /// A controller, an account with rights, and a Pod that asks for a token of its own:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: op
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: op
    /// spec:
    ///   serviceAccountName: op
    ///   containers:
    ///     - name: op
    ///       image: registry.example/op:1.0.0
    /// ---
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: RoleBinding
    /// metadata:
    ///   name: op
    /// roleRef:
    ///   apiGroup: rbac.authorization.k8s.io
    ///   kind: ClusterRole
    ///   name: edit
    /// subjects:
    ///   - kind: ServiceAccount
    ///     name: op
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: vault-client
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/vault-client:1.0.0
    ///   volumes:
    ///     - name: identity
    ///       projected:
    ///         sources:
    ///           - serviceAccountToken:
    ///               audience: vault
    ///               path: token
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For whatever asks the API server something, also in the background, such as clients of a
    /// service mesh.
    ///
    /// ## Source
    ///
    /// - [Configure Service Accounts for Pods](https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting)
    /// - CIS Kubernetes Benchmark 1.12, 5.1.5 and 5.1.6
    "service-account-token-automount",
    "API token mounted into a Pod that does not use it",
    patterns: &[Pattern::AccessControl],
    severity: Severity::Info,
    admission: Admission::Warn,
    surfaces: &[Surface::Bundle, Surface::Object, Surface::Cluster],
    params: &[Param::Choice(&SCOPE)],
    fix: Some(Grade::Review),
    reads: READS,
    check: Check::Object(check),
}

static READS: &[Reads] = &[Reads {
    on: WORKLOADS,
    kinds: &[&ACCOUNTS],
    lacks: "bindings are not looked up, so that only the account `default` has no rights for certain",
}];

static SCOPE: Choice = Choice {
    name: "scope",
    doc: "Whether tokens that are probably unused are reported, or all.",
    options: &["unused", "all"],
    default: "unused",
};

/// Volumes that the API server adds to a Pod for its token.
const INJECTED: &str = "kube-api-access-";

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    for pod in object.pod_specs() {
        names(cx, pod);
        token(cx, pod);
    }
    if object.is("", "ServiceAccount") {
        account(cx, object);
    } else if let Some(secret) = ConfigObject::of(object).filter(|c| c.kind == ConfigKind::Secret) {
        let at = secret.secret_type();
        if at.value == Some("kubernetes.io/service-account-token") {
            cx.report(at.place, format_args!("a token in a Secret never ends"))
                .severity(Severity::Warning);
        }
    }
}

fn account<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let secrets = object.node.at(&["secrets"]);
    if items(secrets.node()).next().is_some() {
        cx.report(secrets, format_args!("the account lists Secrets, as for tokens that never end"))
            .severity(Severity::Hint);
    }
    let mount = object.node.at(&["automountServiceAccountToken"]);
    if cx.choice(&SCOPE) == "all" && mount.node().and_then(Node::as_bool) != Some(false) {
        cx.report(mount, format_args!("every Pod of this account gets its token")).fix_set(
            Grade::Review,
            "Mount no token",
            false,
        );
    }
}

/// The account is named in an old field as well, or only there.
fn names<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let Some(old) = pod.node.get("serviceAccount").filter(|old| old.as_str().is_some()) else {
        return;
    };
    let new = pod.service_account_name().value.filter(|name| !name.is_empty());
    match (old.as_str(), new) {
        (Some(""), _) => {}
        (_, None) => {
            cx.report(
                old,
                format_args!("`serviceAccount` is the old name of `serviceAccountName`"),
            )
            .severity(Severity::Hint);
        }
        (old_name, new) if old_name != new => {
            cx.report(old, format_args!("`serviceAccount` and `serviceAccountName` differ"))
                .severity(Severity::Error);
        }
        _ => {}
    }
}

fn token<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let (set, name) = (cx.set(), pod.service_account());
    let namespace = pod.object().effective_namespace();
    let account = set.find("", "ServiceAccount", Some(namespace), name);
    let own = pod.automount_service_account_token();
    let mounted = set.mounts_token(pod);
    // Rights of an account that is not in the input are not known, nor are they on an open set.
    let bound = set.bindings_of(pod).next().is_some()
        || !set.would_hold("RoleBinding", namespace)
        || !set.would_hold("ClusterRoleBinding", namespace);
    let unused = name == "default" || (account.is_some() && !bound);
    let all = cx.choice(&SCOPE) == "all";
    let needed = || !unused || asks(pod) || controls(cx, pod);
    if !mounted || (!all && needed()) {
        return;
    }
    cx.report(
        own.place,
        format_args!("the token of account `{}` is mounted", crate::matcher::clipped(name)),
    )
    .fix_set(Grade::Review, "Mount no token", false);
}

/// Whether the Pod asks for a token by itself.
fn asks(pod: PodSpec<'_>) -> bool {
    pod.volumes().any(|volume| {
        !volume.name().value.is_some_and(|name| name.starts_with(INJECTED))
            && volume.projects_token()
    })
}

fn controls<'d>(cx: &Cx<'_, 'd>, pod: PodSpec<'d>) -> bool {
    [&controller::RECOGNISER, &operator::RECOGNISER].into_iter().any(|recogniser| {
        recognise_one(recogniser, cx.set(), pod.object())
            .is_some_and(|found| found.confidence >= Confidence::Likely)
    })
}
