//! The attributes of nightly's `std::autodiff`: `#[autodiff_reverse(df, ..)]`, `#[autodiff_forward(df, ..)]`.
//!
//! The first attribute that is expanded reads all that stand on the function. It emits the function once,
//! one handle as `#[differentiate]` would, whose active parameters are those that any attribute
//! differentiates, and one function for each attribute, in terms of the handle's:
//!
//! ```text
//! #[autodiff_reverse(df, Duplicated, Const, Active)]      fn f(x: &[f64], a: f64) -> f64 { .. }
//! #[autodiff_forward(df_a, Const, Dual, DualOnly)]    →   struct f {}  impl f { .. }
//! fn f(x: &[f64], a: f64) -> f64 { .. }                   fn df(x: &[f64], dx_0: &mut [f64], a: f64, dret: f64) -> f64 {
//!                                                             f::__vjp_into(x, a, dret, Some(dx_0), None)
//!                                                         }
//!                                                         fn df_a(x: &[f64], a: f64, ba_0: f64) -> f64 {
//!                                                             f::__jvp(x, a, None, Some(&ba_0)).1
//!                                                         }
//! ```

mod emit;
mod plan;
mod request;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, FnArg, Ident, ItemFn, Type};

pub use request::Mode;

use crate::Library;
use crate::emit::Header;
use crate::emit::types::is_its_own_tangent;
use crate::errors::{Diagnostic, Errors, Extent};
use crate::once;
use crate::options::Options;
use crate::parse::{Signature, TypeReader, is_differentiate, parameters, without_checkpoints};
use emit::Printer;
use plan::Plan;
use request::{Activity, Request};

/// The argument of an attribute that another has read already. It stands on nothing once more, so that
/// rustc finds what it is, and does not call its import unused.
const READ: &str = "__read";

/// Expands `#[autodiff_reverse(args)] item` or `#[autodiff_forward(args)] item`.
pub fn expand(library: Library, mode: Mode, args: TokenStream, item: TokenStream) -> TokenStream {
    if args.to_string() == READ {
        return TokenStream::new();
    }
    let mut errors = Errors::default();
    let attribute = mode.attribute();
    let Ok(mut function) = syn::parse2::<ItemFn>(item.clone()) else {
        errors.push(Diagnostic::new(
            "AD0002",
            Extent::of(&item),
            format!("`{attribute}` stands on a function with a body"),
            "put it on a `fn`",
        ));
        let refused = errors.to_tokens();
        return quote!(#item #refused);
    };
    if let Some(FnArg::Receiver(receiver)) = function.sig.inputs.first() {
        errors.push(Diagnostic::new(
            "AD0101",
            Extent::of(receiver),
            format!("a method cannot stand under `{attribute}`"),
            "write a free function that takes the receiver as a parameter",
        ));
        let refused = errors.to_tokens();
        return quote!(#function #refused);
    }
    let mut requests = vec![Request::parse(mode, args, &mut errors)];
    let others: Vec<_> = function.attrs.extract_if(.., |a| Mode::of(a).is_some()).collect();
    for other in &others {
        let mode = Mode::of(other).unwrap_or(mode);
        requests.push(Request::of(mode, other, &mut errors));
    }
    let requests: Vec<Request> = requests.into_iter().flatten().collect();
    let plain = without_checkpoints(&function, &mut errors);
    let generated = match second_handle(&function) {
        Some(refusal) => {
            let reason = refusal.to_expression();
            errors.push(refusal);
            function.attrs.retain(|attribute| !is_differentiate(attribute));
            requests.iter().map(|r| emit::refused(&r.name, &function, &reason)).collect()
        }
        None => {
            let plain = plain.as_ref().unwrap_or(&function);
            generate(&function, plain, requests, library, &mut errors)
        }
    };
    let function = match plain {
        Some(plain) => ItemFn { attrs: function.attrs, ..plain },
        None => function,
    };
    let generated = crate::under_facade_name(generated, None);
    let refusals = errors.to_tokens();
    let read: TokenStream = READ.parse().unwrap_or_default();
    let paths = others.iter().map(Attribute::path);
    let mark = once::mark();
    quote! {
        #mark
        #function
        #generated
        #refusals
        #(#[#paths(#read)] const _: () = ();)*
    }
}

/// The refusal of a function that another attribute differentiates, now or later.
fn second_handle(function: &ItemFn) -> Option<Diagnostic> {
    let Some(later) = function.attrs.iter().find(|a| is_differentiate(a)) else {
        return once::refusal(function);
    };
    Some(Diagnostic::new(
        "AD0608",
        Extent::of(later),
        format!("`{}` is differentiated by another attribute already", function.sig.ident),
        "remove this one: `f::grad` and its kin are there without it",
    ))
}

/// The handle, and the functions that are asked for; `plain` is the function as rustc is to see it.
fn generate(
    function: &ItemFn,
    plain: &ItemFn,
    requests: Vec<Request>,
    library: Library,
    errors: &mut Errors,
) -> TokenStream {
    let names: Vec<_> = requests.iter().map(|request| request.name.clone()).collect();
    let plans: Vec<Plan> =
        requests.into_iter().filter_map(|request| Plan::new(request, function, errors)).collect();
    let mut options = Options { library, ..Options::default() };
    if errors.is_empty() {
        options.wrt = Some(differentiated(function, &plans));
    }
    // Where nothing is differentiated the function is all that is called.
    let constant = options.wrt.as_ref().is_some_and(Vec::is_empty);
    let signature = match constant {
        true => Signature::constant(function),
        false => Signature::read(
            function,
            &options,
            crate::parse::Declared::around(function.sig.ident.span())
                .seen_from(&function.sig.ident),
            None,
            errors,
        ),
    };
    let handle = match constant {
        true => Ok(TokenStream::new()),
        false => crate::derivatives(function, plain, &options, &signature, errors),
    };
    match handle {
        Ok(handle) => {
            let header = Header::new(function, &signature);
            let functions = plans.iter().map(|plan| {
                Printer { plan, function, signature: &signature, header: &header }.print()
            });
            quote!(#handle #(#functions)*)
        }
        Err(handle) => {
            let own = &function.sig.ident;
            let reason = quote!(#own::__REFUSED0);
            let functions = names.iter().map(|name| emit::refused(name, function, &reason));
            quote!(#handle #(#functions)*)
        }
    }
}

/// The parameters that some plan differentiates. What is `Const` and changed in place may hold what is
/// differentiated on the way, and so has a shadow that nobody sees.
fn differentiated(function: &ItemFn, plans: &[Plan]) -> Vec<Ident> {
    let types = TypeReader::new(&function.sig.generics, None, Default::default());
    let is_active = |i: usize| plans.iter().any(|plan| plan.inputs[i] != Activity::Const);
    let parameters = parameters(function);
    if !(0..parameters.len()).any(is_active) {
        return Vec::new();
    }
    let is_held = |ty: &Type| match ty {
        Type::Reference(r) => r.mutability.is_some() && is_its_own_tangent(&r.elem, &types),
        _ => false,
    };
    let held = |(i, (_, ty)): &(usize, (Ident, &Type))| is_active(*i) || is_held(ty);
    parameters.into_iter().enumerate().filter(held).map(|(_, (name, _))| name).collect()
}
