//! The structs, enums, functions and constants that are declared in the file around the attribute.
//!
//! A macro sees the function alone, and there `model.bias` may be a number or anything else. Its code is
//! right either way, since rustc finds derivatives by type; but what is known to be a number can be made
//! faster and printed plainly. So the declaration is looked up in the source file, by the path that the
//! function names it by, from where the function stands. That this is the struct which rustc means is
//! asserted in the generated code (see `emit::handle::readings`).

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::SystemTime;

use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::{FnArg, ReceiverKind, ReturnType, Signature};

use super::declaration::Declaration;
use super::implementation::Implementation;
use super::names::{Found, Space};
use super::scopes::{Item, ScopeId, Scopes};
use super::signature::is_in_place;

/// What a file declares, seen from one of its scopes.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    file: Rc<Scopes>,
    /// Where names are looked up; where that is not known, a name is known that means one thing in the
    /// whole file.
    at: Option<ScopeId>,
}

/// How a method takes `self`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Receiver {
    /// `self`.
    Value,
    /// `&self`.
    Shared,
    /// `&mut self`, or a type that is written out.
    Exclusive,
}

impl Receiver {
    fn new(receiver: &syn::Receiver) -> Self {
        match &receiver.kind {
            ReceiverKind::Value => Self::Value,
            ReceiverKind::Reference(_, _, None) => Self::Shared,
            _ => Self::Exclusive,
        }
    }
}

/// A function.
#[derive(Debug)]
pub struct Function {
    /// Which of its parameters, `self` aside, are `&mut` references.
    exclusive: Vec<bool>,
    /// How it takes `self`, if it does.
    receiver: Option<Receiver>,
    returned: Option<Returned>,
}

impl Function {
    /// Reads a signature.
    pub fn new(signature: &Signature, returned: Option<Returned>) -> Self {
        let exclusive = signature.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(typed) => Some(is_in_place(&typed.ty)),
            FnArg::Receiver(_) => None,
        });
        let receiver = signature.receiver().map(Receiver::new);
        Self { exclusive: exclusive.collect(), receiver, returned }
    }
}

/// What is read of a function that may be called.
#[derive(Clone, Debug)]
pub struct Returned {
    /// The returned type.
    pub output: String,
    /// How many arguments it takes, `self` included.
    pub arguments: usize,
    /// Whether it is under the attribute, itself or with its `impl`.
    pub is_annotated: bool,
    /// Where its types are looked up.
    pub scope: ScopeId,
}

impl Returned {
    /// Reads a signature; nothing of one whose types depend on generic parameters.
    pub fn new(signature: &Signature, is_annotated: bool, scope: ScopeId) -> Option<Self> {
        let lifetimes_only = signature.generics.type_params().next().is_none()
            && signature.generics.const_params().next().is_none();
        lifetimes_only.then(|| Self {
            is_annotated,
            scope,
            output: match &signature.output {
                ReturnType::Default => "()".into(),
                ReturnType::Type(_, ty) => ty.to_token_stream().to_string(),
            },
            arguments: signature.inputs.len(),
        })
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
                let text = std::fs::read_to_string(&path).ok()?;
                let file = Rc::new(Scopes::read(&text, is_crate(&path)));
                let declared = Rc::new(Self { file, at: None });
                *last = Some((path, changed, declared.clone()));
                Some(declared)
            })
        };
        read().unwrap_or_default()
    }

    /// What a crate of one file with this text declares.
    pub fn parse(text: &str) -> Self {
        Self { file: Rc::new(Scopes::read(text, true)), at: None }
    }

    /// The same, seen from the body of a function.
    pub fn seen_from(&self, function: &Ident) -> Rc<Self> {
        let at = self.file.bodies.get(&(function.to_string(), function.span().start().line));
        Rc::new(Self { file: self.file.clone(), at: at.copied() })
    }

    /// The same, seen from a scope.
    pub fn in_scope(&self, scope: ScopeId) -> Rc<Self> {
        Rc::new(Self { file: self.file.clone(), at: self.at.and(Some(scope)) })
    }

    /// Whether names mean the same, seen from either.
    pub fn sees_as(&self, other: &Self) -> bool {
        self.at == other.at || self.at == other.at.map(|at| self.file.around_bodies(at))
    }

    /// The `impl` that a function stands in.
    pub fn implementation(&self, function: &Ident) -> Option<&Implementation> {
        let at = (function.to_string(), function.span().start().line);
        let mut all = self.file.implementations.iter().map(|(_, implementation)| implementation);
        all.find(|i| i.functions.contains(&at))
    }

    /// What an operator gives where a struct of that name is an operand, if all its `impl`s give the same.
    pub fn operator_output(&self, method: &str, name: &str) -> Option<&str> {
        let mentions = |text: &str| text.split_whitespace().any(|word| word == name);
        let mut outputs = self.file.implementations.iter().filter_map(|(_, i)| {
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
        self.file.provided.contains(&(function.to_string(), function.span().start().line))
    }

    /// Whether a path is that of a macro which the file declares or imports by name.
    pub fn declares_macro(&self, path: &syn::Path) -> bool {
        let name = path.get_ident().map(Ident::to_string);
        name.is_none_or(|name| {
            self.file.macros.contains(&name)
                || self.file.all.iter().any(|scope| scope.imports.contains_key(&name))
        })
    }

    /// Whether a trait of that name is declared.
    pub fn is_trait(&self, name: &str) -> bool {
        self.file.traits.iter().any(|own| own == name)
    }

    /// Whether a type is known to have no tangent: it neither derives nor implements one.
    pub fn has_no_tangent(&self, path: &str) -> bool {
        let name = path.rsplit("::").next().unwrap_or_default();
        let implements = |i: &Implementation| {
            let own = i.self_ty.split(" <").next().and_then(|ty| ty.rsplit(":: ").next());
            own == Some(name) && i.of_trait.as_ref().is_some_and(|t| t.contains("Differentiable"))
        };
        self.get(path).is_some_and(|d| !d.derives("Differentiable"))
            && !self.file.implementations.iter().any(|(_, i)| implements(i))
    }

    /// Whether a name that stands alone in a pattern may be that of something declared or imported.
    pub fn is_pattern(&self, name: &str) -> bool {
        self.file.patterns.contains(name)
            || self.file.all.iter().any(|scope| scope.imports.contains_key(name))
    }

    /// Whether there are names of which it is not known what they mean.
    pub fn has_globs(&self) -> bool {
        self.file.all.iter().any(|scope| !scope.globs.is_empty())
    }

    fn find(&self, path: &str, space: Space) -> Option<&Item> {
        // Tokens stand apart.
        let path = path.replace(' ', "");
        let found = match self.at {
            Some(at) => self.file.find(at, &path, space),
            None => self.file.find_anywhere(&path, space),
        };
        match found {
            Found::Item(_, _, item) => Some(item),
            Found::Elsewhere | Found::Nothing => None,
        }
    }

    /// The enum of which a variant is imported under this name, as the import has it.
    pub fn enum_of(&self, variant: &str) -> Option<&str> {
        match self.at {
            Some(at) => self.file.enum_of(at, variant),
            None => self.file.enum_anywhere(variant),
        }
    }

    /// Whether a path names a module, a struct or an enum of this file.
    pub fn declares(&self, path: &str) -> bool {
        matches!(self.find(path, Space::Types), Some(Item::Module(_) | Item::Data(_)))
    }

    /// The struct or enum that a path names.
    pub fn get(&self, path: &str) -> Option<&Declaration> {
        match self.find(path, Space::Types)? {
            Item::Data(declaration) => Some(declaration),
            _ => None,
        }
    }

    /// Whether a name means the same constant here as it does seen from `other`.
    pub fn agrees(&self, other: &Self, constant: &str) -> bool {
        let find = |declared: &Self| match declared
            .at
            .map(|at| declared.file.find(at, constant, Space::Values))
        {
            Some(Found::Item(home, name, _)) => Some((home, name.to_owned())),
            _ => None,
        };
        find(self).is_some_and(|found| find(other) == Some(found))
    }

    fn function(&self, path: &str) -> Option<&Function> {
        match self.find(path, Space::Values)? {
            Item::Function(function) => Some(function),
            _ => None,
        }
    }

    /// What the function that a path names returns.
    pub fn returned(&self, path: &str) -> Option<&Returned> {
        self.function(path)?.returned.as_ref()
    }

    /// Which parameters of the function that a path names, `self` aside, are `&mut` references.
    pub fn exclusive(&self, path: &str) -> Option<&[bool]> {
        Some(&self.function(path)?.exclusive)
    }

    /// How the method that a path names takes `self`.
    pub fn receiver(&self, path: &str) -> Option<Receiver> {
        self.function(path)?.receiver
    }

    /// The type of the constant that a path names.
    pub fn constant(&self, path: &str) -> Option<&str> {
        match self.find(path, Space::Values)? {
            Item::Constant(ty) => Some(ty),
            _ => None,
        }
    }

    /// The type that a path is another name for.
    pub fn alias(&self, path: &str) -> Option<&str> {
        match self.find(path, Space::Types)? {
            Item::Alias(ty) => Some(ty),
            _ => None,
        }
    }

    /// The path of what is imported under a name, if that is all that the name means.
    pub fn import(&self, name: &str) -> Option<&str> {
        match self.at {
            Some(at) => self.file.import(at, name),
            None => self.file.import_anywhere(name),
        }
    }

    /// Whether a name may mean what is in a module of which all is imported.
    pub fn may_be_imported_from(&self, module: &str, name: &str) -> bool {
        match self.at {
            Some(at) => self.file.may_be_imported_from(at, module, name),
            None => self.file.may_be_imported_anywhere(module, name),
        }
    }
}

/// Whether a file is a crate of its own, or may be taken for one by where it lies: `crate` is it.
fn is_crate(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let folder = path.parent().and_then(Path::file_name).and_then(|name| name.to_str());
    matches!(name, "lib.rs" | "main.rs")
        || matches!(folder, Some("tests" | "examples" | "benches" | "bin"))
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
