//! Places where the talk "10 Years of Kubernetes Patterns Evolution" of March 2024 differs from
//! what is right today.

use crate::pattern::Pattern;

/// One such place, in neutral words.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Erratum {
    /// Slide of the talk, such as `T3`.
    pub slide: &'static str,
    /// What the slide says.
    pub says: &'static str,
    /// What is right today.
    pub right: &'static str,
    /// Where that is written.
    pub source: &'static str,
    /// Rules that the slide's manifest meets; the erratum is shown with their findings.
    pub rules: &'static [&'static str],
    /// Patterns that the slide is about; the erratum is shown with their explanation.
    pub patterns: &'static [Pattern],
}

/// Every erratum, in the order of the slides.
pub static ERRATA: &[Erratum] = &[
    Erratum {
        slide: "T3",
        says: "The slide of March 2024 gives a startup probe 30 seconds of delay, a period of 60 \
               seconds and 15 tries.",
        right: "Together they let a start take 930 seconds, longer than the 600 seconds after which \
                a Deployment reports its rollout as failed. A shorter period with more tries allows \
                the same time and notices a finished start sooner.",
        source: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#progress-deadline-seconds",
        rules: &["startup-probe-budget"],
        patterns: &[Pattern::HealthProbe],
    },
    Erratum {
        slide: "T3",
        says: "The slide of March 2024 probes one Spring Boot container over HTTP, over gRPC on port \
               5000 and by a marker file of WildFly.",
        right: "Each probe suits another server. One process rarely has all three, so this container \
                would never become ready and be stopped when its time to start is over. Probe what \
                the image really serves, on ports that it declares.",
        source: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/",
        rules: &["probe-port-undeclared", "probe-file-on-readonly-root"],
        patterns: &[Pattern::HealthProbe],
    },
    Erratum {
        slide: "T3",
        says: "The slide of March 2024 uses `/actuator/health` for liveness.",
        right: "That address sums up every dependency, so an outage of the database restarts all \
                replicas. Spring Boot has a group for this use: `/actuator/health/liveness`.",
        source: "https://docs.spring.io/spring-boot/reference/actuator/endpoints.html#actuator.endpoints.kubernetes-probes",
        rules: &["liveness-scope-too-wide"],
        patterns: &[Pattern::HealthProbe],
    },
    Erratum {
        slide: "T5",
        says: "The slide of March 2024 says that native sidecars are there since 1.29, in beta.",
        right: "They are alpha since 1.28, on by default since 1.29, and stable since 1.33, where they \
                can no longer be switched off.",
        source: "https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/",
        rules: &["job-sidecar-blocks-completion", "sidecar-start-order"],
        patterns: &[Pattern::Sidecar],
    },
    Erratum {
        slide: "T6",
        says: "The slide of March 2024 says in one line that a StatefulSet favours consistency over \
               availability and in the next that it favours availability over consistency.",
        right: "The first line is right: a StatefulSet allows at most one Pod of each name, and may \
                have none for a while. A ReplicaSet favours availability: it wants at least one, and \
                may have two.",
        source: "https://kubernetes.io/docs/tasks/run-application/force-delete-stateful-set-pod/",
        rules: &["singleton-rolling-update"],
        patterns: &[Pattern::SingletonService, Pattern::StatefulService],
    },
    Erratum {
        slide: "T7",
        says: "The slide of March 2024 names ConfigMaps beside Leases as a place for a lock.",
        right: "The Go client has no lock in ConfigMaps or Endpoints any more: 1.24 dropped the plain \
                ones and 1.28 those that served to move away from them. Leases remain.",
        source: "https://kubernetes.io/docs/concepts/architecture/leases/",
        rules: &["leader-election-obsolete-lock"],
        patterns: &[Pattern::SingletonService],
    },
    Erratum {
        slide: "T8",
        says: "The slide of March 2024 takes a lock through Dapr with the owner `abc123`.",
        right: "The owner has to differ in each instance, or any of them can release the lock of \
                another. A refused lock is an HTTP success too, so the answer's `success` has to be \
                read. The API is still alpha today, at `v1.0-alpha1`.",
        source: "https://docs.dapr.io/reference/api/distributed_lock_api/",
        rules: &["dapr-lock-call"],
        patterns: &[Pattern::SingletonService, Pattern::Ambassador],
    },
    Erratum {
        slide: "T10",
        says: "The slide of March 2024 shares the process namespace so that one container can read \
               the files of another under `/proc`.",
        right: "Today a volume can be an image: alpha since 1.31, on by default since 1.35, stable since \
                1.36. It needs no shared processes, which also show every container's variables to \
                the others.",
        source: "https://kubernetes.io/docs/tasks/configure-pod-container/image-volumes/",
        rules: &["process-namespace-shared", "config-image-volume-available"],
        patterns: &[Pattern::ImmutableConfiguration],
    },
    Erratum {
        slide: "T11",
        says: "The slide of March 2024 says that a user or `runAsNonRoot` in the Pod holds for any \
               container.",
        right: "It is what holds where a container says nothing. A container with `runAsUser: 0` or \
                `runAsNonRoot: false` of its own overrides it.",
        source: "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
        rules: &["run-as-user-only", "run-as-non-root-missing"],
        patterns: &[Pattern::ProcessContainment],
    },
    Erratum {
        slide: "T12",
        says: "The slide of March 2024 writes `capabilities` into the security context of the Pod, and \
               adds NET_BIND_SERVICE for httpd.",
        right: "Only a container's security context has capabilities; in the Pod's they are an unknown \
                field. For a process without root the added one has no effect, as Kubernetes cannot \
                make it ambient: listen on a port from 1024 on and map it in the Service.",
        source: "https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#security-context",
        rules: &["misplaced-field", "capability-not-dropped", "capability-ineffective"],
        patterns: &[Pattern::ProcessContainment],
    },
    Erratum {
        slide: "T13",
        says: "The slide of March 2024 sums up what to restrict in a container.",
        right: "The level `restricted` of the Pod Security Standards also asks for a seccomp profile. And \
                the stock httpd image cannot start with all of it: it runs as root, listens on port \
                80 and writes its process id into the root file system.",
        source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",
        rules: &["root-filesystem-writable", "privilege-escalation-allowed"],
        patterns: &[Pattern::ProcessContainment],
    },
    Erratum {
        slide: "T16",
        says: "The slide of March 2024 defines a resource with `apiextensions.k8s.io/v1beta1`, one \
               `version` and one `validation`.",
        right: "That API is gone since 1.22. In `v1` each entry of `versions` says whether it is served \
                and stored, and has a schema of its own, which is required.",
        source: "https://kubernetes.io/docs/reference/using-api/deprecation-guide/#customresourcedefinition-v122",
        rules: &["removed-api-version", "crd-v1beta1-migrate", "crd-schema-invalid"],
        patterns: &[Pattern::Operator],
    },
];

/// The errata to show with a finding of this rule.
pub fn for_rule(id: &str) -> impl Iterator<Item = &'static Erratum> + '_ {
    ERRATA.iter().filter(move |erratum| erratum.rules.contains(&id))
}

/// The errata to show with this pattern.
pub fn for_pattern(pattern: Pattern) -> impl Iterator<Item = &'static Erratum> {
    ERRATA.iter().filter(move |erratum| erratum.patterns.contains(&pattern))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules;
    use alloc::vec::Vec;

    #[test]
    fn the_twelve_stand_in_the_order_of_the_slides() {
        let slides: Vec<&str> = ERRATA.iter().map(|erratum| erratum.slide).collect();
        let expected =
            ["T3", "T3", "T3", "T5", "T6", "T7", "T8", "T10", "T11", "T12", "T13", "T16"];
        assert_eq!(slides, expected);
    }

    #[test]
    fn errata_name_rules_of_the_catalogue() {
        for erratum in ERRATA {
            assert!(!erratum.rules.is_empty(), "{}", erratum.says);
            for id in erratum.rules {
                assert!(rules::find(id).is_some(), "{id} is no rule");
                assert!(for_rule(id).any(|found| found.says == erratum.says), "{id}");
            }
            for pattern in erratum.patterns {
                assert!(for_pattern(*pattern).any(|found| found.says == erratum.says));
            }
        }
        assert_eq!(for_rule("service-selects-nothing").count(), 0);
        assert_eq!(for_pattern(Pattern::HealthProbe).count(), 3);
    }

    #[test]
    fn errata_are_sentences_about_the_slide_with_a_source() {
        for erratum in ERRATA {
            assert!(erratum.says.starts_with("The slide of March 2024 "), "{}", erratum.says);
            for text in [erratum.says, erratum.right] {
                assert!(text.ends_with('.') && !text.contains("  "), "{text}");
            }
            assert!(erratum.source.starts_with("https://"), "{}", erratum.source);
            assert!(!erratum.patterns.is_empty(), "{}", erratum.says);
        }
    }
}
