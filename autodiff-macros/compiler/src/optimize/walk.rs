//! What passes over loops share: the loops, and what a node does with an object.

use crate::analysis::{Layout, RegionId};
use crate::ir::{CallArg, Op, Place, PullArg, Region, Value};

/// Calls `f` on the body of every `for` loop, inner ones first.
pub fn each_for<'g>(
    region: &'g Region,
    layout: &Layout<'g>,
    f: &mut dyn FnMut(&'g Region, RegionId),
) {
    for node in &region.nodes {
        node.op.regions().into_iter().for_each(|inner| each_for(inner, layout, f));
        if let Op::For { body, .. } = &node.op {
            f(body, layout.id(body));
        }
    }
}

/// One thing that an operation does with an object.
#[derive(Debug)]
pub struct Access<'g> {
    /// Where; `None` if that is not told.
    pub place: Option<&'g Place>,
    /// Whether what is there may change.
    pub writes: bool,
    /// Whether it changes by an addition, which commutes with others.
    pub adds: bool,
}

/// What an operation itself does with an object, its regions aside. To look at lengths is no access.
pub fn accesses(op: &Op, root: Value) -> Vec<Access<'_>> {
    let access = |place, writes| Access { place: Some(place), writes, adds: false };
    let adds = |place| Access { place: Some(place), writes: true, adds: true };
    let mut found = match op {
        Op::Load(p, _) => vec![access(p, false)],
        Op::Store(p, _) | Op::SetZero(p) => vec![access(p, true)],
        Op::Accumulate(p, _) => vec![adds(p)],
        Op::AccumulatePlace(p, q) => vec![adds(p), access(q, false)],
        Op::Len(_)
        | Op::Zero(_)
        | Op::ShapeOf(_)
        | Op::Scalar(..)
        | Op::Cast(..)
        | Op::If(..)
        | Op::For { .. }
        | Op::While { .. } => Vec::new(),
        Op::Call(_, args) | Op::CallVjp(_, args) => args.iter().filter_map(argument).collect(),
        Op::Pull { call, args, .. } => {
            let again = call.iter().flatten().filter_map(argument);
            again.chain(args.iter().filter_map(shadow)).collect()
        }
        Op::CallInto { call, args, .. } => {
            call.iter().filter_map(argument).chain(args.iter().filter_map(shadow)).collect()
        }
        _ => {
            let mut read = false;
            op.each_input(&mut |v| read |= v == root);
            let unknown = Access { place: None, writes: true, adds: false };
            return if read { vec![unknown] } else { Vec::new() };
        }
    };
    found.retain(|a| a.place.is_some_and(|p| p.root == root));
    found
}

fn argument(arg: &CallArg) -> Option<Access<'_>> {
    match arg {
        CallArg::Ref(place, writes) => {
            Some(Access { place: Some(place), writes: *writes, adds: false })
        }
        CallArg::Value(_) => None,
    }
}

fn shadow(arg: &PullArg) -> Option<Access<'_>> {
    match arg {
        PullArg::Shadow(place, _) => Some(Access { place: Some(place), writes: true, adds: false }),
        _ => None,
    }
}
