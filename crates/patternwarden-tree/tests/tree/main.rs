//! The tree as its users see it: contracts by example, properties by random documents.

#[cfg(test)]
mod contract;
#[cfg(test)]
mod model;
#[cfg(test)]
mod properties;
