//! The facade may have another name in the user's `Cargo.toml`: generated paths follow it.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};

/// The name under which the crate that is compiled knows the facade.
pub fn facade_name() -> Option<String> {
    let folder = std::env::var_os("CARGO_MANIFEST_DIR")?;
    let manifest =
        std::fs::read_to_string(std::path::Path::new(&folder).join("Cargo.toml")).ok()?;
    renamed(&manifest)
}

/// The key of a dependency on the package `autodiff` under another name.
fn renamed(manifest: &str) -> Option<String> {
    let mut table = String::new();
    for line in manifest.lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if let Some(header) = line.strip_prefix('[') {
            table = header.trim_end_matches(']').trim().to_owned();
            continue;
        }
        let compact: String = line.chars().filter(|c| !c.is_whitespace()).collect();
        if !compact.contains("package=\"autodiff\"") {
            continue;
        }
        // `[dependencies.ad]` with `package = "autodiff"` in it, or `ad = { package = "autodiff" }`.
        let key = if compact.starts_with("package=") {
            table.rsplit('.').next().unwrap_or_default().to_owned()
        } else {
            compact.split('=').next().unwrap_or_default().to_owned()
        };
        return Some(key.trim_matches('"').replace('-', "_")).filter(|k| !k.is_empty());
    }
    None
}

/// Replaces the path prefix `::autodiff` by `path` everywhere.
pub fn rename_facade(tokens: TokenStream, path: &TokenStream) -> TokenStream {
    let mut out: Vec<TokenTree> = Vec::new();
    for tree in tokens {
        match tree {
            TokenTree::Group(group) => {
                let inner = rename_facade(group.stream(), path);
                let mut renamed = Group::new(group.delimiter(), inner);
                renamed.set_span(group.span());
                out.push(renamed.into());
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
    let colon =
        |tree: Option<&TokenTree>| matches!(tree, Some(TokenTree::Punct(p)) if p.as_char() == ':');
    let n = out.len();
    let begins = match n.checked_sub(3).and_then(|i| out.get(i)) {
        Some(TokenTree::Ident(before)) => is_keyword(before),
        Some(TokenTree::Punct(p)) => p.as_char() != '>',
        _ => true,
    };
    n >= 2 && colon(out.get(n - 1)) && colon(out.get(n - 2)) && begins
}

fn is_keyword(ident: &Ident) -> bool {
    ["as", "return", "in", "if", "else", "match", "move", "mut", "for", "impl", "dyn", "let"]
        .iter()
        .any(|k| ident == k)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_name() {
        assert_eq!(renamed("[dependencies]\nautodiff = \"0.1\"\n"), None);
        let inline = "[dependencies]\nad = { version = \"0.1\", package = \"autodiff\" }\n";
        assert_eq!(renamed(inline).as_deref(), Some("ad"));
        let table = "[dependencies.my-ad]\npackage = \"autodiff\" # renamed\n";
        assert_eq!(renamed(table).as_deref(), Some("my_ad"));
    }

    #[test]
    fn renames_paths_only() {
        let tokens = quote::quote!(::autodiff::Graph { autodiff: x::autodiff::y });
        let renamed = rename_facade(tokens, &quote::quote!(::ad)).to_string();
        assert_eq!(renamed, quote::quote!(::ad::Graph { autodiff: x::autodiff::y }).to_string());
    }
}
