//! The graph in the language of Graphviz.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use crate::graph::{Graph, Role};
use crate::node::{Node, innermost};

/// Writes `graph` as a `digraph`: forward and backward are clusters, an edge that carries a value
/// from the forward to the backward graph is dashed.
pub(crate) fn render(graph: &Graph) -> String {
    let forward = graph.nodes.len();
    let total = forward + graph.backward.len();
    let roles = graph.roles();
    let mut dot = format!(
        "digraph {} {{\n  \
           graph [fontname=\"sans-serif\", style=rounded, color=\"#cbd5e1\"];\n  \
           node [fontname=\"sans-serif\", shape=box, style=\"rounded,filled\"];\n  \
           edge [color=\"#64748b\"];\n",
        quoted(graph.name)
    );
    for (title, range) in [("forward", 0..forward), ("backward", forward..total)] {
        if range.is_empty() {
            continue;
        }
        push(&mut dot, format_args!("  subgraph cluster_{title} {{"));
        push(&mut dot, format_args!("    label=\"{title}\";"));
        let nodes: Vec<_> = graph.indexed().filter(|(index, _)| range.contains(index)).collect();
        push_nodes(&mut dot, &nodes, &roles, title, 0);
        for index in range.clone() {
            for source in graph.sources(index) {
                if range.contains(&source) {
                    push(&mut dot, format_args!("    n{source} -> n{index};"));
                }
            }
        }
        push(&mut dot, "  }");
    }
    for index in forward..total {
        for source in graph.sources(index) {
            if source < forward {
                push(
                    &mut dot,
                    // A residual must not pull the two clusters apart, rank by rank.
                    format_args!(
                        "  n{source} -> n{index} [style=dashed, color=\"#a855f7\", constraint=false];"
                    ),
                );
            }
        }
    }
    dot.push_str("}\n");
    dot
}

fn push(dot: &mut String, line: impl core::fmt::Display) {
    writeln!(dot, "{line}").expect("writing to a String cannot fail");
}

/// The nodes at one depth of nesting, those further inside as clusters of their own.
fn push_nodes(
    dot: &mut String,
    nodes: &[(usize, &Node)],
    roles: &[Role],
    cluster: &str,
    depth: usize,
) {
    let indent = "  ".repeat(depth);
    let region = |node: &Node| node.nest().nth(depth);
    for (part, together) in nodes.chunk_by(|a, b| region(a.1) == region(b.1)).enumerate() {
        let Some(name) = region(together[0].1) else {
            for (index, node) in together {
                push(dot, format_args!("{indent}{}", node_statement(*index, node, roles[*index])));
            }
            continue;
        };
        let cluster = format!("{cluster}_{part}");
        push(dot, format_args!("{indent}    subgraph cluster_{cluster} {{"));
        push(dot, format_args!("{indent}      label={};", quoted(innermost(name))));
        push_nodes(dot, together, roles, &cluster, depth + 1);
        push(dot, format_args!("{indent}    }}"));
    }
}

/// `n3 [label="mul\ny: f64", tooltip=…, fillcolor=…];`
fn node_statement(index: usize, node: &Node, role: Role) -> String {
    let label = match node.signature() {
        Some(signature) => format!("{}\n{signature}", node.op),
        None => node.op.to_owned(),
    };
    let mut tooltip = format!("line {}, column {}", node.line, node.column);
    if let Some(rule) = node.grad_fn {
        tooltip = format!("{tooltip}, {rule}");
    }
    let (fill, border) = role.colours();
    format!(
        "    n{index} [label={}, tooltip={}, fillcolor=\"{fill}\", color=\"{border}\"];",
        quoted(&label),
        quoted(&tooltip)
    )
}

/// A double-quoted Graphviz string that shows as `text`.
///
/// A backslash is doubled because Graphviz reads `\N`, `\G`, `\l` and others in labels.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            // In a label Graphviz reads HTML entities as well.
            '&' => quoted.push_str("&amp;"),
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::tests::{EMPTY, INPUT, SCALED};

    #[test]
    fn clusters_edges_and_residuals() {
        let dot = render(&SCALED);
        assert!(dot.contains("subgraph cluster_forward {"), "{dot}");
        assert!(dot.contains("subgraph cluster_backward {"), "{dot}");
        let nested = [
            "    subgraph cluster_forward_1 {",
            "      label=\"for i (line 2)\";",
            "      subgraph cluster_forward_1_0 {",
            "        label=\"if (line 3)\";",
            "        n2 [label",
        ];
        assert!(dot.contains(&nested.join("\n")), "{dot}");
        assert!(dot.contains("    n0 -> n2;\n    n1 -> n2;\n"), "{dot}");
        assert!(dot.contains("  n1 -> n4 [style=dashed"), "{dot}");
        assert!(dot.contains(r#"n2 [label="mul\ny: f64","#), "{dot}");
    }

    #[test]
    fn labels_are_escaped() {
        assert_eq!(quoted("a\"b\\c\nd"), r#""a\"b\\c\nd""#);
        let graph = Graph { name: "r#\"f\"", nodes: &[Node { ty: "&[f64]", ..INPUT }], ..EMPTY };
        let dot = render(&graph);
        assert!(dot.starts_with(r##"digraph "r#\"f\"" {"##), "{dot}");
        assert!(dot.contains("x: &amp;[f64]"), "{dot}");
    }

    #[test]
    fn empty_graph_has_no_cluster() {
        let dot = render(&EMPTY);
        assert!(!dot.contains("cluster") && dot.ends_with("}\n"), "{dot}");
    }
}
