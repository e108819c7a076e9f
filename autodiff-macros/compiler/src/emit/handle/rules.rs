//! Functions whose derivative is the user's own.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use super::signature::{Header, local};
use super::{Core, block};
use crate::emit::graph_data::custom;
use crate::emit::types;
use crate::options::Options;
use crate::parse::{Signature, is_in_place};

/// `__vjp` and `__jvp` in terms of the user's rules.
pub fn core(own: &syn::Ident, header: &Header, signature: &Signature, options: &Options) -> Core {
    let names: Vec<_> = header.inputs.iter().map(|(name, _)| name).collect();
    let active: Vec<_> = signature.parameters.iter().filter(|p| p.active).collect();
    let vjp_path = options.vjp.as_ref().map(ToTokens::to_token_stream).unwrap_or_default();
    let at = at_rule(&vjp_path);
    let own_local = |name: &str| local(name, at);
    let [ad_value, ad_pull, ad_seed, ad_shadow, ad_dot] =
        ["ad_value", "ad_pull", "ad_seed", "ad_shadow", "ad_dot"].map(own_local);
    let seed = header.seed_type(signature);
    let bars: Vec<_> = signature
        .parameters
        .iter()
        .map(|p| local(&format!("{}_bar", p.name), p.name.span()))
        .collect();
    let params = header.slot_params(&bars, signature);
    let again = header.again_params();
    let gradients: Vec<_> =
        (0..active.len()).map(|i| own_local(&format!("ad_gradient{i}"))).collect();
    let pattern = match gradients.as_slice() {
        [one] => quote!(#one),
        all => quote!((#(#all),*)),
    };
    let hand_over = active.iter().zip(&gradients).map(|(p, gradient)| {
        let bar = local(&format!("{}_bar", p.name), p.name.span());
        quote! {
            if let ::core::option::Option::Some(#ad_shadow) = #bar {
                ::autodiff::__private::accumulate(#ad_shadow, &#gradient);
            }
        }
    });
    let rule = Rule { header, signature, path: &vjp_path };
    // A pullback of the user's may borrow the arguments, which one that a caller keeps must not: then it
    // is made again.
    let borrows = header.inputs.iter().any(|(_, ty)| matches!(ty, syn::Type::Reference(_)));
    let kept: Vec<_> = (0..names.len()).map(|i| own_local(&format!("ad_kept{i}"))).collect();
    let (keep, again_args): (Vec<_>, Vec<_>) = header
        .inputs
        .iter()
        .zip(&kept)
        .map(|((name, ty), kept)| match ty {
            syn::Type::Reference(_) => (quote!(), quote!(#name)),
            _ => (quote!(let #kept = ::core::clone::Clone::clone(&#name);), quote!(#kept)),
        })
        .unzip();
    let (before, pull) = if borrows {
        (
            {
                let called = rule.call(&names);
                quote_spanned!(at=> #(#keep)* let (#ad_value, _) = #called;)
            },
            {
                let called = rule.call(&again_args);
                quote_spanned!(at=> let (_, #ad_pull) = #called;)
            },
        )
    } else {
        let called = rule.call(&names);
        (quote_spanned!(at=> let (#ad_value, #ad_pull) = #called;), quote!())
    };
    let vjp = quote_spanned! {at=>
        #before
        (#ad_value, move |#(#again,)* #ad_seed: #seed, #(#params),*| {
            #pull
            let #pattern = #ad_pull(#ad_seed);
            #(#hand_over)*
        })
    };
    let dots: Vec<_> = signature
        .parameters
        .iter()
        .map(|p| local(&format!("{}_dot", p.name), p.name.span()))
        .collect();
    let jvp = match &options.jvp {
        Some(path) => {
            let tangents: Vec<_> = signature.parameters
                .iter()
                .zip(&dots)
                .filter(|(p, _)| p.active)
                .map(|(p, dot)| {
                    let name = &p.name;
                    quote!(match #dot {
                        ::core::option::Option::Some(#ad_dot) => ::autodiff::__private::owned(#ad_dot),
                        ::core::option::Option::None => ::autodiff::__private::zero_tangent(&#name),
                    })
                })
                .collect();
            let tangent = match tangents.as_slice() {
                [one] => quote!(#one),
                all => quote!((#(#all),*)),
            };
            let output = &signature.output;
            let ad_tangent = local("ad_tangent", path.span());
            let called = quote_spanned! {at_rule(&path)=>
                ::autodiff::__private::jvp_rule::<#output, #seed>(#path(#(#names,)* #ad_tangent))
            };
            quote! {
                let #ad_tangent = #tangent;
                #called
            }
        }
        None => transposed(&rule, &dots, &names, &pattern, &gradients),
    };
    let graph = custom(own, signature, &vjp_path.to_string().replace(' ', ""));
    Core {
        vjp: block(vjp),
        jvp: (dots, block(jvp)),
        vjp_into: None,
        hvp: None,
        second: None,
        graph,
    }
}

/// The span of what is generated about a rule: what rustc says of the rule, it says at its path.
fn at_rule(path: &impl ToTokens) -> Span {
    Span::mixed_site().located_at(path.span())
}

/// The user's `vjp`.
struct Rule<'a> {
    header: &'a Header,
    signature: &'a Signature,
    path: &'a TokenStream,
}

impl Rule<'_> {
    /// A call of it. What it must return is said once, at its path, so that a rule of another form is
    /// one error there.
    fn call(&self, arguments: &[impl ToTokens]) -> TokenStream {
        let path = self.path;
        let output = &self.signature.output;
        let seed = self.header.seed_type(self.signature);
        let active = self.signature.parameters.iter().filter(|p| p.active);
        let gradients: Vec<_> =
            active.map(|p| types::tangent(&p.ty, &self.signature.types)).collect();
        let gradient = match gradients.as_slice() {
            [one] => quote!(#one),
            all => quote!((#(#all),*)),
        };
        quote_spanned! {at_rule(&path)=>
            ::autodiff::__private::vjp_rule::<#output, #seed, #gradient, _>(#path(#(#arguments),*))
        }
    }
}

/// The pushforward of a function that returns one number, by its pullback: the gradient times the
/// tangent.
fn transposed(
    rule: &Rule<'_>,
    dots: &[syn::Ident],
    names: &[&syn::Ident],
    pattern: &TokenStream,
    gradients: &[syn::Ident],
) -> TokenStream {
    let [ad_value, ad_pull, ad_dot, ad_sum] =
        ["ad_value", "ad_pull", "ad_dot", "ad_sum"].map(|name| local(name, rule.path.span()));
    let signature = rule.signature;
    let output = &signature.output;
    let called = rule.call(names);
    let active = signature.parameters.iter().zip(dots).filter(|(p, _)| p.active);
    let parts = active.zip(gradients).map(|((_, dot), g)| {
        quote! {
            if let ::core::option::Option::Some(#ad_dot) = #dot {
                #ad_sum = #ad_sum + ::autodiff::__private::inner::<_, _, #output>(&#g, #ad_dot);
            }
        }
    });
    quote_spanned! {at_rule(rule.path)=>
        let (#ad_value, #ad_pull) = #called;
        let #pattern = #ad_pull(<#output as ::autodiff::Float>::from_f64(1.0));
        let mut #ad_sum = <#output as ::autodiff::Float>::from_f64(0.0);
        #(#parts)*
        (#ad_value, #ad_sum)
    }
}

/// Whether the user's rules can stand for the function: those of in-place functions cannot be stated
/// yet, and only one number can be pushed forward by a pullback.
pub fn supported(signature: &Signature, options: &Options) -> Result<(), &'static str> {
    if signature.parameters.iter().any(|p| is_in_place(&p.ty)) {
        return Err("rules of one's own for a function with a `&mut` parameter are not supported");
    }
    if options.jvp.is_none() && !signature.types.read(&signature.output).is_float() {
        return Err(
            "a function that does not return one number needs a `jvp` of one's own beside the `vjp`",
        );
    }
    Ok(())
}
