//! Derivatives of ordinary numeric Rust, against differences and of one mode against the other.
//!
//! `harness.rs` says how a function is checked; every other file is a corpus for one part of the
//! language. The functions are written in the many ways in which people write them, so the lints on
//! style are off.

#![allow(clippy::all, dead_code, unused_assignments, unused_braces)]

mod adapters;
mod algorithms;
mod aliases_elsewhere;
mod applications;
mod array_from_fn;
mod arrays;
mod assigning_operators;
mod bindings;
mod bookkeeping;
mod branches;
mod by_num_traits;
mod calls;
mod carried_unknown;
mod checkpoint;
mod constants;
mod custom_rules;
mod dependence;
mod early_exit;
mod enums;
mod function_values;
mod generated;
mod generic_programs;
mod generics;
mod harness;
mod harness_tests;
mod hessians;
mod in_place;
mod iteration;
mod jacobians;
mod linalg;
mod loops;
mod matches;
mod methods;
mod methods_elsewhere;
mod methods_f32;
mod models;
mod moving_references;
mod nalgebra;
mod ndarray;
mod nested_arrays;
mod nn;
mod no_std;
mod not_taken;
mod observers;
mod open_ranges;
mod operators;
mod optionals;
mod ownership;
mod patterns;
mod programs;
mod recurrences;
mod recursion;
mod reference_operators;
mod references;
mod reported;
mod resizing;
mod same_names;
mod scalars;
mod shadows;
mod simd;
mod slice_patterns;
mod slices;
mod snapshots;
mod stencils;
mod stop_gradient;
mod structs;
mod successors;
mod torch;
mod tuple_references;
mod tuples;
mod unknown_numbers;
mod vectors;
mod while_loops;
