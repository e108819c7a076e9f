//! Graphs built by hand: how they print and what the verifier accepts.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Ident, parse_quote};

use super::verify::verify;
use super::{
    Builder, CallArg, Graph, Op, Param, Place, Proj, PullArg, Region, Shape, Storage, Take, Type,
    Value,
};
use crate::rules::Fun;

/// A graph under construction.
pub(super) struct Sketch {
    pub(super) b: Builder,
    params: Vec<Param>,
    shadows: Vec<Value>,
}

pub(super) fn here() -> Span {
    Span::call_site()
}

pub(super) fn slice() -> Type {
    Type::Slice(Box::new(Type::F64))
}

pub(super) fn at(root: Value, index: Value) -> Place {
    Place::whole(root).with(Proj::Index(index))
}

impl Sketch {
    pub(super) fn new() -> Self {
        let mut b = Builder::default();
        b.open();
        Self { b, params: Vec::new(), shadows: Vec::new() }
    }

    pub(super) fn named(&mut self, name: &str, ty: Type, storage: Storage) -> Value {
        self.b.named(ty, Some(Ident::new(name, here())), storage, here())
    }

    pub(super) fn param(&mut self, name: &str, written: syn::Type, ty: Type) -> Value {
        let storage = match &written {
            syn::Type::Reference(r) if r.mutability.is_some() => Storage::RefMut,
            syn::Type::Reference(_) => Storage::Ref,
            _ => Storage::Local,
        };
        let value = self.named(name, ty, storage);
        let name = Ident::new(name, here());
        self.params.push(Param { value, name, written, active: true });
        value
    }

    pub(super) fn float(&mut self, name: &str) -> Value {
        self.param(name, parse_quote!(f64), Type::F64)
    }

    pub(super) fn shadow(&mut self, ty: Type, storage: Storage) -> Value {
        let value = self.b.named(ty, None, storage, here());
        self.shadows.push(value);
        value
    }

    pub(super) fn op(&mut self, op: Op, ty: Type) -> Value {
        self.b.op(op, ty, here())
    }

    pub(super) fn run(&mut self, op: Op) {
        self.b.effect(op, here());
    }

    pub(super) fn scalar<const N: usize>(&mut self, fun: Fun, args: [Value; N]) -> Value {
        let ty = if fun.returns_bool() { Type::Bool } else { self.b.ty(args[N - 1]).clone() };
        self.b.scalar(fun, args.to_vec(), ty, here())
    }

    pub(super) fn number(&mut self, tokens: TokenStream) -> Value {
        self.b.constant(tokens, Type::F64, here())
    }

    pub(super) fn int(&mut self, n: usize) -> Value {
        self.b.int(n, here())
    }

    pub(super) fn load(&mut self, place: Place) -> Value {
        self.b.load(place, Take::Value, Type::F64, here())
    }

    pub(super) fn local(&mut self, ty: Type) -> Value {
        self.b.value(ty, here())
    }

    pub(super) fn node(&mut self, op: Op, results: Vec<Value>) {
        self.b.node(op, results, here());
    }

    /// A region made by `build` from its parameters.
    pub(super) fn region(
        &mut self,
        params: Vec<Value>,
        build: impl FnOnce(&mut Self, &[Value]) -> Vec<Value>,
    ) -> Region {
        self.b.open();
        let results = build(self, &params);
        self.b.close(params, results)
    }

    /// `for` over `0..hi` that carries one float.
    pub(super) fn sum_loop(
        &mut self,
        hi: Value,
        start: Value,
        build: impl FnOnce(&mut Self, &[Value]) -> Vec<Value>,
    ) -> Value {
        let lo = self.int(0);
        let params = vec![self.local(Type::usize()), self.local(Type::F64)];
        let body = self.region(params, build);
        let result = self.local(Type::F64);
        let op = Op::For { lo, hi, inclusive: false, rev: false, init: vec![start], body };
        self.node(op, vec![result]);
        result
    }

    pub(super) fn unchecked(mut self, results: Vec<Value>) -> Graph {
        let result = match results.len() {
            1 => Shape::Leaf,
            n => Shape::Tuple((0..n).map(|_| Shape::Leaf).collect()),
        };
        let body = self.b.close(Vec::new(), results);
        Graph { values: self.b.values, params: self.params, body, result, shadows: self.shadows }
    }

    pub(super) fn finish(self, results: Vec<Value>) -> Graph {
        let graph = self.unchecked(results);
        verify(&graph).unwrap_or_else(|e| panic!("{e}\n{graph}"));
        graph
    }
}

/// `if x * x < x { -(x * x) } else { x * x }`.
pub(super) fn branch() -> Graph {
    let mut g = Sketch::new();
    let x = g.float("x");
    let y = g.scalar(Fun::Mul, [x, x]);
    g.b.values[y.index()].name = Some(Ident::new("y", here()));
    let cond = g.scalar(Fun::Lt, [y, x]);
    let then = g.region(Vec::new(), |g, _| vec![g.scalar(Fun::Neg, [y])]);
    let other = g.region(Vec::new(), |_, _| vec![y]);
    let result = g.local(Type::F64);
    g.node(Op::If(cond, then, other), vec![result]);
    g.finish(vec![result])
}

/// `for i in 0..x.len() { s += x[i] * x[i] }`.
pub(super) fn square_sum() -> Graph {
    let mut g = Sketch::new();
    let x = g.param("x", parse_quote!(&[f64]), slice());
    let n = g.op(Op::Len(Place::whole(x)), Type::usize());
    let zero = g.number(quote!(0.0));
    let s = g.sum_loop(n, zero, |g, params| {
        let v = g.load(at(x, params[0]));
        let vv = g.scalar(Fun::Mul, [v, v]);
        vec![g.scalar(Fun::Add, [params[1], vv])]
    });
    g.finish(vec![s])
}

// The textual form.

#[test]
fn a_branch_prints() {
    assert_eq!(
        branch().to_string(),
        "\
param %0: f64  ; x, active
%1: f64 = mul %0, %0  ; y
%2: bool = lt %1, %0
%4: f64 = if %2
  then:
    %3: f64 = neg %1
    yield %3
  else:
    yield %1
return %4
"
    );
}

#[test]
fn a_loop_prints() {
    assert_eq!(
        square_sum().to_string(),
        "\
param %0: &[f64]  ; x, active
%1: usize = len %0
%2: f64 = const 0.0
%3: {integer} = const 0
%9: f64 = for %3..%1 carrying %2
  body(%4: usize, %5: f64):
    %6: f64 = load %0[%4]
    %7: f64 = mul %6, %6
    %8: f64 = add %5, %7
    yield %8
return %9
"
    );
}

#[test]
fn places_and_calls_print() {
    let [u, i, x] = [0, 1, 2].map(Value::new);
    let part = Place::whole(u).with(Proj::Slice(Some(i), None, false));
    let field = Place::whole(x).with(Proj::Field(parse_quote!(w)));
    let pull = Op::Pull {
        call: Vec::new(),
        dots: Vec::new(),
        method: false,
        pull: i,
        seed: x,
        args: vec![PullArg::None, PullArg::Local(x), PullArg::Shadow(part.clone(), true)],
    };
    assert_eq!(pull.to_string(), "pull %1, %2, (none, local like %2, shadow in place %0[%1..])");
    let args = vec![CallArg::Value(x), CallArg::Ref(part, true)];
    let call = Op::CallJvp(quote!(f).into(), args, vec![None, Some(CallArg::Ref(field, false))]);
    assert_eq!(call.to_string(), "call_jvp f(%2, &mut %0[%1..]), (none, &%2.w)");
}

// The verifier.

/// Checks that a graph built by `build` is refused for the reason given.
fn refused(why: &str, build: impl FnOnce(&mut Sketch, Value) -> Vec<Value>) {
    let mut g = Sketch::new();
    let x = g.float("x");
    let results = build(&mut g, x);
    let graph = g.unchecked(results);
    let error = verify(&graph).expect_err(&graph.to_string());
    assert!(error.contains(why), "{error}\n{graph}");
}

#[test]
fn values_are_defined_once_before_use_and_in_scope() {
    refused("%0 is defined twice", |g, x| {
        g.node(Op::Stop(x), vec![x]);
        vec![x]
    });
    refused("%1 is read before it is defined", |g, x| {
        let late = g.local(Type::F64);
        let y = g.scalar(Fun::Mul, [x, late]);
        g.node(Op::Stop(x), vec![late]);
        vec![y]
    });
    refused("%2 is read outside of its region", |g, x| {
        let cond = g.scalar(Fun::Gt, [x, x]);
        let mut inner = x;
        let then = g.region(Vec::new(), |g, _| {
            inner = g.scalar(Fun::Neg, [x]);
            Vec::new()
        });
        g.node(Op::If(cond, then, Region::default()), Vec::new());
        vec![inner]
    });
    refused("%9 is not in the table", |_, _| vec![Value::new(9)]);
}

#[test]
fn regions_agree_with_their_node() {
    refused("0 results of a branch where 1 belong", |g, x| {
        let cond = g.scalar(Fun::Gt, [x, x]);
        let then = g.region(Vec::new(), |_, _| vec![x]);
        let y = g.local(Type::F64);
        g.node(Op::If(cond, then, Region::default()), vec![y]);
        vec![y]
    });
    refused("%0 is f64, not a `bool`", |g, x| {
        g.node(Op::If(x, Region::default(), Region::default()), Vec::new());
        vec![x]
    });
    refused("1 parameters of the body where 2 belong", |g, x| {
        let (n, i, y) = (g.int(3), g.local(Type::usize()), g.local(Type::F64));
        let body = g.region(vec![i], |_, _| vec![x]);
        let op = Op::For { lo: n, hi: n, inclusive: false, rev: false, init: vec![x], body };
        g.node(op, vec![y]);
        vec![y]
    });
    refused("0 results of the condition where 1 belong", |g, x| {
        let (cond, body) = (Region::default(), Region::default());
        g.node(Op::While { init: Vec::new(), cond, body }, Vec::new());
        vec![x]
    });
}

#[test]
fn operations_have_their_operands() {
    refused("1 operands where 2 belong", |g, x| vec![g.scalar(Fun::Mul, [x])]);
    refused("its root is no memory", |g, x| {
        g.run(Op::Store(Place::whole(x), x));
        vec![x]
    });
    refused("%0 is f64, not an integer", |g, x| vec![g.load(at(x, x))]);
    refused("is not stored as an object", |g, x| vec![g.op(Op::Object(x), Type::F64)]);
    refused("1 results where 2 belong", |g, x| {
        vec![g.op(Op::CallVjp(quote!(f).into(), vec![CallArg::Value(x)]), Type::Unknown)]
    });
    refused("is a reference that comes from no parameter", |g, x| {
        let slot = g.named("slot", Type::F64, Storage::Slot);
        g.node(Op::Stop(x), vec![slot]);
        vec![x]
    });
    refused("%0 is f64, not a stack", |g, x| vec![g.op(Op::StackPop(x), Type::F64)]);
}

#[test]
fn the_seed_stands_once_at_the_top() {
    refused("a second seed", |g, x| {
        g.op(Op::Seed(vec![x]), Type::F64);
        vec![g.op(Op::Seed(vec![x]), Type::F64)]
    });
    refused("a seed inside of a region", |g, x| {
        let cond = g.scalar(Fun::Gt, [x, x]);
        let then = g.region(Vec::new(), |g, _| {
            g.op(Op::Seed(vec![x]), Type::F64);
            Vec::new()
        });
        g.node(Op::If(cond, then, Region::default()), Vec::new());
        vec![x]
    });
    refused("2 shadows for 1 parameters", |g, x| {
        g.shadow(Type::F64, Storage::Slot);
        g.shadow(Type::F64, Storage::Slot);
        vec![x]
    });
    let mut graph = branch();
    graph.result = Shape::Tuple(Vec::new());
    assert!(verify(&graph).expect_err("no result").contains("1 returned values for a result of 0"));
}
