//! The Pod Security Standards, written once more as test code: what the built-in admission plugin
//! would say of a Pod. It shares nothing with the rules, not even how a manifest is read.
//!
//! Facts: `k8s.io/pod-security-admission/policy`. A check has versions, of which the newest that
//! the policy version reaches counts, and a check of the level restricted may override one of
//! baseline.

use serde_json::Value;

/// Both levels that restrict anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Baseline,
    Restricted,
}

/// A Pod as the checks see it.
pub(crate) struct Pod<'a> {
    pub(crate) annotations: &'a Value,
    pub(crate) spec: &'a Value,
}

type Violates = fn(&Pod<'_>) -> bool;

/// One check: its id, the level it belongs to, the check it overrides, its versions in order.
pub(crate) struct Control {
    pub(crate) id: &'static str,
    pub(crate) level: Level,
    overrides: Option<&'static str>,
    versions: &'static [(u8, Violates)],
}

const fn baseline(id: &'static str, versions: &'static [(u8, Violates)]) -> Control {
    Control { id, level: Level::Baseline, overrides: None, versions }
}

const fn restricted(
    id: &'static str,
    overrides: Option<&'static str>,
    versions: &'static [(u8, Violates)],
) -> Control {
    Control { id, level: Level::Restricted, overrides, versions }
}

/// Every check, for the policy versions from 1.29 on; what older versions said is left out.
pub(crate) static CONTROLS: &[Control] = &[
    baseline("appArmorProfile", &[(0, app_armor)]),
    baseline("capabilities_baseline", &[(0, |pod| adds_other_than(pod, DOCKER))]),
    baseline("hostNamespaces", &[(0, host_namespaces)]),
    baseline("hostPathVolumes", &[(0, |pod| volumes(pod).any(|volume| has(volume, "hostPath")))]),
    baseline("hostPorts", &[(0, host_ports)]),
    baseline("hostProbesAndHostLifecycle", &[(34, probe_hosts)]),
    baseline("privileged", &[(0, |pod| secured(pod).any(|s| s["privileged"] == true))]),
    baseline(
        "procMount",
        &[(0, proc_mount), (35, |pod| proc_mount(pod) && !own_user_namespace(pod))],
    ),
    baseline("seLinuxOptions", &[(0, |pod| se_linux(pod, false)), (31, |pod| se_linux(pod, true))]),
    baseline("seccompProfile_baseline", &[(19, |pod| all(pod).any(seccomp_is_bad))]),
    baseline(
        "sysctls",
        &[
            (0, |pod| sysctls(pod, 0)),
            (27, |pod| sysctls(pod, 1)),
            (29, |pod| sysctls(pod, 2)),
            (32, |pod| sysctls(pod, 3)),
            (37, |pod| sysctls(pod, 4)),
        ],
    ),
    baseline("windowsHostProcess", &[(0, host_process)]),
    restricted(
        "allowPrivilegeEscalation",
        None,
        &[(25, |pod| {
            !windows(pod) && secured(pod).any(|s| s["allowPrivilegeEscalation"] != false)
        })],
    ),
    restricted(
        "capabilities_restricted",
        Some("capabilities_baseline"),
        &[(25, |pod| {
            !windows(pod) && (keeps_some(pod) || adds_other_than(pod, "NET_BIND_SERVICE"))
        })],
    ),
    restricted("procMount_restricted", Some("procMount"), &[(35, proc_mount)]),
    restricted("restrictedVolumes", Some("hostPathVolumes"), &[(0, restricted_volumes)]),
    restricted(
        "runAsNonRoot",
        None,
        &[(0, run_as_non_root), (35, |pod| run_as_non_root(pod) && !own_user_namespace(pod))],
    ),
    restricted(
        "runAsUser",
        None,
        &[(23, run_as_user), (35, |pod| run_as_user(pod) && !own_user_namespace(pod))],
    ),
    restricted(
        "seccompProfile_restricted",
        Some("seccompProfile_baseline"),
        &[(25, |pod| !windows(pod) && seccomp_restricted(pod))],
    ),
];

/// Ids of the checks that a Pod violates at a level, in alphabetical order.
pub(crate) fn violated(pod: &Pod<'_>, level: Level, version: u8) -> Vec<&'static str> {
    let mut out: Vec<_> =
        in_force(level, version).filter(|(_, violates)| violates(pod)).map(|(id, _)| id).collect();
    out.sort_unstable();
    out
}

/// Ids and functions of the checks that count at a level of one policy version.
pub(crate) fn in_force(
    level: Level,
    version: u8,
) -> impl Iterator<Item = (&'static str, Violates)> {
    let newest = move |control: &Control| {
        let mut versions = control.versions.iter().rev();
        versions.find(|(since, _)| *since <= version).map(|(_, violates)| *violates)
    };
    let counts = move |control: &&Control| control.level <= level && newest(control).is_some();
    CONTROLS.iter().filter(counts).filter_map(move |control| {
        let mut others = CONTROLS.iter().filter(counts);
        let overridden = others.any(|other| other.overrides == Some(control.id));
        newest(control).filter(|_| !overridden).map(|violates| (control.id, violates))
    })
}

const DOCKER: &str = "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE \
    SETFCAP SETGID SETPCAP SETUID SYS_CHROOT";

/// What each version added to the sysctls that are allowed.
const SYSCTLS: [&str; 5] = [
    "kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.tcp_syncookies \
     net.ipv4.ping_group_range net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time net.ipv4.tcp_fin_timeout net.ipv4.tcp_keepalive_intvl \
     net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_rmem net.ipv4.tcp_wmem",
    "net.ipv4.tcp_slow_start_after_idle net.ipv4.tcp_notsent_lowat",
];

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn has(value: &Value, key: &str) -> bool {
    !value[key].is_null()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}

/// Containers of all three lists.
fn containers<'a>(pod: &Pod<'a>) -> impl Iterator<Item = &'a Value> {
    let spec = pod.spec;
    let lists = ["initContainers", "containers", "ephemeralContainers"];
    lists.into_iter().flat_map(|name| list(&spec[name]))
}

/// Security contexts of the containers.
fn secured<'a>(pod: &Pod<'a>) -> impl Iterator<Item = &'a Value> {
    containers(pod).map(|container| &container["securityContext"])
}

/// Security contexts of the Pod and its containers.
fn all<'a>(pod: &Pod<'a>) -> impl Iterator<Item = &'a Value> {
    core::iter::once(&pod.spec["securityContext"]).chain(secured(pod))
}

fn volumes<'a>(pod: &Pod<'a>) -> impl Iterator<Item = &'a Value> {
    list(&pod.spec["volumes"])
}

fn windows(pod: &Pod<'_>) -> bool {
    pod.spec["os"]["name"] == "windows"
}

fn own_user_namespace(pod: &Pod<'_>) -> bool {
    pod.spec["hostUsers"] == false
}

fn host_namespaces(pod: &Pod<'_>) -> bool {
    ["hostNetwork", "hostPID", "hostIPC"].iter().any(|field| pod.spec[*field] == true)
}

fn host_ports(pod: &Pod<'_>) -> bool {
    let mut ports = containers(pod).flat_map(|container| list(&container["ports"]));
    ports.any(|port| port["hostPort"].as_i64().is_some_and(|port| port != 0))
}

fn probe_hosts(pod: &Pod<'_>) -> bool {
    containers(pod).any(|container| {
        let hooks = ["postStart", "preStop"].map(|hook| &container["lifecycle"][hook]);
        let probes = ["livenessProbe", "readinessProbe", "startupProbe"];
        let askers = probes.map(|probe| &container[probe]).into_iter().chain(hooks);
        askers.into_iter().any(|asks| {
            ["httpGet", "tcpSocket"].iter().any(|how| !text(&asks[*how]["host"]).is_empty())
        })
    })
}

fn app_armor(pod: &Pod<'_>) -> bool {
    let field = |context: &Value| {
        let profile = &context["appArmorProfile"];
        !profile.is_null() && !["RuntimeDefault", "Localhost"].contains(&text(&profile["type"]))
    };
    let prefix = "container.apparmor.security.beta.kubernetes.io/";
    let mut annotations = pod.annotations.as_object().into_iter().flatten();
    all(pod).any(field)
        || annotations.any(|(key, value)| {
            let value = text(value);
            let fine = ["", "runtime/default"].contains(&value) || value.starts_with("localhost/");
            key.starts_with(prefix) && !fine
        })
}

fn se_linux(pod: &Pod<'_>, engine: bool) -> bool {
    all(pod).map(|context| &context["seLinuxOptions"]).any(|options| {
        let kind = text(&options["type"]);
        let fine = ["", "container_t", "container_init_t", "container_kvm_t"].contains(&kind);
        let fine = fine || (engine && kind == "container_engine_t");
        !fine || !text(&options["user"]).is_empty() || !text(&options["role"]).is_empty()
    })
}

fn proc_mount(pod: &Pod<'_>) -> bool {
    secured(pod).any(|context| has(context, "procMount") && context["procMount"] != "Default")
}

fn seccomp_is_good(context: &Value) -> bool {
    ["RuntimeDefault", "Localhost"].contains(&text(&context["seccompProfile"]["type"]))
}

fn seccomp_is_bad(context: &Value) -> bool {
    has(context, "seccompProfile") && !seccomp_is_good(context)
}

fn seccomp_restricted(pod: &Pod<'_>) -> bool {
    let at_pod = &pod.spec["securityContext"];
    let inherits_nothing =
        |context: &Value| !has(context, "seccompProfile") && !seccomp_is_good(at_pod);
    all(pod).any(seccomp_is_bad) || secured(pod).any(inherits_nothing)
}

fn sysctls(pod: &Pod<'_>, newest: usize) -> bool {
    let allowed = |name: &str| {
        SYSCTLS.iter().take(newest + 1).any(|names| names.split(' ').any(|known| known == name))
    };
    list(&pod.spec["securityContext"]["sysctls"]).any(|sysctl| !allowed(text(&sysctl["name"])))
}

fn host_process(pod: &Pod<'_>) -> bool {
    all(pod).any(|context| context["windowsOptions"]["hostProcess"] == true)
}

fn adds_other_than(pod: &Pod<'_>, allowed: &str) -> bool {
    let mut added = secured(pod).flat_map(|context| list(&context["capabilities"]["add"]));
    added.any(|name| !allowed.split(' ').any(|known| known == text(name)))
}

fn keeps_some(pod: &Pod<'_>) -> bool {
    secured(pod).any(|context| !list(&context["capabilities"]["drop"]).any(|name| name == "ALL"))
}

fn restricted_volumes(pod: &Pod<'_>) -> bool {
    const ALLOWED: [&str; 9] = [
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
    ];
    volumes(pod).any(|volume| {
        let entries = volume.as_object().into_iter().flatten();
        let sources: Vec<_> =
            entries.filter(|(key, value)| *key != "name" && !value.is_null()).collect();
        // Without any source the API server makes it an `emptyDir`.
        !sources.is_empty() && !sources.iter().any(|(key, _)| ALLOWED.contains(&key.as_str()))
    })
}

fn run_as_non_root(pod: &Pod<'_>) -> bool {
    let at_pod = &pod.spec["securityContext"]["runAsNonRoot"];
    let bad = |context: &Value| {
        let own = &context["runAsNonRoot"];
        *own == false || (own.is_null() && *at_pod != true)
    };
    *at_pod == false || secured(pod).any(bad)
}

fn run_as_user(pod: &Pod<'_>) -> bool {
    all(pod).any(|context| context["runAsUser"] == 0)
}

/// What the API server fills in that a check reads: in the network of the node, the ports of the
/// containers are ports of the node. It does so in Pods, not in templates, and not in ephemeral
/// containers.
pub(crate) fn fill_in(spec: &mut Value) {
    if spec["hostNetwork"] != true {
        return;
    }
    for name in ["initContainers", "containers"] {
        let containers = spec.get_mut(name).and_then(Value::as_array_mut);
        for container in containers.into_iter().flatten() {
            let ports = container.get_mut("ports").and_then(Value::as_array_mut);
            for port in ports.into_iter().flatten() {
                if port["hostPort"].is_null() || port["hostPort"] == 0 {
                    port["hostPort"] = port["containerPort"].clone();
                }
            }
        }
    }
}
