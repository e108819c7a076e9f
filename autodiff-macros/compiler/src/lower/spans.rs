//! Where syntax stands.

use proc_macro2::Span;
use syn::Expr;
use syn::spanned::Spanned;

/// The span of anything that has one.
pub fn span_of(node: &impl Spanned) -> Span {
    node.span()
}

/// The span of an expression's first token, which is all that is asked of most: the same without writing
/// the expression out.
pub fn start_of(e: &Expr) -> Span {
    match e {
        Expr::Path(p) if p.qself.is_none() && p.path.leading_colon.is_none() => {
            p.path.segments[0].ident.span()
        }
        Expr::Lit(l) => l.lit.span(),
        Expr::Binary(b) => start_of(&b.left),
        Expr::Assign(a) => start_of(&a.left),
        Expr::MethodCall(m) => start_of(&m.receiver),
        Expr::Call(c) => start_of(&c.func),
        Expr::Field(f) => start_of(&f.base),
        Expr::Index(i) => start_of(&i.expr),
        Expr::Paren(p) => p.paren_token.span.open(),
        _ => e.span(),
    }
}
