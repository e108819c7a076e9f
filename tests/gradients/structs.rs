//! Functions over structs that derive their tangents.

mod kinds;
mod literals;
mod patterns;
mod state;
mod tangents;
