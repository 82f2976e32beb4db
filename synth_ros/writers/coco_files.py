"""The files of one frame: where they lie, and their bytes."""

from __future__ import annotations

from synth_ros.config.output import DatasetConfig
from synth_ros.schema.layers import layers_of
from synth_ros.types import Sample
from synth_ros.writers import codecs
from synth_ros.writers.coco_records import ImageFiles
from synth_ros.writers.formats.base import Pictures
from synth_ros.writers.npz import encode_npz

LABELS = 'labels'
PROVENANCE = 'provenance'
IMAGE_FOLDERS = ('images', 'depth', 'instance_masks', 'semantic_masks')
DENSE_FOLDERS = ('part_masks', 'panoptic', 'layers')

# These are masks, and masks are PNGs.
_AS_PNG = frozenset({'part_id', 'panoptic_id'})


def labels_path(episode: int) -> str:
    """The structured labels of an episode, relative to the dataset."""
    return f'{LABELS}/{episode:06d}.jsonl'


def provenance_path(episode: int) -> str:
    """How an episode was made, relative to the dataset."""
    return f'{PROVENANCE}/{episode:06d}.json'


def frame_files(sample: Sample, options: DatasetConfig) -> ImageFiles:
    """Where the files of a frame lie; None for what it does not have."""
    stem, dense = sample.key.stem, sample.labels.dense
    ending = codecs.suffix(options.rgb_format)
    return {
        'rgb': f'images/{stem}{ending}',
        'depth': f'depth/{stem}.png' if options.depth else None,
        'instances': f'instance_masks/{stem}.png' if options.masks else None,
        'classes': f'semantic_masks/{stem}.png' if options.masks else None,
        'parts': f'part_masks/{stem}.png' if dense.part_id is not None else None,
        'panoptic': f'panoptic/{stem}.png' if dense.panoptic is not None else None,
        'layers': f'layers/{stem}.npz' if layers_of(dense).keys() - _AS_PNG else None,
        'labels': labels_path(sample.key.episode),
        'provenance': provenance_path(sample.key.episode),
    }


def encode_frame(sample: Sample, options: DatasetConfig, pictures: Pictures) -> dict[str, bytes]:
    """The files of one frame by path, those that it shares with its episode left out.

    Args:
        sample: The frame.
        options: Which files are written, and how.
        pictures: Its encoded images.

    Raises:
        OutputError: A depth or id does not fit its file.
    """
    paths, dense = frame_files(sample, options), sample.labels.dense
    files = {paths['rgb']: pictures.rgb}
    if paths['depth']:
        files[paths['depth']] = pictures.depth
    if paths['instances']:
        files[paths['instances']] = pictures.instances
    if paths['classes']:
        files[paths['classes']] = pictures.classes
    if paths['parts'] and dense.part_id is not None:
        files[paths['parts']] = codecs.encode_parts(dense.part_id)
    if paths['panoptic'] and pictures.panoptic is not None:
        files[paths['panoptic']] = pictures.panoptic
    if paths['layers']:
        files[paths['layers']] = encode_npz(
            {name: layer for name, layer in layers_of(dense).items() if name not in _AS_PNG}
        )
    return files
