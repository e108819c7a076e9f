//! Makes what a loop fills as long as it will be.

use std::mem;

use super::rewrite::{Aliases, hand_on_name, may_alias};
use super::walk::literal_integers;
use crate::ir::{Graph, Node, Op, Place, Proj, Region, Type, Value, ValueData, ValueMap, ValueSet};

/// Where a loop appends an element in each iteration to what was empty before, each is stored where its index
/// says instead: the loop can be vectorized, what it has stored is found again by the index, and the adjoint
/// stays as long as it is.
///
/// Input → Output, where nothing else touches `x` up to the end of the loop:
///
/// ```text
/// x = object (vec_new)
/// for i in 0 .. n                 x = object (vec [0.0; n])
///   push x, v                →    for i in 0 .. n
///                                   store x[i], v
/// ```
pub fn presize(mut graph: Graph) -> Graph {
    let integers = literal_integers(&graph.body);
    let mut presize = Presize { integers, values: mem::take(&mut graph.values) };
    presize.region(&mut graph.body);
    graph.values = presize.values;
    lengths(&mut graph);
    graph
}

/// Lets the length that a vector is made with stand for its length, if that never changes.
fn lengths(graph: &mut Graph) {
    let (mut repeated, mut made) = (ValueMap::default(), ValueMap::default());
    let mut resized = ValueSet::default();
    graph.body.each_node(&mut |node| {
        match &node.op {
            Op::VecRepeat(_, len) => repeated.insert(node.results[0], *len),
            Op::Object(v) => {
                if let Some(len) = repeated.get(*v) {
                    made.insert(node.results[0], *len);
                }
            }
            _ => {}
        }
        node.op.each_written(&mut |place| {
            if place.path.is_empty() && !matches!(node.op, Op::Swap(..)) {
                resized.insert(place.root);
            }
        });
    });
    let mut aliases = Aliases::default();
    let values = &mut graph.values;
    graph.body.each_node(&mut |node| {
        if let Op::Len(place) = &node.op
            && place.path.is_empty()
            && !resized.contains(place.root)
            && let Some(len) = made.get(place.root)
            && may_alias(values, node.results[0], aliases.get(*len))
        {
            aliases.set(node.results[0], aliases.get(*len));
            hand_on_name(values, node.results[0], *len);
        }
    });
    aliases.replace_everywhere(&mut graph.body);
}

struct Presize {
    /// Those that are literals.
    integers: ValueMap<i64>,
    values: Vec<ValueData>,
}

impl Presize {
    fn region(&mut self, region: &mut Region) {
        let mut index = 0;
        while index < region.nodes.len() {
            for inner in region.nodes[index].op.regions_mut() {
                self.region(inner);
            }
            while let Some(filled) = self.filled(region, index) {
                index = self.rewrite(region, index, filled);
            }
            index += 1;
        }
    }

    /// What the loop at an index fills.
    fn filled(&self, region: &Region, index: usize) -> Option<Filled> {
        let Op::For { lo, inclusive: false, rev: false, body, .. } = &region.nodes[index].op else {
            return None;
        };
        let usual = self.integers.get(*lo) == Some(&0)
            && self.values[body.params[0].index()].ty == Type::usize()
            && !body.nodes.iter().any(|node| matches!(node.op, Op::Checkpoint(_)));
        let mut nodes = body.nodes.iter().enumerate();
        usual.then(|| nodes.find_map(|push| self.filled_by(region, index, body, push))).flatten()
    }

    /// The same, if it is filled by one node of the loop's body.
    fn filled_by(
        &self,
        region: &Region,
        index: usize,
        body: &Region,
        (at, push): (usize, &Node),
    ) -> Option<Filled> {
        let Op::Push(place, _) = &push.op else { return None };
        let object = place.root;
        let before = &region.nodes[..index];
        let made = before.iter().position(|node| node.results == [object])?;
        let Op::Object(empty) = before[made].op else { return None };
        let new = before[..made].iter().position(|node| node.results == [empty])?;
        let Type::Vec(element) = &self.values[object.index()].ty else { return None };
        let zero = element.static_zero().filter(|_| !element.is_vague())?;
        let untouched = !before[made + 1..].iter().any(|node| node.uses(object))
            && !body.nodes.iter().enumerate().any(|(i, node)| i != at && node.uses(object))
            && !body.results.contains(&object);
        let only = matches!(before[new].op, Op::VecNew(_))
            && !region.nodes.iter().enumerate().any(|(i, node)| i != made && node.uses(empty))
            && !region.results.contains(&empty);
        (place.path.is_empty() && untouched && only).then_some(Filled {
            object,
            element: (**element).clone(),
            zero,
            new,
            made,
            push: at,
        })
    }

    /// Makes it before the loop; gives where the loop is then.
    fn rewrite(&mut self, region: &mut Region, index: usize, filled: Filled) -> usize {
        let span = region.nodes[index].span;
        let Op::For { hi, body, .. } = &mut region.nodes[index].op else { return index };
        let len = *hi;
        let step = Proj::Index(body.params[0]);
        if let Op::Push(place, v) = &body.nodes[filled.push].op {
            body.nodes[filled.push].op = Op::Store(Place::whole(place.root).with(step), *v);
        }
        let zero = Value::fresh(&mut self.values, filled.element.clone(), span);
        let ty = Type::Vec(Box::new(filled.element));
        let zeros = Value::fresh(&mut self.values, ty, span);
        let made = region.nodes[filled.made].span;
        let nodes = [
            Node { op: Op::Const(filled.zero), results: vec![zero], span },
            Node { op: Op::VecRepeat(zero, len), results: vec![zeros], span },
            Node { op: Op::Object(zeros), results: vec![filled.object], span: made },
        ];
        region.nodes.splice(index..index, nodes);
        region.nodes.remove(filled.made);
        region.nodes.remove(filled.new);
        index + 1
    }
}

/// A vector that a loop fills.
struct Filled {
    object: Value,
    element: Type,
    /// What it is made of before.
    zero: proc_macro2::TokenStream,
    /// The node that makes it empty.
    new: usize,
    /// The node that makes it an object.
    made: usize,
    /// The node of the loop's body that appends.
    push: usize,
}
