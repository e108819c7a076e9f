//! The graph: static single assignment with structured control flow.
//!
//! Values are SSA; what is mutated in place is a *memory object* reached through [`Place`]s; regions
//! nest in `If`, `For` and `While` nodes. Every transform takes a [`Graph`] and gives a [`Graph`].

mod build;
pub mod callee;
pub mod eval;
mod op;
mod print;
mod regions;
mod table;
#[cfg(test)]
mod tests;
mod value;
pub mod verify;
mod walk;

pub use build::Builder;
pub use callee::Callee;
pub use op::{CallArg, Checkpoint, Node, Op, Payload, Place, Proj, PullArg, Region, Take};
pub use regions::Regions;
pub(crate) use table::{ValueMap, ValueSet};
pub use value::{Enum, Float, Lanes, Root, Storage, Struct, Type, Value, ValueData, Variant};

use syn::Ident;

/// One function as a graph.
#[derive(Clone, Debug)]
pub struct Graph {
    /// The table of all values; a [`Value`] is an index into it.
    pub values: Vec<ValueData>,
    /// One entry per parameter of the user's function.
    pub params: Vec<Param>,
    /// The function's body; its results are the returned values.
    pub body: Region,
    /// How the returned value is put together from the body's results.
    pub result: Shape,
    /// After a transform: the shadow (reverse) or the tangent (forward) of each parameter.
    pub shadows: Vec<Value>,
}

/// A parameter as the graph sees it.
#[derive(Clone, Debug)]
pub struct Param {
    /// The value (for a reference: the memory behind it).
    pub value: Value,
    /// The name under which generated functions take it.
    pub name: Ident,
    /// The type as the user wrote it.
    pub written: syn::Type,
    /// Whether derivatives are taken with respect to it.
    pub active: bool,
}

impl Param {
    /// The name as the user knows it.
    pub fn shown_name(&self) -> String {
        let name = self.name.to_string();
        if name == crate::parse::method::SELF { "self".into() } else { name }
    }

    /// Whether the parameter is a `&mut` reference.
    pub fn in_place(&self) -> bool {
        matches!(&self.written, syn::Type::Reference(r) if r.mutability.is_some())
    }
}

/// How a returned value is put together: one leaf per result of the body.
#[derive(Clone, Debug)]
pub enum Shape {
    /// A result of the body.
    Leaf,
    /// A tuple of them; the empty tuple is `()`.
    Tuple(Vec<Shape>),
}

impl Graph {
    /// How often each value is read, by its index.
    pub fn readers(&self) -> Vec<usize> {
        let mut readers = vec![0; self.values.len()];
        self.body.each_use(&mut |v| readers[v.index()] += 1);
        readers
    }

    /// What is known of a value.
    pub fn data(&self, value: Value) -> &ValueData {
        &self.values[value.index()]
    }

    /// The type of a value.
    pub fn ty(&self, value: Value) -> &Type {
        &self.values[value.index()].ty
    }
}
