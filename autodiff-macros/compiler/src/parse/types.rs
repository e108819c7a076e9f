//! Reads a written type into what the graph knows of types.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::rc::Rc;

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{GenericArgument, GenericParam, Generics, PathArguments};

use super::declaration::{Declaration, DeclaredField};
use super::declared::Declared;
use super::implementation::Implementation;
use super::tensor;
use crate::ir::{Enum, Float, Root, Struct, Type, Variant};
use crate::tokens::regrouped;

const INTEGERS: [&str; 12] =
    ["i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128", "usize"];

/// Traits that have no method by a name that floats have one of, and that of floats itself.
const HARMLESS: [&str; 31] = [
    "Float",
    "FloatConst",
    "FromPrimitive",
    "ToPrimitive",
    "NumCast",
    "NumAssign",
    "NumAssignOps",
    "Zero",
    "One",
    "Copy",
    "Clone",
    "Debug",
    "Display",
    "LowerExp",
    "Default",
    "PartialEq",
    "Sum",
    "Product",
    "Send",
    "Sync",
    "Sized",
    "Unpin",
    "AddAssign",
    "SubAssign",
    "MulAssign",
    "DivAssign",
    "RemAssign",
    "From",
    "Into",
    "FromStr",
    "Differentiable",
];

/// The name of the trait that is a bound.
fn bounding_trait(bound: &syn::TypeParamBound) -> Option<String> {
    match bound {
        syn::TypeParamBound::Trait(t) => t.path.segments.last().map(|s| s.ident.to_string()),
        _ => None,
    }
}

/// Knows the type parameters that stand for floats.
#[derive(Clone, Debug, Default)]
pub struct TypeReader {
    floats: Vec<String>,
    others: Vec<String>,
    /// Those of them that have bounds by traits with methods of the same names, as far as is known.
    ambiguous: BTreeSet<String>,
    /// Const parameters.
    constants: Vec<(String, syn::Type)>,
    aliases: Vec<(String, Type)>,
    declared: Rc<Declared>,
    /// Of the fields of a struct that another scope declares: where the function stands, and the generic
    /// arguments given there.
    here: Option<(Rc<Declared>, Vec<String>)>,
}

/// How a type is reached: from a type that the user names, through these fields of these structs.
#[derive(Clone, Debug, Default)]
struct Reached {
    root: Option<Root>,
    path: String,
    /// In whose declarations it stands, by their scopes and names.
    types: Vec<(usize, String)>,
}

/// Generic parameters with their arguments.
type Given<'t> = Vec<(&'t str, &'t TokenStream)>;

/// What is taken for granted of a type inside its own declaration.
#[derive(Clone, Copy, PartialEq)]
enum Recursion {
    Constant,
    Active,
}

impl TypeReader {
    /// The reader for a function with these generics, where these structs are declared.
    pub fn new(generics: &Generics, of: Option<&Implementation>, declared: Rc<Declared>) -> Self {
        let mut reader = Self { declared, ..Self::default() };
        if let Some(of) = of {
            let mut outer: Generics = syn::parse_str(&of.generics).unwrap_or_default();
            outer.where_clause = syn::parse_str(&format!("where {}", of.where_clause)).ok();
            reader.declare(&outer);
            if let Ok(this) = syn::parse_str(&of.self_ty) {
                let this = reader.read(&this);
                reader.alias("Self".into(), this);
            }
        }
        reader.declare(generics);
        reader
    }

    fn declare(&mut self, generics: &Generics) {
        for param in &generics.params {
            if let GenericParam::Const(param) = param {
                self.constants.push((param.ident.to_string(), param.ty.clone()));
            }
            if let GenericParam::Type(param) = param {
                let name = param.ident.to_string();
                let mut bounds: Vec<_> = param.bounds.iter().cloned().collect();
                for predicate in generics.where_clause.iter().flat_map(|w| &w.predicates) {
                    if let syn::WherePredicate::Type(p) = predicate
                        && p.bounded_ty.to_token_stream().to_string() == name
                    {
                        bounds.extend(p.bounds.iter().cloned());
                    }
                }
                // Lifetimes have no methods.
                let traits: Vec<_> = bounds.iter().filter_map(bounding_trait).collect();
                if !traits.iter().any(|name| name == "Float") {
                    self.others.push(name);
                    continue;
                }
                if !traits.iter().all(|name| HARMLESS.contains(&name.as_str())) {
                    self.ambiguous.insert(name.clone());
                }
                self.floats.push(name);
            }
        }
    }

    /// The type of a const parameter; unknown of anything else.
    pub fn constant(&self, name: &str) -> Type {
        let constant = self.constants.iter().rev().find(|(own, _)| own == name);
        constant.map_or(Type::Unknown, |(_, ty)| self.read(ty))
    }

    /// What the file around declares.
    pub fn declared(&self) -> &Declared {
        &self.declared
    }

    /// The reader for the fields of a struct with these generics, where any parameter may turn out to
    /// be a number.
    pub fn of_fields(generics: &Generics) -> Self {
        Self { others: Vec::new(), ..Self::new(generics, None, Rc::default()) }
    }

    /// The type parameters that stand for floats.
    pub fn floats(&self) -> &[String] {
        &self.floats
    }

    /// Those whose bounds may offer a method of floats twice.
    pub fn ambiguous(&self) -> &BTreeSet<String> {
        &self.ambiguous
    }

    /// Whether there are type parameters that do not.
    pub fn has_others(&self) -> bool {
        !self.others.is_empty()
    }

    /// Declares a local type alias.
    pub fn alias(&mut self, name: String, ty: Type) {
        self.aliases.push((name, ty));
    }

    /// The type that is written in a scope of the source file, if it can be said here.
    pub fn read_in(&self, scope: usize, ty: &syn::Type) -> Type {
        let declared = self.declared.in_scope(scope);
        if declared.sees_as(&self.declared) {
            return self.read(ty);
        }
        let here = Some((self.declared.clone(), Vec::new()));
        match (Self { declared, here, ..Self::default() }).read(ty) {
            // Its fields are asserted by its name, which has to mean it here.
            there @ (Type::Struct(_) | Type::Enum(_)) => {
                Some(self.read(ty)).filter(|here| *here == there)
            }
            there => Some(there),
        }
        .unwrap_or(Type::Unknown)
    }

    /// The type as far as it can be known; references are seen through.
    pub fn read(&self, ty: &syn::Type) -> Type {
        self.read_at(ty, None)
    }

    fn read_at(&self, ty: &syn::Type, at: Option<&Reached>) -> Type {
        let element = at.map(|at| Reached { path: format!("{}[0]", at.path), ..at.clone() });
        let element = element.as_ref();
        match ty {
            syn::Type::Paren(t) => self.read_at(&t.elem, at),
            syn::Type::Group(t) => self.read_at(&t.elem, at),
            syn::Type::Reference(t) => self.read_at(&t.elem, at),
            syn::Type::Array(t) => self.length(&t.len).map_or(Type::Unknown, |length| {
                Type::Array(Box::new(self.read_at(&t.elem, element)), length)
            }),
            syn::Type::Slice(t) => Type::Slice(Box::new(self.read_at(&t.elem, element))),
            syn::Type::Tuple(t) if t.elems.is_empty() => Type::Unit,
            syn::Type::Tuple(t) => {
                let part = |(i, t)| {
                    let part =
                        at.map(|at| Reached { path: format!("{}.{i}", at.path), ..at.clone() });
                    self.read_at(t, part.as_ref())
                };
                Type::Tuple(t.elems.iter().enumerate().map(part).collect())
            }
            syn::Type::Path(t) if t.qself.is_none() => self.path(&t.path, at, element),
            _ => Type::Unknown,
        }
    }

    fn path(&self, path: &syn::Path, at: Option<&Reached>, element: Option<&Reached>) -> Type {
        let Some(last) = path.segments.last() else { return Type::Unknown };
        let name = last.ident.to_string();
        if path.segments.len() == 1 {
            if let Some((_, ty)) = self.aliases.iter().rev().find(|(n, _)| *n == name) {
                return ty.clone();
            }
            if self.floats.contains(&name) {
                return Type::Float(Float::Param(name));
            }
            if INTEGERS.contains(&name.as_str()) {
                return Type::Int(Some(name));
            }
            match name.as_str() {
                "f32" => return Type::Float(Float::F32),
                "f64" => return Type::F64,
                "bool" => return Type::Bool,
                _ => {}
            }
        }
        match (name.as_str(), &last.arguments) {
            ("Vec", PathArguments::AngleBracketed(args)) => match args.args.first() {
                Some(GenericArgument::Type(t)) => Type::Vec(Box::new(self.read_at(t, element))),
                _ => Type::Vec(Box::new(Type::Unknown)),
            },
            ("Box", PathArguments::AngleBracketed(args)) => match args.args.first() {
                Some(GenericArgument::Type(t)) => self.read_at(t, at),
                _ => Type::Unknown,
            },
            _ if path.segments.len() == 1 && self.others.contains(&name) => Type::Unknown,
            _ => {
                let item = names(path).and_then(|path| self.declared.get(&path));
                if let Some(array) = self.alias_of_array(path) {
                    return array;
                }
                if item.is_none()
                    && let Some((of, rank)) = tensor::read(last)
                {
                    let of = of.map_or(Type::Unknown, |of| self.read_at(of, element));
                    return Type::Tensor(Box::new(of), rank);
                }
                match item.and_then(|item| self.declaration(item, path, last, at)) {
                    // Choices without numbers are handled as rustc alone knows.
                    Some(ty @ Type::Enum(_)) if ty.is_constant() && !ty.is_copy() => Type::Unknown,
                    ty => ty.unwrap_or(Type::Unknown),
                }
            }
        }
    }

    /// The array that a path is another name for.
    fn alias_of_array(&self, path: &syn::Path) -> Option<Type> {
        let ty = self.declared.alias(&names(path)?)?;
        let ty: syn::Type = syn::parse_str(ty).ok()?;
        let is_array = matches!(&ty, syn::Type::Path(p)
            if p.path.segments.last().is_some_and(|last| tensor::read(last).is_some()));
        is_array.then(|| self.read(&ty)).filter(|ty| matches!(ty, Type::Tensor(..)))
    }

    /// A declared struct or enum with the generic arguments that it is given.
    fn declaration(
        &self,
        item: &Declaration,
        path: &syn::Path,
        named: &syn::PathSegment,
        at: Option<&Reached>,
    ) -> Option<Type> {
        let name = path.to_token_stream().to_string();
        let mut reached = at.cloned().unwrap_or_default();
        let this = item.place();
        if reached.types.contains(&this) {
            return None;
        }
        if at.is_none() {
            reached.root = Some(Root::Type(name.clone()));
        }
        reached.types.push(this);
        let given = arguments(named);
        if item.params.len() != given.len() {
            return None;
        }
        let (of_fields, replaced) = self.of_fields_in(item, &given)?;
        let mut types = Vec::new();
        for field in item.all_fields() {
            let tokens = substitute(field.ty.parse().ok()?, &replaced);
            types.push(syn::parse2::<syn::Type>(tokens).ok()?);
        }
        // What holds itself is constant if all else in it is.
        let is_constant = |recursion: Recursion| {
            let one = |(field, ty): (&DeclaredField, &syn::Type)| {
                field.constant || of_fields.is_constant_within(ty, &reached.types, recursion)
            };
            item.all_fields().zip(&types).map(one).collect::<Vec<_>>()
        };
        let mut are_constant = is_constant(Recursion::Constant);
        if !are_constant.iter().all(|is| *is) {
            are_constant = is_constant(Recursion::Active);
        }
        let (mut is_copy, scope) = (item.derives("Copy"), item.scope);
        let mut all = types.iter().zip(are_constant);
        let mut read = |declared: &[DeclaredField]| {
            let (mut fields, mut constants) = (Vec::new(), Vec::new());
            for (field, (ty, constant)) in declared.iter().zip(&mut all) {
                let path = format!("{}.{}", reached.path, field.member);
                let at = Reached { path, ..reached.clone() };
                let member: syn::Member = syn::parse_str(&field.member).ok()?;
                if constant {
                    constants.push(member.clone());
                }
                let ty = of_fields.read_at(ty, Some(&at));
                // The tangent owns what is borrowed here, and is not `Copy`.
                is_copy &= constant || ty.is_copy() || ty == Type::Unknown;
                fields.push((member, ty));
            }
            Some((fields, constants))
        };
        let Some(variants) = &item.variants else {
            let (fields, constants) = read(&item.fields)?;
            let reached = (reached.root.unwrap_or_else(|| Root::Type(name.clone())), reached.path);
            let known = Struct { name, scope, fields, constants, is_copy, reached };
            return Some(Type::Struct(Rc::new(known)));
        };
        let mut known = Vec::new();
        for variant in variants {
            let (fields, constants) = read(&variant.fields)?;
            known.push(Variant { name: variant.name.clone(), fields, constants });
        }
        let is_named = at.is_none();
        Some(Type::Enum(Rc::new(Enum { name, scope, variants: known, is_copy, is_named })))
    }

    /// The enum that a path names, its generic arguments left open if it does not give them.
    pub fn enumeration(&self, path: &syn::Path) -> Option<Rc<Enum>> {
        if let Type::Enum(known) = self.read(&syn::parse_quote!(#path)) {
            return Some(known);
        }
        let item = self.declared.get(&names(path)?).filter(|item| item.variants.is_some())?;
        let mut path = path.clone();
        let last = path.segments.last_mut()?;
        if last.arguments.is_none() && !item.params.is_empty() {
            let open = item.params.iter().map(|_| quote!(_));
            last.arguments = PathArguments::AngleBracketed(syn::parse_quote!(<#(#open),*>));
        }
        match self.declaration(item, &path, path.segments.last()?, None)? {
            Type::Enum(known) => Some(known),
            _ => None,
        }
    }

    /// The struct that a path names, its generic arguments found in the types of what its fields are made
    /// of, if it does not give them.
    pub fn structure(&self, path: &syn::Path, fields: &[(syn::Member, Type)]) -> Type {
        let known = self.read(&syn::parse_quote!(#path));
        let open = || {
            let item = self.declared.get(&names(path)?).filter(|item| item.variants.is_none())?;
            let mut path = path.clone();
            let last = path.segments.last_mut()?;
            if !last.arguments.is_none() || item.params.is_empty() {
                return None;
            }
            let found = item.params.iter().map(|param| {
                fields.iter().find_map(|(member, ty)| {
                    let text = member.to_token_stream().to_string();
                    let declared = item.fields.iter().find(|field| field.member == text)?;
                    argument(param, &syn::parse_str(&declared.ty).ok()?, ty)
                })
            });
            let found = found.collect::<Option<Vec<_>>>()?;
            last.arguments = PathArguments::AngleBracketed(syn::parse_quote!(<#(#found),*>));
            self.declaration(item, &path, path.segments.last()?, None)
        };
        match known {
            Type::Unknown => open().unwrap_or(Type::Unknown),
            known => known,
        }
    }

    /// The type of a field of a variant that is taken apart, as it is reached from the pattern.
    pub fn payload(
        &self,
        of: &Enum,
        variant: &syn::Path,
        member: &syn::Member,
    ) -> Option<(Root, Type)> {
        let path: syn::Path = syn::parse_str(&of.name).ok()?;
        let item = self.declared.get(&names(&path)?).filter(|item| item.scope == of.scope)?;
        let last = &variant.segments.last()?.ident;
        let declared = item.variants.iter().flatten().find(|own| last == &own.name)?;
        let text = member.to_token_stream().to_string();
        let field = declared.fields.iter().find(|field| field.member == text)?;
        let given = arguments(path.segments.last()?);
        let (of_fields, replaced) = self.of_fields_in(item, &given)?;
        let ty = syn::parse2(substitute(field.ty.parse().ok()?, &replaced)).ok()?;
        let root = Root::Payload {
            of: if given.is_empty() { "_".into() } else { of.name.clone() },
            variant: variant.to_token_stream().to_string(),
            member: text,
        };
        let at =
            Reached { root: Some(root.clone()), path: String::new(), types: vec![item.place()] };
        let ty = of_fields.read_at(&ty, Some(&at));
        Some((root, ty))
    }

    /// The reader for the fields of a struct with these generic arguments, and what stands for its generic
    /// parameters in their types.
    fn of_fields_in<'t>(
        &self,
        item: &'t Declaration,
        given: &'t [TokenStream],
    ) -> Option<(Cow<'_, Self>, Given<'t>)> {
        let params = item.params.iter().map(String::as_str).zip(given);
        let declared = self.declared.in_scope(item.scope);
        if declared.sees_as(&self.declared) {
            return Some((Cow::Borrowed(self), params.collect()));
        }
        // There the arguments would mean something else.
        let (mut aliases, mut lengths) = (Vec::new(), Vec::new());
        for (param, argument) in params {
            if item.const_params.iter().any(|own| own == param) {
                lengths.push((param, argument));
            } else {
                aliases.push((param.to_owned(), self.read(&syn::parse2(argument.clone()).ok()?)));
            }
        }
        let given = given.iter().map(ToString::to_string).collect();
        let here = Some((self.declared.clone(), given));
        Some((Cow::Owned(Self { declared, aliases, here, ..Self::default() }), lengths))
    }

    /// The length of an array, if it means the same where it is printed.
    fn length(&self, length: &syn::Expr) -> Option<String> {
        let text = length.to_token_stream().to_string();
        let same = match &self.here {
            None => true,
            Some((here, given)) => {
                matches!(length, syn::Expr::Lit(_))
                    || given.contains(&text)
                    || self.declared.agrees(here, &text)
            }
        };
        same.then_some(text)
    }

    /// Whether nothing but bounds is known of the type.
    pub fn is_opaque(&self, ty: &syn::Type) -> bool {
        match ty {
            syn::Type::Reference(t) => self.is_opaque(&t.elem),
            syn::Type::ImplTrait(_) => true,
            syn::Type::Path(t) => {
                t.path.get_ident().is_some_and(|name| self.others.iter().any(|own| name == own))
            }
            _ => false,
        }
    }

    /// Whether a parameter of this type is constant by its type alone.
    pub fn is_constant(&self, ty: &syn::Type) -> bool {
        self.is_constant_within(ty, &[], Recursion::Constant)
    }

    /// The same of a type in the declarations of these types, which may hold themselves.
    fn is_constant_within(
        &self,
        ty: &syn::Type,
        types: &[(usize, String)],
        recursion: Recursion,
    ) -> bool {
        let inner = |ty: &syn::Type| self.is_constant_within(ty, types, recursion);
        let within = Reached { types: types.to_vec(), ..Reached::default() };
        let read = |ty: &syn::Type| {
            self.read_at(ty, Some(&within).filter(|_| !types.is_empty())).is_constant()
        };
        match ty {
            syn::Type::Paren(t) => inner(&t.elem),
            syn::Type::Group(t) => inner(&t.elem),
            syn::Type::Reference(t) => inner(&t.elem),
            syn::Type::Array(t) => inner(&t.elem),
            syn::Type::Slice(t) => inner(&t.elem),
            syn::Type::Tuple(t) => t.elems.iter().all(inner),
            syn::Type::ImplTrait(_) | syn::Type::FnPtr(_) | syn::Type::TraitObject(_) => true,
            syn::Type::Path(t) => {
                let Some(last) = t.path.segments.last() else { return true };
                let name = last.ident.to_string();
                if t.path.segments.len() == 1 && self.others.contains(&name) {
                    return true;
                }
                match name.as_str() {
                    "char" | "str" | "String" | "Range" | "RangeInclusive" | "RangeFrom"
                    | "Option" | "Result" | "PhantomData" => true,
                    "Vec" | "Box" => match &last.arguments {
                        PathArguments::AngleBracketed(args) => args
                            .args
                            .iter()
                            .all(|a| matches!(a, GenericArgument::Type(t) if inner(t))),
                        _ => false,
                    },
                    _ => match names(&t.path).and_then(|path| self.declared.get(&path)) {
                        Some(d) if types.contains(&d.place()) => recursion == Recursion::Constant,
                        // A struct that derives a tangent has one, if without fields.
                        Some(d) if d.derives("Differentiable") => false,
                        Some(d) if d.variants.is_some() => {
                            let of = self.declaration(d, &t.path, last, Some(&within));
                            of.is_some_and(|ty| ty.is_constant())
                        }
                        _ => read(ty),
                    },
                }
            }
            _ => read(ty),
        }
    }
}

/// What stands for a generic parameter where a field of the declared type is of that other one.
fn argument(param: &str, declared: &syn::Type, ty: &Type) -> Option<TokenStream> {
    match (declared, ty) {
        (syn::Type::Path(path), _) if path.path.is_ident(param) => written(ty),
        (syn::Type::Array(array), Type::Array(element, len)) => {
            let length = &array.len;
            match quote!(#length).to_string() == param {
                true => len.parse().ok(),
                false => argument(param, &array.elem, element),
            }
        }
        _ => None,
    }
}

/// A type that is all known, as the user may write it.
fn written(ty: &Type) -> Option<TokenStream> {
    match ty {
        Type::Float(Float::Infer) | Type::Int(None) => None,
        Type::Float(_) | Type::Int(_) | Type::Bool => ty.to_string().parse().ok(),
        Type::Array(element, len) => {
            let (element, len): (_, TokenStream) = (written(element)?, len.parse().ok()?);
            Some(quote!([#element; #len]))
        }
        Type::Struct(known) if known.is_named() => known.name.parse().ok(),
        _ => None,
    }
}

/// The generic arguments of a type, save for lifetimes.
fn arguments(named: &syn::PathSegment) -> Vec<TokenStream> {
    let PathArguments::AngleBracketed(all) = &named.arguments else { return Vec::new() };
    let is_lifetime = |a: &&GenericArgument| matches!(a, GenericArgument::Lifetime(_));
    all.args.iter().filter(|a| !is_lifetime(a)).map(ToTokens::to_token_stream).collect()
}

/// A path without generic arguments; nothing of one that begins with `::`.
pub fn names(path: &syn::Path) -> Option<String> {
    let names: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    path.leading_colon.is_none().then(|| names.join("::"))
}

/// Tokens with generic arguments for the names of parameters.
fn substitute(tokens: TokenStream, given: &Given<'_>) -> TokenStream {
    let mut out = TokenStream::new();
    for tree in tokens {
        match tree {
            TokenTree::Group(group) => {
                out.extend([regrouped(&group, substitute(group.stream(), given))]);
            }
            TokenTree::Ident(ident) => match given.iter().find(|(param, _)| ident == param) {
                Some((_, argument)) => out.extend((*argument).clone()),
                None => out.extend([TokenTree::from(ident)]),
            },
            tree => out.extend([tree]),
        }
    }
    out
}
