//! How arguments are passed, and what is returned.

use crate::scope::{Bound, Held, Record, Storage, Ty};

/// How an argument is passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Passed {
    Float,
    /// `(F, F)`.
    Pair,
    /// `&[F]` of length `n`.
    Slice,
    /// `&Vec<F>` of length `n`.
    VecRef,
    /// `Vec<F>` of length `n`.
    Vec,
    Array(i64),
    ArrayRef(i64),
    /// `&[F; N]` where `N` is a parameter.
    Generic,
    /// `&[[F; columns]; rows]`.
    Grid(i64, i64),
    /// `&[Vec<F>]`, `n` rows.
    Rows(i64),
    /// `&mut [F]` of length `n`.
    MutSlice,
    MutArray(i64),
    MutFloat,
    Vector,
    VectorRef,
    VectorMut,
    Body,
    BodyRef,
    BodyMut,
    /// `&[V3]` of length `n`.
    Vectors,
    /// `Vec<V3>` of length `n`.
    VectorVec,
    /// `&mut [V3]` of length `n`.
    VectorsMut,
    /// A `usize` below 5.
    Count,
    Flag,
    /// The numbers below `n`, in some order.
    Permutation,
}

impl Passed {
    /// The type as it is written.
    pub fn ty(self) -> String {
        match self {
            Self::Float => "%F".into(),
            Self::Pair => "(%F, %F)".into(),
            Self::Slice => "&[%F]".into(),
            Self::VecRef => "&Vec<%F>".into(),
            Self::Vec => "Vec<%F>".into(),
            Self::Array(n) => format!("[%F; {n}]"),
            Self::ArrayRef(n) => format!("&[%F; {n}]"),
            Self::Generic => "&[%F; N]".into(),
            Self::Grid(rows, columns) => format!("&[[%F; {columns}]; {rows}]"),
            Self::Rows(_) => "&[Vec<%F>]".into(),
            Self::MutSlice => "&mut [%F]".into(),
            Self::MutArray(n) => format!("&mut [%F; {n}]"),
            Self::MutFloat => "&mut %F".into(),
            Self::Vector => "%V".into(),
            Self::VectorRef => "&%V".into(),
            Self::VectorMut => "&mut %V".into(),
            Self::Body => "%B".into(),
            Self::BodyRef => "&%B".into(),
            Self::BodyMut => "&mut %B".into(),
            Self::Vectors => "&[%V]".into(),
            Self::VectorVec => "Vec<%V>".into(),
            Self::VectorsMut => "&mut [%V]".into(),
            Self::Count => "usize".into(),
            Self::Flag => "bool".into(),
            Self::Permutation => "&[usize]".into(),
        }
    }

    /// Whether it holds floats.
    pub fn differentiable(self) -> bool {
        !matches!(self, Self::Count | Self::Flag | Self::Permutation)
    }

    /// Whether the function changes it for its caller.
    pub fn in_place(self) -> bool {
        matches!(
            self,
            Self::MutSlice
                | Self::MutArray(_)
                | Self::MutFloat
                | Self::VectorMut
                | Self::BodyMut
                | Self::VectorsMut
        )
    }

    /// Whether it is passed by value.
    pub fn owned(self) -> bool {
        matches!(
            self,
            Self::Float
                | Self::Pair
                | Self::Vec
                | Self::Array(_)
                | Self::Vector
                | Self::Body
                | Self::VectorVec
                | Self::Count
                | Self::Flag
        )
    }

    /// Whether something in it has length `n`.
    pub fn has_length(self) -> bool {
        self.differentiable() && self.floats().contains('n')
    }

    /// Whether it is a parameter by value that is declared `mut`.
    pub fn declared_mutable(self) -> bool {
        matches!(self, Self::Vec | Self::Array(_) | Self::Vector | Self::Body | Self::VectorVec)
    }

    /// The number of floats in it, as an expression.
    pub fn floats(self) -> String {
        match self {
            Self::Float | Self::MutFloat => "1".to_owned(),
            Self::Pair => "2".to_owned(),
            Self::Array(n) | Self::ArrayRef(n) | Self::MutArray(n) => n.to_string(),
            Self::Grid(rows, columns) => (rows * columns).to_string(),
            Self::Rows(columns) => format!("{columns} * n"),
            Self::Vector | Self::VectorRef | Self::VectorMut => "3".to_owned(),
            Self::Body | Self::BodyRef | Self::BodyMut => "(7 + n)".to_owned(),
            Self::Vectors | Self::VectorVec | Self::VectorsMut => "3 * n".to_owned(),
            _ => "n".to_owned(),
        }
    }

    /// What the parameter is inside the function, and whether it can be changed there.
    pub(super) fn inside(self) -> (Ty, bool) {
        let seq = |len, storage| Ty::Seq { len, storage };
        let record = |kind, held| Ty::Record { kind, held };
        let records = |storage| Ty::Records { len: Bound::N(0), storage };
        match self {
            Self::Vector => (record(Record::Vector, Held::Owned), true),
            Self::VectorRef => (record(Record::Vector, Held::Ref), false),
            Self::VectorMut => (record(Record::Vector, Held::RefMut), true),
            Self::Body => (record(Record::Body, Held::Owned), true),
            Self::BodyRef => (record(Record::Body, Held::Ref), false),
            Self::BodyMut => (record(Record::Body, Held::RefMut), true),
            Self::Vectors => (records(Storage::Slice), false),
            Self::VectorVec => (records(Storage::Vec), true),
            Self::VectorsMut => (records(Storage::MutSlice), true),
            Self::Float => (Ty::Float, false),
            Self::Pair => (Ty::Pair, false),
            Self::Slice | Self::VecRef => (seq(Bound::N(0), Storage::Slice), false),
            Self::Vec => (seq(Bound::N(0), Storage::Vec), true),
            Self::Array(n) => (seq(Bound::Is(n), Storage::Array), true),
            Self::ArrayRef(n) => (seq(Bound::Is(n), Storage::Slice), false),
            Self::Generic => (seq(Bound::N(0), Storage::Slice), false),
            Self::Grid(rows, columns) => (Ty::Grid { rows: Bound::Is(rows), columns }, false),
            Self::Rows(columns) => (Ty::Grid { rows: Bound::N(0), columns }, false),
            Self::MutSlice => (seq(Bound::N(0), Storage::MutSlice), true),
            Self::MutArray(n) => (seq(Bound::Is(n), Storage::MutSlice), true),
            Self::MutFloat => (Ty::FloatRef, true),
            Self::Count => (Ty::Int { low: Bound::Is(0), high: Bound::Is(4), below: None }, false),
            Self::Flag => (Ty::Bool, false),
            Self::Permutation => (Ty::Permutation, false),
        }
    }
}

/// A parameter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parameter {
    pub name: String,
    pub passed: Passed,
    /// Whether it is differentiated.
    pub active: bool,
}

/// What a function returns.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Returned {
    Nothing,
    Float,
    Pair,
    /// A vector of length `n`.
    Vec,
    Array,
    Vector,
    Body,
}

impl Returned {
    /// The type as it is written.
    pub fn ty(&self) -> &'static str {
        match self {
            Self::Nothing => "()",
            Self::Float => "%F",
            Self::Pair => "(%F, %F)",
            Self::Vec => "Vec<%F>",
            Self::Array => "[%F; 3]",
            Self::Vector => "%V",
            Self::Body => "%B",
        }
    }
}

pub(super) fn parameter(name: &str, passed: Passed) -> Parameter {
    Parameter { name: name.to_owned(), passed, active: passed.differentiable() }
}
