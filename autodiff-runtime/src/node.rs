//! A node of the graph.

#[cfg(feature = "alloc")]
use alloc::{borrow::ToOwned, format, string::String};

/// One operation, parameter or constant of a [`Graph`](crate::Graph).
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
    /// The nodes this one reads, as [`Graph::node`](crate::Graph::node) counts them.
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
    ///
    /// ```
    /// # const Y: autodiff_runtime::Node = autodiff_runtime::Node {
    /// #     op: "mul", inputs: &[0, 0], label: Some("y"), ty: "f64", line: 2, column: 9,
    /// #     leaf: false, requires_grad: true, grad_fn: Some("MulBackward"), region: None,
    /// # };
    /// // let y = x * x;
    /// assert_eq!(Y.op(), "mul");
    /// ```
    pub const fn op(&self) -> &'static str {
        self.op
    }

    /// The nodes this one reads, as [`Graph::node`](crate::Graph::node) counts them.
    ///
    /// ```
    /// # const Y: autodiff_runtime::Node = autodiff_runtime::Node {
    /// #     op: "mul", inputs: &[0, 0], label: Some("y"), ty: "f64", line: 2, column: 9,
    /// #     leaf: false, requires_grad: true, grad_fn: Some("MulBackward"), region: None,
    /// # };
    /// // let y = x * x;
    /// assert_eq!(Y.inputs(), [0, 0]);
    /// ```
    pub const fn inputs(&self) -> &'static [usize] {
        self.inputs
    }

    /// The user's own name for the value, where there is one.
    ///
    /// ```
    /// # const Y: autodiff_runtime::Node = autodiff_runtime::Node {
    /// #     op: "mul", inputs: &[0, 0], label: Some("y"), ty: "f64", line: 2, column: 9,
    /// #     leaf: false, requires_grad: true, grad_fn: Some("MulBackward"), region: None,
    /// # };
    /// // let y = x * x;
    /// assert_eq!(Y.label(), Some("y"));
    /// ```
    pub const fn label(&self) -> Option<&'static str> {
        self.label
    }

    /// The type of the value.
    ///
    /// ```
    /// # const Y: autodiff_runtime::Node = autodiff_runtime::Node {
    /// #     op: "mul", inputs: &[0, 0], label: Some("y"), ty: "f64", line: 2, column: 9,
    /// #     leaf: false, requires_grad: true, grad_fn: Some("MulBackward"), region: None,
    /// # };
    /// // let y = x * x;
    /// assert_eq!(Y.ty(), "f64");
    /// ```
    pub const fn ty(&self) -> &'static str {
        self.ty
    }

    /// The line of the source, counted from 1.
    ///
    /// ```
    /// # const Y: autodiff_runtime::Node = autodiff_runtime::Node {
    /// #     op: "mul", inputs: &[0, 0], label: Some("y"), ty: "f64", line: 2, column: 9,
    /// #     leaf: false, requires_grad: true, grad_fn: Some("MulBackward"), region: None,
    /// # };
    /// // let y = x * x;
    /// assert_eq!(Y.line(), 2);
    /// ```
    pub const fn line(&self) -> u32 {
        self.line
    }

    /// The column of the source, counted as the compiler counts it in its messages.
    ///
    /// ```
    /// # const Y: autodiff_runtime::Node = autodiff_runtime::Node {
    /// #     op: "mul", inputs: &[0, 0], label: Some("y"), ty: "f64", line: 2, column: 9,
    /// #     leaf: false, requires_grad: true, grad_fn: Some("MulBackward"), region: None,
    /// # };
    /// // let y = x * x;
    /// assert_eq!(Y.column(), 9);
    /// ```
    pub const fn column(&self) -> u32 {
        self.column
    }

    /// Whether the node is a parameter or a constant, rather than computed from other nodes.
    ///
    /// ```
    /// # const Y: autodiff_runtime::Node = autodiff_runtime::Node {
    /// #     op: "mul", inputs: &[0, 0], label: Some("y"), ty: "f64", line: 2, column: 9,
    /// #     leaf: false, requires_grad: true, grad_fn: Some("MulBackward"), region: None,
    /// # };
    /// // let y = x * x;
    /// assert!(!Y.is_leaf());
    /// ```
    pub const fn is_leaf(&self) -> bool {
        self.leaf
    }

    /// Whether the node depends on an active parameter, or is one. Backward nodes do not: a second
    /// derivative is the business of another function.
    ///
    /// ```
    /// # const Y: autodiff_runtime::Node = autodiff_runtime::Node {
    /// #     op: "mul", inputs: &[0, 0], label: Some("y"), ty: "f64", line: 2, column: 9,
    /// #     leaf: false, requires_grad: true, grad_fn: Some("MulBackward"), region: None,
    /// # };
    /// // let y = x * x;
    /// assert!(Y.requires_grad());
    /// ```
    pub const fn requires_grad(&self) -> bool {
        self.requires_grad
    }

    /// The name of the backward rule; none for a leaf and for what needs no gradient.
    ///
    /// ```
    /// # const Y: autodiff_runtime::Node = autodiff_runtime::Node {
    /// #     op: "mul", inputs: &[0, 0], label: Some("y"), ty: "f64", line: 2, column: 9,
    /// #     leaf: false, requires_grad: true, grad_fn: Some("MulBackward"), region: None,
    /// # };
    /// // let y = x * x;
    /// assert_eq!(Y.grad_fn(), Some("MulBackward"));
    /// ```
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
#[cfg(feature = "alloc")]
const INSIDE: &str = " / ";

#[cfg(feature = "alloc")]
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
#[cfg(feature = "alloc")]
pub(crate) fn innermost(region: &str) -> &str {
    region.rsplit(INSIDE).next().unwrap_or(region)
}
