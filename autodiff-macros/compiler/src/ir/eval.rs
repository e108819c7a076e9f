//! An interpreter: runs a graph as the printed code would run, only slowly. The oracle of the
//! compiler's tests.
//!
//! Memory is copied where the printed code borrows; arithmetic is in double precision, rounded where
//! a value is known to be `f32`; integer overflow, an index out of bounds, a failed assertion and
//! reading what has no value are errors. A pullback runs the callee again from its arguments.

mod call;
mod code;
mod datum;
mod function;
mod scalar;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use syn::Ident;

use super::{CallArg, Graph, Node, Op, Place, Proj, Region, Type, Value};
pub use datum::{Datum, Step};
pub use function::{Function, Functions, Transformed};

/// Nodes that run before a loop is taken for one without end.
const FUEL: usize = 20_000_000;

/// What a graph gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The returned values; with tangents, those follow.
    pub results: Vec<Datum>,
    /// What the backward sweep gives: the results of a body that has an [`Op::Seed`].
    pub gradients: Vec<Datum>,
    /// What each parameter holds at the end.
    pub params: Vec<Datum>,
    /// What each shadow holds at the end.
    pub shadows: Vec<Option<Datum>>,
}

/// Evaluates a graph that needs nothing but its arguments.
///
/// ```
/// use autodiff_compiler::ir::eval::{Datum, eval};
/// use autodiff_compiler::ir::{Builder, Graph, Shape, Type};
/// use autodiff_compiler::rules::Fun;
/// use proc_macro2::Span;
///
/// let mut b = Builder::default();
/// b.open();
/// let two = b.constant(quote::quote!(2.0), Type::F64, Span::call_site());
/// let root = b.scalar(Fun::Sqrt, vec![two], Type::F64, Span::call_site());
/// let body = b.close(Vec::new(), vec![root]);
/// let graph = Graph {
///     values: b.values,
///     params: Vec::new(),
///     body,
///     result: Shape::Leaf,
///     shadows: Vec::new(),
/// };
/// let outcome = eval(&graph, &[])?;
/// assert_eq!(outcome.results, [Datum::Float(2_f64.sqrt())]);
/// # Ok::<(), String>(())
/// ```
pub fn eval(graph: &Graph, args: &[Datum]) -> Result<Outcome, String> {
    Evaluation::new(graph).run(args)
}

/// A graph with what it is to be evaluated on.
#[derive(Clone, Debug)]
pub struct Evaluation<'a> {
    graph: &'a Graph,
    seeds: Vec<Datum>,
    shadows: Option<Vec<Option<Datum>>>,
    functions: Option<&'a Functions>,
}

impl<'a> Evaluation<'a> {
    /// Without seeds and functions; the shadows are zero.
    pub fn new(graph: &'a Graph) -> Self {
        Self { graph, seeds: Vec::new(), shadows: None, functions: None }
    }

    /// The adjoints of the returned values.
    pub fn seeds(mut self, seeds: Vec<Datum>) -> Self {
        self.seeds = seeds;
        self
    }

    /// The shadows or tangents, one per parameter; `None` where there is none.
    pub fn shadows(mut self, shadows: Vec<Option<Datum>>) -> Self {
        self.shadows = Some(shadows);
        self
    }

    /// What may be called.
    pub fn functions(mut self, functions: &'a Functions) -> Self {
        self.functions = Some(functions);
        self
    }

    /// Runs the graph.
    pub fn run(&self, args: &[Datum]) -> Result<Outcome, String> {
        Interpreter::new(self, args)?.outcome()
    }
}

struct Interpreter<'a> {
    graph: &'a Graph,
    functions: Option<&'a Functions>,
    seeds: &'a [Datum],
    values: Vec<Option<Datum>>,
    /// Const generics, as the lengths of the arguments tell them.
    constants: BTreeMap<String, Datum>,
    /// Views: the memory behind each.
    views: BTreeMap<Value, (Value, Vec<Step>)>,
    returned: Option<Vec<Datum>>,
    fuel: usize,
}

type Done = Result<(), String>;

impl<'a> Interpreter<'a> {
    fn new(evaluation: &'a Evaluation<'a>, args: &[Datum]) -> Result<Self, String> {
        let graph = evaluation.graph;
        if args.len() != graph.params.len() {
            return Err(format!("{} arguments for {}", args.len(), graph.params.len()));
        }
        let given = match &evaluation.shadows {
            Some(shadows) => shadows.clone(),
            None => args.iter().take(graph.shadows.len()).map(|d| Some(d.zero())).collect(),
        };
        if given.len() != graph.shadows.len() {
            return Err(format!("{} shadows for {}", given.len(), graph.shadows.len()));
        }
        let mut values = vec![None; graph.values.len()];
        let mut constants = BTreeMap::new();
        for (param, arg) in graph.params.iter().zip(args) {
            values[param.value.index()] = Some(arg.clone());
            lengths(graph.ty(param.value), arg, &mut constants);
        }
        for (shadow, datum) in graph.shadows.iter().zip(given) {
            values[shadow.index()] = datum;
        }
        Ok(Self {
            graph,
            functions: evaluation.functions,
            seeds: &evaluation.seeds,
            values,
            constants,
            views: BTreeMap::new(),
            returned: None,
            fuel: FUEL,
        })
    }

    fn outcome(mut self) -> Result<Outcome, String> {
        let results = self.region(&self.graph.body)?;
        let (results, gradients) = match self.returned.take() {
            Some(returned) => (returned, results),
            None => (results, Vec::new()),
        };
        let params = self.graph.params.iter().map(|p| self.get(p.value));
        let params = params.collect::<Result<_, _>>()?;
        let shadows = self.graph.shadows.iter().map(|s| self.values[s.index()].clone()).collect();
        Ok(Outcome { results, gradients, params, shadows })
    }

    // Values and memory.

    fn held(&self, value: Value) -> Result<&Datum, String> {
        let datum = self.values.get(value.index()).and_then(Option::as_ref);
        datum.ok_or_else(|| format!("{value} has no value"))
    }

    fn get(&self, value: Value) -> Result<Datum, String> {
        self.held(value).cloned()
    }

    fn all(&self, values: &[Value]) -> Result<Vec<Datum>, String> {
        values.iter().map(|v| self.get(*v)).collect()
    }

    fn set(&mut self, values: &[Value], data: Vec<Datum>) -> Done {
        if values.len() != data.len() {
            return Err(format!("{} values for {} results", data.len(), values.len()));
        }
        for (value, datum) in values.iter().zip(data) {
            self.values[value.index()] = Some(datum.of_type(self.graph.ty(*value)));
        }
        Ok(())
    }

    /// Whether this is a shadow that the caller does not want.
    fn is_absent(&self, root: Value) -> bool {
        self.values[root.index()].is_none() && self.graph.shadows.contains(&root)
    }

    /// The memory that a place names: behind a view, that of the object it was made of.
    fn path(&self, place: &Place) -> Result<(Value, Vec<Step>), String> {
        let index = |v: &Value| self.get(*v)?.index();
        let (root, mut path) =
            self.views.get(&place.root).cloned().unwrap_or_else(|| (place.root, Vec::new()));
        for step in &place.path {
            path.push(match step {
                Proj::Index(i) => Step::Index(index(i)?),
                Proj::Slice(lo, hi, inclusive) => {
                    let lo = lo.as_ref().map_or(Ok(0), index)?;
                    let hi = hi.as_ref().map(index).transpose()?;
                    Step::Slice(lo, hi.map(|hi| hi + usize::from(*inclusive)))
                }
                Proj::Field(member) => code::member(member),
                Proj::Payload(payload) | Proj::Slot(payload) => Step::Name(payload.to_string()),
                Proj::Flat | Proj::Axis(_) => return Err("tensors are not interpreted".into()),
            });
        }
        Ok((root, path))
    }

    /// What is at a place; in an absent shadow, zero.
    fn read(&self, place: &Place) -> Result<Datum, String> {
        let (root, path) = self.path(place)?;
        if self.is_absent(root) {
            let at = self.graph.shadows.iter().position(|s| *s == root);
            let primal = at.and_then(|at| self.graph.params.get(at));
            let primal = primal.ok_or_else(|| format!("{root} belongs to nothing"))?;
            return Ok(self.get(primal.value)?.get(&path)?.zero());
        }
        self.held(root)?.get(&path)
    }

    /// Changes what is at a place; of an absent shadow, nothing.
    fn update(&mut self, place: &Place, mut change: impl FnMut(&mut Datum) -> Done) -> Done {
        let (root, path) = self.path(place)?;
        let absent = self.is_absent(root);
        match &mut self.values[root.index()] {
            Some(datum) => datum.update(&path, &mut change),
            None if absent => Ok(()),
            None => Err(format!("{root} has no value")),
        }
    }

    fn write(&mut self, place: &Place, value: &Datum) -> Done {
        self.update(place, |datum| {
            *datum = value.clone();
            Ok(())
        })
    }

    // Nodes.

    fn region(&mut self, region: &Region) -> Result<Vec<Datum>, String> {
        for node in &region.nodes {
            self.fuel = self.fuel.checked_sub(1).ok_or("runs for ever")?;
            if node.op.regions().is_empty() {
                self.plain(node).map_err(|e| format!("{}: {e}", node.to_string().trim_end()))?;
            } else {
                self.control(node)?;
            }
        }
        self.all(&region.results)
    }

    fn control(&mut self, node: &Node) -> Done {
        let results = match &node.op {
            Op::View { sequence, lo, hi, start } => {
                let (root, mut path) = self.path(sequence)?;
                let (lo, hi) = (self.get(*lo)?.index()?, self.get(*hi)?.index()?);
                let first = if lo < hi { self.region(start)?[0].index()? } else { 0 };
                path.push(Step::Slice(first, Some(first + hi.saturating_sub(lo))));
                self.views.insert(node.results[0], (root, path));
                return Ok(());
            }
            Op::If(cond, then, other) => {
                self.region(if self.get(*cond)?.bool()? { then } else { other })?
            }
            Op::For { lo, hi, inclusive, rev, init, body } => {
                let (lo, hi) = (self.get(*lo)?.int()?, self.get(*hi)?.int()?);
                let end = if *inclusive { hi + 1 } else { hi };
                let mut carried = self.all(init)?;
                for k in 0..(end - lo).max(0) {
                    let index = if *rev { end - 1 - k } else { lo + k };
                    carried.insert(0, Datum::Int(index));
                    self.set(&body.params, carried)?;
                    carried = self.region(body)?;
                }
                carried
            }
            Op::While { init, cond, body } => {
                let mut carried = self.all(init)?;
                loop {
                    self.set(&cond.params, carried.clone())?;
                    let goes_on = self.region(cond)?;
                    if !goes_on.first().ok_or("a condition without result")?.bool()? {
                        break carried;
                    }
                    self.set(&body.params, carried)?;
                    carried = self.region(body)?;
                }
            }
            _ => unreachable!("has regions"),
        };
        self.set(&node.results, results)
    }

    fn plain(&mut self, node: &Node) -> Done {
        let ty = node.results.first().map_or(&Type::Unit, |v| self.graph.ty(*v));
        let result = match &node.op {
            Op::Const(tokens) => self.code(tokens, &[])?,
            Op::Verbatim { tokens, captures, .. } => self.code(tokens, captures)?,
            Op::Effect { tokens, captures } => return self.code(tokens, captures).map(drop),
            Op::Scalar(fun, args) => scalar::apply(*fun, &self.all(args)?, ty)?,
            Op::Cast(v, _) => scalar::cast(&self.get(*v)?, ty)?,
            Op::Stop(v) | Op::Object(v) => self.get(*v)?,
            Op::Tuple(parts) => Datum::Tuple(self.all(parts)?),
            Op::Array(parts) | Op::VecOf(parts) => Datum::Seq(self.all(parts)?),
            Op::Repeat(v, len) => repeat(self.get(*v)?, &self.code(len, &[])?)?,
            Op::VecRepeat(v, len) => repeat(self.get(*v)?, &self.get(*len)?)?,
            Op::VecNew(_) => Datum::Seq(Vec::new()),
            Op::Undef => Datum::Undef,
            Op::Zero(v) => self.read(&Place::whole(*v))?.zero(),
            Op::ShapeOf(place) => self.read(place)?.zero(),
            Op::ZeroOf(shape) => self.get(*shape)?,
            Op::Load(place, _) => self.read(place)?,
            Op::Len(place) => Datum::Int(self.read(place)?.elements()?.len() as i64),
            Op::PopBack(place) => {
                let last = self.pop(place)?;
                return if node.results.is_empty() {
                    Ok(())
                } else {
                    self.set(&node.results, vec![last])
                };
            }
            Op::StackNew(..) | Op::RowsNew(_) => Datum::Stack(Vec::new()),
            Op::RowsPop(rows) => self.pop(&Place::whole(*rows))?,
            Op::StackPop(stack) => {
                let Datum::Tuple(record) = self.pop(&Place::whole(*stack))? else {
                    return Err(format!("{stack} holds something else than records"));
                };
                return self.set(&node.results, record);
            }
            Op::Keep(v) => Datum::Kept(Some(Box::new(self.get(*v)?))),
            Op::KeepNone => Datum::Kept(None),
            Op::Unkeep(v) => match self.get(*v)? {
                Datum::Kept(Some(kept)) => *kept,
                other => return Err(format!("{other} is unwrapped")),
            },
            Op::Seed(returned) => {
                // Without operands the values come at the end, as results of the body.
                if !returned.is_empty() {
                    self.returned = Some(self.all(returned)?);
                }
                return self.set(&node.results, self.seeds.to_vec());
            }
            Op::Call(path, args) => return self.call(node, path, args),
            Op::CallVjp(path, args) => return self.call_vjp(node, path, args),
            Op::CallJvp(path, args, dots) => return self.call_jvp(node, path, args, dots),
            Op::Pull { pull, seed, args, .. } => {
                let Datum::Pullback { path, args: entry } = self.get(*pull)? else {
                    return Err(format!("{pull} is no pullback"));
                };
                return self.pull(node, &path, &entry, *seed, args);
            }
            Op::CallInto { path, call, seed, args } => {
                let entry = self.args(call)?;
                return self.pull(node, &call::name_of(path), &entry, *seed, args);
            }
            statement => return self.statement(statement),
        };
        self.set(&node.results, vec![result])
    }

    /// An operation without result.
    fn statement(&mut self, op: &Op) -> Done {
        match op {
            Op::Store(place, v) => self.write(place, &self.get(*v)?),
            Op::Accumulate(place, v) => {
                let value = self.get(*v)?;
                self.update(place, |datum| datum.add(&value))
            }
            Op::AccumulatePlace(to, from) => {
                let value = self.read(from)?;
                self.update(to, |datum| datum.add(&value))
            }
            Op::SetZero(place) => self.update(place, |datum| {
                *datum = datum.zero();
                Ok(())
            }),
            Op::Swap(place, i, j) => {
                let (i, j) = (self.get(*i)?.index()?, self.get(*j)?.index()?);
                self.update(place, |datum| match datum {
                    Datum::Seq(parts) if i.max(j) < parts.len() => {
                        parts.swap(i, j);
                        Ok(())
                    }
                    other => Err(format!("{other} has not both {i} and {j}")),
                })
            }
            Op::Checkpoint(_) => Ok(()),
            Op::Push(place, v) => self.push(place, &self.get(*v)?),
            Op::StackPush(stack, record) => {
                self.push(&Place::whole(*stack), &Datum::Tuple(self.all(record)?))
            }
            Op::RowsPush(rows, place) => {
                let row = self.read(place)?;
                self.push(&Place::whole(*rows), &row)
            }
            _ => Err("defines a value and has none".into()),
        }
    }

    fn push(&mut self, place: &Place, value: &Datum) -> Done {
        self.update(place, |datum| match datum {
            Datum::Seq(parts) | Datum::Stack(parts) => {
                parts.push(value.clone());
                Ok(())
            }
            other => Err(format!("{other} takes no more")),
        })
    }

    fn pop(&mut self, place: &Place) -> Result<Datum, String> {
        let mut last = None;
        self.update(place, |datum| {
            if let Datum::Seq(parts) | Datum::Stack(parts) = datum {
                last = parts.pop();
            }
            Ok(())
        })?;
        last.ok_or_else(|| format!("nothing is left in {place}"))
    }

    /// The user's own code.
    fn code(&self, tokens: &TokenStream, captures: &[(Ident, CallArg)]) -> Result<Datum, String> {
        let mut names = self.constants.clone();
        for (name, arg) in captures {
            names.insert(name.to_string(), self.arg(arg)?);
        }
        code::run(tokens, &|name| names.get(name).cloned())
    }
}

fn repeat(datum: Datum, len: &Datum) -> Result<Datum, String> {
    Ok(Datum::Seq(vec![datum; len.index()?]))
}

/// The lengths that an argument's type names.
fn lengths(ty: &Type, datum: &Datum, found: &mut BTreeMap<String, Datum>) {
    match (ty, datum) {
        (Type::Array(element, len), Datum::Seq(parts)) => {
            found.insert(len.clone(), Datum::Int(parts.len() as i64));
            parts.iter().take(1).for_each(|part| lengths(element, part, found));
        }
        (Type::Slice(element) | Type::Vec(element), Datum::Seq(parts)) => {
            parts.iter().take(1).for_each(|part| lengths(element, part, found));
        }
        (Type::Tuple(types), Datum::Tuple(parts)) => {
            types.iter().zip(parts).for_each(|(ty, part)| lengths(ty, part, found));
        }
        _ => {}
    }
}
