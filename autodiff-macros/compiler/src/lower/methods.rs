//! Calls of methods and functions of types that have derivatives of their own.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{Expr, ExprMethodCall, Path};

use super::{Lowerer, Read, Rv};
use crate::errors::Lowered;
use crate::ir::callee::of_type;
use crate::ir::{CallArg, Callee, Op, Root, Type, Value};
use crate::parse::{Receiver, Returned, TypeReader};
use crate::tokens::mentions;

/// Methods of std's own types, by name and number of arguments: what has one of these has it from there.
const OF_STD: [(&str, usize); 16] = [
    ("unwrap", 0),
    ("unwrap_or", 1),
    ("unwrap_or_else", 1),
    ("expect", 1),
    ("as_ref", 0),
    ("as_mut", 0),
    ("as_slice", 0),
    ("to_string", 0),
    ("to_bits", 0),
    ("get", 1),
    ("get_mut", 1),
    ("contains", 1),
    ("contains_key", 1),
    ("as_str", 0),
    ("elapsed", 0),
    ("parse", 0),
];

/// Types and traits of std whose functions nobody differentiates.
const OF_STD_ALONE: [&str; 46] = [
    "Add",
    "AddAssign",
    "Arc",
    "AsRef",
    "BTreeMap",
    "BTreeSet",
    "BinaryHeap",
    "Borrow",
    "Cell",
    "Clone",
    "Cow",
    "Default",
    "Div",
    "DivAssign",
    "Duration",
    "From",
    "HashMap",
    "HashSet",
    "Instant",
    "Into",
    "IntoIterator",
    "Iterator",
    "Mul",
    "MulAssign",
    "Mutex",
    "Neg",
    "Option",
    "Ord",
    "Ordering",
    "PartialEq",
    "PartialOrd",
    "Product",
    "Rc",
    "RefCell",
    "Rem",
    "RemAssign",
    "Result",
    "RwLock",
    "String",
    "Sub",
    "SubAssign",
    "Sum",
    "SystemTime",
    "ToOwned",
    "VecDeque",
    "Wrapping",
];

/// A type as it stands before `::function` or `.method`, and what is declared of that function.
pub(super) struct OfType {
    ty: Type,
    /// What can be read of it, and by what rustc is to confirm it.
    declared: Option<(String, Read, Returned)>,
    /// Which of its arguments but the receiver are `&mut` references, if that is known.
    exclusive: Option<Vec<bool>>,
    /// How it takes `self`, if that is known.
    receiver: Option<Receiver>,
}

impl OfType {
    /// Whether it may be one that the user differentiates.
    fn may_be_annotated(&self) -> bool {
        self.declared.as_ref().is_none_or(|(.., declared)| declared.is_annotated)
    }

    /// The returned type, if it is known.
    pub(super) fn output(&self, types: &TypeReader) -> Option<Type> {
        let (.., declared) = self.declared.as_ref()?;
        if declared.output == "Self" {
            return Some(self.ty.clone());
        }
        let tokens = declared.output.parse::<TokenStream>().ok()?;
        if mentions(tokens.clone(), "Self") {
            return None;
        }
        Some(types.read_in(declared.scope, &syn::parse2(tokens).ok()?))
    }

    /// Whether it takes `&mut self`, if that is known.
    pub(super) fn changes_self(&self) -> Option<bool> {
        self.receiver.map(|receiver| receiver == Receiver::Exclusive)
    }
}

impl Lowerer<'_> {
    /// A function of a type; something is known of it where the type is declared in this file.
    pub(super) fn of_type(&self, ty: Type, name: &str) -> OfType {
        let here = self.types.declared();
        let (of, declared) = match &ty {
            Type::Struct(s) if s.is_named() => (&s.name, None),
            // Its own name need not be in scope here.
            Type::Struct(s) => (&s.name, Some(here.in_scope(s.scope))),
            Type::Enum(e) if e.is_named => (&e.name, None),
            _ => return OfType { ty, declared: None, exclusive: None, receiver: None },
        };
        // Whatever the generic arguments are; what it returns may depend on them.
        let is_generic = of.contains(" <");
        let of = of.split(" <").next().unwrap_or_default();
        let of = if declared.is_some() { of.rsplit(' ').next().unwrap_or_default() } else { of };
        let path = format!("{of}::{name}");
        let returned = declared.as_deref().unwrap_or(here).returned(&path).cloned();
        let exclusive = declared.as_deref().unwrap_or(here).exclusive(&path).map(<[bool]>::to_vec);
        let receiver = declared.as_deref().unwrap_or(here).receiver(&path);
        let declared = returned.filter(|_| !is_generic).and_then(|returned| match &ty {
            Type::Struct(s) if !s.is_named() => {
                let (Root::Type(root), path) = &s.reached else { return None };
                let (path, arguments) = (path.clone(), returned.arguments);
                let read = Read::Method { path, method: name.to_owned(), arguments };
                Some((root.clone(), read, returned))
            }
            _ => Some((path, Read::Output(returned.arguments), returned)),
        });
        OfType { ty, declared, exclusive, receiver }
    }

    /// Whether a method may be one that the user differentiates: of a struct, or of what nothing is known
    /// of.
    pub(super) fn may_be_annotated(&self, receiver: &Rv, of: &OfType, m: &ExprMethodCall) -> bool {
        let plain = m.turbofish.is_none() && can_be_passed(&m.args);
        match &of.ty {
            Type::Struct(_) | Type::Enum(_) => plain && of.may_be_annotated(),
            Type::Unknown => {
                let name = m.method.to_string();
                let root = match receiver {
                    Rv::Value(v) => Some(*v),
                    Rv::Place(place, _) | Rv::Ref(place, ..) | Rv::Temp(place, _) => {
                        Some(place.root)
                    }
                    _ => None,
                };
                let of_a_type = |root| self.paths.get(&root).is_some_and(is_of_a_type);
                let opaque =
                    root.is_none_or(|root| self.b.begins_as_code(root) && !of_a_type(root));
                // Of an `Option` that a method gives, these two are differentiated.
                let unwraps = matches!(name.as_str(), "unwrap" | "expect")
                    && root.is_some_and(|root| self.called.contains(&root));
                let of_std = OF_STD.contains(&(name.as_str(), m.args.len())) && !unwraps;
                plain && !opaque && !of_std && !name.starts_with("is_")
            }
            _ => false,
        }
    }

    /// Whether what an operand names can be changed.
    pub(super) fn can_change(&self, rv: &Rv) -> bool {
        match rv {
            Rv::Ref(_, _, exclusive) => *exclusive,
            Rv::Temp(..) => true,
            Rv::Place(place, _) => self.is_mutable(place),
            _ => false,
        }
    }

    /// `receiver.method(args)`.
    pub(super) fn call_method(
        &mut self,
        receiver: Rv,
        of: &OfType,
        m: &ExprMethodCall,
    ) -> Lowered<Rv> {
        let span = m.method.span();
        let can_change = self.can_change(&receiver);
        let place = self.place_of(receiver, span)?;
        let given = self.args(&m.args)?;
        let given = self.call_args(given, of.exclusive.as_deref(), span)?;
        // What an argument refers to as well is not borrowed exclusively.
        let shared = |arg: &CallArg| matches!(arg, CallArg::Ref(at, _) if at.overlaps(&place));
        let can_change = can_change && !given.iter().any(shared);
        let changes = of.changes_self();
        let known = changes.is_some() || !can_change;
        let by_value = of.receiver.map(|receiver| receiver == Receiver::Value);
        let mut args = vec![CallArg::Ref(place, can_change && changes != Some(false))];
        args.extend(given);
        let name = m.method.clone();
        let callee = Callee::Method { name, known, by_value, annotated: false };
        let computed = self.is_computed_of(&args);
        let op = Op::Call(callee, args);
        let value = self.b.op(op, Type::Unknown, span);
        self.called.insert(value);
        // By such a name it gives an `Option`, whose closures see no entries.
        if computed && !m.method.to_string().starts_with("try_") {
            self.computed.insert(value);
        }
        self.read_output(value, of);
        Ok(Rv::Value(value))
    }

    /// The function of a type that a path names, if it may be one that the user differentiates.
    pub(super) fn annotated_function(&self, path: &Path) -> Option<OfType> {
        let (owner, last) = of_type(path)?;
        let name = owner.segments.last()?.ident.to_string();
        let plain = owner.segments.iter().all(|segment| segment.arguments.is_none());
        let ty = if plain { self.struct_type(&owner) } else { Type::Unknown };
        let of = self.of_type(ty, &last.ident.to_string());
        let plain = last.arguments.is_none() && !OF_STD_ALONE.contains(&name.as_str());
        let of_trait = self.types.declared().is_trait(&name);
        (plain && !of_trait && of.may_be_annotated()).then_some(of)
    }

    /// `Type::function(args)`.
    pub(super) fn call_associated<'e>(
        &mut self,
        path: &Path,
        of: &OfType,
        args: impl IntoIterator<Item = &'e Expr>,
        span: Span,
    ) -> Lowered<Rv> {
        let given = self.args(args)?;
        let args = self.call_args(given, of.exclusive.as_deref(), span)?;
        let computed = self.is_computed_of(&args);
        let op = Op::Call(path.to_token_stream().into(), args);
        let value = self.b.op(op, Type::Unknown, span);
        self.computed.extend(computed.then_some(value));
        self.read_output(value, of);
        Ok(Rv::Value(value))
    }

    /// Which arguments of a function of this file, its receiver aside, are `&mut` references.
    pub(super) fn exclusive(&self, path: &str) -> Option<Vec<bool>> {
        self.types.declared().exclusive(path).map(<[bool]>::to_vec)
    }

    /// Takes the type of what the call of a function without a type before it gives from its declaration.
    pub(super) fn read_output_of(&mut self, value: Value, function: &Path) {
        let path = function.to_token_stream().to_string();
        let declared = self.types.declared().returned(&path).cloned();
        let declared = declared.map(|declared| (path, Read::Output(declared.arguments), declared));
        let of = OfType { ty: Type::Unknown, declared, exclusive: None, receiver: None };
        self.read_output(value, &of);
    }

    /// Takes the type of what a call gives from the declaration of the function.
    fn read_output(&mut self, value: Value, of: &OfType) {
        let Some((path, read, _)) = &of.declared else { return };
        let ty = of.output(&self.types).unwrap_or(Type::Unknown);
        if ty != Type::Unknown {
            self.readings.insert((path.clone(), read.clone()), ty.clone());
            self.refine(value, &ty);
        }
    }
}

/// Whether the arguments of a call are values that can be passed on.
pub(super) fn can_be_passed<'e>(args: impl IntoIterator<Item = &'e Expr>) -> bool {
    !args.into_iter().any(|arg| matches!(arg, Expr::Closure(_)))
}

/// Whether a path is that of a constant of a type, as `Vec3::UP`, which may be of that type itself.
fn is_of_a_type(path: &Path) -> bool {
    path.segments.iter().nth_back(1).is_some_and(|of| {
        let of = of.ident.to_string();
        of.starts_with(char::is_uppercase) && !OF_STD_ALONE.contains(&of.as_str())
    })
}
