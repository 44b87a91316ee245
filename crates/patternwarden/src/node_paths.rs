//! What a path of the node opens to who can read or write there.

use crate::matcher::{clipped, is_below};
use core::fmt::Display;

/// What lies in directories that matter most; the first entry that holds the path decides.
static PRIZES: &[(&str, &str)] = &[
    ("/etc/kubernetes", "the credentials and static Pods of the node"),
    ("/var/lib/kubelet", "the secrets of all Pods on the node"),
    ("/var/lib/docker", "the files of all containers"),
    ("/var/lib/containerd", "the files of all containers"),
    ("/var/log", "logs, whose links lead to any file"),
    ("/var/run", "the sockets of the node's services"),
    ("/run", "the sockets of the node's services"),
    ("/etc", "the configuration of the node"),
    ("/proc", "the processes of the node"),
    ("/sys", "the kernel of the node"),
    ("/dev", "the devices of the node"),
    ("/boot", "the kernel of the node"),
    ("/lib", "the programs of the node"),
    ("/usr", "the programs of the node"),
    ("/root", "the keys of the node's administrator"),
    ("/home", "the keys of the node's users"),
];

/// What a path of the node opens, in words: `/etc/cron.d` is "`/etc/cron.d` (the configuration of
/// the node)". A path that leaves its directory by `..` is below none.
pub(crate) fn prize(path: &str) -> impl Display + '_ {
    core::fmt::from_fn(move |f| {
        let whole = path.split('/').all(|part| matches!(part, "" | "." | ".."));
        let held = PRIZES.iter().find(|(dir, _)| is_below(path, dir));
        let shown = clipped(path);
        match held {
            _ if whole => f.write_str("all files of the node"),
            Some((_, what)) => write!(f, "`{shown}` ({what})"),
            None => write!(f, "`{shown}` of the node"),
        }
    })
}
