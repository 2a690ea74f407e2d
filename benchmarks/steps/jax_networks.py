"""The same networks in JAX, over weights by PyTorch's names and in its layouts; a whole step is one jitted function."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax
from jax import lax, nn
from jax import numpy as jnp

from benchmarks.steps.workloads import Workload

Weights = dict[str, Any]


def _linear(w: Weights, name: str, x: Any) -> Any:
    y = x @ w[f"{name}.weight"].T
    return y + w[f"{name}.bias"] if f"{name}.bias" in w else y


def _mlp(w: Weights, x: Any) -> Any:
    names = sorted({name.split(".")[0] for name in w}, key=int)
    for name in names[:-1]:
        x = nn.relu(_linear(w, name, x))
    return _linear(w, names[-1], x)


def _conv(w: Weights, name: str, x: Any, stride: int = 1) -> Any:
    kernel = w[f"{name}.weight"]
    width = kernel.shape[-1] // 2
    layout = ("NCHW", "OIHW", "NCHW")
    y = lax.conv_general_dilated(x, kernel, (stride, stride), [(width, width)] * 2, dimension_numbers=layout)
    return y + w[f"{name}.bias"][:, None, None] if f"{name}.bias" in w else y


def _max_pool(x: Any) -> Any:
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")


def _cnn(w: Weights, x: Any) -> Any:
    for name in ("0", "3"):
        x = _max_pool(nn.relu(_conv(w, name, x)))
    return _linear(w, "9", nn.relu(_linear(w, "7", x.reshape(x.shape[0], -1))))


def _convolved(w: Weights, name: str, x: Any, stride: int = 1) -> Any:
    y = _conv(w, f"{name}.0", x, stride)
    mean, var = y.mean((0, 2, 3), keepdims=True), y.var((0, 2, 3), keepdims=True)
    scale, shift = (w[f"{name}.1.{part}"][:, None, None] for part in ("weight", "bias"))
    return (y - mean) * lax.rsqrt(var + 1e-5) * scale + shift


def _resnet8(w: Weights, x: Any) -> Any:
    x = nn.relu(_convolved(w, "0", x))
    for name, stride in (("2", 1), ("3", 2), ("4", 2)):
        inner = _convolved(w, f"{name}.second", nn.relu(_convolved(w, f"{name}.first", x, stride)))
        x = nn.relu(inner + (x if stride == 1 else _convolved(w, f"{name}.shortcut", x, stride)))
    return _linear(w, "7", x.mean((2, 3)))


def _norm(w: Weights, name: str, x: Any) -> Any:
    mean, var = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
    return (x - mean) * lax.rsqrt(var + 1e-5) * w[f"{name}.weight"] + w[f"{name}.bias"]


def _gpt(w: Weights, text: Any, layers: int, width: int, heads: int, context: int, vocabulary: int) -> Any:
    x = w["characters.weight"][text] + w["places.weight"]
    mask = jnp.tril(jnp.ones((context, context), bool))
    for layer in range(layers):
        at = f"blocks.{layer}."
        parts = _linear(w, at + "qkv", _norm(w, at + "norm1", x))
        q, k, v = parts.reshape(*x.shape[:2], 3, heads, width // heads).transpose(2, 0, 3, 1, 4)
        scores = jnp.where(mask, q @ k.swapaxes(-1, -2) / math.sqrt(width // heads), -jnp.inf)
        mixed = (nn.softmax(scores, -1) @ v).transpose(0, 2, 1, 3).reshape(x.shape)
        x = x + _linear(w, at + "out", mixed)
        wide = nn.gelu(_linear(w, at + "wide", _norm(w, at + "norm2", x)), approximate=False)
        x = x + _linear(w, at + "narrow", wide)
    return _linear(w, "head", _norm(w, "norm", x)).reshape(-1, vocabulary)


def _recommender(w: Weights, user: Any, item: Any) -> Any:
    score = (w["user.weight"][user] * w["item.weight"][item]).sum(-1)
    return score + w["user_bias.weight"][user, 0] + w["item_bias.weight"][item, 0]


def _lstm(w: Weights, x: Any) -> Any:
    bias = w["lstm.bias_ih_l0"] + w["lstm.bias_hh_l0"]
    projected = x @ w["lstm.weight_ih_l0"].T + bias

    def advance(state: Any, now: Any) -> Any:
        h, c = state
        i, f, g, o = jnp.split(now + h @ w["lstm.weight_hh_l0"].T, 4, axis=-1)
        c = nn.sigmoid(f) * c + nn.sigmoid(i) * jnp.tanh(g)
        return (nn.sigmoid(o) * jnp.tanh(c), c), None

    zeros = jnp.zeros(x.shape[1:], x.dtype)
    (h, _), _ = lax.scan(advance, (zeros, zeros), projected)
    return _linear(w, "head", h)


def _network(workload: Workload) -> Callable[..., Any]:
    for start, network in (("CNN", _cnn), ("ResNet", _resnet8), ("two-tower", _recommender), ("LSTM", _lstm)):
        if workload.title.startswith(start):
            return network
    if workload.title.startswith("MLP"):
        return _mlp
    return lambda w, text: _gpt(w, text, **workload.sizes)


def _cross_entropy(scores: Any, target: Any) -> Any:
    return -jnp.take_along_axis(nn.log_softmax(scores, -1), target[:, None], 1).mean()


def _update(name: str, lr: float, momentum: float = 0.9, weight_decay: float = 0.0) -> Callable[..., Any]:
    """The optimizer on all weights: (step, weight, gradient, slots) -> (weight, slots)."""

    def sgd(step: Any, w: Any, g: Any, slots: Any) -> Any:
        v = momentum * slots[0] + g
        return w - lr * v, (v,)

    def adam(step: Any, w: Any, g: Any, slots: Any) -> Any:
        m, v = 0.9 * slots[0] + 0.1 * g, 0.999 * slots[1] + 0.001 * g * g
        denominator = jnp.sqrt(v / (1 - 0.999**step)) + 1e-8
        return w * (1 - lr * weight_decay) - lr * (m / (1 - 0.9**step)) / denominator, (m, v)

    return sgd if name == "SGD" else adam


def jitted(workload: Workload, weights: Weights, batches: list[list[Any]]) -> Callable[[int], Any]:
    """A step of the workload; weights and slots are given up to the next step, so that JAX may write over them."""
    network, (name, settings) = _network(workload), workload.optimizer
    update = _update(name, **settings)
    measure = _cross_entropy if workload.loss == "CrossEntropyLoss" else lambda y, target: ((y - target) ** 2).mean()

    def step(count: Any, w: Weights, slots: Any, *batch: Any) -> Any:
        loss, gradients = jax.value_and_grad(lambda w: measure(network(w, *batch[:-1]), batch[-1]))(w)
        moved = {name: update(count, w[name], gradients[name], slots[name]) for name in w}
        return loss, {name: pair[0] for name, pair in moved.items()}, {name: pair[1] for name, pair in moved.items()}

    run = jax.jit(step, donate_argnums=(1, 2))
    w = {name: jnp.asarray(value) for name, value in weights.items()}
    kept = (1 if name == "SGD" else 2,)[0]
    state: list[Any] = [0, w, {name: tuple(jnp.zeros_like(value) for _ in range(kept)) for name, value in w.items()}]
    data = [[jnp.asarray(array) for array in batch] for batch in batches]

    def one(number: int) -> Any:
        state[0] += 1
        loss, state[1], state[2] = run(float(state[0]), state[1], state[2], *data[number % len(data)])
        return loss.block_until_ready()

    return one
