# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # From PyTorch and back
#
# **The question of this notebook: can you take a network from PyTorch, change it here while it learns, and take it home?**
#
# You will
#
# 1. bring a network from PyTorch, with its weights,
# 2. change it while it learns,
# 3. take it back to PyTorch, and compare the outputs,
# 4. write it as an ONNX file and as a class.
#
# It needs PyTorch (`pip install torch`), and for the last part `pip install "patchgrad[onnx]"`. Where they are missing, those cells say so.

# %%
import os
from importlib.util import find_spec

import patchgrad as pg
from patchgrad import nn, optim

share = float(os.environ.get("PATCHGRAD_TUTORIAL", 1))  # how long to train: 1 is meant for reading along
has_torch, has_onnx = find_spec("torch") is not None, find_spec("onnx") is not None
train, test = pg.datasets.digits(train=True), pg.datasets.digits(train=False)
images, labels = test.tensors
pg.manual_seed(0)

# %% [markdown]
# ## From PyTorch
#
# A network as it might lie in an old project. Without PyTorch, the same one is made here.

# %%
if has_torch:
    import torch

    torch.manual_seed(0)
    theirs = torch.nn.Sequential(
        torch.nn.Conv2d(1, 8, 3, padding=1), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(8 * 64, 10)
    )
    model = pg.from_torch(theirs)
    with torch.no_grad():
        want = theirs(torch.from_numpy(images.numpy())).numpy()
    print("largest difference of the outputs:", abs(model(images).detach().numpy() - want).max())
else:
    print("PyTorch is not installed: the network is made here.")
    model = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 64, 10))
model

# %% [markdown]
# The names of the weights are the same, and so are their shapes. A file of weights fits both ways.

# %%
{name: tuple(value.shape) for name, value in model.state_dict().items()}

# %% [markdown]
# ## Change it while it learns

# %%
loader = pg.data.DataLoader(train, batch_size=32, shuffle=True, seed=0)
session = pg.Session(model, loader, loss=nn.CrossEntropyLoss(), optimizer=optim.Adam(model.parameters(), lr=2e-3))
session.studio()

# %%
session.run(steps=max(5, round(100 * share)))
print(session.apply(pg.edit.insert("relu1 -> flatten1", nn.BatchNorm2d(8))))
print(session.apply(pg.edit.set("conv1", out_channels=16)))
session.run(steps=max(5, round(100 * share)))
session.graph


# %%
def accuracy(answers):
    return (answers.argmax(1) == labels).float().mean().item()


session.model.eval()
with pg.no_grad():
    ours = session.model(images)
print(f"{accuracy(ours):.1%} of the test images")

# %% [markdown]
# ## And back
#
# `to_torch` gives a module of PyTorch with the same layers and weights. The example shows it what the network does.

# %%
if has_torch:
    home = pg.to_torch(session.model, images).eval()
    with torch.no_grad():
        found = home(torch.from_numpy(images.numpy()))
    print("largest difference of the outputs:", abs(found.numpy() - ours.numpy()).max())
    print(home)
else:
    print("This needs PyTorch: pip install torch")

# %% [markdown]
# ## As a file for other programs
#
# ONNX is a format that many programs read, on telephones too.

# %%
if has_onnx:
    pg.onnx.export(session.model, images[:1], "digits.onnx")
    again = pg.onnx.load("digits.onnx")
    with pg.no_grad():
        print("largest difference of the outputs:", (again(images[:1]) - ours[:1]).abs().max().item())
    os.remove("digits.onnx")
else:
    print('This needs onnx: pip install "patchgrad[onnx]"')

# %% [markdown]
# ## As code
#
# The network as a class, of patchgrad. Change `patchgrad` to `torch` in the first line, and it is one of PyTorch.

# %%
print(session.graph.to_source())

# %% [markdown]
# ## Things to try by hand
#
# 1. **Your own network.** Put a network of yours in the place of `theirs`. What does `pg.from_torch` say of layers it does not know?
# 2. **A detour.** In the studio, drag `Dropout` onto the arrow into the last layer, press *play*, and take the network home again.
# 3. **The other file.** `pg.save(session.model.state_dict(), "digits.pt")` writes PyTorch's own format; load it with `torch.load`.
#
# **Check yourself:** the convolution has 16 filters now, and `theirs` has 8. Is `theirs` changed by what you did here? Why?
