//! Structs that are declared in another file, where the attribute does not see which types their fields
//! have: rustc finds the derivatives by type.

use autodiff::{Float, differentiate};

use super::declarations::*;
use crate::harness::{check, check_in_place, check_map, flat_structs};

flat_structs! {
    f64: Line => LineTangent { slope, intercept };
    f64: Layer => LayerTangent { weights, bias };
    f64: Complex => ComplexTangent { 0, 1 };
    f64: Numbered => NumberedTangent { 1, 3 };
    f64: Pair<f64> => PairTangent<f64> { a, b };
    f32: Pair<f32> => PairTangent<f32> { a, b };
    f64: Pair<Line> => PairTangent<Line> { a, b };
    f64: Pair<Vec<f64>> => PairTangent<Vec<f64>> { a, b };
    f64: Matrix<f64, 2> => MatrixTangent<f64, 2> { rows };
    f32: Matrix<f32, 2> => MatrixTangent<f32, 2> { rows };
    f64: Body => BodyTangent { position, velocity, mass };
    f64: Path => PathTangent { points, width };
    f64: Dot => DotTangent { 0, 1 };
    f64: Tagged<f64> => TaggedTangent<f64> { 1, 3 };
    f64: Both<f64> => BothTangent<f64> { left, right };
    f32: Both<f32> => BothTangent<f32> { left, right };
    f64: Both<Dot> => BothTangent<Dot> { left, right };
    f64: Point => PointTangent { x, y };
    f64: Edge => EdgeTangent { 0, 2, 3 };
    f64: Shape => ShapeTangent { corners, weights, edge };
    f64: Mixed<f64> => MixedTangent<f64> { pair, table };
    f32: Mixed<f32> => MixedTangent<f32> { pair, table };
    f64: State => StateTangent { position, velocity };
    f64: Filter => FilterTangent { history, taps, gain };
    f64: Dual<f64> => DualTangent<f64> { 0, 1 };
    f32: Dual<f32> => DualTangent<f32> { 0, 1 };
    f64: Stack<f64> => StackTangent<f64> { items };
}

const ORIGIN: Dot = Dot(0.0, 0.0);
const RESTING: Body = Body { position: [1.0, 2.0], velocity: [0.0; 2], mass: 3.0, fixed: true };

fn line() -> Line {
    Line { slope: 1.3, intercept: -0.4 }
}

fn layer() -> Layer {
    Layer {
        name: "first".to_owned(),
        weights: vec![vec![0.3, -1.1], vec![0.7, 0.2, 1.9]],
        degree: 3,
        bias: [0.5, -0.25],
        linear: false,
    }
}

fn body() -> Body {
    Body { position: [0.3, -1.2], velocity: [0.8, 0.5], mass: 1.7, fixed: false }
}

fn path() -> Path {
    Path { points: vec![Dot(0.3, -1.2), Dot(0.8, 0.5)], label: "path".to_owned(), width: 0.7 }
}

fn point() -> Point {
    Point { x: 0.7, y: -1.3, axis: 1 }
}

fn edge() -> Edge {
    Edge(point(), true, Point { x: 0.2, y: 0.9, axis: 0 }, 1.6)
}

fn shape() -> Shape {
    Shape {
        corners: vec![point(), Point { x: 0.4, y: 2.1, axis: 2 }],
        weights: vec![0.3, 1.1],
        edge: edge(),
        name: "shape".to_owned(),
    }
}

fn state() -> State {
    State { position: 0.4, velocity: -0.9, steps: 0 }
}

fn filter() -> Filter {
    Filter { history: vec![0.3, -1.1, 0.8], taps: [0.5, 0.25], gain: 1.4, on: true }
}

fn states() -> Vec<State> {
    vec![state(), State { position: -0.2, velocity: 0.7, steps: 3 }]
}

#[differentiate]
fn constants_beside(layer: &Layer, x: f64) -> f64 {
    let mut sum = 0.0;
    for row in &layer.weights {
        for (k, w) in row.iter().enumerate() {
            sum += w * w * x.powi((k + layer.degree) as i32);
        }
    }
    assert_eq!(layer.name, "first");
    if layer.linear { sum } else { sum.tanh() * layer.bias[0] + layer.bias[1].exp() }
}

#[differentiate]
fn tuple_struct(z: Complex, w: &Complex) -> f64 {
    let real = z.0 * w.0 - z.1 * w.1;
    let imaginary = z.0 * w.1 + z.1 * w.0;
    real * real * imaginary
}

#[differentiate]
fn numbered_with_constants(n: &Numbered) -> f64 {
    let mut sum = 0.0;
    for i in 0..n.0 {
        sum += n.1[i] * n.3;
    }
    if n.2 { sum * n.3 } else { sum }
}

#[differentiate]
fn of_structs(p: &Pair<Line>, x: f64) -> f64 {
    (p.a.slope * x + p.a.intercept) * (p.b.slope * x + p.b.intercept)
}

#[differentiate]
fn const_generic<T: Float, const N: usize>(m: &Matrix<T, N>, x: [T; N]) -> T {
    let mut sum = T::zero();
    for i in 0..N {
        for j in 0..N {
            sum += m.rows[i][j].powi(m.exponent) * x[i] * x[j];
        }
    }
    sum
}

#[differentiate]
fn slices_of(lines: &[Line], x: f64) -> f64 {
    let mut y = x;
    for line in lines {
        y = (line.slope * y + line.intercept).sin();
    }
    y
}

#[differentiate]
fn arrays_of(lines: [Line; 2], x: f64) -> f64 {
    lines[0].slope * lines[1].intercept * x + lines[1].slope.sin() * lines[0].intercept
}

#[differentiate]
fn returned_numbered(x: f64, y: f64) -> Dot {
    Dot(x * y, x / y)
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
fn returned_copy(body: &Body) -> Body {
    let mut copy = *body;
    copy.mass *= copy.position[0];
    copy
}

#[differentiate]
fn returned(position: [f64; 2], mass: f64) -> Body {
    let velocity = [position[1] * mass, -position[0]];
    Body { position, velocity, mass: mass * mass, fixed: false }
}

#[differentiate]
fn base_from_a_call(position: [f64; 2], mass: f64) -> Body {
    Body { position: [position[0] * mass, 1.0], ..returned(position, mass) }
}

#[differentiate]
fn base_moved_apart(path: Path, x: f64) -> f64 {
    let first = path.points[0].0;
    let other = Path { points: vec![Dot(x, first)], ..path };
    other.points[0].0 * other.points[0].1 * other.width
}

#[differentiate]
fn base_from_a_constant(mass: f64) -> f64 {
    let body = Body { mass, velocity: [mass * mass, 1.0], ..RESTING };
    body.mass * body.position[1] + body.velocity[0] * body.position[0]
}

#[differentiate]
fn nested_literals(x: f64, y: f64) -> f64 {
    let both = Both { left: Dot(x, y), right: Dot(x * y, ORIGIN.1) };
    both.left.0 * both.right.0 + both.left.1 * both.right.1 + both.left.1
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
fn result_read_at_once(x: f64, y: f64) -> f64 {
    returned_numbered(x, y).0 * returned_numbered(y, x).1
}

#[differentiate]
fn renamed(p: &Point) -> f64 {
    let Point { x: across, y: mut up, axis: _ } = *p;
    up *= across;
    up * across
}

#[differentiate]
fn of_a_reference(p: &Point, z: f64) -> f64 {
    let Point { x, y, .. } = p;
    x * y + *x * z
}

#[differentiate]
fn numbered(e: &Edge) -> f64 {
    let Edge(Point { x, .. }, flag, end, length) = e;
    if *flag { x * end.y * length } else { *length }
}

#[differentiate]
fn owned_parts(s: Shape) -> f64 {
    let Shape { corners, mut weights, edge, name } = s;
    weights[0] *= edge.3;
    weights.push(corners[0].x);
    assert!(!name.is_empty());
    weights.iter().map(|w| w * w * corners[1].y).sum()
}

#[differentiate]
fn generic<T: Float>(m: &Mixed<T>) -> T {
    let Mixed { pair: (a, b), table: [c, d], count } = *m;
    a * b.sin() + c * d.powi(count as i32)
}

#[differentiate]
fn in_a_loop(points: &[Point], z: f64) -> f64 {
    let mut sum = 0.0;
    for Point { x, y, axis } in points {
        sum += x * (y + z).powi(*axis as i32);
    }
    for &Point { x, .. } in points.iter() {
        sum += x * z;
    }
    for (i, Point { y, .. }) in points.iter().enumerate() {
        sum *= y + i as f64;
    }
    sum
}

#[differentiate]
fn in_closures(p: Point, q: Point) -> f64 {
    let product = |Point { x, y, .. }: Point| x * y;
    let by_reference = |&Point { x, .. }: &Point, z: f64| x * z;
    product(p) * by_reference(&q, p.x) + product(q)
}

#[differentiate]
fn in_chains(points: &[Point]) -> f64 {
    let sum: f64 = points.iter().map(|Point { x, y, .. }| x * y).sum();
    let largest = points.iter().map(|p| p.x).fold(f64::MIN, f64::max);
    let folded = points.iter().fold(1.0, |product, Point { y, .. }| product * y);
    sum * largest + folded
}

#[differentiate]
fn assigned(p: Point, z: f64) -> f64 {
    let (x, y);
    Point { x, y, .. } = p;
    x * y * z
}

#[differentiate]
fn mutated_copy(s: &State, dt: f64) -> State {
    let mut next = *s;
    next.velocity -= dt * s.position.sin();
    next.position += dt * next.velocity;
    next.steps += 1;
    next
}

#[differentiate]
fn in_place(s: &mut State, dt: f64) {
    s.velocity -= dt * s.position.sin();
    s.position += dt * s.velocity;
    s.steps += 1;
}

#[differentiate]
fn filtered(f: &mut Filter, x: f64) -> f64 {
    let n = f.history.len();
    for i in 1..n {
        f.history[i] = f.taps[0] * f.history[i - 1] + f.taps[1] * f.history[i] * x;
    }
    if f.on {
        f.gain *= f.history[n - 1];
    }
    f.gain
}

#[differentiate]
fn calls_in_place(s: State, dt: f64, steps: usize) -> f64 {
    let mut s = s;
    let mut work = 0.0;
    for _ in 0..steps {
        in_place(&mut s, dt);
        work += s.position * dt;
    }
    s.position * s.velocity + work
}

#[differentiate]
fn rebuilt_in_a_loop(start: State, dt: f64, steps: usize) -> State {
    let mut s = start;
    for _ in 0..steps {
        let velocity = s.velocity - dt * s.position.sin();
        s = State { position: s.position + dt * velocity, velocity, steps: s.steps + 1 };
    }
    s
}

#[differentiate]
fn while_it_falls(start: State, dt: f64) -> State {
    let mut s = start;
    while s.position > -1.0 {
        s.velocity -= dt * s.position.cos();
        s.position += dt * s.velocity;
    }
    s
}

#[differentiate]
fn pushed(xs: &[f64]) -> f64 {
    let mut duals = Vec::new();
    for x in xs {
        duals.push(Dual(*x, x * x));
    }
    let mut sum = 0.0;
    for d in &duals {
        sum += d.0 * d.1;
    }
    sum * duals[0].1
}

#[differentiate]
fn pushed_to_a_field(mut stack: Stack<f64>, x: f64) -> Stack<f64> {
    while stack.items.len() < stack.limit {
        let last = stack.items[stack.items.len() - 1];
        stack.items.push(Dual(last.1 * x, last.0.sin()));
    }
    stack
}

#[differentiate]
fn swapped(mut states: Vec<State>, dt: f64) -> f64 {
    states.swap(0, 1);
    states[0].position *= dt;
    let [mut a, mut b] = [states[0], states[1]];
    std::mem::swap(&mut a, &mut b);
    a.velocity += b.position;
    std::mem::swap(&mut a.position, &mut a.velocity);
    a.position * b.velocity * states[1].position + a.velocity
}

#[differentiate]
fn arrays_of_literals(x: f64, y: f64) -> [State; 2] {
    let mut states = [State { position: x, velocity: y, steps: 0 }; 2];
    states[1].position *= y;
    states[0] = State { velocity: x * y, ..states[1] };
    states
}

#[differentiate]
fn iterated_in_place(states: &[State], dt: f64) -> f64 {
    let mut states = states.to_vec();
    for s in &mut states {
        s.position *= dt;
    }
    for (i, s) in states.iter_mut().enumerate() {
        s.velocity += s.position * i as f64;
    }
    for State { position, velocity, .. } in states.iter_mut() {
        *position += *velocity * *velocity;
    }
    states.iter().map(|s| s.position * s.velocity).sum()
}

#[differentiate]
fn conditional_change(mut s: State, x: f64) -> State {
    if s.position > 0.0 {
        s.velocity *= x;
    } else {
        s = State { velocity: x, ..s };
    }
    s
}

#[differentiate]
fn replaced_vectors(f: &Filter, x: f64) -> f64 {
    let mut g = f.clone();
    let before = g.history[2] * x;
    g.history = vec![x * g.gain];
    let mut rows = vec![vec![x, x * x], vec![before]];
    rows[0] = vec![g.history[0] * rows[1][0]];
    g.gain = rows[0][0];
    let kept = g.history[0] * g.taps[0];
    g = Filter { history: vec![kept, g.gain], ..f.clone() };
    g.history[0] * g.history[1] * g.gain + rows[0][0]
}

#[differentiate]
fn elements_in_place(states: &mut [State], dt: f64) {
    for i in 0..states.len() {
        states[i].position += dt * states[i].velocity;
    }
    let last = states.len() - 1;
    states[0].velocity *= states[last].position;
}

#[differentiate]
fn generic_in_place<T: Float>(d: &mut Dual<T>, x: T) {
    d.0 = d.0 * d.1 + x;
    d.1 += d.0 * x;
}

#[test]
fn kinds_of_structs() {
    let other = Line { slope: 0.2, intercept: 0.9 };
    check!(constants_beside(&layer, x); (layer, x) in [
        (layer(), 0.7),
        (Layer { linear: true, degree: 0, ..layer() }, 0.7),
    ]);
    check!(tuple_struct(z, &w); (z, w) in [(Complex(0.3, -1.2), Complex(0.8, 0.5))]);
    check!(numbered_with_constants(&n); n in [
        Numbered(2, vec![0.3, 0.8, 1.4], true, 1.3, "n"),
        Numbered(3, vec![0.3, 0.8, 1.4], false, 1.3, "n"),
    ]);
    check!(of_structs(&p, x); (p, x) in [
        (Pair { a: line(), b: Line { slope: 0.2, intercept: 0.9 } }, 0.7),
    ]);
    check!(const_generic(&m, x); (m, x) in [
        (Matrix { rows: [[0.3, 1.1], [0.8, -0.4]], exponent: 2 }, [0.7, 1.9]),
    ]);
    check!(const_generic(&m, x); (m, x) in [
        (Matrix { rows: [[0.3_f32, 1.1], [0.8, -0.4]], exponent: 2 }, [0.7_f32, 1.9]),
    ]);
    check!(arrays_of(lines, x); (lines, x) in [([line(), other], 0.7)]);
    check!(slices_of(&lines, x); (lines, x) in [(vec![line(), other, line()], 0.7), (vec![], 0.7)]);
}

#[test]
fn made_in_the_body() {
    check_map!(returned(position, mass); (position, mass) in [([0.3, -1.2], 1.7)]);
    check_map!(returned_numbered(x, y); (x, y) in [(0.7, 1.3)]);
    check_map!(returned_with_constants(x, 3); x in [0.7]);
    check_map!(returned_generic(x, y); (x, y) in [(0.7, 1.3)]);
    check_map!(returned_generic(x, y); (x, y) in [(0.7_f32, 1.3_f32)]);
    check_map!(returned_with_memory(&xs, width); (xs, width) in [(vec![0.3, -1.2, 2.0], 1.7)]);
    check_map!(returned_copy(&body); body in [body()]);
    check_map!(base_from_a_call(position, mass); (position, mass) in [([0.3, -1.2], 1.7)]);
    check!(base_from_a_constant(mass); mass in [0.6]);
    check!(base_moved_apart(path, x); (path, x) in [(path(), 0.6)]);
    check!(nested_literals(x, y); (x, y) in [(0.7, 1.3)]);
    check!(read_one(&d); d in [Dot(0.7, 1.3)]);
    check!(take_one(d); d in [Dot(0.7, 1.3)]);
    check!(result_read_at_once(x, y); (x, y) in [(0.7, 1.3)]);
    check!(by_match(x, 0); x in [0.7]);
    check!(by_match(x, 1); x in [0.7]);
    check!(by_match(x, 2); x in [0.7]);
    check!(by_break(x); x in [0.7, 4.0]);
    check_map!(by_early_return(d, x); (d, x) in [(Dot(0.3, 1.1), 0.7), (Dot(0.3, 1.1), -0.7)]);
    check!(by_closure(x, y); (x, y) in [(0.7, 1.3)]);
}

#[test]
fn taken_apart() {
    let points = vec![point(), Point { x: 0.4, y: 2.1, axis: 0 }, Point { axis: 3, ..point() }];
    check!(renamed(&p); p in [point()]);
    check!(of_a_reference(&p, z); (p, z) in [(point(), 0.6)]);
    check!(assigned(p, z); (p, z) in [(point(), 0.6)]);
    check!(numbered(&e); e in [edge(), Edge(point(), false, point(), 0.4)]);
    check!(owned_parts(s); s in [shape()]);
    check!(generic(&m); m in [Mixed { pair: (0.3, 0.8), table: [1.2, -0.4], count: 3 }]);
    check!(generic(&m); m in [Mixed { pair: (0.3_f32, 0.8), table: [1.2, -0.4], count: 2 }]);
    check!(in_a_loop(&points, z); (points, z) in [(points.clone(), 0.6)]);
    check!(in_closures(p, q); (p, q) in [(point(), points[1])]);
    check!(in_chains(&points); points in [points[..2].to_vec()]);
}

#[test]
fn changed() {
    check_map!(mutated_copy(&s, dt); (s, dt) in [(state(), 0.2)]);
    check_map!(conditional_change(s, x); (s, x) in [
        (state(), 0.3),
        (State { position: -0.4, ..state() }, 0.3),
    ]);
    check_in_place!(in_place(&mut s, dt); mut s; (s, dt) in [(state(), 0.2)]);
    check_in_place!(filtered(&mut f, x); mut f; (f, x) in [
        (filter(), 0.3),
        (Filter { on: false, ..filter() }, 0.3),
    ]);
    check_in_place!(elements_in_place(&mut states, dt); mut states; (states, dt) in [
        (states(), 0.2),
    ]);
    check_in_place!(generic_in_place(&mut d, x); mut d; (d, x) in [(Dual(0.3, 1.1), 0.7)]);
    check_in_place!(generic_in_place(&mut d, x); mut d; (d, x) in [(Dual(0.3_f32, 1.1), 0.7_f32)]);
    check!(calls_in_place(s, dt, 3); (s, dt) in [(state(), 0.2)]);
    check_map!(rebuilt_in_a_loop(s, dt, 3); (s, dt) in [(state(), 0.2)]);
    check_map!(while_it_falls(s, dt); (s, dt) in [(state(), 0.2)]);
    check!(pushed(&xs); xs in [vec![0.3, -1.1, 0.8]]);
    check_map!(pushed_to_a_field(stack, x); (stack, x) in [
        (Stack { items: vec![Dual(0.3, 1.1)], limit: 4 }, 0.7),
    ]);
    check!(swapped(states, dt); (states, dt) in [(states(), 0.2)]);
    check_map!(arrays_of_literals(x, y); (x, y) in [(0.3, 0.7)]);
    check!(iterated_in_place(&states, dt); (states, dt) in [(states(), 0.2)]);
    check!(replaced_vectors(&f, x); (f, x) in [(filter(), 0.3)]);
}
