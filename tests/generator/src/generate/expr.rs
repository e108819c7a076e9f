//! Expressions of the float type, bounded and smooth where they are evaluated.

use super::{Construct, Gen};
use crate::ast::{Node, Sort, Text};
use crate::scope::{Bound, Ty, Var};

/// Functions of one argument, kept inside their domains and small.
const UNARY: &[&str] = &[
    "$0.sin()",
    "$0.cos()",
    "$0.tanh()",
    "$0.atan()",
    "$0.asinh()",
    "$0.abs()",
    "$0.fract()",
    "$0.floor()",
    "$0.signum()",
    "$0.powi(2)",
    "$0.sin().powi(3)",
    "(-$0)",
    "%F::sin($0)",
    "%F::tanh($0)",
    "$0.sin().exp()",
    "$0.sin().exp2()",
    "$0.sin().exp_m1()",
    "$0.sin().sinh()",
    "$0.sin().cosh()",
    "$0.sin().to_degrees().to_radians()",
    "$0.round()",
    "$0.ceil().cos()",
    "$0.trunc().sin()",
    "$0.sin_cos().0",
    "$0.sin_cos().1",
];

/// The same, with numbers beside the argument.
const UNARY_WITH: &[(&str, &[f64])] = &[
    ("(1.0 + A.powi(2)).sqrt()", &[1.0]),
    ("(1.2 + A.powi(2)).ln()", &[1.2]),
    ("(0.3 * A.sin()).tan()", &[0.3]),
    ("(0.6 * A.cos()).asin()", &[0.6]),
    ("(0.6 * A.sin()).acos()", &[0.6]),
    ("(0.6 * A.sin()).atanh()", &[0.6]),
    ("(1.5 + A.powi(2)).acosh()", &[1.5]),
    ("(1.5 + A.sin()).cbrt()", &[1.5]),
    ("(1.5 + A.sin()).recip()", &[1.5]),
    ("(1.5 + A.cos()).ln_1p()", &[1.5]),
    ("(1.5 + A.cos()).log2()", &[1.5]),
    ("(1.5 + A.cos()).log10()", &[1.5]),
    ("(2.5 + A.cos()).powi(-2)", &[2.5]),
    ("(1.5 + A.sin()).powf(1.7)", &[1.5, 1.7]),
    ("A.max(0.1)", &[0.1]),
    ("A.min(0.4)", &[0.4]),
    ("A.clamp(-0.8, 0.9)", &[-0.8, 0.9]),
    ("(A * 1.3).rem_euclid(0.7)", &[1.3, 0.7]),
    ("(A % 0.9)", &[0.9]),
    ("(2.0 - A.sin()).log(3.1)", &[2.0, 3.1]),
];

/// Functions of two arguments.
const BINARY: &[&str] = &[
    "($0 + $1)",
    "($0 + $1)",
    "($0 - $1)",
    "($0 - $1)",
    "($0 * $1)",
    "($0 * $1)",
    "($0 * $1)",
    "$0.max($1)",
    "$0.min($1)",
    "$0.hypot($1)",
    "$0.midpoint($1)",
    "$0.copysign($1)",
    "%F::max($0, $1)",
    "($0 - $1).powi(2)",
];

/// The same, with a number in the template.
const BINARY_WITH: &[(&str, f64)] = &[
    ("($0 / ($2 + $1.powi(2)))", 1.5),
    ("$0.atan2($2 + $1.abs())", 1.5),
    ("($2 + $0.sin()).powf($1.cos())", 1.5),
    ("$0.div_euclid($2 + $1.abs())", 0.8),
    ("($0 % ($2 + $1.abs()))", 1.1),
    // A bound that is no number would panic.
    ("$0.clamp(-$2, $1.powi(2).max($2))", 0.6),
    ("($2 + $0.abs()).log($2 + $2 + $1.sin())", 1.7),
    ("$0.mul_add($1, $2)", 0.3),
    ("%F::mul_add($2, $0, $1)", 0.8),
    ("$1.powi(2).mul_add($2, $0)", 0.4),
];

impl Gen {
    /// An expression of at most that depth.
    pub(super) fn float(&mut self, depth: usize) -> Node {
        loop {
            let node = self.any_float(depth);
            if self.fits(&node) {
                return node;
            }
        }
    }

    fn any_float(&mut self, depth: usize) -> Node {
        if depth == 0 {
            let table: [(usize, Construct<Node>); 4] = [
                (8, |this, _| this.place_read()),
                (1, |this, _| Some(this.literal())),
                (1, Self::int_as_float),
                (1, Self::constant),
            ];
            return self.one_of(&table, 0);
        }
        let table: [(usize, Construct<Node>); 22] = [
            (18, Self::binary),
            (8, Self::unary),
            (5, Self::unary_with_numbers),
            (5, Self::binary_with_number),
            (5, |this, _| this.place_read()),
            (3, Self::if_value),
            (2, Self::match_value),
            (2, Self::block_value),
            (2, Self::call),
            (2, Self::closure_call),
            (4, Self::reduction),
            (1, Self::loop_value),
            (1, Self::stopped),
            (1, Self::closure_value),
            (1, Self::pair_field),
            (3, Self::over_rows),
            (2, Self::element),
            (1, Self::array_map),
            (1, Self::match_floats),
            (4, Self::record_read),
            (2, Self::option),
            (2, Self::long_chain),
        ];
        self.one_of(&table, depth)
    }

    /// A float that is no literal alone, so that methods can be called on it.
    pub(super) fn literal(&mut self) -> Node {
        Node::number((self.random.within(-18..19) * 10 + 5) as f64 / 100.0)
    }

    /// A number beside something of the float type.
    pub(super) fn beside(&mut self, number: f64) -> Node {
        if self.random.chance(70) { Node::bare(number) } else { Node::number(number) }
    }

    fn constant(&mut self, _: usize) -> Option<Node> {
        let name = self.random.pick(&["FRAC_PI_4", "LN_2", "SQRT_2", "FRAC_1_PI"]);
        Some(Node { sort: Sort::Float, text: Text::Constant(name), children: vec![] })
    }

    fn int_as_float(&mut self, _: usize) -> Option<Node> {
        let var = self.var(|v| matches!(v.ty, Ty::Int { .. }))?;
        let int = Node::new(Sort::Int, var.name, vec![]);
        let cast = Node { sort: Sort::Float, text: Text::ToFloat, children: vec![int] };
        Self::node(Sort::Float, "($0 * $1)", vec![cast, Node::number(0.1)])
    }

    /// A variable or element that can be read.
    pub(super) fn place_read(&mut self) -> Option<Node> {
        let var = self.var(|v| v.ty.has_floats())?;
        Some(self.read(&var))
    }

    fn read(&mut self, var: &Var) -> Node {
        self.place(var, Sort::Float)
    }

    /// A float inside a variable, as a place of that sort.
    pub(super) fn place(&mut self, var: &Var, sort: Sort) -> Node {
        let name = Node::word(&var.name);
        match var.ty {
            Ty::FloatRef if sort == Sort::Float => Node::new(sort, "(*$0)", vec![name]),
            Ty::FloatRef => Node::new(sort, "*$0", vec![name]),
            Ty::Seq { len, .. } => {
                let at = self.index_into(var, len, &sort);
                Node::new(sort, "$0[$1]", vec![name, at])
            }
            Ty::Records { len, .. } => {
                let at = self.index_into(var, len, &sort);
                let template = self.random.pick(&["$0[$1].x", "$0[$1].y", "$0[$1].z"]);
                Node::new(sort, template, vec![name, at])
            }
            Ty::Grid { rows, columns } => {
                let i = self.index_into(var, rows, &sort);
                let j = self.index_into(var, Bound::Is(columns), &sort);
                Node::new(sort, "$0[$1][$2]", vec![name, i, j])
            }
            Ty::Pair => Node::new(sort, self.random.pick(&["$0.0", "$0.1"]), vec![name]),
            _ => Node::new(sort, "$0", vec![name]),
        }
    }

    /// An index; what is assigned to cannot be read in it.
    fn index_into(&mut self, var: &Var, len: Bound, sort: &Sort) -> Node {
        if *sort == Sort::Float {
            return self.index(len);
        }
        self.without(&var.name, |this| this.index(len))
    }

    fn binary(&mut self, depth: usize) -> Option<Node> {
        let (a, b) = (self.float(depth - 1), self.float(depth - 1));
        Self::node(Sort::Float, self.random.pick(BINARY), vec![a, b])
    }

    fn binary_with_number(&mut self, depth: usize) -> Option<Node> {
        let (a, b) = (self.float(depth - 1), self.float(depth - 1));
        let (template, number) = self.random.pick(BINARY_WITH);
        Self::node(Sort::Float, template, vec![a, b, self.beside(number)])
    }

    fn unary(&mut self, depth: usize) -> Option<Node> {
        let a = self.float(depth - 1);
        Self::node(Sort::Float, self.random.pick(UNARY), vec![a])
    }

    fn unary_with_numbers(&mut self, depth: usize) -> Option<Node> {
        let (template, numbers) = self.random.pick(UNARY_WITH);
        let mut text = template.replace('A', "$0");
        let mut children = vec![self.float(depth - 1)];
        for (at, number) in numbers.iter().enumerate() {
            text = text.replacen(&format!("{number:?}"), &format!("${}", at + 1), 1);
            children.push(self.beside(*number));
        }
        Self::node(Sort::Float, text, children)
    }

    fn if_value(&mut self, depth: usize) -> Option<Node> {
        let condition = self.condition(depth - 1);
        let (a, b) = (self.value_block(depth - 1), self.value_block(depth - 1));
        if self.random.chance(20) {
            let second = self.condition(0);
            let c = self.float(depth - 1);
            let template = "if $0 $1 else if $3 $2 else { $4 }";
            return Self::node(
                Sort::Float,
                format!("({template})"),
                vec![condition, a, b, second, c],
            );
        }
        Self::node(Sort::Float, "(if $0 $1 else $2)", vec![condition, a, b])
    }

    /// `{ value }`, with statements before it now and then.
    fn value_block(&mut self, depth: usize) -> Node {
        self.nested(|this| {
            if depth > 0 && this.random.chance(25) {
                let statements = this.statements(1, depth - 1);
                let value = this.float(depth);
                return Node::new(Sort::Other, "{\n    $0\n    $1\n}", vec![statements, value]);
            }
            let value = this.float(depth);
            Node::new(Sort::Other, "{ $0 }", vec![value])
        })
    }

    fn match_value(&mut self, depth: usize) -> Option<Node> {
        let var = self.var(|v| matches!(v.ty, Ty::Int { .. }))?;
        let on = Node::new(Sort::Int, var.name, vec![]);
        let (a, b, c) = (self.float(depth - 1), self.float(depth - 1), self.float(depth - 1));
        let guard = self.condition(0);
        let bound = self.name("m");
        let templates = [
            "(match $0 % 3 {\n    0 => $1,\n    1 => $2,\n    _ => $3,\n})".to_owned(),
            "(match $0 {\n    0 | 2 => $1,\n    1..=3 if $4 => $2,\n    _ => $3,\n})".to_owned(),
            format!(
                "(match $0 {{\n    {bound} if {bound} % 2 == 1 => $1,\n    3.. => $2,\n    _ => $3,\n}})"
            ),
            "(match ($0 % 2, $4) {\n    (0, true) => $1,\n    (_, false) => $2,\n    _ => $3,\n})"
                .to_owned(),
        ];
        let template = self.random.pick(&templates);
        Self::node(Sort::Float, template, vec![on, a, b, c, guard])
    }

    fn block_value(&mut self, depth: usize) -> Option<Node> {
        let first = self.float(depth - 1);
        let name = self.name("b");
        self.nested(|this| {
            this.scope.declare(&name, Ty::Float, false);
            let statements = this.statements(1, 0);
            let value = this.float(depth - 1);
            let name = Node::word(name);
            let template = "({\n    let $0: %F = $1;\n    $2\n    $3\n})";
            Self::node(Sort::Float, template, vec![name, first, statements, value])
        })
    }

    fn stopped(&mut self, depth: usize) -> Option<Node> {
        let a = self.float(depth - 1);
        Self::node(Sort::Float, "stop_gradient($0)", vec![a])
    }

    fn pair_field(&mut self, depth: usize) -> Option<Node> {
        let (a, b) = (self.float(depth - 1), self.float(depth - 1));
        Self::node(Sort::Float, self.random.pick(&["($0, $1).0", "($0, $1).1"]), vec![a, b])
    }
}
