//! The fast Fourier transform of J. Cooley and J. Tukey (1965), in place with bit reversal, after
//! T. Cormen et al., *Introduction to Algorithms*, section 30.3, ITERATIVE-FFT.

use std::ops::{Add, Mul, Sub};

use autodiff::{Differentiable, Float, differentiate};

use crate::harness::{check, check_map, flat_structs};

#[derive(Differentiable, Clone, Copy, Debug, PartialEq)]
struct Complex<T: Float> {
    re: T,
    im: T,
}

#[differentiate]
impl<T: Float> Add for Complex<T> {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Complex { re: self.re + other.re, im: self.im + other.im }
    }
}

#[differentiate]
impl<T: Float> Sub for Complex<T> {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Complex { re: self.re - other.re, im: self.im - other.im }
    }
}

#[differentiate]
impl<T: Float> Mul for Complex<T> {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        Complex {
            re: self.re * other.re - self.im * other.im,
            im: self.re * other.im + self.im * other.re,
        }
    }
}

impl<T: Float> Complex<T> {
    #[differentiate]
    fn norm_sqr(&self) -> T {
        self.re * self.re + self.im * self.im
    }

    /// The point of the unit circle at `angle`.
    fn cis(angle: f64) -> Self {
        Complex { re: T::from_f64(angle.cos()), im: T::from_f64(angle.sin()) }
    }
}

/// Transforms in place. The length is a power of two.
#[differentiate]
fn fft<T: Float>(a: &mut [Complex<T>]) {
    let n = a.len();
    assert!(n.is_power_of_two());
    let bits = n.trailing_zeros();
    for k in 0..n {
        let reversed = k.reverse_bits() >> (usize::BITS - bits);
        if k < reversed {
            a.swap(k, reversed);
        }
    }
    let mut m = 2;
    while m <= n {
        for block in a.chunks_exact_mut(m) {
            let (even, odd) = block.split_at_mut(m / 2);
            for (j, (u, v)) in even.iter_mut().zip(odd).enumerate() {
                let twiddle = Complex::cis(-std::f64::consts::TAU * j as f64 / m as f64);
                let t = twiddle * *v;
                *v = *u - t;
                *u = *u + t;
            }
        }
        m *= 2;
    }
}

#[differentiate]
fn spectrum<T: Float>(signal: &[T]) -> Vec<Complex<T>> {
    let mut a: Vec<Complex<T>> = signal.iter().map(|&re| Complex { re, im: T::zero() }).collect();
    fft(&mut a);
    a
}

/// The share of the signal's power beyond a cut-off frequency.
#[differentiate]
fn high_power<T: Float>(signal: &[T], cutoff: usize) -> T {
    let spectrum = spectrum(signal);
    let half = &spectrum[..=signal.len() / 2];
    let power = |bins: &[Complex<T>]| -> T { bins.iter().map(|z| z.norm_sqr()).sum() };
    power(&half[cutoff..]) / power(half)
}

flat_structs! {
    f64: Complex<f64> => ComplexTangent<f64> { re, im };
    f32: Complex<f32> => ComplexTangent<f32> { re, im };
}

const SIGNAL: [f64; 8] = [0.5, 0.9, 0.3, -0.7, 0.2, 0.4, -0.6, 0.8];

#[test]
fn transforms() {
    check_map!(spectrum(&signal); signal in [SIGNAL.to_vec(), SIGNAL[..4].to_vec(), vec![0.3, -0.4]]);
    for cutoff in [1, 3] {
        check!(high_power(&signal, cutoff); signal in [SIGNAL.to_vec(), SIGNAL[..4].to_vec()]);
    }
    check!(high_power(&signal, 2); signal in [SIGNAL.map(|x| x as f32).to_vec()]);
}

/// The adjoint of the transform is the inverse transform times the length.
#[test]
fn the_adjoint_is_the_inverse() {
    let mut a = SIGNAL.map(|re| Complex { re, im: 0.3 - re * re }).to_vec();
    let seeds: Vec<_> = SIGNAL.iter().map(|&s| ComplexTangent { re: s, im: 1.0 - s }).collect();
    let mut adjoint = seeds.clone();
    fft::vjp_into(&mut a, (), &mut adjoint[..]);

    // The inverse is the transform with real and imaginary parts exchanged.
    let mut inverse: Vec<_> = seeds.iter().map(|s| Complex { re: s.im, im: s.re }).collect();
    fft(&mut inverse);
    for (got, want) in adjoint.iter().zip(&inverse) {
        assert!((got.re - want.im).abs() < 1e-14 && (got.im - want.re).abs() < 1e-14);
    }
}
