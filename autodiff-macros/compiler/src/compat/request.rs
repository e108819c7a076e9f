//! One attribute of `std::autodiff`, read: `#[autodiff_reverse(df, Duplicated, Const, Active)]`.

use std::fmt;

use proc_macro2::{Span, TokenStream};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Ident, LitInt, Meta, Token};

use crate::errors::{Diagnostic, Errors};

/// Which of the two attributes it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// `autodiff_forward`
    Forward,
    /// `autodiff_reverse`
    Reverse,
}

impl Mode {
    /// The attribute's name.
    pub fn attribute(self) -> &'static str {
        match self {
            Mode::Forward => "autodiff_forward",
            Mode::Reverse => "autodiff_reverse",
        }
    }

    /// The mode of an attribute by its name, under whatever path.
    pub fn of(attribute: &Attribute) -> Option<Self> {
        let last = &attribute.path().segments.last()?.ident;
        [Mode::Forward, Mode::Reverse].into_iter().find(|mode| last == mode.attribute())
    }
}

/// What becomes of a parameter or of the returned value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    Active,
    ActiveOnly,
    Const,
    Dual,
    DualOnly,
    Dualv,
    DualvOnly,
    Duplicated,
    DuplicatedOnly,
}

impl Activity {
    const ALL: [Self; 9] = [
        Self::Active,
        Self::ActiveOnly,
        Self::Const,
        Self::Dual,
        Self::DualOnly,
        Self::Dualv,
        Self::DualvOnly,
        Self::Duplicated,
        Self::DuplicatedOnly,
    ];

    fn named(name: &Ident) -> Option<Self> {
        Self::ALL.into_iter().find(|activity| name == &activity.to_string())
    }

    /// Whether one shadow holds the tangents of all directions.
    pub fn is_batched(self) -> bool {
        matches!(self, Self::Dualv | Self::DualvOnly)
    }
}

impl fmt::Display for Activity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// An activity where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Stated {
    pub activity: Activity,
    pub span: Span,
}

/// What an attribute asks for.
#[derive(Clone, Debug)]
pub struct Request {
    pub mode: Mode,
    /// The function to generate.
    pub name: Ident,
    /// In how many directions at once.
    pub width: usize,
    /// Of the parameters in order, and of the returned value if there is one.
    pub activities: Vec<Stated>,
}

/// The arguments before their meaning.
struct Arguments {
    name: Ident,
    width: Option<LitInt>,
    activities: Vec<Ident>,
}

impl Parse for Arguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.parse()?;
        let (mut width, mut activities) = (None, Vec::new());
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            if width.is_none() && activities.is_empty() && input.peek(LitInt) {
                width = Some(input.parse()?);
            } else {
                activities.push(input.parse()?);
            }
        }
        Ok(Self { name, width, activities })
    }
}

impl Request {
    /// Reads the arguments of an attribute; what is wrong with them goes to `errors`.
    pub fn parse(mode: Mode, args: TokenStream, errors: &mut Errors) -> Option<Self> {
        let attribute = mode.attribute();
        let help = match mode {
            Mode::Forward => {
                "write `#[autodiff_forward(df, Dual, Const, Dual)]`: the name of the function to generate, one activity for each parameter, and one for the returned value"
            }
            Mode::Reverse => {
                "write `#[autodiff_reverse(df, Duplicated, Const, Active)]`: the name of the function to generate, one activity for each parameter, and one for the returned value"
            }
        };
        let Arguments { name, width, activities } = match syn::parse2(args) {
            Ok(arguments) => arguments,
            Err(error) => {
                let message = format!("the arguments of `{attribute}` cannot be read: {error}");
                errors.push(Diagnostic::new("AD0601", error.span(), message, help));
                return None;
            }
        };
        if Activity::named(&name).is_some() {
            let message = format!("`{attribute}` begins with the name of the function to generate");
            errors.push(Diagnostic::new("AD0601", name.span(), message, help));
            return None;
        }
        let width = match width {
            None => Some(1),
            Some(literal) => {
                let width = literal.base10_parse().ok().filter(|width| *width > 0);
                if width.is_none() {
                    errors.push(Diagnostic::new(
                        "AD0603",
                        literal.span(),
                        "the width is the number of directions at once, at least 1",
                        "leave it out for one direction",
                    ));
                }
                width
            }
        };
        let mut stated = Vec::new();
        for ident in &activities {
            match Activity::named(ident) {
                Some(activity) => stated.push(Stated { activity, span: ident.span() }),
                None => {
                    errors.push(Diagnostic::new(
                        "AD0602",
                        ident.span(),
                        format!("`{ident}` is not an activity"),
                        match mode {
                            Mode::Forward => "the activities are `Dual`, `DualOnly`, `Dualv`, `DualvOnly` and `Const`",
                            Mode::Reverse => "the activities are `Active`, `ActiveOnly`, `Duplicated`, `DuplicatedOnly` and `Const`",
                        },
                    ));
                }
            }
        }
        let complete = stated.len() == activities.len();
        Some(Self { mode, name, width: width?, activities: stated }).filter(|_| complete)
    }

    /// Reads another attribute on the same function.
    pub fn of(mode: Mode, attribute: &Attribute, errors: &mut Errors) -> Option<Self> {
        let args = match &attribute.meta {
            Meta::List(list) => list.tokens.clone(),
            _ => TokenStream::new(),
        };
        Self::parse(mode, args, errors)
    }
}
