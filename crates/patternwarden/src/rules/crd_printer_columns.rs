use crate::crd_path::{Target, target};
use crate::engine::Cx;
use crate::kube::{Crd, CrdVersion, Object, entries, items};
use crate::matcher::clipped;
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity};
use alloc::{format, string::String, vec::Vec};
use patternwarden_tree::{Node, Value};

crate::rule! {
    /// `kubectl get` shows nothing useful of a custom resource, or empty columns.
    ///
    /// ## Why it matters
    ///
    /// Without columns there are only names and ages, and every support case begins with `-o yaml`.
    /// A path that leads nowhere shows empty cells, without an error.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: apiextensions.k8s.io/v1
    /// kind: CustomResourceDefinition
    /// metadata:
    ///   name: widgets.example.com
    /// spec:
    ///   group: example.com
    ///   scope: Namespaced
    ///   names:
    ///     kind: Widget
    ///     plural: widgets
    ///   versions:
    ///     # finding: /spec/versions/0/additionalPrinterColumns
    ///     - name: v1
    ///       served: true
    ///       storage: true
    ///       schema:
    ///         openAPIV3Schema:
    ///           type: object
    ///           properties:
    ///             spec:
    ///               type: object
    ///               properties:
    ///                 size:
    ///                   type: integer
    ///                 colour:
    ///                   type: string
    ///                 parts:
    ///                   type: array
    ///                   items:
    ///                     type: string
    /// ```
    ///
    /// Columns that the API server refuses, that lead nowhere, or that show a whole list:
    ///
    /// ```yaml,bad
    /// apiVersion: apiextensions.k8s.io/v1
    /// kind: CustomResourceDefinition
    /// metadata:
    ///   name: widgets.example.com
    /// spec:
    ///   group: example.com
    ///   scope: Namespaced
    ///   names:
    ///     kind: Widget
    ///     plural: widgets
    ///   versions:
    ///     - name: v1
    ///       served: true
    ///       storage: true
    ///       additionalPrinterColumns:
    ///         # finding: /spec/versions/0/additionalPrinterColumns/0/name
    ///         - type: integer
    ///           jsonPath: .spec.size
    ///         - name: Size
    ///           # finding: /spec/versions/0/additionalPrinterColumns/1/type
    ///           type: int
    ///           # finding: /spec/versions/0/additionalPrinterColumns/1/format
    ///           format: int16
    ///           # finding: /spec/versions/0/additionalPrinterColumns/1/jsonPath
    ///           jsonPath: spec.size
    ///         - name: Colour
    ///           type: string
    ///           # finding: /spec/versions/0/additionalPrinterColumns/2/jsonPath
    ///           jsonPath: .spec.color
    ///         - name: Parts
    ///           type: string
    ///           # finding: /spec/versions/0/additionalPrinterColumns/3/jsonPath
    ///           jsonPath: .spec.parts
    ///       schema:
    ///         openAPIV3Schema:
    ///           type: object
    ///           properties:
    ///             spec:
    ///               type: object
    ///               properties:
    ///                 size:
    ///                   type: integer
    ///                 colour:
    ///                   type: string
    ///                 parts:
    ///                   type: array
    ///                   items:
    ///                     type: string
    /// ```
    ///
    /// Fields that cannot be selected by:
    ///
    /// ```yaml,bad
    /// apiVersion: apiextensions.k8s.io/v1
    /// kind: CustomResourceDefinition
    /// metadata:
    ///   name: widgets.example.com
    /// spec:
    ///   group: example.com
    ///   scope: Namespaced
    ///   names:
    ///     kind: Widget
    ///     plural: widgets
    ///   versions:
    ///     - name: v1
    ///       served: true
    ///       storage: true
    ///       additionalPrinterColumns:
    ///         - name: Age
    ///           type: date
    ///           jsonPath: .metadata.creationTimestamp
    ///       # finding: /spec/versions/0/selectableFields
    ///       selectableFields:
    ///         # finding: /spec/versions/0/selectableFields/0/jsonPath
    ///         - jsonPath: .spec.parts
    ///         # finding: /spec/versions/0/selectableFields/1/jsonPath
    ///         - jsonPath: .spec.parts[0]
    ///         # finding: /spec/versions/0/selectableFields/2/jsonPath
    ///         - jsonPath: .metadata.name
    ///         - jsonPath: .spec.a
    ///         - jsonPath: .spec.b
    ///         - jsonPath: .spec.c
    ///         - jsonPath: .spec.d
    ///         - jsonPath: .spec.e
    ///         - jsonPath: .spec.f
    ///       schema:
    ///         openAPIV3Schema:
    ///           type: object
    ///           properties:
    ///             spec:
    ///               type: object
    ///               properties:
    ///                 parts: {type: array, items: {type: string}}
    ///                 a: {type: string}
    ///                 b: {type: string}
    ///                 c: {type: string}
    ///                 d: {type: string}
    ///                 e: {type: string}
    ///                 f: {type: string}
    /// ```
    ///
    /// ## Good
    ///
    /// Conditions are lists, and free content may hold anything:
    ///
    /// ```yaml,good
    /// apiVersion: apiextensions.k8s.io/v1
    /// kind: CustomResourceDefinition
    /// metadata:
    ///   name: widgets.example.com
    /// spec:
    ///   group: example.com
    ///   scope: Namespaced
    ///   names:
    ///     kind: Widget
    ///     plural: widgets
    ///   versions:
    ///     - name: v1
    ///       served: true
    ///       storage: true
    ///       additionalPrinterColumns:
    ///         - name: Size
    ///           type: integer
    ///           format: int32
    ///           jsonPath: .spec.size
    ///         - name: Ready
    ///           type: string
    ///           jsonPath: .status.conditions[?(@.type=="Ready")].status
    ///         - name: Owner
    ///           type: string
    ///           jsonPath: .metadata.labels.team
    ///         - name: Mode
    ///           type: string
    ///           jsonPath: .spec.values.mode
    ///       selectableFields:
    ///         - jsonPath: .spec.size
    ///       schema:
    ///         openAPIV3Schema:
    ///           type: object
    ///           properties:
    ///             spec:
    ///               type: object
    ///               properties:
    ///                 size:
    ///                   type: integer
    ///                 values:
    ///                   type: object
    ///                   x-kubernetes-preserve-unknown-fields: true
    ///             status:
    ///               type: object
    ///               properties:
    ///                 conditions:
    ///                   type: array
    ///                   items:
    ///                     type: object
    ///                     properties:
    ///                       type:
    ///                         type: string
    ///                       status:
    ///                         type: string
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For resources that no person looks at.
    ///
    /// ## Source
    ///
    /// - [Additional printer columns](https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#additional-printer-columns)
    /// - [Custom resources field selectors](https://kubernetes.io/docs/concepts/overview/working-with-objects/field-selectors/#custom-resources-fields): stable since 1.32, eight at most
    "crd-printer-columns",
    "Printer columns missing or invalid",
    patterns: &[Pattern::Operator],
    severity: Severity::Hint,
    fix: Some(Grade::Safe),
    check: Check::Object(check),
}

const TYPES: [&str; 5] = ["integer", "number", "string", "boolean", "date"];
const FORMATS: [&str; 8] =
    ["int32", "int64", "float", "double", "byte", "date", "date-time", "password"];

/// Columns that are offered at most, beside the age.
const OFFERED: usize = 3;

/// Selectable fields that a version may have.
const MAX_SELECTABLE: usize = 8;

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    // In `v1beta1` columns are written in other words; they are judged when they were migrated.
    let Some(crd) = Crd::of(object).filter(|_| object.api().version != "v1beta1") else { return };
    for version in crd.versions() {
        let shared = items(crd.legacy_printer_columns().value).next().is_some();
        if items(version.printer_columns().value).next().is_none() && !shared {
            missing(cx, version);
        }
        for column in items(version.printer_columns().value) {
            judge(cx, version, column);
        }
        selectable(cx, version);
    }
}

fn missing<'d>(cx: &mut Cx<'_, 'd>, version: CrdVersion<'d>) {
    let at = version.printer_columns();
    let name = clipped(version.name().value.unwrap_or("?"));
    let report = cx.report(
        at.place,
        format_args!("`kubectl get` shows only names and ages of version `{name}`"),
    );
    let spec = version
        .schema()
        .value
        .and_then(|schema| schema.get("properties")?.get("spec")?.get("properties"));
    let mut columns = Vec::new();
    for field in entries(spec) {
        let ty = field.get("type").and_then(Node::as_str).filter(|ty| TYPES.contains(ty));
        let (Some(key), Some(ty)) = (field.key(), ty) else { continue };
        let plain = key.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if plain && columns.len() < OFFERED {
            columns.push(column(&capital(key), ty, &format!(".spec.{key}")));
        }
    }
    if !columns.is_empty() {
        columns.push(column("Age", "date", ".metadata.creationTimestamp"));
        report.fix_set(Grade::Safe, "Show what the spec says", Value::Seq(columns));
    }
}

fn column(name: &str, ty: &str, path: &str) -> Value {
    Value::map([("name", name.into()), ("type", ty.into()), ("jsonPath", path.into())])
}

fn capital(key: &str) -> String {
    let mut chars = key.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, version: CrdVersion<'d>, column: Node<'d>) {
    let text = |key| column.get(key).and_then(Node::as_str).unwrap_or_default();
    for (place, key) in [
        (column.at(&["name"]), "name"),
        (column.at(&["type"]), "type"),
        (column.at(&["format"]), "format"),
    ] {
        let (value, allowed): (_, &[&str]) = match key {
            "type" => (text(key), &TYPES),
            "format" if text(key).is_empty() => continue,
            "format" => (text(key), &FORMATS),
            _ if text(key).is_empty() => ("", &[]),
            _ => continue,
        };
        if value.is_empty() {
            cx.report(place, format_args!("the column has no {key}")).severity(Severity::Error);
        } else if !allowed.contains(&value) {
            cx.report(place, format_args!("`{}` is no {key} of a column", clipped(value)))
                .severity(Severity::Error);
        }
    }
    let place = column.at(&["jsonPath"]);
    let path = text("jsonPath");
    let Some(rest) = path.strip_prefix('.') else {
        cx.report(place, format_args!("the path of the column does not begin with a dot"))
            .severity(Severity::Error);
        return;
    };
    match target(version, rest) {
        Target::Unknown => {
            cx.report(place, format_args!("the schema has no field `{}`", clipped(path)))
                .severity(Severity::Warning);
        }
        Target::Whole => {
            cx.report(place, format_args!("`{}` is a whole list or object", clipped(path)))
                .severity(Severity::Info);
        }
        Target::Scalar | Target::Open => {}
    }
}

fn selectable<'d>(cx: &mut Cx<'_, 'd>, version: CrdVersion<'d>) {
    let list = version.node.at(&["selectableFields"]);
    let fields: Vec<_> = items(list.node()).collect();
    if fields.len() > MAX_SELECTABLE {
        cx.report(list, format_args!("more than {MAX_SELECTABLE} fields can be selected by"))
            .severity(Severity::Error);
    }
    for field in fields {
        let path = field.get("jsonPath").and_then(Node::as_str).unwrap_or_default();
        let rest = path.strip_prefix('.').unwrap_or_default();
        let why = if path.contains('[') {
            "goes into a list"
        } else if rest == "metadata" || rest.starts_with("metadata.") {
            "is metadata, which can always be selected by"
        } else if matches!(target(version, rest), Target::Scalar | Target::Open) && !rest.is_empty()
        {
            continue;
        } else {
            "is no single value of the schema"
        };
        cx.report(field.at(&["jsonPath"]), format_args!("`{}` {why}", clipped(path)))
            .severity(Severity::Error);
    }
}
