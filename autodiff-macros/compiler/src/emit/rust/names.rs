//! Identifiers for the variables of generated code.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Span;
use syn::Ident;

/// Hands out identifiers, none of them twice.
#[derive(Debug)]
pub struct Names<'a> {
    reserved: &'a BTreeSet<String>,
    taken: BTreeSet<String>,
    next: BTreeMap<String, usize>,
}

impl<'a> Names<'a> {
    /// No invented name is among `reserved`.
    pub fn new(reserved: &'a BTreeSet<String>) -> Self {
        Self { reserved, taken: BTreeSet::new(), next: BTreeMap::new() }
    }

    /// The name itself for its first holder, the name with a number for those that follow.
    pub fn fresh(&mut self, name: Option<&Ident>, span: Span) -> Ident {
        let base = match name {
            Some(name) if self.taken.insert(name.to_string()) => return name.clone(),
            Some(name) => name.to_string().trim_start_matches("r#").to_owned(),
            None => "t".to_owned(),
        };
        let next = self.next.entry(base.clone()).or_default();
        let text = loop {
            let text = match *next {
                0 if name.is_none() => base.clone(),
                0 => {
                    *next = 1;
                    continue;
                }
                n => format!("{base}_{n}"),
            };
            *next += 1;
            if !self.reserved.contains(&text) && self.taken.insert(text.clone()) {
                break text;
            }
        };
        Ident::new(&text, Span::mixed_site().located_at(span))
    }
}
