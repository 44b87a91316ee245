//! The policy's metadata: read from `metadata.yml`, burned into the module as JSON.
//!
//! Field names and rules are those that Kubewarden's policy-evaluator checks when it loads a policy
//! (`policy_metadata.rs`). Keys that it does not know are ignored there; here they are errors, because
//! in our own file they can only be typos.

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The custom section that Kubewarden reads.
pub(crate) const SECTION: &str = "io.kubewarden.metadata";

const PROTOCOL: &str = "v1";
const USAGE: &str = "io.kubewarden.policy.usage";
const VERSION: &str = "io.kubewarden.policy.version";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Metadata {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    protocol_version: Option<String>,
    rules: Vec<Rule>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<String, String>,
    mutating: bool,
    #[serde(default = "yes")]
    background_audit: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    context_aware_resources: Vec<Resource>,
    #[serde(default = "wapc")]
    execution_mode: String,
    #[serde(default = "kubernetes")]
    policy_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    minimum_kubewarden_version: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    host_capabilities: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Rule {
    api_groups: Vec<String>,
    api_versions: Vec<String>,
    resources: Vec<String>,
    operations: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Resource {
    api_version: String,
    kind: String,
}

/// What a variant of the module changes in its metadata.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Variant {
    /// Part of the file's name; empty for the module as it is.
    pub(crate) name: String,
    mutating: Option<bool>,
    context_aware_resources: Option<Vec<Resource>>,
    host_capabilities: Option<Vec<String>>,
}

impl Variant {
    /// Whether it is built to ask the host about the cluster.
    pub(crate) fn asks_cluster(&self) -> bool {
        self.context_aware_resources.is_some()
    }
}

fn yes() -> bool {
    true
}

fn wapc() -> String {
    "kubewarden-wapc".into()
}

fn kubernetes() -> String {
    "kubernetes".into()
}

impl Metadata {
    /// Reads `metadata.yml` and adds what only the build knows: the protocol and the text of the README.
    pub(crate) fn read(yaml: &str, readme: &str, version: &str) -> Result<Self> {
        let mut metadata: Self = serde_yaml::from_str(yaml)?;
        ensure!(!metadata.rules.is_empty(), "`rules` is empty: the policy would never be called");
        for (at, rule) in metadata.rules.iter().enumerate() {
            rule.check().with_context(|| format!("rules[{at}]"))?;
        }
        if let Some(found) = metadata.annotations.get(VERSION) {
            ensure!(
                found == version,
                "annotation {VERSION} is {found}, the workspace is {version}"
            );
        }
        metadata.protocol_version = Some(PROTOCOL.into());
        metadata.annotations.insert(USAGE.into(), readme.into());
        Ok(metadata)
    }

    /// The same with what a variant changes.
    pub(crate) fn changed(&self, variant: &Variant) -> Self {
        let mut metadata = self.clone();
        if let Some(mutating) = variant.mutating {
            metadata.mutating = mutating;
        }
        if let Some(kinds) = &variant.context_aware_resources {
            metadata.context_aware_resources.clone_from(kinds);
        }
        if let Some(capabilities) = &variant.host_capabilities {
            metadata.host_capabilities.clone_from(capabilities);
        }
        metadata
    }

    /// Compact JSON.
    pub(crate) fn to_json(&self) -> Result<Vec<u8>> {
        Ok(serde_json::to_vec(self)?)
    }

    /// Reads what [`Metadata::to_json`] wrote.
    pub(crate) fn from_json(json: &[u8]) -> Result<Self> {
        Ok(serde_json::from_slice(json)?)
    }
}

impl Rule {
    fn check(&self) -> Result<()> {
        let lists = [
            ("apiGroups", &self.api_groups),
            ("apiVersions", &self.api_versions),
            ("resources", &self.resources),
            ("operations", &self.operations),
        ];
        for (name, list) in lists {
            ensure!(!list.is_empty(), "`{name}` is empty");
            let alone = list.len() == 1 || !list.iter().any(|item| item == "*");
            ensure!(alone, "`*` in `{name}` must stand alone");
        }
        let known = ["CREATE", "UPDATE", "DELETE", "CONNECT", "*"];
        for operation in &self.operations {
            ensure!(known.contains(&operation.as_str()), "no operation is called `{operation}`");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const YAML: &str = "
rules:
  - apiGroups: ['']
    apiVersions: [v1]
    resources: [pods]
    operations: [CREATE, UPDATE]
mutating: true
annotations:
  io.kubewarden.policy.version: 0.1.0
";

    #[test]
    fn json_carries_protocol_usage_and_defaults() {
        let metadata = Metadata::read(YAML, "# Use\n", "0.1.0").unwrap();
        let json = String::from_utf8(metadata.to_json().unwrap()).unwrap();
        assert_eq!(
            json,
            concat!(
                r##"{"protocolVersion":"v1","rules":[{"apiGroups":[""],"apiVersions":["v1"],"##,
                r##""resources":["pods"],"operations":["CREATE","UPDATE"]}],"annotations":{"##,
                r##""io.kubewarden.policy.usage":"# Use\n","io.kubewarden.policy.version":"0.1.0"},"##,
                r##""mutating":true,"backgroundAudit":true,"executionMode":"kubewarden-wapc","##,
                r##""policyType":"kubernetes"}"##,
            )
        );
        assert_eq!(Metadata::from_json(json.as_bytes()).unwrap(), metadata);
    }

    #[test]
    fn mistakes_are_named() {
        let error = |yaml: &str| format!("{:#}", Metadata::read(yaml, "", "0.1.0").unwrap_err());
        assert!(error(&YAML.replace("0.1.0", "9.9.9")).contains("9.9.9"));
        assert!(error(&YAML.replace("[v1]", "[]")).contains("rules[0]: `apiVersions` is empty"));
        assert!(error(&YAML.replace("[pods]", "['*', pods]")).contains("must stand alone"));
        assert!(error(&YAML.replace("CREATE", "CRATE")).contains("CRATE"));
        assert!(error(&YAML.replace("mutating", "mutatign")).contains("mutatign"));
        assert!(error("rules: []\nmutating: false\n").contains("never be called"));
    }
}
