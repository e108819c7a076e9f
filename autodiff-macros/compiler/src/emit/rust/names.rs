//! Identifiers for the variables of generated code.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Span;
use syn::Ident;

/// What nameless values are called.
const NAMELESS: &str = "t";

/// Hands out identifiers, none of them twice.
#[derive(Debug)]
pub struct Names {
    /// Names given by others that look like invented ones: see [`may_be_invented`].
    given: BTreeSet<String>,
    /// The names so far, without the number that tells them apart.
    stems: BTreeMap<String, Stem>,
    /// The same of nameless values, which are most, and of those with their name.
    nameless: Stem,
    /// Whether that name is among those given.
    nameless_is_given: bool,
}

#[derive(Debug, Default)]
struct Stem {
    /// Whether a variable has the name itself.
    held: bool,
    /// The last number after the name.
    last: usize,
}

/// Whether a name might be invented here: `t`, or any with a number after it.
pub fn may_be_invented(name: &str) -> bool {
    if !name.ends_with(|c: char| c.is_ascii_digit()) {
        return name == NAMELESS;
    }
    name.trim_end_matches(|c: char| c.is_ascii_digit()).ends_with('_')
}

impl Names {
    /// No invented name is among `given`.
    pub fn new(given: impl Iterator<Item = String>) -> Self {
        let given: BTreeSet<String> = given.filter(|name| may_be_invented(name)).collect();
        let nameless_is_given = given.contains(NAMELESS);
        Self { given, stems: BTreeMap::new(), nameless: Stem::default(), nameless_is_given }
    }

    /// The name itself for its first holder, the name with a number for those that follow.
    pub fn fresh(&mut self, name: Option<&Ident>, span: Span) -> Ident {
        let base = name.map(ToString::to_string);
        let stem = match &base {
            Some(base) if base != NAMELESS => self.stems.entry(base.clone()).or_default(),
            _ => &mut self.nameless,
        };
        let is_free = name.is_some() || !self.nameless_is_given;
        if is_free && !stem.held {
            stem.held = true;
            return match name {
                Some(name) => name.clone(),
                None => Ident::new(NAMELESS, Span::mixed_site().located_at(span)),
            };
        }
        let base = base.as_deref().unwrap_or(NAMELESS);
        let base = base.trim_start_matches("r#");
        let text = loop {
            stem.last += 1;
            let text = format!("{base}_{}", stem.last);
            if !self.given.contains(&text) {
                break text;
            }
        };
        Ident::new(&text, Span::mixed_site().located_at(span))
    }
}
