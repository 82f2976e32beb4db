"""The README.md of a dataset: front matter that ``datasets`` reads, and a page for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import yaml

from synth_ros.writers.formats.base import FormatSetup
from synth_ros.writers.formats.hf_features import Features, as_yaml

_WIDE = 10_000
"""Line length of YAML beyond every name, so that none is folded."""


def dataset_card(
    setup: FormatSetup,
    features: Features,
    *,
    data_files: Mapping[str, str],
    columns: Sequence[tuple[str, str]],
) -> str:
    """A dataset card.

    Args:
        setup: What the dataset is.
        features: Types of the columns.
        data_files: Pattern of the files of each split, relative to the card.
        columns: What each column means, for people.
    """
    info = setup.info
    front = {
        'pretty_name': info.description,
        'task_categories': ['object-detection', 'image-segmentation'],
        'tags': ['synthetic', 'synth_ros'],
        'configs': [
            {
                'config_name': 'default',
                'data_files': [
                    {'split': split, 'path': pattern} for split, pattern in data_files.items()
                ],
                # Folders of images know types only from here, the Hub only from below.
                'features': as_yaml(features),
            }
        ],
        'dataset_info': {'features': as_yaml(features)},
    }
    head = yaml.safe_dump(front, sort_keys=False, allow_unicode=True, width=_WIDE)
    meaning = '\n'.join(f'| `{name}` | {text} |' for name, text in columns)
    classes = '\n'.join(
        f'| {index} | {category.class_id} | {_cell(category.name)} |'
        for index, category in enumerate(setup.things)
    )
    return (
        f'---\n{head}---\n\n# {info.description}\n\n'
        f'Made by synth_ros {info.version} with the seed {info.seed} and the config '
        f'`{info.config_hash}`, rendered by `{info.renderer}`.\n\n'
        f'| Column | Meaning |\n|---|---|\n{meaning}\n\n'
        f'| `category` | Class id | Class |\n|---|---|---|\n{classes}\n'
    )


def _cell(text: str) -> str:
    """Text inside a table of Markdown."""
    return text.replace('|', '\\|')
