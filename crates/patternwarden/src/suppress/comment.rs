//! Comments that suppress: `# patternwarden: ignore <rules> until=<day> -- <reason>`.

use super::written::{Written, spot};
use super::{Cover, Origin, Run, Spot};
use crate::matcher::clipped;
use crate::settings::keys;
use alloc::{borrow::ToOwned, string::String, vec::Vec};
use patternwarden_tree::{Comment, Document, Node, Style};

const MARK: &str = "patternwarden:";
const VERBS: [&str; 3] = ["ignore", "ignore-object", "ignore-file"];

/// What a comment says.
#[derive(Debug, PartialEq, Eq)]
struct Directive<'c> {
    verb: &'c str,
    rules: Vec<&'c str>,
    until: Option<&'c str>,
    reason: &'c str,
}

/// Reads a comment; `None` for one that does not speak to us, and for one that tries to, why it
/// fails.
fn read(text: &str) -> Option<Result<Directive<'_>, &'static str>> {
    let body = text.strip_prefix('#')?.trim_start();
    let Some(rest) = body.strip_prefix(MARK) else {
        return resembles(text).then_some(Err("it does not begin with `# patternwarden:`"));
    };
    let (head, reason) = match rest.split_once("--") {
        // The reason stands behind a mark of its own, with blanks around it.
        Some((head, reason)) if head.ends_with([' ', '\t']) => (head, reason),
        _ => (rest, ""),
    };
    let (verb, rest) = head.trim().split_once([' ', '\t']).unwrap_or((head.trim(), ""));
    if !VERBS.contains(&verb) {
        return Some(Err("it says neither `ignore`, `ignore-object` nor `ignore-file`"));
    }
    let (rest, until) = match rest.rsplit_once("until=") {
        Some((rest, until)) if rest.is_empty() || rest.ends_with([' ', '\t']) => {
            (rest, Some(until.trim()))
        }
        _ => (rest, None),
    };
    let rules: Vec<&str> = rest.split(',').map(str::trim).collect();
    let twice =
        rules.iter().enumerate().any(|(at, rule)| rules.iter().skip(at + 1).any(|r| r == rule));
    if rules.iter().any(|rule| rule.is_empty() || rule.contains([' ', '\t'])) {
        Some(Err("rules are named by id, with commas between them"))
    } else if twice {
        Some(Err("it names a rule twice"))
    } else {
        Some(Ok(Directive { verb, rules, until, reason }))
    }
}

/// Whether a comment looks like one of ours: the name, whatever the case and the blanks, and then
/// a colon or something about ignoring.
fn resembles(text: &str) -> bool {
    let letters = text.trim_start_matches(['#', ' ', '\t']);
    let mut rest = letters.chars();
    let name = "patternwarden".chars().all(|wanted| {
        let next = rest.find(|c| !matches!(c, ' ' | '\t' | '-' | '_'));
        next.is_some_and(|c| c.eq_ignore_ascii_case(&wanted))
    });
    let rest = rest.as_str().trim_start();
    name && (rest.starts_with(':') || rest.to_ascii_lowercase().contains("ignore"))
}

impl<'d> Run<'_, 'd> {
    /// Reads the comments of all documents.
    pub(super) fn comments(&mut self) {
        let documents: Vec<&'d Document> = self.set.documents().collect();
        for (index, document) in documents.into_iter().enumerate() {
            let mut comments = document.comments().iter().peekable();
            while let Some(comment) = comments.next() {
                let mut more = String::new();
                let mut end = comment.line.end;
                let directive = read(&comment.text);
                // A reason may go on, in lines that are indented behind their mark.
                while let Some(next) = comments.next_if(|next| {
                    directive.is_some()
                        && next.alone
                        && next.line.start.abs_diff(end) <= 2
                        && goes_on(next)
                }) {
                    more.push(' ');
                    more.push_str(next.text.trim_start_matches('#').trim());
                    end = next.line.end;
                }
                match directive {
                    Some(directive) => self.directive(index, document, comment, directive, &more),
                    None => self.comment_of_peer(index, document, comment),
                }
            }
            if document.mentions(MARK) {
                self.texts(index, document);
            }
        }
    }

    fn directive(
        &mut self,
        index: usize,
        document: &'d Document,
        comment: &'d Comment,
        directive: Result<Directive<'d>, &'static str>,
        more: &str,
    ) {
        let Some(root) = document.root() else { return };
        let outside = self.comment_spot(index, comment, root);
        let directive = match directive {
            Ok(directive) => directive,
            Err(why) => {
                return self
                    .malformed(outside, format_args!("this comment suppresses nothing: {why}"));
            }
        };
        if directive.verb != "ignore" && !comment.alone {
            let verb = directive.verb;
            return self.malformed(outside, format_args!("`{verb}` stands on a line of its own"));
        }
        let (at, cover) = match directive.verb {
            "ignore-file" => {
                let first =
                    root.origin().is_none_or(|origin| comment.span.start < origin.value.start);
                if index > 0 || !first {
                    let message =
                        format_args!("`ignore-file` stands before everything else in the file");
                    return self.malformed(outside, message);
                }
                if !self.settings.flag_at(&keys::FORM_FILE) {
                    let message =
                        format_args!("settings do not let a comment suppress in a whole file");
                    return self.not_allowed(outside, message);
                }
                (outside, Cover::File)
            }
            "ignore-object" => match outside.object {
                Some(object) => (outside, Cover::Object(object.index)),
                None => return self.malformed(outside, format_args!("there is no object here")),
            },
            _ if comment.alone => match next(document, comment) {
                Some(node) if node.parent().is_some_and(|map| is_flow(map)) => {
                    let message =
                        format_args!("inside braces, a comment is about its own line alone");
                    return self.malformed(outside, message);
                }
                Some(node) => {
                    let at = self.comment_spot(index, comment, node);
                    (at, Cover::Block(node, index, extent(node)))
                }
                None => {
                    return self.malformed(outside, format_args!("nothing follows this comment"));
                }
            },
            _ => {
                let line = comment.line;
                let starts = |node: &Node<'_>| {
                    start(*node).is_some_and(|at| (line.start..line.end).contains(&at))
                };
                let node = nodes(document).filter(starts).last().unwrap_or(root);
                (self.comment_spot(index, comment, node), Cover::Line(index, line))
            }
        };
        let mut reason = directive.reason.trim().to_owned();
        reason.push_str(more);
        for id in directive.rules {
            let until = directive.until;
            let origin = Origin::Comment;
            self.accept(&Written { origin, at, cover, id, reason: &reason, until });
        }
    }

    /// Where a comment is reported: at `node`, of the object that it is in or in front of.
    fn comment_spot(&self, document: usize, comment: &Comment, node: Node<'d>) -> Spot<'d> {
        let of_document = |index: usize| self.set.document_of(index) == document;
        let mut holder = self.set.object_holding(node);
        if node.parent().is_none() {
            // A list holds several objects: the one whose lines it stands between.
            let mut objects =
                self.set.objects().filter(|object| of_document(object.index)).peekable();
            let first = objects.peek().copied();
            let at = comment.span.start;
            let ends = |object: &crate::kube::Object<'_>| extent(object.node).end;
            let several = self.set.objects().filter(|object| of_document(object.index)).count() > 1;
            holder =
                if several { objects.find(|object| at <= ends(object)).or(first) } else { first };
        }
        let node = match holder {
            Some(object) if node.parent().is_none() => object.node,
            _ => node,
        };
        Spot { document, object: holder, node, span: Some(comment.span) }
    }

    /// Directives in scalars, where they are text.
    fn texts(&mut self, index: usize, document: &'d Document) {
        for node in nodes(document).filter(|node| node.as_str().is_some_and(|s| s.contains(MARK))) {
            let text = node.as_str().unwrap_or_default();
            let says = |line: &str| {
                line.find('#').and_then(|at| read(line.get(at..)?)).is_some_and(|r| r.is_ok())
            };
            if let Some(line) = text.lines().find(|line| says(line))
                && let Some(object) = self.set.object_holding(node)
            {
                let line = clipped(line.trim());
                let at = spot(index, object, node);
                self.malformed(
                    at,
                    format_args!("`{line}` is part of a text here, and suppresses nothing"),
                );
            }
        }
    }
}

/// Whether a comment continues the one above: two blanks or more behind its mark.
fn goes_on(comment: &Comment) -> bool {
    let rest = comment.text.strip_prefix('#').unwrap_or_default();
    rest.starts_with("  ") && !rest.trim().is_empty()
}

fn nodes(document: &Document) -> impl Iterator<Item = Node<'_>> {
    (0..document.len() as u32).filter_map(|id| document.node(id))
}

/// Where an entry of a map, or an item of a list, starts in the text; `None` for the root, for what
/// an alias repeats, and for what nobody wrote.
fn start(node: Node<'_>) -> Option<u32> {
    let origin = node.origin()?;
    // An alias stands where it is written, but what it brings stands elsewhere.
    let brought = node.parent()?.origin().is_some_and(|origin| origin.indirect);
    if origin.indirect && brought {
        return None;
    }
    match (node.key(), origin.key) {
        (Some(_), Some(key)) => Some(key.start),
        (Some(_), None) => None,
        (None, _) => Some(origin.value.start),
    }
}

/// The entry or item that starts next behind a comment.
fn next<'d>(document: &'d Document, comment: &Comment) -> Option<Node<'d>> {
    nodes(document).find(|node| start(*node).is_some_and(|at| at >= comment.span.end))
}

/// The text of a node, with its key.
fn extent(node: Node<'_>) -> patternwarden_tree::Span {
    let origin = node.origin().unwrap_or_default();
    let start = origin.key.unwrap_or(origin.value).start;
    patternwarden_tree::Span { start, end: origin.value.end.max(start) }
}

fn is_flow(node: Node<'_>) -> bool {
    node.origin().is_some_and(|origin| origin.style == Style::Flow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_read_by_the_grammar() {
        let directive =
            read("# patternwarden: ignore-object a-b, c until=2027-06-30 -- because -- yes");
        let expected = Directive {
            verb: "ignore-object",
            rules: ["a-b", "c"].into(),
            until: Some("2027-06-30"),
            reason: " because -- yes",
        };
        assert_eq!(directive, Some(Ok(expected)));
        for text in [
            "#patternwarden:ignore a --",
            "#  patternwarden:  ignore a",
            "# patternwarden: ignore a\t-- b",
        ] {
            assert!(matches!(read(text), Some(Ok(d)) if d.rules == ["a"]), "{text}");
        }
    }

    #[test]
    fn near_misses_are_told_from_prose() {
        for text in [
            "# patternwarden ignore: host-namespaces",
            "# Patternwarden: ignore a -- because of it",
            "# pattern-warden: ignore a -- because of it",
            "## patternwarden: ignore a -- because of it",
            "# patternwarden: ignored a -- because of it",
            "# patternwarden: ignore a b -- because of it",
            "# patternwarden: ignore -- because of it",
            "# patternwarden: ignore a,, b -- because of it",
            "# patternwarden: ignore a, a -- because of it",
        ] {
            assert!(matches!(read(text), Some(Err(_))), "{text}");
        }
        for text in
            ["# checked by patternwarden", "# patternwarden is a tool", "# x", "#", "# finding: /a"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
