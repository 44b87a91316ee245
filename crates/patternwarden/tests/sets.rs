//! What counts as an object: fragments, lists, templates, strangers; and what belongs together.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a helper that fails is a test that fails"
)]

use patternwarden::bundle::Bundle;
use patternwarden::report::{Finding, NotChecked, Resource};
use patternwarden::set::{Scope, Set};
use patternwarden::tree::{Document, Node, Stream};
use patternwarden::{RULES, Report, Settings, Surface, check};

fn read(text: &str) -> Report {
    check(&patternwarden_yaml::read(text), &Settings::default())
}

fn closed(text: &str) -> Report {
    check(&patternwarden_yaml::read(text), &Settings::default().with_scope(Scope::Closed))
}

fn only(text: &str, id: &str, scope: Scope) -> Vec<Finding> {
    let settings = Settings::default().only(|rule| rule.id == id).with_scope(scope);
    check(&patternwarden_yaml::read(text), &settings).findings
}

/// `Kind/name` of every object.
fn names(report: &Report) -> Vec<String> {
    let name = |r: &Resource| format!("{}/{}", r.kind, r.name.as_deref().unwrap_or("-"));
    report.resources.iter().map(name).collect()
}

/// The text that a finding points to.
fn shown<'t>(text: &'t str, finding: &Finding) -> &'t str {
    let range = finding.range.expect("a range");
    let utf16: Vec<u16> = text.encode_utf16().collect();
    let before = String::from_utf16(&utf16[..range.start.offset as usize]).unwrap();
    let through = String::from_utf16(&utf16[..range.end.offset as usize]).unwrap();
    &text[before.len()..through.len()]
}

const ROOT: &str = "run-as-non-root-missing";

#[test]
fn fragments_are_read_as_pods_and_it_is_said() {
    for (text, assumed, path) in [
        (
            "containers:\n- name: a\n  image: r/a:1\n",
            "the spec of a Pod",
            "/spec/containers/0/securityContext/runAsNonRoot",
        ),
        (
            "initContainers:\n- name: a\n  image: r/a:1\n",
            "the spec of a Pod",
            "/spec/initContainers/0/securityContext/runAsNonRoot",
        ),
        (
            "- name: a\n  image: r/a:1\n- name: b\n  image: r/b:1\n",
            "the containers of a Pod",
            "/spec/containers/0/securityContext/runAsNonRoot",
        ),
        (
            "name: a\nimage: r/a:1\n",
            "one container of a Pod",
            "/spec/containers/0/securityContext/runAsNonRoot",
        ),
        (
            "spec:\n  containers:\n  - name: a\n    image: r/a:1\n",
            "it was read as a Pod",
            "/spec/containers/0/securityContext/runAsNonRoot",
        ),
        (
            "metadata: {name: p}\nspec: {containers: [{name: a, image: r/a:1}]}\n",
            "it was read as a Pod",
            "/spec/containers/0/securityContext/runAsNonRoot",
        ),
    ] {
        let report = read(text);
        assert_eq!(report.resources.len(), 1, "{text}");
        let resource = &report.resources[0];
        assert_eq!(resource.kind, "Pod");
        assert!(resource.known);
        let sentence = resource.assumed.as_deref().unwrap_or_default();
        assert!(sentence.contains(assumed), "{text}: {sentence}");
        let found = only(text, ROOT, Scope::Open);
        assert!(found.iter().any(|finding| finding.path == path), "{text}: {found:?}");
    }
}

#[test]
fn findings_of_fragments_point_into_the_text_of_their_author() {
    for (text, line, column) in [
        ("# my container\nname: app\nimage: r/a:1\nsecurityContext:\n  privileged: true\n", 4, 1),
        ("- name: app\n  image: r/a:1\n  securityContext:\n    privileged: true\n", 3, 3),
        ("containers:\n  - name: app\n    image: r/a:1\n    securityContext:\n      x: 1\n", 4, 5),
    ] {
        let found = only(text, ROOT, Scope::Open);
        assert_eq!(found.len(), 1, "{text}");
        let start = found[0].range.unwrap().start;
        assert_eq!((start.line, start.column), (line, column), "{text}");
        assert_eq!(shown(text, &found[0]), "securityContext", "{text}");
    }
}

#[test]
fn slides_with_ellipses_and_comments_are_fragments_too() {
    let text =
        "spec:\n  # the first of two\n  containers:\n  - image: r/a:1\n    name: a\n    env: ...\n";
    let report = read(text);
    assert_eq!(names(&report), ["Pod/-"]);
    assert!(report.syntax.is_empty(), "{:?}", report.syntax);
    assert_eq!(only(text, ROOT, Scope::Open).len(), 1);
}

#[test]
fn what_only_looks_like_a_fragment_is_a_stranger() {
    for text in [
        "image: r/a:1\n",
        "containers: none\n",
        "- image: r/a:1\n- just text\n",
        "[]\n",
        "spec: {replicas: 2}\n",
        "on: {push: {}}\n",
        "42\n",
        "services:\n  web: {image: r/a:1}\n",
        "{}\n",
    ] {
        let report = read(text);
        assert!(report.resources.is_empty(), "{text}: {:?}", report.resources);
        // That nobody looked at it is all that is said.
        let mut rules = report.findings.iter().map(|found| &*found.rule);
        assert!(rules.all(|rule| rule == "document-not-checked"), "{text}");
        assert!(report.patterns.is_empty(), "{text}");
        let strangers: Vec<_> = report.not_checked.iter().filter_map(|n| n.doc).collect();
        assert_eq!(strangers, [0], "{text}");
    }
}

#[test]
fn lists_are_unpacked_also_in_one_another() {
    let report = read(
        "apiVersion: v1\nkind: List\nitems:\n\
         - {apiVersion: v1, kind: Service, metadata: {name: a}}\n\
         - apiVersion: v1\n  kind: List\n  items:\n\
         \x20 - {apiVersion: v1, kind: Secret, metadata: {name: b}}\n\
         \x20 - {apiVersion: v1, kind: List, items: []}\n\
         - {apiVersion: v1, kind: Pod, metadata: {name: c}, spec: {containers: []}}\n",
    );
    assert_eq!(names(&report), ["Service/a", "Secret/b", "Pod/c"]);
    assert!(report.resources.iter().all(|resource| resource.doc == 0));
    assert!(report.not_checked.iter().all(|entry| entry.doc.is_none()));
}

#[test]
fn entries_of_a_typed_list_have_its_kind() {
    let text = "apiVersion: apps/v1\nkind: DeploymentList\nmetadata: {resourceVersion: \"1\"}\nitems:\n\
        - metadata:\n    name: silent\n  spec:\n    template:\n      spec:\n        containers:\n\
        \x20       - name: app\n          image: r/a:1\n          securityContext: {}\n\
        - {apiVersion: apps/v1, kind: Deployment, metadata: {name: spoken}}\n";
    let report = read(text);
    assert_eq!(names(&report), ["Deployment/silent", "Deployment/spoken"]);
    assert_eq!(report.resources[0].api_version, "apps/v1");
    let found = only(text, ROOT, Scope::Open);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].path, "/spec/template/spec/containers/0/securityContext/runAsNonRoot");
    assert_eq!(shown(text, &found[0]), "securityContext");
    assert_eq!(found[0].range.unwrap().start.line, 13);
}

#[test]
fn an_entry_of_a_list_that_is_no_object_is_named() {
    for text in [
        "apiVersion: v1\nkind: List\nitems:\n- {kind: Pod, spec: {}}\n- {replicas: 2}\n",
        "apiVersion: v1\nkind: List\nitems:\n- {kind: Pod, spec: {}}\n- text\n- null\n",
        "apiVersion: v1\nkind: PodList\nitems:\n- {kind: Pod, spec: {}}\n- text\n",
    ] {
        let report = read(text);
        assert_eq!(report.resources.len(), 1, "{text}");
        let named: Vec<_> = report.not_checked.iter().filter(|n| n.doc == Some(0)).collect();
        assert_eq!(named.len(), 1, "{text}");
        assert!(named[0].reason.contains("list"), "{text}: {}", named[0].reason);
    }
}

#[test]
fn an_empty_list_is_nothing_to_judge_and_no_stranger() {
    let report = read("apiVersion: v1\nkind: List\nitems: []\n");
    assert!(report.resources.is_empty());
    assert!(report.not_checked.iter().all(|entry| entry.doc.is_none()));
}

#[test]
fn lists_nested_without_end_are_named_not_followed() {
    let mut text = "{kind: Pod}".to_owned();
    for _ in 0..40 {
        text = format!("{{kind: List, items: [{text}]}}");
    }
    let report = read(&text);
    assert!(report.resources.is_empty());
    assert_eq!(report.not_checked.iter().filter(|entry| entry.doc == Some(0)).count(), 1);
}

#[test]
fn objects_of_an_openshift_template_are_unpacked() {
    let report = read(
        "apiVersion: template.openshift.io/v1\nkind: Template\nmetadata: {name: t}\nobjects:\n\
         - {apiVersion: v1, kind: Service, metadata: {name: \"${NAME}\"}}\n\
         - {apiVersion: apps.openshift.io/v1, kind: DeploymentConfig, metadata: {name: d}}\n",
    );
    assert_eq!(names(&report), ["Service/${NAME}", "DeploymentConfig/d"]);
}

#[test]
fn a_kind_that_merely_ends_in_list_stays_whole() {
    let text =
        "apiVersion: example.com/v1\nkind: AllowList\nmetadata: {name: a}\nspec: {items: [x]}\n";
    assert_eq!(names(&read(text)), ["AllowList/a"]);
}

#[test]
fn documents_keep_their_index() {
    let text =
        "---\n# nothing\n---\nkind: Pod\nspec: {}\n---\nnot: an object\n---\nkind: Service\n";
    let report = read(text);
    let docs: Vec<usize> = report.resources.iter().map(|resource| resource.doc).collect();
    let strangers: Vec<usize> = report.not_checked.iter().filter_map(|n| n.doc).collect();
    assert_eq!((docs, strangers), (vec![0, 2], vec![1]));
    let counts = |report: &Report| {
        let summary = report.summary;
        (summary.checked, summary.not_checked, summary.empty)
    };
    assert_eq!(counts(&report), (2, 1, 1));

    // An empty document is counted where somebody hands one over.
    let pod = patternwarden_yaml::read("kind: Pod\nspec: {}\n").documents.remove(0);
    let stream = Stream { documents: vec![Document::default(), pod], ..Stream::default() };
    let report = check(&stream, &Settings::default());
    assert_eq!(report.resources[0].doc, 1);
    assert!(report.not_checked.iter().all(|entry| entry.doc.is_none()));
    assert_eq!(counts(&report), (1, 0, 1));
}

#[test]
fn documents_without_content_are_found_where_they_are_when_asked_for() {
    let text = "rules: {document-not-checked: {report_empty: true}}";
    let document = patternwarden_yaml::read(text).documents.remove(0);
    let settings = Settings::from_document(&document).expect("settings");
    let settings = settings.only(|rule| rule.id == "document-not-checked");
    let text = "# first\n---\nkind: Pod\nspec: {}\n---\n---\nnull\n---\n{}\n--- # last\n";
    let stream = patternwarden_yaml::read(text);
    let report = check(&stream, &settings);
    let empty = report.findings.iter().filter(|f| f.message.contains("nothing is in"));
    let starts: Vec<u32> = empty.map(|f| f.range.unwrap().start.line).collect();
    // As kubectl cuts it: a line of dashes behind another one belongs to what it opens.
    assert_eq!((starts, stream.empty.len()), (vec![1, 6], 2));
}

const UNSELECTED: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n\
    spec: {selector: {app: web}, ports: [{port: 80}]}\n";

#[test]
fn bundle_rules_speak_on_complete_inputs_only() {
    let rules = RULES.iter().filter(|rule| rule.enabled && rule.surfaces == [Surface::Bundle]);
    let ids: Vec<&str> = rules.map(|rule| rule.id).collect();
    assert!(ids.contains(&"service-selects-nothing"));

    let open = read(UNSELECTED);
    assert!(open.findings.iter().all(|finding| !ids.contains(&&*finding.rule)));
    let silent: Vec<&NotChecked> =
        open.not_checked.iter().filter(|n| n.reason.contains("not said to be complete")).collect();
    assert_eq!(silent.iter().map(|n| n.rule.as_deref().unwrap()).collect::<Vec<_>>(), ids);

    let closed = closed(UNSELECTED);
    assert!(closed.findings.iter().any(|finding| finding.rule == "service-selects-nothing"));
    assert!(closed.not_checked.iter().all(|n| !n.reason.contains("complete")));
}

#[test]
fn namespaces_are_kept_apart() {
    let pod = |namespace: &str| {
        format!(
            "{UNSELECTED}---\napiVersion: v1\nkind: Pod\n\
             metadata: {{name: p, namespace: {namespace}, labels: {{app: web}}}}\n\
             spec: {{containers: []}}\n"
        )
    };
    let found = |text: &str| only(text, "service-selects-nothing", Scope::Closed).len();
    assert_eq!(found(&pod("default")), 0);
    assert_eq!(found(&pod("other")), 1);
}

fn owned(controller: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  ownerReferences:\n  \
         - {{apiVersion: apps/v1, kind: ReplicaSet, name: r, uid: u, controller: {controller}}}\n\
         spec:\n  containers:\n  - name: app\n    image: app\n    ports: [{{containerPort: 8080}}]\n"
    )
}

#[test]
fn what_a_controller_made_is_judged_for_containment_only() {
    let strict = Settings::default().only(|_| true).with_scope(Scope::Closed);
    let run = |text: &str| check(&patternwarden_yaml::read(text), &strict).findings;
    let (made, written) = (run(&owned("true")), run(&owned("false")));
    assert!(made.iter().any(|finding| finding.rule == ROOT));
    for finding in &made {
        let rule = patternwarden::rules::find(&finding.rule).unwrap();
        assert!(rule.is_security(), "{}", rule.id);
        assert!(written.iter().any(|other| other.key == finding.key), "{}", finding.key);
    }
    // A word where a boolean belongs does not make an owner; that it is wrong is another matter.
    let keys = |findings: &[Finding]| {
        let others = findings.iter().filter(|finding| finding.rule != "field-type-invalid");
        others.map(|finding| finding.key.clone()).collect::<Vec<_>>()
    };
    assert_eq!(keys(&run(&owned("\"true\""))), keys(&written));

    let service = |controller: &str| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: web, ownerReferences: [{{controller: \
             {controller}}}]}}\nspec: {{selector: {{app: web}}}}\n"
        )
    };
    let silent = |text: &str| run(text).iter().all(|found| found.rule != "service-selects-nothing");
    assert!(silent(&service("true")));
    assert!(!silent(&service("false")));
}

#[test]
fn pointers_count_from_the_object_and_positions_from_the_text() {
    let text = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  \
        metadata: {name: c}\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: p}\n  spec:\n    \
        containers:\n    - name: a\n      image: r/a:1\n      securityContext:\n        \
        runAsNonRoot: \"yes\"\n";
    let found = only(text, ROOT, Scope::Open);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].resource, Some(1));
    assert_eq!(found[0].path, "/spec/containers/0/securityContext/runAsNonRoot");
    assert_eq!(found[0].range.unwrap().start.line, 15);
    assert_eq!(shown(text, &found[0]), "\"yes\"");
}

#[test]
fn every_node_knows_the_object_that_holds_it() {
    let text = "kind: List\nitems:\n- kind: Pod\n  spec: {containers: [{name: a}]}\n\
        - {kind: List, items: [{kind: Service, spec: {ports: [1]}}, 3]}\n---\nkind: Job\nspec: {}\n\
        ---\nloose: [1]\n";
    let stream = patternwarden_yaml::read(text);
    let bundle = Bundle::new(&stream.documents);
    let set = Set::new(&bundle, Scope::Open);
    let mut nodes: Vec<Node<'_>> = set.documents().filter_map(Document::root).collect();
    let mut at = 0;
    while at < nodes.len() {
        nodes.extend(nodes[at].children());
        at += 1;
    }
    let above = |node: Node<'_>| {
        let mut above = Some(node);
        while let Some(at) = above {
            if let Some(found) = set.objects().find(|object| object.node == at) {
                return Some(found.index);
            }
            above = at.parent();
        }
        None
    };
    let mut held = 0;
    for node in nodes {
        assert_eq!(set.object_holding(node).map(|object| object.index), above(node));
        held += usize::from(above(node).is_some());
    }
    assert!(held > 10, "{held}");
}

#[test]
fn objects_are_found_by_their_kind() {
    let text = "kind: Pod\nmetadata: {name: a}\n---\nkind: Service\n---\nkind: Pod\n---\nkind: 3\n";
    let stream = patternwarden_yaml::read(text);
    let bundle = Bundle::new(&stream.documents);
    let set = Set::new(&bundle, Scope::Open);
    let of = |kind: &str| set.of_kind(kind).map(|object| object.index).collect::<Vec<_>>();
    assert_eq!(of("Pod"), [0, 2]);
    assert_eq!(of("Service"), [1]);
    assert_eq!(of("Secret"), [0; 0]);
}
