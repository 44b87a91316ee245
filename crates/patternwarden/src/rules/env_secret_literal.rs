use crate::engine::Cx;
use crate::kube::{ConfigKind, ConfigObject, Object, base64, entries};
use crate::matcher::clipped;
use crate::param::{Flag, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Severity, Surface};
use crate::secret_places::secret_places;
use crate::secret_values::{SECRET_NAMES, holds_format, holds_token, holds_token_encoded, names};
use alloc::{format, vec};
use patternwarden_tree::{Edit, Node, Op, Place, Value};

crate::rule! {
    /// A password, token or key is written into a manifest that is no Secret.
    ///
    /// ## Why it matters
    ///
    /// Manifests live in git, in an annotation of the object itself, and in every backup. Whoever may
    /// read a Deployment reads a password in it. What was once committed has to be replaced, not only
    /// removed.
    ///
    /// ## Bad
    ///
    /// A name that only secrets have:
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
    ///       env:
    ///         - name: DB_PASSWORD
    ///           # finding: /spec/containers/0/env/0/value
    ///           value: s3cr3t-Pa55
    /// ```
    ///
    /// Values that can be nothing else, wherever they stand, also behind Base64:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    ///   annotations:
    ///     # finding: 0 /metadata/annotations/team.example~1hook
    ///     team.example/hook: https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXX
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       args:
    ///         # finding: 0 /spec/containers/0/args/0
    ///         - --database=postgres://app:s3cr3t@db/app
    ///       env:
    ///         - name: CLOUD_KEY
    ///           # finding: 0 /spec/containers/0/env/0/value
    ///           value: AKIAIOSFODNN7EXAMPLE
    ///         - name: DATABASE
    ///           # finding: 0 /spec/containers/0/env/1/value
    ///           value: cG9zdGdyZXM6Ly9hcHA6czNjcjN0QGRiL2FwcA==
    /// ---
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: app
    /// data:
    ///   # finding: 1 /data/api-key
    ///   api-key: 9f8e7d6c5b4a
    ///   # finding: 1 /data/app.properties
    ///   app.properties: |
    ///     database=postgres://app:s3cr3t@db/app
    /// binaryData:
    ///   # finding: 1 /binaryData/id
    ///   id: LS0tLS1CRUdJTiBPUEVOU1NIIFBSSVZBVEUgS0VZLS0tLS0K
    /// ```
    ///
    /// Webhooks of a build, and metadata of components and scalers:
    ///
    /// ```yaml,bad
    /// apiVersion: build.openshift.io/v1
    /// kind: BuildConfig
    /// metadata:
    ///   name: app
    /// spec:
    ///   triggers:
    ///     - type: GitHub
    ///       github:
    ///         # finding: 0 /spec/triggers/0/github/secret
    ///         secret: hook-7f3a
    /// ---
    /// apiVersion: dapr.io/v1alpha1
    /// kind: Component
    /// metadata:
    ///   name: store
    /// spec:
    ///   type: state.redis
    ///   version: v1
    ///   metadata:
    ///     - name: redisPassword
    ///       # finding: 1 /spec/metadata/0/value
    ///       value: hunter2-hunter2
    /// ---
    /// apiVersion: keda.sh/v1alpha1
    /// kind: ScaledObject
    /// metadata:
    ///   name: app
    /// spec:
    ///   scaleTargetRef:
    ///     name: app
    ///   triggers:
    ///     - type: rabbitmq
    ///       metadata:
    ///         # finding: 2 /spec/triggers/0/metadata/host
    ///         host: amqp://app:s3cr3t@queue:5672/
    /// ```
    ///
    /// A format and names of one's own:
    ///
    /// ```yaml,bad
    /// # settings: {"extra_formats": ["acme-*-key"], "names": ["*_pin"], "allow_names": ["test_*"], "placeholders": ["none"], "decode_base64": false}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       env:
    ///         - name: LICENCE
    ///           # finding: /spec/containers/0/env/0/value
    ///           value: acme-0000-key
    ///         - name: CARD_PIN
    ///           # finding: /spec/containers/0/env/1/value
    ///           value: changeme
    ///         - name: TEST_PIN
    ///           value: "1234"
    ///         - name: OTHER_PIN
    ///           value: none
    ///         - name: DATABASE
    ///           value: cG9zdGdyZXM6Ly9hcHA6czNjcjN0QGRiL2FwcA==
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
    ///       env:
    ///         - name: DB_PASSWORD
    ///           valueFrom:
    ///             secretKeyRef:
    ///               name: app-db
    ///               key: password
    /// ```
    ///
    /// References, paths, addresses, placeholders, and names that only point to a secret:
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
    ///       env:
    ///         - name: DB_PASSWORD
    ///           value: $(INJECTED_PASSWORD)
    ///         - name: DB_URL
    ///           value: postgres://app:$(INJECTED_PASSWORD)@db/app
    ///         - name: TOKEN_PATH
    ///           value: token.txt
    ///         - name: API_KEY_FILE
    ///           value: key.txt
    ///         - name: SECRET_NAME
    ///           value: app-db
    ///         - name: GOOGLE_APPLICATION_CREDENTIALS
    ///           value: keys/app.json
    ///         - name: TOKEN_ENDPOINT
    ///           value: https://issuer.example/token
    ///         - name: SECRET_STORE
    ///           value: /etc/secrets
    ///         - name: ADMIN_PASSWORD
    ///           value: changeme
    ///         - name: USE_TOKEN
    ///           value: "true"
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For a value that only looks like a secret, and for the password of a test that lives no longer
    /// than the test.
    ///
    /// ## Source
    ///
    /// - [Secrets](https://kubernetes.io/docs/concepts/configuration/secret/)
    /// - CIS Kubernetes Benchmark 1.12, 5.4.1 and 5.4.2
    "env-secret-literal",
    "Secret value written in the manifest",
    patterns: &[Pattern::EnvVarConfiguration, Pattern::SecureConfiguration],
    severity: Severity::Error,
    admission: Admission::Warn,
    surfaces: &[Surface::Text, Surface::Object, Surface::Cluster],
    params: &[
        Param::Strings(&NAMES),
        Param::Strings(&ALLOW_NAMES),
        Param::Strings(&PLACEHOLDERS),
        Param::Strings(&EXTRA_FORMATS),
        Param::Flag(&DECODE),
    ],
    fix: Some(Grade::Template),
    check: Check::Object(check),
}

static NAMES: Strings = Strings {
    name: "names",
    doc: "Names of variables and keys that hold secrets, as globs in lower case.",
    default: SECRET_NAMES,
};

static ALLOW_NAMES: Strings = Strings {
    name: "allow_names",
    doc: "Names that only point to a secret or speak of one, as globs in lower case.",
    default: &[
        "*secret_name",
        "*secret-name",
        "*secretname",
        "*_path",
        "*_file",
        "*_dir",
        "*_ttl",
        "*fromenv",
    ],
};

static PLACEHOLDERS: Strings = Strings {
    name: "placeholders",
    doc: "Values that stand for a secret that comes later, as globs in lower case.",
    default: &["changeme", "change-me", "example", "xxx*", "${*}", "{{*}}", "<*>"],
};

static EXTRA_FORMATS: Strings = Strings {
    name: "extra_formats",
    doc: "Further words that are secrets by their look, as globs.",
    default: &[],
};

static DECODE: Flag = Flag {
    name: "decode_base64",
    doc: "Whether values are also looked at after decoding them from Base64.",
    default: true,
};

fn check<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>) {
    for (name, value) in secret_places(object) {
        judge(cx, object, name, value);
    }
    let map = ConfigObject::of(object).filter(|config| config.kind == ConfigKind::ConfigMap);
    for entry in entries(map.and_then(|map| map.binary_data().value)) {
        let bytes = base64(entry.scalar_text()).unwrap_or_default();
        if core::str::from_utf8(&bytes).is_ok_and(holds_token) {
            report(cx, entry, entry.key(), true);
        }
    }
}

/// `name` is what the value is called; without one, only its look counts.
fn judge<'d>(cx: &mut Cx<'_, 'd>, object: Object<'d>, name: Option<&'d str>, value: Node<'d>) {
    let text = value.scalar_text();
    let token = holds_token(text)
        || (cx.flag(&DECODE) && holds_token_encoded(text))
        || holds_format(text, cx.entries(&EXTRA_FORMATS));
    let named = name.is_some_and(|name| {
        names(name, cx.entries(&NAMES)) && !names(name, cx.entries(&ALLOW_NAMES))
    });
    if !(token || named && is_literal(cx, name.unwrap_or_default(), text)) {
        return;
    }
    let report = report(cx, value, name, token);
    // Only a variable can take its value from a Secret instead.
    let Some(entry) = value.parent().filter(|entry| {
        value.key() == Some("value") && entry.parent().is_some_and(|list| list.key() == Some("env"))
    }) else {
        return;
    };
    let at = Place::from(entry).pointer(object.node);
    let reference = Value::map([
        ("name", Value::Placeholder("name of the Secret".into())),
        ("key", Value::Placeholder("key in the Secret".into())),
    ]);
    let from = Value::map([("secretKeyRef", reference)]);
    let edits = vec![
        Edit::new(format!("{at}/value"), Op::Remove),
        Edit::new(format!("{at}/valueFrom"), Op::Add(from)),
    ];
    report.fix(Grade::Template, "Take the value from a Secret", edits);
}

fn report<'o, 'd>(
    cx: &'o mut Cx<'_, 'd>,
    value: Node<'d>,
    name: Option<&str>,
    token: bool,
) -> crate::engine::Reported<'o, 'd> {
    let shown = clipped(name.unwrap_or_default());
    let report = match (token, name) {
        (true, None) => cx.report(value, format_args!("this text holds a token, key or password")),
        (true, Some(_)) => {
            cx.report(value, format_args!("`{shown}` holds a token, key or password"))
        }
        (false, _) => cx.report(
            value,
            format_args!("`{shown}` is written as a literal, and its name says that it is secret"),
        ),
    };
    report.severity(if token { Severity::Error } else { Severity::Warning })
}

/// Whether a value of a secret's name is the secret itself: no reference, path, address, switch or
/// placeholder, and not a whole file.
fn is_literal(cx: &Cx<'_, '_>, name: &str, text: &str) -> bool {
    let text = text.trim();
    let path = text.starts_with(['/', '.', '~']) || text.contains("://");
    let switch = matches!(text, "" | "true" | "false");
    let google = name == "GOOGLE_APPLICATION_CREDENTIALS" && !text.starts_with('{');
    let reference = text.starts_with("$(") && text.ends_with(')');
    let placeholder = names(text, cx.entries(&PLACEHOLDERS));
    !(path || switch || google || reference || placeholder || text.contains('\n'))
}
