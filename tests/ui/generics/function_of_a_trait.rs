//! A function that is called by its trait has no derivative by that name: the method has.

use autodiff::{Differentiable, differentiate};
use std::ops::Add;

#[derive(Differentiable, Clone, Copy)]
struct Disc {
    radius: f64,
}

trait Area {
    fn area(&self) -> f64;
}

#[differentiate]
impl Area for Disc {
    fn area(&self) -> f64 {
        3.0 * self.radius * self.radius
    }
}

#[differentiate]
fn by_the_trait(disc: Disc) -> f64 {
    Area::area(&disc)
}

#[differentiate]
fn by_an_operator(x: f64, y: f64) -> f64 {
    Add::add(x, y)
}

#[differentiate]
fn by_a_method(disc: Disc) -> f64 {
    disc.area()
}

fn main() {}
