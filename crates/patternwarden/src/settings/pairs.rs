//! The least and the most of one rule, which must leave something between them.

use super::check::Reader;
use crate::kube::Quantity;
use crate::matcher::clipped;
use crate::param::Param;
use crate::rule::Rule;
use alloc::format;
use patternwarden_tree::Node;

impl<'d> Reader<'d> {
    /// Reports every parameter `min…` of a rule that is above its `max…`; a `max` of 0 is none.
    pub(super) fn pairs(&mut self, rule: &Rule, entry: Node<'d>) {
        for param in rule.params {
            let Some(rest) = param.name().strip_prefix("min") else { continue };
            let most = format!("max{rest}");
            let (Some(low), Some(high)) = (entry.get(param.name()), entry.get(&most)) else {
                continue;
            };
            match param {
                Param::Int(_) => {
                    let crossed = low.as_i64().zip(high.as_i64());
                    if crossed.is_some_and(|(low, high)| high > 0 && low > high) {
                        self.error(low, format!("expected no more than `{most}` has"));
                    }
                }
                Param::Entries(..) => {
                    for item in low.items() {
                        if high.items().any(|other| is_above(item, other)) {
                            let resource = amount(item).map_or("", |(resource, _)| resource);
                            let shown = clipped(resource);
                            self.error(
                                item,
                                format!("expected no more `{shown}` than in `{most}`"),
                            );
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

/// Whether both are of one resource, and the first is more of it.
fn is_above(low: Node<'_>, high: Node<'_>) -> bool {
    amount(low).zip(amount(high)).is_some_and(|(low, high)| low.0 == high.0 && low.1 > high.1)
}

fn amount(item: Node<'_>) -> Option<(&str, Quantity)> {
    let (resource, text) = item.as_str()?.split_once('=')?;
    Some((resource, Quantity::parse(text)?))
}
