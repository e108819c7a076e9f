//! What is read of imports in the file around the attribute.

use proc_macro2::Ident;
use syn::UseTree;

/// A name that an import makes known.
pub struct Import {
    /// The name.
    pub name: String,
    /// What it means.
    pub path: String,
    /// Whether that goes by another name where it is declared.
    pub is_renamed: bool,
}

/// What the imports of a `use` make known.
#[derive(Default)]
pub struct Imports {
    /// The names.
    pub names: Vec<Import>,
    /// The modules of which all is imported.
    pub globs: Vec<String>,
}

impl Imports {
    /// Reads a `use`.
    pub fn of(tree: &UseTree) -> Self {
        let mut imports = Self::default();
        imports.read(tree, "");
        imports
    }

    fn read(&mut self, tree: &UseTree, within: &str) {
        let join = |ident: &Ident| match within {
            "" => ident.to_string(),
            within if ident == "self" => within.to_owned(),
            within => format!("{within}::{ident}"),
        };
        match tree {
            UseTree::Path(path) => self.read(&path.tree, &join(&path.ident)),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.read(tree, within)),
            UseTree::Name(name) => {
                let path = join(&name.ident);
                let name = path.rsplit("::").next().unwrap_or_default().to_owned();
                self.names.push(Import { name, path, is_renamed: false });
            }
            UseTree::Rename(rename) => {
                let (name, path) = (rename.rename.to_string(), join(&rename.ident));
                self.names.push(Import { name, path, is_renamed: true });
            }
            UseTree::Glob(_) => self.globs.push(within.to_owned()),
        }
    }
}
