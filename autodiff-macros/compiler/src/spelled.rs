//! How a function writes the elementary functions: `x.exp()`, `libm::exp(x)` or `simd::exp(x)`. They may round
//! differently, and a derivative computes the same values as the function, so it calls what that calls, unless
//! it is told to call what has vectors.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Ident, Path};

use crate::Library;
use crate::ir::{Float, Type};
use crate::rules::{Fun, Spelling};

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

/// A function of the crate `libm` or `num_traits`, or of `autodiff::simd`, as the user names it.
#[derive(Clone, Debug)]
pub struct ByPath {
    /// What it computes.
    pub fun: Fun,
    /// Of which type; unknown of one that is generic.
    pub ty: Type,
    /// How it is called.
    pub path: Path,
    /// The module that it is found in, and its name there.
    pub home: (Path, Ident),
    /// The crate or module that it is of, as the runtime has it among what generated code names.
    pub krate: &'static str,
}

/// Two ways to write one function that may round differently.
#[derive(Clone, Copy, Debug)]
pub struct Mixed;

/// What a function's body calls.
#[derive(Clone, Default, Debug)]
pub struct Spelled {
    /// Methods, and whether they are found where the function stands.
    methods: BTreeMap<(Fun, Of), bool>,
    paths: BTreeMap<(Fun, Of), ByPath>,
    /// The type parameters whose bounds may offer a method twice.
    ambiguous: BTreeSet<String>,
    /// Whether methods are taken for functions that have vectors.
    simd: bool,
}

impl Spelled {
    /// Of a function with these type parameters for floats whose bounds may offer a method twice.
    pub fn new(ambiguous: BTreeSet<String>) -> Self {
        Self { ambiguous, ..Self::default() }
    }

    /// The same, with functions that have vectors for methods, if so much is asked for.
    pub fn in_vectors(self, simd: bool) -> Self {
        Self { simd, ..self }
    }

    /// Whether that is asked for.
    pub fn is_in_vectors(&self) -> bool {
        self.simd
    }

    /// The body calls a method, or names the function by its type: `x.sin()`, `f64::sin(x)`, `Float::sin(x)`.
    pub fn method(&mut self, fun: Fun, ty: &Type, in_scope: bool) -> Result<(), Mixed> {
        let of = Of::from(ty);
        *self.methods.entry((fun, of)).or_default() |= in_scope;
        self.distinct(fun)
    }

    /// The body calls a function of another crate.
    pub fn path(&mut self, function: ByPath) -> Result<(), Mixed> {
        let fun = function.fun;
        let known = self.paths.entry((fun, Of::from(&function.ty))).or_insert(function.clone());
        if known.home.1 != function.home.1 {
            return Err(Mixed);
        }
        self.distinct(fun)
    }

    fn distinct(&self, fun: Fun) -> Result<(), Mixed> {
        let meet = |a: Of, b: Of| a == b || a == Of::Unknown || b == Of::Unknown;
        let mut paths = self.paths.keys().filter(|(own, _)| *own == fun);
        let mixed = paths.any(|(_, of)| {
            self.methods.keys().any(|(own, method)| *own == fun && meet(*of, *method))
        });
        if mixed { Err(Mixed) } else { Ok(()) }
    }

    /// The path by which generated code calls a function of a number of that type; none where it calls
    /// the method.
    pub fn call(&self, fun: Fun, ty: &Type, library: Library, span: Span) -> Option<TokenStream> {
        let of = Of::from(ty);
        let by_path = |of| self.paths.get(&(fun, of));
        if let Some(function) = by_path(of).or_else(|| by_path(Of::Unknown)) {
            return Some(function.path.to_token_stream());
        }
        let name = Ident::new(fun.name(), span);
        if self.simd && fun.has_vectors() && ty.is_float() {
            return Some(quote_spanned!(span=> ::autodiff::simd::#name));
        }
        let in_scope = |of| self.methods.get(&(fun, of)) == Some(&true);
        let plain = match ty {
            _ if !matches!(fun.spelling(), Spelling::Method(_)) || fun.returns_bool() => true,
            Type::Float(Float::Param(name)) => !self.ambiguous.contains(name),
            _ => library.std || fun.is_in_core(),
        };
        if plain || in_scope(of) || in_scope(Of::Unknown) {
            return None;
        }
        Some(quote_spanned!(span=> ::autodiff::__private::math::#name))
    }

    /// Code that is in error if a path that was taken for one of another crate means another function.
    pub fn assertions(&self) -> TokenStream {
        let one = |function: &ByPath| {
            let (module, name) = &function.home;
            let krate = Ident::new(function.krate, Span::call_site());
            quote!({
                use #module::*;
                use ::autodiff::__private::#krate::*;
                use #name as AdSame;
            })
        };
        self.paths.values().map(one).collect()
    }
}
