//! `docs/conventions.md`, row by row: what it says of each function at each point is what the
//! compiled derivative gives in reverse and in forward mode, and what it says of JAX is what JAX gave.

use autodiff::differentiate;

/// The reverse and the forward derivative in each argument.
type Derivatives = fn(&[f64]) -> [Vec<f64>; 2];

macro_rules! table {
    (
        unary { $($one:ident)* }
        binary { $($two:ident)* }
        operators { $($operation:ident $operator:tt)* }
    ) => {
        mod functions {
            use super::differentiate;

            $(#[differentiate] pub fn $one(x: f64) -> f64 { x.$one() })*
            $(#[allow(deprecated)] #[differentiate] pub fn $two(x: f64, y: f64) -> f64 { x.$two(y) })*
            $(#[differentiate] pub fn $operation(x: f64, y: f64) -> f64 { x $operator y })*

            #[differentiate]
            pub fn powi(x: f64, n: i32) -> f64 {
                x.powi(n)
            }

            #[differentiate]
            pub fn clamp(x: f64, low: f64, high: f64) -> f64 {
                x.clamp(low, high)
            }
        }

        fn derivatives(name: &str) -> Derivatives {
            match name {
                $(stringify!($one) => |at| {
                    use functions::$one;
                    [vec![$one::grad(at[0])], vec![$one::jvp(at[0], 1.0).1]]
                },)*
                $(stringify!($two) => |at| {
                    use functions::$two;
                    let (x, y) = $two::grad(at[0], at[1]);
                    [vec![x, y], binary(|dot| $two::jvp(at[0], at[1], dot).1)]
                },)*
                $(stringify!($operation) => |at| {
                    use functions::$operation;
                    let (x, y) = $operation::grad(at[0], at[1]);
                    [vec![x, y], binary(|dot| $operation::jvp(at[0], at[1], dot).1)]
                },)*
                "powi" => |at| {
                    use functions::powi;
                    let n = at[1] as i32;
                    [vec![powi::grad(at[0], n)], vec![powi::jvp(at[0], n, 1.0).1]]
                },
                "clamp" => |at| {
                    use functions::clamp;
                    let (x, low, high) = clamp::grad(at[0], at[1], at[2]);
                    let along = |dot| clamp::jvp(at[0], at[1], at[2], dot).1;
                    let forward = [along((1.0, 0.0, 0.0)), along((0.0, 1.0, 0.0)), along((0.0, 0.0, 1.0))];
                    [vec![x, low, high], forward.to_vec()]
                },
                name => panic!("`{name}` is in the table of the documentation and not in this one"),
            }
        }
    };
}

fn binary(along: impl Fn((f64, f64)) -> f64) -> Vec<f64> {
    vec![along((1.0, 0.0)), along((0.0, 1.0))]
}

table! {
    unary {
        abs signum floor ceil round_ties_even trunc fract sqrt cbrt recip exp exp2 exp_m1 ln ln_1p
        log2 log10 asin acos acosh tanh atanh
    }
    binary { log rem_euclid div_euclid powf max min abs_sub copysign hypot atan2 }
    operators { div / rem % }
}

/// A row: function, point, derivative here, derivative in JAX, and JAX's name for the function.
#[derive(Debug)]
struct Row {
    name: String,
    at: Vec<f64>,
    here: Vec<Option<f64>>,
    jax: Vec<Option<f64>>,
    compared_with: String,
}

fn rows() -> Vec<Row> {
    let document = include_str!("../docs/conventions.md");
    let (_, table) = document.split_once("## Point by point").expect("the table's heading");
    let lines = table.lines().filter(|line| line.starts_with("| `"));
    lines.map(row).collect()
}

fn row(line: &str) -> Row {
    let cells: Vec<_> = line.trim_matches('|').split(" | ").map(str::trim).collect();
    let &[name, at, here, jax, compared_with] = &cells[..] else {
        panic!("not five cells: {line}")
    };
    let numbers = |cell: &str| -> Vec<Option<f64>> {
        cell.trim_matches(['*', '(', ')']).split(", ").map(number).collect()
    };
    Row {
        name: name.trim_matches('`').to_owned(),
        at: numbers(at).into_iter().map(|x| x.expect("a point has coordinates")).collect(),
        here: numbers(here),
        jax: numbers(jax),
        compared_with: compared_with.trim_matches('`').to_owned(),
    }
}

/// `–` stands for an argument that has no derivative.
fn number(text: &str) -> Option<f64> {
    (text != "–").then(|| text.replace('∞', "inf").parse().expect("a number"))
}

/// Equal as the documentation has it: zeros of both signs are one.
fn same(got: f64, expected: f64) -> bool {
    got == expected || (got.is_nan() && expected.is_nan())
}

#[test]
fn derivatives_are_the_documented_ones() {
    let rows = rows();
    assert!(rows.len() > 90, "{} rows were read", rows.len());
    for row in rows {
        let expected: Vec<f64> = row.here.iter().flatten().copied().collect();
        let [reverse, forward] = derivatives(&row.name)(&row.at);
        assert_eq!((reverse.len(), forward.len()), (expected.len(), expected.len()), "{row:?}");
        for (got, expected) in reverse.iter().zip(&expected) {
            assert!(same(*got, *expected), "{row:?}: reverse mode gives {got}");
        }
        for (i, got) in forward.into_iter().enumerate() {
            // The tangents of the other arguments are zero, and zero times infinity is NaN.
            let others = expected.iter().enumerate().filter(|(j, _)| *j != i);
            if others.map(|(_, partial)| 0.0 * partial).all(|product| product == 0.0) {
                assert!(same(got, expected[i]), "{row:?}: forward mode gives {got}");
            }
        }
    }
}

/// The figures of JAX, and of which function, are those that the script beside the data computed.
#[test]
fn figures_of_jax_are_those_computed() {
    let data = include_str!("../autodiff-macros/compiler/tests/data/jax_conventions.csv");
    let rows = rows();
    assert_eq!(data.lines().count() - 1, rows.len());
    for (line, row) in data.lines().skip(1).zip(rows) {
        let &[name, function, at, derivatives] = &line.split(',').collect::<Vec<_>>()[..] else {
            panic!("not four columns: {line}");
        };
        // A comma would end the column.
        assert_eq!((name, function.replace(';', ",")), (&*row.name, row.compared_with.clone()));
        let at = at.split(' ').map(|x| x.parse::<f64>().expect("a number"));
        assert!(at.zip(&row.at).all(|(a, b)| same(a, *b)), "{line}: {row:?}");
        for (derivative, documented) in derivatives.split(' ').zip(row.jax) {
            let expected = (derivative != "_").then(|| derivative.parse().expect("a number"));
            match (expected, documented) {
                (Some(a), Some(b)) => assert!(same(a, b), "{line}"),
                (a, b) => assert_eq!(a, b, "{line}"),
            }
        }
    }
}

/// The difference from JAX, and that there is no other.
#[test]
fn what_differs_from_jax_is_set_in_bold() {
    let document = include_str!("../docs/conventions.md");
    for line in document.lines().filter(|line| line.starts_with("| `")) {
        let row = row(line);
        let differs = row.here.iter().zip(&row.jax).any(|(here, jax)| match (here, jax) {
            (Some(here), Some(jax)) => !same(*here, *jax),
            (here, jax) => here != jax,
        });
        assert_eq!(differs, line.contains("**"), "{line}");
    }
}
