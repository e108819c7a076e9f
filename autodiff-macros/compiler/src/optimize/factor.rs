//! Takes common factors out of sums of adjoints.

use std::collections::BTreeMap;
use std::mem;

use proc_macro2::Span;

use crate::analysis::Seeded;
use crate::ir::{Graph, Node, Op, Region, Type, Value, ValueData, ValueMap, ValueSet};
use crate::rules::Fun;

/// Multiplies an adjoint once where a sum has several products of it, as Horner's rule evaluates a
/// polynomial, and adds last what a loop carries: the rest of the sum need not wait for it.
///
/// Input → Output, where nothing else reads `b`, and `c` is carried:
///
/// ```text
/// b = mul a, t
/// s = add (mul a, p), (mul b, q)   →   s = mul a, (add p, (mul t, q))
/// d = add (add c, x), y            →   d = add c, (add x, y)
/// ```
///
/// Nothing of the primal is touched: what is added here depends on a seed.
pub fn factor(mut graph: Graph) -> Graph {
    let seeded = Seeded::of(&graph.body);
    if seeded.is_empty() {
        return graph;
    }
    let readers = graph.readers();
    let mut sums = Sums { seeded, readers, values: mem::take(&mut graph.values) };
    sums.region(&mut graph.body);
    Graph { values: sums.values, ..graph }
}

struct Sums {
    seeded: Seeded,
    /// How often each value is read.
    readers: Vec<usize>,
    values: Vec<ValueData>,
}

/// What defines an adjoint in a region.
enum Definition {
    /// `a + b`, or `a - b`.
    Sum(Value, Value, bool),
    Negative(Value),
    /// Of an adjoint and of what is none.
    Product(Value, Value),
}

impl Sums {
    fn region(&mut self, region: &mut Region) {
        let mut definitions = ValueMap::default();
        for node in &mut region.nodes {
            node.op.regions_mut().for_each(|inner| self.region(inner));
            if let Some(definition) = self.definition(node) {
                definitions.insert(node.results[0], definition);
            }
        }
        let mut sums = BTreeMap::new();
        // Those that are parts of others, and what nothing will read any more.
        let (mut parts, mut gone) = (ValueSet::default(), ValueSet::default());
        for node in region.nodes.iter().rev() {
            let Some(root) = node.results.first().copied() else { continue };
            if !matches!(definitions.get(root), Some(Definition::Sum(..))) || parts.contains(root) {
                continue;
            }
            let mut sum = Sum {
                definitions: &definitions,
                readers: &self.readers,
                terms: Vec::new(),
                absorbed: Vec::new(),
            };
            sum.add(root, false, true);
            parts.extend(sum.absorbed.iter().copied());
            let factored = sum.factor();
            if factored | sum.carried_last(root, region) {
                gone.extend(sum.absorbed);
                sums.insert(root, sum.terms);
            }
        }
        if sums.is_empty() {
            return;
        }
        for node in region.take_nodes() {
            match node.results.first().and_then(|root| sums.remove(root)) {
                Some(terms) => self.write(terms, node, &mut region.nodes),
                None => region.nodes.push(node),
            }
        }
        region.nodes.retain(|node| !node.results.iter().any(|v| gone.contains(*v)));
    }

    /// What defines a value, if that is an adjoint and arithmetic.
    fn definition(&self, node: &Node) -> Option<Definition> {
        let (Op::Scalar(fun, args), [result]) = (&node.op, &node.results[..]) else { return None };
        let seeded = |v: &Value| self.seeded.contains(*v);
        if !seeded(result) || !self.values[result.index()].ty.is_float() {
            return None;
        }
        match (fun, &args[..]) {
            (Fun::Add, [a, b]) => Some(Definition::Sum(*a, *b, false)),
            (Fun::Sub, [a, b]) => Some(Definition::Sum(*a, *b, true)),
            (Fun::Neg, [a]) => Some(Definition::Negative(*a)),
            (Fun::Mul, [a, k]) if !seeded(k) => Some(Definition::Product(*a, *k)),
            (Fun::Mul, [k, a]) if !seeded(k) => Some(Definition::Product(*a, *k)),
            _ => None,
        }
    }

    /// Appends a sum, as what the node gives.
    fn write(&mut self, terms: Vec<Term>, node: Node, nodes: &mut Vec<Node>) {
        let ty = self.values[node.results[0].index()].ty.clone();
        let mut written = Written { ty, span: node.span, nodes, values: &mut self.values };
        let (negative, sum) = written.terms(terms);
        if negative {
            written.op(Fun::Neg, vec![sum]);
        }
        // A sum that has been taken apart ends with an operation.
        nodes.last_mut().expect("a sum is written").results = node.results;
    }
}

/// A part of a sum: a value, or a product with it.
struct Term {
    negative: bool,
    of: Value,
    by: Option<Factor>,
    /// How many products with the value have been added up.
    products: usize,
}

/// What an adjoint is multiplied by.
enum Factor {
    Value(Value),
    Product(Value, Box<Factor>),
    /// Each with whether it is negative.
    Sum(Vec<(bool, Factor)>),
}

struct Sum<'a> {
    definitions: &'a ValueMap<Definition>,
    readers: &'a [usize],
    terms: Vec<Term>,
    /// The values that have become part of terms.
    absorbed: Vec<Value>,
}

impl Sum<'_> {
    /// Adds a value to the sum, by its parts where nothing else reads it.
    fn add(&mut self, v: Value, negative: bool, is_root: bool) {
        let definition =
            self.definitions.get(v).filter(|_| is_root || self.readers[v.index()] == 1);
        let plain = Term { negative, of: v, by: None, products: 0 };
        match definition {
            Some(Definition::Sum(a, b, minus)) => {
                self.add(*a, negative, false);
                self.add(*b, negative != *minus, false);
            }
            Some(Definition::Negative(a)) => self.add(*a, !negative, false),
            Some(Definition::Product(of, by)) => {
                let by = Some(Factor::Value(*by));
                self.terms.push(Term { negative, of: *of, by, products: 1 });
            }
            None => return self.terms.push(plain),
        }
        if !is_root {
            self.absorbed.push(v);
        }
    }

    /// Takes common factors out as long as there are any; says whether there were.
    fn factor(&mut self) -> bool {
        let mut found = self.merge();
        while let Some((inner, outer)) = self.nested() {
            // Nothing but these products reads what the adjoint comes to after one more factor.
            self.absorbed.push(self.terms[inner].of);
            let term = &mut self.terms[inner];
            if let (Some(Definition::Product(of, by)), Some(rest)) =
                (self.definitions.get(term.of), term.by.take())
            {
                *term = Term {
                    of: *of,
                    by: Some(Factor::Product(*by, Box::new(rest))),
                    products: 1,
                    negative: term.negative,
                };
            }
            self.join(inner.max(outer), inner.min(outer));
            found = true;
        }
        found
    }

    /// Adds up the factors of products with one adjoint; says whether there are any.
    fn merge(&mut self) -> bool {
        let mut first = BTreeMap::new();
        let mut index = 0;
        let before = self.terms.len();
        while index < self.terms.len() {
            let term = &self.terms[index];
            match first.get(&term.of) {
                _ if term.by.is_none() => index += 1,
                Some(earlier) => self.join(index, *earlier),
                None => {
                    first.insert(term.of, index);
                    index += 1;
                }
            }
        }
        self.terms.len() < before
    }

    /// Makes one product of two with the same adjoint.
    fn join(&mut self, index: usize, earlier: usize) {
        let Term { negative, by: Some(by), products, .. } = self.terms.remove(index) else {
            unreachable!("a product");
        };
        let first = &mut self.terms[earlier];
        first.products += products;
        let opposite = negative != first.negative;
        first.by = Some(match first.by.take() {
            Some(Factor::Sum(mut parts)) => {
                parts.push((opposite, by));
                Factor::Sum(parts)
            }
            Some(one) => Factor::Sum(vec![(false, one), (opposite, by)]),
            None => unreachable!("a product"),
        });
    }

    /// A product with a multiple of an adjoint with which there is a product too.
    fn nested(&self) -> Option<(usize, usize)> {
        let products = || self.terms.iter().enumerate().filter(|(_, term)| term.by.is_some());
        products().find_map(|(inner, term)| {
            let Some(Definition::Product(of, _)) = self.definitions.get(term.of) else {
                return None;
            };
            let alone = self.readers[term.of.index()] == term.products;
            let outer = products().find(|(_, outer)| outer.of == *of)?.0;
            alone.then_some((inner, outer))
        })
    }

    /// Puts what a loop carries at the end of a sum that it carries on; says whether it was not there.
    fn carried_last(&mut self, root: Value, region: &Region) -> bool {
        let carried = |v: &Value| region.params.contains(v);
        let last = match self.definitions.get(root) {
            Some(Definition::Sum(a, b, _)) => carried(a) || carried(b),
            _ => false,
        };
        let is_carried = |term: &Term| term.by.is_none() && carried(&term.of);
        if last || !region.results.contains(&root) || !self.terms.iter().any(is_carried) {
            return false;
        }
        self.terms.sort_by_key(is_carried);
        self.terms.len() > 2
    }
}

/// Where sums are written.
struct Written<'a> {
    ty: Type,
    span: Span,
    nodes: &'a mut Vec<Node>,
    values: &'a mut Vec<ValueData>,
}

impl Written<'_> {
    /// The sum of terms, and whether it is to be negated.
    fn terms(&mut self, terms: Vec<Term>) -> (bool, Value) {
        let parts = terms.into_iter().map(|term| match term.by {
            None => (term.negative, term.of),
            Some(by) => {
                let (negative, by) = self.factor(by);
                (negative != term.negative, self.op(Fun::Mul, vec![term.of, by]))
            }
        });
        let parts = parts.collect();
        self.sum(parts)
    }

    fn factor(&mut self, factor: Factor) -> (bool, Value) {
        match factor {
            Factor::Value(v) => (false, v),
            Factor::Product(by, rest) => {
                let (negative, rest) = self.factor(*rest);
                (negative, self.op(Fun::Mul, vec![by, rest]))
            }
            Factor::Sum(parts) => {
                let parts = parts.into_iter().map(|(minus, part)| {
                    let (negative, v) = self.factor(part);
                    (minus != negative, v)
                });
                let parts = parts.collect();
                self.sum(parts)
            }
        }
    }

    /// The sum of values and of the opposites of others, and whether it is to be negated itself.
    fn sum(&mut self, parts: Vec<(bool, Value)>) -> (bool, Value) {
        let sum = parts.into_iter().reduce(|(minus, a), (negative, b)| match (minus, negative) {
            (true, false) => (false, self.op(Fun::Sub, vec![b, a])),
            (false, true) => (false, self.op(Fun::Sub, vec![a, b])),
            _ => (minus, self.op(Fun::Add, vec![a, b])),
        });
        sum.expect("a sum has parts")
    }

    fn op(&mut self, fun: Fun, args: Vec<Value>) -> Value {
        let value = Value::fresh(self.values, self.ty.clone(), self.span);
        self.nodes.push(Node { op: Op::Scalar(fun, args), results: vec![value], span: self.span });
        value
    }
}
