//! How operations, rules and types are called in the graph.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::Expr;

use crate::ir::{Callee, Op, Region, Value, ValueMap};

/// The name of a backward rule: `tanh` → `TanhBackward`.
pub fn rule(op: &str) -> String {
    let mut name = String::new();
    let mut starts = true;
    for c in op.chars() {
        match (c.is_alphanumeric(), starts) {
            (true, true) => name.extend(c.to_uppercase()),
            (true, false) => name.push(c),
            (false, _) => {}
        }
        starts = !c.is_alphanumeric();
    }
    name.push_str("Backward");
    name
}

/// The name of what is called.
fn called(callee: &Callee) -> String {
    callee.path().map_or_else(|| callee.to_string(), tidy)
}

/// The name of an operation.
pub fn operation(op: &Op) -> String {
    match op {
        Op::Scalar(fun, _) => fun.name().to_owned(),
        Op::Verbatim { tokens, .. } => code(tokens),
        Op::Call(callee, _) | Op::CallVjp(callee, _) | Op::CallJvp(callee, _, _) => called(callee),
        Op::CallInto { path, .. } => pullback(Some(&called(path))),
        op => match op {
            Op::Cast(..) => "cast",
            Op::Stop(_) => "stop_gradient",
            Op::Tuple(_) => "tuple",
            Op::Struct(..) => "struct",
            Op::Array(_) | Op::Repeat(..) => "array",
            Op::VecOf(_) | Op::VecRepeat(..) | Op::VecNew(_) => "vec",
            Op::Zero(_) | Op::ZeroOf(_) => "zero",
            Op::Load(..) => "load",
            Op::Len(_) => "len",
            Op::Store(..) => "store",
            Op::Push(..) => "push",
            Op::PopBack(_) => "pop",
            Op::Swap(..) => "swap",
            Op::SetZero(_) => "set_zero",
            Op::Accumulate(..) | Op::AccumulatePlace(..) => "accumulate",
            Op::StackPop(_) | Op::Unkeep(_) => "kept",
            Op::If(..) => "select",
            Op::For { .. } | Op::While { .. } => "loop",
            Op::Pull { .. } => "pullback",
            _ => "value",
        }
        .to_owned(),
    }
}

/// The name of a pullback's call, if it is known whose.
pub fn pullback(callee: Option<&str>) -> String {
    callee.map_or_else(|| "pullback".to_owned(), |callee| format!("pullback of {callee}"))
}

/// What code that is kept as it stands is about, in a word.
fn code(tokens: &TokenStream) -> String {
    fn name(e: &Expr) -> Option<String> {
        Some(match e {
            Expr::MethodCall(m) => m.method.to_string(),
            Expr::Call(c) => match &*c.func {
                Expr::Path(p) => p.path.segments.last()?.ident.to_string(),
                _ => return None,
            },
            Expr::Macro(m) => format!("{}!", m.mac.path.segments.last()?.ident),
            Expr::Cast(_) => "cast".to_owned(),
            Expr::Binary(b) => b.op.to_token_stream().to_string(),
            Expr::Paren(p) => return name(&p.expr),
            _ => return None,
        })
    }
    syn::parse2(tokens.clone()).ok().as_ref().and_then(name).unwrap_or_else(|| "code".to_owned())
}

/// Tokens as a person writes them, as far as paths and types go.
pub fn tidy(tokens: &impl ToTokens) -> String {
    let mut text = tokens.to_token_stream().to_string();
    if !text.contains(' ') {
        return text;
    }
    for (spaced, close) in [
        (" :: ", "::"),
        (":: ", "::"),
        ("& ", "&"),
        (" < ", "<"),
        (" >", ">"),
        (" ,", ","),
        (" ;", ";"),
        ("[ ", "["),
        (" ]", "]"),
    ] {
        text = text.replace(spaced, close);
    }
    text
}

/// Where values of the backward graph come from that were kept by the forward graph, and whose
/// pullbacks are called.
#[derive(Debug, Default)]
pub struct Origins {
    kept: ValueMap<Value>,
    pushed: ValueMap<Vec<Value>>,
    pub callees: ValueMap<String>,
}

impl Origins {
    pub fn of(region: &Region) -> Self {
        let mut origins = Self::default();
        origins.region(region);
        origins
    }

    fn region(&mut self, region: &Region) {
        for node in &region.nodes {
            node.op.regions().for_each(|inner| self.region(inner));
            match (&node.op, node.results.as_slice()) {
                (Op::StackPush(stack, record), _) => {
                    self.pushed.insert(*stack, record.clone());
                }
                (Op::StackPop(stack), popped) => {
                    let pushed = self.pushed.get(*stack).into_iter().flatten();
                    for (value, origin) in popped.iter().zip(pushed) {
                        self.kept.insert(*value, *origin);
                    }
                }
                (Op::Keep(v) | Op::Unkeep(v), [r]) => {
                    self.kept.insert(*r, *v);
                }
                (Op::If(_, a, b), results) => {
                    for (i, r) in results.iter().enumerate() {
                        let arms = [a, b].map(|arm| arm.results.get(i));
                        let kept = arms.into_iter().flatten().find(|v| self.kept.contains(**v));
                        if let Some(origin) = kept {
                            self.kept.insert(*r, *origin);
                        }
                    }
                }
                (Op::CallVjp(callee, _), [.., pull]) => {
                    self.callees.insert(*pull, called(callee));
                }
                _ => {}
            }
        }
    }

    /// A value, and all that it was kept from.
    pub fn chain(&self, value: Value) -> impl Iterator<Item = Value> {
        std::iter::successors(Some(value), |v| self.kept.get(*v).copied())
    }
}
