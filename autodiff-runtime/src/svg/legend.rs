//! What the colours mean, in lines as wide as the picture.

use super::{LINE_SIZE, Point, RESIDUAL, escaped, push, text_width};
use crate::graph::{Graph, Role};
use crate::node::innermost;

const ROLES: [(&str, Role); 4] = [
    ("requires gradient / seed", Role::Active),
    ("constant", Role::Constant),
    ("operation", Role::Operation),
    ("output / gradient", Role::Output),
];
/// What an entry takes besides its text.
const SPACING: f64 = 44.0;
const LINE_HEIGHT: f64 = 20.0;

/// One colour of each region; regions further on take the first again.
const REGIONS: [&str; 8] =
    ["#0891b2", "#ca8a04", "#db2777", "#65a30d", "#7c3aed", "#ea580c", "#0d9488", "#be123c"];

/// The colour of the region at `index` of [`Graph::regions`].
pub(super) fn region_colour(index: usize) -> &'static str {
    REGIONS[index % REGIONS.len()]
}

enum Mark {
    Box(Role),
    Dot,
    Stripe(&'static str),
}

pub(super) struct Legend {
    /// Each with its place, from the legend's upper left corner.
    entries: Vec<(Point, Mark, String)>,
    pub height: f64,
}

impl Legend {
    /// A legend no wider than `width`, unless one entry is.
    pub fn new(graph: &Graph, width: f64) -> Self {
        let mut marks: Vec<_> =
            ROLES.into_iter().map(|(text, role)| (Mark::Box(role), text.to_owned())).collect();
        marks.push((Mark::Dot, "read by the backward graph".to_owned()));
        let mut entries = Vec::new();
        let mut at = Point { x: 0.0, y: 0.0 };
        let mut add = |entries: &mut Vec<_>, mark, text: String| {
            let taken = text_width(&text, LINE_SIZE) + SPACING;
            if at.x > 0.0 && at.x + taken > width {
                at = Point { x: 0.0, y: at.y + LINE_HEIGHT };
            }
            entries.push((at, mark, text));
            at.x += taken;
            at.y + LINE_HEIGHT
        };
        let mut height = 0.0;
        for (mark, text) in marks {
            height = add(&mut entries, mark, text);
        }
        for (index, region) in graph.regions().into_iter().enumerate() {
            let text = innermost(region).to_owned();
            height = add(&mut entries, Mark::Stripe(region_colour(index)), text);
        }
        Self { entries, height }
    }

    /// Its width on one line, without the regions.
    pub fn least_width() -> f64 {
        ROLES.map(|(text, _)| text_width(text, LINE_SIZE) + SPACING).iter().sum()
    }

    pub fn push(&self, svg: &mut String, corner: Point) {
        for (at, mark, text) in &self.entries {
            let (x, y) = (corner.x + at.x, corner.y + at.y);
            match mark {
                Mark::Box(role) => {
                    let (fill, border) = role.colours();
                    push(
                        svg,
                        format_args!(
                            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"18\" height=\"13\" rx=\"4\" \
                             fill=\"{fill}\" stroke=\"{border}\"/>"
                        ),
                    );
                }
                Mark::Dot => push(
                    svg,
                    format_args!(
                        "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"4.5\" fill=\"{RESIDUAL}\"/>",
                        x + 9.0,
                        y + 6.5
                    ),
                ),
                Mark::Stripe(colour) => push(
                    svg,
                    format_args!(
                        "<rect x=\"{:.1}\" y=\"{y:.1}\" width=\"4\" height=\"13\" rx=\"2\" \
                         fill=\"{colour}\"/>",
                        x + 7.0
                    ),
                ),
            }
            push(
                svg,
                format_args!(
                    "<text x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                    x + 24.0,
                    y + 10.5,
                    escaped(text)
                ),
            );
        }
    }
}
