//! Small graphs and what is printed of them.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::Ident;
use syn::visit_mut::VisitMut;

use super::{Plain, Printer};
use crate::Library;
use crate::ir::{
    Builder, CallArg, Float, Graph, Op, Param, Place, Proj, PullArg, Shape, Storage, Take, Type,
    Value,
};
use crate::rules::Fun;
use crate::spelled::Spelled;

/// Builds a graph parameter by parameter.
#[derive(Default)]
struct Sketch {
    b: Builder,
    params: Vec<Param>,
    shadows: Vec<Value>,
}

impl Sketch {
    fn new() -> Self {
        let mut sketch = Self::default();
        sketch.b.open();
        sketch
    }

    fn param(&mut self, name: &str, ty: Type, storage: Storage) -> Value {
        let value = self.named(name, ty, storage);
        self.params.push(Param {
            value,
            name: word(name),
            written: syn::parse_quote!(f64),
            active: true,
        });
        value
    }

    fn named(&mut self, name: &str, ty: Type, storage: Storage) -> Value {
        self.b.named(ty, Some(word(name)), storage, span())
    }

    fn f64(&mut self, name: &str) -> Value {
        self.param(name, Type::F64, Storage::Local)
    }

    fn slice(&mut self, name: &str) -> Value {
        self.param(name, slice(), Storage::Ref)
    }

    /// The shadow of the parameter added last.
    fn slot(&mut self, name: &str, ty: Type) -> Value {
        let slot = self.named(name, ty, Storage::Slot);
        self.shadows.push(slot);
        slot
    }

    fn literal(&mut self, text: &str) -> Value {
        let ty = if text.contains('.') { Type::Float(Float::Infer) } else { Type::Int(None) };
        self.b.constant(text.parse().unwrap(), ty, span())
    }

    fn fun(&mut self, fun: Fun, args: &[Value]) -> Value {
        let ty = if fun.returns_bool() { Type::Bool } else { Type::F64 };
        self.b.scalar(fun, args.to_vec(), ty, span())
    }

    /// The same with a name of the user's.
    fn let_fun(&mut self, name: &str, fun: Fun, args: &[Value]) -> Value {
        let value = self.named(name, Type::F64, Storage::Local);
        self.b.node(Op::Scalar(fun, args.to_vec()), vec![value], span());
        value
    }

    fn load(&mut self, root: Value, index: Value) -> Value {
        self.b.load(at(root, index), Take::Value, Type::F64, span())
    }

    fn graph(mut self, results: &[Value]) -> Graph {
        let body = self.b.close(Vec::new(), results.to_vec());
        Graph {
            values: self.b.values,
            params: self.params,
            body,
            result: Shape::Leaf,
            shadows: self.shadows,
        }
    }

    #[track_caller]
    fn check(self, results: &[Value], expected: &str) {
        let graph = self.graph(results);
        let reserved = graph.params.iter().map(|p| p.name.to_string()).collect();
        let printed = Printer::new(&graph, &reserved, &Spelled::default(), Library::ALL).print();
        let mut all = printed.forward;
        let (results, seeds) = (printed.results, printed.seeds);
        if !results.is_empty() {
            all.extend(quote!(return (#(#results),*);));
        }
        if !seeds.is_empty() {
            let (backward, results) = (printed.backward, printed.backward_results);
            all.extend(quote!(|#(#seeds),*| { #backward return (#(#results),*); };));
        }
        let printed = pretty(&all);
        assert_eq!(printed, pretty(&expected.parse().unwrap()), "\n{printed}");
    }
}

fn pretty(statements: &TokenStream) -> String {
    let file = syn::parse2(quote!(fn f() { #statements }));
    let mut file = file.unwrap_or_else(|e| panic!("{e}: {statements}"));
    Plain.visit_file_mut(&mut file);
    prettyplease::unparse(&file)
}

fn word(name: &str) -> Ident {
    format_ident!("{name}")
}

fn span() -> Span {
    Span::call_site()
}

fn slice() -> Type {
    Type::Slice(Box::new(Type::F64))
}

fn at(root: Value, index: Value) -> Place {
    Place::whole(root).with(Proj::Index(index))
}

#[test]
fn folds_single_uses_and_names_the_rest() {
    let mut s = Sketch::new();
    let (x, y) = (s.f64("x"), s.f64("y"));
    let sum = s.fun(Fun::Add, &[x, y]);
    let square = s.fun(Fun::Mul, &[sum, sum]);
    let named = s.let_fun("z", Fun::Sub, &[square, x]);
    let _unused = s.fun(Fun::Sin, &[x]);
    let out = s.fun(Fun::Div, &[named, y]);
    s.check(&[out], "let t = x + y; let z = t * t - x; return (z / y);");
}

#[test]
fn keeps_the_order_of_evaluation() {
    let mut s = Sketch::new();
    let (x, y) = (s.f64("x"), s.f64("y"));
    let a = s.fun(Fun::Sub, &[x, y]);
    let left = s.fun(Fun::Sub, &[a, x]);
    let b = s.fun(Fun::Sub, &[x, y]);
    let right = s.fun(Fun::Sub, &[x, b]);
    let neg = s.fun(Fun::Neg, &[x]);
    let two = s.literal("2");
    let square = s.fun(Fun::Powi, &[neg, two]);
    let power = s.fun(Fun::Powi, &[x, two]);
    let minus = s.fun(Fun::Neg, &[power]);
    let inner = s.fun(Fun::Neg, &[x]);
    let twice = s.fun(Fun::Neg, &[inner]);
    s.check(
        &[left, right, square, minus, twice],
        "return (x - y - x, x - (x - y), (-x).powi(2), -x.powi(2), -(-x));",
    );
}

#[test]
fn literals_have_a_type_where_rust_needs_one() {
    let mut s = Sketch::new();
    let x = s.f64("x");
    let two = s.b.constant(quote!(2.0), Type::F64, span());
    let minus = s.b.constant(quote!(-1.), Type::F64, span());
    let sine = s.fun(Fun::Sin, &[two]);
    let abs = s.fun(Fun::Abs, &[minus]);
    let product = s.fun(Fun::Mul, &[two, minus]);
    let root = s.fun(Fun::Sqrt, &[product]);
    let plain = s.fun(Fun::Mul, &[two, x]);
    s.check(
        &[sine, abs, root, plain],
        "return (2.0_f64.sin(), (-1.0_f64).abs(), ((2.0 * -1.) as f64).sqrt(), 2.0 * x);",
    );
}

#[test]
fn casts_and_comparisons_take_parentheses() {
    let mut s = Sketch::new();
    let n = s.param("n", Type::usize(), Storage::Local);
    let x = s.f64("x");
    let cast = |s: &mut Sketch| s.b.op(Op::Cast(n, quote!(f64)), Type::F64, span());
    let a = cast(&mut s);
    let less = s.fun(Fun::Lt, &[a, x]);
    let b = cast(&mut s);
    let sum = s.fun(Fun::Add, &[x, b]);
    let tail = s.fun(Fun::Lt, &[sum, x]);
    let c = s.fun(Fun::Gt, &[x, x]);
    let same = s.fun(Fun::Eq, &[less, c]);
    let choice = s.fun(Fun::Select, &[tail, x, n]);
    let scaled = s.fun(Fun::Mul, &[choice, x]);
    s.check(
        &[same, scaled],
        "return (((n as f64) < x) == (x > x), (if (x + n as f64) < x { x } else { n }) * x);",
    );
}

#[test]
fn loads_do_not_move_across_stores() {
    let mut s = Sketch::new();
    let u = s.param("u", slice(), Storage::RefMut);
    let (i, j) = (s.literal("0"), s.literal("1"));
    let old = s.load(u, i);
    let other = s.load(u, j);
    let two = s.literal("2.0");
    let twice = s.fun(Fun::Mul, &[other, two]);
    s.b.effect(Op::Store(at(u, i), twice), span());
    let again = s.load(u, i);
    let sum = s.fun(Fun::Add, &[again, old]);
    s.b.effect(Op::Store(at(u, i), sum), span());
    s.check(&[], "let t = u[0]; u[0] = u[1] * 2.0; u[0] += t;");
}

#[test]
fn a_loop_keeps_one_variable_per_carried_value() {
    let mut s = Sketch::new();
    let x = s.slice("x");
    let (zero, start) = (s.literal("0"), s.b.constant(quote!(0.0), Type::F64, span()));
    let n = s.b.op(Op::Len(Place::whole(x)), Type::usize(), span());
    s.b.open();
    let i = s.named("i", Type::usize(), Storage::Local);
    let outer = s.named("s", Type::F64, Storage::Local);
    let m = s.literal("3");
    s.b.open();
    let j = s.named("j", Type::usize(), Storage::Local);
    let inner = s.named("s", Type::F64, Storage::Local);
    let (a, b) = (s.load(x, i), s.load(x, j));
    let product = s.fun(Fun::Mul, &[a, b]);
    let next = s.let_fun("s", Fun::Add, &[inner, product]);
    let body = s.b.close(vec![j, inner], vec![next]);
    let after = s.named("s", Type::F64, Storage::Local);
    let looped = |lo, hi, rev, init, body| Op::For { lo, hi, inclusive: rev, rev, init, body };
    s.b.node(looped(zero, m, true, vec![outer], body), vec![after], span());
    let body = s.b.close(vec![i, outer], vec![after]);
    let total = s.named("s", Type::F64, Storage::Local);
    s.b.node(looped(zero, n, false, vec![start], body), vec![total], span());
    s.check(
        &[total],
        "let mut s: f64 = 0.0;
         for i in 0..x.len() { for j in (0..=3).rev() { s += x[i] * x[j]; } }
         return (s);",
    );
}

#[test]
fn carried_values_change_together() {
    let mut s = Sketch::new();
    let (x, y) = (s.f64("x"), s.f64("y"));
    let (lo, hi) = (s.literal("0"), s.literal("9"));
    s.b.open();
    let index = s.b.value(Type::usize(), span());
    let a = s.named("a", Type::F64, Storage::Local);
    let b = s.named("b", Type::F64, Storage::Local);
    let sum = s.fun(Fun::Add, &[a, b]);
    let body = s.b.close(vec![index, a, b], vec![b, sum]);
    let results = [s.b.value(Type::F64, span()), s.b.value(Type::F64, span())];
    let op = Op::For { lo, hi, inclusive: false, rev: false, init: vec![x, y], body };
    s.b.node(op, results.to_vec(), span());
    s.check(
        &results,
        "let mut a = x; let mut b = y;
         for _ in 0..9 { (a, b) = (b, a + b); }
         return (a, b);",
    );
}

#[test]
fn a_condition_with_statements_makes_a_loop_with_break() {
    for with_statement in [false, true] {
        let mut s = Sketch::new();
        let x = s.f64("x");
        s.b.open();
        let v = s.named("v", Type::F64, Storage::Local);
        let bound = if with_statement { s.let_fun("bound", Fun::Sin, &[v]) } else { x };
        let less = s.fun(Fun::Lt, &[v, bound]);
        let cond = s.b.close(vec![v], vec![less]);
        s.b.open();
        let w = s.named("v", Type::F64, Storage::Local);
        let next = s.fun(Fun::Mul, &[x, w]);
        let body = s.b.close(vec![w], vec![next]);
        let out = s.named("v", Type::F64, Storage::Local);
        s.b.node(Op::While { init: vec![x], cond, body }, vec![out], span());
        let expected = if with_statement {
            "let mut v = x;
             loop { let bound = v.sin(); if !(v < bound) { break; } v = x * v; }
             return (v);"
        } else {
            "let mut v = x; while v < x { v = x * v; } return (v);"
        };
        s.check(&[out], expected);
    }
}

#[test]
fn branches_are_expressions() {
    let mut s = Sketch::new();
    let x = s.f64("x");
    let zero = s.literal("0.0");
    let positive = s.fun(Fun::Gt, &[x, zero]);
    s.b.open();
    let root = s.fun(Fun::Sqrt, &[x]);
    let then = s.b.close(Vec::new(), vec![root]);
    s.b.open();
    let y = s.let_fun("y", Fun::Neg, &[x]);
    let square = s.fun(Fun::Mul, &[y, y]);
    let otherwise = s.b.close(Vec::new(), vec![square]);
    let out = s.b.op(Op::If(positive, then, otherwise), Type::F64, span());
    let twice = s.fun(Fun::Add, &[out, x]);
    s.check(
        &[twice],
        "let t = if x > 0.0 { x.sqrt() } else { let y = -x; y * y }; return (t + x);",
    );
}

#[test]
fn boolean_branches_are_operators() {
    let mut s = Sketch::new();
    let (x, y) = (s.f64("x"), s.f64("y"));
    let less = s.fun(Fun::Lt, &[x, y]);
    s.b.open();
    let zero = s.literal("0.0");
    let positive = s.fun(Fun::Gt, &[x, zero]);
    let then = s.b.close(Vec::new(), vec![positive]);
    s.b.open();
    let no = s.b.constant(quote!(false), Type::Bool, span());
    let otherwise = s.b.close(Vec::new(), vec![no]);
    let both = s.b.op(Op::If(less, then, otherwise), Type::Bool, span());
    s.check(&[both], "return (x < y && x > 0.0);");
}

#[test]
fn shadows_may_be_absent() {
    let mut s = Sketch::new();
    let x = s.slice("x");
    let x_bar = s.slot("x_bar", slice());
    let w = s.f64("w");
    let w_bar = s.slot("w_bar", Type::F64);
    let (i, j) = (s.literal("0"), s.literal("2"));
    let value = s.load(x, i);
    let y = s.let_fun("y", Fun::Mul, &[value, w]);
    let y_bar = s.named("y_bar", Type::F64, Storage::Local);
    s.b.node(Op::Seed(vec![y]), vec![y_bar], span());
    let again = s.load(x, i);
    let x_part = s.fun(Fun::Mul, &[y_bar, w]);
    s.b.effect(Op::Accumulate(at(x_bar, i), x_part), span());
    let w_part = s.fun(Fun::Mul, &[y_bar, again]);
    s.b.effect(Op::Accumulate(Place::whole(w_bar), w_part), span());
    let pull = s.named("pull", Type::Pullback, Storage::Local);
    s.b.node(
        Op::Verbatim { tokens: quote!(p()), refusal: 0, captures: vec![] },
        vec![pull],
        span(),
    );
    let part = Place::whole(x_bar).with(Proj::Slice(Some(i), Some(j), false));
    let zero = s.literal("0.0");
    let args = vec![
        PullArg::Local(zero),
        PullArg::None,
        PullArg::Shadow(part, false),
        PullArg::Shadow(Place::whole(x_bar), false),
    ];
    let local = s.b.value(Type::F64, span());
    s.b.node(
        Op::Pull { pull, method: false, call: Vec::new(), dots: Vec::new(), seed: y_bar, args },
        vec![local],
        span(),
    );
    s.check(
        &[local],
        "let y = x[0] * w;
         return (y);
         |y_bar| {
             if let ::core::option::Option::Some(x_bar) = x_bar.as_deref_mut() {
                 x_bar[0] += y_bar * w;
             }
             if let ::core::option::Option::Some(w_bar) = w_bar.as_deref_mut() {
                 *w_bar += y_bar * x[0];
             }
             let pull = p();
             let mut t: f64 = 0.0;
             pull(
                 y_bar,
                 ::core::option::Option::Some(&mut t),
                 ::core::option::Option::None,
                 x_bar.as_deref_mut().map(|x_bar| &mut x_bar[0..2]),
                 x_bar.as_deref_mut(),
             );
             return (t);
         };",
    );
}

#[test]
fn absent_tangents_are_zero() {
    let mut s = Sketch::new();
    let x = s.slice("x");
    let x_dot = s.named("x_dot", slice(), Storage::Tangent);
    s.shadows.push(x_dot);
    let i = s.literal("1");
    let dot = s.load(x_dot, i);
    let owned = s.b.load(Place::whole(x_dot), Take::Owned, Type::Vec(Box::new(Type::F64)), span());
    let call = Op::CallJvp(
        quote!(helper::cube).into(),
        vec![CallArg::Ref(Place::whole(x), false), CallArg::Value(i)],
        vec![Some(CallArg::Ref(Place::whole(x_dot), false)), None],
    );
    let results =
        vec![s.named("y", Type::Unknown, Storage::Local), s.b.value(Type::Unknown, span())];
    s.b.node(call, results.clone(), span());
    s.check(
        &[dot, owned, results[0]],
        "let (y, _) = helper::cube::__jvp(x, 1, x_dot, ::core::option::Option::None);
         return (
             x_dot.map_or(0.0_f64, |x_dot| x_dot[1]),
             x_dot.map_or_else(|| ::autodiff::__private::zero_tangent(x), |x_dot| x_dot.to_vec()),
             y,
         );",
    );
}

#[test]
fn generic_floats_have_no_compound_assignment() {
    let mut s = Sketch::new();
    let ty = Type::Float(Float::Param("T".into()));
    let a_bar = s.param("a_bar", ty.clone(), Storage::RefMut);
    let x = s.param("x", ty.clone(), Storage::Local);
    let difference = s.b.scalar(Fun::Sub, vec![x, x], ty, span());
    s.b.effect(Op::Accumulate(Place::whole(a_bar), difference), span());
    let unknown = s.param("v", Type::Unknown, Storage::Local);
    s.b.effect(Op::Accumulate(Place::whole(a_bar), unknown), span());
    s.check(
        &[],
        "*a_bar = *a_bar + (x - x);
         ::autodiff::__private::accumulate(&mut *a_bar, &v);",
    );
}

#[test]
fn captured_names_are_bound_where_they_differ() {
    let mut s = Sketch::new();
    let n = s.param("n", Type::usize(), Storage::Local);
    let shadowing = s.let_fun("n", Fun::Add, &[n, n]);
    let verbatim = |tokens, value| Op::Verbatim {
        tokens,
        refusal: 0,
        captures: vec![(word("n"), CallArg::Value(value))],
    };
    let same = s.b.op(verbatim(quote!(n - 1), n), Type::usize(), span());
    let other = s.b.op(verbatim(quote!(n - 1), shadowing), Type::usize(), span());
    let product = s.fun(Fun::Mul, &[same, other]);
    let tokens = quote!(assert!(n > 0));
    s.b.effect(Op::Effect { tokens, captures: vec![(word("n"), CallArg::Value(n))] }, span());
    s.check(
        &[product],
        "let n_1 = n + n;
         let t: usize = n - 1;
         let t_1: usize = { let n = n_1; n - 1 };
         assert!(n > 0);
         return (t * t_1);",
    );
}

#[test]
fn what_is_kept_goes_through_a_stack() {
    let mut s = Sketch::new();
    let x = s.f64("x");
    let n = s.param("n", Type::Int(None), Storage::Local);
    let stack = s.named("ys", Type::Stack, Storage::Object);
    s.b.node(Op::StackNew(Some(n), None), vec![stack], span());
    let y = s.fun(Fun::Sin, &[x]);
    s.b.effect(Op::StackPush(stack, vec![y]), span());
    let popped = s.b.op(Op::StackPop(stack), Type::F64, span());
    let out = s.fun(Fun::Cos, &[popped]);
    s.check(
        &[out],
        "let mut ys = ::autodiff::__private::Stack::with_capacity(n as usize);
         ys.push(x.sin());
         let t = ys.pop();
         return (t.cos());",
    );
}
