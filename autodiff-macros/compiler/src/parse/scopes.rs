//! What a source file declares, scope by scope: its modules, and the bodies of its functions.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, fallback};
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{
    File, GenericParam, ImplItem, ItemEnum, ItemFn, ItemImpl, ItemMod, ItemStruct, ItemUse,
    TraitItemFn, Visibility,
};

use super::declaration::Declaration;
use super::declared::{Function, Returned};
use super::implementation::Implementation;
use super::imports::Imports;
use super::is_differentiated;

/// A scope: an index into [`Scopes::all`]; the first one is the file.
pub type ScopeId = usize;

/// What a name means.
#[derive(Debug)]
pub enum Item {
    /// A struct or an enum.
    Data(Declaration),
    /// A function.
    Function(Function),
    /// A constant or `static`: its type.
    Constant(String),
    /// Another name for a type: that type.
    Alias(String),
    /// A module in the file.
    Module(ScopeId),
    /// What is not read: another item, or several under one name.
    Opaque,
}

/// What is declared under a name.
#[derive(Debug)]
pub struct Entry {
    /// What it means.
    pub item: Item,
    /// Whether other modules than those inside may name it.
    pub public: bool,
}

/// What is imported under a name, or all of a module.
#[derive(Debug)]
pub struct Imported {
    /// What it is, as the import has it.
    pub path: String,
    /// Whether other modules than those inside may name it.
    pub public: bool,
}

/// A module, or the body of a function with the blocks in it.
#[derive(Debug)]
pub struct Scope {
    /// The scope around.
    pub parent: Option<ScopeId>,
    /// Whether it is a module, which sees nothing of the scope around.
    pub is_module: bool,
    /// Types, traits and modules.
    pub types: BTreeMap<String, Entry>,
    /// Functions and constants; those of types as `Type::name`.
    pub values: BTreeMap<String, Entry>,
    /// Imports by the names that they make known.
    pub imports: BTreeMap<String, Vec<Imported>>,
    /// The modules of which all is imported.
    pub globs: Vec<Imported>,
}

/// See the module.
#[derive(Debug, Default)]
pub struct Scopes {
    /// Whether `crate` is the file.
    pub is_crate: bool,
    /// Every scope.
    pub all: Vec<Scope>,
    /// Every `impl`, and where it stands.
    pub implementations: Vec<(ScopeId, Implementation)>,
    /// Functions of traits, by name and line.
    pub provided: Vec<(String, usize)>,
    /// Traits.
    pub traits: Vec<String>,
    /// The bodies of functions, by name and line.
    pub bodies: BTreeMap<(String, usize), ScopeId>,
    /// Macros.
    pub macros: BTreeSet<String>,
    /// Names that macros declare: where, is not known.
    pub by_macros: BTreeSet<String>,
    /// What stands for itself in a pattern: constants, and variants and structs without fields.
    pub patterns: BTreeSet<String>,
    /// Names of generic parameters.
    pub params: BTreeSet<String>,
    /// Functions and constants of types, until it is known which types these are: the scope, the type, the
    /// name.
    of_types: Vec<(ScopeId, String, String, Entry)>,
}

impl Scopes {
    /// Reads the text of a file, which is a crate or a module of one.
    pub fn read(text: &str, is_crate: bool) -> Self {
        let _lines = Lines::counted();
        let mut reader = Reader { scopes: Self { is_crate, ..Self::default() }, at: 0 };
        reader.scopes.open(None, true);
        if let Ok(file) = syn::parse_str::<File>(text) {
            reader.visit_file(&file);
        }
        let mut scopes = reader.scopes;
        scopes.place_functions_of_types();
        scopes
    }

    fn open(&mut self, parent: Option<ScopeId>, is_module: bool) -> ScopeId {
        self.all.push(Scope {
            parent,
            is_module,
            types: BTreeMap::new(),
            values: BTreeMap::new(),
            imports: BTreeMap::new(),
            globs: Vec::new(),
        });
        self.all.len() - 1
    }

    /// Puts what types have beside their declarations.
    fn place_functions_of_types(&mut self) {
        for (at, ty, name, entry) in std::mem::take(&mut self.of_types) {
            let (home, ty) = self.type_named(at, &ty).unwrap_or((self.module(at), ty));
            add(&mut self.all[home].values, format!("{ty}::{name}"), entry);
        }
    }
}

/// Enters what a name means; what several things are called is not known.
fn add(entries: &mut BTreeMap<String, Entry>, name: String, entry: Entry) {
    entries.entry(name).and_modify(|known| known.item = Item::Opaque).or_insert(entry);
}

fn is_public(vis: &Visibility) -> bool {
    !matches!(vis, Visibility::Inherited)
}

struct Reader {
    scopes: Scopes,
    at: ScopeId,
}

impl Reader {
    fn add_type(&mut self, name: &Ident, vis: &Visibility, item: Item) {
        let entry = Entry { item, public: is_public(vis) };
        add(&mut self.scopes.all[self.at].types, name.to_string(), entry);
    }

    fn add_value(&mut self, name: &Ident, vis: &Visibility, item: Item) {
        let entry = Entry { item, public: is_public(vis) };
        add(&mut self.scopes.all[self.at].values, name.to_string(), entry);
    }

    fn constant(ty: &syn::Type) -> Item {
        Item::Constant(ty.to_token_stream().to_string())
    }

    /// Reads what is inside a new scope.
    fn inside(&mut self, is_module: bool, read: impl FnOnce(&mut Self)) -> ScopeId {
        let around = self.at;
        self.at = self.scopes.open(Some(around), is_module);
        read(self);
        std::mem::replace(&mut self.at, around)
    }

    fn body(&mut self, name: &Ident, read: impl FnOnce(&mut Self)) {
        let body = self.inside(false, read);
        self.scopes.bodies.insert((name.to_string(), name.span().start().line), body);
    }
}

impl<'a> Visit<'a> for Reader {
    fn visit_item_struct(&mut self, item: &'a ItemStruct) {
        let declaration = Declaration::of_struct(item, self.at);
        self.add_type(&item.ident, &item.vis, Item::Data(declaration));
        if item.fields.is_empty() {
            self.scopes.patterns.insert(item.ident.to_string());
        }
        visit::visit_item_struct(self, item);
    }

    fn visit_item_impl(&mut self, item: &'a ItemImpl) {
        let implementation = Implementation::new(item);
        let ty = implementation.self_ty.split(" <").next().unwrap_or_default();
        let ty = ty.replace(' ', "");
        let plain = implementation.params.is_empty();
        for entry in &item.items {
            let (name, item) = match entry {
                ImplItem::Const(c) if plain => (&c.ident, Self::constant(&c.ty)),
                ImplItem::Const(c) => (&c.ident, Item::Opaque),
                ImplItem::Fn(f) => {
                    let annotated = is_differentiated(&item.attrs) || is_differentiated(&f.attrs);
                    let returned = Returned::new(&f.sig, annotated, self.at).filter(|_| plain);
                    (&f.sig.ident, Item::Function(Function::new(&f.sig, returned)))
                }
                _ => continue,
            };
            let entry = Entry { item, public: true };
            self.scopes.of_types.push((self.at, ty.clone(), name.to_string(), entry));
        }
        self.scopes.implementations.push((self.at, implementation));
        visit::visit_item_impl(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'a syn::ImplItemFn) {
        self.body(&item.sig.ident, |reader| visit::visit_impl_item_fn(reader, item));
    }

    fn visit_item_enum(&mut self, item: &'a ItemEnum) {
        let units = item.variants.iter().filter(|variant| variant.fields.is_empty());
        self.scopes.patterns.extend(units.map(|variant| variant.ident.to_string()));
        let declaration = Declaration::of_enum(item, self.at);
        self.add_type(&item.ident, &item.vis, Item::Data(declaration));
        visit::visit_item_enum(self, item);
    }

    fn visit_item_union(&mut self, item: &'a syn::ItemUnion) {
        self.add_type(&item.ident, &item.vis, Item::Opaque);
    }

    fn visit_item_type(&mut self, item: &'a syn::ItemType) {
        let ty = item.ty.to_token_stream().to_string();
        let plain = item.generics.params.is_empty();
        let meaning = if plain { Item::Alias(ty) } else { Item::Opaque };
        self.add_type(&item.ident, &item.vis, meaning);
    }

    fn visit_item_const(&mut self, item: &'a syn::ItemConst) {
        self.scopes.patterns.insert(item.ident.to_string());
        self.add_value(&item.ident, &item.vis, Self::constant(&item.ty));
        visit::visit_item_const(self, item);
    }

    fn visit_item_static(&mut self, item: &'a syn::ItemStatic) {
        self.add_value(&item.ident, &item.vis, Self::constant(&item.ty));
    }

    fn visit_item_fn(&mut self, item: &'a ItemFn) {
        let returned = Returned::new(&item.sig, is_differentiated(&item.attrs), self.at);
        let function = Function::new(&item.sig, returned);
        self.add_value(&item.sig.ident, &item.vis, Item::Function(function));
        self.body(&item.sig.ident, |reader| visit::visit_item_fn(reader, item));
    }

    fn visit_item_trait(&mut self, item: &'a syn::ItemTrait) {
        self.scopes.traits.push(item.ident.to_string());
        self.add_type(&item.ident, &item.vis, Item::Opaque);
        visit::visit_item_trait(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'a TraitItemFn) {
        let ident = &item.sig.ident;
        self.scopes.provided.push((ident.to_string(), ident.span().start().line));
        self.body(ident, |reader| visit::visit_trait_item_fn(reader, item));
    }

    fn visit_item_mod(&mut self, item: &'a ItemMod) {
        let module = match item.content {
            Some(_) => {
                Item::Module(self.inside(true, |reader| visit::visit_item_mod(reader, item)))
            }
            None => Item::Opaque,
        };
        self.add_type(&item.ident, &item.vis, module);
    }

    fn visit_item_use(&mut self, item: &'a ItemUse) {
        let (scope, public) = (&mut self.scopes.all[self.at], is_public(&item.vis));
        let Imports { names, globs } = Imports::of(item);
        for (name, path) in names {
            scope.imports.entry(name).or_default().push(Imported { path, public });
        }
        scope.globs.extend(globs.into_iter().map(|path| Imported { path, public }));
    }

    fn visit_generic_param(&mut self, param: &'a GenericParam) {
        match param {
            GenericParam::Type(param) => self.scopes.params.insert(param.ident.to_string()),
            GenericParam::Const(param) => self.scopes.params.insert(param.ident.to_string()),
            GenericParam::Lifetime(_) => false,
        };
    }

    // What a macro writes is not there to be read.
    fn visit_item_macro(&mut self, item: &'a syn::ItemMacro) {
        self.scopes.macros.extend(item.ident.as_ref().map(Ident::to_string));
        let text = item.mac.tokens.to_token_stream().to_string();
        let mut words = text.split_whitespace();
        while let Some(word) = words.next() {
            if let ("struct" | "const" | "static", Some(name)) = (word, words.clone().next()) {
                self.scopes.by_macros.insert(name.to_owned());
                self.scopes.patterns.insert(name.to_owned());
            }
        }
    }
}

/// While it lives, tokens that are parsed know their lines: those that rustc parses for a macro stand
/// where the macro was called.
struct Lines;

impl Lines {
    fn counted() -> Self {
        fallback::force();
        Self
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        fallback::unforce();
    }
}
