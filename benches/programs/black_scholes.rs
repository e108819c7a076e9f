//! The Black-Scholes price of a call: straight-line transcendental code, a helper called twice.

use autodiff::differentiate;

use super::{Program, Scalar, forward_mode};

const FRAC_1_SQRT_2PI: f64 = 0.398_942_280_401_432_7;

/// The standard normal distribution function, by the polynomial approximation 26.2.17 of
/// Abramowitz and Stegun.
#[differentiate]
fn normal_cdf(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.2316419 * x.abs());
    let series = t
        * (0.319381530
            + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
    let tail = FRAC_1_SQRT_2PI * (-0.5 * x * x).exp() * series;
    if x < 0.0 { tail } else { 1.0 - tail }
}

/// The price of a European call.
#[differentiate]
fn call_price(spot: f64, strike: f64, rate: f64, volatility: f64, maturity: f64) -> f64 {
    let deviation = volatility * maturity.sqrt();
    let drift = (rate + 0.5 * volatility * volatility) * maturity;
    let d1 = ((spot / strike).ln() + drift) / deviation;
    let d2 = d1 - deviation;
    spot * normal_cdf(d1) - strike * (-rate * maturity).exp() * normal_cdf(d2)
}

/// [`normal_cdf`] and the derivative of the approximation, from one exponential.
fn normal_cdf_and_slope(x: f64) -> (f64, f64) {
    let t = 1.0 / (1.0 + 0.2316419 * x.abs());
    let series = t
        * (0.319381530
            + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
    let series_slope = 0.319381530
        + t * (2.0 * -0.356563782
            + t * (3.0 * 1.781477937 + t * (4.0 * -1.821255978 + t * (5.0 * 1.330274429))));
    let density = FRAC_1_SQRT_2PI * (-0.5 * x * x).exp();
    let tail = density * series;
    // d tail / d|x|, with dt/d|x| = -0.2316419 t^2; the distribution is odd about its middle.
    let slope = density * (x.abs() * series + 0.2316419 * t * t * series_slope);
    (if x < 0.0 { tail } else { 1.0 - tail }, slope)
}

fn call_price_by_hand(
    spot: f64,
    strike: f64,
    rate: f64,
    volatility: f64,
    maturity: f64,
) -> (f64, (f64, f64, f64, f64, f64)) {
    let root = maturity.sqrt();
    let deviation = volatility * root;
    let growth = rate + 0.5 * volatility * volatility;
    let d1 = ((spot / strike).ln() + growth * maturity) / deviation;
    let d2 = d1 - deviation;
    let discount = (-rate * maturity).exp();
    let (n1, n1_slope) = normal_cdf_and_slope(d1);
    let (n2, n2_slope) = normal_cdf_and_slope(d2);
    let price = spot * n1 - strike * discount * n2;

    let d2_bar = -strike * discount * n2_slope;
    let d1_bar = spot * n1_slope + d2_bar;
    let numerator_bar = d1_bar / deviation;
    let deviation_bar = -d2_bar - numerator_bar * d1;
    let exponent_bar = strike * discount * n2;
    (
        price,
        (
            n1 + numerator_bar / spot,
            -discount * n2 - numerator_bar / strike,
            numerator_bar * maturity + exponent_bar * maturity,
            numerator_bar * maturity * volatility + deviation_bar * root,
            numerator_bar * growth + exponent_bar * rate + deviation_bar * volatility * 0.5 / root,
        ),
    )
}

pub struct BlackScholes {
    spot: f64,
    strike: f64,
    rate: f64,
    volatility: f64,
    maturity: f64,
}

impl Program for BlackScholes {
    const NAME: &'static str = "black-scholes";

    fn new() -> Self {
        Self { spot: 100.0, strike: 110.0, rate: 0.03, volatility: 0.25, maturity: 1.5 }
    }

    fn variables(&self) -> Vec<f64> {
        vec![self.spot, self.strike, self.rate, self.volatility, self.maturity]
    }

    fn primal(&self) -> f64 {
        call_price(self.spot, self.strike, self.rate, self.volatility, self.maturity)
    }

    fn autodiff(&self, gradient: &mut [f64]) -> f64 {
        let (price, (spot_bar, strike_bar, rate_bar, volatility_bar, maturity_bar)) =
            call_price::value_and_grad(
                self.spot,
                self.strike,
                self.rate,
                self.volatility,
                self.maturity,
            );
        gradient.copy_from_slice(&[spot_bar, strike_bar, rate_bar, volatility_bar, maturity_bar]);
        price
    }

    fn hand(&self, gradient: &mut [f64]) -> f64 {
        let (price, (spot_bar, strike_bar, rate_bar, volatility_bar, maturity_bar)) =
            call_price_by_hand(self.spot, self.strike, self.rate, self.volatility, self.maturity);
        gradient.copy_from_slice(&[spot_bar, strike_bar, rate_bar, volatility_bar, maturity_bar]);
        price
    }

    fn overloaded<S: Scalar>(&self, variables: &[S]) -> S {
        let [spot, strike] = [variables[0], variables[1]];
        let [rate, volatility, maturity] = [variables[2], variables[3], variables[4]];
        let deviation = volatility * maturity.sqrt();
        let drift = (rate + volatility * volatility * 0.5) * maturity;
        let d1 = ((spot / strike).ln() + drift) / deviation;
        let d2 = d1 - deviation;
        spot * overloaded_normal_cdf(d1)
            - strike * (-rate * maturity).exp() * overloaded_normal_cdf(d2)
    }

    fn num_dual(&self, variables: &[f64], gradient: &mut [f64]) -> f64 {
        forward_mode::<5, _>(self, variables, gradient)
    }
}

fn overloaded_normal_cdf<S: Scalar>(x: S) -> S {
    let negative = x.value() < 0.0;
    let magnitude = if negative { -x } else { x };
    let t = x.constant(1.0) / (magnitude * 0.2316419 + 1.0);
    let series = t
        * (t * (t * (t * (t * 1.330274429 - 1.821255978) + 1.781477937) - 0.356563782)
            + 0.319381530);
    let tail = (x * x * -0.5).exp() * FRAC_1_SQRT_2PI * series;
    if negative { tail } else { -tail + 1.0 }
}
