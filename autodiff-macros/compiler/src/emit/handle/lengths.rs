//! How long shadows are.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use syn::Ident;

use crate::ir::{Graph, Node, Op, Place, Proj, Region, Storage, Type, Value};
use crate::parse::Signature;

/// Lets rustc see that shadows are as long as what they belong to, where elements of both are named by the
/// same index: one check of its bounds will do.
pub fn shown(
    graph: &Graph,
    signature: &Signature,
    names: &[Ident],
    slots: &[Ident],
) -> TokenStream {
    let params = graph.params.iter().zip(&graph.shadows).enumerate();
    let both = params.filter(|(at, (param, shadow))| {
        signature.parameters[*at].active
            && graph.data(param.value).storage == Storage::Ref
            && graph.data(**shadow).storage == Storage::Slot
            && matches!(graph.ty(param.value), Type::Slice(_) | Type::Vec(_))
            && are_indexed_alike(&graph.body, param.value, **shadow)
    });
    let one = |(at, _): (usize, _)| {
        let (name, slot) = (&names[at], &slots[at]);
        hygienic!(let mut #slot = #slot.map(|ad_shadow| &mut ad_shadow[..#name.len()]);)
    };
    both.map(one).collect()
}

/// Whether elements of both have an index in common.
fn are_indexed_alike(body: &Region, a: Value, b: Value) -> bool {
    let mut indices = [BTreeSet::new(), BTreeSet::new()];
    body.each_node(&mut |node: &Node| {
        let (Op::Load(place, _) | Op::Accumulate(place, _)) = &node.op else { return };
        let Place { root, path } = place;
        if let Some(Proj::Index(index)) = path.first() {
            for (indices, of) in indices.iter_mut().zip([a, b]) {
                if *root == of {
                    indices.insert(*index);
                }
            }
        }
    });
    let [of_a, of_b] = indices;
    of_a.intersection(&of_b).next().is_some()
}
