//! Matching of names against lists: exact words, and globs.

use core::fmt;

/// Whether `text` matches `pattern`, in which `*` stands for any text, also none, and `?` for any
/// one character.
pub fn glob(pattern: &str, text: &str) -> bool {
    let (mut wanted, mut rest) = (pattern.chars(), text.chars());
    // Behind the last `*`, and where the text went on that it did not take yet.
    let mut retry: Option<(core::str::Chars<'_>, core::str::Chars<'_>)> = None;
    loop {
        let before = rest.clone();
        match (wanted.next(), rest.next()) {
            (Some('*'), _) => {
                rest = before;
                retry = Some((wanted.clone(), rest.clone()));
            }
            (Some(a), Some(b)) if a == b || a == '?' => {}
            (None, None) => return true,
            _ => {
                let Some((pattern, longer)) = &mut retry else { return false };
                if longer.next().is_none() {
                    return false;
                }
                (wanted, rest) = (pattern.clone(), longer.clone());
            }
        }
    }
}

/// Whether `number` lies in a range such as `5000-6000`, or is the number itself; what is no range
/// holds no number.
pub fn in_range(text: &str, number: i64) -> bool {
    range(text).is_some_and(|(first, last)| (first..=last).contains(&number))
}

/// The ends of a range such as `5000-6000`; those of a number are the number itself.
pub(crate) fn range(text: &str) -> Option<(i64, i64)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    Some((first.trim().parse().ok()?, last.trim().parse().ok()?))
}

/// Whether a path is `dir` or lies below it; the parts of both are compared whole, and a path with
/// `..` lies nowhere.
pub fn is_below(path: &str, dir: &str) -> bool {
    fn parts(path: &str) -> impl Iterator<Item = &str> {
        path.split('/').filter(|part| !part.is_empty() && *part != ".")
    }
    let mut below = parts(path);
    parts(dir).all(|part| below.next() == Some(part)) && !parts(path).any(|part| part == "..")
}

/// Demands on a set of names, as Kubewarden's own policies call them, and `none`.
pub const CRITERIA: &[&str] = &[
    "none",
    "containsAllOf",
    "containsAnyOf",
    "containsOtherThan",
    "doesNotContainAllOf",
    "doesNotContainAnyOf",
    "doesNotContainOtherThan",
];

/// How names fail a criterion. It displays as the rest of a sentence about them: ``lack `a` ``.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unmet<'n> {
    verb: &'static str,
    /// The name that decides; empty where all of them do.
    pub name: &'n str,
    rest: &'static str,
}

impl fmt::Display for Unmet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.verb)?;
        if !self.name.is_empty() {
            write!(f, " `{}`", clipped(self.name))?;
        }
        f.write_str(self.rest)
    }
}

/// How the names `present` fail one of [`CRITERIA`] on `wanted`, whose entries are globs; `None` where
/// they meet it.
pub fn unmet<'n>(criteria: &str, wanted: &[&'n str], present: &[&'n str]) -> Option<Unmet<'n>> {
    let held = |entry: &str| present.iter().any(|name| glob(entry, name));
    let listed = |name: &str| wanted.iter().any(|entry| glob(entry, name));
    let lacking = wanted.iter().find(|entry| !held(entry));
    let other = present.iter().find(|name| !listed(name));
    let known = present.iter().find(|name| listed(name));
    let all = |fails: bool| fails.then_some("");
    let (verb, name, rest) = match criteria {
        "containsAllOf" => ("lack", lacking.copied(), ""),
        "containsAnyOf" => ("have", all(known.is_none()), " none of those that are demanded"),
        "containsOtherThan" => ("have", all(other.is_none()), " none but those of the list"),
        // Where nothing is listed, nothing is together.
        "doesNotContainAllOf" => {
            let fails = lacking.is_none() && !wanted.is_empty();
            ("have", all(fails), " all of those that must not be together")
        }
        "doesNotContainAnyOf" => ("have", known.copied(), ", which must not be there"),
        "doesNotContainOtherThan" => ("have", other.copied(), ", which is not of the list"),
        _ => return None,
    };
    name.map(|name| Unmet { verb, name, rest })
}

/// `text`, or its beginning where it is longer than a name can be: for messages, since keys come
/// from whoever wrote the manifest.
pub fn clipped(text: &str) -> impl fmt::Display + '_ {
    const MAX: usize = 80;
    let end = text.char_indices().nth(MAX).map_or(text.len(), |(at, _)| at);
    let shown = text.get(..end).unwrap_or(text);
    fmt::from_fn(move |f| {
        f.write_str(shown)?;
        if end < text.len() { f.write_str("…") } else { Ok(()) }
    })
}

/// The option closest to `text` by edit distance, when it is close enough to be meant.
pub fn nearest<'a>(text: &str, options: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest_of(text, &mut options.into_iter())
}

/// [`nearest`], compiled once.
fn nearest_of<'a>(text: &str, options: &mut dyn Iterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (text.len() / 3).clamp(1, 4);
    options
        .map(|option| (distance(text, option, limit), option))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, option)| option)
}

/// Edit distance of two texts (insert, delete, replace, swap neighbours), letter case ignored;
/// anything above `limit` once that is certain. Texts above 64 bytes count as far apart.
pub fn distance(a: &str, b: &str, limit: usize) -> usize {
    const MAX: usize = 64;
    let far = limit.saturating_add(1);
    if a.len() > MAX || b.len() > MAX || a.len().abs_diff(b.len()) > limit {
        return far;
    }
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let same = |x: Option<&u8>, y: Option<&u8>| match (x, y) {
        (Some(x), Some(y)) => x.eq_ignore_ascii_case(y),
        _ => false,
    };
    let mut rows = [[0_usize; MAX + 1]; 3];
    let cell = |row: &[usize; MAX + 1], at: usize| row.get(at).copied().unwrap_or(far);
    for i in 0..=a.len() {
        let [before, above, _] = rows;
        let mut row = [0; MAX + 1];
        for j in 0..=b.len() {
            let value = if i == 0 || j == 0 {
                i + j
            } else {
                let replaced = usize::from(!same(a.get(i - 1), b.get(j - 1)));
                let mut least = (cell(&above, j) + 1)
                    .min(row.get(j - 1).copied().unwrap_or(far) + 1)
                    .min(cell(&above, j - 1) + replaced);
                if i > 1
                    && j > 1
                    && same(a.get(i - 1), b.get(j - 2))
                    && same(a.get(i - 2), b.get(j - 1))
                {
                    least = least.min(cell(&before, j - 2) + 1);
                }
                least
            };
            if let Some(cell) = row.get_mut(j) {
                *cell = value;
            }
        }
        rows = [above, row, before];
    }
    let [_, last, _] = rows;
    cell(&last, b.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn globs() {
        assert!(glob("*-SNAPSHOT", "1.0-SNAPSHOT"));
        assert!(glob("/health*", "/health"));
        assert!(glob("a*b*c", "a-b-b-c"));
        assert!(glob("exact", "exact"));
        assert!(!glob("exact", "exactly"));
        assert!(!glob("a*b", "ab-"));
        assert!(!glob("ab*ba", "aba"));
        assert!(glob("*", ""));
        assert!(glob("a?c*", "abc") && glob("?*", "ü") && !glob("?", "") && !glob("a?", "abc"));
        assert!(glob("a*a*a", "aaaa") && !glob("a*a*a", "aa"));
    }

    #[test]
    fn ranges() {
        assert!(in_range("80", 80) && in_range("5000-6000", 5000) && in_range("1 - 2", 2));
        assert!(!in_range("80", 81) && !in_range("5000-6000", 6001) && !in_range("x", 0));
        assert!(!in_range("6000-5000", 5500) && !in_range("", 0));
    }

    #[test]
    fn demands() {
        let met = |wanted: &[&str], present: &[&str]| {
            let met = |criteria| unmet(criteria, wanted, present).is_none();
            CRITERIA.iter().map(|criteria| met(criteria)).collect::<alloc::vec::Vec<_>>()
        };
        let said = |criteria| unmet(criteria, &["a", "b*"], &["b1", "c"]).unwrap().to_string();
        assert_eq!(said("containsAllOf"), "lack `a`");
        assert_eq!(said("doesNotContainAnyOf"), "have `b1`, which must not be there");
        assert_eq!(said("doesNotContainOtherThan"), "have `c`, which is not of the list");
        let none = unmet("containsAnyOf", &["a"], &[]).unwrap();
        assert_eq!(none.to_string(), "have none of those that are demanded");
        assert_eq!(met(&["a", "b"], &["a"]), [true, false, true, false, true, false, true]);
        assert_eq!(met(&["a"], &["a", "c"]), [true, true, true, true, false, false, false]);
        assert_eq!(met(&[], &["c"]), [true, true, false, true, true, true, false]);
        assert_eq!(met(&["x*"], &["c"]), [true, false, false, true, true, true, false]);
        assert_eq!(met(&["x*"], &["xy"]), [true, true, true, false, false, false, true]);
    }

    #[test]
    fn criteria_are_kubewardens() {
        let ok = |name, keys: &[&str], held: &[&str]| unmet(name, keys, held).is_none();
        assert!(
            ok("containsAllOf", &["a", "b"], &["a", "b", "c"])
                && !ok("containsAllOf", &["a", "b"], &["a"])
        );
        assert!(ok("containsAnyOf", &["a", "b"], &["b"]) && !ok("containsAnyOf", &["a"], &["c"]));
        assert!(
            ok("containsOtherThan", &["a"], &["a", "c"])
                && !ok("containsOtherThan", &["a"], &["a"])
        );
        assert!(
            ok("doesNotContainAllOf", &["a", "b"], &["a"])
                && !ok("doesNotContainAllOf", &["a"], &["a"])
        );
        assert!(
            ok("doesNotContainAnyOf", &["a"], &["c"]) && !ok("doesNotContainAnyOf", &["a"], &["a"])
        );
        assert!(
            ok("doesNotContainOtherThan", &["a"], &["a"])
                && !ok("doesNotContainOtherThan", &["a"], &["c"])
        );
        assert!(ok("none", &["a"], &[]));
    }

    #[test]
    fn paths() {
        assert!(is_below("/foo", "/foo") && is_below("/foo/bar", "/foo/") && is_below("/a", "/"));
        assert!(is_below("//foo/./bar/", "/foo/bar"));
        assert!(!is_below("/foobar", "/foo") && !is_below("/", "/foo"));
        assert!(!is_below("/foo/../etc", "/foo"));
    }

    #[test]
    fn distances() {
        assert_eq!(distance("livenessprobe", "livenessProbe", 4), 0);
        assert_eq!(distance("selecotr", "selector", 4), 1);
        assert_eq!(distance("", "ab", 4), 2);
        assert!(distance("kitten", "sitting", 2) > 2);
        assert_eq!(nearest("tarjet", ["rules", "target"]), Some("target"));
        assert_eq!(nearest("x", ["rules", "target"]), None);
    }
}
