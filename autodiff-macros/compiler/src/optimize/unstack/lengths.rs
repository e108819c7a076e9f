//! What is known of the lengths of arrays, and of the integers that bound them.

use super::super::Literal;
use crate::ir::{Graph, Op, Place, Proj, Region, Storage, Type, Value, ValueData, ValueMap};
use crate::rules::Fun;

/// Above so many records, a stack stays one, and goes to the heap: save where it is made in a loop, and an
/// array that the function itself holds is as long.
const MOST: u64 = 128;

/// The lengths of arrays.
pub struct Lengths<'g> {
    graph: &'g Graph,
    /// What defines the integers.
    pub definitions: ValueMap<&'g Op>,
    /// Those of the arrays that the function itself holds, the outermost first.
    own: Vec<Vec<&'g str>>,
}

impl<'g> Lengths<'g> {
    pub fn of(graph: &'g Graph) -> Self {
        let mut definitions = ValueMap::default();
        graph.body.each_node(&mut |node| {
            if let [result] = node.results[..]
                && matches!(graph.ty(result), Type::Int(_))
            {
                definitions.insert(result, &node.op);
            }
        });
        let held = |data: &&ValueData| matches!(data.storage, Storage::Local | Storage::Object);
        let own = graph.values.iter().filter(held).filter_map(|data| shape(&data.ty)).collect();
        Self { graph, definitions, own }
    }

    fn literal(&self, v: Value) -> Option<i64> {
        match self.definitions.get(v)? {
            Op::Const(tokens) => match Literal::read(tokens)? {
                Literal::Int(n) => Some(n),
                _ => None,
            },
            _ => None,
        }
    }

    pub fn is_zero(&self, v: Value) -> bool {
        self.literal(v) == Some(0)
    }

    /// Whether an integer is the length of an array or a constant itself.
    pub fn is_whole(&self, v: Value) -> bool {
        matches!(self.definitions.get(v), Some(Op::Const(_) | Op::Len(_)))
    }

    /// Whether the index of a loop is a `usize`, or can be one: where it runs from literal to literal and
    /// nothing reads it.
    pub fn is_index(&self, index: Value, ends: [Value; 2], body: &Region) -> bool {
        let literal = |v: &Value| {
            let data = self.graph.data(*v);
            data.name.is_none() && data.ty == Type::Int(None) && self.literal(*v).is_some()
        };
        let ty = self.graph.ty(index);
        let mut read = false;
        body.each_use(&mut |v| read |= v == index);
        *ty == Type::usize() || *ty == Type::Int(None) && !read && ends.iter().all(literal)
    }

    /// The length of an array that an integer does not exceed.
    pub fn above(&self, v: Value) -> Option<String> {
        match self.definitions.get(v)? {
            Op::Const(tokens) => match Literal::read(tokens) {
                Some(_) => u64::try_from(self.literal(v)?).ok().map(|n| n.to_string()),
                None => {
                    Some(tokens.to_string()).filter(|text| self.is_own(std::slice::from_ref(text)))
                }
            },
            Op::Len(place) => self.length(place).map(str::to_owned),
            Op::Scalar(Fun::Min, args) => args.iter().find_map(|v| self.above(*v)),
            // Of `usize`, where nothing is negative.
            Op::Scalar(Fun::Sub | Fun::Div, args) if *self.graph.ty(v) == Type::usize() => {
                self.above(args[0])
            }
            _ => None,
        }
    }

    /// The length of what is at a place, if it is an array.
    pub fn length(&self, place: &Place) -> Option<&'g str> {
        let mut ty = self.graph.ty(place.root);
        for step in &place.path {
            ty = match (step, ty) {
                (Proj::Index(_), Type::Array(element, _)) => element,
                _ => return None,
            };
        }
        match ty {
            Type::Array(_, len) => Some(len),
            _ => None,
        }
    }

    /// Whether arrays of those lengths find room, those that are made once or those of an iteration.
    pub fn may_be_held(&self, lengths: &[String], once: bool) -> bool {
        let records = lengths.iter().map(|len| len.parse::<u64>().ok()).product::<Option<u64>>();
        records.is_some_and(|records| records <= MOST) || !once && self.is_own(lengths)
    }

    fn is_own(&self, lengths: &[String]) -> bool {
        let fits = |own: &[&str]| {
            own.len() >= lengths.len() && own.iter().zip(lengths).all(|(a, b)| a == b)
        };
        self.own.iter().any(|own| fits(own))
    }
}

/// The lengths of an array, the outermost first.
fn shape(mut ty: &Type) -> Option<Vec<&str>> {
    let mut lengths = Vec::new();
    while let Type::Array(element, len) = ty {
        lengths.push(&len[..]);
        ty = element;
    }
    (!lengths.is_empty()).then_some(lengths)
}
