"""Module: names, state, modes, hooks and scope, as PyTorch's users expect them."""

import copy
import pickle

import numpy as np
import pytest

import patchgrad as pg
from patchgrad import nn
from patchgrad.errors import ArgumentError, DeviceError, DtypeError, NotReadyError, PatchgradError, ShapeError
from patchgrad.nn.parameter import Parameter


class Block(nn.Module):
    def __init__(self, width=3):
        super().__init__()
        self.first = nn.Linear(width, 4)
        self.act = nn.ReLU()
        self.norm = nn.LayerNorm(4)
        self.register_buffer("seen", pg.zeros(2))
        self.register_buffer("passing", pg.zeros(1), persistent=False)

    def forward(self, x):
        return self.act(self.first(x))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = Block()
        self.last = nn.Linear(4, 2)
        self.shared = self.last

    def forward(self, x):
        return self.last(self.block(x))


NAMES = ["block.first.weight", "block.first.bias", "block.norm.weight", "block.norm.bias", "last.weight", "last.bias"]


def test_members_are_found_by_dotted_names_and_shared_ones_once():
    net = Net()
    assert [name for name, _ in net.named_parameters()] == NAMES
    assert [name for name, _ in net.named_buffers()] == ["block.seen", "block.passing"]
    assert [name for name, _ in net.named_modules()] == ["", "block", "block.first", "block.act", "block.norm", "last"]
    assert [name for name, _ in net.named_children()] == ["block", "last"]
    assert net.get_submodule("block.first") is net.block.first
    assert net.get_parameter("block.norm.bias") is net.block.norm.bias
    assert len(list(net.parameters(recurse=False))) == 0


def test_the_state_dict_holds_shared_names_twice_and_no_passing_buffer():
    names = [*NAMES[:2], *NAMES[2:4], *NAMES[4:], "shared.weight", "shared.bias"]
    assert sorted(Net().state_dict()) == sorted([*names, "block.seen"])


def test_the_state_dict_shares_memory_and_is_detached():
    net = Net()
    value = net.state_dict()["last.weight"]
    assert value.data is net.last.weight.data
    assert not value.requires_grad
    assert net.state_dict(keep_vars=True)["last.weight"] is net.last.weight
    assert list(nn.Linear(2, 1).state_dict(prefix="deep.")) == ["deep.weight", "deep.bias"]


def test_loading_copies_values_and_keeps_parameters():
    a, b = Net(), Net()
    parameters = list(b.parameters())
    memory = b.last.weight.data
    b.load_state_dict(a.state_dict())
    assert all(x is y for x, y in zip(parameters, b.parameters(), strict=True))
    assert b.last.weight.data is memory
    assert memory is not a.last.weight.data
    for own, other in zip(a.parameters(), b.parameters(), strict=True):
        np.testing.assert_array_equal(own.data, other.data)


def test_loading_names_missing_and_unexpected_keys():
    net = Net()
    values = net.state_dict()
    values.pop("block.first.bias")
    values["extra"] = pg.zeros(1)
    with pytest.raises(ArgumentError) as error:
        net.load_state_dict(values)
    assert error.value.got == "missing: block.first.bias; unexpected: extra"
    keys = net.load_state_dict(values, strict=False)
    assert keys == (["block.first.bias"], ["extra"])


def test_loading_is_all_or_nothing():
    net, other = Net(), Net()
    before = {name: value.data.copy() for name, value in net.state_dict().items()}
    values = {**other.state_dict(), "last.weight": pg.zeros(2, 5)}
    with pytest.raises(ShapeError) as error:
        net.load_state_dict(values)
    assert error.value.got == "last.weight (2, 5)"
    assert error.value.want == "last.weight (2, 4)"
    for name, value in net.state_dict().items():
        np.testing.assert_array_equal(value.data, before[name])


def test_parameters_have_ids_of_their_own_that_copies_do_not_inherit():
    net = Net()
    twin = copy.deepcopy(net)
    again = pickle.loads(pickle.dumps(net))
    uids = [parameter.uid for module in (net, twin, again) for parameter in module.parameters()]
    assert len(set(uids)) == len(uids) == 18
    assert twin.shared is twin.last
    for copied in (twin, again):
        assert isinstance(copied.last.weight, Parameter)
        for own, other in zip(net.parameters(), copied.parameters(), strict=True):
            np.testing.assert_array_equal(own.data, other.data)
            assert own.data is not other.data


def test_tied_parameters_stay_tied_in_a_copy_and_count_once():
    net = nn.Sequential(nn.Linear(3, 3, bias=False), nn.Linear(3, 3, bias=False))
    net[1].weight = net[0].weight
    twin = copy.deepcopy(net)
    assert twin[1].weight is twin[0].weight
    assert twin[0].weight is not net[0].weight
    assert len(list(twin.parameters())) == 1
    assert list(twin.state_dict()) == ["0.weight", "1.weight"]


def test_a_parameter_shares_the_memory_of_its_tensor():
    tensor = pg.zeros(3)
    parameter = nn.Parameter(tensor)
    assert parameter.data is tensor.data
    assert parameter.requires_grad
    assert parameter.is_leaf
    assert not nn.Parameter(tensor, requires_grad=False).requires_grad


def test_assignment_moves_a_name_between_parameters_modules_and_plain_attributes():
    net = Net()
    net.last = nn.Identity()
    assert "last" not in dict(net.named_parameters())
    net.block.act = None
    assert net.block.act is None
    del net.block.norm
    assert not hasattr(net.block, "norm")
    net.block.norm = 3
    assert net.block.norm == 3
    net.block.norm = nn.Parameter(pg.zeros(2))
    assert "norm" in dict(net.block.named_parameters(recurse=False))


def test_assigning_something_else_to_a_registered_name_is_refused():
    net = Net()
    with pytest.raises(ArgumentError, match=r"cannot assign this to Linear\.weight"):
        net.last.weight = 3
    with pytest.raises(ArgumentError, match=r"cannot assign this to Linear\.weight"):
        net.last.weight = pg.zeros(2, 4)
    net.block.seen = pg.ones(2)
    assert net.state_dict()["block.seen"].tolist() == [1, 1]


BAD_REGISTRATIONS = [
    (lambda net: net.register_buffer("a.b", pg.zeros(1)), "name"),
    (lambda net: net.register_parameter("", None), "name"),
    (lambda net: net.register_buffer("last", pg.zeros(1)), "already has"),
    (lambda net: net.register_buffer("forward", pg.zeros(1)), "already has"),
    (lambda net: net.register_parameter("w", pg.zeros(1)), "parameter"),
    (lambda net: net.register_buffer("w", np.zeros(1)), "buffer"),
    (lambda net: net.register_module("w", nn.Linear), "child"),
]


@pytest.mark.parametrize(("register", "says"), BAD_REGISTRATIONS)
def test_what_cannot_be_registered_is_refused(register, says):
    with pytest.raises(ArgumentError, match=says):
        register(Net())


def test_forgetting_super_init_is_explained():
    class Hasty(nn.Module):
        def __init__(self):
            self.layer = nn.ReLU()

    with pytest.raises(NotReadyError, match="cannot assign 'layer'") as error:
        Hasty()
    assert "super().__init__()" in error.value.hint


def test_a_missing_attribute_is_an_attribute_error_with_the_class_name():
    with pytest.raises(AttributeError, match="Net has no attribute 'lost'"):
        _ = Net().lost
    with pytest.raises(AttributeError, match="no child 'lost'"):
        Net().get_submodule("block.lost")
    assert "block" in dir(Net())


def test_modes_reach_all_modules_below():
    net = Net()
    net.eval()
    assert not any(module.training for module in net.modules())
    net.train()
    assert all(module.training for module in net.modules())
    net.requires_grad_(False)
    assert not any(parameter.requires_grad for parameter in net.parameters())


def test_zero_grad_forgets_all_gradients():
    net = Net()
    net(pg.ones(5, 3)).sum().backward()
    assert net.last.weight.grad is not None
    net.zero_grad()
    assert all(parameter.grad is None for parameter in net.parameters())


def test_apply_visits_children_first():
    seen = []
    Net().apply(lambda module: seen.append(type(module).__name__))
    assert seen == ["Linear", "ReLU", "LayerNorm", "Block", "Linear", "Net"]


def test_moving_to_another_dtype_keeps_parameters_and_leaves_integers():
    layer = nn.BatchNorm1d(3)
    weight, uid = layer.weight, layer.weight.uid
    layer.to(pg.float64)
    assert layer.weight is weight
    assert layer.weight.uid == uid
    assert (layer.weight.dtype, layer.running_mean.dtype) == (pg.float64, pg.float64)
    assert layer.num_batches_tracked.dtype is pg.int64
    assert layer.float().weight.dtype is pg.float32
    with pytest.raises(DtypeError):
        layer.to(pg.int64)


def test_a_meta_module_takes_no_memory_until_it_is_given_some():
    layer = nn.Linear(10**6, 10**6, device="meta")
    assert str(layer.weight.device) == "meta"
    small = nn.Linear(3, 2, device="meta")
    with pytest.raises(DeviceError, match="no values"):
        small.to("cpu")
    with pytest.raises(ArgumentError, match="meta"):
        small.load_state_dict(nn.Linear(3, 2).state_dict())
    source = nn.Linear(3, 2)
    small.to_empty(device="cpu").load_state_dict(source.state_dict())
    assert small(pg.ones(3)).tolist() == source(pg.ones(3)).tolist()
    assert small.to("meta")(pg.ones(4, 3)).shape == (4, 2)


def test_cuda_without_a_gpu_says_so():
    try:
        import cupy  # noqa: F401
    except ImportError:
        with pytest.raises(DeviceError, match="CuPy"):
            nn.Linear(2, 2).to("cuda")


def test_pre_hooks_may_replace_arguments_and_hooks_the_output():
    layer = nn.Identity()
    with layer.register_forward_pre_hook(lambda module, args: args[0] + 1):
        second = layer.register_forward_hook(lambda module, args, output: output * 10)
        assert layer(pg.ones(1)).tolist() == [20]
        second.remove()
        assert layer(pg.ones(1)).tolist() == [2]
    assert layer(pg.ones(1)).tolist() == [1]


def test_hooks_run_in_order_and_may_see_keywords():
    class Scale(nn.Module):
        def forward(self, x, by=1):
            return x * by

    seen = []
    layer = Scale()
    layer.register_forward_hook(lambda *_: seen.append("second"))
    layer.register_forward_hook(lambda *_: seen.append("first"), prepend=True)
    layer.register_forward_pre_hook(lambda module, args, kwargs: (args, {"by": 5}), with_kwargs=True)
    assert layer(pg.ones(1), by=2).tolist() == [5]
    assert seen == ["first", "second"]


def test_backward_hooks_see_the_gradients_of_this_module_alone_and_may_replace_them():
    torch = pytest.importorskip("torch")
    results = []
    for library, make in ((nn, pg.tensor), (torch.nn, torch.tensor)):
        layer = library.Tanh()
        seen = []

        def hook(module, grad_input, grad_output, seen=seen):
            seen.append((grad_input[0].tolist(), grad_output[0].tolist()))
            return (grad_input[0] * 2,)

        layer.register_full_backward_hook(hook)
        x = make([0.5, -1.0], requires_grad=True)
        (layer(x) * make([3.0, 4.0]) + x).sum().backward()
        results.append((seen, x.grad.tolist()))
    np.testing.assert_allclose(results[0][0], results[1][0], rtol=1e-5)
    np.testing.assert_allclose(results[0][1], results[1][1], rtol=1e-5)
    assert len(results[0][0]) == 1


def test_a_backward_hook_sees_all_inputs_and_outputs_together():
    class Swap(nn.Module):
        def forward(self, a, b):
            return b * 2, a * 3

    seen = []
    layer = Swap()
    layer.register_full_backward_hook(lambda module, grad_input, grad_output: seen.append((grad_input, grad_output)))
    a, b = pg.ones(2, requires_grad=True), pg.ones(2, requires_grad=True)
    left, right = layer(a, b)
    (left * 5 + right * 7 + a).sum().backward()
    ((grad_input, grad_output),) = seen
    assert [gradient.tolist() for gradient in grad_input] == [[21, 21], [10, 10]]
    assert [gradient.tolist() for gradient in grad_output] == [[5, 5], [7, 7]]
    assert a.grad.tolist() == [22, 22]


def test_a_backward_hook_of_a_first_layer_gets_no_input_gradient():
    seen = []
    layer = nn.Linear(3, 2)
    handle = layer.register_full_backward_hook(lambda module, grad_input, grad_output: seen.append(grad_input))
    layer(pg.ones(4, 3)).sum().backward()
    assert seen == [(None,)]
    assert layer.weight.grad.tolist() == [[4] * 3] * 2
    handle.remove()
    layer(pg.ones(4, 3)).sum().backward()
    assert len(seen) == 1


def test_a_hook_that_raises_leaves_the_scope_clean():
    net = Net()
    with pytest.raises(ShapeError) as error:
        net(pg.ones(5, 7))
    assert "block.first" in error.value.where
    assert net(pg.ones(5, 3)).shape == (5, 2)
    assert net.path == ""


def test_the_path_is_the_names_from_the_outermost_module():
    paths = []

    class Probe(nn.Module):
        def forward(self, x):
            paths.append(self.path)
            return x

    probe = Probe()
    nn.Sequential(nn.ModuleDict({"a": probe})["a"])(1)
    nn.Sequential(nn.Sequential(nn.Identity(), probe))(1)
    probe(1)
    assert paths == ["0", "0.1", ""]


def test_observers_see_modules_come_and_go():
    events = []

    class Watch:
        def forward(self, *args):
            pass

        def enter(self, module, args):
            events.append(("enter", module.path))

        def leave(self, module, output):
            events.append(("leave", module.path))

    with pg.observing(Watch()):
        Net()(pg.ones(1, 3))
    paths = ["", "block", "block.first", "block.first", "block.act", "block.act", "block", "last", "last", ""]
    kinds = ["enter", "enter", "enter", "leave", "enter", "leave", "leave", "enter", "leave", "leave"]
    assert events == list(zip(kinds, paths, strict=True))


def test_the_structure_version_grows_with_every_change_below_and_with_nothing_else():
    net = Net()
    changes = [
        lambda: setattr(net.block, "act", nn.Tanh()),
        lambda: setattr(net.block.first, "bias", None),
        lambda: net.add_module("more", nn.Identity()),
        lambda: delattr(net, "more"),
        lambda: setattr(net, "last", nn.Linear(4, 2)),
    ]
    for change in changes:
        before = net.structure_version
        net.eval().train().zero_grad()
        net(pg.ones(1, 3))
        assert net.structure_version == before
        change()
        assert net.structure_version > before


def test_a_module_without_forward_says_what_to_write():
    with pytest.raises(NotImplementedError, match="def forward"):
        nn.Module()(1)
    assert list(nn.Module().parameters()) == []


def test_the_text_of_a_module_shows_the_tree():
    text = "Net(\n  (block): Block(\n    (first): Linear(in_features=3, out_features=4, bias=True)\n    (act): ReLU()\n"
    assert repr(Net()).startswith(text)


def stateful(library):
    """A network whose middle layer keeps a number of its own; and what its hooks were called with."""

    class Counting(library.nn.Linear):
        def __init__(self, *sizes):
            super().__init__(*sizes)
            self.calls = 3

        def get_extra_state(self):
            return {"calls": self.calls}

        def set_extra_state(self, state):
            self.calls = state["calls"]

    net, log = library.nn.Sequential(library.nn.Linear(2, 2), Counting(2, 1)), []
    for module in net, net[1]:
        module.register_state_dict_pre_hook(lambda m, prefix, keep: log.append(("saving", prefix, keep)))
        module.register_state_dict_post_hook(lambda m, state, prefix, more: log.append((list(state), prefix)))
        module.register_load_state_dict_pre_hook(lambda m, state, prefix, *rest: log.append((prefix, len(rest))))
        module.register_load_state_dict_post_hook(lambda m, keys: log.append(tuple(map(list, keys))))
    return net, log


def test_state_of_ones_own_and_hooks_are_saved_and_loaded_as_in_pytorch():
    torch = pytest.importorskip("torch")
    logs = []
    for library in (pg, torch):
        net, log = stateful(library)
        state = net.state_dict()
        assert state["1._extra_state"] == {"calls": 3}
        state["1._extra_state"] = {"calls": 8}
        net.load_state_dict(state)
        assert net[1].calls == 8
        state.pop("0.bias")
        state["strange"] = library.ones(1)
        log.append(tuple(map(list, net.load_state_dict(state, strict=False))))
        net.register_load_state_dict_post_hook(lambda module, keys: (keys[0].clear(), keys[1].clear())[0])
        net.load_state_dict(state)
        given = {}
        assert net.state_dict(destination=given, prefix="deep.") is given
        logs.append(log + list(given))
    assert logs[0] == logs[1]


def test_tensors_of_a_state_may_take_the_place_of_those_of_a_module():
    source, target = nn.BatchNorm1d(3), nn.BatchNorm1d(3, device="meta")
    target.weight.requires_grad = False
    state = source.state_dict()
    target.load_state_dict(state, assign=True)
    assert target.running_mean is state["running_mean"]
    assert target.weight.tolist() == [1, 1, 1]
    assert [(type(p), p.requires_grad) for p in target.parameters()] == [(nn.Parameter, False), (nn.Parameter, True)]
    assert target(pg.randn(4, 3)).shape == (4, 3)
    with pytest.raises(PatchgradError, match="does not fit"):
        nn.BatchNorm1d(4).load_state_dict(state, assign=True)


def test_members_are_found_replaced_and_typed_by_path():
    net = nn.Sequential(nn.BatchNorm1d(2), nn.ReLU())
    assert net.get_buffer("0.running_var") is net[0].running_var
    net.set_submodule("1", nn.Tanh())
    assert isinstance(net[1], nn.Tanh)
    assert net.type(pg.float64)[0].weight.dtype is pg.float64
    for mistake in (lambda: net.get_buffer("0.mean"), lambda: net.set_submodule("5", nn.ReLU())):
        with pytest.raises(AttributeError):
            mistake()
    with pytest.raises(PatchgradError, match="set_extra_state"):
        net.set_extra_state(1)


def test_children_are_taken_out_of_lists_and_dictionaries():
    layers = nn.ModuleList([nn.ReLU(), nn.Tanh(), nn.Sigmoid()])
    assert isinstance(layers.pop(1), nn.Tanh)
    assert [name for name, _ in layers.named_children()] == ["0", "1"]
    assert isinstance(nn.Sequential(nn.ReLU(), nn.Tanh()).pop(-1), nn.Tanh)
    named = nn.ModuleDict({"a": nn.ReLU(), "b": nn.Tanh()})
    named.clear()
    assert len(named) == 0
