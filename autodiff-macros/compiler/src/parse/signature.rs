//! The function's signature: what is differentiated with respect to what.

use std::rc::Rc;

use proc_macro2::Span;
use quote::{ToTokens, format_ident};
use syn::spanned::Spanned;
use syn::visit_mut::VisitMut;
use syn::{FnArg, Ident, ItemFn, Pat, ReturnType, Type};

use super::elided::Elided;
use super::method::SELF;
use super::same_name::refuse_ambiguous;
use super::types::names;
use super::{Declared, Implementation, Method, TypeReader, tensor};
use crate::errors::{Diagnostic, Errors, Extent};
use crate::ir::Shape;
use crate::options::Options;
use crate::tokens::mentions;

/// One parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The pattern the user binds it by.
    pub pat: Pat,
    /// Its type.
    pub ty: Type,
    /// The name under which generated functions take it.
    pub name: Ident,
    /// Whether derivatives are taken with respect to it.
    pub active: bool,
}

impl Parameter {
    /// Whether it is `self`.
    pub fn is_receiver(&self) -> bool {
        self.name == SELF
    }

    /// Whether its shadow is passed as `&mut` and cannot be absent. Who calls a method does not know
    /// whether it takes `&mut self`: the shadow of `self` is always optional.
    pub fn takes_shadow(&self) -> bool {
        is_in_place(&self.ty) && !self.is_receiver()
    }
}

/// What the rest of the compiler needs to know of the signature.
#[derive(Clone, Debug)]
pub struct Signature {
    /// The parameters in order.
    pub parameters: Vec<Parameter>,
    /// The returned type; `()` if none is written.
    pub output: Type,
    /// How the returned value is put together.
    pub shape: Shape,
    /// Reads types in the function's scope.
    pub types: TypeReader,
    /// What it is a method or an associated function of, if it is one.
    pub method: Option<Method>,
}

impl Signature {
    /// Reads and checks the signature.
    pub fn read(
        item: &ItemFn,
        options: &Options,
        declared: Rc<Declared>,
        method: Option<(Method, Option<&Implementation>)>,
        errors: &mut Errors,
    ) -> Self {
        refuse_qualifiers(item, errors);
        refuse_ambiguous(item, errors);
        for input in &item.sig.inputs {
            match input {
                FnArg::Receiver(receiver) => {
                    errors.push(Diagnostic::new(
                        "AD0101",
                        Extent::of(receiver),
                        "this receiver cannot be differentiated",
                        "take `self`, `&self` or `&mut self`",
                    ));
                }
                FnArg::Typed(typed) => refuse_type(&typed.ty, errors),
            }
        }
        let written = Self::written(item, declared, method);
        let Self { mut parameters, output, shape, types, method } = written;
        select(&mut parameters, options, &types, errors);
        let in_place = parameters.iter().any(|p| p.active && is_in_place(&p.ty));
        let is_declared = |ty: &Type| {
            matches!(ty, Type::Path(t)
                if names(&t.path).is_some_and(|path| types.declared().get(&path).is_some()))
        };
        let taken = parameters.iter().filter(|p| p.active).map(|p| (&p.ty, false));
        for (ty, made) in taken.chain([(&output, true)]) {
            if tensor::is_unsupported(ty, made) && !is_declared(ty) {
                errors.push(Diagnostic::new(
                    "AD0114",
                    Extent::of(ty),
                    "this kind of array of `ndarray` is not differentiated",
                    if made {
                        "give back an array of its own, `Array2<f64>`"
                    } else {
                        "take an array, `&Array2<f64>`, a view of one, `ArrayView2<f64>`, or `&mut Array2<f64>` to change it in place"
                    },
                ));
            }
        }
        if errors.is_empty() {
            if !parameters.iter().any(|p| p.active) {
                errors.push(Diagnostic::new(
                    "AD0102",
                    item.sig.ident.span(),
                    format!("`{}` has no differentiable parameter", item.sig.ident),
                    if item.sig.generics.type_params().next().is_some() {
                        "bound the type parameter that stands for a float by `autodiff::Float`: `T: Float`"
                    } else {
                        "give it a parameter of a float type, or of an array, slice, `Vec` or tuple of floats"
                    },
                ));
            } else if types.is_constant(&output) && !in_place && !is_opaque(&output) {
                let at = match &item.sig.output {
                    ReturnType::Default => item.sig.ident.span().into(),
                    ReturnType::Type(_, ty) => Extent::of(ty),
                };
                errors.push(Diagnostic::new(
                    "AD0103",
                    at,
                    format!("`{}` returns nothing that could be differentiated", item.sig.ident),
                    "return the value, as in `-> f64`, or write it through a `&mut` parameter",
                ));
            }
        }
        refuse_output(&output, errors);
        if method.as_ref().is_some_and(|m| m.has_unnamed_lifetimes) && names_self(item) {
            errors.push(Diagnostic::new(
                "AD0113",
                item.sig.ident.span(),
                "a lifetime in the type of this `impl` has no name, and a pullback cannot say that it may borrow from there",
                "name it, as in `impl<'a> Window<'a>`, or put the attribute on the whole `impl`",
            ));
        }
        if !options.library.alloc {
            let active = parameters.iter().filter(|p| p.active).map(|p| &p.ty);
            for ty in active.chain([&output]).filter(|ty| needs_heap(ty)) {
                errors.push(Diagnostic::new(
                    "AD0701",
                    Extent::of(ty),
                    "the gradient of a slice or a `Vec` is a `Vec`, which needs the heap",
                    "turn on the feature `alloc` of `autodiff`, or take an array: `&[f64; N]`",
                ));
            }
        }
        Self { parameters, output, shape, types, method }
    }

    /// Whether a function of a type has a parameter whose type has a derivative.
    pub fn takes_numbers(
        item: &ItemFn,
        declared: Rc<Declared>,
        method: (Method, Option<&Implementation>),
    ) -> bool {
        Self::written(item, declared, Some(method)).parameters.iter().any(|p| p.active)
    }

    /// The signature as it is written: every parameter is active whose type has a derivative.
    fn written(
        item: &ItemFn,
        declared: Rc<Declared>,
        method: Option<(Method, Option<&Implementation>)>,
    ) -> Self {
        let (method, of) = method.unzip();
        let of = of.flatten();
        let types = TypeReader::new(&item.sig.generics, of, declared);
        let typed = item.sig.inputs.iter().enumerate().filter_map(|(i, input)| match input {
            FnArg::Typed(typed) => Some((i, typed)),
            FnArg::Receiver(_) => None,
        });
        let written = |ty: &Type| {
            let mut ty = ty.clone();
            Elided(types.declared()).visit_type_mut(&mut ty);
            ty
        };
        let parameters = typed.map(|(i, typed)| Parameter {
            pat: (*typed.pat).clone(),
            ty: written(&typed.ty),
            name: name(i, &typed.pat, item),
            active: !types.is_constant(&typed.ty) && !is_plain_self(&typed.ty, of, &types),
        });
        let parameters = parameters.collect();
        let output = match &item.sig.output {
            ReturnType::Default => syn::parse_quote!(()),
            ReturnType::Type(_, ty) => (**ty).clone(),
        };
        let shape = shape(&output);
        Self { parameters, output, shape, types, method }
    }

    /// The signature of a function of which nothing is differentiated, and nothing is refused.
    pub fn constant(item: &ItemFn) -> Self {
        let mut signature = Self::written(item, Rc::default(), None);
        signature.parameters.iter_mut().for_each(|p| p.active = false);
        signature
    }
}

/// Whether a type is `Self` of a type that is known to have no tangent.
fn is_plain_self(ty: &Type, of: Option<&Implementation>, types: &TypeReader) -> bool {
    match (ty, of) {
        (Type::Reference(r), _) => is_plain_self(&r.elem, of, types),
        (Type::Path(p), Some(of)) if p.path.is_ident("Self") => {
            let name = of.self_ty.split_whitespace().next().unwrap_or_default();
            types.declared().has_no_tangent(name)
        }
        _ => false,
    }
}

/// Whether the tangents of this type are on the heap, as far as its name tells.
pub fn needs_heap(ty: &Type) -> bool {
    match ty {
        Type::Slice(_) => true,
        Type::Reference(t) => needs_heap(&t.elem),
        Type::Paren(t) => needs_heap(&t.elem),
        Type::Group(t) => needs_heap(&t.elem),
        Type::Array(t) => needs_heap(&t.elem),
        Type::Tuple(t) => t.elems.iter().any(needs_heap),
        Type::Path(p) => p.path.segments.last().is_some_and(|s| s.ident == "Vec"),
        _ => false,
    }
}

/// The parameters that have a type: the names under which generated functions take them, and the types.
pub fn parameters(item: &ItemFn) -> Vec<(Ident, &Type)> {
    let typed = item.sig.inputs.iter().enumerate().filter_map(|(i, input)| match input {
        FnArg::Typed(typed) => Some((name(i, &typed.pat, item), &*typed.ty)),
        FnArg::Receiver(_) => None,
    });
    typed.collect()
}

fn name(index: usize, pat: &Pat, item: &ItemFn) -> Ident {
    match pat {
        Pat::Ident(p) => p.ident.clone(),
        other => unnamed(index, other.span(), item),
    }
}

/// A name for a parameter that is bound by a pattern.
fn unnamed(index: usize, span: Span, item: &ItemFn) -> Ident {
    let inputs = item.sig.inputs.to_token_stream();
    let mut name = format_ident!("arg{}", index, span = span);
    while mentions(inputs.clone(), &name) {
        name = format_ident!("{}_", name);
    }
    name
}

/// Whether `Self` stands in a signature.
fn names_self(item: &ItemFn) -> bool {
    mentions(item.sig.to_token_stream(), "Self")
}

/// Whether the type is a `&mut` reference.
pub fn is_in_place(ty: &Type) -> bool {
    matches!(ty, Type::Reference(r) if r.mutability.is_some())
}

/// Whether the type is refused for another reason.
fn is_opaque(ty: &Type) -> bool {
    match ty {
        Type::ImplTrait(_) | Type::TraitObject(_) | Type::FnPtr(_) => true,
        Type::Path(p) => p
            .path
            .segments
            .last()
            .is_some_and(|s| ["Option", "Result", "Box"].iter().any(|name| s.ident == name)),
        _ => false,
    }
}

fn shape(ty: &Type) -> Shape {
    match ty {
        Type::Tuple(t) => Shape::Tuple(t.elems.iter().map(shape).collect()),
        Type::Paren(t) => shape(&t.elem),
        Type::Group(t) => shape(&t.elem),
        _ => Shape::Leaf,
    }
}

fn select(
    parameters: &mut [Parameter],
    options: &Options,
    types: &TypeReader,
    errors: &mut Errors,
) {
    let Some(wrt) = &options.wrt else { return };
    for name in wrt {
        match parameters.iter().find(|p| written(&p.name) == *name) {
            None => {
                let known: Vec<_> =
                    parameters.iter().map(|p| format!("`{}`", written(&p.name))).collect();
                errors.push(Diagnostic::new(
                    "AD0104",
                    name.span(),
                    format!("the function has no parameter `{name}`"),
                    format!("its parameters are {}", known.join(", ")),
                ));
            }
            Some(p) if types.is_constant(&p.ty) => {
                errors.push(Diagnostic::new(
                    "AD0105",
                    name.span(),
                    format!("`{name}` has a type without a derivative"),
                    "only floats, arrays, slices, `Vec`s and tuples of them, and differentiable structs can stand in `wrt`",
                ));
            }
            Some(_) => {}
        }
    }
    for parameter in parameters {
        parameter.active = parameter.active && wrt.contains(&written(&parameter.name));
    }
}

/// A parameter's name as the user wrote it.
fn written(name: &Ident) -> Ident {
    if name == SELF { Ident::new("self", name.span()) } else { name.clone() }
}

fn refuse_qualifiers(item: &ItemFn, errors: &mut Errors) {
    let sig = &item.sig;
    let mut refuse = |at: Extent, what: &str, why: &str, help: &str| {
        errors.push(Diagnostic::new(
            "AD0106",
            at,
            format!("{what} cannot be differentiated: {why}"),
            help,
        ));
    };
    if let Some(token) = &sig.asyncness {
        refuse(
            Extent::of(token),
            "an `async` function",
            "its body does not run in one piece",
            "differentiate a synchronous function and call it from the `async` one",
        );
    }
    if let syn::Safety::Unsafe(token) = &sig.safety {
        refuse(
            Extent::of(token),
            "an `unsafe` function",
            "memory reached through raw pointers has no shadow",
            "write the numerical part as a safe function",
        );
    }
    if let Some(abi) = &sig.abi {
        refuse(
            Extent::of(abi),
            "an `extern` function",
            "its caller is not Rust",
            "differentiate an ordinary function and call it from the `extern` one",
        );
    }
    if let Some(token) = &sig.constness {
        refuse(
            Extent::of(token),
            "a `const fn`",
            "floating-point derivatives are not computed at compile time",
            "remove `const`",
        );
    }
    if let Some(variadic) = &sig.variadic {
        refuse(
            Extent::of(variadic),
            "a variadic function",
            "its arguments have no types",
            "take a slice",
        );
    }
}

fn refuse_type(ty: &Type, errors: &mut Errors) {
    match ty {
        Type::Ptr(_) => {
            errors.push(Diagnostic::new(
                "AD0107",
                Extent::of(ty),
                "a raw pointer cannot be differentiated through",
                "take a reference, `&T` or `&mut T`",
            ));
        }
        Type::TraitObject(_) => {
            errors.push(Diagnostic::new(
                "AD0108",
                Extent::of(ty),
                "a `dyn` value cannot be differentiated through: which code runs is not known at compile time",
                "take a generic parameter or the concrete type",
            ));
        }
        Type::Reference(r) => refuse_type(&r.elem, errors),
        Type::Paren(t) => refuse_type(&t.elem, errors),
        Type::Slice(t) => refuse_type(&t.elem, errors),
        Type::Array(t) => refuse_type(&t.elem, errors),
        Type::Tuple(t) => t.elems.iter().for_each(|t| refuse_type(t, errors)),
        Type::Path(p) => {
            for segment in &p.path.segments {
                if let syn::PathArguments::AngleBracketed(args) = &segment.arguments {
                    for arg in &args.args {
                        if let syn::GenericArgument::Type(t) = arg {
                            refuse_type(t, errors);
                        }
                    }
                }
            }
        }
        _ => {}
    }
}

fn refuse_output(ty: &Type, errors: &mut Errors) {
    let found = match ty {
        Type::Reference(_) => Some((
            "a returned reference",
            "return an owned value: a number, an array, a `Vec` or a tuple",
        )),
        Type::ImplTrait(_) => Some(("`impl Trait`", "return the concrete type")),
        Type::Never(_) => Some(("a function that never returns", "return a value")),
        Type::Path(p)
            if p.path
                .segments
                .last()
                .is_some_and(|s| s.ident == "Result" || s.ident == "Option") =>
        {
            Some((
                "a returned `Result` or `Option`",
                "return the value and `assert!` what must hold, or check before the call",
            ))
        }
        _ => None,
    };
    if let Some((what, help)) = found {
        errors.push(Diagnostic::new(
            "AD0109",
            Extent::of(ty),
            format!("{what} cannot be differentiated"),
            help,
        ));
    }
    refuse_type(ty, errors);
}
