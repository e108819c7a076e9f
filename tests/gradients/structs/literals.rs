//! Structs that are made in the body.

use autodiff::{Differentiable, Float, differentiate};

use crate::harness::{check, check_map, flat_structs};

#[derive(Differentiable, Clone, Copy, Debug, PartialEq)]
struct Body {
    position: [f64; 2],
    velocity: [f64; 2],
    mass: f64,
    fixed: bool,
}

#[derive(Differentiable, Clone, Debug)]
struct Path {
    points: Vec<Dot>,
    label: String,
    width: f64,
}

#[derive(Differentiable, Clone, Copy, Debug, Default)]
struct Dot(f64, f64);

#[derive(Differentiable, Clone, Copy, Debug)]
struct Tagged<T>(usize, T, bool, T);

#[derive(Differentiable, Clone, Copy, Debug)]
struct Both<T> {
    left: T,
    right: T,
}

flat_structs! {
    f64: Body => BodyTangent { position, velocity, mass };
    f64: Path => PathTangent { points, width };
    f64: Dot => DotTangent { 0, 1 };
    f64: Tagged<f64> => TaggedTangent<f64> { 1, 3 };
    f64: Both<f64> => BothTangent<f64> { left, right };
    f32: Both<f32> => BothTangent<f32> { left, right };
    f64: Both<Dot> => BothTangent<Dot> { left, right };
}

const ORIGIN: Dot = Dot(0.0, 0.0);
const RESTING: Body = Body { position: [1.0, 2.0], velocity: [0.0; 2], mass: 3.0, fixed: true };

fn body() -> Body {
    Body { position: [0.3, -1.2], velocity: [0.8, 0.5], mass: 1.7, fixed: false }
}

fn path() -> Path {
    Path { points: vec![Dot(0.3, -1.2), Dot(0.8, 0.5)], label: "path".to_owned(), width: 0.7 }
}

#[differentiate]
fn made_and_read(x: f64, y: f64) -> f64 {
    let both = Both { left: x * y, right: x.sin() };
    both.left * both.right + both.left
}

#[differentiate]
fn shorthand(x: f64, y: f64) -> f64 {
    let left = x * x;
    let right = y * left;
    let both = Both { right, left };
    both.left * both.right.cos()
}

#[differentiate]
fn returned(position: [f64; 2], mass: f64) -> Body {
    let velocity = [position[1] * mass, -position[0]];
    Body { position, velocity, mass: mass * mass, fixed: false }
}

#[differentiate]
fn returned_numbered(x: f64, y: f64) -> Dot {
    Dot(x * y, x / y)
}

#[differentiate]
fn returned_by_braces(x: f64, y: f64) -> Dot {
    Dot { 1: x * y, 0: x.exp() }
}

#[differentiate]
fn returned_with_constants(x: f64, n: usize) -> Tagged<f64> {
    Tagged(n, x.powi(n as i32), n > 2, x * n as f64)
}

#[differentiate]
fn returned_generic<T: Float>(x: T, y: T) -> Both<T> {
    Both { left: x * y, right: x - y.sin() }
}

#[differentiate]
fn returned_with_memory(xs: &[f64], width: f64) -> Path {
    let mut points = Vec::new();
    for (i, x) in xs.iter().enumerate() {
        points.push(Dot(*x * width, (i as f64) * x * x));
    }
    Path { points, label: "made".to_string(), width: width * xs[0] }
}

#[differentiate]
fn returned_as_it_came(body: Body) -> Body {
    body
}

#[differentiate]
fn returned_clone(body: &Body) -> Body {
    body.clone()
}

#[differentiate]
fn returned_copy(body: &Body) -> Body {
    let mut copy = *body;
    copy.mass *= copy.position[0];
    copy
}

#[differentiate]
fn returned_in_a_tuple(x: f64, y: f64) -> (Dot, f64) {
    let d = Dot(x * y, y);
    (d, d.0 * d.1)
}

#[differentiate]
fn returned_in_an_array(x: f64, y: f64) -> [Dot; 2] {
    [Dot(x * y, y), Dot(x.sin(), x)]
}

#[differentiate]
fn returned_in_a_vector(x: &[f64]) -> Vec<Dot> {
    x.iter().map(|x| Dot(x * x, x.sin())).collect()
}

#[differentiate]
fn base_from_a_parameter(body: Body, mass: f64) -> Body {
    Body { mass: mass * body.mass, ..body }
}

#[differentiate]
fn base_behind_a_reference(body: &Body, x: f64) -> f64 {
    let moved = Body { position: [x, x * body.position[0]], ..*body };
    moved.position[1] * moved.velocity[0] + moved.position[0] * moved.mass
}

#[differentiate]
fn base_cloned(path: &Path, x: f64) -> f64 {
    let other = Path { width: x * path.width, ..path.clone() };
    let mut sum = other.width;
    for d in &other.points {
        sum += d.0 * d.1 * other.width;
    }
    sum
}

#[differentiate]
fn base_from_a_call(position: [f64; 2], mass: f64) -> Body {
    Body { position: [position[0] * mass, 1.0], ..returned(position, mass) }
}

#[differentiate]
fn base_from_a_constant(mass: f64) -> f64 {
    let body = Body { mass, velocity: [mass * mass, 1.0], ..RESTING };
    body.mass * body.position[1] + body.velocity[0] * body.position[0]
}

#[differentiate]
fn base_of_which_nothing_is_left(x: f64) -> f64 {
    let both = Both { left: x, right: x * x, ..Both { left: 1.0, right: 2.0 } };
    both.left * both.right
}

#[differentiate]
fn base_moved_apart(path: Path, x: f64) -> f64 {
    let first = path.points[0].0;
    let other = Path { points: vec![Dot(x, first)], ..path };
    other.points[0].0 * other.points[0].1 * other.width
}

#[differentiate]
fn nested_literals(x: f64, y: f64) -> f64 {
    let both = Both { left: Dot(x, y), right: Dot(x * y, ORIGIN.1) };
    both.left.0 * both.right.0 + both.left.1 * both.right.1 + both.left.1
}

#[differentiate]
fn constants_alone(x: f64) -> f64 {
    let d = Dot(2.0, 3.0);
    let dots = [ORIGIN, d];
    x * d.0 + dots[1].1 * x * x
}

#[differentiate]
fn literal_as_an_argument(x: f64, y: f64) -> f64 {
    read_one(&Dot(x, y * x)) + take_one(Dot(y, 2.0)) + take_two(Both { left: x, right: y })
}

#[differentiate]
fn read_one(d: &Dot) -> f64 {
    d.0 * d.1
}

#[differentiate]
fn take_one(d: Dot) -> f64 {
    d.0.sin() * d.1
}

#[differentiate]
fn take_two(both: Both<f64>) -> f64 {
    both.left / both.right
}

#[differentiate]
fn result_read_at_once(x: f64, y: f64) -> f64 {
    returned_numbered(x, y).0 * returned_numbered(y, x).1
}

#[differentiate]
fn passed_from_call_to_call(position: [f64; 2], mass: f64) -> f64 {
    let body = base_from_a_parameter(returned(position, mass), mass);
    let Body { mass, .. } = returned_copy(&body);
    mass * body.position[1]
}

#[differentiate]
fn by_branches(x: f64, y: f64) -> Dot {
    if x > y { Dot(x * y, 1.0) } else { Dot(y, x * x) }
}

#[differentiate]
fn by_match(x: f64, n: usize) -> f64 {
    let d = match n {
        0 => ORIGIN,
        1 => Dot(x, x * x),
        _ => {
            let y = x.sin();
            Dot(y, y * x)
        }
    };
    d.0 * x + d.1 * d.0
}

#[differentiate]
fn by_break(x: f64) -> f64 {
    let mut y = x;
    let d = loop {
        y *= 1.5;
        if y > 3.0 {
            break Dot(y, x * y);
        }
    };
    d.0 * d.1
}

#[differentiate]
fn by_early_return(d: Dot, x: f64) -> Dot {
    if x < 0.0 {
        return Dot(x * d.1, d.0);
    }
    let y = d.0 * x;
    Dot(y, y * d.1)
}

#[differentiate]
fn by_closure(x: f64, y: f64) -> f64 {
    let make = |a: f64, b| Dot(a * b, b);
    let read = |d: &Dot| d.0 + d.1 * d.1;
    let first = make(x, y);
    read(&first) * read(&make(y, 2.0))
}

#[differentiate]
fn by_local_function(x: f64, y: f64) -> f64 {
    fn make(a: f64, b: f64) -> Dot {
        Dot(a * b, a.cos())
    }
    let d = make(x, y);
    d.0 * d.1
}

#[differentiate]
fn declared_in_the_body(x: f64, y: f64) -> f64 {
    #[derive(Differentiable, Clone, Copy)]
    struct Inner {
        a: f64,
        n: usize,
        b: f64,
    }
    let mut inner = Inner { a: x * y, n: 3, b: y };
    inner.a *= inner.b;
    inner.a.powi(inner.n as i32) + inner.b
}

macro_rules! in_a_macro {
    ($f:ident, $name:ident, $field:ident) => {
        #[derive(Differentiable, Clone, Copy, Debug)]
        struct $name {
            $field: f64,
            other: f64,
            n: i32,
        }

        #[differentiate]
        fn $f(s: &$name, x: f64) -> $name {
            let mut sum = s.$field * x;
            sum += s.other.powi(s.n);
            $name { other: sum * s.$field, n: 4, ..*s }
        }
    };
}
in_a_macro!(macro_made, MacroMade, field);

flat_structs! {
    f64: MacroMade => MacroMadeTangent { field, other };
}

#[test]
fn made_and_returned() {
    check!(made_and_read(x, y); (x, y) in [(0.7, 1.3)]);
    check!(shorthand(x, y); (x, y) in [(0.7, 1.3)]);
    check_map!(returned(position, mass); (position, mass) in [([0.3, -1.2], 1.7)]);
    check_map!(returned_numbered(x, y); (x, y) in [(0.7, 1.3)]);
    check_map!(returned_by_braces(x, y); (x, y) in [(0.7, 1.3)]);
    check_map!(returned_with_constants(x, 3); x in [0.7]);
    check_map!(returned_generic(x, y); (x, y) in [(0.7, 1.3)]);
    check_map!(returned_generic(x, y); (x, y) in [(0.7_f32, 1.3_f32)]);
    check_map!(returned_with_memory(&xs, width); (xs, width) in [(vec![0.3, -1.2, 2.0], 1.7)]);
    check_map!(returned_as_it_came(body); body in [body()]);
    check_map!(returned_clone(&body); body in [body()]);
    check_map!(returned_copy(&body); body in [body()]);
    check_map!(returned_in_a_tuple(x, y); (x, y) in [(0.7, 1.3)]);
    check_map!(returned_in_an_array(x, y); (x, y) in [(0.7, 1.3)]);
    check_map!(returned_in_a_vector(&x); x in [vec![0.7, 1.3], vec![]]);
}

#[test]
fn bases() {
    check_map!(base_from_a_parameter(body, mass); (body, mass) in [(body(), 0.6)]);
    check!(base_behind_a_reference(&body, x); (body, x) in [(body(), 0.6)]);
    check!(base_cloned(&path, x); (path, x) in [(path(), 0.6)]);
    check_map!(base_from_a_call(position, mass); (position, mass) in [([0.3, -1.2], 1.7)]);
    check!(base_from_a_constant(mass); mass in [0.6]);
    check!(base_of_which_nothing_is_left(x); x in [0.6]);
    check!(base_moved_apart(path, x); (path, x) in [(path(), 0.6)]);
}

#[derive(Differentiable, Clone, Debug)]
struct Row<T, const N: usize> {
    entries: [T; N],
    scale: T,
    at: usize,
}

/// Which `T` and which `N` the fields tell.
#[differentiate]
fn generic_arguments_left_out<T: Float>(x: T, y: T, at: usize) -> T {
    let row = Row { entries: [x, y, x * y], scale: y, at };
    let entry = row.entries.get(row.at).copied().map_or(row.scale, |entry| entry * entry);
    let only_floats_to_tell_by = Tagged(1, T::from_f64(0.5), true, entry);
    let whole = Both { left: [only_floats_to_tell_by.3, x], right: [row.scale, x] };
    whole.left.first().copied().unwrap_or(x) + whole.right[1] * only_floats_to_tell_by.1
}

#[differentiate]
fn generic_arguments_of_a_base<T: Float>(x: T, y: T) -> T {
    let base = Row { entries: [x, y], scale: y, at: 0 };
    let row = Row { scale: x * x, ..base };
    row.entries.last().copied().unwrap_or_default() * row.scale
}

#[test]
fn inside_of_others() {
    for at in [0, 2, 3] {
        check!(generic_arguments_left_out(x, y, at); (x, y) in [(0.7, 1.3)]);
    }
    check!(generic_arguments_of_a_base(x, y); (x, y) in [(0.7, 1.3)]);
    check!(nested_literals(x, y); (x, y) in [(0.7, 1.3)]);
    check!(constants_alone(x); x in [0.7]);
    check!(literal_as_an_argument(x, y); (x, y) in [(0.7, 1.3)]);
    check!(read_one(&d); d in [Dot(0.7, 1.3)]);
    check!(take_one(d); d in [Dot(0.7, 1.3)]);
    check!(take_two(both); both in [Both { left: 0.7, right: 1.3 }]);
    check!(result_read_at_once(x, y); (x, y) in [(0.7, 1.3)]);
    check!(passed_from_call_to_call(position, mass); (position, mass) in [([0.3, -1.2], 1.7)]);
}

#[test]
fn chosen_at_run_time() {
    check_map!(by_branches(x, y); (x, y) in [(0.7, 1.3), (1.3, 0.7)]);
    check!(by_match(x, 0); x in [0.7]);
    check!(by_match(x, 1); x in [0.7]);
    check!(by_match(x, 2); x in [0.7]);
    check!(by_break(x); x in [0.7, 4.0]);
    check_map!(by_early_return(d, x); (d, x) in [(Dot(0.3, 1.1), 0.7), (Dot(0.3, 1.1), -0.7)]);
    check!(by_closure(x, y); (x, y) in [(0.7, 1.3)]);
    check!(by_local_function(x, y); (x, y) in [(0.7, 1.3)]);
}

#[test]
fn declared_elsewhere_than_at_the_top() {
    check!(declared_in_the_body(x, y); (x, y) in [(0.7, 1.3)]);
    check_map!(macro_made(&s, x); (s, x) in [(MacroMade { field: 0.7, other: 1.3, n: 2 }, 0.4)]);
}
