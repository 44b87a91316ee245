//! The recognisers. One line per pattern, in the order of the book.

use crate::pattern::Pattern;
use crate::recognise::Recogniser;

macro_rules! recognisers {
    ($($module:ident)+) => {
        $(
            #[doc = concat!("Recogniser [`", stringify!($module), "`](", stringify!($module), "::RECOGNISER).")]
            pub mod $module;
        )+

        /// Every recogniser, in the order of the book.
        pub static RECOGNISERS: &[Recogniser] = &[$($module::RECOGNISER),+];

        const _: () = validate(&[$($module::RECOGNISER),+]);
    };
}

recognisers! {
    predictable_demands
    declarative_deployment
    health_probe
    managed_lifecycle
    automated_placement
    batch_job
    periodic_job
    daemon_service
    singleton_service
    stateless_service
    stateful_service
    service_discovery
    self_awareness
    init_container
    sidecar
    adapter
    ambassador
    env_var_configuration
    configuration_resource
    immutable_configuration
    configuration_template
    process_containment
    network_segmentation
    secure_configuration
    access_control
    controller
    operator
    elastic_scale
    image_builder
}

mod by_kind;
pub(crate) mod links;
mod purpose;

/// The recogniser of a pattern.
pub fn find(pattern: Pattern) -> Option<&'static Recogniser> {
    RECOGNISERS.iter().find(|recogniser| recogniser.pattern as usize == pattern as usize)
}

#[expect(clippy::indexing_slicing, reason = "evaluated at compile time only")]
const fn validate(recognisers: &[Recogniser]) {
    let mut i = 1;
    while i < recognisers.len() {
        let order = (recognisers[i - 1].pattern as usize) < recognisers[i].pattern as usize;
        assert!(order, "recognisers stand in the order of the book, each pattern once");
        i += 1;
    }
}
