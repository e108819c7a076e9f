//! Enums that are changed in place, and fields of structs that are.

use autodiff::{Differentiable, differentiate};

use crate::harness::{check, check_in_place, flat_enums, flat_structs};

#[derive(Differentiable, Clone, Debug, PartialEq)]
enum Motion {
    Still,
    Line { at: f64, speed: f64 },
    Curve(Vec<f64>, f64),
}

#[derive(Differentiable, Clone, Debug, PartialEq)]
struct Body {
    motion: Motion,
    mass: f64,
    past: Vec<Motion>,
}

flat_enums! {
    f64: Motion => MotionTangent { Line { at: a, speed: s }, Curve { 0: points, 1: t } };
}

flat_structs! {
    f64: Body => BodyTangent { motion, mass, past };
}

fn motions() -> [Motion; 3] {
    [Motion::Still, Motion::Line { at: 0.4, speed: 1.3 }, Motion::Curve(vec![0.3, 0.9, 1.4], 0.6)]
}

fn body(motion: Motion) -> Body {
    Body { motion, mass: 1.9, past: motions().to_vec() }
}

#[differentiate]
fn advance(m: &mut Motion, dt: f64) {
    match m {
        Motion::Still => {}
        Motion::Line { at, speed } => {
            *at += *speed * dt;
            *speed *= 1.0 - dt;
        }
        Motion::Curve(points, t) => {
            for p in points.iter_mut() {
                *p = *p * *p + *t * dt;
            }
            *t += dt;
        }
    }
}

#[differentiate]
fn turned(m: &mut Motion, x: f64) -> f64 {
    match m {
        Motion::Still => *m = Motion::Line { at: x, speed: x * x },
        Motion::Line { at, speed } => {
            let (a, s) = (*at, *speed);
            *m = Motion::Curve(vec![a * x, s], a);
        }
        Motion::Curve(points, t) => {
            let at = points[0] * *t;
            *m = Motion::Line { at, speed: x };
        }
    }
    if let Motion::Line { speed, .. } = m { *speed * x } else { x }
}

#[differentiate]
fn only_when(m: &mut Motion, x: f64) {
    if let Motion::Line { speed, .. } = m
        && *speed > 1.0
    {
        *speed *= x;
    }
    let Motion::Curve(_, ref mut t) = *m else { return };
    *t *= x;
}

#[differentiate]
fn of_a_local(m: &Motion, x: f64) -> f64 {
    let mut own = m.clone();
    for _ in 0..3 {
        advance(&mut own, x);
    }
    if let Motion::Line { at, .. } = &mut own {
        *at *= *at;
    }
    match own {
        Motion::Still => x,
        Motion::Line { at, speed } => at * speed,
        Motion::Curve(points, t) => points[2] * t,
    }
}

#[differentiate]
fn in_a_struct(b: &mut Body, dt: f64) {
    match &mut b.motion {
        Motion::Line { at, speed } => *at += *speed * dt * b.mass,
        Motion::Curve(points, _) => points[1] *= b.mass,
        Motion::Still => b.mass *= dt,
    }
    for m in b.past.iter_mut() {
        if let Motion::Line { speed, .. } = m {
            *speed = speed.sin() * b.mass;
        }
    }
    advance(&mut b.past[2], dt);
    b.past[0] = Motion::Line { at: dt, speed: b.mass };
}

#[differentiate]
fn energy(b: &Body, dt: f64) -> f64 {
    let own = match &b.motion {
        Motion::Line { speed, .. } => 0.5 * b.mass * speed * speed,
        Motion::Curve(points, t) => points[0] * points[2] * t,
        Motion::Still => dt,
    };
    let mut sum = own;
    for m in &b.past {
        let Motion::Line { at, speed } = m else { continue };
        sum += at * speed * dt;
    }
    sum
}

#[differentiate]
fn simulated(b: Body, dt: f64, steps: usize) -> f64 {
    let mut b = b;
    for _ in 0..steps {
        in_a_struct(&mut b, dt);
        advance(&mut b.motion, dt);
    }
    energy(&b, dt)
}

#[differentiate]
fn checkpointed(m: Motion, dt: f64) -> f64 {
    let mut m = m;
    #[checkpoint(every = 2)]
    for _ in 0..5 {
        if let Motion::Line { at, speed } = &mut m {
            *at += *speed * dt;
            *speed -= (*at).sin() * dt;
        }
    }
    match m {
        Motion::Line { at, .. } => at,
        Motion::Curve(_, t) => t * dt,
        Motion::Still => dt,
    }
}

#[test]
fn changed_in_place() {
    for m in motions() {
        check_in_place!(advance(&mut m, x); mut m; (m, x) in [(m.clone(), 0.3)]);
        check_in_place!(turned(&mut m, x); mut m; (m, x) in [(m.clone(), 0.3)]);
        check_in_place!(only_when(&mut m, x); mut m; (m, x) in [(m.clone(), 0.3)]);
        check!(of_a_local(&m, x); (m, x) in [(m.clone(), 0.3)]);
        check!(checkpointed(m, x); (m, x) in [(m.clone(), 0.3)]);
    }
}

#[test]
fn within_structs() {
    for m in motions() {
        check_in_place!(in_a_struct(&mut b, dt); mut b; (b, dt) in [(body(m.clone()), 0.3)]);
        check!(energy(&b, dt); (b, dt) in [(body(m.clone()), 0.3)]);
        check!(simulated(b, dt, 3); (b, dt) in [(body(m.clone()), 0.3)]);
    }
}
