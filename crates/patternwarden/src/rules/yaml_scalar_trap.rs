use crate::confidential::is_confidential;
use crate::engine::Cx;
use crate::kube::Object;
use crate::matcher::clipped;
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use crate::schema::{Base, Many, type_of};
use patternwarden_tree::{Document, Kind, Node, Style};

crate::rule! {
    /// A value without quotes is something else than it looks like.
    ///
    /// ## Why it matters
    ///
    /// The API server answers a number in the place of a text with an error that names types of Go. And the
    /// same file means different things to different readers: what Kubernetes reads is neither YAML 1.1 nor
    /// 1.2. The country code `NO` that becomes `false` is the classic, and a file mode of `400` that was
    /// meant in octal opens a secret to the group.
    ///
    /// ## Bad
    ///
    /// Text is expected, and no text is written:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       args:
    ///         # finding: 0 /spec/containers/0/args/0
    ///         - 8080
    ///       env:
    ///         - name: VERBOSE
    ///           # finding: 0 /spec/containers/0/env/0/value
    ///           value: yes
    /// ---
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: app-config
    ///   labels:
    ///     # finding: 1 /metadata/labels/version
    ///     version: 1.10
    /// data:
    ///   # finding: 1 /data/COUNTRY
    ///   COUNTRY: NO
    /// ---
    /// apiVersion: v1
    /// kind: Secret
    /// metadata:
    ///   name: app-secret
    /// stringData:
    ///   # finding: 2 /stringData/code
    ///   code: 0420
    /// ```
    ///
    /// Two readers of YAML, two values:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       # finding: /spec/containers/0/stdin
    ///       stdin: on
    ///   volumes:
    ///     - name: keys
    ///       secret:
    ///         secretName: keys
    ///         # finding: /spec/volumes/0/secret/defaultMode
    ///         defaultMode: 0400
    /// ```
    ///
    /// A version that loses a digit, where the type is not known here:
    ///
    /// ```yaml,bad
    /// apiVersion: example.com/v1
    /// kind: Database
    /// metadata:
    ///   name: db
    /// spec:
    ///   # finding: /spec/version
    ///   version: 1.10
    ///   # finding: /spec/connections
    ///   connections: 1_000
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       args: ["8080"]
    ///       stdin: true
    ///       env:
    ///         - name: COUNTRY
    ///           value: "NO"
    ///       resources:
    ///         limits:
    ///           cpu: 1.50
    ///   volumes:
    ///     - name: keys
    ///       secret:
    ///         secretName: keys
    ///         defaultMode: 256
    /// ---
    /// apiVersion: example.com/v1
    /// kind: Database
    /// metadata:
    ///   name: db
    /// spec:
    ///   version: "1.10"
    ///   ratio: 0.75
    ///   limit: 1.5e10
    ///   connections: 1000
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For octal modes where every tool that reads the file is known to follow Kubernetes. Such a value is what
    /// it is, so that there is nothing to repair: only to write it in another way. `.inf` and `.nan`
    /// are no values of JSON at all, and are reported as errors of the text.
    ///
    /// ## Source
    ///
    /// - [sigs.k8s.io/yaml](https://pkg.go.dev/sigs.k8s.io/yaml), which `kubectl` reads with: "yes" and "on" are booleans, a leading zero is octal
    /// - [YAML 1.2, core schema](https://yaml.org/spec/1.2.2/#103-core-schema): only `true` and `false`, and octal is `0o`
    "yaml-scalar-trap",
    "A plain scalar means something else in YAML 1.1",
    patterns: &[Pattern::EnvVarConfiguration, Pattern::ConfigurationResource],
    severity: Severity::Error,
    surfaces: &[Surface::Text],
    fix: Some(Grade::Safe),
    check: Check::Document(check),
}

/// Findings in one document; one with more than these has one cause.
const MAX: usize = 64;

fn check<'d>(cx: &mut Cx<'_, 'd>, document: &'d Document) {
    if let Some(root) = document.root() {
        descend(cx, root, None, Many::One, &mut 0);
    }
}

/// Judges the scalars below `node`, which should be of type `base`, if that is known.
fn descend<'d>(
    cx: &mut Cx<'_, 'd>,
    node: Node<'d>,
    base: Option<Base>,
    many: Many,
    found: &mut usize,
) {
    if !(node.is_map() || node.is_seq()) {
        scalar(cx, node, base.filter(|_| many == Many::One), found);
        return;
    }
    let mut ty = match base {
        Some(Base::Object(ty) | Base::Loose(ty)) if many == Many::One => Some(ty),
        _ => None,
    };
    if base.is_none() && node.get("kind").is_some() {
        let object =
            cx.set().object_holding(node).filter(|object: &Object<'_>| object.node == node);
        ty = object.and_then(type_of);
    }
    for child in node.children() {
        match ty {
            // A list of what may also stand alone.
            Some(_) if node.is_seq() => descend(cx, child, base, Many::One, found),
            Some(ty) => {
                let field = ty.field(child.key().unwrap_or_default());
                let many = field.map_or(Many::One, |field| field.many);
                descend(cx, child, field.map(|field| field.base), many, found);
            }
            None => descend(cx, child, base.filter(|_| many != Many::One), Many::One, found),
        }
    }
}

fn scalar<'d>(cx: &mut Cx<'_, 'd>, node: Node<'d>, base: Option<Base>, found: &mut usize) {
    let plain = node.origin().is_some_and(|origin| origin.style == Style::Plain);
    if !plain || !matches!(node.kind(), Kind::Number | Kind::Bool) {
        return;
    }
    let (written, meant) = (node.written(), node.scalar_text());
    let text = matches!(base, Some(Base::Text | Base::Time | Base::Bytes));
    let number = node.kind() == Kind::Number;
    let untyped = matches!(base, None | Some(Base::Any));
    let digits = written.trim_start_matches(['+', '-']);
    let odd = if number {
        let octal = digits.len() > 1
            && digits.starts_with('0')
            && digits.bytes().all(|b| b.is_ascii_digit());
        (octal && digits.trim_start_matches('0') != meant.trim_start_matches('-'))
            || digits.contains('_')
            || digits.starts_with("0b")
    } else {
        !written.eq_ignore_ascii_case("true") && !written.eq_ignore_ascii_case("false")
    };
    let decimal = digits.contains('.') && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let loses = number && decimal && digits.ends_with('0') && untyped;
    let (severity, problem) = if text {
        (Severity::Error, "is no text without quotes, and text is expected")
    } else if loses {
        (Severity::Warning, "is a number that loses its last digit")
    } else if odd {
        (Severity::Hint, "is read in another way by other tools")
    } else {
        return;
    };
    *found += 1;
    if *found > MAX {
        if *found == MAX + 1 {
            cx.report(
                node,
                format_args!("more values of this document are not what they look like"),
            );
        }
        return;
    }
    if is_confidential(cx.set(), node) {
        cx.report(node, format_args!("this value {problem}")).severity(severity);
        return;
    }
    let value = match node.as_bool() {
        Some(value) => {
            if value {
                "true"
            } else {
                "false"
            }
        }
        None => meant,
    };
    let (shown, value) = (clipped(written), clipped(value));
    let finding = cx
        .report(node, format_args!("`{shown}` {problem}: Kubernetes reads `{value}`"))
        .severity(severity);
    if text || loses {
        finding.fix_set(Grade::Safe, "Put it in quotes", written);
    }
}
