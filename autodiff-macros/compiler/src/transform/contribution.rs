//! Instantiates a row of the rule table in a graph.

use proc_macro2::{Literal, Span, TokenStream};
use quote::quote;
use syn::Ident;

use crate::ir::{Builder, CallArg, Float, Place, Type, Value};
use crate::rules::{Expr, Fun};

/// What the expression of a rule stands on.
pub struct Terms<'a> {
    /// The arguments of the operation; only those that the expression reads are looked at.
    pub args: &'a [Value],
    /// Its result.
    pub result: Value,
    /// The adjoint of the result, or the tangent of an argument.
    pub seed: Value,
    /// The float type of the result.
    pub ty: &'a Type,
    /// The user's operation.
    pub span: Span,
    /// Parts of the expression that need no computing.
    pub given: &'a [(Expr, Value)],
}

impl Terms<'_> {
    /// Appends the nodes of an expression.
    pub fn build(&self, expr: &Expr, b: &mut Builder) -> Value {
        if let Some((_, value)) = self.given.iter().find(|(part, _)| part == expr) {
            return *value;
        }
        match expr {
            Expr::Arg(i) => self.args[*i],
            Expr::Result => self.result,
            Expr::Seed => self.seed,
            // A literal is no number of a type parameter, which this may be.
            Expr::Const(value) if *self.ty == Type::Unknown && b.is_generic() => {
                let value = Literal::f64_unsuffixed(*value);
                self.like_the_seed(quote!(#value), Vec::new(), b)
            }
            Expr::Const(value) => number(b, *value, self.ty, self.span),
            Expr::Named(name, value) => {
                let name = syn::Ident::new(name, self.span);
                let tokens = match self.ty {
                    Type::Float(Float::F32) => quote!(::core::f32::consts::#name),
                    Type::Float(Float::F64) => quote!(::core::f64::consts::#name),
                    _ => return self.build(&Expr::Const(*value), b),
                };
                b.constant(tokens, self.ty.clone(), self.span)
            }
            Expr::Apply(fun, operands) => {
                let values: Vec<_> = operands.iter().map(|e| self.build(e, b)).collect();
                // What follows leaves open which type an integer is cast to, save for a literal.
                if *fun == Fun::IntToFloat
                    && *self.ty == Type::Unknown
                    && !b.defined_as_constant(values[0])
                {
                    let whole = Ident::new("ad_whole", self.span);
                    let captures = vec![(whole.clone(), CallArg::Value(values[0]))];
                    return self.like_the_seed(quote!(#whole), captures, b);
                }
                let ty = if fun.returns_bool() {
                    Type::Bool
                } else if *fun == Fun::IntPred {
                    Type::Int(Some("i32".into()))
                } else {
                    self.ty.clone()
                };
                b.scalar(*fun, values, ty, self.span)
            }
        }
    }

    /// A number of the type that the seed has, which only rustc knows.
    fn like_the_seed(
        &self,
        number: TokenStream,
        mut captures: Vec<(Ident, CallArg)>,
        b: &mut Builder,
    ) -> Value {
        let like = Ident::new("ad_like", self.span);
        captures.push((like.clone(), CallArg::Ref(Place::whole(self.seed), false)));
        let code = quote!(::autodiff::__private::float_like(#like, #number));
        b.own_code(code, captures, self.span)
    }
}

/// A number of the given float type.
pub fn number(b: &mut Builder, value: f64, ty: &Type, span: Span) -> Value {
    b.constant(literal(value, ty, span), ty.clone(), span)
}

/// The number one of the given float type.
pub fn one(ty: &Type) -> TokenStream {
    literal(1.0, ty, Span::call_site())
}

fn literal(value: f64, ty: &Type, span: Span) -> TokenStream {
    let literal = Literal::f64_unsuffixed(value);
    match ty {
        Type::Float(Float::Param(name)) => {
            let name = syn::Ident::new(name, span);
            quote!(<#name as ::autodiff::Float>::from_f64(#literal))
        }
        _ => quote!(#literal),
    }
}
