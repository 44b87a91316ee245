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
    declarative_deployment
    health_probe
    singleton_service
    service_discovery
    init_container
    sidecar
    ambassador
    immutable_configuration
    process_containment
    controller
    operator
}

pub(crate) mod links;

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
