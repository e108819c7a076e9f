//! A check with settings, and how each kind of derivative is checked.

use super::outcome::{Error, Kind, Names, Report};
use super::subject::{Findings, Settings, Subject};
use crate::{Coordinates, CoordinatesMut, Differentiable, Float};

/// A check with settings.
///
/// # Examples
///
/// ```
/// use autodiff::check::Check;
///
/// let check = Check::new().step(1e-5).absolute(1e-8).relative(1e-6).names(["x"]);
/// check.gradient(|x: &f64| x.sin(), |x| x.cos(), 0.5).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct Check {
    pub(super) settings: Settings,
    pub(super) names: Names,
}

/// What a derivative makes of a seed or of a tangent, given as coordinates.
type Apply<'a> = &'a mut dyn FnMut(&[f64]) -> Result<Vec<f64>, Error>;

impl Default for Check {
    fn default() -> Self {
        Self::new()
    }
}

impl Check {
    /// A check in every coordinate, with PyTorch's tolerances.
    ///
    /// ```
    /// use autodiff::check::Check;
    ///
    /// Check::new().gradient(|x: &f64| x * x, |x| 2.0 * x, 3.0).unwrap();
    /// ```
    pub fn new() -> Self {
        let names = Names { arguments: Vec::new(), result: Kind::Value };
        Self { settings: Settings::default(), names }
    }

    /// The step to both sides of a coordinate of magnitude up to 1.
    ///
    /// ```
    /// use autodiff::check::Check;
    ///
    /// Check::new().step(1e-3).gradient(|x: &f64| x * x, |x| 2.0 * x, 3.0).unwrap();
    /// ```
    #[must_use]
    pub fn step(mut self, step: f64) -> Self {
        self.settings.step = Some(step);
        self
    }

    /// How far off a slope may be, whatever its value.
    ///
    /// ```
    /// use autodiff::check::Check;
    ///
    /// let slightly_wrong = |x: &f64| 2.0 * x + 0.1;
    /// Check::new().absolute(0.2).gradient(|x: &f64| x * x, slightly_wrong, 3.0).unwrap();
    /// ```
    #[must_use]
    pub fn absolute(mut self, tolerance: f64) -> Self {
        self.settings.absolute = Some(tolerance);
        self
    }

    /// How far off a slope may be, times its value.
    ///
    /// ```
    /// use autodiff::check::Check;
    ///
    /// let slightly_wrong = |x: &f64| 2.01 * x;
    /// assert!(Check::new().gradient(|x: &f64| x * x, slightly_wrong, 3.0).is_err());
    /// Check::new().relative(0.01).gradient(|x: &f64| x * x, slightly_wrong, 3.0).unwrap();
    /// ```
    #[must_use]
    pub fn relative(mut self, tolerance: f64) -> Self {
        self.settings.relative = Some(tolerance);
        self
    }

    /// Checks in so many random directions, not in every coordinate: for many coordinates.
    ///
    /// ```
    /// use autodiff::check::Check;
    ///
    /// let f = |x: &Vec<f64>| x.iter().map(|x| x.sin()).sum::<f64>();
    /// let gradient = |x: &Vec<f64>| x.iter().map(|x| x.cos()).collect::<Vec<_>>();
    /// let report = Check::new().directions(5).gradient(f, gradient, vec![0.1; 10_000]).unwrap();
    /// assert_eq!(report.compared, 5);
    /// ```
    #[must_use]
    pub fn directions(mut self, count: usize) -> Self {
        self.settings.directions = Some(count);
        self
    }

    /// Picks the random directions; the same number picks the same.
    ///
    /// ```
    /// use autodiff::check::Check;
    ///
    /// let check = Check::new().directions(1).seed(42);
    /// check.gradient(|x: &[f64; 2]| x[0] * x[1], |x| [x[1], x[0]], [3.0, 4.0]).unwrap();
    /// ```
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// The names of the arguments, for messages: one for each element of the tuple of arguments, or one
    /// for an argument that is no such tuple.
    ///
    /// ```
    /// use autodiff::check::Check;
    ///
    /// let error = Check::new().names(["x"]).gradient(|x: &f64| x * x, |x| 3.0 * x, 1.0).unwrap_err();
    /// assert!(error.to_string().contains("x: got 3, expected 2"));
    /// ```
    #[must_use]
    pub fn names<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.names.arguments = names.into_iter().map(N::into).collect();
        self
    }

    /// See [`gradient`](super::gradient).
    ///
    /// # Errors
    ///
    /// If the gradient disagrees with differences, or cannot be checked.
    ///
    /// ```
    /// use autodiff::check::Check;
    ///
    /// Check::new().gradient(|x: &[f64; 2]| x[0] * x[1], |x| [x[1], x[0]], [3.0, 4.0]).unwrap();
    /// ```
    pub fn gradient<P, T>(
        &self,
        function: impl Fn(&P) -> T,
        gradient: impl Fn(&P) -> P::Tangent,
        at: P,
    ) -> Result<Report, Error>
    where
        P: Clone + Differentiable<Tangent: Coordinates> + CoordinatesMut,
        T: Float + Coordinates,
    {
        let subject = self.subject(&function, &at)?;
        let got = subject.tangent("gradient", &gradient(&at))?;
        self.pulled("gradient", &subject, &mut |_| Ok(got.clone()))
    }

    /// See [`vjp`](super::vjp).
    ///
    /// # Errors
    ///
    /// If the pullback disagrees with differences, or cannot be checked.
    ///
    /// ```
    /// use autodiff::check::Check;
    ///
    /// let polar = |p: &[f64; 2]| [p[0].hypot(p[1]), p[1].atan2(p[0])];
    /// let pull = |p: &[f64; 2], s: [f64; 2]| {
    ///     let r = p[0].hypot(p[1]);
    ///     [(s[0] * p[0] - s[1] * p[1] / r) / r, (s[0] * p[1] + s[1] * p[0] / r) / r]
    /// };
    /// Check::new().vjp(polar, pull, [3.0, 4.0]).unwrap();
    /// ```
    pub fn vjp<P, R>(
        &self,
        function: impl Fn(&P) -> R,
        vjp: impl Fn(&P, R::Tangent) -> P::Tangent,
        at: P,
    ) -> Result<Report, Error>
    where
        P: Clone + Differentiable<Tangent: Coordinates> + CoordinatesMut,
        R: Differentiable<Tangent: CoordinatesMut> + Coordinates,
    {
        let subject = self.subject(&function, &at)?;
        let zero = function(&at).zero_tangent();
        self.pulled("vjp", &subject, &mut |seed| {
            subject.tangent("vjp", &vjp(&at, subject.seed(&zero, seed)?))
        })
    }

    /// See [`jvp`](super::jvp).
    ///
    /// # Errors
    ///
    /// If the pushforward disagrees with differences, or cannot be checked.
    ///
    /// ```
    /// use autodiff::check::Check;
    ///
    /// let circle = |t: &f64| [t.cos(), t.sin()];
    /// Check::new().jvp(circle, |t, dt| (circle(t), [-dt * t.sin(), dt * t.cos()]), 0.5).unwrap();
    /// ```
    pub fn jvp<P, R>(
        &self,
        function: impl Fn(&P) -> R,
        jvp: impl Fn(&P, P::Tangent) -> (R, R::Tangent),
        at: P,
    ) -> Result<Report, Error>
    where
        P: Clone + Differentiable<Tangent: CoordinatesMut> + CoordinatesMut,
        R: Differentiable<Tangent: Coordinates> + Coordinates,
    {
        let subject = self.subject(&function, &at)?;
        let zero = at.zero_tangent();
        self.pushed("jvp", &subject, &mut |tangent| {
            let (value, tangent) = jvp(&at, subject.along(&zero, tangent)?);
            subject.same_value(&value)?;
            subject.pushed("jvp", &tangent)
        })
    }

    /// See [`jacobian`](super::jacobian).
    ///
    /// # Errors
    ///
    /// If an entry disagrees with differences, or the matrix cannot be checked.
    ///
    /// ```
    /// use autodiff::check::Check;
    ///
    /// let f = |x: &[f64; 3]| [x[0] * x[1], x[1] * x[2]];
    /// Check::new().jacobian(f, |x| [[x[1], x[0], 0.0], [0.0, x[2], x[1]]], [1.0, 2.0, 3.0]).unwrap();
    /// ```
    pub fn jacobian<P, R, M>(
        &self,
        function: impl Fn(&P) -> R,
        jacobian: impl Fn(&P) -> M,
        at: P,
    ) -> Result<Report, Error>
    where
        P: Clone + CoordinatesMut,
        R: Coordinates,
        M: Coordinates,
    {
        self.matrix("Jacobian", &self.names, &function, &jacobian(&at), &at)
    }

    /// See [`hvp`](super::hvp).
    ///
    /// # Errors
    ///
    /// If the product disagrees with differences of the gradient, or cannot be checked.
    ///
    /// ```
    /// use autodiff::check::Check;
    ///
    /// let gradient = |x: &[f64; 2]| [2.0 * x[0] * x[1], x[0] * x[0]];
    /// let product = |x: &[f64; 2], v: [f64; 2]| {
    ///     [2.0 * (x[1] * v[0] + x[0] * v[1]), 2.0 * x[0] * v[0]]
    /// };
    /// Check::new().hvp(gradient, product, [3.0, 4.0]).unwrap();
    /// ```
    pub fn hvp<P>(
        &self,
        gradient: impl Fn(&P) -> P::Tangent,
        hvp: impl Fn(&P, P::Tangent) -> P::Tangent,
        at: P,
    ) -> Result<Report, Error>
    where
        P: Clone + Differentiable<Tangent: CoordinatesMut> + CoordinatesMut,
    {
        let names = self.names.of_gradient();
        let subject = Subject::new(&gradient, &at, &names, &self.settings, &|_| true)?;
        let zero = at.zero_tangent();
        self.pushed("hvp", &subject, &mut |v| {
            subject.tangent("hvp", &hvp(&at, subject.along(&zero, v)?))
        })
    }

    /// See [`hessian`](super::hessian).
    ///
    /// # Errors
    ///
    /// If an entry disagrees with differences of the gradient, or the matrix cannot be checked.
    ///
    /// ```
    /// use autodiff::check::Check;
    ///
    /// let gradient = |x: &[f64; 2]| [2.0 * x[0] * x[1], x[0] * x[0]];
    /// let hessian = |x: &[f64; 2]| [[2.0 * x[1], 2.0 * x[0]], [2.0 * x[0], 0.0]];
    /// Check::new().hessian(gradient, hessian, [3.0, 4.0]).unwrap();
    /// ```
    pub fn hessian<P, M>(
        &self,
        gradient: impl Fn(&P) -> P::Tangent,
        hessian: impl Fn(&P) -> M,
        at: P,
    ) -> Result<Report, Error>
    where
        P: Clone + Differentiable<Tangent: Coordinates> + CoordinatesMut,
        M: Coordinates,
    {
        self.matrix("Hessian", &self.names.of_gradient(), &gradient, &hessian(&at), &at)
    }

    fn subject<'a, P: Clone + CoordinatesMut, R: Coordinates>(
        &'a self,
        function: &'a dyn Fn(&P) -> R,
        at: &'a P,
    ) -> Result<Subject<'a, P, R>, Error> {
        Subject::new(function, at, &self.names, &self.settings, &|_| true)
    }

    /// Compares what a pullback makes of seeds.
    pub(super) fn pulled<P: Clone + CoordinatesMut, R: Coordinates>(
        &self,
        what: &'static str,
        subject: &Subject<'_, P, R>,
        pull: Apply<'_>,
    ) -> Result<Report, Error> {
        let mut rows = Vec::new();
        for (of, seed) in subject.seeds() {
            let row = pull(&seed)?;
            rows.push((of, seed, row));
        }
        let mut findings = Findings::new(what);
        for (k, direction) in subject.directions().enumerate() {
            let slopes = subject.slopes(&direction)?;
            // Each random direction has its own random seed, each coordinate all of them.
            let rows = match self.settings.directions {
                Some(_) => &rows[k..=k],
                None => &rows[..],
            };
            for (of, seed, row) in rows {
                let (got, expected) = (dot(row, &direction.components), dot(seed, &slopes));
                findings.compare(subject, (of, seed), &direction, got, expected);
            }
        }
        findings.finish()
    }

    /// Compares what a pushforward makes of tangents.
    pub(super) fn pushed<P: Clone + CoordinatesMut, R: Coordinates>(
        &self,
        what: &'static str,
        subject: &Subject<'_, P, R>,
        push: Apply<'_>,
    ) -> Result<Report, Error> {
        let mut findings = Findings::new(what);
        for direction in subject.directions() {
            let (slopes, got) = (subject.slopes(&direction)?, push(&direction.components)?);
            for (j, (got, expected)) in got.into_iter().zip(slopes).enumerate() {
                let (of, seed) = subject.output(j);
                findings.compare(subject, (&of, &seed), &direction, got, expected);
            }
        }
        findings.finish()
    }

    fn matrix<P: Clone + CoordinatesMut, R: Coordinates, M: Coordinates>(
        &self,
        what: &'static str,
        names: &Names,
        function: &dyn Fn(&P) -> R,
        matrix: &M,
        at: &P,
    ) -> Result<Report, Error> {
        let subject = Subject::new(function, at, names, &self.settings, &|_| true)?;
        let rows = subject.rows(what, matrix)?;
        self.pushed(what, &subject, &mut |tangent| {
            Ok(rows.iter().map(|row| dot(row, tangent)).collect())
        })
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
