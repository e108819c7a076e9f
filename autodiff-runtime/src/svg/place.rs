//! Where boxes and edges go: a layered drawing, from the top down.
//!
//! `layout-rs` ranks, orders and places the boxes and bends long edges around them. It is asked
//! for coordinates only; the picture is written in [`super`].

use layout::adt::dag::NodeHandle;
use layout::core::base::Orientation;
use layout::core::format::Visible;
use layout::core::geometry::{Point as Coordinates, Position};
use layout::core::style::StyleAttr;
use layout::std_shapes::shapes::{Arrow, Element, ShapeKind};
use layout::topo::layout::VisualGraph;
use layout::topo::placer::Placer;

/// Free space on either side of a box, and above and below it.
const MARGIN: Coordinates = Coordinates { x: 12.0, y: 22.0 };
/// The part of a box's upper side that arrows may end on.
const PORT_SPAN: f64 = 0.7;

/// A point of the picture, or the width and height of something.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    pub x: f64,
    pub y: f64,
}

/// An edge as the points it runs through, downwards.
#[derive(Debug)]
pub(super) struct Route {
    /// The box it ends at.
    pub to: usize,
    /// At least two; each stretch runs down, straight or in a bow.
    pub points: Vec<Point>,
}

/// A drawing whose upper left corner is the origin.
#[derive(Debug)]
pub(super) struct Placement {
    /// The centre of each box.
    pub centres: Vec<Point>,
    pub routes: Vec<Route>,
    pub size: Point,
}

/// Places boxes of the given sizes. Edges lead from lower to higher indices, each pair once.
pub(super) fn place(sizes: &[Point], edges: &[(usize, usize)]) -> Placement {
    let mut placement =
        Placement { centres: Vec::new(), routes: Vec::new(), size: Point { x: 0.0, y: 0.0 } };
    if sizes.is_empty() {
        return placement;
    }
    let graph = lay_out(sizes, edges);
    let layers = layers(&graph);
    let boxes = (0..sizes.len()).map(NodeHandle::new);
    placement.centres = boxes.clone().map(|node| centre(&graph, node)).collect();
    placement.routes = boxes.flat_map(|to| routes_to(&graph, &layers, to)).collect();
    placement.spread_arrivals(sizes);
    placement.move_to_origin(sizes);
    placement
}

/// The graph after layout. Its first nodes are the boxes, in order; after them come the
/// *connectors*, one for each layer that an edge passes.
fn lay_out(sizes: &[Point], edges: &[(usize, usize)]) -> VisualGraph {
    let mut graph = VisualGraph::new(Orientation::TopToBottom);
    // The checks after every step take a time that is cubic in the size of the graph.
    graph.dag.set_validate(false);
    let boxes: Vec<_> = sizes.iter().map(|&size| graph.add_node(element(size))).collect();
    for &(from, to) in edges {
        graph.add_edge(Arrow::simple(""), boxes[from], boxes[to]);
    }
    graph.to_valid_dag();
    graph.split_long_edges(false);
    for node in graph.iter_nodes() {
        graph.element_mut(node).resize();
    }
    Placer::new(&mut graph).layout(false);
    graph
}

fn element(size: Point) -> Element {
    let size = Coordinates::new(size.x, size.y);
    let mut element = Element::create(
        ShapeKind::Box(String::new()),
        StyleAttr::simple(),
        Orientation::TopToBottom,
        size,
    );
    let doubled = Coordinates::new(2.0 * MARGIN.x, 2.0 * MARGIN.y);
    element.pos = Position::new(Coordinates::zero(), size, Coordinates::zero(), doubled);
    element
}

fn centre(graph: &VisualGraph, node: NodeHandle) -> Point {
    let middle = graph.pos(node).middle();
    Point { x: middle.x, y: middle.y }
}

/// The upper and lower limit of each layer's boxes; none where a layer has no box. An edge that
/// passes a layer runs straight between them, or it would touch the boxes beside it.
///
/// Connectors do not count: the layout shifts some of them up or down for the sake of edges drawn
/// as straight lines.
fn layers(graph: &VisualGraph) -> Vec<Option<(f64, f64)>> {
    let layer = |level| {
        let row = graph.dag.row(level).iter();
        row.filter(|&&node| !graph.is_connector(node))
            .map(|&node| graph.pos(node).bbox(false))
            .map(|(upper, lower)| (upper.y, lower.y))
            .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    };
    (0..graph.dag.num_levels()).map(layer).collect()
}

/// The routes of the edges that end at the box `to`.
fn routes_to(graph: &VisualGraph, layers: &[Option<(f64, f64)>], to: NodeHandle) -> Vec<Route> {
    let end = Point { x: centre(graph, to).x, y: graph.pos(to).top(false) };
    let mut routes = Vec::new();
    for &predecessor in graph.preds(to) {
        // Backwards through the connectors, each of which has one predecessor.
        let mut points = vec![end];
        let mut node = predecessor;
        while graph.is_connector(node) {
            let x = centre(graph, node).x;
            if let Some((top, bottom)) = layers[graph.dag.level(node)] {
                points.extend([Point { x, y: bottom }, Point { x, y: top }]);
            }
            node = graph.preds(node)[0];
        }
        points.push(Point { x: centre(graph, node).x, y: graph.pos(node).bottom(false) });
        points.reverse();
        routes.push(Route { to: to.get_index(), points });
    }
    routes
}

impl Placement {
    /// Spreads the edges that end at one box over its upper side, in the order in which they
    /// arrive.
    fn spread_arrivals(&mut self, sizes: &[Point]) {
        let approach = |route: &Route| route.points[route.points.len() - 2].x;
        for arriving in self.routes.chunk_by_mut(|a, b| a.to == b.to) {
            arriving.sort_by(|a, b| approach(a).total_cmp(&approach(b)));
            let count = arriving.len() as f64;
            for (place, route) in arriving.iter_mut().enumerate() {
                let share = (place as f64 + 0.5) / count - 0.5;
                if let Some(end) = route.points.last_mut() {
                    end.x += share * PORT_SPAN * sizes[route.to].x;
                }
            }
        }
    }

    fn move_to_origin(&mut self, sizes: &[Point]) {
        let boxes = || self.centres.iter().zip(sizes);
        let bends = || self.routes.iter().flat_map(|route| &route.points);
        let left = boxes().map(|(c, s)| c.x - s.x / 2.0).chain(bends().map(|p| p.x));
        let right = boxes().map(|(c, s)| c.x + s.x / 2.0).chain(bends().map(|p| p.x));
        let top = boxes().map(|(c, s)| c.y - s.y / 2.0).fold(f64::INFINITY, f64::min);
        let bottom = boxes().map(|(c, s)| c.y + s.y / 2.0).fold(0.0, f64::max);
        let left = left.fold(f64::INFINITY, f64::min);
        let right = right.fold(f64::NEG_INFINITY, f64::max);

        let bends = self.routes.iter_mut().flat_map(|route| &mut route.points);
        for point in self.centres.iter_mut().chain(bends) {
            point.x -= left;
            point.y -= top;
        }
        self.size = Point { x: right - left, y: bottom - top };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Point = Point { x: 100.0, y: 40.0 };

    fn assert_sound(placement: &Placement, sizes: &[Point]) {
        let centres = &placement.centres;
        for (i, a) in centres.iter().enumerate() {
            assert!(a.x >= sizes[i].x / 2.0 && a.y >= sizes[i].y / 2.0);
            assert!(a.x <= placement.size.x && a.y <= placement.size.y);
            for (j, b) in centres.iter().enumerate().skip(i + 1) {
                let apart_x = (a.x - b.x).abs() >= (sizes[i].x + sizes[j].x) / 2.0;
                let apart_y = (a.y - b.y).abs() >= (sizes[i].y + sizes[j].y) / 2.0;
                assert!(apart_x || apart_y, "boxes {i} and {j} overlap");
            }
        }
        for route in &placement.routes {
            assert!(route.points.len() >= 2);
            assert!(route.points.is_sorted_by(|a, b| a.y < b.y), "{route:?} runs upwards");
        }
    }

    #[test]
    fn nothing_takes_no_space() {
        assert_eq!(place(&[], &[]).size, Point { x: 0.0, y: 0.0 });
    }

    #[test]
    fn one_box_fills_its_drawing() {
        let placement = place(&[SIZE], &[]);
        assert_eq!(placement.size, SIZE);
        assert_eq!(placement.centres, [Point { x: 50.0, y: 20.0 }]);
    }

    #[test]
    fn layers_follow_the_edges() {
        let sizes = [SIZE; 4];
        let placement = place(&sizes, &[(0, 1), (0, 2), (1, 3), (2, 3), (0, 3)]);
        assert_sound(&placement, &sizes);
        let y: Vec<_> = placement.centres.iter().map(|centre| centre.y).collect();
        assert!(y[0] < y[1] && y[1] == y[2] && y[2] < y[3]);
        assert_eq!(
            placement.routes[4].points.len(),
            4,
            "an edge runs straight through a layer that it passes"
        );
    }

    #[test]
    fn random_graphs_are_placed_soundly() {
        // A linear congruential generator: the graphs are the same in every run.
        let mut state = 1_u64;
        let mut random = |below: usize| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 33) as usize % below
        };
        for nodes in (1..60).chain([120]) {
            let sizes: Vec<_> = (0..nodes)
                .map(|_| Point {
                    x: 60.0 + 10.0 * random(15) as f64,
                    y: 34.0 + 15.0 * random(3) as f64,
                })
                .collect();
            let mut edges = Vec::new();
            for to in 1..nodes {
                for _ in 0..random(4) {
                    let nearby = to.min(1 + random(12));
                    edges.push((to - 1 - random(nearby), to));
                }
            }
            edges.sort_unstable();
            edges.dedup();
            assert_sound(&place(&sizes, &edges), &sizes);
        }
    }
}
