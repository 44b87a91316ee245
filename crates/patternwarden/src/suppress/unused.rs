//! Suppressions that hide nothing.

use super::exemption::Exemption;
use super::written::UNUSED;
use super::{Entry, Origin, Run, Spot};
use crate::engine::{Judgement, PassedOver};
use crate::finding::Finding;
use crate::kube::Object;
use crate::rule::{Admission, Grade, Severity};
use crate::rules::suppression_unused::REPORT_EXEMPTIONS;
use crate::settings::keys;
use alloc::{format, string::String, vec::Vec};
use patternwarden_tree::Node;

impl<'d> Run<'_, 'd> {
    /// Reports them: those that are valid, of a rule that could have spoken.
    pub(super) fn unused(&mut self, exemptions: &[Exemption<'_>], judged: &Judgement) {
        if self.settings.at_admission() {
            return;
        }
        let entries = core::mem::take(&mut self.entries);
        for entry in &entries {
            if entry.covered > 0 {
                self.left_behind(entry);
            } else if !entry.expired && !entry.of_peer && self.could_speak(entry) {
                self.unused_entry(entry, judged);
            }
        }
        self.entries = entries;
        self.unused_exemptions(exemptions);
    }

    fn could_speak(&self, entry: &Entry<'_>) -> bool {
        let tuned = self.settings.tuned(entry.rule);
        let passed = |object: Object<'_>| PassedOver::of(self.settings, object).has(entry.rule);
        let closed = self.set.is_closed();
        tuned.is_some_and(|tuned| tuned.enabled && tuned.can_answer(entry.rule, closed))
            && entry.rule.speaks_for(self.settings.target())
            && !entry.at.object.is_some_and(passed)
    }

    fn unused_entry(&mut self, entry: &Entry<'d>, judged: &Judgement) {
        let Entry { rule, at, origin, .. } = *entry;
        let same = |found: &&Finding| {
            found.rule.id == rule.id && found.object == at.object.map(|object| object.index)
        };
        let elsewhere = judged.findings.iter().chain(&judged.suppressed).find(same);
        let place = elsewhere.map(|found| match found.pointer.as_str() {
            "" => String::from("the object itself"),
            pointer => format!("`{pointer}`"),
        });
        let Some(mut cx) = self.rule(UNUSED, at) else { return };
        let id = rule.id;
        let report = match place {
            Some(place) => cx.report(
                at.node,
                format_args!("this does not cover the finding of `{id}`, which is about {place}"),
            ),
            None => cx.report(
                at.node,
                format_args!("`{id}` finds nothing here that could be suppressed"),
            ),
        };
        let report = report.spanning(at.span);
        if origin == Origin::Annotation {
            report.fix_remove(Grade::Safe, "Remove the annotation");
        }
    }

    /// An annotation of the object alone, while the Pods that come from its template are judged as
    /// well: controllers copy the template's annotations, not the object's.
    fn left_behind(&mut self, entry: &Entry<'d>) {
        let Entry { rule, at, .. } = *entry;
        let Some(object) = at.object else { return };
        let template = object.pod_spec().map(|pod| pod.template);
        let makes_pods =
            template.is_some_and(|template| template != object.node && !template.contains(at.node));
        let denies = self.settings.admission(rule) == Admission::Deny
            && self.settings.is_at(&keys::AT_ADMISSION, "all");
        let own = object.annotations().value;
        let on_object = own.is_some() && at.node.parent() == own;
        if entry.origin != Origin::Annotation || !makes_pods || !denies || !on_object {
            return;
        }
        let key = at.node.key().unwrap_or_default();
        let repeated = object.pod_spec().and_then(|pod| pod.annotations()?.get(key));
        if repeated.is_some() {
            return;
        }
        let Some(mut cx) = self.rule(UNUSED, at) else { return };
        cx.report(
            at.node,
            format_args!(
                "`{}` is not suppressed for the Pods: they get the annotations of the template",
                rule.id
            ),
        )
        .severity(Severity::Hint);
    }

    fn unused_exemptions(&mut self, exemptions: &[Exemption<'_>]) {
        // Settings have no place of their own: the first object stands for the input.
        let Some(object) = self.set.objects().next() else { return };
        let document = self.set.document_of(object.index);
        let at = Spot { document, object: Some(object), node: object.node, span: None };
        let unused: Vec<String> =
            exemptions.iter().filter(|exemption| !exemption.used).map(Exemption::pointer).collect();
        for pointer in unused {
            let Some(mut cx) = self.rule(UNUSED, at) else { return };
            if cx.flag(&REPORT_EXEMPTIONS) {
                let node: Node<'_> = at.node;
                cx.report(
                    node,
                    format_args!("the exemption at `{pointer}` of the settings covers nothing"),
                );
            }
        }
    }
}
