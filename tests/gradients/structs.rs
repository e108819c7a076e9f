//! Functions over structs that derive their tangents.

#![allow(dead_code, reason = "constants stand beside what is differentiated, read or not")]

mod borrowing;
mod declarations;
mod elsewhere;
mod kinds;
mod literals;
mod own_names;
mod patterns;
mod recursive;
mod state;
mod tangents;
