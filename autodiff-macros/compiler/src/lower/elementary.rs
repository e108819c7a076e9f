//! The elementary functions, as methods and by path.

use proc_macro2::Span;
use quote::format_ident;
use syn::Path;

use super::{Lowerer, Rv};
use crate::errors::{Diagnostic, Lowered};
use crate::ir::{Float, Type, Value};
use crate::rules::{Fun, Spelling};
use crate::spelled::{Mixed, OfLibm};

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
            format!("`{name}` is written in two ways here, as a method and as a function of `libm`: they may round differently, and a derivative calls one of them"),
            "write it in one way throughout the function; give a number that a method is called on its type",
        )
    }

    /// The function of the crate `libm` that a path names.
    pub(super) fn of_libm(&mut self, path: &Path) -> Lowered<Option<OfLibm>> {
        let Some((module, name)) = self.home(path) else { return Ok(None) };
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
        Ok(Some(OfLibm { fun, ty, path: path.clone(), home }))
    }

    /// The module that a path leads to, if that may be `libm`, and the function's name there.
    fn home(&self, path: &Path) -> Option<(Path, String)> {
        let mut module = path.clone();
        let name = module.segments.pop()?.ident.to_string();
        module.segments.pop_punct();
        let last = module.segments.last().map(|s| s.ident.to_string());
        match last.as_deref() {
            Some("libm") => Some((module, name)),
            Some(alias) if module.get_ident().is_some() => {
                let full = self.types.declared().import(alias)?;
                (full == "libm").then_some((module, name))
            }
            Some(_) => None,
            None => {
                let declared = self.types.declared();
                let own = match declared.import(&name) {
                    Some(path) => path.strip_prefix("libm::")?.to_owned(),
                    None if declared.may_be_imported_from("libm", &name) => name,
                    None => return None,
                };
                Some((syn::parse_str("libm").ok()?, own))
            }
        }
    }

    /// A call of it.
    pub(super) fn call_libm(
        &mut self,
        function: OfLibm,
        values: Vec<Value>,
        span: Span,
    ) -> Lowered<Rv> {
        let OfLibm { fun, ty, .. } = function.clone();
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
