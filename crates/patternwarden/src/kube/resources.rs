//! Requests and limits, of a container or of the whole Pod.

use crate::kube::{Class, PodSpec, Quantity};
use crate::minor::Minor;
use patternwarden_tree::Node;

/// From this version on, the resources of the whole Pod count: the gate `PodLevelResources` is on.
const POD_LEVEL: Minor = Minor(34);

/// What `resources` says under `list`, which is `requests` or `limits`, of one resource.
pub fn amount<'d>(resources: Option<Node<'d>>, list: &str, resource: &str) -> Option<Node<'d>> {
    resources?.get(list)?.get(resource).filter(|node| !node.is_null())
}

/// The request in force: the one that is written, be it zero, else the limit.
///
/// Source: `core/v1.ResourceRequirements`: requests default to limits where those are specified.
pub fn request<'d>(resources: Option<Node<'d>>, resource: &str) -> Option<Node<'d>> {
    amount(resources, "requests", resource).or_else(|| amount(resources, "limits", resource))
}

/// A quantity that is more than nothing; the API treats zero as absent.
pub fn quantity(node: Option<Node<'_>>) -> Option<Quantity> {
    Quantity::parse(node?.scalar_text()).filter(|quantity| !quantity.is_zero())
}

impl<'d> PodSpec<'d> {
    /// The resources of the whole Pod, where the version knows them.
    pub fn resources_in(self, target: Minor) -> Option<Node<'d>> {
        self.resources().value.filter(|_| target >= POD_LEVEL)
    }

    /// What the containers together request, or are limited to, of one resource: while they run,
    /// or while they start if that is more. Under `requests` a limit counts where no request is
    /// written.
    ///
    /// Source: `component-helpers/resource.AggregateContainerRequests`.
    pub fn total(self, list: &str, resource: &str) -> Quantity {
        let none = Quantity::whole(0);
        let (mut running, mut sidecars, mut starting) = (none, none, none);
        for container in self.containers() {
            let resources = container.resources().value;
            let own = match list {
                "requests" => request(resources, resource),
                _ => amount(resources, list, resource),
            };
            let own = quantity(own).unwrap_or(none);
            match container.class {
                Class::App => running = running.plus(own),
                Class::Sidecar => {
                    sidecars = sidecars.plus(own);
                    starting = starting.max(sidecars);
                }
                Class::Init => starting = starting.max(sidecars.plus(own)),
                Class::Ephemeral => {}
            }
        }
        starting.max(running.plus(sidecars))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_request_of_zero_hides_the_limit() {
        let stream = patternwarden_yaml::read(
            "requests: {cpu: 0, memory: 1Mi}\nlimits: {cpu: 1, ephemeral-storage: 1Gi}\n",
        );
        let resources = stream.documents[0].root();
        let text = |resource| request(resources, resource).map(Node::scalar_text);
        assert_eq!(text("cpu"), Some("0"));
        assert_eq!(quantity(request(resources, "cpu")), None);
        assert_eq!(text("memory"), Some("1Mi"));
        assert_eq!(text("ephemeral-storage"), Some("1Gi"));
        assert_eq!(text("example.com/gpu"), None);
    }
}
