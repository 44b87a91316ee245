//! What somebody decided to live with: one line, and no exit code.

use super::{ROOT_POD, folder, run, stdout};

const ONLY: &str =
    "profiles: [none]\nrules: {run-as-non-root-missing: {severity: error, admission: deny}}\n";

#[test]
fn a_comment_takes_a_finding_out_of_the_exit_code_and_says_what_a_cluster_does() {
    let comment =
        "    # patternwarden: ignore run-as-non-root-missing -- the image says so itself\n";
    let text = ROOT_POD.replace("    - name", &format!("{comment}    - name"));
    let folder = folder(&[("settings.yaml", ONLY), ("bare.yaml", ROOT_POD), ("pod.yaml", &text)]);
    let args = ["check", "--settings", "settings.yaml"];
    let bare = run(folder.path(), &[&args[..], &["bare.yaml"]].concat());
    assert_eq!(bare.status.code(), Some(1), "{}", stdout(&bare));
    let hidden = run(folder.path(), &[&args[..], &["pod.yaml"]].concat());
    assert_eq!(hidden.status.code(), Some(0), "{}", stdout(&hidden));
    let shown = stdout(&hidden);
    assert!(shown.contains("note: pod.yaml: 1 suppressed (1 rule)\n"), "{shown}");
    assert!(shown.contains("still reported in the cluster: run-as-non-root-missing"), "{shown}");
    assert!(shown.contains("would be denied at admission"), "{shown}");
}

#[test]
fn exemptions_name_files_by_their_path_from_the_settings() {
    let settings = format!(
        "{ONLY}exemptions:\n  - rules: [run-as-non-root-missing]\n    match: {{files: [\"vendor/**\"]}}\n    \
         reason: not ours to change\n"
    );
    let files = [
        ("deploy/settings.yaml", settings.as_str()),
        ("deploy/vendor/a/pod.yaml", ROOT_POD),
        ("deploy/own/pod.yaml", ROOT_POD),
    ];
    let folder = folder(&files);
    for (path, code) in [("deploy/vendor", 0), ("deploy/own", 1)] {
        let run = run(folder.path(), &["check", "--settings", "deploy/settings.yaml", path]);
        assert_eq!(run.status.code(), Some(code), "{path}: {}", stdout(&run));
    }
}

#[test]
fn the_clock_of_the_machine_ends_suppressions() {
    let annotated = |until: &str| {
        let note = format!(
            "  annotations:\n    ignore.patternwarden.dev/run-as-non-root-missing: \"until={until}; fixed in 5.0\"\nspec"
        );
        ROOT_POD.replace("spec", &note)
    };
    let (past, future) = (annotated("2020-01-01"), annotated("9999-01-01"));
    let folder = folder(&[("settings.yaml", ONLY), ("past.yaml", &past), ("future.yaml", &future)]);
    for (path, code) in [("past.yaml", 1), ("future.yaml", 0)] {
        let run = run(folder.path(), &["check", "--settings", "settings.yaml", path]);
        assert_eq!(run.status.code(), Some(code), "{path}: {}", stdout(&run));
    }
}

#[test]
fn the_schema_is_printed_for_editors_and_for_rancher() {
    let folder = folder(&[]);
    let schema = run(folder.path(), &["schema"]);
    let schema: serde_json::Value = serde_json::from_slice(&schema.stdout).unwrap();
    assert_eq!(schema["properties"]["max_findings"]["maximum"], 100);
    let form = run(folder.path(), &["schema", "--format", "rancher"]);
    assert!(stdout(&form).starts_with("questions:\n"), "{}", stdout(&form));
}
