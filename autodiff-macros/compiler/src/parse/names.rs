//! What a path means, seen from a scope of the source file: through the scopes around, imports and their
//! renamings, globs, and `self`, `super` and `crate`, as far as they lead to what the file declares.

#[cfg(test)]
mod tests;

use super::scopes::{Entry, Imported, Item, Scope, ScopeId, Scopes};

/// What a path leads to.
#[derive(Clone, Copy, Debug)]
pub enum Found<'a> {
    /// An item of the file, in that scope under that name.
    Item(ScopeId, &'a str, &'a Item),
    /// Something that the file does not declare, or may not.
    Elsewhere,
    /// Nothing of that name.
    Nothing,
}

/// Whether a name of a type or module is looked for, or one of a function or constant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Space {
    /// Types, traits and modules.
    Types,
    /// Functions and constants.
    Values,
}

impl Scope {
    fn entry(&self, space: Space, name: &str) -> Option<(&String, &Entry)> {
        match space {
            Space::Types => self.types.get_key_value(name),
            Space::Values => self.values.get_key_value(name),
        }
    }
}

/// What stands before `::` and a name.
enum Owner<'a> {
    Module(ScopeId),
    /// The type of that name in that scope.
    Type(ScopeId, &'a str),
}

/// The names under way, so that imports in a circle end.
type Seen = Vec<(ScopeId, String, Space)>;

impl Scopes {
    /// What a path means in a scope.
    pub fn find(&self, at: ScopeId, path: &str, space: Space) -> Found<'_> {
        self.path(at, path, space, &mut Vec::new())
    }

    /// The type of the file that a path names in a scope, and where it is declared.
    pub fn type_named(&self, at: ScopeId, path: &str) -> Option<(ScopeId, String)> {
        match self.find(at, path, Space::Types) {
            Found::Item(home, name, Item::Data(_) | Item::Alias(_) | Item::Opaque) => {
                Some((home, name.to_owned()))
            }
            _ => None,
        }
    }

    /// The module around a function, for one whose body declares nothing; else the body.
    pub fn around_bodies(&self, mut at: ScopeId) -> ScopeId {
        while let Scope { is_module: false, parent: Some(parent), types, values, imports, globs } =
            &self.all[at]
            && types.is_empty()
            && values.is_empty()
            && imports.is_empty()
            && globs.is_empty()
        {
            at = *parent;
        }
        at
    }

    /// The path under which something of elsewhere is imported as `name`, if that is what the name means in
    /// a scope.
    pub fn import(&self, at: ScopeId, name: &str) -> Option<&str> {
        self.import_in(at, name, true, &mut Vec::new())
    }

    /// The enum of which a variant is imported under this name, seen from a scope, as the import has it.
    pub fn enum_of(&self, at: ScopeId, variant: &str) -> Option<&str> {
        let mut scope = Some(at);
        while let Some(id) = scope {
            let own = &self.all[id];
            if let Some(imports) = own.imports.get(variant) {
                let mut found = imports.iter().filter_map(|import| {
                    let (owner, last) = import.path.rsplit_once("::")?;
                    self.is_enum_with(id, owner, last).then_some(owner)
                });
                return found.next();
            }
            let mut globs = own.globs.iter().map(|glob| glob.path.as_str());
            if let Some(glob) = globs.find(|glob| self.is_enum_with(id, glob, variant)) {
                return Some(glob);
            }
            scope = own.parent.filter(|_| !own.is_module);
        }
        None
    }

    /// The same, seen from wherever it stands, if that is one enum.
    pub fn enum_anywhere(&self, variant: &str) -> Option<&str> {
        let mut found = (0..self.all.len()).filter_map(|id| self.enum_of(id, variant));
        let first = found.next()?;
        found.all(|other| other == first).then_some(first)
    }

    fn is_enum_with(&self, at: ScopeId, path: &str, variant: &str) -> bool {
        match self.find(at, path, Space::Types) {
            Found::Item(_, _, Item::Data(declaration)) => declaration.has_variant(variant),
            _ => false,
        }
    }

    /// Whether a name may mean, in a scope, what is in a module of elsewhere of which all is imported.
    pub fn may_be_imported_from(&self, at: ScopeId, module: &str, name: &str) -> bool {
        let mut scope = Some(at);
        while let Some(id) = scope {
            let own = &self.all[id];
            let means_other = own.values.contains_key(name) || own.imports.contains_key(name);
            if means_other {
                return false;
            }
            if self.has_glob(id, module, &mut Vec::new()) {
                return true;
            }
            scope = own.parent.filter(|_| !own.is_module);
        }
        false
    }

    fn has_glob(&self, id: ScopeId, module: &str, seen: &mut Vec<ScopeId>) -> bool {
        if seen.contains(&id) {
            return false;
        }
        seen.push(id);
        self.all[id].globs.iter().any(|glob| {
            glob.path == module
                || self
                    .module_named(id, &glob.path)
                    .is_some_and(|inner| self.has_glob(inner, module, seen))
        })
    }

    fn import_in(&self, id: ScopeId, name: &str, around: bool, seen: &mut Seen) -> Option<&str> {
        let key = (id, name.to_owned(), Space::Values);
        if seen.contains(&key) {
            return None;
        }
        seen.push(key);
        let scope = &self.all[id];
        let is_module = matches!(
            scope.types.get(name),
            Some(Entry { item: Item::Module(_) | Item::Alias(_) | Item::Opaque, .. })
        );
        if scope.values.contains_key(name) || is_module {
            return None;
        }
        if let Some(imports) = scope.imports.get(name) {
            let path = imports.first()?.path.as_str();
            if imports.iter().any(|import| import.path != path) {
                return None;
            }
            let (module, last) = path.rsplit_once("::").unwrap_or(("", path));
            return match self.module_named(id, module) {
                Some(inner) => self.import_in(inner, last, false, seen),
                None => Some(path),
            };
        }
        for glob in &scope.globs {
            if let Some(inner) = self.module_named(id, &glob.path)
                && let Some(path) = self.import_in(inner, name, false, seen)
            {
                return Some(path);
            }
        }
        let parent = scope.parent.filter(|_| around && !scope.is_module)?;
        self.import_in(parent, name, true, seen)
    }

    fn path(&self, at: ScopeId, path: &str, space: Space, seen: &mut Seen) -> Found<'_> {
        match path.rsplit_once("::") {
            None if matches!(path, "" | "crate" | "self" | "super") => Found::Elsewhere,
            None => self.name(at, path, space, true, at, seen),
            Some((owner, name)) => match self.owner(at, owner, seen) {
                Some(Owner::Module(module)) => self.name(module, name, space, false, at, seen),
                Some(Owner::Type(home, ty)) => self.of_type(home, ty, name),
                // A type of elsewhere may have an `impl` here.
                None => match self.of_type(self.module(at), owner, name) {
                    Found::Nothing => Found::Elsewhere,
                    found => found,
                },
            },
        }
    }

    /// The module or type that a path names.
    fn owner(&self, at: ScopeId, path: &str, seen: &mut Seen) -> Option<Owner<'_>> {
        let found = match path.rsplit_once("::") {
            None => match path {
                "crate" => return self.is_crate.then_some(Owner::Module(0)),
                "self" => return Some(Owner::Module(self.module(at))),
                "super" => return self.module_around(at).map(Owner::Module),
                name => self.name(at, name, Space::Types, true, at, seen),
            },
            Some((owner, name)) => match self.owner(at, owner, seen)? {
                Owner::Module(module) if name == "super" => {
                    return self.module_around(module).map(Owner::Module);
                }
                Owner::Module(module) => self.name(module, name, Space::Types, false, at, seen),
                Owner::Type(..) => return None,
            },
        };
        match found {
            Found::Item(_, _, Item::Module(module)) => Some(Owner::Module(*module)),
            Found::Item(home, ty, _) => Some(Owner::Type(home, ty)),
            Found::Elsewhere | Found::Nothing => None,
        }
    }

    /// The module that a path names.
    fn module_named(&self, at: ScopeId, path: &str) -> Option<ScopeId> {
        match self.owner(at, path, &mut Vec::new())? {
            Owner::Module(module) => Some(module),
            Owner::Type(..) => None,
        }
    }

    fn module_around(&self, at: ScopeId) -> Option<ScopeId> {
        self.all[self.module(at)].parent.map(|parent| self.module(parent))
    }

    /// What a type has under a name.
    fn of_type(&self, home: ScopeId, ty: &str, name: &str) -> Found<'_> {
        let found = self.all[home].values.get_key_value(&format!("{ty}::{name}"));
        found.map_or(Found::Nothing, |(name, entry)| Found::Item(home, name, &entry.item))
    }

    /// The module that a scope is or lies in.
    pub fn module(&self, mut at: ScopeId) -> ScopeId {
        while let Scope { is_module: false, parent: Some(parent), .. } = self.all[at] {
            at = parent;
        }
        at
    }

    /// Whether one scope is another or lies in it.
    fn within(&self, inner: ScopeId, outer: ScopeId) -> bool {
        let mut at = Some(inner);
        while let Some(id) = at {
            if id == outer {
                return true;
            }
            at = self.all[id].parent;
        }
        false
    }

    /// What a name means in a scope, and in those around it where `around` is set, for code at `from`.
    fn name(
        &self,
        id: ScopeId,
        name: &str,
        space: Space,
        around: bool,
        from: ScopeId,
        seen: &mut Seen,
    ) -> Found<'_> {
        if self.by_macros.contains(name) {
            return Found::Elsewhere;
        }
        let key = (id, name.to_owned(), space);
        if seen.contains(&key) {
            return Found::Nothing;
        }
        seen.push(key);
        let found = self.name_in(id, name, space, around, from, seen);
        seen.pop();
        found
    }

    fn name_in(
        &self,
        id: ScopeId,
        name: &str,
        space: Space,
        around: bool,
        from: ScopeId,
        seen: &mut Seen,
    ) -> Found<'_> {
        let scope = &self.all[id];
        let inside = self.within(from, self.module(id));
        if let Some((name, entry)) = scope.entry(space, name)
            && (inside || entry.public)
        {
            return Found::Item(id, name, &entry.item);
        }
        let visible = |import: &&Imported| inside || import.public;
        for import in scope.imports.get(name).into_iter().flatten().filter(visible) {
            match self.path(id, &import.path, space, seen) {
                // A crate.
                Found::Nothing if !import.path.contains("::") => return Found::Elsewhere,
                Found::Nothing => {}
                found => return found,
            }
        }
        let mut elsewhere = false;
        for glob in scope.globs.iter().filter(visible) {
            let found = match self.owner(id, &glob.path, seen) {
                Some(Owner::Module(inner)) => self.name(inner, name, space, false, id, seen),
                Some(Owner::Type(home, ty)) => match &self.all[home].types[ty].item {
                    Item::Data(of) if of.variants.is_some() && !of.has_variant(name) => {
                        Found::Nothing
                    }
                    _ => Found::Elsewhere,
                },
                // What is imported by way of a name is not what gives the name its meaning.
                None if glob.path.split("::").next() == Some(name) => Found::Nothing,
                // What is there is not called like what is declared here.
                _ if is_of_std(&glob.path) => Found::Nothing,
                _ => Found::Elsewhere,
            };
            match found {
                Found::Item(..) => return found,
                Found::Elsewhere => elsewhere = true,
                Found::Nothing => {}
            }
        }
        if elsewhere {
            return Found::Elsewhere;
        }
        match scope.parent {
            Some(parent) if around && !scope.is_module => {
                self.name(parent, name, space, true, from, seen)
            }
            _ => Found::Nothing,
        }
    }

    /// What a name means wherever it stands in the file, if it means one thing: that of code of which the
    /// place is not known.
    pub fn find_anywhere(&self, name: &str, space: Space) -> Found<'_> {
        if self.by_macros.contains(name) || self.params.contains(name) || name.contains("crate::") {
            return Found::Elsewhere;
        }
        let mut declared = Found::Nothing;
        for (id, scope) in self.all.iter().enumerate() {
            if let Some((name, entry)) = scope.entry(space, name) {
                if matches!(declared, Found::Item(..)) {
                    return Found::Elsewhere;
                }
                declared = Found::Item(id, name, &entry.item);
            }
        }
        let first = name.split("::").next().unwrap_or_default();
        for (id, scope) in self.all.iter().enumerate() {
            for import in scope.imports.get(first).into_iter().flatten() {
                let space = if first == name { space } else { Space::Types };
                let own = import.path == first || import.path.ends_with(&format!("::{first}"));
                match self.find(id, &import.path, space) {
                    Found::Item(..) | Found::Nothing if own => {}
                    _ => return Found::Elsewhere,
                }
            }
        }
        declared
    }

    /// The path of what is imported under a name, if that is all that the name means in the file.
    pub fn import_anywhere(&self, name: &str) -> Option<&str> {
        let means_other =
            |scope: &Scope| scope.values.contains_key(name) || scope.types.contains_key(name);
        if self.all.iter().any(means_other) {
            return None;
        }
        let mut imports = self.all.iter().flat_map(|scope| scope.imports.get(name)).flatten();
        let path = imports.next()?.path.as_str();
        imports.all(|import| import.path == path).then_some(path)
    }

    /// Whether all of a module of elsewhere is imported somewhere, and the name by itself nowhere.
    pub fn may_be_imported_anywhere(&self, module: &str, name: &str) -> bool {
        let mut globs = self.all.iter().flat_map(|scope| &scope.globs);
        globs.any(|glob| glob.path == module)
            && !self
                .all
                .iter()
                .any(|scope| scope.imports.contains_key(name) || scope.values.contains_key(name))
    }
}

fn is_of_std(path: &str) -> bool {
    matches!(path.split("::").next(), Some("std" | "core" | "alloc"))
}
