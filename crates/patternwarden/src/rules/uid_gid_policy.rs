use crate::engine::Cx;
use crate::kube::{PodSpec, Secured, items};
use crate::matcher::{clipped, in_range};
use crate::param::{Choice, Flag, Form, Int, Param, Strings};
use crate::pattern::Pattern;
use crate::rule::{Admission, Check, Grade, Severity, Surface};
use patternwarden_tree::{Node, Place};

crate::rule! {
    /// A user or group is not one of those that this cluster gives out.
    ///
    /// ## Why it matters
    ///
    /// Ids below 10000 often exist on the node, so that a process that gets out meets files of its own. With
    /// a range for each tenant, volumes that are shared stay apart as well. The rule is off until you set
    /// a range.
    ///
    /// ## Bad
    ///
    /// The short form: users and groups from here on, and they must be set:
    ///
    /// ```yaml,bad
    /// # settings: {"min": 10000}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   securityContext:
    ///     runAsNonRoot: true
    ///     # finding: /spec/securityContext/runAsUser
    ///     runAsUser: 1000
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    ///       securityContext:
    ///         runAsGroup: 10001
    ///     - name: helper
    ///       image: registry.example/helper:1.0.0
    ///       securityContext:
    ///         # finding: /spec/containers/1/securityContext/runAsUser
    ///         runAsUser: 2000
    ///         # finding: /spec/containers/1/securityContext/runAsGroup
    ///         runAsGroup: 2000
    ///     # finding: /spec/containers/2/securityContext/runAsGroup
    ///     - name: proxy
    ///       image: registry.example/proxy:1.0.0
    /// ```
    ///
    /// Each kind of id has its own ranges:
    ///
    /// ```yaml,bad
    /// # settings: {"run_as_user_ranges": ["10000-19999"], "run_as_group_ranges": ["20000-29999"], "fs_group_ranges": ["20000-29999"], "supplemental_groups_ranges": ["30000"]}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   securityContext:
    ///     runAsUser: 10001
    ///     # finding: /spec/securityContext/runAsGroup
    ///     runAsGroup: 10001
    ///     # finding: /spec/securityContext/fsGroup
    ///     fsGroup: 10001
    ///     supplementalGroups:
    ///       - 30000
    ///       # finding: /spec/securityContext/supplementalGroups/1
    ///       - 30001
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// And each can be demanded. A Pod in its own user namespace is judged when asked for:
    ///
    /// ```yaml,bad
    /// # settings: {"run_as_user_require": true, "run_as_group_require": true, "fs_group_require": true, "supplemental_groups_require": true, "userns": "judge"}
    /// # finding: /spec/securityContext/fsGroup
    /// # finding: /spec/securityContext/supplementalGroups
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   hostUsers: false
    ///   containers:
    ///     # finding: /spec/containers/0/securityContext/runAsUser
    ///     # finding: /spec/containers/0/securityContext/runAsGroup
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// # settings: {"min": 10000}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   securityContext:
    ///     runAsNonRoot: true
    ///     runAsUser: 10001
    ///     runAsGroup: 10001
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// In a user namespace of its own, ids are nobody's on the node:
    ///
    /// ```yaml,good
    /// # settings: {"min": 10000}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: web-app
    /// spec:
    ///   hostUsers: false
    ///   containers:
    ///     - name: app
    ///       image: registry.example/app:1.4.2
    /// ```
    ///
    /// Windows has no such ids:
    ///
    /// ```yaml,good
    /// # settings: {"min": 10000}
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: iis
    /// spec:
    ///   os:
    ///     name: windows
    ///   containers:
    ///     - name: iis
    ///       image: registry.example/iis:10.0.1
    /// ```
    ///
    /// ## When to allow it
    ///
    /// For images whose files belong to a fixed user, until they are built anew. Where no range is given and
    /// an id is only demanded, there is no repair: any could be meant.
    ///
    /// ## Source
    ///
    /// - [Configure a Security Context](https://kubernetes.io/docs/tasks/configure-pod-container/security-context/)
    "uid-gid-policy",
    "User or group id outside the allowed range",
    patterns: &[Pattern::ProcessContainment],
    severity: Severity::Warning,
    admission: Admission::Warn,
    enabled: false,
    surfaces: &[Surface::Object, Surface::Cluster],
    params: &[
        Param::Int(&MIN),
        Param::Entries(&USER.ranges, Form::Range),
        Param::Flag(&USER.require),
        Param::Entries(&GROUP.ranges, Form::Range),
        Param::Flag(&GROUP.require),
        Param::Entries(&FS_GROUP.ranges, Form::Range),
        Param::Flag(&FS_GROUP.require),
        Param::Entries(&SUPPLEMENTAL.ranges, Form::Range),
        Param::Flag(&SUPPLEMENTAL.require),
        Param::Choice(&USERNS),
    ],
    fix: Some(Grade::Review),
    check: Check::Pod(check),
}

static MIN: Int = Int {
    name: "min",
    doc: "Short for: users and groups must be set, and be this or higher; 0 for no such demand.",
    unit: "",
    min: 0,
    max: 2_147_483_647,
    default: 0,
};

static USERNS: Choice = Choice {
    name: "userns",
    doc: "Whether Pods in a user namespace of their own are judged.",
    options: &["skip", "judge"],
    default: "skip",
};

/// What is said of one kind of id.
struct Demand {
    /// The field.
    field: &'static str,
    /// Whether `min` speaks of it.
    has_min: bool,
    ranges: Strings,
    require: Flag,
}

const fn demand(field: &'static str, has_min: bool, ranges: Strings, require: Flag) -> Demand {
    Demand { field, has_min, ranges, require }
}

const fn required(name: &'static str, doc: &'static str) -> Flag {
    Flag { name, doc, default: false }
}

static USER: Demand = demand(
    "runAsUser",
    true,
    Strings::empty("run_as_user_ranges", "Users that are allowed, such as `10000-19999`."),
    required("run_as_user_require", "Whether every container must have a user."),
);

static GROUP: Demand = demand(
    "runAsGroup",
    true,
    Strings::empty("run_as_group_ranges", "Groups that are allowed, such as `10000-19999`."),
    required("run_as_group_require", "Whether every container must have a group."),
);

static FS_GROUP: Demand = demand(
    "fsGroup",
    false,
    Strings::empty("fs_group_ranges", "Groups of volumes that are allowed."),
    required("fs_group_require", "Whether every Pod must have a group for its volumes."),
);

static SUPPLEMENTAL: Demand = demand(
    "supplementalGroups",
    false,
    Strings::empty("supplemental_groups_ranges", "Further groups that are allowed."),
    required("supplemental_groups_require", "Whether every Pod must have further groups."),
);

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let apart = pod.host_users().value == Some(false) && cx.choice(&USERNS) == "skip";
    if apart || pod.is_windows() {
        return;
    }
    let at_pod = pod.secured();
    for secured in pod.security_contexts() {
        // A container without an id of its own has that of the Pod, which is judged there.
        let of_pod = secured.container.is_none();
        for (demand, own, at_pod) in [
            (&USER, secured.run_as_user(), at_pod.run_as_user()),
            (&GROUP, secured.run_as_group(), at_pod.run_as_group()),
        ] {
            if !own.is_absent() {
                judge(cx, demand, own.place);
            } else if !of_pod && at_pod.is_absent() {
                missing(cx, demand, own.place, &secured);
            }
        }
    }
    let (volumes, more) = (pod.fs_group(), pod.supplemental_groups());
    if volumes.is_absent() {
        missing(cx, &FS_GROUP, volumes.place, &at_pod);
    } else {
        judge(cx, &FS_GROUP, volumes.place);
    }
    // An empty list is as good as none.
    if items(more.value).next().is_none() {
        missing(cx, &SUPPLEMENTAL, more.place, &at_pod);
    }
    items(more.value).for_each(|group| judge(cx, &SUPPLEMENTAL, group.into()));
}

/// What `min` asks of this kind of id; 0 for nothing.
fn least(cx: &Cx<'_, '_>, demand: &'static Demand) -> i64 {
    if demand.has_min { cx.int(&MIN) } else { 0 }
}

/// The lowest id that is allowed, where anything is said of it.
fn lowest(cx: &Cx<'_, '_>, demand: &'static Demand) -> Option<i64> {
    let first = |range: &str| range.split('-').next()?.trim().parse().ok();
    let ranges = cx.entries(&demand.ranges).filter_map(first);
    ranges.chain(Some(least(cx, demand)).filter(|least| *least > 0)).min()
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, demand: &'static Demand, place: Place<'d>) {
    let (least, node) = (least(cx, demand), place.node());
    let id = node.and_then(Node::as_i64);
    let free = least == 0 && cx.entries(&demand.ranges).next().is_none();
    let listed = |id: i64| cx.entries(&demand.ranges).any(|range| in_range(range, id));
    if free || id.is_some_and(|id| (least > 0 && id >= least) || listed(id)) {
        return;
    }
    let (field, lowest) = (demand.field, lowest(cx, demand));
    let shown = clipped(node.map_or("", Node::scalar_text));
    let report =
        cx.report(place, format_args!("`{field}` is `{shown}`, an id that is not given out here"));
    if let Some(id) = lowest {
        report.fix_set(Grade::Review, "Use the lowest id that is allowed", id);
    }
}

fn missing<'d>(
    cx: &mut Cx<'_, 'd>,
    demand: &'static Demand,
    place: Place<'d>,
    whose: &Secured<'d>,
) {
    if !cx.flag(&demand.require) && least(cx, demand) == 0 {
        return;
    }
    let (field, lowest) = (demand.field, lowest(cx, demand));
    let report = cx.report(place, format_args!("{whose} has no `{field}`"));
    // Of further groups there is a list, which somebody has to think up.
    if let Some(id) = lowest.filter(|_| demand.field != SUPPLEMENTAL.field) {
        report.fix_set(Grade::Review, "Set the lowest id that is allowed", id);
    }
}
