//! Identifiers for the variables of generated code.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Span;
use syn::Ident;

/// Hands out identifiers, none of them twice.
#[derive(Debug)]
pub struct Names<'a> {
    reserved: &'a BTreeSet<String>,
    /// The names that are taken, and the number with which the next like each may be told apart.
    taken: BTreeMap<String, usize>,
    /// The same of nameless values.
    nameless: usize,
}

impl<'a> Names<'a> {
    /// No invented name is among `reserved`.
    pub fn new(reserved: &'a BTreeSet<String>) -> Self {
        Self { reserved, taken: BTreeMap::new(), nameless: 0 }
    }

    /// The name itself for its first holder, the name with a number for those that follow.
    pub fn fresh(&mut self, name: Option<&Ident>, span: Span) -> Ident {
        let base = name.map(ToString::to_string);
        let mut next = match (name, &base) {
            (Some(name), Some(base)) => match self.taken.get(base) {
                Some(next) => *next,
                None => {
                    self.taken.insert(base.clone(), 1);
                    return name.clone();
                }
            },
            _ => self.nameless,
        };
        let stem = base.as_deref().map_or("t", |base| base.trim_start_matches("r#"));
        let text = loop {
            let text = if next == 0 { stem.to_owned() } else { format!("{stem}_{next}") };
            next += 1;
            if !self.reserved.contains(&text)
                && let Entry::Vacant(free) = self.taken.entry(text.clone())
            {
                free.insert(1);
                break text;
            }
        };
        match base {
            Some(base) => _ = self.taken.insert(base, next),
            None => self.nameless = next,
        }
        Ident::new(&text, Span::mixed_site().located_at(span))
    }
}
