//! The facade may have another name for the user: generated paths follow it.

use proc_macro2::{Ident, TokenStream, TokenTree};

use crate::tokens::regrouped;

/// Replaces the path prefix `::autodiff` by `path` everywhere.
pub fn rename_facade(tokens: TokenStream, path: &TokenStream) -> TokenStream {
    let mut out: Vec<TokenTree> = Vec::new();
    for tree in tokens {
        match tree {
            TokenTree::Group(group) => {
                out.push(regrouped(&group, rename_facade(group.stream(), path)));
            }
            TokenTree::Ident(ident) if ident == "autodiff" && follows_colons(&out) => {
                out.truncate(out.len() - 2);
                let at = ident.span();
                out.extend(path.clone().into_iter().map(|mut tree| {
                    tree.set_span(at);
                    tree
                }));
            }
            tree => out.push(tree),
        }
    }
    out.into_iter().collect()
}

/// Whether the last tokens are a `::` that begins a path.
fn follows_colons(out: &[TokenTree]) -> bool {
    let n = out.len();
    let back = |steps: usize| n.checked_sub(steps).and_then(|i| out.get(i));
    let is_one_of = |tree: Option<&TokenTree>, of: &[char]| matches!(tree, Some(TokenTree::Punct(p)) if of.contains(&p.as_char()));
    let begins = match back(3) {
        // A lifetime ends before the path.
        Some(TokenTree::Ident(before)) => is_keyword(before) || is_one_of(back(4), &['\'']),
        // `<T>::`, but not `-> ::`, `=> ::`, `impl<T> ::` and `for<'a> ::`.
        Some(TokenTree::Punct(p)) if p.as_char() == '>' => {
            is_one_of(back(4), &['-', '=']) || closes_binder(&out[..n - 2])
        }
        _ => true,
    };
    is_one_of(back(1), &[':']) && is_one_of(back(2), &[':']) && begins
}

/// Whether tokens end in generic parameters that `impl` or `for` declares.
fn closes_binder(out: &[TokenTree]) -> bool {
    let mut depth = 0;
    for (i, tree) in out.iter().enumerate().rev() {
        match tree {
            TokenTree::Punct(p) if p.as_char() == '>' => depth += 1,
            TokenTree::Punct(p) if p.as_char() == '<' => depth -= 1,
            _ => continue,
        }
        if depth == 0 {
            let before = i.checked_sub(1).map(|i| &out[i]);
            return matches!(before, Some(TokenTree::Ident(word)) if word == "impl" || word == "for");
        }
    }
    false
}

fn is_keyword(ident: &Ident) -> bool {
    // Neither the ends of paths, `self` and `super`, nor `crate` and `Self` that others follow.
    const KEYWORDS: [&str; 20] = [
        "as", "break", "const", "dyn", "else", "for", "if", "impl", "in", "let", "match", "move",
        "mut", "pub", "ref", "return", "static", "use", "where", "while",
    ];
    KEYWORDS.iter().any(|keyword| ident == keyword)
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn renames_paths_only() {
        let cases = [
            (
                quote!(::autodiff::Graph { autodiff: x::autodiff::y }),
                quote!(::ad::Graph { autodiff: x::autodiff::y }),
            ),
            (
                quote!(
                    use ::autodiff::a::*;
                ),
                quote!(
                    use ::ad::a::*;
                ),
            ),
            (quote!(crate::autodiff::a(<T>::autodiff)), quote!(crate::autodiff::a(<T>::autodiff))),
            (quote!(x as ::autodiff::A), quote!(x as ::ad::A)),
            (quote!(&'a ::autodiff::A), quote!(&'a ::ad::A)),
            (quote!(impl<T> ::autodiff::A for T), quote!(impl<T> ::ad::A for T)),
            (quote!(fn f() -> ::autodiff::A), quote!(fn f() -> ::ad::A)),
        ];
        for (tokens, expected) in cases {
            let renamed = rename_facade(tokens, &quote!(::ad));
            assert_eq!(renamed.to_string(), expected.to_string());
        }
    }
}
