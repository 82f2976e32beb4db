"""Which format a folder is, by the files that are in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal, NamedTuple

from synth_ros.readers.layouts import (
    bop,
    cityscapes,
    coco,
    huggingface,
    kitti,
    lerobot,
    masks,
    ndds,
    yolo,
)
from synth_ros.readers.layouts.folders import (
    files_below,
    folders_in,
    images_below,
    listed,
    with_stem,
)
from synth_ros.readers.layouts.voc import find_folders as find_voc

Kind = Literal[
    'ours',
    'bag',
    'lerobot',
    'bop',
    'cityscapes',
    'kitti',
    'voc',
    'yolo',
    'webdataset',
    'hf-imagefolder',
    'hf-parquet',
    'dope',
    'coco',
    'masks',
]

_PROBED = 20


class Candidate(NamedTuple):
    """A format that a folder may be.

    Attributes:
        kind: The format.
        reason: The file or folder that says so.
    """

    kind: Kind
    reason: str


class _Look(NamedTuple):
    """How a format is recognised.

    Attributes:
        looked_for: For people.
        find: The reason; empty if a folder is not of this format.
    """

    looked_for: str
    find: Callable[[Path], str]


def recognise(root: Path) -> tuple[Candidate, ...]:
    """All formats that a folder may be, the most certain first."""
    found = ((kind, look.find(root)) for kind, look in _LOOKS.items())
    return tuple(Candidate(kind, reason) for kind, reason in found if reason)


def looked_for(kinds: Iterable[Kind] | None = None) -> str:
    """What was looked for, a line for each format."""
    wanted = set(kinds) if kinds is not None else set(_LOOKS)
    width = max(len(kind) for kind in _LOOKS)
    return '\n'.join(
        f'  {kind:<{width}}  {look.looked_for}' for kind, look in _LOOKS.items() if kind in wanted
    )


def _ours(root: Path) -> str:
    if (root / 'dataset.json').is_file():
        return 'dataset.json is there'
    index = root / 'annotations.json'
    try:
        with index.open('rb') as stream:
            head = stream.read(2000)
    except OSError:
        return ''
    return 'annotations.json says synth_ros coco' if b'"synth_ros coco' in head else ''


def _bag(root: Path) -> str:
    for path in listed(root):
        if path.name.removesuffix('.zstd').endswith(('.mcap', '.db3')) and path.is_file():
            return f'{path.name} is there'
    try:
        with (root / 'metadata.yaml').open('rb') as stream:
            head = stream.read(2000)
    except OSError:
        return ''
    return 'metadata.yaml is that of a bag' if b'rosbag2_bagfile_information' in head else ''


def _lerobot(root: Path) -> str:
    found = lerobot.find_roots(root)
    if not found:
        return ''
    return f'{(found[0] / "meta" / "info.json").relative_to(root).as_posix()} is there'


def _bop(root: Path) -> str:
    scenes = bop.find_scenes(root)
    if not scenes:
        return ''
    name = scenes[0].path.relative_to(root).as_posix()
    return f'{name}/ has scene_gt.json or scene_camera.json'


def _voc(root: Path) -> str:
    for folders in find_voc(root):
        # Whether the first files can be read is a question for later.
        if any(True for _ in files_below(folders.annotations, '.xml')):
            name = folders.annotations.relative_to(root).as_posix()
            where = 'beside images' if name == '.' else f'in {name}/'
            return f'XML files of annotations are {where}'
    return ''


def _yolo(root: Path) -> str:
    path = yolo.find_yaml(root)
    if path is not None:
        return f'{path.name} has names and splits'
    if (root / 'obj.names').is_file():
        return 'obj.names is there'
    labels = root / 'labels'
    found = files_below(labels, '.txt') if labels.is_dir() else _beside_images(root)
    for path in found:
        try:
            words = path.read_bytes()[:100].split()
        except OSError:
            continue
        if len(words) >= 5 and words[0].isdigit():
            return f'{path.relative_to(root)} has rows of numbers'
    return ''


def _beside_images(root: Path) -> list[Path]:
    """The first text files that share their name with an image."""
    texts = [path for path in listed(root) if path.suffix == '.txt'][:_PROBED]
    return [path for path in texts if with_stem(root, path.stem) is not None]


def _webdataset(root: Path) -> str:
    for folder in (root, *folders_in(root)):
        for path in listed(folder):
            if path.suffix == '.tar':
                return f'{path.relative_to(root)} is there'
    return ''


def _imagefolder(root: Path) -> str:
    found = huggingface.metadata_files(root)
    return f'{found[0].relative_to(root)} is there' if found else ''


def _parquet(root: Path) -> str:
    found = huggingface.parquet_files(root)
    if any(path.name == 'metadata.parquet' for path in found):
        return ''
    return f'{found[0].relative_to(root)} is there' if found else ''


def _coco(root: Path) -> str:
    found = coco.coco_files(root)
    return f'{found[0].path.relative_to(root)} has images and annotations' if found else ''


def _masks(root: Path) -> str:
    layout = masks.find_layout(root)
    if layout is None or not any(True for _ in images_below(layout.images)):
        return ''
    return f'{layout.images.name}/ and {layout.masks.name}/ are there'


_LOOKS: dict[Kind, _Look] = {
    'ours': _Look('dataset.json (a dataset of synth-ros generate)', _ours),
    'bag': _Look('metadata.yaml and *.mcap (a rosbag2 recording)', _bag),
    'lerobot': _Look('meta/info.json (LeRobot)', _lerobot),
    'bop': _Look('SPLIT/SCENE/scene_gt.json (BOP)', _bop),
    'cityscapes': _Look(
        'gtFine/, or *_labelIds.png (Cityscapes)', cityscapes.looks_like_cityscapes
    ),
    'kitti': _Look(
        'label_2/, or labels/*.txt with a type and 14 numbers (KITTI)', kitti.looks_like_kitti
    ),
    'voc': _Look('Annotations/*.xml (Pascal VOC)', _voc),
    'yolo': _Look('data.yaml with names, obj.names, or *.txt with numbers (YOLO)', _yolo),
    'webdataset': _Look('*.tar (WebDataset)', _webdataset),
    'hf-imagefolder': _Look(
        'metadata.jsonl, .csv or .parquet (Hugging Face imagefolder)', _imagefolder
    ),
    'hf-parquet': _Look('*.parquet (Hugging Face)', _parquet),
    'dope': _Look(
        '_camera_settings.json, or *.json with camera_data (NDDS, DOPE)', ndds.looks_like_ndds
    ),
    'coco': _Look('*.json with images and annotations (COCO)', _coco),
    'masks': _Look('images/ and masks/ (semantic masks)', _masks),
}
