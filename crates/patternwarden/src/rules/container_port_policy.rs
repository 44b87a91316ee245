use crate::engine::Cx;
use crate::kube::{Class, Container};
use crate::matcher::in_range;
use crate::param::{Flag, Form, Int, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Severity, Surface};

crate::rule! {
    /// A container declares a port that is not wanted.
    ///
    /// ## Why it matters
    ///
    /// An SSH server in a container is a second way in that nobody logs, next to `kubectl exec`. Ports
    /// below 1024 are the usual reason why an image insists on root. The program listens where it does,
    /// whatever the manifest says, so there is no repair here.
    ///
    /// ## Bad
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
    ///         - containerPort: 8080
    ///         # finding: /spec/containers/0/ports/1/containerPort
    ///         - containerPort: 22
    /// ```
    ///
    /// ```yaml,bad
    /// # settings: {"denied": ["4000-4999/UDP", "5005"], "min_port": 1024, "require_names": true}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   initContainers:
    ///     - name: proxy
    ///       image: registry.example/proxy:1.4.2
    ///       restartPolicy: Always
    ///       ports:
    ///         - name: http
    ///           # finding: /spec/initContainers/0/ports/0/containerPort
    ///           containerPort: 80
    ///         # finding: /spec/initContainers/0/ports/1/name
    ///         - containerPort: 8080
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       ports:
    ///         - name: debug
    ///           # finding: /spec/containers/0/ports/0/containerPort
    ///           containerPort: 5005
    ///         - name: stats
    ///           # finding: /spec/containers/0/ports/1/containerPort
    ///           containerPort: 4500
    ///           protocol: UDP
    ///         - name: other
    ///           containerPort: 4500
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
    ///       ports:
    ///         - containerPort: 8080
    ///         - containerPort: 22
    ///           protocol: UDP
    ///         - containerPort: 80
    /// ```
    ///
    /// ## When to allow it
    ///
    /// When SSH is what the container is for, as in a server for Git or for file transfer.
    ///
    /// ## Source
    ///
    /// - [Container ports](https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#ports)
    "container-port-policy",
    "Declared port that is not wanted",
    patterns: &[Pattern::NetworkSegmentation, Pattern::ProcessContainment],
    severity: Severity::Info,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Entries(&DENIED, Form::Port), Param::Int(&MIN_PORT), Param::Flag(&REQUIRE_NAMES)],
    check: Check::Container(check),
}

static DENIED: Strings = Strings {
    name: "denied",
    doc: "Ports that are not wanted, such as `22/TCP`, `4000-4999/UDP`, or `5005` for every protocol.",
    default: &["22/TCP"],
};

static MIN_PORT: Int = Int {
    name: "min_port",
    doc: "The lowest port that may be declared; 1024 is the first that needs no privilege.",
    unit: "",
    min: 0,
    max: 65_535,
    default: 0,
};

static REQUIRE_NAMES: Flag =
    Flag { name: "require_names", doc: "Whether every port needs a name.", default: false };

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    // The API has no ports for ephemeral containers.
    if container.class == Class::Ephemeral {
        return;
    }
    let (name, lowest) = (container.display_name(), cx.int(&MIN_PORT));
    for port in container.ports() {
        let at = port.container_port();
        let Some(number) = at.value else { continue };
        let protocol = port.protocol().value.filter(|text| !text.is_empty()).unwrap_or("TCP");
        let holds = |entry: &&str| match entry.split_once('/') {
            Some((range, of)) => of.eq_ignore_ascii_case(protocol) && in_range(range, number),
            None => in_range(entry, number),
        };
        // What a site wrote itself weighs more than our own opinion.
        if let Some(entry) = cx.entries(&DENIED).find(holds) {
            let own = DENIED.default.contains(&entry);
            cx.report(
                at.place,
                format_args!("container `{name}` declares port {number}, which is not wanted"),
            )
            .severity(if own { Severity::Info } else { Severity::Warning });
        } else if number < lowest {
            cx.report(at.place, format_args!("container `{name}` declares port {number}, and {lowest} is the lowest that is allowed"))
                .severity(Severity::Warning);
        }
        let named = port.name();
        if cx.flag(&REQUIRE_NAMES) && named.value.is_none_or(str::is_empty) {
            cx.report(named.place, format_args!("port {number} of container `{name}` has no name"))
                .severity(Severity::Warning);
        }
    }
}
