"""Other shapes and orders of the same elements."""

from __future__ import annotations

import math
from typing import Any

from patchgrad.backend import host
from patchgrad.backend.dtype import as_dtype
from patchgrad.errors import GraphError
from patchgrad.interop.onnx_builder import Builder
from patchgrad.interop.recorded import Dim, Event
from patchgrad.interop.words import meaning
from patchgrad.ops.arrange import pad
from patchgrad.ops.movement import cat
from patchgrad.tensor import Tensor


def _reshape(b: Builder, e: Event) -> None:
    """One size that follows the batch is left to be found; so the file needs no arithmetic on sizes."""
    sizes = list(b.shape_of(e.outputs[0]))
    following = [at for at, size in enumerate(sizes) if isinstance(size, Dim)]
    if len(following) == 1 and 0 not in sizes:
        sizes[following[0]] = -1
    b.set(0, b.node("Reshape", b.name(e.inputs[0]), b.shape(sizes), allowzero=1 if 0 in sizes else None))


def _expand(b: Builder, e: Event) -> None:
    """Sizes that stay are written as 1, which ONNX reads as "as it is"."""
    before, after = b.shape_of(e.inputs[0]), b.shape_of(e.outputs[0])
    before = (1,) * (len(after) - len(before)) + tuple(before)
    sizes = [1 if old == new else new for old, new in zip(before, after, strict=True)]
    b.set(0, b.node("Expand", b.name(e.inputs[0]), b.shape(sizes)))


def _cat(b: Builder, e: Event) -> None:
    kind = b.dtype_of(e.outputs[0])
    b.set(0, b.node("Concat", *(b.name(entry, kind) for entry in e.inputs), axis=e.attrs["axis"]))


def _flip(b: Builder, e: Event) -> None:
    axes = e.attrs["axis"]
    axes = [axes] if isinstance(axes, int) else list(axes)
    count = len(axes)
    low = -(2**31)
    b.set(
        0,
        b.node(
            "Slice",
            b.name(e.inputs[0]),
            b.ints([-1] * count),
            b.ints([low] * count),
            b.ints(axes),
            b.ints([-1] * count),
        ),
    )


def _pad(b: Builder, e: Event) -> None:
    widths = b.static(e.attrs["widths"])
    pads = [low for low, _ in widths] + [high for _, high in widths]
    value = b.constant(e.attrs["value"], b.dtype_of(e.outputs[0]))
    b.set(0, b.node("Pad", b.name(e.inputs[0]), b.ints(pads), value))


def _tile(b: Builder, e: Event) -> None:
    repeats = b.static(e.attrs["repeats"])
    x = b.name(e.inputs[0])
    missing = len(repeats) - b.rank(e.inputs[0])
    if missing > 0:
        x = b.node("Unsqueeze", x, b.ints(range(missing)))
    b.set(0, b.node("Tile", x, b.ints([1] * -missing + repeats if missing < 0 else repeats)))


def _roll(b: Builder, e: Event) -> None:
    """Cut in two, and joined the other way round."""
    shifts, axes = b.static(e.attrs["shift"]), b.static(e.attrs["axis"])
    if axes is None:
        raise b.cannot("rolling over all axes at once")
    x = b.name(e.inputs[0])
    pairs = zip([shifts] if isinstance(shifts, int) else shifts, [axes] if isinstance(axes, int) else axes, strict=True)
    for shift, axis in pairs:
        size = b.shape_of(e.inputs[0])[axis]
        if isinstance(size, Dim):
            raise b.cannot("rolling along the batch")
        cut = -shift % size
        head = b.node("Slice", x, b.ints([0]), b.ints([cut]), b.ints([axis]))
        tail = b.node("Slice", x, b.ints([cut]), b.ints([size]), b.ints([axis]))
        x = b.node("Concat", tail, head, axis=axis)
    b.set(0, b.node("Identity", x))


WRITE: dict[str, Any] = {
    "reshape": _reshape,
    "permute": lambda b, e: b.set(0, b.node("Transpose", b.name(e.inputs[0]), perm=list(e.attrs["axes"]))),
    "expand": _expand,
    "cat": _cat,
    "flip": _flip,
    "pad": _pad,
    "tile": _tile,
    "roll": _roll,
}


# --- Reading --------------------------------------------------------------------------------------


def _read_reshape(x: Any, shape: Any, allowzero: int = 0) -> Any:
    sizes = [x.shape[at] if size == 0 and not allowzero else size for at, size in enumerate(shape.tolist())]
    return x.reshape(sizes)


def _read_expand(x: Any, shape: Any) -> Any:
    sizes = [int(size) for size in shape.tolist()]
    if isinstance(x, host.ndarray):
        return x * host.ones(sizes, dtype=x.dtype)
    full = host.broadcast_shapes(tuple(x.shape), tuple(sizes))
    return x.expand(*full)


def _read_transpose(x: Any, perm: Any = None) -> Any:
    return x.transpose(perm) if isinstance(x, host.ndarray) else x.permute(perm or list(range(x.ndim))[::-1])


def _read_concat(*values: Any, axis: int) -> Any:
    if all(isinstance(value, host.ndarray) for value in values):
        return host.concatenate(values, axis=axis)
    first: Any = next(value for value in values if isinstance(value, Tensor))
    return cat([Tensor(first.backend.asarray(v)) if isinstance(v, host.ndarray) else v for v in values], axis)


def _axes_of(given: Any, fixed: Any) -> list[int] | None:
    return fixed if given is None else [int(axis) for axis in given.reshape(-1).tolist()]


def _read_squeeze(x: Any, given: Any = None, axes: Any = None) -> Any:
    found = _axes_of(given, axes)
    if found is None:
        found = [axis for axis, size in enumerate(x.shape) if size == 1]
    if isinstance(x, host.ndarray):
        return host.squeeze(x, tuple(found))
    return x.squeeze(tuple(found)) if found else x


def _read_unsqueeze(x: Any, given: Any = None, axes: Any = None) -> Any:
    found = _axes_of(given, axes) or []
    if isinstance(x, host.ndarray):
        return host.expand_dims(x, tuple(found))
    for axis in sorted(axis % (x.ndim + len(found)) for axis in found):
        x = x.unsqueeze(axis)
    return x


def _read_flatten(x: Any, axis: int = 1) -> Any:
    if axis == 1:
        return x.flatten(1) if x.ndim > 1 else x.unsqueeze(1)
    rows = math.prod(x.shape[: axis if axis >= 0 else x.ndim + axis])
    return x.reshape(rows, -1)


def _read_split(x: Any, given: Any = None, axis: int = 0, split: Any = None, num_outputs: int | None = None) -> Any:
    sizes = split if given is None else given.tolist()
    if sizes is None:
        count, length = num_outputs or 1, x.shape[axis]
        step = -(-length // count)
        sizes = [max(0, min(step, length - step * at)) for at in range(count)]
    return tuple(x.split(sizes, axis))


def _read_pad(
    x: Any, pads: Any = None, value: Any = None, axes: Any = None, mode: str = "constant", fixed: Any = None
) -> Any:
    widths = pads.tolist()
    places = list(range(x.ndim)) if axes is None else [int(axis) % x.ndim for axis in axes.tolist()]
    by_axis = {axis: (widths[at], widths[at + len(places)]) for at, axis in enumerate(places)}
    flat: list[int] = []
    for axis in range(x.ndim - 1, -1, -1):
        flat += by_axis.get(axis, (0, 0))
    while len(flat) > 2 and flat[-2:] == [0, 0]:
        flat = flat[:-2]
    filling = 0.0 if value is None else value.item()
    name = {"edge": "replicate", "wrap": "circular"}.get(mode, mode)
    return pad(x, flat, name, filling) if name == "constant" else pad(x, flat, name)


def _read_slice(x: Any, starts: Any = None, ends: Any = None, axes: Any = None, steps: Any = None, **old: Any) -> Any:
    first, last = ([int(n) for n in entry.tolist()] for entry in (starts, ends))
    places = list(range(len(first))) if axes is None else [int(axis) for axis in axes.tolist()]
    strides = [1] * len(first) if steps is None else [int(step) for step in steps.tolist()]
    index: list[Any] = [slice(None)] * x.ndim
    for begin, end, axis, step in zip(first, last, places, strides, strict=True):
        size = x.shape[axis]
        stop = None if step < 0 and end < -size else end if abs(end) < 2**31 - 1 else None
        index[axis] = slice(None if step < 0 and begin >= size else begin, stop, step)
    return x[tuple(index)]


def _read_constant(shape: Any, value: Any = None) -> Any:
    filling = host.zeros(1, "float32") if value is None else value
    return host.full(tuple(shape.tolist()), filling.reshape(-1)[0], dtype=filling.dtype)


def _read_shape(x: Any, start: int = 0, end: int | None = None) -> Any:
    return host.asarray(tuple(x.shape)[start:end], dtype="int64")


def _read_range(start: Any, limit: Any, delta: Any) -> Any:
    return host.arange(start.item(), limit.item(), delta.item(), dtype=as_dtype(start.dtype).numpy)


def _read_tile(x: Any, repeats: Any) -> Any:
    return host.tile(x, repeats) if isinstance(x, host.ndarray) else x.tile(*[int(n) for n in repeats.tolist()])


def _read_resize(
    x: Any, roi: Any = None, scales: Any = None, sizes: Any = None, mode: str = "nearest", **how: Any
) -> Any:
    """Nearest and linear resizing in the two ways that PyTorch has."""
    way = how.get("coordinate_transformation_mode", "half_pixel")
    name = {"nearest": "nearest", "linear": {3: "linear", 4: "bilinear", 5: "trilinear"}.get(x.ndim, "")}.get(mode, "")
    fits = way in ("asymmetric", "align_corners", "half_pixel", "pytorch_half_pixel")
    if (
        not name
        or not fits
        or (name == "nearest" and how.get("nearest_mode", "round_prefer_floor") != "floor" and way != "asymmetric")
    ):
        raise GraphError("this kind of resizing is not supported", got=f"mode={mode}, {how}")
    given = None if sizes is None or not sizes.size else [int(n) for n in sizes.tolist()[2:]]
    factor = None if given is not None else [float(n) for n in scales.tolist()[2:]]
    corners = {} if name == "nearest" else {"align_corners": way == "align_corners"}
    found: Any = meaning("functional.interpolate")
    return found(x, size=given, scale_factor=factor, mode=name, **corners)


READ: dict[str, Any] = {
    "Reshape": _read_reshape,
    "Expand": _read_expand,
    "Transpose": _read_transpose,
    "Concat": _read_concat,
    "Squeeze": _read_squeeze,
    "Unsqueeze": _read_unsqueeze,
    "Flatten": _read_flatten,
    "Split": _read_split,
    "Pad": _read_pad,
    "Slice": _read_slice,
    "Shape": _read_shape,
    "Size": lambda x: host.asarray(math.prod(x.shape), dtype="int64"),
    "Tile": _read_tile,
    "ConstantOfShape": _read_constant,
    "Range": _read_range,
    "Resize": _read_resize,
    "DepthToSpace": lambda x, blocksize, mode="DCR": _depth_to_space(x, blocksize, mode),
}


def _depth_to_space(x: Any, size: int, mode: str) -> Any:
    batch, channels, height, width = x.shape
    parts = channels // size**2
    order = (0, 1, 4, 2, 5, 3) if mode == "CRD" else (0, 3, 4, 1, 5, 2)
    shape = (batch, parts, size, size, height, width) if mode == "CRD" else (batch, size, size, parts, height, width)
    return x.reshape(shape).permute(order).reshape(batch, parts, height * size, width * size)
