//! The graph as a table.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::{Graph, Node};

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
    let widths: [usize; HEADINGS.len()] = core::array::from_fn(|column| {
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
mod tests {
    use crate::graph::tests::{EMPTY, SCALED};

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
