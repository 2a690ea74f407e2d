"""Ops with a way of their own to run on a batch, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.ops import linalg, reduce, shapes
from patchgrad.tensor import Tensor, apply
from patchgrad.transforms.batching import ways
from patchgrad.transforms.batching.ways import Call, Results, Way

RULES: dict[str, Way] = {}


def rule(*names: str) -> Callable[[Way], Way]:
    """Enter a way for these ops."""

    def enter(way: Way) -> Way:
        RULES.update(dict.fromkeys(names, way))
        return way

    return enter


rule("softmax", "log_softmax", "cumsum", "cumprod", "flip", "roll", "argsort", "cat")(ways.along_axes)
rule("gather", "scatter", "scatter_add")(ways.along_axes)
rule("one_hot", "to_device")(ways.leading)


@rule("permute")
def _permute(call: Call) -> Results:
    ndim = len(call.shape(0))
    return call.run(call.inputs, axes=(0, *(axis % ndim + 1 for axis in call.attrs["axes"])))


@rule("reshape")
def _reshape(call: Call) -> Results:
    return call.run(call.inputs, shape=(call.size, *call.result_shapes()[0]))


@rule("expand")
def _expand(call: Call) -> Results:
    shape = tuple(call.attrs["shape"])
    return call.run([_front(call.inputs[0], len(shape))], shape=(call.size, *shape))


def _front(x: Tensor, ndim: int) -> Tensor:
    """A batch of examples with ``ndim`` axes: axes of size 1 come after the batch."""
    return x if x.ndim == ndim + 1 else x.reshape(x.shape[0], *(1,) * (ndim + 1 - x.ndim), *x.shape[1:])


@rule("pad")
def _pad(call: Call) -> Results:
    return call.run(call.inputs, widths=((0, 0), *call.attrs["widths"]))


@rule("tile")
def _tile(call: Call) -> Results:
    repeats = tuple(call.attrs["repeats"])
    x = _front(call.inputs[0], max(len(repeats), len(call.shape(0))))
    return call.run([x], repeats=(1,) * (x.ndim - len(repeats)) + repeats)


def _behind_batch(index: Any) -> tuple[Any, ...] | None:
    """The same index of every example; None where arrays stand apart, which would move the batch."""
    entries = index if isinstance(index, tuple) else (index,)
    arrays = [place for place, entry in enumerate(entries) if hasattr(entry, "shape") or isinstance(entry, list)]
    places = [place for place in range(len(entries)) if isinstance(entries[place], int) or place in arrays]
    if arrays and places[-1] - places[0] != len(places) - 1:
        return None
    return (slice(None), *entries)


@rule("select")
def _select(call: Call) -> Results | None:
    index = _behind_batch(call.attrs["index"])
    return None if index is None else call.run(call.inputs, index=index)


@rule("index_add")
def _index_add(call: Call) -> Results | None:
    index = _behind_batch(call.attrs["index"])
    return None if index is None else call.run(call.inputs, index=index, shape=(call.size, *call.attrs["shape"]))


@rule("index_put")
def _index_put(call: Call) -> Results | None:
    index = _behind_batch(call.attrs["index"])
    if index is None:
        return None
    x, value = call.whole()
    return call.run([x, _front(value, x[index].ndim - 1) if isinstance(value, Tensor) else value], index=index)


@rule("matmul")
def _matmul(call: Call) -> Results:
    a, b = call.inputs
    if not call.batched[1] and len(call.shape(1)) == 2 and len(call.shape(0)) == 1:
        return call.run([a, b])
    if not call.batched[0] and len(call.shape(0)) == 2 and len(call.shape(1)) == 1:
        return call.run([b, a.mT])
    row, column = len(call.shape(0)) == 1, len(call.shape(1)) == 1
    a = a.unsqueeze(-2) if row else a
    b = b.unsqueeze(-1) if column else b
    ndim = max(x.ndim - flag for x, flag in zip((a, b), call.batched, strict=True))
    y = linalg.matmul(
        _front(a, ndim) if call.batched[0] else a,
        _front(b, ndim) if call.batched[1] else b,
    )
    y = y.squeeze(-2) if row else y
    return [(y.squeeze(-1) if column else y, True)]


@rule("linear")
def _linear(call: Call) -> Results:
    if call.only_first():
        return call.run(call.inputs)
    x, weight, bias = call.inputs
    rows = x.reshape(call.size, -1, x.shape[-1]) if call.batched[0] else x.reshape(-1, x.shape[-1])
    y = linalg.matmul(rows, weight.mT)
    if bias is not None:
        y = y + (bias.unsqueeze(1) if call.batched[2] else bias)
    return [(y.expand(call.size, *y.shape[-2:]).reshape(call.size, *call.result_shapes()[0]), True)]


@rule("batch_norm", "layer_norm", "group_norm", "rms_norm")
def _norm(call: Call) -> Results:
    ndim = len(call.shape(0))
    x, *scales = call.inputs
    x = x if call.batched[0] else x.expand(call.size, *x.shape)
    given = [_front(entry, ndim) if flag else entry for entry, flag in zip(scales, call.batched[1:], strict=True)]
    return call.run([x, *given], axes=tuple(axis % ndim + 1 for axis in call.attrs["axes"]))


@rule("max_pool2d", "max_pool2d_spread", "max_pool2d_pick", "avg_pool2d", "avg_pool2d_spread")
def _samples(call: Call) -> Results:
    """Every input has samples as its first axis."""
    inputs = [entry.flatten(0, 1) if isinstance(entry, Tensor) else entry for entry in call.whole()]
    count = next(call.shape(i)[0] for i, entry in enumerate(call.inputs) if isinstance(entry, Tensor))
    return [(output.unflatten(0, (call.size, count)), True) for output, _ in call.run(inputs)]


@rule("conv2d")
def _conv(call: Call) -> Results:
    x, weight, bias = call.inputs
    if call.only_first():
        return ways.folded(call) or []
    groups = call.attrs["groups"]
    if call.batched[1]:
        y = apply(call.op, *_channels(call, (0,)), _outer(weight), None, **{**call.attrs, "groups": call.size * groups})
        y = _split_channels(y, call.size)
    else:
        inner = Call(call.op, [x, weight, None], [call.batched[0], False, False], call.attrs, call.size)
        y = (ways.folded(inner) or [])[0][0] if call.batched[0] else apply(call.op, x, weight, None, **call.attrs)
    if bias is not None:
        y = y + bias.reshape(*bias.shape[:-1], *(1,) * call.batched[2], -1, 1, 1)
    return [(y, True)]


@rule("conv2d_input")
def _conv_input(call: Call) -> Results:
    if call.only_first():
        return ways.folded(call) or []
    weight = call.whole()[1]
    found = call.run([*_channels(call, (0,)), _outer(weight)], groups=call.size * call.attrs["groups"])
    return [(_split_channels(found[0][0], call.size), True)]


@rule("conv2d_weight")
def _conv_weight(call: Call) -> Results:
    found = call.run(_channels(call, (0, 1)), groups=call.size * call.attrs["groups"])
    return [(output.unflatten(0, (call.size, -1)), True) for output, _ in found]


def _channels(call: Call, places: tuple[int, ...]) -> list[Tensor]:
    """(batch, samples, channels, *) as (samples, batch * channels, *): each example as a group of channels."""
    whole = call.whole()
    return [whole[place].transpose(0, 1).flatten(1, 2) for place in places]


def _outer(weight: Tensor) -> Tensor:
    return weight.flatten(0, 1)


def _split_channels(y: Tensor, size: int) -> Tensor:
    return y.unflatten(1, (size, -1)).transpose(0, 1)


@rule("mse_loss", "l1_loss", "huber_loss", "binary_cross_entropy", "binary_cross_entropy_with_logits")
def pair_loss(call: Call) -> Results:
    """A loss element by element, reduced for each example by itself."""
    reduction = call.attrs["reduction"]
    single = ways.aligned(Call(call.op, call.inputs, call.batched, {**call.attrs, "reduction": "none"}, call.size))
    values = (single or [])[0][0]
    return [(_reduced(values, reduction), True)]


def _reduced(values: Tensor, reduction: str) -> Tensor:
    if reduction == "none":
        return values
    flat = values.reshape(values.shape[0], shapes.count(values.shape[1:]))
    return apply(reduce.MEAN if reduction == "mean" else reduce.SUM, flat, axis=(1,), keepdims=False)


@rule("cross_entropy", "nll_loss")
def _class_loss(call: Call) -> Results | None:
    """All examples as one batch of rows; the mean is taken for each by itself."""
    reduction, ignored = call.attrs["reduction"], call.attrs["ignore_index"]
    x, target, weight = call.inputs
    if weight is not None or target.data.dtype.kind == "f" or len(call.shape(0)) < 2:
        return None
    x, target, _ = call.whole()
    single = apply(call.op, x.flatten(0, 1), target.flatten(0, 1), None, **{**call.attrs, "reduction": "none"})
    values = single.unflatten(0, (call.size, -1))
    if reduction != "mean":
        return [(_reduced(values, reduction), True)]
    kept = (target != ignored).to(dtype=values.dtype)
    return [(_reduced(values, "sum") / _reduced(kept, "sum"), True)]


@rule("embedding")
def _embedding(call: Call) -> Results | None:
    index, weight = call.whole()
    if not call.batched[1]:
        return call.run([index, call.inputs[1]])
    if call.attrs["padding_idx"] is not None:
        return None
    return call.run([_shifted(index, weight.shape[1]), weight.flatten(0, 1)])


@rule("embedding_weight")
def _embedding_weight(call: Call) -> Results | None:
    ct, index = call.whole()
    rows = call.attrs["rows"]
    if call.attrs["padding_idx"] is not None:
        return None
    found = call.run([ct, _shifted(index, rows)], rows=call.size * rows)
    return [(output.unflatten(0, (call.size, rows)), True) for output, _ in found]


def _shifted(index: Tensor, rows: int) -> Tensor:
    """Indices into the tables of all examples, one below the other."""
    xp = index.backend.xp
    starts = Tensor(xp.arange(index.shape[0], dtype=index.data.dtype)) * rows
    return index + starts.reshape(-1, *(1,) * (index.ndim - 1))
