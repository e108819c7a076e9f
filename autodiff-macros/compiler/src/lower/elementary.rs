//! The elementary functions, as methods and by path.

use proc_macro2::Span;
use quote::{ToTokens, format_ident, quote};
use syn::Path;

use super::{Lowerer, Rv};
use crate::errors::{Diagnostic, Lowered};
use crate::ir::{Float, Type, Value};
use crate::rules::{Fun, Spelling};
use crate::spelled::{ByPath, Mixed};

impl Lowerer<'_> {
    /// Notes that the body calls a function of the table as a method, or by a path that names its type.
    pub(super) fn spell_method(
        &mut self,
        name: &str,
        values: &[Value],
        ty: &Type,
        in_scope: bool,
        span: Span,
    ) -> Lowered<()> {
        let names = if name == "sin_cos" { vec!["sin", "cos"] } else { vec![name] };
        for name in names {
            let Some(fun) = Fun::from_method(name, values.len()) else { continue };
            if let Err(Mixed) = self.spelled.method(fun, ty, in_scope) {
                return Err(self.mixed(fun, span));
            }
        }
        Ok(())
    }

    fn mixed(&mut self, fun: Fun, span: Span) -> crate::errors::Reported {
        let name = fun.name();
        self.refuse(
            "AD0704",
            span,
            format!("`{name}` is written in two ways here, as a method and as a function of another crate: they may round differently, and a derivative calls one of them"),
            "write it in one way throughout the function; give a number that a method is called on its type",
        )
    }

    /// The function of the crate `libm`, or of `autodiff::simd`, that a path names.
    pub(super) fn by_path(&mut self, path: &Path) -> Lowered<Option<ByPath>> {
        if let Some((module, name)) = self.home(path, "autodiff::simd")
            && let Some(fun) = Fun::from_method(&name, 1).filter(|fun| fun.has_vectors())
        {
            let home = (module, format_ident!("{}", name));
            let path = path.clone();
            return Ok(Some(ByPath { fun, ty: Type::Unknown, path, home, krate: "simd" }));
        }
        let Some((module, name)) = self.home(path, "libm") else { return Ok(None) };
        let Some((fun, single)) = Fun::from_libm(&name) else { return Ok(None) };
        let span = path.segments.last().map_or_else(Span::call_site, |s| s.ident.span());
        if !self.library.libm {
            self.errors.push(Diagnostic::new(
                "AD0703",
                span,
                format!("the derivative of `libm::{name}` is not known without the feature `libm`"),
                "turn on the feature `libm` of `autodiff`: `autodiff = { .., features = [\"libm\"] }`",
            ));
            return Err(crate::errors::Reported);
        }
        let ty = if single { Type::Float(Float::F32) } else { Type::F64 };
        let home = (module, format_ident!("{}", name, span = span));
        Ok(Some(ByPath { fun, ty, path: path.clone(), home, krate: "libm" }))
    }

    /// The module that a path leads to, if that may be the crate or the module of this path, and the function's
    /// name there.
    fn home(&self, path: &Path, krate: &str) -> Option<(Path, String)> {
        let mut module = path.clone();
        let name = module.segments.pop()?.ident.to_string();
        module.segments.pop_punct();
        let declared = self.types.declared();
        let segments: Vec<_> = module.segments.iter().map(|s| s.ident.to_string()).collect();
        let own: Vec<_> = krate.split("::").map(str::to_owned).collect();
        let is_own = segments.ends_with(&own);
        match segments.last().map(String::as_str) {
            Some(_) if is_own => Some((module, name)),
            Some(alias) if module.get_ident().is_some() => {
                (declared.import(alias)? == krate).then_some((module, name))
            }
            Some(_) => None,
            None => {
                let own = match declared.import(&name) {
                    Some(path) => path.strip_prefix(krate)?.strip_prefix("::")?.to_owned(),
                    None if declared.may_be_imported_from(krate, &name) => name,
                    None => return None,
                };
                Some((syn::parse_str(krate).ok()?, own))
            }
        }
    }

    /// The trait of `num_traits` that a path names a function of: `num_traits::Signed::abs`, or `Signed::abs`
    /// where that is imported.
    pub(super) fn trait_of_num_traits(&self, path: &Path) -> Option<(String, String)> {
        let mut owner = path.clone();
        let name = owner.segments.pop()?.ident.to_string();
        owner.segments.pop_punct();
        let (_, of) = self.home(&owner, "num_traits")?;
        let of = of.rsplit("::").next()?.to_owned();
        of.starts_with(char::is_uppercase).then_some((of, name))
    }

    /// A call of a function of `num_traits`, if that is one of the table's.
    pub(super) fn call_num_traits(
        &mut self,
        path: &Path,
        args: &[Rv],
        span: Span,
    ) -> Lowered<Option<Rv>> {
        let of_trait = self.trait_of_num_traits(path);
        let free = of_trait.is_none().then(|| self.home(path, "num_traits")).flatten();
        let fun = match (&of_trait, &free) {
            (Some((of, name)), _) => match (of.as_str(), name.as_str()) {
                ("Pow", "pow") => return self.call_pow(path, args, span),
                ("Inv", "inv") => Some(Fun::Recip),
                ("Float" | "Real" | "Signed" | "MulAdd", name) => {
                    Fun::from_method(name, args.len())
                }
                _ => None,
            },
            (None, Some((_, name))) => match name.as_str() {
                "abs" => Some(Fun::Abs),
                "signum" => Some(Fun::Signum),
                "clamp" => Some(Fun::Clamp),
                "clamp_max" => Some(Fun::Min),
                "clamp_min" => Some(Fun::Max),
                _ => None,
            },
            (None, None) => None,
        };
        let Some(fun) = fun.filter(|fun| fun.arity() == args.len()) else {
            return match of_trait.is_some() || free.is_some() {
                true => self.without_rule(path, args, span).map(Some),
                false => Ok(None),
            };
        };
        let values = self.values_of(args.iter().cloned(), span)?;
        let floats = values.len() - usize::from(fun == Fun::Powi);
        let ty = values[..floats].iter().fold(Type::Unknown, |ty, v| ty.join(self.b.ty(*v)));
        if !ty.is_float() {
            return self.without_rule(path, args, span).map(Some);
        }
        for v in &values[..floats] {
            self.refine(*v, &ty);
        }
        if fun == Fun::Powi {
            self.refine(values[1], &Type::Int(Some("i32".into())));
        }
        let spelled = match free {
            // Of bounds in the wrong order, these make another number than the method, or none.
            Some((module, name)) if name.starts_with("clamp") => {
                let home = (module, format_ident!("{}", name, span = span));
                let path = path.clone();
                self.spelled.path(ByPath { fun, ty: ty.clone(), path, home, krate: "num_traits" })
            }
            _ => self.spelled.method(fun, &ty, false),
        };
        if let Err(Mixed) = spelled {
            return Err(self.mixed(fun, span));
        }
        let ty = if fun.returns_bool() { Type::Bool } else { ty };
        Ok(Some(Rv::Value(self.b.scalar(fun, values, ty, span))))
    }

    /// A call of a function that has no derivative: kept as it stands, so long as nothing active goes in.
    fn without_rule(&mut self, path: &Path, args: &[Rv], span: Span) -> Lowered<Rv> {
        let captures = self.named_args(args.iter().cloned(), span)?;
        let names = captures.iter().map(|(name, _)| name);
        let tokens = quote!(#path(#(#names),*));
        let what = path.to_token_stream().to_string().replace(' ', "");
        let diagnostic = self.no_rule(&format!("`{what}`"), span);
        Ok(Rv::Value(self.verbatim_of(tokens, captures, Type::Unknown, span, diagnostic)))
    }

    /// `num_traits::Pow::pow` of floats.
    fn call_pow(&mut self, path: &Path, args: &[Rv], span: Span) -> Lowered<Option<Rv>> {
        let [base, exponent] = args else {
            return self.without_rule(path, args, span).map(Some);
        };
        let (ty, by) = (self.type_of(base), self.type_of(exponent));
        let fun = match (&ty, &by) {
            (Type::Float(_), Type::Float(_)) => Fun::Powf,
            (Type::Float(_), Type::Int(Some(name))) if name == "i32" => Fun::Powi,
            _ => return self.without_rule(path, args, span).map(Some),
        };
        let values =
            vec![self.value_of(base.clone(), span)?, self.value_of(exponent.clone(), span)?];
        if let Err(Mixed) = self.spelled.method(fun, &ty, false) {
            return Err(self.mixed(fun, span));
        }
        Ok(Some(Rv::Value(self.b.scalar(fun, values, ty, span))))
    }

    /// `<T as Float>::sin(x)` and `<f64>::sin(x)`.
    pub(super) fn call_qualified(
        &mut self,
        callee: &syn::ExprPath,
        args: &syn::punctuated::Punctuated<syn::Expr, syn::Token![,]>,
        span: Span,
    ) -> Lowered<Option<Rv>> {
        let Some(of) = &callee.qself else { return Ok(None) };
        let ty = self.types.read(&of.ty);
        let mut segments = callee.path.segments.iter().rev();
        let (Some(name), of_trait) = (segments.next(), segments.next()) else { return Ok(None) };
        let known =
            of_trait.is_none_or(|t| ["Float", "Real", "Signed"].iter().any(|n| t.ident == n));
        let name = name.ident.to_string();
        let function = name == "sin_cos" || Fun::from_method(&name, args.len()).is_some();
        if !ty.is_float() || !known || !function {
            return Ok(None);
        }
        let args = self.args(args)?;
        let values = self.values_of(args, span)?;
        let floats = values.len() - usize::from(name == "powi");
        for v in &values[..floats] {
            self.refine(*v, &ty);
        }
        self.spell_method(&name, &values, &ty, false, span)?;
        Ok(self.scalar_method(&name, &values, &ty, span))
    }

    /// A call of it.
    pub(super) fn call_by_path(
        &mut self,
        mut function: ByPath,
        values: Vec<Value>,
        span: Span,
    ) -> Lowered<Rv> {
        if function.ty == Type::Unknown
            && let Some(v) = values.first()
        {
            function.ty = self.b.ty(*v).clone();
        }
        let ByPath { fun, ty, .. } = function.clone();
        debug_assert!(!matches!(fun.spelling(), Spelling::Cast | Spelling::Select));
        if values.len() != fun.arity() {
            return Err(self.defer(
                "AD0231",
                span,
                "an argument is missing",
                "give the function all its arguments",
            ));
        }
        for v in &values {
            self.refine(*v, &ty);
        }
        if let Err(Mixed) = self.spelled.path(function) {
            return Err(self.mixed(fun, span));
        }
        Ok(Rv::Value(self.b.scalar(fun, values, ty, span)))
    }
}
