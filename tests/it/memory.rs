//! One instance serves any number of calls in the same memory.

use crate::objects::{cron_job, deployment, only, pod, root_spec, safe_spec};
use crate::requests::{audit, create, delete};
use crate::wapc_host::compiled;
use serde_json::json;
use wasmtime_provider::wasmtime::{Caller, Extern, Instance, Linker, Memory, Store, TypedFunc};

const CALLS: usize = 100_000;

/// What the host keeps between the moments of a call.
#[derive(Default)]
struct Exchange {
    operation: Vec<u8>,
    payload: Vec<u8>,
    answer_len: usize,
}

/// A waPC host with nothing but the three functions, whose memory can be looked at.
struct Host {
    store: Store<Exchange>,
    memory: Memory,
    call: TypedFunc<(u32, u32), u32>,
}

fn write(mut caller: Caller<'_, Exchange>, operation: u32, payload: u32) {
    let memory = memory_of(&mut caller);
    let (bytes, exchange) = memory.data_and_store_mut(&mut caller);
    for (at, data) in [(operation, &exchange.operation), (payload, &exchange.payload)] {
        let at = at as usize;
        bytes[at..at + data.len()].copy_from_slice(data);
    }
}

fn read(mut caller: Caller<'_, Exchange>, at: u32, len: u32) {
    let (at, len) = (at as usize, len as usize);
    let memory = memory_of(&mut caller);
    core::str::from_utf8(&memory.data(&caller)[at..at + len]).expect("UTF-8");
    caller.data_mut().answer_len = len;
}

fn memory_of(caller: &mut Caller<'_, Exchange>) -> Memory {
    caller.get_export("memory").and_then(Extern::into_memory).expect("a memory")
}

impl Host {
    fn new() -> Self {
        let (engine, module) = compiled();
        let mut linker = Linker::new(engine);
        linker.func_wrap("wapc", "__guest_request", write).expect("a function");
        linker.func_wrap("wapc", "__guest_response", read).expect("a function");
        linker.func_wrap("wapc", "__guest_error", read).expect("a function");
        let mut store = Store::new(engine, Exchange::default());
        let instance: Instance = linker.instantiate(&mut store, module).expect("an instance");
        let memory = instance.get_memory(&mut store, "memory").expect("a memory");
        let call = instance.get_typed_func(&mut store, "__guest_call").expect("the entry");
        Self { store, memory, call }
    }

    /// Makes one call; says whether it succeeded.
    fn call(&mut self, operation: &str, payload: &[u8]) -> bool {
        let lens = (operation.len() as u32, payload.len() as u32);
        let exchange = self.store.data_mut();
        exchange.operation.clear();
        exchange.operation.extend_from_slice(operation.as_bytes());
        exchange.payload.clear();
        exchange.payload.extend_from_slice(payload);
        exchange.answer_len = 0;
        let ok = self.call.call(&mut self.store, lens).expect("no trap");
        assert!(self.store.data().answer_len > 0, "{operation} said nothing");
        ok == 1
    }

    fn pages(&self) -> u64 {
        self.memory.size(&self.store)
    }
}

#[test]
fn memory_is_flat_over_100_000_calls() {
    let deny = only("deny");
    let validate = |request| json!({"request": request, "settings": deny}).to_string();
    let calls = [
        ("validate", validate(create(&pod(&root_spec()))), true),
        ("validate", validate(create(&deployment(&safe_spec()))), true),
        ("validate", validate(audit(&cron_job(&root_spec()))), true),
        ("validate", validate(delete(&pod(&root_spec()))), true),
        ("validate", json!({"request": create(&pod(&root_spec()))}).to_string(), true),
        ("validate", json!({"request": {"operation": "CREATE"}}).to_string(), false),
        ("validate", json!({"request": {}, "settings": {"a": 1, "rules": []}}).to_string(), false),
        ("validate", "{\"request\":{\"object\":{\"kind\":".to_owned(), false),
        ("validate_settings", json!({"rules": {"nonsense": "off"}}).to_string(), true),
        ("report", validate(create(&deployment(&root_spec()))), true),
        ("protocol_version", String::new(), true),
    ];
    let mut host = Host::new();
    let mut sizes = Vec::new();
    for at in 0..CALLS {
        let (operation, payload, ok) = &calls[at % calls.len()];
        assert_eq!(host.call(operation, payload.as_bytes()), *ok, "{operation}: {payload}");
        // Doubling marks, so that a leak of any slope shows.
        if (at + 1).is_power_of_two() || at + 1 == CALLS {
            sizes.push((at + 1, host.pages()));
        }
    }
    let warm = sizes.iter().find(|(calls, _)| *calls >= 1_024).expect("a warm size").1;
    assert!(sizes.iter().all(|(_, pages)| *pages <= warm), "pages of 64 KiB by calls: {sizes:?}");
    println!("{warm} pages of 64 KiB after {CALLS} calls");
}
