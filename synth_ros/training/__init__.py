"""A dataset as training code wants it: images and targets, and transforms that move both."""

from synth_ros.training.dataset import SynthDataset, collate
from synth_ros.training.targets import TargetName
from synth_ros.training.transforms import (
    ColorJitter,
    Compose,
    Crop,
    HorizontalFlip,
    Letterbox,
    RandomCrop,
    Resize,
)

__all__ = [
    'ColorJitter',
    'Compose',
    'Crop',
    'HorizontalFlip',
    'Letterbox',
    'RandomCrop',
    'Resize',
    'SynthDataset',
    'TargetName',
    'collate',
]
