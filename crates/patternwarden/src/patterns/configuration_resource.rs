//! Recognises configuration that is an object of its own.

use super::by_kind;
use super::predictable_demands::is_configuration;
use crate::kube::{ConfigKind, ConfigObject, Object, config_references};
use crate::recognise::{Confidence, Px};
use alloc::format;

crate::pattern! {
    /// Configuration stands in a ConfigMap or Secret with its own life.
    ///
    /// ## Intent
    ///
    /// Configuration changes at other times than code, and other people may change it. As an object
    /// it has a name, a history and rights of its own, many workloads can share it, and a whole file
    /// fits into it.
    ///
    /// ## Forces
    ///
    /// Mounted files follow a change after a while, variables do not, and a `subPath` never does:
    /// three different answers to one edit. A Secret is only encoded; what protects it are rights and
    /// the encryption of the store. An object is limited to one megabyte.
    ///
    /// ## How it is seen
    ///
    /// A ConfigMap or a Secret, and every workload that names one for a volume or a variable
    /// (`reference`). The certificates that come with each Pod's token and secrets to pull images
    /// with do not count.
    ///
    /// ## What breaks it
    ///
    /// - a name or a key that is not there: the Pod waits and does not start
    /// - a change that no Pod notices, because it reads the values at start only
    /// - a Secret in a repository, where encoding is no lock
    /// - a file mode such as `0400` that another parser reads as decimal
    ///
    /// ## Over time
    ///
    /// Since 1.21 both can be `immutable`, which spares the kubelet from watching them: then a change
    /// is a new name, and the pattern becomes Immutable Configuration.
    ConfigurationResource,
    recognise,
}

fn recognise<'d>(px: &mut Px<'_, 'd>, object: Object<'d>) {
    if ConfigObject::of(object).is_some() {
        px.hit(Confidence::Certain, by_kind::node(object), "configuration with its own life");
    }
    let Some(pod) = object.pod_spec() else { return };
    for reference in config_references(pod).into_iter().filter(|r| is_configuration(r.name)) {
        let kind = match reference.kind {
            ConfigKind::ConfigMap => "ConfigMap",
            ConfigKind::Secret => "Secret",
        };
        let name = reference.name.scalar_text();
        px.hit(Confidence::Certain, reference.name, format!("{kind} `{name}`")).facet("reference");
    }
}
