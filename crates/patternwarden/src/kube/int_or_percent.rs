//! Fields that hold a number or a percentage: `maxSurge`, `maxUnavailable`, `minAvailable`.

use patternwarden_tree::{Kind, Node};

/// Which way a share that is not whole is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a number is rounded up or down")]
pub enum Rounding {
    /// As for `maxSurge` and for disruption budgets.
    Up,
    /// As for `maxUnavailable` of a Deployment.
    Down,
}

/// The number a field means: a number as it is, `25%` as that share of `total`; `None` for what
/// the API server refuses.
///
/// Source: `apimachinery/pkg/util/intstr.GetScaledValueFromIntOrPercent`; numbers are 32 bits wide.
pub fn int_or_percent(node: Node<'_>, total: i64, rounding: Rounding) -> Option<i64> {
    match node.kind() {
        Kind::Number => node.as_i64().and_then(|n| i32::try_from(n).ok()).map(i64::from),
        Kind::String => share(node.scalar_text(), total, rounding),
        _ => None,
    }
}

/// `percent`, such as `25%`, of `total`.
fn share(percent: &str, total: i64, rounding: Rounding) -> Option<i64> {
    let percent: i32 = percent.strip_suffix('%')?.parse().ok()?;
    let product = i128::from(percent) * i128::from(total);
    let down = product.div_euclid(100);
    let whole = match rounding {
        Rounding::Up if product.rem_euclid(100) != 0 => down + 1,
        _ => down,
    };
    i64::try_from(whole).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_rounded_as_kubernetes_does() {
        assert_eq!(share("25%", 1, Rounding::Up), Some(1));
        assert_eq!(share("25%", 1, Rounding::Down), Some(0));
        assert_eq!(share("25%", 4, Rounding::Up), Some(1));
        assert_eq!(share("0%", 7, Rounding::Up), Some(0));
        assert_eq!(share("100%", 7, Rounding::Down), Some(7));
        assert_eq!(share("2147483647%", i64::MAX, Rounding::Up), None);
        for refused in ["25", "%", "x%", "2.5%", "99999999999%", ""] {
            assert_eq!(share(refused, 10, Rounding::Up), None, "{refused}");
        }
    }
}
