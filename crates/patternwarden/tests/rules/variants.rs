//! What examples cannot show: severities and words that depend on the target or the rest of a Pod.

use crate::support::{Judged, judge, settings};
use patternwarden::Severity;
use patternwarden::set::Scope;

/// What one rule says about a text on a complete input.
fn said(id: &str, target: &str, text: &str) -> Judged {
    let json = format!(r#"{{"target":"{target}"}}"#);
    judge(text, &settings(&json).only(|other| other.id == id).with_scope(Scope::Closed))
}

/// Severity and message of the findings of one rule.
fn words(id: &str, text: &str) -> Vec<(Severity, String)> {
    said(id, "1.36", text).findings.into_iter().map(|f| (f.severity, f.message)).collect()
}

fn pod(spec: &str) -> String {
    format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {spec}\n")
}

const MODELCAR: &str = "{shareProcessNamespace: true, containers: [\
    {name: car, image: 'r.example/m:1', command: [sh, -c, 'ln -s /proc/$$$$/root/m /mnt/m'], \
     volumeMounts: [{name: mnt, mountPath: /mnt}]SECURITY}, \
    {name: server, image: 'r.example/s:1', securityContext: {runAsUser: 2000}, \
     volumeMounts: [{name: mnt, mountPath: /mnt}]}], volumes: [{name: mnt, emptyDir: {}}]}";

#[test]
fn image_volumes_are_offered_from_the_version_that_has_them() {
    let text = pod(&MODELCAR.replace("SECURITY", ""));
    let severity = |target| {
        let judged = said("config-image-volume-available", target, &text);
        judged.findings.iter().map(|f| f.severity).collect::<Vec<_>>()
    };
    assert_eq!(severity("1.34"), []);
    assert_eq!(severity("1.35"), [Severity::Hint]);
    assert_eq!(severity("1.36"), [Severity::Info]);
}

#[test]
fn different_users_cannot_read_one_another() {
    let said = |security: &str| {
        words("process-namespace-shared", &pod(&MODELCAR.replace("SECURITY", security)))
    };
    let denied = |security: &str| said(security).iter().any(|(_, m)| m.contains("denied"));
    assert!(denied(", securityContext: {runAsUser: 1000}"));
    assert!(!denied(", securityContext: {runAsUser: 2000}"));
    assert!(!denied(", securityContext: {runAsUser: 1000, capabilities: {add: [SYS_PTRACE]}}"));
    assert!(!denied(""), "the user of the image is not known");
    let alone =
        pod("{shareProcessNamespace: true, containers: [{name: a, image: 'r.example/a:1'}]}");
    assert_eq!(words("process-namespace-shared", &alone)[0].0, Severity::Hint);
}

#[test]
fn a_service_is_only_called_wrong_when_a_workload_could_be_meant() {
    let service =
        "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {selector: {app: a}}\n";
    let one = |labels: &str, name: &str| {
        format!(
            "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, labels: {labels}}}\nspec: {{containers: []}}\n"
        )
    };
    let severities = |more: String| {
        let found = words("service-selects-nothing", &format!("{service}{more}"));
        found.into_iter().map(|(severity, _)| severity).collect::<Vec<_>>()
    };
    assert_eq!(severities(String::new()), [Severity::Info]);
    assert_eq!(severities(one("{app: b}", "x")), [Severity::Warning]);
    assert_eq!(severities(one("{app: a}", "x")), []);
    assert_eq!(severities(one("{app: a}", "x") + &one("{app: a}", "y")), [Severity::Info]);
    let text = format!("{service}{}{}", one("{app: b}", "x"), one("{app: c}", "y"));
    let two_near = said("service-selects-nothing", "1.36", &text);
    assert!(two_near.findings[0].fixes.is_empty(), "nobody knows which one is meant");
}

#[test]
fn a_runtime_that_is_known_is_named() {
    let text = pod(
        "{securityContext: {runAsUser: 1}, containers: [{name: a, image: 'r.example/a:1', \
        ports: [{containerPort: 443}], securityContext: {capabilities: {add: [NET_BIND_SERVICE]}}}]}",
    );
    for (runtime, word) in [("unknown", "depends"), ("all", "without it"), ("above-1023", "fails")]
    {
        let json = format!(
            r#"{{"rules":{{"capability-ineffective":{{"runtime_unprivileged_ports":"{runtime}"}}}}}}"#
        );
        let judged = judge(&text, &settings(&json).only(|r| r.id == "capability-ineffective"));
        let message = &judged.findings[0].message;
        assert!(message.contains(word) && message.contains("443"), "{message}");
    }
}

#[test]
fn a_lock_call_says_each_pitfall_once() {
    let call = |body: &str| {
        let script = format!("curl localhost:3500/v1.0-alpha1/lock/s -d {body} | grep success");
        let text = pod(&format!(
            "{{containers: [{{name: a, image: 'r.example/a:1', args: [{script:?}]}}]}}"
        ));
        let found = words("dapr-lock-call", &text).into_iter();
        found
            .filter(|(severity, _)| *severity == Severity::Warning)
            .map(|(_, m)| m)
            .collect::<Vec<_>>()
    };
    assert_eq!(call(r#"{"lockOwner":"$U","expiryInSeconds":600}"#), [""; 0]);
    assert_eq!(call(r#"{"lockOwner":"$(U)","expiryInSeconds":$E}"#), [""; 0]);
    assert_eq!(call(r#"{"lockOwner":"$U","expiryInSeconds":0}"#).len(), 1);
    assert_eq!(call(r#"{"lockOwner":"$U","expiryInSeconds":601}"#).len(), 1);
    assert_eq!(call(r#"{"lockOwner":"{{ .U }}"}"#).len(), 1);
    assert_eq!(call(r#"{"lockOwner":"abc","expiryInSeconds":60}"#).len(), 1);
    assert_eq!(call("@body.json"), [""; 0], "what is not seen is not judged");
}

/// The three controls of the Pod Security Standards, as the standards state them.
#[test]
fn containment_is_judged_as_the_pod_security_standards_do() {
    const FLAGS: [Option<bool>; 3] = [None, Some(true), Some(false)];
    let flag =
        |key: &str, value: Option<bool>| value.map_or(String::new(), |v| format!("{key}: {v}, "));
    let lists = ["initContainers", "containers", "ephemeralContainers"];
    let drops =
        [("", false), ("[]", false), ("[NET_RAW]", false), ("[all]", false), ("[X, ALL]", true)];
    let mut cases = 0;
    for target in ["1.29", "1.34", "1.35", "1.37"] {
        for (list, windows, users) in lists
            .iter()
            .flat_map(|list| [true, false].map(|windows| (list, windows)))
            .flat_map(|(list, windows)| FLAGS.map(|users| (list, windows, users)))
        {
            for (at_pod, own, drop) in FLAGS
                .iter()
                .flat_map(|at_pod| FLAGS.map(|own| (*at_pod, own)))
                .flat_map(|(at_pod, own)| drops.map(|drop| (at_pod, own, drop)))
            {
                let dropped = match drop.0 {
                    "" => String::new(),
                    list => format!("capabilities: {{drop: {list}}}, "),
                };
                let os = if windows { "os: {name: windows}, " } else { "" };
                let text = pod(&format!(
                    "{{{os}{}securityContext: {{{}}}, {list}: [{{name: a, image: 'r.example/a:1', \
                     securityContext: {{{}{}{dropped}}}}}]}}",
                    flag("hostUsers", users),
                    flag("runAsNonRoot", at_pod),
                    flag("runAsNonRoot", own),
                    flag("allowPrivilegeEscalation", own),
                ));
                let fails = |id| !said(id, target, &text).findings.is_empty();
                let relaxed = users == Some(false) && target >= "1.35";
                let root = at_pod == Some(false)
                    || own == Some(false)
                    || (own.is_none() && at_pod != Some(true));
                assert_eq!(fails("run-as-non-root-missing"), root && !relaxed, "{target} {text}");
                let escalates = !windows && own != Some(false);
                assert_eq!(fails("privilege-escalation-allowed"), escalates, "{target} {text}");
                assert_eq!(fails("capability-not-dropped"), !windows && !drop.1, "{target} {text}");
                cases += 1;
            }
        }
    }
    assert_eq!(cases, 4 * 3 * 2 * 3 * 3 * 3 * 5);
}

#[test]
fn what_is_milder_than_its_rule_says_so() {
    let storage = |policy: &str| {
        let json = format!(r#"{{"rules": {{"storage-class-policy": {policy}}}}}"#);
        let claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: a}\n\
            spec: {storageClassName: '', accessModes: [ReadWriteOnce]}\n";
        let settings = settings(&json).only(|rule| rule.id == "storage-class-policy");
        judge(claim, &settings).findings.iter().map(|f| f.severity).collect::<Vec<_>>()
    };
    assert_eq!(storage(r#"{"require": true}"#), [Severity::Info]);
    assert_eq!(storage(r#"{"denied": ["?*"]}"#), []);
    assert_eq!(storage(r#"{"denied": [""]}"#), [Severity::Warning]);

    let service = |name: &str, more: &str| {
        let spec = format!("spec: {{type: ExternalName, externalName: {name}{more}}}");
        let text = format!("apiVersion: v1\nkind: Service\nmetadata: {{name: a}}\n{spec}\n");
        words("service-externalname-unsafe", &text)
    };
    let worst = |found: Vec<(Severity, String)>| found.into_iter().map(|(s, _)| s).max();
    assert_eq!(worst(service("localhost", "")), Some(Severity::Warning));
    assert_eq!(worst(service("db.other.svc.cluster.local", "")), Some(Severity::Info));
    assert_eq!(worst(service("db.default.svc.cluster.local", "")), None);
    assert_eq!(worst(service("api.example", ", selector: {app: a}")), Some(Severity::Hint));
    assert!(service("127.0.0.1", "")[0].1.contains("loopback"));
    assert!(service("169.254.169.254", "")[0].1.contains("metadata"));

    let ingress = |name: &str| {
        let rule = "{http: {paths: [{path: /x, pathType: Exact}]}}";
        format!(
            "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: {name}}}\n\
             spec: {{rules: [{rule}, {rule}, {rule}]}}\n"
        )
    };
    // Each path that is claimed already is said once, however often it is claimed.
    assert_eq!(words("ingress-conflict", &ingress("a")).len(), 2);
    let both = format!("{}---\n{}", ingress("a"), ingress("b"));
    assert_eq!(words("ingress-conflict", &both).len(), 5);
}
