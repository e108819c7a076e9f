//! The box of one node.

use super::{LINE_HEIGHT, LINE_SIZE, Point, RESIDUAL, TITLE_SIZE, escaped, push, text_width};
use crate::graph::{Graph, Role};
use crate::node::{Node, innermost};

const PADDING: Point = Point { x: 10.0, y: 8.0 };
const MIN_WIDTH: f64 = 76.0;
/// Longer lines are cut off; the tooltip has them whole.
const MAX_LINE_CHARS: usize = 30;
/// The width of the stripe that tells a region, and of the gap beside it.
const STRIPE: Point = Point { x: 4.0, y: 2.0 };

pub(super) struct Card {
    pub role: Role,
    /// Whether the backward graph reads this value.
    pub kept: bool,
    /// The colours of the regions it stands in, from the outside inwards.
    pub stripes: Vec<&'static str>,
    op: String,
    number: String,
    /// Lines below the operation's name, each with its style class.
    lines: Vec<(&'static str, String)>,
    tooltip: String,
}

impl Card {
    /// A card for the node at `index`, which reads these values of the other graph.
    pub fn new(graph: &Graph, index: usize, node: &Node, residuals: &[usize]) -> Self {
        let inputs: Vec<_> = node.inputs.iter().map(|i| format!("%{i}")).collect();
        let mut tooltip = format!("%{index} = {}({})", node.op, inputs.join(", "));
        let mut lines = Vec::new();
        if let Some(signature) = node.signature() {
            tooltip = format!("{tooltip}\n{signature}");
            lines.push(("", shortened(&signature)));
        }
        tooltip = format!("{tooltip}\nline {}, column {}", node.line, node.column);
        if let Some(rule) = node.grad_fn {
            tooltip = format!("{tooltip}\n{rule}");
        }
        if let Some(region) = node.region {
            tooltip = format!("{tooltip}\nin {region}");
            lines.push(("region", shortened(innermost(region))));
        }
        if !residuals.is_empty() {
            let names: Vec<_> = residuals.iter().map(|&i| short_name(graph, i)).collect();
            lines.push(("residual", shortened(&format!("reads {}", names.join(", ")))));
        }
        Card {
            role: Role::Operation,
            kept: false,
            stripes: Vec::new(),
            op: shortened(node.op),
            number: format!("%{index}"),
            lines,
            tooltip,
        }
    }

    /// Where text begins.
    fn left(&self) -> f64 {
        PADDING.x + self.stripes.len() as f64 * (STRIPE.x + STRIPE.y)
    }

    pub fn size(&self) -> Point {
        let title = text_width(&self.op, TITLE_SIZE) + 12.0 + text_width(&self.number, LINE_SIZE);
        let lines = self.lines.iter().map(|(_, line)| text_width(line, LINE_SIZE));
        let content = lines.fold(title, f64::max);
        Point {
            x: (self.left() + content + PADDING.x).max(MIN_WIDTH),
            y: 2.0 * PADDING.y + LINE_HEIGHT * (1 + self.lines.len()) as f64,
        }
    }

    pub fn push(&self, svg: &mut String, centre: Point) {
        let size = self.size();
        let (left, top) = (centre.x - size.x / 2.0, centre.y - size.y / 2.0);
        let (fill, border) = self.role.colours();
        push(
            svg,
            format_args!(
                "<g class=\"node\" transform=\"translate({left:.1},{top:.1})\">\
                 <title>{}</title>\n\
                 <rect class=\"box\" width=\"{:.1}\" height=\"{:.1}\" rx=\"8\" fill=\"{fill}\" \
                 stroke=\"{border}\" stroke-width=\"1.5\"/>",
                escaped(&self.tooltip),
                size.x,
                size.y
            ),
        );
        for (level, colour) in self.stripes.iter().enumerate() {
            push(
                svg,
                format_args!(
                    "<rect x=\"{:.1}\" y=\"6\" width=\"{}\" height=\"{:.1}\" rx=\"2\" fill=\"{colour}\"/>",
                    5.0 + level as f64 * (STRIPE.x + STRIPE.y),
                    STRIPE.x,
                    size.y - 12.0
                ),
            );
        }
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
        let left = self.left();
        let mut baseline = PADDING.y + 11.0;
        push(
            svg,
            format_args!(
                "<text class=\"op\" x=\"{left}\" y=\"{baseline}\">{}</text>\
                 <text class=\"dim\" x=\"{:.1}\" y=\"{baseline}\" text-anchor=\"end\">{}</text>",
                escaped(&self.op),
                size.x - PADDING.x,
                self.number,
            ),
        );
        for (class, line) in &self.lines {
            baseline += LINE_HEIGHT;
            push(
                svg,
                format_args!(
                    "<text class=\"{class}\" x=\"{left}\" y=\"{baseline}\">{}</text>",
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

fn shortened(text: &str) -> String {
    if text.chars().count() <= MAX_LINE_CHARS {
        return text.to_owned();
    }
    let head: String = text.chars().take(MAX_LINE_CHARS - 1).collect();
    head + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_cut() {
        let line = shortened(&"é".repeat(40));
        assert_eq!(line.chars().count(), MAX_LINE_CHARS);
        assert!(line.ends_with('…'));
    }
}
