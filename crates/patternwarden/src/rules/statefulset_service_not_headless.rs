use crate::companions::headless_service;
use crate::engine::Cx;
use crate::kube::{PodSpec, Service, items, selects};
use crate::neighbours::{Reads, SERVICES};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use patternwarden_tree::{Edit, Op};

crate::rule! {
    /// A StatefulSet has no headless Service that gives its Pods their names.
    ///
    /// ## Why it matters
    ///
    /// `db-0.db` resolves because a headless Service `db` governs the StatefulSet. Without it peers
    /// do not find each other after a restart, and a normal Service in its place balances what must
    /// be addressed one by one.
    ///
    /// ## Bad
    ///
    /// The Service has an address of its own:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: StatefulSet
    /// metadata:
    ///   name: db
    /// spec:
    ///   # finding: 0 /spec/serviceName
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
    ///           image: registry.example/db:16.3.0
    ///           ports:
    ///             - name: sql
    ///               containerPort: 5432
    ///   volumeClaimTemplates:
    ///     - metadata:
    ///         name: data
    ///       spec:
    ///         accessModes: [ReadWriteOnce]
    ///         resources:
    ///           requests:
    ///             storage: 10Gi
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: db
    /// spec:
    ///   selector:
    ///     app: db
    ///   ports:
    ///     - name: sql
    ///       port: 5432
    /// ```
    ///
    /// None is named, though one that fits is there:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: StatefulSet
    /// metadata:
    ///   name: db
    /// # finding: 0 /spec/serviceName
    /// spec:
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
    ///           image: registry.example/db:16.3.0
    ///   volumeClaimTemplates:
    ///     - metadata:
    ///         name: data
    ///       spec:
    ///         accessModes: [ReadWriteOnce]
    ///         resources:
    ///           requests:
    ///             storage: 10Gi
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: db-peers
    /// spec:
    ///   clusterIP: None
    ///   selector:
    ///     app: db
    /// ```
    ///
    /// It selects other Pods:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: StatefulSet
    /// metadata:
    ///   name: db
    /// spec:
    ///   # finding: 0 /spec/serviceName
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
    ///           image: registry.example/db:16.3.0
    ///   volumeClaimTemplates:
    ///     - metadata:
    ///         name: data
    ///       spec:
    ///         accessModes: [ReadWriteOnce]
    ///         resources:
    ///           requests:
    ///             storage: 10Gi
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: db
    /// spec:
    ///   clusterIP: None
    ///   selector:
    ///     app: database
    /// ```
    ///
    /// It is not in the input, no storage is asked for, or the storage goes with the Pod:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: StatefulSet
    /// metadata:
    ///   name: db
    /// # finding: 0 /spec/volumeClaimTemplates
    /// spec:
    ///   # finding: 0 /spec/serviceName
    ///   serviceName: db
    ///   persistentVolumeClaimRetentionPolicy:
    ///     # finding: 0 /spec/persistentVolumeClaimRetentionPolicy/whenDeleted
    ///     whenDeleted: Delete
    ///     # finding: 0 /spec/persistentVolumeClaimRetentionPolicy/whenScaled
    ///     whenScaled: Delete
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
    ///           image: registry.example/db:16.3.0
    /// ```
    ///
    /// None is named:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: StatefulSet
    /// metadata:
    ///   name: db
    /// # finding: /spec/serviceName
    /// # finding: /spec/volumeClaimTemplates
    /// spec:
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
    ///           image: registry.example/db:16.3.0
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: apps/v1
    /// kind: StatefulSet
    /// metadata:
    ///   name: db
    /// spec:
    ///   serviceName: db
    ///   persistentVolumeClaimRetentionPolicy:
    ///     whenDeleted: Retain
    ///     whenScaled: Retain
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
    ///           image: registry.example/db:16.3.0
    ///           ports:
    ///             - name: sql
    ///               containerPort: 5432
    ///   volumeClaimTemplates:
    ///     - metadata:
    ///         name: data
    ///       spec:
    ///         accessModes: [ReadWriteOnce]
    ///         resources:
    ///           requests:
    ///             storage: 10Gi
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: db
    /// spec:
    ///   clusterIP: None
    ///   selector:
    ///     app: db
    ///   ports:
    ///     - name: sql
    ///       port: 5432
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Where only the order of the Pods or their storage matters and nobody asks for one by name.
    /// A Service that is named and not there can be written beside it. Where `serviceName` itself
    /// changes, the StatefulSet has to be made again, since it never does in a cluster.
    ///
    /// ## Source
    ///
    /// - [StatefulSets](https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/): "Stable Network ID", "PersistentVolumeClaim retention" (stable since 1.32)
    "statefulset-service-not-headless",
    "StatefulSet without its governing headless Service",
    patterns: &[Pattern::StatefulService],
    surfaces: &[Surface::Bundle, Surface::Object],
    fix: Some(Grade::Safe),
    fix_beside: true,
    reads: READS,
    check: Check::Pod(check),
}

static READS: &[Reads] = &[Reads { on: &["StatefulSet"], kinds: &[&SERVICES], lacks: "" }];

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let (workload, object) = (pod.workload, pod.object());
    if !workload.is_like("StatefulSet") {
        return;
    }
    governing(cx, pod);
    let claims = workload.volume_claim_templates();
    if !claims.is_mistyped() && items(claims.value).next().is_none() {
        cx.report(claims.place, format_args!("no Pod of this StatefulSet has storage of its own"))
            .severity(Severity::Hint);
    }
    let policy = object.node.at(&["spec", "persistentVolumeClaimRetentionPolicy"]).node();
    for key in ["whenDeleted", "whenScaled"] {
        let event = policy.and_then(|policy| policy.get(key));
        if let Some(event) = event.filter(|event| event.as_str() == Some("Delete")) {
            cx.report(
                event,
                format_args!("`{key}: Delete` removes the claims, and their data with them"),
            )
            .severity(Severity::Info);
        }
    }
}

fn governing<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let at = pod.workload.service_name();
    if at.is_mistyped() {
        return;
    }
    let namespace = pod.object().effective_namespace();
    let name = at.value.filter(|name| !name.is_empty());
    let service = name.and_then(|name| cx.set().find("", "Service", Some(namespace), name));
    let service = service.and_then(Service::of);
    let (closed, input) = (cx.set().is_closed(), cx.set().word());
    let selects = |s: Service<'d>| s.selector().value.is_some_and(|map| selects(map, pod.labels()));
    // Offered where exactly one Service could take its place.
    let mut fitting = cx.set().services_of(pod).into_iter().filter(|s| s.is_headless());
    let fitting = fitting.next().filter(|_| fitting.next().is_none());
    let own = pod.object().name().value.filter(|own| {
        name.is_none() && cx.set().find("", "Service", Some(namespace), own).is_none()
    });
    let written = name.or(own).and_then(|name| Some((name, headless_service(pod, name)?)));
    let report = match (name, service) {
        (None, _) => {
            cx.report(at.place, format_args!("the StatefulSet names no governing Service"))
        }
        (Some(name), None) if closed => cx
            .report(at.place, format_args!("the governing Service `{name}` is not in the {input}"))
            .severity(Severity::Info),
        (Some(name), Some(service)) if !service.is_headless() => cx
            .report(at.place, format_args!("the governing Service `{name}` is not headless"))
            .related(service.cluster_ip().place, "is not `None`"),
        (Some(name), Some(service)) if !selects(service) => cx
            .report(at.place, format_args!("the governing Service `{name}` selects other Pods"))
            .related(service.selector().place, "does not match the template"),
        _ => return,
    };
    if let Some(name) = fitting.and_then(|service: Service<'d>| service.object.name().value) {
        let title = alloc::format!("Let the headless Service `{name}` govern it");
        report.fix_set(Grade::Review, title, name);
    } else if let Some((name, written)) = written.filter(|_| service.is_none()) {
        if at.is_absent() || at.value == Some("") {
            let edits = [Edit::new("/spec/serviceName", Op::Add(name.into()))];
            let beside = Edit::new("", Op::NewDocument(written));
            let title = "Name a headless Service, and write it";
            report.fix(Grade::Review, title, edits.into_iter().chain([beside]).collect());
        } else {
            report.fix_beside(Grade::Safe, "Write the headless Service", [written].into());
        }
    }
}
