//! What the command tells people: the index, explanations, patterns, pages.

#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]
#![expect(clippy::std_instead_of_alloc, reason = "tests run where std is")]

use patternwarden::{Pattern, RECOGNISERS, RULES};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_patternwarden")).args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    core::str::from_utf8(bytes).unwrap()
}

/// Standard output of a run that must end well.
fn said(args: &[&str]) -> String {
    let output = run(args);
    assert_eq!(output.status.code(), Some(0), "{args:?}: {}", text(&output.stderr));
    text(&output.stdout).to_owned()
}

#[test]
fn the_index_has_every_rule_under_each_of_its_patterns() {
    let index = said(&["rules"]);
    let mut heading = "";
    let mut seen = BTreeSet::new();
    for line in index.lines().skip(1) {
        match line.strip_prefix("  ") {
            Some(row) => {
                let id = row.split_whitespace().next().unwrap();
                let rule = RULES.iter().find(|rule| rule.id == id).unwrap();
                let title = |pattern: &Pattern| heading.starts_with(pattern.title());
                let every = rule.patterns.is_empty() && heading == "Every manifest";
                assert!(every || rule.patterns.iter().any(title), "{id} under {heading}");
                assert!(row.contains(rule.title), "{row}");
                seen.insert((heading, id));
            }
            None => heading = line,
        }
    }
    let expected: usize = RULES.iter().map(|rule| rule.patterns.len().max(1)).sum();
    assert_eq!(seen.len(), expected);
    assert!(index.contains(&format!("{} rules", RULES.len())));
    assert!(index.contains("warning   warn       restricted"), "{index}");
}

#[test]
fn the_index_for_programs_has_defaults_and_bounds() {
    let rules: serde_json::Value =
        serde_json::from_str(&said(&["rules", "--format", "json"])).unwrap();
    let rules = rules.as_array().unwrap();
    assert_eq!(rules.len(), RULES.len());
    let of = |id: &str| rules.iter().find(|rule| rule["id"] == id).unwrap();
    let budget = &of("startup-probe-budget")["parameters"][0];
    assert_eq!(budget["type"], "integer");
    assert!(budget["minimum"].as_i64() <= budget["default"].as_i64());
    assert!(budget["doc"].as_str().unwrap().ends_with('.'));
    assert_eq!(of("run-as-non-root-missing")["pss"]["level"], "restricted");
    assert_eq!(of("run-as-user-only")["fix"], "safe");
}

#[test]
fn every_rule_is_explained_in_full_and_in_lines_that_fit() {
    for rule in RULES {
        let told = said(&["explain", rule.id]);
        assert!(told.starts_with(&format!("{}: {}", rule.id, rule.title)), "{}", rule.id);
        for heading in ["Why it matters", "Bad", "Good", "Source"] {
            assert!(told.contains(&format!("\n{heading}\n")), "{}: {heading}", rule.id);
        }
        for unwanted in ["# finding:", "# settings:", "```", "\x1b"] {
            assert!(!told.contains(unwanted), "{}: {unwanted}", rule.id);
        }
        // Emphasis is two stars right before a letter; in a pattern of images they stand for a path.
        let emphasis = |tail: &str| tail.starts_with(char::is_alphabetic);
        assert!(!told.split("**").skip(1).any(emphasis), "{}: emphasis", rule.id);
        for param in rule.params {
            assert!(told.contains(param.name()), "{}: {}", rule.id, param.name());
        }
        // Prose is wrapped; code, addresses and the title keep their length.
        for line in told.lines().skip(1).filter(|line| !line.starts_with("      ")) {
            let long = line.chars().count() > 80;
            assert!(!long || line.contains("://") || line.contains(": "), "{}: {line}", rule.id);
        }
    }
}

#[test]
fn patterns_are_explained_by_id_and_as_settings_write_them() {
    for pattern in Pattern::ALL {
        let told = said(&["explain", pattern.id()]);
        assert!(told.starts_with(pattern.title()), "{told}");
        let known = RECOGNISERS.iter().any(|known| known.pattern == *pattern);
        assert_eq!(told.contains("\nIntent\n"), known, "{}", pattern.id());
        for rule in RULES.iter().filter(|rule| rule.patterns.contains(pattern)) {
            assert!(told.contains(rule.id), "{}: {}", pattern.id(), rule.id);
        }
    }
    assert_eq!(said(&["explain", "health-probe/*"]), said(&["explain", "health-probe"]));
    assert!(said(&["explain", "health-probe"]).contains("Slide T3 of the talk"));
}

#[test]
fn what_is_unknown_is_met_with_the_nearest_name() {
    for (wrong, right) in
        [("run-as-non-root-mising", "run-as-non-root-missing"), ("helth-probe", "health-probe")]
    {
        let output = run(&["explain", wrong]);
        assert_eq!(output.status.code(), Some(2));
        let told = text(&output.stderr);
        assert!(told.contains(&format!("did you mean `{right}`?")), "{told}");
    }
}

const WEB: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: app
          image: registry.example/web:1.4.2
          readinessProbe:
            httpGet: {path: /ready, port: 8080}
";

#[test]
fn patterns_are_named_with_the_lines_that_show_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("web.yaml");
    fs::write(&path, WEB).unwrap();
    let path = path.to_str().unwrap();
    let told = said(&["patterns", path]);
    assert!(told.starts_with("Deployment/web  "), "{told}");
    let line = told.lines().find(|line| line.contains("Health Probe")).unwrap();
    assert!(line.contains("certain") && line.contains("readiness/httpGet"), "{line}");
    assert!(told.contains("    13  readiness probe of container `app`"), "{told}");
    assert!(!told.contains("error"), "rules are silent here");

    let found: serde_json::Value =
        serde_json::from_str(said(&["patterns", "--format", "jsonl", path]).trim()).unwrap();
    let ids: Vec<_> = found["patterns"].as_array().unwrap().iter().map(|p| &p["pattern"]).collect();
    assert!(ids.iter().any(|id| *id == "health-probe"), "{ids:?}");
    assert_eq!(found["resources"][0]["kind"], "Deployment");

    fs::write(folder.path().join("broken.yaml"), "a: [1\n").unwrap();
    let output = run(&["patterns", folder.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("broken.yaml:"), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("Health Probe"), "the rest is read");
}

/// Relative addresses of a page's links.
fn links(page: &str) -> Vec<String> {
    let ends = page.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    ends.filter(|link| !link.starts_with("https://")).map(str::to_owned).collect()
}

#[test]
fn pages_cover_the_catalogue_and_lead_to_each_other() {
    let folder = tempfile::tempdir().unwrap();
    said(&["docs", folder.path().to_str().unwrap()]);
    let page = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let mut names = vec!["README.md".to_owned()];
    names.extend(RULES.iter().map(|rule| format!("{}.md", rule.id)));
    names.extend(Pattern::ALL.iter().map(|pattern| format!("patterns/{}.md", pattern.id())));
    for alias in RULES.iter().flat_map(|rule| rule.aliases) {
        let text = page(&format!("{alias}.md"));
        assert!(
            text.contains("http-equiv=\"refresh\"") && text.contains("is now called"),
            "{alias}"
        );
        names.push(format!("{alias}.md"));
    }
    let mut reached = BTreeSet::new();
    for name in &names {
        let text = page(name);
        let fences = text.lines().filter(|line| line.starts_with("```")).count();
        assert_eq!(fences % 2, 0, "{name}");
        assert!(!text.contains("```yaml,") && !text.contains("# finding:"), "{name}");
        let home = Path::new(name).parent().unwrap();
        for link in links(&text) {
            let target = folder.path().join(home).join(&link);
            assert!(target.is_file(), "{name} leads to {link}");
            reached.insert(target.canonicalize().unwrap());
        }
    }
    // The index leads to everything but itself and former names.
    let aliases: usize = RULES.iter().map(|rule| rule.aliases.len()).sum();
    assert_eq!(reached.len(), names.len() - 1 - aliases);
    let all = page("README.md");
    assert!(Pattern::ALL.iter().all(|pattern| all.contains(pattern.title())));
    let probe = page("startup-probe-budget.md");
    assert!(probe.contains("| parameter | default | meaning |"), "{probe}");
    assert!(probe.contains("**Slide T3.**"), "{probe}");
}
