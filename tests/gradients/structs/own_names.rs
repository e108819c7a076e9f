//! Methods of one's own that have the names of std's, and methods of what the fields of fields hold.

use std::ops::{Add, AddAssign, Mul, Sub};

use autodiff::{Differentiable, differentiate};

use crate::harness::{check, flat_structs};

mod geometry {
    use super::*;

    #[derive(Differentiable, Clone, Copy, Debug, PartialEq)]
    pub struct Vec2 {
        pub x: f64,
        pub y: f64,
    }

    impl Vec2 {
        #[differentiate]
        pub fn dot(self, other: Vec2) -> f64 {
            self.x * other.x + self.y * other.y
        }

        #[differentiate]
        pub fn len(&self) -> f64 {
            self.dot(*self).sqrt()
        }

        #[differentiate]
        pub fn swap(&mut self, by: f64, turn: f64) {
            (self.x, self.y) = (self.y * by, self.x * turn);
        }

        #[differentiate]
        pub fn fill(&mut self, value: f64) {
            self.x += value;
        }

        #[differentiate]
        pub fn of(x: f64, y: f64) -> Self {
            Vec2 { x, y }
        }
    }

    impl Add for Vec2 {
        type Output = Self;

        #[differentiate]
        fn add(self, other: Self) -> Self {
            Vec2 { x: self.x + other.x, y: self.y + other.y }
        }
    }

    impl Sub for Vec2 {
        type Output = Self;

        #[differentiate]
        fn sub(self, other: Self) -> Self {
            Vec2 { x: self.x - other.x, y: self.y - other.y }
        }
    }

    impl Mul<f64> for Vec2 {
        type Output = Self;

        #[differentiate]
        fn mul(self, by: f64) -> Self {
            Vec2 { x: self.x * by, y: self.y * by }
        }
    }

    impl AddAssign for Vec2 {
        #[differentiate]
        fn add_assign(&mut self, other: Self) {
            self.x += other.x;
            self.y += other.y;
        }
    }

    #[derive(Differentiable, Clone, Debug, PartialEq)]
    pub struct Body {
        pub position: Vec2,
        pub velocity: Vec2,
        pub mass: f64,
    }

    #[derive(Differentiable, Clone, Debug, PartialEq)]
    pub struct World {
        pub bodies: Vec<Body>,
        pub pull: f64,
    }

    impl World {
        #[differentiate]
        pub fn energy(&self) -> f64 {
            let mut energy = 0.0;
            for (i, body) in self.bodies.iter().enumerate() {
                energy += 0.5 * body.mass * body.velocity.dot(body.velocity);
                for other in &self.bodies[i + 1..] {
                    energy += self.pull * (body.position - other.position).len().ln();
                }
            }
            energy
        }

        #[differentiate]
        pub fn step(&mut self, dt: f64) {
            for i in 0..self.bodies.len() {
                let mut force = Vec2::of(0.0, -self.bodies[i].mass);
                for j in 0..self.bodies.len() {
                    if i != j {
                        let d = self.bodies[i].position - self.bodies[j].position;
                        force += d * (self.pull / d.dot(d));
                    }
                }
                let body = &mut self.bodies[i];
                body.velocity += force * (dt / body.mass);
            }
            for body in self.bodies.iter_mut() {
                body.position += body.velocity * dt;
                body.velocity.fill(dt);
                body.position.swap(1.1, 0.9);
            }
        }

        /// What has no derivative, under a name that std knows too.
        pub fn len(&self) -> usize {
            self.bodies.len()
        }
    }
}

use geometry::{Body, BodyTangent, Vec2, Vec2Tangent, World, WorldTangent};

#[derive(Differentiable, Clone, Debug, PartialEq)]
struct Series {
    terms: Vec<f64>,
    scale: f64,
}

impl Series {
    #[differentiate]
    fn last(&self) -> f64 {
        self.terms[0] * self.scale
    }

    #[differentiate]
    fn first(&self) -> f64 {
        self.terms[self.terms.len() - 1] + self.scale
    }

    #[differentiate]
    fn push(&mut self, term: f64) {
        self.terms[0] += term * self.scale;
    }

    #[differentiate]
    fn to_vec(&self) -> Vec<f64> {
        self.terms.iter().map(|term| term * self.scale).collect()
    }

    #[differentiate]
    fn max(&self, other: f64) -> f64 {
        self.scale * other
    }
}

flat_structs! {
    f64: Vec2 => Vec2Tangent { x, y };
    f64: Body => BodyTangent { position, velocity, mass };
    f64: World => WorldTangent { bodies, pull };
    f64: Series => SeriesTangent { terms, scale };
}

#[differentiate]
fn simulated(mut world: World, dt: f64, steps: usize) -> f64 {
    for _ in 0..steps {
        world.step(dt);
    }
    world.energy() * world.len() as f64
}

#[differentiate]
fn of_fields(world: &World) -> f64 {
    let mut sum = 0.0;
    for body in &world.bodies {
        let speed = body.velocity.len();
        sum = sum * speed + body.position.dot(body.velocity);
    }
    sum
}

#[differentiate]
fn of_series(mut series: Series, x: f64) -> f64 {
    series.push(x);
    let scaled = series.to_vec();
    series.last() * series.first() + scaled[1] * x + series.max(x)
}

fn world() -> World {
    let body = |x: f64, y: f64, mass| Body {
        position: Vec2 { x, y },
        velocity: Vec2 { x: 0.1 * y, y: 0.3 - x },
        mass,
    };
    World {
        bodies: vec![body(0.1, 1.0, 1.0), body(1.0, 0.5, 2.0), body(-1.0, -0.3, 0.7)],
        pull: 0.8,
    }
}

#[test]
fn methods_under_names_of_std() {
    check!(of_series(s, x); (s, x) in [
        (Series { terms: vec![0.4, -1.2, 0.9], scale: 1.3 }, 0.7),
    ]);
}

#[test]
fn methods_of_fields_of_fields() {
    check!(of_fields(&w); w in [world()]);
    for steps in 0..3 {
        check!(simulated(w, dt, steps); (w, dt) in [(world(), 0.05)]);
    }
}
