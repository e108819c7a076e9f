//! What generated code may name at a place, and how large its integers are.

/// The least length of a sequence of length `n`.
pub const SHORTEST: i64 = 5;
/// The greatest length of a sequence of length `n`.
pub const LONGEST: i64 = 7;

/// An integer, or one more or less than `n`, the length of the arguments.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bound {
    Is(i64),
    N(i64),
}

impl Bound {
    /// The integer `by` larger.
    pub fn plus(self, by: i64) -> Self {
        match self {
            Self::Is(c) => Self::Is(c + by),
            Self::N(c) => Self::N(c + by),
        }
    }

    /// The integer where `n` is least.
    pub fn least(self) -> i64 {
        match self {
            Self::Is(c) => c,
            Self::N(c) => SHORTEST + c,
        }
    }

    /// Whether this is below `other` for each `n`.
    pub fn below(self, other: Self) -> bool {
        match (self, other) {
            (Self::Is(a), Self::Is(b)) | (Self::N(a), Self::N(b)) => a < b,
            (Self::Is(a), Self::N(b)) => a < SHORTEST + b,
            (Self::N(a), Self::Is(b)) => LONGEST + a < b,
        }
    }

    /// The integer as it is written where `n` is a variable.
    pub fn text(self) -> String {
        match self {
            Self::Is(c) => c.to_string(),
            Self::N(0) => "n".into(),
            Self::N(c) if c < 0 => format!("n - {}", -c),
            Self::N(c) => format!("n + {c}"),
        }
    }
}

/// How a sequence is stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Storage {
    Array,
    Vec,
    /// `&[F]`, or a reference to an array or a `Vec`.
    Slice,
    /// `&mut [F]`, or a `&mut` reference to an array.
    MutSlice,
}

/// The type of a variable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ty {
    Float,
    /// A reference to a float.
    FloatRef,
    Bool,
    /// From `low` to `high`, both included, and below the variable `below`.
    Int {
        low: Bound,
        high: Bound,
        below: Option<String>,
    },
    Seq {
        len: Bound,
        storage: Storage,
    },
    /// Rows of equal length, indexed twice.
    Grid {
        rows: Bound,
        columns: i64,
    },
    /// `(F, F)`.
    Pair,
    /// The numbers below `n` in some order.
    Permutation,
    /// A closure of so many floats.
    Closure(usize),
    /// A function declared in the body, of so many floats and `n`.
    Local(usize),
    /// A struct of the prelude, the fields of which are variables of their own, as `v.x`.
    Record {
        kind: Record,
        held: Held,
    },
    /// A sequence of vectors, held like a sequence of floats.
    Records {
        len: Bound,
        storage: Storage,
    },
    /// A variable that may not be named now.
    Hidden,
}

impl Ty {
    /// Whether it is a float, or holds some at places of their own.
    pub fn has_floats(&self) -> bool {
        matches!(
            self,
            Self::Float
                | Self::FloatRef
                | Self::Seq { .. }
                | Self::Grid { .. }
                | Self::Pair
                | Self::Records { .. }
        )
    }
}

/// A struct of the prelude.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Record {
    /// `V3`: three floats, `Copy`.
    Vector,
    /// `Body`: floats, a vector, an array, a `Vec` of length `n` and a constant; not `Copy`.
    Body,
}

impl Record {
    /// The fields as variables: their names, types and whether they can be changed.
    pub fn fields(self) -> Vec<(&'static str, Ty)> {
        let array = Ty::Seq { len: Bound::Is(3), storage: Storage::Array };
        let vec = Ty::Seq { len: Bound::N(0), storage: Storage::Vec };
        match self {
            Self::Vector => vec![("x", Ty::Float), ("y", Ty::Float), ("z", Ty::Float)],
            Self::Body => vec![
                ("a", Ty::Float),
                ("v", Ty::Record { kind: Self::Vector, held: Held::Owned }),
                ("e", array),
                ("q", vec),
            ],
        }
    }
}

/// How a struct is held.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Held {
    Owned,
    Ref,
    RefMut,
}

/// Whether one of two variables is the other, or a part of it.
pub fn overlap(a: &str, b: &str) -> bool {
    let part = |of: &str, part: &str| {
        part.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    part(a, b) || part(b, a)
}

/// A variable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Var {
    pub name: String,
    pub ty: Ty,
    pub mutable: bool,
}

/// The variables at a place, the innermost last.
#[derive(Clone, Default, Debug)]
pub struct Scope {
    vars: Vec<Var>,
}

impl Scope {
    /// Declares a variable; one of the same name is shadowed.
    pub fn declare(&mut self, name: &str, ty: Ty, mutable: bool) {
        let fields = match ty {
            Ty::Record { kind, .. } => kind.fields(),
            _ => Vec::new(),
        };
        self.vars.push(Var { name: name.to_owned(), ty, mutable });
        for (field, ty) in fields {
            self.declare(&format!("{name}.{field}"), ty, mutable);
        }
    }

    /// Where the scope stands, for [`Scope::leave`].
    pub fn mark(&self) -> usize {
        self.vars.len()
    }

    /// Forgets what was declared since.
    pub fn leave(&mut self, mark: usize) {
        self.vars.truncate(mark);
    }

    /// The variables that may be named.
    pub fn visible(&self) -> Vec<Var> {
        let mut seen: Vec<&str> = Vec::new();
        let mut visible = Vec::new();
        for var in self.vars.iter().rev() {
            if !seen.contains(&var.name.as_str()) {
                seen.push(&var.name);
                if var.ty != Ty::Hidden {
                    visible.push(var.clone());
                }
            }
        }
        visible.reverse();
        visible
    }

    /// Lets a variable be read alone, until the scope is left.
    pub fn freeze(&mut self, name: &str) {
        for var in self.visible() {
            if overlap(&var.name, name) {
                self.vars.push(Var { mutable: false, ..var });
            }
        }
    }

    /// Lets every variable be read alone, until the scope is left.
    pub fn freeze_all(&mut self) {
        for var in self.visible() {
            self.vars.push(Var { mutable: false, ..var });
        }
    }

    /// Lets a variable not be named, until the scope is left.
    pub fn hide(&mut self, name: &str) {
        for var in self.visible() {
            if overlap(&var.name, name) {
                self.vars.push(Var { ty: Ty::Hidden, ..var });
            }
        }
    }

    /// Hides the record that a variable is a part of, so that a closure that changes the part
    /// captures no more than that.
    pub fn hide_whole(&mut self, part: &str) {
        if let Some((whole, _)) = part.split_once('.') {
            self.hide(whole);
        }
    }

    /// Hides all variables, until the scope is left.
    pub fn hide_all(&mut self) {
        for var in self.visible() {
            self.hide(&var.name);
        }
    }
}
