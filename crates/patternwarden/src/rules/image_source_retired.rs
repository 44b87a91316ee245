use crate::engine::Cx;
use crate::image_match::matches;
use crate::kube::{Object, PodSpec, Service};
use crate::matcher::clipped;
use crate::param::{Form, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Severity, Surface};
use alloc::string::String;

crate::rule! {
    /// An image comes from a registry or project that nobody maintains any more.
    ///
    /// ## Why it matters
    ///
    /// A frozen registry never gets the corrected image, and one day it answers with 404 while a node is
    /// being replaced. Nothing but the text in manifests keeps it alive.
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
    ///     - name: pause
    ///       # finding: /spec/containers/0/image
    ///       image: k8s.gcr.io/pause:3.9
    ///     - name: cache
    ///       # finding: /spec/containers/1/image
    ///       image: bitnami/redis:7.2.4
    ///     - name: base
    ///       # finding: /spec/containers/2/image
    ///       image: centos:7
    ///     - name: controller
    ///       # finding: /spec/containers/3/image
    ///       image: registry.k8s.io/ingress-nginx/controller:v1.11.0
    /// ---
    /// apiVersion: v1
    /// kind: Service
    /// metadata:
    ///   # finding: 1 /metadata/name
    ///   name: tiller-deploy
    /// spec:
    ///   ports:
    ///     - port: 44134
    /// ```
    ///
    /// Sources of one's own that are given up:
    ///
    /// ```yaml,bad
    /// # settings: {"extra": ["old.registry.example=moved to registry.example in 2025"], "ignore": ["centos"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       # finding: /spec/containers/0/image
    ///       image: old.registry.example/app:1.4.2
    ///     - name: base
    ///       image: centos:7
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
    ///     - name: pause
    ///       image: registry.k8s.io/pause:3.9
    ///     - name: cache
    ///       image: registry.example/redis:7.2.4
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Where a mirror of one's own answers under that name. Only `registry.k8s.io` holds the same content
    /// as the source before it, so that there is no other repair.
    ///
    /// ## Source
    ///
    /// - [k8s.gcr.io is frozen](https://kubernetes.io/blog/2023/02/06/k8s-gcr-io-freeze-announcement/) since 3 April 2023
    /// - [Ingress NGINX is retired](https://kubernetes.io/blog/2025/11/11/ingress-nginx-retirement/) since March 2026
    /// - [Bitnami](https://github.com/bitnami/containers/issues/83267): versioned tags moved to `bitnamilegacy` on 28 August 2025, without updates
    "image-source-retired",
    "Registry or image that is no longer maintained",
    patterns: &[Pattern::ImageBuilder, Pattern::DeclarativeDeployment],
    admission: Admission::Warn,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Entries(&EXTRA, Form::Retired), Param::Strings(&IGNORE)],
    fix: Some(Grade::Safe),
    check: Check::Object(check),
}

static EXTRA: Strings = Strings {
    name: "extra",
    doc: "More sources that are given up, as `pattern` or `pattern=what became of it`.",
    default: &[],
};

static IGNORE: Strings = Strings {
    name: "ignore",
    doc: "Sources that are left out, patterns as in `image-registry-policy`.",
    default: &[],
};

const FROZEN: &str = "has been frozen since April 2023; its successor is `registry.k8s.io`";
const TILLER: &str = "belongs to Helm 2, which ended in November 2020";
/// Where versions were, which begin with a digit; `latest` is still there.
const BITNAMI: &str = "docker.io/bitnami/*";

/// Sources and what became of them.
static RETIRED: &[(&str, &str)] = &[
    ("k8s.gcr.io", FROZEN),
    ("gcr.io/google-containers", FROZEN),
    ("gcr.io/google_containers", FROZEN),
    (BITNAMI, "has moved to `docker.io/bitnamilegacy`, and has had no updates since August 2025"),
    ("docker.pkg.github.com", "is replaced by `ghcr.io`"),
    ("**/tiller", TILLER),
    (
        "registry.k8s.io/ingress-nginx/controller",
        "belongs to a project that was retired in March 2026",
    ),
    ("docker.io/library/centos", "has had no updates since June 2024"),
];

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    if let Some(service) = Service::of(object) {
        let name = service.object.name();
        if name.value == Some("tiller-deploy") {
            cx.report(name.place, format_args!("Service `tiller-deploy` {TILLER}"));
        }
    }
    for used in object.pod_spec().into_iter().flat_map(PodSpec::images) {
        let (Some(image), Some(text)) = (used.parsed(), used.reference.value) else { continue };
        if cx.entries(&IGNORE).any(|pattern| matches(pattern, image)) {
            continue;
        }
        let own =
            cx.entries(&EXTRA).map(|entry| entry.split_once('=').unwrap_or((entry, "is given up")));
        let version = image.tag.is_some_and(|tag| tag.starts_with(|c: char| c.is_ascii_digit()));
        let retired = RETIRED.iter().copied().filter(|(pattern, _)| *pattern != BITNAMI || version);
        let mut known = retired.chain(own);
        let Some((pattern, what)) = known.find(|(pattern, _)| matches(pattern, image)) else {
            continue;
        };
        let works = pattern.starts_with("registry.k8s.io");
        let severity = if works { Severity::Info } else { Severity::Warning };
        let finding = cx
            .report(used.reference.place, format_args!("the source of `{}` {what}", clipped(text)))
            .severity(severity);
        if let Some(rest) = text.strip_prefix("k8s.gcr.io/") {
            let mut new = String::from("registry.k8s.io/");
            new.push_str(rest);
            finding.fix_set(Grade::Safe, "Use `registry.k8s.io`", new.as_str());
        }
    }
}
