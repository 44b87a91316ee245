//! Roles, network policies, definitions and autoscalers by cases that examples cannot show.

use crate::support::judge;
use crate::{messages, only};

fn found(id: &str, text: &str) -> Vec<String> {
    messages(&judge(text, &only(id)))
}

#[test]
fn only_cluster_roles_come_with_the_cluster() {
    let role = |kind: &str, name: &str| {
        format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{name: '{name}'}}\n\
             rules: [{{apiGroups: ['*'], resources: ['*'], verbs: ['*']}}]\n"
        )
    };
    for rule in ["rbac-wildcard", "rbac-privileged-grant"] {
        assert_eq!(found(rule, &role("ClusterRole", "admin")).len(), 0, "{rule}");
        assert_eq!(found(rule, &role("Role", "system:controller:a")).len(), 0, "{rule}");
        assert_eq!(found(rule, &role("Role", "admin")).len(), 1, "{rule}");
        assert_eq!(found(rule, &role("ClusterRole", "shop")).len(), 1, "{rule}");
    }
}

#[test]
fn a_binding_is_not_excused_by_the_name_of_a_role() {
    let binding = |kind: &str, name: &str| {
        format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{name: {name}}}\n\
             roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}}\n\
             subjects: [{{kind: Group, apiGroup: rbac.authorization.k8s.io, name: 'system:masters'}}]\n"
        )
    };
    let rule = "rbac-privileged-grant";
    assert_eq!(found(rule, &binding("ClusterRoleBinding", "cluster-admin")).len(), 0);
    assert_eq!(found(rule, &binding("ClusterRoleBinding", "admin")).len(), 2);
    assert_eq!(found(rule, &binding("RoleBinding", "edit")).len(), 2);
}

#[test]
fn a_null_selector_of_namespaces_is_none() {
    let text = |peer: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a, labels: {{app: a}}}}\n\
             spec: {{containers: [{{name: a, image: 'r.example/a:1'}}]}}\n---\n\
             apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: a}}\n\
             spec: {{podSelector: {{}}, policyTypes: [Egress], egress: [{{to: [{peer}]}}]}}\n"
        )
    };
    let pods = "podSelector: {matchLabels: {app: b}}";
    for rule in ["networkpolicy-dns-blocked", "networkpolicy-selects-nothing"] {
        let plain = found(rule, &text(&format!("{{{pods}}}")));
        assert_eq!(plain.len(), 1, "{rule}");
        assert_eq!(found(rule, &text(&format!("{{namespaceSelector: null, {pods}}}"))), plain);
        assert!(found(rule, &text(&format!("{{namespaceSelector: {{}}, {pods}}}"))).is_empty());
    }
}

fn definition(version: &str, names: &str, entry: &str) -> String {
    format!(
        "apiVersion: apiextensions.k8s.io/{version}\nkind: CustomResourceDefinition\n\
         metadata: {{name: widgets.example.com}}\nspec: {{group: example.com, scope: Namespaced, \
         names: {{kind: Widget, plural: widgets, {names}}}, versions: [{{name: v1, served: true, \
         storage: true, {entry} schema: {{openAPIV3Schema: {{type: object}}}}}}]}}\n"
    )
}

#[test]
fn short_names_of_all_built_in_kinds_are_taken() {
    for name in ["sts", "sc", "quota", "svc", "vac", "ip"] {
        let text = definition("v1", &format!("shortNames: [{name}]"), "");
        assert_eq!(found("crd-names-invalid", &text).len(), 1, "{name}");
    }
    assert!(found("crd-names-invalid", &definition("v1", "shortNames: [wid]", "")).is_empty());
}

#[test]
fn columns_of_the_first_api_are_judged_when_they_were_migrated() {
    let columns = "additionalPrinterColumns: [{name: Age, type: date, \
                   JSONPath: .metadata.creationTimestamp}],";
    assert!(found("crd-printer-columns", &definition("v1beta1", "", columns)).is_empty());
    assert_eq!(found("crd-printer-columns", &definition("v1", "", columns)).len(), 1);
}

#[test]
fn what_a_scaled_object_makes_is_not_its_rival() {
    let text = |owner: &str| {
        format!(
            "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {{name: a}}\n\
             spec: {{scaleTargetRef: {{name: a}}, triggers: [{{type: cron}}]}}\n---\n\
             apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\n\
             metadata: {{name: keda-hpa-a, {owner}}}\nspec: {{maxReplicas: 3, \
             scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: a}}}}\n"
        )
    };
    let owner =
        "ownerReferences: [{apiVersion: keda.sh/v1alpha1, kind: ScaledObject, name: a, uid: u}]";
    assert_eq!(found("hpa-target-missing", &text("")).len(), 2);
    assert!(found("hpa-target-missing", &text(owner)).is_empty());
}
