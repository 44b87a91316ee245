//! Tests that cross crates: the built policy in a waPC host, one verdict at every face, and the
//! rules that the workspace itself obeys.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that meets the unexpected has failed, in its helpers too"
)]

extern crate alloc;

mod annotated;
mod bare_host;
mod beside;
mod cluster;
mod context;
mod hostile;
mod layout;
mod load;
mod memory;
mod messages;
mod mutants;
mod mutation;
mod objects;
mod page_engine;
mod parity;
mod policy;
mod policy_files;
mod pss;
mod requests;
mod slides;
mod suppressed;
mod verdicts;
mod wapc_host;
