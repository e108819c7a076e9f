//! What is read of the declaration of a struct or an enum.

use quote::ToTokens;
use syn::{Attribute, Field, Fields, Generics, Ident, ItemEnum, ItemStruct, Member};

use super::implementation::param_names;
use super::scopes::ScopeId;

/// A struct or an enum, as text: tokens do not outlive the expansion that made them.
#[derive(Debug)]
pub struct Declaration {
    /// Its name.
    pub name: String,
    /// How many lifetimes it has.
    pub lifetimes: usize,
    /// Its generic parameters, save for lifetimes.
    pub params: Vec<String>,
    /// Those of them that are constants.
    pub const_params: Vec<String>,
    /// The fields of a struct.
    pub fields: Vec<DeclaredField>,
    /// The variants of an enum.
    pub variants: Option<Vec<DeclaredVariant>>,
    /// The traits that it derives.
    derived: Vec<String>,
    /// The scope that it is declared in.
    pub scope: ScopeId,
}

/// A variant of an enum.
#[derive(Debug)]
pub struct DeclaredVariant {
    /// Its name.
    pub name: String,
    /// The fields.
    pub fields: Vec<DeclaredField>,
}

/// A field of a struct or of a variant.
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
    /// Reads a struct in that scope.
    pub fn of_struct(item: &ItemStruct, scope: ScopeId) -> Self {
        let fields = declared_fields(&item.fields);
        Self { fields, ..Self::new(&item.ident, &item.generics, &item.attrs, scope) }
    }

    /// Reads an enum in that scope.
    pub fn of_enum(item: &ItemEnum, scope: ScopeId) -> Self {
        let variants = item.variants.iter().map(|variant| DeclaredVariant {
            name: variant.ident.to_string(),
            fields: declared_fields(&variant.fields),
        });
        let variants = Some(variants.collect());
        Self { variants, ..Self::new(&item.ident, &item.generics, &item.attrs, scope) }
    }

    fn new(name: &Ident, generics: &Generics, attributes: &[Attribute], scope: ScopeId) -> Self {
        let mut derived = Vec::new();
        for attribute in attributes.iter().filter(|a| a.path().is_ident("derive")) {
            // What cannot be read is rustc's to refuse.
            let _ = attribute.parse_nested_meta(|meta| {
                derived.extend(meta.path.segments.last().map(|s| s.ident.to_string()));
                Ok(())
            });
        }
        Self {
            name: name.to_string(),
            lifetimes: generics.lifetimes().count(),
            params: param_names(generics),
            const_params: generics.const_params().map(|c| c.ident.to_string()).collect(),
            fields: Vec::new(),
            variants: None,
            derived,
            scope,
        }
    }

    /// Where it is declared: the scope and its name.
    pub fn place(&self) -> (usize, String) {
        (self.scope, self.name.clone())
    }

    /// Whether it is an enum with a variant of that name.
    pub fn has_variant(&self, name: &str) -> bool {
        self.variants.iter().flatten().any(|variant| variant.name == name)
    }

    /// All fields, those of variants included.
    pub fn all_fields(&self) -> impl Iterator<Item = &DeclaredField> {
        self.fields.iter().chain(self.variants.iter().flatten().flat_map(|v| &v.fields))
    }

    /// Whether it derives a trait.
    pub fn derives(&self, name: &str) -> bool {
        self.derived.iter().any(|derived| derived == name)
    }
}

fn declared_fields(fields: &Fields) -> Vec<DeclaredField> {
    let field = |(field, member): (&Field, Member)| DeclaredField {
        member: member.to_token_stream().to_string(),
        ty: field.ty.to_token_stream().to_string(),
        constant: field.attrs.iter().any(|a| a.path().is_ident("differentiable")),
    };
    fields.iter().zip(fields.members()).map(field).collect()
}
