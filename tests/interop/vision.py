"""Networks for images in the forms that libraries of models have them, small."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

torch = pytest.importorskip("torch")
nn, F = torch.nn, torch.nn.functional


def conv(inputs: int, outputs: int, kernel: int = 3, stride: int = 1, groups: int = 1, act: Any = nn.ReLU) -> Any:
    """Convolution, norm, activation."""
    layers = [
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    return nn.Sequential(*layers, *([act()] if act else []))


class VGG(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 4, 3, padding=1),
            nn.ReLU(True),
            nn.MaxPool2d(2, 2),
            nn.Conv2d(4, 6, 3, padding=1),
            nn.ReLU(True),
        )
        self.avgpool = nn.AdaptiveAvgPool2d((2, 2))
        self.classifier = nn.Sequential(nn.Linear(24, 8), nn.ReLU(True), nn.Dropout(), nn.Linear(8, 3))

    def forward(self, x):
        return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))


class Excite(nn.Module):
    """Weights of channels from their means: Hu et al. 2018."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc1, self.fc2 = nn.Conv2d(channels, 2, 1), nn.Conv2d(2, channels, 1)

    def forward(self, x):
        return x * torch.sigmoid(self.fc2(F.relu(self.fc1(self.avgpool(x)))))


class Inverted(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int, act: Any) -> None:
        super().__init__()
        self.use_res_connect = stride == 1 and inputs == outputs
        wide = 2 * inputs
        self.conv = nn.Sequential(
            conv(inputs, wide, 1, act=act),
            conv(wide, wide, 3, stride, wide, act),
            Excite(wide),
            conv(wide, outputs, 1, act=None),
        )

    def forward(self, x):
        if self.use_res_connect:
            return x + self.conv(x)
        return self.conv(x)


class MobileNet(nn.Module):
    def __init__(self, act: Any = nn.Hardswish) -> None:
        super().__init__()
        self.features = nn.Sequential(conv(3, 4, 3, 2, act=act), Inverted(4, 4, 1, act), Inverted(4, 6, 2, act))
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(6, 3))

    def forward(self, x):
        x = self.features(x)
        x = F.adaptive_avg_pool2d(x, (1, 1)).reshape(x.shape[0], -1)
        return self.classifier(x)


class Dense(nn.Module):
    def __init__(self, inputs: int, growth: int) -> None:
        super().__init__()
        self.norm, self.conv = nn.BatchNorm2d(inputs), nn.Conv2d(inputs, growth, 3, padding=1, bias=False)

    def forward(self, features):
        return self.conv(F.relu(self.norm(torch.cat(features, 1))))


class DenseNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = conv(3, 4)
        self.layers = nn.ModuleList([Dense(4 + 2 * at, 2) for at in range(3)])
        self.fc = nn.Linear(10, 3)

    def forward(self, x):
        features = [self.stem(x)]
        for layer in self.layers:
            features.append(layer(features))
        return self.fc(F.relu(torch.cat(features, 1)).mean([2, 3]))


class Inception(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.branch1, self.branch2 = conv(3, 2, 1), nn.Sequential(conv(3, 2, 1), conv(2, 4))
        self.branch3, self.branch4 = nn.Sequential(conv(3, 2, 1), conv(2, 2, 5)), conv(3, 2, 1)
        self.fc = nn.Linear(10, 3)

    def _forward(self, x):
        branch4 = self.branch4(F.max_pool2d(x, kernel_size=3, stride=1, padding=1))
        return [self.branch1(x), self.branch2(x), self.branch3(x), branch4]

    def forward(self, x):
        return self.fc(torch.cat(self._forward(x), 1).mean((2, 3)))


class ConvNext(nn.Module):
    """Norms over the last axis, a learned scale of each channel: Liu et al. 2022."""

    def __init__(self, width: int = 6) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, width, 2, 2)
        self.dwconv = nn.Conv2d(width, width, 3, padding=1, groups=width)
        self.norm = nn.LayerNorm(width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.layer_scale = nn.Parameter(torch.ones(width, 1, 1) * 0.1)
        self.head = nn.Linear(width, 3)

    def forward(self, x):
        x = self.stem(x)
        y = self.norm(self.dwconv(x).permute(0, 2, 3, 1))
        y = self.down(F.gelu(self.up(y))).permute(0, 3, 1, 2)
        x = x + self.layer_scale * y
        return self.head(x.mean([-2, -1]))


class Shuffle(nn.Module):
    """Half of the channels pass by, then all are dealt out: Ma et al. 2018."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.branch, self.fc = conv(3, 8, 3, 2), conv(4, 4), nn.Linear(8, 3)

    def forward(self, x):
        x1, x2 = self.stem(x).chunk(2, dim=1)
        x = torch.cat((x1, self.branch(x2)), dim=1)
        batch, channels, height, width = x.size()
        x = x.view(batch, 2, channels // 2, height, width)
        x = torch.transpose(x, 1, 2).contiguous()
        return self.fc(x.view(batch, channels, height, width).mean([2, 3]))


class Fire(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.squeeze, self.wide1, self.wide3 = nn.Conv2d(3, 2, 1), nn.Conv2d(2, 3, 1), nn.Conv2d(2, 3, 3, padding=1)
        self.final = nn.Conv2d(6, 3, 1)

    def forward(self, x):
        x = F.relu(self.squeeze(x))
        x = torch.cat([torch.relu(self.wide1(x)), torch.relu(self.wide3(x))], 1)
        return F.dropout(self.final(x), 0.5, self.training).mean((2, 3))


class Pyramid(nn.Module):
    """Maps of several sizes, the small ones made larger: Lin et al. 2017."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two = conv(3, 4), conv(4, 6, 3, 2)
        self.side1, self.side2, self.out = nn.Conv2d(4, 4, 1), nn.Conv2d(6, 4, 1), nn.Conv2d(4, 2, 3, padding=1)

    def forward(self, x):
        c1 = self.one(x)
        p2 = self.side2(self.two(c1))
        p1 = self.side1(c1) + F.interpolate(p2, scale_factor=2.0, mode="bilinear", align_corners=False)
        return self.out(p1), p2


def pictures(size: int = 8) -> Any:
    return torch.randn(2, 3, size, size, generator=torch.Generator().manual_seed(0))


VISION: dict[str, Callable[[], Any]] = {
    "VGG": VGG, "MobileNet": MobileNet, "EfficientNet": lambda: MobileNet(nn.SiLU), "DenseNet": DenseNet,
    "Inception": Inception, "ConvNeXt": ConvNext, "ShuffleNet": Shuffle, "SqueezeNet": Fire, "pyramid": Pyramid,
}  # fmt: skip
