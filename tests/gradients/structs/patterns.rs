//! Structs that patterns take apart.

use autodiff::{Differentiable, Float, differentiate};

use crate::harness::{check, flat_structs};

#[derive(Differentiable, Clone, Copy, Debug)]
struct Point {
    x: f64,
    y: f64,
    axis: usize,
}

#[derive(Differentiable, Clone, Copy, Debug)]
struct Edge(Point, bool, Point, f64);

#[derive(Differentiable, Clone, Debug)]
struct Shape {
    corners: Vec<Point>,
    weights: Vec<f64>,
    edge: Edge,
    name: String,
}

#[derive(Differentiable, Clone, Copy, Debug)]
struct Mixed<T> {
    pair: (T, T),
    table: [T; 2],
    count: u32,
}

flat_structs! {
    f64: Point => PointTangent { x, y };
    f64: Edge => EdgeTangent { 0, 2, 3 };
    f64: Shape => ShapeTangent { corners, weights, edge };
    f64: Mixed<f64> => MixedTangent<f64> { pair, table };
    f32: Mixed<f32> => MixedTangent<f32> { pair, table };
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

#[differentiate]
fn by_let(p: Point) -> f64 {
    let Point { x, y, axis } = p;
    x.powi(axis as i32) * y * y
}

#[differentiate]
fn with_rest(p: Point, z: f64) -> f64 {
    let Point { y, .. } = p;
    y * z * p.x
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
fn with_ref(s: Shape) -> f64 {
    let Shape { ref weights, ref corners, .. } = s;
    weights[0] * corners[1].x + weights[1] * weights[1]
}

#[differentiate]
fn in_a_parameter(Point { x, y, .. }: Point, z: f64) -> f64 {
    x * y.sin() * z
}

#[differentiate]
fn in_a_reference_parameter(&Point { x, y, axis }: &Point) -> f64 {
    if axis == 1 { x * y } else { x }
}

#[differentiate]
fn numbered(e: &Edge) -> f64 {
    let Edge(Point { x, .. }, flag, end, length) = e;
    if *flag { x * end.y * length } else { *length }
}

#[differentiate]
fn numbered_with_rest(e: Edge) -> f64 {
    let Edge(start, ..) = e;
    start.x * start.y * e.3
}

#[differentiate]
fn numbered_by_braces(e: Edge) -> f64 {
    let Edge { 3: length, 0: Point { y, .. }, .. } = e;
    length * y
}

#[differentiate]
fn nested(s: &Shape) -> f64 {
    let Shape { corners, edge: Edge(a, _, Point { y, .. }, length), weights, .. } = s;
    let mut sum = a.x * y;
    for (Point { x, y, .. }, w) in corners.iter().zip(weights) {
        sum += x * y * w * length;
    }
    sum
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
fn in_owned_loops(points: Vec<Point>, pair: [Point; 2]) -> f64 {
    let mut sum = 0.0;
    for Point { x, y, .. } in points {
        sum += x * y;
    }
    for p in pair {
        sum *= p.x - p.y;
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
fn in_filters(points: &[Point]) -> f64 {
    points.iter().filter(|p| p.axis > 0).map(|p| p.x * p.y).sum()
}

#[differentiate]
fn in_a_match(p: Point, z: f64) -> f64 {
    match p {
        Point { axis: 0, x, .. } => x * z,
        Point { axis: 1 | 2, y, .. } => y * z * z,
        Point { x, y, .. } if x > 0.0 => x / y,
        Point { y, .. } => y,
    }
}

#[differentiate]
fn in_a_match_of_a_reference(e: &Edge) -> f64 {
    match e {
        Edge(Point { axis: 0, .. }, ..) => e.3,
        Edge(a, false, b, _) => a.x * b.y,
        Edge(a, true, Point { x, axis, .. }, length) => a.y * x * length * *axis as f64 + x,
    }
}

#[differentiate]
fn in_an_if_let(p: Point) -> f64 {
    if let Point { axis: 1, x, y } = p { x * y } else { p.x }
}

#[differentiate]
fn in_a_match_of_a_pair(p: Point, q: &Point) -> f64 {
    match (p, q) {
        (Point { axis: 0, x, .. }, _) => x,
        (a, Point { y, .. }) => a.x * y,
    }
}

#[differentiate]
fn with_bindings(p: Point) -> f64 {
    let whole @ Point { x, .. } = p;
    whole.y * x
}

#[differentiate]
fn assigned(p: Point, z: f64) -> f64 {
    let (x, y);
    Point { x, y, .. } = p;
    x * y * z
}

#[differentiate]
fn changed_through(mut p: Point, z: f64) -> f64 {
    let Point { x, y, .. } = &mut p;
    *x *= z;
    *y += *x;
    p.x * p.y
}

#[test]
fn in_let() {
    check!(by_let(p); p in [point()]);
    check!(with_rest(p, z); (p, z) in [(point(), 0.6)]);
    check!(renamed(&p); p in [point()]);
    check!(of_a_reference(&p, z); (p, z) in [(point(), 0.6)]);
    check!(with_ref(s); s in [shape()]);
    check!(in_a_parameter(p, z); (p, z) in [(point(), 0.6)]);
    check!(in_a_reference_parameter(&p); p in [point(), Point { axis: 0, ..point() }]);
    check!(with_bindings(p); p in [point()]);
    check!(assigned(p, z); (p, z) in [(point(), 0.6)]);
    check!(changed_through(p, z); (p, z) in [(point(), 0.6)]);
}

#[test]
fn of_numbered_and_nested() {
    check!(numbered(&e); e in [edge(), Edge(point(), false, point(), 0.4)]);
    check!(numbered_with_rest(e); e in [edge()]);
    check!(numbered_by_braces(e); e in [edge()]);
    check!(nested(&s); s in [shape()]);
    check!(owned_parts(s); s in [shape()]);
    check!(generic(&m); m in [Mixed { pair: (0.3, 0.8), table: [1.2, -0.4], count: 3 }]);
    check!(generic(&m); m in [Mixed { pair: (0.3_f32, 0.8), table: [1.2, -0.4], count: 2 }]);
}

#[test]
fn in_loops_and_closures() {
    let points = vec![point(), Point { x: 0.4, y: 2.1, axis: 0 }, Point { axis: 3, ..point() }];
    check!(in_a_loop(&points, z); (points, z) in [(points.clone(), 0.6)]);
    check!(in_owned_loops(points, pair); (points, pair) in [(points.clone(), [point(), points[1]])]);
    check!(in_closures(p, q); (p, q) in [(point(), points[1])]);
    check!(in_chains(&points); points in [points[..2].to_vec()]);
    check!(in_filters(&points); points in [points.clone()]);
}

#[test]
fn in_choices() {
    let of_axis = |axis| Point { axis, ..point() };
    for p in [of_axis(0), of_axis(1), of_axis(2), of_axis(3), Point { x: -0.7, ..of_axis(3) }] {
        check!(in_a_match(p, z); (p, z) in [(p, 0.6)]);
        check!(in_an_if_let(p); p in [p]);
        check!(in_a_match_of_a_pair(p, &q); (p, q) in [(p, of_axis(1))]);
        check!(in_a_match_of_a_reference(&e); e in [
            Edge(p, true, point(), 0.4),
            Edge(p, false, point(), 0.4),
        ]);
    }
}
