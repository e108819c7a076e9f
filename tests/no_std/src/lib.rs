//! Differentiated programs of crates without `std`, each against differences.

#![no_std]
#![deny(warnings)]

#[cfg(feature = "alloc")]
extern crate alloc;

mod by_libm;
mod by_num_traits;
mod differences;
mod fixed;
#[cfg(feature = "alloc")]
mod heap;
mod structs;

/// Checks all of them.
///
/// # Panics
///
/// If a derivative is wrong.
pub fn check() {
    by_num_traits::check();
    by_libm::check();
    fixed::check();
    structs::check();
    #[cfg(feature = "alloc")]
    heap::check();
}
