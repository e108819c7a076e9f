//! Values and their types.

use std::rc::Rc;

use proc_macro2::{Span, TokenStream};
use syn::Ident;

use super::Proj;

/// A value: an index into [`Graph::values`](super::Graph::values).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Value(u32);

impl Value {
    /// The value at `index` of the table.
    pub fn new(index: usize) -> Self {
        Self(u32::try_from(index).expect("fewer than 2^32 values"))
    }

    /// A new nameless local, entered in the table.
    pub fn fresh(table: &mut Vec<ValueData>, ty: Type, span: Span) -> Self {
        table.push(ValueData::new(ty, None, Storage::Local, span));
        Self::new(table.len() - 1)
    }

    /// The index into the table.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What is known of a value.
#[derive(Clone, Debug)]
pub struct ValueData {
    /// The type, as far as the macro can know it.
    pub ty: Type,
    /// The user's own name, where there is one.
    pub name: Option<Ident>,
    /// The user's code that the value stands for.
    pub span: Span,
    /// How the printed code holds it.
    pub storage: Storage,
    /// Whether rustc is to find that it is a float, where a method of it is called.
    pub is_asserted: bool,
    /// Whether the sum that it is the next value of is taken in lanes, where that can be.
    pub lanes: Lanes,
}

impl ValueData {
    /// What is known of a new value.
    pub fn new(ty: Type, name: Option<Ident>, storage: Storage, span: Span) -> Self {
        Self { ty, name, span, storage, is_asserted: false, lanes: Lanes::None }
    }
}

/// Whether a sum is taken in lanes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lanes {
    /// Term after term.
    None,
    /// As `ndarray` takes it, to the bit.
    Ndarray,
    /// In any order.
    Any,
}

/// How a value is held by the variable that generated code gives it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Storage {
    /// An immutable local.
    Local,
    /// A mutable local: a memory object.
    Object,
    /// A shared reference.
    Ref,
    /// An exclusive reference.
    RefMut,
    /// `Option<&mut T>`: the shadow of a parameter, absent where the caller wants none.
    Slot,
    /// `Option<&T>`: the tangent of a parameter, absent where it is zero.
    Tangent,
}

/// A type as far as the macro can know it without asking rustc.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Type {
    /// `f32`, `f64` or a type parameter.
    Float(Float),
    /// An integer; the name if it is known.
    Int(Option<String>),
    /// `bool`.
    Bool,
    /// `()`.
    Unit,
    /// `[T; N]`; the length as written.
    Array(Box<Type>, String),
    /// `[T]`.
    Slice(Box<Type>),
    /// `Vec<T>`.
    Vec(Box<Type>),
    /// An array of `ndarray`, or a view of one: of what, and how many axes it has, if that is known.
    Tensor(Box<Type>, Option<usize>),
    /// A tuple.
    Tuple(Vec<Type>),
    /// A struct that is declared where it can be read.
    Struct(Rc<Struct>),
    /// An enum that is declared where it can be read.
    Enum(Rc<Enum>),
    /// The closure that a differentiated call leaves behind.
    Pullback,
    /// A stack of values kept for the backward sweep.
    Stack,
    /// `Option` of a kept value.
    Kept(Box<Type>),
    /// Only rustc knows.
    Unknown,
}

/// What the declaration of a struct says.
#[derive(Clone, Eq, Debug)]
pub struct Struct {
    /// Its name, or its path as the user writes it, with generic arguments.
    pub name: String,
    /// The scope of the source file that declares it.
    pub scope: usize,
    /// The fields, in order.
    pub fields: Vec<(syn::Member, Type)>,
    /// Those without a derivative: by their types, or since they are marked so.
    pub constants: Vec<syn::Member>,
    /// Whether it derives `Copy`.
    pub is_copy: bool,
    /// What the user names, and the path of fields from it to this one.
    pub reached: (Root, String),
}

/// What the user names, from where a type is reached.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Root {
    /// A type.
    Type(String),
    /// A field of a variant of an enum.
    Payload {
        /// The enum, as far as it has to be told.
        of: String,
        /// The variant.
        variant: String,
        /// The field.
        member: String,
    },
}

/// What the declaration of an enum says.
#[derive(Clone, Eq, Debug)]
pub struct Enum {
    /// Its name, or its path as the user writes it, with generic arguments.
    pub name: String,
    /// The scope of the source file that declares it.
    pub scope: usize,
    /// The variants, in order.
    pub variants: Vec<Variant>,
    /// Whether it derives `Copy`.
    pub is_copy: bool,
    /// Whether the user names it.
    pub is_named: bool,
}

/// A variant of an enum.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Variant {
    /// Its name.
    pub name: String,
    /// The fields, in order.
    pub fields: Vec<(syn::Member, Type)>,
    /// Those without a derivative: by their types, or since they are marked so.
    pub constants: Vec<syn::Member>,
}

impl PartialEq for Enum {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, self.scope) == (&other.name, other.scope)
    }
}

impl Enum {
    /// The variant of that name.
    pub fn variant(&self, name: &Ident) -> Option<&Variant> {
        self.variants.iter().find(|variant| name == &variant.name)
    }
}

impl Variant {
    /// The type of a field.
    pub fn field(&self, member: &syn::Member) -> Option<&Type> {
        self.fields.iter().find(|(m, _)| m == member).map(|(_, ty)| ty)
    }

    fn is_constant(&self) -> bool {
        self.fields.iter().all(|(m, ty)| ty.is_constant() || self.constants.contains(m))
    }
}

impl PartialEq for Struct {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, self.scope) == (&other.name, other.scope)
    }
}

impl Struct {
    /// Whether it is known by its own name, rather than as what a field of another holds.
    pub fn is_named(&self) -> bool {
        self.reached.1.is_empty() && self.reached.0 == Root::Type(self.name.clone())
    }

    /// The type of a field.
    pub fn field(&self, member: &syn::Member) -> Option<&Type> {
        self.fields.iter().find(|(m, _)| m == member).map(|(_, ty)| ty)
    }
}

/// Which floating-point type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Float {
    /// `f32`.
    F32,
    /// `f64`.
    F64,
    /// A type parameter of the function.
    Param(String),
    /// An unsuffixed literal or what is computed from such: rustc infers it.
    Infer,
}

impl Type {
    /// The `f64` type.
    pub const F64: Type = Type::Float(Float::F64);
    /// `usize`.
    pub fn usize() -> Type {
        Type::Int(Some("usize".into()))
    }

    /// Whether values of the type can never carry a derivative.
    pub fn is_constant(&self) -> bool {
        match self {
            Type::Int(_) | Type::Bool | Type::Unit | Type::Stack | Type::Pullback => true,
            Type::Array(t, _)
            | Type::Slice(t)
            | Type::Vec(t)
            | Type::Tensor(t, _)
            | Type::Kept(t) => t.is_constant(),
            Type::Tuple(parts) => parts.iter().all(Type::is_constant),
            Type::Struct(s) => {
                s.fields.iter().all(|(m, ty)| ty.is_constant() || s.constants.contains(m))
            }
            Type::Enum(e) => e.variants.iter().all(Variant::is_constant),
            Type::Float(_) | Type::Unknown => false,
        }
    }

    /// A number or `bool` that is held in a register.
    pub fn is_scalar(&self) -> bool {
        matches!(self, Type::Float(_) | Type::Int(_) | Type::Bool)
    }

    /// Whether it indexes: `v[i]`, `m[(i, j)]`.
    pub fn is_index(&self) -> bool {
        match self {
            Type::Int(_) => true,
            Type::Tuple(parts) => parts.iter().all(Type::is_index),
            _ => false,
        }
    }

    /// Whether the type is known to be a float.
    pub fn is_float(&self) -> bool {
        matches!(self, Type::Float(_))
    }

    /// Whether assignment copies: known to be `Copy`.
    pub fn is_copy(&self) -> bool {
        match self {
            Type::Float(_) | Type::Int(_) | Type::Bool | Type::Unit => true,
            Type::Array(t, _) => t.is_copy(),
            Type::Tuple(parts) => parts.iter().all(Type::is_copy),
            Type::Struct(s) => s.is_copy,
            Type::Enum(e) => e.is_copy,
            _ => false,
        }
    }

    /// Whether rustc knows more of the type than is known here.
    pub fn is_vague(&self) -> bool {
        match self {
            Type::Unknown | Type::Int(None) | Type::Float(Float::Infer) => true,
            Type::Array(t, _) | Type::Slice(t) | Type::Vec(t) | Type::Tensor(t, _) => t.is_vague(),
            Type::Tuple(parts) => parts.iter().any(Type::is_vague),
            _ => false,
        }
    }

    /// The type with what `more` knows of it beyond.
    pub fn refined(&self, more: &Type) -> Type {
        match (self, more) {
            (Type::Unknown, more) => more.clone(),
            (Type::Int(None), Type::Int(_) | Type::Float(_)) => more.clone(),
            (Type::Float(Float::Infer), Type::Float(_)) => more.clone(),
            (Type::Array(t, n), Type::Array(more, _)) => {
                Type::Array(Box::new(t.refined(more)), n.clone())
            }
            (Type::Slice(t), Type::Slice(more) | Type::Vec(more) | Type::Array(more, _)) => {
                Type::Slice(Box::new(t.refined(more)))
            }
            (Type::Vec(t), Type::Slice(more) | Type::Vec(more) | Type::Array(more, _)) => {
                Type::Vec(Box::new(t.refined(more)))
            }
            (Type::Tensor(t, rank), Type::Tensor(more, _)) => {
                Type::Tensor(Box::new(t.refined(more)), *rank)
            }
            (Type::Tuple(parts), Type::Tuple(more)) if parts.len() == more.len() => {
                Type::Tuple(parts.iter().zip(more).map(|(t, more)| t.refined(more)).collect())
            }
            (known, _) => known.clone(),
        }
    }

    /// Whether this is a float of a type parameter.
    pub fn is_parameter(&self) -> bool {
        matches!(self, Type::Float(Float::Param(_)))
    }

    /// Whether values of the type may differ in shape, as `Vec`s do in length.
    pub fn varies_in_shape(&self) -> bool {
        match self {
            Type::Vec(_) | Type::Slice(_) | Type::Tensor(..) | Type::Unknown => true,
            Type::Array(element, _) => element.varies_in_shape(),
            Type::Tuple(parts) => parts.iter().any(Type::varies_in_shape),
            Type::Struct(s) => s.fields.iter().any(|(_, ty)| ty.varies_in_shape()),
            Type::Enum(e) => {
                e.variants.iter().flat_map(|v| &v.fields).any(|(_, ty)| ty.varies_in_shape())
            }
            _ => false,
        }
    }

    /// The type of an element.
    pub fn element(&self) -> Type {
        match self {
            Type::Array(t, _) | Type::Slice(t) | Type::Vec(t) => (**t).clone(),
            _ => Type::Unknown,
        }
    }

    /// The type of what a path leads to that does not end in a slice.
    pub fn at(&self, path: &[Proj]) -> Type {
        path.iter().fold(self.clone(), |ty, step| ty.part(step))
    }

    /// The type of a part.
    pub fn part(&self, step: &Proj) -> Type {
        let part = match (step, self) {
            (Proj::Slice(..), _) => Some(self),
            (Proj::Flat, Type::Tensor(element, _)) => return Type::Slice(element.clone()),
            (Proj::Axis(_), _) => return Type::Slice(Box::new(Type::usize())),
            (Proj::Index(_), _) => return self.element(),
            (Proj::Field(member), Type::Struct(s)) => s.field(member),
            (Proj::Field(syn::Member::Unnamed(i)), Type::Tuple(parts)) => {
                parts.get(i.index as usize)
            }
            (Proj::Payload(p) | Proj::Slot(p), Type::Enum(e)) => {
                e.variant(p.name()).and_then(|variant| variant.field(&p.member))
            }
            _ => None,
        };
        part.cloned().unwrap_or(Type::Unknown)
    }

    /// The zero of the type, printable without an instance: numbers and arrays of them.
    pub fn static_zero(&self) -> Option<TokenStream> {
        self.filled_with(false)
    }

    /// The same made of `-0.0`, to which a first addition adds nothing, bit for bit: rustc drops it,
    /// as it may not for `0.0`.
    pub fn neutral(&self) -> Option<TokenStream> {
        self.filled_with(true)
    }

    fn filled_with(&self, negative: bool) -> Option<TokenStream> {
        use quote::quote;
        let sign = negative.then(|| quote!(-));
        match self {
            Type::Float(Float::F32) => Some(quote!(#sign 0.0_f32)),
            Type::Float(Float::F64) => Some(quote!(#sign 0.0_f64)),
            Type::Float(Float::Infer) => Some(quote!(#sign 0.0)),
            Type::Float(Float::Param(t)) => {
                let t = Ident::new(t, Span::call_site());
                Some(quote!(<#t as ::autodiff::Float>::from_f64(#sign 0.0)))
            }
            Type::Array(t, n) => {
                let zero = t.filled_with(negative)?;
                let n: TokenStream = n.parse().ok()?;
                Some(quote!([#zero; #n]))
            }
            Type::Tuple(parts) if !parts.is_empty() => {
                let zeros =
                    parts.iter().map(|t| t.filled_with(negative)).collect::<Option<Vec<_>>>()?;
                Some(quote!((#(#zeros,)*)))
            }
            _ => None,
        }
    }

    /// The type of a value that may be of either type.
    pub fn join(&self, other: &Type) -> Type {
        match (self, other) {
            (a, b) if a == b => a.clone(),
            (Type::Float(Float::Infer), f @ Type::Float(_))
            | (f @ Type::Float(_), Type::Float(Float::Infer)) => f.clone(),
            (Type::Int(None), i @ Type::Int(_)) | (i @ Type::Int(_), Type::Int(None)) => i.clone(),
            // One variable has one type.
            (Type::Unknown, known) | (known, Type::Unknown) => known.clone(),
            _ => Type::Unknown,
        }
    }
}

impl std::fmt::Display for Type {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Type::Float(Float::F32) => f.write_str("f32"),
            Type::Float(Float::F64) => f.write_str("f64"),
            Type::Float(Float::Param(t)) => f.write_str(t),
            Type::Float(Float::Infer) => f.write_str("{float}"),
            Type::Int(Some(name)) => f.write_str(name),
            Type::Int(None) => f.write_str("{integer}"),
            Type::Bool => f.write_str("bool"),
            Type::Unit => f.write_str("()"),
            Type::Array(t, n) => write!(f, "[{t}; {n}]"),
            Type::Slice(t) => write!(f, "[{t}]"),
            Type::Vec(t) => write!(f, "Vec<{t}>"),
            Type::Tensor(t, Some(rank)) => write!(f, "Array{rank}<{t}>"),
            Type::Tensor(t, None) => write!(f, "ArrayD<{t}>"),
            Type::Tuple(parts) => {
                let parts: Vec<_> = parts.iter().map(ToString::to_string).collect();
                write!(f, "({})", parts.join(", "))
            }
            Type::Struct(s) => f.write_str(&s.name),
            Type::Enum(e) => f.write_str(&e.name),
            Type::Pullback => f.write_str("pullback"),
            Type::Stack => f.write_str("stack"),
            Type::Kept(t) => write!(f, "Option<{t}>"),
            Type::Unknown => f.write_str("_"),
        }
    }
}
