//! The catalogue on the page: every rule and every pattern, found by id, title or pattern.

use crate::analysis::{plural, word};
use crate::explain::{self, part};
use crate::finding::element_id;
use crate::state::{Action, Dispatch, Reference as Asked};
use crate::{icon, markdown, patterns};
use patternwarden::docs::{self, Topic, facts, rules_of, search, values};
use patternwarden::{Pattern, Rule, errata};
use web_sys::HtmlInputElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    /// Whether the panel is seen; it is drawn when it is seen first.
    pub(crate) shown: bool,
    pub(crate) asked: Asked,
    pub(crate) dispatch: Dispatch,
}

/// The panel.
#[component]
pub(crate) fn Reference(props: &Props) -> Html {
    let drawn = use_mut_ref(|| false);
    let Props { shown, asked, dispatch } = props;
    *drawn.borrow_mut() |= *shown;
    if !*drawn.borrow() {
        return Html::default();
    }
    let found = search(&asked.query);
    let is_pattern = |topic: &Topic| matches!(topic, Topic::Pattern(_));
    let (patterns, rules): (Vec<Topic>, Vec<Topic>) = found.into_iter().partition(is_pattern);
    let count = format!("{}, {}", plural(rules.len(), "rule"), plural(patterns.len(), "pattern"));
    let oninput = {
        let dispatch = dispatch.clone();
        Callback::from(move |event: InputEvent| {
            let field: HtmlInputElement = event.target_unchecked_into();
            dispatch.dispatch(Action::Search(field.value()));
        })
    };
    html! {
        <>
            <div class="search" role="search">
                <label for="search">{ "Find a rule or a pattern" }</label>
                <input id="search" type="search" autocomplete="off" spellcheck="false" aria-describedby="search-count"
                    value={asked.query.clone()} {oninput} />
                <p id="search-count" class="quiet" role="status">{ count }</p>
            </div>
            if rules.is_empty() && patterns.is_empty() {
                <section class="empty">
                    <h3>{ "Nothing has these words" }</h3>
                    <p>{ "Search by a part of an id, a title or the name of a pattern, such as " }<code>{ "probe" }</code>{ "." }</p>
                </section>
            }
            { list("Patterns", &patterns, asked, dispatch) }
            { list("Rules", &rules, asked, dispatch) }
        </>
    }
}

fn list(heading: &str, topics: &[Topic], asked: &Asked, dispatch: &Dispatch) -> Html {
    if topics.is_empty() {
        return Html::default();
    }
    let cards = topics.iter().map(|topic| {
        let open = asked.open.as_deref() == Some(topic.id());
        html! { <Card key={topic.id()} id={topic.id()} {open} dispatch={dispatch.clone()} /> }
    });
    html! {
        <>
            <p class="list-head">{ heading.to_owned() }</p>
            <ul class="cards">{ for cards }</ul>
        </>
    }
}

#[derive(Properties, PartialEq)]
struct CardProps {
    id: &'static str,
    open: bool,
    dispatch: Dispatch,
}

/// A line at a glance, and the whole text once it is open.
#[component]
fn Card(props: &CardProps) -> Html {
    let CardProps { id, open, dispatch } = props;
    let Some(topic) = Topic::find(id) else { return Html::default() };
    let element = element_id(&format!("topic:{id}"));
    let toggle = {
        let (dispatch, id) = (dispatch.clone(), *id);
        Callback::from(move |_: MouseEvent| dispatch.dispatch(Action::Topic(id.to_owned())))
    };
    let (class, mark, said, title, message, meta) = match topic {
        Topic::Pattern(pattern) => (
            "pattern",
            icon::pattern(),
            "",
            pattern.title(),
            pattern.summary(),
            pattern.category().id().to_owned(),
        ),
        Topic::Rule(rule) => (
            rule.severity.id(),
            icon::severity(rule.severity),
            word(rule.severity),
            rule.title,
            docs::summary(rule.docs),
            meta(rule),
        ),
    };
    html! {
        <li class={classes!("card", class, open.then_some("open"))}>
            <h3>
                <button type="button" aria-expanded={open.to_string()} aria-controls={element.clone()} onclick={toggle}>
                    { mark }
                    <span class="card-text">
                        <span class="card-line">
                            if !said.is_empty() {
                                <span class="word">{ said }</span>
                            }
                            <span class="card-title">{ markdown::inline(title) }</span>
                        </span>
                        <span class="card-message">{ markdown::inline(message) }</span>
                        <span class="card-meta">{ meta }{ " · " }<code>{ *id }</code></span>
                    </span>
                    { icon::chevron() }
                </button>
            </h3>
            <div class="card-body" id={element} hidden={!open}>
                if *open {
                    { match topic {
                        Topic::Pattern(pattern) => pattern_text(pattern, dispatch),
                        Topic::Rule(rule) => rule_text(rule, dispatch),
                    } }
                }
            </div>
        </li>
    }
}

/// What a closed card says besides the title: the patterns and what happens unasked.
fn meta(rule: &Rule) -> String {
    let titles: Vec<&str> = rule.patterns.iter().map(|pattern| pattern.title()).collect();
    let mut out = if titles.is_empty() { "every manifest".to_owned() } else { titles.join(", ") };
    if let Some(pss) = rule.pss {
        out.push_str(&format!(" · PSS {}", docs::level(pss.level())));
    }
    if !rule.enabled {
        out.push_str(" · runs when asked for");
    }
    out
}

fn pattern_text(pattern: Pattern, dispatch: &Dispatch) -> Html {
    let rules: Vec<&Rule> = rules_of(Some(pattern)).collect();
    let items = rules.iter().map(|rule| {
        html! { <li>{ explain::look_up(rule.id, rule.id, dispatch) }{ " " }{ markdown::inline(rule.title) }</li> }
    });
    html! {
        <>
            { patterns::text(pattern) }
            if !rules.is_empty() {
                { part("Rules that guard it", html! { <ul class="plain-list">{ for items }</ul> }) }
            }
        </>
    }
}

fn rule_text(rule: &Rule, dispatch: &Dispatch) -> Html {
    let told: Vec<Html> = errata::for_rule(rule.id).map(explain::erratum).collect();
    let sections = docs::sections(rule.docs);
    let parameters = rule.params.iter().map(|param| {
        html! { <li><code>{ param.name() }</code>{ format!(": {}. ", values(param)) }{ markdown::inline(param.doc()) }</li> }
    });
    let guarded = rule.patterns.iter().map(|pattern| {
        html! { <li>{ explain::look_up(pattern.id(), pattern.title(), dispatch) }{ " " }{ pattern.summary() }</li> }
    });
    html! {
        <>
            { facts_of(rule) }
            { for sections.iter().filter(|s| !s.heading.is_empty()).map(|s| explain::section(s, None)) }
            if !rule.params.is_empty() {
                { part("Parameters", html! { <ul>{ for parameters }</ul> }) }
            }
            if !told.is_empty() {
                { part("What changed since the talk", told.into_iter().collect()) }
            }
            if !rule.patterns.is_empty() {
                { part("The pattern behind it", html! { <ul class="plain-list">{ for guarded }</ul> }) }
            }
        </>
    }
}

/// What is short enough for a table. Patterns have a part of their own.
fn facts_of(rule: &Rule) -> Html {
    let shown = facts(rule).into_iter().filter(|(name, _)| *name != "patterns");
    html! {
        <dl class="facts">
            { for shown.map(|(name, value)| html! { <div><dt>{ name }</dt><dd>{ value }</dd></div> }) }
        </dl>
    }
}
