"""Dtypes, devices, and what is no tensor."""

import numpy

import patchgrad as pg
from patchgrad import nn
from patchgrad.nn import functional as F


def a_mean_of_whole_numbers():
    """The mean of whole numbers is no whole number."""
    labels = pg.tensor([0, 1, 2])
    labels.mean()


def a_softmax_of_whole_numbers():
    """Probabilities are floats."""
    F.softmax(pg.tensor([1, 2, 3]), dim=0)


def a_standard_deviation_of_whole_numbers():
    """A standard deviation is a float."""
    pg.tensor([1, 2, 3]).std()


def a_layer_fed_with_an_array():
    """The data is still an array of NumPy."""
    layer, x = nn.Linear(3, 2), numpy.ones((4, 3), dtype=numpy.float32)
    layer(x)


def a_layer_fed_with_a_list():
    """The data is still a list."""
    layer = nn.Linear(3, 2)
    layer([[1.0, 2.0, 3.0]])


def a_layer_fed_with_text():
    """Text is to be turned into numbers first."""
    nn.Embedding(10, 4)("hello")


def a_layer_fed_with_none():
    """The layer before does not return its result."""
    layer = nn.Linear(3, 2)
    layer(None)


def a_layer_fed_with_a_layer():
    """A layer was given in place of its output."""
    first, second = nn.Linear(3, 4), nn.Linear(4, 2)
    second(first)


def a_layer_fed_with_a_batch():
    """The loader gives pairs, and the whole pair was given to the model."""
    batch = (pg.ones(4, 3), pg.ones(4))
    nn.Linear(3, 2)(batch)


def adding_text():
    """A number is still text."""
    pg.ones(3) + "1"


def adding_none():
    """A function did not return its result."""
    loss, penalty = pg.ones(3).sum(), None
    loss + penalty


def subtracting_from_none():
    """A first value was never set."""
    best = None
    best - pg.ones(3).sum()


def multiplying_a_layer():
    """The layer was not called."""
    layer, x = nn.Linear(3, 3), pg.ones(2, 3)
    x * layer


def comparing_with_text():
    """A threshold is still text."""
    return pg.ones(3) > "0.5"


def a_power_of_text():
    """An exponent is still text."""
    pg.ones(3) ** "2"


def adding_a_dictionary():
    """A model gives a dictionary, which is no tensor."""
    output = {"loss": pg.ones(3).sum()}
    pg.zeros(()) + output


def a_function_of_text():
    """A function was given text."""
    pg.exp("1")


def a_function_of_a_list():
    """A function takes tensors, and was given a list."""
    pg.exp([1.0, 2.0])


def a_function_of_none():
    """A function was given None."""
    F.relu(None)


def a_function_of_an_array():
    """A function takes tensors, and was given an array of NumPy."""
    pg.exp(numpy.ones(3))


def a_tensor_of_text():
    """A tensor holds numbers."""
    pg.tensor(["cat", "dog"])


def a_tensor_of_unequal_rows():
    """The rows of a list have different lengths."""
    pg.tensor([[1, 2, 3], [4, 5]])


def a_tensor_of_none():
    """A value is missing."""
    pg.tensor([1.0, None, 3.0])


def a_tensor_of_objects():
    """An array of Python objects holds anything."""
    pg.from_numpy(numpy.array([{}, []], dtype=object))


def a_tensor_of_a_dictionary():
    """A dictionary holds several things."""
    pg.tensor({"x": 1.0})


def a_tensor_of_unequal_tensors():
    """The tensors of a list have different shapes."""
    pg.tensor([pg.ones(3), pg.ones(4)])


def from_numpy_of_a_list():
    """`from_numpy` takes arrays."""
    pg.from_numpy([1.0, 2.0])


def a_dtype_that_is_not_there():
    """There is no such dtype."""
    pg.zeros(3, dtype="float23")


def a_dtype_of_python_text():
    """The name of the dtype is misspelt."""
    pg.ones(3).to("flaot64")


def a_dtype_that_does_not_exist_in_the_package():
    """The name of the dtype is misspelt."""
    pg.zeros(3, dtype=pg.flaot32)


def a_device_that_is_not_there():
    """There is no such kind of device."""
    pg.zeros(3, device="gpu")


def a_device_with_a_wrong_number():
    """A number of a device was written in a wrong way."""
    pg.zeros(3, device="cuda:first")


def a_model_on_a_device_that_is_not_there():
    """This machine has no GPU, or CuPy is not installed."""
    nn.Linear(3, 2).to("mps")


def values_of_a_meta_tensor():
    """A tensor on ``meta`` has a shape and no values."""
    pg.zeros(3, device="meta").tolist()


def numpy_of_a_meta_tensor():
    """A tensor on ``meta`` has a shape and no values."""
    pg.zeros(3, device="meta").numpy()


def a_number_of_a_meta_tensor():
    """A tensor on ``meta`` has a shape and no values."""
    loss = nn.Linear(3, 1, device="meta")(pg.ones(2, 3, device="meta")).sum()
    loss.item()


def loading_weights_into_a_meta_module():
    """A module on ``meta`` has no memory for weights."""
    model = nn.Linear(3, 2, device="meta")
    model.load_state_dict(nn.Linear(3, 2).state_dict())


def how_many_on_meta():
    """How many there are depends on values, which a ``meta`` tensor has not."""
    pg.nonzero(pg.zeros(3, device="meta"))


def bits_of_floats():
    """Bits are those of whole numbers."""
    pg.ones(3) & pg.ones(3)


def shifting_floats():
    """Bits are those of whole numbers."""
    pg.ones(3) << 1


def inverting_floats():
    """``~`` turns True into False."""
    ~pg.ones(3)


def a_result_that_does_not_fit_into_memory():
    """A shape is far larger than was meant."""
    pg.zeros(2**40, 2**10)


def an_outer_product_that_does_not_fit_into_memory():
    """Everything is compared with everything."""
    x = pg.zeros(2**24)
    x.unsqueeze(0) - x.unsqueeze(1)


def arange_with_no_step():
    """The step is 0."""
    pg.arange(0, 10, 0)


def arange_in_the_wrong_direction():
    """The end lies before the start, and the step goes forward."""
    pg.arange(10, 0)


def linspace_of_a_negative_number():
    """The number of values is negative."""
    pg.linspace(0, 1, -3)


def linspace_of_a_fraction():
    """The number of values was computed with ``/``."""
    pg.linspace(0, 1, 10 / 2)


def clamp_without_bounds():
    """`clamp` wants one bound at least."""
    pg.ones(3).clamp()


def normal_with_a_negative_deviation():
    """A standard deviation is not negative."""
    pg.normal(0.0, -1.0, (3,))


def filling_with_a_negative_deviation():
    """A standard deviation is not negative."""
    pg.zeros(3).normal_(0, -1)


def bernoulli_with_more_than_one():
    """A probability is at most 1."""
    pg.bernoulli(pg.tensor([0.5, 1.5]))


def multinomial_of_more_than_there_are():
    """Without replacement there are not so many."""
    pg.multinomial(pg.ones(3), 5)


def multinomial_of_negative_weights():
    """Weights are not negative."""
    pg.multinomial(pg.tensor([0.5, -0.5]), 1)


def randint_from_high_to_low():
    """The bounds are exchanged."""
    pg.randint(10, 0, (3,))


def randperm_of_a_negative_number():
    """A number of places is negative."""
    pg.randperm(-1)


def a_seed_that_is_text():
    """A seed is a whole number."""
    pg.manual_seed("first")


def a_generator_of_another_library():
    """A generator of NumPy is none of ours."""
    pg.rand(3, generator=numpy.random.default_rng(0))


def a_name_that_is_not_there():
    """The name is misspelt."""
    pg.sofmax(pg.ones(3))
