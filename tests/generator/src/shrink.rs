//! A failing program made small: statements are taken out, and expressions replaced by parts of
//! themselves, as long as it still fails in the same way.

use std::io;

use crate::ast::{Node, Sort, Text};
use crate::batch::{Item, Kind, Outcome, Workshop};
use crate::generate::Program;
use crate::print::Attribute;

/// How many smaller programs are compiled together.
const TRIED_AT_ONCE: usize = 40;

/// The smallest program found that fails like `program`, and its failure.
///
/// # Errors
///
/// If programs cannot be compiled.
pub fn shrink(
    workshop: &Workshop,
    program: Program,
    attribute: &Attribute,
    kind: Kind,
    text: String,
) -> io::Result<(Program, String)> {
    let fails_to_compile = matches!(kind, Kind::Panic | Kind::Refused | Kind::Rustc);
    let workshop = &if fails_to_compile { workshop.only_checking() } else { workshop.clone() };
    let (mut best, mut message) = (program, text);
    'smaller: loop {
        let mut candidates = smaller(&best);
        candidates.sort_by_key(Program::size);
        candidates.dedup();
        for tried in candidates.chunks(TRIED_AT_ONCE) {
            let items: Vec<Item> = tried
                .iter()
                .enumerate()
                .map(|(i, program)| Item {
                    name: format!("s{i}"),
                    program: program.clone(),
                    attribute: attribute.clone(),
                })
                .collect();
            let outcomes = workshop.run(&items)?;
            for (program, outcome) in tried.iter().zip(outcomes) {
                if let Outcome::Failed(found, text) = outcome
                    && found == kind
                    && code(&text) == code(&message)
                {
                    best = program.clone();
                    message = text;
                    continue 'smaller;
                }
            }
        }
        return Ok((best, message));
    }
}

/// The code of the error that a message tells, if it tells one.
fn code(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once('[')?;
    rest.split_once(']').map(|(code, _)| code).filter(|code| code.starts_with(['A', 'E']))
}

/// All programs that are one step smaller.
fn smaller(program: &Program) -> Vec<Program> {
    let mut found = Vec::new();
    for (at, function) in program.functions.iter().enumerate() {
        for body in smaller_nodes(&function.body) {
            let mut next = program.clone();
            next.functions[at].body = body;
            next.drop_uncalled();
            if next.size() < program.size() {
                found.push(next);
            }
        }
    }
    found
}

/// All trees with one place made smaller.
fn smaller_nodes(node: &Node) -> Vec<Node> {
    let mut found = replacements(node);
    if node.sort == Sort::Block {
        let len = node.children.len();
        // Halves and quarters first, then one by one.
        for size in [len / 2, len / 4, 1] {
            if size == 0 {
                continue;
            }
            for from in (0..len).step_by(size) {
                let mut children = node.children.clone();
                children.drain(from..(from + size).min(len));
                found.push(Node { children, ..node.clone() });
            }
        }
        // A statement replaced by the statements inside of it.
        for (at, child) in node.children.iter().enumerate() {
            for inner in blocks(child) {
                let mut children = node.children.clone();
                children.splice(at..=at, inner.children.iter().cloned());
                found.push(Node { children, ..node.clone() });
            }
        }
    }
    for (at, child) in node.children.iter().enumerate() {
        for smaller in smaller_nodes(child) {
            let mut next = node.clone();
            next.children[at] = smaller;
            found.push(next);
        }
    }
    found
}

/// What may stand for an expression.
fn replacements(node: &Node) -> Vec<Node> {
    let simplest = match node.sort {
        Sort::Float => Node::number(0.5),
        Sort::Int => Node::new(Sort::Int, "1", vec![]),
        Sort::Bool => Node::new(Sort::Bool, "true", vec![]),
        _ => return Vec::new(),
    };
    let mut found = Vec::new();
    descendants(node, &node.sort, &mut found);
    let literal = matches!(node.text, Text::Number(_) | Text::Bare(_));
    if node.size() > 1 || !literal && node.sort == Sort::Float {
        found.push(simplest);
    }
    found.retain(|other| other.size() < node.size());
    found
}

fn descendants(node: &Node, sort: &Sort, found: &mut Vec<Node>) {
    for child in &node.children {
        if child.sort == *sort {
            found.push(child.clone());
        } else {
            descendants(child, sort, found);
        }
    }
}

fn blocks(node: &Node) -> Vec<&Node> {
    let mut found = Vec::new();
    for child in &node.children {
        if child.sort == Sort::Block {
            found.push(child);
        } else {
            found.extend(blocks(child));
        }
    }
    found
}
