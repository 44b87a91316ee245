//! The waPC interface: three imports, one export, the heap. The only unsafe code.
#![expect(unsafe_code, reason = "the host and the guest exchange bytes through linear memory")]

use alloc::{string::String, vec::Vec};

#[global_allocator]
static HEAP: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

#[link(wasm_import_module = "wapc")]
unsafe extern "C" {
    /// Writes the operation and the payload of the current call; both have the lengths that
    /// `__guest_call` was given.
    fn __guest_request(operation: *mut u8, payload: *mut u8);
    /// Copies the answer out.
    fn __guest_response(text: *const u8, len: usize);
    /// Copies UTF-8 text out that says why there is no answer.
    fn __guest_error(text: *const u8, len: usize);
}

/// Serves one call: 1 and an answer, or 0 and an error.
#[unsafe(no_mangle)]
extern "C" fn __guest_call(operation_len: usize, payload_len: usize) -> i32 {
    let outcome = match (zeroed(operation_len), zeroed(payload_len)) {
        (Some(mut operation), Some(mut payload)) => {
            // SAFETY: both buffers are live, initialised and as long as the host said they must be.
            unsafe { __guest_request(operation.as_mut_ptr(), payload.as_mut_ptr()) };
            crate::answer(&operation, &payload)
        }
        _ => Err(String::from("the request does not fit into memory")),
    };
    match outcome {
        Ok(text) => {
            // SAFETY: the host only reads, and only these `len` bytes, before the call returns.
            unsafe { __guest_response(text.as_ptr(), text.len()) };
            1
        }
        Err(text) => {
            // SAFETY: as above.
            unsafe { __guest_error(text.as_ptr(), text.len()) };
            0
        }
    }
}

/// A buffer of this length, unless memory is short.
fn zeroed(len: usize) -> Option<Vec<u8>> {
    let mut buffer = Vec::new();
    buffer.try_reserve_exact(len).ok()?;
    buffer.resize(len, 0);
    Some(buffer)
}

/// Reached by a defect or by exhausted memory only: neither formats nor allocates, and stops the
/// instance, which the host takes for a refusal.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    const TEXT: &str = "the policy stopped: it met a defect, or its memory is exhausted";
    // SAFETY: the host only reads, and only the bytes of this constant.
    unsafe { __guest_error(TEXT.as_ptr(), TEXT.len()) };
    core::arch::wasm32::unreachable()
}
