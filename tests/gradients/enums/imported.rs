//! Variants that are imported, and `Self`.

use autodiff::{Differentiable, differentiate};

use crate::harness::{check, check_map, flat_enums};

#[derive(Differentiable, Clone, Copy, Debug, PartialEq)]
enum Tone {
    Sine { amplitude: f64, pitch: f64 },
    Hum(f64),
    Silence,
}

mod signals {
    use super::*;

    #[derive(Differentiable, Clone, Copy, Debug, PartialEq)]
    pub enum Edge {
        Rise(f64),
        Fall { by: f64 },
        X,
    }
}

use Tone::*;
use signals::Edge::{self, Fall, Rise, X};

flat_enums! {
    f64: Tone => ToneTangent { Sine { amplitude: a, pitch: p }, Hum { 0: h } };
    f64: Edge => signals::EdgeTangent { Rise { 0: r }, Fall { by: by } };
}

#[differentiate]
fn sound(tone: &Tone, t: f64) -> f64 {
    match tone {
        Sine { amplitude, pitch } => amplitude * (pitch * t).sin(),
        Hum(level) => level * level * t,
        Silence => 0.0,
    }
}

#[differentiate]
fn unit_first(tone: Tone, t: f64) -> f64 {
    match tone {
        Silence => t,
        Hum(level) => level * t,
        Sine { pitch: p, .. } => p * p * t,
    }
}

#[differentiate]
fn edges(edge: Edge, t: f64) -> f64 {
    match edge {
        X => t.sin(),
        Rise(by) | Fall { by } => by * by * t,
    }
}

#[differentiate]
fn made(t: f64, k: u8) -> Tone {
    match k {
        0 => Sine { amplitude: t * t, pitch: t },
        1 => Hum(t.exp()),
        _ => Silence,
    }
}

#[differentiate]
fn within(t: f64, up: bool) -> Edge {
    use signals::Edge::*;
    let edge = if up { Rise(t * t) } else { Fall { by: t } };
    match edge {
        Rise(by) if by > 1.0 => X,
        Rise(by) => Fall { by: by * t },
        other => other,
    }
}

impl Tone {
    #[differentiate]
    fn louder(&self, by: f64) -> Self {
        match *self {
            Self::Sine { amplitude, pitch } => Self::Sine { amplitude: amplitude * by, pitch },
            Self::Hum(level) => Tone::Hum(level + by),
            Silence => Self::Hum(by),
        }
    }
}

#[differentiate]
fn loud(tone: &Tone, t: f64) -> f64 {
    sound(&tone.louder(t), t)
}

#[test]
fn patterns_and_literals() {
    for tone in [Sine { amplitude: 0.7, pitch: 1.9 }, Hum(0.6), Silence] {
        check!(sound(&tone, t); (tone, t) in [(tone, 0.4)]);
        check!(unit_first(tone, t); (tone, t) in [(tone, 0.4)]);
        check!(loud(&tone, t); (tone, t) in [(tone, 0.4)]);
    }
    for edge in [Rise(0.7), Fall { by: 1.3 }, X] {
        check!(edges(edge, t); (edge, t) in [(edge, 0.4)]);
    }
    for k in 0..3 {
        check_map!(made(t, k); t in [0.4]);
    }
    for up in [true, false] {
        check_map!(within(t, up); t in [0.4, 1.4]);
    }
}
