//! Tangents of enums as values of their own.

use autodiff::{Accumulate, Differentiable, SetZero, differentiate};

#[derive(Differentiable, Clone, Debug)]
enum Value {
    Number(f64),
    List { items: Vec<f64>, len: usize, table: [[f32; 40]; 1] },
    Pair(usize, f64),
    Nothing,
    Name(String),
}

#[derive(Differentiable, Clone, Copy)]
enum Small {
    A(f64),
    B(f64, f64),
}

#[derive(Differentiable)]
enum Empty {}

#[derive(Differentiable)]
enum Units {
    A,
    B,
}

/// One that holds others of its kind.
#[derive(Differentiable, Clone, Debug, PartialEq)]
enum Tree {
    Leaf(f64),
    Node { weight: f64, children: Vec<Tree> },
}

/// A struct that does, with a type parameter.
#[derive(Differentiable, Clone, Debug, PartialEq)]
struct Chain<T> {
    link: T,
    rest: Vec<Chain<T>>,
}

fn list() -> Value {
    Value::List { items: vec![1.0, 2.0], len: 3, table: [[0.5; 40]] }
}

fn is_copy<T: Copy>() {}

#[test]
fn zero_has_the_shape_of_the_variant() {
    let zero = list().zero_tangent();
    assert_eq!(zero.List.items, [0.0, 0.0]);
    assert_eq!(zero.List.table, [[0.0; 40]]);
    assert_eq!((zero.Number.0, zero.Pair.1), (0.0, 0.0));
    assert_eq!(Value::Nothing.zero_tangent(), ValueTangent::default());
    assert_eq!(Value::Name("n".to_owned()).zero_tangent(), ValueTangent::default());
    assert_eq!(Value::Number(2.0).zero_tangent().List.items, []);
    assert_eq!(Units::B.zero_tangent(), UnitsTangent {});
    is_copy::<SmallTangent>();
    is_copy::<SmallTangentB>();
}

#[test]
fn a_vector_space() {
    let mut a = ValueTangent { Number: ValueTangentNumber(2.0), ..Default::default() };
    let b = ValueTangent { Pair: ValueTangentPair((), 3.0), ..ValueTangent::default() };
    let sum = a.clone() + b.clone();
    assert_eq!((sum.Number.0, sum.Pair.1), (2.0, 3.0));
    a += b.clone();
    a += list().zero_tangent();
    assert_eq!((a.Number.0, a.Pair.1, a.List.items.len()), (2.0, 3.0, 2));
    let mut c = list().zero_tangent();
    c.List.items[1] = 4.0;
    let mut twice = c.clone();
    twice.accumulate(&c);
    assert_eq!(twice.List.items, [0.0, 8.0]);
    twice.set_zero();
    assert_eq!(twice, list().zero_tangent());
    let small = SmallTangent { A: SmallTangentA(1.0), B: SmallTangentB(2.0, 3.0) } * 2.0;
    assert_eq!(
        format!("{small:?}"),
        "SmallTangent { A: SmallTangentA(2.0), B: SmallTangentB(4.0, 6.0) }"
    );
}

#[differentiate]
fn total(tree: &Tree, x: f64) -> f64 {
    match tree {
        Tree::Leaf(value) => value * value * x,
        Tree::Node { weight, children } => {
            let mut sum = 0.0;
            for child in children {
                sum += total(child, x);
            }
            weight * sum
        }
    }
}

#[differentiate]
fn product(chain: &Chain<f64>, x: f64) -> f64 {
    let mut all = chain.link * x;
    for next in &chain.rest {
        all *= next.link;
    }
    all
}

#[test]
fn of_types_that_hold_themselves() {
    let inner = Tree::Node { weight: 3.0, children: vec![Tree::Leaf(0.5), Tree::Leaf(2.0)] };
    let tree = Tree::Node { weight: 2.0, children: vec![Tree::Leaf(1.5), inner] };
    let (value, (bar, x_bar)) = total::value_and_grad(&tree, 0.5);
    assert_eq!(value, 2.0 * (1.5 * 1.5 + 3.0 * (0.25 + 4.0)) * 0.5);
    assert_eq!(x_bar, value / 0.5);
    let leaf = |value| TreeTangent { Leaf: TreeTangentLeaf(value), ..Default::default() };
    let node = |weight, children| TreeTangent {
        Node: TreeTangentNode { weight, children },
        ..Default::default()
    };
    let expected = node(
        (1.5 * 1.5 + 3.0 * 4.25) * 0.5,
        vec![leaf(2.0 * 3.0 * 0.5), node(2.0 * 4.25 * 0.5, vec![leaf(3.0), leaf(12.0)])],
    );
    assert_eq!(bar, expected);
    let link = |link| Chain { link, rest: Vec::new() };
    let chain = Chain { link: 2.0, rest: vec![link(3.0), link(0.5)] };
    let (bar, x_bar) = product::grad(&chain, 2.0);
    assert_eq!((bar.link, bar.rest[0].link, bar.rest[1].link, x_bar), (3.0, 2.0, 12.0, 3.0));
}
