//! Enums without numbers: constants, whatever else they hold.

use autodiff::differentiate;

use crate::harness::check;

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Linear,
    Power(i32),
}

/// Neither copied nor cloned.
enum Named {
    Plain,
    Called(String, usize),
}

struct Settings {
    kind: Kind,
    name: Named,
    steps: usize,
}

#[differentiate]
fn by_kind(kind: Kind, x: f64) -> f64 {
    match kind {
        Kind::Linear => 2.0 * x,
        Kind::Power(n) => x.powi(n),
    }
}

#[differentiate]
fn by_reference(named: &Named, kind: &Kind, x: f64) -> f64 {
    let base = match named {
        Named::Plain => x,
        Named::Called(name, n) if name == "square" => x * x + *n as f64,
        Named::Called(..) => x.sin(),
    };
    if *kind == Kind::Linear { base } else { base * base }
}

#[differentiate]
fn owned(named: Named, x: f64) -> f64 {
    match named {
        Named::Plain => x,
        Named::Called(name, n) => x * name.len() as f64 * n as f64,
    }
}

#[differentiate(wrt(x))]
fn in_a_struct(settings: &Settings, x: f64) -> f64 {
    let mut y = x;
    for _ in 0..settings.steps {
        y = match settings.kind {
            Kind::Linear => y * x,
            Kind::Power(n) => y.powi(n),
        };
    }
    if let Named::Called(_, n) = &settings.name { y * *n as f64 } else { y }
}

#[differentiate]
fn chosen(x: f64, y: f64) -> f64 {
    let kind = if x > y { Kind::Power(3) } else { Kind::Linear };
    match kind {
        Kind::Linear => x * y,
        Kind::Power(n) => x.powi(n) * y,
    }
}

#[test]
fn are_constant() {
    for kind in [Kind::Linear, Kind::Power(3)] {
        check!(by_kind(kind, x); x in [0.7]);
        for (name, n) in [("square", 3), ("other", 2)] {
            let named = Named::Called(name.to_owned(), n);
            check!(by_reference(&named, &kind, x); x in [0.7]);
            check!(owned(Named::Called(name.to_owned(), n), x); x in [0.7]);
            let settings = Settings { kind, name: named, steps: 2 };
            check!(in_a_struct(&settings, x); x in [0.7]);
        }
        check!(by_reference(&Named::Plain, &kind, x); x in [0.7]);
    }
    check!(chosen(x, y); (x, y) in [(0.7, 1.3), (1.3, 0.7)]);
}
