//! The table of scalar derivatives.
//!
//! Each operation is one row of the table: its name, its arguments and the domain they are sampled
//! from in tests, what it computes, how Rust spells it, a rough cost, the error its derivative is
//! tested to, and its pullback. All else follows from the row: reverse mode applies the pullback,
//! forward mode sums it over the arguments with each tangent as seed, what must be kept is what the
//! expressions read, and the tests walk [`Fun::ALL`].
//!
//! A pullback states the contribution of the seed `g`, the adjoint of the result, to each argument,
//! and is linear in `g`. It reads the result where that saves work (`exp`, `sqrt`, `tanh`, a
//! quotient), and takes the form that keeps its digits near the ends of the domain:
//! `(1 - x) * (1 + x)` rather than `1 - x * x` for `asin`.
//!
//! Where no derivative exists the convention is JAX's: `tests/data/jax_conventions.csv` lists what
//! JAX computes there, `docs/conventions.md` what this table gives, with the one deliberate
//! difference.

mod expr;
#[cfg(test)]
mod tests;

use std::f64::consts;
#[cfg(test)]
use std::ops::Range;

pub use expr::{Expr, Reads, select};

/// How Rust writes an operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Spelling {
    /// `-x`.
    Prefix(&'static str),
    /// `a + b`.
    Infix(&'static str),
    /// `x.tanh()`, `a.max(b)`.
    Method(&'static str),
    /// `if c { a } else { b }`.
    Select,
    /// `n as T`, where `T` is the float type of the result.
    Cast,
    /// A call of that function of the runtime.
    Runtime(&'static str),
}

/// The derivative of an operation.
#[derive(Clone, Debug, PartialEq)]
pub enum Pullback {
    /// The result is not differentiable data: a comparison, a bit operation, an integer.
    None,
    /// The contribution to each argument; `None` where the derivative is zero everywhere it exists,
    /// or the argument is not differentiable data.
    Args(Vec<Option<Expr>>),
}

/// Where the tests take an argument from.
#[cfg(test)]
enum Domain {
    Real(Range<f64>),
    Integer(Range<i32>),
    Bool,
}

#[cfg(test)]
impl From<Range<f64>> for Domain {
    fn from(range: Range<f64>) -> Self {
        Domain::Real(range)
    }
}

#[cfg(test)]
impl From<Range<i32>> for Domain {
    fn from(range: Range<i32>) -> Self {
        Domain::Integer(range)
    }
}

/// How the derivative of an operation is tested.
#[cfg(test)]
struct Sampling {
    domain: Vec<Domain>,
    /// Accepted error, relative to the derivative where that is above one.
    error: f64,
}

/// A derivative that is zero everywhere it exists, or an argument that has none.
struct Zero;

/// What may stand for an argument in a row of the table.
trait Contribution {
    fn contribution(self) -> Option<Expr>;
}

impl Contribution for Expr {
    fn contribution(self) -> Option<Expr> {
        Some(self)
    }
}

impl Contribution for &Expr {
    fn contribution(self) -> Option<Expr> {
        Some(self.clone())
    }
}

impl Contribution for Zero {
    fn contribution(self) -> Option<Expr> {
        None
    }
}

macro_rules! rules {
    (
        differentiable(seed $g:ident) {$(
            $(#[$note:meta])*
            $name:ident: $Fun:ident($($x:ident in $domain:expr),+) => $y:ident = $primal:expr,
                $spelling:expr, cost $cost:literal, error $error:literal,
                [$($contribution:expr),+];
        )*}
        constant {$(
            $(#[$constant_note:meta])*
            $constant_name:ident: $Constant:ident($($a:ident),+) = $constant_primal:expr,
                $constant_spelling:expr, $kind:ident;
        )*}
    ) => {
        /// A scalar operation.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
        pub enum Fun {
            $(
                #[doc = concat!("`", stringify!($name), "`.")]
                ///
                $(#[$note])*
                $Fun,
            )*
            $(
                #[doc = concat!("`", stringify!($constant_name), "`.")]
                ///
                $(#[$constant_note])*
                $Constant,
            )*
        }

        impl Fun {
            /// Every operation.
            pub const ALL: &[Fun] = &[$(Fun::$Fun,)* $(Fun::$Constant,)*];

            /// The name in snake case; of a method, the method's.
            pub fn name(self) -> &'static str {
                match self {
                    $(Fun::$Fun => stringify!($name),)*
                    $(Fun::$Constant => stringify!($constant_name),)*
                }
            }

            /// No operation has more operands.
            pub const OPERANDS: usize = 3;

            /// The number of arguments, a method's receiver included.
            pub fn arity(self) -> usize {
                match self {
                    $(Fun::$Fun => [$(stringify!($x)),+].len(),)*
                    $(Fun::$Constant => [$(stringify!($a)),+].len(),)*
                }
            }

            /// How Rust writes it.
            pub fn spelling(self) -> Spelling {
                use Spelling::{Cast, Infix, Method, Prefix, Runtime};
                match self {
                    $(Fun::$Fun => $spelling,)*
                    $(Fun::$Constant => $constant_spelling,)*
                }
            }

            /// Rough cost in cycles.
            pub fn cost(self) -> u32 {
                match self {
                    $(Fun::$Fun => $cost,)*
                    $(Fun::$Constant => 1,)*
                }
            }

            /// Whether the result is a `bool` whatever the arguments are.
            pub fn returns_bool(self) -> bool {
                match self {
                    $(Fun::$Fun => false,)*
                    $(Fun::$Constant => stringify!($kind) == "predicate",)*
                }
            }

            /// The value in double precision; booleans are 0 and 1, integers whole numbers.
            ///
            /// # Panics
            ///
            /// If the number of arguments is not [`Fun::arity`].
            pub fn eval(self, args: &[f64]) -> f64 {
                match self {
                    $(Fun::$Fun => {
                        let &[$($x),+] = args else { self.wrong_arity(args) };
                        $primal
                    })*
                    $(Fun::$Constant => {
                        let &[$($a),+] = args else { self.wrong_arity(args) };
                        f64::from($constant_primal)
                    })*
                }
            }

            /// The derivative.
            #[allow(unused_variables, reason = "few rows read all that a row may read")]
            pub fn pullback(self) -> Pullback {
                let $g = &Expr::Seed;
                match self {
                    $(Fun::$Fun => {
                        let [$($x),+] = &std::array::from_fn(Expr::Arg);
                        let $y = &Expr::Result;
                        Pullback::Args(vec![$($contribution.contribution()),+])
                    })*
                    $(Fun::$Constant => Pullback::None,)*
                }
            }

            /// How the derivative is tested; `None` where there is none.
            #[cfg(test)]
            fn sampling(self) -> Option<Sampling> {
                match self {
                    $(Fun::$Fun => Some(Sampling {
                        domain: vec![$($domain.into()),+],
                        error: $error,
                    }),)*
                    $(Fun::$Constant => None,)*
                }
            }
        }
    };
}

const LN_2: Expr = Expr::Named("LN_2", consts::LN_2);
const LOG2_E: Expr = Expr::Named("LOG2_E", consts::LOG2_E);
const LOG10_E: Expr = Expr::Named("LOG10_E", consts::LOG10_E);

rules! {
    differentiable(seed g) {
        neg: Neg(x in -3.0..3.0) => y = -x,
            Prefix("-"), cost 1, error 1e-10, [-g];
        add: Add(a in -3.0..3.0, b in -3.0..3.0) => y = a + b,
            Infix("+"), cost 1, error 1e-10, [g, g];
        sub: Sub(a in -3.0..3.0, b in -3.0..3.0) => y = a - b,
            Infix("-"), cost 1, error 1e-10, [g, -g];
        mul: Mul(a in -3.0..3.0, b in -3.0..3.0) => y = a * b,
            Infix("*"), cost 1, error 1e-10, [g * b, g * a];
        div: Div(a in -3.0..3.0, b in 0.3..3.0) => y = a / b,
            Infix("/"), cost 4, error 1e-9, [g / b, -(g / b) * y];
        /// `a = q * b + y` with a whole `q`, which rounding recovers exactly. (`round_ties_even` would be
        /// the faster one, but generic floats do not have it.)
        rem: Rem(a in -9.0..9.0, b in 1.0..3.0) => y = a % b,
            Infix("%"), cost 20, error 1e-9, [g, -(g * ((a - y) / b).round())];
        rem_euclid: RemEuclid(a in -9.0..9.0, b in -3.0..-1.0) => y = a.rem_euclid(b),
            Method("rem_euclid"), cost 20, error 1e-9,
            [g, -(g * ((a - y) / b).round())];
        div_euclid: DivEuclid(a in -9.0..9.0, b in 1.0..3.0) => y = a.div_euclid(b),
            Method("div_euclid"), cost 20, error 1e-9, [Zero, Zero];
        mul_add: MulAdd(a in -3.0..3.0, b in -3.0..3.0, c in -3.0..3.0) => y = a.mul_add(b, c),
            Method("mul_add"), cost 2, error 1e-10, [g * b, g * a, g];
        recip: Recip(x in 0.3..3.0) => y = x.recip(),
            Method("recip"), cost 4, error 1e-9, [-(g * y) * y];
        midpoint: Midpoint(a in -3.0..3.0, b in -3.0..3.0) => y = a.midpoint(b),
            Method("midpoint"), cost 2, error 1e-10, [0.5 * g, 0.5 * g];
        to_degrees: ToDegrees(x in -3.0..3.0) => y = x.to_degrees(),
            Method("to_degrees"), cost 1, error 1e-10, [g.to_degrees()];
        to_radians: ToRadians(x in -3.0..3.0) => y = x.to_radians(),
            Method("to_radians"), cost 1, error 1e-10, [g.to_radians()];

        /// One at zero of either sign, as in JAX.
        abs: Abs(x in -3.0..3.0) => y = x.abs(),
            Method("abs"), cost 1, error 1e-10, [select(x.ge(0.0), g, -g)];
        signum: Signum(x in -3.0..3.0) => y = x.signum(),
            Method("signum"), cost 1, error 1e-10, [Zero];
        floor: Floor(x in -3.0..3.0) => y = x.floor(),
            Method("floor"), cost 1, error 1e-10, [Zero];
        ceil: Ceil(x in -3.0..3.0) => y = x.ceil(),
            Method("ceil"), cost 1, error 1e-10, [Zero];
        round: Round(x in -3.0..3.0) => y = x.round(),
            Method("round"), cost 2, error 1e-10, [Zero];
        round_ties_even: RoundTiesEven(x in -3.0..3.0) => y = x.round_ties_even(),
            Method("round_ties_even"), cost 1, error 1e-10, [Zero];
        trunc: Trunc(x in -3.0..3.0) => y = x.trunc(),
            Method("trunc"), cost 1, error 1e-10, [Zero];
        fract: Fract(x in -3.0..3.0) => y = x.fract(),
            Method("fract"), cost 2, error 1e-9, [g];
        /// The sign of the first argument counts as in [`Fun::Abs`].
        copysign: Copysign(x in -3.0..3.0, s in -3.0..3.0) => y = x.copysign(s),
            Method("copysign"), cost 1, error 1e-10,
            [
                select(
                    s.is_sign_negative(),
                    select(x.ge(0.0), -g, g),
                    select(x.ge(0.0), g, -g)
                ),
                Zero
            ];
        /// Half to each of equal arguments; of a number and a NaN, all to the number.
        max: Max(a in -3.0..3.0, b in -3.0..3.0) => y = a.max(b),
            Method("max"), cost 1, error 1e-10,
            [
                select(a.equals(y), select(b.equals(y), 0.5 * g, g), 0.0),
                select(b.equals(y), select(a.equals(y), 0.5 * g, g), 0.0)
            ];
        /// As [`Fun::Max`].
        min: Min(a in -3.0..3.0, b in -3.0..3.0) => y = a.min(b),
            Method("min"), cost 1, error 1e-10,
            [
                select(a.equals(y), select(b.equals(y), 0.5 * g, g), 0.0),
                select(b.equals(y), select(a.equals(y), 0.5 * g, g), 0.0)
            ];
        /// At an end, and between equal ends, nothing passes: JAX's `lax.clamp`.
        clamp: Clamp(x in -3.0..3.0, lo in -2.0..-1.0, hi in 1.0..2.0) => y = x.clamp(lo, hi),
            Method("clamp"), cost 2, error 1e-10,
            [
                select(lo.lt(x).and(x.lt(hi)), g, 0.0),
                select(x.lt(lo).and(lo.lt(hi)), g, 0.0),
                select(x.gt(hi), g, 0.0)
            ];
        /// `max(a - b, 0)`, and differentiated as that.
        abs_sub: AbsSub(a in -3.0..3.0, b in -3.0..3.0) => y = positive_difference(a, b),
            Method("abs_sub"), cost 2, error 1e-10,
            [
                select(a.gt(b), g, select(a.equals(b), 0.5 * g, 0.0)),
                select(a.gt(b), -g, select(a.equals(b), -0.5 * g, 0.0))
            ];
        select: Select(c in Domain::Bool, a in -3.0..3.0, b in -3.0..3.0) => y =
            if c == 0.0 { b } else { a },
            Spelling::Select, cost 1, error 1e-10, [Zero, select(c, g, 0.0), select(c, 0.0, g)];

        sqrt: Sqrt(x in 0.3..9.0) => y = x.sqrt(),
            Method("sqrt"), cost 4, error 1e-9, [0.5 * g / y];
        cbrt: Cbrt(x in 0.3..9.0) => y = x.cbrt(),
            Method("cbrt"), cost 20, error 1e-9, [g / (3.0 * y * y)];
        /// By way of the result, so that no square overflows. JAX gives half to each at the origin.
        hypot: Hypot(a in 0.3..3.0, b in -3.0..3.0) => y = a.hypot(b),
            Method("hypot"), cost 20, error 1e-9,
            [
                select(y.equals(0.0), 0.5 * g, g * (a / y)),
                select(y.equals(0.0), 0.5 * g, g * (b / y))
            ];
        exp: Exp(x in -3.0..3.0) => y = x.exp(),
            Method("exp"), cost 20, error 1e-9, [g * y];
        exp2: Exp2(x in -3.0..3.0) => y = x.exp2(),
            Method("exp2"), cost 20, error 1e-9, [g * y * LN_2];
        exp_m1: ExpM1(x in -3.0..3.0) => y = x.exp_m1(),
            Method("exp_m1"), cost 20, error 1e-9, [g * (y + 1.0)];
        ln: Ln(x in 0.3..9.0) => y = x.ln(),
            Method("ln"), cost 20, error 1e-9, [g / x];
        ln_1p: Ln1p(x in -0.7..9.0) => y = x.ln_1p(),
            Method("ln_1p"), cost 20, error 1e-9, [g / (1.0 + x)];
        log2: Log2(x in 0.3..9.0) => y = x.log2(),
            Method("log2"), cost 20, error 1e-9, [g * LOG2_E / x];
        log10: Log10(x in 0.3..9.0) => y = x.log10(),
            Method("log10"), cost 20, error 1e-9, [g * LOG10_E / x];
        log: Log(x in 0.3..9.0, base in 2.0..9.0) => y = x.log(base),
            Method("log"), cost 40, error 1e-9,
            [g / (x * base.ln()), -(g * y) / (base * base.ln())];
        /// The exponent below is 0 for 0, so that `x⁰` has derivative 0 at zero too.
        powi: Powi(x in 0.5..2.0, n in -4..5) => y = x.powi(whole(n) as i32),
            Method("powi"), cost 4, error 1e-8,
            [g * n.int_to_float() * x.powi(n.int_pred()), Zero];
        /// JAX's `jnp.power`, save that `x⁰`, one everywhere, has derivative 0 in `x` at zero too.
        powf: Powf(x in 0.5..2.0, n in -3.0..3.0) => y = x.powf(n),
            Method("powf"), cost 40, error 1e-8,
            [
                select(n.equals(0.0).and(x.equals(0.0)), 0.0, g * n * x.powf(n - 1.0)),
                g * (select(x.equals(0.0), 1.0, x).ln() * y)
            ];

        sin: Sin(x in -3.0..3.0) => y = x.sin(),
            Method("sin"), cost 20, error 1e-9, [g * x.cos()];
        cos: Cos(x in -3.0..3.0) => y = x.cos(),
            Method("cos"), cost 20, error 1e-9, [-(g * x.sin())];
        tan: Tan(x in -1.2..1.2) => y = x.tan(),
            Method("tan"), cost 20, error 1e-8, [g * (1.0 + y * y)];
        asin: Asin(x in -0.7..0.7) => y = x.asin(),
            Method("asin"), cost 20, error 1e-9, [g / ((1.0 - x) * (1.0 + x)).sqrt()];
        acos: Acos(x in -0.7..0.7) => y = x.acos(),
            Method("acos"), cost 20, error 1e-9, [-g / ((1.0 - x) * (1.0 + x)).sqrt()];
        atan: Atan(x in -3.0..3.0) => y = x.atan(),
            Method("atan"), cost 20, error 1e-9, [g / (1.0 + x * x)];
        /// By way of the distance from the origin, which neither overflows nor underflows.
        atan2: Atan2(a in -3.0..3.0, b in 0.5..3.0) => y = a.atan2(b),
            Method("atan2"), cost 20, error 1e-9,
            [g * (b / a.hypot(b) / a.hypot(b)), -(g * (a / a.hypot(b) / a.hypot(b)))];
        sinh: Sinh(x in -3.0..3.0) => y = x.sinh(),
            Method("sinh"), cost 20, error 1e-9, [g * x.cosh()];
        cosh: Cosh(x in -3.0..3.0) => y = x.cosh(),
            Method("cosh"), cost 20, error 1e-9, [g * x.sinh()];
        tanh: Tanh(x in -3.0..3.0) => y = x.tanh(),
            Method("tanh"), cost 20, error 1e-9, [g * (1.0 - y * y)];
        asinh: Asinh(x in -3.0..3.0) => y = x.asinh(),
            Method("asinh"), cost 20, error 1e-9, [g / (x * x + 1.0).sqrt()];
        acosh: Acosh(x in 1.4..9.0) => y = x.acosh(),
            Method("acosh"), cost 20, error 1e-9, [g / ((x - 1.0).sqrt() * (x + 1.0).sqrt())];
        atanh: Atanh(x in -0.7..0.7) => y = x.atanh(),
            Method("atanh"), cost 20, error 1e-9, [g / ((1.0 - x) * (1.0 + x))];

        int_to_float: IntToFloat(n in -9..9) => y = n,
            Cast, cost 1, error 1e-10, [Zero];
    }
    constant {
        lt: Lt(a, b) = a < b, Infix("<"), predicate;
        le: Le(a, b) = a <= b, Infix("<="), predicate;
        gt: Gt(a, b) = a > b, Infix(">"), predicate;
        ge: Ge(a, b) = a >= b, Infix(">="), predicate;
        eq: Eq(a, b) = a == b, Infix("=="), predicate;
        ne: Ne(a, b) = a != b, Infix("!="), predicate;
        and: And(a, b) = a != 0.0 && b != 0.0, Infix("&&"), predicate;
        or: Or(a, b) = a != 0.0 || b != 0.0, Infix("||"), predicate;
        /// Of a `bool`; Rust spells it the same of an integer, which [`Fun::eval`] does not know.
        not: Not(a) = a == 0.0, Prefix("!"), predicate;
        is_nan: IsNan(x) = x.is_nan(), Method("is_nan"), predicate;
        is_finite: IsFinite(x) = x.is_finite(), Method("is_finite"), predicate;
        is_infinite: IsInfinite(x) = x.is_infinite(), Method("is_infinite"), predicate;
        is_normal: IsNormal(x) = x.is_normal(), Method("is_normal"), predicate;
        is_subnormal: IsSubnormal(x) = x.is_subnormal(), Method("is_subnormal"), predicate;
        is_sign_positive: IsSignPositive(x) = x.is_sign_positive(),
            Method("is_sign_positive"), predicate;
        is_sign_negative: IsSignNegative(x) = x.is_sign_negative(),
            Method("is_sign_negative"), predicate;
        bit_and: BitAnd(a, b) = (whole(a) & whole(b)) as f64, Infix("&"), integer;
        bit_or: BitOr(a, b) = (whole(a) | whole(b)) as f64, Infix("|"), integer;
        bit_xor: BitXor(a, b) = (whole(a) ^ whole(b)) as f64, Infix("^"), integer;
        shl: Shl(a, b) = whole(a).wrapping_shl(whole(b) as u32) as f64, Infix("<<"), integer;
        shr: Shr(a, b) = whole(a).wrapping_shr(whole(b) as u32) as f64, Infix(">>"), integer;
        /// The exponent in the derivative of [`Fun::Powi`]: one less, save for 0 and `i32::MIN`.
        int_pred: IntPred(n) = f64::from(int_pred(whole(n) as i32)), Runtime("int_pred"), integer;
    }
}

/// The functions of the crate `libm` that are in the table; those of `f32` have an `f` behind their names.
const LIBM: [(&str, Fun); 36] = [
    ("fabs", Fun::Abs),
    ("acos", Fun::Acos),
    ("acosh", Fun::Acosh),
    ("asin", Fun::Asin),
    ("asinh", Fun::Asinh),
    ("atan", Fun::Atan),
    ("atan2", Fun::Atan2),
    ("atanh", Fun::Atanh),
    ("cbrt", Fun::Cbrt),
    ("ceil", Fun::Ceil),
    ("copysign", Fun::Copysign),
    ("cos", Fun::Cos),
    ("cosh", Fun::Cosh),
    ("exp", Fun::Exp),
    ("exp2", Fun::Exp2),
    ("expm1", Fun::ExpM1),
    ("fdim", Fun::AbsSub),
    ("floor", Fun::Floor),
    ("fma", Fun::MulAdd),
    ("fmax", Fun::Max),
    ("fmin", Fun::Min),
    ("fmod", Fun::Rem),
    ("hypot", Fun::Hypot),
    ("log", Fun::Ln),
    ("log1p", Fun::Ln1p),
    ("log2", Fun::Log2),
    ("log10", Fun::Log10),
    ("pow", Fun::Powf),
    ("rint", Fun::RoundTiesEven),
    ("round", Fun::Round),
    ("sin", Fun::Sin),
    ("sinh", Fun::Sinh),
    ("sqrt", Fun::Sqrt),
    ("tan", Fun::Tan),
    ("tanh", Fun::Tanh),
    ("trunc", Fun::Trunc),
];

impl Fun {
    /// The method of `f32` and `f64` of that name.
    pub fn from_method(name: &str, args_including_receiver: usize) -> Option<Fun> {
        Self::find(|fun| {
            matches!(fun.spelling(), Spelling::Method(text) if text == name)
                && fun.arity() == args_including_receiver
        })
    }

    /// The function of the crate `libm` of that name, and whether it is that of `f32`.
    pub fn from_libm(name: &str) -> Option<(Fun, bool)> {
        let of = |name: &str| LIBM.iter().find(|(own, _)| *own == name).map(|(_, fun)| *fun);
        let single = || Some((of(name.strip_suffix('f')?)?, true));
        of(name).map(|fun| (fun, false)).or_else(single)
    }

    /// Whether `f32` and `f64` have it without `std`.
    pub fn is_in_core(self) -> bool {
        use Fun::*;
        let method = matches!(self.spelling(), Spelling::Method(_));
        !method
            || self.returns_bool()
            || matches!(self, Abs | Signum | Copysign | Max | Min | Clamp | Recip | Midpoint)
            || matches!(self, ToDegrees | ToRadians)
    }

    /// Whether the runtime has a formula of it that loops are vectorized with.
    pub fn has_vectors(self) -> bool {
        use Fun::*;
        matches!(self, Exp | Exp2 | ExpM1 | Ln | Ln1p | Log2 | Log10 | Sinh | Cosh | Tanh)
    }

    /// The binary operator of that text: `+`, `<=`, `&&`.
    pub fn from_binary(operator: &str) -> Option<Fun> {
        Self::find(|fun| matches!(fun.spelling(), Spelling::Infix(text) if text == operator))
    }

    /// An operator as it is written.
    pub fn symbol(self) -> &'static str {
        match self.spelling() {
            Spelling::Prefix(text) | Spelling::Infix(text) => text,
            _ => self.name(),
        }
    }

    /// Whether it is an operator of two numbers that gives a number, and one of the traits in `std::ops` that
    /// types of the user's may implement.
    pub fn is_arithmetic(self) -> bool {
        matches!(self, Fun::Add | Fun::Sub | Fun::Mul | Fun::Div | Fun::Rem)
    }

    /// Whether it may move its operands: those of an operator may be of a type of the user's, as may what is
    /// selected.
    pub fn may_move(self) -> bool {
        self.is_arithmetic() || matches!(self, Fun::Neg | Fun::Select)
    }

    /// The unary operator of that text: `-`, `!`.
    pub fn from_unary(operator: &str) -> Option<Fun> {
        Self::find(|fun| matches!(fun.spelling(), Spelling::Prefix(text) if text == operator))
    }

    fn find(wanted: impl Fn(Fun) -> bool) -> Option<Fun> {
        Self::ALL.iter().copied().find(|&fun| wanted(fun))
    }

    fn wrong_arity(self, args: &[f64]) -> ! {
        panic!("`{}` takes {} arguments, not {}", self.name(), self.arity(), args.len())
    }
}

/// What `as` makes of a whole number held in a float.
fn whole(n: f64) -> i64 {
    n as i64
}

fn int_pred(n: i32) -> i32 {
    n.saturating_sub(i32::from(n != 0))
}

/// `f64::abs_sub`, which Rust has deprecated.
fn positive_difference(a: f64, b: f64) -> f64 {
    if a <= b { 0.0 } else { a - b }
}
