"""Every exception that a user of patchgrad can meet.

An error teaches: what cannot be done, what was given, what is wanted, what to try. The same
four parts stand as fields (``where``, ``got``, ``want``, ``hint``), so that the studio can mark
a port red without parsing text. This file knows no other room of the house.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

_locate: Callable[[BaseException], tuple[str, str]] | None = None


def locate_by(locate: Callable[[BaseException], tuple[str, str]]) -> None:
    """Install what finds the user's line of an error, and its text with the expression underlined."""
    global _locate
    _locate = locate


class PatchgradError(Exception):
    """Base of all errors that are raised for a user's mistake or a failure of the outside world.

    Parameters
        title   one line: what cannot be done
        where   the place; if empty, layer path, cell and line are found when someone reads it
        got     what was given, in the user's names
        want    what would have been accepted
        hint    what to try
        source  the user's line with the expression underlined; found when someone reads it
        ports   the ports of the layer graph that are concerned, to be marked
    """

    def __init__(
        self,
        title: str,
        *,
        where: str = "",
        got: str = "",
        want: str = "",
        hint: str = "",
        source: str = "",
        ports: Sequence[Any] = (),
    ) -> None:
        super().__init__(title)
        self.title = title
        self.got = got
        self.want = want
        self.hint = hint
        self.ports = tuple(ports)
        self._where = where
        self._complete = bool(where)
        self._at: str | None = None
        self._source = source

    @property
    def where(self) -> str:
        """What the raiser said, or layer path, file or step with the user's cell and line."""
        if self._complete:
            return self._where
        self._find()
        return ", ".join(part for part in (self._where, self._at) if part)

    @where.setter
    def where(self, where: str) -> None:
        self._where, self._complete = where, True

    @property
    def source(self) -> str:
        """The user's line with the expression underlined; empty if unknown."""
        self._find()
        return self._source

    def within(self, place: str) -> Self:
        """Name the layer, file or step that it happened in, unless a closer one is named already."""
        self._where = self._where or place
        return self

    def at(self, line: str, source: str) -> Self:
        """Name the user's line and its underlined text, unless they are named already."""
        if self._at is None:
            self._at, self._source = line, self._source or source
        return self

    def _find(self) -> None:
        if self._at is None and _locate is not None:
            self.at(*_locate(self))

    def __str__(self) -> str:
        parts = (("got", self.got), ("want", self.want), ("try", self.hint), ("in", self.where))
        shown = [f"        {line}" for line in self.source.splitlines()]
        return "\n".join([self.title, *(f"  {label:<5} {text}" for label, text in parts if text), *shown])


class ShapeError(PatchgradError, ValueError):
    """Shapes that do not fit together."""


class RangeError(ShapeError, IndexError):
    """An index or an axis that is not there."""


class IterationError(ShapeError, TypeError):
    """A tensor without axes where something is gone through one by one."""


class DtypeError(PatchgradError, TypeError):
    """A dtype that the operation does not take."""


class CallError(PatchgradError, TypeError):
    """Arguments that do not fit the parameters of a layer, an optimizer or another class."""


class UnknownNameError(PatchgradError, AttributeError):
    """A name that an object or a package does not have. Near names are looked up when someone reads the hint."""

    def __init__(self, title: str, name: str, obj: Any, *, want: str = "") -> None:
        super().__init__(title, got=name, want=want)
        self.name = name
        self.obj = obj

    @property
    def hint(self) -> str:
        """What was perhaps meant."""
        return self._hint or near(str(self.name), dir(self.obj))

    @hint.setter
    def hint(self, hint: str) -> None:
        self._hint = hint


class UnknownKeyError(PatchgradError, KeyError):
    """A key that a dictionary does not have."""


class NotReadyError(PatchgradError, AttributeError, ValueError):
    """A module whose ``super().__init__()`` was not called."""


class NotWrittenError(PatchgradError, NotImplementedError):
    """A method that a class of the user's must write, and has not."""


class OutOfMemoryError(PatchgradError, MemoryError, RuntimeError):
    """More memory than there is."""


class DeviceError(PatchgradError, RuntimeError):
    """Tensors on different devices, or a device that is not there."""


class ExchangeError(PatchgradError, BufferError):
    """Memory that cannot be shared with another library."""


class GradError(PatchgradError, RuntimeError):
    """A gradient that cannot be computed."""


class ArgumentError(PatchgradError, ValueError):
    """An argument outside what the function takes."""


class LinAlgError(ArgumentError, RuntimeError):
    """A matrix that cannot be factorised or solved with."""


class GraphError(PatchgradError, ValueError):
    """A layer graph, or an edit of it, that cannot be built."""


class DataError(PatchgradError, ValueError):
    """A data set or a file that is missing, damaged or of the wrong form."""


class FileError(DataError, FileNotFoundError):
    """A file or folder that is not there, or is of the wrong sort."""


class SessionError(PatchgradError, RuntimeError):
    """A session that cannot do what was asked in its present state."""


class ProtocolError(PatchgradError, ValueError):
    """A message from the browser that is malformed, too large or unknown."""


OTHER_WORDS = {
    "axis": "dim", "axes": "dim", "dims": "dim", "keepdims": "keepdim", "learning_rate": "lr", "alpha": "lr",
    "units": "out_features", "filters": "out_channels", "rate": "p", "batchsize": "batch_size", "concat": "cat",
    "concatenate": "cat", "arr": "tensor", "array": "tensor", "astype": "to", "copy": "clone",
    "size_average": "reduction", "learn_rate": "lr", "inputs": "input",
}  # fmt: skip
"""Names that people bring from other libraries, and ours."""


def near(name: str, names: Sequence[str]) -> str:
    """``did you mean ...?`` with the nearest of ``names``; empty if none is near."""
    public = [entry for entry in names if not entry.startswith("_")]
    meant = OTHER_WORDS.get(name)
    from difflib import get_close_matches  # only an error needs it

    found = [meant] if meant in public else get_close_matches(name, public, n=2, cutoff=0.6)
    return f"did you mean {' or '.join(found)}?" if found else ""
