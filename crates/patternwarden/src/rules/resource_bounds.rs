use crate::engine::Cx;
use crate::image_match::matches;
use crate::kube::resources::{amount, request};
use crate::kube::{Class, Container, PodSpec, Quantity};
use crate::matcher::clipped;
use crate::param::{Flag, Form, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Surface};
use patternwarden_tree::{Node, Value};

crate::rule! {
    /// A request or limit is outside of the range that the platform serves.
    ///
    /// ## Why it matters
    ///
    /// A Pod that asks for more than the largest node has stays pending for ever, and one that asks for a
    /// megabyte is killed at its start. A range in one place says what a platform can serve.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # settings: {"max_limit": ["memory=4Gi"], "min_request": ["cpu=50m"], "max_request": ["cpu=4"], "min_limit": ["memory=64Mi"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       resources:
    ///         requests:
    ///           # finding: /spec/containers/0/resources/requests/cpu
    ///           cpu: 10m
    ///           memory: 4Gi
    ///         limits:
    ///           # finding: /spec/containers/0/resources/limits/memory
    ///           memory: 64Gi
    ///     - name: helper
    ///       image: registry.example/helper:1.0.0
    ///       resources:
    ///         limits:
    ///           # finding: /spec/containers/1/resources/limits/cpu
    ///           cpu: 8
    ///           # finding: /spec/containers/1/resources/limits/memory
    ///           memory: 1Mi
    /// ```
    ///
    /// Nothing written, when the settings demand it, and the Pod as a whole:
    ///
    /// ```yaml,bad
    /// # settings: {"max_request": ["memory=1Gi"], "require": true}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     # finding: /spec/containers/0/resources/requests
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ```yaml,bad
    /// # settings: {"max_request": ["memory=1Gi"], "pod": true}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   # finding: /spec/containers
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       resources:
    ///         requests:
    ///           memory: 700Mi
    ///     - name: helper
    ///       image: registry.example/helper:1.0.0
    ///       resources:
    ///         requests:
    ///           memory: 700Mi
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// # settings: {"max_limit": ["memory=4Gi"], "ignore_images": ["registry.example/large"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       resources:
    ///         limits:
    ///           memory: 4096Mi
    ///     - name: large
    ///       image: registry.example/large:1.0.0
    ///       resources:
    ///         limits:
    ///           memory: 64Gi
    /// ```
    ///
    /// ## When to allow it
    ///
    /// By `ignore_images`, for what is known to need more. Of a Pod as a whole it is not known which
    /// container asks for too much, so that there is no repair.
    ///
    /// ## Source
    ///
    /// - [Resource Management for Pods and Containers](https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/)
    "resource-bounds",
    "Requests and limits outside the allowed range",
    patterns: &[Pattern::PredictableDemands],
    enabled: false,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[
        Param::Entries(&MIN_REQUEST, Form::Amount),
        Param::Entries(&MAX_REQUEST, Form::Amount),
        Param::Entries(&MIN_LIMIT, Form::Amount),
        Param::Entries(&MAX_LIMIT, Form::Amount),
        Param::Flag(&REQUIRE),
        Param::Flag(&POD),
        Param::Strings(&IGNORE_IMAGES),
    ],
    fix: Some(Grade::Review),
    check: Check::Pod(check),
}

static MIN_REQUEST: Strings =
    Strings::empty("min_request", "The least requests, each as `resource=quantity`: `cpu=50m`.");

static MAX_REQUEST: Strings = Strings::empty("max_request", "The largest requests, likewise.");

static MIN_LIMIT: Strings = Strings::empty("min_limit", "The least limits, likewise.");

static MAX_LIMIT: Strings = Strings::empty("max_limit", "The largest limits, likewise.");

static REQUIRE: Flag =
    Flag { name: "require", doc: "Whether what has bounds must be written.", default: false };

static POD: Flag = Flag {
    name: "pod",
    doc: "Whether the sum of a Pod's containers is judged, and not each of them.",
    default: false,
};

static IGNORE_IMAGES: Strings = Strings::empty(
    "ignore_images",
    "Images that are left out, as patterns such as `registry.example/large`.",
);

/// The parameters, with the list they speak of and whether they are upper bounds.
static BOUNDS: [(&Strings, &str, bool); 4] = [
    (&MIN_REQUEST, "requests", false),
    (&MAX_REQUEST, "requests", true),
    (&MIN_LIMIT, "limits", false),
    (&MAX_LIMIT, "limits", true),
];

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    for (param, list, upper) in BOUNDS {
        for entry in cx.entries(param) {
            let Some((resource, text)) = entry.split_once('=') else { continue };
            let Some(edge) = Quantity::parse(text) else { continue };
            let least = if list == "requests" { &MIN_REQUEST } else { &MIN_LIMIT };
            let same =
                |other: &str| other.split_once('=').is_some_and(|(name, _)| name == resource);
            let twice = upper && cx.entries(least).any(same);
            let bound = Bound { list, resource, text, edge, upper, twice };
            if cx.flag(&POD) {
                whole(cx, pod, &bound);
            } else {
                for container in pod.containers() {
                    each(cx, container, &bound);
                }
            }
        }
    }
}

struct Bound<'s> {
    list: &'static str,
    resource: &'s str,
    text: &'s str,
    edge: Quantity,
    upper: bool,
    /// Whether the amount has a least bound too, which speaks for both where nothing is written.
    twice: bool,
}

impl Bound<'_> {
    fn allows(&self, amount: Quantity) -> bool {
        if self.upper { amount <= self.edge } else { amount >= self.edge }
    }

    fn words(&self) -> &'static str {
        if self.upper { "the most is" } else { "the least is" }
    }
}

fn whole<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>, bound: &Bound<'_>) {
    let total = pod.total(bound.list, bound.resource);
    if !total.is_zero() && !bound.allows(total) {
        let place = pod.node.at(&["containers"]);
        let (list, resource, words) = (bound.list, bound.resource, bound.words());
        cx.report(
            place,
            format_args!("the {list} of all containers for `{resource}`: {words} `{}`", bound.text),
        );
    }
}

fn each<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>, bound: &Bound<'_>) {
    let ignored = container
        .image_ref()
        .is_some_and(|image| cx.entries(&IGNORE_IMAGES).any(|pattern| matches(pattern, image)));
    if container.class == Class::Ephemeral || ignored {
        return;
    }
    let resources = container.resources().value;
    let node: Option<Node<'d>> = match bound.list {
        "requests" => request(resources, bound.resource),
        list => amount(resources, list, bound.resource),
    };
    // Zero says as little as nothing does.
    let node = node.filter(|node| Quantity::parse(node.scalar_text()).is_none_or(|q| !q.is_zero()));
    let name = container.display_name();
    let (resource, words, text) = (bound.resource, bound.words(), bound.text);
    let Some(node) = node else {
        if cx.flag(&REQUIRE) && !bound.twice {
            let place = if bound.list == "requests" {
                container.requests().place
            } else {
                container.limits().place
            };
            cx.report(
                place,
                format_args!("`{name}` says nothing of `{resource}` in its {}", bound.list),
            )
            .fix_entry(
                Grade::Review,
                "Write the bound",
                place,
                resource,
                Value::from(text),
            );
        }
        return;
    };
    let amount = Quantity::parse(node.scalar_text());
    if amount.is_none_or(|amount| !bound.allows(amount)) {
        let shown = clipped(node.scalar_text());
        cx.report(
            node,
            format_args!(
                "`{name}` has `{shown}` of `{resource}` in its {}: {words} `{text}`",
                bound.list
            ),
        )
        .fix_set(Grade::Review, "Write the bound", text);
    }
}
