//! Fields that must be unset where a Pod names the system it is made for.
//!
//! Source: the comment on `os` of `core/v1.PodSpec`, and `ValidatePodSpec`.

/// A field, by the keys that lead to it from a Pod spec or container.
pub(crate) type Path = &'static [&'static str];

/// Fields of a Pod that must be unset on Windows.
static POD: &[Path] = &[
    &["hostPID"],
    &["hostIPC"],
    &["hostUsers"],
    &["resources"],
    &["shareProcessNamespace"],
    &["securityContext", "fsGroup"],
    &["securityContext", "fsGroupChangePolicy"],
    &["securityContext", "sysctls"],
    &["securityContext", "supplementalGroups"],
    &["securityContext", "supplementalGroupsPolicy"],
    &["securityContext", "seLinuxChangePolicy"],
];

/// Fields of a Pod and of its containers that must be unset on Windows.
static BOTH: &[Path] = &[
    &["securityContext", "appArmorProfile"],
    &["securityContext", "seLinuxOptions"],
    &["securityContext", "seccompProfile"],
    &["securityContext", "runAsUser"],
    &["securityContext", "runAsGroup"],
];

/// Fields of a container that must be unset on Windows.
static CONTAINER: &[Path] = &[
    &["securityContext", "capabilities"],
    &["securityContext", "readOnlyRootFilesystem"],
    &["securityContext", "privileged"],
    &["securityContext", "allowPrivilegeEscalation"],
    &["securityContext", "procMount"],
];

/// Fields that must be unset on Linux.
static LINUX: &[Path] = &[&["securityContext", "windowsOptions"]];

/// The fields that this system does not have, in a Pod spec or in one of its containers.
pub(crate) fn unset_fields(os: Option<&str>, of_container: bool) -> [&'static [Path]; 2] {
    match (os, of_container) {
        (Some("windows"), false) => [POD, BOTH],
        (Some("windows"), true) => [BOTH, CONTAINER],
        (Some("linux"), _) => [LINUX, &[]],
        _ => [&[], &[]],
    }
}
