"""``pg.watch(model)``: look at a model in any training loop, without a session.

A step begins when the model is called with the tape on, and ends when an optimizer has moved its
weights; in a loop that moves them otherwise, when the model is called after they were moved.
"""

from __future__ import annotations

import weakref
from time import perf_counter
from typing import Any, Self

from patchgrad.autograd.state import is_grad_enabled
from patchgrad.errors import ArgumentError
from patchgrad.nn.module import Module
from patchgrad.nn.parameter import Parameter
from patchgrad.recorder.history import History
from patchgrad.recorder.recorder import Look, Recorder
from patchgrad.recorder.snapshot import Snapshot
from patchgrad.recorder.travel import Travel

PATIENCE = 16
"""Calls of the model after which a step is taken to be over, if nothing shows its end."""
_watched: weakref.WeakKeyDictionary[Module, Watch] = weakref.WeakKeyDictionary()


def watch(model: Module, **settings: Any) -> Watch:
    """Look at ``model`` from now on. A watch that it had already, from an earlier run of the cell, is closed.

    Parameters
        settings  of the `Recorder`: ``budget``, ``every``, ``quantities``, ``graph``
    """
    known = _watched.pop(model, None)
    if known is not None:
        known.close()
    made = _watched[model] = Watch(model, Recorder(**settings))
    return made


class Watch:
    """A recorder with its own eyes. ``close()`` it, or use it in a ``with`` block; it ends with its model.

    Fields
        recorder  everything that was measured
        step      number of the step that is being watched, from 1
    """

    def __init__(self, model: Module, recorder: Recorder) -> None:
        self.recorder = recorder
        self.step = 0
        self._look: Look | None = None
        self._calls = 0
        self._versions = -1
        self._parameters: list[weakref.ref[Parameter]] = []
        this: weakref.ref[Watch] = weakref.ref(self)
        handle = model.register_forward_pre_hook(lambda module, args: _tell(this, module))
        self._remove = handle.remove
        weakref.finalize(model, _end, this)

    @property
    def snapshot(self) -> Snapshot | None:
        """The compute graph of the newest step that was looked at."""
        return self.recorder.snapshot

    @property
    def history(self) -> History:
        """The compute graphs of the last looks: union, any step, differences."""
        return self.recorder.history

    def keep_step(self) -> None:
        """Record the next step with its values, to walk through it: `travel`."""
        self.recorder.keep_step()

    def travel(self) -> Travel:
        """Walk through the newest step that was kept. Raises ArgumentError if there is none yet."""
        if self.recorder.kept is None:
            raise ArgumentError(
                "no step was kept with its values", hint="call keep_step(), run one more step, then travel()"
            )
        return Travel(self.recorder.kept)

    def show(self, **settings: Any) -> Any:
        """The live compute graph. In a notebook, the last line of a cell; the watch itself shows it, too."""
        import patchgrad

        return patchgrad.computation(self, **settings)

    def _ipython_display_(self) -> None:
        """What `show` gives; the static picture where widgets are not installed."""
        try:
            shown = self.show()
        except ImportError:
            raise NotImplementedError from None
        shown._ipython_display_()

    def loss(self, value: float) -> None:
        """Tell the loss of this step. On steps that are looked at closely it is found without being told."""
        if self._look is not None:
            self._look.loss = float(value)

    def called(self, module: Module) -> None:
        """The watched model is about to run."""
        if not is_grad_enabled():
            self.recorder.loose_evaluations += self.step > 0 and module.training and _differs(module)
            return
        began = perf_counter()
        self._calls += 1
        if self._look is not None and not self._over():
            return
        self.end()
        self.step += 1
        self._calls = 0
        self._parameters = [weakref.ref(parameter) for parameter in module.parameters()]
        self._versions = self._version()
        self._look = self.recorder.step(self.step, module, on_update=self.end, began=began)
        self._look.__enter__()

    def end(self) -> None:
        """The step is over: measure it."""
        look, self._look = self._look, None
        if look is not None:
            look.__exit__(None, None, None)

    def close(self) -> None:
        """Stop looking; what was measured stays."""
        look, self._look = self._look, None
        if look is not None:
            look.__exit__(GeneratorExit, None, None)
        self._remove()
        self.recorder.forget_model()

    def _over(self) -> bool:
        return self._version() != self._versions or self._calls > PATIENCE

    def _version(self) -> int:
        return sum(parameter.version for parameter in (ref() for ref in self._parameters) if parameter is not None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _differs(module: Module) -> bool:
    """Has the model a layer that computes something else in evaluation?"""
    return any(type(layer).__name__.startswith(("Dropout", "BatchNorm")) for layer in module.modules())


def _tell(this: weakref.ref[Watch], module: Module) -> None:
    seen = this()
    if seen is not None:
        seen.called(module)


def _end(this: weakref.ref[Watch]) -> None:
    seen = this()
    if seen is not None:
        seen.close()
