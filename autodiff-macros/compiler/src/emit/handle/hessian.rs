//! `hvp` and `hessian`: derivatives of the gradient.

use proc_macro2::TokenStream;

use super::functions::Functions;
use super::jacobian::float_of;
use super::signature::Header;

impl Functions<'_> {
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
        let product = hygienic! {
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
