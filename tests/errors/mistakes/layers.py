"""Layers: made, joined, called and loaded."""

import patchgrad as pg
from patchgrad import nn


def a_linear_layer_of_the_wrong_size():
    """The last axis of the input is not what the layer was made for."""
    model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(64, 10))
    model(pg.zeros(32, 784))


def images_that_are_not_flattened():
    """A linear layer was made for whole images, and gets their rows."""
    model = nn.Sequential(nn.Linear(784, 10))
    model(pg.zeros(32, 28, 28))


def a_linear_layer_behind_a_convolution():
    """The size of the flattened image was guessed."""
    model = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8 * 14 * 14, 10))
    model(pg.zeros(4, 1, 28, 28))


def a_convolution_with_other_channels():
    """The images are grey, and the layer was made for colours."""
    model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU())
    model(pg.zeros(4, 1, 28, 28))


def a_convolution_of_images_with_channels_last():
    """Images of most other libraries have their channels last."""
    nn.Conv2d(3, 8, 3)(pg.zeros(4, 32, 32, 3))


def a_convolution_of_an_image_without_channels():
    """Grey images have an axis of one channel."""
    nn.Conv2d(1, 8, 3)(pg.zeros(4, 28, 28))


def a_convolution_of_a_flat_image():
    """The image was flattened before."""
    nn.Conv2d(1, 8, 3)(pg.zeros(4, 784))


def an_image_smaller_than_the_kernel():
    """Pooling made the image too small."""
    nn.Conv2d(1, 8, 5)(pg.zeros(4, 1, 3, 3))


def pooling_an_image_away():
    """The image is smaller than the window."""
    nn.MaxPool2d(4)(pg.zeros(4, 8, 2, 2))


def batch_norm_of_one_sample():
    """In training a batch of one has no spread."""
    model = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8))
    model(pg.zeros(1, 4))


def batch_norm_of_other_features():
    """The layer was made for another number of channels."""
    nn.BatchNorm2d(16)(pg.zeros(4, 8, 5, 5))


def batch_norm_of_vectors_for_images():
    """`BatchNorm2d` takes images."""
    nn.BatchNorm2d(8)(pg.zeros(4, 8))


def layer_norm_of_another_size():
    """The last axis has another size."""
    nn.LayerNorm(16)(pg.zeros(4, 8))


def group_norm_with_uneven_groups():
    """The channels cannot be divided into so many groups."""
    nn.GroupNorm(3, 8)


def heads_that_do_not_divide_the_width():
    """Every head gets an equal share of the width."""
    nn.MultiheadAttention(64, 6)


def attention_of_another_width():
    """The tokens have another width."""
    attention = nn.MultiheadAttention(16, 4, batch_first=True)
    x = pg.zeros(2, 5, 8)
    attention(x, x, x)


def attention_with_a_mask_of_another_length():
    """The mask belongs to another sequence."""
    attention = nn.MultiheadAttention(16, 4, batch_first=True)
    x = pg.zeros(2, 5, 16)
    attention(x, x, x, attn_mask=pg.zeros(4, 4))


def a_recurrent_layer_of_another_width():
    """The steps of the sequence have another width."""
    nn.LSTM(8, 16, batch_first=True)(pg.zeros(2, 5, 4))


def a_hidden_state_of_another_batch():
    """The state was kept from a batch of another size."""
    nn.GRU(8, 16)(pg.zeros(5, 2, 8), pg.zeros(1, 3, 16))


def a_state_of_one_tensor_for_an_lstm():
    """An LSTM has two states."""
    nn.LSTM(8, 16)(pg.zeros(5, 2, 8), pg.zeros(1, 2, 16))


def the_result_of_an_lstm_in_a_row():
    """An LSTM gives its output and its states; the next layer takes one tensor."""
    model = nn.Sequential(nn.LSTM(8, 16), nn.Linear(16, 2))
    model(pg.zeros(5, 2, 8))


def skip_connection_of_another_shape():
    """What is added has other channels."""

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(8, 16, 3, padding=1)

        def forward(self, x):
            return x + self.conv(x)

    Block()(pg.zeros(2, 8, 5, 5))


def a_model_without_forward():
    """The class has no method forward, or has it under another name."""

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(3, 2)

        def foward(self, x):
            return self.fc(x)

    net = Net()
    net(pg.zeros(4, 3))


def a_model_whose_forward_returns_nothing():
    """The last line of forward has no ``return``."""

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(3, 2)

        def forward(self, x):
            self.fc(x)

    nn.Sequential(Net(), nn.Linear(2, 1))(pg.zeros(4, 3))


def a_model_without_super_init():
    """A module is to be prepared before layers are assigned to it."""

    class Net(nn.Module):
        def __init__(self):
            self.fc = nn.Linear(3, 2)

    Net()


def a_parameter_before_super_init():
    """A module is to be prepared before parameters are assigned to it."""

    class Scale(nn.Module):
        def __init__(self):
            self.factor = nn.Parameter(pg.ones(3))
            super().__init__()

    Scale()


def a_call_of_a_model_without_super_init():
    """A module without layers was never prepared."""

    class Double(nn.Module):
        def __init__(self):
            self.factor = 2

        def forward(self, x):
            return x * self.factor

    Double()(pg.ones(3))


def a_class_in_place_of_a_model():
    """The class was not called: the brackets are missing."""
    model = nn.ReLU
    nn.Sequential(nn.Linear(3, 2), model)


def a_function_in_a_row_of_layers():
    """`Sequential` takes layers, and was given a function."""
    nn.Sequential(nn.Linear(3, 2), nn.functional.relu)


def a_list_in_a_row_of_layers():
    """The layers stand in a list."""
    layers = [nn.Linear(3, 2), nn.ReLU()]
    nn.Sequential(layers)


def a_call_of_a_list_of_layers():
    """A list of layers does not say in which order they run."""
    layers = nn.ModuleList([nn.Linear(3, 3), nn.Linear(3, 3)])
    layers(pg.zeros(4, 3))


def a_call_of_a_dictionary_of_layers():
    """A dictionary of layers does not say in which order they run."""
    nn.ModuleDict({"a": nn.Linear(3, 3)})(pg.zeros(4, 3))


def a_layer_behind_the_end_of_a_list():
    """The last place is one less than the length."""
    layers = nn.ModuleList([nn.Linear(3, 3)])
    layers[1]


def a_layer_with_an_unknown_name():
    """There is no layer of this name in the dictionary."""
    layers = nn.ModuleDict({"encoder": nn.Linear(3, 3)})
    layers["decoder"]


def an_attribute_that_is_misspelt():
    """The name of a layer is misspelt."""

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.hidden = nn.Linear(3, 2)

        def forward(self, x):
            return self.hiden(x)

    Net()(pg.zeros(4, 3))


def a_weight_that_is_misspelt():
    """The name of a parameter is misspelt."""
    layer = nn.Linear(3, 2)
    layer.weights


def a_submodule_that_is_not_there():
    """There is no layer at this path."""
    model = nn.Sequential(nn.Linear(3, 2))
    model.get_submodule("fc1")


def a_parameter_that_is_not_there():
    """There is no parameter at this path."""
    model = nn.Sequential(nn.Linear(3, 2))
    model.get_parameter("0.scale")


def a_layer_called_without_input():
    """The input was forgotten."""
    nn.Linear(3, 2)()


def a_layer_called_with_two_inputs():
    """The layer takes one input."""
    nn.Linear(3, 2)(pg.zeros(4, 3), pg.zeros(4, 3))


def a_model_called_with_an_unknown_keyword():
    """The parameter of forward has another name."""

    class Net(nn.Module):
        def forward(self, images, mask=None):
            return images

    Net()(pg.zeros(4, 3), masks=pg.zeros(4))


def a_setting_that_is_misspelt():
    """The name of a setting is misspelt."""
    nn.Conv2d(3, 8, 3, paddding=1)


def a_setting_of_another_library():
    """Other libraries have other names."""
    nn.Linear(in_features=3, units=8)


def a_setting_that_is_missing():
    """A layer wants both its sizes."""
    nn.Linear(10)


def a_size_of_zero():
    """A layer of nothing."""
    nn.Conv2d(3, 0, 3)


def a_size_with_a_fraction():
    """A size was computed with ``/``."""
    hidden = 100
    nn.Linear(10, hidden / 2)


def a_size_that_is_a_tensor():
    """A size came out of a computation as a tensor of floats."""
    nn.Linear(10, pg.tensor(5.0))


def a_kernel_of_three_sizes():
    """A kernel of an image has two sizes."""
    nn.Conv2d(3, 8, (3, 3, 3))


def groups_that_do_not_divide_the_channels():
    """Every group gets an equal share of the channels."""
    nn.Conv2d(3, 8, 3, groups=2)


def a_padding_without_a_meaning():
    """There is no padding of this name."""
    nn.Conv2d(3, 8, 3, padding="full")


def same_padding_with_a_stride():
    """With a stride the output cannot have the size of the input."""
    nn.Conv2d(3, 8, 3, stride=2, padding="same")(pg.zeros(1, 3, 8, 8))


def dropout_of_more_than_all():
    """A probability is at most 1."""
    nn.Dropout(1.5)


def dropout_in_percent():
    """A probability is given in percent."""
    nn.Dropout(p=50)


def a_parameter_of_a_list():
    """A parameter is made of a tensor of floats."""
    nn.Parameter([1, 2, 3])


def a_parameter_of_text():
    """A parameter holds numbers."""
    nn.Parameter("weight")


def a_plain_tensor_in_place_of_a_parameter():
    """A parameter is replaced by a plain tensor."""
    layer = nn.Linear(3, 2)
    layer.weight = pg.zeros(2, 3)


def a_tensor_in_place_of_a_layer():
    """A layer is replaced by its output."""
    model = nn.Sequential(nn.Linear(3, 2))
    model[0] = pg.zeros(2)


def a_buffer_of_a_number():
    """A buffer is a tensor."""

    class Scale(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("factor", 2.0)

    Scale()


def a_name_with_a_dot():
    """Dots separate the names of layers."""
    nn.Module().add_module("block.1", nn.ReLU())


def a_name_that_is_taken():
    """The name is one of the module's own methods."""
    nn.Module().register_buffer("forward", pg.zeros(1))


def weights_of_another_model():
    """The weights belong to a model with other layers."""
    model = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 1))
    model.load_state_dict(nn.Sequential(nn.Linear(3, 2)).state_dict())


def weights_with_names_that_are_unexpected():
    """The weights were saved from a model inside another, whose name stands in front."""
    model = nn.Linear(3, 2)
    model.load_state_dict({f"module.{name}": value for name, value in model.state_dict().items()})


def weights_of_another_size():
    """The model was saved with other settings."""
    model = nn.Linear(3, 2)
    model.load_state_dict(nn.Linear(3, 5).state_dict())


def a_model_in_place_of_its_weights():
    """The model itself was given, and not its state dict."""
    model = nn.Linear(3, 2)
    model.load_state_dict(nn.Linear(3, 2))


def a_path_in_place_of_weights():
    """The name of a file was given, and not what is in it."""
    nn.Linear(3, 2).load_state_dict("model.pt")


def weights_that_are_text():
    """A value of the state dict is no array."""
    model = nn.Linear(3, 2)
    model.load_state_dict({"weight": "zeros", "bias": pg.zeros(2)})


def sharing_weights_of_unequal_shapes():
    """The embedding and the last layer are to share a weight of another shape."""
    model = nn.ModuleDict({"words": nn.Embedding(10, 4), "scores": nn.Linear(4, 8)})
    model["scores"].weight = model["words"].weight
    model["scores"](pg.zeros(2, 4)) + pg.zeros(2, 8)


def an_initialisation_without_axes():
    """The spread of this initialisation follows from two axes."""
    nn.init.xavier_uniform_(nn.Linear(3, 2).bias)


def an_initialisation_that_is_not_there():
    """There is no gain for this name."""
    nn.init.calculate_gain("swish")


def upsampling_without_a_size():
    """Either a size or a factor is given."""
    nn.Upsample()(pg.zeros(1, 1, 2, 2))


def flattening_axes_that_are_not_there():
    """There is no such axis."""
    nn.Flatten(1, 4)(pg.zeros(2, 3, 4))


def pixel_shuffle_of_odd_channels():
    """The channels are spread over a square."""
    nn.PixelShuffle(2)(pg.zeros(1, 6, 4, 4))
