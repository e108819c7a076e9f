//! The functions of a handle that do the work: `__vjp`, `__vjp_now`, `__vjp_into`, `__jvp`.

use proc_macro2::{Group, TokenStream};
use syn::{Ident, Type};

use super::functions::Functions;
use super::signature::{Header, local};
use super::{block, dispatched};
use crate::emit::types;
use crate::parse::{Parameter, TypeReader, is_in_place};

impl Functions<'_> {
    pub fn core_vjp(&self, body: &Group) -> TokenStream {
        let [vjp, vjp_kept] = ["__vjp", "__vjp_kept"].map(|name| self.named(name));
        let silenced = &self.silenced;
        let Header { generics, where_clause, core_captures, output, .. } = self.header;
        let params = self.header.core_params();
        let seed = self.header.core_seed_type(self.signature);
        let slots = self.slot_types();
        let again = self.header.again_types();
        let pull =
            hygienic!(impl ::core::ops::FnOnce(#(#again,)* #seed, #(#slots),*) + #core_captures);
        if !self.options.checkpoint {
            return hygienic! {
                #silenced
            #[doc(hidden)]
                #[inline]
                pub fn #vjp #generics (#(#params),*) -> (#output, #pull) #where_clause #body
            };
        }
        let (before, entry, bars) = self.entry();
        let again_params = self.header.again_params();
        let again = self.header.again_by_param();
        let own = match &self.signature.method {
            Some(_) => hygienic!(Self::),
            None => hygienic!(),
        };
        let name = self.own;
        let own = hygienic!(#own #name);
        let turbofish = &self.header.turbofish;
        let names = self.names();
        hygienic! {
            #silenced
            #[doc(hidden)]
            pub fn #vjp_kept #generics (#(#params),*) -> (#output, #pull) #where_clause #body

            #silenced
            #[doc(hidden)]
            pub fn #vjp #generics (#(#params),*) -> (#output, #pull) #where_clause {
                #before
                let value = #own #turbofish (#(#names),*);
                (value, move |#(#again_params,)* seed: #seed, #(#bars: #slots),*| {
                    let (_, pull) = Self::#vjp_kept #turbofish (#entry);
                    pull(#(#again,)* seed, #(#bars),*)
                })
            }
        }
    }

    /// Keeps the arguments of a checkpointed function: what keeps them, the arguments again, and
    /// names for the slots.
    pub(super) fn entry(&self) -> (TokenStream, TokenStream, Vec<Ident>) {
        let mut before = TokenStream::new();
        let mut again = Vec::new();
        let mut bars = Vec::new();
        let given = self.names();
        for (i, (name, ty)) in self.header.inputs.iter().enumerate() {
            let given = &given[i];
            bars.push(local(&format!("ad_bar{i}"), name.span()));
            let kept = local(&format!("ad_kept{i}"), name.span());
            if is_in_place(ty) {
                before.extend(hygienic!(let mut #kept = ::autodiff::__private::owned(&*#given);));
                again.push(hygienic!(&mut #kept));
            } else if matches!(ty, Type::Reference(_)) {
                again.push(hygienic!(#name));
            } else {
                before.extend(hygienic!(let #kept = ::core::clone::Clone::clone(&#given);));
                again.push(hygienic!(#kept));
            }
        }
        (before, hygienic!(#(#again),*), bars)
    }

    /// A parameter for the tangent of each of the function's.
    pub(super) fn tangent_params(&self, dots: &[Ident]) -> Vec<TokenStream> {
        self.params_by(dots, types::tangent_slot)
    }

    fn params_by(
        &self,
        dots: &[Ident],
        slot: fn(&Parameter, &TypeReader) -> TokenStream,
    ) -> Vec<TokenStream> {
        let tangent = |(p, dot)| {
            let ty = slot(p, &self.signature.types);
            hygienic!(#dot: #ty)
        };
        self.signature.parameters.iter().zip(dots).map(tangent).collect()
    }

    pub fn core_jvp(&self, dots: &[Ident], body: &Group) -> TokenStream {
        let (jvp, silenced) = (self.named("__jvp"), &self.silenced);
        let Header { generics, where_clause, output, .. } = self.header;
        let params = self.header.core_params();
        let seed = self.header.seed_type(self.signature);
        let tangents = self.tangent_params(dots);
        hygienic! {
            #silenced
            #[doc(hidden)]
            #[inline]
            pub fn #jvp #generics (#(#params,)* #(#tangents),*) -> (#output, #seed) #where_clause
            #body
        }
    }

    /// `__hvp`: the tangent of the gradient.
    pub fn core_hvp(&self, dots: &[Ident], body: &Group) -> TokenStream {
        let (hvp, silenced) = (self.named("__hvp"), &self.silenced);
        let Header { generics, where_clause, .. } = self.header;
        let params = self.header.core_params();
        let gradient = self.gradient_type();
        let tangents = self.tangent_params(dots);
        hygienic! {
            #silenced
            #[doc(hidden)]
            #[inline]
            pub fn #hvp #generics (#(#params,)* #(#tangents),*) -> #gradient #where_clause
            #body
        }
    }

    /// `__second`: value and tangent, and the pullback of both.
    pub fn core_second(&self, dots: &[Ident], body: &Group) -> TokenStream {
        let (second, silenced) = (self.named("__second"), &self.silenced);
        let Header { generics, where_clause, core_captures, output, .. } = self.header;
        let params = self.header.core_params();
        let tangents = self.params_by(dots, types::second_slot);
        let returned = self.header.seed_type(self.signature);
        let seed = self.header.core_seed_type(self.signature);
        let again = self.header.again_types();
        let dots_again = self.header.dot_types_again(self.signature);
        let slots = self.slot_types();
        hygienic! {
            #silenced
            #[doc(hidden)]
            #[inline]
            pub fn #second #generics (#(#params,)* #(#tangents),*) -> (
                (#output, #returned),
                impl ::core::ops::FnOnce(
                    #(#again,)* #(#dots_again,)* (#seed, #seed), #(#slots,)* #(#slots),*
                ) + #core_captures,
            )
            #where_clause
            #body
        }
    }

    /// `__vjp_now`: both sweeps, the seed at hand. It becomes part of the function that calls it, where
    /// seed and shadows are known, and which chooses the vectors.
    pub fn straight(&self, straight: Option<&(Vec<Ident>, Group)>) -> TokenStream {
        let (vjp_now, silenced) = (self.named("__vjp_now"), &self.silenced);
        let core = self.core("__vjp");
        let Header { generics, where_clause, output, .. } = self.header;
        let (params, seed, slots, body) = match straight {
            Some((slots, body)) => {
                let slots = self.header.slot_params(slots, self.signature);
                let seed = self.header.core_seed_type(self.signature);
                (self.header.core_params(), seed, slots, body.clone())
            }
            None => {
                let (names, again) = (self.names(), self.header.again());
                let bars: Vec<_> = self.slots().into_iter().map(|s| s.bar).collect();
                let body = block(hygienic! {
                    let (ad_value, ad_pull) = #core(#(#names),*);
                    ad_pull(#(#again,)* ad_seed, #(#bars),*);
                    ad_value
                });
                let types = self.slot_types();
                let slots = bars.iter().zip(&types).map(|(bar, ty)| hygienic!(#bar: #ty));
                let seed = self.header.seed_type(self.signature);
                (self.header.params(), seed, slots.collect(), body)
            }
        };
        hygienic! {
            #silenced
            #[doc(hidden)]
            #[inline(always)]
            pub fn #vjp_now #generics (#(#params,)* ad_seed: #seed, #(#slots),*) -> #output
            #where_clause
            #body
        }
    }

    /// `__vjp_into`: the same for calls by other derivatives.
    pub(super) fn vjp_into_core(&self) -> TokenStream {
        let (vjp_into, silenced) = (self.named("__vjp_into"), &self.silenced);
        let now = self.core("__vjp_now");
        let Header { generics, where_clause, output, .. } = self.header;
        let (params, names) = (self.header.params(), self.names());
        let seed = self.header.seed_type(self.signature);
        let bars: Vec<_> = self.slots().into_iter().map(|s| s.bar).collect();
        let slots = self.slot_types();
        let now = dispatched(self.options, hygienic!(#now(#(#names,)* ad_seed, #(#bars),*)));
        hygienic! {
            #silenced
            #[doc(hidden)]
            #[inline]
            pub fn #vjp_into #generics (#(#params,)* ad_seed: #seed, #(#bars: #slots),*) -> #output
            #where_clause {
                #now
            }
        }
    }
}
