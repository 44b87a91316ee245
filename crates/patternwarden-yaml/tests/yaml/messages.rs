//! What people are told, and where.

use patternwarden_yaml::{read, read_bytes};

#[test]
fn a_cause_is_named_where_it_stands() {
    for (text, at, cause, advice) in [
        ("a:\n\tb: 1\n", "\t", "tab", "blanks"),
        ("-\ta\n", "\t", "tab", "blank"),
        ("a:\n  b: 1\n c: 2\n", "c:", "indentation", "same indentation"),
        ("a: 1\n  b: 2\n", ":", "colon", "indentation"),
        ("a: 1\nb\nc: 3\n", "b", "colon", "key: value"),
        ("a: 'x\nb: 2\n", "'x", "quote", "Close"),
        ("a: x: y\n", ":", "colon", "quotes"),
        ("a: [b, c\n", "[b,", "bracket", "Close"),
        ("a: *nobody\n", "*nobody", "anchor", "&name"),
        ("a: &x:y 1\n", "&x:y", "anchor", "letters"),
        ("a: %x\n", "%x", "begin with `%`", "quotes"),
        ("a: @x\n", "@x", "begin with `@`", "quotes"),
        ("--- {a: 1}\n", "--- {a: 1}", "`---`", "next line"),
        ("a: \"\\q\"\n", "\"\\q\"", "backslash", "single quotes"),
        ("a: .nan\n", ".nan", ".nan", "quotes"),
        ("~: x\n", "~", "key is empty or null", "key"),
        ("a: \"x\"#c\n", "#c", "`#`", "blank"),
        ("a: x\u{85}b: 2\n", "\u{85}", "U+0085", "line end"),
        ("%YAML 1.2\n", "%YAML", "`%`", "Delete"),
        ("a: {{ .Values.x }}\n", "{{ .Values.x }}", "template", "helm template"),
        ("{{- if .Values.x }}\na: 1\n{{- end }}\n", "{{- if .Values.x }}", "template", "helm"),
        (
            "a:\n{{ toYaml .x | indent 2 }}\nb: 1\n",
            "{{ toYaml .x | indent 2 }}",
            "template",
            "helm",
        ),
    ] {
        let stream = read(text);
        assert_eq!(stream.errors.len(), 1, "{text:?} {:?}", stream.errors);
        let error = &stream.errors[0];
        assert!(error.message.contains(cause), "{text:?} {error:?}");
        let hint = error.hint.as_deref().unwrap_or("");
        assert!(hint.contains(advice) && hint.ends_with('.'), "{text:?} {error:?}");
        assert!(!error.message.ends_with('.'), "{error:?}");
        assert_eq!(error.span.of(text), at, "{text:?} {error:?}");
    }
}

#[test]
fn braces_in_quotes_are_no_template() {
    let text = "a: \"{{workflow.name}}\"\nb: [\n";
    let stream = read(text);
    assert_eq!(stream.errors.len(), 1);
    assert!(stream.errors[0].message.contains("bracket"), "{:?}", stream.errors);
    assert!(read("a: '{{x}}'\n").errors.is_empty());
}

#[test]
fn errors_count_the_documents_before_them() {
    let stream = read("a: 1\n---\n# empty\n---\nb: [\n---\nc: 3\n---\nd: *x\n");
    let documents: Vec<usize> = stream.errors.iter().map(|error| error.document).collect();
    assert_eq!(documents, [1, 3]);
}

#[test]
fn bytes_that_are_no_text_are_one_error() {
    for (bytes, cause) in [
        (&b"a: \xff\n"[..], "UTF-8"),
        (b"a: caf\xe9", "UTF-8"),
        (b"\xfe\xff\0a\0:", "UTF-16"),
        (b"\xff\xfea\0:\0", "UTF-16"),
    ] {
        let stream = read_bytes(bytes);
        assert!(stream.documents.is_empty());
        assert_eq!(stream.errors.len(), 1);
        assert!(stream.errors[0].message.contains(cause), "{:?}", stream.errors);
        assert!(stream.errors[0].hint.is_some() && !stream.errors[0].span.is_empty());
    }
    assert_eq!(read_bytes("\u{feff}a: é\n".as_bytes()).documents.len(), 1);
    assert!(read_bytes(b"").errors.is_empty());
}
