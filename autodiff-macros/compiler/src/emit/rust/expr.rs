//! Rust expressions with their precedence, so that parentheses stand only where Rust needs them.

use std::iter;

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, quote, quote_spanned};
use syn::{BinOp, Lit};

use crate::ir::{Float, Type};
use crate::tokens::signed_literal;

/// Precedence, loosest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Level {
    /// Blocks, `if`, closures, ranges: in parentheses wherever they are an operand.
    Open,
    Or,
    And,
    Compare,
    BitOr,
    BitXor,
    BitAnd,
    Shift,
    Sum,
    Product,
    Cast,
    Prefix,
    /// Names, literals, calls, fields, indices.
    Postfix,
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// The code.
    pub tokens: TokenStream,
    level: Level,
    /// The sign and the text of a number literal without suffix.
    literal: Option<(bool, String)>,
    /// Built of number literals without suffix alone: no method can be called on it as it stands.
    untyped: bool,
    /// The last operand is a cast: `a < b` after it would read as generic arguments.
    ends_in_cast: bool,
    /// Of `a + b`, where `a` may be a place.
    update: Option<Update>,
}

/// What follows the place in `a + b`.
#[derive(Clone, Copy, Debug)]
struct Update {
    operator: &'static str,
    /// Whether `b` stands in parentheses.
    parenthesized: bool,
}

impl Expr {
    /// An expression of known precedence.
    pub fn new(tokens: TokenStream, level: Level) -> Self {
        Self { tokens, level, literal: None, untyped: false, ends_in_cast: false, update: None }
    }

    /// A name, call, index or the like.
    pub fn postfix(tokens: TokenStream) -> Self {
        Self::new(tokens, Level::Postfix)
    }

    /// A block, `if` or the like.
    pub fn open(tokens: TokenStream) -> Self {
        Self::new(tokens, Level::Open)
    }

    /// The user's own expression.
    pub fn user(tokens: TokenStream) -> Self {
        if let Some(number) = Self::number(&tokens) {
            return number;
        }
        let mut expr = Self::open(tokens);
        let Ok(parsed) = syn::parse2::<syn::Expr>(expr.tokens.clone()) else {
            return expr;
        };
        expr.level = level(&parsed);
        for tree in expr.tokens.clone() {
            match tree {
                // A struct literal or a block would end the condition of an `if`.
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                    expr.level = Level::Open;
                }
                TokenTree::Ident(ident) if ident == "as" => expr.ends_in_cast = true,
                _ => {}
            }
        }
        expr
    }

    /// The same, if it is a number, with or without a sign.
    fn number(tokens: &TokenStream) -> Option<Self> {
        let (negative, literal) = signed_literal(tokens)?;
        let text = literal.to_string();
        let untyped = match Lit::new(literal) {
            Lit::Float(number) => number.suffix().is_empty(),
            Lit::Int(number) => number.suffix().is_empty(),
            _ => return None,
        };
        let level = if negative { Level::Prefix } else { Level::Postfix };
        let literal = untyped.then_some((negative, text));
        Some(Self { untyped, literal, ..Self::new(tokens.clone(), level) })
    }

    /// A negated or inverted expression.
    pub fn prefix(operator: &str, operand: Expr, span: Span) -> Self {
        // `--x` is legal and means what it says, but draws a warning.
        let tight = if operand.level == Level::Prefix { Level::Postfix } else { Level::Prefix };
        let mut tokens = TokenStream::new();
        punctuate(&mut tokens, operator, span);
        tokens.extend(operand.at_least(tight));
        let mut expr = Self::new(tokens, Level::Prefix);
        expr.untyped = operand.untyped;
        expr
    }

    /// Two operands and what stands between them.
    pub fn infix(operator: &'static str, left: Expr, right: Expr, span: Span) -> Self {
        let level = match operator {
            "||" => Level::Or,
            "&&" => Level::And,
            "|" => Level::BitOr,
            "^" => Level::BitXor,
            "&" => Level::BitAnd,
            "<<" | ">>" => Level::Shift,
            "+" | "-" => Level::Sum,
            "*" | "/" | "%" => Level::Product,
            _ => Level::Compare,
        };
        let chains = level != Level::Compare;
        let reads_as_generics = left.ends_in_cast && matches!(operator, "<" | "<<" | "<=");
        let may_be_target = level >= Level::BitOr && left.level >= Level::Prefix;
        let parenthesized_right = right.level <= level;
        let mut tokens =
            if left.level < level || (!chains && left.level == level) || reads_as_generics {
                parenthesized(left.tokens, span)
            } else {
                left.tokens
            };
        punctuate(&mut tokens, operator, span);
        tokens.extend(if parenthesized_right {
            parenthesized(right.tokens, span)
        } else {
            right.tokens
        });
        let mut expr = Self::new(tokens, level);
        expr.untyped = chains && left.untyped && right.untyped;
        expr.ends_in_cast = right.ends_in_cast && right.level > level;
        expr.update =
            may_be_target.then_some(Update { operator, parenthesized: parenthesized_right });
        expr
    }

    /// `receiver.name(args)`, where `ty` is the receiver's type as far as it is known.
    pub fn method(name: &str, receiver: Expr, args: &[Expr], ty: &Type, span: Span) -> Self {
        let receiver = receiver.typed(ty, span);
        let name = syn::Ident::new(name, span);
        let args = args.iter().map(|a| &a.tokens);
        if receiver.untyped {
            // A method is looked up at once; of a trait's function, the type may be found later.
            let receiver = receiver.tokens;
            let float = quote_spanned!(span=> ::autodiff::__private::num_traits::Float);
            return Self::postfix(quote_spanned!(span=> #float::#name(#receiver #(, #args)*)));
        }
        let receiver = receiver.at_least(Level::Postfix);
        Self::postfix(quote_spanned!(span=> #receiver.#name(#(#args),*)))
    }

    /// `self as target`.
    pub fn cast(self, target: &TokenStream, span: Span) -> Self {
        let inner = self.at_least(Level::Cast);
        let mut expr = Self::new(quote_spanned!(span=> #inner as #target), Level::Cast);
        expr.ends_in_cast = true;
        expr
    }

    /// `if c { a } else { b }`.
    pub fn select(c: &Expr, a: &Expr, b: &Expr, span: Span) -> Self {
        let (head, then, otherwise) = (c.head(), &a.tokens, &b.tokens);
        let mut expr = Self::open(quote_spanned!(span=> if #head { #then } else { #otherwise }));
        expr.untyped = a.untyped && b.untyped;
        expr
    }

    /// The same expression, with rustc unable to tell its type by itself if `untyped`.
    pub fn with_untyped(mut self, untyped: bool) -> Self {
        self.untyped = untyped;
        self
    }

    /// Whether rustc cannot tell the expression's type without its surroundings.
    pub fn is_untyped(&self) -> bool {
        self.untyped
    }

    /// Whether the expression is exactly this one word.
    pub fn is_word(&self, word: &str) -> bool {
        self.level == Level::Postfix && self.tokens.to_string() == word
    }

    /// The expression as an operand of something that binds as tightly as `level`.
    pub fn at_least(&self, level: Level) -> TokenStream {
        let tokens = &self.tokens;
        if self.level < level { quote!((#tokens)) } else { tokens.clone() }
    }

    /// The expression as the condition of an `if` or the range of a `for`.
    pub fn head(&self) -> TokenStream {
        self.at_least(Level::Or)
    }

    /// The operator and the right side if the expression is `target + right` or the like.
    pub fn update_of(&self, target: &TokenStream, span: Span) -> Option<TokenStream> {
        let Update { operator, parenthesized } = self.update?;
        let mut tokens = self.tokens.clone().into_iter();
        for part in target.clone() {
            tokens.next().filter(|token| token.to_string() == part.to_string())?;
        }
        for mark in operator.chars() {
            let mark =
                |token: &TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == mark);
            tokens.next().filter(mark)?;
        }
        let right = match (parenthesized, tokens.next()?) {
            (true, TokenTree::Group(group)) => group.stream(),
            (_, first) => iter::once(first).chain(tokens).collect(),
        };
        let mut sign = TokenStream::new();
        punctuate(&mut sign, &format!("{operator}="), span);
        Some(quote!(#target #sign #right;))
    }

    /// The expression with its type visible to rustc, if it is known here.
    pub fn typed(self, ty: &Type, span: Span) -> Self {
        if !self.untyped {
            return self;
        }
        let Some(name) = type_name(ty) else {
            return self;
        };
        let Some((negative, text)) = &self.literal else {
            return self.cast(&name, span);
        };
        let zero = if text.ends_with('.') { "0" } else { "" };
        let Ok(mut literal) = format!("{text}{zero}_{name}").parse::<Literal>() else {
            return self.cast(&name, span);
        };
        literal.set_span(span);
        if *negative {
            Self::prefix("-", Self::postfix(literal.to_token_stream()), span)
        } else {
            Self::postfix(literal.to_token_stream())
        }
    }
}

/// The name of a number type, if it is known and can be written.
pub fn type_name(ty: &Type) -> Option<TokenStream> {
    match ty {
        Type::Float(Float::F32) => Some(quote!(f32)),
        Type::Float(Float::F64) => Some(quote!(f64)),
        Type::Int(Some(name)) => name.parse().ok(),
        _ => None,
    }
}

/// The type of an aggregate whose elements are known: rustc may learn it too late to follow what is
/// done with them.
pub fn full_type(ty: &Type) -> Option<TokenStream> {
    match ty {
        Type::Array(element, len) => {
            let (element, len) = (full_type(element)?, len.parse::<TokenStream>().ok()?);
            Some(quote!([#element; #len]))
        }
        Type::Vec(element) => {
            let element = full_type(element)?;
            Some(quote!(::autodiff::__private::alloc::vec::Vec<#element>))
        }
        Type::Tensor(element, _) => {
            let element = full_type(element)?;
            Some(quote!(::autodiff::__private::tensor::Array<#element, _>))
        }
        Type::Float(Float::Param(name)) => {
            Some(Ident::new(name, Span::call_site()).into_token_stream())
        }
        ty => type_name(ty),
    }
}

/// A type as something can be asserted to have it: what is not known is left open.
pub fn asserted(ty: &Type) -> TokenStream {
    match ty {
        Type::Bool => quote!(bool),
        Type::Unit => quote!(()),
        Type::Array(element, len) => {
            let (element, len) = (asserted(element), len.parse::<TokenStream>());
            len.map_or(quote!(_), |len| quote!([#element; #len]))
        }
        Type::Slice(element) => {
            let element = asserted(element);
            quote!([#element])
        }
        Type::Vec(element) => {
            let element = asserted(element);
            quote!(::autodiff::__private::alloc::vec::Vec<#element>)
        }
        Type::Tuple(parts) => {
            let parts = parts.iter().map(asserted);
            quote!((#(#parts,)*))
        }
        // It may be a view.
        Type::Tensor(..) => quote!(_),
        ty => full_type(ty).unwrap_or(quote!(_)),
    }
}

/// Appends an operator.
fn punctuate(tokens: &mut TokenStream, operator: &str, span: Span) {
    let last = operator.len() - 1;
    for (at, c) in operator.char_indices() {
        let spacing = if at == last { Spacing::Alone } else { Spacing::Joint };
        let mut punct = Punct::new(c, spacing);
        punct.set_span(span);
        tokens.append(punct);
    }
}

fn parenthesized(tokens: TokenStream, span: Span) -> TokenStream {
    grouped(Delimiter::Parenthesis, tokens, span).into()
}

/// `{ tokens }`.
pub fn braced(tokens: TokenStream, span: Span) -> TokenTree {
    grouped(Delimiter::Brace, tokens, span)
}

fn grouped(delimiter: Delimiter, tokens: TokenStream, span: Span) -> TokenTree {
    let mut group = Group::new(delimiter, tokens);
    group.set_span(span);
    group.into()
}

/// `;`.
pub fn semicolon(span: Span) -> Punct {
    let mut semicolon = Punct::new(';', Spacing::Alone);
    semicolon.set_span(span);
    semicolon
}

fn level(expr: &syn::Expr) -> Level {
    match expr {
        syn::Expr::Binary(e) => match e.op {
            BinOp::Or(_) => Level::Or,
            BinOp::And(_) => Level::And,
            BinOp::BitOr(_) => Level::BitOr,
            BinOp::BitXor(_) => Level::BitXor,
            BinOp::BitAnd(_) => Level::BitAnd,
            BinOp::Shl(_) | BinOp::Shr(_) => Level::Shift,
            BinOp::Add(_) | BinOp::Sub(_) => Level::Sum,
            BinOp::Mul(_) | BinOp::Div(_) | BinOp::Rem(_) => Level::Product,
            BinOp::Eq(_)
            | BinOp::Ne(_)
            | BinOp::Lt(_)
            | BinOp::Le(_)
            | BinOp::Gt(_)
            | BinOp::Ge(_) => Level::Compare,
            _ => Level::Open,
        },
        syn::Expr::Cast(_) => Level::Cast,
        syn::Expr::Unary(_) | syn::Expr::Reference(_) => Level::Prefix,
        syn::Expr::Array(_)
        | syn::Expr::Call(_)
        | syn::Expr::Field(_)
        | syn::Expr::Group(_)
        | syn::Expr::Index(_)
        | syn::Expr::Lit(_)
        | syn::Expr::Macro(_)
        | syn::Expr::MethodCall(_)
        | syn::Expr::Paren(_)
        | syn::Expr::Path(_)
        | syn::Expr::Repeat(_)
        | syn::Expr::Tuple(_) => Level::Postfix,
        _ => Level::Open,
    }
}
