//! Operators of types that are not `Copy`, between values and references.

use std::ops::{Add, Mul, Neg, Sub};

use autodiff::{Differentiable, differentiate};

use crate::harness::check;

#[derive(Clone, Debug, PartialEq, Differentiable)]
pub struct Grid {
    pub data: Vec<f64>,
    pub n: usize,
}

impl Grid {
    #[differentiate]
    pub fn of(data: &[f64], n: usize) -> Grid {
        Grid { data: data.to_vec(), n }
    }

    /// An element, by a method whose name std has with another number of arguments.
    #[differentiate]
    pub fn get(&self, i: usize, j: usize) -> f64 {
        self.data[i * self.n + j]
    }
}

#[differentiate]
impl Mul<&Grid> for &Grid {
    type Output = Grid;
    fn mul(self, o: &Grid) -> Grid {
        let n = self.n;
        let mut data = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..n {
                for k in 0..n {
                    data[i * n + j] += self.data[i * n + k] * o.data[k * n + j];
                }
            }
        }
        Grid { data, n }
    }
}

impl<'a> Add<&'a Grid> for Grid {
    type Output = Grid;
    #[differentiate]
    fn add(mut self, o: &'a Grid) -> Grid {
        for (a, b) in self.data.iter_mut().zip(&o.data) {
            *a += b;
        }
        self
    }
}

impl Sub<Grid> for &Grid {
    type Output = Grid;
    #[differentiate]
    fn sub(self, o: Grid) -> Grid {
        Grid { data: self.data.iter().zip(&o.data).map(|(a, b)| a - b).collect(), n: self.n }
    }
}

#[differentiate]
impl Mul<f64> for &'_ Grid {
    type Output = Grid;
    fn mul(self, k: f64) -> Grid {
        Grid { data: self.data.iter().map(|a| a * k).collect(), n: self.n }
    }
}

#[differentiate]
impl Mul<&Grid> for f64 {
    type Output = Grid;
    fn mul(self, grid: &Grid) -> Grid {
        grid * self
    }
}

#[differentiate]
impl Neg for &Grid {
    type Output = Grid;
    fn neg(self) -> Grid {
        Grid { data: self.data.iter().map(|a| -a).collect(), n: self.n }
    }
}

#[differentiate]
fn here(a: &[f64], b: &[f64], k: f64) -> f64 {
    let a = Grid::of(a, 2);
    let b = Grid::of(b, 2);
    let product = &a * &b;
    let sum = &product * k + &(k * &a);
    let all = -&(&sum - &b * &product);
    all.get(0, 1) * all.get(1, 0) + all.get(0, 0)
}

#[differentiate]
fn in_branches(a: &[f64], b: &[f64], k: f64) -> f64 {
    let a = Grid::of(a, 2);
    let b = Grid::of(b, 2);
    let chosen = if k > 0.0 { &a * &b } else { &a - -&b };
    let other = if k > 0.0 { &chosen * k } else { k * &(a + &chosen) };
    chosen.get(0, 1) * other.get(1, 0)
}

/// Parts of what an operator gives.
#[differentiate]
fn parts(a: &[f64], b: &[f64], k: f64) -> f64 {
    let mut product = &Grid::of(a, 2) * &Grid::of(b, 2);
    product.data[0] *= k;
    let there = product.data.get(0).copied().map_or(k, |v| v.sin());
    let beyond = product.data.get(7).copied().unwrap_or_else(|| k * k);
    let last = product.data.last().copied().unwrap_or(k);
    there * beyond + last * (&product * k).data.iter().rev().take(2).sum::<f64>()
}

#[test]
fn references_are_operands() {
    let (a, b) = (vec![0.5, -1.25, 2.0, 0.75], vec![1.5, 0.25, -0.5, 1.0]);
    check!(in_branches(&a, &b, k); (a, b, k) in [
        (a.clone(), b.clone(), 1.5),
        (a.clone(), b.clone(), -1.5),
    ]);
    check!(here(&a, &b, k); (a, b, k) in [(a.clone(), b.clone(), 1.5)]);
    check!(parts(&a, &b, k); (a, b, k) in [(a.clone(), b.clone(), 1.5)]);
}
