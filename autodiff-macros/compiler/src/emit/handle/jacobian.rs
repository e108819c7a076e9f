//! `jacobian`: the derivative of every coordinate of the result by every coordinate of the parameters.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::functions::Functions;
use super::signature::Header;
use crate::errors::{Diagnostic, Errors};
use crate::ir;
use crate::options::Options;
use crate::parse::{Signature, is_in_place};

/// Refuses the option where there is no Jacobian.
pub fn refuse(options: &Options, signature: &Signature, errors: &mut Errors) {
    let Some(at) = &options.jacobian else { return };
    let in_place = signature.parameters.iter().any(|p| p.active && is_in_place(&p.ty));
    let (why, help) = if !options.library.ndarray {
        ("a Jacobian is an array of `ndarray`", "turn on the feature `ndarray` of `autodiff`")
    } else if in_place {
        (
            "a function that works in place has no Jacobian",
            "return what it computes, as a `Vec`, an array or a tuple",
        )
    } else if float_of(&signature.types.read(&signature.output)).is_none() {
        (
            "of which type of float the result is made cannot be read",
            "return a slice's `Vec`, an array or a tuple of `f64` or `f32`",
        )
    } else {
        return;
    };
    errors.push(Diagnostic::new("AD0016", at.span(), why, help));
}

/// The first type of float that a type is made of.
pub(super) fn float_of(ty: &ir::Type) -> Option<TokenStream> {
    match ty {
        ir::Type::Float(ir::Float::F32) => Some(quote!(f32)),
        ir::Type::Float(ir::Float::F64) => Some(quote!(f64)),
        ir::Type::Float(ir::Float::Param(name)) => {
            let name = format_ident!("{name}");
            Some(quote!(#name))
        }
        ir::Type::Array(of, _)
        | ir::Type::Slice(of)
        | ir::Type::Vec(of)
        | ir::Type::Tensor(of, _) => float_of(of),
        ir::Type::Tuple(parts) => parts.iter().find_map(float_of),
        _ => None,
    }
}

impl Functions<'_> {
    /// `jacobian`, and the forms that insist on a mode.
    pub(super) fn jacobians(&self) -> TokenStream {
        let float = float_of(&self.signature.types.read(&self.signature.output));
        let (Some(_), Some(float)) = (&self.options.jacobian, float) else { return hygienic!() };
        let [jacobian, forward, reverse] =
            ["jacobian", "jacobian_fwd", "jacobian_rev"].map(|name| self.named(name));
        let silenced = &self.silenced;
        let Header { generics, where_clause, turbofish, .. } = self.header;
        let params = self.header.params();
        let again = self.arguments_again();
        let bars: Vec<_> =
            self.slots().into_iter().filter(|s| s.parameter.active).map(|s| s.bar).collect();
        let by: Vec<_> = bars
            .iter()
            .map(|_| hygienic!(::autodiff::__private::jacobian::Array2<#float>))
            .collect();
        let (ty, parts) = (Self::tuple(&by), (0..bars.len()).map(|k| format_ident!("ad_by{k}")));
        let parts: Vec<_> = parts.map(|part| hygienic!(#part)).collect();
        let whole = Self::tuple(&parts);
        let (zeros, zero) = (self.zeros(), self.gradient(&hygienic!()));
        let (jvp, vjp) = (self.core("jvp"), self.core("vjp"));
        let of = match &self.signature.method {
            Some(_) => hygienic!(Self::),
            None => hygienic!(),
        };
        let own = self.own;
        let value = hygienic!(#of #own #turbofish (#(#again),*));
        // What both modes need to know: the zeros of both sides, and how many coordinates they have.
        let shape = hygienic! {
            #zeros
            let ad_sizes = ::autodiff::__private::jacobian::counts([#(&#bars),*]);
            let ad_zero = ::autodiff::__private::zero_tangent(&#value);
            let ad_rows = ::autodiff::__private::jacobian::count(&ad_zero);
        };
        let by_columns = hygienic! {
            let ad_tangent = #zero;
            let [#(#parts),*] = ::autodiff::__private::jacobian::forward(
                &ad_tangent, ad_sizes, ad_rows, |ad_tangent| #jvp(#(#again,)* ad_tangent).1,
            );
            #whole
        };
        let by_rows = hygienic! {
            let [#(#parts),*] = ::autodiff::__private::jacobian::reverse(
                &ad_zero, ad_sizes, ad_rows, |ad_seed| {
                    let (_, ad_pull) = #vjp(#(#again),*);
                    ad_pull(ad_seed)
                },
            );
            #whole
        };
        let function = |name: &syn::Ident, doc: &str, body: TokenStream| {
            hygienic! {
                #[doc = #doc]
                #silenced
                pub fn #name #generics (#(#params),*) -> #ty #where_clause {
                    #shape
                    #body
                }
            }
        };
        let either = hygienic! {
            if ::autodiff::__private::jacobian::is_wide(ad_sizes, ad_rows) { #by_rows } else { #by_columns }
        };
        let mut all = function(
            &jacobian,
            "The Jacobian, one row for each coordinate of the result, one column for each of the parameter; by \
             the mode that takes fewer runs.",
            either,
        );
        all.extend(function(&forward, "The same by forward mode, column by column.", by_columns));
        all.extend(function(&reverse, "The same by reverse mode, row by row.", by_rows));
        all
    }
}
