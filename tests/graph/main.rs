//! `f::GRAPH`: what it says of a function, and its pictures.

mod contents;
mod pictures;
mod programs;
