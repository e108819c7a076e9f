//! Programs of bug reports on other tools for automatic differentiation.
//!
//! A report names a program that a tool got wrong, refused or crashed on. Each is written anew here, with
//! the project and the number of the report and what went wrong there, and is compared with a closed form
//! and with differences, in both modes.

mod candle;
mod clad;
mod jax;
mod rustc;
mod swift;
