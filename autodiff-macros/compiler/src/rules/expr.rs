//! The language derivatives are written in: scalar expressions over the arguments, the result and
//! the seed of one operation, with the operators and methods of Rust.

use std::collections::BTreeSet;
use std::ops::{Add, Div, Mul, Neg, Sub};

use super::Fun;

/// A scalar expression in the terms of one operation `result = fun(args)`.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// The argument at that position.
    Arg(usize),
    /// What the operation gave.
    Result,
    /// The adjoint of the result; for a tangent, the tangent of the argument.
    Seed,
    /// A number.
    Const(f64),
    /// A constant of `std::f64::consts` and its value.
    Named(&'static str, f64),
    /// An operation.
    Apply(Fun, Vec<Expr>),
}

/// What an expression needs of the operation it belongs to, the seed aside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// Positions of the arguments that are read.
    pub args: BTreeSet<usize>,
    /// Whether the result is read.
    pub result: bool,
}

impl Expr {
    /// The arguments and the result that the expression needs.
    pub fn reads(&self) -> Reads {
        self.reads_beside(&|_| false)
    }

    /// The same where the parts that `given` tells are at hand.
    pub fn reads_beside(&self, given: &dyn Fn(&Expr) -> bool) -> Reads {
        let mut reads = Reads::default();
        self.collect_reads(given, &mut reads);
        reads
    }

    fn collect_reads(&self, given: &dyn Fn(&Expr) -> bool, reads: &mut Reads) {
        if given(self) {
            return;
        }
        match self {
            Expr::Arg(i) => {
                reads.args.insert(*i);
            }
            Expr::Result => reads.result = true,
            Expr::Seed | Expr::Const(_) | Expr::Named(..) => {}
            Expr::Apply(_, operands) => {
                operands.iter().for_each(|e| e.collect_reads(given, reads));
            }
        }
    }

    /// Calls `f` on the operations in the expression, outer before inner.
    pub fn each_operation<'e>(&'e self, f: &mut dyn FnMut(&'e Expr, Fun, &'e [Expr])) {
        if let Expr::Apply(fun, operands) = self {
            f(self, *fun, operands);
            operands.iter().for_each(|e| e.each_operation(f));
        }
    }

    /// The value of the expression; booleans are 0 and 1.
    pub fn eval(&self, args: &[f64], result: f64, seed: f64) -> f64 {
        match self {
            Expr::Arg(i) => args[*i],
            Expr::Result => result,
            Expr::Seed => seed,
            Expr::Const(value) | Expr::Named(_, value) => *value,
            Expr::Apply(fun, operands) => {
                let values: Vec<f64> =
                    operands.iter().map(|e| e.eval(args, result, seed)).collect();
                fun.eval(&values)
            }
        }
    }
}

/// `if condition { then } else { otherwise }`.
pub fn select(
    condition: impl Into<Expr>,
    then: impl Into<Expr>,
    otherwise: impl Into<Expr>,
) -> Expr {
    Expr::Apply(Fun::Select, vec![condition.into(), then.into(), otherwise.into()])
}

impl From<f64> for Expr {
    fn from(value: f64) -> Self {
        Expr::Const(value)
    }
}

impl From<&Expr> for Expr {
    fn from(expr: &Expr) -> Self {
        expr.clone()
    }
}

macro_rules! operators {
    ($($Trait:ident $method:ident)*) => {$(
        impl<R: Into<Expr>> $Trait<R> for Expr {
            type Output = Expr;
            fn $method(self, right: R) -> Expr {
                Expr::Apply(Fun::$Trait, vec![self, right.into()])
            }
        }

        impl<R: Into<Expr>> $Trait<R> for &Expr {
            type Output = Expr;
            fn $method(self, right: R) -> Expr {
                self.clone().$method(right)
            }
        }

        impl $Trait<Expr> for f64 {
            type Output = Expr;
            fn $method(self, right: Expr) -> Expr {
                Expr::from(self).$method(right)
            }
        }

        impl $Trait<&Expr> for f64 {
            type Output = Expr;
            fn $method(self, right: &Expr) -> Expr {
                Expr::from(self).$method(right)
            }
        }
    )*};
}

operators! { Add add  Sub sub  Mul mul  Div div }

impl Neg for Expr {
    type Output = Expr;
    fn neg(self) -> Expr {
        Expr::Apply(Fun::Neg, vec![self])
    }
}

impl Neg for &Expr {
    type Output = Expr;
    fn neg(self) -> Expr {
        -self.clone()
    }
}

macro_rules! methods {
    (
        unary { $($unary:ident $Unary:ident)* }
        binary { $($binary:ident $Binary:ident)* }
    ) => {
        /// Operations, under the names they have in Rust.
        impl Expr {
            $(
                #[doc = concat!("[`Fun::", stringify!($Unary), "`] of the expression.")]
                pub fn $unary(&self) -> Expr {
                    Expr::Apply(Fun::$Unary, vec![self.clone()])
                }
            )*
            $(
                #[doc = concat!("[`Fun::", stringify!($Binary), "`] of the two.")]
                pub fn $binary(&self, right: impl Into<Expr>) -> Expr {
                    Expr::Apply(Fun::$Binary, vec![self.clone(), right.into()])
                }
            )*
        }
    };
}

methods! {
    unary {
        sqrt Sqrt  ln Ln
        sin Sin  cos Cos  sinh Sinh  cosh Cosh
        to_degrees ToDegrees  to_radians ToRadians
        round Round  is_sign_negative IsSignNegative
        int_to_float IntToFloat  int_pred IntPred
    }
    binary {
        powf Powf  powi Powi  hypot Hypot
        lt Lt  gt Gt  ge Ge  equals Eq  and And
    }
}
