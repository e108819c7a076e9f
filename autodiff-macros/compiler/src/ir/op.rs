//! Operations, places, regions.

use std::rc::Rc;

use proc_macro2::{Span, TokenStream};
use syn::Ident;

use super::{Callee, Value};
use crate::rules::Fun;

/// A node: one operation and what it defines.
#[derive(Clone, Debug)]
pub struct Node {
    /// What is done.
    pub op: Op,
    /// The values it defines.
    pub results: Vec<Value>,
    /// The user's code it comes from.
    pub span: Span,
}

/// A sequence of nodes with explicit inputs and outputs.
#[derive(Clone, Debug, Default)]
pub struct Region {
    /// Values defined by the node that holds the region: a loop's index and carried values.
    pub params: Vec<Value>,
    /// In order of execution.
    pub nodes: Vec<Node>,
    /// What the region hands on.
    pub results: Vec<Value>,
}

/// Memory: a root and a path into it.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The object, parameter or aggregate value.
    pub root: Value,
    /// From the root inwards.
    pub path: Vec<Proj>,
}

/// One step of a [`Place`].
#[derive(Clone, Debug, PartialEq)]
pub enum Proj {
    /// `[i]`.
    Index(Value),
    /// `[lo..hi]`, `[lo..=hi]`.
    Slice(Option<Value>, Option<Value>, bool),
    /// `.name`, `.0`.
    Field(syn::Member),
    /// A field of the variant that an enum is in: there is none where it is in another.
    Payload(Rc<Payload>),
    /// What stands for that in a tangent, which has room for every variant.
    Slot(Rc<Payload>),
    /// The elements of a tensor as a slice, row by row.
    Flat,
    /// The indices along an axis of a tensor, as a range of which nothing but the length is asked.
    Axis(usize),
}

/// A field of a variant of an enum.
#[derive(Clone, Debug, PartialEq)]
pub struct Payload {
    /// The variant, as the user names it.
    pub variant: syn::Path,
    /// The field.
    pub member: syn::Member,
}

impl Payload {
    /// The variant's own name.
    pub fn name(&self) -> &Ident {
        &self.variant.segments.last().expect("a path has segments").ident
    }

    /// Whether both are the same field of the same variant.
    pub fn is(&self, other: &Self) -> bool {
        self.name() == other.name() && self.member == other.member
    }
}

/// How a load takes what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    /// A copy or a move, whichever the type makes it.
    Value,
    /// An explicit clone.
    Clone,
    /// An owned copy of borrowed data (`to_vec`, `to_owned`).
    Owned,
}

/// How much of a loop's past is kept for the backward sweep, which runs its iterations again.
#[derive(Clone, Copy, Debug)]
pub enum Checkpoint {
    /// The state at the beginning of every iteration.
    Each,
    /// The state at the beginning of every so manieth iteration.
    Every(Value),
    /// So many states at most, at the beginnings of iterations chosen by a schedule.
    Snapshots(Value),
}

impl Checkpoint {
    /// The number that it is given.
    pub fn number(&self) -> Option<Value> {
        match self {
            Self::Each => None,
            Self::Every(n) | Self::Snapshots(n) => Some(*n),
        }
    }

    /// The same with another number.
    pub fn map(self, f: &mut dyn FnMut(Value) -> Value) -> Self {
        match self {
            Self::Each => Self::Each,
            Self::Every(n) => Self::Every(f(n)),
            Self::Snapshots(n) => Self::Snapshots(f(n)),
        }
    }
}

/// An argument of a call to an annotated function.
#[derive(Clone, Debug)]
pub enum CallArg {
    /// By value.
    Value(Value),
    /// `&place` or `&mut place`; for a reference that is passed on, `place` is what it points to.
    Ref(Place, bool),
}

/// An operation.
#[derive(Clone, Debug)]
pub enum Op {
    /// A literal or a path to a constant.
    Const(TokenStream),
    /// The user's own code, free of anything that has a derivative.
    Verbatim {
        /// The code.
        tokens: TokenStream,
        /// Why it is refused should it turn out to depend on something active.
        refusal: usize,
        /// The user's names in it and the values they stand for.
        captures: Vec<(Ident, CallArg)>,
    },
    /// A row of the rule table.
    Scalar(Fun, Vec<Value>),
    /// `x as T`.
    Cast(Value, TokenStream),
    /// A value held constant.
    Stop(Value),
    /// `(a, b)`.
    Tuple(Vec<Value>),
    /// `Path { a: x, b: y }`: a struct or a variant of an enum, with all its fields, each as a step from
    /// the whole.
    Struct(TokenStream, Vec<Proj>, Vec<Value>),
    /// `[a, b]`.
    Array(Vec<Value>),
    /// `[a; N]`.
    Repeat(Value, TokenStream),
    /// `vec![a, b]`.
    VecOf(Vec<Value>),
    /// `vec![a; n]`.
    VecRepeat(Value, Value),
    /// `Vec::new()`, `Vec::with_capacity(n)`.
    VecNew(Option<Value>),
    /// A new memory object with these contents.
    Object(Value),
    /// A placeholder on a path on which the value is never read.
    Undef,
    /// The zero tangent of the same shape as a value.
    Zero(Value),
    /// The shape of what is at a place: all that the zero of its adjoint needs.
    ShapeOf(Place),
    /// The zero adjoint of that shape.
    ZeroOf(Value),
    /// Reads memory.
    Load(Place, Take),
    /// `place = value`.
    Store(Place, Value),
    /// `place += value`, in the sense of adjoints.
    Accumulate(Place, Value),
    /// Adds what is at the second place to the first.
    AccumulatePlace(Place, Place),
    /// `place = 0`, shape kept.
    SetZero(Place),
    /// `place.swap(i, j)`.
    Swap(Place, Value, Value),
    /// `place.push(value)`.
    Push(Place, Value),
    /// `place.pop()` of a sequence that is not empty: the reverse of [`Op::Push`], as which it also comes.
    PopBack(Place),
    /// `place.len()`.
    Len(Place),
    /// A reference to `hi - lo` elements of a sequence, those from `start` on; `start` is asked for if
    /// `lo < hi` only. Another name for memory that is known by its root, as long as it is used.
    View {
        /// A slice or a `Vec`.
        sequence: Place,
        /// The first index of the loop that the view is made for.
        lo: Value,
        /// One past the last.
        hi: Value,
        /// Gives the index of the first element.
        start: Region,
    },
    /// A call of an annotated function, primal only.
    Call(Callee, Vec<CallArg>),
    /// The same, with the pullback as second result.
    CallVjp(Callee, Vec<CallArg>),
    /// The same with tangents of the arguments; the tangent of the result as second result, and the pullback
    /// of both as the third, if there is one.
    CallJvp(Callee, Vec<CallArg>, Vec<Option<CallArg>>),
    /// A pullback applied to a seed; one result per by-value argument that is active.
    Pull {
        /// The pullback.
        pull: Value,
        /// Whether the first of the arguments is the receiver of a method, of which only rustc knows how it
        /// takes that.
        method: bool,
        /// The arguments of the call once more, where they are references: a pullback borrows nothing.
        call: Vec<Option<CallArg>>,
        /// Their tangents once more, where the call had tangents; as many as arguments then.
        dots: Vec<Option<CallArg>>,
        /// The adjoint of the call's result; where the call had tangents, with the adjoint of its tangent.
        seed: Value,
        /// Where the adjoints of the arguments go, and then those of their tangents.
        args: Vec<PullArg>,
    },
    /// A recursive call differentiated by running its forward again.
    CallInto {
        /// The function.
        path: Callee,
        /// Its arguments, at their values on entry.
        call: Vec<CallArg>,
        /// The adjoint of the call's result.
        seed: Value,
        /// Where the adjoints of the arguments go.
        args: Vec<PullArg>,
    },
    /// Two-way branch.
    If(Value, Region, Region),
    /// `for index in lo..hi`; the region's params are the index, then the carried values.
    For {
        /// First index.
        lo: Value,
        /// One past the last index, or the last if `inclusive`.
        hi: Value,
        /// `..=`.
        inclusive: bool,
        /// Backwards.
        rev: bool,
        /// Initial carried values.
        init: Vec<Value>,
        /// One iteration.
        body: Region,
    },
    /// `while cond { body }`; both regions have the carried values as params.
    While {
        /// Initial carried values.
        init: Vec<Value>,
        /// Gives one `bool`.
        cond: Region,
        /// One iteration.
        body: Region,
    },
    /// An assertion or another statement without result, as the user wrote it.
    Effect {
        /// The code.
        tokens: TokenStream,
        /// The user's names in it and the values they stand for.
        captures: Vec<(Ident, CallArg)>,
    },
    /// In the body of a loop: how reverse mode keeps its iterations. Does nothing.
    Checkpoint(Checkpoint),
    /// An empty stack, with room for that many records if it is known. The loops around run so often at
    /// most, the outermost first, if these are constants of the program.
    StackNew(Option<Value>, Option<Vec<String>>),
    /// Keeps a record of values for the backward sweep.
    StackPush(Value, Vec<Value>),
    /// Takes the record kept last: one result per value.
    StackPop(Value),
    /// An empty stack of rows, which are copies of sequences; of so many elements in all if it is known.
    RowsNew(Option<Value>),
    /// Keeps a copy of the sequence at a place for the backward sweep.
    RowsPush(Value, Place),
    /// A reference to the row kept last, which is taken: it is read before the next is kept or taken.
    RowsPop(Value),
    /// `Some(value)`.
    Keep(Value),
    /// `None`.
    KeepNone,
    /// `value.unwrap()` of a kept value.
    Unkeep(Value),
    /// The end of the forward sweep: reads the returned values and defines their adjoints; what
    /// follows in the function's body runs when the seed is given.
    Seed(Vec<Value>),
}

/// Where a pullback puts the adjoint of an argument.
#[derive(Clone, Debug)]
pub enum PullArg {
    /// Nobody wants it.
    None,
    /// A new local: a result of the node. Carries the zero that it starts from.
    Local(Value),
    /// Into a shadow.
    Shadow(Place, bool),
}
