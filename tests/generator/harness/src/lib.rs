//! What runs beside generated programs: the oracle, numbers that carry their derivative, and the
//! comparison of every mode with it.
//!
//! Nothing here comes out of the compiler under test, and none of its rules are used.

#![forbid(unsafe_code)]

mod check;
mod dual;
mod flat;

pub use check::{Case, Failure, Scalar, Subject, Verdict, check, run_programs};
pub use dual::{Dual32, Dual64, has_overflown};
pub use flat::{Duals, Flat, Lift, dual_parts};
