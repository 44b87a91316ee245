//! The built policy in the host that Kubewarden runs it in.

use serde_json::Value;
use std::path::PathBuf;
use std::sync::LazyLock;
use wapc::WapcHost;
use wasmtime_provider::{
    WasmtimeEngineProviderBuilder, WasmtimeEngineProviderPre,
    wasmtime::{Engine, Module},
};

/// A module, compiled once for all tests.
struct Compiled {
    engine: Engine,
    module: Module,
    ready: WasmtimeEngineProviderPre,
}

static POLICY: LazyLock<Compiled> = LazyLock::new(|| compile("policy.wasm"));
static ASKING: LazyLock<Compiled> = LazyLock::new(|| compile("policy-context.wasm"));

fn compile(file: &str) -> Compiled {
    let path = dist().join(file);
    let bytes = std::fs::read(&path)
        .unwrap_or_else(|_| panic!("no {}: run `cargo xtask build` first", path.display()));
    let engine = Engine::default();
    let module = Module::new(&engine, bytes).expect("a WebAssembly module");
    let builder = WasmtimeEngineProviderBuilder::new().engine(engine.clone());
    let ready = builder.module(module.clone()).build_pre().expect("the host offers every import");
    Compiled { engine, module, ready }
}

/// `PATTERNWARDEN_DIST`, else `dist/` of the workspace.
pub(crate) fn dist() -> PathBuf {
    std::env::var_os("PATTERNWARDEN_DIST").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../dist")),
        PathBuf::from,
    )
}

/// The engine that the module was compiled for, and the module: for hosts of one's own.
pub(crate) fn compiled() -> (&'static Engine, &'static Module) {
    (&POLICY.engine, &POLICY.module)
}

/// Names of what the module that may ask imports.
pub(crate) fn imports_of_asking() -> Vec<String> {
    ASKING.module.imports().map(|import| import.name().to_owned()).collect()
}

/// One instance of the policy. `policy-server` makes one per request, `kwctl bench` keeps one.
pub(crate) struct Policy(WapcHost);

impl Policy {
    pub(crate) fn new() -> Self {
        let provider = POLICY.ready.rehydrate(None).expect("an instance");
        Self(WapcHost::new(Box::new(provider), None).expect("an instance"))
    }

    /// An instance of the module that may ask its host.
    pub(crate) fn beside(host: Box<wapc::HostCallback>) -> Self {
        let provider = ASKING.ready.rehydrate(None).expect("an instance");
        Self(WapcHost::new(Box::new(provider), Some(host)).expect("an instance"))
    }

    /// The answer to one call, or the text of the guest's error.
    pub(crate) fn bytes(&self, operation: &str, payload: &[u8]) -> Result<Vec<u8>, String> {
        self.0.call(operation, payload).map_err(|error| match error {
            wapc::errors::Error::GuestCallFailure(text) => text,
            other => panic!("the host failed: {other}"),
        })
    }

    /// The same, in JSON.
    pub(crate) fn call(&self, operation: &str, payload: &Value) -> Result<Value, String> {
        let answer = self.bytes(operation, payload.to_string().as_bytes())?;
        Ok(serde_json::from_slice(&answer).expect("answers are JSON"))
    }

    /// The answer to `validate`, which the test expects to exist.
    pub(crate) fn validate(&self, request: &Value, settings: &Value) -> Value {
        let payload = serde_json::json!({"request": request, "settings": settings});
        self.call("validate", &payload).unwrap_or_else(|error| panic!("{error}\n{payload}"))
    }
}

/// What the text of an error looks like when the guest trapped instead of answering.
pub(crate) fn is_trap(error: &str) -> bool {
    error.contains("wasm backtrace")
        || error.contains("trap")
        || error.contains("the policy stopped")
}
