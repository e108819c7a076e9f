//! What the interpreter computes with.

use std::fmt::{self, Display, Formatter};

use crate::ir::{Float, Shape, Type};

/// A value while a graph is evaluated.
#[derive(Clone, Debug, PartialEq)]
pub enum Datum {
    /// A floating-point number of any precision.
    Float(f64),
    /// An integer of any type.
    Int(i64),
    /// `bool`.
    Bool(bool),
    /// `()`; also the zero tangent of what has no derivative.
    Unit,
    /// An array, a slice or a `Vec`.
    Seq(Vec<Datum>),
    /// A tuple.
    Tuple(Vec<Datum>),
    /// A struct with named fields.
    Struct(Vec<(String, Datum)>),
    /// An `Option` of a kept value.
    Kept(Option<Box<Datum>>),
    /// A stack of values kept for the backward sweep.
    Stack(Vec<Datum>),
    /// What a differentiated call leaves behind.
    Pullback {
        /// The function as the call names it.
        path: String,
        /// Its arguments on entry.
        args: Vec<Datum>,
    },
    /// No value. Arithmetic hands it on; a branch, an index or a bound must not depend on it.
    Undef,
}

/// One step of a path into a [`Datum`].
#[derive(Clone, Debug)]
pub enum Step {
    /// `[i]`.
    Index(usize),
    /// `[lo..hi]`; an end that is left out is the sequence's own.
    Slice(usize, Option<usize>),
    /// `.0`.
    Position(usize),
    /// `.name`.
    Name(String),
}

impl Datum {
    /// The number.
    pub fn float(&self) -> Result<f64, String> {
        match self {
            Datum::Float(x) => Ok(*x),
            other => Err(format!("{other} is no float")),
        }
    }

    /// The integer.
    pub fn int(&self) -> Result<i64, String> {
        match self {
            Datum::Int(n) => Ok(*n),
            other => Err(format!("{other} is no integer")),
        }
    }

    /// The integer as an index or a length.
    pub fn index(&self) -> Result<usize, String> {
        let n = self.int()?;
        usize::try_from(n).map_err(|_| format!("{n} is no index"))
    }

    /// The truth value.
    pub fn bool(&self) -> Result<bool, String> {
        match self {
            Datum::Bool(b) => Ok(*b),
            other => Err(format!("{other} is no bool")),
        }
    }

    /// The elements.
    pub fn elements(&self) -> Result<&[Datum], String> {
        match self {
            Datum::Seq(elements) => Ok(elements),
            other => Err(format!("{other} is no sequence")),
        }
    }

    /// The zero tangent of the same shape.
    pub fn zero(&self) -> Datum {
        let zeros = |parts: &[Datum]| parts.iter().map(Datum::zero).collect();
        match self {
            Datum::Float(_) => Datum::Float(0.0),
            Datum::Seq(parts) => Datum::Seq(zeros(parts)),
            Datum::Tuple(parts) => Datum::Tuple(zeros(parts)),
            Datum::Struct(fields) => {
                Datum::Struct(fields.iter().map(|(name, d)| (name.clone(), d.zero())).collect())
            }
            Datum::Undef => Datum::Undef,
            _ => Datum::Unit,
        }
    }

    /// `self += other`, as tangents and adjoints are added.
    pub fn add(&mut self, other: &Datum) -> Result<(), String> {
        match (&mut *self, other) {
            (Datum::Float(a), Datum::Float(b)) => *a += b,
            (Datum::Unit, _) | (Datum::Undef, _) => {}
            (_, Datum::Undef) => *self = Datum::Undef,
            (Datum::Seq(a), Datum::Seq(b)) | (Datum::Tuple(a), Datum::Tuple(b))
                if a.len() == b.len() =>
            {
                a.iter_mut().zip(b).try_for_each(|(a, b)| a.add(b))?;
            }
            (Datum::Struct(a), Datum::Struct(b)) if a.len() == b.len() => {
                a.iter_mut().zip(b).try_for_each(|((_, a), (_, b))| a.add(b))?;
            }
            (a, b) => return Err(format!("{a} and {b} cannot be added")),
        }
        Ok(())
    }

    /// What is at the end of a path.
    pub fn get(&self, path: &[Step]) -> Result<Datum, String> {
        let Some((step, rest)) = path.split_first() else {
            return Ok(self.clone());
        };
        match step {
            Step::Slice(lo, hi) => {
                let elements = self.elements()?;
                let window = elements.get(*lo..hi.unwrap_or(elements.len()));
                let window = window.ok_or_else(|| self.misses(step))?;
                Datum::Seq(window.to_vec()).get(rest)
            }
            step => {
                let part = match (self, step) {
                    (Datum::Seq(parts), Step::Index(i)) => parts.get(*i),
                    (Datum::Tuple(parts), Step::Position(i)) => parts.get(*i),
                    (Datum::Struct(fields), Step::Name(name)) => {
                        fields.iter().find(|(n, _)| n == name).map(|(_, d)| d)
                    }
                    _ => None,
                };
                part.ok_or_else(|| self.misses(step))?.get(rest)
            }
        }
    }

    /// Changes what is at the end of a path; a part of a sequence keeps its length.
    pub fn update(
        &mut self,
        path: &[Step],
        change: &mut dyn FnMut(&mut Datum) -> Result<(), String>,
    ) -> Result<(), String> {
        let Some((step, rest)) = path.split_first() else {
            return change(self);
        };
        if let Step::Slice(lo, _) = step {
            let mut window = self.get(std::slice::from_ref(step))?;
            let before = window.elements()?.len();
            window.update(rest, change)?;
            let (Datum::Seq(elements), Datum::Seq(window)) = (self, window) else {
                return Err("a part of a sequence became something else".into());
            };
            if window.len() != before {
                return Err(format!("{} elements for {before} places", window.len()));
            }
            elements[*lo..lo + before].clone_from_slice(&window);
            return Ok(());
        }
        let missing = self.misses(step);
        let part = match (self, step) {
            (Datum::Seq(parts), Step::Index(i)) => parts.get_mut(*i),
            (Datum::Tuple(parts), Step::Position(i)) => parts.get_mut(*i),
            (Datum::Struct(fields), Step::Name(name)) => {
                fields.iter_mut().find(|(n, _)| n == name).map(|(_, d)| d)
            }
            _ => None,
        };
        part.ok_or(missing)?.update(rest, change)
    }

    fn misses(&self, step: &Step) -> String {
        format!("{self} has no {step:?}")
    }

    /// The datum as a variable of that type holds it: an unsuffixed literal becomes a float where
    /// one is asked for, and single precision rounds.
    pub(super) fn of_type(self, ty: &Type) -> Datum {
        match (self, ty) {
            (Datum::Int(n), Type::Float(_)) => Datum::Float(n as f64).of_type(ty),
            (Datum::Float(x), Type::Float(Float::F32)) => Datum::Float(f64::from(x as f32)),
            (datum, _) => datum,
        }
    }

    /// The leaves of a returned value.
    pub fn leaves(&self, shape: &Shape) -> Result<Vec<Datum>, String> {
        match (shape, self) {
            (Shape::Leaf, datum) => Ok(vec![datum.clone()]),
            (Shape::Tuple(shapes), Datum::Unit) if shapes.is_empty() => Ok(Vec::new()),
            (Shape::Tuple(shapes), Datum::Tuple(parts)) if shapes.len() == parts.len() => {
                let mut leaves = Vec::new();
                for (shape, part) in shapes.iter().zip(parts) {
                    leaves.extend(part.leaves(shape)?);
                }
                Ok(leaves)
            }
            _ => Err(format!("{self} has not the shape of the returned value")),
        }
    }

    /// A returned value, put together from its leaves.
    pub fn assemble(shape: &Shape, leaves: &mut dyn Iterator<Item = Datum>) -> Datum {
        match shape {
            Shape::Leaf => leaves.next().unwrap_or(Datum::Undef),
            Shape::Tuple(shapes) if shapes.is_empty() => Datum::Unit,
            Shape::Tuple(shapes) => {
                Datum::Tuple(shapes.iter().map(|s| Self::assemble(s, leaves)).collect())
            }
        }
    }
}

impl Display for Datum {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let list =
            |parts: &[Datum]| parts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        match self {
            Datum::Float(x) => write!(f, "{x:?}"),
            Datum::Int(n) => write!(f, "{n}"),
            Datum::Bool(b) => write!(f, "{b}"),
            Datum::Unit => f.write_str("()"),
            Datum::Seq(parts) => write!(f, "[{}]", list(parts)),
            Datum::Tuple(parts) => write!(f, "({})", list(parts)),
            Datum::Struct(fields) => {
                let fields = fields.iter().map(|(name, d)| format!("{name}: {d}"));
                write!(f, "{{ {} }}", fields.collect::<Vec<_>>().join(", "))
            }
            Datum::Kept(None) => f.write_str("None"),
            Datum::Kept(Some(d)) => write!(f, "Some({d})"),
            Datum::Stack(parts) => write!(f, "stack[{}]", list(parts)),
            Datum::Pullback { path, .. } => write!(f, "pullback of {path}"),
            Datum::Undef => f.write_str("undef"),
        }
    }
}

impl From<f64> for Datum {
    fn from(x: f64) -> Self {
        Datum::Float(x)
    }
}

impl From<i64> for Datum {
    fn from(n: i64) -> Self {
        Datum::Int(n)
    }
}

impl From<bool> for Datum {
    fn from(b: bool) -> Self {
        Datum::Bool(b)
    }
}

impl<T: Into<Datum>> From<Vec<T>> for Datum {
    fn from(elements: Vec<T>) -> Self {
        Datum::Seq(elements.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Datum>, const N: usize> From<[T; N]> for Datum {
    fn from(elements: [T; N]) -> Self {
        Datum::Seq(elements.into_iter().map(Into::into).collect())
    }
}

impl<A: Into<Datum>, B: Into<Datum>> From<(A, B)> for Datum {
    fn from((a, b): (A, B)) -> Self {
        Datum::Tuple(vec![a.into(), b.into()])
    }
}
