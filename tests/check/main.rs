//! Gradient checking: right derivatives pass, wrong ones are found and named.

#![deny(warnings, missing_docs, unreachable_pub, unused, clippy::all)]
#![forbid(unsafe_code)]
// What the functions under test are written like.
#![allow(clippy::ptr_arg, clippy::needless_range_loop)]

mod calls;
mod enums;
mod found;
mod second_order;
mod shapes;
mod structs;
