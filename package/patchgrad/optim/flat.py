"""Flat storage: the parameters of a group lie one after the other in one array, and so do their slots.

A family whose update works element by element then makes one pass over pieces that fit the cache, where it would make
one per parameter. ``Parameter.data`` and the slots stay ordinary arrays: they are views. Gradients are not kept flat,
as whoever holds an old gradient must not see it change; a piece gathers those of small parameters in the cache.

Nothing here has to be told of an edit. Before each step the table is compared with the parameters and slots there
are; if one was replaced, all are laid out anew, with every value as it was. A parameter whose memory somebody else
may hold (a tensor it was made from, a view taken before) stays where it is and is updated by itself.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, Protocol

from patchgrad.backend import MetaArray, backend_of
from patchgrad.nn.parameter import Parameter

Slots = dict[str, Any]
Update = Callable[[Any, Any, Slots, dict[str, Any]], None]
PIECE_BYTES = 2**18
"""A piece of one array; smaller ones cost more in calls than the cache gives back."""
GATHERED_BYTES = 2**16
"""A gradient below it is copied beside its neighbours; a larger one is a piece of its own, or several."""


class Segment:
    """A parameter's part of the flat arrays: elements ``start`` to ``stop``.

    ``slots`` is the parameter's entry in the optimizer's state as it was left, ``views`` its arrays, ``scalars`` the
    rest of it: parameters are updated together only where these are equal.
    """

    __slots__ = ("parameter", "scalars", "slots", "start", "stop", "view", "views")

    def __init__(self, parameter: Parameter, start: int) -> None:
        self.parameter = parameter
        self.start = start
        self.stop = start + parameter.data.size
        self.view: Any = None
        self.slots: Slots | None = None
        self.views: Slots = {}
        self.scalars: tuple[Any, ...] = ()

    def holds(self, slots: Slots | None) -> bool:
        """Are parameter and slots still those of the table?"""
        if self.parameter.data is not self.view or slots is not self.slots:
            return False
        if slots is None:
            return True
        for name, view in self.views.items():
            if slots.get(name) is not view:
                return False
        return len(slots) == len(self.views) + len(self.scalars)

    def like(self, other: Segment) -> bool:
        """Have both the same numbers, and slots of the same names?"""
        if (self.slots is None) != (other.slots is None):
            return False
        if self.scalars is other.scalars and len(self.views) == len(other.views):
            return True
        return self.scalars == other.scalars and self.views.keys() == other.views.keys()


class Laid(Protocol):
    """Gradients some of which may lie one after the other in memory."""

    def of(self, run: list[Segment]) -> Any:
        """Those of these parameters as one array; None where they do not lie so."""


class Block:
    """The parameters of one device and dtype. ``values`` holds them, ``slots`` an array as long for each slot."""

    def __init__(self, parameters: Sequence[Parameter], state: dict[str, Slots]) -> None:
        array = parameters[0].data
        self.backend = backend_of(array)
        self.kind = array.dtype
        self.segments: list[Segment] = []
        size = 0
        for parameter in parameters:
            self.segments.append(Segment(parameter, size))
            size = self.segments[-1].stop
        self.values = self.backend.xp.empty(size, dtype=self.kind)
        self.slots: dict[str, Any] = {}
        for segment in self.segments:
            segment.view = self._part(self.values, segment)
            segment.view[...] = segment.parameter.data
            segment.parameter.data = segment.view
            self._take(segment, state)

    def _part(self, array: Any, segment: Segment) -> Any:
        return array[segment.start : segment.stop].reshape(segment.parameter.data.shape)

    def slot(self, name: str) -> Any:
        if name not in self.slots:
            self.slots[name] = self.backend.xp.zeros(self.values.size, dtype=self.kind)
        return self.slots[name]

    def _take(self, segment: Segment, state: dict[str, Slots]) -> None:
        """Move a parameter's slots into the flat arrays."""
        slots = state.get(segment.parameter.uid)
        if slots is None:
            return
        for name, value in slots.items():
            if hasattr(value, "shape"):
                view = self._part(self.slot(name), segment)
                view[...] = value
                slots[name] = view
        self.note(segment, slots)

    def note(self, segment: Segment, slots: Slots) -> None:
        """Remember the slots as they are now."""
        segment.slots = slots
        segment.views = {name: value for name, value in slots.items() if hasattr(value, "shape")}
        segment.scalars = tuple([(name, value) for name, value in slots.items() if name not in segment.views])

    def runs(self) -> tuple[list[list[Segment]], list[Parameter]]:
        """Neighbours that have gradients, the same numbers and the same slots; parameters that go by themselves."""
        runs: list[list[Segment]] = []
        odd: list[Parameter] = []
        first: Segment | None = None
        for segment in self.segments:
            gradient, view = segment.parameter.grad, segment.view
            if gradient is None:
                first = None
                continue
            array = gradient.data
            if type(array) is not type(view) or array.dtype != self.kind or array.shape != view.shape:
                odd.append(segment.parameter)
                first = None
                continue
            if first is None or not segment.like(first):
                first = segment
                runs.append([])
            runs[-1].append(segment)
        return runs, odd

    def update(
        self,
        run: list[Segment],
        group: dict[str, Any],
        update: Update,
        state: dict[str, Slots],
        one_pass: bool = False,
        laid: Any = None,
    ) -> None:
        """``update`` over neighbours, piece by piece; large ones are not cut where it makes but one pass over them.

        ``laid`` holds the gradients of all one after the other, if they lie so.
        """
        names, scalars = tuple(run[0].views), dict(run[0].scalars)
        after: Slots = {}
        uncut = one_pass and self.backend.compiled
        for start, stop, gradient in self._pieces(run, uncut) if laid is None else self._cut(run, uncut, laid):
            slots = {**scalars, **{name: self.slots[name][start:stop] for name in names}}
            given = dict(slots)
            update(self.values[start:stop], gradient, slots, group)
            for name, value in slots.items():
                if value is not given.get(name) and hasattr(value, "shape"):
                    self.slot(name)[start:stop] = value
            after = slots
        numbers = tuple([(name, value) for name, value in after.items() if not hasattr(value, "shape")])
        known = run[0].slots is not None and len(after) == len(names) + len(scalars)
        for segment in run:
            if known:
                segment.slots.update(numbers)  # type: ignore[union-attr]
                segment.scalars = numbers
            else:
                self._settle(segment, after, state)

    def _settle(self, segment: Segment, after: Slots, state: dict[str, Slots]) -> None:
        """The slots of one parameter after an update that made some: views of the flat arrays, and its numbers."""
        slots = state.setdefault(segment.parameter.uid, {})
        for name, value in after.items():
            if not hasattr(value, "shape"):
                slots[name] = value
            elif name not in slots:
                slots[name] = self._part(self.slots[name], segment)
        self.note(segment, slots)

    def _most(self, run: list[Segment], uncut: bool) -> int:
        """Elements of a piece."""
        return run[-1].stop if uncut else min(PIECE_BYTES, self.backend.xp.cache_bytes) // self.kind.itemsize

    def _cut(self, run: list[Segment], uncut: bool, laid: Any) -> Iterator[tuple[int, int, Any]]:
        """(start, stop, gradient) where the gradients lie one after the other."""
        first, most = run[0].start, self._most(run, uncut)
        for start in range(first, run[-1].stop, most):
            stop = min(start + most, run[-1].stop)
            yield start, stop, laid[start - first : stop - first]

    def _pieces(self, run: list[Segment], uncut: bool) -> Iterator[tuple[int, int, Any]]:
        """(start, stop, gradient) for parts of the flat arrays."""
        xp, size = self.backend.xp, self.kind.itemsize
        if self.backend.name != "cpu":
            return (yield run[0].start, run[-1].stop, xp.concat([_flat(segment) for segment in run]))
        most = self._most(run, uncut)
        few = min(GATHERED_BYTES // size, most)
        gathered: list[Any] = []
        start = run[0].start
        for segment in run:
            gradient = _flat(segment)
            if gradient.size < few and segment.start - start + gradient.size <= most:
                gathered.append(gradient)
                continue
            if gathered:
                yield start, segment.start, gathered[0] if len(gathered) == 1 else xp.concat(gathered)
                gathered = []
            start = segment.start
            if gradient.size < few:
                gathered = [gradient]
                continue
            for done in range(0, gradient.size, most):
                piece = gradient[done : done + most]
                yield start, start + piece.size, piece
                start += piece.size
        if gathered:
            yield start, run[-1].stop, gathered[0] if len(gathered) == 1 else xp.concat(gathered)


def _flat(segment: Segment) -> Any:
    return segment.parameter.grad.data.reshape(-1)  # type: ignore[union-attr]


class Storage:
    """The flat storage of an optimizer, per part of its parameters. Some cannot lie in it."""

    def __init__(self) -> None:
        self._tables: dict[Any, tuple[list[Parameter], list[Block], list[Parameter]]] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy of an optimizer lays out its own parameters."""
        return Storage, ()

    def blocks(
        self, key: Any, parameters: list[Parameter], state: dict[str, Slots]
    ) -> tuple[list[Block], list[Parameter]]:
        """The blocks of part ``key`` and its loose parameters, laid out anew if something was replaced."""
        table = self._tables.get(key)
        if table is None or not _same(table[0], parameters) or not _hold(table[1], state):
            table = self._tables[key] = self._laid_out(parameters, state)
        return table[1], table[2]

    def only(self, keys: Collection[Any]) -> None:
        """Free what was laid out for parts that are no longer there."""
        if len(self._tables) > len(keys):
            self._tables = {key: table for key, table in self._tables.items() if key in keys}

    def parameters(self) -> list[Parameter]:
        """All that lie in it, in order."""
        blocks = [block for _, blocks, _ in self._tables.values() for block in blocks]
        return [segment.parameter for block in blocks for segment in block.segments]

    def _laid_out(self, parameters: list[Parameter], state: dict[str, Slots]) -> Any:
        movable = {
            id(segment.view)
            for _, blocks, _ in self._tables.values()
            for block in blocks
            if _references(block, "values") <= _OWNED + len(block.segments)
            for segment in block.segments
        }
        kinds: dict[Any, list[Parameter]] = {}
        loose: list[Parameter] = []
        for parameter in parameters:
            if id(parameter.data) in movable:
                free = _references(parameter, "data") <= _OWNED + 1
            else:
                free = _plain(parameter.data) and _references(parameter, "data") <= _OWNED
            if free and _regular(parameter, state.get(parameter.uid, {})):
                kinds.setdefault((type(parameter.data), parameter.data.dtype), []).append(parameter)
            else:
                loose.append(parameter)
        return list(parameters), [Block(entries, state) for entries in kinds.values()], loose


def _same(known: list[Parameter], parameters: list[Parameter]) -> bool:
    return len(known) == len(parameters) and all(a is b for a, b in zip(known, parameters, strict=True))


def _hold(blocks: list[Block], state: dict[str, Slots]) -> bool:
    for block in blocks:
        for segment in block.segments:
            if not segment.holds(state.get(segment.parameter.uid)):
                return False
    return True


def _plain(array: Any) -> bool:
    """Has the array values, in one piece of memory of its own?"""
    return not isinstance(array, MetaArray) and array.base is None and array.flags.c_contiguous


def _regular(parameter: Parameter, slots: Slots) -> bool:
    """Are all slots numbers, or arrays of the parameter's shape and dtype?"""
    array = parameter.data
    return array.size > 0 and all(
        not hasattr(value, "shape")
        or (type(value) is type(array) and value.shape == array.shape and value.dtype == array.dtype)
        for value in slots.values()
    )


def _references(holder: Any, name: str) -> int:
    return sys.getrefcount(getattr(holder, name))


_OWNED = _references(Parameter([0.0]), "data")
"""References to an array that is known to its tensor alone, as this Python counts them."""
