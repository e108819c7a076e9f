//! Expressions.

use proc_macro2::Span;
use quote::{ToTokens, quote};
use syn::{BinOp, Expr, Lit, Member, UnOp};

use super::references::{Operand, Operands, is_reference};
use super::{Binding, Closure, Lowerer, Read, Rv, span_of, start_of};
use crate::errors::{Extent, Lowered};
use crate::ir::{CallArg, Float, Op, Place, Proj, Root, Struct, Type, Value};
use crate::rules::Fun;

impl Lowerer<'_> {
    /// An expression as one value.
    pub(super) fn value(&mut self, e: &Expr) -> Lowered<Value> {
        let rv = self.expr(e)?;
        self.value_of(rv, start_of(e))
    }

    /// An expression that indexes or counts.
    pub(super) fn index(&mut self, e: &Expr) -> Lowered<Value> {
        let value = self.value(e)?;
        self.refine(value, &Type::usize());
        Ok(value)
    }

    /// An expression.
    pub(super) fn expr(&mut self, e: &Expr) -> Lowered<Rv> {
        let rv = self.lazy(e)?;
        let made = matches!(&rv, Rv::Tensor(tensor) if !tensor.is_view());
        let rv = self.forced(rv, start_of(e))?;
        // The array is one's own, the reference to it is what is asked for.
        if made && is_reference(e) { self.reference(rv, false, start_of(e)) } else { Ok(rv) }
    }

    /// An expression; what it computes of arrays is still to be computed.
    pub(super) fn lazy(&mut self, e: &Expr) -> Lowered<Rv> {
        let span = start_of(e);
        match e {
            Expr::Paren(e) => self.lazy(&e.expr),
            Expr::Group(e) => self.lazy(&e.expr),
            Expr::Lit(lit) => Ok(Rv::Value(self.literal(&lit.lit, span))),
            Expr::Path(p) => self.path(p, span),
            Expr::Unary(e) => self.unary(e, span),
            Expr::Binary(b) => self.binary(b, span),
            Expr::Assign(a) => self.assignment(&a.left, &a.right, span),
            Expr::Block(b) if b.label.is_some() => self.labelled_block(b),
            Expr::Block(b) => self.scoped_block(&b.block, false),
            Expr::If(i) => self.if_expr(i, false),
            Expr::Match(m) => self.match_expr(m, false),
            Expr::ForLoop(f) => self.for_expr(f),
            Expr::While(w) => self.while_expr(w),
            Expr::Loop(l) => self.loop_expr(l),
            Expr::Return(r) => self.return_expr(r),
            Expr::Break(b) => self.break_expr(b),
            Expr::Continue(c) => self.continue_expr(c),
            Expr::Tuple(t) if t.elems.is_empty() => Ok(Rv::Unit),
            Expr::Tuple(t) => {
                let parts = t.elems.iter().map(|e| self.component(e)).collect::<Lowered<_>>()?;
                Ok(Rv::Tuple(parts))
            }
            Expr::Array(a) => {
                let values = self.elements(&a.elems)?;
                Ok(Rv::Value(self.array(values, span)))
            }
            Expr::Repeat(r) => {
                let value = self.value(&r.expr)?;
                let len = r.len.to_token_stream();
                let ty = Type::Array(Box::new(self.b.ty(value).clone()), len.to_string());
                Ok(Rv::Value(self.b.op(Op::Repeat(value, len), ty, span)))
            }
            Expr::Reference(r) => {
                let rv = self.lazy(&r.expr)?;
                if r.mutability.is_some() && is_place(&r.expr) {
                    self.in_memory(&rv, span)?;
                }
                self.reference(rv, r.mutability.is_some(), span)
            }
            Expr::Index(i) => self.index_expr(i, span),
            Expr::Field(f) => {
                let base = self.expr(&f.base)?;
                self.field(base, &f.member, span)
            }
            Expr::Cast(c) => self.cast(c, span),
            Expr::Range(r) => {
                let lo = r.start.as_ref().map(|e| self.value(e)).transpose()?;
                let hi = r.end.as_ref().map(|e| self.value(e)).transpose()?;
                let inclusive = matches!(r.limits, syn::RangeLimits::Closed(_));
                Ok(Rv::Range(lo, hi, inclusive))
            }
            Expr::Call(c) => self.call_expr(c, span),
            Expr::MethodCall(m) => self.method_call(m),
            Expr::Macro(m) => self.macro_call(&m.mac, span),
            Expr::Closure(c) => {
                let inputs = c
                    .inputs
                    .iter()
                    .map(|p| match p {
                        syn::Pat::Type(t) => ((*t.pat).clone(), Some((*t.ty).clone())),
                        p => (p.clone(), None),
                    })
                    .collect();
                let output = match &c.output {
                    syn::ReturnType::Default => None,
                    syn::ReturnType::Type(_, ty) => Some((**ty).clone()),
                };
                let moved = match c.capture {
                    Some(_) => self.moved(&c.body, span),
                    None => Vec::new(),
                };
                let closure = Closure {
                    inputs,
                    moved,
                    body: (*c.body).clone(),
                    output,
                    depth: self.scopes.len(),
                    names: self.scopes.last().map_or(0, Vec::len),
                    name: None,
                };
                Ok(Rv::Closure(std::rc::Rc::new(closure)))
            }
            Expr::Try(_) => Err(self.refuse(
                "AD0220",
                Extent::of(e),
                "`?` cannot be differentiated: it leaves the function without a value",
                "unwrap, or check before the call and keep the function total",
            )),
            Expr::Async(_) | Expr::Await(_) => Err(self.refuse(
                "AD0221",
                Extent::of(e),
                "`async` code cannot be differentiated",
                "await the data first and pass it to a synchronous function",
            )),
            Expr::Unsafe(_) => Err(self.refuse(
                "AD0222",
                Extent::of(e),
                "an `unsafe` block cannot be differentiated: memory reached through raw pointers has no shadow",
                "use safe indexing or iterators here",
            )),
            Expr::RawAddr(_) => Err(self.refuse(
                "AD0223",
                Extent::of(e),
                "a raw pointer cannot be differentiated through",
                "use a reference",
            )),
            Expr::Let(_) => Err(self.refuse(
                "AD0224",
                Extent::of(e),
                "`let` in this position is not supported",
                "use it as the condition of an `if`",
            )),
            Expr::Struct(s) => self.struct_literal(s, span),
            _ => self.verbatim_rv(e.to_token_stream(), span, "this expression"),
        }
    }

    /// A part of a tuple: scalars are read at once, so that later assignments do not show.
    pub(super) fn component(&mut self, e: &Expr) -> Lowered<Rv> {
        let rv = self.expr(e)?;
        Ok(match rv {
            Rv::Place(place, ty) if ty.is_scalar() => Rv::Value(self.load(&place, &ty, span_of(e))),
            rv => rv,
        })
    }

    /// The elements of a new sequence.
    pub(super) fn elements<'e>(
        &mut self,
        elements: impl IntoIterator<Item = &'e Expr>,
    ) -> Lowered<Vec<Value>> {
        let one = |e: &Expr| {
            let rv = self.expr(e)?;
            let rv = self.lasting(rv, span_of(e))?;
            self.value_of(rv, span_of(e))
        };
        elements.into_iter().map(one).collect()
    }

    pub(super) fn array(&mut self, values: Vec<Value>, span: Span) -> Value {
        let element = values
            .iter()
            .map(|v| self.b.ty(*v).clone())
            .reduce(|a, b| a.join(&b))
            .unwrap_or(Type::Unknown);
        let ty = Type::Array(Box::new(element), values.len().to_string());
        self.b.op(Op::Array(values), ty, span)
    }

    fn literal(&mut self, lit: &Lit, span: Span) -> Value {
        let ty = match lit {
            Lit::Float(f) => match f.suffix() {
                "f32" => Type::Float(Float::F32),
                "f64" => Type::F64,
                _ => Type::Float(Float::Infer),
            },
            Lit::Int(i) => match i.suffix() {
                "" => Type::Int(None),
                "f32" => Type::Float(Float::F32),
                "f64" => Type::F64,
                suffix => Type::Int(Some(suffix.into())),
            },
            Lit::Bool(_) => Type::Bool,
            _ => Type::Unknown,
        };
        self.b.constant(lit.to_token_stream(), ty, span)
    }

    pub(super) fn bound_rv(&mut self, binding: &Binding, span: Span) -> Rv {
        match binding {
            Binding::Var(var) => Rv::Value(self.read(*var, span)),
            Binding::Place(place, ty) => Rv::Place(place.clone(), self.known_type(place, ty)),
            Binding::Ref(place, ty, m) => Rv::Ref(place.clone(), self.known_type(place, ty), *m),
            Binding::Moving(moving) => {
                Rv::Ref(self.target_of(moving, span), moving.ty.clone(), false)
            }
            Binding::Tuple(parts) => {
                Rv::Tuple(parts.iter().map(|p| self.bound_rv(p, span)).collect())
            }
            Binding::Closure(c) => Rv::Closure(c.clone()),
            Binding::Option(flag, held) => {
                Rv::Maybe(self.read(*flag, span), Box::new(self.bound_rv(held, span)))
            }
            Binding::Other(rv) => rv.clone(),
            Binding::Item(_) | Binding::Refused => Rv::Unit,
        }
    }

    /// The type of what a name stands for: more may be known by now than when it was bound.
    fn known_type(&self, place: &Place, ty: &Type) -> Type {
        if place.path.is_empty() { ty.refined(self.b.ty(place.root)) } else { ty.clone() }
    }

    fn unary(&mut self, e: &syn::ExprUnary, span: Span) -> Lowered<Rv> {
        match e.op {
            UnOp::Deref(_) => {
                let rv = self.expr(&e.expr)?;
                Ok(match rv {
                    Rv::Ref(place, ty, _) => Rv::Place(place, ty),
                    rv => rv,
                })
            }
            UnOp::Neg(_) => {
                let value = match self.operand_of(&e.expr)? {
                    Operand::Tensor(tensor) => return self.negated_tensor(tensor, span),
                    Operand::Plain(CallArg::Value(value)) => value,
                    Operand::Plain(borrowed) => return Ok(self.negated_reference(borrowed, span)),
                };
                let ty = self.b.ty(value).clone();
                let value = self.b.scalar(Fun::Neg, vec![value], ty, span);
                self.computed.insert(value);
                Ok(Rv::Value(value))
            }
            _ => {
                let value = self.value(&e.expr)?;
                let ty = self.b.ty(value).clone();
                Ok(Rv::Value(self.b.scalar(Fun::Not, vec![value], ty, span)))
            }
        }
    }

    fn binary(&mut self, e: &syn::ExprBinary, span: Span) -> Lowered<Rv> {
        match e.op {
            BinOp::And(_) | BinOp::Or(_) => return self.short_circuit(e, span),
            _ => {}
        }
        let text = e.op.to_token_stream().to_string();
        if let Some(op) = text.strip_suffix('=').filter(|_| is_compound(&e.op)) {
            return self.compound(&e.left, op, &e.right, span);
        }
        let [a, b] = [&e.left, &e.right];
        let (a, b) = match Fun::from_binary(&text).filter(|fun| fun.is_arithmetic()) {
            Some(fun) => match self.operands_of(a, b)? {
                Operands::Tensors(a, b) => return self.between_tensors(fun, a, b, span),
                Operands::Plain(CallArg::Value(a), CallArg::Value(b)) => (a, b),
                Operands::Plain(a, b) => return Ok(self.between_references(fun, a, b, span)),
            },
            None => (self.value(a)?, self.value(b)?),
        };
        self.arithmetic(&text, a, b, span).map(Rv::Value)
    }

    pub(super) fn arithmetic(
        &mut self,
        op: &str,
        a: Value,
        b: Value,
        span: Span,
    ) -> Lowered<Value> {
        let Some(fun) = Fun::from_binary(op) else {
            return Err(self.refuse(
                "AD0225",
                span,
                format!("the operator `{op}` is not supported"),
                "write it with `+`, `-`, `*`, `/` and `%`",
            ));
        };
        if fun.returns_bool() {
            return Ok(self.b.scalar(fun, vec![a, b], Type::Bool, span));
        }
        let ty = self.result_type(a, b, matches!(fun, Fun::Shl | Fun::Shr));
        let value = self.b.scalar(fun, vec![a, b], ty, span);
        if *self.b.ty(value) == Type::Unknown {
            let types = [a, b].map(|operand| self.presumed_type(operand));
            self.presume(fun, &types, value);
            self.computed.insert(value);
        }
        Ok(value)
    }

    /// The type of `a op b`.
    fn result_type(&mut self, a: Value, b: Value, shift: bool) -> Type {
        let (x, y) = (self.b.ty(a).clone(), self.b.ty(b).clone());
        match (&x, &y) {
            _ if shift => x,
            (Type::Float(_), Type::Float(_)) | (Type::Int(_), Type::Int(_)) => x.join(&y),
            // A named constant has the type of what it is used with. Of anything else there is no telling:
            // a struct may be divided by an integer.
            (Type::Int(_), Type::Unknown) if self.b.begins_as_code(b) => {
                self.refine(b, &x);
                x
            }
            (Type::Unknown, Type::Int(_)) if self.b.begins_as_code(a) => {
                self.refine(a, &y);
                y
            }
            (Type::Float(_), Type::Unknown) if self.b.defined_as_constant(b) => x,
            (Type::Unknown, Type::Float(_)) if self.b.defined_as_constant(a) => y,
            (Type::Bool, Type::Bool) => Type::Bool,
            _ => Type::Unknown,
        }
    }

    fn short_circuit(&mut self, e: &syn::ExprBinary, span: Span) -> Lowered<Rv> {
        let and = matches!(e.op, BinOp::And(_));
        let left = self.value(&e.left)?;
        let fixed = |this: &mut Self| {
            let literal = if and { quote!(false) } else { quote!(true) };
            Ok(Rv::Value(this.b.constant(literal, Type::Bool, span)))
        };
        if and {
            self.branch(left, span, |this| this.value(&e.right).map(Rv::Value), fixed)
        } else {
            self.branch(left, span, fixed, |this| this.value(&e.right).map(Rv::Value))
        }
    }

    fn cast(&mut self, c: &syn::ExprCast, span: Span) -> Lowered<Rv> {
        let value = self.value(&c.expr)?;
        let ty = self.types.read(&c.ty);
        // What comes from an integer has no derivative, whatever it becomes.
        if ty == Type::Unknown && !matches!(self.b.ty(value), Type::Int(_) | Type::Bool) {
            return self.verbatim_rv(c.to_token_stream(), span, "a cast to this type");
        }
        let to = c.ty.to_token_stream();
        Ok(Rv::Value(self.b.op(Op::Cast(value, to), ty, span)))
    }

    fn index_expr(&mut self, e: &syn::ExprIndex, span: Span) -> Lowered<Rv> {
        let base = self.expr(&e.expr)?;
        if self.is_tensor(&base) {
            return self.indexed(base, &e.index, span);
        }
        let step = match self.expr(&e.index)? {
            Rv::Range(lo, hi, inclusive) => {
                for bound in lo.iter().chain(&hi) {
                    self.refine(*bound, &Type::usize());
                }
                Proj::Slice(lo, hi, inclusive)
            }
            index => {
                // `m[(i, j)]`: each part counts.
                if let Rv::Tuple(parts) = &index {
                    for part in parts {
                        if let Rv::Value(v) = part {
                            self.refine(*v, &Type::usize());
                        }
                    }
                }
                let index = self.value_of(index, span_of(&e.index))?;
                self.refine(index, &Type::usize());
                Proj::Index(index)
            }
        };
        self.project(base, step, span)
    }

    /// One step into an operand.
    pub(super) fn project(&mut self, base: Rv, step: Proj, span: Span) -> Lowered<Rv> {
        let (place, ty) = match base {
            Rv::Place(place, ty) | Rv::Ref(place, ty, _) | Rv::Temp(place, ty) => (place, ty),
            rv => {
                let value = self.value_of(rv, span)?;
                (Place::whole(value), self.b.ty(value).clone())
            }
        };
        let ty = match &step {
            Proj::Index(_) => ty.element(),
            Proj::Slice(..) => Type::Slice(Box::new(ty.element())),
            Proj::Field(member) => match (&ty, member) {
                (Type::Tuple(parts), Member::Unnamed(i)) => {
                    parts.get(i.index as usize).cloned().unwrap_or(Type::Unknown)
                }
                (Type::Struct(s), member) => self.read_field(s, member),
                _ => Type::Unknown,
            },
            Proj::Payload(payload) | Proj::Slot(payload) => self.payload_type(&ty, payload),
            Proj::Flat | Proj::Axis(_) => ty.part(&step),
        };
        Ok(Rv::Place(place.with(step), ty))
    }

    /// The type of a field by the struct's declaration, to be confirmed by rustc.
    pub(super) fn read_field(&mut self, of: &Struct, member: &Member) -> Type {
        let Some(ty) = of.field(member) else { return Type::Unknown };
        let (root, path) = &of.reached;
        let path = format!("{path}.{}", member.to_token_stream());
        self.rely_on(root, path, ty);
        ty.clone()
    }

    /// What is at a path has a type, which rustc is to confirm.
    pub(super) fn rely_on(&mut self, root: &Root, path: String, ty: &Type) {
        if matches!(ty, Type::Unknown | Type::Struct(_) | Type::Enum(_)) {
            return;
        }
        let read = match root {
            Root::Type(of) => (of.clone(), Read::Field(path)),
            Root::Payload { of, variant, member } => {
                let (of, member) = (of.clone(), member.clone());
                (variant.clone(), Read::Payload { of, member, path })
            }
        };
        self.readings.insert(read, ty.clone());
    }

    /// `base.member`.
    pub(super) fn field(&mut self, base: Rv, member: &Member, span: Span) -> Lowered<Rv> {
        match (base, member) {
            (Rv::Tuple(parts), Member::Unnamed(i)) if (i.index as usize) < parts.len() => {
                Ok(parts[i.index as usize].clone())
            }
            (base, member) => match self.field_value(&base, member) {
                Some(value) => Ok(Rv::Value(value)),
                None => self.project(base, Proj::Field(member.clone()), span),
            },
        }
    }

    /// `&operand`.
    pub(super) fn reference(&mut self, rv: Rv, mutable: bool, span: Span) -> Lowered<Rv> {
        match rv {
            Rv::Place(place, ty) | Rv::Temp(place, ty) => Ok(Rv::Ref(place, ty, mutable)),
            // What is taken from an iterator through a reference is gone from the iterator.
            Rv::Iter(_) if mutable => self.value_of(rv, span).map(Rv::Value),
            Rv::Tensor(tensor) if mutable && !tensor.is_view() => {
                let made = self.array_of(&tensor, span)?;
                self.reference(made, mutable, span)
            }
            rv @ (Rv::Ref(..) | Rv::Closure(_) | Rv::Iter(_) | Rv::Tensor(_) | Rv::None) => Ok(rv),
            Rv::Some(value) => Ok(Rv::Some(Box::new(self.reference(*value, mutable, span)?))),
            Rv::Maybe(flag, value) => {
                Ok(Rv::Maybe(flag, Box::new(self.reference(*value, mutable, span)?)))
            }
            rv => {
                let value = self.value_of(rv, span)?;
                let ty = self.b.ty(value).clone();
                if mutable {
                    let object = self.object(value, None, span);
                    return Ok(Rv::Ref(Place::whole(object), ty, true));
                }
                Ok(Rv::Ref(Place::whole(value), ty, false))
            }
        }
    }

    /// Refuses to take a `&mut` reference to a copy.
    pub(super) fn in_memory(&mut self, rv: &Rv, span: Span) -> Lowered<()> {
        match rv {
            Rv::Value(_) | Rv::Tuple(_) | Rv::Some(_) | Rv::None | Rv::Maybe(..) => Err(self.refuse(
                "AD0242",
                span,
                "what this `&mut` reference points to has no place in memory under differentiation",
                "give the variable its value where it is declared; assign an `Option` as a whole",
            )),
            _ => Ok(()),
        }
    }

    /// The operand behind a reference, read if it is a scalar.
    pub(super) fn deref(&mut self, rv: Rv, span: Span) -> Rv {
        match rv {
            Rv::Ref(place, ty, _) if ty.is_scalar() || ty == Type::Unknown => {
                Rv::Value(self.load(&place, &ty, span))
            }
            Rv::Ref(place, ty, _) => Rv::Place(place, ty),
            Rv::Tuple(parts) => Rv::Tuple(parts.into_iter().map(|p| self.deref(p, span)).collect()),
            rv => rv,
        }
    }
}

/// Whether an expression names memory rather than making a value.
fn is_place(e: &Expr) -> bool {
    match e {
        Expr::Path(_) | Expr::Index(_) => true,
        Expr::Field(e) => is_place(&e.base),
        Expr::Paren(e) => is_place(&e.expr),
        Expr::Group(e) => is_place(&e.expr),
        Expr::Unary(e) => matches!(e.op, syn::UnOp::Deref(_)),
        _ => false,
    }
}

/// Whether the operator assigns, as `+=` does.
pub(super) fn is_compound(op: &BinOp) -> bool {
    use BinOp::*;
    matches!(
        op,
        AddAssign(_)
            | SubAssign(_)
            | MulAssign(_)
            | DivAssign(_)
            | RemAssign(_)
            | BitXorAssign(_)
            | BitAndAssign(_)
            | BitOrAssign(_)
            | ShlAssign(_)
            | ShrAssign(_)
    )
}
