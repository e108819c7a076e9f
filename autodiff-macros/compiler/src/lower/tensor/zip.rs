//! `Zip` and `azip!`: a closure over the elements of several arrays of one shape.

use std::rc::Rc;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::quote;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, ExprMethodCall, Macro, Pat, Token};

use super::{At, Tensor};
use crate::errors::Lowered;
use crate::ir::{Type, Value};
use crate::lower::iter::{Callee, Iter};
use crate::lower::{Lowerer, Rv, span_of};

impl Lowerer<'_> {
    /// `Zip::from(a).and(b)...for_each(f)`, `.map_collect(f)` and their like; `None` of anything else.
    pub(in crate::lower) fn zip_chain(&mut self, m: &ExprMethodCall) -> Lowered<Option<Rv>> {
        let span = m.method.span();
        let args: Vec<&Expr> = m.args.iter().collect();
        let name = m.method.to_string();
        if !["for_each", "map_collect", "map_assign_into", "fold"].contains(&name.as_str()) {
            return Ok(None);
        }
        let Some(chain) = zipped(&m.receiver) else { return Ok(None) };
        let mut zip = Zip { indexed: chain.indexed, parts: Vec::new() };
        for (e, stretched) in chain.operands {
            let mut part = self.zip_part(e)?;
            if stretched && let (Some(first), Part::Elements(of)) = (zip.parts.first(), &part) {
                let shape = first.shape().to_vec();
                part = Part::Elements(self.broadcast(of.clone(), shape, span)?);
            }
            zip.parts.push(part);
        }
        let rv = match (name.as_str(), &args[..]) {
            ("for_each", [f]) => {
                let f = self.callee(f)?;
                self.zip_over(&zip, None, span, &mut |this, items| {
                    this.apply(&f, items.given, span).map(drop)
                })?;
                Rv::Unit
            }
            ("map_collect", [f]) => {
                let f = self.callee(f)?;
                let made = self.fresh(zip.shape(), Type::Unknown, span);
                let element = self.zip_into(&zip, &made.rows, &f, span)?;
                self.finished(&made, element)
            }
            ("map_assign_into", [target, f]) => {
                let target = self.ranked_expr(target)?;
                let f = self.callee(f)?;
                self.zip_into(&zip, &target, &f, span)?;
                Rv::Unit
            }
            ("fold", [init, f]) => {
                let init = self.value(init)?;
                let f = self.callee(f)?;
                let sum = self.accumulator(init, span);
                self.zip_over(&zip, None, span, &mut |this, mut items| {
                    let so_far = this.read(sum, span);
                    items.given.insert(0, Rv::Value(so_far));
                    let next = this.apply(&f, items.given, span)?;
                    let next = this.value_of(next, span)?;
                    this.vars[sum.0].current = Some(next);
                    Ok(())
                })?;
                Rv::Value(self.read(sum, span))
            }
            _ => return Ok(None),
        };
        Ok(Some(rv))
    }

    /// What `Zip` runs through: an array, or what gives the parts of one.
    fn zip_part(&mut self, e: &Expr) -> Lowered<Part> {
        match self.lazy(e)? {
            Rv::Iter(iter) => match *iter {
                Iter::Views(of, axes) => Ok(Part::Views(of, axes)),
                _ => Err(self.not_a_tensor(span_of(e))),
            },
            rv if self.is_tensor(&rv) => {
                let of = self.tensor(rv, span_of(e))?;
                self.of_known_rank(of, span_of(e)).map(Part::Elements)
            }
            _ => Err(self.not_a_tensor(span_of(e))),
        }
    }

    /// Stores what a closure gives for the elements of arrays of one shape; says of what type it is.
    fn zip_into(&mut self, zip: &Zip, to: &Tensor, f: &Callee, span: Span) -> Lowered<Type> {
        let mut element = Type::Unknown;
        self.zip_over(zip, Some(to), span, &mut |this, Items { at, given }| {
            let value = this.apply(f, given, span)?;
            let value = this.value_of(value, span)?;
            element = this.b.ty(value).clone();
            this.store_at(to, &at, value, span)
        })?;
        Ok(element)
    }

    /// Runs `body` over the elements of arrays of one shape.
    fn zip_over(
        &mut self,
        zip: &Zip,
        target: Option<&Tensor>,
        span: Span,
        body: &mut dyn FnMut(&mut Self, Items<'_>) -> Lowered<()>,
    ) -> Lowered<()> {
        let shape = zip.shape();
        let others = zip.parts[1..].iter().map(Part::shape);
        for other in others.chain(target.map(|target| &target.shape[..])) {
            let pairs: Vec<_> = shape.iter().copied().zip(other.iter().copied()).collect();
            self.check_fit("Zip", &pairs, span);
        }
        let elements = zip.parts.iter().map(|part| match part {
            Part::Elements(of) if !zip.indexed => Some(of),
            _ => None,
        });
        let mut item = |this: &mut Self, at: At<'_>| {
            let mut given = Vec::new();
            if let (true, At::Axes(index)) = (zip.indexed, &at) {
                given.push(match index {
                    [one] => Rv::Value(*one),
                    index => Rv::Tuple(index.iter().map(|k| Rv::Value(*k)).collect()),
                });
            }
            for part in &zip.parts {
                given.push(match (part, &at) {
                    (Part::Views(of, _), At::Axes(index)) => this.view_at(of, index, span),
                    (Part::Views(..), At::Flat(_)) => unreachable!("views have an index"),
                    (Part::Elements(of), at) if of.is_exclusive() => {
                        this.exclusive_or_shared(of, at, span)?
                    }
                    (Part::Elements(of), at) => this.shared_element(of, at, span)?,
                });
            }
            body(this, Items { at, given })
        };
        match elements.chain(target.map(Some)).collect::<Option<Vec<&Tensor>>>() {
            Some(all) => self.each_index(shape, &all, span, &mut item),
            None => {
                self.along(shape, Vec::new(), span, &mut |this, index| item(this, At::Axes(index)))
            }
        }
    }

    fn exclusive_or_shared(&mut self, of: &Tensor, at: &At<'_>, span: Span) -> Lowered<Rv> {
        match self.element(of, at, span)? {
            Rv::Place(place, ty) => {
                let exclusive = self.is_mutable(&place);
                Ok(Rv::Ref(place, ty, exclusive))
            }
            rv => Ok(rv),
        }
    }

    /// `azip!((a in &mut x, &b in &y) *a += b)`: `Zip` with a closure over these patterns.
    pub(super) fn azip(&mut self, mac: &Macro, span: Span) -> Lowered<Option<Rv>> {
        let mut trees = mac.tokens.clone().into_iter();
        let Some(TokenTree::Group(operands)) = trees.next() else { return Ok(None) };
        let body: TokenStream = trees.collect();
        let parse = |input: ParseStream<'_>| {
            let operand = |input: ParseStream<'_>| {
                let pat = Pat::parse_single(input)?;
                input.parse::<Token![in]>()?;
                Ok((pat, input.parse::<Expr>()?))
            };
            // `azip!((index (i, j), &a in x) ..)`.
            let index = match input.fork().parse::<syn::Ident>() {
                Ok(word) if word == "index" && !input.peek2(Token![in]) => {
                    input.parse::<syn::Ident>()?;
                    let index = Pat::parse_single(input)?;
                    input.parse::<Option<Token![,]>>()?;
                    Some(index)
                }
                _ => None,
            };
            Ok((index, input.parse_terminated(operand, Token![,])?))
        };
        let Ok((index, operands)) = parse.parse2(operands.stream()) else {
            return Ok(None);
        };
        let (mut patterns, arrays): (Vec<_>, Vec<_>) = operands.into_iter().unzip();
        let indexed = index.is_some();
        patterns.splice(0..0, index);
        let Ok(closure) = syn::parse2::<Expr>(quote!(|#(#patterns),*| { #body })) else {
            return Ok(None);
        };
        let parts = arrays.iter().map(|e| self.zip_part(e)).collect::<Lowered<Vec<_>>>()?;
        let f = self.callee(&closure)?;
        let zip = Zip { indexed, parts };
        self.zip_over(&zip, None, span, &mut |this, items| {
            this.apply(&f, items.given, span).map(drop)
        })?;
        Ok(Some(Rv::Unit))
    }
}

/// What stands at an index.
struct Items<'a> {
    at: At<'a>,
    /// The index, if it is asked for, and an element or a view of each part.
    given: Vec<Rv>,
}

/// What runs in step.
struct Zip {
    /// Whether the index comes first.
    indexed: bool,
    parts: Vec<Part>,
}

enum Part {
    /// The elements of an array.
    Elements(Tensor),
    /// The views at the indices of its first axes.
    Views(Rc<Tensor>, usize),
}

impl Zip {
    fn shape(&self) -> &[Value] {
        self.parts[0].shape()
    }
}

impl Part {
    fn shape(&self) -> &[Value] {
        match self {
            Part::Elements(of) => &of.shape,
            Part::Views(of, axes) => &of.shape[..*axes],
        }
    }
}

/// `Zip::from(a).and(b)` as it is written.
struct Chain<'a> {
    indexed: bool,
    /// What runs in step, and whether it is stretched.
    operands: Vec<(&'a Expr, bool)>,
}

fn zipped(e: &Expr) -> Option<Chain<'_>> {
    match e {
        Expr::Call(call) => match &*call.func {
            Expr::Path(p) => {
                let names: Vec<_> = p.path.segments.iter().map(|s| s.ident.to_string()).collect();
                let [.., zip, from] = &names[..] else { return None };
                let operand = call.args.first().filter(|_| call.args.len() == 1)?;
                let is_zip = zip == "Zip" && ["from", "indexed"].contains(&from.as_str());
                is_zip
                    .then(|| Chain { indexed: from == "indexed", operands: vec![(operand, false)] })
            }
            _ => None,
        },
        Expr::MethodCall(m) if m.args.len() == 1 => {
            let stretched = match m.method.to_string().as_str() {
                "and" => false,
                "and_broadcast" => true,
                _ => return None,
            };
            let mut chain = zipped(&m.receiver)?;
            chain.operands.push((&m.args[0], stretched));
            Some(chain)
        }
        _ => None,
    }
}
