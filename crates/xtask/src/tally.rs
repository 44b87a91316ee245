//! How many tests ran, read from what the test runners print.

/// Tests that passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
}

impl Tally {
    /// Adds what a line says: `test result: ok. 3 passed; 0 failed; …` of cargo, `# pass 3` or `ℹ pass 3`
    /// of node.
    pub(crate) fn read(&mut self, line: &str) {
        if let Some(result) = line.strip_prefix("test result: ") {
            self.passed += before(result, " passed");
            self.failed += before(result, " failed");
        } else if let Some(summary) = line.strip_prefix("# ").or(line.strip_prefix("ℹ ")) {
            self.passed += after(summary, "pass ");
            self.failed += after(summary, "fail ") + after(summary, "cancelled ");
        }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// The number that stands before `word`.
fn before(text: &str, word: &str) -> u32 {
    let number = text.split(word).next().and_then(|text| text.rsplit(' ').next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn after(text: &str, word: &str) -> u32 {
    text.strip_prefix(word).and_then(|number| number.trim().parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(lines: &str) -> (u32, u32) {
        let mut tally = Tally::default();
        lines.lines().for_each(|line| tally.read(line));
        (tally.passed, tally.failed)
    }

    #[test]
    fn counts_cargo() {
        let output = "running 2 tests\ntest a ... ok\n\
            test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.00s\n\
            test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(tally(output), (15, 2));
    }

    #[test]
    fn counts_node_in_both_forms() {
        let tap = "# tests 9\n# suites 0\n# pass 7\n# fail 1\n# cancelled 1\n# skipped 0\n";
        assert_eq!(tally(tap), (7, 2));
        assert_eq!(tally(&tap.replace("# ", "ℹ ")), (7, 2));
    }

    #[test]
    fn other_lines_count_nothing() {
        assert_eq!(tally("# passing\n# pass the salt\nℹ fail\ntest result: ?\n7 passed\n"), (0, 0));
    }
}
