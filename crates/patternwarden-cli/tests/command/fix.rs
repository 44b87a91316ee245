//! `patternwarden fix` on real files.

use crate::{folder, run, run_with, stderr, stdout};
use std::fs;
use std::path::Path;

/// Its user is set, but nothing forbids root: a safe repair. Privilege escalation is allowed: one to
/// review.
const POD: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: web  # the shop
spec:
  securityContext:
    runAsUser: 1000   # not root
  containers:
    - name: app
      image: registry.example/web:1.4.2
";

const FIXED: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: web  # the shop
spec:
  securityContext:
    runAsUser: 1000   # not root
    runAsNonRoot: true
  containers:
    - name: app
      image: registry.example/web:1.4.2
";

const SETTINGS: &str = "rules: {run-as-user-only: warning}\n";

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

/// Names of everything in a folder, hidden files too.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_diff_is_shown_and_nothing_is_changed() {
    let folder = folder(&[("pod.yaml", POD)]);
    for args in [&["fix", "pod.yaml"][..], &["fix", "--diff", "pod.yaml"]] {
        let output = run(folder.path(), args);
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert_eq!(
            stdout(&output),
            "--- pod.yaml\n+++ pod.yaml\n@@ -5,6 +5,7 @@\n spec:\n   securityContext:\n     \
             runAsUser: 1000   # not root\n+    runAsNonRoot: true\n   containers:\n     - name: \
             app\n       image: registry.example/web:1.4.2\n"
        );
        assert!(stderr(&output).contains("1 repair to make in 1 input; --write"));
        assert_eq!(read(folder.path(), "pod.yaml"), POD);
    }
}

#[test]
fn files_are_replaced_once_and_nothing_else_stays_behind() {
    let folder = folder(&[("pod.yaml", POD)]);
    let output = run(folder.path(), &["fix", "--write", "pod.yaml"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stdout(&output), "");
    assert!(stderr(&output).contains("made 1 repair in 1 input"));
    assert_eq!(read(folder.path(), "pod.yaml"), FIXED);
    assert_eq!(names(folder.path()), ["pod.yaml"]);
    for args in [&["fix", "pod.yaml"][..], &["fix", "--write", "pod.yaml"]] {
        let again = run(folder.path(), args);
        assert_eq!(again.status.code(), Some(0));
        assert!(stderr(&again).contains("nothing to repair"));
        assert_eq!(read(folder.path(), "pod.yaml"), FIXED);
    }
}

#[test]
fn fixes_that_need_a_review_are_made_when_asked_for() {
    let folder = folder(&[("pod.yaml", POD)]);
    let rule = ["--rule", "privilege-escalation-allowed"];
    let args = |more: &[&'static str]| [&["fix"], more, &rule, &["pod.yaml"]].concat();
    assert_eq!(run(folder.path(), &args(&[])).status.code(), Some(0));
    let output = run(folder.path(), &args(&["--unsafe"]));
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stdout(&output).contains("+        allowPrivilegeEscalation: false"));
    assert!(!stdout(&output).contains("runAsNonRoot"), "other rules are left out");

    let output = run(folder.path(), &["fix", "--rule", "run-as-usr-only", "pod.yaml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("there is no rule `run-as-usr-only`; did you mean"));
}

#[test]
fn settings_say_which_rules_repair() {
    let folder = folder(&[
        ("pod.yaml", POD),
        ("on.yaml", SETTINGS),
        ("off.yaml", "profiles: [none]\n"),
        ("bad.yaml", "profile: none\n"),
    ]);
    let code = |settings| run(folder.path(), &["fix", "--settings", settings, "pod.yaml"]).status;
    assert_eq!(code("on.yaml").code(), Some(1));
    assert_eq!(code("off.yaml").code(), Some(0));
    assert_eq!(code("bad.yaml").code(), Some(2));
}

#[test]
fn what_cannot_be_read_in_full_is_never_changed() {
    let broken = format!("{POD}---\na: [1\n");
    let folder = folder(&[("broken.yaml", broken.as_str()), ("pod.yaml", POD)]);
    fs::write(folder.path().join("binary.yaml"), b"a: \xff\n").unwrap();
    let output = run(folder.path(), &["fix", "--write", ".", "missing.yaml"]);
    assert_eq!(output.status.code(), Some(2));
    let said = stderr(&output);
    assert!(said.contains("broken.yaml: left as it is: line 12"), "{said}");
    assert!(said.contains("binary.yaml: left as it is: not UTF-8 at byte 3"), "{said}");
    assert!(said.contains("missing.yaml: "), "{said}");
    assert_eq!(read(folder.path(), "broken.yaml"), broken);
    assert_eq!(fs::read(folder.path().join("binary.yaml")).unwrap(), b"a: \xff\n");
    assert_eq!(read(folder.path(), "pod.yaml"), FIXED, "the others are repaired");
}

#[test]
fn standard_input_is_repaired_to_standard_output() {
    let folder = folder(&[]);
    let output = run_with(folder.path(), &["fix"], POD);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).starts_with("--- <stdin>\n+++ <stdin>\n@@ "));
    let output = run_with(folder.path(), &["fix", "--write", "-"], POD);
    assert_eq!((output.status.code(), stdout(&output)), (Some(0), FIXED));
    let output = run_with(folder.path(), &["fix", "--write", "-"], FIXED);
    assert_eq!((output.status.code(), stdout(&output)), (Some(0), FIXED), "unchanged, but whole");
}

#[test]
fn folders_are_searched_and_one_file_is_one_file() {
    let folder = folder(&[("a/one.yaml", POD), ("a/deep/two.yml", POD), ("a/notes.txt", POD)]);
    let output = run(folder.path(), &["fix", "--write", "a", "a/one.yaml", "./a/../a/one.yaml"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("made 2 repairs in 2 inputs"), "{}", stderr(&output));
    for name in ["a/one.yaml", "a/deep/two.yml"] {
        assert_eq!(read(folder.path(), name), FIXED);
    }
    assert_eq!(read(folder.path(), "a/notes.txt"), POD);
}

#[test]
fn write_and_diff_are_one_or_the_other() {
    let folder = folder(&[("pod.yaml", POD)]);
    let output = run(folder.path(), &["fix", "--write", "--diff", "pod.yaml"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(read(folder.path(), "pod.yaml"), POD);
}

#[test]
fn what_could_only_be_repaired_by_a_guess_is_named() {
    let anchored = POD.replace("securityContext:\n", "securityContext: &shared\n");
    let anchored = format!("{anchored}      securityContext: *shared\n");
    let folder = folder(&[("pod.yaml", anchored.as_str())]);
    let output = run(folder.path(), &["fix", "--write", "pod.yaml"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("pod.yaml: run-as-user-only: "), "{}", stderr(&output));
    assert!(stderr(&output).contains("not repaired: aliases repeat this value"));
    assert_eq!(read(folder.path(), "pod.yaml"), anchored);
}

/// What is repaired in the ugly file: these rules, so that another one changes nothing here.
const UGLY: [&str; 7] = [
    "capability-not-dropped",
    "prestop-exceeds-grace",
    "privilege-escalation-allowed",
    "readiness-probe-missing",
    "resource-requests-missing",
    "root-filesystem-writable",
    "run-as-user-only",
];

/// Comments, mixed indentation, CRLF, lists at and below their key, no last line break.
#[test]
fn an_ugly_file_keeps_everything_but_what_is_repaired() {
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/command/golden");
    let golden = Path::new(golden);
    let folder = folder(&[]);
    fs::copy(golden.join("before.yaml"), folder.path().join("shop.yaml")).unwrap();
    let rules = UGLY.iter().flat_map(|rule| ["--rule", rule]);
    let args: Vec<&str> =
        ["fix", "--write", "--unsafe"].into_iter().chain(rules).chain(["shop.yaml"]).collect();
    let output = run(folder.path(), &args);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let after = read(folder.path(), "shop.yaml");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(golden.join("after.yaml"), &after).unwrap();
    }
    assert_eq!(after, read(golden, "after.yaml"));
    let before = read(golden, "before.yaml");
    for comment in before.split("\r\n").filter_map(|line| line.split_once('#')) {
        assert!(after.contains(comment.1), "lost: #{}", comment.1);
    }
    assert_eq!(after.matches('\n').count(), after.matches("\r\n").count(), "CRLF throughout");
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

    #[test]
    fn the_mode_of_a_file_is_kept() {
        let folder = folder(&[("pod.yaml", POD)]);
        let path = folder.path().join("pod.yaml");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let before = fs::metadata(&path).unwrap();
        let output = run(folder.path(), &["fix", "--write", "pod.yaml"]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let after = fs::metadata(&path).unwrap();
        assert_eq!(after.permissions().mode(), before.permissions().mode());
        assert_eq!((after.uid(), after.gid()), (before.uid(), before.gid()));
        assert_ne!(after.ino(), before.ino(), "it was replaced, not written over");
    }

    #[test]
    fn links_and_read_only_files_are_left_alone_and_named() {
        let folder = folder(&[("pod.yaml", POD), ("kept.yaml", POD), ("real/pod.txt", POD)]);
        symlink("real/pod.txt", folder.path().join("link.yaml")).unwrap();
        let read_only = fs::Permissions::from_mode(0o444);
        fs::set_permissions(folder.path().join("kept.yaml"), read_only).unwrap();
        let output = run(folder.path(), &["fix", "--write", "."]);
        assert_eq!(output.status.code(), Some(2));
        let said = stderr(&output);
        assert!(said.contains("link.yaml: not repaired: it is a symbolic link"), "{said}");
        assert!(said.contains("kept.yaml: not repaired: it is read-only"), "{said}");
        assert_eq!(read(folder.path(), "real/pod.txt"), POD);
        assert_eq!(read(folder.path(), "kept.yaml"), POD);
        assert_eq!(read(folder.path(), "pod.yaml"), FIXED, "the others are repaired");
        assert!(fs::symlink_metadata(folder.path().join("link.yaml")).unwrap().is_symlink());
        assert_eq!(names(folder.path()), ["kept.yaml", "link.yaml", "pod.yaml", "real"]);
    }

    #[test]
    fn a_diff_of_a_link_is_a_diff() {
        let folder = folder(&[("real.yaml", POD)]);
        symlink("real.yaml", folder.path().join("link.yaml")).unwrap();
        assert_eq!(run(folder.path(), &["fix", "link.yaml"]).status.code(), Some(1));
    }
}
