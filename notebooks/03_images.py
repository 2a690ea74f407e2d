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
# # What does a network see in an image?
#
# **The question of this notebook: a network reads handwriting. What does it look for?**
#
# You will
#
# 1. train a network with *filters* to read digits,
# 2. look at the filters, and at what they find in one image,
# 3. look at the mistakes,
# 4. make the network wider while it learns.
#
# It takes about a minute on two cores.

# %%
import os

import plotly.graph_objects as go

import patchgrad as pg
from patchgrad import nn, optim

share = float(os.environ.get("PATCHGRAD_TUTORIAL", 1))  # how long to train: 1 is meant for reading along, more reads better
pg.manual_seed(0)

# %% [markdown]
# ## The data
#
# MNIST: digits that people wrote, 28 × 28 grey values each. Here we take the 10,000 of the original test set, 8,000 to learn
# from and 2,000 to test with. They are downloaded once (1.7 MB). Where that is not possible, the 8 × 8 scans that come with
# scikit-learn stand in, enlarged to the same size. Everything below works with them too, but the strokes are blurred.

# %%
try:
    train = pg.datasets.mnist(train=True, small=True, download=True)
    test = pg.datasets.mnist(train=False, small=True, download=True)
except pg.errors.DataError as problem:
    print(problem, "\n\nInstead: the digits of scikit-learn, enlarged.")

    def enlarged(data):
        images, labels = data.tensors
        images = nn.functional.interpolate(images, size=(28, 28), mode="bilinear")
        return pg.data.TensorDataset(images, labels)

    train, test = (enlarged(pg.datasets.digits(train=part)) for part in (True, False))
print(f"{len(train):,} images to learn from, {len(test):,} to test with")
pg.show(train.tensors[0][:40], columns=20)

# %% [markdown]
# ## A network with filters
#
# A `Linear` layer looks at all pixels at once, and would have to learn a stroke anew for every place. A `Conv2d` layer slides small
# *filters* over the image: here 8 filters of 5 × 5 numbers. Where the image resembles the filter, the answer is large.
# `MaxPool2d` keeps the largest of four neighbours, so that the second layer of filters sees a larger piece of the image.

# %%
model = nn.Sequential(
    nn.Conv2d(1, 8, 5, padding=2),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(8, 16, 5, padding=2),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(16 * 7 * 7, 10),
)
first_filters = model[0].weight.detach().clone()  # as they are by chance, to compare
loader = pg.data.DataLoader(train, batch_size=64, shuffle=True, seed=0)
session = pg.Session(
    model,
    loader,
    loss=nn.CrossEntropyLoss(),
    optimizer=optim.Adam(model.parameters(), lr=2e-3),
    metrics={"accuracy": lambda output, target: (output.argmax(1) == target).float().mean().item()},
)
session.graph

# %%
session.studio()

# %%
session.run(steps=max(5, round(250 * share)))


# %%
def answers(network, images):
    """The digit that the network reads in each image."""
    network.eval()
    with pg.no_grad():
        found = pg.cat([network(part).argmax(1) for part in images.split(500)])
    network.train()
    return found


images, labels = test.tensors
found = answers(session.model, images)
right = (found == labels).float().mean().item()
print(f"{right:.1%} of the test images are read correctly after {session.step_count} steps")

# %% [markdown]
# With `PATCHGRAD_TUTORIAL=6` in the environment this notebook trains six times as long and ends at 98.7 %. There are more images too: leave
# out `small=True` above, and there are 60,000.
#
# ## What the filters look like
#
# Above: the eight filters of the first layer as they were by chance. Below: what became of them. Red wants ink, blue wants paper.

# %%
pg.show(pg.cat([first_filters, model[0].weight.detach()]), columns=8, colors="signed")

# %% [markdown]
# Many of them have become edges: ink on one side, paper on the other. Nobody told the network to look for edges.
#
# ## What the filters find
#
# One image, and the eight *feature maps* that the first layer makes of it. Bright means: here the image looks like my filter.

# %%
one = images[:1]
pg.show(one)

# %%
with pg.no_grad():
    maps = model[:2](one)
pg.show(maps[0], columns=8)

# %% [markdown]
# After the second layer of filters there are 16 maps of 14 × 14. They answer to larger shapes, and are harder to name.

# %%
with pg.no_grad():
    maps = model[:5](one)
pg.show(maps[0], columns=8)

# %% [markdown]
# ## The mistakes
#
# Which digits are taken for which? A good network leaves only the diagonal.

# %%
table = pg.zeros(10, 10, dtype=pg.int64)
for truth, answer in zip(labels.tolist(), found.tolist(), strict=True):
    table[truth, answer] += 1
figure = go.Figure(go.Heatmap(z=table.numpy(), text=table.numpy(), texttemplate="%{text}", colorscale="Blues", zmax=20))
figure.update_layout(title="Which digits are taken for which?", xaxis_title="answer", yaxis_title="truth", width=560, height=460)
figure.update_xaxes(dtick=1)
figure.update_yaxes(dtick=1, autorange="reversed")
figure

# %%
wrong = (found != labels).nonzero()[:, 0][:20]
print("truth ", labels[wrong].tolist())
print("answer", found[wrong].tolist())
pg.show(images[wrong], columns=10)

# %% [markdown]
# Would you have read all of these?
#
# ## More filters, without starting again
#
# Eight filters may be too few. Make it sixteen, while the network keeps what it has learned:

# %%
edit = session.apply(pg.edit.set("conv1", out_channels=16))
print(edit)

# %%
session.run(steps=max(5, round(100 * share)))
print(edit.effect)
found = answers(session.model, images)
print(f"{(found == labels).float().mean().item():.1%} after {session.step_count} steps")
pg.plots.loss(session)

# %% [markdown]
# ## Things to try by hand
#
# 1. **Take the pooling away.** In the studio, press *play*, click the second `MaxPool2d` and press `B`. Why does the studio
#    offer a remedy, and what is it?
# 2. **Freeze the filters.** Undo what you did, click the first `Conv2d` and press `F`: it does not learn any more. Does the loss
#    mind? What does that say about how soon the first filters were good enough?
# 3. **Normalise.** Drag `BatchNorm2d` onto the arrow behind the first `Conv2d` while the network learns, and look at the plot of
#    activations.
#
# **Check yourself:** shift all test images two pixels to the right and let the network read them again (the next cell). Why does it
# still read most of them? Which layer would not?

# %%
shifted = pg.roll(images, 2, dims=3)
print(f"{(answers(session.model, shifted) == labels).float().mean().item():.1%} of the shifted images")
