"""What a bundle says of itself: README.md for people, bundle.json for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined

from synth_ros import __version__
from synth_ros.pipeline.jetson.calibration import PADDING, Chosen, Fit, NetworkInput
from synth_ros.pipeline.jetson.label_files import LabelFile
from synth_ros.readers.recording import Recording
from synth_ros.types import CameraModel, Category

FORMAT = 'synth_ros jetson 1'

_WHAT: Mapping[str, str] = {
    'kitti': 'KITTI labels by split, without point clouds: TAO DetectNet_v2, YOLOv3, YOLOv4, SSD.',
    'coco': 'COCO annotations by split: TAO RT-DETR, DINO, Deformable DETR, Mask RCNN.',
    'yolo-detect': 'Ultralytics YOLO: boxes.',
    'yolo-segment': 'Ultralytics YOLO: polygons.',
    'yolo-pose': 'Ultralytics YOLO: keypoints.',
    'yolo-obb': 'Ultralytics YOLO: oriented boxes.',
    'masks': 'Semantic masks by split: TAO SegFormer and UNet.',
}


class Calibration(NamedTuple):
    """What there is to say of the calibration images.

    Attributes:
        split: That they are from.
        candidates: Frames that there were to choose from.
        chosen: Which.
        fit: How they were brought to the network's size.
        clean: Whether they were rendered again without sensor effects.
    """

    split: str
    candidates: int
    chosen: Chosen
    fit: Fit
    clean: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What there is to say of a bundle.

    Attributes:
        source: Name of the dataset or bag.
        name: Of the bundle.
        recording: The source.
        things: Classes of objects by ascending id.
        splits: Frames in each.
        lost: What each format cannot hold.
        cameras: The first intrinsics of each camera.
        meshes: Names of mesh files.
        input: Of the network.
        calibration: Its images.
        labels: The label files.
    """

    source: str
    name: str
    recording: Recording
    things: Sequence[Category]
    splits: Mapping[str, int]
    lost: Mapping[str, Mapping[str, int]]
    cameras: Sequence[CameraModel]
    meshes: Sequence[str]
    input: NetworkInput
    calibration: Calibration
    labels: Sequence[LabelFile]


def write_documents(part: Path, document: Document) -> None:
    """Write README.md, bundle.json and the script that prepares calibration images."""
    environment = Environment(
        loader=PackageLoader('synth_ros.pipeline.jetson'),
        autoescape=False,  # noqa: S701 - the text is Markdown and Python, not HTML
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    script = environment.get_template('calibration_data.py.j2')
    text = script.render(input=document.input, padding=PADDING)
    (part / 'calibration' / 'calibration_data.py').write_text(text, encoding='utf-8')
    segformer = (part / 'masks' / 'tao_segformer.yaml').is_file()
    readme = environment.get_template('README.md.j2').render(
        _context(document), segformer=segformer
    )
    (part / 'README.md').write_text(readme, encoding='utf-8')
    (part / 'bundle.json').write_text(
        json.dumps(_manifest(document), indent=2, allow_nan=False) + '\n', encoding='utf-8'
    )


def _context(document: Document) -> dict[str, object]:
    calibration = document.calibration
    return {
        'name': document.name,
        'version': __version__,
        'source': document.source,
        'config_hash': document.recording.config_hash,
        'seed': document.recording.seed,
        'formats': [{'folder': name, 'what': _WHAT[name]} for name in document.lost],
        'folders': tuple(document.lost),
        'splits': document.splits,
        'labels': document.labels,
        'classes': len(document.things),
        'camera': document.cameras[0],
        'meshes': document.meshes,
        'input': document.input,
        'calibration': {
            'images': len(calibration.chosen.frames),
            'candidates': calibration.candidates,
            'split': calibration.split,
            'share': calibration.chosen.share,
            'traits': calibration.chosen.traits,
            'clean': calibration.clean,
            'fit': calibration.fit,
        },
    }


def _manifest(document: Document) -> dict[str, object]:
    calibration, recording = document.calibration, document.recording
    return {
        'format': FORMAT,
        'generator': 'synth_ros',
        'version': __version__,
        'source': document.source,
        'config_hash': recording.config_hash,
        'seed': recording.seed,
        'classes': [{'id': c.class_id, 'name': c.name} for c in document.things],
        'labels': {file.name: list(file.lines) for file in document.labels},
        'cameras': [
            {'name': c.name, 'width': c.width, 'height': c.height} for c in document.cameras
        ],
        'splits': dict(document.splits),
        'formats': {name: {'lost': dict(lost)} for name, lost in document.lost.items()},
        'meshes': list(document.meshes),
        'input': {'width': document.input.width, 'height': document.input.height},
        'calibration': {
            'split': calibration.split,
            'images': [key.stem for key in calibration.chosen.frames],
            'fit': calibration.fit,
            'clean': calibration.clean,
            'covered': round(calibration.chosen.share, 4),
        },
    }
