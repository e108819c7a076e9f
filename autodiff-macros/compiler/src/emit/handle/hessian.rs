//! `hvp` and `hessian`: derivatives of the gradient.

use proc_macro2::TokenStream;
use syn::ext::IdentExt;

use super::functions::Functions;
use super::jacobian::float_of;
use super::signature::{Header, local};

impl Functions<'_> {
    /// The derivatives of the gradient as of a function that is called: where the seed is one for each number of
    /// the gradient, what it is pulled back to is the product of the Hessian, which is symmetric, and the seed.
    fn of_gradient(&self) -> TokenStream {
        let [vjp, vjp_into, jvp] =
            ["__grad_vjp", "__grad_vjp_into", "__grad_jvp"].map(|name| self.named(name));
        let silenced = &self.silenced;
        let core = self.core("__hvp");
        let Header { generics, where_clause, turbofish, core_captures, .. } = self.header;
        let (params, names) = (self.header.params(), self.names());
        let gradient_type = self.gradient_type();
        let seeds = self.gradient(&hygienic!(mut));
        let (given, again) = (self.arguments_again(), self.header.again());
        let (again_params, again_types) = (self.header.again_params(), self.header.again_types());
        let (before, entry, slots) = self.entry();
        let slot_types = self.slot_types();
        let along = self.tangent_slots();
        let active: Vec<_> =
            (0..slots.len()).filter(|i| self.signature.parameters[*i].active).collect();
        let parts: Vec<_> =
            active.iter().map(|i| local(&format!("ad_part{i}"), slots[*i].span())).collect();
        let all: Vec<_> = parts.iter().map(|part| hygienic!(#part)).collect();
        let pattern = Self::tuple(&all);
        let targets = active.iter().map(|i| &slots[*i]);
        let dots: Vec<_> = names
            .iter()
            .map(|name| local(&format!("ad_{}_dot", name.unraw()), name.span()))
            .collect();
        let tangents = self.tangent_params(&dots);
        hygienic! {
            #[doc(hidden)]
            #silenced
            pub fn #vjp #generics (#(#params),*) -> (
                #gradient_type,
                impl ::core::ops::FnOnce(#(#again_types,)* #gradient_type, #(#slot_types),*)
                    + #core_captures,
            )
            #where_clause {
                #before
                let ad_value = Self::grad #turbofish (#(#given),*);
                (ad_value, move |#(#again_params,)* ad_seed: #gradient_type, #(#slots: #slot_types),*| {
                    let #seeds = ad_seed;
                    let #pattern = #core(#entry, #(#along),*);
                    #(if let ::core::option::Option::Some(ad_slot) = #targets {
                        ::autodiff::__private::accumulate(ad_slot, &#parts);
                    })*
                })
            }

            #[doc(hidden)]
            #silenced
            pub fn #vjp_into #generics (
                #(#params,)* ad_seed: #gradient_type, #(#slots: #slot_types),*
            ) -> #gradient_type
            #where_clause {
                let (ad_value, ad_pull) = Self::#vjp #turbofish (#(#given),*);
                ad_pull(#(#again,)* ad_seed, #(#slots),*);
                ad_value
            }

            #[doc(hidden)]
            #silenced
            pub fn #jvp #generics (#(#params,)* #(#tangents),*) -> (#gradient_type, #gradient_type)
            #where_clause {
                (Self::grad #turbofish (#(#given),*), #core(#(#names,)* #(#dots),*))
            }
        }
    }

    /// The product of the Hessian and a vector, and the Hessian.
    pub(super) fn hessians(&self) -> TokenStream {
        let [hvp, hessian] = ["hvp", "hessian"].map(|name| self.named(name));
        let silenced = &self.silenced;
        let core = self.core("__hvp");
        let Header { generics, where_clause, turbofish, output, .. } = self.header;
        let (params, names) = (self.header.params(), self.names());
        let gradient_type = self.gradient_type();
        let pattern = self.gradient(&hygienic!(mut));
        let (checks, slots) = (self.checks("tangent"), self.tangent_slots());
        // Of a method the gradient goes by another name.
        let is_number = self.signature.types.read(output).is_float();
        let of_gradient =
            (is_number && self.signature.method.is_none()).then(|| self.of_gradient());
        let product = hygienic! {
            #of_gradient

            /// The product of the Hessian and `ad_tangent`, which has the shape of the gradient.
            ///
            /// # Panics
            ///
            /// If a tangent has another length than its parameter.
            #[inline]
            #silenced
            pub fn #hvp #generics (#(#params,)* ad_tangent: #gradient_type) -> #gradient_type
            #where_clause {
                let #pattern = ad_tangent;
                #checks
                #core(#(#names,)* #(#slots),*)
            }
        };
        let active: Vec<_> = self.slots().into_iter().filter(|s| s.parameter.active).collect();
        let types = &self.signature.types;
        if let [one] = &active[..]
            && types.read(&one.parameter.ty).is_float()
        {
            return hygienic! {
                #product

                /// The second derivative.
                #[inline]
                #silenced
                pub fn #hessian #generics (#(#params),*) -> #output #where_clause {
                    Self::#hvp #turbofish (
                        #(#names,)* <#output as ::autodiff::Float>::from_f64(1.0)
                    )
                }
            };
        }
        let float = float_of(&types.read(&self.signature.output));
        let (Some(float), true) = (float, self.options.library.ndarray) else { return product };
        let again = self.arguments_again();
        let (zeros, zero) = (self.zeros(), self.gradient(&hygienic!()));
        hygienic! {
            #product

            /// The Hessian: one row and one column for each coordinate of the parameters, in their order.
            #silenced
            pub fn #hessian #generics (#(#params),*)
                -> ::autodiff::__private::jacobian::Array2<#float>
            #where_clause {
                #zeros
                let ad_tangent = #zero;
                let ad_size = ::autodiff::__private::jacobian::count(&ad_tangent);
                let [ad_hessian] = ::autodiff::__private::jacobian::forward(
                    &ad_tangent, [ad_size], ad_size,
                    |ad_tangent| Self::#hvp #turbofish (#(#again,)* ad_tangent),
                );
                ad_hessian
            }
        }
    }
}
