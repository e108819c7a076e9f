//! A thousand Runge-Kutta steps of the Lorenz system: fixed arrays and calls in a loop.

use autodiff::differentiate;

use super::{Program, Scalar, forward_mode};

const STEPS: usize = 1_000;
const DT: f64 = 0.01;

/// The Lorenz system's right-hand side.
#[differentiate]
fn lorenz_rhs(u: [f64; 3], sigma: f64, rho: f64, beta: f64) -> [f64; 3] {
    [sigma * (u[1] - u[0]), u[0] * (rho - u[2]) - u[1], u[0] * u[1] - beta * u[2]]
}

/// The point `u + h k`.
#[differentiate(wrt(u, k))]
fn ahead(u: [f64; 3], h: f64, k: [f64; 3]) -> [f64; 3] {
    [u[0] + h * k[0], u[1] + h * k[1], u[2] + h * k[2]]
}

/// The squared distance from the origin after [`STEPS`] steps of the classical Runge-Kutta method.
#[differentiate]
fn lorenz(start: [f64; 3], sigma: f64, rho: f64, beta: f64) -> f64 {
    let mut u = start;
    for _ in 0..STEPS {
        let k1 = lorenz_rhs(u, sigma, rho, beta);
        let k2 = lorenz_rhs(ahead(u, 0.5 * DT, k1), sigma, rho, beta);
        let k3 = lorenz_rhs(ahead(u, 0.5 * DT, k2), sigma, rho, beta);
        let k4 = lorenz_rhs(ahead(u, DT, k3), sigma, rho, beta);
        for i in 0..3 {
            u[i] += DT / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]);
        }
    }
    u[0] * u[0] + u[1] * u[1] + u[2] * u[2]
}

/// The shadows of [`lorenz`]'s parameters.
type Shadows<'a> = (&'a mut [f64; 3], &'a mut f64, &'a mut f64, &'a mut f64);

/// The right-hand side's adjoint at `k_bar` with respect to `u`; what the parameters receive is
/// added to theirs.
fn lorenz_rhs_pullback(
    [x, y, z]: [f64; 3],
    [sigma, rho, beta]: [f64; 3],
    k_bar: [f64; 3],
    parameters_bar: &mut [f64; 3],
) -> [f64; 3] {
    parameters_bar[0] += k_bar[0] * (y - x);
    parameters_bar[1] += k_bar[1] * x;
    parameters_bar[2] -= k_bar[2] * z;
    [
        k_bar[1] * (rho - z) + k_bar[2] * y - k_bar[0] * sigma,
        k_bar[0] * sigma - k_bar[1] + k_bar[2] * x,
        -k_bar[1] * x - k_bar[2] * beta,
    ]
}

/// Keeps the four points at which each step evaluates the right-hand side: that is all its pullback
/// reads, and it spares the reverse sweep a second forward one.
fn lorenz_by_hand(start: [f64; 3], sigma: f64, rho: f64, beta: f64, shadows: Shadows) -> f64 {
    let mut u = start;
    let points: Vec<[[f64; 3]; 4]> = (0..STEPS)
        .map(|_| {
            let p1 = u;
            let k1 = lorenz_rhs(p1, sigma, rho, beta);
            let p2 = ahead(u, 0.5 * DT, k1);
            let k2 = lorenz_rhs(p2, sigma, rho, beta);
            let p3 = ahead(u, 0.5 * DT, k2);
            let k3 = lorenz_rhs(p3, sigma, rho, beta);
            let p4 = ahead(u, DT, k3);
            let k4 = lorenz_rhs(p4, sigma, rho, beta);
            for i in 0..3 {
                u[i] += DT / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]);
            }
            [p1, p2, p3, p4]
        })
        .collect();

    let parameters = [sigma, rho, beta];
    let mut u_bar = u.map(|u| 2.0 * u);
    let mut parameters_bar = [0.0; 3];
    for &[p1, p2, p3, p4] in points.iter().rev() {
        let mut pull = |p, k_bar| lorenz_rhs_pullback(p, parameters, k_bar, &mut parameters_bar);
        let outer = u_bar.map(|u_bar| DT / 6.0 * u_bar);
        let inner = u_bar.map(|u_bar| DT / 3.0 * u_bar);
        let p4_bar = pull(p4, outer);
        let p3_bar = pull(p3, ahead(inner, DT, p4_bar));
        let p2_bar = pull(p2, ahead(inner, 0.5 * DT, p3_bar));
        let p1_bar = pull(p1, ahead(outer, 0.5 * DT, p2_bar));
        // In the order in which they are ready: the chain from step to step is the cost.
        for i in 0..3 {
            u_bar[i] = u_bar[i] + p4_bar[i] + p3_bar[i] + p2_bar[i] + p1_bar[i];
        }
    }

    let (start_bar, sigma_bar, rho_bar, beta_bar) = shadows;
    *start_bar = ahead(*start_bar, 1.0, u_bar);
    *sigma_bar += parameters_bar[0];
    *rho_bar += parameters_bar[1];
    *beta_bar += parameters_bar[2];
    u[0] * u[0] + u[1] * u[1] + u[2] * u[2]
}

/// The gradient's six entries as the shadows of [`lorenz`]'s parameters.
fn shadows(gradient: &mut [f64]) -> Shadows<'_> {
    let Some((start, [sigma, rho, beta])) = gradient.split_first_chunk_mut() else {
        panic!("the Lorenz system has six variables");
    };
    (start, sigma, rho, beta)
}

pub struct Lorenz {
    start: [f64; 3],
    sigma: f64,
    rho: f64,
    beta: f64,
}

impl Program for Lorenz {
    const NAME: &'static str = "lorenz-rk4";

    fn new() -> Self {
        Self { start: [1.0, 1.5, 20.0], sigma: 10.0, rho: 28.0, beta: 8.0 / 3.0 }
    }

    fn variables(&self) -> Vec<f64> {
        let mut variables = self.start.to_vec();
        variables.extend([self.sigma, self.rho, self.beta]);
        variables
    }

    fn primal(&self) -> f64 {
        lorenz(self.start, self.sigma, self.rho, self.beta)
    }

    fn autodiff(&self, gradient: &mut [f64]) -> f64 {
        lorenz::grad_into(self.start, self.sigma, self.rho, self.beta, shadows(gradient))
    }

    fn hand(&self, gradient: &mut [f64]) -> f64 {
        lorenz_by_hand(self.start, self.sigma, self.rho, self.beta, shadows(gradient))
    }

    fn overloaded<S: Scalar>(&self, variables: &[S]) -> S {
        let [sigma, rho, beta] = [variables[3], variables[4], variables[5]];
        let rhs = |[x, y, z]: [S; 3]| [sigma * (y - x), x * (rho - z) - y, x * y - beta * z];
        let ahead =
            |u: [S; 3], h: f64, k: [S; 3]| [u[0] + k[0] * h, u[1] + k[1] * h, u[2] + k[2] * h];
        let mut u = [variables[0], variables[1], variables[2]];
        for _ in 0..STEPS {
            let k1 = rhs(u);
            let k2 = rhs(ahead(u, 0.5 * DT, k1));
            let k3 = rhs(ahead(u, 0.5 * DT, k2));
            let k4 = rhs(ahead(u, DT, k3));
            for i in 0..3 {
                u[i] = u[i] + (k1[i] + k2[i] * 2.0 + k3[i] * 2.0 + k4[i]) * (DT / 6.0);
            }
        }
        u[0] * u[0] + u[1] * u[1] + u[2] * u[2]
    }

    fn num_dual(&self, variables: &[f64], gradient: &mut [f64]) -> f64 {
        forward_mode::<6, _>(self, variables, gradient)
    }
}
