//! The structs that are declared in the file around the attribute.
//!
//! A macro sees the function alone, and there `model.bias` may be a number or anything else. Its code is
//! right either way, since rustc finds derivatives by type; but what is known to be a number can be made
//! faster and printed plainly. So the declaration is looked up in the source file by its name. That this
//! is the struct which rustc means is asserted in the generated code (see `emit::handle::readings`).

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::SystemTime;

use proc_macro2::Span;
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{File, GenericParam, ItemStruct, UseTree};

/// Structs by their names, save for names that several have.
#[derive(Debug, Default)]
pub struct Declared {
    structs: BTreeMap<String, Option<Declaration>>,
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
        let params = item.generics.params.iter().filter_map(|param| match param {
            GenericParam::Lifetime(_) => None,
            GenericParam::Type(t) => Some(t.ident.to_string()),
            GenericParam::Const(c) => Some(c.ident.to_string()),
        });
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
        Self { params: params.collect(), fields: fields.collect(), derived }
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
        let mut declared = Self::default();
        if let Ok(file) = syn::parse_str::<File>(text) {
            declared.visit_file(&file);
        }
        declared
    }

    /// The struct of that name, if there is one alone.
    pub fn get(&self, name: &str) -> Option<&Declaration> {
        self.structs.get(name)?.as_ref()
    }

    fn add(&mut self, name: String, item: Option<Declaration>) {
        self.structs.entry(name).and_modify(|known| *known = None).or_insert(item);
    }
}

impl<'a> Visit<'a> for Declared {
    fn visit_item_struct(&mut self, item: &'a ItemStruct) {
        self.add(item.ident.to_string(), Some(Declaration::new(item)));
    }

    fn visit_item_enum(&mut self, item: &'a syn::ItemEnum) {
        self.add(item.ident.to_string(), None);
    }

    fn visit_item_type(&mut self, item: &'a syn::ItemType) {
        self.add(item.ident.to_string(), None);
    }

    // Another name for something may hide a struct.
    fn visit_use_tree(&mut self, tree: &'a UseTree) {
        if let UseTree::Rename(rename) = tree {
            self.add(rename.rename.to_string(), None);
        }
        visit::visit_use_tree(self, tree);
    }

    fn visit_generic_param(&mut self, param: &'a GenericParam) {
        if let GenericParam::Type(param) = param {
            self.add(param.ident.to_string(), None);
        }
    }

    // What a macro writes is not there to be read.
    fn visit_item_macro(&mut self, item: &'a syn::ItemMacro) {
        let text = item.mac.tokens.to_token_stream().to_string();
        let mut words = text.split_whitespace();
        while let Some(word) = words.next() {
            if word == "struct"
                && let Some(name) = words.next()
            {
                self.add(name.to_owned(), None);
            }
        }
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
    fn what_is_not_rust_declares_nothing() {
        assert!(!is_known("struct Line { slope: f64 ", "Line"));
    }
}
