//! Pods by chance, always the same ones: each starts from one that the level restricted accepts,
//! and a few of its fields are then set to something good, bad, empty or null.

use serde_json::{Value, json};

/// Numbers by chance (SplitMix64), always the same for one seed.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("below a usize")
    }

    fn pick<'a>(&mut self, of: &'a [&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    /// Once in so many times.
    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of some JSON values, as text.
    fn json(&mut self, of: &[&str]) -> Value {
        serde_json::from_str(self.pick(of)).expect("JSON")
    }
}

/// Annotations and spec of a Pod.
pub(crate) struct Made {
    pub(crate) annotations: Value,
    pub(crate) spec: Value,
}

const LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// A Pod that the level restricted accepts, with one or more containers in some of the lists.
fn accepted(chance: &mut Chance) -> Value {
    let at_pod = chance.once_in(2);
    let mut spec = json!({"containers": []});
    let promise = json!({"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}});
    if at_pod {
        spec["securityContext"] = promise.clone();
    }
    for (list, times) in LISTS.into_iter().zip([3, 1, 4]) {
        if !chance.once_in(times) {
            continue;
        }
        let count = 1 + chance.below(2);
        let container = |at: usize| {
            let mut context = json!({
                "allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]},
            });
            if !at_pod {
                context["runAsNonRoot"] = promise["runAsNonRoot"].clone();
                context["seccompProfile"] = promise["seccompProfile"].clone();
            }
            json!({
                "name": format!("{}{at}", &list[..3]), "image": "registry.example/app:1.4.2",
                "securityContext": context,
            })
        };
        spec[list] = (0..count).map(container).collect();
    }
    if let Some(init) = spec["initContainers"].get_mut(0)
        && chance.once_in(2)
    {
        init["restartPolicy"] = json!("Always");
    }
    spec
}

/// A Pod.
pub(crate) fn pod(chance: &mut Chance) -> Made {
    let mut made = Made { annotations: Value::Null, spec: accepted(chance) };
    if chance.once_in(5) {
        made.spec["os"] = chance.json(&[r#"{"name":"windows"}"#, r#"{"name":"linux"}"#, "null"]);
    }
    if chance.once_in(4) {
        made.spec["hostUsers"] = chance.json(&["false", "false", "true", "null"]);
    }
    for _ in 0..chance.below(5) {
        change(chance, &mut made);
    }
    made
}

/// One of the containers.
fn container<'a>(chance: &mut Chance, spec: &'a mut Value) -> &'a mut Value {
    let lists: Vec<_> = LISTS.into_iter().filter(|list| spec[*list].is_array()).collect();
    let list = spec[chance.pick(&lists)].as_array_mut().expect("a list");
    let at = chance.below(list.len());
    &mut list[at]
}

/// The security context of the Pod, or of one of its containers.
fn context<'a>(chance: &mut Chance, spec: &'a mut Value) -> &'a mut Value {
    let holder = if chance.once_in(3) { spec } else { container(chance, spec) };
    let context = &mut holder["securityContext"];
    if context.is_null() {
        *context = json!({});
    }
    context
}

/// The security context of one of the containers.
fn own_context<'a>(chance: &mut Chance, spec: &'a mut Value) -> &'a mut Value {
    let context = &mut container(chance, spec)["securityContext"];
    if context.is_null() {
        *context = json!({});
    }
    context
}

const FLAG: [&str; 4] = ["true", "true", "false", "null"];

/// Changes one thing that some check reads.
fn change(chance: &mut Chance, made: &mut Made) {
    let spec = &mut made.spec;
    match chance.below(21) {
        0 => spec[chance.pick(&["hostNetwork", "hostPID", "hostIPC"])] = chance.json(&FLAG),
        1 => own_context(chance, spec)["privileged"] = chance.json(&FLAG),
        2 => own_context(chance, spec)["capabilities"] = capabilities(chance),
        3 => push(&mut spec["volumes"], volume(chance)),
        4 => {
            let port = chance.json(&["0", "80", "8080", "null", "65535"]);
            let port = json!({"containerPort": 8080, "hostPort": port});
            push(&mut container(chance, spec)["ports"], port);
        }
        5 => {
            push(&mut container(chance, spec)["ports"], json!({"containerPort": 9090}));
            if chance.once_in(3) {
                spec["hostNetwork"] = json!(true);
            }
        }
        6 => asks(chance, spec),
        7 => {
            let profile = profile(chance, &["RuntimeDefault", "Localhost", "Unconfined", ""]);
            context(chance, spec)["appArmorProfile"] = profile;
        }
        8 => annotate(chance, made),
        9 => context(chance, spec)["seLinuxOptions"] = label(chance),
        10 => {
            let mount =
                chance.json(&[r#""Default""#, r#""Unmasked""#, r#""Unmasked""#, "null", r#""""#]);
            own_context(chance, spec)["procMount"] = mount;
        }
        11 | 12 => {
            let types = ["RuntimeDefault", "Localhost", "Unconfined", "", "runtime/default"];
            context(chance, spec)["seccompProfile"] = profile(chance, &types);
        }
        13 => {
            let context = &mut spec["securityContext"];
            if context.is_null() {
                *context = json!({});
            }
            push(&mut context["sysctls"], json!({"name": chance.pick(&SYSCTLS), "value": "1"}));
        }
        14 => {
            let options = chance.json(&[
                r#"{"hostProcess":true}"#,
                r#"{"hostProcess":false}"#,
                r#"{"hostProcess":null,"runAsUserName":"ContainerUser"}"#,
                "{}",
                "null",
            ]);
            context(chance, spec)["windowsOptions"] = options;
        }
        15 => own_context(chance, spec)["allowPrivilegeEscalation"] = chance.json(&FLAG),
        16 => context(chance, spec)["runAsNonRoot"] = chance.json(&["true", "false", "null"]),
        17 => context(chance, spec)["runAsUser"] = chance.json(&["0", "0", "1000", "null"]),
        18 => {
            let context = own_context(chance, spec);
            *context = chance.json(&["null", "{}"]);
        }
        19 => spec["hostUsers"] = chance.json(&["false", "true", "null"]),
        _ => {
            spec["os"] =
                chance.json(&[r#"{"name":"windows"}"#, r#"{"name":"linux"}"#, "{}", "null"]);
        }
    }
}

fn push(list: &mut Value, item: Value) {
    match list.as_array_mut() {
        Some(list) => list.push(item),
        None => *list = json!([item]),
    }
}

fn capabilities(chance: &mut Chance) -> Value {
    let mut out = json!({});
    if !chance.once_in(5) {
        out["drop"] = chance.json(&[
            r#"["ALL"]"#,
            r#"["ALL"]"#,
            r#"["NET_RAW","ALL"]"#,
            r#"["NET_RAW"]"#,
            r#"["all"]"#,
            "[]",
            "null",
        ]);
    }
    if !chance.once_in(4) {
        let names = [
            "NET_BIND_SERVICE",
            "NET_BIND_SERVICE",
            "CHOWN",
            "SETPCAP",
            "AUDIT_WRITE",
            "DAC_OVERRIDE",
            "FOWNER",
            "FSETID",
            "KILL",
            "MKNOD",
            "SETFCAP",
            "SETGID",
            "SETUID",
            "SYS_CHROOT",
            "NET_RAW",
            "SYS_ADMIN",
            "CAP_CHOWN",
            "chown",
            "ALL",
            "",
        ];
        out["add"] = (0..chance.below(3)).map(|_| json!(chance.pick(&names))).collect();
    }
    out
}

fn volume(chance: &mut Chance) -> Value {
    let sources = [
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
        "hostPath",
        "hostPath",
        "hostPath",
        "nfs",
        "iscsi",
        "gitRepo",
        "awsElasticBlockStore",
        "azureDisk",
        "azureFile",
        "cephfs",
        "cinder",
        "fc",
        "flexVolume",
        "flocker",
        "gcePersistentDisk",
        "glusterfs",
        "photonPersistentDisk",
        "portworxVolume",
        "quobyte",
        "rbd",
        "scaleIO",
        "storageos",
        "vsphereVolume",
    ];
    let mut volume = json!({"name": "v"});
    match chance.below(12) {
        0 => {}
        1 => volume[chance.pick(&sources)] = Value::Null,
        // Two sources, which the API server rejects after admission has seen them.
        2 => {
            volume["emptyDir"] = json!({});
            volume[chance.pick(&sources)] = json!({});
        }
        _ => volume[chance.pick(&sources)] = json!({"path": "/srv"}),
    }
    volume
}

fn asks(chance: &mut Chance, spec: &mut Value) {
    let host =
        chance.json(&[r#""10.0.0.1""#, r#""localhost""#, r#""shop.example""#, r#""""#, "null"]);
    let handler = match chance.below(4) {
        0 => json!({"exec": {"command": ["true"]}}),
        1 => json!({"tcpSocket": {"host": host, "port": 80}}),
        2 => json!({"httpGet": {"path": "/"}, "tcpSocket": {"host": host, "port": 80}}),
        _ => json!({"httpGet": {"host": host, "port": 80}}),
    };
    let container = container(chance, spec);
    let place = ["livenessProbe", "readinessProbe", "startupProbe", "postStart", "preStop"];
    match chance.pick(&place) {
        hook @ ("postStart" | "preStop") => container["lifecycle"] = json!({hook: handler}),
        probe => container[probe] = handler,
    }
}

/// A seccomp or AppArmor profile.
fn profile(chance: &mut Chance, types: &[&str]) -> Value {
    match chance.below(8) {
        0 => Value::Null,
        1 => json!({}),
        _ => json!({"type": chance.pick(types)}),
    }
}

fn annotate(chance: &mut Chance, made: &mut Made) {
    let prefix = "container.apparmor.security.beta.kubernetes.io/";
    let key = match chance.below(4) {
        0 => "example.org/other".to_owned(),
        _ => format!("{prefix}{}", chance.pick(&["con0", "ini0", "nobody"])),
    };
    let values = ["", "runtime/default", "localhost/app", "unconfined", "unconfined", "runtime"];
    if !made.annotations.is_object() {
        made.annotations = json!({});
    }
    made.annotations[key] = json!(chance.pick(&values));
}

fn label(chance: &mut Chance) -> Value {
    if chance.once_in(10) {
        return Value::Null;
    }
    let mut out = json!({});
    if !chance.once_in(3) {
        out["type"] = json!(chance.pick(&[
            "",
            "container_t",
            "container_init_t",
            "container_kvm_t",
            "container_engine_t",
            "container_engine_t",
            "spc_t",
        ]));
    }
    for part in ["user", "role", "level"] {
        if chance.once_in(4) {
            out[part] = json!(chance.pick(&["", "s0:c1,c2", "system_u"]));
        }
    }
    out
}

const SYSCTLS: [&str; 19] = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_wmem",
    "net.ipv4.tcp_slow_start_after_idle",
    "net.ipv4.tcp_notsent_lowat",
    "net.core.somaxconn",
    "kernel.msgmax",
    "net/ipv4/tcp_syncookies",
    "fs.mqueue.msg_max",
    "",
];
