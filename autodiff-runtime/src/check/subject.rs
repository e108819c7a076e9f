//! The function under test, as a map between lists of numbers, and its slopes by central differences.

use super::outcome::{Error, Names, Report, Slope};
use crate::coordinates::{self, Coordinate};
use crate::{Coordinates, CoordinatesMut, Segment};

/// How a check is made.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    pub step: Option<f64>,
    pub absolute: Option<f64>,
    pub relative: Option<f64>,
    pub directions: Option<usize>,
    pub seed: u64,
}

/// The settings with what was left open decided by the precision.
#[derive(Clone, Copy, Debug)]
struct Precision {
    step: f64,
    absolute: f64,
    relative: f64,
}

impl Precision {
    /// PyTorch's, of `gradcheck`.
    const DOUBLE: Self = Self { step: 1e-6, absolute: 1e-5, relative: 1e-3 };
    /// A step at which rounding and curvature do about as much.
    const SINGLE: Self = Self { step: 1e-2, absolute: 1e-3, relative: 1e-2 };

    fn new(settings: &Settings, single: bool) -> Self {
        let default = if single { Self::SINGLE } else { Self::DOUBLE };
        Self {
            step: settings.step.unwrap_or(default.step),
            absolute: settings.absolute.unwrap_or(default.absolute),
            relative: settings.relative.unwrap_or(default.relative),
        }
    }

    fn allowed(&self, expected: f64) -> f64 {
        self.absolute + self.relative * expected.abs()
    }
}

/// A direction among the arguments.
#[derive(Clone, Debug)]
pub(super) struct Direction {
    /// Its name in messages.
    name: String,
    /// The one coordinate that it moves, if it is one alone.
    single: Option<usize>,
    /// One number for each coordinate.
    pub components: Vec<f64>,
}

/// The function under test, and where.
pub(super) struct Subject<'a, P, R> {
    function: &'a dyn Fn(&P) -> R,
    at: &'a P,
    /// The coordinates of the arguments.
    inputs: Vec<Coordinate>,
    /// Which of them are differentiated.
    active: Vec<usize>,
    /// The coordinates of the result.
    outputs: Vec<Coordinate>,
    names: &'a Names,
    precision: Precision,
    settings: &'a Settings,
}

impl<'a, P: Clone + CoordinatesMut, R: Coordinates> Subject<'a, P, R> {
    /// Evaluates the function, which is differentiated along the coordinates that `is_active` picks.
    pub fn new(
        function: &'a dyn Fn(&P) -> R,
        at: &'a P,
        names: &'a Names,
        settings: &'a Settings,
        is_active: &dyn Fn(&[Segment]) -> bool,
    ) -> Result<Self, Error> {
        let inputs = coordinates::coordinates(at);
        let active: Vec<usize> =
            (0..inputs.len()).filter(|i| is_active(&inputs[*i].path)).collect();
        if active.is_empty() {
            let what = match &names.arguments[..] {
                [] => "the point".to_owned(),
                arguments => arguments.join(", "),
            };
            return Err(Error::Empty { what });
        }
        let outputs = coordinates::coordinates(&function(at));
        if outputs.is_empty() {
            return Err(Error::Empty { what: "the result".to_owned() });
        }
        let precision = Precision::new(settings, inputs.iter().chain(&outputs).any(|c| c.single));
        let subject = Self { function, at, inputs, active, outputs, names, precision, settings };
        for output in &subject.outputs {
            subject.finite(output.value, || format!("the value{}", subject.of(output)))?;
        }
        Ok(subject)
    }

    /// ` of result[1]`, or nothing.
    fn of(&self, output: &Coordinate) -> String {
        match self.names.output(&output.path) {
            name if name.is_empty() => name,
            name => format!(" of {name}"),
        }
    }

    fn finite(&self, value: f64, what: impl FnOnce() -> String) -> Result<f64, Error> {
        if value.is_finite() { Ok(value) } else { Err(Error::NotFinite { what: what(), value }) }
    }

    /// A tangent of the arguments with these coordinates, of the shape of `zero`.
    pub fn along<T: Clone + CoordinatesMut>(&self, zero: &T, values: &[f64]) -> Result<T, Error> {
        filled("the tangent", zero, values, &self.inputs)
    }

    /// A tangent of the result with these coordinates, of the shape of `zero`.
    pub fn seed<T: Clone + CoordinatesMut>(&self, zero: &T, values: &[f64]) -> Result<T, Error> {
        filled("the seed", zero, values, &self.outputs)
    }

    /// The coordinates of a tangent of the arguments; `what` it is.
    pub fn tangent<T: Coordinates>(&self, what: &str, tangent: &T) -> Result<Vec<f64>, Error> {
        let got = coordinates::coordinates(tangent);
        let Some(values) = coordinates::matched(&got, &self.inputs) else {
            return Err(self.misshapen(what, &got));
        };
        for (got, input) in self.active.iter().map(|i| (values[*i], &self.inputs[*i])) {
            self.finite(got, || format!("the {what} along {}", self.names.input(&input.path)))?;
        }
        Ok(values)
    }

    /// Says of which argument a tangent has the wrong shape.
    fn misshapen(&self, what: &str, got: &[Coordinate]) -> Error {
        let count = |list: &[Coordinate], argument: Option<usize>| {
            list.iter().filter(|c| self.names.argument(&c.path) == argument).count()
        };
        let mut arguments: Vec<_> =
            self.inputs.iter().chain(got).map(|c| self.names.argument(&c.path)).collect();
        arguments.dedup();
        let differs = |a: &&Option<usize>| count(got, **a) != count(&self.inputs, **a);
        let argument = arguments.iter().find(differs).or(arguments.first()).copied().flatten();
        Error::Shape {
            what: format!("the {what} for {}", self.names.of_argument(argument)),
            got: count(got, argument),
            expected: count(&self.inputs, argument),
        }
    }

    /// The coordinates of a tangent of the result.
    pub fn pushed<T: Coordinates>(&self, what: &str, tangent: &T) -> Result<Vec<f64>, Error> {
        let got = coordinates::coordinates(tangent);
        let Some(got) = coordinates::matched(&got, &self.outputs) else {
            let what = format!("the {what}");
            return Err(Error::Shape { what, got: got.len(), expected: self.outputs.len() });
        };
        for (got, output) in got.iter().zip(&self.outputs) {
            self.finite(*got, || format!("the {what}{}", self.of(output)))?;
        }
        Ok(got)
    }

    /// Holds the value that comes with a derivative against the function's own.
    pub fn same_value(&self, value: &R) -> Result<(), Error> {
        let got = coordinates::values(value);
        if got.len() != self.outputs.len() {
            let what = "the value that comes with the derivative".to_owned();
            return Err(Error::Shape { what, got: got.len(), expected: self.outputs.len() });
        }
        for (got, output) in got.into_iter().zip(&self.outputs) {
            let expected = output.value;
            let error = (got - expected).abs();
            if error.is_nan() || error > self.precision.allowed(expected) {
                return Err(Error::Value {
                    of: format!("the value{}", self.of(output)),
                    got,
                    expected,
                });
            }
        }
        Ok(())
    }

    /// The name of a coordinate of the result, and the seed that picks it.
    pub fn output(&self, index: usize) -> (String, Vec<f64>) {
        let mut seed = vec![0.0; self.outputs.len()];
        seed[index] = 1.0;
        (self.names.output(&self.outputs[index].path), seed)
    }

    /// The entries of a matrix: by rows, or of several arguments one matrix each by rows. Gives one row
    /// for each output, of all inputs.
    pub fn rows<M: Coordinates>(&self, what: &str, matrix: &M) -> Result<Vec<Vec<f64>>, Error> {
        let entries = coordinates::coordinates(matrix);
        let (rows, columns) = (self.outputs.len(), self.inputs.len());
        if entries.len() != rows * columns {
            let (got, expected) = (entries.len(), rows * columns);
            return Err(Error::Shape { what: format!("the {what}"), got, expected });
        }
        let blocks = match entries[0].path.first() {
            Some(Segment::Position(_)) => self.widths(),
            _ => vec![columns],
        };
        let mut found = vec![Vec::with_capacity(columns); rows];
        let mut entries = entries.into_iter();
        for width in blocks {
            for row in &mut found {
                row.extend(entries.by_ref().take(width).map(|c| c.value));
            }
        }
        for (row, output) in found.iter().zip(&self.outputs) {
            for i in &self.active {
                let along = || self.names.input(&self.inputs[*i].path);
                self.finite(row[*i], || {
                    format!("the {what}{} along {}", self.of(output), along())
                })?;
            }
        }
        Ok(found)
    }

    /// How many coordinates each argument has.
    fn widths(&self) -> Vec<usize> {
        let mut widths: Vec<(Option<usize>, usize)> = Vec::new();
        for input in &self.inputs {
            let argument = self.names.argument(&input.path);
            match widths.last_mut() {
                Some((last, width)) if *last == argument => *width += 1,
                _ => widths.push((argument, 1)),
            }
        }
        widths.into_iter().map(|(_, width)| width).collect()
    }

    /// Every coordinate that is differentiated, or so many random directions as are set.
    pub fn directions(&self) -> impl Iterator<Item = Direction> {
        let count = self.settings.directions.unwrap_or(self.active.len());
        let mut random = Random(self.settings.seed);
        (0..count).map(move |k| {
            let mut components = vec![0.0; self.inputs.len()];
            if self.settings.directions.is_none() {
                let i = self.active[k];
                components[i] = 1.0;
                let name = self.names.input(&self.inputs[i].path);
                return Direction { name, single: Some(i), components };
            }
            let drawn = random.unit(self.active.len());
            for (i, component) in self.active.iter().zip(drawn) {
                components[*i] = component;
            }
            Direction { name: format!("random direction {k}"), single: None, components }
        })
    }

    /// Every coordinate of the result, or so many random directions as are set: one number for each
    /// coordinate, and a name.
    pub fn seeds(&self) -> impl Iterator<Item = (String, Vec<f64>)> {
        let count = self.settings.directions.unwrap_or(self.outputs.len());
        let mut random = Random(!self.settings.seed);
        (0..count).map(move |k| {
            if self.settings.directions.is_some() && self.outputs.len() > 1 {
                return ("a random seed".to_owned(), random.unit(self.outputs.len()));
            }
            self.output(k.min(self.outputs.len() - 1))
        })
    }

    /// Where a step leads: the coordinate that it has alone moved, and the result there.
    fn step(&self, direction: &Direction, by: f64) -> Result<(f64, Vec<f64>), Error> {
        let mut point = self.at.clone();
        coordinates::change(&mut point, |i, x| x + by * direction.components[i]);
        let to = direction.single.map_or(by, |i| coordinates::values(&point)[i]);
        let result = coordinates::values(&(self.function)(&point));
        if result.len() != self.outputs.len() {
            let what = format!("the result at a point close by, along {},", direction.name);
            return Err(Error::Shape { what, got: result.len(), expected: self.outputs.len() });
        }
        for (value, output) in result.iter().zip(&self.outputs) {
            let close = || format!("close to the point, along {}, the value", direction.name);
            self.finite(*value, || format!("{}{}", close(), self.of(output)))?;
        }
        Ok((to, result))
    }

    fn from(&self, direction: &Direction) -> f64 {
        direction.single.map_or(0.0, |i| self.inputs[i].value)
    }

    fn width(&self, direction: &Direction) -> f64 {
        self.precision.step * self.from(direction).abs().max(1.0)
    }

    /// The slopes of all outputs by central differences.
    pub fn slopes(&self, direction: &Direction) -> Result<Vec<f64>, Error> {
        let width = self.width(direction);
        let (above, upper) = self.step(direction, width)?;
        let (below, lower) = self.step(direction, -width)?;
        Ok(upper.iter().zip(lower).map(|(u, l)| (u - l) / (above - below)).collect())
    }

    /// The slopes of `<seed, result>` to the left and to the right, if they differ by more than is
    /// allowed, and no less over a shorter step: where a function is smooth, they approach each other.
    fn one_sided(&self, direction: &Direction, seed: &[f64]) -> Option<(f64, f64)> {
        let sides = |width: f64| {
            let slope = |by: f64| {
                let (to, result) = self.step(direction, by).ok()?;
                let change: f64 = result
                    .iter()
                    .zip(&self.outputs)
                    .zip(seed)
                    .map(|((moved, here), seed)| seed * (moved - here.value))
                    .sum();
                Some(change / (to - self.from(direction)))
            };
            Some((slope(-width)?, slope(width)?))
        };
        let width = self.width(direction);
        let apart = |(left, right): (f64, f64)| (left - right).abs();
        let (wide, narrow) = (sides(width)?, sides(width / 4.0)?);
        let allowed = self.precision.allowed(wide.0.abs().max(wide.1.abs()));
        (apart(wide) > allowed && apart(narrow) > 0.6 * apart(wide)).then_some(wide)
    }
}

/// A tangent of the shape of `zero` with these coordinates, which lie at the paths of the primal's.
fn filled<T: Clone + CoordinatesMut>(
    what: &str,
    zero: &T,
    values: &[f64],
    primal: &[Coordinate],
) -> Result<T, Error> {
    let valued = primal.iter().zip(values);
    let given: Vec<_> =
        valued.map(|(c, value)| Coordinate { value: *value, ..c.clone() }).collect();
    let shape = coordinates::coordinates(zero);
    let Some(values) = coordinates::matched(&given, &shape) else {
        return Err(Error::Shape {
            what: format!("{what} by `zero_tangent`"),
            got: shape.len(),
            expected: primal.len(),
        });
    };
    let mut tangent = zero.clone();
    coordinates::change(&mut tangent, |i, _| values[i]);
    Ok(tangent)
}

/// Compares slopes, and remembers those that are wrong.
#[derive(Debug)]
pub(super) struct Findings {
    what: &'static str,
    compared: usize,
    wrong: Vec<Slope>,
    worst: Option<Slope>,
}

impl Findings {
    pub fn new(what: &'static str) -> Self {
        Self { what, compared: 0, wrong: Vec::new(), worst: None }
    }

    /// Compares one slope: that of `<seed, result>` in a direction.
    pub fn compare<P: Clone + CoordinatesMut, R: Coordinates>(
        &mut self,
        subject: &Subject<'_, P, R>,
        (of, seed): (&str, &[f64]),
        direction: &Direction,
        got: f64,
        expected: f64,
    ) {
        self.compared += 1;
        let allowed = subject.precision.allowed(expected);
        let (of, along) = (of.to_owned(), direction.name.clone());
        let mut slope = Slope { of, along, got, expected, allowed, one_sided: None };
        if slope.error() > allowed {
            slope.one_sided = subject.one_sided(direction, seed);
            self.wrong.push(slope.clone());
        }
        if self.worst.as_ref().is_none_or(|worst| worst.excess() < slope.excess()) {
            self.worst = Some(slope);
        }
    }

    /// The result of the check.
    pub fn finish(self) -> Result<Report, Error> {
        let Self { what, compared, wrong, worst } = self;
        match worst {
            Some(worst) if wrong.is_empty() => Ok(Report { what, compared, worst }),
            Some(_) => Err(Error::Mismatch { what, compared, wrong }),
            None => Err(Error::Empty { what: "the list of directions".to_owned() }),
        }
    }
}

/// Numbers that look random, the same for the same seed: SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        // 53 bits, between -1 and 1.
        (z >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }

    /// A vector of length 1.
    fn unit(&mut self, len: usize) -> Vec<f64> {
        loop {
            let vector: Vec<f64> = (0..len).map(|_| self.next()).collect();
            let norm = vector.iter().map(|x| x * x).sum::<f64>().sqrt();
            if norm > 1e-3 {
                return vector.into_iter().map(|x| x / norm).collect();
            }
        }
    }
}
