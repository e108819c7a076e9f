//! The functions that the attributes name, in terms of the handle's own.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, ItemFn, Type};

use super::plan::{Plan, returned};
use super::request::{Activity, Mode};
use crate::emit::types::{is_its_own_tangent, vec_element};
use crate::emit::{Header, hygienic, local, silenced};
use crate::parse::{Parameter, Signature, is_in_place};

/// What one parameter adds to one call of the handle.
#[derive(Default)]
struct Part {
    before: TokenStream,
    argument: TokenStream,
    /// Between the forward and the backward sweep.
    between: TokenStream,
    slot: TokenStream,
    after: TokenStream,
}

/// Prints the functions of one plan.
pub struct Printer<'a> {
    pub plan: &'a Plan,
    pub function: &'a ItemFn,
    pub signature: &'a Signature,
    pub header: &'a Header,
}

/// What stands for a function that was refused: calls of it are of no interest to rustc.
pub fn refused(name: &Ident, function: &ItemFn, reason: &TokenStream) -> TokenStream {
    let vis = &function.vis;
    let cfgs = function.attrs.iter().filter(|a| a.path().is_ident("cfg"));
    let silenced = silenced();
    quote! {
        #(#cfgs)*
        #silenced
        #vis const #name: [(); #reason] = [];
    }
}

impl Printer<'_> {
    /// The generated function.
    pub fn print(&self) -> TokenStream {
        let ItemFn { vis, attrs, sig, .. } = self.function;
        let Header { generics, where_clause, .. } = self.header;
        let request = &self.plan.request;
        let (name, own) = (&request.name, &sig.ident);
        let cfgs = attrs.iter().filter(|a| a.path().is_ident("cfg"));
        let silenced = silenced();
        let unsafety = self
            .plan
            .inputs
            .iter()
            .any(|a| matches!(a, Activity::DualOnly | Activity::DuplicatedOnly))
            .then(|| quote!(unsafe));
        let params = self.params();
        let (output, body) = match request.mode {
            Mode::Reverse => self.reverse(),
            Mode::Forward => self.forward(),
        };
        let mode = match request.mode {
            Mode::Forward => "forward",
            Mode::Reverse => "reverse",
        };
        let doc = format!("The derivative of [`{own}`](fn@{own}) in {mode} mode.");
        quote_spanned! {name.span()=>
            #(#cfgs)*
            #[doc = #doc]
            #silenced
            #vis #unsafety fn #name #generics (#(#params),*) -> #output #where_clause { #body }
        }
    }

    fn parameters(&self) -> impl Iterator<Item = (usize, &Parameter, Activity)> {
        let parameters = self.signature.parameters.iter().enumerate();
        parameters.zip(&self.plan.inputs).map(|((i, p), activity)| (i, p, *activity))
    }

    /// The shadow of a parameter in one direction.
    fn shadow(&self, parameter: &Parameter, activity: Activity, direction: usize) -> Ident {
        let prefix = match self.plan.request.mode {
            Mode::Forward => "b",
            Mode::Reverse => "d",
        };
        let direction = if activity.is_batched() { 0 } else { direction };
        let name = parameter.name.to_string();
        let name = name.trim_start_matches("r#");
        local(&format!("{prefix}{name}_{direction}"), parameter.name.span())
    }

    fn own_tangent(&self, ty: &Type) -> bool {
        is_its_own_tangent(ty, &self.signature.types)
    }

    /// The type of the tangents of such values.
    fn tangent(&self, ty: &Type) -> TokenStream {
        if self.own_tangent(ty) {
            ty.to_token_stream()
        } else {
            quote!(<#ty as ::autodiff::Differentiable>::Tangent)
        }
    }

    /// Every parameter, its shadows right behind it, and the seed at the end.
    fn params(&self) -> Vec<TokenStream> {
        use Activity::*;
        let mut params = Vec::new();
        for (i, parameter, activity) in self.parameters() {
            let (name, ty) = &self.header.inputs[i];
            params.push(hygienic!(#name: #ty));
            let shadow_type = match (activity, &parameter.ty) {
                (Active | ActiveOnly | Const, _) => continue,
                (Duplicated | DuplicatedOnly, Type::Reference(r)) => {
                    let (lifetime, inner) = (&r.lifetime, &r.elem);
                    quote!(&#lifetime mut #inner)
                }
                (_, ty) => ty.to_token_stream(),
            };
            let shadows = if activity.is_batched() { 1 } else { self.plan.request.width };
            for direction in 0..shadows {
                let shadow = self.shadow(parameter, activity, direction);
                params.push(hygienic!(#shadow: #shadow_type));
            }
        }
        if self.is_seeded() {
            let (seed, ty) = (seed(), self.tangent(&self.header.output));
            params.push(hygienic!(#seed: #ty));
        }
        params
    }

    /// Whether the last argument is the adjoint of the returned value.
    fn is_seeded(&self) -> bool {
        matches!(self.plan.output, Some(Activity::Active | Activity::ActiveOnly))
    }

    /// Whether anything is differentiated with respect to.
    fn is_active(&self) -> bool {
        self.plan.inputs.iter().any(|activity| *activity != Activity::Const)
    }

    /// The plain call of the user's function.
    fn primal(&self) -> TokenStream {
        let (own, turbofish) = (&self.function.sig.ident, &self.header.turbofish);
        let names = self.header.inputs.iter().map(|(name, _)| name);
        hygienic!(#own #turbofish (#(#names),*))
    }

    /// What stands for a parameter's argument in a call that is not the last: something that the calls
    /// after it do not see.
    fn again(&self, part: &mut Part, i: usize, last: bool) {
        let (name, ty) = &self.header.inputs[i];
        part.argument = if last {
            hygienic!(#name)
        } else if is_in_place(ty) {
            let again = local(&format!("ad_again{i}"), Span::mixed_site());
            part.before.extend(hygienic!(let mut #again = ::autodiff::__private::owned(&*#name);));
            hygienic!(&mut #again)
        } else if matches!(ty, Type::Reference(_)) {
            hygienic!(#name)
        } else {
            hygienic!(::core::clone::Clone::clone(&#name))
        };
    }

    /// The `n`-th of several shadows of a sequence in one.
    fn batch(&self, parameter: &Parameter, shadow: &Ident, direction: usize) -> TokenStream {
        let name = &parameter.name;
        hygienic!(#shadow[#direction * #name.len()..][..#name.len()])
    }

    fn check_len(&self, parameter: &Parameter, activity: Activity, shadow: &Ident) -> TokenStream {
        let name = &parameter.name;
        let (inner, in_place) = referent(&parameter.ty);
        let is_sequence = match inner {
            Type::Slice(_) => true,
            // What grows in place is as long as its shadow when the function returns, not before.
            ty => !in_place && vec_element(ty).is_some(),
        };
        if !is_sequence {
            return TokenStream::new();
        }
        let text = format!("the shadow of `{name}`");
        let width = if activity.is_batched() { self.plan.request.width } else { 1 };
        hygienic! {
            ::autodiff::__private::check_len(#text, #width * #name.len(), #shadow.len());
        }
    }

    /// A function of the runtime. Where the user's body does not compile, it is in error with it, so that
    /// nothing is reported twice.
    fn runtime(&self, name: &str, span: Span) -> TokenStream {
        let own = &self.function.sig.ident;
        let name = Ident::new(name, span);
        quote_spanned! {span=>
            ::autodiff::__private::callee::<_, { #own::__CHECKED }>(::autodiff::__private::#name)
        }
    }

    /// A zero tangent for a parameter, in a variable.
    fn zero(&self, i: usize) -> (Ident, TokenStream) {
        let (name, ty) = &self.header.inputs[i];
        let bar = local(&format!("ad_bar{i}"), Span::mixed_site());
        let value =
            if matches!(ty, Type::Reference(_)) { hygienic!(&*#name) } else { hygienic!(&#name) };
        let zero_tangent = self.runtime("zero_tangent", Span::mixed_site());
        let zero = hygienic!(let mut #bar = #zero_tangent(#value););
        (bar, zero)
    }

    /// A parameter that other attributes on the function differentiate.
    fn held(&self, part: &mut Part, i: usize, parameter: &Parameter) {
        part.slot = hygienic!(::core::option::Option::None);
        if parameter.active && is_in_place(&parameter.ty) {
            let (bar, zero) = self.zero(i);
            let (grows, argument) = (vec_element(referent(&parameter.ty).0), &part.argument);
            match (grows, self.plan.request.mode) {
                // As long as what stands there in the end.
                (Some(_), Mode::Reverse) => {
                    let zero_tangent = self.runtime("zero_tangent", Span::mixed_site());
                    part.between = hygienic!(let mut #bar = #zero_tangent(&*#argument););
                }
                _ => part.before.extend(zero),
            }
            let whole = is_slice(&parameter.ty).then(|| hygienic!([..]));
            part.slot = hygienic!(&mut #bar #whole);
        }
    }

    /// The returned values as one, and their types.
    fn results(parts: Vec<(TokenStream, TokenStream)>) -> (TokenStream, TokenStream) {
        let (types, values): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
        match (&types[..], &values[..]) {
            ([ty], [value]) => (ty.clone(), value.clone()),
            _ => (hygienic!((#(#types),*)), hygienic!((#(#values),*))),
        }
    }

    fn reverse(&self) -> (TokenStream, TokenStream) {
        let mut results = Vec::new();
        let value = local("ad_value", Span::mixed_site());
        if let (Some(ty), true) =
            (returned(self.function), self.plan.output != Some(Activity::ActiveOnly))
        {
            results.push((ty.to_token_stream(), hygienic!(#value)));
        }
        if !self.is_active() {
            let primal = self.primal();
            let (output, result) = Self::results(results);
            return (output, hygienic!(let #value = #primal; #result));
        }
        let mut body = TokenStream::new();
        let width = self.plan.request.width;
        for direction in 0..width {
            let last = direction + 1 == width;
            let mut parts = Vec::new();
            for (i, parameter, activity) in self.parameters() {
                let mut part = Part::default();
                self.again(&mut part, i, last);
                match activity {
                    Activity::Active => results.push(self.active(&mut part, i, parameter)),
                    Activity::Duplicated | Activity::DuplicatedOnly => {
                        let shadow = self.shadow(parameter, activity, direction);
                        self.duplicated(&mut part, i, parameter, activity, &shadow);
                    }
                    _ => self.held(&mut part, i, parameter),
                }
                parts.push(part);
            }
            let before = parts.iter().map(|p| &p.before);
            let after = parts.iter().map(|p| &p.after);
            let pulled = self.pulled(&parts, last);
            body.extend(hygienic!(#(#before)* let #value = #pulled; #(#after)*));
        }
        let (output, result) = Self::results(results);
        (output, hygienic!(#body #result))
    }

    /// Both sweeps: the value; adds to the slots.
    fn pulled(&self, parts: &[Part], last: bool) -> TokenStream {
        let (own, turbofish) = (&self.function.sig.ident, &self.header.turbofish);
        let arguments: Vec<_> = parts.iter().map(|p| &p.argument).collect();
        let slots: Vec<_> = parts.iter().map(|p| &p.slot).collect();
        let types = &self.signature.types;
        let ty = types.read(&self.signature.output);
        let (dret, is_vec) = (seed(), matches!(ty, crate::ir::Type::Vec(_)));
        let known =
            if returned(self.function).is_none() || types.is_constant(&self.signature.output) {
                Some(hygienic!(()))
            } else if !self.is_seeded() {
                ty.static_zero()
            } else if is_vec {
                None
            } else if last {
                Some(hygienic!(#dret))
            } else {
                Some(hygienic!(::core::clone::Clone::clone(&#dret)))
            };
        let between: TokenStream = parts.iter().map(|p| p.between.clone()).collect();
        let seed = match known {
            Some(known) if between.is_empty() => {
                return hygienic!(#own::__vjp_into #turbofish (#(#arguments,)* #known, #(#slots),*));
            }
            Some(known) => hygienic!(let ad_seed = #known;),
            None if self.is_seeded() => hygienic! {
                ::autodiff::__private::check_len("the seed", ad_value.len(), #dret.len());
                let ad_seed = ::core::clone::Clone::clone(&#dret);
            },
            None => hygienic!(let ad_seed = ::autodiff::__private::zero_tangent(&ad_value);),
        };
        let again = self.header.again();
        hygienic!({
            let (ad_value, ad_pull) = #own::__vjp #turbofish (#(#arguments),*);
            #seed
            #between
            ad_pull(#(#again,)* ad_seed, #(#slots),*);
            ad_value
        })
    }

    /// A parameter by value, whose gradient is returned: its type and the expression.
    fn active(
        &self,
        part: &mut Part,
        i: usize,
        parameter: &Parameter,
    ) -> (TokenStream, TokenStream) {
        let (name, ty) = &self.header.inputs[i];
        let (bar, zero) = self.zero(i);
        part.before.extend(zero);
        let whole = vec_element(ty).map(|_| hygienic!([..]));
        part.slot = hygienic!(::core::option::Option::Some(&mut #bar #whole));
        if self.own_tangent(&parameter.ty) {
            return (ty.to_token_stream(), hygienic!(#bar));
        }
        let gradient = local(&format!("ad_gradient{i}"), Span::mixed_site());
        part.before.extend(hygienic!(let mut #gradient = ::core::clone::Clone::clone(&#name);));
        let assign = self.runtime("assign_coordinates", parameter.ty.span());
        part.after = hygienic!(#assign(&mut #gradient, &#bar););
        (ty.to_token_stream(), hygienic!(#gradient))
    }

    /// A parameter by reference, whose gradient is added to its shadow.
    fn duplicated(
        &self,
        part: &mut Part,
        i: usize,
        parameter: &Parameter,
        activity: Activity,
        shadow: &Ident,
    ) {
        let (inner, in_place) = referent(&parameter.ty);
        if self.own_tangent(inner) {
            part.before.extend(self.check_len(parameter, activity, shadow));
            part.slot = if in_place {
                hygienic!(&mut *#shadow)
            } else if vec_element(inner).is_some() {
                hygienic!(::core::option::Option::Some(&mut #shadow[..]))
            } else {
                hygienic!(::core::option::Option::Some(&mut *#shadow))
            };
            return;
        }
        let (bar, zero) = self.zero(i);
        part.before.extend(zero);
        let whole = is_slice(&parameter.ty).then(|| hygienic!([..]));
        if in_place {
            let assign = self.runtime("assign_coordinates", parameter.ty.span());
            part.before.extend(hygienic!(#assign(&mut #bar, &*#shadow);));
            part.slot = hygienic!(&mut #bar #whole);
            part.after = hygienic!(#assign(&mut *#shadow, &#bar););
        } else {
            let whole = whole.or(vec_element(inner).map(|_| hygienic!([..])));
            let add = self.runtime("add_coordinates", parameter.ty.span());
            part.slot = hygienic!(::core::option::Option::Some(&mut #bar #whole));
            part.after = hygienic!(#add(&mut *#shadow, &#bar););
        }
    }

    fn forward(&self) -> (TokenStream, TokenStream) {
        let (own, turbofish) = (&self.function.sig.ident, &self.header.turbofish);
        let width = self.plan.request.width;
        let value = local("ad_value", Span::mixed_site());
        let mut dots = Vec::new();
        let mut body = TokenStream::new();
        for direction in 0..width {
            let dot = local(&format!("ad_dot{direction}"), Span::mixed_site());
            if self.is_active() {
                let last = direction + 1 == width;
                let mut parts = Vec::new();
                for (i, parameter, activity) in self.parameters() {
                    let mut part = Part::default();
                    self.again(&mut part, i, last);
                    match activity {
                        Activity::Const => self.held(&mut part, i, parameter),
                        _ => self.dual(&mut part, i, parameter, activity, direction),
                    }
                    parts.push(part);
                }
                let before = parts.iter().map(|p| &p.before);
                let (arguments, slots) =
                    (parts.iter().map(|p| &p.argument), parts.iter().map(|p| &p.slot));
                let after = parts.iter().map(|p| &p.after);
                body.extend(hygienic! {
                    #(#before)*
                    let (#value, #dot) = #own::__jvp #turbofish (#(#arguments,)* #(#slots),*);
                    #(#after)*
                });
            } else {
                if direction == 0 {
                    let primal = self.primal();
                    body.extend(hygienic!(let #value = #primal;));
                }
                if !matches!(self.plan.output, None | Some(Activity::Const)) {
                    body.extend(
                        hygienic!(let #dot = ::autodiff::__private::zero_tangent(&#value);),
                    );
                }
            }
            dots.push(dot);
        }
        let (Some(ty), Some(activity)) = (returned(self.function), self.plan.output) else {
            return (hygienic!(()), body);
        };
        let tangent = self.tangent(ty);
        let (output, result) = match (activity, &dots[..]) {
            (Activity::Const, _) => (hygienic!(#ty), hygienic!(#value)),
            (Activity::DualOnly, [dot]) => (hygienic!(#tangent), hygienic!(#dot)),
            (Activity::DualOnly, dots) => (hygienic!([#tangent; #width]), hygienic!([#(#dots),*])),
            (_, [dot]) => (hygienic!((#ty, #tangent)), hygienic!((#value, #dot))),
            (_, dots) => {
                let len = width + 1;
                (hygienic!([#ty; #len]), hygienic!([#value, #(#dots),*]))
            }
        };
        (output, hygienic!(#body #result))
    }

    /// A parameter with a tangent.
    fn dual(
        &self,
        part: &mut Part,
        i: usize,
        parameter: &Parameter,
        activity: Activity,
        direction: usize,
    ) {
        let shadow = self.shadow(parameter, activity, direction);
        let is_reference = matches!(parameter.ty, Type::Reference(_));
        let (inner, in_place) = referent(&parameter.ty);
        if !self.own_tangent(inner) {
            let (bar, zero) = self.zero(i);
            let assign = self.runtime("assign_coordinates", parameter.ty.span());
            part.before.extend(zero);
            let from = if is_reference { hygienic!(&*#shadow) } else { hygienic!(&#shadow) };
            part.before.extend(hygienic!(#assign(&mut #bar, #from);));
            let sequence = is_slice(&parameter.ty) || !in_place && vec_element(inner).is_some();
            let whole = sequence.then(|| hygienic!([..]));
            if in_place {
                part.slot = hygienic!(&mut #bar #whole);
                part.after = hygienic!(#assign(&mut *#shadow, &#bar););
            } else {
                part.slot = hygienic!(::core::option::Option::Some(&#bar #whole));
            }
            return;
        }
        // One check is enough of what all directions share.
        if !activity.is_batched() || direction == 0 {
            part.before.extend(self.check_len(parameter, activity, &shadow));
        }
        let place = if activity.is_batched() {
            self.batch(parameter, &shadow, direction)
        } else if !in_place && vec_element(inner).is_some() {
            hygienic!(#shadow[..])
        } else if is_reference {
            hygienic!(*#shadow)
        } else {
            hygienic!(#shadow)
        };
        part.slot = if in_place {
            hygienic!(&mut #place)
        } else {
            hygienic!(::core::option::Option::Some(&#place))
        };
    }
}

/// The adjoint of the returned value.
fn seed() -> Ident {
    local("dret", Span::mixed_site())
}

/// What a reference refers to, and whether it is `&mut`; or the type itself.
fn referent(ty: &Type) -> (&Type, bool) {
    match ty {
        Type::Reference(r) => (&r.elem, r.mutability.is_some()),
        ty => (ty, false),
    }
}

fn is_slice(ty: &Type) -> bool {
    matches!(referent(ty).0, Type::Slice(_))
}
