//! Functions over structs that derive their tangents.

mod declarations;
mod elsewhere;
mod kinds;
mod literals;
mod patterns;
mod state;
mod tangents;
