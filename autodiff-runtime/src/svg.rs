//! The graph as an SVG picture: forward and backward side by side, each laid out in layers.

mod place;

use std::collections::BTreeSet;
use std::fmt::{Display, Write as _};

use self::place::{Placement, Point, Route, place};
use crate::graph::{Graph, Node, Role};

/// A character of the monospaced fonts is this share of the font's size wide.
const ADVANCE: f64 = 0.61;
const TITLE_SIZE: f64 = 13.0;
const LINE_SIZE: f64 = 11.0;
const LINE_HEIGHT: f64 = 15.0;
const BOX_PADDING: Point = Point { x: 10.0, y: 8.0 };
const MIN_BOX_WIDTH: f64 = 76.0;
/// Longer lines are cut off; the tooltip has them whole.
const MAX_LINE_CHARS: usize = 30;

const PAGE_MARGIN: f64 = 24.0;
const HEADER_HEIGHT: f64 = 72.0;
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
    let width = PAGE_MARGIN + panel_widths.max(legend_width()).max(name_width);
    let height = PAGE_MARGIN + HEADER_HEIGHT + panel_height + PAGE_MARGIN;

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
    push_legend(&mut svg);
    let mut x = PAGE_MARGIN;
    for panel in &panels {
        panel.push(&mut svg, Point { x, y: PAGE_MARGIN + HEADER_HEIGHT }, panel_height);
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
        let first = range.start;
        let mut cards = Vec::new();
        let mut edges = Vec::new();
        for (index, node) in graph.indexed().skip(first).take(range.len()) {
            let (inside, outside): (Vec<_>, Vec<_>) =
                graph.sources(index).into_iter().partition(|source| range.contains(source));
            edges.extend(inside.iter().map(|source| (source - first, index - first)));
            cards.push(Card {
                role: roles[index],
                kept: residuals.contains(&index),
                ..Card::new(graph, index, node, &outside)
            });
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

/// The box of one node.
struct Card {
    role: Role,
    /// Whether the backward graph reads this value.
    kept: bool,
    op: String,
    number: String,
    /// Lines below the operation's name, each with its style class.
    lines: Vec<(&'static str, String)>,
    tooltip: String,
}

impl Card {
    fn new(graph: &Graph, index: usize, node: &Node, residuals: &[usize]) -> Self {
        let value = match node.label {
            Some(name) => format!("{name}: {}", node.ty),
            None => node.ty.to_owned(),
        };
        let inputs: Vec<_> = node.inputs.iter().map(|i| format!("%{i}")).collect();
        let mut tooltip = format!(
            "%{index} = {}({})\n{value}\nline {}, column {}",
            node.op,
            inputs.join(", "),
            node.line,
            node.column
        );
        if let Some(rule) = node.grad_fn {
            tooltip = format!("{tooltip}\n{rule}");
        }
        let mut lines = vec![("", shortened(&value))];
        if let Some(region) = node.region {
            tooltip = format!("{tooltip}\nin {region}");
            lines.push(("region", shortened(&format!("in {region}"))));
        }
        if !residuals.is_empty() {
            let names: Vec<_> = residuals.iter().map(|&i| short_name(graph, i)).collect();
            lines.push(("residual", shortened(&format!("reads {}", names.join(", ")))));
        }
        Card {
            role: Role::Operation,
            kept: false,
            op: shortened(node.op),
            number: format!("%{index}"),
            lines,
            tooltip,
        }
    }

    fn size(&self) -> Point {
        let title = text_width(&self.op, TITLE_SIZE) + 12.0 + text_width(&self.number, LINE_SIZE);
        let lines = self.lines.iter().map(|(_, line)| text_width(line, LINE_SIZE));
        let content = lines.fold(title, f64::max);
        Point {
            x: (content + 2.0 * BOX_PADDING.x).max(MIN_BOX_WIDTH),
            y: 2.0 * BOX_PADDING.y + LINE_HEIGHT * (1 + self.lines.len()) as f64,
        }
    }

    fn push(&self, svg: &mut String, centre: Point) {
        let size = self.size();
        let (left, top) = (centre.x - size.x / 2.0, centre.y - size.y / 2.0);
        let (fill, border) = self.role.colours();
        push(
            svg,
            format_args!(
                "<g class=\"node\" transform=\"translate({left:.1},{top:.1})\">\
                 <title>{}</title>\n\
                 <rect width=\"{:.1}\" height=\"{:.1}\" rx=\"8\" fill=\"{fill}\" \
                 stroke=\"{border}\" stroke-width=\"1.5\"/>",
                escaped(&self.tooltip),
                size.x,
                size.y
            ),
        );
        if self.kept {
            push(
                svg,
                format_args!(
                    "<circle cx=\"{:.1}\" cy=\"0\" r=\"4.5\" fill=\"{RESIDUAL}\" \
                     stroke=\"white\" stroke-width=\"1.5\"/>",
                    size.x - 10.0
                ),
            );
        }
        let mut baseline = BOX_PADDING.y + 11.0;
        push(
            svg,
            format_args!(
                "<text class=\"op\" x=\"{x}\" y=\"{baseline}\">{}</text>\
                 <text class=\"dim\" x=\"{:.1}\" y=\"{baseline}\" text-anchor=\"end\">{}</text>",
                escaped(&self.op),
                size.x - BOX_PADDING.x,
                self.number,
                x = BOX_PADDING.x,
            ),
        );
        for (class, line) in &self.lines {
            baseline += LINE_HEIGHT;
            push(
                svg,
                format_args!(
                    "<text class=\"{class}\" x=\"{}\" y=\"{baseline}\">{}</text>",
                    BOX_PADDING.x,
                    escaped(line)
                ),
            );
        }
        push(svg, "</g>");
    }
}

/// The user's name for a forward value with its number, or the number alone.
fn short_name(graph: &Graph, index: usize) -> String {
    match graph.node(index).and_then(|node| node.label) {
        Some(label) => format!("{label} %{index}"),
        None => format!("%{index}"),
    }
}

const LEGEND: [(&str, Role); 4] = [
    ("requires gradient / seed", Role::Active),
    ("constant", Role::Constant),
    ("operation", Role::Operation),
    ("output / gradient", Role::Output),
];
/// What an entry takes besides its text.
const LEGEND_SPACING: f64 = 44.0;
const LEGEND_RESIDUAL: &str = "read by the backward graph";

/// The width of the legend, with the margin to its right.
fn legend_width() -> f64 {
    let texts = LEGEND.map(|(text, _)| text_width(text, LINE_SIZE) + LEGEND_SPACING);
    let residual = text_width(LEGEND_RESIDUAL, LINE_SIZE) + LEGEND_SPACING;
    texts.iter().sum::<f64>() + residual
}

fn push_legend(svg: &mut String) {
    let y = PAGE_MARGIN + 38.0;
    let mut x = PAGE_MARGIN;
    for (text, role) in LEGEND {
        let (fill, border) = role.colours();
        push(
            svg,
            format_args!(
                "<rect x=\"{x:.1}\" y=\"{y}\" width=\"18\" height=\"13\" rx=\"4\" \
                 fill=\"{fill}\" stroke=\"{border}\"/>\
                 <text x=\"{:.1}\" y=\"{}\">{text}</text>",
                x + 24.0,
                y + 10.5
            ),
        );
        x += text_width(text, LINE_SIZE) + LEGEND_SPACING;
    }
    push(
        svg,
        format_args!(
            "<circle cx=\"{:.1}\" cy=\"{}\" r=\"4.5\" fill=\"{RESIDUAL}\"/>\
             <text class=\"residual\" x=\"{:.1}\" y=\"{}\">{LEGEND_RESIDUAL}</text>",
            x + 5.0,
            y + 6.5,
            x + 15.0,
            y + 10.5
        ),
    );
}

fn push(svg: &mut String, markup: impl Display) {
    writeln!(svg, "{markup}").expect("writing to a String cannot fail");
}

fn text_width(text: &str, size: f64) -> f64 {
    text.chars().count() as f64 * ADVANCE * size
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= MAX_LINE_CHARS {
        return text.to_owned();
    }
    let head: String = text.chars().take(MAX_LINE_CHARS - 1).collect();
    head + "…"
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

    #[test]
    fn every_node_and_edge_is_drawn() {
        let svg = render(&SCALED);
        assert_eq!(svg.matches("<g class=\"node\"").count(), 5);
        // Two edges forward and one backward; the residual is named, not drawn.
        assert_eq!(svg.matches("<path class=\"edge\"").count(), 3);
        assert!(svg.contains(">reads scale %1</text>"), "{svg}");
        assert!(svg.contains(">in for i</text>"), "{svg}");
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
    fn long_lines_are_cut() {
        let line = shortened(&"é".repeat(40));
        assert_eq!(line.chars().count(), MAX_LINE_CHARS);
        assert!(line.ends_with('…'));
    }

    #[test]
    fn empty_graph_is_a_titled_picture() {
        let svg = render(&EMPTY);
        assert!(svg.contains("forward: empty") && !svg.contains("backward:"), "{svg}");
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }
}
