//! One type for each variable: what a loop or a branch hands on has the type of all that it may be.

use crate::ir::{Float, Graph, Op, Type, Value};

/// The values that each variable goes through, as loops and branches hand it on.
pub fn variables(graph: &Graph) -> Vec<Vec<Value>> {
    let mut variables = Vec::new();
    graph.body.each_node(&mut |node| {
        for (i, result) in node.results.iter().enumerate() {
            variables.extend(match &node.op {
                Op::If(_, a, b) => Some(vec![*result, a.results[i], b.results[i]]),
                Op::For { init, body, .. } => {
                    Some(vec![*result, init[i], body.params[i + 1], body.results[i]])
                }
                Op::While { init, cond, body } => {
                    Some(vec![*result, init[i], cond.params[i], body.params[i], body.results[i]])
                }
                _ => None,
            });
        }
    });
    variables
}

/// Gives the values that a variable goes through the type that one of them is known to have, where only
/// rustc knows those of others.
pub fn unify(graph: &mut Graph) {
    let mut same = variables(graph);
    // A copy has the type of what it is a copy of.
    graph.body.each_node(&mut |node| {
        if let Op::Load(place, _) = &node.op
            && place.path.is_empty()
        {
            same.push(vec![node.results[0], place.root]);
        }
    });
    while same.iter().fold(false, |news, names| agree(graph, names) | news) {}
}

/// Whether a variable's type was news for one of its values.
fn agree(graph: &mut Graph, names: &[Value]) -> bool {
    let known = names.iter().map(|v| graph.ty(*v)).filter(|ty| **ty != Type::Unknown);
    let Some(ty) = known.cloned().reduce(|a, b| a.join(&b)) else { return false };
    if ty == Type::Unknown {
        return false;
    }
    let mut news = false;
    for v in names {
        let of = &mut graph.values[v.index()].ty;
        let vague = matches!(of, Type::Unknown | Type::Float(Float::Infer) | Type::Int(None));
        if vague && *of != ty {
            *of = ty.clone();
            news = true;
        }
    }
    news
}
