"""One training step that is done in full or not at all.

Read next: ``faults.py`` (what went wrong, and where), ``session.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from patchgrad.autograd.state import no_grad
from patchgrad.backend import backend_of, host
from patchgrad.errors import DataError, SessionError
from patchgrad.nn import Module
from patchgrad.nn.keep import Keep
from patchgrad.ops.creation import as_tensor
from patchgrad.replaying import Replayed
from patchgrad.session.interrupt import Interrupts
from patchgrad.tensor import Tensor

Loss = Callable[..., Tensor]


def split(batch: Any) -> tuple[tuple[Tensor, ...], Tensor]:
    """Inputs and target of a batch: all parts but the last, and the last.

    Errors
        DataError  if the batch has no two parts, or one that is no array.
    """
    if not isinstance(batch, tuple | list) or len(batch) < 2:
        raise DataError(
            "a batch cannot be split into inputs and target",
            got=f"a {type(batch).__name__}" + (f" of {len(batch)}" if isinstance(batch, tuple | list) else ""),
            want="(inputs, target), or (input1, input2, ..., target)",
            hint="give a collate_fn to the DataLoader that returns such a pair",
        )
    parts = tuple(_tensor(part, number) for number, part in enumerate(batch))
    return parts[:-1], parts[-1]


def _tensor(part: Any, number: int) -> Tensor:
    if isinstance(part, Tensor):
        return part
    try:
        return as_tensor(part)
    except Exception as error:
        raise DataError(
            f"part {number} of a batch is no array", got=f"a {type(part).__name__}: {error}", want="a tensor or array"
        ) from error


class Step:
    """Forward, backward and update of one module, with its state kept until the update is certain."""

    def __init__(self, setup: Any, interrupts: Interrupts, metrics: Mapping[str, Callable[..., Any]]) -> None:
        self._setup = setup
        self._interrupts = interrupts
        self._metrics = metrics
        self.measured: dict[str, float] = {}
        self._replayed: tuple[Any, Replayed] = (None, Replayed(self._compute))

    @property
    def _loss(self) -> Loss:
        return self._setup.loss

    @property
    def _optimizer(self) -> Any:
        return self._setup.optimizer

    def loss_of(self, module: Module, batch: Any) -> Tensor:
        """The loss of one batch, on the tape: a tensor of one value."""
        inputs, target = split(batch)
        loss, output = self._loss_and_output(module, inputs, target)
        self._measure(output, target)
        return loss

    @property
    def reason(self) -> str:
        """Why the last step was computed as the modules are written; empty if it was replayed."""
        return self._replayed[1].reason

    def _loss_and_output(self, module: Module, inputs: tuple[Tensor, ...], target: Tensor) -> tuple[Tensor, Any]:
        output = module(*inputs)
        loss = self._loss(output, target)
        if not isinstance(loss, Tensor) or loss.data.size != 1:
            raise SessionError(
                "the loss is not one number",
                got=f"shape {tuple(loss.shape)}" if isinstance(loss, Tensor) else f"a {type(loss).__name__}",
                want="a tensor of one value",
                hint="reduction='mean', or .mean() at the end",
            )
        return loss, output

    def _measure(self, output: Any, target: Tensor) -> None:
        if self._metrics:
            with no_grad():
                self.measured = {name: _number(metric(output, target)) for name, metric in self._metrics.items()}

    def train(self, module: Module, batch: Any, keep: Keep) -> float:
        """Do the step; the loss before the update.

        Where it raises, an interrupt included, parameters, slots, buffers and random streams are as before. Where
        no layer that the result needs can learn (all are frozen), the step counts all the same.
        """
        keep.take()
        with host.errstate(all="ignore"):  # what is not finite is told once, with its layer
            try:
                value = self._gradients(module, batch)
            except BaseException:
                keep.restore()
                self._optimizer.zero_grad()
                raise
            with self._interrupts.critical():
                self._optimizer.step()
        return value

    def _gradients(self, module: Module, batch: Any) -> float:
        """Forward and backward, replayed where it can be; the loss."""
        inputs, target = split(batch)
        present = (module, self._loss, self._optimizer)
        if self._replayed[0] is None or any(a is not b for a, b in zip(self._replayed[0], present, strict=True)):
            self._replayed = (present, Replayed(self._compute))
        loss, output = self._replayed[1](module, inputs, target, self._loss, bool(self._metrics))
        self._measure(output, target)
        value = float(loss.item())
        require_finite("loss", value)
        require_finite_gradients(self._optimizer)
        return value

    def _compute(self, module: Module, inputs: tuple[Tensor, ...], target: Tensor, _: Loss, wanted: bool) -> Any:
        """Gradients of the loss; the loss, and the output where it is wanted. All that this depends on is given."""
        self._optimizer.zero_grad()
        loss, output = self._loss_and_output(module, inputs, target)
        if loss.requires_grad or learns(module):
            loss.backward()
        return loss, (output if wanted else None)


def _number(value: Any) -> float:
    return float(value.item()) if isinstance(value, Tensor) else float(value)


class NotFinite(SessionError):
    """The loss or a gradient is infinite or not a number."""


def learns(module: Module) -> bool:
    """Has a layer that the result needs a parameter that is trained?"""
    plan = getattr(module, "plan", None)
    layers = [module] if plan is None else [call.layer for call in plan.steps]
    return any(parameter.requires_grad for layer in layers for parameter in layer.parameters())


def require_finite(what: str, value: float) -> None:
    if value - value != 0.0:
        raise NotFinite(
            f"the {what} is not finite",
            got=str(value),
            want="a finite number",
            hint="a lower learning rate, a check of the data, or undo of the last edit",
        )


def require_finite_gradients(optimizer: Any) -> None:
    """One dot product for each gradient and one look at their sum; only where that is not finite, at the elements."""
    trained = (parameter for group in optimizer.param_groups for parameter in group["params"])
    flats = [parameter.grad.data.reshape(-1) for parameter in trained if parameter.grad is not None]
    total = float(sum((flat @ flat for flat in flats), 0.0))
    if total - total == 0.0 or all(bool(backend_of(flat).xp.isfinite(flat).all()) for flat in flats):
        return
    require_finite("gradient", total)
