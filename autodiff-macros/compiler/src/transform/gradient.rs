//! The gradient as a function of its own, for what is derived of it: forward over reverse gives the product
//! of the Hessian and a vector (B. Pearlmutter, "Fast Exact Multiplication by the Hessian", 1994).
//!
//! Input → Output, for the reverse of `y = x * x`:
//!
//! ```text
//! y = mul x, x                        x_bar = object (zero x)
//! y_bar = seed y                      y_bar = 1.0
//! t = mul y_bar, x             →      t = mul y_bar, x
//! accumulate x_bar, (add t, t)        accumulate x_bar, (add t, t)
//!                                     return load x_bar
//! ```

use proc_macro2::Span;
use quote::quote;

use crate::ir::{
    CallArg, Callee, Graph, Node, Op, Place, Region, Shape, Storage, Take, Type, Value, ValueSet,
};
use crate::rules::Pullback;

/// The graph whose results are the adjoints of the active parameters; `None` if more than one number is
/// returned.
pub fn gradient(reverse: &Graph) -> Option<Graph> {
    let mut graph = reverse.clone();
    let at = graph.body.nodes.iter().position(|node| matches!(node.op, Op::Seed(_)))?;
    let [seed] = graph.body.nodes[at].results[..] else { return None };
    let span = graph.body.nodes[at].span;
    let one = one(graph.ty(seed), span)?;
    graph.body.nodes[at].op = Op::Const(one);
    let mut first = Vec::new();
    let mut results = Vec::new();
    for (param, slot) in graph.params.iter().zip(&graph.shadows) {
        if !param.active {
            continue;
        }
        let data = graph.values[param.value.index()].clone();
        let ty = match data.ty {
            Type::Slice(element) => Type::Vec(element),
            ty => ty,
        };
        let zero = Value::fresh(&mut graph.values, ty.clone(), data.span);
        first.push(Node { op: Op::Zero(param.value), results: vec![zero], span: data.span });
        first.push(Node { op: Op::Object(zero), results: vec![*slot], span: data.span });
        let own = &mut graph.values[slot.index()];
        (own.storage, own.ty) = (Storage::Object, ty.clone());
        let result = Value::fresh(&mut graph.values, ty, data.span);
        let op = Op::Load(Place::whole(*slot), Take::Clone);
        graph.body.nodes.push(Node { op, results: vec![result], span: data.span });
        results.push(result);
    }
    graph.body.nodes.splice(0..0, first);
    graph.result = match results.len() {
        1 => Shape::Leaf,
        n => Shape::Tuple(vec![Shape::Leaf; n]),
    };
    graph.body.results = results;
    graph.shadows.clear();
    Some(graph)
}

/// The seed of a gradient.
fn one(ty: &Type, span: Span) -> Option<proc_macro2::TokenStream> {
    use crate::ir::Float;
    match ty {
        Type::Float(Float::Param(name)) => {
            let name = syn::Ident::new(name, span);
            Some(quote!(<#name as ::autodiff::Float>::from_f64(1.0)))
        }
        Type::Float(_) => Some(quote!(1.0)),
        _ => None,
    }
}

/// The values that depend on an active parameter in any way, or on a seed or a shadow, and the first node of
/// which the derivative of that is not known.
pub fn varying(graph: &Graph) -> (ValueSet, Option<Span>) {
    let mut set: ValueSet = graph.params.iter().filter(|p| p.active).map(|p| p.value).collect();
    set.extend(graph.shadows.iter().copied());
    loop {
        let before = set.len();
        vary(graph, &graph.body, &mut set);
        if set.len() == before {
            break;
        }
    }
    // Of what is held constant, as a new array of the shape of another, there is none.
    let mut stopped = ValueSet::default();
    graph.body.each_node(&mut |node| {
        if let Op::Stop(v) = &node.op {
            stopped.insert(*v);
        }
    });
    let unknown = unknown(graph, &graph.body, &set, &stopped);
    (set, unknown)
}

fn vary(graph: &Graph, region: &Region, set: &mut ValueSet) {
    let carries = |v: Value| !graph.ty(v).is_constant() || *graph.ty(v) == Type::Stack;
    for node in &region.nodes {
        let mut any = false;
        node.op.each_input(&mut |v| any |= set.contains(v));
        // Of a shape nothing depends on the numbers in it.
        let of_shape = matches!(
            node.op,
            Op::Zero(_) | Op::ShapeOf(_) | Op::ZeroOf(_) | Op::Len(_) | Op::Stop(_)
        );
        any |= matches!(node.op, Op::Seed(_) | Op::Pull { .. } | Op::CallInto { .. });
        for inner in node.op.regions() {
            vary(graph, inner, set);
            any |= inner.results.iter().any(|v| set.contains(*v));
            any |= inner.params.iter().any(|v| set.contains(*v));
        }
        if !any || of_shape {
            continue;
        }
        let written = |set: &mut ValueSet| {
            node.op.each_written(&mut |place| {
                set.insert(place.root);
            })
        };
        written(set);
        if let Op::StackPush(stack, _) = &node.op {
            set.insert(*stack);
        }
        let is_loop = matches!(node.op, Op::For { .. } | Op::While { .. });
        let inner = node.op.regions().flat_map(|inner| &inner.params).filter(|_| is_loop);
        set.extend(node.results.iter().chain(inner).copied().filter(|v| carries(*v)));
    }
}

/// The first operation on such values of which there is no derivative here.
fn unknown(graph: &Graph, region: &Region, set: &ValueSet, stopped: &ValueSet) -> Option<Span> {
    region.nodes.iter().find_map(|node| {
        let mut any = false;
        node.op.each_input(&mut |v| any |= set.contains(v));
        let gives =
            node.results.iter().any(|v| !graph.ty(*v).is_constant() && !stopped.contains(*v));
        let bad = match &node.op {
            Op::Call(callee, _) | Op::CallVjp(callee, _) | Op::CallInto { path: callee, .. } => {
                matches!(callee, Callee::Gradient(_))
            }
            Op::Verbatim { captures, .. } => {
                gives
                    && captures.iter().any(|(_, capture)| match capture {
                        CallArg::Value(v) => set.contains(*v),
                        CallArg::Ref(place, _) => set.contains(place.root),
                    })
            }
            Op::Scalar(fun, args) => {
                matches!(fun.pullback(), Pullback::Args(_))
                    && args.iter().any(|v| *graph.ty(*v) == Type::Unknown)
            }
            _ => false,
        };
        if bad && any {
            return Some(node.span);
        }
        node.op.regions().find_map(|inner| unknown(graph, inner, set, stopped))
    })
}
