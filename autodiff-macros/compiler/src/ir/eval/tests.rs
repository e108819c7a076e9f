//! Graphs built by hand and what they evaluate to.

use quote::quote;
use syn::parse_quote;

use super::{Datum, Evaluation, Functions, Outcome, Transformed, eval};
use crate::ir::tests::{Sketch, at, branch, here, slice, square_sum};
use crate::ir::verify::verify;
use crate::ir::{
    CallArg, Float, Graph, Op, Place, Proj, PullArg, Region, Shape, Storage, Type, Value,
};
use crate::rules::Fun;

/// The backward sweep of one result: the body gives nothing, the result is the seed's operand.
fn one_result(mut graph: Graph) -> Graph {
    graph.result = Shape::Leaf;
    verify(&graph).unwrap_or_else(|e| panic!("{e}\n{graph}"));
    graph
}

fn floats<const N: usize>(xs: [f64; N]) -> [Datum; N] {
    xs.map(Datum::Float)
}

fn outcome(graph: &Graph, args: &[Datum]) -> Outcome {
    eval(graph, args).unwrap_or_else(|e| panic!("{e}\n{graph}"))
}

fn one(graph: &Graph, args: &[Datum]) -> Datum {
    outcome(graph, args).results.remove(0)
}

/// The reverse of `x * sin(y)`: the caller brings both shadows.
fn product_reverse() -> Graph {
    let mut g = Sketch::new();
    let (x, y) = (g.float("x"), g.float("y"));
    let (x_slot, y_slot) = (g.shadow(Type::F64, Storage::Slot), g.shadow(Type::F64, Storage::Slot));
    let s = g.scalar(Fun::Sin, [y]);
    let p = g.scalar(Fun::Mul, [x, s]);
    let p_bar = g.op(Op::Seed(vec![p]), Type::F64);
    let x_bar = g.scalar(Fun::Mul, [p_bar, s]);
    let s_bar = g.scalar(Fun::Mul, [p_bar, x]);
    let c = g.scalar(Fun::Cos, [y]);
    let y_bar = g.scalar(Fun::Mul, [s_bar, c]);
    g.run(Op::Accumulate(Place::whole(x_slot), x_bar));
    g.run(Op::Accumulate(Place::whole(y_slot), y_bar));
    one_result(g.unchecked(Vec::new()))
}

fn product() -> Transformed {
    let mut g = Sketch::new();
    let (x, y) = (g.float("x"), g.float("y"));
    let s = g.scalar(Fun::Sin, [y]);
    let p = g.scalar(Fun::Mul, [x, s]);
    let primal = g.finish(vec![p]);

    let mut g = Sketch::new();
    let (x, y) = (g.float("x"), g.float("y"));
    let dx = g.shadow(Type::F64, Storage::Tangent);
    let dy = g.shadow(Type::F64, Storage::Tangent);
    let s = g.scalar(Fun::Sin, [y]);
    let p = g.scalar(Fun::Mul, [x, s]);
    let (dx, dy) = (g.load(Place::whole(dx)), g.load(Place::whole(dy)));
    let c = g.scalar(Fun::Cos, [y]);
    let ds = g.scalar(Fun::Mul, [c, dy]);
    let (a, b) = (g.scalar(Fun::Mul, [dx, s]), g.scalar(Fun::Mul, [x, ds]));
    let dp = g.scalar(Fun::Add, [a, b]);
    let mut forward = g.unchecked(vec![p, dp]);
    forward.result = Shape::Leaf;
    let forward = Some(one_result(forward));
    Transformed { primal, reverse: Some(product_reverse()), forward }
}

fn functions() -> Functions {
    Functions::from([("product".to_owned(), Box::new(product()) as _)])
}

#[test]
fn branches_and_loops_evaluate() {
    assert_eq!(one(&branch(), &floats([0.5])), Datum::Float(-0.25));
    assert_eq!(one(&branch(), &floats([3.0])), Datum::Float(9.0));
    assert_eq!(one(&square_sum(), &[Datum::from([1.0, 2.0, 3.0])]), Datum::Float(14.0));
}

/// Halves until at most one, counting.
#[test]
fn while_evaluates() {
    let mut g = Sketch::new();
    let x = g.float("x");
    let zero = g.int(0);
    let tested = vec![g.local(Type::F64), g.local(Type::Int(None))];
    let cond = g.region(tested, |g, params| {
        let one = g.number(quote!(1.0));
        vec![g.scalar(Fun::Gt, [params[0], one])]
    });
    let carried = vec![g.local(Type::F64), g.local(Type::Int(None))];
    let body = g.region(carried, |g, params| {
        let half = g.number(quote!(0.5));
        let one = g.int(1);
        vec![g.scalar(Fun::Mul, [params[0], half]), g.scalar(Fun::Add, [params[1], one])]
    });
    let results = vec![g.local(Type::F64), g.local(Type::Int(None))];
    g.node(Op::While { init: vec![x, zero], cond, body }, results.clone());
    let graph = g.finish(results);
    assert_eq!(outcome(&graph, &floats([6.0])).results, [Datum::Float(0.75), Datum::Int(3)]);
}

/// Backwards over an inclusive range: the digits come out reversed.
#[test]
fn memory_is_changed_in_place() {
    let mut g = Sketch::new();
    let u = g.param("u", parse_quote!(&mut [f64]), slice());
    let vec = Type::Vec(Box::new(Type::Int(None)));
    let empty = g.op(Op::VecNew(None), vec.clone());
    let seen = g.named("seen", vec, Storage::Object);
    g.node(Op::Object(empty), vec![seen]);
    let (lo, hi) = (g.int(1), g.int(3));
    let index = g.local(Type::usize());
    let body = g.region(vec![index], |g, params| {
        g.run(Op::Push(Place::whole(seen), params[0]));
        Vec::new()
    });
    let op = Op::For { lo, hi, inclusive: true, rev: true, init: Vec::new(), body };
    g.node(op, Vec::new());
    let tail = Place::whole(u).with(Proj::Slice(Some(lo), None, false));
    let zero = g.int(0);
    let first = g.load(at(u, zero));
    g.run(Op::Swap(tail.clone(), zero, lo));
    g.run(Op::Accumulate(tail.clone().with(Proj::Index(zero)), first));
    g.run(Op::Store(at(u, zero), first));
    g.run(Op::SetZero(Place::whole(u).with(Proj::Slice(Some(hi), Some(hi), true))));
    g.run(Op::AccumulatePlace(tail.clone(), tail));
    let all = g.load(Place::whole(seen));
    let graph = g.finish(vec![all]);
    let outcome = outcome(&graph, &[Datum::from([1.0, 2.0, 3.0, 4.0])]);
    assert_eq!(outcome.results, [Datum::from([3_i64, 2, 1])]);
    assert_eq!(outcome.params, [Datum::from([1.0, 8.0, 4.0, 0.0])]);
}

#[test]
fn the_users_own_code_is_literals_and_arithmetic() {
    let mut g = Sketch::new();
    let x = g.param("x", parse_quote!([f64; N]), Type::Array(Box::new(Type::F64), "N".into()));
    let captures = vec![(parse_quote!(x), CallArg::Value(x))];
    let verbatim = |tokens| Op::Verbatim { tokens, refusal: 0, captures: captures.clone() };
    g.run(Op::Effect {
        tokens: quote!(assert!(x.len() == N && x[0] > 0.0, "{}", x[0])),
        captures: captures.clone(),
    });
    let y = g.op(verbatim(quote!(2.0 * (x[1] - 1.0).abs() + std::f64::consts::PI)), Type::F64);
    let n = g.op(verbatim(quote!((1..x.len()).count().min(7) as f64)), Type::F64);
    let zeros = g.number(quote!(0.0));
    let zeros = g.op(Op::Repeat(zeros, quote!(N)), Type::Unknown);
    let graph = g.finish(vec![y, n, zeros]);
    let results = outcome(&graph, &[Datum::from([1.0, -1.0])]).results;
    let expected = [4.0 + std::f64::consts::PI, 1.0].map(Datum::Float);
    assert_eq!(results[..2], expected);
    assert_eq!(results[2], Datum::from([0.0, 0.0]));
    let error = eval(&graph, &[Datum::from([-1.0, 0.0])]).expect_err("the assertion fails");
    assert!(error.contains("panics"), "{error}");
}

/// What Rust would not do at run time is an error; what is not used does no harm.
#[test]
fn errors_are_told() {
    let check = |why: &str, build: &dyn Fn(&mut Sketch, Value) -> Value| {
        let mut g = Sketch::new();
        let x = g.param("x", parse_quote!(&[f64]), slice());
        let y = build(&mut g, x);
        let error = eval(&g.finish(vec![y]), &[Datum::from([1.0])]).expect_err(why);
        assert!(error.contains(why), "{error}");
    };
    check("[1.0] has no Index(3)", &|g, x| {
        let i = g.int(3);
        g.load(at(x, i))
    });
    check("-1 overflows usize", &|g, _| {
        let (a, b) = (g.int(2), g.int(3));
        g.b.scalar(Fun::Sub, vec![a, b], Type::usize(), here())
    });
    check("`f (1.0)` is beyond the interpreter", &|g, _| g.number(quote!(f(1.0))));
    check("no functions are given", &|g, _| {
        g.op(Op::Call(quote!(f).into(), Vec::new()), Type::Unknown)
    });
    check("undef is no bool", &|g, _| {
        let cond = g.op(Op::Undef, Type::Bool);
        g.node(Op::If(cond, Region::default(), Region::default()), Vec::new());
        cond
    });
    let mut g = Sketch::new();
    let x = g.float("x");
    let undef = g.op(Op::Undef, Type::F64);
    let sum = g.scalar(Fun::Add, [undef, x]);
    let cond = g.scalar(Fun::Eq, [x, x]);
    let y = g.scalar(Fun::Select, [cond, x, sum]);
    assert_eq!(one(&g.finish(vec![y]), &floats([2.0])), Datum::Float(2.0));
}

/// A loop and its reverse, with what the backward wants on a stack and one `Option`.
#[test]
fn a_backward_sweep_evaluates() {
    let mut g = Sketch::new();
    let (x, n) = (g.float("x"), g.param("n", parse_quote!(usize), Type::usize()));
    let slot = g.shadow(Type::F64, Storage::Slot);
    g.shadow(Type::usize(), Storage::Slot);
    let kept = g.op(Op::Keep(x), Type::Kept(Box::new(Type::F64)));
    let stack = g.op(Op::StackNew(Some(n), None), Type::Stack);
    let one = g.number(quote!(1.0));
    // p = p * x, n times.
    let p = g.sum_loop(n, one, |g, params| {
        g.run(Op::StackPush(stack, vec![params[1]]));
        vec![g.scalar(Fun::Mul, [params[1], x])]
    });
    let p_bar = g.op(Op::Seed(vec![p]), Type::F64);
    let x_again = g.op(Op::Unkeep(kept), Type::F64);
    g.sum_loop(n, p_bar, |g, params| {
        let p = g.op(Op::StackPop(stack), Type::F64);
        let part = g.scalar(Fun::Mul, [params[1], p]);
        g.run(Op::Accumulate(Place::whole(slot), part));
        vec![g.scalar(Fun::Mul, [params[1], x_again])]
    });
    let graph = one_result(g.unchecked(Vec::new()));
    let args = [Datum::Float(2.0), Datum::Int(3)];
    let run = |shadows| {
        let evaluation = Evaluation::new(&graph).seeds(vec![Datum::Float(10.0)]);
        evaluation.shadows(shadows).run(&args).expect("evaluates")
    };
    let outcome = run(vec![Some(Datum::Float(0.5)), None]);
    assert_eq!(outcome.results, floats([8.0]));
    assert_eq!(outcome.shadows, [Some(Datum::Float(120.5)), None]);
    assert_eq!(run(vec![None, None]).shadows, [None, None]);
    assert!(eval(&graph, &args).expect_err("no seed").contains("0 values for 1 results"));
}

#[test]
fn shadows_start_at_zero_and_are_given_back() {
    let graph = product_reverse();
    let evaluation = Evaluation::new(&graph).seeds(floats([2.0]).to_vec());
    let outcome = evaluation.run(&floats([3.0, 0.5])).expect("evaluates");
    let expected = floats([2.0 * 0.5_f64.sin(), 2.0 * 3.0 * 0.5_f64.cos()]).map(Some);
    assert_eq!(outcome.shadows, expected);
}

#[test]
fn calls_evaluate_with_their_derivatives() {
    let functions = functions();
    let args = |x, y| vec![CallArg::Value(x), CallArg::Value(y)];

    let mut g = Sketch::new();
    let (x, y) = (g.float("x"), g.float("y"));
    let (p, pull) = (g.local(Type::F64), g.local(Type::Pullback));
    g.node(Op::CallVjp(quote!(product).into(), args(x, y)), vec![p, pull]);
    let seed = g.op(Op::Seed(vec![p]), Type::F64);
    let (x_bar, y_bar) = (g.local(Type::F64), g.local(Type::F64));
    let places = vec![PullArg::Local(x), PullArg::Local(y)];
    g.node(
        Op::Pull { pull, method: false, call: Vec::new(), dots: Vec::new(), seed, args: places },
        vec![x_bar, y_bar],
    );
    let again = g.local(Type::F64);
    let places = vec![PullArg::None, PullArg::Local(y)];
    let op = Op::CallInto { path: quote!(product).into(), call: args(x, y), seed, args: places };
    g.node(op, vec![again]);
    let reverse = one_result(g.unchecked(vec![x_bar, y_bar, again]));
    let evaluation = Evaluation::new(&reverse).functions(&functions).seeds(vec![2.0.into()]);
    let outcome = evaluation.run(&floats([3.0, 0.5])).expect("evaluates");
    let (sin, cos) = 0.5_f64.sin_cos();
    assert_eq!(outcome.results, floats([3.0 * sin]));
    assert_eq!(outcome.gradients, floats([2.0 * sin, 6.0 * cos, 6.0 * cos]));

    let mut g = Sketch::new();
    let (x, y) = (g.float("x"), g.float("y"));
    let (p, dp) = (g.local(Type::F64), g.local(Type::F64));
    let dots = vec![Some(CallArg::Value(x)), None];
    g.node(Op::CallJvp(quote!(product).into(), args(x, y), dots), vec![p, dp]);
    let forward = g.finish(vec![p, dp]);
    let evaluation = Evaluation::new(&forward).functions(&functions);
    let outcome = evaluation.run(&floats([3.0, 0.5])).expect("evaluates");
    assert_eq!(outcome.results, floats([3.0 * sin, 3.0 * sin]));
}

#[test]
fn single_precision_rounds() {
    let mut g = Sketch::new();
    let f32 = Type::Float(Float::F32);
    let x = g.param("x", parse_quote!(f32), f32.clone());
    let third = g.scalar(Fun::Recip, [x]);
    let wide = g.op(Op::Cast(third, quote!(f64)), Type::F64);
    let whole = g.op(Op::Cast(x, quote!(u8)), Type::Int(Some("u8".into())));
    let graph = g.finish(vec![wide, whole]);
    let results = outcome(&graph, &floats([3.0])).results;
    assert_eq!(results, [Datum::Float(f64::from(1.0_f32 / 3.0)), Datum::Int(3)]);
    assert_eq!(outcome(&graph, &floats([-3.0])).results[1], Datum::Int(0));
}
