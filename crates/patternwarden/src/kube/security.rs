//! Who bears a `securityContext`: a Pod, and each of its containers.

use crate::kube::container::Container;
use crate::kube::pod::{Containers, PodSpec};
use core::fmt;
use patternwarden_tree::{At, Node};

/// A Pod or one of its containers, read for what both can say of security.
///
/// Source: `core/v1.PodSecurityContext` and `core/v1.SecurityContext`; where both say something, the
/// container's word counts, and `windowsOptions` is merged field by field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Secured<'d> {
    /// The Pod spec, or the entry of the container.
    pub node: Node<'d>,
    /// The container; `None` for the Pod itself.
    pub container: Option<Container<'d>>,
}

fields!(Secured {
    /// `securityContext.runAsNonRoot`.
    run_as_non_root: bool = flag ["securityContext", "runAsNonRoot"];
    /// `securityContext.runAsUser`.
    run_as_user: i64 = int ["securityContext", "runAsUser"];
    /// `securityContext.runAsGroup`.
    run_as_group: i64 = int ["securityContext", "runAsGroup"];
    /// `securityContext.seccompProfile`.
    seccomp_profile: Node<'d> = map ["securityContext", "seccompProfile"];
    /// `securityContext.seccompProfile.type`.
    seccomp_type: &'d str = text ["securityContext", "seccompProfile", "type"];
    /// `securityContext.seccompProfile.localhostProfile`.
    seccomp_localhost: &'d str = text ["securityContext", "seccompProfile", "localhostProfile"];
    /// `securityContext.appArmorProfile` (since 1.30).
    app_armor_profile: Node<'d> = map ["securityContext", "appArmorProfile"];
    /// `securityContext.appArmorProfile.type`.
    app_armor_type: &'d str = text ["securityContext", "appArmorProfile", "type"];
    /// `securityContext.appArmorProfile.localhostProfile`.
    app_armor_localhost: &'d str = text ["securityContext", "appArmorProfile", "localhostProfile"];
    /// `securityContext.seLinuxOptions`.
    se_linux_options: Node<'d> = map ["securityContext", "seLinuxOptions"];
    /// `securityContext.seLinuxOptions.type`.
    se_linux_type: &'d str = text ["securityContext", "seLinuxOptions", "type"];
    /// `securityContext.seLinuxOptions.user`.
    se_linux_user: &'d str = text ["securityContext", "seLinuxOptions", "user"];
    /// `securityContext.seLinuxOptions.role`.
    se_linux_role: &'d str = text ["securityContext", "seLinuxOptions", "role"];
    /// `securityContext.seLinuxOptions.level`.
    se_linux_level: &'d str = text ["securityContext", "seLinuxOptions", "level"];
    /// `securityContext.windowsOptions`.
    windows_options: Node<'d> = map ["securityContext", "windowsOptions"];
    /// `securityContext.windowsOptions.hostProcess`.
    windows_host_process: bool = flag ["securityContext", "windowsOptions", "hostProcess"];
    /// `securityContext.windowsOptions.runAsUserName`.
    windows_user: &'d str = text ["securityContext", "windowsOptions", "runAsUserName"];
});

impl Secured<'_> {
    #[cfg(test)]
    pub(crate) fn of_node(node: Node<'_>) -> Secured<'_> {
        Secured { node, container: None }
    }
}

impl fmt::Display for Secured<'_> {
    /// `the Pod`, or the container by its name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.container {
            Some(container) => write!(f, "container `{}`", container.display_name()),
            None => f.write_str("the Pod"),
        }
    }
}

/// Whether a word is absent or one of those allowed. What is no text at all is not allowed.
pub fn is_absent_or(word: At<'_, &str>, allowed: &[&str]) -> bool {
    word.is_absent() || word.value.is_some_and(|word| allowed.contains(&word))
}

/// The Pod, then its containers of every class.
#[derive(Clone, Debug)]
pub struct SecurityContexts<'d> {
    pod: Option<PodSpec<'d>>,
    containers: Containers<'d>,
}

impl<'d> Iterator for SecurityContexts<'d> {
    type Item = Secured<'d>;

    #[inline(never)]
    fn next(&mut self) -> Option<Secured<'d>> {
        match self.pod.take() {
            Some(pod) => Some(Secured { node: pod.node, container: None }),
            None => self.containers.next().map(Container::secured),
        }
    }
}

impl<'d> Container<'d> {
    /// What the container says of security.
    pub fn secured(self) -> Secured<'d> {
        Secured { node: self.node, container: Some(self) }
    }
}

impl<'d> PodSpec<'d> {
    /// What the Pod itself says of security.
    pub fn secured(self) -> Secured<'d> {
        Secured { node: self.node, container: None }
    }

    /// What the Pod and each of its containers say of security.
    pub fn security_contexts(self) -> SecurityContexts<'d> {
        SecurityContexts { pod: Some(self), containers: self.containers() }
    }
}
