//! The structs, functions and constants that are declared in the file around the attribute.
//!
//! A macro sees the function alone, and there `model.bias` may be a number or anything else. Its code is
//! right either way, since rustc finds derivatives by type; but what is known to be a number can be made
//! faster and printed plainly. So the declaration is looked up in the source file by its name. That this
//! is the struct which rustc means is asserted in the generated code (see `emit::handle::readings`).

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::SystemTime;

use proc_macro2::{Ident, Span, fallback};
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{
    File, FnArg, GenericParam, ImplItem, ItemFn, ItemImpl, ItemMod, ItemStruct, ItemUse,
    ReceiverKind, ReturnType, Signature, TraitItemFn, UseTree,
};

use super::implementation::{Implementation, param_names};
use super::imports::{Import, Imports};
use super::is_differentiated;
use super::signature::is_in_place;

/// Structs by their names, save for names that several have.
#[derive(Debug, Default)]
pub struct Declared {
    structs: BTreeMap<String, Option<Declaration>>,
    implementations: Vec<Implementation>,
    /// Functions by their names or by those of type and method; none where several have it.
    functions: BTreeMap<String, Option<Function>>,
    /// The types of constants, by their names or by those of type and constant, in the same way.
    constants: BTreeMap<String, Option<String>>,
    /// The modules in the file.
    modules: Vec<String>,
    /// Functions of traits, by name and line.
    provided: Vec<(String, usize)>,
    /// Traits.
    traits: Vec<String>,
    /// What each name that is imported means, by its path; nothing of one that is declared here too.
    imports: BTreeMap<String, Option<String>>,
    /// The modules of which all is imported.
    globs: Vec<String>,
    /// What stands for itself in a pattern: constants, and variants and structs without fields.
    patterns: BTreeSet<String>,
}

/// A function.
#[derive(Debug)]
struct Function {
    /// Which of its parameters, `self` aside, are `&mut` references.
    exclusive: Vec<bool>,
    returned: Option<Returned>,
}

/// What is read of a function that may be called.
#[derive(Clone, Debug)]
pub struct Returned {
    /// The returned type.
    pub output: String,
    /// How many arguments it takes, `self` included.
    pub arguments: usize,
    /// Whether it takes `&mut self`.
    pub changes_self: bool,
    /// Whether it is under the attribute, itself or with its `impl`.
    pub is_annotated: bool,
}

impl Returned {
    /// Reads a signature; nothing of one whose types depend on generic parameters.
    fn new(signature: &Signature, is_annotated: bool) -> Option<Self> {
        let lifetimes_only = signature.generics.type_params().next().is_none()
            && signature.generics.const_params().next().is_none();
        lifetimes_only.then(|| Self {
            is_annotated,
            output: match &signature.output {
                ReturnType::Default => "()".into(),
                ReturnType::Type(_, ty) => ty.to_token_stream().to_string(),
            },
            arguments: signature.inputs.len(),
            changes_self: signature.receiver().is_some_and(|receiver| {
                matches!(&receiver.kind, ReceiverKind::Reference(_, _, Some(_)))
                    || matches!(&receiver.kind, ReceiverKind::Typed(..))
            }),
        })
    }
}

/// A struct, as text: tokens do not outlive the expansion that made them.
#[derive(Debug)]
pub struct Declaration {
    /// Its generic parameters, save for lifetimes.
    pub params: Vec<String>,
    /// The fields.
    pub fields: Vec<DeclaredField>,
    /// The traits that it derives.
    derived: Vec<String>,
}

/// A field of a struct.
#[derive(Debug)]
pub struct DeclaredField {
    /// Its name or number.
    pub member: String,
    /// Its type.
    pub ty: String,
    /// Whether it is marked as constant.
    pub constant: bool,
}

impl Declaration {
    fn new(item: &ItemStruct) -> Self {
        let fields =
            item.fields.iter().zip(item.fields.members()).map(|(field, member)| DeclaredField {
                member: member.to_token_stream().to_string(),
                ty: field.ty.to_token_stream().to_string(),
                constant: field.attrs.iter().any(|a| a.path().is_ident("differentiable")),
            });
        let mut derived = Vec::new();
        for attribute in item.attrs.iter().filter(|a| a.path().is_ident("derive")) {
            // What cannot be read is rustc's to refuse.
            let _ = attribute.parse_nested_meta(|meta| {
                derived.extend(meta.path.segments.last().map(|s| s.ident.to_string()));
                Ok(())
            });
        }
        Self { params: param_names(&item.generics), fields: fields.collect(), derived }
    }

    /// Whether it derives a trait.
    pub fn derives(&self, name: &str) -> bool {
        self.derived.iter().any(|derived| derived == name)
    }
}

impl Declared {
    /// What the file around the code at `span` declares; nothing where there is no such file.
    pub fn around(span: Span) -> Rc<Self> {
        thread_local! {
            /// The file that was read last: a file's functions are expanded one after the other.
            static LAST: RefCell<Option<(PathBuf, SystemTime, Rc<Declared>)>> =
                const { RefCell::new(None) };
        }
        let read = || {
            let path = span.local_file()?;
            let changed = std::fs::metadata(&path).and_then(|m| m.modified()).ok()?;
            LAST.with_borrow_mut(|last| {
                if let Some((of, at, declared)) = last
                    && *of == path
                    && *at == changed
                {
                    return Some(declared.clone());
                }
                let declared = Rc::new(Self::parse(&std::fs::read_to_string(&path).ok()?));
                *last = Some((path, changed, declared.clone()));
                Some(declared)
            })
        };
        read().unwrap_or_default()
    }

    /// What a file with this text declares.
    pub fn parse(text: &str) -> Self {
        let _lines = Lines::counted();
        let mut declared = Self::default();
        if let Ok(file) = syn::parse_str::<File>(text) {
            declared.visit_file(&file);
        }
        declared
    }

    /// The `impl` that a function stands in.
    pub fn implementation(&self, function: &Ident) -> Option<&Implementation> {
        let at = (function.to_string(), function.span().start().line);
        self.implementations.iter().find(|i| i.functions.contains(&at))
    }

    /// What an operator gives where a struct of that name is an operand, if all its `impl`s give the same.
    pub fn operator_output(&self, method: &str, name: &str) -> Option<&str> {
        let mentions = |text: &str| text.split_whitespace().any(|word| word == name);
        let mut outputs = self.implementations.iter().filter_map(|i| {
            let of_trait = i.of_trait.as_ref()?;
            let operator = of_trait.split('<').next()?.split_whitespace().last()?;
            let ours = operator.eq_ignore_ascii_case(method)
                && (mentions(&i.self_ty) || mentions(of_trait));
            let output = i.types.iter().find(|(name, _)| name == "Output");
            ours.then(|| output.map_or("", |(_, ty)| ty.as_str()))
        });
        let first = outputs.next()?;
        outputs.all(|other| other == first).then_some(first)
    }

    /// Whether a function stands in the declaration of a trait.
    pub fn is_provided(&self, function: &Ident) -> bool {
        self.provided.contains(&(function.to_string(), function.span().start().line))
    }

    /// Whether a trait of that name is declared.
    pub fn is_trait(&self, name: &str) -> bool {
        self.traits.iter().any(|own| own == name)
    }

    /// Whether a type is known to have no tangent: a struct that neither derives nor implements one.
    pub fn is_constant(&self, name: &str) -> bool {
        let implements = |i: &Implementation| {
            i.self_ty.split_whitespace().next() == Some(name)
                && i.of_trait.as_ref().is_some_and(|t| t.contains("Differentiable"))
        };
        self.get(name).is_some_and(|d| !d.derives("Differentiable"))
            && !self.implementations.iter().any(implements)
    }

    /// The struct of that name, if there is one alone.
    pub fn get(&self, name: &str) -> Option<&Declaration> {
        self.structs.get(name)?.as_ref()
    }

    /// What the function of that name, or `Type::function`, returns, if there is one alone.
    pub fn returned(&self, name: &str) -> Option<&Returned> {
        self.functions.get(name)?.as_ref()?.returned.as_ref()
    }

    /// The path of what is imported under a name, if that is all that the name means in this file.
    pub fn import(&self, name: &str) -> Option<&str> {
        self.imports.get(name)?.as_deref()
    }

    /// Whether a name may mean what is in a module of which all is imported.
    pub fn may_be_imported_from(&self, module: &str, name: &str) -> bool {
        self.globs.iter().any(|glob| glob == module) && !self.imports.contains_key(name)
    }

    /// Whether a name that stands alone in a pattern may be that of something declared or imported.
    pub fn is_pattern(&self, name: &str) -> bool {
        self.patterns.contains(name) || self.imports.contains_key(name)
    }

    /// Whether there are names of which it is not known what they mean.
    pub fn has_globs(&self) -> bool {
        !self.globs.is_empty()
    }

    fn add_import(&mut self, name: String, path: Option<String>) {
        let known = self.imports.entry(name).or_insert_with(|| path.clone());
        if *known != path {
            *known = None;
        }
    }

    /// Which parameters of the function of that name, or of `Type::function`, `self` aside, are `&mut`
    /// references, if there is one alone.
    pub fn exclusive(&self, name: &str) -> Option<&[bool]> {
        Some(&self.functions.get(name)?.as_ref()?.exclusive)
    }

    /// The type of the constant of that name, or `Type::CONSTANT`, if there is one alone.
    pub fn constant(&self, name: &str) -> Option<&str> {
        self.constants.get(name)?.as_deref()
    }

    fn add_constant(&mut self, name: String, ty: Option<&syn::Type>) {
        let ty = ty.map(|ty| ty.to_token_stream().to_string());
        self.constants.entry(name).and_modify(|known| *known = None).or_insert(ty);
    }

    fn add_function(&mut self, name: String, signature: &Signature, returned: Option<Returned>) {
        let exclusive = signature.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(typed) => Some(is_in_place(&typed.ty)),
            FnArg::Receiver(_) => None,
        });
        let function = Some(Function { exclusive: exclusive.collect(), returned });
        self.functions.entry(name).and_modify(|known| *known = None).or_insert(function);
    }

    fn hide_function(&mut self, name: String) {
        self.functions.insert(name, None);
    }

    fn add(&mut self, name: String, item: Option<Declaration>) {
        self.structs.entry(name).and_modify(|known| *known = None).or_insert(item);
    }
}

impl<'a> Visit<'a> for Declared {
    fn visit_item_struct(&mut self, item: &'a ItemStruct) {
        self.add(item.ident.to_string(), Some(Declaration::new(item)));
        if item.fields.is_empty() {
            self.patterns.insert(item.ident.to_string());
        }
    }

    fn visit_item_impl(&mut self, item: &'a ItemImpl) {
        let implementation = Implementation::new(item);
        let name = implementation.self_ty.split_whitespace().next().unwrap_or_default();
        let plain = implementation.params.is_empty();
        for entry in &item.items {
            if let ImplItem::Const(c) = entry {
                self.add_constant(format!("{name}::{}", c.ident), Some(&c.ty).filter(|_| plain));
            }
            let ImplItem::Fn(f) = entry else { continue };
            let annotated = is_differentiated(&item.attrs) || is_differentiated(&f.attrs);
            let returned = Returned::new(&f.sig, annotated).filter(|_| plain);
            self.add_function(format!("{name}::{}", f.sig.ident), &f.sig, returned);
        }
        self.implementations.push(implementation);
        visit::visit_item_impl(self, item);
    }

    fn visit_item_enum(&mut self, item: &'a syn::ItemEnum) {
        self.add(item.ident.to_string(), None);
        let units = item.variants.iter().filter(|variant| variant.fields.is_empty());
        self.patterns.extend(units.map(|variant| variant.ident.to_string()));
    }

    fn visit_item_const(&mut self, item: &'a syn::ItemConst) {
        self.patterns.insert(item.ident.to_string());
        self.add_constant(item.ident.to_string(), Some(&item.ty));
    }

    fn visit_item_static(&mut self, item: &'a syn::ItemStatic) {
        self.add_constant(item.ident.to_string(), Some(&item.ty));
    }

    fn visit_item_type(&mut self, item: &'a syn::ItemType) {
        self.add(item.ident.to_string(), None);
    }

    fn visit_item_fn(&mut self, item: &'a ItemFn) {
        self.add_function(
            item.sig.ident.to_string(),
            &item.sig,
            Returned::new(&item.sig, is_differentiated(&item.attrs)),
        );
        self.add_import(item.sig.ident.to_string(), None);
        visit::visit_item_fn(self, item);
    }

    fn visit_item_trait(&mut self, item: &'a syn::ItemTrait) {
        self.traits.push(item.ident.to_string());
        visit::visit_item_trait(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'a TraitItemFn) {
        let ident = &item.sig.ident;
        self.provided.push((ident.to_string(), ident.span().start().line));
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_item_mod(&mut self, item: &'a ItemMod) {
        self.modules.push(item.ident.to_string());
        self.add_import(item.ident.to_string(), None);
        visit::visit_item_mod(self, item);
    }

    // What is imported from elsewhere may hide what is declared here.
    fn visit_item_use(&mut self, item: &'a ItemUse) {
        let within = match &item.tree {
            UseTree::Path(path) => {
                let first = path.ident.to_string();
                first == "super" || first == "self" || self.modules.contains(&first)
            }
            _ => false,
        };
        let Imports { names, globs } = Imports::of(&item.tree);
        self.globs.extend(globs);
        for Import { name, path, is_renamed } in names {
            self.add_import(name.clone(), Some(path));
            // Within the file only what is new.
            if is_renamed || !within {
                self.add(name.clone(), None);
                self.add_constant(name.clone(), None);
                self.hide_function(name);
            }
        }
    }

    fn visit_generic_param(&mut self, param: &'a GenericParam) {
        match param {
            GenericParam::Type(param) => self.add(param.ident.to_string(), None),
            GenericParam::Const(param) => self.add_constant(param.ident.to_string(), None),
            GenericParam::Lifetime(_) => {}
        }
    }

    // What a macro writes is not there to be read.
    fn visit_item_macro(&mut self, item: &'a syn::ItemMacro) {
        let text = item.mac.tokens.to_token_stream().to_string();
        let mut words = text.split_whitespace();
        while let Some(word) = words.next() {
            match (word, words.clone().next()) {
                ("struct", Some(name)) => self.add(name.to_owned(), None),
                ("const" | "static", Some(name)) => {
                    self.patterns.insert(name.to_owned());
                    self.add_constant(name.to_owned(), None);
                }
                _ => {}
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The members of a struct with the types that its declaration gives them.
    fn fields(text: &str, name: &str) -> Option<Vec<(String, String)>> {
        let declared = Declared::parse(text);
        let fields = &declared.get(name)?.fields;
        Some(fields.iter().map(|f| (f.member.clone(), f.ty.clone())).collect())
    }

    fn is_known(text: &str, name: &str) -> bool {
        fields(text, name).is_some()
    }

    #[test]
    fn fields_are_read_wherever_a_struct_is_declared() {
        let text = "
            struct Line { slope: f64, ends: [f64; 2] }
            mod inner { pub struct Dot(f64, pub usize); }
            fn f() { struct Local { x: f32 } }
        ";
        let field = |member: &str, ty: &str| (member.to_owned(), ty.to_owned());
        let line = vec![field("slope", "f64"), field("ends", "[f64 ; 2]")];
        assert_eq!(fields(text, "Line"), Some(line));
        assert_eq!(fields(text, "Dot"), Some(vec![field("0", "f64"), field("1", "usize")]));
        assert_eq!(fields(text, "Local"), Some(vec![field("x", "f32")]));
        assert_eq!(fields(text, "Other"), None);
    }

    #[test]
    fn generics_and_marks_are_kept() {
        let text = "
            #[derive(Clone, autodiff::Differentiable)]
            #[derive(Copy)]
            struct Samples<'a, T: Float, const N: usize> {
                values: &'a [T; N],
                #[differentiable(constant)]
                shift: T,
            }
        ";
        let declared = Declared::parse(text);
        let samples = declared.get("Samples").expect("it is declared once");
        assert_eq!(samples.params, ["T", "N"]);
        assert_eq!(samples.fields.iter().map(|f| f.constant).collect::<Vec<_>>(), [false, true]);
        assert!(samples.derives("Differentiable") && samples.derives("Copy"));
        assert!(!samples.derives("Debug"));
    }

    #[test]
    fn names_that_several_things_have_are_not_known() {
        for other in [
            "mod other { struct Line { slope: f32 } }",
            "mod other { enum Line { A } }",
            "mod other { type Line = f32; }",
            "use other::Thing as Line;",
            "fn f<Line>(x: Line) {}",
            "lines! { struct Line { slope: f32 } }",
            "macro_rules! m { () => { struct Line(f32); } }",
        ] {
            let declaration = "struct Line { slope: f64 }";
            assert!(is_known(declaration, "Line"));
            for text in [format!("{declaration} {other}"), format!("{other} {declaration}")] {
                assert!(!is_known(&text, "Line"), "{text}");
            }
        }
    }

    #[test]
    fn constants_have_the_types_that_are_written_where_there_is_one_alone() {
        let text = "
            const RATE: f64 = 0.5;
            static COUNT: usize = 3;
            const TWICE: f64 = 1.0;
            mod inner { const TWICE: f32 = 1.0; }
            use other::IMPORTED;
            const IMPORTED: f64 = 1.0;
            fn f<const N: usize>() { const N: f64 = 1.0; }
            impl Model { const LIMIT: f32 = 1.0; }
            constants! { const HIDDEN: f64; }
            mod more { const HIDDEN: f64 = 1.0; }
        ";
        let declared = Declared::parse(text);
        for (name, ty) in [
            ("RATE", Some("f64")),
            ("COUNT", Some("usize")),
            ("TWICE", None),
            ("IMPORTED", None),
            ("N", None),
            ("Model::LIMIT", Some("f32")),
            ("LIMIT", None),
            ("HIDDEN", None),
        ] {
            assert_eq!(declared.constant(name), ty, "{name}");
        }
    }

    #[test]
    fn what_is_not_rust_declares_nothing() {
        assert!(!is_known("struct Line { slope: f64 ", "Line"));
    }
}
