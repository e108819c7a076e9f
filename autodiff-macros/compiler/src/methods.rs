//! Functions of types. Where the attribute stands on a function, what it generates stands beside it:
//!
//! | function | derivatives |
//! | --- | --- |
//! | a method or associated function | functions beside it: `loss_grad`, `loss_vjp`, ... |
//! | the same of a trait | functions of the type itself, since the trait has no place for more |
//! | `add` of `std::ops::Add` and its like | found by the types of the operands, whatever their names |
//!
//! What does not fit among the items of an `impl` stands in the function's own body. Which `impl` that is,
//! and of which type, the source file tells; on the `impl` itself the attribute sees it.

use std::rc::Rc;

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::visit_mut::VisitMut;
use syn::{FnArg, Ident, ImplItem, Item, ItemFn, ItemImpl, ReturnType, Type, parse_quote};

use crate::emit::silenced;
use crate::errors::{Diagnostic, Errors, Extent};
use crate::options::Options;
use crate::parse::method::{as_function, outside};
use crate::parse::{
    Declared, FreshLifetimes, Implementation, Method, Signature, name_all, without_checkpoints,
};
use crate::{derivatives, mended, under_facade_name};

/// The traits of operators, and how the runtime names them.
const OPERATORS: [&str; 11] = [
    "Add",
    "Sub",
    "Mul",
    "Div",
    "Rem",
    "Neg",
    "AddAssign",
    "SubAssign",
    "MulAssign",
    "DivAssign",
    "RemAssign",
];

/// The attribute on a function of a type.
pub fn expand(
    item: &ItemFn,
    of: Option<&Implementation>,
    declared: &Rc<Declared>,
    options: &Options,
    errors: &mut Errors,
) -> TokenStream {
    let operator = of.and_then(|of| operator(of.of_trait.as_ref()?));
    let (inside, beside) = match (of, operator) {
        (Some(of), Some(operator)) => {
            let items = of_operator(item, of, operator, declared, options, errors);
            (items, TokenStream::new())
        }
        (Some(of), None) if of.of_trait.is_some() => {
            let functions = siblings(item, Some(of), declared, options, errors);
            let Implementation { generics, self_ty, where_clause, .. } = of;
            let text = format!("impl {generics} {self_ty} where {where_clause}");
            let header: TokenStream = text.parse().unwrap_or_default();
            (quote!(#header { #functions }), TokenStream::new())
        }
        _ => (TokenStream::new(), siblings(item, of, declared, options, errors)),
    };
    let plain = without_checkpoints(item, errors);
    let plain = plain.as_ref().unwrap_or(item);
    let mut item = mended(plain, declared, options, errors).unwrap_or_else(|| plain.clone());
    if !inside.is_empty() {
        let silenced = silenced();
        let inside = under_facade_name(inside, options.krate.as_ref());
        item.block.stmts.insert(
            0,
            syn::Stmt::Item(Item::Verbatim(quote! {
                #silenced
                const _: () = { #inside };
            })),
        );
    }
    let beside = under_facade_name(beside, options.krate.as_ref());
    // Among the items of an `impl` no macro can stand.
    let refused = errors.to_tokens();
    if !refused.is_empty() {
        item.block.stmts.insert(0, syn::Stmt::Item(Item::Verbatim(refused)));
    }
    quote!(#[allow(dead_code)] #item #beside)
}

/// The attribute on an `impl`: on each function in it that takes numbers. Others, as constructors, stay as
/// they are, unless there are none but such.
pub fn expand_impl(
    mut item: ItemImpl,
    declared: &Rc<Declared>,
    options: &Options,
    errors: &mut Errors,
) -> TokenStream {
    name_all(&mut item, declared);
    let of = Implementation::new(&item);
    let takes_numbers = |entry: &ImplItem| match entry {
        ImplItem::Fn(function) => {
            let function = syn::parse2::<ItemFn>(function.to_token_stream()).ok()?;
            let declared = declared.seen_from(&function.sig.ident);
            let method = (Method::new(&function, Some(&of), &declared), Some(&of));
            Some(Signature::takes_numbers(&as_function(&function), declared, method))
        }
        _ => None,
    };
    let take_numbers: Vec<_> = item.items.iter().map(takes_numbers).collect();
    let any = take_numbers.contains(&Some(true));
    for (entry, takes_numbers) in item.items.iter_mut().zip(take_numbers) {
        let ImplItem::Fn(function) = entry else { continue };
        if any && takes_numbers == Some(false) {
            continue;
        }
        match syn::parse2::<ItemFn>(function.to_token_stream()) {
            Ok(function) => {
                let declared = declared.seen_from(&function.sig.ident);
                let expanded = expand(&function, Some(&of), &declared, options, errors);
                *entry = ImplItem::Verbatim(expanded);
            }
            Err(_) => {
                errors.push(Diagnostic::new(
                    "AD0002",
                    Extent::of(&function.sig),
                    "`differentiate` stands on a function with a body",
                    "put it on a `fn`",
                ));
            }
        }
    }
    item.to_token_stream()
}

fn operator(of_trait: &str) -> Option<&'static str> {
    let path: syn::Path = syn::parse_str(of_trait).ok()?;
    let name = &path.segments.last()?.ident;
    OPERATORS.into_iter().find(|operator| name == operator)
}

/// The derivatives of a method as functions of its type.
fn siblings(
    item: &ItemFn,
    of: Option<&Implementation>,
    declared: &Rc<Declared>,
    options: &Options,
    errors: &mut Errors,
) -> TokenStream {
    let method = Method::new(item, of, declared);
    let function = as_function(item);
    let plain = without_checkpoints(&function, errors);
    let plain = plain.as_ref().unwrap_or(&function);
    let signature =
        Signature::read(&function, options, declared.clone(), Some((method, of)), errors);
    derivatives(&function, plain, options, &signature, errors).unwrap_or_default()
}

/// The derivatives of an operator, by the types of its operands.
fn of_operator(
    item: &ItemFn,
    of: &Implementation,
    operator: &str,
    declared: &Rc<Declared>,
    options: &Options,
    errors: &mut Errors,
) -> TokenStream {
    let Some(mut function) = outside(&as_function(item), of) else { return TokenStream::new() };
    function.vis = syn::Visibility::Inherited;
    let plain = without_checkpoints(&function, errors);
    let plain = plain.as_ref().unwrap_or(&function);
    let signature = Signature::read(&function, options, declared.clone(), None, errors);
    let Ok(handle) = derivatives(&function, plain, options, &signature, errors) else {
        return TokenStream::new();
    };
    // An associated type cannot be without them.
    let mut lifetimes = FreshLifetimes::new("ad");
    let mut named = |ty: &Type| {
        let mut ty = ty.clone();
        lifetimes.visit_type_mut(&mut ty);
        ty
    };
    let operands: Vec<Type> = function
        .sig
        .inputs
        .iter()
        .filter_map(|input| match input {
            FnArg::Typed(typed) => Some(named(&typed.ty)),
            FnArg::Receiver(_) => None,
        })
        .collect();
    let output = match &function.sig.output {
        ReturnType::Type(_, ty) => named(ty),
        ReturnType::Default => parse_quote!(()),
    };
    let active: Vec<bool> = signature.parameters.iter().map(|p| p.active).collect();
    let name = &function.sig.ident;
    let operator = format_ident!("{}", operator);
    let mut generics = function.sig.generics.clone();
    let lifetimes = lifetimes.names.iter().map(|lifetime| parse_quote!(#lifetime));
    generics.params = lifetimes.chain(generics.params).collect();
    let (declared, _, _) = generics.split_for_impl();
    let written = generics.where_clause.iter().flat_map(|w| &w.predicates);
    let floats = signature.types.floats().iter().map(|name| format_ident!("{}", name));
    let bounds = quote!(where #(#written,)* #(#floats: ::autodiff::Float,)*);
    let tangent = |ty: &Type| {
        let ty = referred(ty);
        quote!(<#ty as ::autodiff::Differentiable>::Tangent)
    };
    // What a reference refers to has the tangent.
    let zero = |operand: TokenStream, ty: &Type| {
        let deref = matches!(ty, Type::Reference(_)).then(|| quote!(*));
        quote!(::autodiff::__private::zero_tangent(#deref #operand))
    };
    let runtime = quote!(::autodiff::__private::operator);
    let twice = |of_trait: TokenStream| quote!(impl #declared #runtime::second::#of_trait);
    let has_second = options.hessian.is_some();
    let seed = tangent(&output);
    let code = match (&operands[..], &active[..]) {
        ([of], _) => {
            let bar = tangent(of);
            let of_zero = zero(quote!(self), of);
            let given = or_zero(&quote!(dot), &of_zero);
            let twice = has_second.then(|| {
                let twice = twice(quote!(UnaryTwice<#runtime::#operator>));
                quote! {
                    #twice for #of #bounds {
                        #[inline]
                        fn bar_dot(
                            &self,
                            (seed, seed_dot): (&#seed, &#seed),
                            dot: ::core::option::Option<&#bar>,
                        ) -> #bar {
                            let dot = #given;
                            let of = ::core::clone::Clone::clone(self);
                            let dot = ::core::option::Option::Some(&dot);
                            let (_, pull) = <#name>::__second(::core::clone::Clone::clone(&of), dot);
                            let (mut bar, mut bar_dot) = (#of_zero, #of_zero);
                            pull(
                                ::autodiff::__private::again(&of),
                                ::autodiff::__private::receiver::given(dot),
                                (::core::clone::Clone::clone(seed), ::core::clone::Clone::clone(seed_dot)),
                                ::core::option::Option::Some(&mut bar),
                                ::core::option::Option::Some(&mut bar_dot),
                            );
                            bar_dot
                        }
                    }
                }
            });
            quote! {
                #twice

                impl #declared #runtime::Unary<#runtime::#operator> for #of #bounds {
                    type Seed = #seed;
                    type Of = #bar;
                    #[inline]
                    fn bar(&self, seed: #seed) -> #bar {
                        <#name>::vjp(::core::clone::Clone::clone(self)).1(seed)
                    }
                    #[inline]
                    fn dot(&self, dot: &#bar) -> #seed {
                        let dot = ::core::clone::Clone::clone(dot);
                        <#name>::jvp(::core::clone::Clone::clone(self), dot).1
                    }
                }
            }
        }
        ([lhs, rhs], [lhs_active, rhs_active]) => {
            // `a += b` gives what it leaves in `a`.
            let assigns = matches!(lhs, Type::Reference(r) if r.mutability.is_some());
            let of = if assigns { referred(lhs) } else { lhs };
            let (lhs_bar, rhs_bar) = (tangent(of), tangent(rhs));
            let seed = if assigns { lhs_bar.clone() } else { seed };
            let (lhs_zero, rhs_zero) = (zero(quote!(self), of), zero(quote!(rhs), rhs));
            let both = (*lhs_active, *rhs_active);
            let (bars, dot) = if assigns {
                assigning(name, both, &rhs_zero)
            } else {
                giving(name, both, &lhs_zero, &rhs_zero)
            };
            let (lhs_given, rhs_given) =
                (or_zero(&quote!(lhs), &lhs_zero), or_zero(&quote!(rhs_dot), &rhs_zero));
            let dots = quote! {
                let (lhs_dot, rhs_dot) = (#lhs_given, #rhs_given);
                let (lhs, other) = (::core::clone::Clone::clone(self), rhs);
            };
            let twice = has_second.then(|| {
                let twice = twice(quote!(BinaryTwice<#runtime::#operator, #rhs>));
                let bars_dot = bars_dot(name, assigns, both, &lhs_zero, &rhs_zero);
                quote! {
                    #twice for #of #bounds {
                        #[inline]
                        fn bars_dot(
                            &self,
                            rhs: &#rhs,
                            (seed, seed_dot): (&#seed, &#seed),
                            lhs: ::core::option::Option<&#lhs_bar>,
                            rhs_dot: ::core::option::Option<&#rhs_bar>,
                        ) -> (#lhs_bar, #rhs_bar) {
                            #dots
                            #bars_dot
                        }
                    }
                }
            });
            quote! {
                #twice

                impl #declared #runtime::Binary<#runtime::#operator, #rhs> for #of #bounds {
                    type Seed = #seed;
                    type Lhs = #lhs_bar;
                    type Rhs = #rhs_bar;
                    #[inline]
                    fn bars(&self, rhs: &#rhs, seed: #seed) -> (#lhs_bar, #rhs_bar) {
                        let (lhs, other) = (::core::clone::Clone::clone(self), rhs);
                        #bars
                    }
                    #[inline]
                    fn dot(
                        &self,
                        rhs: &#rhs,
                        lhs: ::core::option::Option<&#lhs_bar>,
                        rhs_dot: ::core::option::Option<&#rhs_bar>,
                    ) -> #seed {
                        #dots
                        #dot
                    }
                }
            }
        }
        _ => TokenStream::new(),
    };
    quote!(#plain #handle #code)
}

/// The bodies of `bars` and `dot` where the operator gives a new value.
fn giving(
    name: &Ident,
    active: (bool, bool),
    lhs_zero: &TokenStream,
    rhs_zero: &TokenStream,
) -> (TokenStream, TokenStream) {
    let (bars, dots) = match active {
        (true, true) => (quote!(bars), quote!((lhs_dot, rhs_dot))),
        (true, false) => (quote!((bars, #rhs_zero)), quote!(lhs_dot)),
        _ => (quote!((#lhs_zero, bars)), quote!(rhs_dot)),
    };
    let bars = quote! {
        let bars = <#name>::vjp(lhs, ::core::clone::Clone::clone(other)).1(seed);
        #bars
    };
    (bars, quote!(<#name>::jvp(lhs, ::core::clone::Clone::clone(other), #dots).1))
}

/// The same where it changes its left operand.
fn assigning(
    name: &Ident,
    (lhs_active, rhs_active): (bool, bool),
    rhs_zero: &TokenStream,
) -> (TokenStream, TokenStream) {
    let shadows = match (lhs_active, rhs_active) {
        (true, true) => quote!((&mut bars.0, &mut bars.1)),
        (true, false) => quote!(&mut bars.0),
        _ => quote!(&mut bars.1),
    };
    let (lhs_dot, rhs_dot) = (
        match lhs_active {
            true => quote!(::core::option::Option::Some(&mut lhs_dot)),
            false => quote!(::autodiff::__private::receiver::Absent),
        },
        match rhs_active {
            true => quote!(::core::option::Option::Some(&rhs_dot)),
            false => quote!(::core::option::Option::None),
        },
    );
    let bars = quote! {
        let mut lhs = lhs;
        let mut bars = (seed, #rhs_zero);
        <#name>::vjp_into(&mut lhs, ::core::clone::Clone::clone(other), (), #shadows);
        bars
    };
    let dot = quote! {
        let (mut lhs, mut lhs_dot) = (lhs, lhs_dot);
        <#name>::__jvp(&mut lhs, ::core::clone::Clone::clone(other), #lhs_dot, #rhs_dot);
        lhs_dot
    };
    (bars, dot)
}

/// The body of `bars_dot`, for both.
fn bars_dot(
    name: &Ident,
    assigns: bool,
    (lhs_active, rhs_active): (bool, bool),
    lhs_zero: &TokenStream,
    rhs_zero: &TokenStream,
) -> TokenStream {
    let none = quote!(::core::option::Option::None);
    let some = |active: bool, of: TokenStream| match active {
        true => quote!(::core::option::Option::Some(#of)),
        false => none.clone(),
    };
    let (lhs_dot, rhs_dot) =
        (some(lhs_active, quote!(&lhs_dot)), some(rhs_active, quote!(&rhs_dot)));
    let given = |active: bool, dot: &TokenStream| match active {
        true => quote!(::autodiff::__private::receiver::given(#dot)),
        false => none.clone(),
    };
    let (lhs_given, rhs_given) = (given(lhs_active, &lhs_dot), given(rhs_active, &rhs_dot));
    let slots = [("bars", 0), ("bars", 1), ("dots", 0), ("dots", 1)].map(|(of, at)| {
        let (of, active) = (format_ident!("{}", of), [lhs_active, rhs_active][at]);
        let at = syn::Index::from(at);
        some(active, quote!(&mut #of.#at))
    });
    if assigns {
        let lhs_dot = some(lhs_active, quote!(&mut lhs_dot));
        return quote! {
            let (mut lhs, mut lhs_dot) = (lhs, lhs_dot);
            let rhs_kept = ::core::clone::Clone::clone(other);
            let (_, pull) = <#name>::__second(
                &mut lhs, ::core::clone::Clone::clone(other), #lhs_dot, #rhs_dot,
            );
            let mut bars = (::core::clone::Clone::clone(seed), #rhs_zero);
            let mut dots = (::core::clone::Clone::clone(seed_dot), #rhs_zero);
            pull(
                ::autodiff::__private::Ignored,
                ::autodiff::__private::again(&rhs_kept),
                #none,
                #rhs_given,
                ((), ()),
                #(#slots),*
            );
            dots
        };
    }
    quote! {
        let (lhs_kept, rhs_kept) = (::core::clone::Clone::clone(&lhs), ::core::clone::Clone::clone(other));
        let (_, pull) = <#name>::__second(lhs, ::core::clone::Clone::clone(other), #lhs_dot, #rhs_dot);
        let mut bars = (#lhs_zero, #rhs_zero);
        let mut dots = (#lhs_zero, #rhs_zero);
        pull(
            ::autodiff::__private::again(&lhs_kept),
            ::autodiff::__private::again(&rhs_kept),
            #lhs_given,
            #rhs_given,
            (::core::clone::Clone::clone(seed), ::core::clone::Clone::clone(seed_dot)),
            #(#slots),*
        );
        dots
    }
}

/// A copy of the tangent that is given, if there is one.
fn or_zero(given: &TokenStream, zero: &TokenStream) -> TokenStream {
    quote! {
        match #given {
            ::core::option::Option::Some(dot) => ::core::clone::Clone::clone(dot),
            ::core::option::Option::None => #zero,
        }
    }
}

/// What an operand is, or refers to.
fn referred(ty: &Type) -> &Type {
    match ty {
        Type::Reference(reference) => &reference.elem,
        ty => ty,
    }
}
