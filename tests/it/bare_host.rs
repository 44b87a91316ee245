//! A waPC host with nothing but the three functions, whose memory can be looked at.

use crate::wapc_host::compiled;
use std::sync::LazyLock;
use wasmtime_provider::wasmtime::{Caller, Extern, InstancePre, Linker, Memory, Store, TypedFunc};

/// What the host keeps between the moments of a call.
#[derive(Default)]
pub(crate) struct Exchange {
    operation: Vec<u8>,
    payload: Vec<u8>,
    answer_len: usize,
}

/// One instance of the policy.
pub(crate) struct Host {
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

/// The module with its imports found, once for all instances.
static READY: LazyLock<InstancePre<Exchange>> = LazyLock::new(|| {
    let (engine, module) = compiled();
    let mut linker = Linker::new(engine);
    linker.func_wrap("wapc", "__guest_request", write).expect("a function");
    linker.func_wrap("wapc", "__guest_response", read).expect("a function");
    linker.func_wrap("wapc", "__guest_error", read).expect("a function");
    linker.instantiate_pre(module).expect("the host offers every import")
});

impl Host {
    pub(crate) fn new() -> Self {
        let (engine, _) = compiled();
        let mut store = Store::new(engine, Exchange::default());
        let instance = READY.instantiate(&mut store).expect("an instance");
        let memory = instance.get_memory(&mut store, "memory").expect("a memory");
        let call = instance.get_typed_func(&mut store, "__guest_call").expect("the entry");
        Self { store, memory, call }
    }

    /// Makes one call; says whether it succeeded.
    pub(crate) fn call(&mut self, operation: &str, payload: &[u8]) -> bool {
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

    /// Size of the memory, in pages of 64 KiB.
    pub(crate) fn pages(&self) -> u64 {
        self.memory.size(&self.store)
    }
}
