//! Items in the body of a function: constants, types and functions of its own.

use std::collections::BTreeMap;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{Block, Item, ItemFn, Stmt, UseTree};

use super::{Binding, Closure, Lowerer};
use crate::errors::Extent;
use crate::parse::{is_differentiated, item_without_checkpoints};

impl Lowerer<'_> {
    /// Refuses items of which a derivative would make others: they all stand at its top, where a name means
    /// the same for the whole of it.
    pub(super) fn check_items(&mut self, function: &ItemFn) {
        let mut found = Blocks { all: Vec::new(), around: Vec::new() };
        found.visit_block(&function.block);
        if found.all.is_empty() {
            return;
        }
        let signature = names(function.sig.to_token_stream(), BTreeMap::new());
        let whole = names(function.block.to_token_stream(), signature);
        for declaring in &found.all {
            let inner = !std::ptr::eq(declaring.block, &*function.block);
            for item in declaring.items() {
                if inner && imports_all(item) {
                    self.refuse(
                        "AD0208",
                        Extent::of(item),
                        "what this imports would be imported for the whole of the function: the items of the body stand at its top in each derivative",
                        "import by name, or at the top of the body",
                    );
                }
                for name in declared(item) {
                    let text = name.to_string();
                    if whole.get(&text) > Some(&found.meaning(&text, item)) {
                        self.refuse(
                            "AD0208",
                            name.span(),
                            format!("`{name}` is something else outside of this block: the items of the body stand at its top in each derivative"),
                            "give it a name of its own, or move it out of the function",
                        );
                    }
                }
            }
        }
    }

    pub(super) fn declare_items(&mut self, stmts: &[Stmt]) {
        for stmt in stmts {
            let Stmt::Item(item) = stmt else { continue };
            match item {
                Item::Fn(f) if !is_differentiated(&f.attrs) => {
                    let inputs = f
                        .sig
                        .inputs
                        .iter()
                        .filter_map(|a| match a {
                            syn::FnArg::Typed(t) => Some(((*t.pat).clone(), Some((*t.ty).clone()))),
                            syn::FnArg::Receiver(_) => None,
                        })
                        .collect();
                    let output = match &f.sig.output {
                        syn::ReturnType::Default => Some(syn::parse_quote!(())),
                        syn::ReturnType::Type(_, ty) => Some((**ty).clone()),
                    };
                    let block = &f.block;
                    let closure = Closure {
                        inputs,
                        body: syn::parse_quote!(#block),
                        output,
                        depth: self.scopes.len(),
                        names: usize::MAX,
                        moved: Vec::new(),
                        name: Some(f.sig.ident.to_string()),
                    };
                    self.declare(&f.sig.ident, Binding::Closure(std::rc::Rc::new(closure)));
                }
                Item::Type(t) => {
                    let ty = self.types.read(&t.ty);
                    self.types.alias(t.ident.to_string(), ty);
                }
                Item::Impl(i) if i.trait_.is_some() && !is_of(&i.self_ty, stmts) => {
                    self.refuse(
                        "AD0207",
                        Extent::of(&i.self_ty),
                        "a trait is implemented inside the body for a type that is not declared there: the items of the body stand in each derivative again",
                        "move the `impl` out of the function",
                    );
                }
                Item::Const(c) => {
                    self.declare(&c.ident, Binding::Item(self.item_type(&c.ty)));
                }
                Item::Static(c) => {
                    self.declare(&c.ident, Binding::Item(self.item_type(&c.ty)));
                }
                _ => {}
            }
            self.keep_item(&item_without_checkpoints(item.clone()));
        }
    }

    /// Items of the body stand at the top of each derivative, and each once: a block may be lowered
    /// several times.
    fn keep_item(&mut self, item: &Item) {
        if self.items.contains(item) {
            return;
        }
        if let Some(declared @ (name, _)) = item_name(item)
            && self.items.iter().any(|other| item_name(other) == Some(declared))
        {
            self.refuse(
                "AD0208",
                name.span(),
                format!("several items of the body are called `{name}`"),
                "give each its own name, or move one out of the function",
            );
            return;
        }
        self.items.push(item.clone());
    }
}

/// The blocks that declare items.
struct Blocks<'a> {
    all: Vec<Declaring<'a>>,
    /// Those around the code at hand.
    around: Vec<usize>,
}

struct Declaring<'a> {
    block: &'a Block,
    /// Those around it, by their places among all.
    around: Vec<usize>,
    /// How often each name stands in it.
    names: BTreeMap<String, usize>,
}

impl Declaring<'_> {
    fn items(&self) -> impl Iterator<Item = &Item> {
        self.block.stmts.iter().filter_map(|stmt| match stmt {
            Stmt::Item(item) => Some(item),
            _ => None,
        })
    }
}

impl Blocks<'_> {
    /// How often a name stands where it means the item: in the block that declares it, or in another that
    /// declares the same once more. (Different ones under one name are refused as such.)
    fn meaning(&self, name: &str, item: &Item) -> usize {
        let named = item_name(item);
        let is_that = |other: &Item| other == item || named.is_some() && item_name(other) == named;
        let declares = |block: &Declaring<'_>| block.items().any(is_that);
        let blocks = self.all.iter().filter(|block| {
            declares(block) && !block.around.iter().any(|outer| declares(&self.all[*outer]))
        });
        blocks.filter_map(|block| block.names.get(name)).sum()
    }
}

impl<'a> Visit<'a> for Blocks<'a> {
    fn visit_block(&mut self, block: &'a Block) {
        if !block.stmts.iter().any(|stmt| matches!(stmt, Stmt::Item(_))) {
            return visit::visit_block(self, block);
        }
        let names = names(block.to_token_stream(), BTreeMap::new());
        self.all.push(Declaring { block, around: self.around.clone(), names });
        self.around.push(self.all.len() - 1);
        visit::visit_block(self, block);
        self.around.pop();
    }
}

/// How often each name stands in the tokens, save as a field or a method, or in a path of something else.
fn names(tokens: TokenStream, mut found: BTreeMap<String, usize>) -> BTreeMap<String, usize> {
    let (mut dots, mut colons) = (0, 0);
    for tree in tokens {
        let punct = match &tree {
            TokenTree::Punct(punct) => Some(punct.as_char()),
            _ => None,
        };
        match tree {
            TokenTree::Ident(name) if dots != 1 && colons != 2 => {
                *found.entry(name.to_string()).or_default() += 1;
            }
            TokenTree::Group(group) => found = names(group.stream(), found),
            _ => {}
        }
        dots = if punct == Some('.') { dots + 1 } else { 0 };
        colons = if punct == Some(':') { colons + 1 } else { 0 };
    }
    found
}

/// The names that an item declares.
fn declared(item: &Item) -> Vec<&syn::Ident> {
    fn imported<'a>(tree: &'a UseTree, found: &mut Vec<&'a syn::Ident>) {
        match tree {
            UseTree::Path(path) => imported(&path.tree, found),
            UseTree::Name(name) => found.push(&name.ident),
            UseTree::Rename(name) => found.push(&name.rename),
            UseTree::Group(group) => group.items.iter().for_each(|tree| imported(tree, found)),
            UseTree::Glob(_) => {}
        }
    }
    let mut found = Vec::new();
    match item {
        Item::Use(item) => imported(&item.tree, &mut found),
        Item::Macro(item) => found.extend(&item.ident),
        item => found.extend(item_name(item).map(|(name, _)| name)),
    }
    found
}

/// Whether an item imports whatever there is.
fn imports_all(item: &Item) -> bool {
    fn all(tree: &UseTree) -> bool {
        match tree {
            UseTree::Path(path) => all(&path.tree),
            UseTree::Group(group) => group.items.iter().any(all),
            UseTree::Name(_) | UseTree::Rename(_) => false,
            UseTree::Glob(_) => true,
        }
    }
    matches!(item, Item::Use(item) if all(&item.tree))
}

/// Whether a type is declared among these statements.
fn is_of(ty: &syn::Type, stmts: &[Stmt]) -> bool {
    let syn::Type::Path(p) = ty else { return false };
    let Some(name) = p.path.segments.last().map(|s| &s.ident) else { return false };
    stmts.iter().any(|stmt| match stmt {
        Stmt::Item(Item::Struct(s)) => s.ident == *name,
        Stmt::Item(Item::Enum(e)) => e.ident == *name,
        Stmt::Item(Item::Union(u)) => u.ident == *name,
        _ => false,
    })
}

/// The name that an item declares, and whether it is one of a type.
fn item_name(item: &Item) -> Option<(&syn::Ident, bool)> {
    match item {
        Item::Const(item) => Some((&item.ident, false)),
        Item::Fn(item) => Some((&item.sig.ident, false)),
        Item::Static(item) => Some((&item.ident, false)),
        Item::Enum(item) => Some((&item.ident, true)),
        Item::Mod(item) => Some((&item.ident, true)),
        Item::Struct(item) => Some((&item.ident, true)),
        Item::Trait(item) => Some((&item.ident, true)),
        Item::Type(item) => Some((&item.ident, true)),
        _ => None,
    }
}
