use crate::engine::Cx;
use crate::rule::{Check, Severity, Surface};
use patternwarden_tree::SyntaxError;

crate::rule! {
    /// A part of the text is no YAML, or not the YAML that `kubectl` reads.
    ///
    /// ## Why it matters
    ///
    /// What cannot be read is not checked. Linters that pass over such a file end as if it were
    /// clean, and `kubectl` stops at the first one with a message about the grammar of YAML, not
    /// about the missing colon.
    ///
    /// ## Bad
    ///
    /// A key lacks its colon:
    ///
    /// ```yaml,bad
    /// # finding: 0
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name app
    ///   namespace: shop
    /// ```
    ///
    /// Tabs do not indent:
    ///
    /// ```yaml,bad
    /// # finding: 0
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    #[doc = " \tname: app"]
    /// ```
    ///
    /// One key stands deeper than those beside it:
    ///
    /// ```yaml,bad
    /// # finding: 0
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: app
    ///     namespace: shop
    /// ```
    ///
    /// A quote, and a bracket, that nobody closed; every other document is still checked:
    ///
    /// ```yaml,bad
    /// # finding: 0
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: "app
    /// data: {}
    /// ---
    /// # finding: 0
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: {name: other
    /// ```
    ///
    /// An alias of something that does not exist:
    ///
    /// ```yaml,bad
    /// # finding: 0
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: app
    /// data: *defaults
    /// ```
    ///
    /// A template that has yet to be rendered:
    ///
    /// ```yaml,bad
    /// # finding: 0
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: {{ .Release.Name }}
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata:
    ///   name: app
    ///   namespace: shop
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For templates of another tool: render them first, or exempt their `files` in the settings.
    /// No comment or annotation hides it. Whatever its severity is, a report lists under `syntax` what could not be read
    /// and gives no verdict. How deeply values may be nested, and how many there may be, protects the reader and is no
    /// parameter. What was meant is not in the text, so the message says what to do and no repair is offered.
    ///
    /// ## Source
    ///
    /// - [YAML 1.2, chapters 5 to 9](https://yaml.org/spec/1.2.2/#chapter-5-character-productions)
    /// - [stackrox/kube-linter#272](https://github.com/stackrox/kube-linter/issues/272), [#1236](https://github.com/stackrox/kube-linter/pull/1236): files that cannot be read end as success
    "yaml-syntax-invalid",
    "Text is not YAML, or not the YAML that kubectl reads",
    severity: Severity::Error,
    surfaces: &[Surface::Text],
    check: Check::Unreadable(check),
}

fn check(cx: &mut Cx<'_, '_>, error: &SyntaxError) {
    cx.report_unreadable(Some(error.span), format_args!("{}", error.message));
}
