//! The attribute's own arguments.

use proc_macro2::TokenStream;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Ident, Path, Token};

use crate::Library;
use crate::errors::{Diagnostic, Errors, Extent};

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
    /// `jacobian`: the derivative of every output by every input.
    pub jacobian: Option<Ident>,
    /// `hessian`: products of the Hessian with vectors, and the Hessian.
    pub hessian: Option<Ident>,
    /// `simd`: sums in lanes, elementary functions in vectors, for the widest that the machine has.
    pub simd: bool,
    /// `checkpoint`: keep nothing, run the forward again in the backward.
    pub checkpoint: bool,
    /// An optimisation that is left out: for tests, no option of the user's.
    pub without: Option<String>,
    /// What generated code can build on: no option of the user's.
    pub library: Library,
    /// `crate = path`: where the facade is, should it not be `::autodiff`.
    pub krate: Option<Path>,
}

struct Argument {
    name: Ident,
    value: Value,
}

enum Value {
    Wrt(Vec<Ident>),
    Vjp(Path),
    Jvp(Path),
    Crate(Path),
    Source,
    Jacobian,
    Hessian,
    Simd,
    Checkpoint,
    Unknown,
}

impl Parse for Argument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.call(Ident::parse_any)?;
        let path = || {
            input.parse::<Token![=]>()?;
            input.parse::<Path>()
        };
        let value = match name.to_string().as_str() {
            "wrt" => {
                let list;
                syn::parenthesized!(list in input);
                let names = list.parse_terminated(parameter, Token![,])?;
                Value::Wrt(names.into_iter().collect())
            }
            "vjp" => Value::Vjp(path()?),
            "jvp" => Value::Jvp(path()?),
            "crate" => Value::Crate(path()?),
            "source" => Value::Source,
            "jacobian" => Value::Jacobian,
            "hessian" => Value::Hessian,
            "simd" => Value::Simd,
            "checkpoint" => Value::Checkpoint,
            _ => {
                // Whatever belongs to an option that is not known goes with it.
                while !input.is_empty() && !input.peek(Token![,]) {
                    input.parse::<proc_macro2::TokenTree>()?;
                }
                Value::Unknown
            }
        };
        Ok(Self { name, value })
    }
}

/// The name of a parameter, `self` being one.
fn parameter(input: ParseStream<'_>) -> syn::Result<Ident> {
    if input.peek(Token![self]) { input.call(Ident::parse_any) } else { input.parse() }
}

const KNOWN: &str = "`wrt(..)`, `vjp = path`, `jvp = path`, `source`, `jacobian`, `hessian`, `simd`, `checkpoint`, `crate = path`";

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
                    format!("the options of `differentiate` cannot be read: {error}"),
                    format!("the options are {KNOWN}"),
                ));
                return options;
            }
        };
        let mut seen: Vec<Ident> = Vec::new();
        for Argument { name, value } in parsed {
            if seen.contains(&name) {
                errors.push(Diagnostic::new(
                    "AD0015",
                    name.span(),
                    format!("the option `{name}` is given twice"),
                    match value {
                        Value::Wrt(_) => "name all parameters in one list: `wrt(x, y)`",
                        _ => "keep one of the two",
                    },
                ));
                continue;
            }
            seen.push(name.clone());
            match value {
                Value::Wrt(names) => {
                    if names.is_empty() {
                        errors.push(Diagnostic::new(
                            "AD0012",
                            name.span(),
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
                Value::Vjp(path) => options.vjp = Some(path),
                Value::Jvp(path) => options.jvp = Some(path),
                Value::Crate(path) => options.krate = Some(path),
                Value::Source => options.source = true,
                Value::Jacobian => options.jacobian = Some(name),
                Value::Hessian => options.hessian = Some(name),
                Value::Simd => options.simd = true,
                Value::Checkpoint => options.checkpoint = true,
                Value::Unknown => {
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
                Extent::of(path),
                "a `jvp` of one's own needs a `vjp` of one's own beside it",
                "write `#[differentiate(vjp = path, jvp = path)]`",
            ));
        }
        options
    }
}
