//! The graph as an SVG picture: forward and backward side by side, each laid out in layers.

mod card;
mod legend;
mod place;

use std::collections::BTreeSet;
use std::fmt::{Display, Write as _};

use self::card::Card;
use self::legend::{Legend, region_colour};
use self::place::{Placement, Point, Route, place};
use crate::graph::Graph;

/// A character of the monospaced fonts is this share of the font's size wide.
const ADVANCE: f64 = 0.61;
const TITLE_SIZE: f64 = 13.0;
const LINE_SIZE: f64 = 11.0;
const LINE_HEIGHT: f64 = 15.0;

const PAGE_MARGIN: f64 = 24.0;
/// The part of the page above the panels, without the legend.
const HEADER_HEIGHT: f64 = 52.0;
const LEGEND_TOP: f64 = 38.0;
const PANEL_PADDING: f64 = 24.0;
const PANEL_HEADER: f64 = 40.0;

const RESIDUAL: &str = "#9333ea";
/// Scoped by the root's class, because a style inside an HTML page applies to the whole page.
const STYLE: &str = "
.autodiff text { font: 11px ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; fill: #334155; }
.autodiff .name { font-size: 20px; font-weight: bold; fill: #0f172a; }
.autodiff .heading { font-size: 13px; font-weight: bold; fill: #475569; }
.autodiff .op { font-size: 13px; font-weight: bold; fill: #0f172a; }
.autodiff .dim { fill: #94a3b8; }
.autodiff .region { fill: #64748b; font-style: italic; }
.autodiff .residual { fill: #9333ea; }
.autodiff .panel { fill: #f8fafc; stroke: #e2e8f0; }
.autodiff .edge { fill: none; stroke: #64748b; stroke-width: 1.3; }
";

/// Draws `graph`.
///
/// A value that the backward graph reads from the forward graph is named in the box that reads
/// it, and its own box is marked: lines across the picture would hide more than they show.
pub(crate) fn render(graph: &Graph) -> String {
    let forward = graph.nodes.len();
    let total = forward + graph.backward.len();
    let residuals = residuals(graph);
    let mut panels = Vec::new();
    if forward > 0 || total == 0 {
        panels.push(Panel::new(graph, "forward", 0..forward, &residuals));
    }
    if total > forward {
        panels.push(Panel::new(graph, "backward", forward..total, &residuals));
    }

    let panel_widths: f64 = panels.iter().map(|panel| panel.size().x + PAGE_MARGIN).sum();
    let panel_height = panels.iter().map(|panel| panel.size().y).fold(0.0, f64::max);
    let name_width = PAGE_MARGIN + text_width(graph.name, 20.0);
    let width = PAGE_MARGIN + panel_widths.max(Legend::least_width()).max(name_width);
    let legend = Legend::new(graph, width - 2.0 * PAGE_MARGIN);
    let top = PAGE_MARGIN + HEADER_HEIGHT + legend.height;
    let height = top + panel_height + PAGE_MARGIN;

    let mut svg = String::new();
    push(
        &mut svg,
        format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"autodiff\" \
             width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\">\n\
             <title>{}</title>\n\
             <style>{STYLE}</style>\n\
             <defs><marker id=\"autodiff-arrow\" viewBox=\"0 0 8 8\" refX=\"7.5\" refY=\"4\" \
             markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">\
             <path d=\"M0,0.5 L8,4 L0,7.5 L2,4 z\" fill=\"#64748b\"/></marker></defs>\n\
             <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
             <text class=\"name\" x=\"{PAGE_MARGIN}\" y=\"{}\">{}</text>",
            escaped(graph.name),
            PAGE_MARGIN + 18.0,
            escaped(graph.name),
        ),
    );
    legend.push(&mut svg, Point { x: PAGE_MARGIN, y: PAGE_MARGIN + LEGEND_TOP });
    let mut x = PAGE_MARGIN;
    for panel in &panels {
        panel.push(&mut svg, Point { x, y: top }, panel_height);
        x += panel.size().x + PAGE_MARGIN;
    }
    svg.push_str("</svg>\n");
    svg
}

/// The forward nodes whose values the backward graph reads.
fn residuals(graph: &Graph) -> BTreeSet<usize> {
    let forward = graph.nodes.len();
    (forward..forward + graph.backward.len())
        .flat_map(|index| graph.sources(index))
        .filter(|&source| source < forward)
        .collect()
}

/// One of the two graphs, laid out.
struct Panel {
    title: &'static str,
    cards: Vec<Card>,
    placement: Placement,
}

impl Panel {
    fn new(
        graph: &Graph,
        title: &'static str,
        range: std::ops::Range<usize>,
        residuals: &BTreeSet<usize>,
    ) -> Self {
        let roles = graph.roles();
        let regions = graph.regions();
        let colour = |region| regions.iter().position(|r| *r == region).map(region_colour);
        let first = range.start;
        let mut cards = Vec::new();
        let mut edges = Vec::new();
        for (index, node) in graph.indexed().skip(first).take(range.len()) {
            let (inside, outside): (Vec<_>, Vec<_>) =
                graph.sources(index).into_iter().partition(|source| range.contains(source));
            edges.extend(inside.iter().map(|source| (source - first, index - first)));
            let mut card = Card::new(graph, index, node, &outside);
            card.role = roles[index];
            card.kept = residuals.contains(&index);
            card.stripes = node.nest().filter_map(colour).collect();
            cards.push(card);
        }
        let sizes: Vec<_> = cards.iter().map(Card::size).collect();
        let placement = place(&sizes, &edges);
        Panel { title, cards, placement }
    }

    fn heading(&self) -> String {
        match self.cards.len() {
            0 => format!("{}: empty", self.title),
            1 => format!("{}: 1 node", self.title),
            count => format!("{}: {count} nodes", self.title),
        }
    }

    fn size(&self) -> Point {
        let content = self.placement.size;
        Point {
            x: content.x.max(text_width(&self.heading(), TITLE_SIZE)) + 2.0 * PANEL_PADDING,
            y: content.y + PANEL_HEADER + PANEL_PADDING,
        }
    }

    fn push(&self, svg: &mut String, corner: Point, height: f64) {
        let width = self.size().x;
        let inset = (width - self.placement.size.x) / 2.0;
        push(
            svg,
            format_args!(
                "<g class=\"graph\" transform=\"translate({:.1},{:.1})\">\n\
                 <rect class=\"panel\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"12\"/>\n\
                 <text class=\"heading\" x=\"16\" y=\"24\">{}</text>\n\
                 <g transform=\"translate({inset:.1},{PANEL_HEADER})\">",
                corner.x,
                corner.y,
                self.heading(),
            ),
        );
        for route in &self.placement.routes {
            push(
                svg,
                format_args!(
                    "<path class=\"edge\" marker-end=\"url(#autodiff-arrow)\" d=\"{}\"/>",
                    path_data(route)
                ),
            );
        }
        for (card, centre) in self.cards.iter().zip(&self.placement.centres) {
            card.push(svg, *centre);
        }
        push(svg, "</g>\n</g>");
    }
}

/// A smooth line through the points of `route` that leaves and reaches each of them vertically.
fn path_data(route: &Route) -> String {
    let mut data = String::new();
    let mut previous: Option<Point> = None;
    for &Point { x, y } in &route.points {
        let step = match previous {
            None => format!("M{x:.1},{y:.1}"),
            Some(from) => {
                let middle = (from.y + y) / 2.0;
                format!(" C{:.1},{middle:.1} {x:.1},{middle:.1} {x:.1},{y:.1}", from.x)
            }
        };
        data.push_str(&step);
        previous = Some(Point { x, y });
    }
    data
}

fn push(svg: &mut String, markup: impl Display) {
    writeln!(svg, "{markup}").expect("writing to a String cannot fail");
}

fn text_width(text: &str, size: f64) -> f64 {
    text.chars().count() as f64 * ADVANCE * size
}

/// `text` as XML character data or attribute value.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(c),
            // XML has no way to write the other control characters.
            c if c.is_control() => escaped.push(char::REPLACEMENT_CHARACTER),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::tests::{EMPTY, INPUT, SCALED};
    use crate::node::Node;

    #[test]
    fn every_node_and_edge_is_drawn() {
        let svg = render(&SCALED);
        assert_eq!(svg.matches("<g class=\"node\"").count(), 5);
        // Two edges forward and one backward; the residual is named, not drawn.
        assert_eq!(svg.matches("<path class=\"edge\"").count(), 3);
        assert!(svg.contains(">reads scale %1</text>"), "{svg}");
        assert!(svg.contains(">if (line 3)</text>"), "{svg}");
        assert_eq!(svg.matches("<circle").count(), 2, "one kept value, one legend entry");
    }

    #[test]
    fn text_is_escaped() {
        let graph =
            Graph { name: "f::<T>", nodes: &[Node { ty: "&'a [\"\u{1}\"]", ..INPUT }], ..EMPTY };
        let svg = render(&graph);
        assert!(svg.contains("f::&lt;T&gt;"), "{svg}");
        assert!(svg.contains("x: &amp;'a [&quot;\u{fffd}&quot;]"), "{svg}");
    }

    #[test]
    fn empty_graph_is_a_titled_picture() {
        let svg = render(&EMPTY);
        assert!(svg.contains("forward: empty") && !svg.contains("backward:"), "{svg}");
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }
}
