//! Divides adjoints once.

use std::collections::BTreeMap;
use std::mem;

use proc_macro2::Span;

use super::Literal;
use crate::analysis::Seeded;
use crate::ir::{Float, Graph, Node, Op, Region, Type, Value, ValueData, ValueMap, ValueSet};
use crate::rules::Fun;

/// Multiplies by the reciprocal where a region divides several adjoints by one number, or a number does not
/// change from one iteration to the next: a division takes as long as many multiplications. The primal's own
/// divisions stay, bit for bit.
///
/// ```text
/// s = div a_bar, d        r = recip d
/// t = div b_bar, d   →    s = mul a_bar, r
///                         t = mul b_bar, r
/// ```
///
/// An adjoint that is divided by a quotient and by its divisor is divided by its dividend, as where the
/// logarithm of a quotient is taken:
///
/// ```text
/// s = div a_bar, (div x, y)
/// t = div s, y                →    t = div a_bar, x
/// ```
pub fn reciprocal(mut graph: Graph) -> Graph {
    let seeded = Seeded::of(&graph.body);
    if seeded.is_empty() {
        return graph;
    }
    let mut literals = ValueMap::default();
    let mut quotients = ValueMap::default();
    graph.body.each_node(&mut |node| match (&node.op, &node.results[..]) {
        (Op::Const(tokens), [value]) => {
            if let Some(Literal::Float(x)) = Literal::read(tokens) {
                literals.insert(*value, Literal::Float(x.recip()));
            }
        }
        (Op::Scalar(Fun::Div, args), [value]) => quotients.insert(*value, [args[0], args[1]]),
        _ => {}
    });
    let divisors = Divisors { seeded, literals, quotients, readers: graph.readers() };
    let mut values = mem::take(&mut graph.values);
    divisors.region(&mut graph.body, None, &mut values);
    Graph { values, ..graph }
}

struct Divisors {
    seeded: Seeded,
    /// The reciprocals of literals.
    literals: ValueMap<Literal>,
    /// Dividends and divisors.
    quotients: ValueMap<[Value; 2]>,
    /// How often each value is read.
    readers: Vec<usize>,
}

impl Divisors {
    /// `changing` are the values that differ between the iterations of the loop around the region.
    fn region(&self, of: &mut Region, changing: Option<&ValueSet>, values: &mut Vec<ValueData>) {
        self.cancel(&mut of.nodes);
        let mut divisions: BTreeMap<Value, usize> = BTreeMap::new();
        for node in &of.nodes {
            if let Some(divisor) = self.divisor(node, values) {
                *divisions.entry(divisor).or_default() += 1;
            }
        }
        let pays = |d: Value| {
            divisions[&d] > 1
                || self.literals.contains(d)
                || changing.is_some_and(|changing| !changing.contains(d))
        };
        let mut reciprocals = BTreeMap::new();
        for mut node in of.take_nodes() {
            let is_loop = node.op.is_loop();
            for inner in node.op.regions_mut() {
                let own = is_loop.then(|| defined(inner));
                self.region(inner, own.as_ref().or(changing), values);
            }
            if let Some(d) = self.divisor(&node, values).filter(|d| pays(*d))
                && let Op::Scalar(fun, args) = &mut node.op
            {
                let reciprocal = reciprocals
                    .entry(d)
                    .or_insert_with(|| self.reciprocal_of(d, node.span, &mut of.nodes, values));
                args[1] = *reciprocal;
                *fun = Fun::Mul;
            }
            of.nodes.push(node);
        }
    }

    /// Divides by a dividend once, rather than by a quotient and by its divisor.
    fn cancel(&self, nodes: &mut Vec<Node>) {
        let mut gone = ValueSet::default();
        for index in 0..nodes.len() {
            let Op::Scalar(Fun::Div, args) = &nodes[index].op else { continue };
            let (once, divisor) = (args[0], args[1]);
            let Some([adjoint, quotient]) = self.quotients.get(once).copied() else { continue };
            let of = self.quotients.get(quotient).filter(|of| of[1] == divisor);
            let passes = self.seeded.contains(adjoint)
                && !self.seeded.contains(quotient)
                && self.readers[once.index()] == 1
                && nodes[..index].iter().any(|node| node.results == [once]);
            if let Some([dividend, _]) = of.filter(|_| passes) {
                nodes[index].op = Op::Scalar(Fun::Div, vec![adjoint, *dividend]);
                gone.insert(once);
            }
        }
        nodes.retain(|node| !node.results.iter().any(|v| gone.contains(*v)));
    }

    /// What an adjoint is divided by.
    fn divisor(&self, node: &Node, values: &[ValueData]) -> Option<Value> {
        match &node.op {
            Op::Scalar(Fun::Div, args)
                if self.seeded.contains(args[0])
                    && !self.seeded.contains(args[1])
                    && self.has_reciprocal(args[1], values) =>
            {
                Some(args[1])
            }
            _ => None,
        }
    }

    /// Whether it can be written. Where the type is for rustc to find, a number has no methods.
    fn has_reciprocal(&self, d: Value, values: &[ValueData]) -> bool {
        let ty = &values[d.index()].ty;
        match self.literals.get(d) {
            Some(reciprocal) => reciprocal.write(ty).is_some(),
            None => ty.is_float() && *ty != Type::Float(Float::Infer),
        }
    }

    /// A node for the reciprocal.
    fn reciprocal_of(
        &self,
        d: Value,
        span: Span,
        nodes: &mut Vec<Node>,
        values: &mut Vec<ValueData>,
    ) -> Value {
        let ty = values[d.index()].ty.clone();
        let known = self.literals.get(d).and_then(|reciprocal| reciprocal.write(&ty));
        let op = known.unwrap_or_else(|| Op::Scalar(Fun::Recip, vec![d]));
        let r = Value::fresh(values, ty, span);
        nodes.push(Node { op, results: vec![r], span });
        r
    }
}

/// The values that a region defines, and those within it.
fn defined(region: &Region) -> ValueSet {
    let mut values = ValueSet::default();
    region.each_definition(&mut |value| {
        values.insert(value);
    });
    values
}
