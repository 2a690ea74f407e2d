"""Hooks, kept values, checkpoints and modes of the tape: what happens, and when, is what happens in PyTorch."""

from __future__ import annotations

import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.errors import ArgumentError, GradError, PatchgradError, ShapeError
from patchgrad.nn import functional as F

from .twins import agree, numbers, torch

A, B = numbers(3, 4, seed=1), numbers(3, 4, seed=2)


def test_hooks_run_in_pytorchs_order_and_can_be_removed():
    def program(t):
        seen = []
        note = lambda name: lambda g: seen.append((name, float(g.sum())))  # noqa: E731
        x = t.tensor(A, requires_grad=True)
        y = x * 2
        y.retain_grad()
        first = y.register_hook(lambda g: g * 3)
        y.register_hook(note("y"))
        x.register_hook(note("x"))
        x.register_hook(lambda g: g + 1)
        x.register_post_accumulate_grad_hook(lambda leaf: seen.append(("added", float(leaf.grad.sum()))))
        (y * y).sum().backward()
        first.remove()
        (x * 2).sum().backward()
        t.autograd.grad((x * 5).sum(), x)
        return seen, x.grad, y.grad, y.retains_grad, x.retains_grad

    agree(lambda t: [(a, t.tensor(b)) for a, b in program(t)[0]])
    agree(lambda t: program(t)[1:])


def test_hooks_of_a_module_before_and_after_backward():
    def program(t):
        seen = []
        layer = t.nn.Linear(4, 2).double()
        layer.load_state_dict({"weight": t.tensor(B[:2]), "bias": t.tensor(B[0, :2])})
        layer.register_full_backward_pre_hook(lambda module, ct: (ct[0] * 2,))
        layer.register_full_backward_hook(lambda module, gx, ct: seen.extend((gx[0], ct[0])))
        x = t.tensor(A, requires_grad=True)
        layer(x).sin().sum().backward()
        return seen, x.grad, layer.weight.grad

    agree(program)


def test_a_hook_on_several_tensors_runs_once_in_each_pass():
    def program(t):
        seen = []
        a, b, c = (t.tensor(A, requires_grad=True) for _ in range(3))
        d = a * b
        every = lambda gs: seen.append([None if g is None else float(g.sum()) for g in gs])  # noqa: E731
        handle = t.autograd.graph.register_multi_grad_hook((a, d, c), every)
        t.autograd.graph.register_multi_grad_hook((a, b), lambda g: seen.append("any"), mode="any")
        (d * 2).sum().backward(retain_graph=True)
        (d * c).sum().backward(inputs=[c, a], retain_graph=True)
        handle.remove()
        (d + c).sum().backward()
        return [e if isinstance(e, str) else [None if x is None else t.tensor(x) for x in e] for e in seen]

    agree(program)


def test_backward_of_several_results_and_into_chosen_tensors():
    def program(t):
        x, w = t.tensor(A, requires_grad=True), t.tensor(B, requires_grad=True)
        y, z = x * w, (x + w).exp()
        t.autograd.backward((y, z), (t.tensor(B), t.tensor(A)), retain_graph=True)
        t.autograd.backward([z.sum()], inputs=[w], retain_graph=True)
        inner = y * 2
        inner.sum().backward(inputs=[y, x])
        return x.grad, w.grad, y.grad

    agree(program)


def test_grad_of_batches_of_cotangents_and_zeros_for_what_is_not_used():
    def program(t):
        x, w, unused = (t.tensor(v, requires_grad=True) for v in (A, B, A))
        y = x.sin() * w
        rows = t.tensor(numbers(5, 3, 4))
        batched = t.autograd.grad(y, (x, w), rows, is_grads_batched=True, retain_graph=True)
        zeros = t.autograd.grad(y.sum(), (x, unused), materialize_grads=True)
        return batched, zeros

    agree(program)


def test_entries_of_the_tape_have_names_and_lead_to_others():
    x = pg.tensor(A, requires_grad=True)
    t = torch.tensor(A, requires_grad=True)
    y, z = (x * 2).tanh(), (t * 2).tanh()
    assert y.grad_fn.name() == z.grad_fn.name() == "TanhBackward0"
    assert y.grad_fn.next_functions[0][0].name() == z.grad_fn.next_functions[0][0].name() == "MulBackward0"
    ((end, place), other) = y.grad_fn.next_functions[0][0].next_functions
    assert (end.variable is x, place, other) == (True, 0, (None, 0))
    assert end.name().endswith("AccumulateGrad")
    assert isinstance(y.grad_fn, pg.autograd.graph.Node)
    assert repr(y).endswith("grad_fn=<TanhBackward0>)")
    assert (x.grad_fn, x.is_leaf, y.is_leaf, y.detach().is_leaf) == (None, True, False, True)


def test_detach_in_place_and_versions():
    def program(t):
        x = t.tensor(A, requires_grad=True)
        y = x * 2
        y.detach_()
        z = (x * y).sum()
        view, other = y[0], y.detach()
        y.add_(1)
        view.mul_(2)
        versions = [y._version, view._version, other._version]
        assert z.requires_grad
        return t.autograd.grad((x * y).sum(), x), versions

    agree(program)
    with pytest.raises(GradError, match="a view cannot forget"):
        (pg.tensor(A, requires_grad=True) * 2)[0].detach_()


def test_inference_mode_keeps_the_tape_off():
    def program(t):
        x = t.tensor(A, requires_grad=True)
        with t.lib.inference_mode():
            with t.lib.enable_grad():
                y = x * 2
            inside = t.lib.is_inference_mode_enabled()
        with t.lib.inference_mode(False):
            z = x * 2

        @t.lib.inference_mode()
        def call(x):
            return x * 3

        @t.lib.inference_mode
        def bare(x):
            return x * 3

        @t.lib.set_grad_enabled(False)
        def off(x):
            return x * 3

        flags = (y.requires_grad, z.requires_grad, call(x).requires_grad, bare(x).requires_grad, off(x).requires_grad)
        return *flags, inside, t.lib.is_inference_mode_enabled(), t.lib.is_grad_enabled()

    agree(program)


def test_what_is_kept_goes_through_hooks_that_pack_it():
    def program(t):
        packed, unpacked = [], []

        def pack(tensor):
            packed.append(tuple(tensor.shape))
            return tensor.detach().numpy().copy(), "a note"

        def unpack(content):
            unpacked.append(content[1])
            return t.tensor(content[0])

        class Square(t.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                ctx.save_for_backward(x)
                return x * x

            @staticmethod
            def backward(ctx, ct):
                return 2 * ctx.saved_tensors[0] * ct

        x = t.tensor(A, requires_grad=True)
        with t.autograd.graph.saved_tensors_hooks(pack, unpack):
            y = Square.apply(x.exp()).tanh()
        (first,) = t.autograd.grad(y.sum(), x, create_graph=True)
        assert len(packed) == 3
        assert len(unpacked) >= 3
        with t.autograd.graph.save_on_cpu():
            z = (first * x).sum()
        z.backward()
        return x.grad

    agree(program)


def test_a_checkpoint_gives_the_same_gradients_and_keeps_nothing_inside():
    pg.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.5), nn.Tanh(), nn.BatchNorm1d(8), nn.Linear(8, 2)).double()
    x = pg.tensor(A, requires_grad=True)
    state = pg.get_rng_state()
    plain = model(x)
    plain.square().sum().backward()
    wanted = [x.grad, *[p.grad for p in model.parameters()]]
    model.zero_grad()
    x.grad = None
    pg.set_rng_state(state)
    kept = []
    y = pg.checkpoint(model, x, use_reentrant=False)
    for node in _nodes(y.grad_fn):
        kept += [node.op.name] if node.saved and type(node.saved).__name__ != "Again" else []
    assert kept == []
    assert pg.equal(y, plain)
    later = pg.get_rng_state()
    y.square().sum().backward()
    assert pg.get_rng_state() == later
    for mine, theirs in zip([x.grad, *[p.grad for p in model.parameters()]], wanted, strict=True):
        assert pg.equal(mine, theirs)


def _nodes(node):
    seen, stack = set(), [node]
    while stack:
        node = stack.pop()
        if type(node).__name__ == "Node" and node not in seen:
            seen.add(node)
            stack += [parent for parent, _ in node.next_functions]
    return seen


def test_checkpoints_nest_differentiate_twice_and_run_again_as_often_as_needed():
    runs = []

    def inner(x, w):
        runs.append("inner")
        return (x * w).tanh()

    def outer(x, w=None):
        runs.append("outer")
        return pg.utils.checkpoint.checkpoint(inner, x, w) * x

    x, w = pg.tensor(A, requires_grad=True), pg.tensor(B, requires_grad=True)
    y = pg.checkpoint(outer, x, w=w).sum()
    (first,) = pg.grad(y, x, create_graph=True)
    (second,) = pg.grad(first.sum(), w, retain_graph=True)
    (again,) = pg.grad(y, x)
    plain = (x * w).tanh() * x
    (p1,) = pg.grad(plain.sum(), x, create_graph=True)
    (p2,) = pg.grad(p1.sum(), w)
    assert pg.allclose(first, p1)
    assert pg.allclose(second, p2)
    assert pg.allclose(again, p1)
    assert runs.count("outer") >= 3
    steps = [lambda x: x * 2, lambda x: x.sin(), lambda x: x * x, lambda x: x.exp()]
    in_parts = pg.utils.checkpoint.checkpoint_sequential(steps, 2, x, use_reentrant=False)
    assert pg.allclose(pg.grad(in_parts.sum(), x)[0], pg.grad(((x * 2).sin() ** 2).exp().sum(), x)[0])


def test_a_checkpoint_that_does_something_else_the_second_time_is_noticed():
    turns = iter((1, 2))
    x = pg.tensor(A, requires_grad=True)
    y = pg.checkpoint(lambda x: x.exp() if next(turns) == 1 else x.sin(), x)
    with pytest.raises(GradError, match="does something else") as error:
        y.sum().backward()
    assert "exp" in error.value.want
    assert "sin" in error.value.got


def test_a_write_before_a_checkpoint_runs_again_does_not_change_it():
    x = pg.tensor(A, requires_grad=True)
    y = x * 1
    z = pg.checkpoint(lambda y: y * y, y)
    y.mul_(7)
    z.sum().backward()
    assert pg.allclose(x.grad, pg.tensor(2 * A))


def test_copies_before_writes_are_reported():
    pg.autograd.copies_on_write(clear=True)
    x = pg.tensor(A, requires_grad=True)
    y = x * 3
    z = y * y
    y.mul_(2)
    y.add_(1)
    (copy,) = pg.autograd.copies_on_write(clear=True)
    assert (copy.shape, copy.dtype, copy.bytes, copy.made_by, copy.by) == ((3, 4), "float64", 96, "mul", "mul")
    assert "y.mul_(2)" in copy.position.text
    assert "copied 96 bytes" in str(copy)
    assert pg.autograd.copies_on_write() == []
    z.sum().backward()
    assert pg.allclose(x.grad, pg.tensor(18 * A))


def test_dual_numbers():
    def program(t):
        f = t.autograd.forward_ad
        w = t.tensor(B, requires_grad=True)
        with f.dual_level():
            x = f.make_dual(t.tensor(A), t.tensor(B))
            y = (x * w).sin()
            primal, tangent = f.unpack_dual(y)
            (by_w,) = t.autograd.grad(tangent.sum(), w)
            still = f.unpack_dual(t.tensor(A)).tangent
        return primal, tangent, by_w, still is None

    agree(program)


MISTAKES = {
    "hook": (GradError, "cannot have a hook", lambda: pg.tensor(A).register_hook(print)),
    "post hook": (GradError, "only a leaf", lambda: (leaf() * 2).register_post_accumulate_grad_hook(print)),
    "retain": (GradError, "has none to keep", lambda: pg.tensor(A).retain_grad()),
    "shape of a hook": (GradError, "of its shape", lambda: hooked(lambda g: g[0])),
    "mode": (ArgumentError, "no such mode", lambda: pg.autograd.graph.register_multi_grad_hook((), print, mode="some")),
    "inputs": (GradError, "require a gradient", lambda: (leaf() * 2).sum().backward(inputs=[pg.tensor(A)])),
    "cotangents": (ArgumentError, "one cotangent per", lambda: pg.autograd.backward([leaf() * 2], [None, None])),
    "grad": (GradError, "input 0 does not require", lambda: pg.grad((leaf() * 2).sum(), pg.tensor(A))),
    "level": (GradError, "needs a level", lambda: pg.autograd.forward_ad.make_dual(pg.tensor(A), pg.tensor(A))),
    "tangent": (ShapeError, "has the shape", lambda: dual(pg.tensor(A[0]))),
    "levels": (GradError, "cannot be nested", lambda: nested_levels()),
}


def leaf():
    return pg.tensor(A, requires_grad=True)


def hooked(hook):
    x = leaf()
    x.register_hook(hook)
    (x * 2).sum().backward()


def dual(tangent):
    with pg.autograd.forward_ad.dual_level():
        pg.autograd.forward_ad.make_dual(pg.tensor(A), tangent)


def nested_levels():
    with pg.autograd.forward_ad.dual_level(), pg.autograd.forward_ad.dual_level():
        pass


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_says_what_it_got_and_where(name):
    kind, text, call = MISTAKES[name]
    with pytest.raises(PatchgradError, match=text) as error:
        call()
    assert type(error.value) is kind
    assert error.value.where


def test_a_checkpointed_network_trains_as_the_plain_one():
    def losses(run):
        pg.manual_seed(1)
        model = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.2), nn.ReLU(), nn.Linear(8, 2))
        optimizer = pg.optim.SGD(model.parameters(), lr=0.5)
        x, y, found = pg.tensor(numbers(16, 4), dtype=pg.float32), pg.tensor([0, 1] * 8), []
        for _ in range(5):
            loss = F.cross_entropy(run(model, x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            found.append(loss.item())
        return found

    assert losses(pg.checkpoint) == losses(lambda model, x: model(x))
