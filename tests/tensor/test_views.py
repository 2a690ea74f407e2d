"""Shared memory and writes in place: values and gradients are those of the program as it is written."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import patchgrad as pg
from patchgrad.autograd.state import observing
from patchgrad.backend import host
from patchgrad.errors import ArgumentError, DtypeError, GradError

torch = pytest.importorskip("torch", reason="PyTorch is the reference")

VIEWS = {
    "index": lambda x: x[0],
    "slice": lambda x: x[1:, ::2],
    "reversed axes": lambda x: x.T,
    "permute": lambda x: x.permute(1, 0),
    "reshape": lambda x: x.reshape(2, 6),
    "flatten": lambda x: x.flatten(),
    "unsqueeze": lambda x: x.unsqueeze(0),
    "expand": lambda x: x.expand(2, 3, 4),
    "detach": lambda x: x.detach(),
    "split": lambda x: x.split(2, 1)[1],
    "unbind": lambda x: x.unbind(1)[2],
}


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_shares_memory_and_the_count_of_writes(name):
    x = pg.tensor(host.arange(12.0).reshape(3, 4))
    view = VIEWS[name](x)
    assert host.shares_memory(view.data, x.data)
    x.add_(100)
    assert float(view.min()) >= 100
    assert x.version == 1


@pytest.mark.parametrize("name", [name for name in VIEWS if name != "expand"])
def test_a_write_into_a_view_is_seen_by_the_base(name):
    x = pg.tensor(host.arange(12.0).reshape(3, 4))
    VIEWS[name](x).fill_(-1)
    assert float(x.min()) == -1


def test_functions_that_are_no_views_copy():
    x = pg.tensor([[1.0, 2.0], [3.0, 4.0]])
    for made in (x.clone(), x.flip(0), x[[0, 1]], x[x > 0], x.contiguous().clone(), x.roll(0), x.repeat(1, 1)):
        assert not host.shares_memory(made.data, x.data)


def test_a_write_to_a_kept_tensor_copies_it_first_and_says_so():
    class Watch:
        copies = ()

        def forward(self, *_): ...
        def backward(self, *_): ...
        def copied(self, tensor):
            self.copies = (*self.copies, tensor)

    x = pg.tensor([1.0, 2.0], requires_grad=True)
    y = x * 3
    z = y * y
    before = y.data
    with observing(Watch()) as watch:
        y.mul_(10)
    assert watch.copies == (y,)
    assert before.tolist() == [3.0, 6.0]
    z.sum().backward()
    assert x.grad.tolist() == [18.0, 36.0]


def test_views_move_along_when_their_base_is_copied():
    x = pg.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = (x * 1).reshape(3, 1).T
    view = y[0, 1:]
    kept = y * y
    y.mul_(2)
    assert host.shares_memory(view.data, y.data)
    assert view.tolist() == [4.0, 6.0]
    kept.sum().backward()
    assert x.grad.tolist() == [2.0, 4.0, 6.0]


def test_views_stay_views_when_a_base_with_another_memory_order_is_copied():
    x = pg.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], requires_grad=True)
    base = x.T * 1
    flat = base.T.reshape(-1)
    assert host.shares_memory(flat.data, base.data)
    kept = base * base
    base.add_(1)
    assert host.shares_memory(flat.data, base.data)
    assert flat.tolist() == [2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
    kept.sum().backward()
    assert x.grad.tolist() == [[2.0, 4.0, 6.0], [8.0, 10.0, 12.0]]


def test_a_constant_written_over_a_part_takes_its_gradient_away():
    x = pg.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = x * 2
    y[0] = 5.0
    y[1:2].fill_(7)
    y.sum().backward()
    assert x.grad.tolist() == [0.0, 0.0, 2.0]


def test_a_tensor_overwritten_whole_passes_no_gradient():
    x = pg.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    y.fill_(3)
    y.sum().backward()
    assert x.grad.tolist() == [0.0, 0.0]


def test_a_write_through_detach_leaves_the_tape_alone():
    x = pg.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    y.detach().mul_(5)
    y.sum().backward()
    assert y.tolist() == [10.0, 20.0]
    assert x.grad.tolist() == [2.0, 2.0]


def test_rows_of_a_buffer_filled_in_a_loop_carry_gradients():
    buffer = pg.zeros(3)
    x = pg.tensor(2.0, requires_grad=True)
    for i in range(3):
        buffer[i] = x**i
    buffer.sum().backward()
    assert x.grad.item() == pytest.approx(1 + 2 * 2)


LEAF_WRITES = {
    "method": lambda x: x.add_(1),
    "operator": lambda x: x.__iadd__(1),
    "index": lambda x: x.__setitem__(0, 1.0),
    "mask": lambda x: x.__setitem__(x > 0, 1.0),
    "view": lambda x: x[1:].zero_(),
    "copy": lambda x: x.copy_(pg.zeros(3)),
    "fill": lambda x: x.uniform_(),
    "unary": lambda x: x.exp_(),
    "written": lambda x: x.relu_(),
}


@pytest.mark.parametrize("name", LEAF_WRITES)
def test_a_leaf_that_requires_a_gradient_refuses_writes(name):
    x = pg.tensor([1.0, 2.0, 3.0], requires_grad=True)
    with pytest.raises(GradError, match="a leaf that requires a gradient") as error:
        LEAF_WRITES[name](x)
    assert "test_views.py" in error.value.where
    assert x.tolist() == [1.0, 2.0, 3.0]
    with pg.no_grad():
        LEAF_WRITES[name](x)
    assert x.is_leaf


def test_backward_says_when_a_leaf_it_needs_was_changed():
    x = pg.tensor([1.0, 2.0], requires_grad=True)
    y = x * x
    with pg.no_grad():
        x.add_(1)
    with pytest.raises(GradError, match="mul keeps for its gradient was changed in place") as error:
        y.sum().backward()
    assert (error.value.got, error.value.want) == ("a leaf of shape (2,) at version 1", "version 0")


def test_whole_numbers_refuse_to_become_floats_in_place():
    x = pg.tensor([1, 2])
    for write in (lambda: x.add_(1.5), lambda: x.__itruediv__(2), lambda: x.exp_(), lambda: x.lerp_(x * 1.0, 0.5)):
        with pytest.raises(DtypeError, match="cannot change a dtype"):
            write()
    assert x.tolist() == [1, 2]


def test_an_expanded_tensor_refuses_writes():
    with pytest.raises(ArgumentError, match="cannot be written in place"):
        pg.zeros(3, 1).expand(3, 4).add_(1)


# Random programs. Each step makes a view, a new tensor, or writes in place; the gradient must be that of the
# program run as a function: PyTorch's where it allows the program, and central differences always.

SIZE = 4
STEP = st.tuples(st.integers(0, 10), st.integers(0, 5), st.integers(0, 5))


def perform(library, steps, a, b):
    """Run a program on two vectors and reduce all its tensors to one number."""
    pool = [a * 1.0, b * 2.0]
    for kind, i, j in steps:
        x, y = pool[i % len(pool)], pool[j % len(pool)]
        if kind == 0:
            pool.append(x.reshape(2, -1).T.reshape(-1) if x.shape[0] == SIZE else x.flip(0))
        elif kind == 1:
            pool.append(x[: x.shape[0] // 2] if x.shape[0] > 1 else x * 1)
        elif kind == 2:
            pool.append(x[1::2] if x.shape[0] > 1 else x * 1)
        elif kind == 3:
            pool.append((x * y.sum()).tanh())
        elif kind == 4:
            x.mul_(0.5 + j)
        elif kind == 5 and x.shape == y.shape:
            x.add_(y.tanh())
        elif kind == 6 and x.shape == y.shape:
            x.mul_(y.clone())
        elif kind == 7:
            x[0] = y[-1] * 0.7
        elif kind == 8:
            x[library.tensor([0])] = y.sum() * 0.1
        elif kind == 9:
            x[-1] = 0.3
        elif kind == 10:
            x.copy_(x.detach() * 0.9 + y[0])
        pool = pool[-6:]
    return sum((x * x * (n + 1)).sum() for n, x in enumerate(pool))


START = host.asarray([[0.3, -0.7, 1.1, 0.5], [-0.2, 0.9, -1.3, 0.4]])


def run(library, steps, start):
    a, b = (library.tensor(row, requires_grad=True) for row in start)
    result = perform(library, steps, a, b)
    result.backward()
    grads = [host.zeros(SIZE) if x.grad is None else host.asarray(x.grad.numpy()) for x in (a, b)]
    return float(result.detach()), host.stack(grads)


def differences(steps):
    """The gradient of the program as a function, with what it detaches held fixed by not using kind 10."""

    def value(start):
        with pg.no_grad():
            return float(perform(pg, steps, pg.tensor(start[0]), pg.tensor(start[1])))

    found = host.zeros_like(START)
    for place in host.ndindex(*START.shape):
        step = host.zeros_like(START)
        step[place] = 1e-6
        found[place] = (value(START + step) - value(START - step)) / 2e-6
    return found


@settings(max_examples=200)
@given(st.lists(STEP, min_size=2, max_size=12))
def test_random_programs_of_views_and_writes_give_pytorchs_numbers(steps):
    value, gradient = run(pg, steps, START)
    try:
        expected, theirs = run(torch, steps, START)
    except RuntimeError:
        return  # PyTorch refuses programs that overwrite what backward needs
    assert value == pytest.approx(expected, rel=1e-12)
    host.testing.assert_allclose(gradient, theirs, rtol=1e-9, atol=1e-11)


@settings(max_examples=200)
@given(st.lists(STEP.filter(lambda step: step[0] != 10), min_size=2, max_size=10))
def test_random_programs_that_overwrite_what_backward_needs_still_give_the_right_gradient(steps):
    _, gradient = run(pg, steps, START)
    wanted = differences(steps)
    host.testing.assert_allclose(gradient, wanted, rtol=1e-4, atol=1e-4 * max(1.0, float(host.abs(wanted).max())))
