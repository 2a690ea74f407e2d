"""What a check of a layer graph found: shapes and dtypes by port, and what is wrong. See ``check.py``."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from patchgrad.errors import GraphError
from patchgrad.layergraph.kind import SymbolicShape
from patchgrad.layergraph.probe import Spec
from patchgrad.layergraph.records import PortRef


class Problem(msgspec.Struct, frozen=True):
    """Why a layer cannot run. ``blocking`` if the result of the network needs the layer."""

    node: str
    title: str
    ports: tuple[PortRef, ...] = ()
    got: str = ""
    want: str = ""
    hint: str = ""
    blocking: bool = True


class Report(msgspec.Struct, frozen=True):
    """What a check found.

    Parameters
        specs       shape and dtype by port, inputs and outputs; a port that is not known is absent
        problems    what is wrong, in the order of the data
        parameters  count of learned numbers by node
    """

    specs: Mapping[PortRef, Spec]
    problems: tuple[Problem, ...]
    parameters: Mapping[str, int]

    @property
    def ok(self) -> bool:
        """Can the graph be built and run?"""
        return not any(problem.blocking for problem in self.problems)

    def shape(self, ref: PortRef) -> SymbolicShape | None:
        spec = self.specs.get(ref)
        return spec.shape if spec else None

    def of_node(self, uid: str) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.node == uid)

    def at(self, ref: PortRef) -> Problem | None:
        """The problem that concerns this port, or None."""
        return next((problem for problem in self.problems if ref in problem.ports), None)

    def require(self) -> None:
        """Raise the first blocking problem as a GraphError."""
        for problem in self.problems:
            if problem.blocking:
                raise GraphError(
                    problem.title, got=problem.got, want=problem.want, hint=problem.hint, ports=problem.ports
                )
