//! Which containers need a probe: what the rules about missing probes have in common.

use crate::engine::Cx;
use crate::kube::{Class, Container};
use crate::param::{Choice, Flag, Param, Strings};

/// The parameters of these rules.
pub(crate) const PARAMS: &[Param] = &[
    Param::Choice(&SCOPE),
    Param::Flag(&SIDECARS),
    Param::Flag(&ANY_PROBE),
    Param::Strings(&KINDS_EXEMPT),
];

static SCOPE: Choice = Choice {
    name: "scope",
    doc: "`default` judges containers that declare a port, `all` every container that keeps running.",
    options: &["default", "all"],
    default: "default",
};

static SIDECARS: Flag =
    Flag { name: "sidecars", doc: "Whether native sidecars are judged.", default: false };

static ANY_PROBE: Flag = Flag {
    name: "any_probe_suffices",
    doc: "Whether one of the other probes is enough.",
    default: false,
};

static KINDS_EXEMPT: Strings = Strings {
    name: "kinds_exempt",
    doc: "Kinds that need no probe, as globs.",
    default: &["Job", "CronJob"],
};

/// Whether every container is judged, whether it declares a port or not.
pub(crate) fn all(cx: &Cx<'_, '_>) -> bool {
    cx.choice(&SCOPE) == "all"
}

/// Whether a container of this class, without the probe that the rule is about, is judged.
pub(crate) fn is_judged(cx: &Cx<'_, '_>, container: Container<'_>) -> bool {
    let class = match container.class {
        Class::App => true,
        Class::Sidecar => cx.flag(&SIDECARS),
        Class::Init | Class::Ephemeral => false,
    };
    class
        && (all(cx) || container.ports().next().is_some())
        && !(cx.flag(&ANY_PROBE) && container.probes().next().is_some())
        && !cx.lists(&KINDS_EXEMPT, container.pod.workload.kind.kind)
}
