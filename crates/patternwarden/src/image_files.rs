//! Files that one container takes from the image of another: copied by an init container, or read
//! through `/proc/<process>/root`. An image volume makes both unnecessary.

use crate::kube::{Class, Container, Hook, PodSpec, Probe};
use alloc::vec::Vec;
use patternwarden_tree::Node;

/// An init container that copies configuration from its image to a volume that others mount.
#[derive(Clone, Copy, Debug)]
pub struct CopiedImage<'d> {
    /// The container that copies.
    pub init: Container<'d>,
    /// Name of the `emptyDir` that it fills.
    pub volume: &'d str,
    /// Where it mounts that volume: the entry of `volumeMounts`.
    pub mount: Node<'d>,
}

/// Commands that fetch content from elsewhere, so that the image is not where it comes from.
const FETCHERS: [&str; 6] = ["git", "curl", "wget", "aws", "gsutil", "rsync"];

/// Words that tell configuration from other content.
const CONFIG_WORDS: [&str; 3] = ["conf", "settings", "propert"];

/// The init containers of a Pod that copy configuration out of their image.
///
/// Such a container fills an `emptyDir` that a running container mounts, takes no ConfigMap or
/// Secret, fetches nothing, and its name, image, command or volume speaks of configuration.
pub fn copied_images(pod: PodSpec<'_>) -> impl Iterator<Item = CopiedImage<'_>> {
    let inits = pod.containers().filter(|container| container.class == Class::Init);
    inits.filter(|init| !reads_config(*init) && !fetches(*init)).filter_map(move |init| {
        let (volume, _, mount) = init.mounts().find(|(volume, _, mount)| {
            let writes = mount.get("readOnly").and_then(Node::as_bool) != Some(true);
            writes && is_handed_over(pod, volume) && names_config(init, volume)
        })?;
        Some(CopiedImage { init, volume, mount })
    })
}

/// The strings in which a container names the root directory of a process: in `command`, `args`,
/// `env`, and in the commands of probes and hooks.
pub fn process_roots(container: Container<'_>) -> impl Iterator<Item = Node<'_>> {
    let values = container.env_values().map(|(_, value)| value);
    let probes = container.probes().filter_map(Probe::handler);
    let hooks = container.hooks().filter_map(Hook::handler);
    let commands = probes.chain(hooks).flat_map(|handler| handler.command().collect::<Vec<_>>());
    let named = |node: &Node<'_>| node.as_str().is_some_and(|text| process_root(text).is_some());
    container.words().chain(values).chain(commands).filter(named)
}

/// The first `/proc/<process>/root` of a text: what stands for the process, and what follows
/// `root`.
pub fn process_root(text: &str) -> Option<(&str, &str)> {
    text.match_indices("/proc/").find_map(|(at, found)| {
        let (process, rest) = text.get(at + found.len()..)?.split_once('/')?;
        let behind = rest.strip_prefix("root")?;
        let ends = !behind.starts_with(|c: char| c.is_alphanumeric() || "_-.".contains(c));
        let one = !process.is_empty() && !process.contains(char::is_whitespace);
        (ends && one).then_some((process, behind))
    })
}

/// Whether a volume is an `emptyDir` that some running container mounts.
pub fn is_handed_over(pod: PodSpec<'_>, name: &str) -> bool {
    let is_empty = pod.volume(name).is_some_and(|volume| volume.source() == "emptyDir");
    is_empty && pod.running_containers().any(|c| c.mounts().any(|(volume, _, _)| volume == name))
}

/// Whether a container takes in values of a ConfigMap or Secret.
fn reads_config(container: Container<'_>) -> bool {
    let injected = "/var/run/secrets/kubernetes.io/serviceaccount";
    let mounts = container.mounts().any(|(name, path, _)| {
        let source = container.pod.volume(name).map(crate::kube::Volume::source);
        path != injected && matches!(source, Some("configMap" | "secret" | "projected"))
    });
    let from = container.env_from().value.is_some_and(|list| list.items().next().is_some());
    let mut env = container.env().value.into_iter().flat_map(Node::items);
    let keys = env.any(|entry| {
        let from = entry.get("valueFrom");
        from.is_some_and(|from| from.get("configMapKeyRef").or(from.get("secretKeyRef")).is_some())
    });
    mounts || from || keys
}

/// Whether some word of a command line or name is a command that fetches.
pub fn has_fetcher(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| FETCHERS.contains(&word))
}

/// Whether a text speaks of configuration.
pub fn speaks_of_config(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    CONFIG_WORDS.iter().any(|word| text.contains(word))
}

fn fetches(container: Container<'_>) -> bool {
    container.words().any(|word| has_fetcher(word.scalar_text()))
        || container.image_ref().is_some_and(|image| has_fetcher(image.base_name()))
}

fn names_config(container: Container<'_>, volume: &str) -> bool {
    speaks_of_config(volume)
        || speaks_of_config(container.display_name())
        || container.image_ref().is_some_and(|image| speaks_of_config(image.repository))
        || container.words().any(|word| speaks_of_config(word.scalar_text()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_of_processes() {
        assert_eq!(process_root("ls /proc/1/root"), Some(("1", "")));
        assert_eq!(process_root("ln -s /proc/$$/root/m /x"), Some(("$$", "/m /x")));
        assert_eq!(process_root("/proc/cpuinfo /proc/7/root;"), Some(("7", ";")));
        for none in
            ["/proc//root", "/proc/1/rootless", "/proc/1/environ", "/proc/", "/proc/a b/root"]
        {
            assert_eq!(process_root(none), None, "{none}");
        }
    }
}
