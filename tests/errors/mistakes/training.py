"""Optimizers, schedules, data loaders and sessions."""

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.data import DataLoader, Dataset, Subset, TensorDataset, random_split
from patchgrad.nn import functional as F


def _batches():
    return [(pg.randn(8, 4), pg.zeros(8, dtype=pg.int64)) for _ in range(4)]


def an_optimizer_given_a_model():
    """The optimizer takes the parameters of the model."""
    model = nn.Linear(3, 2)
    optim.SGD(model, lr=0.1)


def an_optimizer_given_the_method():
    """The brackets behind `parameters` are missing."""
    model = nn.Linear(3, 2)
    optim.SGD(model.parameters, lr=0.1)


def an_optimizer_given_one_tensor():
    """One parameter was given, and not a list of them."""
    model = nn.Linear(3, 2)
    optim.SGD(model.weight, lr=0.1)


def an_optimizer_of_parameters_that_were_used_up():
    """`parameters()` can be gone through once."""
    parameters = nn.Linear(3, 2).parameters()
    print(sum(entry.numel() for entry in parameters))
    optim.SGD(parameters, lr=0.1)


def an_optimizer_of_a_model_without_parameters():
    """Layers in a plain list are not seen."""

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = [nn.Linear(3, 3), nn.Linear(3, 2)]

    optim.Adam(Net().parameters())


def an_optimizer_of_numbers():
    """A Python number cannot be changed in place."""
    optim.SGD([0.5], lr=0.1)


def an_optimizer_of_a_computed_tensor():
    """A tensor that was computed has no value of its own."""
    w = pg.ones(3, requires_grad=True)
    optim.SGD([w * 2], lr=0.1)


def an_optimizer_with_a_parameter_twice():
    """Two groups hold the same parameter."""
    model = nn.Linear(3, 2)
    optim.SGD([{"params": model.parameters()}, {"params": [model.bias], "lr": 0.01}], lr=0.1)


def an_optimizer_with_a_group_of_nothing():
    """A group has no parameters."""
    optim.SGD([{"lr": 0.1}], lr=0.1)


def a_learning_rate_that_is_text():
    """The rate was read from a file and is still text."""
    optim.SGD(nn.Linear(3, 2).parameters(), lr="0.1")


def a_negative_learning_rate():
    """The sign is wrong."""
    optim.SGD(nn.Linear(3, 2).parameters(), lr=-0.1)


def a_learning_rate_of_none():
    """A setting was never set."""
    optim.Adam(nn.Linear(3, 2).parameters(), lr=None)


def a_setting_of_another_optimizer():
    """Adam has betas in place of a momentum."""
    optim.Adam(nn.Linear(3, 2).parameters(), lr=0.1, momentum=0.9)


def a_learning_rate_under_another_name():
    """Other libraries have other names."""
    optim.SGD(nn.Linear(3, 2).parameters(), learning_rate=0.1)


def betas_of_more_than_one():
    """Betas are shares that are kept."""
    optim.Adam(nn.Linear(3, 2).parameters(), betas=(0.9, 1.1))


def nesterov_without_momentum():
    """Nesterov's step needs a momentum."""
    optim.SGD(nn.Linear(3, 2).parameters(), lr=0.1, nesterov=True)


def a_step_with_an_old_gradient():
    """The shape of a parameter was changed, and its gradient was kept."""
    weight = nn.Parameter(pg.ones(3))
    optimizer = optim.SGD([weight], lr=0.1)
    (weight * 2).sum().backward()
    weight.data = pg.ones(5).data
    optimizer.step()


def a_search_without_a_closure():
    """LBFGS computes the loss several times in one step."""
    optimizer = optim.LBFGS(nn.Linear(3, 2).parameters())
    optimizer.step()


def slots_of_another_optimizer():
    """The optimizer was saved with other groups."""
    model = nn.Linear(3, 2)
    other = optim.SGD([{"params": [model.weight]}, {"params": [model.bias]}], lr=0.1)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    optimizer.load_state_dict(other.state_dict())


def slots_of_a_larger_model():
    """The optimizer was saved with another model."""
    other = optim.Adam(nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 2)).parameters())
    optimizer = optim.Adam(nn.Linear(3, 2).parameters())
    optimizer.load_state_dict(other.state_dict())


def an_optimizer_in_place_of_its_state():
    """The optimizer itself was given, and not its state dict."""
    optimizer = optim.Adam(nn.Linear(3, 2).parameters())
    optimizer.load_state_dict(optimizer)


def a_schedule_given_a_model():
    """A schedule changes the rates of an optimizer."""
    optim.lr_scheduler.StepLR(nn.Linear(3, 2), 10)


def a_schedule_without_steps():
    """The number of epochs between two steps is 0."""
    optimizer = optim.SGD(nn.Linear(3, 2).parameters(), lr=0.1)
    optim.lr_scheduler.StepLR(optimizer, step_size=0)


def milestones_that_go_back():
    """Milestones are epochs, one after the other."""
    optimizer = optim.SGD(nn.Linear(3, 2).parameters(), lr=0.1)
    optim.lr_scheduler.MultiStepLR(optimizer, milestones=[30, 10])


def a_milestone_in_place_of_a_list():
    """There is one milestone, and it is no list."""
    optimizer = optim.SGD(nn.Linear(3, 2).parameters(), lr=0.1)
    optim.lr_scheduler.MultiStepLR(optimizer, milestones=30)


def a_plateau_without_a_measure():
    """The schedule follows a loss, and was not given one."""
    optimizer = optim.SGD(nn.Linear(3, 2).parameters(), lr=0.1)
    scheduler = optim.lr_scheduler.ReduceLROnPlateau(optimizer)
    scheduler.step()


def a_plateau_of_the_wrong_kind():
    """A measure falls or rises."""
    optimizer = optim.SGD(nn.Linear(3, 2).parameters(), lr=0.1)
    optim.lr_scheduler.ReduceLROnPlateau(optimizer, mode="lowest")


def a_cycle_without_a_length():
    """The number of steps of the cycle is not given."""
    optimizer = optim.SGD(nn.Linear(3, 2).parameters(), lr=0.1)
    optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.1)


def a_cycle_that_is_over():
    """There are more steps than were announced."""
    optimizer = optim.SGD(nn.Linear(3, 2).parameters(), lr=0.1)
    scheduler = optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, total_steps=2)
    for _ in range(3):
        scheduler.step()


def a_factor_that_is_no_function():
    """`LambdaLR` takes a function of the epoch."""
    optimizer = optim.SGD(nn.Linear(3, 2).parameters(), lr=0.1)
    optim.lr_scheduler.LambdaLR(optimizer, 0.95)


def a_loss_computed_under_no_grad():
    """The training step stands inside `no_grad`."""
    model, x = nn.Linear(4, 2), pg.randn(8, 4)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    with pg.no_grad():
        loss = F.cross_entropy(model(x), pg.zeros(8, dtype=pg.int64))
    optimizer.zero_grad()
    loss.backward()


def a_training_loop_with_wrong_labels():
    """A label is as large as the number of classes: nothing that was learned is lost."""
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
    optimizer = optim.Adam(model.parameters())
    for labels in (pg.tensor([0, 1]), pg.tensor([2, 3])):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(pg.randn(2, 4)), labels)
        loss.backward()
        optimizer.step()


def a_training_loop_that_keeps_the_graph():
    """Losses are added up as tensors, and backward runs through old steps again."""
    model = nn.Linear(4, 1)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    total = pg.zeros(())
    for _ in range(2):
        total = total + model(pg.randn(2, 4)).square().mean()
        optimizer.zero_grad()
        total.backward()
        optimizer.step()


def a_training_loop_that_forgets_zero_grad():
    """Two losses share a hidden layer; the second backward comes after the step of the first."""
    body, first, second = nn.Linear(4, 4), nn.Linear(4, 1), nn.Linear(4, 1)
    optimizer = optim.SGD([*body.parameters(), *first.parameters(), *second.parameters()], lr=0.1)
    hidden = body(pg.randn(2, 4)).tanh()
    a, b = first(hidden).sum(), (second(hidden) @ second.weight).sum()
    a.backward(retain_graph=True)
    optimizer.step()
    b.backward()


def samples_of_unequal_shapes():
    """Samples of one batch have one shape."""
    sentences = [(pg.ones(3), 0), (pg.ones(5), 1)]
    loader = DataLoader(sentences, batch_size=2)
    next(iter(loader))


def samples_of_unequal_fields():
    """One sample has no label."""
    loader = DataLoader([(pg.ones(3), 0), (pg.ones(3),)], batch_size=2)
    next(iter(loader))


def samples_that_are_no_numbers():
    """A sample is an object that no tensor can be made of."""
    loader = DataLoader([object(), object()], batch_size=2)
    next(iter(loader))


def a_sample_that_cannot_be_read():
    """The data set raises an error for one sample."""

    class Files(Dataset):
        def __len__(self):
            return 4

        def __getitem__(self, index):
            return [pg.zeros(2)][index]

    for _ in DataLoader(Files(), batch_size=2):
        pass


def a_data_set_without_length():
    """A generator can be gone through once, and has no length."""
    DataLoader((x for x in range(10)), batch_size=2)


def a_data_set_that_is_not_written():
    """The class has no method `__getitem__`."""

    class Images(Dataset):
        def __len__(self):
            return 4

    Images()[0]


def a_data_set_that_does_not_say_its_length():
    """The class has no method `__len__`."""

    class Images(Dataset):
        def __getitem__(self, index):
            return pg.zeros(2)

    len(Images())


def a_batch_of_nothing():
    """A batch holds one sample at least."""
    DataLoader(TensorDataset(pg.ones(8, 2)), batch_size=0)


def shuffling_with_a_sampler():
    """A sampler gives the order itself."""
    data = TensorDataset(pg.ones(8, 2))
    DataLoader(data, shuffle=True, sampler=range(8))


def a_negative_number_of_workers():
    """A number of threads is not negative."""
    DataLoader(TensorDataset(pg.ones(8, 2)), num_workers=-1)


def a_loader_with_nothing_to_give():
    """All samples would be left out."""
    DataLoader(TensorDataset(pg.ones(8, 2)), batch_size=16, drop_last=True)


def images_and_labels_of_unequal_length():
    """There is one label for each image."""
    TensorDataset(pg.ones(10, 2), pg.ones(9))


def a_sample_behind_the_end():
    """The last place is one less than the length."""
    data = TensorDataset(pg.ones(10, 2))
    data[10]


def a_subset_behind_the_end():
    """The last place is one less than the length."""
    part = Subset(TensorDataset(pg.ones(10, 2)), [0, 1, 2])
    part[3]


def parts_that_do_not_add_up():
    """The parts are larger than the whole."""
    random_split(TensorDataset(pg.ones(10, 2)), [8, 4])


def shares_that_do_not_add_up():
    """Shares add up to 1."""
    random_split(TensorDataset(pg.ones(10, 2)), [0.8, 0.1])


def a_session_without_parameters():
    """There is nothing to train."""
    model = nn.Sequential(nn.Flatten(), nn.ReLU())
    pg.Session(model, _batches(), loss=nn.CrossEntropyLoss(), optimizer=optim.SGD)


def a_session_with_the_optimizer_of_another_model():
    """The optimizer was made for the model of an earlier cell."""
    model, old = nn.Sequential(nn.Linear(4, 2)), nn.Sequential(nn.Linear(4, 2))
    optimizer = optim.SGD(old.parameters(), lr=0.1)
    pg.Session(model, _batches(), loss=nn.CrossEntropyLoss(), optimizer=optimizer)


def a_session_without_data():
    """The loader is empty."""
    model = nn.Sequential(nn.Linear(4, 2))
    pg.Session(model, [], loss=nn.CrossEntropyLoss(), optimizer=optim.SGD(model.parameters(), lr=0.1))


def a_session_with_data_that_has_no_targets():
    """Batches are pairs of inputs and target."""
    model = nn.Sequential(nn.Linear(4, 2))
    batches = [pg.randn(8, 4)]
    pg.Session(model, batches, loss=nn.CrossEntropyLoss(), optimizer=optim.SGD(model.parameters(), lr=0.1))


def a_session_that_meets_a_wrong_batch():
    """The third batch has other features: the session stands at its last good step."""
    model = nn.Sequential(nn.Linear(4, 2))
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    batches = [*_batches()[:2], (pg.randn(8, 5), pg.zeros(8, dtype=pg.int64))]
    session = pg.Session(model, batches, loss=nn.CrossEntropyLoss(), optimizer=optimizer)
    session.run(2, progress=False)
    session.step()


def a_session_that_meets_a_wrong_label():
    """A label of the second batch is no class."""
    model = nn.Sequential(nn.Linear(4, 2))
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    batches = [_batches()[0], (pg.randn(8, 4), pg.full((8,), 2))]
    session = pg.Session(model, batches, loss=nn.CrossEntropyLoss(), optimizer=optimizer)
    session.step()
    session.step()


def a_session_whose_loss_is_many_numbers():
    """The loss was not reduced to one number."""
    model = nn.Sequential(nn.Linear(4, 2))
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    session = pg.Session(model, _batches(), loss=lambda output, target: output, optimizer=optimizer)
    session.step()


def a_session_that_meets_nan():
    """A value of the data is missing."""
    model = nn.Sequential(nn.Linear(4, 2))
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    batches = [_batches()[0], (pg.full((8, 4), float("nan")), pg.zeros(8, dtype=pg.int64))]
    session = pg.Session(model, batches, loss=nn.CrossEntropyLoss(), optimizer=optimizer)
    session.step()
    session.step()


def a_learning_rate_that_is_far_too_high():
    """The weights blow up."""
    model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
    optimizer = optim.SGD(model.parameters(), lr=1e30)
    session = pg.Session(model, _batches(), loss=nn.CrossEntropyLoss(), optimizer=optimizer)
    session.step()
    session.step()


def a_negative_number_of_steps():
    """A number of steps is not negative."""
    model = nn.Sequential(nn.Linear(4, 2))
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    session = pg.Session(model, _batches(), loss=nn.CrossEntropyLoss(), optimizer=optimizer)
    session.run(-1)
