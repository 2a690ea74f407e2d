"""What every table of layers is checked with: PyTorch's layer of the same text, in float64.

A row is the text that builds the module in both libraries, what it is called with, and arguments by name. Compared are
the names and shapes of the state dict (both ways), the outputs, the gradients of inputs and parameters, and the buffers
afterwards.
"""

import numpy as np
import pytest

import patchgrad as pg
from patchgrad import nn

torch = pytest.importorskip("torch")


def classes(high, *shape):
    return lambda rng: rng.integers(0, high, shape)


def unit(*shape):
    return lambda rng: rng.uniform(0.01, 0.99, shape)


def mask(*shape):
    """Boolean, True in about a third, never for all of the last axis."""

    def draw(rng):
        found = rng.uniform(size=shape) < 0.35
        found[..., 0] = False
        return found

    return draw


def normal(*shape):
    return lambda rng: rng.normal(size=shape)


def distribution(*shape):
    """Probabilities that sum to 1 along axis 1."""

    def draw(rng):
        found = rng.uniform(0.1, 1, shape)
        return found / found.sum(1, keepdims=True)

    return draw


def signs(*shape):
    """1 and -1, whole numbers."""
    return lambda rng: rng.choice([-1, 1], size=shape)


def build(text, library, tensor):
    return eval(text, {"nn": library, "tensor": tensor}).double()


def pair_of(text, rng):
    """The module in both libraries, with the same random state, given by theirs."""
    theirs = build(text, torch.nn, lambda values: torch.tensor(values, dtype=torch.float64))
    ours = build(text, nn, lambda values: pg.tensor(values, dtype=pg.float64))
    for value in theirs.state_dict().values():
        if value.is_floating_point():
            value.copy_(torch.tensor(rng.uniform(0.2, 1.2, tuple(value.shape)) * (1 if "Norm" in text else 0.5)))
    ours.load_state_dict({name: value.numpy() for name, value in theirs.state_dict().items()})
    return ours, theirs


def drawn(spec, rng):
    return tuple(entry(rng) for entry in spec) if isinstance(spec, tuple) else spec(rng)


def as_tensors(value, make):
    return tuple(make(entry) for entry in value) if isinstance(value, tuple) else make(value)


def ours_of(array):
    return pg.tensor(array, requires_grad=array.dtype.kind == "f")


def theirs_of(array):
    return torch.tensor(array, requires_grad=array.dtype.kind == "f")


def flat(value):
    """All tensors in nested tuples, without None."""
    if isinstance(value, (tuple, list)):
        return [tensor for entry in value for tensor in flat(entry)]
    return [] if value is None else [value]


def close(ours, theirs, what, rtol=1e-9):
    assert tuple(ours.shape) == tuple(theirs.shape), what
    np.testing.assert_allclose(ours.data, theirs.detach().numpy(), rtol=rtol, atol=1e-11, err_msg=what)


def assert_parity(case, rtol=1e-9):
    """Run a row of a table in both libraries and compare all that can be seen."""
    text, specs, named = (*case, {})[:3]
    rng = np.random.default_rng(len(text))
    ours, theirs = pair_of(text, rng)
    arrays = [drawn(spec, rng) for spec in specs]
    keywords = {name: value if isinstance(value, bool) else drawn(value, rng) for name, value in named.items()}
    results = []
    for module, make in ((ours, ours_of), (theirs, theirs_of)):
        inputs = [as_tensors(array, make) for array in arrays]
        extra = {name: value if isinstance(value, bool) else make(value) for name, value in keywords.items()}
        outputs = flat(module(*inputs, **extra))
        leaves = [leaf for leaf in flat(inputs) + flat(list(extra.values())) if getattr(leaf, "requires_grad", False)]
        results.append((outputs, leaves))
    (own_outputs, own_leaves), (their_outputs, their_leaves) = results
    for index, (own, their) in enumerate(zip(own_outputs, their_outputs, strict=True)):
        close(own, their, f"output {index}", rtol)
    run_backward(own_outputs, their_outputs, rng)
    for index, (own, their) in enumerate(zip(own_leaves, their_leaves, strict=True)):
        compare_gradients(own, their, f"gradient of input {index}", rtol)
    their_parameters = dict(theirs.named_parameters())
    for name, own in ours.named_parameters():
        compare_gradients(own, their_parameters[name], f"gradient of {name}", rtol)
    compare_states(ours, theirs)


def run_backward(own_outputs, their_outputs, rng):
    total, their_total = 0.0, 0.0
    for own, their in zip(own_outputs, their_outputs, strict=True):
        if own.requires_grad:
            weights = rng.normal(size=tuple(own.shape))
            total = (own * pg.tensor(weights)).sum() + total
            their_total = (their * torch.tensor(weights)).sum() + their_total
    if not isinstance(total, float):
        total.backward()
        their_total.backward()


def compare_gradients(own, their, what, rtol):
    assert (own.grad is None) == (their.grad is None), what
    if own.grad is not None:
        close(own.grad, their.grad, what, rtol)


def compare_states(ours, theirs):
    own_state, their_state = ours.state_dict(), theirs.state_dict()
    assert list(own_state) == list(their_state)
    for name, value in own_state.items():
        close(value, their_state[name], name)
    theirs.load_state_dict({name: torch.tensor(value.numpy()) for name, value in own_state.items()})


def rows(cases):
    """A table as parameters of a test."""
    return pytest.mark.parametrize("case", cases, ids=[f"{number}-{case[0]}" for number, case in enumerate(cases)])


def texts(cases):
    """The different modules of a table, as parameters of a test."""
    return pytest.mark.parametrize("text", sorted({text for text, *_ in cases}))
