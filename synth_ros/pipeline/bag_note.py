"""What goes into a bag beside its topics, so that it can become a dataset without loss."""

from __future__ import annotations

from synth_ros.config.output import DatasetConfig
from synth_ros.schema.bag_note import DatasetNote, OptionsNote, category_note
from synth_ros.writers.base import DatasetInfo


def note_of(info: DatasetInfo, options: DatasetConfig, *, rgb_lossy: bool = False) -> DatasetNote:
    """What a bag says of the dataset that it can become.

    Args:
        info: What the dataset says of itself.
        options: How its files are stored.
        rgb_lossy: Whether colour was JPEG before it came into the bag.
    """
    return DatasetNote(
        description=info.description,
        version=info.version,
        config_hash=info.config_hash,
        seed=info.seed,
        renderer=info.renderer,
        annotations=info.annotations,
        min_pixels=info.min_pixels,
        min_visibility=info.min_visibility,
        cameras=info.cameras,
        categories=tuple(category_note(category) for category in info.categories),
        options=OptionsNote(
            rgb_format=options.rgb_format,
            jpeg_quality=options.jpeg_quality,
            depth=options.depth,
            masks=options.masks,
            views_per_episode=options.views_per_episode,
            motion=options.motion,
            container=options.container,
        ),
        rgb_lossy=rgb_lossy,
    )
