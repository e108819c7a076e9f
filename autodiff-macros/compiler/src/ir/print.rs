//! The textual form of the graph, for people and for tests: one definition or one node a line.
//!
//! ```text
//! param %0: f64  ; x, active
//! %1: f64 = mul %0, %0  ; y
//! %2: bool = lt %1, %0
//! %6: f64 = if %2
//!   then:
//!     %4: f64 = neg %1
//!     yield %4
//!   else:
//!     yield %1
//! return %6
//! ```
//!
//! A graph shows the type and the storage of what it defines, and after `;` the user's own name.
//! A node or a region by itself shows the values alone.

use std::fmt::{self, Display, Formatter, Write};

use super::{
    CallArg, Checkpoint, Graph, Node, Op, Param, Payload, Place, Proj, PullArg, Region, Storage,
    Take, Value, ValueData,
};

impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "%{}", self.index())
    }
}

impl Display for Graph {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let printer = Printer { values: &self.values };
        for Param { value, name, active, .. } in &self.params {
            let active = if *active { ", active" } else { "" };
            writeln!(f, "param {}  ; {name}{active}", printer.definition(*value))?;
        }
        for shadow in &self.shadows {
            writeln!(f, "shadow {}", printer.definition(*shadow))?;
        }
        printer.nodes(f, &self.body, 0)?;
        writeln!(f, "{}", List("return", &self.body.results))
    }
}

impl Display for Region {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Printer { values: &[] }.region(f, "region", self, 0)
    }
}

impl Display for Node {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Printer { values: &[] }.node(f, self, 0)
    }
}

/// Prints definitions with what the table knows of them.
struct Printer<'a> {
    values: &'a [ValueData],
}

impl Printer<'_> {
    fn definition(&self, value: Value) -> String {
        let Some(data) = self.values.get(value.index()) else {
            return value.to_string();
        };
        let storage = match data.storage {
            Storage::Local => "",
            Storage::Object => "object ",
            Storage::Ref => "&",
            Storage::RefMut => "&mut ",
            Storage::Slot => "slot ",
            Storage::Tangent => "tangent ",
        };
        format!("{value}: {storage}{}", data.ty)
    }

    fn definitions(&self, values: &[Value]) -> String {
        values.iter().map(|v| self.definition(*v)).collect::<Vec<_>>().join(", ")
    }

    fn nodes(&self, f: &mut Formatter<'_>, region: &Region, depth: usize) -> fmt::Result {
        region.nodes.iter().try_for_each(|node| self.node(f, node, depth))
    }

    fn region(
        &self,
        f: &mut Formatter<'_>,
        label: &str,
        region: &Region,
        depth: usize,
    ) -> fmt::Result {
        indent(f, depth)?;
        f.write_str(label)?;
        if !region.params.is_empty() {
            write!(f, "({})", self.definitions(&region.params))?;
        }
        f.write_str(":\n")?;
        self.nodes(f, region, depth + 1)?;
        indent(f, depth + 1)?;
        writeln!(f, "{}", List("yield", &region.results))
    }

    fn node(&self, f: &mut Formatter<'_>, node: &Node, depth: usize) -> fmt::Result {
        indent(f, depth)?;
        if !node.results.is_empty() {
            write!(f, "{} = ", self.definitions(&node.results))?;
        }
        write!(f, "{}", node.op)?;
        let names = node.results.iter().filter_map(|v| self.values.get(v.index())?.name.as_ref());
        let names = names.map(ToString::to_string).collect::<Vec<_>>();
        if !names.is_empty() {
            write!(f, "  ; {}", names.join(", "))?;
        }
        f.write_char('\n')?;
        for (label, region) in labels(&node.op).iter().zip(node.op.regions()) {
            self.region(f, label, region, depth + 1)?;
        }
        Ok(())
    }
}

fn indent(f: &mut Formatter<'_>, depth: usize) -> fmt::Result {
    write!(f, "{:1$}", "", 2 * depth)
}

fn labels(op: &Op) -> &'static [&'static str] {
    match op {
        Op::If(..) => &["then", "else"],
        Op::For { .. } => &["body"],
        Op::View { .. } => &["start"],
        Op::While { .. } => &["cond", "body"],
        _ => &[],
    }
}

/// A word and what it takes: `yield %1, %2`.
struct List<'a, T>(&'a str, &'a [T]);

impl<T: Display> Display for List<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let items = self.1.iter().map(ToString::to_string).collect::<Vec<_>>();
        let gap = if items.is_empty() { "" } else { " " };
        write!(f, "{}{gap}{}", self.0, items.join(", "))
    }
}

/// `(a, b)`.
fn tuple<T: Display>(items: &[T]) -> String {
    format!("({})", items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
}

/// `, with a = %1, b = &%2`.
fn captured<N: Display>(captures: &[(N, CallArg)]) -> String {
    if captures.is_empty() {
        return String::new();
    }
    let pairs = captures.iter().map(|(name, arg)| format!("{name} = {arg}"));
    format!(", with {}", pairs.collect::<Vec<_>>().join(", "))
}

struct Name<'a>(&'a syn::Member);

impl Display for Name<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            syn::Member::Named(name) => write!(f, "{name}"),
            syn::Member::Unnamed(i) => write!(f, "{}", i.index),
        }
    }
}

/// `Circle.r`.
impl Display for Payload {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.name(), Name(&self.member))
    }
}

impl Display for Place {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let end = |v: &Option<Value>| v.map(|v| v.to_string()).unwrap_or_default();
        write!(f, "{}", self.root)?;
        for step in &self.path {
            match step {
                Proj::Index(i) => write!(f, "[{i}]")?,
                Proj::Slice(lo, hi, inclusive) => {
                    let dots = if *inclusive { "..=" } else { ".." };
                    write!(f, "[{}{dots}{}]", end(lo), end(hi))?;
                }
                Proj::Field(member) => write!(f, ".{}", Name(member))?,
                Proj::Payload(payload) => write!(f, " as {payload}")?,
                Proj::Slot(payload) => write!(f, ".{payload}")?,
                Proj::Flat => f.write_str(".flat")?,
                Proj::Axis(axis) => write!(f, ".axis{axis}")?,
            }
        }
        Ok(())
    }
}

impl Display for CallArg {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            CallArg::Value(v) => write!(f, "{v}"),
            CallArg::Ref(place, false) => write!(f, "&{place}"),
            CallArg::Ref(place, true) => write!(f, "&mut {place}"),
        }
    }
}

impl Display for PullArg {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            PullArg::None => f.write_str("none"),
            PullArg::Local(v) => write!(f, "local like {v}"),
            PullArg::Shadow(place, false) => write!(f, "shadow {place}"),
            PullArg::Shadow(place, true) => write!(f, "shadow in place {place}"),
        }
    }
}

impl Display for Op {
    /// The operation alone, without the regions.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Op::Const(tokens) => write!(f, "const {tokens}"),
            Op::Verbatim { tokens, captures, .. } => {
                write!(f, "verbatim {{ {tokens} }}{}", captured(captures))
            }
            Op::Effect { tokens, captures } => {
                write!(f, "effect {{ {tokens} }}{}", captured(captures))
            }
            Op::Scalar(fun, args) => write!(f, "{}", List(fun.name(), args)),
            Op::Cast(v, ty) => write!(f, "cast {v} as {ty}"),
            Op::Stop(v) => write!(f, "stop {v}"),
            Op::Struct(path, _, parts) => write!(f, "{}", List(&format!("struct {path}"), parts)),
            Op::Tuple(parts) => write!(f, "{}", List("tuple", parts)),
            Op::Array(parts) => write!(f, "{}", List("array", parts)),
            Op::Repeat(v, len) => write!(f, "array {v}; {len}"),
            Op::VecOf(parts) => write!(f, "{}", List("vec", parts)),
            Op::VecRepeat(v, len) => write!(f, "vec {v}; {len}"),
            Op::VecNew(capacity) => write!(f, "{}", List("vec_new", capacity.as_slice())),
            Op::Object(v) => write!(f, "object {v}"),
            Op::Undef => f.write_str("undef"),
            Op::Zero(v) => write!(f, "zero like {v}"),
            Op::ShapeOf(place) => write!(f, "shape of {place}"),
            Op::ZeroOf(v) => write!(f, "zero of {v}"),
            Op::Load(place, Take::Value) => write!(f, "load {place}"),
            Op::Load(place, Take::Clone) => write!(f, "load_clone {place}"),
            Op::Load(place, Take::Owned) => write!(f, "load_owned {place}"),
            Op::Store(place, v) => write!(f, "store {place} = {v}"),
            Op::Accumulate(place, v) => write!(f, "accumulate {place} += {v}"),
            Op::AccumulatePlace(to, from) => write!(f, "accumulate_place {to} += {from}"),
            Op::SetZero(place) => write!(f, "set_zero {place}"),
            Op::Swap(place, i, j) => write!(f, "swap {place}, {i}, {j}"),
            Op::Push(place, v) => write!(f, "push {place}, {v}"),
            Op::PopBack(place) => write!(f, "pop_back {place}"),
            Op::Len(place) => write!(f, "len {place}"),
            Op::View { sequence, lo, hi, .. } => write!(f, "view {sequence} for {lo}..{hi}"),
            Op::Call(path, args) => write!(f, "call {path}{}", tuple(args)),
            Op::CallVjp(path, args) => write!(f, "call_vjp {path}{}", tuple(args)),
            Op::CallJvp(path, args, dots) => {
                let dots =
                    dots.iter().map(|d| d.as_ref().map_or("none".into(), CallArg::to_string));
                let dots = dots.collect::<Vec<String>>();
                write!(f, "call_jvp {path}{}, {}", tuple(args), tuple(&dots))
            }
            Op::Pull { pull, seed, args, .. } => write!(f, "pull {pull}, {seed}, {}", tuple(args)),
            Op::CallInto { path, call, seed, args } => {
                write!(f, "call_into {path}{}, {seed}, {}", tuple(call), tuple(args))
            }
            Op::If(cond, ..) => write!(f, "if {cond}"),
            Op::For { lo, hi, inclusive, rev, init, .. } => {
                let dots = if *inclusive { "..=" } else { ".." };
                let rev = if *rev { " rev" } else { "" };
                let head = format!("for {lo}{dots}{hi}{rev}");
                write!(f, "{head}{}", carrying(init))
            }
            Op::While { init, .. } => write!(f, "while{}", carrying(init)),
            Op::Checkpoint(checkpoint) => match checkpoint {
                Checkpoint::Each => f.write_str("checkpoint each"),
                Checkpoint::Every(n) => write!(f, "checkpoint every {n}"),
                Checkpoint::Snapshots(n) => write!(f, "checkpoint snapshots {n}"),
            },
            Op::StackNew(room, _) => write!(f, "{}", List("stack_new", room.as_slice())),
            Op::StackPush(stack, record) => write!(f, "stack_push {stack}{}", List(",", record)),
            Op::StackPop(stack) => write!(f, "stack_pop {stack}"),
            Op::RowsNew(room) => write!(f, "{}", List("rows_new", room.as_slice())),
            Op::RowsPush(rows, place) => write!(f, "rows_push {rows}, {place}"),
            Op::RowsPop(rows) => write!(f, "rows_pop {rows}"),
            Op::Keep(v) => write!(f, "keep {v}"),
            Op::KeepNone => f.write_str("keep_none"),
            Op::Unkeep(v) => write!(f, "unkeep {v}"),
            Op::Seed(returned) => write!(f, "{}", List("seed", returned)),
        }
    }
}

fn carrying(init: &[Value]) -> String {
    if init.is_empty() { String::new() } else { List(" carrying", init).to_string() }
}
