use crate::engine::Cx;
use crate::kube::{Container, Object, PodSpec, Port, Service, protocol, target_port};
use crate::neighbours::{DAEMON_SETS, DEPLOYMENTS, PODS, Reads, STATEFUL_SETS};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use alloc::vec::Vec;
use patternwarden_tree::{Kind, Node, Value};

crate::rule! {
    /// A Service sends traffic to a port that its Pods do not declare.
    ///
    /// ## Why it matters
    ///
    /// A name that no container has leaves the endpoints without that port: the Service looks
    /// healthy, and connections to it fail. A number is only a sign, as a process may listen
    /// wherever it likes; but an absent `targetPort` means the same number as `port`, which is wrong
    /// whenever the Service listens on 80.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    ///   labels:
    ///     app: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    ///       ports:
    ///         - name: http
    ///           containerPort: 8080
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    /// spec:
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     # finding: 1 /spec/ports/0/targetPort
    ///     - port: 80
    ///       targetPort: web
    /// ```
    ///
    /// A number that nothing declares, here the one of `port`; and the wrong protocol:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: names
    ///   labels:
    ///     app: names
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/names:1.0.3
    ///       ports:
    ///         - name: web
    ///           containerPort: 8080
    ///         - name: dns
    ///           containerPort: 5353
    ///           protocol: UDP
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: names
    /// spec:
    ///   selector:
    ///     app: names
    ///   ports:
    ///     # finding: 1 /spec/ports/0/targetPort
    ///     - name: web
    ///       port: 80
    ///     # finding: 1 /spec/ports/1/targetPort
    ///     - name: by-number
    ///       port: 53
    ///       targetPort: 5353
    ///     # finding: 1 /spec/ports/2/targetPort
    ///     - name: by-name
    ///       port: 54
    ///       targetPort: dns
    /// ```
    ///
    /// Two containers give the name away:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    ///   labels:
    ///     app: shop
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    ///       ports:
    ///         - name: http
    ///           containerPort: 8080
    ///     - name: admin
    ///       image: registry.example/shop-admin:2.1.0
    ///       ports:
    ///         - name: http
    ///           containerPort: 8081
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    /// spec:
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     # finding: 1 /spec/ports/0/targetPort
    ///     - port: 80
    ///       targetPort: http
    /// ```
    ///
    /// ## Good
    ///
    /// Native sidecars count, and a Pod that declares no port at all says nothing:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    ///   labels:
    ///     app: shop
    ///     tier: front
    /// spec:
    ///   initContainers:
    ///     - name: proxy
    ///       image: registry.example/proxy:1.4.2
    ///       restartPolicy: Always
    ///       ports:
    ///         - name: proxied
    ///           containerPort: 8443
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    ///       ports:
    ///         - name: http
    ///           containerPort: 8080
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: shop
    /// spec:
    ///   selector:
    ///     app: shop
    ///   ports:
    ///     - name: plain
    ///       port: 80
    ///       targetPort: http
    ///     - name: secure
    ///       port: 443
    ///       targetPort: proxied
    ///     - name: direct
    ///       port: 8080
    /// ---
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: cache
    ///   labels:
    ///     app: cache
    /// spec:
    ///   containers:
    ///     - name: cache
    ///       image: registry.example/cache:1.0.3
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: cache
    /// spec:
    ///   selector:
    ///     app: cache
    ///   ports:
    ///     - port: 6379
    /// ```
    ///
    /// A name for another host has no Pods:
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   name: mail
    /// spec:
    ///   type: ExternalName
    ///   externalName: mail.example.org
    ///   ports:
    ///     - port: 25
    ///       targetPort: smtp
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For a number that the process does listen on. Declaring it in the container tells the next
    /// reader.
    ///
    /// ## Source
    ///
    /// - [Service, port definitions](https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports): `targetPort` defaults to `port`; names are looked up in the Pods
    /// - `kubernetes/pkg/api/v1/pod.FindPort`: a name matches together with its protocol; the first container wins
    "service-target-port-unknown",
    "targetPort that no selected container declares",
    patterns: &[Pattern::ServiceDiscovery],
    severity: Severity::Error,
    surfaces: &[Surface::Bundle],
    reads: READS,
    fix: Some(Grade::Safe),
    check: Check::Object(check),
}

static READS: &[Reads] = &[Reads {
    on: &["Service"],
    kinds: &[&PODS, &DEPLOYMENTS, &STATEFUL_SETS, &DAEMON_SETS],
    lacks: "",
}];

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    let Some(service) = Service::of(object) else { return };
    if service.service_type().value == Some("ExternalName") {
        return;
    }
    let Some(selector) = service.selector().value else { return };
    let pods = cx.set().selected_by(selector, object.effective_namespace());
    for entry in service.ports() {
        let target = entry.at(&["targetPort"]);
        let wanted = target_port(entry);
        let Some(wanted) = wanted.filter(|n| matches!(n.kind(), Kind::Number | Kind::String))
        else {
            continue;
        };
        let protocol = protocol(entry);
        let verdicts = pods.iter().filter_map(|pod| Some((*pod, judge(*pod, wanted, protocol)?)));
        let Some((pod, verdict)) = verdicts.min_by_key(|(_, verdict)| *verdict) else { continue };
        let (name, shown) =
            (pod.object().display_name(), crate::matcher::clipped(wanted.scalar_text()));
        let report = match verdict {
            Verdict::NoName => cx.report(
                target,
                format_args!("no container of `{name}` names a {protocol} port `{shown}`"),
            ),
            Verdict::OtherProtocol => cx
                .report(
                    target,
                    format_args!("`{name}` declares port {shown}, but not for {protocol}"),
                )
                .severity(Severity::Info),
            Verdict::NoNumber => cx
                .report(target, format_args!("`{name}` declares ports, but not {shown}"))
                .severity(Severity::Info),
            Verdict::TwoNames => cx
                .report(target, format_args!("two containers of `{name}` name a port `{shown}`"))
                .severity(Severity::Info),
        };
        let report = report.related(pod.template, "is selected");
        let Some(port) = only_port(pod, protocol).filter(|_| verdict != Verdict::TwoNames) else {
            continue;
        };
        let (name, number) = (port.name().place.node(), port.container_port().place.node());
        let used = name.filter(|_| port.name().value.is_some()).or(number);
        // What another selected Pod does not declare would only move the finding there.
        let used =
            used.filter(|used| pods.iter().all(|pod| judge(*pod, *used, protocol).is_none()));
        if let Some(used) = used {
            let value =
                used.as_str().map_or_else(|| Value::from(used.as_i64().unwrap_or(0)), Value::from);
            report.fix_set(Grade::Safe, "Use the only port that is declared", value);
        }
    }
}

/// What is wrong with a target port, worst first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    NoName,
    OtherProtocol,
    NoNumber,
    TwoNames,
}

fn ports(pod: PodSpec<'_>) -> Vec<Port<'_>> {
    pod.running_containers().flat_map(Container::ports).collect()
}

fn judge(pod: PodSpec<'_>, wanted: Node<'_>, protocol_wanted: &str) -> Option<Verdict> {
    let ports = ports(pod);
    let fits = |port: &Port<'_>| protocol(port.node) == protocol_wanted;
    if let Some(name) = wanted.as_str() {
        let named = ports.iter().filter(|port| fits(port) && port.name().value == Some(name));
        return match named.count() {
            0 => Some(Verdict::NoName),
            1 => None,
            _ => Some(Verdict::TwoNames),
        };
    }
    let number = wanted.as_i64();
    let mut same = ports.iter().filter(|port| port.container_port().value == number);
    let declared = same.clone().next().is_some();
    if ports.is_empty() || same.any(fits) {
        None
    } else if declared {
        Some(Verdict::OtherProtocol)
    } else {
        Some(Verdict::NoNumber)
    }
}

/// The only port of a Pod, if it has this protocol.
fn only_port<'d>(pod: PodSpec<'d>, wanted: &str) -> Option<Port<'d>> {
    match ports(pod).as_slice() {
        [port] if protocol(port.node) == wanted => Some(*port),
        _ => None,
    }
}
