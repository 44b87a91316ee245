//! Recognises containers that stand for the outside world.

use super::links::{self, AMBASSADORS, calls, injection, is_like};
use crate::kube::{Container, Object, PodSpec};
use crate::recognise::{Confidence, Px};
use alloc::{format, vec::Vec};

crate::pattern! {
    /// A sidecar represents the outside world to the main container.
    ///
    /// ## Intent
    ///
    /// The application talks to `localhost` and to nobody else. Where the service really is, how to
    /// find it, how to authenticate, when to try again: all that the ambassador knows, and it can be
    /// swapped without a new build of the application.
    ///
    /// ## Forces
    ///
    /// The application gets simple, and every call takes one hop more. The ambassador must be there
    /// before the application asks it and stay until the application is done. What was meant for
    /// `localhost` is open to the cluster when it listens on every address.
    ///
    /// ## How it is seen
    ///
    /// The main container names a port of the loopback, in a variable, an argument or its command,
    /// that it does not declare itself (`localhost`). A helper named like a known proxy makes that
    /// certain; such a name alone is a weaker sign (`name-only`), and so is the annotation of a mesh
    /// that adds its proxy later (`injected`). The word in a tag does not count. The direction
    /// decides: a proxy that calls the main container stands in front of it and is a plain sidecar.
    ///
    /// ## What breaks it
    ///
    /// - a port that is open to other Pods, through a Service or a host port
    /// - a main container or an init container that calls before the ambassador runs
    /// - a lock or a token fetched through it that every replica shares
    ///
    /// ## Over time
    ///
    /// As a native sidecar (on since 1.29, stable since 1.33) an ambassador starts first and ends
    /// last; with a startup probe the application waits until it answers. Dapr's lock API, reached
    /// through its ambassador, is still alpha.
    Ambassador,
    recognise,
}

fn recognise<'d>(px: &mut Px<'_, 'd>, object: Object<'d>) {
    let Some(pod) = object.pod_spec() else { return };
    if let Some(mark) = injection(pod) {
        px.hit(Confidence::Likely, mark, "a mesh adds its proxy to this Pod").facet("injected");
    }
    if pod.running_containers().nth(1).is_some() {
        helpers(px, pod);
    }
}

fn helpers<'d>(px: &mut Px<'_, 'd>, pod: PodSpec<'d>) {
    let Some(main) = links::main(px.set(), pod) else { return };
    let calls = calls(pod);
    let outward: Vec<_> = calls.iter().filter(|c| c.from == main && !c.is_front).collect();
    // A proxy that itself calls into the Pod stands in front of the application, unless it is called.
    let is_front = |c: Container<'d>| calls.iter().any(|call| call.from == c);
    let named: Vec<_> = pod
        .running_containers()
        .filter(|c| *c != main && is_like(*c, AMBASSADORS))
        .filter(|c| !outward.is_empty() || !is_front(*c))
        .collect();
    for call in &outward {
        let known = match call.to {
            Some(to) => is_like(to, AMBASSADORS),
            None => !named.is_empty(),
        };
        let confidence = if known { Confidence::Certain } else { Confidence::Likely };
        let label = format!("`{}` calls localhost:{}", main.display_name(), call.port);
        px.hit(confidence, call.place, label).facet("localhost");
    }
    for helper in named {
        let label = format!("`{}` is named like a proxy", helper.display_name());
        px.hit(Confidence::Likely, helper.node, label);
        if outward.is_empty() {
            px.facet("name-only");
        }
    }
}
