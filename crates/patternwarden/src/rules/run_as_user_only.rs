use crate::engine::Cx;
use crate::kube::{Container, PodSpec, items};
use crate::minor::Minor;
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use alloc::{string::ToString, vec, vec::Vec};
use patternwarden_tree::{Edit, Op, Place};

crate::rule! {
    /// The Pod names a user, but nothing forbids root.
    ///
    /// ## Why it matters
    ///
    /// The Pod's `runAsUser` does not force any container: it is a default, and a container that
    /// says `runAsUser: 0` wins. Only `runAsNonRoot: true` is a promise that the kubelet checks,
    /// and the Pod Security Standards ask for it, not for a lucky number.
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
    ///     # finding: /spec/securityContext/runAsUser
    ///     runAsUser: 1000
    ///     runAsGroup: 2000
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// A container overrides the Pod:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   securityContext:
    ///     # finding: /spec/securityContext/runAsUser
    ///     runAsUser: 1000
    ///     runAsGroup: 2000
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///     - name: helper
    ///       image: registry.example/helper:1.0.0
    ///       securityContext:
    ///         runAsUser: 0
    /// ```
    ///
    /// A claim is mounted, and its files may belong to somebody else:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   securityContext:
    ///     # finding: /spec/securityContext/runAsUser
    ///     # finding: /spec/securityContext/fsGroup
    ///     runAsUser: 1000
    ///     runAsGroup: 2000
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       securityContext:
    ///         runAsNonRoot: false
    ///       volumeMounts:
    ///         - name: data
    ///           mountPath: /data
    ///   volumes:
    ///     - name: data
    ///       persistentVolumeClaim:
    ///         claimName: data
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
    ///     runAsUser: 1000
    ///     runAsGroup: 2000
    ///     runAsNonRoot: true
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///     - name: helper
    ///       image: registry.example/helper:1.0.0
    /// ```
    ///
    /// A group for the files of its volume:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: db
    /// spec:
    ///   securityContext:
    ///     runAsNonRoot: true
    ///     runAsUser: 10000
    ///     fsGroup: 10000
    ///   containers:
    ///     - name: db
    ///       image: registry.example/db:16.3.0
    ///       volumeMounts:
    ///         - name: data
    ///           mountPath: /data
    ///   volumes:
    ///     - name: data
    ///       persistentVolumeClaim:
    ///         claimName: data
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For a Pod in which one container must be root and another must not: then say so in the
    /// containers and leave the Pod's user out.
    ///
    /// ## Source
    ///
    /// - [Configure a Security Context](https://kubernetes.io/docs/tasks/configure-pod-container/security-context/)
    "run-as-user-only",
    "A UID is set, but nothing forbids root",
    patterns: &[Pattern::ProcessContainment],
    severity: Severity::Info,
    surfaces: &[Surface::Object, Surface::Cluster],
    fix: Some(Grade::Safe),
    check: Check::Pod(check),
}

/// From this version on, root in a user namespace of its own is no concern of the standards.
const USER_NAMESPACES_RELAXED: Minor = Minor(35);

/// Related places that a finding names at most.
const MAX_RELATED: usize = 8;

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let user = pod.run_as_user();
    let contained = cx.target() >= USER_NAMESPACES_RELAXED && pod.host_users().value == Some(false);
    if pod.is_windows() || contained || user.value.is_none_or(|user| user <= 0) {
        return;
    }
    let free = |c: &Container<'_>| c.effective_run_as_non_root() != Some(true);
    if !pod.containers().any(|container| free(&container)) {
        return;
    }
    let own = pod.containers().filter(|c| free(c) && !c.run_as_user().is_absent());
    let own: Vec<_> = own.collect();
    let report = match own.first() {
        Some(first) => cx.report(
            user.place,
            format_args!(
                "the user of the Pod is only a default, which container `{}` overrides",
                first.display_name()
            ),
        ),
        None => cx.report(
            user.place,
            format_args!("the user of the Pod is only a default, and nothing forbids root"),
        ),
    };
    let report = own.into_iter().take(MAX_RELATED).fold(report, |report, container| {
        report.related(container.run_as_user().place, "this container has its own user")
    });
    if let Some((grade, title, edits)) = repair(pod) {
        report.fix(grade, title, edits);
    }
    volumes(cx, pod);
}

/// Demands another user than root. Where a container asks for root, that wish has to go too.
fn repair(pod: PodSpec<'_>) -> Option<(Grade, &'static str, Vec<Edit>)> {
    let root = pod.object().node;
    let edit = |place: Place<'_>, op| Edit::new(place.pointer(root).to_string(), op);
    let mut edits = vec![edit(pod.run_as_non_root().place, Op::Add(true.into()))];
    let mut as_root = false;
    for container in pod.containers() {
        // A user that is not a number cannot be judged.
        let user = container.effective_run_as_user()?;
        if user <= 0 {
            as_root = true;
            edits.push(edit(container.run_as_user().place, Op::Remove));
        }
        let own = container.run_as_non_root();
        if !own.is_absent() && own.value != Some(true) {
            edits.push(edit(own.place, Op::Replace(true.into())));
        }
    }
    Some(if as_root {
        (Grade::Review, "Forbid root, and let every container run as the Pod's user", edits)
    } else {
        (Grade::Safe, "Forbid root", edits)
    })
}

/// Says when the user may not be able to write to a claim that it mounts.
fn volumes<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let group = pod.fs_group();
    let claims = pod.volumes().filter(|volume| volume.source() == "persistentVolumeClaim");
    let own = items(pod.workload.volume_claim_templates().value);
    let own = own.filter_map(|claim| claim.at(&["metadata", "name"]).node()?.as_str());
    let mut claims = claims.filter_map(|claim| claim.name().value).chain(own);
    let mounted =
        |name: &str| pod.containers().any(|c| c.mounts().any(|(mount, _, _)| mount == name));
    let Some(name) = claims.find(|name| mounted(name)) else { return };
    if !group.is_absent() {
        return;
    }
    let report = cx
        .report(group.place, format_args!("volume `{name}` may not be writable for this user"))
        .severity(Severity::Hint);
    if let Some(id) = pod.run_as_group().value {
        report.fix_set(Grade::Review, "Give the volumes to the Pod's group", id);
    }
}
