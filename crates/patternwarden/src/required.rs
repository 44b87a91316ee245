//! Fields that the API server insists on, and names that must be there once.

use crate::kube::{Container, Object, PodSpec, Service, entries, items};
use crate::matcher::clipped;
use crate::rule::{Grade, Severity};
use crate::schema::{type_of, version_of};
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use patternwarden_tree::{Kind, Node, Place, Value};

type Path = &'static [&'static str];

/// Something that the API server refuses to do without.
pub(crate) struct Missing<'d> {
    /// Where it should be, or where it is wrong.
    pub(crate) place: Place<'d>,
    /// What lacks it.
    pub(crate) owner: String,
    /// What is wrong, behind the owner.
    pub(crate) problem: String,
    /// The other one, of two that are called the same.
    pub(crate) first: Option<Place<'d>>,
    /// What to put there.
    pub(crate) fix: Option<(Grade, Value)>,
    pub(crate) severity: Severity,
}

/// Group, kind and fields that must not be empty.
static FIELDS: &[(&str, &str, &[Path])] = &[
    ("apps", "Deployment", &[&["spec", "selector"], &["spec", "template"]]),
    ("apps", "ReplicaSet", &[&["spec", "selector"], &["spec", "template"]]),
    ("apps", "StatefulSet", &[&["spec", "selector"], &["spec", "template"]]),
    ("apps", "DaemonSet", &[&["spec", "selector"], &["spec", "template"]]),
    ("", "ReplicationController", &[&["spec", "template"]]),
    ("batch", "Job", &[&["spec", "template"]]),
    ("batch", "CronJob", &[&["spec", "schedule"], &["spec", "jobTemplate", "spec", "template"]]),
    (
        "autoscaling",
        "HorizontalPodAutoscaler",
        &[&["spec", "maxReplicas"], &["spec", "scaleTargetRef"]],
    ),
    ("rbac.authorization.k8s.io", "RoleBinding", &[&["roleRef"]]),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding", &[&["roleRef"]]),
];

/// What OpenShift writes images by.
const TRIGGERS: &str = "image.openshift.io/triggers";

/// All that an object lacks; of a fragment (not `whole`) nobody asks for a name.
pub(crate) fn missing(object: Object<'_>, whole: bool) -> Vec<Missing<'_>> {
    let mut out = Found { out: Vec::new() };
    let api = object.api();
    let owner = if api.kind.is_empty() {
        String::from("this object")
    } else {
        format!("this {}", clipped(api.kind))
    };
    let pod = object.pod_spec();
    if whole {
        let version = version_of(api.kind).map(|version| (Grade::Review, Value::from(version)));
        out.require(object.node, &["apiVersion"], &owner, version);
        out.require(object.node, &["kind"], &owner, None);
        // Other kinds may be no objects of a cluster, but configuration of some tool.
        let known = pod.is_some() || type_of(object).is_some();
        if known && is_empty(object.generate_name().place) {
            out.require(object.node, &["metadata", "name"], &owner, Some(blank("NAME")));
        }
    }
    for (group, kind, fields) in FIELDS {
        if object.is(group, kind) {
            for path in *fields {
                // An empty selector beside a template is what `selector-template-mismatch` reports.
                if pod.is_none() || path.last() != Some(&"selector") {
                    out.require(object.node, path, &owner, None);
                }
            }
        }
    }
    match pod {
        Some(pod) => out.pod(pod),
        None if object.is("", "Pod") => {
            out.require(object.node, &["spec", "containers"], &owner, None);
        }
        None => {}
    }
    if let Some(service) = Service::of(object) {
        out.service(service);
    } else if object.is("", "PersistentVolumeClaim") {
        out.claim(object.node, &owner);
    } else if object.is("networking.k8s.io", "Ingress") && api.version != "v1beta1" {
        for rule in items(object.node.at(&["spec", "rules"]).node()) {
            for path in items(rule.at(&["http", "paths"]).node()) {
                let kind = Value::from("ImplementationSpecific");
                out.require(path, &["pathType"], "this path", Some((Grade::Review, kind)));
                out.require(path, &["backend"], "this path", None);
            }
        }
    }
    out.out
}

/// A value to be filled in.
fn blank(text: &str) -> (Grade, Value) {
    (Grade::Template, Value::Placeholder(text.to_string()))
}

/// Nothing, `null`, or an empty text, list or map.
fn is_empty(place: Place<'_>) -> bool {
    place.node().is_none_or(|node| match node.kind() {
        Kind::Null => true,
        Kind::String => node.scalar_text().is_empty(),
        Kind::Seq | Kind::Map => node.children().next().is_none(),
        Kind::Bool | Kind::Number => false,
    })
}

struct Found<'d> {
    out: Vec<Missing<'d>>,
}

impl<'d> Found<'d> {
    fn add(&mut self, place: Place<'d>, owner: &str, problem: String) -> Option<&mut Missing<'d>> {
        self.out.push(Missing {
            place,
            owner: owner.to_string(),
            problem,
            first: None,
            fix: None,
            severity: Severity::Error,
        });
        self.out.last_mut()
    }

    fn require(&mut self, node: Node<'d>, path: Path, owner: &str, fix: Option<(Grade, Value)>) {
        let place = node.at(path);
        if is_empty(place)
            && let Some(field) = path.last()
            && let Some(found) = self.add(place, owner, format!("needs `{field}`"))
        {
            found.fix = fix;
        }
    }

    /// Two entries of one list with the same name.
    fn once(&mut self, seen: &mut Vec<(&'d str, Node<'d>)>, what: &str, name: Option<Node<'d>>) {
        let Some(node) = name else { return };
        let Some(name) = node.as_str().filter(|name| !name.is_empty()) else { return };
        match seen.iter().find(|(other, _)| *other == name) {
            Some((_, first)) => {
                let (first, problem) = (*first, format!("is called `{}` as well", clipped(name)));
                if let Some(found) = self.add(node.into(), what, problem) {
                    found.first = Some(first.into());
                }
            }
            None => seen.push((name, node)),
        }
    }

    fn service(&mut self, service: Service<'d>) {
        let optional =
            service.is_headless() || service.service_type().value == Some("ExternalName");
        if !optional {
            self.require(service.node, &["spec", "ports"], "this Service", None);
        }
        let several = service.ports().count() > 1;
        let mut names = Vec::new();
        for port in service.ports() {
            self.once(&mut names, "a port", port.get("name"));
            self.require(port, &["port"], "this port", None);
            if several {
                self.require(port, &["name"], "one of several ports", Some(blank("NAME")));
            }
        }
    }

    /// A claim, or a template for some: what has it as `spec`.
    fn claim(&mut self, node: Node<'d>, owner: &str) {
        let modes = Value::seq([Value::from("ReadWriteOnce")]);
        self.require(node, &["spec", "accessModes"], owner, Some((Grade::Review, modes)));
        self.require(
            node,
            &["spec", "resources", "requests", "storage"],
            owner,
            Some(blank("1Gi")),
        );
    }

    fn pod(&mut self, pod: PodSpec<'d>) {
        self.require(pod.node, &["containers"], "this Pod", None);
        let mut names = Vec::new();
        for volume in pod.volumes() {
            self.once(&mut names, "a volume", volume.node.get("name"));
            if let Some(claim) = volume.node.at(&["ephemeral", "volumeClaimTemplate"]).node() {
                self.claim(claim, "this claim");
            }
        }
        for template in items(pod.workload.volume_claim_templates().value) {
            self.require(template, &["metadata", "name"], "this claim", Some(blank("NAME")));
            self.claim(template, "this claim");
            names.extend(
                template.at(&["metadata", "name"]).node().and_then(|n| Some((n.as_str()?, n))),
            );
        }
        let mut containers = Vec::new();
        for container in pod.containers() {
            self.container(container, &names);
            self.once(&mut containers, "a container", container.node.get("name"));
        }
    }

    fn container(&mut self, container: Container<'d>, volumes: &[(&str, Node<'d>)]) {
        let node = container.node;
        let owner = format!("container `{}`", container.display_name());
        // Knative names the only container itself.
        if container.pod.workload.kind.group != "serving.knative.dev" {
            self.require(node, &["name"], "this container", Some(blank("NAME")));
        }
        let image = container.image();
        if (image.is_absent() || image.value.is_some_and(|image| image.trim().is_empty()))
            && !is_filled_in(container)
        {
            let template = container.object().node != container.pod.template;
            let blank_text = image.value.is_some_and(|image| !image.is_empty());
            if let Some(found) = self.add(image.place, &owner, String::from("needs `image`")) {
                found.fix = Some(blank("IMAGE"));
                found.severity =
                    if template && blank_text { Severity::Info } else { Severity::Error };
            }
        }
        for mount in items(container.volume_mounts().value) {
            self.require(mount, &["mountPath"], "this mount", Some(blank("/PATH")));
            self.require(mount, &["name"], "this mount", None);
            let name = mount.get("name").and_then(|node| Some((node, node.as_str()?)));
            if let Some((node, name)) = name.filter(|(_, name)| !name.is_empty())
                && !volumes.iter().any(|(known, _)| *known == name)
            {
                self.add(node.into(), "this mount", format!("needs a volume `{}`", clipped(name)));
            }
        }
        let mut ports = Vec::new();
        for port in container.ports() {
            self.once(&mut ports, "a port", port.node.get("name"));
        }
    }
}

/// Whether OpenShift writes the image of this container.
fn is_filled_in(container: Container<'_>) -> bool {
    let (object, name) = (container.object(), container.display_name());
    let listed = |trigger: Node<'_>| {
        let names = trigger.at(&["imageChangeParams", "containerNames"]).node();
        items(names).any(|listed| listed.as_str() == Some(name))
    };
    // The trigger is JSON in a text, and a path in that: what matters is the whole name.
    let word = |text: &str| {
        text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).any(|word| word == name)
    };
    object.annotation(TRIGGERS).is_some_and(word)
        || entries(object.node.at(&["spec", "triggers"]).node()).any(listed)
}
