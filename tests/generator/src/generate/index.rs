//! Integers: indices that are in bounds for each length, and conditions.

use super::{Construct, Gen};
use crate::ast::{Node, Sort, Text};
use crate::scope::{Bound, Ty};

/// An integer expression.
fn int(text: impl Into<String>) -> Node {
    Node::new(Sort::Int, text, Vec::new())
}

impl Gen {
    /// An index into a sequence of that length.
    pub(super) fn index(&mut self, len: Bound) -> Node {
        for _ in 0..8 {
            let found = match self.random.below(12) {
                0 | 1 => Some(int(self.random.within(0..len.least()).to_string())),
                2 => Some(int(len.plus(-self.random.within(1..len.least().min(2) + 1)).text())),
                3..=6 => self.affine(len),
                7 | 8 => self.reversed(len),
                9 => self.permuted(len),
                10 => self.wrapped(len),
                _ => self.data_index(len),
            };
            if let Some(node) = found {
                return node;
            }
        }
        int("0")
    }

    fn int_var(&mut self) -> Option<(String, Bound, Bound, Option<String>)> {
        let var = self.var(|v| matches!(v.ty, Ty::Int { .. }))?;
        let Ty::Int { low, high, below } = var.ty else { unreachable!("an integer") };
        Some((var.name, low, high, below))
    }

    /// `i`, `i + 1`, `i - 1`.
    fn affine(&mut self, len: Bound) -> Option<Node> {
        let (name, low, high, _) = self.int_var()?;
        let by = self.random.pick(&[0, 0, 0, 1, -1, 2, -2]);
        let fits = low.plus(by).least() >= 0 && high.plus(by).below(len);
        fits.then(|| match by {
            0 => int(name),
            by if by > 0 => int(format!("{name} + {by}")),
            by => int(format!("{name} - {}", -by)),
        })
    }

    /// `n - 1 - i`, `i - j`, `i - 1 - j`.
    fn reversed(&mut self, len: Bound) -> Option<Node> {
        let (name, low, high, below) = self.int_var()?;
        if let Some(outer) = below
            && self.random.chance(70)
        {
            let ty = |v: &crate::scope::Var| v.name == outer;
            let outer = self.var(ty)?;
            let Ty::Int { high, .. } = outer.ty else { return None };
            let less = self.random.below(2);
            let text = ["", " - 1"][less];
            return high.below(len).then(|| int(format!("{}{text} - {name}", outer.name)));
        }
        let fits = low.least() >= 0 && high.below(len);
        fits.then(|| int(format!("{} - {name}", len.plus(-1).text())))
    }

    /// `p[i]`.
    fn permuted(&mut self, len: Bound) -> Option<Node> {
        let at = self.index(Bound::N(0));
        let permutation = self.var(|v| v.ty == Ty::Permutation)?;
        Bound::N(-1)
            .below(len)
            .then(|| Node::new(Sort::Int, "$0[$1]", vec![Node::word(permutation.name), at]))
    }

    /// `(2 * i + 1) % n`.
    fn wrapped(&mut self, len: Bound) -> Option<Node> {
        let (name, low, ..) = self.int_var()?;
        let (factor, by) = (self.random.within(1..4), self.random.within(0..4));
        let text = format!("({factor} * {name} + {by}) % {}", modulus(len));
        (low.least() >= 0).then(|| int(text))
    }

    /// An index that the data decides.
    fn data_index(&mut self, len: Bound) -> Option<Node> {
        let data = self.place_read()?;
        let scaled = Node::new(Sort::Float, "$0.abs() * $1", vec![data, Node::number(3.0)]);
        let cast = Node { sort: Sort::Int, text: Text::ToInt, children: vec![scaled] };
        Some(Node::new(Sort::Int, format!("$0 % {}", modulus(len)), vec![cast]))
    }

    /// A condition.
    pub(super) fn condition(&mut self, depth: usize) -> Node {
        let table: [(usize, Construct<Node>); 6] = [
            (4, Self::compare_floats),
            (4, Self::compare_ints),
            (1, Self::bool_var),
            (1, Self::connective),
            (1, Self::any_or_all),
            (1, Self::negated),
        ];
        self.one_of(&table, depth)
    }

    fn compare_floats(&mut self, depth: usize) -> Option<Node> {
        let (a, b) = (self.float(depth.min(1)), self.float(0));
        let template = self.random.pick(&["$0 < $1", "$0 > $1", "$0 >= $1", "$0 <= $1"]);
        Self::node(Sort::Bool, template, vec![a, b])
    }

    fn compare_ints(&mut self, _: usize) -> Option<Node> {
        let Some((name, ..)) = self.int_var() else {
            return Self::node(Sort::Bool, self.random.pick(&["true", "false"]), vec![]);
        };
        let c = self.random.below(4);
        let template = self.random.pick(&["% 2 == 0", "% 2 == 1", "% 3 != 1", "<", ">=", "=="]);
        let template = match template {
            "<" | ">=" | "==" => format!("{name} {template} {c}"),
            parity => format!("{name} {parity}"),
        };
        Self::node(Sort::Bool, template, vec![])
    }

    fn bool_var(&mut self, _: usize) -> Option<Node> {
        let var = self.var(|v| v.ty == Ty::Bool)?;
        Self::node(Sort::Bool, var.name, vec![])
    }

    fn connective(&mut self, depth: usize) -> Option<Node> {
        let (a, b) = (self.condition(depth), self.condition(depth));
        Self::node(Sort::Bool, self.random.pick(&["($0 && $1)", "($0 || $1)"]), vec![a, b])
    }

    fn negated(&mut self, depth: usize) -> Option<Node> {
        let a = self.condition(depth);
        Self::node(Sort::Bool, "!($0)", vec![a])
    }

    fn any_or_all(&mut self, _: usize) -> Option<Node> {
        let (seq, ..) = self.seq(|_, _, _| true)?;
        let bound = self.literal();
        let template =
            self.random.pick(&["$0.iter().any(|v| *v > $1)", "$0.iter().all(|&v| v < $1)"]);
        Self::node(Sort::Bool, template, vec![seq, bound])
    }
}

/// A length as the right side of `%`.
fn modulus(len: Bound) -> String {
    match len {
        Bound::Is(_) | Bound::N(0) => len.text(),
        Bound::N(_) => format!("({})", len.text()),
    }
}
