"""Every exception that a user of patchgrad can meet.

An error teaches: what cannot be done, what was given, what is wanted, what to try. The same
four parts stand as fields (``where``, ``got``, ``want``, ``hint``), so that the studio can mark
a port red without parsing text. This file knows no other room of the house.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class PatchgradError(Exception):
    """Base of all errors that are raised for a user's mistake or a failure of the outside world.

    Parameters
        title   one line: what cannot be done
        where   layer path, cell and line, or step; empty if unknown
        got     what was given, in the user's names
        want    what would have been accepted
        hint    what to try
        source  the user's line with the expression underlined; empty if unknown
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
        self.where = where
        self.got = got
        self.want = want
        self.hint = hint
        self.source = source
        self.ports = tuple(ports)

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


class DeviceError(PatchgradError, RuntimeError):
    """Tensors on different devices, or a device that is not there."""


class ExchangeError(PatchgradError, BufferError):
    """Memory that cannot be shared with another library."""


class GradError(PatchgradError, RuntimeError):
    """A gradient that cannot be computed."""


class ArgumentError(PatchgradError, ValueError):
    """An argument outside what the function takes."""


class GraphError(PatchgradError, ValueError):
    """A layer graph, or an edit of it, that cannot be built."""


class DataError(PatchgradError, ValueError):
    """A data set or a file that is missing, damaged or of the wrong form."""


class SessionError(PatchgradError, RuntimeError):
    """A session that cannot do what was asked in its present state."""


class ProtocolError(PatchgradError, ValueError):
    """A message from the browser that is malformed, too large or unknown."""
