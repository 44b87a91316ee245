use crate::engine::Cx;
use crate::kube::{Container, Object, PodSpec, Service, items, variables};
use crate::matcher::{clipped, glob};
use crate::param::{Flag, Param};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use alloc::{format, string::String, vec::Vec};
use patternwarden_tree::Node;

crate::rule! {
    /// Every Service of the namespace becomes environment variables of the Pod.
    ///
    /// ## Why it matters
    ///
    /// A Service `redis` brings the variable `REDIS_PORT`, and it holds an address such as
    /// `tcp://192.0.2.10:6379`: a program that expects a number there fails to start. And in a namespace
    /// with thousands of Services the environment is too large to start a process at all.
    ///
    /// A variable of the same name in `env` or `envFrom` wins, so that only what is not set there is
    /// reported: `$(REDIS_PORT)`, the port beside a `REDIS_HOST` that is set, and variables that some
    /// images are known to take as their configuration.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # settings: {"require_disabled": true}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// # finding: /spec/enableServiceLinks
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: redis-cache
    /// spec:
    ///   selector:
    ///     app: redis
    ///   ports:
    ///     - port: 6379
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// # finding: 1 /spec/enableServiceLinks
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       args: ["--redis=redis-cache:$(REDIS_CACHE_PORT)"]
    /// ```
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: redis-cache
    /// spec:
    ///   selector:
    ///     app: redis
    ///   ports:
    ///     - port: 6379
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: worker
    /// # finding: 1 /spec/enableServiceLinks
    /// spec:
    ///   containers:
    ///     - name: worker
    ///       image: registry.example/worker:1.4.2
    ///       env:
    ///         - name: REDIS_CACHE_HOST
    ///           value: redis-cache
    /// ```
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: kafka
    /// spec:
    ///   selector:
    ///     app: kafka
    ///   ports:
    ///     - port: 9092
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: kafka
    ///   labels:
    ///     app: kafka
    /// spec:
    ///   # finding: 1 /spec/enableServiceLinks
    ///   enableServiceLinks: true
    ///   containers:
    ///     - name: kafka
    ///       image: confluentinc/cp-kafka:7.9.0
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// # settings: {"require_disabled": true}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   enableServiceLinks: false
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// What is set wins, and Services without an address of their own bring nothing:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: redis
    /// spec:
    ///   selector:
    ///     app: redis
    ///   ports:
    ///     - port: 6379
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: database
    /// spec:
    ///   clusterIP: None
    ///   selector:
    ///     app: database
    ///   ports:
    ///     - port: 5432
    /// ---
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: app
    /// data:
    ///   PORT: "6379"
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       env:
    ///         - name: REDIS_HOST
    ///           value: redis
    ///         - name: DATABASE_HOST
    ///           value: database
    ///       envFrom:
    ///         - prefix: REDIS_
    ///           configMapRef:
    ///             name: app
    /// ```
    ///
    /// ## When to allow it
    ///
    /// When the program reads the variables of Services on purpose, as it may without DNS.
    ///
    /// ## Source
    ///
    /// - [Accessing the Service](https://kubernetes.io/docs/tutorials/services/connect-applications-service/#environment-variables)
    /// - `kubernetes/pkg/kubelet/envvars` for the names, and `kubelet_pods.go`, `makeEnvironmentVariables`, for what wins
    /// - confluentinc/schema-registry#689 and confluentinc/cp-docker-images#286 for images that take the variables as their configuration
    "service-links-enabled",
    "Every Service of the namespace becomes environment variables",
    patterns: &[Pattern::ServiceDiscovery, Pattern::EnvVarConfiguration],
    severity: Severity::Hint,
    surfaces: &[Surface::Bundle, Surface::Object, Surface::Cluster],
    params: &[Param::Flag(&REQUIRE)],
    fix: Some(Grade::Review),
    check: Check::Pod(check),
}

static REQUIRE: Flag = Flag {
    name: "require_disabled",
    doc: "Whether every Pod has to switch the variables off.",
    default: false,
};

/// Images, as globs, that take a variable named like the port of a Service as their configuration.
const KNOWN: [(&str, &str); 3] = [
    ("*cp-kafka", "KAFKA_PORT"),
    ("*cp-kafka-rest", "KAFKA_REST_PORT"),
    ("*cp-schema-registry", "SCHEMA_REGISTRY_PORT"),
];

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let at = pod.enable_service_links();
    if at.value == Some(false) {
        return;
    }
    if let Some((object, variable)) = collision(cx, pod) {
        let name = object.display_name();
        cx.report(
            at.place,
            format_args!(
                "`{}` is not set, and Service `{name}` makes it an address",
                clipped(&variable)
            ),
        )
        .severity(Severity::Warning)
        .related(object.node, "brings the variable")
        .fix_set(Grade::Review, "Bring no variables of Services", false);
    } else if cx.flag(&REQUIRE) {
        cx.report(
            at.place,
            format_args!("every Service of the namespace becomes variables of this Pod"),
        )
        .fix_set(Grade::Review, "Bring no variables of Services", false);
    }
}

/// The first Service whose address stands where the Pod reads something else, with the variable.
fn collision<'d>(cx: &Cx<'_, 'd>, pod: PodSpec<'d>) -> Option<(Object<'d>, String)> {
    let containers: Vec<_> = pod.containers().collect();
    // Most Pods read no such variable, and a namespace may have many Services.
    if !containers.iter().any(|container| may_read(*container)) {
        return None;
    }
    let home = pod.object().effective_namespace();
    let services = cx.set().of_kind("Service").filter_map(Service::of);
    // Only a Service with an address of its own brings variables.
    let mut services = services.filter(|service| {
        service.object.effective_namespace() == home
            && service.effective_type() != "ExternalName"
            && !service.is_headless()
    });
    services.find_map(|service| {
        let name = service.object.name().value?.to_ascii_uppercase().replace('-', "_");
        let variable = format!("{name}_PORT");
        let read = containers.iter().any(|container| reads(cx, *container, &name, &variable));
        read.then_some((service.object, variable))
    })
}

/// Whether a container could read the port of some Service.
fn may_read(container: Container<'_>) -> bool {
    let image = container.image_ref().map_or("", |image| image.repository);
    let refers = |text: Node<'_>| text.scalar_text().contains("_PORT)");
    let host = |entry: Node<'_>| {
        let name = entry.get("name").and_then(Node::as_str);
        name.is_some_and(|name| name.ends_with("_HOST"))
    };
    KNOWN.iter().any(|(known, _)| glob(known, image))
        || container.words().any(refers)
        || container.env_values().any(|(_, value)| refers(value))
        || items(container.env().value).any(host)
}

fn reads(cx: &Cx<'_, '_>, container: Container<'_>, service: &str, variable: &str) -> bool {
    let image = container.image_ref().map_or("", |image| image.repository);
    let refers = |text: Node<'_>| variables(text.scalar_text()).contains(&variable);
    let read = container.env_values().any(|(_, value)| refers(value))
        || container.words().any(refers)
        || container.defines(&format!("{service}_HOST"))
        || KNOWN.iter().any(|(known, name)| *name == variable && glob(known, image));
    read && !container.defines(variable) && !may_bring(cx, container, variable)
}

/// Whether `envFrom` brings a variable, or may do so because nobody knows what it brings.
fn may_bring(cx: &Cx<'_, '_>, container: Container<'_>, variable: &str) -> bool {
    let (names, complete) = cx.set().variables_from(container);
    !complete || names.iter().any(|(name, _)| name == variable)
}
