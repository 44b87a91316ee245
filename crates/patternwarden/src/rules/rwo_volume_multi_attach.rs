use crate::engine::Cx;
use crate::kube::{Object, PodSpec, Volume, items};
use crate::matcher::clipped;
use crate::neighbours::{CLAIMS, Reads, WORKLOADS};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use patternwarden_tree::{Node, Value};

crate::rule! {
    /// Several Pods share a volume that one node alone can use.
    ///
    /// ## Why it matters
    ///
    /// `ReadWriteOnce` means one *node*: it works in a test cluster of one node, and hangs with errors of
    /// multiple attachment in production. During a rolling update the new Pod waits for the volume that the
    /// old one keeps until the new one is ready.
    ///
    /// ## Bad
    ///
    /// One replica, but two during an update:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: wiki
    /// spec:
    ///   replicas: 1
    ///   selector:
    ///     matchLabels:
    ///       app: wiki
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: wiki
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/wiki:5.0.1
    ///           volumeMounts:
    ///             - name: data
    ///               mountPath: /data
    ///       volumes:
    ///         - name: data
    ///           persistentVolumeClaim:
    ///             # finding: 0 /spec/template/spec/volumes/0/persistentVolumeClaim/claimName
    ///             claimName: wiki-data
    /// ---
    /// apiVersion: v1
    /// kind: PersistentVolumeClaim
    /// metadata:
    ///   name: wiki-data
    /// spec:
    ///   accessModes: [ReadWriteOnce]
    ///   resources:
    ///     requests:
    ///       storage: 1Gi
    /// ```
    ///
    /// Several at once, of a claim that is not part of the input:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: StatefulSet
    /// metadata:
    ///   name: db
    /// spec:
    ///   replicas: 2
    ///   serviceName: db
    ///   selector:
    ///     matchLabels:
    ///       app: db
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: db
    ///     spec:
    ///       containers:
    ///         - name: db
    ///           image: registry.example/db:1.4.2
    ///       volumes:
    ///         - name: data
    ///           persistentVolumeClaim:
    ///             # finding: 0 /spec/template/spec/volumes/0/persistentVolumeClaim/claimName
    ///             claimName: shared
    /// ---
    /// apiVersion: apps/v1
    /// kind: DaemonSet
    /// metadata:
    ///   name: agent
    /// spec:
    ///   selector:
    ///     matchLabels:
    ///       app: agent
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: agent
    ///     spec:
    ///       containers:
    ///         - name: agent
    ///           image: registry.example/agent:1.4.2
    ///       volumes:
    ///         - name: data
    ///           persistentVolumeClaim:
    ///             # finding: 1 /spec/template/spec/volumes/0/persistentVolumeClaim/claimName
    ///             claimName: shared
    /// ---
    /// apiVersion: batch/v1
    /// kind: Job
    /// metadata:
    ///   name: report
    /// spec:
    ///   parallelism: 4
    ///   template:
    ///     spec:
    ///       restartPolicy: Never
    ///       containers:
    ///         - name: report
    ///           image: registry.example/report:1.4.2
    ///       volumes:
    ///         - name: data
    ///           persistentVolumeClaim:
    ///             # finding: 2 /spec/template/spec/volumes/0/persistentVolumeClaim/claimName
    ///             claimName: shared
    /// ---
    /// apiVersion: batch/v1
    /// kind: CronJob
    /// metadata:
    ///   name: report
    /// spec:
    ///   schedule: "0 3 * * *"
    ///   jobTemplate:
    ///     spec:
    ///       template:
    ///         spec:
    ///           restartPolicy: Never
    ///           containers:
    ///             - name: report
    ///               image: registry.example/report:1.4.2
    ///           volumes:
    ///             - name: data
    ///               persistentVolumeClaim:
    ///                 # finding: 3 /spec/jobTemplate/spec/template/spec/volumes/0/persistentVolumeClaim/claimName
    ///                 claimName: shared
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: wiki
    /// spec:
    ///   replicas: 1
    ///   strategy:
    ///     type: Recreate
    ///   selector:
    ///     matchLabels:
    ///       app: wiki
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: wiki
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/wiki:5.0.1
    ///           volumeMounts:
    ///             - name: data
    ///               mountPath: /data
    ///       volumes:
    ///         - name: data
    ///           persistentVolumeClaim:
    ///             claimName: wiki-data
    /// ---
    /// apiVersion: v1
    /// kind: PersistentVolumeClaim
    /// metadata:
    ///   name: wiki-data
    /// spec:
    ///   accessModes: [ReadWriteOnce]
    ///   resources:
    ///     requests:
    ///       storage: 1Gi
    /// ```
    ///
    /// A claim that many nodes can use, and runs that never overlap:
    ///
    /// ```yaml,good
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    /// spec:
    ///   replicas: 3
    ///   selector:
    ///     matchLabels:
    ///       app: shop
    ///   template:
    ///     metadata:
    ///       labels:
    ///         app: shop
    ///     spec:
    ///       containers:
    ///         - name: app
    ///           image: registry.example/app:1.4.2
    ///       volumes:
    ///         - name: media
    ///           persistentVolumeClaim:
    ///             claimName: media
    /// ---
    /// apiVersion: v1
    /// kind: PersistentVolumeClaim
    /// metadata:
    ///   name: media
    /// spec:
    ///   accessModes: [ReadWriteOnce, ReadWriteMany]
    ///   resources:
    ///     requests:
    ///       storage: 1Gi
    /// ---
    /// apiVersion: batch/v1
    /// kind: CronJob
    /// metadata:
    ///   name: report
    /// spec:
    ///   schedule: "0 3 * * *"
    ///   concurrencyPolicy: Forbid
    ///   jobTemplate:
    ///     spec:
    ///       template:
    ///         spec:
    ///           restartPolicy: Never
    ///           containers:
    ///             - name: report
    ///               image: registry.example/report:1.4.2
    ///           volumes:
    ///             - name: data
    ///               persistentVolumeClaim:
    ///                 claimName: shared
    /// ```
    ///
    /// ## When to allow it
    ///
    /// On a cluster of one node. Where each replica needs data of its own, a StatefulSet with
    /// `volumeClaimTemplates` gives it a claim.
    ///
    /// ## Source
    ///
    /// - [Persistent volumes: access modes](https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes): `ReadWriteOnce` is one node, `ReadWriteOncePod` one Pod
    "rwo-volume-multi-attach",
    "ReadWriteOnce claim shared by several Pods",
    patterns: &[
        Pattern::StatelessService,
        Pattern::StatefulService,
        Pattern::BatchJob,
        Pattern::SingletonService,
    ],
    surfaces: &[Surface::Bundle, Surface::Object],
    fix: Some(Grade::Review),
    reads: READS,
    check: Check::Pod(check),
}

static READS: &[Reads] = &[Reads { on: WORKLOADS, kinds: &[&CLAIMS], lacks: "" }];

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let workload = pod.workload;
    let replicas = workload.replicas().unwrap_or(1);
    let number = |key| workload.job_spec().and_then(|spec| spec.get(key)).and_then(Node::as_i64);
    let update = workload.update_type() == "RollingUpdate" && workload.surge(1) > 0;
    let counted = workload.replicas().is_some();
    let (problem, recreate) = if workload.is_like("DaemonSet") {
        ("every node has a Pod with it", false)
    } else if counted && replicas > 1 {
        ("several replicas use it", false)
    } else if counted && replicas == 1 && workload.is_like("Deployment") && update {
        ("a rolling update has two Pods with it for a while", workload.kind.kind == "Deployment")
    } else if number("parallelism").is_some_and(|count| count > 1) {
        ("several Pods of the Job use it at once", false)
    } else if workload.is_like("CronJob")
        && matches!(workload.concurrency_policy().value, None | Some("Allow" | ""))
    {
        ("a slow run and the next one use it at once", false)
    } else {
        return;
    };
    for volume in pod.volumes() {
        judge(cx, pod, volume, problem, recreate);
    }
}

fn judge<'d>(
    cx: &mut Cx<'_, 'd>,
    pod: PodSpec<'d>,
    volume: Volume<'d>,
    problem: &str,
    recreate: bool,
) {
    let at = volume.claim_name();
    let Some(name) = at.value else { return };
    let namespace = pod.object().effective_namespace();
    let claim = cx.set().of_kind("PersistentVolumeClaim").find(|claim: &Object<'_>| {
        claim.name().value == Some(name) && claim.effective_namespace() == namespace
    });
    let modes = claim.map(|claim| claim.node.at(&["spec", "accessModes"]));
    let one = |mode: Node<'_>| matches!(mode.as_str(), Some("ReadWriteOnce" | "ReadWriteOncePod"));
    if modes.is_some_and(|modes| !items(modes.node()).all(one)) {
        return;
    }
    let name = clipped(name);
    let finding = match modes {
        Some(modes) => cx
            .report(
                at.place,
                format_args!("one node alone can use the claim `{name}`, and {problem}"),
            )
            .related(modes, "one node at a time"),
        None => cx
            .report(
                at.place,
                format_args!("if one node alone can use the claim `{name}`, {problem} in vain"),
            )
            .severity(Severity::Info),
    };
    if recreate {
        let strategy = Value::map([("type", Value::from("Recreate"))]);
        finding.fix_at(
            Grade::Review,
            "Stop the old Pod before the new one starts",
            pod.workload.strategy().place,
            strategy,
        );
    }
}
