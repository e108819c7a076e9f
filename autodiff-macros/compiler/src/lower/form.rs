//! The forms of operands: how they are split into values, and put together again.

use proc_macro2::Span;
use quote::quote;
use syn::{Expr, GenericArgument, PathArguments};

use super::{Lowerer, Rv};
use crate::errors::Lowered;
use crate::ir::{Op, Shape, Type, Value};

/// What an operand is made of.
#[derive(Clone, Debug)]
pub enum Form {
    /// One value.
    Leaf,
    /// A tuple; the empty tuple is `()`.
    Tuple(Vec<Form>),
    /// A flag, and what an `Option` holds where the flag does; of what is only known to be `None`, the
    /// flag alone.
    Option(Option<Box<Form>>),
}

impl From<&Shape> for Form {
    fn from(shape: &Shape) -> Self {
        match shape {
            Shape::Leaf => Form::Leaf,
            Shape::Tuple(parts) => Form::Tuple(parts.iter().map(Form::from).collect()),
        }
    }
}

impl Form {
    /// Of an `Option` that holds this.
    pub fn optional(self) -> Self {
        Form::Option(Some(Box::new(self)))
    }

    /// How many values there are.
    pub fn count(&self) -> usize {
        match self {
            Form::Leaf => 1,
            Form::Tuple(parts) => parts.iter().map(Form::count).sum(),
            Form::Option(held) => 1 + held.as_ref().map_or(0, |held| held.count()),
        }
    }

    /// Of what has a written type.
    pub fn of_type(ty: &syn::Type) -> Self {
        match ty {
            syn::Type::Tuple(t) => Form::Tuple(t.elems.iter().map(Form::of_type).collect()),
            syn::Type::Paren(t) => Form::of_type(&t.elem),
            ty => match option_of(ty) {
                Some(held) => Form::of_type(held).optional(),
                None => Form::Leaf,
            },
        }
    }

    /// Of what an expression gives, as far as its syntax tells.
    pub fn of_syntax(e: &Expr) -> Self {
        match e {
            Expr::Tuple(t) => Form::Tuple(t.elems.iter().map(Form::of_syntax).collect()),
            Expr::Paren(e) => Form::of_syntax(&e.expr),
            Expr::Block(b) => match b.block.stmts.last() {
                Some(syn::Stmt::Expr(e, None)) => Form::of_syntax(e),
                _ => Form::Tuple(Vec::new()),
            },
            Expr::Call(c) => match (&*c.func, c.args.first()) {
                (Expr::Path(p), Some(held)) if is_some(&p.path) => Form::of_syntax(held).optional(),
                _ => Form::Leaf,
            },
            Expr::Path(p) if is_none(&p.path) => Form::Leaf.optional(),
            _ => Form::Leaf,
        }
    }

    /// The same, with what another operand in its place tells of what an `Option` holds.
    pub fn with(&self, other: &Form) -> Form {
        match (self, other) {
            (Form::Tuple(a), Form::Tuple(b)) if a.len() == b.len() => {
                Form::Tuple(a.iter().zip(b).map(|(a, b)| a.with(b)).collect())
            }
            (Form::Option(None), Form::Option(_)) => other.clone(),
            (Form::Option(Some(a)), Form::Option(Some(b))) => a.with(b).optional(),
            _ => self.clone(),
        }
    }

    /// The same, with one value where it is not known what an `Option` holds.
    pub fn filled(&self) -> Form {
        match self {
            Form::Leaf => Form::Leaf,
            Form::Tuple(parts) => Form::Tuple(parts.iter().map(Form::filled).collect()),
            Form::Option(held) => held.as_ref().map_or(Form::Leaf, |held| held.filled()).optional(),
        }
    }

    /// The values of an operand of this form, in their places in a `full` one.
    pub fn spread(
        &self,
        full: &Form,
        leaves: &mut impl Iterator<Item = Value>,
        out: &mut Vec<Option<Value>>,
    ) {
        match (self, full) {
            (Form::Tuple(a), Form::Tuple(b)) if a.len() == b.len() => {
                a.iter().zip(b).for_each(|(a, b)| a.spread(b, leaves, out));
            }
            (Form::Option(held), Form::Option(Some(full))) => {
                out.push(leaves.next());
                match held {
                    Some(held) => held.spread(full, leaves, out),
                    None => out.extend(vec![None; full.count()]),
                }
            }
            _ => out.extend(leaves.take(self.count()).map(Some)),
        }
    }
}

/// `T` of `Option<T>`.
pub(super) fn option_of(ty: &syn::Type) -> Option<&syn::Type> {
    let syn::Type::Path(p) = ty else { return None };
    let last = p.path.segments.last()?;
    match &last.arguments {
        PathArguments::AngleBracketed(args) if last.ident == "Option" => match args.args.first() {
            Some(GenericArgument::Type(held)) => Some(held),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a path names `Option`'s `Some`.
pub(super) fn is_some(path: &syn::Path) -> bool {
    is_variant(path, "Some")
}

/// Whether a path names `Option`'s `None`.
pub(super) fn is_none(path: &syn::Path) -> bool {
    is_variant(path, "None")
}

fn is_variant(path: &syn::Path, name: &str) -> bool {
    let mut segments = path.segments.iter().rev();
    segments.next().is_some_and(|s| s.ident == name)
        && segments.next().is_none_or(|s| s.ident == "Option")
}

impl Lowerer<'_> {
    /// The leaves of an operand, split as `form` says.
    pub(super) fn leaves(&mut self, rv: Rv, form: &Form, span: Span) -> Lowered<Vec<Value>> {
        match (form, rv) {
            (Form::Leaf, rv) => {
                let rv = self.lasting(rv, span)?;
                Ok(vec![self.value_of(rv, span)?])
            }
            (Form::Tuple(forms), Rv::Tuple(parts)) if forms.len() == parts.len() => {
                let mut leaves = Vec::new();
                for (form, part) in forms.iter().zip(parts) {
                    leaves.extend(self.leaves(part, form, span)?);
                }
                Ok(leaves)
            }
            (Form::Tuple(forms), rv) if !forms.is_empty() => {
                let mut leaves = Vec::new();
                for (i, form) in forms.iter().enumerate() {
                    let part = self.field(rv.clone(), &syn::Member::from(i), span)?;
                    leaves.extend(self.leaves(part, form, span)?);
                }
                Ok(leaves)
            }
            (Form::Tuple(_), _) => Ok(Vec::new()),
            (Form::Option(held), rv) => self.optional_leaves(rv, held.as_deref(), span),
        }
    }

    fn optional_leaves(&mut self, rv: Rv, held: Option<&Form>, span: Span) -> Lowered<Vec<Value>> {
        let (flag, leaves) = match (rv, held) {
            (Rv::Some(value), held) => {
                let flag = self.b.constant(quote!(true), Type::Bool, span);
                (flag, held.map(|held| self.leaves(*value, held, span)).transpose()?)
            }
            (Rv::Maybe(flag, value), Some(held)) if is_ready(&value) => {
                (flag, Some(self.leaves(*value, held, span)?))
            }
            (Rv::Maybe(flag, value), Some(held)) => {
                match self.when(flag, span, |this| this.owned(*value, held, span))? {
                    Rv::Maybe(flag, value) => (flag, Some(self.leaves(*value, held, span)?)),
                    _ => (flag, None),
                }
            }
            (Rv::Maybe(flag, _), None) => (flag, None),
            (Rv::None, _) => (self.b.constant(quote!(false), Type::Bool, span), None),
            (rv, held) => {
                let opened = self.opened(rv, span)?;
                return self.optional_leaves(opened, held, span);
            }
        };
        let count = held.map_or(0, Form::count);
        let leaves = match leaves {
            Some(leaves) => leaves,
            None => (0..count).map(|_| self.b.op(Op::Undef, Type::Unknown, span)).collect(),
        };
        Ok(std::iter::once(flag).chain(leaves).collect())
    }

    /// The operand, read.
    pub(super) fn owned(&mut self, rv: Rv, form: &Form, span: Span) -> Lowered<Rv> {
        let leaves = self.leaves(rv, form, span)?;
        Ok(Self::assemble(form, &mut leaves.into_iter()))
    }

    /// The form of an operand.
    pub(super) fn form_of(rv: &Rv) -> Form {
        match rv {
            Rv::Tuple(parts) => Form::Tuple(parts.iter().map(Self::form_of).collect()),
            Rv::Unit => Form::Tuple(Vec::new()),
            Rv::Place(_, Type::Tuple(parts)) | Rv::Temp(_, Type::Tuple(parts)) => {
                form_of_tuple(parts)
            }
            Rv::Some(value) | Rv::Maybe(_, value) => Self::form_of(value).optional(),
            Rv::None => Form::Option(None),
            _ => Form::Leaf,
        }
    }

    /// Puts leaves together again.
    pub(super) fn assemble(form: &Form, leaves: &mut impl Iterator<Item = Value>) -> Rv {
        match form {
            Form::Leaf => leaves.next().map_or(Rv::Unit, Rv::Value),
            Form::Tuple(forms) if forms.is_empty() => Rv::Unit,
            Form::Tuple(forms) => {
                Rv::Tuple(forms.iter().map(|form| Self::assemble(form, leaves)).collect())
            }
            Form::Option(held) => match (leaves.next(), held) {
                (Some(flag), Some(held)) => Rv::Maybe(flag, Box::new(Self::assemble(held, leaves))),
                _ => Rv::None,
            },
        }
    }
}

fn form_of_tuple(parts: &[Type]) -> Form {
    let part = |ty: &Type| match ty {
        Type::Tuple(parts) => form_of_tuple(parts),
        _ => Form::Leaf,
    };
    Form::Tuple(parts.iter().map(part).collect())
}

/// Whether an operand can be had where it may not be there: nothing is read for it.
fn is_ready(rv: &Rv) -> bool {
    match rv {
        Rv::Value(_) | Rv::Unit | Rv::None => true,
        Rv::Tuple(parts) => parts.iter().all(is_ready),
        Rv::Some(value) | Rv::Maybe(_, value) => is_ready(value),
        _ => false,
    }
}
