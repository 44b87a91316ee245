//! The annotated modules: one program, and metadata for each way to run it.

use crate::metadata::{Metadata, SECTION, Variant};
use crate::section;
use anyhow::{Context as _, Result, ensure};
use std::collections::BTreeSet;

/// Reads `variants.yml`.
pub(crate) fn variants(yaml: &str) -> Result<Vec<Variant>> {
    let variants: Vec<Variant> = serde_yaml::from_str(yaml)?;
    let names: BTreeSet<&str> = variants.iter().map(|variant| variant.name.as_str()).collect();
    ensure!(names.len() == variants.len(), "two variants have the same name");
    ensure!(names.contains(""), "no variant has the empty name: it is the module as it is");
    Ok(variants)
}

/// The name of a variant's file.
pub(crate) fn file(variant: &Variant) -> String {
    match variant.name.as_str() {
        "" => "annotated-policy.wasm".into(),
        name => format!("annotated-policy-{name}.wasm"),
    }
}

/// The module with a variant's metadata in it, after reading it back.
///
/// # Errors
/// What is read back differs, or another byte than those of the section does.
pub(crate) fn annotate(module: &[u8], base: &Metadata, variant: &Variant) -> Result<Vec<u8>> {
    let metadata = base.changed(variant);
    let annotated = section::with(module, SECTION, &metadata.to_json()?)?;
    let burned =
        section::read(&annotated, SECTION)?.context("the metadata is not in the module")?;
    ensure!(Metadata::from_json(burned)? == metadata, "the metadata reads back differently");
    ensure!(section::without(&annotated, &[SECTION])? == module, "annotating changed the program");
    Ok(annotated)
}

#[cfg(test)]
mod tests {
    use super::*;

    const METADATA: &str = include_str!("../../../policies/patternwarden/metadata.yml");
    const VARIANTS: &str = include_str!("../../../policies/patternwarden/variants.yml");
    /// The smallest module there is.
    const MODULE: &[u8] = b"\0asm\x01\0\0\0";

    #[test]
    fn every_variant_reads_back_and_leaves_the_program_alone() {
        let base = Metadata::read(METADATA, "# Use\n", env!("CARGO_PKG_VERSION")).unwrap();
        let variants = variants(VARIANTS).unwrap();
        let mut seen = BTreeSet::new();
        for variant in &variants {
            let annotated = annotate(MODULE, &base, variant).unwrap();
            assert!(annotated.starts_with(MODULE));
            let burned = section::read(&annotated, SECTION).unwrap().unwrap();
            let json: serde_json::Value = serde_json::from_slice(burned).unwrap();
            assert_eq!(json["mutating"], variant.name.ends_with("mutating"), "{}", variant.name);
            let aware = variant.name.starts_with("context-aware");
            assert_eq!(json["contextAwareResources"].is_array(), aware, "{}", variant.name);
            assert_eq!(json["hostCapabilities"].is_array(), aware, "{}", variant.name);
            assert!(!json["rules"].as_array().unwrap().is_empty());
            assert!(seen.insert(file(variant)));
        }
        assert_eq!(seen.len(), 4);
        assert!(seen.contains("annotated-policy.wasm"));
        assert!(seen.contains("annotated-policy-mutating.wasm"));
    }

    #[test]
    fn mistakes_in_the_list_are_named() {
        let error = |yaml: &str| format!("{:#}", variants(yaml).unwrap_err());
        assert!(error("- name: a\n").contains("the empty name"));
        assert!(error("- name: ''\n- name: ''\n").contains("the same name"));
        assert!(error("- name: ''\n  mutatign: true\n").contains("mutatign"));
    }
}
