//! Functions over enums that derive their tangents.

#![allow(dead_code, reason = "constants stand beside what is differentiated, read or not")]

mod choices;
mod declarations;
mod elsewhere;
mod generic;
mod imported;
mod kinds;
mod made;
mod methods;
mod nested;
mod sequences;
mod state;
mod tangents;
