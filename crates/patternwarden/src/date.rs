//! Calendar dates, for decisions that hold until a day.

use core::fmt;

/// A day in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// Days since 1 January 1970.
    days: i32,
}

impl Date {
    /// Never before: the day on which this version's facts were last reviewed. A clock that says
    /// less is wrong, or the time of an object that somebody made up.
    pub const REVIEWED: Date = Date::of(2026, 11, 24);

    /// The day of a moment, in seconds since 1970 began.
    pub const fn from_unix(seconds: i64) -> Date {
        Date { days: seconds.div_euclid(86_400) as i32 }
    }

    /// Reads `2027-06-30`, and the day of `2027-06-30T12:00:00Z`; `None` for a day that the
    /// calendar does not have.
    pub fn parse(text: &str) -> Option<Date> {
        let day = text.split_once('T').map_or(text, |(day, _)| day);
        let mut parts = day.split('-');
        let mut part = |len| {
            let part = parts.next()?;
            let digits = part.len() == len && part.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| part.parse::<i32>().ok()).flatten()
        };
        let (year, month, day) = (part(4)?, part(2)?, part(2)?);
        let first = Date::of(year, month, 1);
        let next =
            if month == 12 { Date::of(year + 1, 1, 1) } else { Date::of(year, month + 1, 1) };
        let exists = (1..=12).contains(&month) && (1..=first.days_until(next)).contains(&day);
        (exists && parts.next().is_none()).then(|| Date::of(year, month, day))
    }

    /// How many days from this day to `other`; negative when that is earlier.
    pub const fn days_until(self, other: Date) -> i32 {
        other.days.saturating_sub(self.days)
    }

    /// Howard Hinnant's `days_from_civil`: years start in March, so that leap days come last.
    const fn of(year: i32, month: i32, day: i32) -> Date {
        let year = if month <= 2 { year - 1 } else { year };
        let era = year.div_euclid(400);
        let of_era = year.rem_euclid(400);
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let days = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
        Date { days: era * 146_097 + days - 719_468 }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = self.days.saturating_add(719_468);
        let era = days.div_euclid(146_097);
        let of_era = days.rem_euclid(146_097);
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = year + era * 400 + i32::from(month <= 2);
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn days_are_those_of_the_calendar() {
        for day in ["1970-01-01", "2000-02-29", "2026-11-24", "2027-12-31", "0001-03-01"] {
            assert_eq!(Date::parse(day).unwrap().to_string(), day);
        }
        assert_eq!(Date::parse("1970-01-01"), Some(Date::from_unix(0)));
        assert_eq!(Date::parse("2026-11-24"), Some(Date::from_unix(1_795_478_400)));
        assert_eq!(Date::from_unix(-1).to_string(), "1969-12-31");
        assert_eq!(Date::parse("2026-11-24T23:59:59Z"), Date::parse("2026-11-24"));
        let (today, end) = (Date::parse("2026-02-27").unwrap(), Date::parse("2026-03-01").unwrap());
        assert_eq!((today.days_until(end), end.days_until(today)), (2, -2));
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "",
            "2026",
            "2026-11",
            "2026-11-31",
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-01-00",
            "26-01-01",
            "2026-1-1",
            "2026-01-01-01",
            "+026-01-01",
            "tomorrow",
            "T",
        ] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }
}
