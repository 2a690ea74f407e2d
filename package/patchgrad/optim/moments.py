"""What an optimizer remembers of the gradients, in a form that another family can go on from.

Two things mean the same in several families: the mean gradient, and the mean of its square. Both are read here with
their bias taken out, and written in the form of the family that takes over:

    mean    SGD          momentum_buffer (1 - momentum) / (1 - dampening)   (where the buffer has settled)
            Adam, AdamW, NAdam, RAdam, Adamax, SparseAdam    exp_avg / (1 - b1^t)
            Muon         momentum_buffer
    square  Adam, AdamW, NAdam, RAdam, SparseAdam            exp_avg_sq / (1 - b2^t)
            RMSprop, Adadelta                                square_avg

An Adam that is given a mean but no square begins as after one step along that mean: it goes on in that direction with
the usual length. All else (sums since the beginning, largest values, signs, averages of rows) means the same nowhere:
there a parameter starts afresh.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from patchgrad.backend import backend_of

Group = dict[str, Any]
Slots = dict[str, Any]
ADAM = ("Adam", "AdamW", "NAdam", "RAdam", "SparseAdam")
SQUARES = ("RMSprop", "Adadelta")


class Moments(NamedTuple):
    """Steps behind them, the mean gradient and the mean square; None where it is not known."""

    steps: int
    mean: Any = None
    square: Any = None


def read(family: str, group: Group, slots: Slots) -> Moments:
    """The moments in the slots of one parameter; empty ones where the family remembers none."""
    steps = int(slots.get("step", 0))
    if family == "SGD" and "momentum_buffer" in slots:
        settled = (1 - group["momentum"]) / max(1e-12, 1 - group["dampening"])
        return Moments(1, slots["momentum_buffer"] * settled) if settled > 0 else Moments(0)
    if family == "Muon" and "momentum_buffer" in slots:
        return Moments(1, slots["momentum_buffer"].copy())
    if family in (*ADAM, "Adamax") and steps:
        mean = slots["exp_avg"] / (1 - group["betas"][0] ** steps)
        return Moments(steps, mean, slots["exp_avg_sq"] / (1 - group["betas"][1] ** steps) if family in ADAM else None)
    if family in SQUARES and steps:
        return Moments(steps, None, slots["square_avg"].copy())
    return Moments(0)


def write(family: str, group: Group, found: Moments, value: Any) -> Slots:
    """The slots of a parameter ``value`` in another family; empty where nothing that it uses is known."""
    if family == "SGD" and found.mean is not None and group["momentum"]:
        return {"momentum_buffer": found.mean * ((1 - group["dampening"]) / (1 - group["momentum"]))}
    if family == "Muon" and found.mean is not None:
        return {"momentum_buffer": found.mean}
    if family in ADAM and (found.mean is not None or found.square is not None):
        return _adam(family, group, found, value)
    if family in SQUARES and found.square is not None:
        rest = _rest_of_squares(family, group, value)
        return {"step": found.steps, "square_avg": found.square, **rest}
    return {}


def _adam(family: str, group: Group, found: Moments, value: Any) -> Slots:
    xp = backend_of(value).xp
    steps = found.steps if found.square is not None else 1
    mean = xp.zeros_like(value) if found.mean is None else found.mean
    square = mean * mean if found.square is None else found.square
    beta1, beta2 = group["betas"]
    slots = {"step": steps, "exp_avg": mean * (1 - beta1**steps), "exp_avg_sq": square * (1 - beta2**steps)}
    if family == "NAdam":
        slots["mu_product"] = momentum_product(steps, group)
    return slots


def momentum_product(steps: int, group: Group) -> float:
    """``u(1) ... u(steps)`` of NAdam."""
    product = 1.0
    for step in range(1, steps + 1):
        product *= group["betas"][0] * (1.0 - 0.5 * 0.96 ** (step * group["momentum_decay"]))
        if product == 0.0:
            break
    return product


def _rest_of_squares(family: str, group: Group, value: Any) -> Slots:
    zeros = backend_of(value).xp.zeros_like
    if family == "Adadelta":
        return {"acc_delta": zeros(value)}
    rest = {"grad_avg": zeros(value)} if group["centered"] else {}
    return {**rest, "momentum_buffer": zeros(value)} if group["momentum"] > 0 else rest


def same_form(one: str, other: str, first: Group, second: Group) -> bool:
    """Do both keep the same slots with the same meaning, so that they can be taken as they are?"""
    adam = one in ADAM and other in ADAM and "NAdam" not in (one, other)
    return adam and tuple(first["betas"]) == tuple(second["betas"])
