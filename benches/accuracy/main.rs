//! How far the vector functions are from the exact values, in units in the last place: of `f32` for every
//! number (about a minute each), of `f64` for 10⁸ numbers of all magnitudes (about two minutes each).
//!
//! `cargo bench --bench accuracy`, or of some: `cargo bench --bench accuracy -- exp tanh`. With `--quick`, every
//! thousandth of them.

mod reference;

use std::thread;

use autodiff::simd;
use reference::{Scaled, error_f32, error_f64};

/// A function: its name, in both formats, as the standard library has it, and what is exact.
type Row = (&'static str, fn(f32) -> f32, fn(f64) -> f64, fn(f64) -> f64, fn(f64) -> Scaled);

const ROWS: [Row; 10] = [
    ("exp", simd::exp, simd::exp, f64::exp, reference::exp),
    ("exp2", simd::exp2, simd::exp2, f64::exp2, reference::exp2),
    ("exp_m1", simd::exp_m1, simd::exp_m1, f64::exp_m1, reference::exp_m1),
    ("ln", simd::ln, simd::ln, f64::ln, reference::ln),
    ("ln_1p", simd::ln_1p, simd::ln_1p, f64::ln_1p, reference::ln_1p),
    ("log2", simd::log2, simd::log2, f64::log2, reference::log2),
    ("log10", simd::log10, simd::log10, f64::log10, reference::log10),
    ("tanh", simd::tanh, simd::tanh, f64::tanh, reference::tanh),
    ("sinh", simd::sinh, simd::sinh, f64::sinh, reference::sinh),
    ("cosh", simd::cosh, simd::cosh, f64::cosh, reference::cosh),
];

const SAMPLES: u64 = 100_000_000;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let thin = if args.iter().any(|arg| arg == "--quick") { 1000 } else { 1 };
    let names: Vec<&String> = args.iter().filter(|arg| !arg.starts_with('-')).collect();
    println!("{:10}{:>12}{:>24}{:>12}{:>24}", "", "f32, ulp", "at", "f64, ulp", "at");
    for (name, single, double, std, exact) in ROWS {
        if !names.is_empty() && !names.iter().any(|own| *own == name) {
            continue;
        }
        let (of_single, at) = largest((1 << 32) / thin, |k| {
            let x = f32::from_bits((k * thin) as u32);
            let wide = f64::from(x);
            // The standard library's in double precision is exact enough.
            let near = std(wide);
            let got = single(x);
            (wide, compared(got.into(), near, f32::MAX.into(), || error_f32(got, (near.into(), 0))))
        });
        let (of_double, there) = largest(SAMPLES / thin, |k| {
            let x = sample(k);
            let near = std(x);
            let got = double(x);
            // The reference cannot take these: the odd functions are the number itself there.
            let is_odd = matches!(name, "exp_m1" | "ln_1p" | "tanh" | "sinh");
            let is_near = |x: f64| (got - x).abs() / f64::from_bits(1);
            (
                x,
                compared(got, near, f64::MAX, || match x.abs() {
                    small if is_odd && small < 1e-20 => is_near(x),
                    small if near == 0.0 || small < 1e-300 && !name.starts_with('l') => {
                        is_near(near)
                    }
                    _ => error_f64(got, exact(x)),
                }),
            )
        });
        println!("{name:10}{of_single:12.3}{at:24e}{of_double:12.3}{there:24e}");
    }
}

/// Numbers of both signs: half of them of any magnitude, half between 2⁻⁸ and 2¹⁰.
fn sample(k: u64) -> f64 {
    let mixed = (k ^ 0x9E37_79B9).wrapping_mul(0x2545_F491_4F6C_DD1D).rotate_left(29);
    let bits = (mixed ^ (mixed >> 31)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    if k.is_multiple_of(2) {
        return f64::from_bits(bits);
    }
    let exponent = 1023 - 8 + (bits >> 52) % 18;
    f64::from_bits((bits & (1 << 63)) | (exponent << 52) | (bits & ((1 << 52) - 1)))
}

/// The error where there is an exact value within range, given what the standard library has; elsewhere, NaN
/// and infinities have to be where that has them.
fn compared(got: f64, near: f64, greatest: f64, error: impl Fn() -> f64) -> f64 {
    if near.is_nan() || got.is_nan() {
        return if near.is_nan() && got.is_nan() { 0.0 } else { f64::INFINITY };
    }
    // The last number before infinity may be either.
    if near.abs() >= greatest || got.is_infinite() {
        let close = [got, near].iter().all(|x| x.abs() >= greatest * 0.999_999);
        return if close && got.signum() == near.signum() { 0.0 } else { f64::INFINITY };
    }
    error()
}

/// The largest of so many errors, and where it is.
fn largest(count: u64, error: impl Fn(u64) -> (f64, f64) + Sync) -> (f64, f64) {
    let threads = thread::available_parallelism().map_or(1, |n| n.get() as u64);
    let error = &error;
    let part = |first: u64| {
        let errors = (first..count).step_by(threads as usize).map(error);
        errors.fold(
            (0.0, 0.0),
            |(most, at), (x, error)| {
                if error > most { (error, x) } else { (most, at) }
            },
        )
    };
    let part = &part;
    thread::scope(|scope| {
        let parts: Vec<_> = (0..threads).map(|first| scope.spawn(move || part(first))).collect();
        let parts =
            parts.into_iter().map(|part| part.join().expect("no error of a function panics"));
        parts.fold((0.0, 0.0), |a: (f64, f64), b| if b.0 > a.0 { b } else { a })
    })
}
