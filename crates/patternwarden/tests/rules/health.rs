//! Probes, hooks, Jobs and rollouts by cases: severities, numbers and repairs that examples cannot show.

use crate::support::{Judged, judge, settings};
use patternwarden::rule::Grade;
use patternwarden::set::Scope;
use patternwarden::{Severity, rules};

/// What one rule says about a text on a complete input.
fn said(id: &str, target: &str, text: &str) -> Judged {
    assert!(rules::find(id).is_some(), "{id}");
    let json = format!(r#"{{"target":"{target}"}}"#);
    judge(text, &settings(&json).only(|other| other.id == id).with_scope(Scope::Closed))
}

fn severities(id: &str, text: &str) -> Vec<Severity> {
    said(id, "1.36", text).findings.iter().map(|f| f.severity).collect()
}

fn messages(id: &str, text: &str) -> Vec<String> {
    said(id, "1.36", text).findings.into_iter().map(|f| f.message).collect()
}

/// A Pod with one container; both are given as the inside of a flow mapping.
fn pod(spec: &str, container: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\n\
         spec: {{{spec} containers: [{{name: app, image: 'r.example/a:1', {container}}}]}}\n"
    )
}

fn deployment(name: &str, spec: &str, pod: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\n\
         spec: {{{spec} selector: {{matchLabels: {{app: a}}}}, \
         template: {{metadata: {{labels: {{app: a}}}}, spec: {{{pod}}}}}}}\n"
    )
}

const SLIDE: &str = "containers: [{name: random-generator, image: 'k8spatterns/random-generator:1.0', \
    livenessProbe: {httpGet: {path: /actuator/health, port: 8080}}, \
    readinessProbe: {grpc: {port: 5000}}, \
    startupProbe: {exec: {command: [stat, /opt/jboss/wildfly/tmp/startup-marker]}, \
    initialDelaySeconds: 30, periodSeconds: 60, failureThreshold: 15}}]";

#[test]
fn the_health_probe_slide_is_explained() {
    let text = deployment("rg", "", SLIDE);
    let budget = said("startup-probe-budget", "1.36", &text);
    let [finding] = budget.findings.as_slice() else { panic!("{:?}", budget.findings) };
    for number in ["930 s", "870 s", "600 s"] {
        assert!(finding.message.contains(number), "{}", finding.message);
    }
    assert_eq!(finding.severity, Severity::Warning);
    let grades: Vec<_> = finding.fixes.iter().map(|fix| fix.grade).collect();
    // A later deadline alone would leave a start of 930 s, so it is offered where it is all that lacks.
    assert_eq!(grades, [Grade::Review]);
    let shorter = SLIDE.replace(
        "periodSeconds: 60, failureThreshold: 15",
        "periodSeconds: 20, failureThreshold: 28",
    );
    let late = deployment("rg", "progressDeadlineSeconds: 500,", &shorter);
    let budget = said("startup-probe-budget", "1.36", &late);
    let grades: Vec<_> = budget.findings[0].fixes.iter().map(|fix| fix.grade).collect();
    assert_eq!(grades, [Grade::Safe, Grade::Review]);
    let ports = messages("probe-port-undeclared", &text);
    assert_eq!(ports.len(), 2, "{ports:?}");
    assert!(ports.iter().all(|message| message.contains("three technologies")), "{ports:?}");
    assert_eq!(severities("liveness-scope-too-wide", &text), [Severity::Warning]);
    assert_eq!(severities("probe-file-on-readonly-root", &text), []);
}

#[test]
fn a_port_of_another_host_is_not_the_containers() {
    let hook = |host: &str| {
        let get = format!("{{httpGet: {{host: {host}, path: /hello, port: 9000}}}}");
        pod("", &format!("ports: [{{containerPort: 8080}}], lifecycle: {{postStart: {get}}}"))
    };
    assert_eq!(severities("probe-port-undeclared", &hook("registry.example")), []);
    assert_eq!(severities("probe-port-undeclared", &hook("127.0.0.1")).len(), 1);
}

#[test]
fn hostile_numbers_end_in_findings_and_never_in_wrong_repairs() {
    for huge in ["9223372036854775807", "-9223372036854775808", "2147483647"] {
        let probe = format!(
            "{{tcpSocket: {{port: 1}}, initialDelaySeconds: {huge}, periodSeconds: {huge}, failureThreshold: {huge}}}"
        );
        let container = format!(
            "containers: [{{name: a, image: 'r.example/a:1', startupProbe: {probe}, \
             livenessProbe: {probe}, readinessProbe: {probe}}}]"
        );
        let text = deployment("a", &format!("minReadySeconds: {huge},"), &container);
        let judged = said("startup-probe-budget", "1.36", &text);
        let fixes = || judged.findings.iter().flat_map(|finding| &finding.fixes);
        assert!(!judged.findings.is_empty());
        if !huge.starts_with('-') {
            assert!(fixes().all(|fix| fix.grade != Grade::Safe), "no deadline is that long");
        }
        assert_eq!(severities("liveness-scope-too-wide", &text).len(), 1);
        let hook = pod("", &format!("lifecycle: {{preStop: {{sleep: {{seconds: {huge}}}}}}}"));
        assert_eq!(
            severities("prestop-exceeds-grace", &hook).len(),
            usize::from(!huge.starts_with('-'))
        );
    }
}

const GRACE: &str = "terminationGracePeriodSeconds: 60,";

#[test]
fn a_hook_is_measured_against_the_grace_period() {
    let hook = |grace: &str, hook: &str| {
        severities("prestop-exceeds-grace", &pod(grace, &format!("lifecycle: {{preStop: {hook}}}")))
    };
    assert_eq!(hook("", "{sleep: {seconds: 31}}"), [Severity::Error]);
    assert_eq!(hook("", "{sleep: {seconds: 30}}"), [Severity::Warning]);
    assert_eq!(hook("", "{sleep: {seconds: 29}}"), []);
    assert_eq!(hook(GRACE, "{exec: {command: [sleep, '60']}}"), [Severity::Warning]);
    assert_eq!(hook(GRACE, "{exec: {command: [sh, -c, 'a; sleep 59.9; b']}}"), []);
    assert_eq!(
        hook(GRACE, "{exec: {command: [/bin/sh, -c, 'a && sleep 2m']}}"),
        [Severity::Warning]
    );
    assert_eq!(hook(GRACE, "{exec: {command: [echo, sleep, '99']}}"), []);
    assert_eq!(
        hook("terminationGracePeriodSeconds: 0,", "{exec: {command: [a]}}"),
        [Severity::Warning]
    );
    let zero = pod("", "lifecycle: {preStop: {sleep: {seconds: 0}}}");
    let refused = said("prestop-exceeds-grace", "1.32", &zero);
    assert_eq!(refused.findings.len(), 1);
    let older = settings(r#"{"target":"1.32"}"#).only(|other| other.id == "prestop-exceeds-grace");
    let fixed = refused.fixed(0, &refused.findings[0].fixes[0], &older);
    assert_eq!(fixed.findings.len(), 0);
    assert_eq!(said("prestop-exceeds-grace", "1.33", &zero).findings.len(), 0);
}

#[test]
fn one_repair_of_the_grace_period_serves_all_hooks() {
    let hook = |name: &str, seconds: i64| {
        format!(
            "{{name: {name}, image: 'r.example/a:1', lifecycle: {{preStop: {{sleep: {{seconds: {seconds}}}}}}}}}"
        )
    };
    let text = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{containers: [{}, {}]}}\n",
        hook("a", 90),
        hook("b", 40)
    );
    let judged = said("prestop-exceeds-grace", "1.36", &text);
    assert_eq!(judged.findings.len(), 2);
    for at in 0..2 {
        let fixed = judged.fixed(at, &judged.findings[at].fixes[0], &settings("{}"));
        let left = fixed.findings.iter().filter(|f| f.rule.id == "prestop-exceeds-grace").count();
        assert_eq!(left, 0, "the repair of finding {at}");
    }
}

#[test]
fn what_is_no_list_is_never_replaced_by_one() {
    let job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a}\nspec: {template: {spec: {LIST \
        restartPolicy: Never, containers: [{name: a, image: 'r.example/a:1'}, \
        {name: proxy, image: 'r.example/p:1'}]}}}\n";
    let fixes = |list: &str| {
        let judged = said("job-sidecar-blocks-completion", "1.36", &job.replace("LIST", list));
        judged.findings[0].fixes.len()
    };
    assert_eq!(fixes(""), 1);
    assert_eq!(fixes("initContainers: ~,"), 1);
    assert_eq!(fixes("initContainers: [{name: i, image: 'r.example/i:1'}],"), 1);
    assert_eq!(fixes("initContainers: {name: i, image: 'r.example/i:1'},"), 0);
    assert_eq!(fixes("initContainers: i,"), 0);
    let read_only = "securityContext: {readOnlyRootFilesystem: true}, \
        readinessProbe: {exec: {command: [cat, /tmp/ready]}}, volumeMounts: MOUNTS";
    let fixes = |mounts: &str| {
        let text = pod("", &read_only.replace("MOUNTS", mounts));
        said("probe-file-on-readonly-root", "1.36", &text).findings[0].fixes.len()
    };
    assert_eq!(fixes("[]"), 1);
    assert_eq!(fixes("{name: tmp, mountPath: /tmp}"), 0);
}

#[test]
fn a_scratch_volume_is_safe_only_where_it_hides_nothing() {
    let grades = |file: &str| {
        let container = format!(
            "securityContext: {{readOnlyRootFilesystem: true}}, \
             livenessProbe: {{exec: {{command: [sh, -c, 'test -f {file}']}}}}"
        );
        let judged = said("probe-file-on-readonly-root", "1.36", &pod("", &container));
        let fixes = judged.findings.iter().flat_map(|f| f.fixes.iter().map(|fix| fix.grade));
        (judged.findings.len(), fixes.collect::<Vec<_>>())
    };
    assert_eq!(grades("/tmp/ready"), (1, vec![Grade::Safe]));
    assert_eq!(grades("/opt/jboss/wildfly/tmp/marker"), (1, vec![Grade::Safe]));
    assert_eq!(grades("/app/ready"), (1, vec![Grade::Review]));
    assert_eq!(grades("/ready"), (1, vec![]), "a root cannot be mounted over");
    assert_eq!(grades("/proc/1/status"), (0, vec![]));
    assert_eq!(grades("relative"), (0, vec![]));
}

#[test]
fn what_may_be_single_is_judged_by_what_speaks_for_it() {
    const ONE: &str = "containers: [{name: a, image: 'r.example/a:1'}]";
    let severity = |text: &str| severities("singleton-rolling-update", text);
    let named = |name| severity(&deployment(name, "", ONE));
    assert_eq!(named("web"), [Severity::Hint]);
    assert_eq!(named("night-cron"), [Severity::Warning]);
    let annotated = deployment("web, annotations: {patternwarden.dev/singleton: 'true'}", "", ONE);
    assert_eq!(severity(&annotated), [Severity::Warning]);
    let port = "containers: [{name: a, image: 'r.example/a:1', ports: [{containerPort: 1, hostPort: 80}]}]";
    assert_eq!(severity(&deployment("web", "", port)), [Severity::Warning]);
    let spec = |spec: &str| severity(&deployment("web", spec, ONE));
    assert_eq!(spec("replicas: 2,"), []);
    assert_eq!(spec("replicas: 0,"), []);
    assert_eq!(spec("strategy: {type: Recreate},"), []);
    assert_eq!(spec("strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 1}},"), []);
    assert_eq!(spec("strategy: {rollingUpdate: {maxSurge: 0%}},"), []);
    assert_eq!(
        spec("strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1%}},"),
        [Severity::Hint]
    );
    let rights = |verbs: &str, args: &str| {
        let pod = format!("containers: [{{name: a, image: 'r.example/a:1', args: [{args}]}}]");
        severity(&format!(
            "{}---\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{name: r}}\n\
             rules: [{{apiGroups: [''], resources: [configmaps], verbs: [{verbs}]}}]\n---\n\
             apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {{name: r}}\n\
             roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}}\n\
             subjects: [{{kind: ServiceAccount, name: default, namespace: default}}]\n",
            deployment("web", "", &pod)
        ))
    };
    assert_eq!(rights("get, list", ""), [Severity::Hint]);
    assert_eq!(rights("get, patch", ""), [Severity::Warning]);
    assert_eq!(rights("get, patch", "--leader-elect=true"), [Severity::Hint]);
}

#[test]
fn what_defaults_fill_in_changes_no_verdict() {
    let same = |id: &str, written: &str, filled: &str| {
        let found = |text: &str| {
            let judged = said(id, "1.36", text);
            judged.findings.into_iter().map(|f| (f.severity, f.message)).collect::<Vec<_>>()
        };
        assert_eq!(found(written), found(filled), "{id}");
        assert!(!found(written).is_empty(), "{id}");
    };
    let handlers = |more: &str| {
        pod(
            "",
            &format!(
                "livenessProbe: {{httpGet: {{port: 1{more}}}}}, readinessProbe: {{httpGet: {{port: 1}}}}"
            ),
        )
    };
    same("liveness-scope-too-wide", &handlers(""), &handlers(", path: /, scheme: HTTP"));
    let tag = |more: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{containers: [{{name: a, image: IMAGE{more}}}]}}\n"
        )
    };
    for (image, policy) in [("a", "Always"), ("'a:latest'", "Always"), ("'a:main'", "IfNotPresent")]
    {
        let filled = tag(&format!(", imagePullPolicy: {policy}"));
        same(
            "image-tag-mutable",
            &tag("").replace("IMAGE", image),
            &filled.replace("IMAGE", image),
        );
    }
    same(
        "startup-probe-budget",
        &deployment("rg", "", SLIDE),
        &deployment("rg", "progressDeadlineSeconds: 600, minReadySeconds: 0,", SLIDE),
    );
    let hook = "lifecycle: {preStop: {sleep: {seconds: 45}}}";
    same("prestop-exceeds-grace", &pod("", hook), &pod("terminationGracePeriodSeconds: 30,", hook));
    let port = "readinessProbe: {tcpSocket: {port: 2}}, ports: [{containerPort: 1PROTOCOL}]";
    let declared = |protocol| pod("", &port.replace("PROTOCOL", protocol));
    same("probe-port-undeclared", &declared(""), &declared(", protocol: TCP"));
}
