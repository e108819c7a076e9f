//! What is read of imports in the file around the attribute.

use proc_macro2::Ident;
use syn::{ItemUse, UseTree};

/// What the imports of a `use` make known.
#[derive(Default)]
pub struct Imports {
    /// Names, and the paths that they mean.
    pub names: Vec<(String, String)>,
    /// The modules of which all is imported.
    pub globs: Vec<String>,
}

impl Imports {
    /// Reads a `use`.
    pub fn of(item: &ItemUse) -> Self {
        let mut imports = Self::default();
        imports.read(&item.tree, "");
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
                self.names.push((name, path));
            }
            UseTree::Rename(rename) => {
                self.names.push((rename.rename.to_string(), join(&rename.ident)));
            }
            UseTree::Glob(_) => self.globs.push(within.to_owned()),
        }
    }
}
