//! Where every value is defined, where every object is written, and what comes before what.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::iter;

use proc_macro2::TokenStream;

use super::Iteration;
use crate::ir::{Graph, Node, Op, Place, Region, Value, ValueMap};
use crate::rules::Fun;

/// The cost, in rough cycles, up to which a value is recomputed rather than kept.
pub const RECOMPUTE: u32 = 9;

/// A region: an index in order of a walk of the graph, 0 the function's body.
pub type RegionId = usize;

/// A node: its region and its index in there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct At {
    /// The region.
    pub region: RegionId,
    /// The index of the node.
    pub index: usize,
}

/// What a region belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// The function's body.
    Top,
    /// A branch of an `If`.
    Branch,
    /// The body of a loop.
    Body,
    /// The condition of a `While`.
    Cond,
}

/// How a region defines a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Site {
    /// As its parameter of that index.
    Param(usize),
    /// As a result of that node.
    Node(usize),
}

#[derive(Debug)]
struct Info {
    parent: Option<At>,
    kind: Kind,
}

/// See the module.
#[derive(Debug)]
pub struct Layout<'g> {
    infos: Vec<Info>,
    regions: Vec<&'g Region>,
    /// Asked for by few.
    ids: OnceCell<BTreeMap<*const Region, RegionId>>,
    defs: ValueMap<(RegionId, Site)>,
    writes: ValueMap<Vec<At>>,
    uses: Vec<usize>,
    constants: Vec<(Value, &'g TokenStream)>,
    /// The first value that is each constant, as Rust writes it; asked for by few.
    first_constants: OnceCell<BTreeMap<String, Value>>,
    /// Where values are stored.
    stores: ValueMap<Vec<At>>,
    /// The costly scalar operations on each first operand, with their results.
    scalars: ValueMap<Vec<(Fun, &'g [Value], Value)>>,
}

impl<'g> Layout<'g> {
    /// Walks the graph once.
    pub fn new(graph: &'g Graph) -> Self {
        let mut layout = Self {
            infos: Vec::new(),
            regions: Vec::new(),
            ids: OnceCell::new(),
            defs: ValueMap::default(),
            writes: ValueMap::default(),
            uses: vec![0; graph.values.len()],
            constants: Vec::new(),
            first_constants: OnceCell::new(),
            stores: ValueMap::default(),
            scalars: ValueMap::default(),
        };
        for (i, param) in graph.params.iter().enumerate() {
            layout.defs.insert(param.value, (0, Site::Param(i)));
        }
        layout.walk(&graph.body, None, Kind::Top);
        layout
    }

    fn walk(&mut self, region: &'g Region, parent: Option<At>, kind: Kind) {
        let id = self.infos.len();
        self.infos.push(Info { parent, kind });
        self.regions.push(region);
        for (i, param) in region.params.iter().enumerate() {
            self.defs.insert(*param, (id, Site::Param(i)));
        }
        for (index, node) in region.nodes.iter().enumerate() {
            let at = At { region: id, index };
            node.op.each_input(&mut |v| self.uses[v.index()] += 1);
            for result in &node.results {
                self.defs.insert(*result, (id, Site::Node(index)));
            }
            match &node.op {
                Op::Scalar(fun, args) if fun.cost() > RECOMPUTE => {
                    self.scalars.or_default(args[0]).push((*fun, args, node.results[0]));
                }
                Op::Const(tokens) => {
                    self.constants.push((node.results[0], tokens));
                }
                Op::Store(_, v) => self.stores.or_default(*v).push(at),
                _ => {}
            }
            node.op.each_written(&mut |place| self.writes.or_default(place.root).push(at));
            match &node.op {
                Op::If(_, a, b) => {
                    self.walk(a, Some(at), Kind::Branch);
                    self.walk(b, Some(at), Kind::Branch);
                }
                Op::For { body, .. } => self.walk(body, Some(at), Kind::Body),
                Op::While { cond, body, .. } => {
                    self.walk(cond, Some(at), Kind::Cond);
                    self.walk(body, Some(at), Kind::Body);
                }
                Op::View { start, .. } => self.walk(start, Some(at), Kind::Branch),
                _ => {}
            }
        }
        region.results.iter().for_each(|v| self.uses[v.index()] += 1);
    }

    /// The id of a region of the graph.
    pub fn id(&self, region: &Region) -> RegionId {
        let number = |(id, region): (RegionId, &&'g Region)| (std::ptr::from_ref(*region), id);
        let ids = self.ids.get_or_init(|| self.regions.iter().enumerate().map(number).collect());
        ids[&std::ptr::from_ref(region)]
    }

    /// The region of that id.
    pub fn region(&self, id: RegionId) -> &'g Region {
        self.regions[id]
    }

    /// Where the node that holds a region is.
    pub fn parent(&self, id: RegionId) -> Option<At> {
        self.infos[id].parent
    }

    /// The node that holds a region.
    pub fn holder(&self, id: RegionId) -> Option<&'g Node> {
        self.parent(id).map(|at| &self.regions[at.region].nodes[at.index])
    }

    /// The first value that is the same constant.
    pub fn same_constant(&self, value: Value, tokens: &TokenStream) -> Value {
        let first = self.first_constants.get_or_init(|| {
            let mut first = BTreeMap::new();
            for (value, tokens) in &self.constants {
                first.entry(tokens.to_string()).or_insert(*value);
            }
            first
        });
        first.get(&tokens.to_string()).copied().unwrap_or(value)
    }

    /// What a region belongs to.
    pub fn kind(&self, id: RegionId) -> Kind {
        self.infos[id].kind
    }

    /// Where a value is defined; `None` for values that a transform added.
    pub fn def(&self, value: Value) -> Option<(RegionId, Site)> {
        self.defs.get(value).copied()
    }

    /// The node that defines a value.
    pub fn node(&self, value: Value) -> Option<&'g Node> {
        match self.def(value)? {
            (region, Site::Node(index)) => Some(&self.regions[region].nodes[index]),
            _ => None,
        }
    }

    /// The result of that costly operation, if the region or one around it computes it.
    pub fn computed(&self, fun: Fun, args: &[Value], region: RegionId) -> Option<Value> {
        let around = |v: Value| self.def(v).is_some_and(|(home, _)| self.within(region, home));
        let same = |(f, operands, result): &(Fun, &[Value], Value)| {
            (*f == fun && *operands == args && around(*result)).then_some(*result)
        };
        self.scalars.get(args[0])?.iter().find_map(same)
    }

    /// The places that hold a value from where it is stored until the end.
    pub fn copies(&self, value: Value) -> impl Iterator<Item = &'g Place> + '_ {
        let stores = self.stores.get(value).map_or(&[][..], Vec::as_slice);
        stores.iter().filter_map(move |at| match &self.regions[at.region].nodes[at.index].op {
            Op::Store(place, _)
                if self.def(value).is_some_and(|(home, _)| home == at.region)
                    && !self.overwritten_after(place, *at) =>
            {
                Some(place)
            }
            _ => None,
        })
    }

    /// How often a value is read.
    pub fn uses(&self, value: Value) -> usize {
        self.uses.get(value.index()).copied().unwrap_or(0)
    }

    /// Where an object is written.
    pub fn writes(&self, root: Value) -> &[At] {
        self.writes.get(root).map_or(&[], Vec::as_slice)
    }

    /// Whether a region lies in a loop.
    pub fn in_loop(&self, mut id: RegionId) -> bool {
        loop {
            if self.infos[id].kind == Kind::Body {
                return true;
            }
            match self.infos[id].parent {
                Some(at) => id = at.region,
                None => return false,
            }
        }
    }

    /// How many loops a region lies in.
    pub fn loop_depth(&self, id: RegionId) -> usize {
        self.around(id).filter(|id| self.infos[*id].kind == Kind::Body).count()
    }

    /// Whether `inner` is `outer` or lies in it.
    pub fn within(&self, inner: RegionId, outer: RegionId) -> bool {
        self.around(inner).any(|id| id == outer)
    }

    /// Whether a value comes from outside of a region.
    pub fn is_outside(&self, value: Value, region: RegionId) -> bool {
        self.def(value).is_none_or(|(home, _)| !self.within(home, region))
    }

    /// The position of `at` in the region `region` that it lies in.
    fn lift(&self, mut at: At, region: RegionId) -> Option<usize> {
        while at.region != region {
            at = self.infos[at.region].parent?;
        }
        Some(at.index)
    }

    /// The region of a node of `outer` that `inner` is or lies in; `None` if it is `outer` itself.
    pub fn child(&self, mut inner: RegionId, outer: RegionId) -> Option<RegionId> {
        loop {
            let parent = (inner != outer).then(|| self.parent(inner)).flatten()?.region;
            if parent == outer {
                return Some(inner);
            }
            inner = parent;
        }
    }

    /// The innermost region that both lie in.
    fn common(&self, a: RegionId, b: RegionId) -> RegionId {
        let mut region = a;
        while !self.within(b, region) {
            region = self.infos[region].parent.map_or(0, |at| at.region);
        }
        region
    }

    /// Whether `root` may be written after the node at `at` and before control leaves the region that
    /// defines `root`.
    pub fn written_after(&self, root: Value, at: At) -> bool {
        self.overwritten_after(&Place::whole(root), at)
    }

    /// The same of a place in it.
    pub fn overwritten_after(&self, place: &Place, at: At) -> bool {
        let home = self.def(place.root).map_or(0, |(region, _)| region);
        self.writes(place.root).iter().any(|write| {
            let overlaps = |iteration| !self.is_disjoint_from(place, *write, iteration);
            let common = self.common(write.region, at.region);
            let (Some(w), Some(l)) = (self.lift(*write, common), self.lift(at, common)) else {
                return true;
            };
            if (w > l || w == l && *write != at) && overlaps(Iteration::Same) {
                return true;
            }
            // Earlier in the text or not, a later iteration comes by again.
            self.around(common)
                .take_while(|id| *id != home)
                .any(|id| self.infos[id].kind == Kind::Body && overlaps(Iteration::Later(id)))
        })
    }

    /// Whether nothing has been written to a place of an object before the node at `at` writes there.
    pub fn written_first(&self, place: &Place, at: At) -> bool {
        let home = self.def(place.root).map_or(0, |(region, _)| region);
        self.writes(place.root).iter().all(|write| {
            let disjoint = |iteration| self.is_disjoint_from(place, *write, iteration);
            let common = self.common(write.region, at.region);
            let (Some(w), Some(here)) = (self.lift(*write, common), self.lift(at, common)) else {
                return false;
            };
            let earlier = w < here || w == here && *write != at;
            let mut bodies = self.around(common).take_while(|id| *id != home);
            (!earlier || disjoint(Iteration::Same))
                && bodies
                    .all(|id| self.infos[id].kind != Kind::Body || disjoint(Iteration::Another(id)))
        })
    }

    /// Whether a place holds the same where the node at `snapshot` begins and where the one at `read` reads
    /// it, in the same region or an inner one, later or earlier.
    pub fn holds_the_same(&self, place: &Place, snapshot: At, read: At) -> bool {
        let region = snapshot.region;
        let Some(reading) = self.lift(read, region) else { return false };
        let (first, last) = (reading.min(snapshot.index), reading.max(snapshot.index));
        self.writes(place.root).iter().all(|write| {
            let disjoint = |iteration| self.is_disjoint_from(place, *write, iteration);
            match self.lift(*write, region) {
                Some(at) if at == reading => {
                    let common = self.common(write.region, read.region);
                    let later = self.lift(*write, common) > self.lift(read, common);
                    let unseen = later && reading > snapshot.index;
                    let mut bodies = self.around(common).take_while(|id| *id != region);
                    (unseen || disjoint(Iteration::Same))
                        && bodies.all(|id| {
                            self.infos[id].kind != Kind::Body || disjoint(Iteration::Another(id))
                        })
                }
                // The copy is of what the node itself may change.
                Some(at) if at == snapshot.index => at > reading || disjoint(Iteration::Same),
                Some(at) if first < at && at < last => disjoint(Iteration::Same),
                _ => true,
            }
        })
    }

    /// Whether a node writes nothing that is at a place too.
    pub fn is_disjoint_from(&self, place: &Place, write: At, iteration: Iteration) -> bool {
        let mut disjoint = true;
        self.regions[write.region].nodes[write.index].op.each_written(&mut |p| {
            disjoint &= p.root != place.root || self.are_disjoint(place, p, iteration);
        });
        disjoint
    }

    /// A region and those around it, inner ones first.
    fn around(&self, region: RegionId) -> impl Iterator<Item = RegionId> {
        iter::successors(Some(region), |id| self.infos[*id].parent.map(|parent| parent.region))
    }

    /// Whether `root` may be written after the node at `from` and before the node at `to`, which comes
    /// later in the same or an inner region.
    pub fn written_between(&self, root: Value, from: At, to: At) -> bool {
        let region = from.region;
        let Some(last) = self.lift(to, region) else { return true };
        let nested = to.region != region;
        self.writes(root).iter().any(|write| match self.lift(*write, region) {
            Some(w) => w > from.index && (w < last || nested && w == last),
            None => false,
        })
    }
}
