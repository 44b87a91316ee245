use crate::dapr::line::{Body, Found, Line};
use crate::dapr::{LOCK_VERSION, LockCall, is_enabled, json_field, lock_component};
use crate::engine::Cx;
use crate::kube::{Object, PodSpec};
use crate::param::{Int, Param};
use crate::pattern::Pattern;
use crate::repair::append;
use crate::rule::{Check, Grade, Severity, Surface};
use alloc::{format, string::ToString, vec, vec::Vec};
use patternwarden_tree::{Edit, Op, Place, Value, sort_by};

crate::rule! {
    /// A call of Dapr's distributed lock does not lock what it seems to.
    ///
    /// ## Why it matters
    ///
    /// A refused lock is also HTTP 200: only `"success": true` in the answer means that the lock
    /// was taken. An owner that all replicas share lets any of them release the lock of another.
    /// The lock ends after its expiry even if the work is not finished, and nothing renews it.
    ///
    /// The API is still alpha, and its path is `/v1.0-alpha1/lock/<store>`. The call goes to the
    /// Pod's own Dapr sidecar (an Ambassador), which the annotation `dapr.io/enabled` injects.
    ///
    /// ## Bad
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: worker
    ///   annotations:
    ///     dapr.io/enabled: "true"
    ///     dapr.io/app-id: worker
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/worker:1.0.0
    ///       command: [sh, -c]
    ///       args:
    ///         # The owner is constant, the answer is not read, no component has this name.
    ///         # finding: /spec/containers/0/args/0
    ///         # finding: /spec/containers/0/args/0
    ///         # finding: /spec/containers/0/args/0
    ///         - |
    ///           curl -X POST http://localhost:3500/v1.0-alpha1/lock/lockstore -H 'Content-Type: application/json' \
    ///             -d '{"resourceId":"my_file_name","lockOwner":"abc123","expiryInSeconds":60}' && ./work
    /// ```
    ///
    /// The path is not valid, nothing injects the sidecar, and the expiry is missing or too long:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// # finding: 0 /metadata/annotations/dapr.io~1enabled
    /// metadata:
    ///   name: worker
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/worker:1.0.0
    ///       lifecycle:
    ///         postStart:
    ///           exec:
    ///             command:
    ///               - curl
    ///               - -sf
    ///               # finding: 0 /spec/containers/0/lifecycle/postStart/exec/command/2
    ///               # finding: 0 /spec/containers/0/lifecycle/postStart/exec/command/2
    ///               - http://localhost:3500/v1.0-alpha/lock/lockstore
    ///               - -d
    ///               # finding: 0 /spec/containers/0/lifecycle/postStart/exec/command/4
    ///               - '{"resourceId": "my_file_name", "lockOwner": "$POD_UID"}'
    ///       livenessProbe:
    ///         exec:
    ///           command:
    ///             - sh
    ///             - -c
    ///             # finding: 0 /spec/containers/0/livenessProbe/exec/command/2
    ///             - |
    ///               curl -s -d "{\"resourceId\":\"f\",\"lockOwner\":\"$HOSTNAME\",\"expiryInSeconds\":3600}" \
    ///                 http://localhost:3500/v1.0-alpha1/lock/lockstore | grep '"success":true'
    /// ---
    /// apiVersion: dapr.io/v1alpha1
    /// kind: Component
    /// metadata:
    ///   name: lockstore
    /// spec:
    ///   type: lock.redis
    ///   version: v1
    /// ```
    ///
    /// The lock ends before it begins:
    ///
    /// ```yaml,bad
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: shop
    ///   annotations:
    ///     dapr.io/enabled: "true"
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/shop:2.1.0
    ///       command:
    ///         - sh
    ///         - -c
    ///         # finding: /spec/containers/0/command/2
    ///         # finding: /spec/containers/0/command/2
    ///         - |
    ///           curl -s -d "{\"lockOwner\": \"$HOSTNAME\", \"resourceId\": \"x\", \"expiryInSeconds\": 0}" \
    ///             http://localhost:3500/v1.0-alpha1/lock/$STORE | grep true
    /// ```
    ///
    /// ## Good
    ///
    /// ```yaml,good
    /// apiVersion: v1
    /// kind: Pod
    /// metadata:
    ///   name: worker
    ///   annotations:
    ///     dapr.io/enabled: "true"
    ///     dapr.io/app-id: worker
    /// spec:
    ///   containers:
    ///     - name: app
    ///       image: registry.example/worker:1.0.0
    ///       env:
    ///         - name: POD_UID
    ///           valueFrom:
    ///             fieldRef:
    ///               fieldPath: metadata.uid
    ///       command: [sh, -c]
    ///       args:
    ///         - |
    ///           curl -s -X POST http://localhost:3500/v1.0-alpha1/lock/lockstore -H 'Content-Type: application/json' \
    ///             -d "{\"resourceId\":\"my_file_name\",\"lockOwner\":\"$POD_UID\",\"expiryInSeconds\":60}" \
    ///             | grep -q '"success":true' && ./work
    /// ---
    /// apiVersion: dapr.io/v1alpha1
    /// kind: Component
    /// metadata:
    ///   name: lockstore
    /// spec:
    ///   type: lock.redis
    ///   version: v1
    /// ```
    ///
    /// ## When to allow it
    ///
    /// A constant owner is right when exactly one instance can exist. A long expiry is right when
    /// the work takes long and may wait as long after a crash.
    ///
    /// ## Source
    ///
    /// - [Dapr: Distributed lock API reference](https://docs.dapr.io/reference/api/distributed_lock_api/); its examples show `v1.0-alpha`, which is no valid path
    "dapr-lock-call",
    "Distributed lock call with a pitfall",
    patterns: &[Pattern::SingletonService, Pattern::Ambassador],
    severity: Severity::Warning,
    surfaces: &[Surface::Text, Surface::Object],
    params: &[Param::Int(&MAX_EXPIRY)],
    fix: Some(Grade::Review),
    check: Check::Pod(check),
}

static MAX_EXPIRY: Int = Int {
    name: "max_expiry_seconds",
    doc: "Longest time that a lock may be held without being renewed.",
    unit: "seconds",
    min: 1,
    max: 86_400,
    default: 600,
};

fn check<'d>(cx: &mut Cx<'_, 'd>, pod: PodSpec<'d>) {
    let home = pod.object().effective_namespace();
    let here = |object: &Object<'_>| object.effective_namespace() == home;
    let set = cx.set();
    let mut stores: Option<Vec<&str>> = None;
    let mut local = false;
    for container in pod.containers() {
        for line in Line::all_of(container) {
            for found in line.calls() {
                local |= found.call.is_local;
                let stores = stores.get_or_insert_with(|| {
                    let components = set.objects().filter(here).filter_map(lock_component);
                    let mut stores: Vec<_> = components.collect();
                    sort_by(&mut stores, Ord::cmp);
                    stores
                });
                judge(cx, &line, &found, stores);
            }
        }
    }
    if local && !is_enabled(pod) {
        let place = pod.template.at(&["metadata", "annotations", "dapr.io/enabled"]);
        cx.report(place, format_args!("a lock of Dapr is called, but nothing injects its sidecar"))
            .severity(Severity::Info);
    }
}

fn judge<'d>(cx: &mut Cx<'_, 'd>, line: &Line<'d>, found: &Found<'d>, stores: &[&str]) {
    let LockCall { version, store, .. } = found.call;
    let word = found.word;
    if version != LOCK_VERSION {
        let text = word.scalar_text();
        let (head, tail) = text.split_at_checked(found.call.start).unwrap_or((text, ""));
        let tail = tail.strip_prefix(version).unwrap_or_default();
        let title = format!("Call `{LOCK_VERSION}`");
        let report = cx.report(word, format_args!("`{version}` is no version of Dapr's lock API"));
        if found.is_first {
            report.fix_set(Grade::Review, title, format!("{head}{LOCK_VERSION}{tail}"));
        }
    }
    if let Some(body) = found.body {
        owner(cx, line, body, found.is_first);
        if !found.call.is_unlock {
            expiry(cx, body);
        }
    }
    if !found.call.is_unlock && !line.inspects {
        cx.report(word, format_args!("the answer is not read: a refused lock is HTTP 200 too"))
            .severity(Severity::Hint);
    }
    if cx.set().is_closed() && !store.contains('$') && stores.binary_search(&store).is_err() {
        cx.report(word, format_args!("no lock component `{store}` is in this input"))
            .severity(Severity::Info);
    }
}

/// An owner that is the same in every replica.
fn owner<'d>(cx: &mut Cx<'_, 'd>, line: &Line<'d>, body: Body<'d>, repair: bool) {
    let Some((at, owner)) = json_field(body.text, "lockOwner") else { return };
    if owner.contains(['$', '`']) || owner.contains("{{") {
        return;
    }
    let report = cx.report(
        body.word,
        format_args!("every replica calls itself `{owner}` as the owner of the lock"),
    );
    let text = body.word.scalar_text();
    let Some((head, tail)) = text.split_at_checked(body.start + at) else { return };
    let Some(tail) =
        tail.strip_prefix(owner).filter(|_| repair && line.expands && !owner.is_empty())
    else {
        return;
    };
    let root = line.container.object().node;
    let repaired = format!("{head}$({UID}){tail}");
    let pointer = Place::from(body.word).pointer(root).to_string();
    let mut edits = vec![Edit::new(pointer, Op::Replace(repaired.into()))];
    if !line.container.defines(UID) {
        let field = Value::map([("fieldPath", "metadata.uid".into())]);
        let from = Value::map([("fieldRef", field)]);
        let entry = Value::map([("name", UID.into()), ("valueFrom", from)]);
        edits.push(append(root, line.container.env(), entry));
    }
    report.fix(Grade::Review, "Use the Pod's own id as the owner", edits);
}

const UID: &str = "POD_UID";

fn expiry<'d>(cx: &mut Cx<'_, 'd>, body: Body<'d>) {
    let max = cx.int(&MAX_EXPIRY);
    let Some((_, value)) = json_field(body.text, "expiryInSeconds") else {
        cx.report(body.word, format_args!("the lock has no `expiryInSeconds`"));
        return;
    };
    match value.parse::<i64>() {
        Ok(seconds) if seconds <= 0 => {
            cx.report(body.word, format_args!("the lock ends after {seconds} seconds"));
        }
        Ok(seconds) if seconds > max => {
            let message = format_args!("a lock that nobody releases is held {seconds} seconds");
            cx.report(body.word, message);
        }
        // Something else is not known before the script runs.
        _ => {}
    }
}
