"""Writes jax_conventions.csv: what JAX gives where a derivative does not exist, or barely does.

    pip install jax && python jax_conventions.py > jax_conventions.csv

One line per function and point: the function's name in the rule table, the JAX expression it is held
against, the arguments, and the derivative in each argument (`_` where the argument has none).
"""

import warnings

import jax
import jax.numpy as jnp
from jax import lax

jax.config.update("jax_enable_x64", True)
warnings.filterwarnings("ignore")

inf, nan = float("inf"), float("nan")

# (name in the rule table, the JAX expression, the same as a function, points)
FUNCTIONS = [
    ("abs", "jnp.abs", jnp.abs, [(0.0,), (-0.0,)]),
    ("signum", "jnp.sign", jnp.sign, [(0.0,)]),
    ("floor", "jnp.floor", jnp.floor, [(1.0,)]),
    ("ceil", "jnp.ceil", jnp.ceil, [(1.0,)]),
    ("round_ties_even", "jnp.round", jnp.round, [(0.5,)]),
    ("trunc", "jnp.trunc", jnp.trunc, [(1.0,)]),
    ("fract", "x - jnp.trunc(x)", lambda x: x - jnp.trunc(x), [(1.0,), (-1.0,)]),
    ("sqrt", "jnp.sqrt", jnp.sqrt, [(0.0,), (-0.0,), (-1.0,), (inf,)]),
    ("cbrt", "jnp.cbrt", jnp.cbrt, [(0.0,)]),
    ("recip", "jnp.reciprocal", jnp.reciprocal, [(0.0,)]),
    ("exp", "jnp.exp", jnp.exp, [(-inf,), (inf,)]),
    ("exp2", "jnp.exp2", jnp.exp2, [(-inf,)]),
    ("exp_m1", "jnp.expm1", jnp.expm1, [(-inf,), (inf,)]),
    ("ln", "jnp.log", jnp.log, [(0.0,), (-1.0,)]),
    ("ln_1p", "jnp.log1p", jnp.log1p, [(-1.0,)]),
    ("log2", "jnp.log2", jnp.log2, [(0.0,)]),
    ("log10", "jnp.log10", jnp.log10, [(0.0,)]),
    (
        "log",
        "jnp.log(x) / jnp.log(base)",
        lambda x, base: jnp.log(x) / jnp.log(base),
        [(0.0, 2.0), (1.0, 1.0), (2.0, 1.0)],
    ),
    ("asin", "jnp.arcsin", jnp.arcsin, [(1.0,), (-1.0,), (2.0,)]),
    ("acos", "jnp.arccos", jnp.arccos, [(1.0,), (-1.0,)]),
    ("tanh", "jnp.tanh", jnp.tanh, [(400.0,), (inf,), (-inf,)]),
    ("acosh", "jnp.arccosh", jnp.arccosh, [(1.0,), (0.5,)]),
    ("atanh", "jnp.arctanh", jnp.arctanh, [(1.0,), (-1.0,)]),
    ("div", "jnp.divide", jnp.divide, [(1.0, 0.0), (0.0, 0.0), (1.0, inf)]),
    ("rem", "lax.rem", lax.rem, [(6.0, 3.0), (-6.0, 3.0), (0.0, 3.0), (5.0, -3.0)]),
    ("rem_euclid", "jnp.mod", jnp.mod, [(6.0, 3.0), (-6.0, 3.0), (0.0, 3.0), (-5.0, 3.0)]),
    ("div_euclid", "jnp.floor_divide", jnp.floor_divide, [(6.0, 3.0)]),
    (
        "powf",
        "jnp.power",
        jnp.power,
        [(0.0, y) for y in (0.0, 0.5, 1.0, 1.5, 2.0, -1.0)]
        + [(-2.0, 3.0), (-2.0, 0.5), (1.0, 0.0)],
    ),
    (
        "powi",
        "lax.integer_pow",
        lambda n: lambda x: lax.integer_pow(x, n),
        [(0.0, n) for n in (0, 1, 2, -1)] + [(-2.0, 0)],
    ),
    (
        "max",
        "jnp.maximum",
        jnp.maximum,
        [(1.0, 1.0), (0.0, -0.0), (inf, inf), (nan, nan)],
    ),
    ("max", "jnp.fmax", jnp.fmax, [(1.0, nan), (nan, 1.0)]),
    ("min", "jnp.minimum", jnp.minimum, [(1.0, 1.0), (0.0, -0.0), (inf, inf), (nan, nan)]),
    ("min", "jnp.fmin", jnp.fmin, [(1.0, nan), (nan, 1.0)]),
    (
        "clamp",
        "lax.clamp",
        lambda x, lo, hi: lax.clamp(lo, x, hi),
        [(x, 0.0, 1.0) for x in (0.0, 1.0, 0.5, -1.0, 2.0, nan)]
        + [(x, 1.0, 1.0) for x in (1.0, 0.0, 2.0)],
    ),
    (
        "abs_sub",
        "jnp.maximum(x - y; 0)",
        lambda x, y: jnp.maximum(x - y, 0.0),
        [(1.0, 1.0), (2.0, 1.0), (0.0, 1.0)],
    ),
    (
        "copysign",
        "jnp.copysign",
        jnp.copysign,
        [(0.0, 1.0), (0.0, -1.0), (-0.0, 1.0), (2.0, 0.0), (2.0, -0.0)],
    ),
    ("hypot", "jnp.hypot", jnp.hypot, [(0.0, 0.0), (3.0, 0.0), (0.0, -4.0)]),
    ("atan2", "jnp.arctan2", jnp.arctan2, [(0.0, 0.0), (0.0, 1.0), (0.0, -1.0), (1.0, 0.0)]),
]


def derivatives(name, function, point):
    if name == "powi":  # The exponent is an integer, which JAX wants to know beforehand.
        return [jax.grad(function(point[1]))(point[0]), "_"]
    return jax.grad(function, argnums=tuple(range(len(point))))(*point)


def text(value):
    return value if value == "_" else repr(float(value))


print("function,jax,point,derivatives")
for name, expression, function, points in FUNCTIONS:
    for point in points:
        found = " ".join(map(text, derivatives(name, function, point)))
        print(name, expression, " ".join(map(repr, point)), found, sep=",")
