"""What an optimizer accepts, and how its slots follow the parameters through edits."""

import numpy as np
import pytest

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.errors import ArgumentError, ShapeError


def parameter(*shape, gradient=1.0):
    made = nn.Parameter(np.ones(shape))
    made.grad = pg.tensor(np.full(shape, gradient))
    return made


BAD_PARAMETERS = [
    (list, "empty"),
    (lambda: parameter(2), "list of parameters"),
    (lambda: [parameter(2) * 2], "computed from others"),
    (lambda: [parameter(2), "weight"], "entry 1"),
    (lambda: [{"lr": 0.1}], "group"),
    (lambda: 3, "int"),
]


@pytest.mark.parametrize(("make", "says"), BAD_PARAMETERS)
def test_a_list_that_cannot_be_trained_is_refused_with_the_reason(make, says):
    with pytest.raises(ArgumentError, match=says):
        optim.SGD(make(), lr=0.1)


def test_a_parameter_given_twice_is_refused():
    shared = parameter(3)
    with pytest.raises(ArgumentError, match="twice"):
        optim.Adam([shared, shared])
    with pytest.raises(ArgumentError, match="twice"):
        optim.Adam([{"params": [shared]}, {"params": [shared]}])


BAD_SETTINGS = [
    (optim.SGD, {"lr": -1.0}),
    (optim.SGD, {"lr": float("nan")}),
    (optim.SGD, {"lr": 0.1, "nesterov": True}),
    (optim.Adam, {"betas": (0.9, 1.0)}),
    (optim.Adam, {"eps": -1e-8}),
    (optim.AdamW, {"weight_decay": -0.1}),
]


@pytest.mark.parametrize(("family", "settings"), BAD_SETTINGS)
def test_a_setting_out_of_range_is_refused(family, settings):
    with pytest.raises(ArgumentError):
        family([parameter(2)], **settings)


FAMILIES = ["SGD", "Adam", "AdamW", "Adamax", "NAdam", "RAdam", "Adagrad", "Adadelta", "RMSprop", "Rprop", "ASGD"]


@pytest.mark.parametrize("family", [*FAMILIES, "Adafactor"])
def test_settings_of_execution_are_accepted_and_others_are_refused(family):
    a, b = parameter(2), parameter(2)
    getattr(optim, family)([a], lr=0.1, foreach=True, capturable=False, fused=None).step()
    getattr(optim, family)([b], lr=0.1).step()
    assert a.tolist() == b.tolist()
    with pytest.raises(ArgumentError, match="no setting 'learning_rate'"):
        getattr(optim, family)([a], learning_rate=0.1)


BAD_OF_OTHER_FAMILIES = [
    ("Adamax", {"betas": (0.9,)}),
    ("NAdam", {"momentum_decay": -1.0}),
    ("RAdam", {"eps": -1.0}),
    ("Adagrad", {"initial_accumulator_value": -0.1}),
    ("Adadelta", {"rho": 1.5}),
    ("RMSprop", {"alpha": -0.1}),
    ("Rprop", {"etas": (1.5, 1.2)}),
    ("ASGD", {"lr": -1.0}),
    ("Adafactor", {"d": 0.5}),
    ("Muon", {"adjust_lr_fn": "largest"}),
    ("Muon", {}),
]


@pytest.mark.parametrize(("family", "settings"), BAD_OF_OTHER_FAMILIES)
def test_a_setting_or_parameter_that_a_family_cannot_use_is_refused(family, settings):
    with pytest.raises(ArgumentError):
        getattr(optim, family)([parameter(3)], **settings)


def test_muon_refuses_a_vector_that_is_added_later():
    optimizer = optim.Muon([parameter(3, 2)])
    with pytest.raises(ArgumentError, match="matrices"):
        optimizer.add_parameter(parameter(3))
    assert len(optimizer.parameters()) == 1


def test_sums_along_rows_are_slots_of_their_own_shape():
    a = parameter(3, 4)
    optimizer = optim.Adafactor([a])
    optimizer.step()
    slots = optimizer.slots(a)
    assert (slots["row_var"].shape, slots["col_var"].shape) == ((3, 1), (1, 4))
    optimizer.set_slots(a, slots)
    with pytest.raises(ShapeError, match="row_var"):
        optimizer.set_slots(a, {**slots, "row_var": np.zeros((4, 1))})


def test_a_parameter_without_a_gradient_is_left_alone():
    a, b = parameter(2), parameter(3)
    b.grad = None
    optimizer = optim.Adam([a, b])
    optimizer.step()
    assert optimizer.state.keys() == {a.uid}
    assert (b.data == 1).all()
    assert (a.data != 1).all()


def test_a_step_writes_into_the_same_memory_and_never_into_the_gradient():
    a = parameter(4)
    memory, gradient, version = a.data, a.grad.data.copy(), a.version
    optim.SGD([a], lr=0.1, momentum=0.9, weight_decay=0.1, maximize=True).step()
    assert a.data is memory
    assert a.version == version + 1
    assert (a.grad.data == gradient).all()


def test_zero_grad_forgets_or_fills_with_zeros():
    a, b = parameter(2), parameter(3)
    optimizer = optim.SGD([a, b])
    optimizer.zero_grad(set_to_none=False)
    assert (a.grad.data == 0).all()
    optimizer.zero_grad()
    assert a.grad is None
    assert b.grad is None


def test_groups_have_settings_of_their_own():
    a, b = parameter(2), parameter(2)
    optimizer = optim.SGD([{"params": [a]}, {"params": [b], "lr": 1.0}], lr=0.5)
    optimizer.step()
    assert (a.data == 0.5).all()
    assert (b.data == 0.0).all()


def test_a_closure_runs_with_the_tape_on_and_its_loss_is_returned():
    a = parameter(2)
    optimizer = optim.SGD([a])
    with pg.no_grad():
        assert optimizer.step(pg.is_grad_enabled) is True


def test_each_parameter_counts_its_own_steps():
    a, b = parameter(2), parameter(3)
    optimizer = optim.Adam([a])
    optimizer.step()
    optimizer.add_parameter(b)
    optimizer.step()
    assert (optimizer.slots(a)["step"], optimizer.slots(b)["step"]) == (2, 1)


def test_removed_slots_can_be_given_back_bitwise():
    a, b = parameter(2), parameter(3)
    optimizer = optim.Adam([a, b])
    optimizer.step()
    kept = optimizer.slots(b)
    slots = optimizer.remove_parameter(a)
    assert optimizer.parameters() == [b]
    assert a.uid not in optimizer.state
    optimizer.add_parameter(a)
    assert optimizer.slots(a) == {}
    optimizer.set_slots(a, slots)
    assert all(optimizer.slots(a)[name] is value for name, value in slots.items())
    assert all(optimizer.slots(b)[name] is value for name, value in kept.items())


def test_replacing_parameters_keeps_slots_and_groups_of_those_that_stay():
    a, b, c = parameter(2), parameter(3), parameter(4)
    optimizer = optim.Adam([{"params": [a]}, {"params": [b], "lr": 0.5}])
    optimizer.step()
    slots = optimizer.slots(b)
    optimizer.replace_parameters([a, b], [b, c])
    assert [group["params"] for group in optimizer.param_groups] == [[c], [b]]
    assert optimizer.slots(b) == slots
    assert optimizer.state.keys() == {b.uid}


def test_slots_of_a_wrong_shape_are_refused_and_nothing_changes():
    a = parameter(2)
    optimizer = optim.Adam([a])
    optimizer.step()
    before = optimizer.slots(a)
    with pytest.raises(ShapeError, match="exp_avg"):
        optimizer.set_slots(a, {**before, "exp_avg": np.zeros(3)})
    assert optimizer.slots(a) == before


def test_an_unknown_parameter_is_refused_by_the_edits():
    optimizer = optim.SGD([parameter(2)])
    with pytest.raises(ArgumentError, match="does not train"):
        optimizer.remove_parameter(parameter(2))


def test_a_state_dict_of_another_model_is_refused_and_nothing_changes():
    a, b = parameter(2), parameter(3)
    saved = optim.Adam([a, b]).state_dict()
    optimizer = optim.Adam([a], lr=0.7)
    with pytest.raises(ArgumentError, match="does not fit"):
        optimizer.load_state_dict(saved)
    assert optimizer.param_groups[0]["lr"] == 0.7
    wrong = optim.Adam([parameter(5)])
    wrong.step()
    with pytest.raises(ShapeError, match="exp_avg"):
        optimizer.load_state_dict(wrong.state_dict())


def test_loaded_slots_are_copies():
    a = parameter(2)
    optimizer = optim.Adam([a])
    optimizer.step()
    saved = optimizer.state_dict()
    optimizer.load_state_dict(saved)
    optimizer.step()
    assert saved["state"][0]["step"] == 1
    assert saved["state"][0]["exp_avg"].data[0] == pytest.approx(0.1)


def test_a_gradient_of_another_shape_is_refused():
    a = parameter(2)
    a.grad = pg.ones(3)
    with pytest.raises(ShapeError, match="gradient"):
        optim.SGD([a]).step()


def test_clipping_tells_of_gradients_that_are_not_finite():
    a = parameter(2, gradient=float("nan"))
    with pytest.raises(ArgumentError, match="not finite"):
        nn.utils.clip_grad_norm_([a], 1.0, error_if_nonfinite=True)
    assert np.isnan(a.grad.data).all()


def test_a_schedule_needs_an_optimizer():
    with pytest.raises(ArgumentError, match="optimizer"):
        optim.lr_scheduler.StepLR([parameter(2)], 3)


@pytest.mark.parametrize("family", ["SGD", "LBFGS"])
def test_hooks_run_around_steps_saving_and_loading_as_in_pytorch(family):
    torch = pytest.importorskip("torch")
    logs = []
    for library in (pg, torch):
        weight, log = library.nn.Parameter(library.ones(2)), []
        optimizer = getattr(library.optim, family)([weight], lr=0.1)

        def closure(weight=weight, optimizer=optimizer, log=log):
            log.append("closure")
            optimizer.zero_grad()
            loss = (weight * weight).sum()
            loss.backward()
            return loss

        note = lambda name, log=log: lambda *args: log.append((name, len(args)))  # noqa: E731
        handle = optimizer.register_step_pre_hook(note("before step"))
        optimizer.register_step_post_hook(note("after step"))
        optimizer.register_state_dict_pre_hook(note("before saving"))
        optimizer.register_state_dict_post_hook(lambda optimizer, values: {**values, "more": 1})
        optimizer.register_load_state_dict_pre_hook(note("second"))
        optimizer.register_load_state_dict_pre_hook(note("first"), prepend=True)
        optimizer.register_load_state_dict_post_hook(note("after loading"))
        optimizer.step(closure)
        handle.remove()
        optimizer.step(closure)
        state = optimizer.state_dict()
        log.append(state["more"])
        optimizer.load_state_dict(state)
        log.append([round(value, 5) for value in weight.tolist()])
        logs.append(log)
    assert logs[0] == logs[1]


def test_a_hook_before_a_step_may_replace_the_closure():
    weight = parameter(2)
    optimizer = optim.SGD([weight], lr=0.1)
    optimizer.register_step_pre_hook(lambda optimizer, args, kwargs: ((lambda: 7,), kwargs))
    assert optimizer.step() == 7
