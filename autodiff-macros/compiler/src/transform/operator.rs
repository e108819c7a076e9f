//! Operators between values of types that only rustc knows. They may be numbers, or of a type of the
//! user's whose operator has a derivative of its own: rustc finds it by the type.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Ident;

use crate::ir::{Builder, CallArg, Op, Place, Proj, Storage, Take, Type, Value};
use crate::rules::Fun;

/// The operator as the runtime names it; none if what the rule table says holds, since the operands are
/// known to be numbers, or used as such.
pub fn operator(fun: Fun, args: &[Value], result: Value, b: &Builder) -> Option<TokenStream> {
    let name = match fun {
        Fun::Add => quote!(Add),
        Fun::Sub => quote!(Sub),
        Fun::Mul => quote!(Mul),
        Fun::Div => quote!(Div),
        Fun::Rem => quote!(Rem),
        Fun::Neg => quote!(Neg),
        _ => return None,
    };
    let unknown = |v: &Value| matches!(b.ty(*v), Type::Unknown | Type::Struct(_) | Type::Enum(_));
    // What gives a number when it is added to a number is one.
    let sum = matches!(fun, Fun::Add | Fun::Sub)
        && b.ty(result).is_float()
        && args.iter().any(|v| b.ty(*v).is_float());
    (args.iter().any(unknown) && !sum).then(|| quote!(::autodiff::__private::operator::#name))
}

/// The adjoint of each operand.
pub fn bars(
    operator: &TokenStream,
    args: &[Value],
    seed: Value,
    wanted: &[bool],
    b: &mut Builder,
    span: Span,
) -> Vec<Option<Value>> {
    let (operands, mut captures) = operands(args, b, span);
    let ad_seed = Ident::new("ad_seed", span);
    captures.push((ad_seed.clone(), CallArg::Value(seed)));
    let function = if args.len() == 1 { quote!(bar) } else { quote!(bars) };
    let call = quote!(#operator::#function(#(#operands,)* #ad_seed));
    let bars = b.own_code(call, captures, span);
    if args.len() == 1 {
        return vec![Some(bars)];
    }
    let part = |k: usize, b: &mut Builder| {
        let place = Place::whole(bars).with(Proj::Field(syn::Member::from(k)));
        let ty = b.ty(args[k]).clone();
        b.load(place, Take::Value, ty, span)
    };
    wanted.iter().enumerate().map(|(k, wanted)| wanted.then(|| part(k, b))).collect()
}

/// The tangent of the result.
pub fn dot(
    operator: &TokenStream,
    args: &[Value],
    dots: &[Option<Value>],
    b: &mut Builder,
    span: Span,
) -> Value {
    let (mut operands, mut captures) = operands(args, b, span);
    for (name, dot) in ["ad_lhs_dot", "ad_rhs_dot"].iter().zip(dots) {
        let Some(dot) = dot else { continue };
        let name = Ident::new(name, span);
        operands.push(name.to_token_stream());
        captures.push((name, CallArg::Ref(Place::whole(*dot), false)));
    }
    let function = match dots {
        [Some(_), None] => quote!(dot_lhs),
        [None, Some(_)] => quote!(dot_rhs),
        _ => quote!(dot),
    };
    b.own_code(quote!(#operator::#function(#(#operands),*)), captures, span)
}

/// Tells rustc that two adjoints of a type that only it knows are of the same.
pub fn alike(x: Value, y: Value, b: &mut Builder, span: Span) {
    let [one, other] = ["ad_sum", "ad_summand"].map(|name| Ident::new(name, span));
    let tokens = quote!(::autodiff::__private::operator::alike(#one, #other));
    let lent = |v| CallArg::Ref(Place::whole(v), false);
    b.effect(Op::Effect { tokens, captures: vec![(one, lent(x)), (other, lent(y))] }, span);
}

/// References to the operands, and what they capture.
fn operands(args: &[Value], b: &Builder, span: Span) -> (Vec<TokenStream>, Vec<(Ident, CallArg)>) {
    let names = ["ad_lhs", "ad_rhs"].map(|name| Ident::new(name, span));
    let mut tokens = Vec::new();
    let mut captures = Vec::new();
    for (name, v) in names.iter().zip(args) {
        // An operand that is a reference itself is passed as such.
        let reference = matches!(b.data(*v).storage, Storage::Ref | Storage::RefMut);
        tokens.push(if reference { quote!(&#name) } else { name.to_token_stream() });
        captures.push((
            name.clone(),
            if reference { CallArg::Value(*v) } else { CallArg::Ref(Place::whole(*v), false) },
        ));
    }
    (tokens, captures)
}
