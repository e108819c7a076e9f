//! Closures over the entries of what rustc alone knows to have any, as the matrices of another crate have.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::{Expr, ExprMethodCall, Ident};

use super::iter::{Access, Callee, Iter};
use super::{Binding, Lowerer, Rv};
use crate::errors::Lowered;
use crate::ir::{CallArg, Op, Place, Proj, Type};

impl Lowerer<'_> {
    /// `m.map(f)`, `m.zip_map(&n, f)` and `m.fold(init, f)`; `None` of anything else.
    pub(super) fn entrywise(
        &mut self,
        receiver: &Rv,
        ty: &Type,
        m: &ExprMethodCall,
    ) -> Lowered<Option<Rv>> {
        if *ty != Type::Unknown || m.turbofish.is_some() {
            return Ok(None);
        }
        let Some(place) = self.place_with_entries(receiver) else { return Ok(None) };
        let span = m.method.span();
        let args: Vec<_> = m.args.iter().collect();
        match (m.method.to_string().as_str(), args.as_slice()) {
            ("map", [f]) if self.is_function(f) => {
                let f = self.callee(f)?;
                self.map_entries(&[place], &f, span).map(Some)
            }
            ("zip_map", [other, f]) if self.is_function(f) => {
                let (other, _) = self.place(other)?;
                let f = self.callee(f)?;
                self.map_entries(&[place, other], &f, span).map(Some)
            }
            ("fold", [_, f]) if self.is_function(f) => {
                let (tokens, captures) = entries(&place, "of", span);
                self.b.effect(Op::Effect { tokens, captures }, span);
                let entries = Iter::Elements(place, Type::Unknown, Access::Value);
                self.iter_method(entries, m).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Something of the same kind, with what `f` makes of the entries.
    fn map_entries(&mut self, of: &[Place], f: &Callee, span: Span) -> Lowered<Rv> {
        let (tokens, captures) = entries(&of[0], "blank", span);
        let blank = self.b.own_code(tokens, captures, span);
        let blank = self.b.op(Op::Stop(blank), Type::Unknown, span);
        let object = self.object(blank, None, span);
        self.called.insert(object);
        self.computed.insert(object);
        self.over(&Place::whole(object), span, &mut |this, at| {
            let Some(Proj::Index(k)) = at.path.last().cloned() else { return Ok(()) };
            let entry =
                |place: &Place| Rv::Place(place.clone().with(Proj::Index(k)), Type::Unknown);
            let made = this.apply(f, of.iter().map(entry).collect(), span)?;
            let value = this.value_of(made, span)?;
            this.b.effect(Op::Store(at, value), span);
            Ok(())
        })?;
        Ok(Rv::Temp(Place::whole(object), Type::Unknown))
    }

    /// Whether what is called with these arguments may give something with a derivative.
    pub(super) fn is_computed_of(&self, args: &[CallArg]) -> bool {
        args.iter().any(|arg| match arg {
            CallArg::Value(v) => self.b.ty(*v).is_float() || self.computed.contains(v),
            CallArg::Ref(place, _) => self.computed.contains(&place.root),
        })
    }

    /// Where something is that may have entries: a parameter with a derivative, or what is computed.
    fn place_with_entries(&self, rv: &Rv) -> Option<Place> {
        let place = match rv {
            Rv::Value(v) => Place::whole(*v),
            Rv::Place(place, _) | Rv::Temp(place, _) | Rv::Ref(place, ..) => place.clone(),
            _ => return None,
        };
        let elements = place.path.iter().all(|step| matches!(step, Proj::Index(_)));
        (elements && self.computed.contains(&place.root)).then_some(place)
    }

    /// Whether an argument is certain to be a function.
    fn is_function(&self, f: &Expr) -> bool {
        match f {
            Expr::Closure(_) => true,
            Expr::Paren(f) => self.is_function(&f.expr),
            Expr::Reference(f) => self.is_function(&f.expr),
            Expr::Path(p) => match p.path.get_ident() {
                Some(name) => matches!(self.lookup(name), Some(Binding::Closure(_))),
                None => p.qself.is_none(),
            },
            _ => false,
        }
    }
}

/// A call of the runtime that is in error if there are no entries.
fn entries(of: &Place, function: &str, span: Span) -> (TokenStream, Vec<(Ident, CallArg)>) {
    let (function, name) = (Ident::new(function, span), Ident::new("ad_entries", span));
    let tokens = quote_spanned!(span=> ::autodiff::__private::entries::#function(#name));
    (tokens, vec![(name, CallArg::Ref(of.clone(), false))])
}
