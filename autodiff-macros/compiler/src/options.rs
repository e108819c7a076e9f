//! The attribute's own arguments.

use proc_macro2::TokenStream;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Ident, Path, Token};

use crate::errors::{Diagnostic, Errors};

/// `#[differentiate(...)]`.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `wrt(x, w)`: the active parameters.
    pub wrt: Option<Vec<Ident>>,
    /// `vjp = path`: the user's own pullback.
    pub vjp: Option<Path>,
    /// `jvp = path`: the user's own pushforward.
    pub jvp: Option<Path>,
    /// `source`: the generated function as text.
    pub source: bool,
    /// `checkpoint`: keep nothing, run the forward again in the backward.
    pub checkpoint: bool,
    /// `crate = path`: where the facade is, should it not be `::autodiff`.
    pub krate: Option<Path>,
}

enum Argument {
    Wrt(Vec<Ident>),
    Vjp(Path),
    Jvp(Path),
    Crate(Path),
    Source,
    Checkpoint,
    Unknown(Ident),
}

impl Parse for Argument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(Token![crate]) {
            input.parse::<Token![crate]>()?;
            input.parse::<Token![=]>()?;
            return Ok(Self::Crate(input.parse()?));
        }
        let name: Ident = input.parse()?;
        Ok(match name.to_string().as_str() {
            "wrt" => {
                let list;
                syn::parenthesized!(list in input);
                let names = Punctuated::<Ident, Token![,]>::parse_terminated(&list)?;
                Self::Wrt(names.into_iter().collect())
            }
            "vjp" => {
                input.parse::<Token![=]>()?;
                Self::Vjp(input.parse()?)
            }
            "jvp" => {
                input.parse::<Token![=]>()?;
                Self::Jvp(input.parse()?)
            }
            "source" => Self::Source,
            "checkpoint" => Self::Checkpoint,
            _ => {
                // Whatever belongs to an option that is not known goes with it.
                while !input.is_empty() && !input.peek(Token![,]) {
                    input.parse::<proc_macro2::TokenTree>()?;
                }
                Self::Unknown(name)
            }
        })
    }
}

const KNOWN: &str = "`wrt(..)`, `vjp = path`, `jvp = path`, `source`, `checkpoint`, `crate = path`";

impl Options {
    /// Reads the attribute's arguments; what is wrong with them goes to `errors`.
    pub fn parse(args: TokenStream, errors: &mut Errors) -> Self {
        let mut options = Self::default();
        let parsed = match Punctuated::<Argument, Token![,]>::parse_terminated.parse2(args) {
            Ok(parsed) => parsed,
            Err(error) => {
                errors.push(Diagnostic::new(
                    "AD0010",
                    error.span(),
                    format!("the arguments of `differentiate` cannot be read: {error}"),
                    format!("the options are {KNOWN}"),
                ));
                return options;
            }
        };
        for argument in parsed {
            match argument {
                Argument::Wrt(names) => {
                    if names.is_empty() {
                        errors.push(Diagnostic::new(
                            "AD0012",
                            proc_macro2::Span::call_site(),
                            "`wrt()` names no parameter",
                            "name at least one differentiable parameter, or leave `wrt` out",
                        ));
                    }
                    for (i, name) in names.iter().enumerate() {
                        if names[..i].contains(name) {
                            errors.push(Diagnostic::new(
                                "AD0013",
                                name.span(),
                                format!("`{name}` is named twice in `wrt`"),
                                "name each parameter once",
                            ));
                        }
                    }
                    options.wrt = Some(names);
                }
                Argument::Vjp(path) => options.vjp = Some(path),
                Argument::Jvp(path) => options.jvp = Some(path),
                Argument::Crate(path) => options.krate = Some(path),
                Argument::Source => options.source = true,
                Argument::Checkpoint => options.checkpoint = true,
                Argument::Unknown(name) => {
                    errors.push(Diagnostic::new(
                        "AD0011",
                        name.span(),
                        format!("`{name}` is not an option of `differentiate`"),
                        format!("the options are {KNOWN}"),
                    ));
                }
            }
        }
        if let (Some(path), None) = (&options.jvp, &options.vjp) {
            errors.push(Diagnostic::new(
                "AD0014",
                path.span(),
                "a `jvp` of one's own needs a `vjp` of one's own beside it",
                "write `#[differentiate(vjp = path, jvp = path)]`",
            ));
        }
        options
    }
}
