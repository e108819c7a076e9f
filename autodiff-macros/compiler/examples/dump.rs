//! Prints what the attribute makes of every function of a file:
//! `cargo run -p autodiff-compiler --example dump -- path/to/file.rs [function]`.

use quote::ToTokens;

fn main() {
    let mut args = std::env::args().skip(1);
    let path = args.next().expect("usage: dump FILE [FUNCTION]");
    let only = args.next();
    let text = std::fs::read_to_string(&path).expect("the file can be read");
    let file = syn::parse_file(&text).expect("the file is Rust");
    for item in file.items {
        let syn::Item::Fn(mut function) = item else { continue };
        let marked = function.attrs.iter().position(|a| a.path().is_ident("differentiate"));
        let wanted = only.as_ref().is_none_or(|name| function.sig.ident == name);
        let (Some(at), true) = (marked, wanted) else { continue };
        let attr = function.attrs.remove(at);
        let options = match attr.meta {
            syn::Meta::List(list) => list.tokens,
            _ => Default::default(),
        };
        let item = function.into_token_stream();
        let expanded = autodiff_compiler::expand_in_file(&text, options, item);
        match syn::parse2::<syn::File>(expanded.clone()) {
            Ok(file) => println!("{}", prettyplease::unparse(&file)),
            Err(error) => println!("// not Rust: {error}\n{expanded}"),
        }
    }
}
