//! The playground: a manifest on one side, what it means on the other, both live.
//!
//! `state` knows everything and changes only through actions; the components draw it; `editor` and
//! `plain` hold the text while a person types. User text reaches the page as text nodes alone.
#![expect(
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    reason = "a page in a browser has the whole standard library"
)]

mod analysis;
mod app;
mod crash;
mod diff;
mod editor;
mod examples;
mod explain;
mod finding;
mod findings;
mod fixes;
mod header;
mod icon;
mod markdown;
mod notices;
mod patterns;
mod plain;
mod preferences;
mod quote;
mod reference;
mod repairs;
mod settings;
mod slide;
mod state;
mod status;
mod storage;
mod syntax;
mod tabs;
mod theme;

fn main() {
    crash::watch();
    let Some(root) = gloo::utils::document().get_element_by_id("app") else { return };
    yew::Renderer::<app::App>::with_root(root).render();
}
