//! Custom sections of a WebAssembly module, with all other bytes left as they are.

use anyhow::{Context as _, Result};
use std::borrow::Cow;
use wasm_encoder::{CustomSection, Module, RawSection};
use wasmparser::{Parser, Payload};

/// The module without its custom sections `names`.
pub(crate) fn without(module: &[u8], names: &[&str]) -> Result<Vec<u8>> {
    let mut out = Module::new();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload.context("not a WebAssembly module")?;
        if let Payload::CustomSection(section) = &payload
            && names.contains(&section.name())
        {
            continue;
        }
        if let Some((id, range)) = payload.as_section() {
            let data = module.get(range).context("a section ends beyond the module")?;
            out.section(&RawSection { id, data });
        }
    }
    Ok(out.finish())
}

/// The module with a custom section at its end, in place of any of the same name.
pub(crate) fn with(module: &[u8], name: &str, data: &[u8]) -> Result<Vec<u8>> {
    let section = CustomSection { name: Cow::Borrowed(name), data: Cow::Borrowed(data) };
    let mut extra = Module::new();
    extra.section(&section);
    let mut out = without(module, &[name])?;
    out.extend(extra.finish().into_iter().skip(Module::HEADER.len()));
    Ok(out)
}

/// What a custom section holds.
pub(crate) fn read<'m>(module: &'m [u8], name: &str) -> Result<Option<&'m [u8]>> {
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::CustomSection(section) = payload.context("not a WebAssembly module")?
            && section.name() == name
        {
            return Ok(Some(section.data()));
        }
    }
    Ok(None)
}

/// Bytes of each section, by name, the largest first.
pub(crate) fn sizes(module: &[u8]) -> Result<Vec<(String, u64)>> {
    let mut sizes = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload.context("not a WebAssembly module")?;
        let name = match &payload {
            Payload::CustomSection(section) => format!("custom {}", section.name()),
            Payload::TypeSection(_) => "types".into(),
            Payload::ImportSection(_) => "imports".into(),
            Payload::FunctionSection(_) => "functions".into(),
            Payload::TableSection(_) => "tables".into(),
            Payload::ElementSection(_) => "elements".into(),
            Payload::CodeSectionStart { .. } => "code".into(),
            Payload::DataSection(_) => "data".into(),
            _ => "other".into(),
        };
        if let Some((_, range)) = payload.as_section() {
            sizes.push((name, range.len() as u64));
        }
    }
    sizes.sort_by_key(|(_, size)| core::cmp::Reverse(*size));
    Ok(sizes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{CodeSection, Function, FunctionSection, TypeSection};

    /// One function that does nothing, and a name section.
    fn sample() -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let mut functions = FunctionSection::new();
        functions.function(0);
        let mut code = CodeSection::new();
        let mut body = Function::new([]);
        body.instructions().end();
        code.function(&body);
        let mut module = Module::new();
        module.section(&types).section(&functions).section(&code);
        with(&module.finish(), "name", b"\0").unwrap()
    }

    #[test]
    fn what_is_put_in_can_be_read_back() {
        let module = sample();
        assert_eq!(read(&module, "io.kubewarden.metadata").unwrap(), None);
        let first = with(&module, "io.kubewarden.metadata", b"{\"a\":1}").unwrap();
        let second = with(&first, "io.kubewarden.metadata", b"{}").unwrap();
        assert_eq!(read(&second, "io.kubewarden.metadata").unwrap(), Some(&b"{}"[..]));
        assert_eq!(without(&second, &["io.kubewarden.metadata"]).unwrap(), module);
    }

    #[test]
    fn sections_have_names_and_sizes() {
        let module = sample();
        let sizes = sizes(&module).unwrap();
        let of = |name: &str| sizes.iter().find(|(other, _)| other == name).unwrap().1;
        assert_eq!((of("types"), of("functions"), of("code")), (4, 2, 4));
        // A section is its bytes behind one for its kind and, here, one for its length.
        let sum: u64 = sizes.iter().map(|(_, size)| size + 2).sum();
        assert_eq!(sum + Module::HEADER.len() as u64, module.len() as u64);
        assert!(sizes.is_sorted_by_key(|(_, size)| core::cmp::Reverse(*size)));
    }

    #[test]
    fn only_the_named_sections_go() {
        let module = sample();
        let stripped = without(&module, &["name", "producers"]).unwrap();
        assert!(stripped.len() < module.len());
        assert_eq!(read(&stripped, "name").unwrap(), None);
        assert_eq!(with(&stripped, "name", b"\0").unwrap(), module);
    }

    #[test]
    fn other_files_are_refused() {
        assert!(without(b"#!/bin/sh", &[]).is_err());
        assert!(read(b"", "name").is_err());
    }
}
