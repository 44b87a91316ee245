//! The code editor: a binding to the bundle of `web/editor`, and the component that mounts it.
//!
//! It lives in an open shadow root, where its styles are constructed sheets, which a policy of
//! `style-src 'self'` allows. Yew renders the host alone; everything below belongs to the editor.

use crate::analysis::Analysis;
use crate::repairs::{Place, plain};
use crate::state::{Action, Dispatch, Reveal};
use js_sys::{Object, Reflect};
use patternwarden::Grade;
use patternwarden::report::Fix;
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

    #[wasm_bindgen(method, js_name = setFindings)]
    fn set_findings(this: &JsEditor, findings: &JsValue);

    #[wasm_bindgen(method, js_name = setPatternLines)]
    fn set_pattern_lines(this: &JsEditor, lines: &JsValue);

    #[wasm_bindgen(method)]
    fn reveal(this: &JsEditor, from: u32, to: u32, focus: bool);

    #[wasm_bindgen(method, js_name = setTheme)]
    fn set_theme(this: &JsEditor, dark: bool);

    #[wasm_bindgen(method, js_name = setInvalid)]
    fn set_invalid(this: &JsEditor, invalid: bool);

    #[wasm_bindgen(method)]
    fn focus(this: &JsEditor);

    #[wasm_bindgen(method)]
    fn destroy(this: &JsEditor);
}

/// A finding as the editor marks it.
#[derive(Serialize)]
struct Mark<'a> {
    from: u32,
    to: u32,
    severity: &'static str,
    message: &'a str,
    rule: &'a str,
    title: &'a str,
    /// What its first fix does; absent where it has none.
    fix: Option<String>,
    key: &'a str,
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
        Some(Self { js: create_editor(&place, &options), _on_change: on_change, _on_fix: on_fix })
    }

    fn mark(&self, analysis: &Analysis) {
        let report = &analysis.report;
        let mut marks: Vec<Mark<'_>> = Vec::new();
        for finding in report.findings.iter().filter(|finding| !finding.is_of_syntax()) {
            let Some(range) = finding.range else { continue };
            marks.push(Mark {
                from: range.start.offset,
                to: range.end.offset,
                severity: finding.severity.id(),
                message: &finding.message,
                rule: &finding.rule,
                title: &finding.title,
                fix: finding.fixes.first().map(label),
                key: &finding.key,
            });
        }
        for error in &report.syntax {
            let Some(range) = error.range else { continue };
            marks.push(Mark {
                from: range.start.offset,
                to: range.end.offset,
                severity: report.said_of(error).map_or("error", |finding| finding.severity.id()),
                message: &error.message,
                rule: "yaml-syntax-invalid",
                title: "",
                fix: None,
                key: "",
            });
        }
        let mut lines = Vec::new();
        for hit in &report.patterns {
            for evidence in &hit.evidence {
                let Some(range) = evidence.range else { continue };
                let title = format!("{}: {}", hit.title, evidence.label);
                lines.push(PatternLine { line: range.start.line, title });
            }
        }
        let plain = Serializer::json_compatible();
        if let Ok(marks) = marks.serialize(&plain) {
            self.js.set_findings(&marks);
        }
        if let Ok(lines) = lines.serialize(&plain) {
            self.js.set_pattern_lines(&lines);
        }
        self.js.set_invalid(!report.syntax.is_empty());
    }
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
    tell: impl FnOnce(&Editor) + 'static,
) {
    let editor = editor.clone();
    use_effect_with(what, move |_| {
        if let Some(editor) = editor.borrow().as_ref() {
            tell(editor);
        }
    });
}
