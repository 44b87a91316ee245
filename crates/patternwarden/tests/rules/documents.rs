//! Documents and their metadata: what was read, what stands there twice, what a platform demands.

use crate::asked::{places, said, severities};
use crate::only;
use crate::support::judge;
use patternwarden::{Grade, Severity};

#[test]
fn a_known_kind_of_an_unknown_version_is_a_warning() {
    let of = |version: &str, kind: &str| {
        let text = format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{name: a}}\n");
        severities(&judge(&text, &only("document-not-checked")))
    };
    for (version, kind) in [
        ("v1", "Deployment"),
        ("networking.k8s.io/v1", "Deployment"),
        ("v1", "Ingress"),
        ("apps/v1", "Service"),
        ("apps/v9", "Deployment"),
        ("batch/v3", "Job"),
        ("networking.k8s.io/v7", "Ingress"),
    ] {
        assert_eq!(of(version, kind), [Severity::Warning], "{version} {kind}");
    }
    for (version, kind) in
        [("config.openshift.io/v1", "Ingress"), ("example.com/v1", "Deployment"), ("v1", "Unheard")]
    {
        assert_eq!(of(version, kind), [Severity::Info], "{version} {kind}");
    }
    for (version, kind) in [
        ("v1", "Service"),
        // Versions of old are the matter of the rule about what was removed.
        ("extensions/v1beta1", "Deployment"),
        ("networking.k8s.io/v1beta1", "Ingress"),
        ("autoscaling/v1", "HorizontalPodAutoscaler"),
        ("batch/v2alpha1", "CronJob"),
        ("gateway.networking.k8s.io/v1", "HTTPRoute"),
        ("monitoring.coreos.com/v1", "ServiceMonitor"),
        ("route.openshift.io/v1", "Route"),
        ("keda.sh/v1alpha1", "ScaledObject"),
    ] {
        assert_eq!(of(version, kind), [], "{version} {kind}");
    }
}

#[test]
fn the_same_object_twice_is_an_error_in_one_text() {
    let map = |meta: &str, mode: &str| {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {meta}\ndata: {{MODE: {mode}}}\n")
    };
    let of = |texts: &[String]| severities(&judge(&texts.join("---\n"), &only("object-duplicate")));
    let first = map("{name: a}", "dev");
    assert_eq!(of(&[first.clone(), map("{name: a}", "prod")]), [Severity::Error]);
    assert_eq!(of(&[first.clone(), first.clone()]), [Severity::Info]);
    assert_eq!(of(&[first.clone(), map("{name: a, namespace: ''}", "prod")]), [Severity::Error]);
    for other in [
        "{name: b}",
        "{name: a, namespace: default}",
        "{generateName: a}",
        "{name: a, generateName: a}",
    ] {
        assert_eq!(of(&[first.clone(), map(other, "prod")]), [], "{other}");
    }
    let secret = map("{name: a}", "dev").replace("ConfigMap", "Secret");
    assert_eq!(of(&[first.clone(), secret]), []);
    // Lists are unpacked first.
    let item = |text: &str| format!("  - {}", text.trim_end().replace('\n', "\n    "));
    let two = [item(&first), item(&map("{name: a}", "prod"))].join("\n");
    let list = format!("apiVersion: v1\nkind: List\nitems:\n{two}\n");
    assert_eq!(of(&[list]), [Severity::Error]);
}

#[test]
fn ports_are_numbers_or_names_where_they_may_be() {
    let of = |text: &str| judge(text, &only("port-invalid"));
    let service = |spec: &str| {
        format!("apiVersion: v1\nkind: Service\nmetadata: {{name: a}}\nspec: {spec}\n")
    };
    // Text where only a number may stand is the matter of another rule.
    assert_eq!(places(&of(&service("{ports: [{port: '80', nodePort: x}]}"))), [""; 0]);
    let named = |name: &str| {
        places(&of(&service(&format!("{{ports: [{{port: 1, targetPort: {name:?}}}]}}")))).len()
    };
    for good in ["http", "http-2", "2a", "", "abcdefghijklmno"] {
        assert_eq!(named(good), 0, "{good}");
    }
    for bad in ["8080", "Http", "a--b", "-a", "a-", "abcdefghijklmnop", "a_b"] {
        assert_eq!(named(bad), 1, "{bad}");
    }
    let node = |kind: &str, more: &str| {
        let ports = format!("[{{name: a, port: 80, nodePort: 30080}}{more}]");
        severities(&of(&service(&format!("{{type: {kind}, ports: {ports}}}"))))
    };
    assert_eq!(node("ClusterIP", ""), [Severity::Error]);
    assert_eq!(node("NodePort", ""), []);
    assert_eq!(node("LoadBalancer", ", {name: b, port: 81, nodePort: 30080}"), [Severity::Error]);
    assert_eq!(node("NodePort", ", {name: b, port: 81, nodePort: 30080, protocol: UDP}"), []);
    assert_eq!(node("NodePort", ", {name: b, port: 81, nodePort: 81}"), [Severity::Info]);
}

#[test]
fn a_backend_gets_its_number_where_numbers_belong() {
    let text = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: a}\n\
        spec: {defaultBackend: {service: {name: a, port: {name: '80'}}}}\n";
    let settings = only("port-invalid");
    let judged = judge(text, &settings);
    let fix = &judged.findings[0].fixes[0];
    assert_eq!(fix.grade, Grade::Safe);
    let fixed = judged.fixed(0, fix, &settings);
    assert_eq!(places(&fixed), [""; 0]);
    let port = ["spec", "defaultBackend", "service", "port", "number"];
    let root = fixed.documents[0].root().unwrap();
    let number = port.iter().try_fold(root, |node, key| node.get(key));
    assert_eq!(number.and_then(patternwarden::tree::Node::as_i64), Some(80));
}

#[test]
fn containers_share_the_ports_of_their_pod() {
    let pod = |ports: [&str; 2]| {
        let [a, b] = ports;
        let text = format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{containers: [\
             {{name: a, image: a, ports: {a}}}, {{name: b, image: b, ports: {b}}}]}}\n"
        );
        severities(&judge(&text, &only("port-invalid")))
    };
    assert_eq!(pod(["[{containerPort: 80}]", "[{containerPort: 80}]"]), [Severity::Warning]);
    assert_eq!(pod(["[{containerPort: 80}]", "[{containerPort: 80, protocol: UDP}]"]), []);
    assert_eq!(pod(["[{containerPort: 80}, {containerPort: 80}]", "[]"]), []);
}

fn metadata(kind: &str, word: &str, entries: &str) -> String {
    format!("apiVersion: v1\nkind: {kind}\nmetadata: {{name: a, {word}: {entries}}}\nspec: {{}}\n")
}

#[test]
fn labels_are_demanded_as_settings_say() {
    let of = |params: &str, kind: &str, labels: &str| {
        let judged = said("label-policy", params, &metadata(kind, "labels", labels));
        places(&judged).len()
    };
    // Globs in the lists, and their exceptions.
    assert_eq!(of(r#"{"denied": ["old-*", "!old-id"]}"#, "Pod", "{old-id: a, old-zone: a}"), 1);
    // Keys of Kubernetes are exempt from the list of what is allowed, and from nothing else.
    let system = "{app.kubernetes.io/name: a}";
    assert_eq!(of(r#"{"allowed_only": ["x"]}"#, "Pod", system), 0);
    assert_eq!(of(r#"{"allowed_only": ["x"], "allow_system": false}"#, "Pod", system), 1);
    assert_eq!(of(r#"{"denied": ["app.kubernetes.io/*"]}"#, "Pod", system), 1);
    for (criteria, held, count) in [
        ("containsAllOf", "{a: x}", 1),
        ("containsAllOf", "{a: x, b1: x}", 0),
        ("containsAnyOf", "{a: x}", 0),
        ("containsAnyOf", "{c: x}", 1),
        ("containsOtherThan", "{a: x}", 1),
        ("doesNotContainAllOf", "{a: x, b1: x}", 1),
        ("doesNotContainAnyOf", "{b2: x}", 1),
        ("doesNotContainOtherThan", "{c: x}", 1),
        ("doesNotContainOtherThan", "{a: x}", 0),
    ] {
        let params = format!(r#"{{"criteria": "{criteria}", "keys": ["a", "b*"]}}"#);
        assert_eq!(of(&params, "Pod", held), count, "{criteria} {held}");
    }
    let instance = r#"{"instance_matches_name": true}"#;
    assert_eq!(of(instance, "Pod", "{app.kubernetes.io/instance: b}"), 1);
    assert_eq!(of(instance, "Pod", "{app.kubernetes.io/instance: a}"), 0);
    assert_eq!(of(instance, "Pod", "{}"), 0);
    assert_eq!(of(r#"{"preset": "kubernetes-common"}"#, "Service", "{}"), 6);
    // Which kinds, and where.
    let owner = r#"{"required": ["owner"]}"#;
    assert_eq!([of(owner, "Pod", "{}"), of(owner, "ConfigMap", "{}")], [1, 0]);
    assert_eq!(of(r#"{"required": ["owner"], "kinds": ["Config*"]}"#, "ConfigMap", "{}"), 1);
    for scope in ["object", "template", "both"] {
        let params = format!(r#"{{"required": ["owner"], "scope": "{scope}"}}"#);
        assert_eq!(of(&params, "Pod", "{}"), 1, "{scope}");
    }
    // What a controller made is its template's matter.
    let made = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, ownerReferences: \
        [{apiVersion: apps/v1, kind: ReplicaSet, name: a, uid: u, controller: true}]}\n";
    assert_eq!(places(&said("label-policy", owner, made)), [""; 0]);
}

#[test]
fn annotations_of_the_cluster_and_of_this_tool_are_left_alone() {
    let of = |params: &str, annotations: &str| {
        let text = metadata("Pod", "annotations", annotations);
        places(&said("annotation-policy", params, &text)).len()
    };
    for own in [
        "kubectl.kubernetes.io/last-applied-configuration",
        "deployment.kubernetes.io/revision",
        "autoscaling.alpha.kubernetes.io/conditions",
        "ignore.patternwarden.dev/run-as-root",
        "app.ignore.patternwarden.dev/run-as-root",
        "patternwarden.dev/pattern",
    ] {
        let held = format!("{{{own}: x}}");
        for params in [
            r#"{"denied": ["*"]}"#,
            r#"{"allowed_only": ["x"]}"#,
            r#"{"denied_values": ["x"]}"#,
            r#"{"criteria": "doesNotContainOtherThan", "keys": ["x"]}"#,
        ] {
            assert_eq!(of(params, &held), 0, "{own} {params}");
        }
    }
    assert_eq!(of(r#"{"denied": ["fluxcd.io/*"]}"#, "{fluxcd.io/ignore: x}"), 1);
    assert_eq!(of(r#"{"denied_values": ["*.internal"]}"#, "{a: db.internal}"), 1);
    assert_eq!(of(r#"{"values": ["team*=a-*"]}"#, "{team: b, teams: a-1}"), 1);
    assert_eq!(of(r#"{"required": ["email=*@*"]}"#, "{email: nobody}"), 1);
}

#[test]
fn what_has_no_namespace_lands_in_none() {
    let of = |params: &str, kind: &str, meta: &str| {
        let (version, kind) = kind.rsplit_once('/').unwrap();
        let text = format!("apiVersion: {version}\nkind: {kind}\nmetadata: {meta}\n");
        places(&said("default-namespace-used", params, &text)).len()
    };
    let absent = r#"{"absent": "report"}"#;
    for kind in
        ["networking.k8s.io/v1/ServiceCIDR", "v1/Node", "rbac.authorization.k8s.io/v1/ClusterRole"]
    {
        assert_eq!(of(absent, kind, "{name: a}"), 0, "{kind}");
    }
    for kind in ["storage.k8s.io/v1/CSIStorageCapacity", "v1/Pod", "apps/v1/Deployment"] {
        assert_eq!(of(absent, kind, "{name: a}"), 1, "{kind}");
        assert_eq!(of("{}", kind, "{name: a}"), 0, "{kind}");
        assert_eq!(of("{}", kind, "{name: a, namespace: default}"), 1, "{kind}");
        assert_eq!(
            of(r#"{"kinds": ["Other"]}"#, kind, "{name: a, namespace: default}"),
            0,
            "{kind}"
        );
    }
    for (kind, name) in [
        ("v1/Service", "kubernetes"),
        ("v1/ServiceAccount", "default"),
        ("v1/ConfigMap", "kube-root-ca.crt"),
    ] {
        assert_eq!(of("{}", kind, &format!("{{name: {name}, namespace: default}}")), 0, "{kind}");
    }
}

#[test]
fn a_kind_is_denied_by_group_owner_and_namespace() {
    let of = |params: &str, owner: &str| {
        let owned = match owner {
            "" => String::new(),
            kind => format!(
                ", ownerReferences: [{{apiVersion: a/v1, kind: {kind}, name: a, uid: u, controller: true}}]"
            ),
        };
        let text = format!(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: a, namespace: ci-1{owned}}}\n"
        );
        places(&said("kind-denied", params, &text)).len()
    };
    for entry in ["batch/Job", "*/Job", "Job", "b*/J?b"] {
        assert_eq!(of(&format!(r#"{{"denied": ["{entry}"]}}"#), ""), 1, "{entry}");
    }
    for entry in ["apps/Job", "/Job", "Jobs", "job"] {
        assert_eq!(of(&format!(r#"{{"denied": ["{entry}"]}}"#), ""), 0, "{entry}");
    }
    let unless = r#"{"denied": ["Job"], "unless_owned_by": ["Job=Cron*"]}"#;
    assert_eq!([of(unless, ""), of(unless, "CronJob"), of(unless, "Report")], [1, 0, 1]);
    // Without a word about owners, what a controller made is left alone.
    assert_eq!(of(r#"{"denied": ["Job"]}"#, "Report"), 0);
    assert_eq!(of(r#"{"denied": ["Job"], "namespaces_exempt": ["Job=ci-*"]}"#, ""), 0);
    let advice = r#"{"denied": ["Job"], "advice": ["Job=use a CronJob"]}"#;
    let text = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a}\n";
    assert!(said("kind-denied", advice, text).findings[0].message.ends_with("use a CronJob"));
}

#[test]
fn an_empty_class_is_a_value_that_a_list_may_lack() {
    let of = |params: &str, class: &str| {
        let text = format!(
            "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: a}}\nspec: {{{class}}}\n"
        );
        severities(&said("storage-class-policy", params, &text))
    };
    let empty = "storageClassName: ''";
    assert_eq!(of(r#"{"require": true}"#, empty), [Severity::Info]);
    assert_eq!(of(r#"{"allowed": ["fast"]}"#, empty), [Severity::Warning]);
    assert_eq!(of(r#"{"allowed": ["fast", ""], "require": true}"#, empty), []);
    assert_eq!(of(r#"{"allowed": ["fast"]}"#, ""), []);
    assert_eq!(of(r#"{"require": true}"#, ""), [Severity::Warning]);
}

#[test]
fn words_are_checked_where_the_api_takes_a_few() {
    let of = |minor: u8, text: &str| {
        let judged = judge(text, &crate::only_for("field-type-invalid", minor));
        judged
            .findings
            .iter()
            .map(|found| (found.pointer.clone(), found.fixes.first().map(|fix| fix.grade)))
            .collect::<Vec<_>>()
    };
    let one = |pointer: &str, grade: Grade| vec![(pointer.to_owned(), Some(grade))];
    let hook = "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\n\
        metadata: {name: a}\nwebhooks: [{name: a, failurePolicy: Fail, sideEffects: None, \
        rules: [{operations: ['*'], scope: Namespaced}]}]\n";
    assert_eq!(of(36, hook), []);
    let operation = hook.replace("'*'", "create");
    assert_eq!(of(36, &operation), one("/webhooks/0/rules/0/operations/0", Grade::Safe));
    let policy = hook.replace("Fail,", "Fails,");
    assert_eq!(of(36, &policy), one("/webhooks/0/failurePolicy", Grade::Review));
    let scaler = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\n\
        spec: {behavior: {scaleDown: {selectPolicy: disabled, policies: [{type: Percent, value: 1, \
        periodSeconds: 1}]}}, metrics: [{type: Resource, resource: {name: cpu, target: {type: \
        Utilization, averageUtilization: 80}}}]}\n";
    assert_eq!(of(36, scaler), one("/spec/behavior/scaleDown/selectPolicy", Grade::Safe));
    let near = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {trafficDistribution: PreferSameNode}\n";
    assert_eq!(of(34, near), []);
    assert_eq!(of(33, near), [("/spec/trafficDistribution".to_owned(), None)]);
    let path = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [], volumes: \
        [{name: v, hostPath: {path: /a, type: directory}}, {name: w, hostPath: {path: /a, type: ''}}]}\n";
    assert_eq!(of(36, path), one("/spec/volumes/0/hostPath/type", Grade::Safe));
}
