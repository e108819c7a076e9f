//! Arrays whose elements a function makes, one by one.

use std::rc::Rc;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Expr, ExprCall, GenericArgument, PathArguments};

use super::iter::Callee;
use super::{Closure, Lowerer, Rv};
use crate::errors::Lowered;
use crate::ir::{Op, Place, Proj, Type, Value};

impl Lowerer<'_> {
    /// `[T; N]::map`.
    pub(super) fn map_array(
        &mut self,
        place: &Place,
        ty: &Type,
        f: &Callee,
        span: Span,
    ) -> Lowered<Rv> {
        let Type::Array(from, len) = ty else { unreachable!("only arrays are mapped") };
        let element = |this: &mut Self, k| {
            let at = place.clone().with(Proj::Index(k));
            this.apply(f, vec![Rv::Place(at, (**from).clone())], span)
        };
        self.filled(len, "map", span, element)
    }

    /// An expression that is to be of that type: an array may not know its length by itself.
    pub(super) fn expr_of(&mut self, e: &Expr, expected: Option<&syn::Type>) -> Lowered<Rv> {
        match e {
            Expr::Call(call) if is_from_fn(call) => {
                self.array_from_fn(call, expected, super::span_of(e))
            }
            _ => {
                let rv = self.expr(e)?;
                if matches!(expected.map(|ty| self.types.read(ty)), Some(Type::Tensor(_, Some(1))))
                    && matches!(self.type_of(&rv), Type::Vec(_))
                {
                    return self.array_of_vec(rv, super::span_of(e));
                }
                Ok(rv)
            }
        }
    }

    /// `std::array::from_fn`; the length is that of the type that is expected, if it is not said.
    pub(super) fn array_from_fn(
        &mut self,
        call: &ExprCall,
        expected: Option<&syn::Type>,
        span: Span,
    ) -> Lowered<Rv> {
        let len = match (length(call), expected.map(|ty| self.types.read(ty))) {
            (Some(len), _) | (None, Some(Type::Array(_, len))) if len != "_" => len,
            _ => {
                return Err(self.refuse(
                    "AD0245",
                    span,
                    "how long the array is is not known here",
                    "say it, as in `let a: [f64; 3] = std::array::from_fn(..)`, or by `from_fn::<_, 3, _>(..)`",
                ));
            }
        };
        let mut f = self.callee(&call.args[0])?;
        // What makes an element is to make one of the array's.
        if let (Callee::Closure(closure), Some(syn::Type::Array(array))) = (&mut f, expected)
            && closure.output.is_none()
            && !matches!(*array.elem, syn::Type::Infer(_))
        {
            let output = Some((*array.elem).clone());
            *closure = Rc::new(Closure { output, ..Closure::clone(closure) });
        }
        self.filled(&len, "from_fn", span, |this, k| this.apply(&f, vec![Rv::Value(k)], span))
    }

    /// A loop that fills an array which starts out blank.
    fn filled(
        &mut self,
        len: &str,
        what: &str,
        span: Span,
        mut make: impl FnMut(&mut Self, Value) -> Lowered<Rv>,
    ) -> Lowered<Rv> {
        let init = self.b.constant(TokenStream::new(), Type::Unknown, span);
        let object = self.object(init, None, span);
        let mut element = Type::Unknown;
        self.over(&Place::whole(object), span, &mut |this, at| {
            let Some(Proj::Index(k)) = at.path.last().cloned() else { return Ok(()) };
            let item = make(this, k)?;
            let value = this.value_of(item, span)?;
            element = this.b.ty(value).clone();
            this.b.effect(Op::Store(at, value), span);
            Ok(())
        })?;
        let ty = Type::Array(Box::new(element), len.to_owned());
        let Some(blank) = blank(&ty) else {
            return Err(self.refuse(
                "AD0237",
                span,
                format!("the type of what `{what}` makes of an element is not known here"),
                "say it in the closure, as in `|x| -> f64 { f(x) }`, or fill an array in a loop",
            ));
        };
        self.set_constant(init, blank);
        for value in [init, object] {
            self.b.values[value.index()].ty = ty.clone();
        }
        Ok(Rv::Temp(Place::whole(object), ty))
    }
}

/// Whether an expression is a call of `std::array::from_fn`.
pub(super) fn is_from_fn(call: &ExprCall) -> bool {
    let Expr::Path(p) = &*call.func else { return false };
    let names: Vec<String> = p.path.segments.iter().map(|s| s.ident.to_string()).collect();
    matches!(&names[..], [.., array, from_fn] if array == "array" && from_fn == "from_fn")
        && call.args.len() == 1
}

/// The length in `from_fn::<T, N, F>`.
fn length(call: &ExprCall) -> Option<String> {
    let Expr::Path(p) = &*call.func else { return None };
    let PathArguments::AngleBracketed(arguments) = &p.path.segments.last()?.arguments else {
        return None;
    };
    match arguments.args.get(1)? {
        GenericArgument::Type(syn::Type::Infer(_)) => None,
        length => Some(length.to_token_stream().to_string()),
    }
}

/// Some value of a type, printable without an instance.
fn blank(ty: &Type) -> Option<TokenStream> {
    match ty {
        Type::Int(_) => Some(quote!(0)),
        Type::Bool => Some(quote!(false)),
        Type::Array(element, len) => {
            let element = blank(element)?;
            let len: TokenStream = len.parse().ok()?;
            Some(quote!([#element; #len]))
        }
        Type::Tuple(parts) if !parts.is_empty() => {
            let parts = parts.iter().map(blank).collect::<Option<Vec<_>>>()?;
            Some(quote!((#(#parts,)*)))
        }
        ty => ty.static_zero(),
    }
}
