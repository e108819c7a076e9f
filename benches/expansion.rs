//! What the attribute costs a build: the time to expand a function of 200 lines.
//!
//! The compiler runs here outside of rustc, on proc-macro2's own tokens. Parsing the text into
//! tokens is rustc's work and not timed.

use criterion::{BatchSize, Criterion};
use proc_macro2::TokenStream;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let item: TokenStream = long_function().parse().expect("the generated function is Rust");
    criterion.bench_function("expand 200 lines", |b| {
        b.iter_batched(
            || item.clone(),
            |item| {
                autodiff_compiler::expand(autodiff_compiler::Library::ALL, TokenStream::new(), item)
            },
            // The code that comes out is dropped before the next call, as it is in a build: kept for a batch
            // of calls, it would be page faults that are timed.
            BatchSize::PerIteration,
        );
    });
    criterion.final_summary();
}

/// A function of 200 lines: 24 stanzas of scalar arithmetic, a branch and a loop, each built on
/// the last.
fn long_function() -> String {
    let mut text = String::from("fn long(x: &[f64], p: f64) -> f64 {\n");
    text += "    let mut total = 0.0;\n";
    text += "    let y0 = p * p;\n";
    text += "    let y1 = p + 1.0;\n";
    for stanza in 0..24 {
        let (older, newer, y) = (stanza, stanza + 1, stanza + 2);
        text += &format!("    let u = y{older} * (1.0 + y{newer}).sin();\n");
        text += "    let v = (u * u + 1.0).sqrt().ln();\n";
        text +=
            &format!("    let y{y} = if v > 0.5 {{ u / (1.0 + v) }} else {{ u - v.tanh() }};\n");
        text += "    let mut sum = 0.0;\n";
        text += "    for i in 0..x.len() {\n";
        text += &format!("        sum += y{y} * x[i].exp() + v;\n");
        text += "    }\n";
        text += "    total += sum * sum;\n";
    }
    text += "    let norm = 1.0 + total * total;\n";
    text += "    let mean = total / norm;\n";
    text += "    mean + y25\n";
    text += "}\n";
    text
}
