//! The public functions of a handle: thin forms of the two that do the work.

use proc_macro2::{Span, TokenStream};
use syn::{Ident, Type};

use super::dispatched;
use super::signature::{Header, local};
use crate::emit::types;
use crate::options::Options;
use crate::parse::{Parameter, Signature, is_in_place};

pub struct Functions<'a> {
    pub header: &'a Header,
    pub signature: &'a Signature,
    pub options: &'a Options,
    pub own: &'a Ident,
    /// What silences lints on each function, where they stand in an `impl` of the user's.
    pub silenced: TokenStream,
}

/// A parameter in the signature of a generated function, and the gradient that belongs to it.
pub struct Slot<'a> {
    pub parameter: &'a Parameter,
    pub name: Ident,
    pub bar: Ident,
}

impl Functions<'_> {
    pub(super) fn slots(&self) -> Vec<Slot<'_>> {
        let slot = |(parameter, name): (_, Ident)| {
            let bar = local(&format!("{name}_bar"), name.span());
            Slot { parameter, name, bar }
        };
        self.signature.parameters.iter().zip(self.names()).map(slot).collect()
    }

    pub(super) fn slot_types(&self) -> Vec<TokenStream> {
        let types = &self.signature.types;
        self.signature.parameters.iter().map(|p| types::slot(p, types)).collect()
    }

    /// A function that contains the body's code, to be called.
    pub(super) fn core(&self, name: &str) -> TokenStream {
        let (name, turbofish) = (self.named(name), &self.header.turbofish);
        hygienic!(::autodiff::__private::callee::<_, { Self::__CHECKED }>(Self::#name #turbofish))
    }

    pub(super) fn names(&self) -> Vec<Ident> {
        self.header.names()
    }

    /// The arguments of a call that is not the last: what was given by value is cloned.
    pub(super) fn arguments_again(&self) -> Vec<TokenStream> {
        let again = |(name, (_, ty)): (_, &(_, Type))| match ty {
            Type::Reference(_) => hygienic!(#name),
            _ => hygienic!(::core::clone::Clone::clone(&#name)),
        };
        self.names().iter().zip(&self.header.inputs).map(again).collect()
    }

    /// The name of a generated function: that of a method's derivative begins with the method's.
    pub(super) fn named(&self, function: &str) -> Ident {
        match &self.signature.method {
            Some(method) => method.derivative(function),
            None => Ident::new(function, Span::mixed_site()),
        }
    }

    /// `(A, B)`, bare if there is one.
    pub(super) fn tuple(parts: &[TokenStream]) -> TokenStream {
        match parts {
            [one] => hygienic!(#one),
            parts => hygienic!((#(#parts),*)),
        }
    }

    pub(super) fn gradient_type(&self) -> TokenStream {
        let types = &self.signature.types;
        let parts: Vec<_> = self
            .signature
            .parameters
            .iter()
            .filter(|p| p.active)
            .map(|p| types::tangent(&p.ty, types))
            .collect();
        Self::tuple(&parts)
    }

    /// The names of the gradients, as an expression or a pattern.
    pub(super) fn gradient(&self, prefix: &TokenStream) -> TokenStream {
        let parts: Vec<_> = self
            .slots()
            .iter()
            .filter(|s| s.parameter.active)
            .map(|s| {
                let bar = &s.bar;
                hygienic!(#prefix #bar)
            })
            .collect();
        Self::tuple(&parts)
    }

    /// Whether the function returns one number: a float, or a name that may stand for one.
    fn may_return_number(&self) -> bool {
        match self.signature.types.read(&self.signature.output) {
            crate::ir::Type::Unknown => matches!(self.signature.output, Type::Path(_)),
            ty => ty.is_float(),
        }
    }

    /// The bounds of the gradient functions. Of a name that may stand for a float the bound is checked
    /// where the function is called.
    fn number_bound(&self) -> TokenStream {
        let Header { where_clause, output, .. } = self.header;
        if self.signature.types.read(&self.signature.output).is_float() {
            return where_clause.clone();
        }
        let bound = hygienic!(for<'ad> #output: ::autodiff::Float);
        if where_clause.is_empty() {
            hygienic!(where #bound)
        } else {
            hygienic!(#where_clause, #bound)
        }
    }

    fn one(&self) -> TokenStream {
        let output = &self.signature.output;
        hygienic!(<#output as ::autodiff::Float>::from_f64(1.0))
    }

    /// Checks that shadows or tangents are as long as what they belong to.
    pub(super) fn checks(&self, what: &str) -> TokenStream {
        let types = &self.signature.types;
        let checks = self.slots().into_iter().filter(|s| s.parameter.active).filter_map(|s| {
            if matches!(types.read(&s.parameter.ty), crate::ir::Type::Tensor(..)) {
                return Some(Self::in_rows(what, &s));
            }
            let shadow = types::shadow(s.parameter, types).to_string();
            let sequence = shadow.starts_with('[') && !shadow.contains(';')
                || shadow.starts_with(":: autodiff :: __private :: alloc :: vec :: Vec");
            // What grows in place is as long as its shadow when the function returns, not before.
            let grows =
                what == "shadow" && is_in_place(&s.parameter.ty) && !shadow.starts_with('[');
            let (name, bar) = (&s.name, &s.bar);
            let text = format!("the {what} of `{name}`");
            (sequence && !grows).then(
                || hygienic!(::autodiff::__private::check_len(#text, #name.len(), #bar.len());),
            )
        });
        hygienic!(#(#checks)*)
    }

    /// The same of an array, which may lie in memory in any way.
    fn in_rows(what: &str, slot: &Slot<'_>) -> TokenStream {
        let (name, bar) = (&slot.name, &slot.bar);
        let text = format!("the {what} of `{name}`");
        if what == "shadow" {
            hygienic! {
                let mut #bar = ::autodiff::__private::tensor::shadow(#text, #name.dim(), #bar);
                let #bar = &mut *#bar;
            }
        } else {
            let mutable = is_in_place(&slot.parameter.ty).then(|| hygienic!(mut));
            hygienic!(let #mutable #bar = ::autodiff::__private::tensor::given(#text, #name.dim(), #bar);)
        }
    }

    /// Zero gradients, one variable each.
    pub(super) fn zeros(&self) -> TokenStream {
        let types = &self.signature.types;
        let zeros = self.slots().into_iter().filter(|s| s.parameter.active).map(|s| {
            let (name, bar) = (&s.name, &s.bar);
            let ty = types.read(&s.parameter.ty);
            // To a number the backward sweep adds exactly once, to an element maybe never.
            let zero = if ty.is_float() { ty.neutral() } else { ty.static_zero() };
            match zero {
                Some(zero) => hygienic!(let mut #bar = #zero;),
                None => hygienic! {
                    let mut #bar = ::autodiff::__private::callee::<_, { Self::__CHECKED }>(
                        ::autodiff::__private::zero_tangent
                    )(&#name);
                },
            }
        });
        hygienic!(#(#zeros)*)
    }

    /// The slots for owned gradients.
    fn owned_slots(&self) -> Vec<TokenStream> {
        let types = &self.signature.types;
        self.slots()
            .into_iter()
            .map(|s| {
                let bar = &s.bar;
                if !s.parameter.active {
                    return hygienic!(::core::option::Option::None);
                }
                let shadow = types::shadow(s.parameter, types).to_string();
                let slice = shadow.starts_with('[') && !shadow.contains(';');
                let borrowed = if slice { hygienic!(&mut #bar[..]) } else { hygienic!(&mut #bar) };
                if s.parameter.takes_shadow() {
                    borrowed
                } else {
                    hygienic!(::core::option::Option::Some(#borrowed))
                }
            })
            .collect()
    }

    /// The slots for shadows of the caller's.
    fn given_slots(&self) -> Vec<TokenStream> {
        self.slots()
            .into_iter()
            .map(|s| {
                let bar = &s.bar;
                if !s.parameter.active {
                    hygienic!(::core::option::Option::None)
                } else if s.parameter.takes_shadow() {
                    hygienic!(#bar)
                } else {
                    hygienic!(::core::option::Option::Some(#bar))
                }
            })
            .collect()
    }

    pub fn public(&self, has_hessian: bool) -> TokenStream {
        let mut out = self.vjp_into_core();
        out.extend(self.receiver());
        out.extend(self.vjp());
        out.extend(self.jvp());
        out.extend(self.vjp_into());
        out.extend(self.jacobians());
        if has_hessian {
            out.extend(self.hessians());
        }
        out.extend(if self.may_return_number() { self.gradients() } else { self.no_gradients() });
        out
    }

    fn vjp(&self) -> TokenStream {
        let (vjp, silenced) = (self.named("vjp"), &self.silenced);
        let core = self.core("__vjp");
        let Header { generics, where_clause, captures, output, .. } = self.header;
        let params = self.header.params();
        let names = self.names();
        let seed = self.header.seed_type(self.signature);
        let gradient_type = self.gradient_type();
        let (zeros, slots) = (self.zeros(), self.owned_slots());
        let gradient = self.gradient(&hygienic!());
        let (lengths, checks) = self.seed_check();
        let again = self.header.again();
        hygienic! {
            /// The value and the pullback: given the adjoint of the value, the gradient.
            ///
            /// # Panics
            ///
            /// If the seed of a returned sequence has another length.
            #[inline]
            #silenced
            pub fn #vjp #generics (#(#params),*)
                -> (#output, impl ::core::ops::FnOnce(#seed) -> #gradient_type + #captures)
            #where_clause {
                #zeros
                let (ad_value, ad_pull) = #core(#(#names),*);
                #lengths
                (ad_value, move |ad_seed: #seed| {
                    #checks
                    ad_pull(#(#again,)* ad_seed, #(#slots),*);
                    #gradient
                })
            }
        }
    }

    /// Remembers the length of a returned `Vec`, or the shape of an array, and compares the seed's with it.
    fn seed_check(&self) -> (TokenStream, TokenStream) {
        match self.signature.types.read(&self.signature.output) {
            crate::ir::Type::Vec(_) => (
                hygienic!(let ad_len = ad_value.len();),
                hygienic!(::autodiff::__private::check_len("the seed", ad_len, ad_seed.len());),
            ),
            crate::ir::Type::Tensor(..) => (
                hygienic!(let ad_shape = ad_value.dim();),
                hygienic! {
                    let ad_seed =
                        ::autodiff::__private::tensor::given("the seed", ad_shape, ad_seed);
                },
            ),
            _ => (hygienic!(), hygienic!()),
        }
    }

    fn jvp(&self) -> TokenStream {
        let (jvp, silenced) = (self.named("jvp"), &self.silenced);
        let core = self.core("__jvp");
        let Header { generics, where_clause, output, .. } = self.header;
        let params = self.header.params();
        let names = self.names();
        let seed = self.header.seed_type(self.signature);
        let gradient_type = self.gradient_type();
        let pattern = self.gradient(&hygienic!(mut));
        let checks = self.checks("tangent");
        let slots = self.tangent_slots();
        hygienic! {
            /// The value and its derivative in the direction of `ad_tangent`.
            ///
            /// # Panics
            ///
            /// If a tangent has another length than its parameter.
            #[inline]
            #silenced
            pub fn #jvp #generics (#(#params,)* ad_tangent: #gradient_type) -> (#output, #seed)
            #where_clause {
                let #pattern = ad_tangent;
                #checks
                #core(#(#names,)* #(#slots),*)
            }
        }
    }

    /// The slots for tangents of the caller's.
    pub(super) fn tangent_slots(&self) -> Vec<TokenStream> {
        let types = &self.signature.types;
        let slots = self.slots().into_iter().map(|s| {
            let bar = &s.bar;
            let shadow = types::shadow(s.parameter, types).to_string();
            let slice = shadow.starts_with('[') && !shadow.contains(';');
            if !s.parameter.active {
                if s.parameter.is_receiver() {
                    hygienic!(::autodiff::__private::receiver::Absent)
                } else {
                    hygienic!(::core::option::Option::None)
                }
            } else if s.parameter.is_receiver() && is_in_place(&s.parameter.ty) {
                hygienic!(::core::option::Option::Some(&mut #bar))
            } else if is_in_place(&s.parameter.ty) {
                if slice { hygienic!(&mut #bar[..]) } else { hygienic!(&mut #bar) }
            } else if slice {
                hygienic!(::core::option::Option::Some(&#bar[..]))
            } else {
                hygienic!(::core::option::Option::Some(&#bar))
            }
        });
        slots.collect()
    }

    /// The shadows as one parameter: its type, and the pattern that takes it apart.
    fn shadows(&self) -> (TokenStream, TokenStream) {
        let types = &self.signature.types;
        let parts: Vec<_> = self
            .signature
            .parameters
            .iter()
            .filter(|p| p.active)
            .map(|p| {
                let shadow = types::shadow(p, types);
                hygienic!(&mut #shadow)
            })
            .collect();
        (Self::tuple(&parts), self.gradient(&hygienic!()))
    }

    fn vjp_into(&self) -> TokenStream {
        let (vjp_into, silenced) = (self.named("vjp_into"), &self.silenced);
        let core = self.core("__vjp");
        let core_now = self.core("__vjp_now");
        let Header { generics, where_clause, output, .. } = self.header;
        let params = self.header.params();
        let names = self.names();
        let seed = self.header.seed_type(self.signature);
        let (shadows, pattern) = self.shadows();
        let checks = self.checks("shadow");
        let slots = self.given_slots();
        let (lengths, seed_checks) = self.seed_check();
        let again = self.header.again();
        let body = if lengths.is_empty() {
            dispatched(self.options, hygienic!(#core_now(#(#names,)* ad_seed, #(#slots),*)))
        } else {
            hygienic! {
                let (ad_value, ad_pull) = #core(#(#names),*);
                #lengths
                #seed_checks
                ad_pull(#(#again,)* ad_seed, #(#slots),*);
                ad_value
            }
        };
        hygienic! {
            /// The value; adds the adjoints of the parameters, for the given adjoint of the value, to
            /// `ad_shadows`. The shadow of a `&mut` parameter is read as the adjoint of what it holds on
            /// return and leaves as the adjoint of what it held on entry.
            ///
            /// # Panics
            ///
            /// If a shadow or the seed has another length than what it belongs to.
            #[inline]
            #silenced
            pub fn #vjp_into #generics (#(#params,)* ad_seed: #seed, ad_shadows: #shadows) -> #output
            #where_clause {
                let #pattern = ad_shadows;
                #checks
                #body
            }
        }
    }

    fn gradients(&self) -> TokenStream {
        let [grad, value_and_grad, grad_into] =
            ["grad", "value_and_grad", "grad_into"].map(|name| self.named(name));
        let silenced = &self.silenced;
        let core_now = self.core("__vjp_now");
        let Header { generics, turbofish, output, .. } = self.header;
        let where_clause = self.number_bound();
        let params = self.header.params();
        let names = self.names();
        let gradient_type = self.gradient_type();
        let (zeros, slots) = (self.zeros(), self.owned_slots());
        let gradient = self.gradient(&hygienic!());
        let one = self.one();
        let (shadows, pattern) = self.shadows();
        let checks = self.checks("shadow");
        let given = self.given_slots();
        let [now, now_into] = [slots, given].map(|slots| {
            dispatched(self.options, hygienic!(#core_now(#(#names,)* #one, #(#slots),*)))
        });
        hygienic! {
            /// The gradient.
            #[inline]
            #silenced
            pub fn #grad #generics (#(#params),*) -> #gradient_type #where_clause {
                Self::#value_and_grad #turbofish (#(#names),*).1
            }

            /// The value and the gradient.
            #[inline]
            #silenced
            pub fn #value_and_grad #generics (#(#params),*) -> (#output, #gradient_type)
            #where_clause {
                #zeros
                let ad_value = #now;
                (ad_value, #gradient)
            }

            /// The value; adds the gradient to `ad_shadows`.
            ///
            /// # Panics
            ///
            /// If a shadow has another length than its parameter.
            #[inline]
            #silenced
            pub fn #grad_into #generics (#(#params,)* ad_shadows: #shadows) -> #output #where_clause {
                let #pattern = ad_shadows;
                #checks
                #now_into
            }
        }
    }

    /// `grad` of a function that does not return one number: refused where it is called.
    fn no_gradients(&self) -> TokenStream {
        let Some(((first, _), rest)) = self.header.inputs.split_first() else { return hygienic!() };
        // On methods there is no telling a mistake from the lack of a function.
        if self.signature.method.is_some() {
            return hygienic!();
        }
        let [grad, value_and_grad] = ["grad", "value_and_grad"].map(|name| self.named(name));
        let types: Vec<_> =
            (0..rest.len()).map(|i| local(&format!("AdArg{i}"), Span::mixed_site())).collect();
        let params: Vec<_> =
            rest.iter().zip(&types).map(|((name, _), ty)| hygienic!(#name: #ty)).collect();
        hygienic! {
            #[doc(hidden)]
            pub fn #grad<AdFirst: ::autodiff::__private::OneNumber, #(#types),*>(
                #first: AdFirst, #(#params),*
            ) {}
            #[doc(hidden)]
            pub fn #value_and_grad<AdFirst: ::autodiff::__private::OneNumber, #(#types),*>(
                #first: AdFirst, #(#params),*
            ) {}
        }
    }
}
