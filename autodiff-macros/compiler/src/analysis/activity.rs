//! Activity: which values carry a derivative from an active parameter to a result, and refuse what
//! carries one where none can be followed.

use super::unify::variables;
use crate::errors::{Diagnostic, Errors};
use crate::ir::{CallArg, Graph, Node, Op, Place, Region, Storage, Type, Value, ValueSet};
use crate::rules::{Pullback, Spelling};

/// How the adjoint of a value is held.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// In SSA values, summed as contributions arrive.
    Scalar,
    /// In a shadow: memory of the same shape.
    Shadow,
}

/// The result of the analysis.
#[derive(Debug)]
pub struct Activity {
    active: ValueSet,
    shadowed: ValueSet,
    assumed: ValueSet,
}

impl Activity {
    /// Analyses a graph; verbatim code that would have to be differentiated goes to `errors`.
    pub fn of(graph: &Graph, refusals: &[Diagnostic], errors: &mut Errors) -> Self {
        let (varied, useful) = (varied(graph, Opaque::Varies), useful(graph));
        refuse(graph, &varied, &useful, refusals, errors);
        let assumed = assumed(graph, &varied, &useful);
        let active = varied.intersection(&useful);
        for param in graph.params.iter().filter(|p| !p.active && active.contains(p.value)) {
            errors.push(Diagnostic::new(
                "AD0112",
                param.name.span(),
                format!(
                    "`{}` is not in `wrt`, and the function stores differentiated values in it",
                    param.shown_name()
                ),
                "name it in `wrt`: a `&mut` parameter is a result, too",
            ));
        }
        Self { active, shadowed: shadowed(graph), assumed }
    }

    /// That of a graph of which these values are known to depend on an active parameter.
    pub fn varying(graph: &Graph, active: ValueSet) -> Self {
        Self { active, shadowed: shadowed(graph), assumed: ValueSet::default() }
    }

    /// Marks the values that are taken for floats by the name of a method alone: rustc is to find out.
    pub fn assert_floats(&self, graph: &mut Graph) {
        for (i, data) in graph.values.iter_mut().enumerate() {
            data.is_asserted = self.assumed.contains(Value::new(i));
        }
    }

    /// Whether a value carries a derivative.
    pub fn is_active(&self, value: Value) -> bool {
        self.active.contains(value)
    }

    /// How the adjoint of a value is held.
    pub fn style(&self, value: Value) -> Style {
        if self.shadowed.contains(value) { Style::Shadow } else { Style::Scalar }
    }

    /// Whether a node has anything to do with derivatives.
    pub fn touches(&self, node: &Node) -> bool {
        node.results.iter().any(|r| self.is_active(*r))
            || writes(node, |root| self.is_active(root))
            || node.op.regions().any(|r| self.touches_region(r))
    }

    /// Whether anything in a region has to do with derivatives.
    pub fn touches_region(&self, region: &Region) -> bool {
        region.nodes.iter().any(|n| self.touches(n))
            || region.results.iter().any(|r| self.is_active(*r))
    }
}

/// Values of a type that only rustc knows which have a method of the rule table called on them, where what
/// that gives may carry a derivative.
fn assumed(graph: &Graph, varied: &ValueSet, useful: &ValueSet) -> ValueSet {
    let mut found = ValueSet::default();
    graph.body.each_node(&mut |node| {
        if let (Op::Scalar(fun, args), [result]) = (&node.op, &node.results[..])
            && matches!(fun.spelling(), Spelling::Method(_))
            && *graph.ty(args[0]) == Type::Unknown
            && args.iter().any(|v| varied.contains(*v))
            && useful.contains(*result)
        {
            found.insert(args[0]);
        }
    });
    found
}

/// Whether a node itself writes any such memory.
fn writes(node: &Node, is_such: impl Fn(Value) -> bool) -> bool {
    let mut writes = false;
    node.op.each_written(&mut |place| writes |= is_such(place.root));
    writes
}

fn reads(capture: &CallArg) -> Option<Value> {
    match capture {
        CallArg::Value(v) => Some(*v),
        CallArg::Ref(place, _) => Some(place.root),
    }
}

/// Refuses the code without a derivative that would have to be differentiated.
fn refuse(
    graph: &Graph,
    varied: &ValueSet,
    useful: &ValueSet,
    refusals: &[Diagnostic],
    errors: &mut Errors,
) {
    let refused = |varied: &ValueSet| {
        let mut found = Vec::new();
        graph.body.each_node(&mut |node| {
            let wanted = |v: &Value| useful.contains(*v) && !graph.ty(*v).is_constant();
            if let Op::Verbatim { refusal, captures, .. } = &node.op
                && captures.iter().any(|(_, c)| reads(c).is_some_and(|v| varied.contains(v)))
                && (node.results.iter().any(wanted) || writes(node, |root| wanted(&root)))
            {
                found.extend(refusals.get(*refusal).cloned());
            }
        });
        found
    };
    let all = refused(varied);
    if all.is_empty() {
        return;
    }
    // What is made of something refused is no mistake of its own.
    let first = refused(&self::varied(graph, Opaque::Ends));
    for diagnostic in if first.is_empty() { all } else { first } {
        errors.push(diagnostic);
    }
}

/// What code without a derivative makes of values that depend on an active parameter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Opaque {
    /// Values that do so too.
    Varies,
    /// Values that do not.
    Ends,
}

/// Values that depend on an active parameter.
fn varied(graph: &Graph, opaque: Opaque) -> ValueSet {
    let mut set: ValueSet = graph.params.iter().filter(|p| p.active).map(|p| p.value).collect();
    loop {
        let before = set.len();
        vary(graph, &graph.body, opaque, &mut set);
        if set.len() == before {
            return set;
        }
    }
}

fn vary(graph: &Graph, region: &Region, opaque: Opaque, set: &mut ValueSet) {
    let mark = |set: &mut ValueSet, v: Value| {
        if !graph.ty(v).is_constant() {
            set.insert(v);
        }
    };
    for node in &region.nodes {
        let dependent = match &node.op {
            Op::Scalar(fun, args) => match fun.pullback() {
                Pullback::None => false,
                Pullback::Args(parts) => {
                    args.iter().zip(&parts).any(|(a, p)| p.is_some() && set.contains(*a))
                }
            },
            Op::Cast(v, _) | Op::Object(v) | Op::Repeat(v, _) | Op::VecRepeat(v, _) => {
                set.contains(*v)
            }
            Op::Tuple(vs) | Op::Struct(_, _, vs) | Op::Array(vs) | Op::VecOf(vs) => {
                vs.iter().any(|v| set.contains(*v))
            }
            Op::Load(place, _) | Op::PopBack(place) => set.contains(place.root),
            // To be refused where the result matters.
            Op::Verbatim { captures, .. } => {
                opaque == Opaque::Varies
                    && captures.iter().any(|(_, c)| reads(c).is_some_and(|v| set.contains(v)))
            }
            Op::Store(place, v) | Op::Push(place, v) => {
                if set.contains(*v) {
                    mark(set, place.root);
                }
                false
            }
            Op::Call(_, args) => {
                let any = args.iter().any(|a| reads(a).is_some_and(|v| set.contains(v)));
                if any {
                    for arg in args {
                        if let CallArg::Ref(place, true) = arg {
                            mark(set, place.root);
                        }
                    }
                }
                any
            }
            _ => false,
        };
        if dependent {
            for r in &node.results {
                mark(set, *r);
            }
        }
        match &node.op {
            Op::If(_, a, b) => {
                vary(graph, a, opaque, set);
                vary(graph, b, opaque, set);
                for (i, r) in node.results.iter().enumerate() {
                    if set.contains(a.results[i]) || set.contains(b.results[i]) {
                        mark(set, *r);
                    }
                }
            }
            Op::For { init, body, .. } => {
                vary_loop(graph, node, init, body, 1, None, opaque, set);
            }
            Op::While { init, cond, body } => {
                vary_loop(graph, node, init, body, 0, Some(cond), opaque, set);
            }
            _ => {}
        }
    }
}

#[allow(clippy::too_many_arguments)]
fn vary_loop(
    graph: &Graph,
    node: &Node,
    init: &[Value],
    body: &Region,
    skip: usize,
    cond: Option<&Region>,
    opaque: Opaque,
    set: &mut ValueSet,
) {
    for round in 0..2 {
        for (i, start) in init.iter().enumerate() {
            if set.contains(*start) || set.contains(body.results[i]) {
                for v in [body.params[skip + i], node.results[i]] {
                    if !graph.ty(v).is_constant() {
                        set.insert(v);
                    }
                }
                if let Some(cond) = cond {
                    set.insert(cond.params[i]);
                }
            }
        }
        if round == 0 {
            vary(graph, body, opaque, set);
            if let Some(cond) = cond {
                vary(graph, cond, opaque, set);
            }
        }
    }
}

/// Values that a result, or the final state of an in-place parameter, depends on differentiably.
fn useful(graph: &Graph) -> ValueSet {
    let mut set: ValueSet = graph.body.results.iter().copied().collect();
    set.extend(graph.params.iter().filter(|p| p.in_place()).map(|p| p.value));
    loop {
        let before = set.len();
        use_region(&graph.body, &mut set);
        if set.len() == before {
            return set;
        }
    }
}

fn use_region(region: &Region, set: &mut ValueSet) {
    for node in region.nodes.iter().rev() {
        let wanted = node.results.iter().any(|r| set.contains(*r));
        match &node.op {
            Op::Scalar(fun, args) if wanted => {
                if let Pullback::Args(parts) = fun.pullback() {
                    for (a, p) in args.iter().zip(&parts) {
                        if p.is_some() {
                            set.insert(*a);
                        }
                    }
                }
            }
            Op::Cast(v, _) | Op::Object(v) | Op::Repeat(v, _) | Op::VecRepeat(v, _) if wanted => {
                set.insert(*v);
            }
            Op::Tuple(vs) | Op::Struct(_, _, vs) | Op::Array(vs) | Op::VecOf(vs) if wanted => {
                set.extend(vs.iter().copied())
            }
            Op::Load(place, _) | Op::PopBack(place) if wanted => {
                set.insert(place.root);
            }
            // What is made of it by code without a derivative is wanted of it all the same.
            Op::Verbatim { captures, .. } if wanted => {
                set.extend(captures.iter().filter_map(|(_, capture)| reads(capture)));
            }
            Op::Store(place, v) | Op::Push(place, v) if set.contains(place.root) => {
                set.insert(*v);
            }
            // Back into the adjoint of the sequence goes the adjoint of what was taken out, read or not.
            Op::PopBack(place) if set.contains(place.root) => {
                set.extend(node.results.iter().copied());
            }
            Op::Call(_, args) => {
                let writes =
                    args.iter().any(|a| matches!(a, CallArg::Ref(p, true) if set.contains(p.root)));
                if wanted || writes {
                    set.extend(args.iter().filter_map(reads));
                }
            }
            Op::If(_, a, b) => {
                for (i, r) in node.results.iter().enumerate() {
                    if set.contains(*r) {
                        set.insert(a.results[i]);
                        set.insert(b.results[i]);
                    }
                }
                use_region(a, set);
                use_region(b, set);
            }
            Op::For { init, body, .. } => use_loop(node, init, body, 1, set),
            Op::While { init, body, .. } => use_loop(node, init, body, 0, set),
            _ => {}
        }
    }
}

/// One pass over a loop: those around it are repeated as a whole, so that nested loops do not double
/// the work at each depth.
fn use_loop(node: &Node, init: &[Value], body: &Region, skip: usize, set: &mut ValueSet) {
    for round in 0..2 {
        for (i, start) in init.iter().enumerate() {
            if set.contains(node.results[i]) || set.contains(body.params[skip + i]) {
                // What goes around the loop is wanted at its end too: one answer for each variable.
                set.insert(node.results[i]);
                set.insert(body.results[i]);
                set.insert(*start);
            }
        }
        if round == 0 {
            use_region(body, set);
        }
    }
}

/// Values whose adjoint needs memory: aggregates, objects, and values of a type known to rustc alone
/// that are used as more than a number.
fn shadowed(graph: &Graph) -> ValueSet {
    let mut set = ValueSet::default();
    for (i, data) in graph.values.iter().enumerate() {
        let aggregate = matches!(
            data.ty,
            Type::Array(..)
                | Type::Slice(_)
                | Type::Vec(_)
                | Type::Tensor(..)
                | Type::Tuple(_)
                | Type::Struct(_)
                | Type::Enum(_)
        );
        let memory = matches!(data.storage, Storage::Object | Storage::Ref | Storage::RefMut);
        if aggregate || memory {
            set.insert(Value::new(i));
        }
    }
    for param in &graph.params {
        if *graph.ty(param.value) == Type::Unknown {
            set.insert(param.value);
        }
    }
    let mut root = |place: &Place| {
        if *graph.ty(place.root) == Type::Unknown {
            set.insert(place.root);
        }
    };
    let mut whole = Vec::new();
    graph.body.each_node(&mut |node| match &node.op {
        Op::Load(place, _)
        | Op::Store(place, _)
        | Op::Push(place, _)
        | Op::PopBack(place)
        | Op::Len(place)
        | Op::Swap(place, _, _) => root(place),
        Op::Call(_, args) => {
            for arg in args {
                match arg {
                    CallArg::Ref(place, _) => root(place),
                    CallArg::Value(v) => whole.push(*v),
                }
            }
        }
        Op::Object(v) => whole.push(*v),
        Op::Struct(..) => whole.push(node.results[0]),
        _ => {}
    });
    for v in graph.body.results.iter().copied().chain(whole) {
        if *graph.ty(v) == Type::Unknown {
            set.insert(v);
        }
    }
    let variables = variables(graph);
    while tie(graph, &variables, &mut set) {}
    set
}

/// Gives what branches and loops pass on the memory that one of its names needs: a variable has one
/// style, however it goes around. Whether that was news.
fn tie(graph: &Graph, variables: &[Vec<Value>], set: &mut ValueSet) -> bool {
    let before = set.len();
    for names in variables {
        if names.iter().any(|v| set.contains(*v)) {
            set.extend(names.iter().copied().filter(|v| *graph.ty(*v) == Type::Unknown));
        }
    }
    set.len() > before
}
