//! Appends nodes to the region under construction.

use proc_macro2::{Span, TokenStream};
use syn::Ident;

use super::{CallArg, Node, Op, Place, Region, Storage, Take, Type, Value, ValueData, ValueSet};
use crate::rules::Fun;

/// Builds regions; the innermost open one receives the nodes.
#[derive(Debug, Default)]
pub struct Builder {
    /// The table of values.
    pub values: Vec<ValueData>,
    open: Vec<Region>,
    /// The number of each open region, and how many there have been.
    numbers: Vec<usize>,
    opened: usize,
    constants: ValueSet,
    code: ValueSet,
    /// Objects that begin with what code gives.
    objects_of_code: ValueSet,
    generic: bool,
}

impl Builder {
    /// Starts with an existing table of values.
    pub fn new(values: Vec<ValueData>) -> Self {
        let generic = values.iter().any(|data| data.ty.is_parameter());
        Self { values, generic, ..Self::default() }
    }

    /// A new value.
    pub fn value(&mut self, ty: Type, span: Span) -> Value {
        self.named(ty, None, Storage::Local, span)
    }

    /// A new value with a name of the user's.
    pub fn named(&mut self, ty: Type, name: Option<Ident>, storage: Storage, span: Span) -> Value {
        self.values.push(ValueData::new(ty, name, storage, span));
        Value::new(self.values.len() - 1)
    }

    /// What is known of a value.
    pub fn data(&self, value: Value) -> &ValueData {
        &self.values[value.index()]
    }

    /// The type of a value.
    pub fn ty(&self, value: Value) -> &Type {
        &self.values[value.index()].ty
    }

    /// Opens a region.
    pub fn open(&mut self) {
        self.open.push(Region::default());
        self.numbers.push(self.opened);
        self.opened += 1;
    }

    /// The number of the innermost region: no other has it.
    pub fn region_number(&self) -> usize {
        *self.numbers.last().expect("a region is open")
    }

    /// Whether the region of that number is open.
    pub fn is_open(&self, number: usize) -> bool {
        self.numbers.contains(&number)
    }

    /// Closes the innermost region.
    pub fn close(&mut self, params: Vec<Value>, results: Vec<Value>) -> Region {
        let mut region = self.open.pop().expect("a region is open");
        self.numbers.pop();
        region.params = params;
        region.results = results;
        region
    }

    /// The innermost region.
    pub fn region(&mut self) -> &mut Region {
        self.open.last_mut().expect("a region is open")
    }

    /// Appends a node.
    pub fn node(&mut self, op: Op, results: Vec<Value>, span: Span) {
        if let (Op::Object(contents), [object]) = (&op, &results[..])
            && self.begins_as_code(*contents)
        {
            self.objects_of_code.insert(*object);
        }
        self.region().nodes.push(Node { op, results, span });
    }

    /// Appends a node to the open region of that depth, 0 the outermost: it runs before the node under
    /// construction there.
    pub fn before(&mut self, depth: usize, op: Op, results: Vec<Value>, span: Span) {
        self.open[depth].nodes.push(Node { op, results, span });
    }

    /// The depth of the innermost open region.
    pub fn depth(&self) -> usize {
        self.open.len() - 1
    }

    /// Appends a node without result.
    pub fn effect(&mut self, op: Op, span: Span) {
        self.node(op, Vec::new(), span);
    }

    /// Appends a node with one result.
    pub fn op(&mut self, op: Op, ty: Type, span: Span) -> Value {
        let result = self.value(ty, span);
        if matches!(op, Op::Const(_) | Op::Verbatim { .. }) {
            self.code.insert(result);
        }
        self.node(op, vec![result], span);
        result
    }

    /// A constant as Rust writes it.
    pub fn constant(&mut self, tokens: TokenStream, ty: Type, span: Span) -> Value {
        let value = self.op(Op::Const(tokens), ty, span);
        self.constants.insert(value);
        value
    }

    /// The operation that defines a value, if it is in a region that is open.
    pub fn definition(&self, value: Value) -> Option<&Op> {
        let nodes = self.open.iter().rev().flat_map(|region| region.nodes.iter().rev());
        nodes.into_iter().find(|node| node.results.contains(&value)).map(|node| &node.op)
    }

    /// Whether a value is what code of the user's gives, as he wrote it.
    pub fn defined_as_code(&self, value: Value) -> bool {
        self.code.contains(value)
    }

    /// Whether a value is that, or memory that begins with it.
    pub fn begins_as_code(&self, value: Value) -> bool {
        self.code.contains(value) || self.objects_of_code.contains(value)
    }

    /// Whether a value is a literal or the path of a constant.
    pub fn defined_as_constant(&self, value: Value) -> bool {
        self.constants.contains(value)
    }

    /// Whether the function is generic over floats, as far as the types known tell.
    pub fn is_generic(&self) -> bool {
        self.generic
    }

    /// An integer constant of inferred type.
    pub fn int(&mut self, value: usize, span: Span) -> Value {
        let literal = proc_macro2::Literal::usize_unsuffixed(value);
        self.constant(quote::quote!(#literal), Type::Int(None), span)
    }

    /// The tangent or adjoint of what a cast makes of a number or takes: an `as` from or to a type that
    /// only rustc knows, which is `()` if the number is an integer.
    pub fn recast(&mut self, value: Value, to: &TokenStream, ty: Type, span: Span) -> Value {
        let tokens = quote::quote!(::autodiff::__private::recast::<_, #to>(ad_number));
        self.op(Op::arithmetic(tokens, &[("ad_number", value)]), ty, span)
    }

    /// Code of the compiler's own over values, of a type that only rustc knows.
    pub fn own_code(
        &mut self,
        tokens: TokenStream,
        captures: Vec<(Ident, CallArg)>,
        span: Span,
    ) -> Value {
        self.op(Op::Verbatim { tokens, refusal: usize::MAX, captures }, Type::Unknown, span)
    }

    /// A row of the rule table.
    pub fn scalar(&mut self, fun: Fun, args: Vec<Value>, ty: Type, span: Span) -> Value {
        self.op(Op::Scalar(fun, args), ty, span)
    }

    /// Reads memory.
    pub fn load(&mut self, place: Place, take: Take, ty: Type, span: Span) -> Value {
        self.op(Op::Load(place, take), ty, span)
    }
}
