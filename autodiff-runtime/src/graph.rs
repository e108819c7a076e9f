//! The static computation graph of a differentiated function, as data.
//!
//! Generated code builds each [`Graph`] as a constant, so looking at one costs nothing while the
//! function runs. It prints as a table; the modules `dot` and `svg` draw it.

use std::fmt;

/// The computation graph of one function: its forward nodes and those of its backward function.
///
/// The graph is static: a loop body stands in it once, and both branches of an `if` do.
///
/// # Examples
///
/// ```
/// use autodiff_runtime::{Graph, Node};
///
/// // y = x * x, and backward x_bar = y_bar * (2 x)
/// const INPUT: Node = Node {
///     op: "input", inputs: &[], label: Some("x"), ty: "f64", line: 1, column: 14,
///     leaf: true, requires_grad: true, grad_fn: None, region: None,
/// };
/// const GRAPH: Graph = Graph {
///     name: "square",
///     nodes: &[
///         INPUT,
///         Node {
///             op: "mul", inputs: &[0, 0], label: Some("y"), line: 2, column: 9,
///             leaf: false, grad_fn: Some("MulBackward"), ..INPUT
///         },
///     ],
///     outputs: &[1],
///     backward: &[
///         Node { op: "seed", label: Some("y_bar"), ..INPUT },
///         Node { op: "mul", inputs: &[2, 0], label: Some("x_bar"), leaf: false, ..INPUT },
///     ],
///     gradients: &[3],
/// };
///
/// assert_eq!(GRAPH.leaves().count(), 1);
/// assert_eq!(GRAPH.nodes()[1].grad_fn(), Some("MulBackward"));
/// assert_eq!(GRAPH.node(2), Some(&GRAPH.backward()[0]));
/// assert!(GRAPH.to_string().starts_with("square: 2 forward nodes, 2 backward nodes"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Graph {
    /// The function's name.
    pub name: &'static str,
    /// The forward nodes, each after the nodes it reads.
    pub nodes: &'static [Node],
    /// Indices into `nodes` of what the function returns.
    pub outputs: &'static [usize],
    /// The backward nodes, each after the nodes it reads. Their inputs count through the forward
    /// nodes first: index `nodes.len() + i` is the backward node `i`.
    pub backward: &'static [Node],
    /// The backward nodes that are the gradients of the active parameters, in order, counted as the
    /// inputs of backward nodes are.
    pub gradients: &'static [usize],
}

/// One operation, parameter or constant of a [`Graph`].
///
/// # Examples
///
/// ```
/// use autodiff_runtime::Node;
///
/// const WEIGHT: Node = Node {
///     op: "input", inputs: &[], label: Some("w"), ty: "&[f64]", line: 3, column: 8,
///     leaf: true, requires_grad: true, grad_fn: None, region: None,
/// };
/// assert!(WEIGHT.is_leaf() && WEIGHT.requires_grad());
/// assert_eq!((WEIGHT.label(), WEIGHT.ty()), (Some("w"), "&[f64]"));
/// assert_eq!((WEIGHT.line(), WEIGHT.column()), (3, 8));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Node {
    /// The operation's name.
    pub op: &'static str,
    /// The nodes this one reads, as [`Graph::node`] counts them.
    pub inputs: &'static [usize],
    /// The user's own name for the value, where there is one.
    pub label: Option<&'static str>,
    /// The type of the value.
    pub ty: &'static str,
    /// The line of the source, counted from 1.
    pub line: u32,
    /// The column of the source, counted as the compiler counts it in its messages.
    pub column: u32,
    #[doc(hidden)]
    pub leaf: bool,
    #[doc(hidden)]
    pub requires_grad: bool,
    #[doc(hidden)]
    pub grad_fn: Option<&'static str>,
    #[doc(hidden)]
    pub region: Option<&'static str>,
}

impl Node {
    /// The operation's name.
    pub const fn op(&self) -> &'static str {
        self.op
    }

    /// The nodes this one reads, as [`Graph::node`] counts them.
    pub const fn inputs(&self) -> &'static [usize] {
        self.inputs
    }

    /// The user's own name for the value, where there is one.
    pub const fn label(&self) -> Option<&'static str> {
        self.label
    }

    /// The type of the value.
    pub const fn ty(&self) -> &'static str {
        self.ty
    }

    /// The line of the source, counted from 1.
    pub const fn line(&self) -> u32 {
        self.line
    }

    /// The column of the source, counted as the compiler counts it in its messages.
    pub const fn column(&self) -> u32 {
        self.column
    }

    /// Whether the node is a parameter or a constant, rather than computed from other nodes.
    pub const fn is_leaf(&self) -> bool {
        self.leaf
    }

    /// Whether the node depends on an active parameter, or is one. Backward nodes do not: a second
    /// derivative is the business of another function.
    pub const fn requires_grad(&self) -> bool {
        self.requires_grad
    }

    /// The name of the backward rule; none for a leaf and for what needs no gradient.
    pub const fn grad_fn(&self) -> Option<&'static str> {
        self.grad_fn
    }

    /// The control-flow constructs that the node stands in, from the outside inwards, such as
    /// `for i (line 3) / else (line 4)`; none at the function's top level.
    ///
    /// ```
    /// # use autodiff_runtime::Node;
    /// # const TERM: Node = Node {
    /// #     op: "mul", inputs: &[], label: None, ty: "f64", line: 3, column: 8,
    /// #     leaf: false, requires_grad: true, grad_fn: None, region: Some("for i (line 2)"),
    /// # };
    /// assert_eq!(TERM.region(), Some("for i (line 2)"));
    /// ```
    pub const fn region(&self) -> Option<&'static str> {
        self.region
    }
}

/// Between a construct and one inside it.
const INSIDE: &str = " / ";

impl Node {
    /// What the node stands in, from the outside inwards: the outermost construct, that one and the
    /// next, …
    pub(crate) fn nest(&self) -> impl Iterator<Item = &'static str> + use<> {
        let region = self.region.unwrap_or_default();
        let ends = region.match_indices(INSIDE).map(|(at, _)| at).chain([region.len()]);
        ends.map(move |end| &region[..end]).filter(|region| !region.is_empty())
    }

    /// The user's name and the type, as far as they are known.
    pub(crate) fn signature(&self) -> Option<String> {
        match (self.label, self.ty) {
            (Some(name), "_") => Some(name.to_owned()),
            (Some(name), ty) => Some(format!("{name}: {ty}")),
            (None, "_") => None,
            (None, ty) => Some(ty.to_owned()),
        }
    }
}

/// The innermost construct of a region.
pub(crate) fn innermost(region: &str) -> &str {
    region.rsplit(INSIDE).next().unwrap_or(region)
}

impl Graph {
    /// The function's name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The forward nodes, each after the nodes it reads.
    pub const fn nodes(&self) -> &'static [Node] {
        self.nodes
    }

    /// The nodes of the backward function, each after the nodes it reads.
    pub const fn backward(&self) -> &'static [Node] {
        self.backward
    }

    /// The indices of the forward nodes that the function returns.
    pub const fn outputs(&self) -> &'static [usize] {
        self.outputs
    }

    /// The indices of the backward nodes that are the gradients of the active parameters, in order,
    /// as [`Graph::node`] counts them.
    pub const fn gradients(&self) -> &'static [usize] {
        self.gradients
    }

    /// The forward nodes that are computed from nothing: parameters and constants.
    pub fn leaves(&self) -> impl Iterator<Item = &'static Node> + use<> {
        self.nodes.iter().filter(|node| node.leaf)
    }

    /// The node that an index in [`Node::inputs`] means: first the forward nodes are counted,
    /// then the backward nodes.
    pub fn node(&self, index: usize) -> Option<&'static Node> {
        match index.checked_sub(self.nodes.len()) {
            None => self.nodes.get(index),
            Some(backward) => self.backward.get(backward),
        }
    }

    /// The graph in the language of Graphviz, forward and backward as two clusters.
    ///
    /// ```
    /// # use autodiff_runtime::Graph;
    /// # const GRAPH: Graph = Graph { name: "loss", nodes: &[], outputs: &[], backward: &[], gradients: &[] };
    /// assert!(GRAPH.to_dot().starts_with("digraph \"loss\" {"));
    /// ```
    pub fn to_dot(&self) -> String {
        crate::dot::render(self)
    }

    /// The graph as an SVG picture, forward and backward side by side.
    ///
    /// ```
    /// # use autodiff_runtime::Graph;
    /// # const GRAPH: Graph = Graph { name: "loss", nodes: &[], outputs: &[], backward: &[], gradients: &[] };
    /// # let path = std::env::temp_dir().join("autodiff-doctest-loss.svg");
    /// std::fs::write(&path, GRAPH.to_svg())?;
    /// # std::fs::remove_file(path)?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn to_svg(&self) -> String {
        crate::svg::render(self)
    }

    /// All nodes with their indices, the forward ones first.
    pub(crate) fn indexed(&self) -> impl Iterator<Item = (usize, &'static Node)> + use<> {
        self.nodes.iter().chain(self.backward).enumerate()
    }

    /// The nodes that node `index` reads, each once, in the order of first use.
    ///
    /// An index that does not mean an earlier node is passed over: a picture of a malformed graph
    /// helps more than a panic.
    pub(crate) fn sources(&self, index: usize) -> Vec<usize> {
        let mut sources = Vec::new();
        for &source in self.node(index).map_or(&[][..], |node| node.inputs) {
            if source < index && !sources.contains(&source) {
                sources.push(source);
            }
        }
        sources
    }

    /// What each node is to the function, by index.
    pub(crate) fn roles(&self) -> Vec<Role> {
        let outputs = [self.outputs, self.gradients].concat();
        self.indexed()
            .map(|(index, node)| match node.leaf {
                _ if outputs.contains(&index) => Role::Output,
                true if node.requires_grad || node.op == "seed" => Role::Active,
                true => Role::Constant,
                false => Role::Operation,
            })
            .collect()
    }

    /// The control-flow constructs that hold nodes, each with what is around it, from the outside
    /// inwards and in the order of the nodes.
    pub(crate) fn regions(&self) -> Vec<&'static str> {
        let mut regions = Vec::new();
        for region in self.indexed().flat_map(|(_, node)| node.nest()) {
            if !regions.contains(&region) {
                regions.push(region);
            }
        }
        regions
    }
}

/// What a node is to the function; the pictures colour nodes by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// A leaf that requires a gradient; in the backward graph a seed.
    Active,
    /// A leaf without a gradient.
    Constant,
    /// Anything computed on the way.
    Operation,
    /// What the function returns; in the backward graph a gradient.
    Output,
}

impl Role {
    /// The colours of the fill and of the border, one choice for both kinds of picture.
    pub(crate) const fn colours(self) -> (&'static str, &'static str) {
        match self {
            Role::Active => ("#dcfce7", "#15803d"),
            Role::Constant => ("#f1f5f9", "#64748b"),
            Role::Operation => ("#dbeafe", "#1d4ed8"),
            Role::Output => ("#ffedd5", "#c2410c"),
        }
    }
}

impl fmt::Display for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (forward, backward) = (self.nodes.len(), self.backward.len());
        writeln!(
            f,
            "{}: {forward} forward node{}, {backward} backward node{}",
            self.name,
            if forward == 1 { "" } else { "s" },
            if backward == 1 { "" } else { "s" },
        )?;
        let rows: Vec<_> = self.indexed().map(|(i, node)| self.row(i, node)).collect();
        let (forward_rows, backward_rows) = rows.split_at(forward);
        write_table(f, "forward", forward_rows)?;
        write_table(f, "backward", backward_rows)
    }
}

const HEADINGS: [&str; 8] = ["node", "op", "inputs", "label", "type", "at", "gradient", "region"];

impl Graph {
    /// One line of the table, in the order of [`HEADINGS`].
    fn row(&self, index: usize, node: &Node) -> [String; HEADINGS.len()] {
        let inputs: Vec<_> = node.inputs.iter().map(|i| format!("%{i}")).collect();
        let gradient = match (node.grad_fn, node.requires_grad) {
            (Some(rule), _) => rule,
            (None, true) if node.leaf => "leaf",
            (None, true) => "yes",
            (None, false) => "",
        };
        let output = if self.outputs.contains(&index) {
            " (output)"
        } else if self.gradients.contains(&index) {
            " (gradient)"
        } else {
            ""
        };
        [
            format!("%{index}{output}"),
            node.op.to_owned(),
            inputs.join(" "),
            node.label.unwrap_or_default().to_owned(),
            node.ty.to_owned(),
            format!("{}:{}", node.line, node.column),
            gradient.to_owned(),
            node.region.unwrap_or_default().to_owned(),
        ]
    }
}

fn write_table(
    f: &mut fmt::Formatter<'_>,
    title: &str,
    rows: &[[String; HEADINGS.len()]],
) -> fmt::Result {
    if rows.is_empty() {
        return Ok(());
    }
    let widths: [usize; HEADINGS.len()] = std::array::from_fn(|column| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([HEADINGS[column].len()]).max().unwrap_or(0)
    });
    let line = |cells: [&str; HEADINGS.len()]| {
        let padded: String =
            cells.iter().zip(widths).map(|(cell, width)| format!("  {cell:width$}")).collect();
        padded.trim_end().to_owned()
    };
    writeln!(f, "\n{title}\n{}", line(HEADINGS))?;
    for row in rows {
        writeln!(f, "{}", line(row.each_ref().map(String::as_str)))?;
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) const INPUT: Node = Node {
        op: "input",
        inputs: &[],
        label: Some("x"),
        ty: "f64",
        line: 1,
        column: 10,
        leaf: true,
        requires_grad: true,
        grad_fn: None,
        region: None,
    };

    /// `y = x * scale`, where `scale` is a constant.
    pub(crate) const SCALED: Graph = Graph {
        name: "scaled",
        nodes: &[
            INPUT,
            Node { op: "const", label: Some("scale"), requires_grad: false, ..INPUT },
            Node {
                op: "mul",
                inputs: &[0, 1],
                label: Some("y"),
                line: 2,
                leaf: false,
                grad_fn: Some("MulBackward"),
                region: Some("for i (line 2) / if (line 3)"),
                ..INPUT
            },
        ],
        outputs: &[2],
        backward: &[
            Node { op: "seed", label: Some("y_bar"), requires_grad: false, ..INPUT },
            Node {
                op: "mul",
                inputs: &[3, 1],
                label: Some("x_bar"),
                leaf: false,
                requires_grad: false,
                ..INPUT
            },
        ],
        gradients: &[4],
    };

    pub(crate) const EMPTY: Graph =
        Graph { name: "nothing", nodes: &[], outputs: &[], backward: &[], gradients: &[] };

    #[test]
    fn indices_count_through_both_graphs() {
        assert_eq!(SCALED.node(1), Some(&SCALED.nodes[1]));
        assert_eq!(SCALED.node(4), Some(&SCALED.backward[1]));
        assert_eq!(SCALED.node(5), None);
    }

    #[test]
    fn every_node_has_its_role() {
        use Role::*;
        assert_eq!(SCALED.roles(), [Active, Constant, Output, Active, Output]);
    }

    #[test]
    fn regions_nest() {
        let nest: Vec<_> = SCALED.nodes[2].nest().collect();
        assert_eq!(nest, ["for i (line 2)", "for i (line 2) / if (line 3)"]);
        assert_eq!(SCALED.regions(), nest);
        assert_eq!(innermost(nest[1]), "if (line 3)");
        assert_eq!(INPUT.nest().count(), 0);
    }

    #[test]
    fn sources_are_earlier_nodes_each_once() {
        let malformed = Graph {
            nodes: &[Node { inputs: &[0, 7], ..INPUT }],
            backward: &[Node { inputs: &[0, 0, 1], ..INPUT }],
            ..EMPTY
        };
        assert_eq!(malformed.sources(0), []);
        assert_eq!(malformed.sources(1), [0]);
    }

    #[test]
    fn table_shows_every_column() {
        let table = SCALED.to_string();
        let mul = table.lines().find(|line| line.contains("%2 (output)"));
        let cells: Vec<_> = mul.unwrap().split_whitespace().collect();
        let expected = "%2 (output) mul %0 %1 y f64 2:10 MulBackward for i (line 2) / if (line 3)";
        assert_eq!(cells.join(" "), expected);
        assert!(table.lines().all(|line| line == line.trim_end()));
    }

    #[test]
    fn table_of_the_empty_graph_is_one_line() {
        let expected = "nothing: 0 forward nodes, 0 backward nodes\n";
        assert_eq!(EMPTY.to_string(), expected);
    }
}
