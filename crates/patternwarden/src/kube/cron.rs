//! Schedules of CronJobs, as the controller reads them.
//!
//! Source: `ParseStandard` of robfig/cron v3, which both the validation and the controller call.

use core::fmt;

/// When a CronJob runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Minute, hour, day of month, month, day of week: one bit for each value.
    fields: [u64; 5],
    /// The fields that were written as `*` or `?`, without a step.
    open: [bool; 5],
    /// A step that does not come out even, so that the last pause is shorter than the others.
    pub uneven_step: Option<u8>,
    /// Whether it counts from the last run (`@every 1h`) and not by the clock.
    pub is_interval: bool,
}

/// What is wrong with a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CronError {
    /// The field, from the left; `None` for the whole.
    pub field: Option<&'static str>,
    /// What is wrong with it.
    pub problem: &'static str,
}

impl fmt::Display for CronError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.field {
            Some(field) => write!(f, "{field}: {}", self.problem),
            None => f.write_str(self.problem),
        }
    }
}

impl core::error::Error for CronError {}

/// A field: its name, its least and greatest value, and words for the values from the least on.
struct Field {
    name: &'static str,
    min: u8,
    max: u8,
    words: &'static [&'static str],
}

const fn field(name: &'static str, min: u8, max: u8, words: &'static [&'static str]) -> Field {
    Field { name, min, max, words }
}

const FIELDS: [Field; 5] = [
    field("minute", 0, 59, &[]),
    field("hour", 0, 23, &[]),
    field("day of month", 1, 31, &[]),
    field(
        "month",
        1,
        12,
        &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
    ),
    field("day of week", 0, 6, &["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
];

/// Words for a whole schedule.
const MACROS: [(&str, &str); 7] = [
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];

/// Days of each month, leap years included.
const DAYS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

impl Schedule {
    /// Reads a schedule without time zone.
    ///
    /// # Errors
    ///
    /// The first thing that the controller refuses.
    pub fn parse(text: &str) -> Result<Self, CronError> {
        let whole = |problem| CronError { field: None, problem };
        if let Some(interval) = text.strip_prefix("@every ") {
            let starts = interval.starts_with(|c: char| c.is_ascii_digit() || c == '.');
            if !(starts && interval.ends_with(['s', 'm', 'h'])) {
                return Err(whole("the duration behind `@every` cannot be read"));
            }
            return Ok(Self {
                fields: [u64::MAX; 5],
                open: [true; 5],
                uneven_step: None,
                is_interval: true,
            });
        }
        let text = match MACROS.iter().find(|(name, _)| *name == text) {
            Some((_, meaning)) => meaning,
            None if text.starts_with('@') => return Err(whole("there is no such word")),
            None => text,
        };
        let mut schedule =
            Self { fields: [0; 5], open: [false; 5], uneven_step: None, is_interval: false };
        let mut written = text.split_whitespace();
        for ((known, bits), open) in FIELDS.iter().zip(&mut schedule.fields).zip(&mut schedule.open)
        {
            let Some(part) = written.next() else { return Err(whole("it needs five fields")) };
            for range in part.split(',').filter(|range| !range.is_empty()) {
                let range = Range::parse(known, range)
                    .map_err(|problem| CronError { field: Some(known.name), problem })?;
                *open |= range.open;
                *bits |= range.bits();
                let size = known.max - known.min + 1;
                // Days are no multiple of anything, so that their steps never come out even.
                if range.all && size.checked_rem(range.step) != Some(0) && size != 31 && size != 7 {
                    schedule.uneven_step = Some(range.step);
                }
            }
            if *bits == 0 {
                return Err(CronError { field: Some(known.name), problem: "it is empty" });
            }
        }
        if written.next().is_some() {
            return Err(whole("it needs five fields"));
        }
        Ok(schedule)
    }

    /// Whether both the day of the month and the day of the week are restricted: one of them is
    /// then enough.
    pub fn days_are_alternatives(self) -> bool {
        let [_, _, day, _, weekday] = self.open;
        !day && !weekday
    }

    /// Whether it names days that no year has, such as 31 February.
    pub fn never_occurs(self) -> bool {
        let [_, _, days, months, _] = self.fields;
        let [.., weekday] = self.open;
        weekday
            && DAYS.iter().zip(1_u32..).all(|(count, month)| {
                let in_month = (2_u64 << count).wrapping_sub(2);
                months >> month & 1 == 0 || days & in_month == 0
            })
    }

    /// Whether it runs in every hour of every day, so that no time zone matters.
    pub fn is_hourly(self) -> bool {
        const HOURS: u64 = (1 << 24) - 1;
        let [_, hours, ..] = self.fields;
        let [_, _, day, month, weekday] = self.open;
        hours & HOURS == HOURS && day && month && weekday
    }
}

/// One range of a field, bounds included.
struct Range {
    start: u8,
    end: u8,
    step: u8,
    /// Written as `*` or `?`.
    all: bool,
    /// The same, without a step.
    open: bool,
}

impl Range {
    fn parse(field: &Field, text: &str) -> Result<Self, &'static str> {
        let (base, step) = match text.split_once('/') {
            Some((base, step)) => {
                let step = number(step).filter(|step| *step > 0);
                (base, Some(step.ok_or("a step is a number above zero")?))
            }
            None => (text, None),
        };
        let all = matches!(base, "*" | "?");
        let (start, end) = if all {
            (field.min, field.max)
        } else {
            let value = |text: &str| {
                let word = |known: &&str| known.eq_ignore_ascii_case(text);
                let at = field.words.iter().position(word);
                let at = at.and_then(|at| u8::try_from(at).ok());
                at.map(|at| at + field.min).or_else(|| number(text)).ok_or("it is no number")
            };
            match base.split_once('-') {
                Some((start, end)) => (value(start)?, value(end)?),
                // A step makes it a range to the greatest value.
                None if step.is_some() => (value(base)?, field.max),
                None => (value(base)?, value(base)?),
            }
        };
        if start < field.min || end > field.max {
            return Err("it is out of range");
        }
        if start > end {
            return Err("its range ends before it begins");
        }
        let open = all && step.is_none_or(|step| step == 1);
        Ok(Self { start, end, step: step.unwrap_or(1), all, open })
    }

    fn bits(&self) -> u64 {
        let mut bits = 0;
        let mut at = self.start;
        while at <= self.end {
            bits |= 1_u64.checked_shl(u32::from(at)).unwrap_or(0);
            at = at.saturating_add(self.step);
        }
        bits
    }
}

/// A number; anything above 255 is out of every range, and so is 255.
fn number(text: &str) -> Option<u8> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u8::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(text: &str) -> Schedule {
        Schedule::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn what_the_controller_reads() {
        for good in [
            "*/5 * * * *",
            "0 3 * * 1-5",
            "0 3 1,15 JAN-Mar ?",
            "0  3\t* * sun",
            "@daily",
            "@every 1h30m",
            "5/15 * * * *",
            "0-30/10 * * * *",
        ] {
            schedule(good);
        }
        for bad in [
            "",
            "* * * *",
            "* * * * * *",
            "60 * * * *",
            "* 24 * * *",
            "* * 0 * *",
            "* * * 13 *",
            "* * * * 7",
            "* * * foo *",
            "5-1 * * * *",
            "*/0 * * * *",
            "*/x * * * *",
            "@never",
            "@every",
            "@every soon",
            "-5 * * * *",
            "+5 * * * *",
            "1-2-3 * * * *",
            ", * * * *",
            "999999999999 * * * *",
        ] {
            assert!(Schedule::parse(bad).is_err(), "{bad}");
        }
        let error = Schedule::parse("0 25 * * *").unwrap_err();
        assert_eq!(alloc::string::ToString::to_string(&error), "hour: it is out of range");
    }

    #[test]
    fn days_that_no_year_has() {
        for never in ["0 0 31 2 *", "0 0 30,31 feb *", "0 0 31 4,6 ?"] {
            assert!(schedule(never).never_occurs(), "{never}");
        }
        for some in ["0 0 29 2 *", "0 0 31 2,3 *", "0 0 31 2 1", "0 0 * 2 *", "@yearly"] {
            assert!(!schedule(some).never_occurs(), "{some}");
        }
    }

    #[test]
    fn meaning() {
        assert!(schedule("0 0 13 * 5").days_are_alternatives());
        assert!(!schedule("0 0 13 * *").days_are_alternatives());
        assert!(schedule("0 0 */2 * 5").days_are_alternatives());
        assert!(schedule("*/7 * * * *").uneven_step == Some(7));
        assert!(schedule("0 */5 * * *").uneven_step == Some(5));
        assert!(schedule("*/15 */6 */10 * *").uneven_step.is_none());
        assert!(schedule("1-50/7 * * * *").uneven_step.is_none());
        assert!(schedule("@hourly").is_hourly() && schedule("*/10 0-23 * * *").is_hourly());
        assert!(schedule("@every 5m").is_hourly());
        assert!(!schedule("0 */2 * * *").is_hourly() && !schedule("* * 1 * *").is_hourly());
    }
}
