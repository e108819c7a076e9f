//! What the forward sweep keeps, as far as runs of the transform have found out.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::{Activity, Layout, RECOMPUTE, RegionId};
use crate::ir::{Graph, Node, Op, Value};
use crate::rules::Pullback;

/// What the forward sweep keeps.
#[derive(Debug, Default)]
pub struct Plan {
    /// Values kept where they are defined; objects in their final state.
    pub keep: BTreeSet<Value>,
    /// Objects whose old contents are kept where they are overwritten, so that the backward sweep can
    /// restore them step by step.
    pub restore: BTreeSet<Value>,
    /// Objects whose final state the backward sweep reads although the caller takes it.
    pub copy: BTreeSet<Value>,
    /// Values of which the shape alone is kept.
    pub shapes: BTreeSet<Value>,
}

/// What a run of the transform asked for in vain.
#[derive(Debug, Default)]
pub struct Missing {
    /// Must be kept: no other way.
    pub forced: BTreeSet<Value>,
    /// Could be recomputed if its operands were at hand.
    pub optional: BTreeSet<Value>,
    /// Loads from objects that are overwritten later, by object.
    pub overwritten: BTreeMap<Value, BTreeSet<Value>>,
    /// Final states that only a copy can give.
    pub copy: BTreeSet<Value>,
    /// Shapes.
    pub shapes: BTreeSet<Value>,
}

impl Plan {
    /// What a run is bound to ask for: costly numbers of loops and branches that rules read. With it the
    /// first run is the last, more often than not.
    pub fn certain(graph: &Graph, activity: &Activity, layout: &Layout<'_>) -> Self {
        let mut plan = Self::default();
        graph.body.each_node(&mut |node| {
            let Op::Scalar(fun, args) = &node.op else { return };
            let Pullback::Args(parts) = fun.pullback() else { return };
            let result = node.results[0];
            if !activity.is_active(result) {
                return;
            }
            for (arg, part) in args.iter().zip(&parts) {
                let Some(expr) = part.as_ref().filter(|_| activity.is_active(*arg)) else {
                    continue;
                };
                let reads = expr.reads();
                let args = reads.args.iter().map(|k| args[*k]);
                let read = args.chain(reads.result.then_some(result));
                plan.keep.extend(read.filter(|v| is_costly_inside(*v, layout)));
            }
        });
        plan
    }

    /// Adds what was missing; says whether there was anything.
    pub fn grow(
        &mut self,
        missing: Missing,
        graph: &Graph,
        activity: &Activity,
        layout: &Layout<'_>,
    ) -> bool {
        let mut grown = false;
        for v in missing.copy {
            grown |= self.copy.insert(v);
        }
        // What is in a copy need not be kept.
        if grown {
            return true;
        }
        for v in missing.shapes {
            grown |= self.shapes.insert(v);
        }
        for v in missing.forced {
            grown |= self.keep.insert(v);
        }
        if grown {
            return true;
        }
        for (root, loads) in missing.overwritten {
            if !self.restore.contains(&root)
                && restoring_pays(root, &loads, graph, activity, layout)
            {
                grown |= self.restore.insert(root);
                continue;
            }
            for load in loads {
                grown |= self.keep.insert(load);
            }
        }
        if grown {
            return true;
        }
        for v in missing.optional {
            grown |= self.keep.insert(v);
        }
        grown
    }
}

/// Whether a value of a loop or branch takes long to compute again, and is not stored anywhere either.
fn is_costly_inside(value: Value, layout: &Layout<'_>) -> bool {
    let inside = layout.def(value).is_some_and(|(region, _)| region != 0);
    let costly = |node: &Node| matches!(node.op, Op::Scalar(fun, _) if fun.cost() > RECOMPUTE);
    inside && layout.node(value).is_some_and(costly) && layout.copies(value).next().is_none()
}

/// Whether keeping what is overwritten costs less than keeping what is read.
fn restoring_pays(
    root: Value,
    loads: &BTreeSet<Value>,
    graph: &Graph,
    activity: &Activity,
    layout: &Layout<'_>,
) -> bool {
    let home = layout.def(root).map(|(region, _)| region);
    if home != Some(0) || !activity.is_active(root) {
        return false;
    }
    let weigh = |regions: &mut dyn Iterator<Item = RegionId>| {
        let depths: Vec<usize> = regions.map(|r| layout.loop_depth(r)).collect();
        let deepest = depths.iter().copied().max().unwrap_or(0);
        (deepest, depths.iter().filter(|d| **d == deepest).count())
    };
    let mut stores = Vec::new();
    for at in layout.writes(root) {
        match &layout.region(at.region).nodes[at.index].op {
            Op::Store(place, v) if !place.path.is_empty() && graph.ty(*v).is_float() => {
                stores.push(at.region);
            }
            Op::Swap(..) => {}
            _ => return false,
        }
    }
    let loads = &mut loads.iter().filter_map(|v| layout.def(*v).map(|(region, _)| region));
    weigh(&mut stores.into_iter()) < weigh(loads)
}
