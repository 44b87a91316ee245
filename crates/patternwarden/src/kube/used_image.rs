//! Every image that a Pod uses: of its containers and of its volumes.

use crate::kube::{ImageRef, PodSpec};
use alloc::vec::{IntoIter, Vec};
use core::fmt;
use patternwarden_tree::At;

/// An image that a Pod uses. It displays as what uses it: ``container `app` ``.
#[derive(Clone, Copy, Debug)]
pub struct UsedImage<'d> {
    /// `image` of a container, `image.reference` of a volume.
    pub reference: At<'d, &'d str>,
    /// The pull policy beside it.
    pub policy: At<'d, &'d str>,
    /// `container` or `volume`.
    what: &'static str,
    /// Its name, if it has one.
    name: Option<&'d str>,
}

impl<'d> PodSpec<'d> {
    /// The images of every container and of every image volume.
    pub fn images(self) -> IntoIter<UsedImage<'d>> {
        let mut out = Vec::new();
        for container in self.containers() {
            out.push(UsedImage {
                reference: container.image(),
                policy: container.image_pull_policy(),
                what: "container",
                name: container.name().value,
            });
        }
        for volume in self.volumes().filter(|volume| volume.source() == "image") {
            out.push(UsedImage {
                reference: volume.image_reference(),
                policy: volume.image_pull_policy(),
                what: "volume",
                name: volume.name().value,
            });
        }
        out.into_iter()
    }
}

impl<'d> UsedImage<'d> {
    /// The reference, taken apart.
    pub fn parsed(self) -> Option<ImageRef<'d>> {
        self.reference.value.and_then(ImageRef::parse)
    }

    /// The pull policy in force: what is written, else what the API server fills in.
    pub fn effective_policy(self) -> &'d str {
        let latest = self.parsed().is_some_and(ImageRef::is_latest);
        let written = self.policy.value.filter(|policy| !policy.is_empty());
        written.unwrap_or(if latest { "Always" } else { "IfNotPresent" })
    }
}

impl fmt::Display for UsedImage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`", self.what, self.name.unwrap_or("?"))
    }
}
