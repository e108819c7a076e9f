//! How a function writes the elementary functions: `x.sin()` or `libm::sin(x)`. The two may round
//! differently, and a derivative computes the same values as the function, so it calls what that calls.

use std::collections::BTreeMap;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Ident, Path};

use crate::Library;
use crate::ir::{Float, Type};
use crate::rules::Fun;

/// The type of the numbers that a function is of, as far as it is known.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Of {
    Single,
    Double,
    Parameter,
    Unknown,
}

impl From<&Type> for Of {
    fn from(ty: &Type) -> Self {
        match ty {
            Type::Float(Float::F32) => Of::Single,
            Type::Float(Float::F64) => Of::Double,
            Type::Float(Float::Param(_)) => Of::Parameter,
            _ => Of::Unknown,
        }
    }
}

/// A function of the crate `libm`, as the user names it.
#[derive(Clone, Debug)]
pub struct OfLibm {
    /// What it computes.
    pub fun: Fun,
    /// Of which type.
    pub ty: Type,
    /// How it is called.
    pub path: Path,
    /// The module that it is found in, and its name there.
    pub home: (Path, Ident),
}

/// Two ways to write one function that may round differently.
#[derive(Clone, Copy, Debug)]
pub struct Mixed;

/// What a function's body calls.
#[derive(Clone, Default, Debug)]
pub struct Spelled {
    /// Methods, and whether they are found where the function stands.
    methods: BTreeMap<(Fun, Of), bool>,
    paths: BTreeMap<(Fun, Of), OfLibm>,
}

impl Spelled {
    /// The body calls a method, or names the function by its type: `x.sin()`, `f64::sin(x)`, `Float::sin(x)`.
    pub fn method(&mut self, fun: Fun, ty: &Type, in_scope: bool) -> Result<(), Mixed> {
        let of = Of::from(ty);
        *self.methods.entry((fun, of)).or_default() |= in_scope;
        self.distinct(fun)
    }

    /// The body calls a function of `libm`.
    pub fn path(&mut self, function: OfLibm) -> Result<(), Mixed> {
        let fun = function.fun;
        self.paths.entry((fun, Of::from(&function.ty))).or_insert(function);
        self.distinct(fun)
    }

    fn distinct(&self, fun: Fun) -> Result<(), Mixed> {
        let unknown = self.methods.contains_key(&(fun, Of::Unknown));
        let both = |of| {
            self.paths.contains_key(&(fun, of))
                && (unknown || self.methods.contains_key(&(fun, of)))
        };
        if both(Of::Single) || both(Of::Double) { Err(Mixed) } else { Ok(()) }
    }

    /// The path by which generated code calls a function of a number of that type; none where it calls
    /// the method.
    pub fn call(&self, fun: Fun, ty: &Type, library: Library, span: Span) -> Option<TokenStream> {
        let of = Of::from(ty);
        if let Some(function) = self.paths.get(&(fun, of)) {
            return Some(function.path.to_token_stream());
        }
        let in_scope = |of| self.methods.get(&(fun, of)) == Some(&true);
        if library.std
            || fun.is_in_core()
            || of == Of::Parameter
            || in_scope(of)
            || in_scope(Of::Unknown)
        {
            return None;
        }
        let name = Ident::new(fun.name(), span);
        Some(quote_spanned!(span=> ::autodiff::__private::math::#name))
    }

    /// Code that is in error if a path that was taken for one of `libm` means another function.
    pub fn assertions(&self) -> TokenStream {
        let one = |function: &OfLibm| {
            let (module, name) = &function.home;
            quote!({
                use #module::*;
                use ::autodiff::__private::libm::*;
                let _ = #name;
            })
        };
        self.paths.values().map(one).collect()
    }
}
