//! The walk that local rewrites share: nodes in order of execution, each offered to a rule after its
//! operands have been rewritten.

use std::mem;

use proc_macro2::Span;

use super::literal::Literal;
use crate::ir::{Float, Graph, Node, Op, Region, Storage, Type, Value, ValueData, ValueMap};
use crate::rules::Fun;

/// What a rule makes of a node.
pub enum To {
    /// The one result is that value.
    Value(Value),
    /// The result is that of another operation, to which the rule is applied again.
    Op(Op),
    /// Of a branch, this one is taken.
    Branch(bool),
}

/// What a rule says of a node; it may also alias results or emit nodes itself.
pub type Rule = fn(&mut Rewriter, &Node) -> Option<To>;

/// Rewrites a graph.
pub fn rewrite(mut graph: Graph, rule: Rule) -> Graph {
    let readers = graph.readers();
    let mut body = mem::take(&mut graph.body);
    let mut rewriter = Rewriter {
        aliases: Aliases::default(),
        definitions: ValueMap::default(),
        readers,
        values: graph.values,
        nodes: Vec::new(),
        rule,
    };
    rewriter.region(&mut body);
    Graph { values: rewriter.values, body, ..graph }
}

/// The state of the walk.
pub struct Rewriter {
    values: Vec<ValueData>,
    aliases: Aliases,
    definitions: ValueMap<Definition>,
    readers: Vec<usize>,
    /// The region so far.
    nodes: Vec<Node>,
    rule: Rule,
}

#[derive(Clone, Copy)]
enum Definition {
    Literal(Literal),
    Unary(Fun, Value),
}

impl Rewriter {
    /// The type of a value.
    pub fn ty(&self, value: Value) -> &Type {
        &self.values[value.index()].ty
    }

    /// The literal that a value is.
    pub fn literal(&self, value: Value) -> Option<Literal> {
        match self.definitions.get(value) {
            Some(Definition::Literal(literal)) => Some(*literal),
            _ => None,
        }
    }

    /// The operand, if that operation of one defines the value.
    pub fn operand(&self, fun: Fun, value: Value) -> Option<Value> {
        match self.definitions.get(value) {
            Some(Definition::Unary(f, operand)) if *f == fun => Some(*operand),
            _ => None,
        }
    }

    /// How a value is held.
    pub fn storage(&self, value: Value) -> Storage {
        self.values[value.index()].storage
    }

    /// Whether the value has one reader and no name of the user's.
    pub fn is_passing(&self, value: Value) -> bool {
        self.readers[value.index()] == 1 && self.is_anonymous(value)
    }

    /// Whether the value has no name of the user's.
    pub fn is_anonymous(&self, value: Value) -> bool {
        self.values[value.index()].name.is_none()
    }

    /// Lets `by` stand for `value`, if rustc sees no difference between them; a name of the user's
    /// is handed on to a value without one.
    pub fn alias(&mut self, value: Value, by: Value) -> bool {
        let fits = may_alias(&self.values, value, by);
        if fits {
            self.force(value, by);
        }
        fits
    }

    fn force(&mut self, value: Value, by: Value) {
        self.aliases.set(value, by);
        self.readers[by.index()] += self.readers[value.index()].saturating_sub(1);
        hand_on_name(&mut self.values, value, by);
    }

    /// Appends an operation before the node at hand.
    pub fn scalar(&mut self, fun: Fun, args: Vec<Value>, ty: Type, span: Span) -> Value {
        let definition = definition(fun, &args);
        self.append_new(Op::Scalar(fun, args), definition, ty, span)
    }

    /// Appends a constant before the node at hand.
    pub fn constant(&mut self, literal: Literal, ty: Type, span: Span) -> Option<Value> {
        let op = literal.write(&ty)?;
        Some(self.append_new(op, Some(Definition::Literal(literal)), ty, span))
    }

    /// Appends an operation with one reader.
    fn append_new(
        &mut self,
        op: Op,
        definition: Option<Definition>,
        ty: Type,
        span: Span,
    ) -> Value {
        let value = Value::fresh(&mut self.values, ty, span);
        self.readers.push(1);
        self.define(value, definition);
        self.nodes.push(Node { op, results: vec![value], span });
        value
    }

    fn define(&mut self, value: Value, definition: Option<Definition>) {
        if let Some(definition) = definition {
            self.definitions.insert(value, definition);
        }
    }

    fn region(&mut self, region: &mut Region) {
        let outer = mem::replace(&mut self.nodes, Vec::with_capacity(region.nodes.len()));
        self.append(mem::take(&mut region.nodes));
        self.aliases.replace(&mut region.results);
        region.nodes = mem::replace(&mut self.nodes, outer);
    }

    fn append(&mut self, nodes: Vec<Node>) {
        for mut node in nodes {
            self.aliases.replace_operands(&mut node.op);
            self.node(node);
        }
    }

    fn node(&mut self, mut node: Node) {
        while let Some(to) = (self.rule)(self, &node) {
            match to {
                To::Value(value) => {
                    if self.alias(node.results[0], value) {
                        return;
                    }
                    break;
                }
                To::Op(op) => node.op = op,
                To::Branch(first) => {
                    let Op::If(_, a, b) = &mut node.op else { unreachable!("of a branch") };
                    let taken = mem::take(if first { a } else { b });
                    self.append(taken.nodes);
                    for (result, value) in node.results.iter().zip(&taken.results) {
                        self.force(*result, self.aliases.get(*value));
                    }
                    return;
                }
            }
        }
        let definition = match &node.op {
            Op::Const(tokens) => Literal::read(tokens).map(Definition::Literal),
            Op::Scalar(fun, args) => definition(*fun, args),
            _ => None,
        };
        if let Some(result) = node.results.first() {
            self.define(*result, definition);
        }
        for region in node.op.regions_mut() {
            self.region(region);
        }
        if let Op::If(_, a, b) = &node.op {
            for (k, result) in node.results.iter().enumerate() {
                self.settle(*result, (a, a.results[k]), (b, b.results[k]), node.span);
            }
        }
        self.nodes.push(node);
    }

    /// c ? a : undefined = c ? undefined : a = a, where `a` does not come of the branch.
    fn settle(&mut self, result: Value, a: (&Region, Value), b: (&Region, Value), span: Span) {
        for ((taken, v), (other, undefined)) in [(a, b), (b, a)] {
            let never_read = |n: &Node| n.results == [undefined] && matches!(n.op, Op::Undef);
            if !self.ty(v).is_scalar() || !other.nodes.iter().any(never_read) {
                continue;
            }
            let mut inside = false;
            taken.each_definition(&mut |defined| inside |= defined == v);
            let outside = match self.literal(v) {
                Some(literal) if inside => self.constant(literal, self.ty(v).clone(), span),
                _ => (!inside).then_some(v),
            };
            if outside.is_some_and(|v| self.alias(result, v)) {
                return;
            }
        }
    }
}

fn definition(fun: Fun, args: &[Value]) -> Option<Definition> {
    let &[operand] = args else { return None };
    Some(Definition::Unary(fun, operand))
}

/// What stands for values other than themselves.
#[derive(Default)]
pub struct Aliases(ValueMap<Value>);

impl Aliases {
    /// What stands for a value.
    pub fn get(&self, value: Value) -> Value {
        let mut value = value;
        while let Some(by) = self.0.get(value) {
            value = *by;
        }
        value
    }

    /// Lets one value stand for another, which nothing has read so far.
    pub fn set(&mut self, value: Value, by: Value) {
        self.0.insert(value, by);
    }

    /// Puts in place what stands for each value.
    pub fn replace(&self, values: &mut [Value]) {
        for value in values {
            *value = self.get(*value);
        }
    }

    /// The same in a whole region.
    pub fn replace_everywhere(&self, region: &mut Region) {
        if self.0.is_empty() {
            return;
        }
        for node in &mut region.nodes {
            self.replace_operands(&mut node.op);
            node.op.regions_mut().for_each(|inner| self.replace_everywhere(inner));
        }
        self.replace(&mut region.results);
    }

    /// The same for the operands of an operation, its regions left alone.
    pub fn replace_operands(&self, op: &mut Op) {
        if self.0.is_empty() {
            return;
        }
        match op {
            Op::If(cond, ..) => *cond = self.get(*cond),
            Op::For { lo, hi, init, .. } => {
                (*lo, *hi) = (self.get(*lo), self.get(*hi));
                self.replace(init);
            }
            Op::While { init, .. } => self.replace(init),
            Op::Scalar(_, args) => self.replace(args),
            _ => {
                let mut changes = false;
                op.each_input(&mut |v| changes |= self.get(v) != v);
                if changes {
                    *op = op.map(&mut |v| self.get(v));
                }
            }
        }
    }
}

/// Whether a number may stand for another without rustc seeing a difference: its type is the same, or
/// is known where the other's is inferred.
pub fn may_alias(values: &[ValueData], value: Value, by: Value) -> bool {
    let (data, other) = (&values[value.index()], &values[by.index()]);
    let same_type = match (&data.ty, &other.ty) {
        (Type::Float(Float::Infer), Type::Float(_)) | (Type::Int(None), Type::Int(_)) => true,
        (a, b) => a == b && a.is_scalar(),
    };
    value != by && same_type && other.storage == Storage::Local
}

/// Keeps the user's name of a value that another takes the place of.
pub fn hand_on_name(values: &mut [ValueData], value: Value, by: Value) {
    if values[by.index()].name.is_none() {
        values[by.index()].name = values[value.index()].name.clone();
    }
}
