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

#![forbid(unsafe_code)]

mod analysis;
mod emit;
mod errors;
pub mod ir;
mod lower;
mod optimize;
mod options;
mod parse;
pub mod pipeline;
pub mod rules;
mod transform;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ItemFn;

use emit::{Derivatives, facade_name, handle, rename_facade};
use errors::{Diagnostic, Errors, Extent};
use options::Options;
use parse::Signature;

/// Expands `#[differentiate(args)] item`: the item as it stands, and the struct of its derivatives.
/// Whatever is refused becomes `compile_error!`s beside the item.
pub fn expand(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let options = Options::parse(args, &mut errors);
    let function = match syn::parse2::<ItemFn>(item.clone()) {
        Ok(function) => function,
        Err(_) => {
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
    let plain = parse::without_checkpoints(&function, &mut errors);
    let item = plain.as_ref().map_or(item, ToTokens::to_token_stream);
    let plain = plain.as_ref().unwrap_or(&function);
    let signature = Signature::read(plain, &options, &mut errors);
    let derivatives = differentiate(&function, plain, &options, &signature, &mut errors);
    if !emit::can_be_checked(plain, &signature) {
        errors.show_deferred();
    }
    let refused = errors.to_tokens();
    let derivatives =
        derivatives.unwrap_or_else(|| emit::refused(plain, &signature, &errors.finish()));
    let derivatives = match &options.krate {
        Some(path) => rename_facade(derivatives, &path.to_token_stream()),
        None => match facade_name() {
            Some(name) => {
                let name = syn::Ident::new(&name, proc_macro2::Span::call_site());
                rename_facade(derivatives, &quote!(::#name))
            }
            None => derivatives,
        },
    };
    quote! {
        #[allow(dead_code)]
        #item
        #derivatives
        #refused
    }
}

/// The derivatives; none if there are errors. Each stage starts on a clean bill. `plain` is the function
/// as rustc sees it, without what it tells this compiler alone.
fn differentiate(
    function: &ItemFn,
    plain: &ItemFn,
    options: &Options,
    signature: &Signature,
    errors: &mut Errors,
) -> Option<TokenStream> {
    if !errors.is_empty() {
        return None;
    }
    if options.vjp.is_some() {
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
    let lower::Function { graph, refusals, items } = lower::lower(function, signature, errors)?;
    if !errors.is_empty() {
        return None;
    }
    let passes = pipeline::run(graph, &refusals, &function.sig.ident, errors)?;
    if !errors.is_empty() {
        return None;
    }
    let derivatives = Derivatives {
        primal: &passes.primal,
        activity: &passes.activity,
        reverse: &passes.reverse,
        drawn: &passes.drawn,
        forward: &passes.forward,
        fused: passes.fused.as_ref(),
        items: &items,
    };
    Some(handle(plain, signature, options, Some(&derivatives)))
}
