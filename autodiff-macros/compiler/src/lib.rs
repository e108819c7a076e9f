//! The compiler behind `autodiff`: from a Rust function to its derivatives.
//!
//! The pipeline, in the order of the folders:
//!
//! 1. `options`, `parse`: the attribute's arguments and the function's signature.
//! 2. `lower`: the body as a graph ([`ir`]).
//! 3. `optimize`: the primal, tidied.
//! 4. `analysis`: what carries a derivative.
//! 5. `transform`: reverse and forward mode, graph to graph, by the table in [`rules`].
//! 6. `emit`: the graphs as Rust, and the struct whose functions they are.
//!
//! `compat` gives the same to the attributes of `std::autodiff`.

#![forbid(unsafe_code)]

mod analysis;
mod compat;
mod derive;
pub mod einsum;
mod emit;
mod errors;
pub mod ir;
mod library;
mod lower;
mod methods;
mod once;
mod optimize;
mod options;
mod parse;
pub mod pipeline;
pub mod rules;
mod spelled;
mod tokens;
mod transform;

pub use derive::expand as expand_derive;

use std::rc::Rc;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{ItemFn, ItemImpl};

pub use compat::{Mode, expand as expand_std_compat};
use emit::{Derivatives, facade_path, handle, rename_facade};
use errors::{Diagnostic, Errors, Extent};
pub use library::Library;
use options::Options;
use parse::{Declared, Signature};

/// Expands `#[differentiate(args)] item` for a crate with that library: the item as it stands, and the
/// struct of its derivatives. Whatever is refused becomes `compile_error!`s beside the item.
pub fn expand(library: Library, args: TokenStream, item: TokenStream) -> TokenStream {
    expand_in(&declared_around(&item), library, None, args, item)
}

/// The same for an item in a file with this text.
pub fn expand_in_file(text: &str, args: TokenStream, item: TokenStream) -> TokenStream {
    expand_in(&Rc::new(Declared::parse(text)), Library::ALL, None, args, item)
}

/// The same without the optimisation of that name, one of [`optimizations`]: for tests, since no
/// optimisation may be needed for a derivative to be right.
pub fn expand_without(pass: &str, args: TokenStream, item: TokenStream) -> TokenStream {
    assert!(optimizations().any(|name| name == pass), "`{pass}` is no optimisation");
    expand_in(&declared_around(&item), Library::ALL, Some(pass), args, item)
}

/// The names of the optimisations that [`expand_without`] switches off.
pub fn optimizations() -> impl Iterator<Item = &'static str> {
    pipeline::optional()
}

fn declared_around(item: &TokenStream) -> Rc<Declared> {
    let first = item.clone().into_iter().next();
    first.map_or_else(Rc::default, |tree| Declared::around(tree.span()))
}

fn expand_in(
    declared: &Rc<Declared>,
    library: Library,
    without: Option<&str>,
    args: TokenStream,
    item: TokenStream,
) -> TokenStream {
    let mut errors = Errors::default();
    let mut options = Options::parse(args, &mut errors);
    options.library = library;
    options.without = without.map(str::to_owned);
    let function = match syn::parse2::<ItemFn>(item.clone()) {
        Ok(mut function) => {
            parse::ungroup(&mut function.sig);
            function
        }
        Err(_) => {
            if let Ok(item) = syn::parse2::<ItemImpl>(item.clone()) {
                return methods::expand_impl(item, declared, &options, &mut errors);
            }
            errors.push(Diagnostic::new(
                "AD0002",
                Extent::of(&item),
                "`differentiate` stands on a function with a body",
                "put it on a `fn`",
            ));
            let refused = errors.to_tokens();
            return quote!(#item #refused);
        }
    };
    if let Some(refusal) = once::refusal(&function) {
        errors.push(refusal);
        let refused = errors.to_tokens();
        return quote!(#item #refused);
    }
    let declared = &declared.seen_from(&function.sig.ident);
    let of = declared.implementation(&function.sig.ident);
    if declared.is_provided(&function.sig.ident) {
        errors.push(Diagnostic::new(
            "AD0101",
            function.sig.ident.span(),
            "a method that a trait provides cannot be differentiated: of which type it is, is not known",
            "put the attribute on the method in an `impl` of the trait",
        ));
        let refused = errors.to_tokens();
        let mut function = function;
        function.block.stmts.insert(0, syn::Stmt::Item(syn::Item::Verbatim(refused)));
        return function.into_token_stream();
    }
    if of.is_some() || function.sig.receiver().is_some() {
        return methods::expand(&function, of, declared, &options, &mut errors);
    }
    let plain = parse::without_checkpoints(&function, &mut errors);
    let item = plain.as_ref().map_or(item, ToTokens::to_token_stream);
    let plain = plain.as_ref().unwrap_or(&function);
    let signature = Signature::read(&function, &options, declared.clone(), None, &mut errors);
    let generated = derivatives(&function, plain, &options, &signature, &mut errors);
    let generated = generated.unwrap_or_else(|refused| refused);
    let generated = under_facade_name(generated, options.krate.as_ref());
    let refusals = errors.to_tokens();
    let item = mended(plain, declared, &options, &errors).map_or(item, ToTokens::into_token_stream);
    let mark = once::mark();
    quote! {
        #mark
        #item
        #generated
        #refusals
    }
}

/// The handle with the derivatives; where there are errors, a handle of which nothing is reported. `plain`
/// is the function as rustc sees it, without what it tells this compiler alone.
fn derivatives(
    function: &ItemFn,
    plain: &ItemFn,
    options: &Options,
    signature: &Signature,
    errors: &mut Errors,
) -> Result<TokenStream, TokenStream> {
    let derivatives = differentiate(function, plain, options, signature, errors);
    if !errors.is_empty() && !emit::can_be_checked(plain, signature) {
        errors.show_deferred();
    }
    derivatives.ok_or_else(|| {
        let reasons = errors.finish();
        let mended = parse::fallback(plain, &reasons, signature.types.declared());
        emit::refused(mended.as_ref().unwrap_or(plain), signature, &reasons)
    })
}

/// The function as it comes out where rustc would refuse for the same reason.
fn mended(
    function: &ItemFn,
    declared: &Declared,
    options: &Options,
    errors: &Errors,
) -> Option<ItemFn> {
    let mended = parse::fallback(function, &errors.finish(), declared)?;
    syn::parse2(under_facade_name(mended.into_token_stream(), options.krate.as_ref())).ok()
}

/// Generated code that names the facade as the user does.
fn under_facade_name(generated: TokenStream, given: Option<&syn::Path>) -> TokenStream {
    match given.map(ToTokens::to_token_stream).or_else(facade_path) {
        Some(path) => rename_facade(generated, &path),
        None => generated,
    }
}

/// The derivatives; none if there are errors. Each stage starts on a clean bill.
fn differentiate(
    function: &ItemFn,
    plain: &ItemFn,
    options: &Options,
    signature: &Signature,
    errors: &mut Errors,
) -> Option<TokenStream> {
    emit::refuse_jacobian(options, signature, errors);
    if !errors.is_empty() {
        return None;
    }
    if options.vjp.is_some() {
        if let Some(at) = &options.hessian {
            errors.push(Diagnostic::new(
                "AD0017",
                at.span(),
                "a function with a rule of its own has no Hessian here",
                "let a function that returns one number do the arithmetic itself",
            ));
            return None;
        }
        if let Err(message) = emit::rules_supported(signature, options) {
            errors.push(Diagnostic::new(
                "AD0110",
                function.sig.ident.span(),
                message,
                "remove the rule, or change the signature",
            ));
            return None;
        }
        return Some(handle(plain, signature, options, None));
    }
    let lowered = lower::lower(function, signature, options.library, errors)?;
    let lower::Function { graph, refusals, items, readings, bindings, iterated, spelled } = lowered;
    if !errors.is_empty() {
        return None;
    }
    let spelled = spelled.in_vectors(options.simd);
    let without = options.without.as_deref();
    let passes = pipeline::run(
        graph,
        &refusals,
        &function.sig.ident,
        pipeline::Request { without, hessian: options.hessian.is_some(), simd: options.simd },
        errors,
    )?;
    if !options.library.alloc {
        analysis::refuse_heap(&passes, errors);
    }
    if !errors.is_empty() {
        return None;
    }
    let derivatives = Derivatives {
        reverse: &passes.reverse,
        shown: &passes.shown,
        forward: &passes.forward,
        second: passes.second.as_ref(),
        at_once: passes.at_once.as_ref(),
        fused: passes.fused.as_ref(),
        items: &items,
        readings: &readings,
        bindings: &bindings,
        iterated: &iterated,
        spelled: &spelled,
    };
    Some(handle(plain, signature, options, Some(&derivatives)))
}
