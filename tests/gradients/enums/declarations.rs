//! Enums that other files use.

use autodiff::Differentiable;

use crate::harness::{flat_enums, flat_structs};

#[derive(Differentiable, Clone, Copy, Debug, PartialEq)]
pub struct Vec3 {
    pub x: f64,
    pub y: f64,
    pub z: f64,
}

#[derive(Differentiable, Clone, Debug, PartialEq)]
pub enum Shape {
    Circle { r: f64 },
    Rect(f64, f64),
    Point,
    Custom(Vec3),
    Polygon { sides: usize, lengths: Vec<f64>, name: &'static str, scale: f64 },
}

/// One that is copied, with constants in between.
#[derive(Differentiable, Clone, Copy, Debug, PartialEq)]
pub enum Law {
    Power(f64, i32),
    Linear {
        slope: f64,
        #[differentiable(constant)]
        offset: f64,
    },
    Table(usize, [f64; 3], bool, f64),
    Off,
}

#[derive(Differentiable, Clone, Copy, Debug, PartialEq)]
pub enum Pair<T> {
    One(T),
    Two(T, T),
    None_,
    Fixed([f64; 2]),
}

/// No numbers: a constant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mode {
    Fast,
    Slow(u8),
}

flat_structs! {
    f64: Vec3 => Vec3Tangent { x, y, z };
}

flat_enums! {
    f64: Shape => ShapeTangent {
        Circle { r: r },
        Rect { 0: a, 1: b },
        Custom { 0: v },
        Polygon { lengths: l, scale: s },
    };
    f64: Law => LawTangent {
        Power { 0: factor },
        Linear { slope: slope },
        Table { 1: table, 3: x },
    };
    f64: Pair<f64> => PairTangent<f64> { One { 0: a }, Two { 0: a, 1: b }, Fixed { 0: c } };
    f32: Pair<f32> => PairTangent<f32> { One { 0: a }, Two { 0: a, 1: b } };
}

pub fn shapes() -> Vec<Shape> {
    vec![
        Shape::Circle { r: 1.3 },
        Shape::Rect(0.7, 1.9),
        Shape::Point,
        Shape::Custom(Vec3 { x: 0.4, y: -1.2, z: 0.9 }),
        Shape::Polygon { sides: 2, lengths: vec![0.3, 1.1, 0.8], name: "p", scale: 1.7 },
    ]
}

pub fn laws() -> [Law; 4] {
    [
        Law::Power(1.4, 3),
        Law::Linear { slope: 0.6, offset: 2.0 },
        Law::Table(1, [0.2, 1.5, -0.7], true, 0.9),
        Law::Off,
    ]
}
