use crate::engine::Cx;
use crate::kube::PodSpec;
use crate::matcher::in_range;
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
    /// For images whose files belong to a fixed user, until they are built anew.
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

static USER: Demand = Demand {
    field: "runAsUser",
    has_min: true,
    ranges: Strings {
        name: "run_as_user_ranges",
        doc: "Users that are allowed, such as `10000-19999`.",
        default: &[],
    },
    require: Flag {
        name: "run_as_user_require",
        doc: "Whether every container must have a user.",
        default: false,
    },
};

static GROUP: Demand = Demand {
    field: "runAsGroup",
    has_min: true,
    ranges: Strings {
        name: "run_as_group_ranges",
        doc: "Groups that are allowed, such as `10000-19999`.",
        default: &[],
    },
    require: Flag {
        name: "run_as_group_require",
        doc: "Whether every container must have a group.",
        default: false,
    },
};

static FS_GROUP: Demand = Demand {
    field: "fsGroup",
    has_min: false,
    ranges: Strings {
        name: "fs_group_ranges",
        doc: "Groups of volumes that are allowed.",
        default: &[],
    },
    require: Flag {
        name: "fs_group_require",
        doc: "Whether every Pod must have a group for its volumes.",
        default: false,
    },
};

static SUPPLEMENTAL: Demand = Demand {
    field: "supplementalGroups",
    has_min: false,
    ranges: Strings {
        name: "supplemental_groups_ranges",
        doc: "Further groups that are allowed.",
        default: &[],
    },
    require: Flag {
        name: "supplemental_groups_require",
        doc: "Whether every Pod must have further groups.",
        default: false,
    },
};

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let apart = pod.host_users().value == Some(false) && cx.choice(&USERNS) == "skip";
    if apart || pod.is_windows() {
        return;
    }
    let at_pod = pod.secured();
    for secured in pod.security_contexts() {
        // A container without an id of its own has that of the Pod, which is judged there.
        let of_pod = secured.container.is_none();
        let (user, group) = (secured.run_as_user(), secured.run_as_group());
        if !user.is_absent() {
            judge(cx, &USER, user.place, user.value);
        } else if !of_pod && at_pod.run_as_user().is_absent() {
            missing(cx, &USER, user.place);
        }
        if !group.is_absent() {
            judge(cx, &GROUP, group.place, group.value);
        } else if !of_pod && at_pod.run_as_group().is_absent() {
            missing(cx, &GROUP, group.place);
        }
    }
    let (volumes, more) = (pod.fs_group(), pod.supplemental_groups());
    if volumes.is_absent() {
        missing(cx, &FS_GROUP, volumes.place);
    } else {
        judge(cx, &FS_GROUP, volumes.place, volumes.value);
    }
    if more.is_absent() {
        missing(cx, &SUPPLEMENTAL, more.place);
    }
    for group in more.value.map(Node::items).into_iter().flatten() {
        judge(cx, &SUPPLEMENTAL, group.into(), group.as_i64());
    }
}

fn least(cx: &Cx<'_, '_>, demand: &'static Demand) -> i64 {
    if demand.has_min { cx.int(&MIN) } else { 0 }
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, demand: &'static Demand, place: Place<'d>, id: Option<i64>) {
    let least = least(cx, demand);
    let free = least == 0 && cx.entries(&demand.ranges).next().is_none();
    let listed = |id: i64| cx.entries(&demand.ranges).any(|range| in_range(range, id));
    if free || id.is_some_and(|id| (least > 0 && id >= least) || listed(id)) {
        return;
    }
    let first =
        cx.entries(&demand.ranges).find_map(|range| range.split('-').next()?.trim().parse().ok());
    let allowed = if least > 0 { Some(least) } else { first };
    let field = demand.field;
    let report = cx.report(place, format_args!("`{field}` is no id that is given out here"));
    if let Some(id) = allowed {
        report.fix_set(Grade::Review, "Use the lowest id that is allowed", id);
    }
}

fn missing<'d>(cx: &mut Cx<'_, 'd>, demand: &'static Demand, place: Place<'d>) {
    if cx.flag(&demand.require) || least(cx, demand) > 0 {
        let field = demand.field;
        cx.report(place, format_args!("`{field}` is not set"));
    }
}
