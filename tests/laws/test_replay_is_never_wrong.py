"""Law 6. A replayed step gives the bits of the eager step, whatever the model does and whatever changes in between."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.autograd.state import observing
from patchgrad.backend.random import default_stream
from patchgrad.nn import functional as F
from patchgrad.recorder import Trace
from patchgrad.replaying import Replayed, replay

SIDE = 4
CALM = (
    "add", "mul", "matmul", "weight", "tanh", "relu", "row", "transpose", "detach", "norm", "dropout", "noise", "cat",
    "chunk", "embed", "scale", "constant", "quiet", "shared", "gelu", "divide", "classes", "part", "layer norm",
    "softmax",
)  # fmt: skip
LOOKING = ("branch", "loop", "in_place", "count", "remember")


class Program(nn.Module):
    """Random steps on square values; some of them look at values, write in place, or keep something."""

    def __init__(self, steps: tuple[tuple[str, int], ...], side: int = SIDE) -> None:
        super().__init__()
        self.steps, self.side = steps, side
        self.scale = 0.5
        self.calls = 0
        self.seen: list[Any] = []
        self.first, self.second = nn.Linear(side, side), nn.Linear(side, side, bias=False)
        self.norm, self.drop, self.table = nn.BatchNorm1d(side), nn.Dropout(0.3), nn.Embedding(5, side)

    def forward(self, x: Any, y: Any, index: Any) -> Any:
        squares = [x, y]
        for name, k in self.steps:
            squares.append(self.one(name, squares[k % len(squares)], squares[-1], k, index))
        total = squares[0].sum()
        for square in squares[1:]:
            total = total + square.tanh().sum()
        return total

    def one(self, name: str, x: Any, y: Any, k: int, index: Any) -> Any:
        if name == "add":
            return x + y * 0.5
        if name == "mul":
            return x * y.tanh()
        if name == "matmul":
            return (x @ y).tanh()
        if name == "weight":
            return self.first(x)
        if name == "shared":
            return self.second(self.second(x).relu())
        if name == "tanh":
            return x.tanh() - 0.1
        if name == "relu":
            return F.relu(x)
        if name == "gelu":
            return F.gelu(x) - F.silu(y) / 2
        if name == "divide":
            return x / (1 + y * y) + y.exp().clamp(max=3.0)
        if name == "classes":
            return x * F.cross_entropy(y, index)
        if name == "part":
            return x[1:3].sum(0) + y
        if name == "layer norm":
            return F.layer_norm(x, (self.side,))
        if name == "softmax":
            return F.softmax(x, -1)
        if name == "row":
            return x[k % self.side].reshape(1, self.side) + y
        if name == "transpose":
            return x.T
        if name == "detach":
            return x.detach()
        if name == "norm":
            return self.norm(x)
        if name == "dropout":
            return self.drop(x)
        if name == "noise":
            return F.dropout(x, 0.2)
        if name == "cat":
            return pg.cat([x[:2], y[2:]], 0)
        if name == "chunk":
            a, b = pg.cat([x, y], 1).chunk(2, 1)
            return a * b
        if name == "embed":
            return self.table(index)
        if name == "scale":
            return x * self.scale
        if name == "constant":
            return x + pg.arange(self.side) * 0.25
        if name == "quiet":
            with pg.no_grad():
                z = x * 2.0
            return z + y
        if name == "branch":
            return (x - y).tanh() if float(x.sum().item()) > float(y.sum().item()) else x * 0.25
        if name == "loop":
            for _ in range(1 + int(abs(float(x.sum())) * 10) % 3):
                x = self.first(x).tanh()
            return x
        if name == "in_place":
            z = x * 1.0
            z += y
            return z
        return self.counted(x) if name == "count" else self.remembered(x)

    def counted(self, x: Any) -> Any:
        self.calls += 1
        return x * self.calls

    def remembered(self, x: Any) -> Any:
        self.seen.append(x.detach())
        return x + self.seen[0]


class Twin:
    """A program that learns; ``step`` is plain or replayed."""

    def __init__(
        self,
        steps: tuple[tuple[str, int], ...],
        kind: str,
        wrap: Callable[[Any], Any],
        side: int = SIDE,
        dtype: Any = None,
    ) -> None:
        pg.manual_seed(1)
        self.model = model = Program(steps, side).to(dtype)
        self.optimizer = optimizer = (
            optim.Adam(model.parameters(), lr=1e-2)
            if kind == "adam"
            else optim.SGD(model.parameters(), lr=1e-2, momentum=0.9)
        )

        def step(x: Any, y: Any, index: Any) -> Any:
            if kind != "gathered":
                optimizer.zero_grad()
            loss = model(x, y, index)
            if loss.requires_grad:
                loss.backward()
            optimizer.step()
            return loss

        self.step = wrap(step)
        self.place = (default_stream().key, 0)

    def run(self, batch: tuple[Any, ...]) -> bytes:
        default_stream().key, default_stream().offset = self.place
        loss = self.step(*batch)
        self.place = (default_stream().key, default_stream().offset)
        return loss.detach().numpy().tobytes()

    def state(self) -> Any:
        slots = [self.optimizer.slots(p) for p in self.model.parameters()]
        return (
            [p.data.tobytes() for p in self.model.parameters()],
            [b.data.tobytes() for b in self.model.buffers()],
            [{name: bytes(getattr(v, "data", b"")) or v for name, v in each.items()} for each in slots],
            [None if p.grad is None else p.grad.data.tobytes() for p in self.model.parameters()],
            self.model.drop.stream and self.model.drop.stream.offset,
            self.place,
        )


def edit(twin: Twin, name: str) -> None:
    """One change between two steps."""
    model = twin.model
    match name:
        case "freeze":
            model.first.weight.requires_grad = not model.first.weight.requires_grad
        case "mode":
            model.train(not model.training)
        case "mode of one":
            model.norm.train(not model.norm.training)
        case "p":
            model.drop.p = 0.6
        case "scale":
            model.scale *= 0.9
        case "data":
            model.second.weight.data = model.second.weight.data * 0.5
        case "in place":
            model.second.weight.data *= 0.5
        case "rate":
            twin.optimizer.param_groups[0]["lr"] *= 0.5
        case "layer":
            pg.manual_seed(3)
            model.second = nn.Linear(model.side, model.side, bias=False).to(model.first.weight.dtype)
            twin.optimizer.add_parameter(model.second.weight)
        case "program":
            model.steps = (*model.steps[1:], ("weight", 0))
        case "hook":
            model.first.register_forward_hook(lambda module, args, output: output * 0.5)
        case "gradient hook" if model.first.weight.requires_grad:
            model.first.weight.register_hook(lambda gradient: gradient * 0.5)
        case _:
            pass


EDITS = (
    "freeze", "mode", "mode of one", "p", "scale", "data", "in place", "rate", "layer", "program", "hook",
    "gradient hook", "watch", "none",
)  # fmt: skip


def batch_of(rng: random.Random, side: int, dtype: Any = None) -> tuple[Any, ...]:
    squares = [
        pg.tensor([[rng.uniform(-2, 2) for _ in range(side)] for _ in range(side)], dtype=dtype) for _ in range(2)
    ]
    return (*squares, pg.tensor([rng.randrange(4) for _ in range(side)]))


def same_bits(
    steps: tuple[tuple[str, int], ...], kind: str, edits: list[str], seed: int, side: int = SIDE, dtype: Any = None
) -> Replayed:
    plain = Twin(steps, kind, lambda step: step, side, dtype)
    fast = Twin(steps, kind, lambda step: replay(step, audit=7), side, dtype)
    rng = random.Random(seed)
    for name in edits:
        for twin in (plain, fast):
            edit(twin, name)
        batch = batch_of(rng, side, dtype)
        if name == "watch":
            with observing(Trace()):
                assert plain.run(batch) == fast.run(batch)
        else:
            assert plain.run(batch) == fast.run(batch)
        assert plain.state() == fast.state()
        assert "an audit found" not in fast.step.reason
    return fast.step


KINDS = st.sampled_from(("adam", "sgd", "gathered"))
SEEDS = st.integers(0, 2**32 - 1)


def programs(names: tuple[str, ...]) -> Any:
    steps = st.lists(st.tuples(st.sampled_from(names), st.integers(0, 9)), min_size=1, max_size=8)
    return steps.map(tuple)


@settings(max_examples=25)
@given(programs(CALM), KINDS, st.lists(st.sampled_from(EDITS), min_size=3, max_size=10), SEEDS)
def test_replay_gives_the_bits_of_the_eager_step_between_any_edits(
    steps: Any, kind: str, edits: list[str], seed: int
) -> None:
    same_bits(steps, kind, edits, seed)


SIDES = st.sampled_from((SIDE, 13, 40))
"""From the second on, arrays are large enough for kernels."""


@settings(max_examples=15, deadline=None)
@given(programs(CALM), KINDS, st.lists(st.sampled_from(EDITS), min_size=3, max_size=8), SEEDS, SIDES)
def test_plans_of_kernels_give_the_bits_of_the_eager_step(
    steps: Any, kind: str, edits: list[str], seed: int, side: int
) -> None:
    same_bits(steps, kind, edits, seed, side)


@settings(max_examples=25)
@given(programs((*CALM, *LOOKING)), KINDS, SEEDS)
def test_steps_that_look_write_or_keep_run_as_they_are_written(steps: Any, kind: str, seed: int) -> None:
    fast = same_bits(steps, kind, ["none"] * 8, seed)
    if any(name in LOOKING for name, _ in steps):
        assert not fast.replays
        assert fast.reason


@settings(max_examples=15)
@given(programs(CALM), KINDS, SEEDS)
def test_a_calm_step_is_replayed_after_a_few_calls(steps: Any, kind: str, seed: int) -> None:
    fast = same_bits(steps, kind, ["none"] * 6, seed)
    assert fast.replays >= 3, fast.reason


@pytest.mark.slow
@settings(max_examples=2000, deadline=None)
@given(
    programs((*CALM, *LOOKING)),
    KINDS,
    st.lists(st.sampled_from(EDITS), min_size=3, max_size=14),
    SEEDS,
    SIDES,
    st.sampled_from((pg.float32, pg.float64)),
)
def test_two_thousand_models_and_edits(
    steps: Any, kind: str, edits: list[str], seed: int, side: int, dtype: Any
) -> None:
    same_bits(steps, kind, edits, seed, side, dtype)
