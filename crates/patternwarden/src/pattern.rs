//! The design patterns of *Kubernetes Patterns*, second edition.

/// Defines the patterns once: variant, id, title, category, one line of meaning.
macro_rules! patterns {
    ($($variant:ident $id:literal $title:literal $category:ident $doc:literal;)+) => {
        /// A design pattern.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Pattern {
            $(#[doc = $doc] $variant,)+
        }

        impl Pattern {
            /// Every pattern, in the order of the book.
            pub const ALL: &'static [Pattern] = &[$(Pattern::$variant),+];

            /// Kebab-case name, as used in settings and reports.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $id),+ }
            }

            /// The name in the book.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }

            /// What the pattern is, in one line.
            pub const fn summary(self) -> &'static str {
                match self { $(Self::$variant => $doc),+ }
            }

            /// The part of the book it stands in.
            pub const fn category(self) -> Category {
                match self { $(Self::$variant => Category::$category),+ }
            }
        }
    };
}

patterns! {
    PredictableDemands "predictable-demands" "Predictable Demands" Foundational
        "A container states what it needs, so that the scheduler and people can plan.";
    DeclarativeDeployment "declarative-deployment" "Declarative Deployment" Foundational
        "An update is a changed declaration and a strategy; the platform rolls it out and back.";
    HealthProbe "health-probe" "Health Probe" Foundational
        "The application exposes its health, so that the platform can restart it or hold traffic back.";
    ManagedLifecycle "managed-lifecycle" "Managed Lifecycle" Foundational
        "The application reacts to the events of the platform: start, stop, hooks.";
    AutomatedPlacement "automated-placement" "Automated Placement" Foundational
        "The scheduler places Pods; the manifest states needs and preferences.";
    BatchJob "batch-job" "Batch Job" Behavioral
        "A bounded unit of work runs to completion, reliably and perhaps in parallel.";
    PeriodicJob "periodic-job" "Periodic Job" Behavioral
        "A unit of work is started by time.";
    DaemonService "daemon-service" "Daemon Service" Behavioral
        "One infrastructure Pod runs on each selected node.";
    SingletonService "singleton-service" "Singleton Service" Behavioral
        "Exactly one instance is active, perhaps with stand-bys.";
    StatelessService "stateless-service" "Stateless Service" Behavioral
        "Identical, replaceable replicas serve behind one address.";
    StatefulService "stateful-service" "Stateful Service" Behavioral
        "Replicas have an identity, their own storage and an ordered life.";
    ServiceDiscovery "service-discovery" "Service Discovery" Behavioral
        "Clients find providers through a stable address.";
    SelfAwareness "self-awareness" "Self Awareness" Behavioral
        "A Pod learns about itself through the Downward API.";
    InitContainer "init-container" "Init Container" Structural
        "Initialisation is separated from the main duty and runs first, in order.";
    Sidecar "sidecar" "Sidecar" Structural
        "A helper container extends the main one without changing it.";
    Adapter "adapter" "Adapter" Structural
        "A sidecar gives the outside one uniform view of the container.";
    Ambassador "ambassador" "Ambassador" Structural
        "A sidecar represents the outside world to the main container.";
    EnvVarConfiguration "env-var-configuration" "EnvVar Configuration" Configuration
        "Small sets of values are passed as environment variables.";
    ConfigurationResource "configuration-resource" "Configuration Resource" Configuration
        "Configuration stands in a ConfigMap or Secret with its own life.";
    ImmutableConfiguration "immutable-configuration" "Immutable Configuration" Configuration
        "Configuration cannot change after it was built; a change is a new reference.";
    ConfigurationTemplate "configuration-template" "Configuration Template" Configuration
        "A processor fills a template with values of the environment at start.";
    ProcessContainment "process-containment" "Process Containment" Security
        "A process gets the least privileges it needs.";
    NetworkSegmentation "network-segmentation" "Network Segmentation" Security
        "Only the connections that are needed are allowed.";
    SecureConfiguration "secure-configuration" "Secure Configuration" Security
        "Secrets stay encrypted outside the cluster or are fetched when needed.";
    AccessControl "access-control" "Access Control" Security
        "It is stated who may do what against the API server.";
    Controller "controller" "Controller" Advanced
        "A loop drives the actual state towards the declared one.";
    Operator "operator" "Operator" Advanced
        "A controller with its own resource type automates the knowledge of an operator.";
    ElasticScale "elastic-scale" "Elastic Scale" Advanced
        "The application is scaled out, up, or by more nodes, as load demands.";
    ImageBuilder "image-builder" "Image Builder" Advanced
        "Container images are built inside the cluster.";
}

/// The part of the book that a pattern stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the book has these six parts")]
pub enum Category {
    /// Principles that every containerised application follows.
    Foundational,
    /// How Pods behave and who manages them.
    Behavioral,
    /// How containers are organised in a Pod.
    Structural,
    /// How an application gets its configuration.
    Configuration,
    /// How an application is contained.
    Security,
    /// What does not fit elsewhere.
    Advanced,
}

impl Category {
    /// Lower-case name.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Foundational => "foundational",
            Self::Behavioral => "behavioral",
            Self::Structural => "structural",
            Self::Configuration => "configuration",
            Self::Security => "security",
            Self::Advanced => "advanced",
        }
    }
}

impl Pattern {
    /// The pattern of this id.
    pub fn find(id: &str) -> Option<Pattern> {
        Self::ALL.iter().copied().find(|pattern| pattern.id() == id)
    }
}
