"""Single layers, forwards and backwards: PyTorch, compiled kernels, the plain way without them; float32, one thread.

``OMP_NUM_THREADS`` and ``OPENBLAS_NUM_THREADS`` give all of them more.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

os.environ.setdefault("PATCHGRAD_KERNELS", "wait")
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import patchgrad  # noqa: E402
from benchmarks.timing import Row, race  # noqa: E402
from patchgrad.backend import host  # noqa: E402
from patchgrad.backend.native.compiled import compiler  # noqa: E402
from patchgrad.backend.native.team import processors  # noqa: E402

Layer = Callable[..., Any]
"""``layer(library, *tensors)`` gives what is differentiated."""


CASES: dict[str, tuple[Layer, list[tuple[int, ...]]]] = {
    "softmax 8192 x 128": (lambda lib, x: lib.softmax(x, -1), [(8192, 128)]),
    "cross-entropy 2048 x 65": (
        lambda lib, x: lib.nn.functional.cross_entropy(x, lib.arange(2048) % 65),
        [(2048, 65)],
    ),
    "layer norm 2048 x 128": (
        lambda lib, x, w, b: lib.nn.functional.layer_norm(x, (128,), w, b),
        [(2048, 128), (128,), (128,)],
    ),
    "batch norm 64 x 16 x 32 x 32": (
        lambda lib, x, w, b: lib.nn.functional.batch_norm(x, None, None, w, b, training=True),
        [(64, 16, 32, 32), (16,), (16,)],
    ),
    "gelu 2048 x 512": (lambda lib, x: lib.nn.functional.gelu(x), [(2048, 512)]),
    "silu 2048 x 512": (lambda lib, x: lib.nn.functional.silu(x), [(2048, 512)]),
    "sigmoid 2048 x 512": (lambda lib, x: lib.sigmoid(x), [(2048, 512)]),
    "relu 64 x 32 x 28 x 28": (lambda lib, x: lib.relu(x), [(64, 32, 28, 28)]),
    "dropout 2048 x 512": (lambda lib, x: lib.nn.functional.dropout(x, 0.1), [(2048, 512)]),
    "max pool 2, 64 x 32 x 28 x 28": (lambda lib, x: lib.nn.functional.max_pool2d(x, 2), [(64, 32, 28, 28)]),
    "conv 3 x 3, 32 to 64, 14 x 14": (
        lambda lib, x, w, b: lib.nn.functional.conv2d(x, w, b, padding=1),
        [(64, 32, 14, 14), (64, 32, 3, 3), (64,)],
    ),
    "conv 3 x 3, 16 to 16, 32 x 32": (
        lambda lib, x, w: lib.nn.functional.conv2d(x, w, None, padding=1),
        [(64, 16, 32, 32), (16, 16, 3, 3)],
    ),
    "conv 3 x 3 by 2, 16 to 32, 32 x 32": (
        lambda lib, x, w: lib.nn.functional.conv2d(x, w, None, stride=2, padding=1),
        [(64, 16, 32, 32), (32, 16, 3, 3)],
    ),
    "embedding 1024 of 10000 x 32": (
        lambda lib, w: lib.nn.functional.embedding(lib.arange(1024) * 7 % 10_000, w),
        [(10_000, 32)],
    ),
}


def _differentiated(library: Any, layer: Layer, arrays: list[Any]) -> Callable[[], None]:
    tensors = [library.tensor(array, requires_grad=True) for array in arrays]
    result = layer(library, *tensors)
    ct = library.ones_like(result)

    def once() -> None:
        for tensor in tensors:
            tensor.grad = None
        layer(library, *tensors).backward(ct)

    return once


def _lstm(library: Any, arrays: list[Any]) -> Callable[[], None]:
    module, x = library.nn.LSTM(128, 128), library.tensor(arrays[0])

    def once() -> None:
        module.zero_grad()
        module(x)[0].sum().backward()

    return once


def _optimizer(name: str, library: Any, arrays: list[Any], **settings: Any) -> Callable[[], None]:
    parameter = library.nn.Parameter(library.tensor(arrays[0]))
    parameter.grad = library.tensor(arrays[0])
    return getattr(library.optim, name)([parameter], **settings).step


def _plainly(function: Callable[[], None]) -> Callable[[], None]:
    def once() -> None:
        compiler.present = False
        try:
            function()
        finally:
            compiler.present = True

    return once


def _race(name: str, make: Callable[[Any, list[Any]], Callable[[], None]], shapes: list[tuple[int, ...]]) -> list[Row]:
    rng = host.random.default_rng(0)
    arrays = [rng.standard_normal(shape, dtype="float32") for shape in shapes]
    contestants: dict[str, Callable[[], object]] = {}
    if find_spec("torch") is not None:
        torch: Any = import_module("torch")
        torch.set_num_threads(processors())
        contestants[f"{name}: PyTorch"] = make(torch, arrays)
    contestants[f"{name}: kernel"] = make(patchgrad, arrays)
    contestants[f"{name}: plain"] = _plainly(make(patchgrad, arrays))
    return race(contestants, rounds=9, inner=1, warm_up=2)


def run() -> list[Row]:
    rows: list[Row] = []
    for name, (layer, shapes) in CASES.items():
        rows += _race(name, lambda lib, arrays, layer=layer: _differentiated(lib, layer, arrays), shapes)
    rows += _race("LSTM 128, 64 steps, batch 32", _lstm, [(64, 32, 128)])
    rows += _race("Adam 400k", lambda lib, arrays: _optimizer("Adam", lib, arrays), [(400_000,)])
    rows += _race(
        "SGD momentum 400k", lambda lib, arrays: _optimizer("SGD", lib, arrays, lr=0.1, momentum=0.9), [(400_000,)]
    )
    return rows


def table(rows: list[Row]) -> str:
    """One line per layer: median milliseconds, and the part of the first contestant's time."""
    lines = ["| layer | PyTorch | kernel | plain |", "|---|---|---|---|"]
    found: dict[str, dict[str, Row]] = {}
    for row in rows:
        layer, _, contestant = row.name.rpartition(": ")
        found.setdefault(layer, {})[contestant] = row
    for layer, by in found.items():
        cells = [
            f"{by[key].median:.3g} ({by[key].ratio:.2f})" if key in by else "-"
            for key in ("PyTorch", "kernel", "plain")
        ]
        lines.append(f"| {layer} | {' | '.join(cells)} |")
    return "\n".join(lines)
