"""Indexing: ``x[...]`` with NumPy's and PyTorch's rules, and writing to it.

Basic indices (integers, slices, None, ...) give views; integer and boolean arrays give copies. Where integers stand
beside arrays, the integers are applied first, as PyTorch has it.
"""

from __future__ import annotations

from typing import Any

from patchgrad.autograd.op import Sample, define
from patchgrad.backend import BY_TYPE, MetaArray, backend_of, host
from patchgrad.errors import DtypeError, RangeError
from patchgrad.ops import creation, shapes
from patchgrad.ops.out import takes_out
from patchgrad.tensor import Tensor, apply, views
from patchgrad.tensor.explain import placed
from patchgrad.tensor.foreign import shown
from patchgrad.typing import Shape

__all__ = ["index_put", "narrow", "select", "select_scatter", "slice_scatter"]
METHODS = "index_put narrow select select_scatter slice_scatter"
IN_PLACE = "index_put"


def _result_shape(x: Shape, index: Any) -> Shape:
    """By indexing a stand-in of one byte with the same shape."""
    try:
        return host.broadcast_to(host.empty((), dtype=bool), x)[_on_host(index)].shape
    except (IndexError, ValueError) as error:
        raise unfit(x, index, error) from None


def unfit(x: Shape, index: Any, error: Exception) -> RangeError:
    """Which entry of an index does not fit a shape, in the order in which people look: kind, number, size."""
    entries = [entry for entry in (index if isinstance(index, tuple) else (index,)) if entry is not ...]
    got = f"shape {tuple(x)}, index [{_text(entries)}]"
    strange = next((entry for entry in entries if isinstance(entry, (str, float, complex))), None)
    if strange is not None:
        hint = f"int({strange}), or // in place of /" if isinstance(strange, float) else "axes have numbers, no names"
        return RangeError(
            f"{strange!r} is no index", got=got, want="whole numbers, slices, None, ..., masks, tensors", hint=hint
        )
    taken = sum(getattr(entry, "ndim", 1) if _is_mask(entry) else 1 for entry in entries if entry is not None)
    if taken > len(x):
        return RangeError(
            "there are more indices than axes", got=got, want=f"{len(x)} or fewer", hint="look at x.shape"
        )
    return RangeError(f"this index does not fit: {error}", got=got, want=_wanted(x, entries))


def _is_mask(entry: Any) -> bool:
    return hasattr(entry, "dtype") and getattr(entry.dtype, "kind", "") == "b"


def _wanted(x: Shape, entries: list[Any]) -> str:
    if any(_is_mask(entry) for entry in entries):
        return f"a mask of shape {tuple(x)}, or of the first axes alone"
    places = [entry for entry in entries if isinstance(entry, int)]
    if places and len(entries) == 1 and x:
        return f"{-x[0]} to {x[0] - 1}" if x[0] else "nothing: this axis is empty"
    return "each index within the size of its axis; lists of one length"


def _on_host(index: Any) -> Any:
    """The index with its arrays on the host."""
    entries = index if isinstance(index, tuple) else (index,)
    return tuple(backend_of(entry).to_host(entry) if type(entry) in BY_TYPE else entry for entry in entries)


def _text(entries: list[Any]) -> str:
    return ", ".join(map(_word, entries))


def _word(entry: Any) -> str:
    if isinstance(entry, slice):
        ends = ["" if end is None else str(end) for end in (entry.start, entry.stop, entry.step)]
        return ":".join(ends if ends[2] else ends[:2])
    if hasattr(entry, "shape"):
        return f"{'mask' if _is_mask(entry) else 'indices'} of shape {tuple(entry.shape)}"
    return repr(entry)


def _scatter(xp: Any, ct: Any, shape: Shape, index: Any) -> Any:
    return xp.ops.index_add(ct, shape=shape, index=index)


def _add_at(xp: Any, x: Any, shape: Shape, index: Any) -> Any:
    out = xp.zeros(shape, dtype=x.dtype)
    if is_basic(index):
        out[index] += x
    else:
        xp.add.at(out, index, x)
    return out


SELECT = define(
    "select",
    beyond_rules="its rule is index_add",
    inputs=("x",),
    forward=lambda xp, x, index: x[index],
    shape=lambda x, index: _result_shape(x, index),
    dtype="same",
    view=True,
    vjps={"x": lambda xp, ct, s: _scatter(xp, ct, s.shape_of("x"), s.index)},
    samples=lambda draw: [
        Sample((draw(4, 5),), {"index": (slice(1, None, 2), 3)}, "basic"),
        Sample((draw(4, 5),), {"index": (None, ..., slice(None, None, -1))}, "new axis, reversed"),
        Sample((draw(4, 5),), {"index": (host.asarray([0, 2, 2]),)}, "repeated rows"),
        Sample((draw(3, 2),), {"index": (host.asarray([True, False, True]),)}, "mask"),
    ],
    errors=lambda draw: [
        Sample((draw(4, 5),), {"index": (4, ...)}, "outside"),
        Sample((draw(4, 5),), {"index": (0, 0, 0)}, "too many"),
        Sample((draw(4, 5),), {"index": (host.asarray([True, False]),)}, "mask of another size"),
    ],
)
INDEX_ADD = define(
    "index_add",
    beyond="adds into repeated places: add.at",
    inputs=("x",),
    forward=_add_at,
    shape=lambda x, shape, index: tuple(shape),
    dtype="same",
    vjps={"x": lambda xp, ct, s: ct[s.index]},
    formula=r"y_{index} \mathrel{+}= x",
    samples=lambda draw: [Sample((draw(3, 5),), {"shape": (4, 5), "index": (host.asarray([0, 2, 2]),)})],
)


def _put(xp: Any, x: Any, value: Any, index: Any, accumulate: bool = False) -> Any:
    out = xp.asarray(x, copy=True)
    if accumulate:
        xp.add.at(out, index, value)
    else:
        out[index] = value
    return out


def _outside(xp: Any, ct: Any, s: Any) -> Any:
    if s.accumulate:
        return ct
    return xp.ops.index_put(ct, xp.zeros((), dtype=ct.dtype), index=s.index, accumulate=False)


INDEX_PUT = define(
    "index_put",
    beyond="writes to places given by arrays",
    inputs=("x", "value"),
    forward=_put,
    shape=lambda x, value, index, accumulate=False: tuple(x),
    dtype="same",
    vjps={"x": _outside, "value": lambda xp, ct, s: ct[s.index]},
    samples=lambda draw: [
        Sample((draw(4, 5), draw(5)), {"index": (host.asarray([0, 2]),), "accumulate": False}),
        Sample((draw(4, 5), draw(3, 5)), {"index": (host.asarray([0, 2, 2]),), "accumulate": True}, "added"),
    ],
)


def is_basic(index: Any) -> bool:
    """Does this index give a view?"""
    entries = index if isinstance(index, tuple) else (index,)
    return not any(hasattr(entry, "shape") or isinstance(entry, list) for entry in entries)


def as_index(index: Any) -> tuple[Any, ...]:
    """An index as a tuple whose tensors are bare arrays and whose lists are arrays.

    A basic index ends in ``...``, so that even ``x[0, 0]`` is a view and not a number.
    """
    entries = tuple([_entry(entry) for entry in (index if type(index) is tuple else (index,))])
    if any(hasattr(entry, "shape") for entry in entries):
        return entries
    return entries if any(entry is ... for entry in entries) else (*entries, ...)


def _entry(entry: Any) -> Any:
    kind = type(entry)
    if kind is int or kind is slice or entry is None or entry is ...:
        return entry
    if isinstance(entry, Tensor):
        return _from_tensor(entry)
    if isinstance(entry, (list, tuple, range)):
        array = creation.as_tensor(list(entry)).data
        return array.astype(host.int64) if not array.size else _from_array(array)
    if isinstance(entry, bool):
        return host.asarray(entry)
    if isinstance(entry, host.generic):
        return host.asarray(entry) if entry.dtype.kind == "b" else int(entry)
    return _from_array(entry) if hasattr(entry, "dtype") else entry


def _from_tensor(entry: Tensor) -> Any:
    data = entry.data
    if entry.backend.depth:  # one index per example of a vmap
        return data
    if isinstance(data, MetaArray):
        data = host.zeros(data.shape, dtype=data.dtype)
    return _from_array(data)


def _from_array(array: Any) -> Any:
    """Whole numbers or a mask (also as uint8, as in PyTorch); a number without axes is an integer."""
    if array.dtype.kind not in "biu":
        raise placed(
            DtypeError("an index holds whole numbers or True and False", got=str(array.dtype), hint="index.long()")
        )
    if array.dtype.kind != "b" and not array.shape:
        return int(array)
    return array != 0 if array.dtype == host.uint8 else array


def _parted(index: tuple[Any, ...]) -> tuple[tuple[Any, ...], tuple[Any, ...]] | None:
    """An index that mixes integers with arrays, as a basic one and then one of arrays; None if it does not."""
    if not any(hasattr(entry, "shape") for entry in index) or not any(
        isinstance(entry, int) or entry is None for entry in index
    ):
        return None
    first: list[Any] = []
    then: list[Any] = []
    for entry in index:
        if hasattr(entry, "shape"):
            first += [slice(None)] * (len(entry.shape) if entry.dtype.kind == "b" else 1)
            then.append(entry)
        else:
            first.append(entry)
            then += [] if isinstance(entry, int) else [... if entry is ... else slice(None)]
    return (tuple(first) if ... in first else (*first, ...)), tuple(then)


def getitem(x: Tensor, index: Any) -> Tensor:
    """``x[index]``: a view for basic indices, a copy for arrays of integers or booleans."""
    kind = type(index)
    if kind is int or kind is slice:
        return apply(SELECT, x, index=(index, ...))
    entries = as_index(index)
    if is_basic(entries):
        return apply(SELECT, x, index=entries)
    parts = _parted(entries)
    if parts is not None:
        x, entries = apply(SELECT, x, index=parts[0]), parts[1]
    return apply(SELECT, beside(x, entries), index=entries)


def beside(x: Tensor, index: tuple[Any, ...]) -> Tensor:
    """``x`` as the tensor of each example, where an index differs between the examples of a `vmap`."""
    backends = [backend_of(entry) for entry in index if type(entry) in BY_TYPE]
    deepest = max(backends, key=lambda backend: backend.depth, default=None)
    if deepest is None or deepest.depth <= x.backend.depth:
        return x
    like = next(entry for entry in index if type(entry) in BY_TYPE and backend_of(entry) is deepest)
    return deepest.lift((x, Tensor(like)))[0]


def setitem(x: Tensor, index: Any, value: Any) -> None:
    """``x[index] = value``, with the tape; the value broadcasts, and is cast to the tensor's dtype."""
    views.refuse_leaf(x)
    entries = as_index(index)
    value = value if isinstance(value, Tensor) else Tensor(_value(x, value))
    parts = _parted(entries)
    if parts is not None:
        x, entries = apply(SELECT, x, index=parts[0]), parts[1]
    if not is_basic(entries):
        views.store(x, apply(INDEX_PUT, beside(x, entries), _lean(value), index=entries, accumulate=False))
        return
    views.store_value(apply(SELECT, x, index=entries), value)


def _lean(value: Any) -> Any:
    """Without axes of size 1 in front, of which a value may have more than the part that it is written to."""
    extra = 0
    while value.shape[extra : extra + 1] == (1,):
        extra += 1
    return value.reshape(value.shape[extra:]) if extra else value


def _value(x: Tensor, value: Any) -> Any:
    try:
        if value is None or isinstance(value, str):
            raise TypeError(f"{shown(value)} is no number")
        return x.backend.asarray(value, dtype=x.data.dtype)
    except (TypeError, ValueError, OverflowError) as error:
        uneven = "inhomogeneous" in str(error)
        raise placed(
            DtypeError(
                f"this cannot be written: {'its rows have different lengths' if uneven else error}",
                got=shown(value),
                want=f"numbers that fit {x.dtype.name}",
                hint=f"float({value!r}), if it holds a number" if isinstance(value, str) else "",
            )
        ) from None


@takes_out
def index_put(input: Tensor, indices: Any, values: Any, accumulate: bool = False) -> Tensor:
    """A copy of ``input`` with ``values`` at the places that a tuple of indices names (or added there)."""
    if values.data.dtype != input.data.dtype:
        raise placed(DtypeError("index_put needs one dtype", got=f"{values.dtype.name} into {input.dtype.name}"))
    return apply(INDEX_PUT, input, _lean(values), index=as_index(tuple(indices)), accumulate=accumulate)


def _head(input: Tensor, dim: int, entry: Any) -> tuple[Any, ...]:

    if not input.ndim:
        raise placed(RangeError("a tensor without axes cannot be taken apart", got="shape ()", want="one axis or more"))
    return (*(slice(None),) * shapes.axis_in(dim, input.ndim), entry, ...)


def select(input: Tensor, dim: int, index: int) -> Tensor:
    """The slice at ``index`` of an axis, without that axis; a view."""
    return apply(SELECT, input, index=_head(input, dim, int(index)))


def narrow(input: Tensor, dim: int, start: Any, length: int) -> Tensor:
    """``length`` places of an axis from ``start`` (negative: from the end); a view."""
    place = _head(input, dim, None)
    size = input.shape[len(place) - 2]
    first = int(start) + size if int(start) < 0 else int(start)
    if not 0 <= first <= first + length <= size:
        raise placed(
            RangeError("this part lies outside the axis", got=f"start={start}, length={length}", want=f"within {size}")
        )
    return apply(SELECT, input, index=(*place[:-2], slice(first, first + length), ...))


@takes_out
def select_scatter(input: Tensor, src: Tensor, dim: int, index: int) -> Tensor:
    """A copy of ``input`` whose slice at ``index`` of an axis is ``src``."""
    return _replaced(input, src, _head(input, dim, int(index)))


@takes_out
def slice_scatter(
    input: Tensor, src: Tensor, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1
) -> Tensor:
    """A copy of ``input`` whose places ``start:end:step`` of an axis are ``src``."""
    return _replaced(input, src, _head(input, dim, slice(start, end, step)))


def _replaced(input: Tensor, src: Tensor, index: tuple[Any, ...]) -> Tensor:
    wanted = _result_shape(input.shape, index)
    if src.shape != wanted:
        raise placed(RangeError("src does not fit the part", got=f"{src.shape}", want=f"{wanted}"))
    return apply(INDEX_PUT, input, src, index=index, accumulate=False)
