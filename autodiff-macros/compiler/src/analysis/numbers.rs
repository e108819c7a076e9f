//! What operators and elementary functions are given where only rustc knows the type, and second derivatives
//! are wanted.

use std::mem;

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Ident;

use super::Activity;
use crate::ir::{CallArg, Float, Graph, Node, Op, Place, Region, Storage, Type, Value, ValueData};
use crate::rules::{Fun, Pullback};

/// Makes calls of operators whose operands depend on an active parameter and may be of any type, which has the
/// derivatives then; and gives what elementary functions are given the type of a float, for rustc to check.
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
                if let Some(path) = self.called(*fun, args, node.results[0], node.span) {
                    let args = args.iter().map(|v| CallArg::Value(*v)).collect();
                    node.op = Op::Call(path.into(), args);
                    region.nodes.push(node);
                    continue;
                }
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

    /// The operator as a function, if the operands are values that may be of any type.
    fn called(&self, fun: Fun, args: &[Value], result: Value, span: Span) -> Option<TokenStream> {
        let data = |v: &Value| &self.values[v.index()];
        let held = |v: &Value| matches!(data(v).storage, Storage::Local | Storage::Object);
        // What gives a number when it is added to a number is one.
        let is_number = matches!(fun, Fun::Add | Fun::Sub)
            && data(&result).ty.is_float()
            && args.iter().any(|v| data(v).ty.is_float());
        let is_operator =
            matches!(fun, Fun::Add | Fun::Sub | Fun::Mul | Fun::Div | Fun::Rem | Fun::Neg);
        let name = Ident::new(fun.name(), span);
        let of = Ident::new(if args.len() == 1 { "Val" } else { "ValVal" }, span);
        (is_operator && !is_number && args.iter().all(held))
            .then(|| quote_spanned!(span=> ::autodiff::__private::operator::references::#of::#name))
    }

    fn is_unknown(&self, v: Value) -> bool {
        matches!(self.values[v.index()].ty, Type::Unknown | Type::Struct(_) | Type::Enum(_))
    }

    fn assume(&mut self, v: Value, ty: &Type) {
        if self.values[v.index()].ty == Type::Unknown {
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
