//! The methods of iterators that go on with the chain. `consume` has those that run it.

use proc_macro2::Span;
use quote::ToTokens;
use syn::Expr;

use super::iter::{Callee, Iter, counts, indexed};
use super::run::{in_pairs, turns};
use super::{Lowerer, Rv};
use crate::errors::{Extent, Lowered};

/// Methods that leave the iterator where it can go on.
const ADVANCING: [&str; 12] = [
    "next",
    "next_back",
    "nth",
    "nth_back",
    "find",
    "find_map",
    "rfind",
    "position",
    "rposition",
    "any",
    "all",
    "try_fold",
];

impl Lowerer<'_> {
    /// An adapter or a consumer called on an iterator; `None` if it is not one.
    pub(super) fn iter_method(&mut self, iter: Iter, call: &syn::ExprMethodCall) -> Lowered<Rv> {
        let span = call.method.span();
        let name = call.method.to_string();
        let args: Vec<&Expr> = call.args.iter().collect();
        let boxed = Box::new(iter);
        if ADVANCING.contains(&name.as_str()) && !is_fresh(&call.receiver) {
            return Err(self.refuse(
                "AD0202",
                span,
                format!("`{name}` takes items from an iterator that may have given some before"),
                "call it on the chain itself, or write the loop out",
            ));
        }
        let iter = match (name.as_str(), args.as_slice()) {
            ("iter" | "into_iter" | "iter_mut" | "clone", []) => *boxed,
            ("zip", [other]) => {
                let other = self.iterated(other)?;
                self.zipped(boxed, other, span)?
            }
            ("enumerate", []) => Iter::Enumerate(boxed),
            // rustc does not know how either.
            ("rev", []) if !turns(&boxed) => {
                return Err(self.defer(
                    "AD0212",
                    span,
                    "the items cannot be had from the last to the first",
                    "`collect` them first",
                ));
            }
            ("rev", []) => Iter::Rev(boxed),
            ("copied" | "cloned", []) => Iter::Copied(boxed),
            ("skip", [n]) => {
                let n = self.index(n)?;
                Iter::Skip(boxed, n)
            }
            ("take", [n]) => {
                let n = self.index(n)?;
                Iter::Take(boxed, n)
            }
            ("step_by", [n]) => {
                let n = self.index(n)?;
                Iter::StepBy(boxed, n)
            }
            ("map", [f]) => {
                let f = self.callee(f)?;
                Iter::Map(boxed, f)
            }
            ("filter", [f]) => {
                let f = self.callee(f)?;
                Iter::Filter(boxed, f)
            }
            // An `Option` is a sequence of one item or none.
            ("filter_map", [f]) => {
                let f = self.callee(f)?;
                Iter::Flatten(Box::new(Iter::Map(boxed, f)), false)
            }
            ("map_while", [f]) => {
                let f = self.callee(f)?;
                Iter::MapWhile(boxed, f)
            }
            ("scan", [state, f]) => {
                let state = self.value(state)?;
                let f = self.callee(f)?;
                Iter::Scan(boxed, state, f)
            }
            ("inspect", [f]) => {
                let f = self.callee(f)?;
                Iter::Inspect(boxed, f)
            }
            ("take_while", [p]) => {
                let p = self.callee(p)?;
                Iter::TakeWhile(boxed, p)
            }
            ("skip_while", [p]) => {
                let p = self.callee(p)?;
                Iter::SkipWhile(boxed, p)
            }
            ("chain", [other]) => {
                let other = self.iterated(other)?;
                Iter::Chain(boxed, Box::new(other))
            }
            ("flatten", []) => Iter::Flatten(boxed, false),
            ("flat_map", [f]) => {
                let f = self.callee(f)?;
                Iter::Flatten(Box::new(Iter::Map(boxed, f)), false)
            }
            ("sum" | "product", []) => return self.total(&boxed, name == "sum", call),
            ("fold", [init, f]) => return self.fold(&boxed, init, f, span),
            ("for_each", [f]) => {
                let f = self.callee(f)?;
                self.each(&boxed, span, &mut |this, item| {
                    this.apply(&f, vec![item], span).map(drop)
                })?;
                return Ok(Rv::Unit);
            }
            ("collect", []) => return self.collect(&boxed, span),
            ("count" | "len", []) => {
                if indexed(&boxed) {
                    return self.len(&boxed, span).map(Rv::Value);
                }
                return self.count(&boxed, span);
            }
            ("next", []) => {
                let zero = self.b.int(0, span);
                return self.nth(&boxed, zero, span);
            }
            ("nth", [n]) => {
                let n = self.index(n)?;
                return self.nth(&boxed, n, span);
            }
            ("last", []) => return self.last(&boxed, span),
            ("find", [p]) => return self.find(&boxed, p, span),
            ("find_map", [f]) => {
                let f = self.callee(f)?;
                let found = Iter::Flatten(Box::new(Iter::Map(boxed, f)), false);
                let zero = self.b.int(0, span);
                return self.nth(&found, zero, span);
            }
            ("position", [p]) => return self.position(&boxed, p, span),
            ("max_by" | "min_by", [compare]) => {
                return self.extreme(&boxed, compare, name == "max_by", span);
            }
            ("reduce", [f]) => return self.reduce(&boxed, f, span),
            ("unzip", []) => return self.unzip(&boxed, span),
            ("partition", [p]) => return self.partition(&boxed, p, span),
            ("any" | "all", [f]) => return self.quantify(&boxed, f, name == "any", span),
            _ if counts(&boxed) || name == "rposition" => {
                let what = format!("the iterator method `{name}`");
                return self.verbatim_rv(call.to_token_stream(), span, &what);
            }
            _ => {
                return Err(self.refuse(
                    "AD0213",
                    span,
                    format!("the iterator method `{name}` is not supported"),
                    "write the loop out, or use the adapters and the methods that `autodiff`'s documentation lists",
                ));
            }
        };
        Ok(Rv::Iter(Box::new(iter)))
    }

    /// The items of two iterators in pairs.
    pub(super) fn zipped(&mut self, a: Box<Iter>, b: Iter, span: Span) -> Lowered<Iter> {
        if !in_pairs(&a, &b) {
            return Err(self.uncounted("zip", span));
        }
        Ok(Iter::Zip(a, Box::new(b)))
    }

    pub(super) fn callee(&mut self, f: &Expr) -> Lowered<Callee> {
        let rv = self.expr(f)?;
        if let Some(path) = self.named_function(&rv) {
            return Ok(Callee::Path(path));
        }
        match rv {
            Rv::Closure(c) => Ok(Callee::Closure(c)),
            _ => Err(self.refuse(
                "AD0214",
                Extent::of(f),
                "this is not a closure that can be inlined",
                "write the closure here: `|x| ...`",
            )),
        }
    }

    pub(super) fn apply(&mut self, f: &Callee, args: Vec<Rv>, span: Span) -> Lowered<Rv> {
        match f {
            Callee::Closure(c) => self.inline(c, args, span),
            Callee::Path(path) => self.call_path(path, args, span),
        }
    }
}

/// Whether an expression makes a new iterator, of which nothing else knows.
fn is_fresh(e: &Expr) -> bool {
    match e {
        Expr::MethodCall(_) | Expr::Call(_) | Expr::Range(_) => true,
        Expr::Paren(e) => is_fresh(&e.expr),
        Expr::Group(e) => is_fresh(&e.expr),
        _ => false,
    }
}
