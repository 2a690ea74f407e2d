"""Optimizer: groups of parameters, slots per parameter, and the edits that keep both in step with a changing model.

Slots (momentum, step count, ...) are kept by ``Parameter.uid``, so that renaming, reordering or editing a model
never gives a parameter the slots of another. A family (``sgd.py``, ``adam.py``) writes only ``_update``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import copy, deepcopy
from typing import Any, Self

from patchgrad.autograd.state import enable_grad, state
from patchgrad.errors import ArgumentError, NotWrittenError, ShapeError
from patchgrad.nn.parameter import Parameter, clear_grad
from patchgrad.optim.flat import Laid, Storage
from patchgrad.optim.groups import checked_group, checked_parameters
from patchgrad.optim.hooks import Hooked
from patchgrad.optim.saving import checked_state, from_state_dict, number, slot, to_state_dict
from patchgrad.optim.scratch import Scratch
from patchgrad.optim.state import Slots, State
from patchgrad.optim.taped import FreshScratch, on_tape, plain
from patchgrad.tensor.views import bump
from patchgrad.typing import Shape


class Optimizer(Hooked):
    """Base of all optimizers.

    Parameters
        params    parameters, ``(name, parameter)`` pairs, or dictionaries with ``params`` and settings of their own
        defaults  settings of a group that names none
    Errors
        ArgumentError  for an empty list, a tensor that is no Parameter, or one given twice.
    """

    scalar_slots: tuple[str, ...] = ("step",)
    """Slots that are one number of the parameter, kept as a Python number."""
    elementwise = False
    """Does ``_update`` compute each number from those at the same place, so that parameters may be joined?"""
    differentiable = False
    """Are steps put on the tape? Then parameters are tensors computed from others, and change on the tape."""

    def __init__(self, params: Iterable[Any], defaults: dict[str, Any]) -> None:
        self.defaults = defaults
        self.param_groups: list[dict[str, Any]] = []
        self.state = State()
        self.lr_scales: dict[str, float] = {}
        """Factors on the rate of single parameters, by uid; 1 for those that are not named."""
        self._scratch = FreshScratch() if self.differentiable else Scratch()
        self._storage = Storage()
        for group in checked_parameters(params, type(self).__name__):
            self.add_param_group(group)

    def add_param_group(self, param_group: Mapping[str, Any]) -> None:
        """Train more parameters, with settings of their own where the group names them."""
        group = checked_group(param_group, self.param_groups, type(self).__name__, computed=self.differentiable)
        for parameter in group["params"]:
            self._accept(parameter)
        self.param_groups.append({**group, **{key: group.get(key, value) for key, value in self.defaults.items()}})

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change every parameter that has a gradient; returns what ``closure`` returned."""
        closure, loss = self._before_step(closure), None
        if closure is not None:
            with enable_grad():
                loss = closure()
        self._step_all(None)
        self._after_step(closure)
        return loss

    def step_on(self, laid: Laid) -> None:
        """As ``step()``, for gradients some of which may lie one after the other."""
        self._before_step(None)
        self._step_all(laid)
        self._after_step(None)

    def _step_all(self, laid: Laid | None) -> None:
        parts = self._parts()
        for key, group in parts.items():
            if self.differentiable:
                self._step_on_tape(group)
                continue
            group = plain(group)
            for parameter in self._step_together(key, group, laid) if self.elementwise else group["params"]:
                if parameter.grad is not None:
                    self._step_one(parameter, parameter.grad.data, group)
        self._storage.only(parts)
        self._tell_observers()

    def _step_on_tape(self, group: dict[str, Any]) -> None:
        for parameter in group["params"]:
            if parameter.grad is not None:
                slots = self.state.setdefault(parameter.uid, {})
                on_tape(slots)
                with enable_grad():
                    self._update(parameter, parameter.grad, slots, group)

    def _parts(self) -> dict[Any, dict[str, Any]]:
        """The groups by number, and apart the parameters whose rate is scaled, with the rate that is theirs."""
        if not self.lr_scales:
            return dict(enumerate(self.param_groups))
        parts: dict[Any, dict[str, Any]] = {}
        for index, group in enumerate(self.param_groups):
            by_scale: dict[float, list[Parameter]] = {1.0: []}
            for parameter in group["params"]:
                by_scale.setdefault(self.lr_scales.get(parameter.uid, 1.0), []).append(parameter)
            for scale, parameters in by_scale.items():
                key = index if scale == 1.0 else (index, scale)
                parts[key] = {**group, "params": parameters, "lr": group["lr"] * scale}
        return parts

    def _step_together(self, key: Any, group: dict[str, Any], laid: Laid | None) -> list[Parameter]:
        """Step the parameters that lie together; the others."""
        blocks, others = self._storage.blocks(key, group["params"], self.state)
        for block in blocks:
            runs, odd = block.runs()
            others = [*others, *odd]
            for run in runs:
                gradient = None if laid is None else laid.of(run)
                block.update(run, group, self._update, self.state, self._one_pass(group), gradient)
                for segment in run:
                    bump(segment.parameter)
        return others

    def _one_pass(self, group: dict[str, Any]) -> bool:
        """Does ``_update`` pass over its arrays but once, where kernels are compiled?"""
        return False

    def _tell_observers(self) -> None:
        for observer in state.observers:
            note = getattr(observer, "updated", None)
            if note is not None:
                note(self)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters."""
        for group in self.param_groups:
            for parameter in group["params"]:
                clear_grad(parameter, set_to_none)

    def _step_one(self, parameter: Parameter, gradient: Any, group: dict[str, Any]) -> None:
        if gradient.shape != parameter.data.shape:
            raise ShapeError(
                f"{type(self).__name__} cannot use the gradient of a parameter",
                got=f"gradient {gradient.shape}",
                want=f"the parameter's shape {parameter.data.shape}",
                hint="call zero_grad() after changing the shape of a parameter",
            )
        slots = self.state.get(parameter.uid)
        if slots is None:
            slots = self.state[parameter.uid] = {}
        self._update(parameter.data, gradient, slots, group)
        bump(parameter)

    def _update(self, value: Any, gradient: Any, slots: Slots, group: dict[str, Any]) -> None:
        """Change the array ``value`` in place by the array ``gradient``; never changes ``gradient``."""
        raise NotWrittenError(
            f"{type(self).__name__} has no _update method",
            got=f"a step of {type(self).__name__}",
            want="a method _update that changes one parameter",
            hint="write `def _update(self, value, gradient, slots, group): ...`, or override step()",
        )

    def _accept(self, parameter: Parameter) -> None:
        """Raise ArgumentError for a parameter that this family cannot train."""

    def _slot_shape(self, name: str, shape: Shape) -> Shape:
        """The shape of a slot of a parameter of this shape."""
        return shape

    def laid_out(self) -> list[Parameter]:
        """The parameters that lie in flat storage, in its order."""
        return self._storage.parameters()

    # Edits: the model changed, the optimizer follows

    def parameters(self) -> list[Parameter]:
        """All parameters, in group order."""
        return [parameter for group in self.param_groups for parameter in group["params"]]

    def add_parameter(self, parameter: Parameter, group: int = 0) -> None:
        """Train one more parameter, with the settings of an existing group."""
        added = checked_group(
            {"params": [parameter]}, self.param_groups, type(self).__name__, computed=self.differentiable
        )
        self._accept(parameter)
        self.param_groups[group]["params"].extend(added["params"])

    def remove_parameter(self, parameter: Parameter) -> Slots:
        """Stop training a parameter; returns its slots, to be given back to ``set_slots`` one day."""
        self.param_groups[self.group_of(parameter)]["params"] = [
            kept for kept in self.param_groups[self.group_of(parameter)]["params"] if kept is not parameter
        ]
        return self.state.pop(parameter.uid, {})

    def replace_parameters(self, old: Iterable[Parameter], new: Iterable[Parameter]) -> None:
        """Train ``new`` instead of ``old``. Those in both keep slots and group; new ones join the first group."""
        old, new = list(old), list(new)
        kept = {parameter.uid for parameter in new}
        known = {parameter.uid for parameter in self.parameters()}
        for parameter in old:
            if parameter.uid not in kept:
                self.remove_parameter(parameter)
        for parameter in new:
            if parameter.uid not in known:
                self.add_parameter(parameter)

    def group_of(self, parameter: Parameter) -> int:
        """Index of the group that trains ``parameter``."""
        for index, group in enumerate(self.param_groups):
            if any(member is parameter for member in group["params"]):
                return index
        raise ArgumentError(
            f"{type(self).__name__} does not train this parameter",
            got=f"parameter {parameter.uid} of shape {tuple(parameter.shape)}",
            hint="optimizer.add_parameter(parameter)",
        )

    def slots(self, parameter: Parameter) -> Slots:
        """The slots of a parameter, the arrays themselves until an edit moves them; empty before its first step."""
        return dict(self.state.get(parameter.uid, {}))

    def set_slots(self, parameter: Parameter, slots: Mapping[str, Any]) -> None:
        """Give a parameter slots; arrays must have their shape. Empty slots make it start afresh."""
        self.group_of(parameter)
        for name, value in slots.items():
            want = self._slot_shape(name, tuple(parameter.shape))
            if getattr(value, "ndim", 0) and tuple(value.shape) != want:
                raise ShapeError(
                    f"slot {name!r} does not fit parameter {parameter.uid}",
                    got=str(tuple(value.shape)),
                    want=str(want),
                    hint="keep the overlap, or set no slots",
                )
        self.state.pop(parameter.uid, None)
        if slots:
            self.state[parameter.uid] = dict(slots)

    def twin(self, heirs: Mapping[str, Parameter]) -> Self:
        """The same optimizer for copies of the parameters, by ``uid``: the same settings, and copies of the slots."""
        made = copy(self)
        made.param_groups = [deepcopy({**group, "params": []}) for group in self.param_groups]
        made.state, made._scratch, made._storage = State(), type(self._scratch)(), Storage()
        made.lr_scales = {heirs[uid].uid: scale for uid, scale in self.lr_scales.items() if uid in heirs}
        for index, group in enumerate(self.param_groups):
            for parameter in group["params"]:
                made.add_parameter(heirs[parameter.uid], index)
                made.set_slots(heirs[parameter.uid], deepcopy(self.slots(parameter)))
        return made

    # Saving

    def state_dict(self) -> dict[str, Any]:
        """Slots by position and group settings, in PyTorch's form."""
        for hook in self._hooks_at("before_save"):
            hook(self)
        return self._passed("after_save", to_state_dict(self.param_groups, self.state, self.lr_scales))

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over slots and settings from ``state_dict``, by position; all or nothing."""
        values = self._passed("before_load", dict(checked_state(state_dict, type(self).__name__)))
        groups, slots = from_state_dict(values, self.param_groups, type(self).__name__, self._loaded_slot)
        self.param_groups, self.state = groups, slots
        for group in groups:
            scales = zip(group["params"], group.pop("lr_scales", ()), strict=False)
            self.lr_scales |= {parameter.uid: scale for parameter, scale in scales}
        for hook in self._hooks_at("after_load"):
            hook(self)

    def _loaded_slot(self, name: str, value: Any, parameter: Parameter) -> Any:
        """A saved slot as it is kept here: a number, or an array of its own on the parameter's device."""
        return number(value) if name in self.scalar_slots else slot(name, value, parameter, self._slot_shape)

    def __repr__(self) -> str:
        lines = [type(self).__name__ + " ("]
        for index, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {index}")
            lines += [f"    {key}: {value}" for key, value in sorted(group.items()) if key != "params"]
        return "\n".join([*lines, ")"])
