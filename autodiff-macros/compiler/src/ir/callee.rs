//! What a call names.

use std::fmt;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Ident, Path, PathSegment};

/// A function or a method.
#[derive(Clone, Debug)]
pub enum Callee {
    /// A function, by its path.
    Function(TokenStream),
    /// The same of a function that can be imported by its path, which is sure to lead to something, as its
    /// name alone is sure to mean something where it is called.
    Imported(TokenStream),
    /// The gradient of a function with second derivatives, by the function's path.
    Gradient(Path),
    /// A method of the first argument.
    Method {
        /// Its name.
        name: Ident,
        /// Whether it is known how it takes `self`, or that it cannot be by `&mut`.
        known: bool,
        /// Whether it takes `self` itself, and so may move it, if that is known.
        by_value: Option<bool>,
        /// Whether it is known to be differentiated, and so has an answer to how it takes `self`.
        annotated: bool,
    },
}

impl Callee {
    /// The path of a function.
    pub fn path(&self) -> Option<&TokenStream> {
        match self {
            Self::Function(path) | Self::Imported(path) => Some(path),
            Self::Method { .. } | Self::Gradient(_) => None,
        }
    }

    /// Whether the first argument is a receiver.
    pub fn is_method(&self) -> bool {
        matches!(self, Self::Method { .. })
    }

    /// Whether it is a function that is no type's, save for the runtime's own.
    pub fn is_function(&self) -> bool {
        let parsed = self.path().and_then(|path| syn::parse2::<Path>(path.clone()).ok());
        parsed.is_some_and(|path| of_type(&path).is_none_or(|(owner, _)| is_of_runtime(&owner)))
    }

    /// Whether it is not known if the receiver, which can be changed, is.
    pub fn may_change_receiver(&self) -> bool {
        matches!(self, Self::Method { known: false, .. })
    }

    /// Whether it is known to take the receiver itself.
    pub fn takes_receiver(&self) -> bool {
        matches!(self, Self::Method { by_value: Some(true), .. })
    }

    /// Whether it may take the receiver itself.
    pub fn may_take_receiver(&self) -> bool {
        matches!(self, Self::Method { by_value: None | Some(true), .. })
    }

    /// The same, known to be differentiated.
    pub fn annotated(&self) -> Self {
        let mut callee = self.clone();
        if let Self::Method { annotated, .. } = &mut callee {
            *annotated = true;
        }
        callee
    }
}

impl From<TokenStream> for Callee {
    fn from(path: TokenStream) -> Self {
        Self::Function(path)
    }
}

/// `a::b`, `.c`.
impl fmt::Display for Callee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Function(path) | Self::Imported(path) => path.fmt(f),
            Self::Gradient(of) => write!(f, "{} :: grad", of.to_token_stream()),
            Self::Method { name, .. } => write!(f, ".{name}"),
        }
    }
}

/// Whether a name is that of a type, by the language's convention.
pub fn is_type_name(name: &Ident) -> bool {
    name.to_string().starts_with(char::is_uppercase)
}

/// Whether a path leads to the runtime, whose functions are sure to have their derivatives.
pub fn is_of_runtime(owner: &Path) -> bool {
    owner.leading_colon.is_some() && owner.segments.first().is_some_and(|s| s.ident == "autodiff")
}

/// A path that leads to something of a type, taken apart: `Model::new`, `Shape::Circle`.
pub fn of_type(path: &Path) -> Option<(Path, &PathSegment)> {
    let last = path.segments.last()?;
    let mut owner = path.clone();
    owner.segments.pop();
    owner.segments.pop_punct();
    is_type_name(&owner.segments.last()?.ident).then_some((owner, last))
}
