//! Programs as trees that can be printed twice and shrunk.
//!
//! A node is a template with holes for its children, so that a construct of the language is one line
//! where it is generated, and neither the printer nor the shrinker knows it. Two nodes of the same
//! [`Sort`] may stand for one another.

use std::fmt::Write;

use crate::scope::overlap;

/// What a node is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Sort {
    /// An expression of the program's float type.
    Float,
    /// An expression of type `usize`.
    Int,
    /// An expression of type `bool`.
    Bool,
    /// A statement.
    Stmt,
    /// Statements, one below the other.
    Block,
    /// What nothing else can stand for: a name, a place, an iterator.
    Other,
}

/// How a node is written.
#[derive(Clone, PartialEq, Debug)]
pub enum Text {
    /// Text with holes: `$0` to `$9` are the children, `%F` is the float type.
    Template(String),
    /// A float with its type.
    Number(f64),
    /// A float whose type is inferred.
    Bare(f64),
    /// A constant of `std::f64::consts`.
    Constant(&'static str),
    /// That operator and assignment to the first child of the second. Of floats, the right side comes
    /// first; of other types, the left.
    Assign(&'static str),
    /// The first child, an integer, as a float.
    ToFloat,
    /// The first child, a float, as a `usize`.
    ToInt,
    /// The first child, a loop, under that attribute.
    Checkpoint(&'static str),
    /// The children, one a line.
    List,
}

/// A part of a program.
#[derive(Clone, PartialEq, Debug)]
pub struct Node {
    /// What it is.
    pub sort: Sort,
    /// How it is written.
    pub text: Text,
    /// What is in the holes.
    pub children: Vec<Node>,
}

impl Node {
    /// A node of that template.
    pub fn new(sort: Sort, template: impl Into<String>, children: Vec<Node>) -> Self {
        Self { sort, text: Text::Template(template.into()), children }
    }

    /// A float whose type the code around it tells.
    pub fn bare(value: f64) -> Self {
        Self { sort: Sort::Float, text: Text::Bare(value), children: Vec::new() }
    }

    /// A name, a type, or another text that stays.
    pub fn word(word: impl Into<String>) -> Self {
        Self::new(Sort::Other, word, Vec::new())
    }

    /// A float.
    pub fn number(value: f64) -> Self {
        Self { sort: Sort::Float, text: Text::Number(value), children: Vec::new() }
    }

    /// `to += value;` and its relatives.
    pub fn assign(operator: &'static str, to: Node, value: Node) -> Self {
        Self { sort: Sort::Stmt, text: Text::Assign(operator), children: vec![to, value] }
    }

    /// Statements.
    pub fn block(statements: Vec<Node>) -> Self {
        Self { sort: Sort::Block, text: Text::List, children: statements }
    }

    /// Whether a variable stands in it.
    pub fn mentions(&self, name: &str) -> bool {
        matches!(&self.text, Text::Template(text) if overlap(text, name))
            || self.children.iter().any(|child| child.mentions(name))
    }

    /// About how many nodes are evaluated, where the functions `known` take as many.
    pub fn work(&self, known: &[(&str, f64)]) -> f64 {
        /// How often a loop runs, and a closure is called.
        const REPEATED: f64 = 5.0;
        let inside: f64 = self.children.iter().map(|child| child.work(known)).sum();
        let Text::Template(text) = &self.text else { return 1.0 + inside };
        let calls = |name: &str| {
            let method = text.split_once(name);
            text == name || method.is_some_and(|(to, of)| to.ends_with('.') && of.starts_with('('))
        };
        let called = known.iter().find(|(name, _)| calls(name)).map_or(1.0, |(_, work)| *work);
        let repeats = ["for ", "while ", "loop {", "|$"].iter().any(|sign| text.contains(sign));
        if repeats { called + REPEATED * inside } else { called + inside }
    }

    /// The number of nodes, itself included.
    pub fn size(&self) -> usize {
        1 + self.children.iter().map(Node::size).sum::<usize>()
    }
}

/// Which of the two copies of a program is printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialect {
    /// The program, over `f32` or `f64`, or over `T` in a generic function; `structs` are the
    /// arguments of the structs of the prelude, and there are attributes on loops if `marked`.
    Plain { single: bool, generic: bool, structs: bool, marked: bool },
    /// The same over dual numbers.
    Oracle { single: bool },
}

impl Dialect {
    /// The primitive type that is computed in.
    pub fn primitive(self) -> &'static str {
        match self {
            Self::Plain { single: true, generic: false, .. } | Self::Oracle { single: true } => {
                "f32"
            }
            Self::Plain { .. } | Self::Oracle { .. } => "f64",
        }
    }

    /// The float type as it is written.
    pub fn float(self) -> &'static str {
        match self {
            Self::Plain { generic: true, .. } => "T",
            Self::Plain { .. } => self.primitive(),
            Self::Oracle { single: true } => "Dual32",
            Self::Oracle { single: false } => "Dual64",
        }
    }

    /// A value of the primitive type, as a float of this dialect.
    fn constant(self, value: &str) -> String {
        match self {
            Self::Plain { generic: true, .. } => format!("T::from_f64({value})"),
            Self::Plain { .. } => value.to_owned(),
            Self::Oracle { .. } => format!("{}::from({value})", self.float()),
        }
    }

    /// The arguments of a struct of the prelude.
    fn arguments(self) -> String {
        match self {
            Self::Plain { structs: true, .. } => format!("<{}>", self.float()),
            _ => String::new(),
        }
    }

    /// The text of a tree.
    pub fn print(self, node: &Node) -> String {
        let mut out = String::new();
        self.write(node, 0, &mut out);
        out
    }

    fn write(self, node: &Node, indent: usize, out: &mut String) {
        let child = |at: usize| {
            let mut text = String::new();
            self.write(&node.children[at], indent, &mut text);
            text
        };
        match &node.text {
            Text::Number(value) => {
                let literal = format!("{value:?}_{}", self.primitive());
                let literal = if *value < 0.0 { format!("({literal})") } else { literal };
                out.push_str(&self.constant(&literal));
            }
            Text::Bare(value) => out.push_str(&self.constant(&format!("{value:?}"))),
            Text::Constant(name) => {
                let path = format!("std::{}::consts::{name}", self.primitive());
                out.push_str(&self.constant(&path));
            }
            Text::Assign(operator) => {
                let (to, value) = (child(0), child(1));
                match self {
                    Self::Plain { generic: false, .. } => write!(out, "{to} {operator} {value};"),
                    // Where that is a method, the place is borrowed before the value is computed.
                    Self::Plain { .. } | Self::Oracle { .. } => {
                        write!(out, "{{ let value = {value}; {to} {operator} value; }}")
                    }
                }
                .expect("text");
            }
            Text::ToFloat => {
                let cast = format!("({} as {})", child(0), self.primitive());
                out.push_str(&self.constant(&cast));
            }
            Text::ToInt => {
                let value = if matches!(self, Self::Plain { .. }) { "" } else { ".value" };
                write!(out, "(({}){value} as usize)", child(0)).expect("text");
            }
            Text::Checkpoint(options) => {
                if matches!(self, Self::Plain { marked: true, .. }) {
                    writeln!(out, "#[checkpoint({options})]").expect("text");
                    out.extend(std::iter::repeat_n(' ', indent));
                }
                self.write(&node.children[0], indent, out);
            }
            Text::List => {
                for (i, statement) in node.children.iter().enumerate() {
                    if i > 0 {
                        out.push('\n');
                        out.extend(std::iter::repeat_n(' ', indent));
                    }
                    self.write(statement, indent, out);
                }
            }
            Text::Template(template) => {
                let mut rest = template.chars();
                let mut depth = indent;
                while let Some(c) = rest.next() {
                    match c {
                        '$' => {
                            let hole = rest.next().and_then(|d| d.to_digit(10)).expect("a digit");
                            self.write(&node.children[hole as usize], depth, out);
                        }
                        '%' if rest.as_str().starts_with('F') => {
                            rest.next();
                            out.push_str(self.float());
                        }
                        '%' if rest.as_str().starts_with(['V', 'B']) => {
                            let vector = rest.next() == Some('V');
                            out.push_str(if vector { "V3" } else { "Body" });
                            out.push_str(&self.arguments());
                        }
                        '\n' => {
                            let spaces =
                                rest.as_str().len() - rest.as_str().trim_start_matches(' ').len();
                            depth = indent + spaces;
                            out.push('\n');
                            out.extend(std::iter::repeat_n(' ', indent));
                        }
                        c => out.push(c),
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Dialect, Node, Sort};

    #[test]
    fn both_dialects() {
        let sum = Node::new(Sort::Float, "($0 % $1)", vec![Node::word("x"), Node::number(0.5)]);
        let block = Node::block(vec![
            Node::new(Sort::Stmt, "let y: %F = $0;", vec![sum]),
            Node::word("y += y;"),
        ]);
        let whole = Node::new(Sort::Stmt, "if c {\n    $0\n}", vec![block]);
        let plain = Dialect::Plain { single: true, generic: false, structs: false, marked: false }
            .print(&whole);
        assert_eq!(plain, "if c {\n    let y: f32 = (x % 0.5_f32);\n    y += y;\n}");
        let oracle = Dialect::Oracle { single: false }.print(&whole);
        assert!(oracle.contains("let y: Dual64 = (x % Dual64::from(0.5_f64));"), "{oracle}");
    }
}
