//! Amounts of CPU, memory and storage that cannot be meant as they are written.

use crate::kube::Quantity;
use crate::rule::Severity;
use patternwarden_tree::{Kind, Node};

/// What is wrong with an amount.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Problem {
    /// The words behind the amount.
    pub(crate) words: &'static str,
    /// The unit that was meant; empty where that is not known.
    pub(crate) unit: &'static str,
    pub(crate) severity: Severity,
}

const MEBI: i64 = 1 << 20;
const TEBI: i64 = 1 << 40;

/// No node has more CPUs, so that a larger number means thousandths.
const MOST_CPUS: i64 = 256;

/// No process needs less memory, in bytes.
const LEAST_MEMORY: i64 = 4 * MEBI;

/// What is wrong with an amount of a resource called `name`; `None` for a good one, for none at all, and
/// for what is neither CPU nor counted in bytes.
pub(crate) fn problem(name: &str, node: Node<'_>) -> Option<Problem> {
    let (cpu, memory) = (name == "cpu", name == "memory");
    let bytes = memory
        || matches!(name, "storage" | "ephemeral-storage" | "sizeLimit")
        || name.starts_with("hugepages-");
    if !(cpu || bytes) || node.is_null() {
        return None;
    }
    let (number, unit) = Quantity::split(node.scalar_text());
    let scalar = matches!(node.kind(), Kind::Number | Kind::String);
    let amount = Quantity::parse(node.scalar_text()).filter(|_| scalar);
    let plain = unit.is_empty() && !number.contains('.');
    let (words, unit) = match amount {
        None => ("is no quantity that Kubernetes can read", correct(unit)),
        Some(amount) if amount < Quantity::whole(0) => ("is less than nothing", ""),
        Some(amount) if amount.is_zero() => return None,
        Some(_) if cpu && is_of_bytes(unit) => {
            ("has a unit of bytes, and CPU is not counted in bytes", "m")
        }
        Some(amount) if cpu => {
            if !plain || amount <= Quantity::whole(MOST_CPUS) {
                return None;
            }
            ("counts whole CPUs, and no node has so many", "m")
        }
        Some(_) if matches!(unit, "m" | "u" | "n") => ("counts parts of one byte", "Mi"),
        Some(amount) if plain && amount < Quantity::whole(MEBI) => {
            ("counts single bytes, as it has no unit", "Mi")
        }
        Some(amount) if memory && amount < Quantity::whole(LEAST_MEMORY) => {
            ("is less than any process needs", "")
        }
        Some(amount) if memory && amount > Quantity::whole(TEBI) => ("is more than a node has", ""),
        Some(_) => return None,
    };
    // What cannot be read, or is below zero, is refused.
    let good = amount.is_some_and(|amount| amount >= Quantity::whole(0));
    let severity = if good { Severity::Warning } else { Severity::Error };
    Some(Problem { words, unit, severity })
}

fn is_of_bytes(unit: &str) -> bool {
    unit.ends_with('i') || matches!(unit, "k" | "M" | "G" | "T" | "P" | "E")
}

/// The unit that was meant by one that does not exist; empty where that is not known.
fn correct(unit: &str) -> &'static str {
    const UNITS: [&str; 10] = ["k", "M", "G", "T", "P", "Ki", "Mi", "Gi", "Ti", "Pi"];
    let unit = unit.trim();
    let bare = unit.strip_suffix(['b', 'B']).unwrap_or(unit);
    UNITS.into_iter().find(|known| known.eq_ignore_ascii_case(bare)).unwrap_or("")
}
