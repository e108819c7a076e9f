//! `struct f {}` beside the function `f`, and its associated functions.

mod checked;
mod core;
mod functions;
mod hessian;
mod jacobian;
mod lengths;
mod lints;
mod receiver;
mod refused;
mod rules;
mod signature;

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Group, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::visit_mut::VisitMut;
use syn::{Ident, ItemFn};

use crate::errors::Extent;
use crate::ir::{Graph, Shape};
use crate::lower::{Read, Reading};
use crate::options::Options;
use crate::parse::{Method, Parameter, Signature, is_in_place};
use crate::pipeline::Second;
use crate::spelled::Spelled;
use crate::tokens::{each_ident, regrouped};

use super::rust::{Plain, Printed, Printer, asserted, may_be_invented};
pub use checked::is_possible as can_be_checked;
pub use jacobian::refuse as refuse_jacobian;
pub use refused::refused;
pub use rules::supported as rules_supported;

pub use lints::silenced;
pub use signature::{Header, local};

use functions::Functions;

/// What the transforms made of a function.
#[derive(Debug)]
pub struct Derivatives<'a> {
    /// Reverse mode.
    pub reverse: &'a Graph,
    /// The constant that shows both graphs.
    pub shown: &'a TokenStream,
    /// Forward mode.
    pub forward: &'a Graph,
    /// Reverse mode for a seed that follows at once, where that is another graph.
    pub at_once: Option<&'a Graph>,
    /// Reverse mode with the seed known from the start, where that saves anything.
    pub fused: Option<&'a Graph>,
    /// Items declared in the body.
    pub items: &'a [syn::Item],
    /// What was read in declarations.
    pub readings: &'a [Reading],
    /// Names in patterns that were taken for bindings.
    pub bindings: &'a [Ident],
    /// What is iterated over in the body and has a type that rustc alone knows.
    pub iterated: &'a [Extent],
    /// How the body writes the elementary functions.
    pub spelled: &'a Spelled,
    /// Forward mode of reverse mode, if it is asked for.
    pub second: Option<&'a Second>,
}

/// The bodies of the two functions that all others are made of.
struct Core {
    /// Of `__vjp`.
    vjp: Group,
    /// Of `__jvp`: the tangents' names, and the body.
    jvp: (Vec<Ident>, Group),
    /// Of `__vjp_now`: the slots' names, and the body; none if it is `__vjp` and then its pullback.
    vjp_into: Option<(Vec<Ident>, Group)>,
    /// Of `__hvp`, as of `__jvp`.
    hvp: Option<(Vec<Ident>, Group)>,
    /// Of `__second`: the tangents' names, and the body.
    second: Option<(Vec<Ident>, Group)>,
    graph: TokenStream,
}

/// Prints the handle: with the derivatives found, or with the user's own rules.
pub fn handle(
    item: &ItemFn,
    signature: &Signature,
    options: &Options,
    derivatives: Option<&Derivatives<'_>>,
) -> TokenStream {
    let header = Header::new(item, signature);
    let checked = checked::constant(item, signature, derivatives);
    let core = match derivatives {
        Some(derivatives) => derived(item, &header, signature, derivatives, options),
        None => rules::core(&item.sig.ident, &header, signature, options),
    };
    let silenced = lints::silenced();
    let functions = Functions {
        header: &header,
        signature,
        options,
        own: &item.sig.ident,
        silenced: signature.method.as_ref().map(|_| silenced.clone()).unwrap_or_default(),
    };
    let name = &item.sig.ident;
    let vis = &item.vis;
    let cfgs: Vec<_> = item.attrs.iter().filter(|a| a.path().is_ident("cfg")).collect();
    let vjp = functions.core_vjp(&core.vjp);
    let jvp = functions.core_jvp(&core.jvp.0, &core.jvp.1);
    let hvp = core.hvp.as_ref().map(|(dots, body)| functions.core_hvp(dots, body));
    let second = core.second.map(|(dots, body)| functions.core_second(&dots, &body));
    let straight = functions.straight(core.vjp_into.as_ref());
    let public = functions.public(core.hvp.is_some());
    let graph = core.graph;
    let source = options.source.then(|| source(&straight, name));
    if let Some(method) = &signature.method {
        let functions = quote!(#vjp #straight #jvp #hvp #second #public);
        return siblings(&functions, method, &graph, &silenced);
    }
    let doc = format!("The derivatives of [`{name}`](fn@{name}).");
    let implement = implement();
    let attributes = quote!(#(#cfgs)* #silenced #[automatically_derived]);
    let mut of_parameters = of_parameters(name, signature, &attributes);
    if second.is_some() {
        of_parameters.push(quote!(
            #attributes
            #implement ::autodiff::__private::Hessian for #name {}
        ));
    }
    quote_spanned! {name.span()=>
        #(#cfgs)*
        #[doc = #doc]
        #silenced
        #vis struct #name {}

        #(#cfgs)*
        #silenced
        #[automatically_derived]
        #implement #name {
            /// The static computation graph.
            pub const GRAPH: &'static ::autodiff::Graph = #graph;
            #source
            #checked
            #[doc(hidden)]
            #[inline]
            pub const fn __annotated<T>() {}
            #vjp
            #straight
            #jvp
            #hvp
            #second
            #public
        }

        #(#of_parameters)*
    }
}

/// The derivatives of a method: functions beside it in its `impl`. Their types cannot depend on a constant
/// of a type that may be generic.
fn siblings(
    functions: &TokenStream,
    method: &Method,
    graph: &TokenStream,
    silenced: &TokenStream,
) -> TokenStream {
    fn unchecked(tokens: TokenStream) -> TokenStream {
        let one = |tree| match tree {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                let inner = unchecked(group.stream());
                let last = inner.clone().into_iter().last();
                if inner.clone().into_iter().count() == 4
                    && matches!(last, Some(TokenTree::Ident(name)) if name == "__CHECKED")
                {
                    return TokenTree::Literal(Literal::usize_unsuffixed(0));
                }
                regrouped(&group, inner)
            }
            TokenTree::Group(group) => regrouped(&group, unchecked(group.stream())),
            tree => tree,
        };
        tokens.into_iter().map(one).collect()
    }
    let functions = unchecked(functions.clone());
    let name = method.derivative("graph");
    let doc = format!("The static computation graph of [`{0}`](Self::{0}).", method.name);
    quote! {
        #[doc = #doc]
        #silenced
        pub const fn #name() -> &'static ::autodiff::Graph {
            const { #graph }
        }
        #functions
    }
}

/// Says of which parameters there are derivatives, which are all but those that `wrt` leaves out, and which
/// are `&mut` references.
fn of_parameters(
    name: &Ident,
    signature: &Signature,
    attributes: &TokenStream,
) -> Vec<TokenStream> {
    let is_in = |p: &Parameter| p.active || signature.types.is_constant(&p.ty);
    let implementing = implement();
    let one = |generics: TokenStream, of_trait: TokenStream| {
        quote! {
            #attributes
            #implementing #generics ::autodiff::__private::#of_trait for #name {}
        }
    };
    let each = |is: &dyn Fn(&Parameter) -> bool, of_trait: TokenStream| {
        let parameters = signature.parameters.iter().enumerate().filter(|(_, p)| is(p));
        let numbers: Vec<_> = parameters.map(|(i, _)| quote!(#of_trait<#i>)).collect();
        numbers.into_iter().map(|of_trait| one(TokenStream::new(), of_trait))
    };
    let mut all: Vec<_> = each(&|p| is_in_place(&p.ty), quote!(Changes)).collect();
    if signature.parameters.iter().all(is_in) {
        all.push(one(quote!(<const PARAMETER: usize>), quote!(Wrt<PARAMETER>)));
    } else {
        all.extend(each(&is_in, quote!(Wrt)));
    }
    all
}

fn derived(
    item: &ItemFn,
    header: &Header,
    signature: &Signature,
    derivatives: &Derivatives<'_>,
    options: &Options,
) -> Core {
    let library = options.library;
    let dispatched = |code| dispatched(options, code);
    let items = derivatives.items;
    let reserved = idents(item);
    // The names of its shadows or tangents, and its code.
    let print = |graph: &Graph| -> (Vec<Ident>, Printed) {
        let mut printer = Printer::new(graph, &reserved, derivatives.spelled, library);
        let printed = printer.print();
        (graph.shadows.iter().map(|v| printer.name(*v)).collect(), printed)
    };
    let (slots, printed) = print(derivatives.reverse);
    let whole = |printed: &Printed| {
        let seeds = &mut printed.seeds.iter().map(|s| quote!(mut #s));
        let result = assemble(&signature.shape, &mut printed.results.iter().cloned());
        (result, assemble(&signature.shape, seeds))
    };
    let (result, seeds) = whole(&printed);
    let seed_type = header.core_seed_type(signature);
    let params = header.slot_params(&slots, signature);
    let again = header.again_params();
    let methods = methods();
    let readings = readings(derivatives);
    let paths = derivatives.spelled.assertions();
    let prelude = header.prelude();
    let receiver::Shadow { keep, open } = receiver::shadow(signature, slots.first());
    let names = header.names();
    let lengths = |graph: &Graph, slots: &[Ident]| lengths::shown(graph, signature, &names, slots);
    let as_long = lengths(derivatives.reverse, &slots);
    let pull = block(dispatched(concat([open, as_long, printed.backward.clone()])));
    let vjp = concat([
        quote!(#methods #(#items)* #readings #paths #prelude),
        printed.forward.clone(),
        quote!(#keep (#result, move |#(#again,)* #seeds: #seed_type, #(#params),*| #pull)),
    ]);
    let vjp = dispatched(vjp);
    let (tangents, tangent_code) = print(derivatives.forward);
    let leaves = tangent_code.results.len() / 2;
    let mut values = tangent_code.results.iter().take(leaves).cloned();
    let value = assemble(&signature.shape, &mut values);
    let mut dots = tangent_code.results.iter().skip(leaves).cloned();
    let dot = assemble(&signature.shape, &mut dots);
    let given = receiver::tangent(signature, tangents.first());
    let before = quote!(#methods #(#items)* #prelude #given);
    let jvp = dispatched(concat([before, tangent_code.forward, quote!((#value, #dot))]));
    let product = derivatives.second.and_then(|second| second.product.as_ref());
    let hvp = product.map(|graph| {
        let (dots, printed) = print(graph);
        let given = receiver::tangent(signature, dots.first());
        let result = assemble(&graph.result, &mut printed.results.iter().cloned());
        let before = quote!(#methods #(#items)* #prelude #given);
        (dots, block(dispatched(concat([before, printed.forward, result]))))
    });
    let second = derivatives.second.map(|second| {
        let (names, printed) = print(&second.waiting);
        let (dots, bars) = names.split_at(signature.parameters.len());
        let pairs = |parts: &[TokenStream]| {
            let (values, dots) = parts.split_at(parts.len() / 2);
            let mut values = values.iter().cloned();
            let value = assemble(&signature.shape, &mut values);
            (value, assemble(&signature.shape, &mut dots.iter().cloned()))
        };
        let (value, dot) = pairs(&printed.results);
        let seeds: Vec<_> = printed.seeds.iter().map(|s| quote!(mut #s)).collect();
        let (seed, seed_dot) = pairs(&seeds);
        let (again, dots_again) = (header.again_params(), header.dots_again(dots, signature));
        let given = receiver::tangent(signature, dots.first());
        let receiver::Shadow { keep, open } = receiver::shadow(signature, bars.first());
        let open_dot = receiver::shadow(signature, bars.get(dots.len())).open;
        let bars =
            bars.chunks(dots.len().max(1)).flat_map(|bars| header.slot_params(bars, signature));
        let pull = block(dispatched(concat([open, open_dot, printed.backward.clone()])));
        let body = concat([
            quote!(#methods #(#items)* #prelude #given),
            printed.forward.clone(),
            quote!(#keep ((#value, #dot), move |
                #(#again,)* #(#dots_again,)*
                (#seed, #seed_dot): (#seed_type, #seed_type), #(#bars),*
            | #pull)),
        ]);
        (dots.to_vec(), block(dispatched(body)))
    });
    let ad_seed = signature::local("ad_seed", Span::mixed_site());
    let vjp_into = Some(match derivatives.fused {
        Some(graph) => {
            let (slots, printed) = print(graph);
            let seeds = assemble(&signature.shape, &mut printed.seeds.iter().map(|s| quote!(#s)));
            let result = assemble(&signature.shape, &mut printed.backward_results.iter().cloned());
            let before = quote!(#methods #(#items)* #prelude let #seeds = #ad_seed;);
            let receiver::Shadow { keep, open } = receiver::shadow(signature, slots.first());
            let as_long = lengths(graph, &slots);
            (slots, concat([before, keep, open, as_long, printed.backward, result]))
        }
        None => {
            let ad_value = signature::local("ad_value", Span::mixed_site());
            let (slots, printed) = derivatives.at_once.map_or((slots, printed), print);
            let (result, seeds) = whole(&printed);
            let receiver::Shadow { keep, open } = receiver::shadow(signature, slots.first());
            let turn =
                quote!(#keep let #ad_value = #result; let #seeds: #seed_type = #ad_seed; #open);
            let before = quote!(#methods #(#items)* #prelude);
            let as_long = lengths(derivatives.at_once.unwrap_or(derivatives.reverse), &slots);
            let backward = concat([as_long, printed.backward]);
            (slots, concat([before, printed.forward, turn, backward, quote!(#ad_value)]))
        }
    });
    let graph = derivatives.shown.clone();
    let vjp_into = vjp_into.map(|(slots, body)| (slots, block(body)));
    Core { vjp: block(vjp), jvp: (tangents, block(jvp)), vjp_into, hvp, second, graph }
}

/// One after the other; long code is moved, not copied.
fn concat<const N: usize>(parts: [TokenStream; N]) -> TokenStream {
    let mut all = TokenStream::new();
    parts.into_iter().for_each(|part| all.extend(part));
    all
}

/// Code that is to run in the widest vectors of the machine, if that is asked for.
fn dispatched(options: &Options, code: TokenStream) -> TokenStream {
    if options.simd {
        hygienic!(::autodiff::simd::dispatch(#[inline(always)] || { #code }))
    } else {
        code
    }
}

/// `{ body }`.
fn block(body: TokenStream) -> Group {
    let mut group = Group::new(Delimiter::Brace, body);
    group.set_span(Span::mixed_site());
    group
}

/// `impl`, of the macro's own making: behind one of the user's, rustc would suggest to declare what is
/// not found in a signature.
fn implement() -> syn::Token![impl] {
    syn::Token![impl](proc_macro2::Span::mixed_site())
}

/// Brings the traits into scope whose methods generated code calls, should the user's module have no
/// prelude; their names stay out.
fn methods() -> TokenStream {
    quote!(
        use ::autodiff::__private::methods::*;
    )
}

/// Asserts what was read in declarations.
fn readings(derivatives: &Derivatives<'_>) -> TokenStream {
    let one = |reading: &Reading| {
        let (of, ty) = (reading.of.parse::<TokenStream>().ok()?, asserted(&reading.ty));
        Some(match &reading.read {
            Read::Field(path) => {
                let path: TokenStream = path.parse().ok()?;
                hygienic!(let _ = |ad_struct: &#of| { let _: &#ty = &ad_struct #path; };)
            }
            Read::Payload { of: whole, member, path } => {
                let parsed = |text: &String| text.parse::<TokenStream>().ok();
                let (whole, member, path) = (parsed(whole)?, parsed(member)?, parsed(path)?);
                hygienic!(let _ = |ad_enum: #whole| if let #of { #member: ad_part, .. } = ad_enum {
                    let _: &#ty = &ad_part #path;
                };)
            }
            Read::Output(arguments) => {
                let any = (0..*arguments).map(|_| quote!(_));
                hygienic!(let _: fn(#(#any),*) -> #ty = #of;)
            }
            Read::Method { path, method, arguments } => {
                let path: TokenStream = path.parse().ok()?;
                let method: Ident = syn::parse_str(method).ok()?;
                let any = (1..*arguments).map(|_| quote!(::autodiff::__private::any()));
                hygienic!(let _ = |ad_struct: &#of| {
                    let _: #ty = ::autodiff::__private::any_of(&ad_struct #path).#method(#(#any),*);
                };)
            }
            Read::Constant => hygienic!(let _: &#ty = &#of;),
        })
    };
    // Only what is bound can have a pattern of its own.
    let bindings = derivatives.bindings.iter().map(|name| quote!(let #name @ _ = ();));
    derivatives.readings.iter().filter_map(one).chain(bindings).collect()
}

/// An expression or a pattern of the returned value's form.
fn assemble(shape: &Shape, leaves: &mut dyn Iterator<Item = TokenStream>) -> TokenStream {
    match shape {
        Shape::Leaf => leaves.next().unwrap_or_default(),
        Shape::Tuple(parts) => {
            let parts: Vec<_> = parts.iter().map(|p| assemble(p, leaves)).collect();
            quote!((#(#parts,)*))
        }
    }
}

/// The identifiers of the user's function that a printer might invent.
fn idents(item: &ItemFn) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    each_ident(item.to_token_stream(), &mut |ident| {
        out.extend(Some(ident.to_string()).filter(|name| may_be_invented(name)));
    });
    out
}

/// `BACKWARD`: the generated function as a person would read it.
fn source(straight: &TokenStream, name: &Ident) -> TokenStream {
    let text = match syn::parse2::<syn::ItemFn>(straight.clone()) {
        Ok(mut function) => {
            Plain.visit_item_fn_mut(&mut function);
            let methods = methods().to_string();
            function.block.stmts.retain(|s| s.to_token_stream().to_string() != methods);
            function.attrs.clear();
            function.vis = syn::Visibility::Inherited;
            function.sig.ident = quote::format_ident!("{}_backward", name);
            prettyplease::unparse(&syn::File {
                shebang: None,
                frontmatter: None,
                attrs: Vec::new(),
                items: vec![syn::Item::Fn(function)],
            })
        }
        Err(_) => straight.to_string(),
    };
    quote! {
        /// The generated function that runs both sweeps, formatted: the value, and the adjoints of the
        /// parameters added to their shadows.
        pub const BACKWARD: &'static str = #text;
    }
}
