fn main() {}
#[test] fn a(){ let _=wasmtime_provider::WasmtimeEngineProviderBuilder::new(); }
