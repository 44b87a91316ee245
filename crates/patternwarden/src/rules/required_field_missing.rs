use crate::engine::Cx;
use crate::kube::Object;
use crate::required::{Missing, missing};
use crate::rule::{Check, Grade, Severity};

crate::rule! {
    /// A field is absent, or refers to nothing, though the API server insists on it.
    ///
    /// ## Why it matters
    ///
    /// Each of these is a refusal, and refusals come one by one, one `kubectl apply` at a time. All at once,
    /// with their places, they are done in a minute.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # finding: 0 /apiVersion
    /// # finding: 0 /metadata/name
    /// kind: Pod
    /// metadata:
    ///   labels:
    ///     app: app
    /// spec:
    ///   containers:
    ///     # finding: 0 /spec/containers/0/name
    ///     - image: registry.example/app:1.4.2
    ///     # finding: 0 /spec/containers/1/image
    ///     - name: helper
    /// ---
    /// # finding: 1 /kind
    /// apiVersion: v1
    /// metadata:
    ///   name: app
    /// ---
    /// # finding: 2 /spec/containers
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: empty
    /// spec:
    ///   restartPolicy: Never
    /// ```
    ///
    /// Workloads without what they make Pods from:
    ///
    /// ```yaml,bad
    /// # finding: 0 /spec/selector
    /// # finding: 0 /spec/template
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    /// spec:
    ///   replicas: 2
    /// ---
    /// # finding: 1 /spec/schedule
    /// # finding: 1 /spec/jobTemplate/spec/template
    /// apiVersion: batch/v1
    /// kind: CronJob
    /// metadata:
    ///   name: report
    /// spec:
    ///   suspend: false
    /// ```
    ///
    /// Services, routes, autoscalers and bindings:
    ///
    /// ```yaml,bad
    /// # finding: 0 /spec/ports
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    /// spec:
    ///   selector:
    ///     app: shop
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: named
    /// spec:
    ///   ports:
    ///     # finding: 1 /spec/ports/0/name
    ///     - port: 80
    ///     # finding: 1 /spec/ports/1/port
    ///     - name: admin
    /// ---
    /// apiVersion: networking.k8s.io/v1
    /// kind: Ingress
    /// metadata:
    ///   name: shop
    /// spec:
    ///   rules:
    ///     - http:
    ///         paths:
    ///           # finding: 2 /spec/rules/0/http/paths/0/pathType
    ///           # finding: 2 /spec/rules/0/http/paths/0/backend
    ///           - path: /
    /// ---
    /// # finding: 3 /spec/maxReplicas
    /// # finding: 3 /spec/scaleTargetRef
    /// apiVersion: autoscaling/v2
    /// kind: HorizontalPodAutoscaler
    /// metadata:
    ///   name: shop
    /// spec:
    ///   minReplicas: 2
    /// ---
    /// # finding: 4 /roleRef
    /// apiVersion: rbac.authorization.k8s.io/v1
    /// kind: RoleBinding
    /// metadata:
    ///   name: shop
    /// subjects: []
    /// ```
    ///
    /// Storage, as a claim of its own, in a template and in a Pod:
    ///
    /// ```yaml,bad
    /// # finding: 0 /spec/accessModes
    /// # finding: 0 /spec/resources/requests/storage
    /// apiVersion: v1
    /// kind: PersistentVolumeClaim
    /// metadata:
    ///   name: data
    /// spec:
    ///   storageClassName: fast
    /// ---
    /// apiVersion: apps/v1
    /// kind: StatefulSet
    /// metadata:
    ///   name: db
    /// spec:
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
    ///         - name: scratch
    ///           ephemeral:
    ///             volumeClaimTemplate:
    ///               # finding: 1 /spec/template/spec/volumes/0/ephemeral/volumeClaimTemplate/spec/accessModes
    ///               spec:
    ///                 resources:
    ///                   requests:
    ///                     storage: 1Gi
    ///   volumeClaimTemplates:
    ///     # finding: 1 /spec/volumeClaimTemplates/0/spec/resources/requests/storage
    ///     - metadata:
    ///         name: data
    ///       spec:
    ///         accessModes: [ReadWriteOnce]
    /// ```
    ///
    /// Mounts without a path or a volume, and names that are used twice:
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
    ///       ports:
    ///         - name: http
    ///           containerPort: 8080
    ///         # finding: /spec/containers/0/ports/1/name
    ///         - name: http
    ///           containerPort: 8081
    ///       volumeMounts:
    ///         # finding: /spec/containers/0/volumeMounts/0/mountPath
    ///         - name: data
    ///         # finding: /spec/containers/0/volumeMounts/1/name
    ///         - name: cache
    ///           mountPath: /cache
    ///     # finding: /spec/containers/1/name
    ///     - name: app
    ///       image: registry.example/proxy:1.9.0
    ///   volumes:
    ///     - name: data
    ///       emptyDir: {}
    ///     # finding: /spec/volumes/1/name
    ///     - name: data
    ///       emptyDir: {}
    /// ```
    ///
    /// A blank image is accepted in a template, and no Pod comes of it:
    ///
    /// ```yaml,bad
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    /// spec:
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
    ///           # finding: /spec/template/spec/containers/0/image
    ///           image: " "
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
    ///           volumeMounts:
    ///             - name: data
    ///               mountPath: /data
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
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: legacy
    /// spec:
    ///   type: ExternalName
    ///   externalName: db.example.com
    /// ```
    ///
    /// An image that OpenShift fills in:
    ///
    /// ```yaml,good
    /// apiVersion: apps/v1
    /// kind: Deployment
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     image.openshift.io/triggers: '[{"from": {"kind": "ImageStreamTag", "name": "shop:1"}, "fieldPath": "spec.template.spec.containers[?(@.name==\"app\")].image"}]'
    /// spec:
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
    ///           image: " "
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For what another tool fills in before the manifest is applied. Which of two that are called the same is
    /// meant, only the author knows, so that no repair is offered for these.
    ///
    /// ## Source
    ///
    /// - [Kubernetes API reference](https://kubernetes.io/docs/reference/kubernetes-api/): required fields
    /// - [OpenShift: triggering updates on image stream changes](https://docs.openshift.com/container-platform/latest/openshift_images/triggering-updates-on-imagestream-changes.html)
    "required-field-missing",
    "A field the API server insists on is absent",
    severity: Severity::Error,
    refused: true,
    fix: Some(Grade::Review),
    check: Check::Object(check),
}

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let whole = cx.set().assumed(object.index).is_none();
    for Missing { place, owner, problem, first, fix, severity } in missing(object, whole) {
        let finding = cx.report(place, format_args!("{owner} {problem}")).severity(severity);
        let finding = match first {
            Some(first) => finding.related(first, "is called so already"),
            None => finding,
        };
        if let Some((grade, value)) = fix {
            let title = match grade {
                Grade::Template => "Add the field, to be filled in",
                _ => "Add the field",
            };
            finding.fix_set(grade, title, value);
        }
    }
}
