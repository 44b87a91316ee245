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

#[cfg(feature = "context")]
#[link(wasm_import_module = "wapc")]
unsafe extern "C" {
    /// Asks the host; 1 when it has an answer, 0 when it has an error.
    fn __host_call(
        binding: *const u8,
        binding_len: usize,
        namespace: *const u8,
        namespace_len: usize,
        operation: *const u8,
        operation_len: usize,
        payload: *const u8,
        payload_len: usize,
    ) -> i32;
    fn __host_response_len() -> usize;
    /// Writes the answer to the last question.
    fn __host_response(to: *mut u8);
    fn __host_error_len() -> usize;
    /// Writes why there is none.
    fn __host_error(to: *mut u8);
}

/// Asks Kubewarden for something.
#[cfg(feature = "context")]
pub(crate) fn host_call(
    namespace: &str,
    operation: &str,
    payload: &str,
) -> Result<Vec<u8>, String> {
    const BINDING: &str = "kubewarden";
    // SAFETY: the host only reads, and only these texts, before the call returns.
    let answered = unsafe {
        __host_call(
            BINDING.as_ptr(),
            BINDING.len(),
            namespace.as_ptr(),
            namespace.len(),
            operation.as_ptr(),
            operation.len(),
            payload.as_ptr(),
            payload.len(),
        )
    } == 1;
    // SAFETY: these only return the length of what the host holds ready.
    let len = unsafe { if answered { __host_response_len() } else { __host_error_len() } };
    let mut buffer = zeroed(len).ok_or("the answer does not fit into memory")?;
    // SAFETY: the buffer is live, initialised and as long as the host said that it must be.
    unsafe {
        if answered {
            __host_response(buffer.as_mut_ptr());
        } else {
            __host_error(buffer.as_mut_ptr());
        }
    }
    if answered { Ok(buffer) } else { Err(String::from_utf8_lossy(&buffer).into_owned()) }
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
