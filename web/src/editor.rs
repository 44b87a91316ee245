//! The code editor: a binding to the bundle of `web/editor`, and the component that mounts it.
//!
//! It lives in an open shadow root, where its styles are constructed sheets, which a policy of
//! `style-src 'self'` allows. Yew renders the host alone; everything below belongs to the editor.

use crate::analysis::Analysis;
use crate::repairs::{Place, plain};
use crate::state::{Action, Dispatch, Reveal};
use js_sys::{Object, Reflect};
use patternwarden::report::{Finding, Fix, Report, Syntax};
use patternwarden::tree::Range;
use patternwarden::{Grade, Severity};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, ShadowRootInit, ShadowRootMode};
use yew::prelude::*;

#[wasm_bindgen(module = "/js/editor.js")]
extern "C" {
    type JsEditor;

    #[wasm_bindgen(js_name = createEditor)]
    fn create_editor(parent: &Element, options: &JsValue) -> JsEditor;

    #[wasm_bindgen(method, js_name = setText)]
    fn set_text(this: &JsEditor, text: &str) -> String;

    #[wasm_bindgen(method, js_name = setMarks)]
    fn set_marks(
        this: &JsEditor,
        places: &[u32],
        describe: &Closure<dyn FnMut(usize) -> JsValue>,
        lines: &JsValue,
        invalid: bool,
    );

    #[wasm_bindgen(method)]
    fn reveal(this: &JsEditor, from: u32, to: u32, focus: bool);

    #[wasm_bindgen(method, js_name = setTheme)]
    fn set_theme(this: &JsEditor, dark: bool);

    #[wasm_bindgen(method)]
    fn focus(this: &JsEditor);

    #[wasm_bindgen(method)]
    fn destroy(this: &JsEditor);
}

/// What the editor shows of a mark that is pointed at.
#[derive(Serialize)]
struct Mark<'a> {
    message: &'a str,
    rule: &'a str,
    title: &'a str,
    /// What its first fix does; absent where it has none.
    fix: Option<String>,
    key: &'a str,
}

impl<'a> Mark<'a> {
    fn of(finding: &'a Finding) -> Self {
        Self {
            message: &finding.message,
            rule: &finding.rule,
            title: &finding.title,
            fix: finding.fixes.first().map(label),
            key: &finding.key,
        }
    }

    fn of_error(error: &'a Syntax) -> Self {
        Self { message: &error.message, rule: UNREADABLE, title: "", fix: None, key: "" }
    }

    /// The mark of this number: findings first, then errors.
    fn numbered(report: &'a Report, index: usize) -> Option<Self> {
        match report.findings.get(index) {
            Some(finding) => Some(Self::of(finding)),
            None => {
                report.syntax.get(index.checked_sub(report.findings.len())?).map(Self::of_error)
            }
        }
    }
}

/// The rule that says of a finding what is said of an error.
const UNREADABLE: &str = "yaml-syntax-invalid";

/// Where the marks are: start, end, severity, whether there is a fix, and the number of the mark.
fn places(report: &Report) -> Vec<u32> {
    let shown = |f: &Finding| f.range.filter(|_| !f.is_of_syntax());
    let found = report.findings.iter().map(|f| (shown(f), f.severity, !f.fixes.is_empty()));
    let said = |error| report.said_of(error).map_or(Severity::Error, |finding| finding.severity);
    let errors = report.syntax.iter().map(|error| (error.range, said(error), false));
    let numbered = (0..).zip(found.chain(errors));
    let placed = numbered.filter_map(|(number, (range, severity, fix))| {
        let Range { start, end } = range?;
        Some([start.offset, end.offset, severity as u32, u32::from(fix), number])
    });
    placed.flatten().collect()
}

/// A line that shows a pattern.
#[derive(Serialize)]
struct PatternLine {
    line: u32,
    title: String,
}

/// A mounted editor; dropping it takes it off the page.
struct Editor {
    js: JsEditor,
    _on_change: Closure<dyn FnMut(String)>,
    _on_fix: Closure<dyn FnMut(String)>,
    /// The words for the marks.
    describe: Option<Closure<dyn FnMut(usize) -> JsValue>>,
}

impl Editor {
    fn mount(host: &Element, text: &str, dark: bool, dispatch: Dispatch) -> Option<Self> {
        let document = gloo::utils::document();
        let root = match host.shadow_root() {
            Some(root) => root,
            None => host.attach_shadow(&ShadowRootInit::new(ShadowRootMode::Open)).ok()?,
        };
        root.set_inner_html("");
        let place = document.create_element("div").ok()?;
        place.set_attribute("part", "mount").ok()?;
        let hint = document.create_element("p").ok()?;
        hint.set_attribute("part", "hint").ok()?;
        hint.set_id("hint");
        hint.set_text_content(Some(HINT));
        root.append_child(&place).ok()?;
        root.append_child(&hint).ok()?;

        let on_fix = {
            let dispatch = dispatch.clone();
            Closure::new(move |key: String| {
                dispatch.dispatch(Action::Fix { key, fix: 0, place: Place::Editor });
            })
        };
        let on_change = Closure::new(move |text: String| {
            dispatch.dispatch(Action::Typed(text.into()));
        });
        let options = Object::new();
        for (key, value) in [
            ("doc", JsValue::from(text)),
            ("label", "Kubernetes manifest".into()),
            ("describedBy", "hint".into()),
            ("placeholder", "Paste a manifest, or pick an example.".into()),
            ("dark", dark.into()),
            ("onChange", on_change.as_ref().clone()),
            ("onFix", on_fix.as_ref().clone()),
        ] {
            Reflect::set(&options, &key.into(), &value).ok()?;
        }
        let js = create_editor(&place, &options);
        Some(Self { js, _on_change: on_change, _on_fix: on_fix, describe: None })
    }

    fn mark(&mut self, analysis: &Rc<Analysis>) {
        let report = &analysis.report;
        let mut lines = Vec::new();
        for hit in &report.patterns {
            for evidence in &hit.evidence {
                let Some(range) = evidence.range else { continue };
                let title = format!("{}: {}", hit.title, evidence.label);
                lines.push(PatternLine { line: range.start.line, title });
            }
        }
        let lines = to_js(&lines);
        let analysis = analysis.clone();
        let describe = Closure::new(move |index: usize| {
            Mark::numbered(&analysis.report, index).map_or(JsValue::UNDEFINED, |mark| to_js(&mark))
        });
        self.js.set_marks(&places(report), &describe, &lines, !report.syntax.is_empty());
        // The one before is of no use any more: the editor has dropped its marks.
        self.describe = Some(describe);
    }
}

fn to_js(value: &impl Serialize) -> JsValue {
    value.serialize(&Serializer::json_compatible()).unwrap_or_default()
}

impl Drop for Editor {
    fn drop(&mut self) {
        self.js.destroy();
    }
}

/// A fix on a button of the editor.
fn label(fix: &Fix) -> String {
    let grade = match fix.grade {
        Grade::Safe => "safe",
        Grade::Review => "review",
        Grade::Template => "template",
    };
    format!("Fix ({grade}): {}", plain(&fix.title))
}

/// What the keys do, under the editor and in its description.
pub(crate) const HINT: &str =
    "F8 goes to the next problem, Shift+F8 back, Ctrl+. repairs it. Tab leaves the editor.";

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) text: Rc<str>,
    pub(crate) revision: u32,
    pub(crate) analysis: Rc<Analysis>,
    pub(crate) dark: bool,
    pub(crate) reveal: Option<Reveal>,
    pub(crate) dispatch: Dispatch,
}

/// The code editor.
#[component]
pub(crate) fn CodeEditor(props: &Props) -> Html {
    let host = use_node_ref();
    let editor = use_mut_ref(|| None::<Editor>);
    {
        let (host, editor) = (host.clone(), editor.clone());
        let (text, dark, dispatch) = (props.text.clone(), props.dark, props.dispatch.clone());
        use_effect_with((), move |()| {
            *editor.borrow_mut() = host
                .cast::<HtmlElement>()
                .and_then(|host| Editor::mount(&host, &text, dark, dispatch));
            move || drop(editor.borrow_mut().take())
        });
    }
    use_editor(&editor, props.revision, {
        let text = props.text.clone();
        move |editor| drop(editor.js.set_text(&text))
    });
    use_editor(&editor, Rc::as_ptr(&props.analysis) as usize, {
        let analysis = props.analysis.clone();
        move |editor| editor.mark(&analysis)
    });
    use_editor(&editor, props.dark, {
        let dark = props.dark;
        move |editor| editor.js.set_theme(dark)
    });
    use_editor(&editor, props.reveal, {
        let reveal = props.reveal;
        move |editor| {
            if let Some(Reveal { from, to, focus, .. }) = reveal {
                editor.js.reveal(from, to, focus);
            }
        }
    });
    // A skip link and F6 bring the focus to the host, which hands it on.
    let onfocus = {
        let editor = editor.clone();
        Callback::from(move |_: FocusEvent| {
            if let Ok(editor) = editor.try_borrow() {
                editor.iter().for_each(|editor| editor.js.focus());
            }
        })
    };
    html! { <div id="editor" class="editor" ref={host} tabindex="-1" {onfocus} /> }
}

/// Tells the editor something whenever `what` changes.
#[hook]
fn use_editor<D: PartialEq + 'static>(
    editor: &Rc<std::cell::RefCell<Option<Editor>>>,
    what: D,
    tell: impl FnOnce(&mut Editor) + 'static,
) {
    let editor = editor.clone();
    use_effect_with(what, move |_| {
        if let Some(editor) = editor.borrow_mut().as_mut() {
            tell(editor);
        }
    });
}
