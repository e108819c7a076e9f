//! The generated functions of what is called.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::visit_mut::{self, VisitMut};
use syn::{Ident, Path, PathArguments};

use crate::ir::Callee;
use crate::ir::callee::{is_of_runtime, is_type_name, of_type};
use crate::parse::method::derivative_name;

/// The most arguments for which a function that is not annotated is explained.
const EXPLAINED: usize = 12;

/// Functions of the runtime that give what they are given.
const CHECKS: [&str; 3] = ["asked", "callee", "checked"];

/// The function of a method that says how it takes `self`.
const ASKED: &str = "__self";

/// The function with the second derivatives of what is called.
const SECOND: &str = "__second";

/// What stands before the name of a method.
#[derive(Debug)]
pub struct Receiver {
    tokens: TokenStream,
    /// Whether it may be borrowed exclusively before the arguments are computed, which may read it.
    early: bool,
}

impl Receiver {
    /// A receiver that the method takes as it likes.
    pub fn plain(tokens: TokenStream) -> Self {
        Self { tokens, early: false }
    }

    /// What `place` gives to a method of which it is not known how it takes `self`: a copy, if it takes it
    /// by value, since the place is read again. Every method under the attribute has a function that says.
    pub fn asked(place: &TokenStream, method: &Ident, mutable: bool) -> Self {
        // Where there is no such function, there are no derivatives: that is for their call to explain.
        let name = derivative_name(method, ASKED);
        let tokens =
            quote_spanned!(method.span()=> ::autodiff::__private::receiver::asked(#place.#name()));
        Self { tokens, early: mutable }
    }

    /// The call of a method of it; so many of the arguments may read it, and are computed before. The others
    /// stand where rustc knows the types that they are to have.
    pub fn call(
        self,
        name: &Ident,
        arguments: &[TokenStream],
        reading: usize,
        span: Span,
    ) -> TokenStream {
        let receiver = self.tokens;
        // Parts of one expression that are of several macros' making are reported where these are called.
        let first = receiver.clone().into_iter().next();
        let span = first.map_or(span, |first| first.span().located_at(span));
        let mut name = name.clone();
        name.set_span(span);
        if !self.early {
            return quote_spanned!(span=> #receiver.#name(#(#arguments),*));
        }
        let (reading, others) = arguments.split_at(reading);
        let names: Vec<_> = (0..reading.len())
            .map(|i| Ident::new(&format!("ad_argument{i}"), Span::mixed_site().located_at(span)))
            .collect();
        let all = names.iter().map(|name| quote!(#name)).chain(others.iter().cloned());
        quote_spanned! {span=> {
            #(let #names = #reading;)*
            #receiver.#name(#(#all),*)
        }}
    }
}

/// A call of a derivative of what is called: for a method, `receiver` stands before it.
pub fn derived_call(
    callee: &Callee,
    receiver: Option<Receiver>,
    function: &str,
    arguments: &[TokenStream],
    span: Span,
) -> TokenStream {
    let path = match callee {
        Callee::Method { name: method, .. } => {
            let name = derivative_name(method, function);
            // Behind the arguments come tangents, or the seed and the shadows.
            let reading = match function {
                "__vjp" => arguments.len(),
                _ => arguments.len() / 2,
            };
            let called = receiver.map(|receiver| receiver.call(&name, arguments, reading, span));
            let called = called.unwrap_or_default();
            let asked = derivative_name(method, ASKED);
            let wanted = (arguments.len(), function == SECOND);
            return method_or_unannotated([&name, &asked], wanted, called, span);
        }
        Callee::Gradient(of) => {
            let name = format_ident!("__grad_{}", function.trim_start_matches('_'), span = span);
            let stand_in = first_order(arguments.len(), span);
            return quote_spanned!(span=> { #stand_in <#of>::#name(#(#arguments),*) });
        }
        Callee::Function(path) | Callee::Imported(path) => path,
    };
    if let Ok(parsed) = syn::parse2::<Path>(path.clone())
        && let Some((owner, last)) = of_type(&parsed)
        && last.arguments.is_none()
    {
        return function_or_foreign(&owner, &last.ident, function, arguments, span);
    }
    let callee = derivative(callee, path, function, arguments.len(), span);
    quote_spanned!(span=> #callee(#(#arguments),*))
}

/// The call of a method, `receiver.__loss_vjp(..)`. Where the type has none of that name, a stand-in explains.
fn method_or_unannotated(
    [name, asked]: [&Ident; 2],
    (arguments, second): (usize, bool),
    called: TokenStream,
    span: Span,
) -> TokenStream {
    let types: Vec<_> = (0..arguments).map(|i| format_ident!("A{}", i)).collect();
    let patterns = types.iter().map(|_| quote!(_));
    let wanted = Ident::new(if second { "AnnotatedTwice" } else { "Annotated" }, span);
    // The last form of a receiver that rustc tries.
    quote_spanned! {span=> {
        trait AdUnannotated: ::core::marker::Sized {
            fn #name<#(#types,)* R>(&mut self, #(#patterns: #types),*) -> R
            where
                ::autodiff::__private::unannotated::Unannotated<Self>:
                    ::autodiff::__private::unannotated::#wanted,
            {
                ::core::unreachable!()
            }
            fn #asked(&mut self) -> &mut Self {
                self
            }
        }
        impl<T> AdUnannotated for T {}
        #called
    }}
}

/// The call of a function of a type, `Model::__new_vjp(..)`. Where the type has none of that name, it may be
/// another crate's and have its derivatives in the runtime, found by the name; or that explains.
fn function_or_foreign(
    owner: &Path,
    of: &Ident,
    function: &str,
    arguments: &[TokenStream],
    span: Span,
) -> TokenStream {
    let mut name = derivative_name(of, function);
    if is_of_runtime(owner) {
        // Of the same making as what it is given, so that rustc reports an argument where it is called.
        let at = Span::mixed_site().located_at(span);
        name.set_span(at);
        let owner = owner.segments.iter().map(|segment| Ident::new(&segment.ident.to_string(), at));
        return quote_spanned!(at=> #(::#owner)*::#name(#(#arguments),*));
    }
    let (types, names): (Vec<_>, Vec<_>) =
        (0..arguments.len()).map(|i| (format_ident!("A{}", i), format_ident!("a{}", i))).unzip();
    let text = of.unraw().to_string();
    let wanted = match function {
        "__vjp" => quote!(Vjp),
        "__jvp" => quote!(Jvp),
        SECOND => quote!(Second),
        _ => quote!(VjpInto),
    };
    let foreign = quote!(::autodiff::__private::foreign);
    let of_trait = Ident::new(if function == SECOND { "Twice" } else { "Function" }, span);
    let found = quote_spanned!(span=> #foreign::#of_trait<
        #foreign::#wanted<#foreign::Named<{ #foreign::name(#text) }>>,
        (#(#types,)*)
    >);
    quote_spanned! {span=> {
        trait AdForeign: ::core::marker::Sized {
            fn #name<#(#types),*>(#(#names: #types),*) -> <Self as #found>::Output
            where
                Self: #found,
            {
                <Self as #found>::call((#(#names,)*))
            }
        }
        impl<T> AdForeign for T {}
        #owner::#name(#(#arguments),*)
    }}
}

/// `<path>::function`, to be called with so many arguments; in error, as the parameters are, where the
/// body that calls it is.
///
/// Where `path` is a function without the attribute there is no type of that name. The error then
/// has to say so: an import by name wins over one by `*` in each namespace by itself, so the alias
/// is the callee's handle where there is one, and else a stand-in whose `__annotated` explains. Where
/// there is no function either, the body says so: the import is content with a macro of that name.
fn derivative(
    callee: &Callee,
    path: &TokenStream,
    function: &str,
    arguments: usize,
    span: Span,
) -> TokenStream {
    let second = (function == SECOND).then(|| first_order(arguments, span)).flatten();
    let function = format_ident!("{}", function, span = span);
    let checked = quote_spanned!(span=> { Self::__CHECKED });
    let stand_in = format_ident!("with{}", arguments, span = span);
    let function =
        match importable(callee, path, span).filter(|_| (1..=EXPLAINED).contains(&arguments)) {
            Some(Imported { import, generics }) => {
                quote_spanned! {span=> {
                    #import
                    use ::autodiff::__private::unannotated::#stand_in::*;
                    <AdCallee>::__annotated::<::autodiff::__private::Checked<(), #checked>>();
                    #second
                    <AdCallee>::#function #generics
                }}
            }
            None if second.is_some() => quote_spanned!(span=> { #second <#path>::#function }),
            None => quote_spanned!(span=> <#path>::#function),
        };
    quote_spanned!(span=> ::autodiff::__private::callee::<_, #checked>(#function))
}

/// Brings what stands in for second derivatives into scope: it is found where a function has none.
fn first_order(arguments: usize, span: Span) -> Option<TokenStream> {
    (1..=2 * EXPLAINED).contains(&arguments).then(|| {
        let with = format_ident!("with{}", arguments, span = span);
        quote_spanned!(span=> use ::autodiff::__private::first_order::#with::FirstOrder as _;)
    })
}

/// Code that is in error where the callee's `wrt` leaves out one of these arguments, or one of those
/// that are lent to be `changed` is not a `&mut` reference there.
pub fn takes(
    callee: &Callee,
    arguments: &[usize],
    changed: &[usize],
    span: Span,
) -> Option<TokenStream> {
    let Imported { import, .. } = importable(callee, callee.path()?, span)?;
    Some(quote_spanned! {span=> {
        #import
        use ::autodiff::__private::unannotated::with1::*;
        #(::autodiff::__private::in_wrt::<AdCallee, #arguments>();)*
        #(::autodiff::__private::changes::<AdCallee, #changed>();)*
    }})
}

/// A function that `use` takes.
struct Imported {
    /// What makes it known as `AdCallee`.
    import: TokenStream,
    /// The generic arguments at the end of its path.
    generics: TokenStream,
}

/// What is imported where a function is called by this path. Functions of types are not.
fn importable(callee: &Callee, path: &TokenStream, span: Span) -> Option<Imported> {
    let mut module = syn::parse2::<Path>(path.clone()).ok()?;
    let last = module.segments.pop()?;
    let generics = match last.arguments {
        PathArguments::AngleBracketed(generics) => quote!(#generics),
        _ => TokenStream::new(),
    };
    module.segments.pop_punct();
    let of_module = |s: &syn::PathSegment| s.arguments.is_none() && !is_type_name(&s.ident);
    if is_type_name(&last.ident) || !module.segments.iter().all(of_module) {
        return None;
    }
    let name = last.ident;
    let module = (!module.segments.is_empty()).then_some(module);
    let import = match module {
        // The names in the module must not come between the arguments and what they mean; and what has
        // come out of a macro around here must not meet one of them.
        Some(module) if !generics.is_empty() || matches!(callee, Callee::Imported(_)) => {
            quote_spanned!(span=> use #module::#name as AdCallee;)
        }
        module => {
            let module = module.map(|module| quote_spanned!(span=> use #module::*;));
            quote_spanned! {span=>
                #module
                macro_rules! #name { () => {}; }
                use #name as AdCallee;
            }
        }
    };
    Some(Imported { import, generics })
}

/// Undoes [`derivative`], and the types that are checked apart, in code that is to be read.
pub struct Plain;

impl VisitMut for Plain {
    fn visit_qself_mut(&mut self, qself: &mut syn::QSelf) {
        self.visit_type_mut(&mut qself.ty);
    }

    fn visit_type_mut(&mut self, ty: &mut syn::Type) {
        if let syn::Type::Path(p) = ty
            && let Some(last) = p.path.segments.last()
            && last.ident == "Checked"
            && let PathArguments::AngleBracketed(arguments) = &last.arguments
            && let Some(syn::GenericArgument::Type(inner)) = arguments.args.first()
        {
            *ty = inner.clone();
        }
        visit_mut::visit_type_mut(self, ty);
    }

    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        visit_mut::visit_path_mut(self, path);
        shorten(path);
    }

    fn visit_expr_mut(&mut self, e: &mut syn::Expr) {
        if let Some(called) = explained(e) {
            *e = called;
        }
        visit_mut::visit_expr_mut(self, e);
        if let syn::Expr::Call(call) = e
            && let syn::Expr::Path(p) = &*call.func
            && p.path.segments.last().is_some_and(|s| CHECKS.iter().any(|check| s.ident == check))
            && let Some(callee) = call.args.first()
        {
            *e = plain(callee);
        }
    }
}

/// The call beside a trait that stands in for what may be missing.
fn explained(e: &syn::Expr) -> Option<syn::Expr> {
    let syn::Expr::Block(block) = e else { return None };
    match block.block.stmts.as_slice() {
        [
            syn::Stmt::Item(syn::Item::Trait(stand_in)),
            syn::Stmt::Item(syn::Item::Impl(_)),
            syn::Stmt::Expr(called, None),
        ] if stand_in.ident == "AdUnannotated" || stand_in.ident == "AdForeign" => {
            Some(called.clone())
        }
        _ => None,
    }
}

/// Paths from the root, as a person writes them: `Some`, `Vec<f64>`, `accumulate`.
fn shorten(path: &mut syn::Path) {
    const PREFIXES: [&[&str]; 6] = [
        &["core", "option", "Option", "Some"],
        &["core", "option", "Option", "None"],
        &["core", "option", "Option"],
        &["autodiff", "__private", "alloc", "vec", "Vec"],
        &["autodiff", "__private", "alloc", "vec"],
        &["autodiff", "__private"],
    ];
    if path.leading_colon.is_none() {
        return;
    }
    let starts_with = |prefix: &&[&str]| {
        prefix.len() <= path.segments.len()
            && path.segments.iter().zip(*prefix).all(|(segment, name)| segment.ident == name)
    };
    let Some(prefix) = PREFIXES.into_iter().find(starts_with) else { return };
    // Of a module, what is in there; of a name, the name itself.
    let module = matches!(prefix.last(), Some(&"__private"));
    let dropped = prefix.len() - usize::from(!module);
    path.leading_colon = None;
    path.segments = std::mem::take(&mut path.segments).into_iter().skip(dropped).collect();
}

/// `path::function` of what [`derivative`] makes of it.
fn plain(callee: &syn::Expr) -> syn::Expr {
    if let syn::Expr::Block(block) = callee
        && let [imports @ .., _, _, syn::Stmt::Expr(function, None)] = block.block.stmts.as_slice()
        && let Some(path) = imported(imports)
        && let syn::Expr::Path(function) = function
    {
        let segments = &function.path.segments;
        return syn::parse_quote!(#path::#segments);
    }
    callee.clone()
}

/// `a::b` of `use a::*; use b as AdCallee;`.
fn imported(imports: &[syn::Stmt]) -> Option<TokenStream> {
    let mut path = TokenStream::new();
    for import in imports {
        let syn::Stmt::Item(syn::Item::Use(import)) = import else { continue };
        let colons = import.leading_colon;
        path.extend(quote!(#colons));
        let mut tree = &import.tree;
        loop {
            match tree {
                syn::UseTree::Path(p) => {
                    let ident = &p.ident;
                    path.extend(quote!(#ident::));
                    tree = &p.tree;
                }
                syn::UseTree::Rename(r) if r.rename == "AdCallee" => {
                    let ident = &r.ident;
                    path.extend(quote!(#ident));
                    return Some(path);
                }
                syn::UseTree::Glob(_) => break,
                _ => return None,
            }
        }
    }
    None
}
