//! Types of `CustomResourceDefinition`s, and of the metadata of every object.

/// Types by name, with their fields; the notation is explained in [`super`].
pub(super) static DEFINITION: &[(&str, &str)] = &[
    (
        "CustomResourceColumnDefinition",
        "description:s format:s jsonPath:s name:s priority:i type:s",
    ),
    ("CustomResourceConversion", "strategy:s webhook:WebhookConversion"),
    (
        "CustomResourceDefinition",
        "apiVersion:s kind:s metadata:ObjectMeta spec:CustomResourceDefinitionSpec status:*",
    ),
    (
        "CustomResourceDefinitionNames",
        "kind:s categories:s[] listKind:s plural:s shortNames:s[] singular:s",
    ),
    (
        "CustomResourceDefinitionSpec",
        "conversion:CustomResourceConversion group:s names:CustomResourceDefinitionNames \
         preserveUnknownFields:b scope:s versions:CustomResourceDefinitionVersion[]",
    ),
    (
        "CustomResourceDefinitionVersion",
        "additionalPrinterColumns:CustomResourceColumnDefinition[] deprecated:b \
         deprecationWarning:s name:s schema:CustomResourceValidation \
         selectableFields:SelectableField[]+30 served:b storage:b \
         subresources:CustomResourceSubresources",
    ),
    (
        "CustomResourceSubresourceScale",
        "labelSelectorPath:s specReplicasPath:s statusReplicasPath:s",
    ),
    ("CustomResourceSubresources", "scale:CustomResourceSubresourceScale status:*"),
    ("CustomResourceValidation", "openAPIV3Schema:JSONSchemaProps"),
    ("ExternalDocumentation", "description:s url:s"),
    (
        "JSONSchemaProps",
        "$ref:s $schema:s additionalItems:~JSONSchemaProps \
         additionalProperties:~JSONSchemaProps allOf:JSONSchemaProps[] \
         anyOf:JSONSchemaProps[] default:* definitions:JSONSchemaProps{} \
         dependencies:~JSONSchemaProps{} description:s enum:*[] example:* exclusiveMaximum:b \
         exclusiveMinimum:b externalDocs:ExternalDocumentation format:s id:s \
         items:~JSONSchemaProps maxItems:l maxLength:l maxProperties:l maximum:n minItems:l \
         minLength:l minProperties:l minimum:n multipleOf:n not:JSONSchemaProps nullable:b \
         oneOf:JSONSchemaProps[] pattern:s patternProperties:JSONSchemaProps{} \
         properties:JSONSchemaProps{} required:s[] title:s type:s uniqueItems:b \
         x-kubernetes-embedded-resource:b x-kubernetes-int-or-string:b \
         x-kubernetes-list-map-keys:s[] x-kubernetes-list-type:s x-kubernetes-map-type:s \
         x-kubernetes-preserve-unknown-fields:b x-kubernetes-validations:ValidationRule[]",
    ),
    ("LabelSelector", "matchExpressions:LabelSelectorRequirement[] matchLabels:s{}"),
    ("LabelSelectorRequirement", "key:s operator:s values:s[]"),
    ("MatchCondition", "expression:s name:s"),
    (
        "MutatingWebhook",
        "admissionReviewVersions:s[] clientConfig:WebhookClientConfig failurePolicy:s \
         matchConditions:MatchCondition[] matchPolicy:s name:s namespaceSelector:LabelSelector \
         objectSelector:LabelSelector reinvocationPolicy:s rules:RuleWithOperations[] \
         sideEffects:s timeoutSeconds:i",
    ),
    (
        "MutatingWebhookConfiguration",
        "apiVersion:s kind:s metadata:ObjectMeta webhooks:MutatingWebhook[]",
    ),
    (
        "ObjectMeta",
        "annotations:s{} creationTimestamp:t deletionGracePeriodSeconds:l deletionTimestamp:t \
         finalizers:s[] generateName:s generation:l labels:s{} managedFields:* name:s \
         namespace:s ownerReferences:OwnerReference[] resourceVersion:s selfLink:s uid:s",
    ),
    ("OwnerReference", "apiVersion:s kind:s blockOwnerDeletion:b controller:b name:s uid:s"),
    ("RuleWithOperations", "apiGroups:s[] apiVersions:s[] operations:s[] resources:s[] scope:s"),
    ("SelectableField", "jsonPath:s"),
    ("ServiceReference", "name:s namespace:s path:s port:i"),
    (
        "ValidatingWebhook",
        "admissionReviewVersions:s[] clientConfig:WebhookClientConfig failurePolicy:s \
         matchConditions:MatchCondition[] matchPolicy:s name:s namespaceSelector:LabelSelector \
         objectSelector:LabelSelector rules:RuleWithOperations[] sideEffects:s timeoutSeconds:i",
    ),
    (
        "ValidatingWebhookConfiguration",
        "apiVersion:s kind:s metadata:ObjectMeta webhooks:ValidatingWebhook[]",
    ),
    (
        "ValidationRule",
        "fieldPath:s message:s messageExpression:s optionalOldSelf:b reason:s rule:s",
    ),
    ("WebhookClientConfig", "caBundle:y service:ServiceReference url:s"),
    ("WebhookConversion", "clientConfig:WebhookClientConfig conversionReviewVersions:s[]"),
];
