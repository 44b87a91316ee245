//! What Kubewarden expects from `validate`, written as JSON.
//!
//! By hand: the few fields need no serialiser, and what is absent need not be said.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use patternwarden::tree::quote;

/// An answer to `validate`.
#[derive(Default)]
pub(crate) struct Response {
    /// Why the request is denied, with `status.code`; `None` lets it in.
    pub(crate) denial: Option<(u16, String)>,
    pub(crate) warnings: Vec<String>,
    /// Annotations of the audit event. Kubernetes puts the webhook's name before each key, which
    /// must be the name part of a qualified name.
    pub(crate) annotations: Vec<(&'static str, String)>,
    /// JSON of the object to store instead of the one that was sent.
    pub(crate) mutated: Option<String>,
}

impl Response {
    pub(crate) fn to_json(&self) -> String {
        let mut out = String::from("{\"accepted\":");
        match &self.denial {
            None => out.push_str("true"),
            Some((code, message)) => {
                out.push_str("false,\"code\":");
                out.push_str(&code.to_string());
                out.push_str(",\"message\":");
                quote(&mut out, message);
            }
        }
        if !self.warnings.is_empty() {
            out.push_str(",\"warnings\":[");
            for (at, warning) in self.warnings.iter().enumerate() {
                comma(&mut out, at);
                quote(&mut out, warning);
            }
            out.push(']');
        }
        if !self.annotations.is_empty() {
            out.push_str(",\"audit_annotations\":{");
            for (at, (key, value)) in self.annotations.iter().enumerate() {
                comma(&mut out, at);
                quote(&mut out, key);
                out.push(':');
                quote(&mut out, value);
            }
            out.push('}');
        }
        if let Some(object) = &self.mutated {
            out.push_str(",\"mutated_object\":");
            out.push_str(object);
        }
        out.push('}');
        out
    }
}

fn comma(out: &mut String, at: usize) {
    if at > 0 {
        out.push(',');
    }
}
