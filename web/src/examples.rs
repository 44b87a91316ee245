//! The examples: manifests of the talk's slides, and some more.

use patternwarden::errata::{ERRATA, Erratum};
use patternwarden::report::Finding;
use patternwarden::{Pattern, errata};

/// A manifest to look at.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Example {
    /// The slide, such as `T3`, or a word.
    pub(crate) id: &'static str,
    /// The patterns that the slide is about, where its errata alone do not say it.
    patterns: &'static [Pattern],
    pub(crate) title: &'static str,
    /// What to look for, one or two sentences.
    pub(crate) about: &'static str,
    pub(crate) text: &'static str,
}

macro_rules! examples {
    ($($id:literal [$($pattern:expr),*] $file:literal $title:literal $about:literal;)+) => {
        /// Every example, in the order of the menu.
        pub(crate) static EXAMPLES: &[Example] = &[$(Example {
            id: $id,
            patterns: &[$($pattern),*],
            title: $title,
            about: $about,
            text: include_str!(concat!("../examples/", $file, ".yaml")),
        }),+];
    };
}

examples! {
    "T3" [Pattern::HealthProbe] "t03-health-probe" "Health Probe Example"
        "Three probes in three technologies on one container, and a start that may take a quarter of an hour.";
    "T4" [Pattern::Sidecar] "t04-sidecar" "Sidecar"
        "Two containers work together in one Pod, over a shared volume and over localhost.";
    "T5" [Pattern::Sidecar, Pattern::InitContainer] "t05-startup-order" "Startup Order"
        "A sidecar as an init container that keeps running, so that the order of starts is known.";
    "T6" [Pattern::SingletonService] "t06-out-of-application-locking" "Out-of-Application Locking"
        "One instance, kept by the platform: a Deployment prefers availability, a StatefulSet consistency.";
    "T9" [Pattern::ImmutableConfiguration] "t09-immutable-configuration" "Immutable Configuration"
        "Configuration that cannot change: an immutable ConfigMap, and configuration in an image.";
    "T10" [Pattern::ImmutableConfiguration] "t10-shared-filesystem" "Directly sharing the container filesystem"
        "A helper holds a model, the server reads it through the shared process namespace.";
    "T11" [] "t11-non-root" "Run containers with a non-root user"
        "A user for the whole Pod, and the same promise made with runAsNonRoot.";
    "T12" [] "t12-capabilities" "Lock the capabilities"
        "Fewer capabilities for httpd, written where only containers can have them.";
    "T13" [] "t13-immutable-filesystem" "Avoiding a mutable container filesystem"
        "The overview of all hardening options, on the stock httpd image.";
    "T16" [Pattern::Operator] "t16-custom-resource-definition" "CustomResourceDefinition"
        "A resource type of one's own, in the form that Kubernetes dropped with 1.22.";
    "clean" [] "clean" "A web application without problems"
        "A Deployment with a Service, as the rules like it.";
}

/// What a first visit shows.
pub(crate) static FIRST: Option<&Example> = EXAMPLES.first();

impl Example {
    /// Whether it is a slide of the talk.
    pub(crate) fn is_slide(&self) -> bool {
        self.id.starts_with('T')
    }

    /// Whether a text still is this example, edited: its first line, a comment, names it.
    pub(crate) fn lives_in(&self, text: &str) -> bool {
        self.text.lines().next().is_some_and(|first| text.contains(first))
    }

    /// Whether a finding belongs to what the slide is about.
    pub(crate) fn is_about(&self, finding: &Finding) -> bool {
        let guards = |pattern: &Pattern| finding.patterns.iter().any(|id| id == pattern.id());
        self.patterns.iter().any(guards) || self.tells(finding)
    }

    /// Whether a finding shows where the slide differs from today.
    pub(crate) fn tells(&self, finding: &Finding) -> bool {
        errata::for_rule(&finding.rule).any(|erratum| erratum.slide == self.id)
    }

    /// Where the slide differs from today.
    pub(crate) fn errata(&self) -> impl Iterator<Item = &'static Erratum> {
        ERRATA.iter().filter(|erratum| erratum.slide == self.id)
    }
}

/// The example of this id.
pub(crate) fn find(id: &str) -> Option<&'static Example> {
    EXAMPLES.iter().find(|example| example.id == id)
}
