//! Reading manifests: kubectl's answers, ranges, broken and hostile texts.

#[cfg(test)]
mod broken;
#[cfg(test)]
mod cases;
#[cfg(test)]
mod edit;
#[cfg(test)]
mod examples;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod json;
#[cfg(test)]
mod messages;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod ranges;
