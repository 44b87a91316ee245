//! Objects of removed API versions, before and after their migration.

use crate::support::judge;
use crate::{messages, only, only_for};
use patternwarden::rule::Grade;
use patternwarden::tree::write_json;

const RULE: &str = "removed-api-version";

/// What the offered repair makes of an object, and its grade.
fn migrated(text: &str) -> (Grade, String) {
    let judged = judge(text, &only(RULE));
    assert_eq!(judged.findings.len(), 1, "{text}");
    let fix = &judged.findings[0].fixes[0];
    let fixed = judged.fixed(0, fix, &only(RULE));
    assert_eq!(messages(&fixed), [""; 0]);
    // The new version knows every field that the repair writes.
    assert_eq!(messages(&judge_again(&fixed, "misplaced-field")), [""; 0]);
    let mut out = String::new();
    write_json(&mut out, fixed.documents[0].root().unwrap());
    (fix.grade, out)
}

fn judge_again(judged: &crate::support::Judged, id: &str) -> crate::support::Judged {
    crate::support::judge_documents(judged.documents.clone(), &only(id))
}

#[test]
fn an_ingress_gets_its_new_shape() {
    let text = "apiVersion: networking.k8s.io/v1beta1\nkind: Ingress\nspec:\n  \
        backend: {serviceName: a, servicePort: http}\n  rules:\n  - http: {paths: [{path: /, \
        backend: {serviceName: b, servicePort: 80}}, {pathType: Exact, backend: {resource: {kind: X, name: x}}}]}\n";
    assert_eq!(
        migrated(text),
        (
            Grade::Review,
            concat!(
                r#"{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","spec":{"#,
                r#""rules":[{"http":{"paths":["#,
                r#"{"path":"/","backend":{"service":{"name":"b","port":{"number":80}}},"pathType":"ImplementationSpecific"},"#,
                r#"{"pathType":"Exact","backend":{"resource":{"kind":"X","name":"x"}}}]}}],"#,
                r#""defaultBackend":{"service":{"name":"a","port":{"name":"http"}}}}}"#
            )
            .to_owned()
        )
    );
}

#[test]
fn every_kind_of_metric_gets_its_target() {
    let text = "apiVersion: autoscaling/v2beta1\nkind: HorizontalPodAutoscaler\nspec:\n  metrics:\n  \
        - {type: Resource, resource: {name: cpu, targetAverageUtilization: 80}}\n  \
        - {type: Resource, resource: {name: memory, targetAverageValue: 1Gi}}\n  \
        - {type: Pods, pods: {metricName: m, selector: {matchLabels: {a: b}}, targetAverageValue: 1}}\n  \
        - {type: Object, object: {metricName: m, target: {kind: Service, name: s}, targetValue: 0, averageValue: 3}}\n  \
        - {type: External, external: {metricName: m, metricSelector: {}, targetValue: 5}}\n";
    let (grade, out) = migrated(text);
    assert_eq!(grade, Grade::Review);
    for part in [
        r#"{"name":"cpu","target":{"averageUtilization":80,"type":"Utilization"}}"#,
        r#"{"name":"memory","target":{"averageValue":"1Gi","type":"AverageValue"}}"#,
        r#"{"metric":{"name":"m","selector":{"matchLabels":{"a":"b"}}},"target":{"averageValue":1,"type":"AverageValue"}}"#,
        r#"{"describedObject":{"kind":"Service","name":"s"},"metric":{"name":"m"},"target":{"averageValue":3,"type":"AverageValue"}}"#,
        r#"{"metric":{"name":"m","selector":{}},"target":{"value":5,"type":"Value"}}"#,
    ] {
        assert!(out.contains(part), "{part}\n{out}");
    }
}

#[test]
fn workloads_keep_their_pods_and_their_strategy() {
    let text = "apiVersion: apps/v1beta1\nkind: StatefulSet\nspec: {template: {metadata: {labels: {a: b}}}}\n";
    let (grade, out) = migrated(text);
    assert_eq!(grade, Grade::Review);
    assert!(
        out.contains(
            r#""selector":{"matchLabels":{"a":"b"}},"updateStrategy":{"type":"OnDelete"}"#
        ),
        "{out}"
    );
    let text = "apiVersion: extensions/v1beta1\nkind: Deployment\nspec: {rollbackTo: {revision: 1}, selector: {matchLabels: {a: b}}}\n";
    let (_, out) = migrated(text);
    assert!(out.ends_with(r#""spec":{"selector":{"matchLabels":{"a":"b"}}}}"#), "{out}");
    let same = migrated("apiVersion: apps/v1beta2\nkind: Deployment\nspec: {}\n");
    assert_eq!(
        same,
        (Grade::Safe, r#"{"apiVersion":"apps/v1","kind":"Deployment","spec":{}}"#.to_owned())
    );
}

#[test]
fn a_budget_is_safe_to_rewrite_only_if_it_names_pods() {
    let budget = |selector: &str| {
        migrated(&format!(
            "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nspec: {{{selector}}}\n"
        ))
        .0
    };
    assert_eq!(budget("selector: {matchLabels: {a: b}}"), Grade::Safe);
    assert_eq!(budget("selector: {}"), Grade::Review);
    assert_eq!(budget("selector: {matchLabels: {}}"), Grade::Review);
    assert_eq!(budget("minAvailable: 1"), Grade::Safe);
}

#[test]
fn what_only_a_person_knows_is_a_placeholder() {
    let text = "apiVersion: admissionregistration.k8s.io/v1beta1\nkind: MutatingWebhookConfiguration\nwebhooks: [{name: a, sideEffects: Unknown}]\n";
    let (grade, out) = migrated(text);
    assert_eq!(grade, Grade::Template);
    assert!(
        out.contains(r#""failurePolicy":"Ignore","matchPolicy":"Exact","timeoutSeconds":30"#),
        "{out}"
    );
    let known = text.replace("Unknown", "None");
    assert_eq!(migrated(&known).0, Grade::Review);
    let request = "apiVersion: certificates.k8s.io/v1beta1\nkind: CertificateSigningRequest\nspec: {request: x}\n";
    assert_eq!(migrated(request).0, Grade::Template);
}

#[test]
fn shares_and_groups_are_renamed() {
    let level = "apiVersion: flowcontrol.apiserver.k8s.io/v1beta2\nkind: PriorityLevelConfiguration\nspec: {limited: {assuredConcurrencyShares: 5}}\n";
    assert!(migrated(level).1.contains(r#""limited":{"nominalConcurrencyShares":5}"#));
    let review =
        "apiVersion: authorization.k8s.io/v1beta1\nkind: SubjectAccessReview\nspec: {group: [a]}\n";
    assert!(migrated(review).1.contains(r#""spec":{"groups":["a"]}"#));
}

/// The title of the repair that is offered for an object.
fn title(text: &str) -> String {
    judge(text, &only(RULE)).findings[0].fixes[0].title.clone()
}

#[test]
fn what_cannot_be_carried_over_is_named() {
    let deployment = "apiVersion: extensions/v1beta1\nkind: Deployment\nspec: {rollbackTo: {revision: 1}, selector: {matchLabels: {a: b}}}\n";
    assert_eq!(title(deployment), "Rewrite it for `apps/v1`, without `spec.rollbackTo`");
    let kept = deployment.replace("rollbackTo: {revision: 1}, ", "");
    assert_eq!(title(&kept), "Rewrite it for `apps/v1`");
    let scaler = "apiVersion: autoscaling/v2beta1\nkind: HorizontalPodAutoscaler\nspec:\n  metrics:\n  \
        - {type: Resource, resource: {name: cpu, targetAverageUtilization: 80, targetAverageValue: 1}}\n";
    assert_eq!(
        title(scaler),
        "Rewrite it for `autoscaling/v2`, without `spec.metrics.0.resource.targetAverageValue`"
    );
}

#[test]
fn endpoints_say_where_they_are() {
    let slice = |topology: &str| {
        format!(
            "apiVersion: discovery.k8s.io/v1beta1\nkind: EndpointSlice\nmetadata: {{name: a}}\naddressType: IPv4\n\
             endpoints: [{{addresses: [10.0.0.1], topology: {{{topology}}}}}]\n"
        )
    };
    let both = slice("kubernetes.io/hostname: a, topology.kubernetes.io/zone: b");
    assert_eq!(title(&both), "Rewrite it for `discovery.k8s.io/v1`");
    let endpoints = r#""endpoints":[{"addresses":["10.0.0.1"],"nodeName":"a","zone":"b"}]"#;
    let (grade, out) = migrated(&both);
    assert_eq!(grade, Grade::Review);
    assert!(out.contains(endpoints), "{out}");
    let more = slice("kubernetes.io/hostname: a, topology.kubernetes.io/region: c");
    assert_eq!(
        title(&more),
        "Rewrite it for `discovery.k8s.io/v1`, without `endpoints.0.topology`"
    );
    let (_, out) = migrated(&more);
    assert!(out.contains(r#""endpoints":[{"addresses":["10.0.0.1"],"nodeName":"a"}]"#), "{out}");
}

#[test]
fn a_request_for_a_device_is_for_exactly_one() {
    let claim = "apiVersion: resource.k8s.io/v1alpha3\nkind: ResourceClaimTemplate\nmetadata: {name: a}\nspec:\n  \
        spec: {controller: c, devices: {requests: [{name: gpu, deviceClassName: gpu, count: 2}, \
        {name: any, firstAvailable: [{name: x, deviceClassName: tpu}]}]}}\n";
    let (grade, out) = migrated(claim);
    assert_eq!(grade, Grade::Review);
    let requests = r#""requests":[{"name":"gpu","exactly":{"deviceClassName":"gpu","count":2}},{"name":"any","firstAvailable":[{"name":"x","deviceClassName":"tpu"}]}]"#;
    assert!(out.contains(requests), "{out}");
    assert_eq!(title(claim), "Rewrite it for `resource.k8s.io/v1`, without `spec.spec.controller`");
}

#[test]
fn a_definition_is_migrated_by_the_same_edits_as_by_its_own_rule() {
    let text = "apiVersion: apiextensions.k8s.io/v1beta1\nkind: CustomResourceDefinition\nspec: {version: v1, validation: {openAPIV3Schema: {}}}\n";
    let own = judge(text, &only("crd-v1beta1-migrate"));
    let here = judge(text, &only(RULE));
    assert_eq!(own.findings[0].fixes[0].edits, here.findings[0].fixes[0].edits);
    migrated(text);
}

#[test]
fn what_has_no_successor_has_no_repair() {
    for (version, kind) in [
        ("policy/v1beta1", "PodSecurityPolicy"),
        ("settings.k8s.io/v1alpha1", "PodPreset"),
        ("resource.k8s.io/v1alpha2", "ResourceClaim"),
        ("events.k8s.io/v1beta1", "Event"),
    ] {
        let judged = judge(&format!("apiVersion: {version}\nkind: {kind}\n"), &only(RULE));
        assert_eq!(judged.findings.len(), 1, "{kind}");
        assert!(judged.findings[0].fixes.is_empty(), "{kind}");
    }
}

#[test]
fn a_removal_counts_from_its_version_on() {
    let text = "apiVersion: networking.k8s.io/v1beta1\nkind: IPAddress\n";
    assert!(judge(text, &only_for(RULE, 36)).findings.is_empty());
    assert_eq!(
        messages(&judge(text, &only_for(RULE, 37))),
        [
            "/apiVersion: `networking.k8s.io/v1beta1` of IPAddress was removed in Kubernetes 1.37; in its place: `networking.k8s.io/v1`"
        ]
    );
}
