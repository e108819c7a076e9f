//! What a check finds.

use std::fmt;

use crate::Segment;

/// One derivative: of one coordinate of the result along one coordinate of the arguments.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Slope {
    /// What is differentiated: empty, if the result is one number.
    pub of: String,
    /// The argument along which, and where in it, such as `w[2][0]`; or the number of a direction.
    pub along: String,
    /// What the function under test gives.
    pub got: f64,
    /// What central differences give.
    pub expected: f64,
    /// How far apart the two may be.
    pub allowed: f64,
    /// The slopes to the left and to the right, where they seem to differ: the function has a kink or a
    /// jump there, or one close by.
    pub one_sided: Option<(f64, f64)>,
}

impl Slope {
    /// How far apart the two are.
    ///
    /// ```
    /// use autodiff::check::{self, Error};
    ///
    /// let wrong = check::gradient(|x: &f64| x * x, |x| -2.0 * x, 3.0);
    /// let Err(Error::Mismatch { wrong, .. }) = wrong else { panic!("it is found") };
    /// assert!((wrong[0].error() - 12.0).abs() < 1e-6);
    /// ```
    pub fn error(&self) -> f64 {
        (self.got - self.expected).abs()
    }

    /// How far apart the two are, measured by what is allowed.
    pub(super) fn excess(&self) -> f64 {
        self.error() / self.allowed
    }
}

/// A difference without the digits that are certainly wrong.
fn short(difference: f64) -> f64 {
    format!("{difference:.6e}").parse().unwrap_or(difference)
}

impl fmt::Display for Slope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { of, along, got, expected, allowed, one_sided } = self;
        if !of.is_empty() {
            write!(f, "{of} along ")?;
        }
        let error = self.error();
        write!(f, "{along}: got {got}, expected {} ", short(*expected))?;
        write!(f, "(off by {error:.3e}, allowed {allowed:.3e})")?;
        if let Some((left, right)) = one_sided {
            let (left, right) = (short(*left), short(*right));
            write!(f, "; the slope is {left} on one side and {right} on the other:")?;
            write!(f, " the function seems to have a kink or a jump here")?;
        }
        Ok(())
    }
}

/// A derivative that agrees with differences.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// What was checked, such as `gradient`.
    pub what: &'static str,
    /// How many slopes were compared.
    pub compared: usize,
    /// The one that is furthest off, measured by what is allowed.
    pub worst: Slope,
}

impl Report {
    /// Both checks as one.
    pub(super) fn with(self, other: Self, what: &'static str) -> Self {
        let compared = self.compared + other.compared;
        let worst =
            if self.worst.excess() < other.worst.excess() { other.worst } else { self.worst };
        Self { what, compared, worst }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, compared, worst } = self;
        write!(f, "the {what} agrees with differences in {compared} slopes; the worst is {worst}")
    }
}

/// A derivative that does not agree with differences, or a check that cannot be made.
///
/// # Examples
///
/// ```
/// use autodiff::check;
///
/// let f = |(x, w): &([f64; 2], f64)| (x[0] * x[0] + x[1]) * w;
/// let wrong = |(x, w): &([f64; 2], f64)| ([2.0 * x[0] * w, -w], x[0] * x[0] + x[1]);
/// let error = check::Check::new().names(["x", "w"]).gradient(f, wrong, ([2.0, 3.0], 5.0)).unwrap_err();
/// let text = error.to_string();
/// assert!(text.starts_with("the gradient is wrong in 1 of 3 slopes\n  x[1]: got -5, expected 5"), "{text}");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// Some slopes are wrong.
    Mismatch {
        /// What was checked, such as `gradient`.
        what: &'static str,
        /// How many slopes were compared.
        compared: usize,
        /// Those that are wrong.
        wrong: Vec<Slope>,
    },
    /// A number is infinite or no number.
    NotFinite {
        /// What it is, and where: the argument and the index.
        what: String,
        /// The number.
        value: f64,
    },
    /// A derivative has not the shape of what it belongs to, or a result is of different shapes at
    /// points close by.
    Shape {
        /// What has the wrong shape, and of which argument.
        what: String,
        /// How many coordinates it has.
        got: usize,
        /// How many it should have.
        expected: usize,
    },
    /// There is nothing to check: the arguments, or the result, have no coordinate.
    Empty {
        /// What has none.
        what: String,
    },
    /// The value that comes with the derivative is not that of the function.
    Value {
        /// Which coordinate of the result.
        of: String,
        /// What comes with the derivative.
        got: f64,
        /// What the function gives.
        expected: f64,
    },
}

/// So many wrong slopes are shown.
const SHOWN: usize = 8;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Mismatch { what, compared, wrong } => {
                write!(f, "the {what} is wrong in {} of {compared} slopes", wrong.len())?;
                for slope in wrong.iter().take(SHOWN) {
                    write!(f, "\n  {slope}")?;
                }
                if wrong.len() > SHOWN {
                    write!(f, "\n  and {} more", wrong.len() - SHOWN)?;
                }
                Ok(())
            }
            Error::NotFinite { what, value } => write!(f, "{what} is {value}"),
            Error::Shape { what, got, expected } => {
                write!(f, "{what} has {got} coordinates, and should have {expected}")
            }
            Error::Empty { what } => {
                write!(f, "there is nothing to check: {what} has no coordinate")
            }
            Error::Value { of, got, expected } => {
                write!(
                    f,
                    "{of} is {got} where it comes with a derivative, and {expected} elsewhere"
                )
            }
        }
    }
}

impl std::error::Error for Error {}

/// What the result of the function under test is.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// A value.
    Value,
    /// A gradient, with the coordinates of the arguments.
    Gradient,
    /// A value, and what the arguments of these names hold afterwards.
    InPlace(Vec<String>),
}

/// How coordinates are named in messages.
#[derive(Clone, Debug)]
pub(super) struct Names {
    /// Of the arguments; none if they have none.
    pub arguments: Vec<String>,
    /// What the result is.
    pub result: Kind,
}

fn text(path: &[Segment]) -> String {
    path.iter().map(Segment::to_string).collect()
}

impl Names {
    /// The same of a function that gives the gradient.
    pub fn of_gradient(&self) -> Self {
        Self { arguments: self.arguments.clone(), result: Kind::Gradient }
    }

    /// Whether there is one argument, and no tuple around it.
    fn is_bare(&self) -> bool {
        self.arguments.len() == 1 && !matches!(self.result, Kind::InPlace(_))
    }

    /// The number of the argument in which a coordinate is; none if there is one argument alone.
    pub fn argument(&self, path: &[Segment]) -> Option<usize> {
        match path.first() {
            Some(Segment::Position(i)) if !self.is_bare() => Some(*i),
            _ => None,
        }
    }

    /// The name of an argument.
    pub fn of_argument(&self, argument: Option<usize>) -> String {
        match (argument, self.arguments.get(argument.unwrap_or(0))) {
            (_, Some(name)) => name.clone(),
            (Some(i), None) => format!("argument {i}"),
            (None, None) => "the argument".to_owned(),
        }
    }

    /// A coordinate of the arguments, such as `w[2][0]`.
    pub fn input(&self, path: &[Segment]) -> String {
        let argument = self.argument(path);
        let rest = text(&path[usize::from(argument.is_some())..]);
        let name = self.of_argument(argument);
        let separated = self.arguments.is_empty() && !rest.is_empty();
        format!("{name}{}{rest}", if separated { " at " } else { "" })
    }

    /// A coordinate of the result: nothing, if it is one number.
    pub fn output(&self, path: &[Segment]) -> String {
        match (&self.result, path) {
            (Kind::Gradient, path) => self.input(path),
            (Kind::Value, []) | (Kind::InPlace(_), [Segment::Position(0)]) => String::new(),
            (Kind::Value, path) => format!("result{}", text(path)),
            (Kind::InPlace(names), [Segment::Position(1), Segment::Position(i), rest @ ..]) => {
                let name = names.get(*i).map_or("", String::as_str);
                format!("{name}{} afterwards", text(rest))
            }
            (Kind::InPlace(_), path) => format!("result{}", text(&path[1..])),
        }
    }
}
