"""The tape as a user meets it: accumulation, hooks, higher derivatives, switches, freed graphs."""

from __future__ import annotations

import threading

import pytest

import patchgrad as pg
from patchgrad.backend import host
from patchgrad.errors import GradError, ShapeError
from patchgrad.nn import functional as F

torch = pytest.importorskip("torch", reason="PyTorch is the reference")


def leaf(*values):
    return pg.tensor(list(values), requires_grad=True)


def test_gradients_add_up_over_backward_passes():
    x = leaf(1.0, 2.0)
    (x * x).sum().backward()
    first = x.grad
    (x * 3).sum().backward()
    assert x.grad.tolist() == [5.0, 7.0]
    assert x.grad is first


def test_a_tensor_used_twice_gets_both_gradients():
    x = leaf(2.0)
    y = x * 3
    (y * y + y).sum().backward()
    assert x.grad.tolist() == [39.0]


def test_a_gradient_is_not_shared_between_leaves_or_with_the_cotangent():
    a, b, ct = leaf(1.0), leaf(1.0), pg.tensor([1.0])
    (a + b).backward(ct)
    a.grad.add_(5)
    assert (b.grad.tolist(), ct.tolist()) == ([1.0], [1.0])


def test_backward_twice_names_the_op_the_line_and_the_way_out():
    x = leaf(1.0, 2.0)
    y = (x * x).sum()
    y.backward()
    with pytest.raises(GradError, match="freed") as error:
        y.backward()
    assert "test_autograd.py" in error.value.where
    assert "retain_graph=True" in error.value.hint


def test_a_retained_graph_can_be_run_again():
    x = leaf(1.0, 2.0)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.tolist() == [4.0, 8.0]


def test_backward_needs_a_cotangent_for_more_than_one_element():
    with pytest.raises(GradError, match="more than one element"):
        (leaf(1.0, 2.0) * 2).backward()
    with pytest.raises(ShapeError, match="the result's shape"):
        (leaf(1.0, 2.0) * 2).backward(pg.ones(3))
    with pytest.raises(GradError, match="nothing to differentiate"):
        pg.ones(1).backward()


def test_grad_leaves_grad_alone_and_takes_inner_tensors():
    x = leaf(1.0, 2.0)
    y = x * x
    (by_y, by_x) = pg.grad((y * y).sum(), (y, x))
    assert by_y.tolist() == [2.0, 8.0]
    assert by_x.tolist() == [4.0, 32.0]
    assert x.grad is None


def test_grad_of_an_input_that_was_not_used():
    x, unused = leaf(1.0), leaf(1.0)
    with pytest.raises(GradError, match="do not depend on input 1"):
        pg.grad((x * 2).sum(), (x, unused))
    assert pg.grad((x * 2).sum(), (x, unused), allow_unused=True)[1] is None


def test_no_grad_and_enable_grad_nest_and_decorate():
    x = leaf(1.0)
    with pg.no_grad():
        assert not (x * 2).requires_grad
        with pg.enable_grad():
            assert (x * 2).requires_grad
        assert not pg.is_grad_enabled()
    assert pg.is_grad_enabled()

    @pg.no_grad()
    def double(x):
        return x * 2

    assert not double(x).requires_grad
    with pytest.raises(ValueError, match="inside"), pg.no_grad():
        raise ValueError("inside")
    assert pg.is_grad_enabled()


def test_the_switch_belongs_to_a_thread():
    found = []
    with pg.no_grad():
        thread = threading.Thread(target=lambda: found.append(pg.is_grad_enabled()))
        thread.start()
        thread.join()
    assert found == [True]


def test_a_hook_on_a_leaf_sees_and_replaces_its_gradient():
    x = leaf(1.0, 2.0)
    remove = x.register_hook(lambda g: g * 10)
    (x * 2).sum().backward()
    remove()
    (x * 2).sum().backward()
    assert x.grad.tolist() == [22.0, 22.0]


def test_a_hook_on_a_computed_tensor_sees_the_whole_gradient_once():
    x, seen = leaf(1.0, 2.0), []
    y = x * 2
    y.register_hook(lambda g: seen.append(g.tolist()))
    (y * y + y).sum().backward()
    assert seen == [[5.0, 9.0]]


def test_a_hook_keeps_its_place_when_the_pass_is_taped():
    x = leaf(3.0)
    y = x * x
    y.register_hook(lambda g: g * 2)
    (first,) = pg.grad(y.sum(), x, create_graph=True)
    (second,) = pg.grad(first.sum(), x)
    assert (first.tolist(), second.tolist()) == ([12.0], [4.0])


def test_retain_grad_keeps_the_gradient_of_a_computed_tensor():
    x = leaf(1.0)
    y = x * 2
    y.retain_grad()
    (y * 3).sum().backward()
    assert y.grad.tolist() == [3.0]


def test_detach_and_whole_numbers_stop_gradients():
    x = leaf(2.0)
    (x * x.detach()).sum().backward()
    assert x.grad.tolist() == [2.0]
    assert not x.long().requires_grad
    with pytest.raises(GradError, match="only floating"):
        pg.tensor([1]).requires_grad_()


def test_third_derivatives():
    x = leaf(0.5)
    y = (x.tanh() * x.exp()).sum()
    t = torch.tensor([0.5], requires_grad=True)
    z = (t.tanh() * t.exp()).sum()
    for _ in range(3):
        (y,) = pg.grad(y.sum(), x, create_graph=True)
        (z,) = torch.autograd.grad(z.sum(), t, create_graph=True)
        assert y.item() == pytest.approx(z.item(), rel=1e-5)


def test_a_gradient_penalty_trains_through_a_network():
    """The gradient of a gradient's norm, through convolution, norm, pooling and a loss, equals PyTorch's."""
    rng = host.random.default_rng(0)
    arrays = [rng.standard_normal(s) for s in ((2, 1, 6, 6), (3, 1, 3, 3), (3,), (3,), (4, 12))]
    target = host.asarray([1, 3])

    def loss(library, functional, x, w, scale, shift, v):
        y = functional.batch_norm(functional.conv2d(x, w), None, None, scale, shift, training=True)
        y = functional.max_pool2d(functional.gelu(y), 2)
        return functional.cross_entropy(y.flatten(1) @ v.T, library.tensor(target))

    results = []
    for library, functional in ((pg, F), (torch, torch.nn.functional)):
        inputs = [library.tensor(a, requires_grad=True) for a in arrays]
        grad = library.grad if library is pg else torch.autograd.grad
        (by_x,) = grad(loss(library, functional, *inputs), inputs[0], create_graph=True)
        (by_x * by_x).sum().backward()
        results.append([x.grad.numpy() for x in inputs])
    for mine, theirs in zip(*results, strict=True):
        host.testing.assert_allclose(mine, theirs, rtol=1e-7, atol=1e-10)


def test_create_graph_accumulates_a_gradient_that_can_be_differentiated():
    x = leaf(2.0)
    (x * x * x).sum().backward(create_graph=True)
    (second,) = pg.grad(x.grad.sum(), x)
    assert (x.grad.tolist(), second.tolist()) == ([12.0], [12.0])


def test_a_graph_dies_with_its_last_tensor():
    import gc
    import weakref

    x = leaf(1.0)
    y = (x * 2) * 3
    node = weakref.ref(y.node.parents[0])
    del y
    gc.collect()
    assert node() is None
