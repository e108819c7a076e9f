//! Structs that other files use.

use autodiff::{Differentiable, Float};

#[derive(Differentiable, Clone, Copy, Debug)]
pub struct Line {
    pub slope: f64,
    pub intercept: f64,
}

/// A constant before, between and after what has a derivative.
#[derive(Differentiable, Clone, Debug)]
pub struct Layer {
    pub name: String,
    pub weights: Vec<Vec<f64>>,
    pub degree: usize,
    pub bias: [f64; 2],
    pub linear: bool,
}

#[derive(Differentiable, Clone, Copy, Debug)]
pub struct Complex(pub f64, pub f64);

#[derive(Differentiable, Clone, Debug)]
pub struct Numbered(pub usize, pub Vec<f64>, pub bool, pub f64, pub &'static str);

#[derive(Differentiable, Clone, Copy, Debug)]
pub struct Pair<T> {
    pub a: T,
    pub b: T,
}

#[derive(Differentiable, Clone, Debug)]
pub struct Matrix<T: Float, const N: usize> {
    pub rows: [[T; N]; N],
    pub exponent: i32,
}

#[derive(Differentiable, Clone, Copy, Debug, PartialEq)]
pub struct Body {
    pub position: [f64; 2],
    pub velocity: [f64; 2],
    pub mass: f64,
    pub fixed: bool,
}

#[derive(Differentiable, Clone, Debug)]
pub struct Path {
    pub points: Vec<Dot>,
    pub label: String,
    pub width: f64,
}

#[derive(Differentiable, Clone, Copy, Debug, Default)]
pub struct Dot(pub f64, pub f64);

#[derive(Differentiable, Clone, Copy, Debug)]
pub struct Tagged<T>(pub usize, pub T, pub bool, pub T);

#[derive(Differentiable, Clone, Copy, Debug)]
pub struct Both<T> {
    pub left: T,
    pub right: T,
}

#[derive(Differentiable, Clone, Copy, Debug)]
pub struct Point {
    pub x: f64,
    pub y: f64,
    pub axis: usize,
}

#[derive(Differentiable, Clone, Copy, Debug)]
pub struct Edge(pub Point, pub bool, pub Point, pub f64);

#[derive(Differentiable, Clone, Debug)]
pub struct Shape {
    pub corners: Vec<Point>,
    pub weights: Vec<f64>,
    pub edge: Edge,
    pub name: String,
}

#[derive(Differentiable, Clone, Copy, Debug)]
pub struct Mixed<T> {
    pub pair: (T, T),
    pub table: [T; 2],
    pub count: u32,
}

#[derive(Differentiable, Clone, Copy, Debug, Default)]
pub struct State {
    pub position: f64,
    pub velocity: f64,
    pub steps: u32,
}

#[derive(Differentiable, Clone, Debug)]
pub struct Filter {
    pub history: Vec<f64>,
    pub taps: [f64; 2],
    pub gain: f64,
    pub on: bool,
}

#[derive(Differentiable, Clone, Copy, Debug)]
pub struct Dual<T>(pub T, pub T);

#[derive(Differentiable, Clone, Debug)]
pub struct Stack<T: Float> {
    pub items: Vec<Dual<T>>,
    pub limit: usize,
}
