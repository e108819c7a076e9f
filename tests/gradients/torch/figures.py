"""Writes figures.csv: values and gradients that PyTorch computes, for functions of arrays.

    pip install torch && python figures.py > figures.csv

One line per function: its name in torch.rs, the sum of what it gives with the weights below, and the gradients of
that sum, one after the other and row by row. The arguments are those of torch.rs.
"""

import math

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)


def entries(shape, phase, of=lambda s: s):
    count = math.prod(shape)
    numbers = [of(math.sin(0.7 * k + phase)) for k in range(count)]
    return torch.tensor(numbers).reshape(shape).requires_grad_()


def any(*shape, phase=0.2):
    return entries(shape, phase)


def positive(*shape, phase=0.2):
    return entries(shape, phase, lambda s: 0.3 + abs(s))


def within(*shape, phase=0.2):
    return entries(shape, phase, lambda s: 0.9 * s)


def above(*shape, phase=0.2):
    return entries(shape, phase, lambda s: 1.2 + abs(s))


def regular(n, phase=0.2):
    with torch.no_grad():
        a = entries((n, n), phase) + 2.0 * torch.eye(n)
    return a.requires_grad_()


def definite(n, phase=0.2):
    with torch.no_grad():
        a = entries((n, n), phase)
        a = a @ a.T + torch.eye(n)
    return a.requires_grad_()


def both(of, second=0.9):
    return [any(2, 3), of(2, 3, phase=second)]


CLASSES = torch.tensor([2, 0, 1, 1])
EVENTS = entries((2, 3), 0.9, lambda s: 0.5 + 0.5 * s).detach()
ROWS = torch.tensor([3, 0, 3])
FUNCTIONS = {
    # Of each element.
    "exponential": ([any(2, 3)], torch.exp),
    "exponential_less_one": ([any(2, 3)], torch.expm1),
    "logarithm": ([positive(2, 3)], torch.log),
    "logarithm_plus_one": ([positive(2, 3)], torch.log1p),
    "binary_logarithm": ([positive(2, 3)], torch.log2),
    "root": ([positive(2, 3)], torch.sqrt),
    "reciprocal": ([positive(2, 3)], torch.reciprocal),
    "sine": ([any(2, 3)], torch.sin),
    "cosine": ([any(2, 3)], torch.cos),
    "tangent": ([any(2, 3)], torch.tan),
    "arc_sine": ([within(2, 3)], torch.asin),
    "arc_cosine": ([within(2, 3)], torch.acos),
    "arc_tangent": ([any(2, 3)], torch.atan),
    "hyperbolic_sine": ([any(2, 3)], torch.sinh),
    "hyperbolic_cosine": ([any(2, 3)], torch.cosh),
    "hyperbolic_tangent": ([any(2, 3)], torch.tanh),
    "area_sine": ([any(2, 3)], torch.asinh),
    "area_cosine": ([above(2, 3)], torch.acosh),
    "area_tangent": ([within(2, 3)], torch.atanh),
    "magnitude": ([any(2, 3)], torch.abs),
    "cube": ([any(2, 3)], lambda x: x**3),
    "fractional_power": ([positive(2, 3)], lambda x: x**1.5),
    "clamped": ([any(2, 3)], lambda x: torch.clamp(x, -0.5, 0.5)),
    "quotient": (both(positive), lambda x, y: x / y),
    "larger": (both(any), torch.maximum),
    "smaller": (both(any), torch.minimum),
    "angle": (both(positive), torch.atan2),
    "hypotenuse": (both(positive), torch.hypot),
    "chosen": (both(any), lambda x, y: torch.where(x > 0, x * y, y)),
    # With shapes that differ.
    "rows_added": ([any(2, 3), any(3, phase=0.9)], lambda x, y: x + y),
    "columns_scaled": ([any(2, 3), any(2, phase=0.9)], lambda x, y: x * y[:, None]),
    "outer": ([any(3), any(2, phase=0.9)], torch.outer),
    # Reductions.
    "total": ([any(2, 3)], torch.sum),
    "mean": ([any(2, 3)], torch.mean),
    "product": ([positive(2, 3)], torch.prod),
    "variance": ([any(2, 3)], lambda x: torch.var(x, correction=1)),
    "deviation": ([any(2, 3)], lambda x: torch.std(x, correction=0)),
    "norm": ([any(2, 3)], torch.linalg.norm),
    "sums": ([any(2, 3, 2)], lambda x: x.sum(1)),
    "means": ([any(2, 3)], lambda x: x.mean(0)),
    "variances": ([any(4, 3)], lambda x: x.var(0, correction=0)),
    "largest": ([any(4, 3)], lambda x: x.max(1).values),
    "largest_two": ([any(7)], lambda x: x.topk(2).values),
    "running_sums": ([any(2, 3)], lambda x: x.cumsum(1)),
    "running_products": ([positive(2, 3)], lambda x: x.cumprod(1)),
    # Views, and what is put together of arrays.
    "turned": ([any(2, 3, 2)], lambda x: x.permute(2, 0, 1)),
    "reshaped": ([any(2, 3)], lambda x: x.reshape(3, 2) ** 2),
    "sliced": ([any(4, 5)], lambda x: x[1:, ::2] ** 2),
    "mirrored": ([any(2, 3)], lambda x: torch.flip(x, [0, 1]) * x),
    "diagonal": ([any(3, 3)], lambda x: torch.diag(x) ** 2),
    "upper": ([any(3, 4)], lambda x: torch.triu(x, 1) + torch.tril(x, -1) ** 2),
    "joined": ([any(2, 3), any(1, 3, phase=0.9)], lambda x, y: torch.cat([x, y * y])),
    "stacked": ([any(3), any(3, phase=0.9)], lambda x, y: torch.stack([x * y, y], 1)),
    "selected": ([any(4, 3)], lambda x: x[ROWS] ** 2),
    "windows": ([any(7)], lambda x: x.unfold(0, 3, 1).prod(1)),
    "differences": ([any(2, 5)], lambda x: torch.diff(x, n=2, dim=1) ** 2),
    # Linear algebra.
    "inner": ([any(5), any(5, phase=0.9)], torch.dot),
    "matrix_vector": ([any(2, 3), any(3, phase=0.9)], torch.mv),
    "matrix_matrix": ([any(2, 3), any(3, 4, phase=0.9)], torch.mm),
    "transposed_matrix": ([any(3, 2), any(4, 3, phase=0.9)], lambda x, y: x.T @ y.T),
    "many_matrices": ([any(2, 2, 3), any(2, 3, 2, phase=0.9)], torch.bmm),
    "solution": ([regular(3), any(3, phase=0.9)], torch.linalg.solve),
    "solutions": ([regular(3), any(3, 2, phase=0.9)], torch.linalg.solve),
    "inverse": ([regular(3)], torch.linalg.inv),
    "factor": ([definite(3)], torch.linalg.cholesky),
    "determinant": ([regular(3)], torch.linalg.det),
    "log_determinant": ([definite(3)], torch.logdet),
    # Networks.
    "rectified": ([any(2, 3)], F.relu),
    "rectified_leakily": ([any(2, 3)], lambda x: F.leaky_relu(x, 0.1)),
    "exponential_linear": ([any(2, 3)], lambda x: F.elu(x, 0.7)),
    "logistic": ([any(2, 3)], torch.sigmoid),
    "swish": ([any(2, 3)], F.silu),
    "smoothly_rectified": ([any(2, 3)], F.softplus),
    "gaussian_linear": ([any(2, 3)], F.gelu),
    "gaussian_linear_by_tanh": ([any(2, 3)], lambda x: F.gelu(x, approximate="tanh")),
    "error_function": ([any(2, 3)], torch.erf),
    "probabilities": ([any(2, 3)], lambda x: F.softmax(x, 1)),
    "log_probabilities": ([any(2, 3)], lambda x: F.log_softmax(x, 1)),
    "log_sums": ([any(2, 3)], lambda x: torch.logsumexp(x, 1)),
    "entropy_of_classes": ([any(4, 3)], lambda x: F.cross_entropy(x, CLASSES)),
    "squared_error": (both(any), F.mse_loss),
    "entropy_of_events": (
        [entries((2, 3), 0.2, lambda s: 0.5 + 0.4 * s)],
        lambda p: F.binary_cross_entropy(p, EVENTS),
    ),
    "entropy_of_logits": ([any(2, 3)], lambda x: F.binary_cross_entropy_with_logits(x, EVENTS)),
    "normalised_rows": (
        [any(3, 4), positive(4, phase=0.9), any(4, phase=1.7)],
        lambda x, gain, shift: F.layer_norm(x, (4,), gain, shift, 1e-5),
    ),
    "normalised_columns": (
        [any(4, 3), positive(3, phase=0.9), any(3, phase=1.7)],
        lambda x, gain, shift: F.batch_norm(x, None, None, gain, shift, True, 0.0, 1e-5),
    ),
    "looked_up": ([any(4, 3)], lambda table: F.embedding(ROWS, table)),
    "convolution": (
        [any(2, 4, 9), any(6, 2, 3, phase=0.9)],
        lambda x, w: F.conv1d(x, w, stride=2, padding=1, dilation=2, groups=2),
    ),
    "convolution_of_images": (
        [any(1, 2, 6, 5), any(4, 1, 3, 2, phase=0.9)],
        lambda x, w: F.conv2d(x, w, stride=2, padding=1, dilation=1, groups=2),
    ),
    "largest_in_windows": ([any(1, 2, 4, 6)], lambda x: F.max_pool2d(x, 2, 2)),
    "mean_of_windows": ([any(1, 2, 5, 5)], lambda x: F.avg_pool2d(x, 3, 1)),
    "attention": (
        [any(2, 3, 4), any(2, 3, 4, phase=0.9), any(2, 3, 2, phase=1.7)],
        F.scaled_dot_product_attention,
    ),
    "causal_attention": (
        [any(2, 3, 4), any(2, 3, 4, phase=0.9), any(2, 3, 2, phase=1.7)],
        lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True),
    ),
}

for name, (arguments, function) in FUNCTIONS.items():
    result = function(*arguments)
    flat = result.reshape(-1)
    weights = torch.tensor([math.cos(0.3 * k + 0.1) for k in range(flat.numel())])
    total = (flat * weights).sum()
    gradients = torch.autograd.grad(total, arguments)
    numbers = [total.item()] + [g for grad in gradients for g in grad.reshape(-1).tolist()]
    print(name + "," + ",".join(repr(number) for number in numbers))
