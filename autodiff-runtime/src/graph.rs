//! The static computation graph of a differentiated function, as data.
//!
//! Generated code builds each [`Graph`] as a constant, so looking at one costs nothing while the
//! function runs. `dot` and `svg` draw it, `table` lists it.

#[cfg(feature = "alloc")]
use alloc::{string::String, vec::Vec};

use crate::Node;

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

impl Graph {
    /// The function's name.
    ///
    /// ```
    /// # use autodiff_runtime::{Graph, Node};
    /// # const X: Node = Node {
    /// #     op: "input", inputs: &[], label: Some("x"), ty: "f64", line: 1, column: 14,
    /// #     leaf: true, requires_grad: true, grad_fn: None, region: None,
    /// # };
    /// # const Y: Node = Node { op: "mul", inputs: &[0, 0], label: Some("y"), leaf: false, ..X };
    /// # const SEED: Node = Node { op: "seed", label: Some("y_bar"), ..X };
    /// # const X_BAR: Node = Node { inputs: &[2, 0], label: Some("x_bar"), ..Y };
    /// # const SQUARE: Graph = Graph {
    /// #     name: "square", nodes: &[X, Y], outputs: &[1], backward: &[SEED, X_BAR], gradients: &[3],
    /// # };
    /// // fn square(x: f64) -> f64 { let y = x * x; y }
    /// assert_eq!(SQUARE.name(), "square");
    /// ```
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The forward nodes, each after the nodes it reads.
    ///
    /// ```
    /// # use autodiff_runtime::{Graph, Node};
    /// # const X: Node = Node {
    /// #     op: "input", inputs: &[], label: Some("x"), ty: "f64", line: 1, column: 14,
    /// #     leaf: true, requires_grad: true, grad_fn: None, region: None,
    /// # };
    /// # const Y: Node = Node { op: "mul", inputs: &[0, 0], label: Some("y"), leaf: false, ..X };
    /// # const SEED: Node = Node { op: "seed", label: Some("y_bar"), ..X };
    /// # const X_BAR: Node = Node { inputs: &[2, 0], label: Some("x_bar"), ..Y };
    /// # const SQUARE: Graph = Graph {
    /// #     name: "square", nodes: &[X, Y], outputs: &[1], backward: &[SEED, X_BAR], gradients: &[3],
    /// # };
    /// // fn square(x: f64) -> f64 { let y = x * x; y }
    /// assert_eq!(SQUARE.nodes()[1].op(), "mul");
    /// ```
    pub const fn nodes(&self) -> &'static [Node] {
        self.nodes
    }

    /// The nodes of the backward function, each after the nodes it reads.
    ///
    /// ```
    /// # use autodiff_runtime::{Graph, Node};
    /// # const X: Node = Node {
    /// #     op: "input", inputs: &[], label: Some("x"), ty: "f64", line: 1, column: 14,
    /// #     leaf: true, requires_grad: true, grad_fn: None, region: None,
    /// # };
    /// # const Y: Node = Node { op: "mul", inputs: &[0, 0], label: Some("y"), leaf: false, ..X };
    /// # const SEED: Node = Node { op: "seed", label: Some("y_bar"), ..X };
    /// # const X_BAR: Node = Node { inputs: &[2, 0], label: Some("x_bar"), ..Y };
    /// # const SQUARE: Graph = Graph {
    /// #     name: "square", nodes: &[X, Y], outputs: &[1], backward: &[SEED, X_BAR], gradients: &[3],
    /// # };
    /// // fn square(x: f64) -> f64 { let y = x * x; y }
    /// assert_eq!(SQUARE.backward()[0].op(), "seed");
    /// ```
    pub const fn backward(&self) -> &'static [Node] {
        self.backward
    }

    /// The indices of the forward nodes that the function returns.
    ///
    /// ```
    /// # use autodiff_runtime::{Graph, Node};
    /// # const X: Node = Node {
    /// #     op: "input", inputs: &[], label: Some("x"), ty: "f64", line: 1, column: 14,
    /// #     leaf: true, requires_grad: true, grad_fn: None, region: None,
    /// # };
    /// # const Y: Node = Node { op: "mul", inputs: &[0, 0], label: Some("y"), leaf: false, ..X };
    /// # const SEED: Node = Node { op: "seed", label: Some("y_bar"), ..X };
    /// # const X_BAR: Node = Node { inputs: &[2, 0], label: Some("x_bar"), ..Y };
    /// # const SQUARE: Graph = Graph {
    /// #     name: "square", nodes: &[X, Y], outputs: &[1], backward: &[SEED, X_BAR], gradients: &[3],
    /// # };
    /// // fn square(x: f64) -> f64 { let y = x * x; y }
    /// assert_eq!(SQUARE.outputs(), [1]);
    /// ```
    pub const fn outputs(&self) -> &'static [usize] {
        self.outputs
    }

    /// The indices of the backward nodes that are the gradients of the active parameters, in order,
    /// as [`Graph::node`] counts them.
    ///
    /// ```
    /// # use autodiff_runtime::{Graph, Node};
    /// # const X: Node = Node {
    /// #     op: "input", inputs: &[], label: Some("x"), ty: "f64", line: 1, column: 14,
    /// #     leaf: true, requires_grad: true, grad_fn: None, region: None,
    /// # };
    /// # const Y: Node = Node { op: "mul", inputs: &[0, 0], label: Some("y"), leaf: false, ..X };
    /// # const SEED: Node = Node { op: "seed", label: Some("y_bar"), ..X };
    /// # const X_BAR: Node = Node { inputs: &[2, 0], label: Some("x_bar"), ..Y };
    /// # const SQUARE: Graph = Graph {
    /// #     name: "square", nodes: &[X, Y], outputs: &[1], backward: &[SEED, X_BAR], gradients: &[3],
    /// # };
    /// // fn square(x: f64) -> f64 { let y = x * x; y }
    /// assert_eq!(SQUARE.node(SQUARE.gradients()[0]).unwrap().label(), Some("x_bar"));
    /// ```
    pub const fn gradients(&self) -> &'static [usize] {
        self.gradients
    }

    /// The forward nodes that are computed from nothing: parameters and constants.
    ///
    /// ```
    /// # use autodiff_runtime::{Graph, Node};
    /// # const X: Node = Node {
    /// #     op: "input", inputs: &[], label: Some("x"), ty: "f64", line: 1, column: 14,
    /// #     leaf: true, requires_grad: true, grad_fn: None, region: None,
    /// # };
    /// # const Y: Node = Node { op: "mul", inputs: &[0, 0], label: Some("y"), leaf: false, ..X };
    /// # const SEED: Node = Node { op: "seed", label: Some("y_bar"), ..X };
    /// # const X_BAR: Node = Node { inputs: &[2, 0], label: Some("x_bar"), ..Y };
    /// # const SQUARE: Graph = Graph {
    /// #     name: "square", nodes: &[X, Y], outputs: &[1], backward: &[SEED, X_BAR], gradients: &[3],
    /// # };
    /// // fn square(x: f64) -> f64 { let y = x * x; y }
    /// assert_eq!(SQUARE.leaves().next().unwrap().label(), Some("x"));
    /// ```
    pub fn leaves(&self) -> impl Iterator<Item = &'static Node> + use<> {
        self.nodes.iter().filter(|node| node.leaf)
    }

    /// The node that an index in [`Node::inputs`] means: first the forward nodes are counted,
    /// then the backward nodes.
    ///
    /// ```
    /// # use autodiff_runtime::{Graph, Node};
    /// # const X: Node = Node {
    /// #     op: "input", inputs: &[], label: Some("x"), ty: "f64", line: 1, column: 14,
    /// #     leaf: true, requires_grad: true, grad_fn: None, region: None,
    /// # };
    /// # const Y: Node = Node { op: "mul", inputs: &[0, 0], label: Some("y"), leaf: false, ..X };
    /// # const SEED: Node = Node { op: "seed", label: Some("y_bar"), ..X };
    /// # const X_BAR: Node = Node { inputs: &[2, 0], label: Some("x_bar"), ..Y };
    /// # const SQUARE: Graph = Graph {
    /// #     name: "square", nodes: &[X, Y], outputs: &[1], backward: &[SEED, X_BAR], gradients: &[3],
    /// # };
    /// // fn square(x: f64) -> f64 { let y = x * x; y }
    /// assert_eq!(SQUARE.node(1).unwrap().op(), "mul");
    /// assert_eq!(SQUARE.node(2).unwrap().op(), "seed");
    /// assert_eq!(SQUARE.node(4), None);
    /// ```
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
    #[cfg(feature = "alloc")]
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
    #[cfg(feature = "std")]
    pub fn to_svg(&self) -> String {
        crate::svg::render(self)
    }

    /// All nodes with their indices, the forward ones first.
    #[cfg(feature = "alloc")]
    pub(crate) fn indexed(&self) -> impl Iterator<Item = (usize, &'static Node)> + use<> {
        self.nodes.iter().chain(self.backward).enumerate()
    }

    /// The nodes that node `index` reads, each once, in the order of first use.
    ///
    /// An index that does not mean an earlier node is passed over: a picture of a malformed graph
    /// helps more than a panic.
    #[cfg(feature = "alloc")]
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
    #[cfg(feature = "alloc")]
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
    #[cfg(feature = "std")]
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
#[cfg(feature = "alloc")]
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

#[cfg(feature = "alloc")]
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

#[cfg(all(test, feature = "std"))]
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
        assert_eq!(crate::node::innermost(nest[1]), "if (line 3)");
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
}
