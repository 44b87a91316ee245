//! The command as a user runs it: arguments in, text and exit code out.

#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

mod fix;
mod suppressed;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const ROOT_POD: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: app
      image: registry.example/web:1.4.2
";

fn run(folder: &Path, args: &[&str]) -> Output {
    run_with(folder, args, "")
}

fn run_with(folder: &Path, args: &[&str], input: &str) -> Output {
    start(Command::new(env!("CARGO_BIN_EXE_patternwarden")).args(args).current_dir(folder), input)
}

fn start(command: &mut Command, input: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that stops early need not read what we send.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn stdout(output: &Output) -> &str {
    core::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    core::str::from_utf8(&output.stderr).unwrap()
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

#[test]
fn findings_name_the_place_and_decide_the_exit_code() {
    let folder = folder(&[("pod.yaml", ROOT_POD)]);
    let lenient = run(folder.path(), &["check", "pod.yaml"]);
    assert_eq!(lenient.status.code(), Some(0), "{}", stdout(&lenient));
    let strict = run(folder.path(), &["check", "--fail-on", "warning", "pod.yaml"]);
    assert_eq!(strict.status.code(), Some(1));
    let text = stdout(&strict);
    assert!(text.contains("warning[run-as-non-root-missing]"), "{text}");
    assert!(text.contains("pod.yaml:7:7  Pod/web"), "{text}");
    assert!(text.contains(" 7 |     - name: app"), "{text}");
    assert!(!text.contains('\x1b'), "no colours in a pipe");
    let never = run(folder.path(), &["check", "--fail-on", "never", "pod.yaml"]);
    assert_eq!(never.status.code(), Some(0));
}

#[test]
fn standard_input_is_read_by_default_and_by_name() {
    let folder = folder(&[]);
    for args in [&["check", "--fail-on", "warning"][..], &["check", "--fail-on", "warning", "-"]] {
        let output = run_with(folder.path(), args, ROOT_POD);
        assert_eq!(output.status.code(), Some(1));
        assert!(stdout(&output).contains("<stdin>:7:7"));
    }
}

#[test]
fn folders_are_searched_and_every_input_has_its_report() {
    let folder = folder(&[
        ("a/one.yaml", ROOT_POD),
        ("a/deep/two.yml", ROOT_POD),
        ("a/three.json", r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"}}"#),
        ("a/notes.txt", "not: [a manifest"),
    ]);
    let output = run(folder.path(), &["check", "--format", "jsonl", "a"]);
    let inputs: Vec<String> = stdout(&output)
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|report| report["input"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(inputs, ["a/deep/two.yml", "a/one.yaml", "a/three.json"]);

    let output = run(folder.path(), &["check", "--format", "json", "a", "a/one.yaml"]);
    let reports: serde_json::Value = serde_json::from_str(stdout(&output)).unwrap();
    assert_eq!(reports.as_array().unwrap().len(), 3, "an input named twice is checked once");
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_checked() {
    let folder = folder(&[("good.yaml", ROOT_POD), ("bad.yaml", "a: [1\n"), ("empty/x.txt", "")]);
    let output = run(folder.path(), &["check", "missing.yaml", "good.yaml", "bad.yaml", "empty"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("missing.yaml: "), "{}", stderr(&output));
    assert!(stderr(&output).contains("empty: no .yaml, .yml or .json file"));
    assert!(stdout(&output).contains("good.yaml:7:7"));
    assert!(stdout(&output).contains("--> bad.yaml:"));
    assert!(stdout(&output).contains("1 place could not be read"));
}

#[test]
fn what_was_not_looked_at_is_counted() {
    let values = "replicas: 2\n---\n# nothing was rendered\n";
    let folder = folder(&[("values.yaml", values), ("quiet.yaml", "kind: ConfigMap\n")]);
    let text = |file: &str| stdout(&run(folder.path(), &["check", file])).to_owned();
    assert!(text("values.yaml").contains("; 1 not looked at; 1 document without content"));
    assert!(!text("quiet.yaml").contains("not looked at"), "{}", text("quiet.yaml"));
    assert!(!text("quiet.yaml").contains("without content"), "{}", text("quiet.yaml"));
}

#[test]
fn what_cannot_be_read_is_said_once_and_named_like_any_rule() {
    let folder = folder(&[
        ("broken.yaml", "kind: Pod\nname x\na: 1\n"),
        ("mild.yaml", "rules:\n  yaml-syntax-invalid: warning\n"),
        ("off.yaml", "rules:\n  yaml-syntax-invalid: off\n"),
        (
            "exempt.yaml",
            "exemptions:\n- rules: [yaml-syntax-invalid, document-not-checked, required-field-missing, misplaced-field]\n  match: {files: ['**']}\n  reason: templates of a chart\n",
        ),
    ]);
    let told = |settings: &[&str]| {
        let mut arguments = vec!["check", "broken.yaml"];
        arguments.extend(settings);
        run(folder.path(), &arguments)
    };
    let output = told(&[]);
    assert_eq!(output.status.code(), Some(2));
    let text = stdout(&output);
    assert_eq!(text.matches("[yaml-syntax-invalid]").count(), 1, "{text}");
    assert!(text.contains("error[yaml-syntax-invalid]: ") && text.contains("help"), "{text}");
    assert!(text.contains("1 place could not be read"), "{text}");
    assert!(stdout(&told(&["--settings", "mild.yaml"])).contains("warning[yaml-syntax-invalid]: "));
    let off = told(&["--settings", "off.yaml"]);
    assert_eq!(off.status.code(), Some(2), "silence would look like praise");
    assert!(stdout(&off).contains("1 place could not be read"));
    let exempt = told(&["--settings", "exempt.yaml", "--fail-on", "error"]);
    assert_eq!(exempt.status.code(), Some(0), "{}", stdout(&exempt));
    assert!(stdout(&exempt).contains("suppressed"), "{}", stdout(&exempt));
    assert!(!stdout(&exempt).contains("in the cluster: yaml-syntax"), "nobody can send it there");
}

#[test]
fn bytes_that_are_no_text_are_a_syntax_error() {
    let folder = folder(&[]);
    fs::write(folder.path().join("binary.yaml"), b"a: \xff\xfe\x00").unwrap();
    let output = run(folder.path(), &["check", "binary.yaml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stdout(&output).contains("binary.yaml:1:"), "{}", stdout(&output));
}

#[test]
fn settings_change_the_verdict_and_every_mistake_is_named() {
    let folder = folder(&[
        ("pod.yaml", ROOT_POD),
        ("error.yaml", "rules:\n  run-as-non-root-missing: error\n"),
        ("off.yaml", "rules:\n  run-as-non-root-missing: off\n"),
        ("empty.yaml", "\n"),
        ("bad.yaml", "targt: 1.36\nrules:\n  run-as-root-missing: error\nprofiles: strict\n"),
        ("broken.yaml", "rules: [\n"),
        ("policy.yaml", "kind: ClusterAdmissionPolicy\nspec:\n  settings:\n    profiles: [none]\n"),
    ]);
    let code = |settings: &str| {
        let output =
            run(folder.path(), &["check", "--settings", settings, "pod.yaml", "--format", "jsonl"]);
        (output.status.code(), output)
    };
    assert_eq!(code("error.yaml").0, Some(1));
    assert_eq!(code("off.yaml").0, Some(0));
    assert_eq!(code("empty.yaml").0, Some(0));
    let (status, output) = code("policy.yaml");
    assert_eq!(status, Some(0));
    assert!(stdout(&output).contains(r#""findings":[]"#));
    let (status, output) = code("bad.yaml");
    assert_eq!(status, Some(2));
    assert_eq!(stdout(&output), "", "nothing is checked with settings that are not understood");
    let text = stderr(&output);
    for expected in [
        "bad.yaml: /targt: there is no setting `targt`; did you mean `target`?",
        "bad.yaml: /rules/run-as-root-missing: there is no rule",
        "bad.yaml: /profiles: expected a list of profiles",
    ] {
        assert!(text.contains(expected), "{text}");
    }
    assert_eq!(code("broken.yaml").0, Some(2));
    assert_eq!(code("missing.yaml").0, Some(2));
}

#[test]
fn terminal_codes_in_a_manifest_stay_inert() {
    let folder = folder(&[]);
    let text = ROOT_POD.replace("name: app", "name: \"a\\u001b[31mpp\"");
    let mut command = Command::new(env!("CARGO_BIN_EXE_patternwarden"));
    command.arg("check").current_dir(folder.path()).env("CLICOLOR_FORCE", "1");
    let output = start(&mut command, &text);
    assert!(stdout(&output).contains("\x1b["), "colours were asked for");
    assert!(!stdout(&output).contains("\x1b[31mpp"), "{}", stdout(&output));
}
