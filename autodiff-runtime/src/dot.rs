//! The graph in the language of Graphviz.

use std::fmt::Write as _;

use crate::graph::{Graph, Node, Role};

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
        for (index, node) in graph.indexed().filter(|(index, _)| range.contains(index)) {
            push(&mut dot, node_statement(index, node, roles[index]));
        }
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

fn push(dot: &mut String, line: impl std::fmt::Display) {
    writeln!(dot, "{line}").expect("writing to a String cannot fail");
}

/// `n3 [label="mul\ny: f64\nfor i", tooltip=…, fillcolor=…];`
fn node_statement(index: usize, node: &Node, role: Role) -> String {
    let mut label = match node.label {
        Some(name) => format!("{}\n{name}: {}", node.op, node.ty),
        None => format!("{}\n{}", node.op, node.ty),
    };
    if let Some(region) = node.region {
        label = format!("{label}\n[{region}]");
    }
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
        assert!(dot.contains("    n0 -> n2;\n    n1 -> n2;\n"), "{dot}");
        assert!(dot.contains("  n1 -> n4 [style=dashed"), "{dot}");
        assert!(dot.contains(r#"n2 [label="mul\ny: f64\n[for i]""#), "{dot}");
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
