//! Resource quantities: `500m`, `1.5`, `128Mi`, `1e3`.

use alloc::{format, string::String};
use core::cmp::Ordering;

/// A resource quantity.
///
/// Source: `apimachinery/pkg/api/resource`: `<signedNumber><suffix>` with the suffixes
/// `n u m` nothing `k M G T P E`, `Ki Mi Gi Ti Pi Ei`, and decimal exponents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quantity {
    /// The value in billionths, as the API keeps nothing finer.
    nanos: i128,
}

impl Quantity {
    /// Reads a quantity; `None` for text that is none or that is too large for the API.
    pub fn parse(text: &str) -> Option<Self> {
        let (number, suffix) = Self::split(text);
        let (negative, digits) = match number.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, number.strip_prefix('+').unwrap_or(number)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
            return None;
        }
        let (factor, divisor) = scale(suffix)?;
        let mut value: i128 = 0;
        for digit in whole.bytes().chain(fraction.bytes()) {
            value = value.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
        }
        let places = u32::try_from(fraction.len()).ok()?;
        let nanos = value.checked_mul(factor)?.checked_mul(1_000_000_000)?;
        let down = divisor.checked_mul(10_i128.checked_pow(places)?)?;
        // Rounded up, as the API does with what is finer than a billionth.
        let nanos = nanos.checked_add(down - 1)?.checked_div(down)?;
        Some(Self { nanos: if negative { -nanos } else { nanos } })
    }

    /// The number and the unit of a quantity's text: `128` and `Mi`. Neither has to be a good one.
    pub fn split(text: &str) -> (&str, &str) {
        let number_end = text
            .char_indices()
            .find(|(at, c)| !(c.is_ascii_digit() || *c == '.' || (*at == 0 && "+-".contains(*c))))
            .map_or(text.len(), |(at, _)| at);
        text.split_at_checked(number_end).unwrap_or((text, ""))
    }

    /// So many whole units.
    pub const fn whole(units: i64) -> Self {
        Self { nanos: units as i128 * 1_000_000_000 }
    }

    /// The sum of two.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { nanos: self.nanos.saturating_add(other.nanos) }
    }

    /// So many times as much.
    #[must_use]
    pub fn times(self, factor: i64) -> Self {
        Self { nanos: self.nanos.saturating_mul(i128::from(factor)) }
    }

    /// The amount in thousandths, rounded up, as the API writes CPU: `1500m`.
    pub fn milli_text(self) -> String {
        format!("{}m", self.nanos.saturating_add(999_999).div_euclid(1_000_000))
    }

    /// Whether it is zero, which the API treats as absent.
    pub fn is_zero(self) -> bool {
        self.nanos == 0
    }
}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        self.nanos.cmp(&other.nanos)
    }
}

/// Factor and divisor of a suffix.
fn scale(suffix: &str) -> Option<(i128, i128)> {
    const K: i128 = 1000;
    const KI: i128 = 1024;
    Some(match suffix {
        "" => (1, 1),
        "n" => (1, K * K * K),
        "u" => (1, K * K),
        "m" => (1, K),
        "k" => (K, 1),
        "M" => (K.pow(2), 1),
        "G" => (K.pow(3), 1),
        "T" => (K.pow(4), 1),
        "P" => (K.pow(5), 1),
        "E" => (K.pow(6), 1),
        "Ki" => (KI, 1),
        "Mi" => (KI.pow(2), 1),
        "Gi" => (KI.pow(3), 1),
        "Ti" => (KI.pow(4), 1),
        "Pi" => (KI.pow(5), 1),
        "Ei" => (KI.pow(6), 1),
        _ => {
            let exponent: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
            let power = 10_i128.checked_pow(exponent.unsigned_abs())?;
            if exponent < 0 { (1, power) } else { (power, 1) }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_compare_by_value() {
        let q = |text| Quantity::parse(text).unwrap();
        assert_eq!(q("0.5"), q("500m"));
        assert_eq!(q("1Ki"), q("1024"));
        assert_eq!(q("1e3"), q("1k"));
        assert!(q("1Gi") > q("1G"));
        assert!(q("0").is_zero() && q("0Mi").is_zero());
        assert!(q("-1") < q("0"));
        for bad in ["", "m", ".", "1.2.3", "1 Gi", "1gb", "1e", "99999999999999999999999999999999E"]
        {
            assert_eq!(Quantity::parse(bad), None, "{bad}");
        }
    }
}
