//! Takes what operators are given for numbers, where only rustc knows the type.

use std::mem;

use proc_macro2::Span;
use quote::quote;
use syn::Ident;

use super::Activity;
use crate::ir::{CallArg, Float, Graph, Node, Op, Place, Region, Type, Value, ValueData};
use crate::rules::Pullback;

/// Gives operands and results that depend on an active parameter the type of a float, and has rustc check that
/// they are of one: of an operator of a type of the user's there is no second derivative.
pub fn assume_numbers(graph: &mut Graph, activity: &Activity) {
    let number = number(graph);
    let mut assume = Assume { activity, number, values: mem::take(&mut graph.values) };
    assume.region(&mut graph.body);
    graph.values = assume.values;
}

struct Assume<'a> {
    activity: &'a Activity,
    /// The type where nothing tells more.
    number: Type,
    values: Vec<ValueData>,
}

impl Assume<'_> {
    fn region(&mut self, region: &mut Region) {
        for mut node in region.take_nodes() {
            node.op.regions_mut().for_each(|inner| self.region(inner));
            if let Op::Scalar(fun, args) = &node.op
                && matches!(fun.pullback(), Pullback::Args(_))
                && args.iter().any(|v| self.activity.is_active(*v))
                && args.iter().any(|v| self.is_unknown(*v))
            {
                let known =
                    args.iter().map(|v| &self.values[v.index()].ty).find(|ty| ty.is_float());
                let ty = known.unwrap_or(&self.number).clone();
                for operand in args.iter().filter(|v| self.is_unknown(**v)) {
                    region.nodes.push(check(*operand, node.span));
                }
                args.iter().chain(&node.results).for_each(|v| self.assume(*v, &ty));
            }
            region.nodes.push(node);
        }
    }

    fn is_unknown(&self, v: Value) -> bool {
        self.values[v.index()].ty == Type::Unknown
    }

    fn assume(&mut self, v: Value, ty: &Type) {
        if self.is_unknown(v) {
            self.values[v.index()].ty = ty.clone();
        }
    }
}

/// A type parameter, if the function is generic over one type of float.
fn number(graph: &Graph) -> Type {
    let param = |data: &ValueData| match &data.ty {
        Type::Float(Float::Param(name)) => Some(name.clone()),
        _ => None,
    };
    let mut params: Vec<_> = graph.values.iter().filter_map(param).collect();
    params.sort_unstable();
    params.dedup();
    match &params[..] {
        [one] => Type::Float(Float::Param(one.clone())),
        _ => Type::Float(Float::Infer),
    }
}

/// Code that is in error where a value is no number.
fn check(v: Value, span: Span) -> Node {
    let name = Ident::new("ad_number", span);
    let captures = vec![(name.clone(), CallArg::Ref(Place::whole(v), false))];
    let op = Op::Effect { tokens: quote!(::autodiff::__private::number(#name)), captures };
    Node { op, results: Vec::new(), span }
}
