//! What kinds of structs there are, and how they are passed.

use autodiff::{Differentiable, Float, differentiate};

use crate::harness::{check, flat_structs};

#[derive(Differentiable, Clone, Copy, Debug)]
struct Line {
    slope: f64,
    intercept: f64,
}

/// A constant before, between and after what has a derivative.
#[derive(Differentiable, Clone, Debug)]
struct Layer {
    name: String,
    weights: Vec<Vec<f64>>,
    degree: usize,
    bias: [f64; 2],
    linear: bool,
}

#[derive(Differentiable, Clone, Debug)]
struct Network {
    first: Layer,
    lines: Vec<Line>,
    pair: (Line, f64),
    scale: f64,
    #[differentiable(constant)]
    temperature: f64,
}

#[derive(Differentiable, Clone, Copy, Debug)]
struct Complex(f64, f64);

#[derive(Differentiable, Clone, Debug)]
struct Numbered(usize, Vec<f64>, bool, f64, &'static str);

#[derive(Differentiable, Clone, Copy, Debug)]
struct Pair<T> {
    a: T,
    b: T,
}

#[derive(Differentiable, Clone, Debug)]
struct Matrix<T: Float, const N: usize> {
    rows: [[T; N]; N],
    exponent: i32,
}

#[derive(Differentiable, Clone, Debug)]
struct Samples<'a, T> {
    values: &'a [T],
    shift: T,
    label: &'a str,
}

#[derive(Differentiable, Clone, Copy, Debug)]
struct Nothing {
    size: usize,
}

#[derive(Differentiable, Clone, Copy, Debug)]
struct Single {
    x: f32,
    n: u32,
}

type Straight = Line;
type Doubles = Pair<f64>;

flat_structs! {
    f64: Line => LineTangent { slope, intercept };
    f64: Layer => LayerTangent { weights, bias };
    f64: Network => NetworkTangent { first, lines, pair, scale };
    f64: Complex => ComplexTangent { 0, 1 };
    f64: Numbered => NumberedTangent { 1, 3 };
    f64: Pair<f64> => PairTangent<f64> { a, b };
    f32: Pair<f32> => PairTangent<f32> { a, b };
    f64: Pair<Line> => PairTangent<Line> { a, b };
    f64: Pair<Vec<f64>> => PairTangent<Vec<f64>> { a, b };
    f64: Matrix<f64, 2> => MatrixTangent<f64, 2> { rows };
    f32: Matrix<f32, 2> => MatrixTangent<f32, 2> { rows };
    f32: Single => SingleTangent { x };
    f64: Nothing => NothingTangent {};
}

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

fn network() -> Network {
    let pair = (Line { slope: 0.2, intercept: 0.9 }, 1.4);
    let lines = vec![line(), Line { slope: -0.7, intercept: 2.1 }];
    Network { first: layer(), lines, pair, scale: 1.7, temperature: 0.6 }
}

#[differentiate]
fn by_value(line: Line, x: f64) -> f64 {
    line.slope * x * x + line.intercept.sin()
}

#[differentiate]
fn by_reference(line: &Line, x: f64) -> f64 {
    let y = line.slope * x + line.intercept;
    y * y * line.slope
}

#[differentiate(wrt(line))]
fn named_by_wrt(line: &Line, x: f64) -> f64 {
    (line.slope * x).exp() + line.intercept * line.intercept
}

#[differentiate(wrt(x))]
fn left_out_of_wrt(line: &Line, x: f64) -> f64 {
    line.slope * x * x + line.intercept
}

#[differentiate]
fn behind_an_alias(line: &Straight, pair: Doubles) -> f64 {
    line.slope * pair.a + line.intercept * pair.b * pair.b
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
fn owned_with_memory(layer: Layer) -> f64 {
    let mut sum = 0.0;
    for i in 0..layer.weights.len() {
        for j in 0..layer.weights[i].len() {
            sum += layer.weights[i][j] * layer.bias[i] * layer.weights[i][0];
        }
    }
    sum
}

#[differentiate]
fn nested(network: &Network, x: f64) -> f64 {
    let first = &network.first;
    let mut y = first.bias[0] * x + first.bias[1] + first.weights[1][2];
    for line in &network.lines {
        y = line.slope * y * network.scale + line.intercept;
    }
    let (last, factor) = &network.pair;
    (last.slope * y + last.intercept) * factor / network.temperature
}

#[differentiate]
fn nested_by_paths(network: Network) -> f64 {
    let n = network.lines.len();
    let sum: f64 = network.lines.iter().map(|line| line.slope * line.intercept).sum();
    sum * network.pair.0.slope.powi(n as i32)
        + network.pair.1 * network.first.weights[0][1] * network.first.bias[1]
        + network.lines[1].slope.sin()
        + network.temperature
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
fn generic_struct<T: Float>(p: &Pair<T>, x: T) -> T {
    p.a * x.sin() + p.b * p.a
}

#[differentiate]
fn generic_by_value<T: Float>(p: Pair<T>) -> T {
    p.a / p.b + p.b.exp()
}

#[differentiate]
fn instantiated(p: &Pair<f64>) -> f64 {
    p.a * p.a * p.b
}

#[differentiate]
fn of_structs(p: &Pair<Line>, x: f64) -> f64 {
    (p.a.slope * x + p.a.intercept) * (p.b.slope * x + p.b.intercept)
}

#[differentiate]
fn of_vectors(p: &Pair<Vec<f64>>) -> f64 {
    let mut sum = 0.0;
    for (a, b) in p.a.iter().zip(&p.b) {
        sum += a * b * b;
    }
    sum * p.a[0]
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
fn single(s: &Single, x: f32) -> f32 {
    s.x * s.x * x.powi(s.n as i32)
}

#[differentiate]
fn with_lifetimes(samples: &Samples<'_, f64>, x: f64) -> f64 {
    let mut product = samples.shift;
    for v in samples.values {
        product *= v + x;
    }
    product
}

#[differentiate]
fn lifetime_by_value<'a>(samples: Samples<'a, f64>) -> f64 {
    samples.values.iter().map(|v| v * v * samples.shift).sum()
}

#[differentiate]
fn arrays_of(lines: [Line; 2], x: f64) -> f64 {
    lines[0].slope * lines[1].intercept * x + lines[1].slope.sin() * lines[0].intercept
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
fn vectors_of(lines: Vec<Line>, x: f64) -> f64 {
    let mut sum = 0.0;
    for i in 0..lines.len() {
        sum += lines[i].slope * x.powi(i as i32) * lines[i].intercept;
    }
    sum
}

#[differentiate]
fn slices_of_owned(layers: &[Layer]) -> f64 {
    let mut sum = 0.0;
    for layer in layers {
        sum += layer.weights[0][1] * layer.bias[0] * layer.bias[1];
    }
    sum
}

#[differentiate]
fn tuples_of((line, z): (Line, Complex)) -> f64 {
    line.slope * z.0 * z.0 + line.intercept * z.1
}

#[differentiate]
fn without_numbers(n: Nothing, x: f64) -> f64 {
    x.powi(n.size as i32)
}

#[differentiate]
fn boxed(line: Box<Line>, x: f64) -> f64 {
    line.slope * x + line.intercept.sin()
}

#[test]
fn by_value_and_by_reference() {
    check!(by_value(line, x); (line, x) in [(line(), 0.7), (line(), -1.2)]);
    check!(by_reference(&line, x); (line, x) in [(line(), 0.7)]);
    check!(named_by_wrt(&line, 0.7); line in [line()]);
    let fixed = line();
    check!(left_out_of_wrt(&fixed, x); x in [0.7]);
    check!(behind_an_alias(&line, pair); (line, pair) in [(line(), Pair { a: 0.3, b: 1.2 })]);
    check!(boxed(Box::new(line), x); (line, x) in [(line(), 0.7)]);
}

#[test]
fn constants_and_memory() {
    check!(constants_beside(&layer, x); (layer, x) in [
        (layer(), 0.7),
        (Layer { linear: true, degree: 0, ..layer() }, 0.7),
    ]);
    check!(owned_with_memory(layer); layer in [layer()]);
    check!(nested(&network, x); (network, x) in [(network(), 0.7)]);
    check!(nested_by_paths(network); network in [network()]);
    check!(without_numbers(n, x); (n, x) in [(Nothing { size: 3 }, 0.7)]);
}

#[test]
fn numbered_fields() {
    check!(tuple_struct(z, &w); (z, w) in [(Complex(0.3, -1.2), Complex(0.8, 0.5))]);
    check!(numbered_with_constants(&n); n in [
        Numbered(2, vec![0.3, 0.8, 1.4], true, 1.3, "n"),
        Numbered(3, vec![0.3, 0.8, 1.4], false, 1.3, "n"),
    ]);
}

#[test]
fn generic_structs() {
    check!(generic_struct(&p, x); (p, x) in [(Pair { a: 0.3, b: 1.2 }, 0.7)]);
    check!(generic_struct(&p, x); (p, x) in [(Pair { a: 0.3_f32, b: 1.2 }, 0.7_f32)]);
    check!(generic_by_value(p); p in [Pair { a: 0.3, b: 1.2 }]);
    check!(instantiated(&p); p in [Pair { a: 0.3, b: 1.2 }]);
    check!(of_structs(&p, x); (p, x) in [
        (Pair { a: line(), b: Line { slope: 0.2, intercept: 0.9 } }, 0.7),
    ]);
    check!(of_vectors(&p); p in [Pair { a: vec![0.3, 1.1], b: vec![0.8, -0.4] }]);
    check!(const_generic(&m, x); (m, x) in [
        (Matrix { rows: [[0.3, 1.1], [0.8, -0.4]], exponent: 2 }, [0.7, 1.9]),
    ]);
    check!(const_generic(&m, x); (m, x) in [
        (Matrix { rows: [[0.3_f32, 1.1], [0.8, -0.4]], exponent: 2 }, [0.7_f32, 1.9]),
    ]);
    check!(single(&s, x); (s, x) in [(Single { x: 0.8, n: 3 }, 1.2)]);
}

#[test]
fn borrowed_fields() {
    let values = [0.3, 1.1];
    let samples = Samples { values: &values, shift: 2.0, label: "s" };
    let (value, (bar, x_bar)) = with_lifetimes::value_and_grad(&samples, 0.5);
    let (a, b) = (0.8, 1.6);
    assert_eq!(value, 2.0 * a * b);
    assert_eq!(bar, SamplesTangent { values: vec![2.0 * b, 2.0 * a], shift: a * b });
    assert!((x_bar - 2.0 * (a + b)).abs() < 1e-12);
    let (_, dot) = with_lifetimes::jvp(&samples, 0.5, (bar.clone(), x_bar));
    let norm =
        bar.values.iter().map(|v| v * v).sum::<f64>() + bar.shift * bar.shift + x_bar * x_bar;
    assert!((dot - norm).abs() < 1e-12);

    let bar = lifetime_by_value::grad(samples);
    assert_eq!(bar, SamplesTangent { values: vec![4.0 * 0.3, 4.0 * 1.1], shift: 0.09 + 1.1 * 1.1 });
}

#[test]
fn sequences_of_structs() {
    let other = Line { slope: 0.2, intercept: 0.9 };
    check!(arrays_of(lines, x); (lines, x) in [([line(), other], 0.7)]);
    check!(slices_of(&lines, x); (lines, x) in [(vec![line(), other, line()], 0.7), (vec![], 0.7)]);
    check!(vectors_of(lines, x); (lines, x) in [(vec![line(), other, line()], 0.7)]);
    check!(slices_of_owned(&layers); layers in [vec![layer(), layer()]]);
    check!(tuples_of(pair); pair in [(line(), Complex(0.3, -1.2))]);
}
