"""Train a little on a dataset with PyTorch itself: loaders, workers, transforms, a falling loss.

PyTorch is no dependency: its wheel weighs half a gigabyte and asks for gigabytes of CUDA. Tests
run the same code with numpy; this check is for developers, in an environment of its own:

    python3 -m venv torch-env
    torch-env/bin/pip install torch --index-url https://download.pytorch.org/whl/cpu
    torch-env/bin/pip install -e .
    torch-env/bin/python tools/check_torch.py dataset

It fails if tensors differ from the arrays, if forked or spawned workers read something else, if
two workers or two epochs draw the same augmentation, or if a small network does not learn the
dataset's classes.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import DataLoader

from synth_ros.training import (
    ColorJitter,
    Compose,
    HorizontalFlip,
    Letterbox,
    RandomCrop,
    SynthDataset,
    collate,
)

TARGETS = ('boxes', 'labels', 'masks', 'area', 'iscrowd', 'image_id', 'semantic', 'intrinsics')


def main() -> None:
    """Run every check on one dataset."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('dataset', type=Path)
    path = parser.parse_args().dataset
    plain = SynthDataset(path, targets=TARGETS)
    check_tensors(path, plain)
    check_transforms(plain)
    for method in ('fork', 'spawn'):
        check_workers(plain, method)
        check_draws(path, method)
    check_learning(path)
    print(f'torch {torch.__version__}: all fine')


def check_tensors(path: Path, plain: SynthDataset) -> None:
    """Tensors are the arrays."""
    arrays = SynthDataset(path, targets=TARGETS, as_tensors=False)
    for number in range(len(plain)):
        (image, target), (pixels, wanted) = plain[number], arrays[number]
        assert isinstance(image, torch.Tensor)
        assert image.dtype == torch.uint8
        assert torch.equal(image, torch.from_numpy(pixels))
        assert isinstance(target['image_id'], int)
        for name in set(TARGETS) - {'image_id'}:
            assert torch.equal(target[name], torch.from_numpy(wanted[name])), name
            assert target[name].dtype == torch.from_numpy(wanted[name]).dtype


def check_transforms(plain: SynthDataset) -> None:
    """Transforms do to tensors what they do to arrays."""
    image, target = plain[0]
    arrays = {
        name: value if name == 'image_id' else value.numpy() for name, value in target.items()
    }
    one, moved = augmentation(np.random.default_rng(5))(image, target)
    other, wanted = augmentation(np.random.default_rng(5))(image.numpy(), arrays)
    assert torch.equal(one, torch.from_numpy(other))
    for name in set(TARGETS) - {'image_id'}:
        assert torch.equal(moved[name], torch.from_numpy(wanted[name])), name


def augmentation(rng: np.random.Generator) -> Compose:
    """What a training run may use."""
    return Compose(
        [
            HorizontalFlip(rng),
            RandomCrop((96, 128), rng),
            Letterbox((96, 96)),
            ColorJitter(rng, brightness=0.3, contrast=0.3, saturation=0.3),
        ]
    )


def check_workers(plain: SynthDataset, method: str) -> None:
    """Worker processes give what this process reads."""
    began = time.perf_counter()
    loader = DataLoader(
        plain, 2, num_workers=2, collate_fn=collate, multiprocessing_context=method
    )
    number = 0
    for images, targets in loader:
        for image, target in zip(images, targets, strict=True):
            wanted, _ = plain[number]
            assert torch.equal(image, wanted)
            assert target['image_id'] == plain[number][1]['image_id']
            number += 1
    assert number == len(plain)
    print(f'{method}: {number} frames by 2 workers in {time.perf_counter() - began:.1f} s')


def check_draws(path: Path, method: str) -> None:
    """No two workers and no two epochs draw the same, and a seed repeats them."""

    def epochs() -> list[list[int]]:
        dataset = Same(path, transforms=augmentation(np.random.default_rng(0)))
        loader = DataLoader(
            dataset,
            1,
            num_workers=2,
            collate_fn=collate,
            multiprocessing_context=method,
            generator=torch.Generator().manual_seed(3),
        )
        return [[int(images[0].sum()) for images, _ in loader] for _ in range(2)]

    first = epochs()
    drawn = [total for epoch in first for total in epoch]
    assert len(set(drawn)) > 0.8 * len(drawn), drawn
    assert first == epochs()


class Same(SynthDataset):
    """Always the first frame, so that only the draws differ."""

    def __len__(self) -> int:
        return 8

    def __getitem__(self, index: int):  # noqa: ANN204 (as the base class)
        return super().__getitem__(0 * index)


def check_learning(path: Path) -> None:
    """A network of three layers learns which pixel is of which class."""
    torch.manual_seed(0)
    dataset = SynthDataset(path, targets=('semantic', 'boxes'), transforms=Letterbox((96, 128)))
    classes = dataset.num_classes
    network = torch.nn.Sequential(
        torch.nn.Conv2d(3, 24, 5, padding=2),
        torch.nn.ReLU(),
        torch.nn.Conv2d(24, 24, 5, padding=2),
        torch.nn.ReLU(),
        torch.nn.Conv2d(24, classes, 1),
    )
    optimizer = torch.optim.Adam(network.parameters(), 0.01)
    losses = []
    for _ in range(12):
        for images, targets in DataLoader(dataset, 4, collate_fn=collate):
            pixels = torch.stack(images).float() / 255 - 0.5
            wanted = torch.stack([target['semantic'] for target in targets])
            loss = torch.nn.functional.cross_entropy(network(pixels), wanted)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    first, last = losses[0], sum(losses[-3:]) / 3
    print(f'loss {first:.2f} -> {last:.2f} in {len(losses)} steps')
    assert last < 0.5 * first


if __name__ == '__main__':
    main()
