//! One finding: a line to read at a glance, and everything about it once it is open.

use crate::analysis::{self, Analysis};
use crate::explain::{self, RuleText, part};
use crate::fixes::{self, First};
use crate::repairs::Preview;
use crate::state::{Action, Dispatch};
use crate::syntax::sentence;
use crate::{icon, markdown, quote};
use patternwarden::report::{Finding, Related};
use patternwarden::tree::Range;
use patternwarden::{Admission, Pattern, Severity, errata, rules};
use std::rc::Rc;
use yew::prelude::*;

/// What a closed card says: a few words that most keys leave as they are, so that it is not drawn anew.
#[derive(Clone, PartialEq)]
pub(crate) struct Row {
    key: AttrValue,
    severity: Severity,
    title: AttrValue,
    message: AttrValue,
    /// Line, object, effect.
    details: AttrValue,
    rule: AttrValue,
    fix: Option<First>,
}

impl Row {
    pub(crate) fn new(analysis: &Analysis, finding: &Finding) -> Self {
        let line = finding.range.map(|range| format!("line {}", range.start.line));
        let resource = analysis.resource(finding.resource).map(analysis::name);
        let effect = match finding.admission {
            Admission::Deny => Some("denies"),
            Admission::Warn => Some("warns"),
            Admission::Off => None,
        };
        let details: Vec<String> =
            line.into_iter().chain(resource).chain(effect.map(str::to_owned)).collect();
        Self {
            key: finding.key.clone().into(),
            severity: finding.severity,
            title: finding.title.clone().into(),
            message: sentence(&finding.message).into(),
            details: details.join(" · ").into(),
            rule: finding.rule.clone().into(),
            fix: First::of(finding),
        }
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) row: Row,
    /// What the finding is part of; an open card alone needs it.
    pub(crate) open: Option<Rc<Analysis>>,
    /// A fix of it that is being looked at.
    pub(crate) preview: Option<Preview>,
    pub(crate) dispatch: Dispatch,
}

/// One finding in the list.
#[component]
pub(crate) fn FindingCard(props: &Props) -> Html {
    let Props { row, open, preview, dispatch } = props;
    let id = element_id(&row.key);
    let toggle = {
        let (dispatch, key) = (dispatch.clone(), row.key.clone());
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::Finding(key.to_string())))
    };
    let shown = open.as_ref().and_then(|analysis| {
        let finding = analysis.report.findings.iter().find(|f| *f.key == *row.key)?;
        Some(body(analysis, finding, preview.as_ref(), dispatch))
    });
    html! {
        <li class={classes!("card", row.severity.id(), open.is_some().then_some("open"), row.fix.is_some().then_some("fixable"))}>
            <h3>
                <button type="button" id={head_id(&row.key)} aria-expanded={open.is_some().to_string()} aria-controls={id.clone()} onclick={toggle}>
                    { icon::severity(row.severity) }
                    <span class="card-text">
                        <span class="card-line">
                            <span class="word">{ analysis::word(row.severity) }</span>
                            <span class="card-title">{ row.title.clone() }</span>
                        </span>
                        <span class="card-message">{ markdown::inline(&row.message) }</span>
                        <span class="card-meta">{ row.details.clone() }{ " · " }<code>{ row.rule.clone() }</code></span>
                    </span>
                    { icon::chevron() }
                </button>
            </h3>
            if let (Some(fix), None) = (&row.fix, open) {
                { fixes::first(fix, &row.key, dispatch) }
            }
            <div class="card-body" {id} hidden={open.is_none()}>{ for shown }</div>
        </li>
    }
}

fn body(
    analysis: &Analysis,
    finding: &Finding,
    preview: Option<&Preview>,
    dispatch: &Dispatch,
) -> Html {
    let rule = rules::find(&finding.rule);
    let text = RuleText::new(rule.map_or("", |rule| rule.docs));
    let told: Vec<Html> = errata::for_rule(&finding.rule).map(explain::erratum).collect();
    html! {
        <>
            { here(analysis, finding, dispatch) }
            if !finding.fixes.is_empty() {
                { part("How to repair it here", fixes::list(finding, preview, dispatch)) }
            }
            if !finding.why.is_empty() {
                { part("Why it matters", markdown::blocks(&finding.why)) }
            }
            if !told.is_empty() {
                { part("What changed since the talk", told.into_iter().collect()) }
            }
            { for text.good.iter().map(|good| explain::section(good, Some("How it looks when it is right"))) }
            { for text.more.iter().map(|more| explain::section(more, None)) }
            { for text.allow.iter().map(|allow| explain::section(allow, None)) }
            { guards(analysis, finding, dispatch) }
            { for text.source.iter().map(|source| explain::section(source, None)) }
            <p>{ explain::look_up(&finding.rule, "All about this rule", dispatch) }</p>
        </>
    }
}

fn here(analysis: &Analysis, finding: &Finding, dispatch: &Dispatch) -> Html {
    let path = (!finding.path.is_empty()).then(|| finding.path.clone());
    let lines = finding.range.map(|range| quote::quote(&analysis.text, range));
    let related = finding.related.iter().map(|related| other(related, dispatch));
    part(
        "In your manifest",
        html! {
            <>
                    { for lines }
                <p class="place">
                    { for finding.range.map(|range| go(range, "Show in the manifest", dispatch)) }
                    { for path.map(|path| html! { <code>{ path }</code> }) }
                </p>
                if !finding.related.is_empty() {
                    <ul class="related">{ for related }</ul>
                }
            </>
        },
    )
}

fn other(related: &Related, dispatch: &Dispatch) -> Html {
    html! {
        <li>
            { markdown::inline(&related.message) }{ " " }
            { for related.range.map(|range| go(range, &format!("line {}", range.start.line), dispatch)) }
        </li>
    }
}

/// A button that moves the editor to a place.
pub(crate) fn go(range: Range, label: &str, dispatch: &Dispatch) -> Html {
    let dispatch = dispatch.clone();
    let onclick =
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::Reveal(range, true)));
    html! { <button type="button" class="go" {onclick}>{ label.to_owned() }</button> }
}

/// The patterns that the rule guards; those found in the text lead to their card.
fn guards(analysis: &Analysis, finding: &Finding, dispatch: &Dispatch) -> Html {
    let patterns: Vec<Pattern> =
        finding.patterns.iter().filter_map(|id| Pattern::find(id)).collect();
    if patterns.is_empty() {
        return Html::default();
    }
    let items = patterns.into_iter().map(|pattern| {
        let found = analysis.report.patterns.iter().any(|hit| hit.pattern == pattern.id());
        let dispatch = dispatch.clone();
        let onclick = Callback::from(move |_: MouseEvent| {
            dispatch.dispatch(Action::ShowPattern(pattern.id().into()));
        });
        html! {
            <li>
                if found {
                    <button type="button" class="go" {onclick}>{ icon::pattern() }{ pattern.title() }</button>
                } else {
                    <strong>{ pattern.title() }</strong>
                }
                { " " }{ pattern.summary() }
            </li>
        }
    });
    part("The pattern behind it", html! { <ul class="plain-list">{ for items }</ul> })
}

/// The id of the button that opens a card.
pub(crate) fn head_id(key: &str) -> String {
    format!("head-{}", element_id(key))
}

/// The id of the button of one of a finding's fixes.
pub(crate) fn fix_id(key: &str, fix: usize) -> String {
    format!("fix-{fix}-{}", element_id(key))
}

/// An id for the element, from the key of a finding or pattern.
pub(crate) fn element_id(key: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    format!("about-{}", key.chars().map(safe).collect::<String>())
}
