//! Calls of methods and functions of types that have derivatives of their own.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{Expr, ExprMethodCall, Path};

use super::{Lowerer, Read, Rv};
use crate::errors::Lowered;
use crate::ir::{CallArg, Op, Place, Storage, Type, Value, callee};
use crate::tokens::mentions;

/// Methods of std's own types: what has one of these has it from there.
const OF_STD: [&str; 16] = [
    "unwrap",
    "unwrap_or",
    "unwrap_or_else",
    "expect",
    "as_ref",
    "as_mut",
    "as_slice",
    "to_string",
    "to_bits",
    "get",
    "get_mut",
    "contains",
    "contains_key",
    "as_str",
    "elapsed",
    "parse",
];

/// Types of std whose functions nobody differentiates.
const TYPES_OF_STD: [&str; 22] = [
    "Arc",
    "BTreeMap",
    "BTreeSet",
    "BinaryHeap",
    "Cell",
    "Cow",
    "Duration",
    "HashMap",
    "HashSet",
    "Instant",
    "Iterator",
    "Mutex",
    "Option",
    "Ordering",
    "Rc",
    "RefCell",
    "Result",
    "RwLock",
    "String",
    "SystemTime",
    "VecDeque",
    "Wrapping",
];

impl Lowerer<'_> {
    /// Whether a method may be one that the user differentiates: of a struct, or of what nothing is known
    /// of.
    pub(super) fn may_be_annotated(&self, receiver: &Rv, ty: &Type, m: &ExprMethodCall) -> bool {
        let plain =
            m.turbofish.is_none() && !m.args.iter().any(|arg| matches!(arg, Expr::Closure(_)));
        let name = m.method.to_string();
        let root = match receiver {
            Rv::Value(v) => Some(*v),
            Rv::Place(place, _) | Rv::Ref(place, ..) | Rv::Temp(place, _) => Some(place.root),
            _ => None,
        };
        let opaque = root.is_none_or(|root| self.b.defined_verbatim(root));
        let declared = self.function_of(ty, &name);
        let declared = declared.and_then(|f| self.types.declared().returned(&f));
        match ty {
            Type::Struct(_) => plain && declared.is_none_or(|declared| declared.is_annotated),
            Type::Unknown => {
                plain && !opaque && !OF_STD.contains(&name.as_str()) && !name.starts_with("is_")
            }
            _ => false,
        }
    }

    /// `receiver.method(args)`.
    pub(super) fn call_method(
        &mut self,
        receiver: &Rv,
        ty: &Type,
        m: &ExprMethodCall,
    ) -> Lowered<Rv> {
        let span = m.method.span();
        let function = self.function_of(ty, &m.method.to_string());
        let declared = function.as_ref().and_then(|f| self.types.declared().returned(f)).cloned();
        let changes = declared.as_ref().map(|declared| declared.changes_self);
        let (place, can_change) = match receiver {
            Rv::Ref(place, _, mutable) => (place.clone(), *mutable),
            Rv::Place(place, _) | Rv::Temp(place, _) => {
                let storage = self.b.data(place.root).storage;
                (place.clone(), matches!(storage, Storage::Object | Storage::RefMut))
            }
            other => (Place::whole(self.value_of(other.clone(), span)?), false),
        };
        let known = changes.is_some() || !can_change;
        let mut args = vec![CallArg::Ref(place, can_change && changes != Some(false))];
        let given = self.args(&m.args)?;
        args.extend(self.call_args(given, span)?);
        let op = Op::Call(callee::method(&m.method, known), args);
        let value = self.b.op(op, Type::Unknown, span);
        if let Some(function) = function {
            self.read_output(value, &function, ty);
        }
        Ok(Rv::Value(value))
    }

    /// Whether a function of a type may be one that the user differentiates.
    pub(super) fn may_be_annotated_path(&self, path: &Path) -> bool {
        let n = path.segments.len();
        let (Some(owner), Some(last)) = (path.segments.iter().rev().nth(1), path.segments.last())
        else {
            return false;
        };
        let (name, function) = (owner.ident.to_string(), last.ident.to_string());
        let ty = if n == 2 { self.struct_type(&owner.ident.clone().into()) } else { Type::Unknown };
        let declared = self.function_of(&ty, &function);
        let declared = declared.and_then(|f| self.types.declared().returned(&f));
        last.arguments.is_none()
            && !TYPES_OF_STD.contains(&name.as_str())
            && declared.is_none_or(|declared| declared.is_annotated)
    }

    /// `Type::function(args)`, where nothing in the arguments stands against it.
    pub(super) fn call_associated<'e>(
        &mut self,
        path: &Path,
        args: impl IntoIterator<Item = &'e Expr>,
        span: Span,
    ) -> Lowered<Rv> {
        let given = self.args(args)?;
        let args = self.call_args(given, span)?;
        let value = self.b.op(Op::Call(path.to_token_stream(), args), Type::Unknown, span);
        let mut owner = path.clone();
        let last = owner.segments.pop();
        owner.segments.pop_punct();
        let of = self.struct_type(&owner);
        if let (Some(last), Some(_)) = (last, owner.get_ident())
            && let Some(function) = self.function_of(&of, &last.ident.to_string())
        {
            self.read_output(value, &function, &of);
        }
        Ok(Rv::Value(value))
    }

    /// The path of a struct's function, where the struct goes by its own name.
    pub(super) fn function_of(&self, ty: &Type, name: &str) -> Option<String> {
        match ty {
            Type::Struct(s) if s.reached.1.is_empty() && s.reached.0 == s.name => {
                Some(format!("{}::{name}", s.name))
            }
            _ => None,
        }
    }

    /// Takes the type of what a call gives from the declaration of the function.
    pub(super) fn read_output(&mut self, value: Value, function: &str, of: &Type) {
        let Some(declared) = self.types.declared().returned(function).cloned() else { return };
        let ty = match declared.output.as_str() {
            "Self" => of.clone(),
            output => match output.parse::<TokenStream>() {
                Ok(tokens) if mentions(tokens.clone(), "Self") => Type::Unknown,
                Ok(tokens) => syn::parse2(tokens).map_or(Type::Unknown, |ty| self.types.read(&ty)),
                Err(_) => Type::Unknown,
            },
        };
        if ty != Type::Unknown {
            let read = Read::Output(declared.arguments);
            self.readings.insert((function.to_owned(), read), ty.clone());
            self.refine(value, &ty);
        }
    }
}

/// Whether the arguments of a call are values that can be passed on.
pub(super) fn can_be_passed<'e>(args: impl IntoIterator<Item = &'e Expr>) -> bool {
    !args.into_iter().any(|arg| matches!(arg, Expr::Closure(_)))
}
