//! From the syntax of one function to the typed graph.
//!
//! Scalars become SSA values, aggregates memory objects. Early `return`, `break` and `continue` become
//! structured here: an `exit` code is a variable like any other, and what follows a statement that may
//! exit is lowered under the condition that it did not.

mod alternatives;
mod array;
mod assign;
mod call;
mod chain;
mod closure;
mod consume;
mod control;
mod counted;
mod elementary;
mod entries;
mod enums;
mod exits;
mod expr;
mod fit;
mod form;
mod items;
mod iter;
mod loops;
mod macros;
mod method;
mod methods;
mod moving;
mod operand;
mod optional;
mod path;
mod pattern;
mod references;
mod resize;
mod run;
mod sequence;
mod slice_pattern;
mod spans;
mod stmt;
mod structs;
mod successors;
mod tensor;
mod usage;
mod verbatim;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use proc_macro2::Span;
use quote::quote;
use syn::{Ident, ItemFn};

use crate::Library;
use crate::errors::{Diagnostic, Errors, Extent, Lowered, Reported};
use crate::ir::{Builder, Checkpoint, Graph, Op, Param, Place, Storage, Take, Type, Value};
use crate::parse::{Signature, TypeReader};
use crate::rules::Fun;
use crate::spelled::Spelled;

use form::Form;
pub use operand::Rv;
use spans::{span_of, start_of};
use usage::Changed;

/// A lowered function.
#[derive(Debug)]
pub struct Function {
    /// The primal as a graph.
    pub graph: Graph,
    /// Items declared inside the body, needed by whatever is generated from it.
    pub items: Vec<syn::Item>,
    /// What is iterated over and has a type that rustc alone knows.
    pub iterated: Vec<Extent>,
    /// Why verbatim code would be refused, were it to depend on something active.
    pub refusals: Vec<Diagnostic>,
    /// What was read in declarations, and is to be confirmed by rustc.
    pub readings: Vec<Reading>,
    /// Names in patterns that look like constants, and were taken for bindings: to be confirmed as well.
    pub bindings: Vec<Ident>,
    /// How the elementary functions are written.
    pub spelled: Spelled,
}

/// What is read in a declaration of a struct, of a function, or of a constant.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Read {
    /// What is at a path from a struct.
    Field(String),
    /// What is at a path from a field of a variant.
    Payload {
        /// The enum, as far as it has to be told.
        of: String,
        /// The field.
        member: String,
        /// The path.
        path: String,
    },
    /// What a function of so many arguments returns.
    Output(usize),
    /// What a method returns of what is at a path from a struct.
    Method {
        /// The path.
        path: String,
        /// The method.
        method: String,
        /// How many arguments it takes, `self` included.
        arguments: usize,
    },
    /// The constant itself.
    Constant,
}

/// The struct, the function or the constant by its path, what was read, and the type.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The path.
    pub of: String,
    /// What was read.
    pub read: Read,
    /// The type.
    pub ty: Type,
}

/// Lowers a function's body; what it refuses goes to `errors`.
pub fn lower(
    item: &ItemFn,
    signature: &Signature,
    library: Library,
    errors: &mut Errors,
) -> Option<Function> {
    let mut lowerer = Lowerer::new(signature, library, errors, usage::changed(&item.block));
    lowerer.function(item, signature).ok()
}

/// An SSA variable: the value it has at the point of lowering.
#[derive(Clone, Debug)]
struct Var {
    current: Option<Value>,
    name: Option<Ident>,
    /// Whether it may change once it has a value.
    mutable: bool,
    span: Span,
}

/// An SSA variable: an index into the lowerer's table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct VarId(usize);

/// What a name stands for.
#[derive(Clone, Debug)]
enum Binding {
    Var(VarId),
    /// Memory that the name owns.
    Place(Place, Type),
    /// Memory that the name refers to.
    Ref(Place, Type, bool),
    /// A shared reference that may be given a new target.
    Moving(moving::Moving),
    Tuple(Vec<Binding>),
    Closure(Rc<Closure>),
    /// An `Option` that may change: whether it holds something, and what.
    Option(VarId, Box<Binding>),
    Other(Rv),
    /// A local item, printed as it stands: what is known of the type of a constant.
    Item(Type),
    /// Its value was refused: what uses the name has no mistake of its own.
    Refused,
}

/// A closure or a local function: inlined where it is called.
#[derive(Clone, Debug)]
struct Closure {
    inputs: Vec<(syn::Pat, Option<syn::Type>)>,
    body: syn::Expr,
    output: Option<syn::Type>,
    /// How many scopes are visible to it.
    depth: usize,
    /// How many names of the innermost of them, later ones being declared after it.
    names: usize,
    name: Option<String>,
    /// What a `move` closure has copied: variables of its own.
    moved: Vec<(String, Binding)>,
}

/// Where `return` goes.
#[derive(Clone, Debug)]
struct Frame {
    exit: VarId,
    ret: Vec<VarId>,
    form: Option<Form>,
    types: Vec<Type>,
    /// The type of what is returned, where it is written.
    output: Option<syn::Type>,
    /// The loops that `break` and `continue` can name.
    first_loop: usize,
}

/// A loop that is being lowered.
#[derive(Clone, Debug)]
struct Loop {
    label: Option<String>,
    id: i64,
    /// The variables that `break value` sets.
    value: Vec<VarId>,
    /// A labelled block: left by its label alone, and run once.
    block: bool,
}

const RETURN: i64 = 1;

impl Loop {
    fn break_code(&self) -> i64 {
        2 * self.id
    }

    fn continue_code(&self) -> i64 {
        2 * self.id + 1
    }
}

struct Lowerer<'a> {
    b: Builder,
    errors: &'a mut Errors,
    types: TypeReader,
    refusals: Vec<Diagnostic>,
    scopes: Vec<Vec<(String, Binding)>>,
    vars: Vec<Var>,
    frame: Frame,
    loops: Vec<Loop>,
    next_loop: i64,
    /// How the loop that is lowered next keeps its iterations.
    checkpoint: Option<Checkpoint>,
    /// The code by which the loop that was lowered last is left.
    last_break: i64,
    /// Integer constants, for the exit codes.
    known: BTreeMap<Value, i64>,
    /// Values that are written as a plain path: constants, or functions.
    paths: BTreeMap<Value, syn::Path>,
    changed: Changed,
    items: Vec<syn::Item>,
    iterated: Vec<Extent>,
    inlining: Vec<String>,
    /// What structs were made of.
    structures: BTreeMap<Value, Vec<(syn::Member, Value)>>,
    /// The totals whose type is not known yet, by the values that they start from.
    totals: BTreeMap<Value, consume::Total>,
    /// What compound assignments leave of values that were not known to be numbers, and their operators.
    updates: BTreeMap<Value, Fun>,
    /// What operators of structs give, as the `impl`s in this file tell: good for a choice that is checked.
    presumed: BTreeMap<Value, Type>,
    /// What was read in declarations: types of fields, by the struct and the path from it, and what
    /// functions return, by their paths and the number of arguments.
    readings: BTreeMap<(String, Read), Type>,
    /// Names in patterns that look like constants, and were taken for bindings.
    bindings: BTreeMap<String, Ident>,
    library: Library,
    spelled: Spelled,
    /// Parameters of types of which nothing but bounds is known.
    opaque: BTreeSet<Value>,
    /// What methods that may be differentiated have given.
    called: BTreeSet<Value>,
    /// Active parameters, and what operators and functions have given.
    computed: BTreeSet<Value>,
    /// How long the axes of new arrays are.
    shapes: BTreeMap<Value, Vec<Value>>,
    /// Which of the lengths are the same.
    lengths: tensor::Lengths,
}

impl<'a> Lowerer<'a> {
    fn new(
        signature: &Signature,
        library: Library,
        errors: &'a mut Errors,
        changed: Changed,
    ) -> Self {
        Self {
            b: Builder::default(),
            errors,
            types: signature.types.clone(),
            refusals: Vec::new(),
            scopes: vec![Vec::new()],
            vars: Vec::new(),
            frame: Frame {
                exit: VarId(0),
                ret: Vec::new(),
                form: Some(Form::from(&signature.shape)),
                types: Vec::new(),
                output: None,
                first_loop: 0,
            },
            loops: Vec::new(),
            next_loop: 1,
            checkpoint: None,
            last_break: 0,
            known: BTreeMap::new(),
            paths: BTreeMap::new(),
            changed,
            items: Vec::new(),
            iterated: Vec::new(),
            inlining: Vec::new(),
            totals: BTreeMap::new(),
            updates: BTreeMap::new(),
            presumed: BTreeMap::new(),
            readings: BTreeMap::new(),
            bindings: BTreeMap::new(),
            library,
            opaque: BTreeSet::new(),
            called: BTreeSet::new(),
            computed: BTreeSet::new(),
            shapes: BTreeMap::new(),
            lengths: tensor::Lengths::default(),
            spelled: Spelled::new(signature.types.ambiguous().clone()),
            structures: BTreeMap::new(),
        }
    }

    fn function(&mut self, item: &ItemFn, signature: &Signature) -> Lowered<Function> {
        let span = item.sig.ident.span();
        self.check_items(item);
        self.b.open();
        self.open_frame(Some(Form::from(&signature.shape)), Some(&signature.output), span);
        let params = self.params(signature)?;
        self.block(&item.block.stmts, true)?;
        let results = self.frame.ret.clone();
        let results: Vec<Value> = results.iter().map(|v| self.read(*v, span)).collect();
        // What has no derivative is known by the signature, if by nothing else.
        for (result, ty) in results.iter().zip(self.frame.types.clone()) {
            if ty.is_constant() {
                self.refine(*result, &ty);
            }
        }
        let mut body = self.b.close(Vec::new(), results);
        self.settle_totals(&mut body);
        self.settle_updates(&mut body);
        let graph = Graph {
            values: std::mem::take(&mut self.b.values),
            params,
            body,
            result: signature.shape.clone(),
            shadows: Vec::new(),
        };
        Ok(Function {
            graph,
            items: std::mem::take(&mut self.items),
            iterated: std::mem::take(&mut self.iterated),
            refusals: std::mem::take(&mut self.refusals),
            bindings: std::mem::take(&mut self.bindings).into_values().collect(),
            readings: std::mem::take(&mut self.readings)
                .into_iter()
                .map(|((of, read), ty)| Reading { of, read, ty })
                .collect(),
            spelled: std::mem::take(&mut self.spelled),
        })
    }

    fn params(&mut self, signature: &Signature) -> Lowered<Vec<Param>> {
        let mut params = Vec::new();
        for parameter in &signature.parameters {
            let ty = self.types.read(&parameter.ty);
            let (storage, mutable) = match &parameter.ty {
                syn::Type::Reference(r) if r.mutability.is_some() => (Storage::RefMut, true),
                syn::Type::Reference(_) => (Storage::Ref, false),
                _ => (Storage::Local, false),
            };
            let name = parameter.name.clone();
            let value = self.b.named(ty.clone(), Some(name.clone()), storage, name.span());
            params.push(Param {
                value,
                name,
                written: parameter.ty.clone(),
                active: parameter.active,
            });
            if self.types.is_opaque(&parameter.ty) {
                self.opaque.insert(value);
            } else if parameter.active {
                self.computed.insert(value);
            }
            let place = Place::whole(value);
            let rv = match storage {
                Storage::Local if is_range(&parameter.ty) => {
                    self.range_param(value, parameter.name.span())
                }
                Storage::Local if ty.is_scalar() => Rv::Value(value),
                Storage::Local => Rv::Place(place, ty),
                _ => Rv::Ref(place, ty, mutable),
            };
            self.bind(&parameter.pat, rv)?;
        }
        Ok(params)
    }

    /// A parameter of type `Range<usize>`: its ends.
    fn range_param(&mut self, value: Value, span: Span) -> Rv {
        let end = |name: &str| {
            let field = syn::Member::from(Ident::new(name, span));
            Place::whole(value).with(crate::ir::Proj::Field(field))
        };
        let ty = Type::Int(None);
        let lo = self.b.load(end("start"), Take::Value, ty.clone(), span);
        let hi = self.b.load(end("end"), Take::Value, ty, span);
        Rv::Range(Some(lo), Some(hi), false)
    }

    /// A fresh frame: where `return` stores its value and sets the exit code.
    fn open_frame(&mut self, form: Option<Form>, output: Option<&syn::Type>, span: Span) {
        let types = output.map_or(vec![Type::Unknown], |ty| self.leaf_types(ty));
        let none = self.code(0, span);
        let exit = self.var(Some(none), None, true, span);
        let ret = types.iter().map(|_| self.var(None, None, true, span)).collect();
        let output = output.cloned();
        self.frame = Frame { exit, ret, form, types, output, first_loop: self.loops.len() };
    }

    fn leaf_types(&self, ty: &syn::Type) -> Vec<Type> {
        match ty {
            syn::Type::Tuple(t) => t.elems.iter().flat_map(|t| self.leaf_types(t)).collect(),
            syn::Type::Paren(t) => self.leaf_types(&t.elem),
            syn::Type::Group(t) => self.leaf_types(&t.elem),
            other => match form::option_of(other) {
                Some(held) => std::iter::once(Type::Bool).chain(self.leaf_types(held)).collect(),
                None => vec![self.types.read(other)],
            },
        }
    }

    // Diagnostics.

    fn refuse(
        &mut self,
        code: &'static str,
        at: impl Into<Extent>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Reported {
        self.errors.push(Diagnostic::new(code, at, message, help))
    }

    /// Refuses what rustc refuses too in a function that is not under the attribute: it says so.
    fn defer(
        &mut self,
        code: &'static str,
        at: impl Into<Extent>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Reported {
        self.errors.push(Diagnostic::new(code, at, message, help).deferred())
    }

    // Variables.

    fn var(
        &mut self,
        current: Option<Value>,
        name: Option<Ident>,
        mutable: bool,
        span: Span,
    ) -> VarId {
        self.vars.push(Var { current, name, mutable, span });
        VarId(self.vars.len() - 1)
    }

    /// The value a variable has here; a placeholder where rustc will say that it has none.
    fn read(&mut self, var: VarId, span: Span) -> Value {
        match self.vars[var.0].current {
            Some(value) => value,
            None => self.b.op(Op::Undef, Type::Unknown, span),
        }
    }

    /// Assigns; the value takes the variable's name if it has none of its own.
    fn assign(&mut self, var: VarId, value: Value) {
        let name = self.vars[var.0].name.clone();
        let data = &mut self.b.values[value.index()];
        if data.name.is_none() {
            data.name = name;
        }
        self.vars[var.0].current = Some(value);
    }

    // Exit codes.

    /// The integer constant `code`.
    fn code(&mut self, code: i64, span: Span) -> Value {
        let literal = proc_macro2::Literal::i64_unsuffixed(code);
        let value = self.b.constant(quote!(#literal), Type::Int(Some("i32".into())), span);
        self.known.insert(value, code);
        value
    }

    /// The exit code at this point, if it is known statically; 0 is none.
    fn exit_code(&self) -> Option<i64> {
        self.vars[self.frame.exit.0].current.and_then(|v| self.known.get(&v).copied())
    }

    fn set_exit(&mut self, code: i64, span: Span) {
        let value = self.code(code, span);
        self.vars[self.frame.exit.0].current = Some(value);
    }

    // Scopes.

    fn lookup(&self, name: &Ident) -> Option<&Binding> {
        let name = name.to_string();
        self.scopes
            .iter()
            .rev()
            .find_map(|scope| scope.iter().rev().find(|(n, _)| *n == name).map(|(_, b)| b))
    }

    fn declare(&mut self, name: &Ident, binding: Binding) {
        self.scopes.last_mut().expect("a scope is open").push((name.to_string(), binding));
    }

    fn scoped<T>(&mut self, f: impl FnOnce(&mut Self) -> Lowered<T>) -> Lowered<T> {
        self.scopes.push(Vec::new());
        let result = f(self);
        self.scopes.pop();
        result
    }

    /// A new memory object that the user knows under `name`.
    fn object(&mut self, init: Value, name: Option<Ident>, span: Span) -> Value {
        let ty = self.b.ty(init).clone();
        let object = self.b.named(ty, name, Storage::Object, span);
        self.b.node(Op::Object(init), vec![object], span);
        if self.computed.contains(&init) {
            self.computed.insert(object);
        }
        if let Some(ty) = self.presumed.get(&init) {
            self.presumed.insert(object, ty.clone());
        }
        object
    }

    /// Reads memory by value.
    fn load(&mut self, place: &Place, ty: &Type, span: Span) -> Value {
        if place.path.is_empty() && self.b.data(place.root).storage == Storage::Local {
            return place.root;
        }
        let (take, ty) = match ty {
            // What a slice shows is copied into a `Vec`.
            Type::Slice(element) => (Take::Owned, Type::Vec(element.clone())),
            ty if ty.is_copy() || *ty == Type::Unknown => (Take::Value, ty.clone()),
            ty => (Take::Clone, ty.clone()),
        };
        let value = self.b.load(place.clone(), take, ty.clone(), span);
        if place.path.is_empty() && self.computed.contains(&place.root) {
            self.computed.insert(value);
        }
        if self.is_held(place) { self.b.op(Op::Stop(value), ty, span) } else { value }
    }
}

fn is_range(ty: &syn::Type) -> bool {
    matches!(ty, syn::Type::Path(p) if p.path.segments.last().is_some_and(|s| s.ident == "Range"))
}
