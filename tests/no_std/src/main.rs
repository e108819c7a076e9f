//! Runs the programs in a binary that cannot be linked to `std`: it has a panic handler of its own, and
//! where there is a heap an allocator.

#![no_std]
#![no_main]

#[cfg(feature = "alloc")]
mod arena;

use core::panic::PanicInfo;

#[link(name = "c")]
unsafe extern "C" {
    safe fn abort() -> !;
}

#[panic_handler]
fn panicked(_: &PanicInfo<'_>) -> ! {
    abort()
}

#[unsafe(no_mangle)]
extern "C" fn main() -> i32 {
    no_std_programs::check();
    0
}

// `core` and `alloc` come compiled for unwinding, which nothing does here.

#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}

#[cfg(feature = "alloc")]
#[unsafe(no_mangle)]
extern "C" fn _Unwind_Resume() {
    abort()
}
