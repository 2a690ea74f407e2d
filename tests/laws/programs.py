"""Random programs on tensors: views, writes in place, shared weights, branches and loops on values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

import patchgrad as pg

SIDE = 3
Step = tuple[str, int, int]

STEPS = (
    "add",
    "mul",
    "matmul",
    "weight",
    "exp",
    "tanh",
    "row",
    "column",
    "transpose",
    "reshape",
    "detach",
    "add_in_place",
    "write_row",
    "write_where",
    "branch",
    "loop",
    "softly_normal",
)


@dataclass
class Machine:
    """Runs the steps of a program. All square values live in ``squares``; views may share their memory."""

    weights: list[Any]
    squares: list[Any] = field(default_factory=list)

    def run(self, steps: list[Step]) -> Any:
        for name, a, b in steps:
            made = getattr(self, name)(self.squares[a % len(self.squares)], self.squares[b % len(self.squares)], b)
            if made is not None:
                self.squares.append(made)
        total = self.squares[-1].sum()
        for square in self.squares[:-1]:
            total = total + square.sum()
        return total

    def add(self, x: Any, y: Any, k: int) -> Any:
        return x + y * 0.5

    def mul(self, x: Any, y: Any, k: int) -> Any:
        return x * y.tanh()

    def matmul(self, x: Any, y: Any, k: int) -> Any:
        return (x @ y).tanh()

    def weight(self, x: Any, y: Any, k: int) -> Any:
        """The same few weights are used again and again."""
        return x @ self.weights[k % len(self.weights)]

    def exp(self, x: Any, y: Any, k: int) -> Any:
        return (x.tanh()).exp()

    def tanh(self, x: Any, y: Any, k: int) -> Any:
        return x.tanh() - 0.1

    def row(self, x: Any, y: Any, k: int) -> Any:
        return x[k % SIDE].reshape(1, SIDE) + y

    def column(self, x: Any, y: Any, k: int) -> Any:
        return x[:, k % SIDE].reshape(SIDE, 1) * y

    def transpose(self, x: Any, y: Any, k: int) -> Any:
        return x.T

    def reshape(self, x: Any, y: Any, k: int) -> Any:
        return x.reshape(-1).reshape(SIDE, SIDE)

    def detach(self, x: Any, y: Any, k: int) -> Any:
        return x.detach()

    def add_in_place(self, x: Any, y: Any, k: int) -> None:
        target = x * 1.0 if x.is_leaf and x.requires_grad else x
        target += y.tanh()
        self.squares.append(target)

    def write_row(self, x: Any, y: Any, k: int) -> Any:
        base = x + 0.0
        view = base.T if k % 2 else base
        view[k % SIDE] = y[0]
        return base + view

    def write_where(self, x: Any, y: Any, k: int) -> Any:
        base = x * 1.0
        rows = pg.tensor([0, k % SIDE])
        base[rows] = y[rows] * 2.0
        return base

    def branch(self, x: Any, y: Any, k: int) -> Any:
        if float(x.sum().item()) > float(y.sum().item()):
            return (x - y).tanh()
        return x * y * 0.25

    def loop(self, x: Any, y: Any, k: int) -> Any:
        turns = 1 + int(abs(float(x.sum().item())) * 10) % 3
        for _ in range(turns):
            x = (x @ self.weights[0]).tanh()
        return x

    def softly_normal(self, x: Any, y: Any, k: int) -> Any:
        centred = x - x.mean(dim=-1, keepdim=True)
        return centred / (centred * centred).sum(dim=-1, keepdim=True).__add__(1.0).sqrt()


numbers = st.floats(-2, 2, width=32)
squares = st.lists(st.lists(numbers, min_size=SIDE, max_size=SIDE), min_size=SIDE, max_size=SIDE)
programs = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=14)
