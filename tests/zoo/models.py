"""Networks as people write them: the architectures that a layer graph must take in as they are. Small widths."""

from __future__ import annotations

import math
from typing import Any

import patchgrad as pg
from patchgrad import nn
from patchgrad.nn import functional as F


class BasicBlock(nn.Module):
    def __init__(self, channels_in: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample: Any = None
        if stride != 1 or channels_in != channels:
            self.downsample = nn.Sequential(
                nn.Conv2d(channels_in, channels, 1, stride, bias=False), nn.BatchNorm2d(channels)
            )

    def forward(self, x: Any) -> Any:
        identity = x if self.downsample is None else self.downsample(x)
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += identity
        return self.relu(out)


class ResNet18(nn.Module):
    """He et al. 2016, with an eighth of the channels."""

    def __init__(self, classes: int = 10, width: int = 8) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        sizes = [width, width, 2 * width, 4 * width, 8 * width]
        for number in range(1, 5):
            before, after = sizes[number - 1], sizes[number]
            blocks = [BasicBlock(before, after, 1 if number == 1 else 2), BasicBlock(after, after)]
            setattr(self, f"layer{number}", nn.Sequential(*blocks))
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(8 * width, classes)

    def forward(self, x: Any) -> Any:
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(pg.flatten(self.avgpool(x), 1))


def double(channels_in: int, channels: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels_in, channels, 3, padding=1), nn.BatchNorm2d(channels), nn.ReLU(),
        nn.Conv2d(channels, channels, 3, padding=1), nn.BatchNorm2d(channels), nn.ReLU(),
    )  # fmt: skip


class UNet(nn.Module):
    """Ronneberger et al. 2015, three levels."""

    def __init__(self, width: int = 4) -> None:
        super().__init__()
        self.down1, self.down2 = double(1, width), double(width, 2 * width)
        self.pool = nn.MaxPool2d(2)
        self.middle = double(2 * width, 4 * width)
        self.up2 = nn.ConvTranspose2d(4 * width, 2 * width, 2, 2)
        self.join2 = double(4 * width, 2 * width)
        self.up1 = nn.ConvTranspose2d(2 * width, width, 2, 2)
        self.join1 = double(2 * width, width)
        self.head = nn.Conv2d(width, 2, 1)

    def forward(self, image: Any) -> Any:
        first = self.down1(image)
        second = self.down2(self.pool(first))
        low = self.middle(self.pool(second))
        low = self.join2(pg.cat([self.up2(low), second], dim=1))
        low = self.join1(pg.cat([self.up1(low), first], dim=1))
        return self.head(low)


class CausalAttention(nn.Module):
    """Attention written out by hand, with a mask in a buffer."""

    def __init__(self, width: int, heads: int, context: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)
        self.register_buffer("bias", pg.tril(pg.ones(context, context)).view(1, 1, context, context))

    def forward(self, x: Any) -> Any:
        batch, time, width = x.shape
        q, k, v = self.qkv(x).split(width, dim=2)
        q, k, v = (part.view(batch, time, self.heads, width // self.heads).transpose(1, 2) for part in (q, k, v))
        att = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(k.size(-1)))
        att = att.masked_fill(self.bias[:, :, :time, :time] == 0, float("-inf"))
        y = F.softmax(att, dim=-1) @ v
        return self.proj(y.transpose(1, 2).contiguous().view(batch, time, width))


class Block(nn.Module):
    def __init__(self, width: int, heads: int, context: int) -> None:
        super().__init__()
        self.ln_1, self.attn = nn.LayerNorm(width), CausalAttention(width, heads, context)
        self.ln_2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width), nn.Dropout(0.1))

    def forward(self, x: Any) -> Any:
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class GPT(nn.Module):
    """Radford et al. 2019: learned positions, causal attention, blocks in a list."""

    def __init__(self, vocabulary: int = 20, context: int = 8, width: int = 16, layers: int = 3) -> None:
        super().__init__()
        self.wte, self.wpe = nn.Embedding(vocabulary, width), nn.Embedding(context, width)
        self.drop = nn.Dropout(0.1)
        self.blocks = nn.ModuleList([Block(width, 4, context) for _ in range(layers)])
        self.ln_f = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary, bias=False)

    def forward(self, tokens: Any) -> Any:
        x = self.drop(self.wte(tokens) + self.wpe(pg.arange(tokens.shape[1])))
        for block in self.blocks:
            x = block(x)
        return self.head(self.ln_f(x))


class ViT(nn.Module):
    """Dosovitskiy et al. 2021: patches, a learned token for the class, learned positions."""

    def __init__(self, size: int = 8, patch: int = 4, width: int = 16, classes: int = 5) -> None:
        super().__init__()
        self.patch = nn.Conv2d(1, width, patch, patch)
        self.cls = nn.Parameter(pg.randn(1, 1, width))
        self.pos = nn.Parameter(pg.randn(1, (size // patch) ** 2 + 1, width))
        self.norm1, self.attention = nn.LayerNorm(width), nn.MultiheadAttention(width, 4, batch_first=True)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 32), nn.GELU(), nn.Linear(32, width))
        self.head = nn.Linear(width, classes)

    def forward(self, image: Any) -> Any:
        x = self.patch(image).flatten(2).transpose(1, 2)
        x = pg.cat([self.cls.expand(x.shape[0], -1, -1), x], dim=1) + self.pos
        normed = self.norm1(x)
        x = x + self.attention(normed, normed, normed, need_weights=False)[0]
        x = x + self.mlp(self.norm2(x))
        return self.head(x[:, 0])


class LSTMClassifier(nn.Module):
    def __init__(self, vocabulary: int = 20, width: int = 8, classes: int = 4) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.lstm = nn.LSTM(width, width, batch_first=True)
        self.fc = nn.Linear(width, classes)

    def forward(self, tokens: Any) -> Any:
        _, (h, _) = self.lstm(self.embedding(tokens))
        return self.fc(h[-1])


class VAE(nn.Module):
    """Kingma and Welling 2014. It draws noise in training only, so the part that does stays closed."""

    def __init__(self, size: int = 12, code: int = 3) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(size, 16), nn.ReLU())
        self.mean, self.logvar = nn.Linear(16, code), nn.Linear(16, code)
        self.draw = Draw()
        self.decoder = nn.Sequential(nn.Linear(code, 16), nn.ReLU(), nn.Linear(16, size), nn.Sigmoid())

    def forward(self, x: Any) -> Any:
        hidden = self.encoder(x)
        mean, logvar = self.mean(hidden), self.logvar(hidden)
        return self.decoder(self.draw(mean, logvar)), mean, logvar


class Draw(nn.Module):
    def forward(self, mean: Any, logvar: Any) -> Any:
        return mean + pg.randn_like(mean) * (0.5 * logvar).exp() if self.training else mean + 0 * logvar


class TwoTower(nn.Module):
    """Covington et al. 2016, in small: people and things meet in one space."""

    def __init__(self, people: int = 30, films: int = 40, width: int = 8) -> None:
        super().__init__()
        self.people, self.films = nn.Embedding(people, width), nn.Embedding(films, width)
        self.person = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, width))
        self.film = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, width))
        self.scale = nn.Parameter(pg.ones(1))

    def forward(self, person: Any, film: Any) -> Any:
        a, b = self.person(self.people(person)), self.film(self.films(film))
        return (a * b).sum(dim=1) * self.scale


class Mixture(nn.Module):
    """Shazeer et al. 2017: each sample goes to the expert that the gate likes best. Its way depends on values."""

    def __init__(self, width: int = 6, experts: int = 3) -> None:
        super().__init__()
        self.gate = nn.Linear(width, experts)
        self.experts = nn.ModuleList([nn.Linear(width, width) for _ in range(experts)])

    def forward(self, x: Any) -> Any:
        chosen = self.gate(x).argmax(1)
        out = pg.zeros_like(x)
        for number, expert in enumerate(self.experts):
            places = pg.nonzero(chosen == number)[:, 0]
            if places.shape[0]:
                out = out.index_add(0, places, expert(x[places]))
        return out


class MixtureNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.mixture, self.last = nn.Linear(4, 6), Mixture(), nn.Linear(6, 2)

    def forward(self, x: Any) -> Any:
        return self.last(F.relu(self.mixture(self.first(x))))


class Siamese(nn.Module):
    """One encoder for two inputs: shared weights."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))

    def forward(self, left: Any, right: Any) -> Any:
        return (self.encoder(left) - self.encoder(right)).abs().sum(1, keepdim=True)


def tokens(count: int, length: int, high: int = 20) -> Any:
    return pg.randint(0, high, (count, length))


ZOO: dict[str, tuple[Any, Any, int]] = {
    "ResNet-18": (ResNet18, lambda: (pg.randn(2, 3, 32, 32),), 0),
    "UNet": (UNet, lambda: (pg.randn(2, 1, 8, 8),), 0),
    "GPT": (GPT, lambda: (tokens(3, 8),), 0),
    "ViT": (ViT, lambda: (pg.randn(3, 1, 8, 8),), 0),
    "LSTM classifier": (LSTMClassifier, lambda: (tokens(3, 6),), 0),
    "VAE": (VAE, lambda: (pg.randn(4, 12),), 1),
    "two towers": (TwoTower, lambda: (pg.randint(0, 30, (5,)), pg.randint(0, 40, (5,))), 0),
    "mixture of experts": (MixtureNet, lambda: (pg.randn(6, 4),), 1),
    "siamese": (Siamese, lambda: (pg.randn(3, 4), pg.randn(3, 4)), 0),
}
"""Class, example, and how many of its modules stay closed."""
