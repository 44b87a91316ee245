use crate::engine::Cx;
use crate::kube::resources::{amount, quantity, request};
use crate::kube::{Class, Container};
use crate::param::{Flag, Form, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Check, Grade, Severity, Surface};
use patternwarden_tree::Value;

crate::rule! {
    /// A container does not say how much local disk it needs, against what the platform wants.
    ///
    /// ## Why it matters
    ///
    /// Logs, what a container writes into its root and `emptyDir` volumes share the disk of the node, and a
    /// full node evicts everybody. With a limit only the Pod that is guilty goes.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// # settings: {"require": ["request", "limit"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   containers:
    ///     # finding: /spec/containers/0/resources/requests/ephemeral-storage
    ///     # finding: /spec/containers/0/resources/limits/ephemeral-storage
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ```yaml,bad
    /// # settings: {"require": ["limit"], "init": true, "equal": true}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   initContainers:
    ///     # finding: /spec/initContainers/0/resources/limits/ephemeral-storage
    ///     - name: migrate
    ///       image: registry.example/migrate:1.2.0
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       resources:
    ///         requests:
    ///           # finding: /spec/containers/0/resources/requests/ephemeral-storage
    ///           ephemeral-storage: 1Gi
    ///         limits:
    ///           ephemeral-storage: 2Gi
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// # settings: {"require": ["request", "limit"], "equal": true}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: app
    /// spec:
    ///   initContainers:
    ///     - name: migrate
    ///       image: registry.example/migrate:1.4.2
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       resources:
    ///         limits:
    ///           ephemeral-storage: 1Gi
    /// ```
    ///
    /// ## When to allow it
    ///
    /// Where nodes have more disk than anybody fills.
    ///
    /// ## Source
    ///
    /// - [Local ephemeral storage](https://kubernetes.io/docs/concepts/storage/ephemeral-storage/)
    "ephemeral-storage-policy",
    "No request or limit for local disk",
    patterns: &[Pattern::PredictableDemands],
    severity: Severity::Hint,
    enabled: false,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[Param::Entries(&REQUIRE, Form::OneOf(&["request", "limit"])), Param::Flag(&EQUAL), Param::Flag(&INIT)],
    fix: Some(Grade::Review),
    check: Check::Container(check),
}

static REQUIRE: Strings = Strings {
    name: "require",
    doc: "What must be written: `request`, for which a limit counts too, and `limit`.",
    default: &[],
};

static EQUAL: Flag = Flag {
    name: "equal",
    doc: "Whether request and limit must be the same where both are written.",
    default: false,
};

static INIT: Flag =
    Flag { name: "init", doc: "Whether plain init containers are judged.", default: false };

const DISK: &str = "ephemeral-storage";

fn check<'d>(cx: &mut Cx<'_, 'd>, container: Container<'d>) {
    match container.class {
        Class::Ephemeral => return,
        Class::Init if !cx.flag(&INIT) => return,
        _ => {}
    }
    let resources = container.resources().value;
    let (written, limit) = (amount(resources, "requests", DISK), amount(resources, "limits", DISK));
    let name = container.display_name();
    let asked = container.node.at(&["resources", "requests", DISK]);
    let allowed = container.node.at(&["resources", "limits", DISK]);
    let wanted = [
        ("request", asked, quantity(request(resources, DISK))),
        ("limit", allowed, quantity(limit)),
    ];
    for (what, place, held) in wanted {
        if held.is_none() && cx.lists(&REQUIRE, what) {
            cx.report(place, format_args!("container `{name}` has no {what} for local disk"))
                .fix_set(Grade::Review, "Start with one gigabyte", "1Gi");
        }
    }
    if let (Some(asked), Some(most), Some(least), Some(largest)) =
        (written, limit, quantity(written), quantity(limit))
        && cx.flag(&EQUAL)
        && least != largest
    {
        cx.report(
            asked,
            format_args!("request and limit of `{name}` for local disk are not the same"),
        )
        .fix_set(Grade::Review, "Request the limit", Value::of(most));
    }
}
