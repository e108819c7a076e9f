//! Random programs that hunt for wrong derivatives.
//!
//! From a seed, [`Program::new`] writes well-typed functions over the whole language that
//! `#[differentiate]` supports. [`Workshop::run`] compiles many of them at once, with a second copy
//! of each over dual numbers, and compares every mode with that. [`shrink`] makes what fails small.
//!
//! | file | what it does |
//! | --- | --- |
//! | `ast` | trees of templates, printed over floats or over dual numbers |
//! | `scope` | variables, and the bounds of integers |
//! | `generate` | one method a construct |
//! | `print` | a program as a module, and the code that checks it |
//! | `batch` | compiles and runs |
//! | `shrink` | makes small |

#![forbid(unsafe_code)]
#![allow(missing_docs, reason = "an internal tool, documented where names do not say it")]

mod ast;
mod batch;
mod generate;
mod print;
mod random;
mod scope;
mod shrink;

pub use autodiff_compiler::optimizations as passes;
pub use batch::{Item, Kind, Outcome, Workshop};
pub use generate::Program;
pub use print::Attribute;
pub use random::Random;
pub use shrink::shrink;
