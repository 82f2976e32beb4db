"""Puts the folder for a Jetson together: data for trainers, calibration, names, cameras, commands.

It is made beside its place and renamed when it is whole, so that there is never half a bundle.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from synth_ros.errors import OutputError, UsageError
from synth_ros.pipeline.convert import ConvertRequest, convert
from synth_ros.pipeline.episode_splits import default_splits
from synth_ros.pipeline.jetson.calibration import (
    Chosen,
    Fit,
    NetworkInput,
    choose_frames,
    clean_pixels,
    png_of,
    read_pixels,
    write_images,
)
from synth_ros.pipeline.jetson.cameras import camera_info_yaml, spread_px
from synth_ros.pipeline.jetson.documents import Calibration, Document, write_documents
from synth_ros.pipeline.jetson.label_files import label_files, mask_names_in, texts
from synth_ros.pipeline.jetson.meshes import write_meshes
from synth_ros.pipeline.jetson.tao import detectnet_specs, rtdetr_yaml
from synth_ros.readers.open_recording import open_recording
from synth_ros.readers.recording import FrameId, Recording
from synth_ros.types import CameraModel, Category
from synth_ros.writers import codecs
from synth_ros.writers.folder import os_errors
from synth_ros.writers.splits import Splits

BundleFormat = Literal[
    'kitti', 'coco', 'yolo-detect', 'yolo-segment', 'yolo-pose', 'yolo-obb', 'masks'
]
"""Formats that tools for Jetson train on."""

YOLO_INPUT = NetworkInput(640, 640)

_SAME_PX = 0.01


@dataclass(frozen=True, slots=True)
class JetsonRequest:
    """What to put into a bundle.

    Attributes:
        source: A dataset or a bag.
        out: Folder of the bundle; a new or empty one.
        formats: For trainers.
        count: Most calibration images.
        size: Of the network's input.
        fit: How calibration images are brought to that size.
        config: Renders calibration images again without sensor effects; ``None`` takes them as
            they were recorded.
        shares: Of the splits; empty takes those of the source, or the defaults.
        seed: Of the splits; ``None`` takes the source's.
        workers: Processes.
    """

    source: Path
    out: Path
    formats: tuple[BundleFormat, ...] = ('kitti', 'coco')
    count: int = 500
    size: NetworkInput = YOLO_INPUT
    fit: Fit = 'none'
    config: Path | None = None
    shares: Mapping[str, float] = field(default_factory=dict)
    seed: int | None = None
    workers: int = 1


class Bundle(NamedTuple):
    """What came out.

    Attributes:
        splits: Frames in each split.
        calibration: Which frames were chosen.
        lost: What each format cannot hold: sentences, and how many cases.
        notes: What else is worth knowing, a sentence each.
    """

    splits: Mapping[str, int]
    calibration: Chosen
    lost: Mapping[str, Mapping[str, int]]
    notes: tuple[str, ...]


Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


def export_jetson(request: JetsonRequest, progress: Progress) -> Bundle:
    """Make a bundle. The same source and request give the same bytes.

    Args:
        request: What.
        progress: Called as it goes on.

    Raises:
        UsageError: The source cannot be read, or lacks what a format is made of.
        OutputError: The place cannot be written, or something is there already.
    """
    with closing(open_recording(request.source)) as recording:
        things = tuple(category for category in recording.categories if category.is_thing)
        if not recording.frames or not things:
            missing = 'frame' if not recording.frames else 'class of objects'
            raise UsageError(f'There is no {missing} in {request.source}: nothing to export.')
        with _place(request.out) as part:
            maker = _Maker(request, recording, part=part, things=things)
            return maker.make(progress)


class _Maker:
    """Fills a folder.

    Args:
        request: What is asked for.
        recording: The source.
        part: The folder; empty.
        things: Classes of objects by ascending id.
    """

    def __init__(
        self,
        request: JetsonRequest,
        recording: Recording,
        *,
        part: Path,
        things: tuple[Category, ...],
    ) -> None:
        self._request = request
        self._recording = recording
        self._part = part
        self._things = things
        self._splits = default_splits(recording, shares=request.shares, seed=request.seed)
        self._cameras = cameras_of(recording)

    def make(self, progress: Progress) -> Bundle:
        """Everything, in order."""
        request, recording = self._request, self._recording
        lost: dict[str, Mapping[str, int]] = {}
        for name in request.formats:
            lost[name] = self._convert(name, progress)
        counts = frames_in(recording, self._splits)
        split = 'train' if 'train' in counts else next(iter(counts))
        chosen = self._calibrate(split, progress)
        labels = label_files(self._things, self._mask_names())
        self._write(Path('labels'), texts(labels))
        self._write(
            Path('camera_info'),
            {f'{name}.yaml': camera_info_yaml(c[0]) for name, c in self._cameras.items()},
        )
        meshes = write_meshes(self._part / 'meshes', recording)
        self._write(Path('tao'), self._specs(tuple(counts), images=len(chosen.frames)))
        document = Document(
            source=recording.path.name,
            name=request.out.name,
            recording=recording,
            things=self._things,
            splits=counts,
            lost=lost,
            cameras=[c[0] for c in self._cameras.values()],
            meshes=meshes,
            labels=labels,
            input=request.size,
            calibration=Calibration(
                split, counts[split], chosen, request.fit, clean=request.config is not None
            ),
        )
        write_documents(self._part, document)
        _write_checksums(self._part)
        return Bundle(counts, chosen, lost, tuple(self._notes(lost)))

    def _convert(self, name: BundleFormat, progress: Progress) -> Mapping[str, int]:
        request = self._request
        made = convert(
            ConvertRequest(
                source=request.source,
                out=self._part / name,
                to=name,
                shares=request.shares,
                seed=request.seed,
                workers=request.workers,
            ),
            lambda done, total: progress(name, done, total),
        )
        folder = self._part / name
        # Markers to go on with an interrupted conversion: a bundle is whole or not there.
        shutil.rmtree(folder / '.synth_ros', ignore_errors=True)
        if name == 'kitti':
            # Larger than all the rest, and what is trained for a Jetson has no use for them.
            for clouds in folder.glob('*/velodyne'):
                shutil.rmtree(clouds)
        return made.lost

    def _calibrate(self, split: str, progress: Progress) -> Chosen:
        request, recording = self._request, self._recording
        frames = [key for key in recording.frames if self._splits.of(key.run) == split]
        chosen = choose_frames(
            recording,
            frames,
            count=request.count,
            progress=lambda done, total: progress('calibration', done, total),
        )
        with ExitStack() as stack:
            if request.config is None:
                taken: Callable[[FrameId], bytes] = self._recorded
            else:
                again = stack.enter_context(clean_pixels(recording, request.config))

                def taken(key: FrameId) -> bytes:
                    return png_of(again(key), size=request.size, fit=request.fit)

            write_images(self._part / 'calibration', chosen, pixels=taken)
        return chosen

    def _recorded(self, key: FrameId) -> bytes:
        """The image of a frame as a PNG file: the very file of the dataset where it is one."""
        request, recording = self._request, self._recording
        if request.fit == 'none' and recording.origin.rgb_format == 'png':
            stored = recording.rgb_file(key)
            if stored is not None:
                return stored
        return png_of(read_pixels(recording, key), size=request.size, fit=request.fit)

    def _mask_names(self) -> tuple[str, ...]:
        """Classes of the bundle's semantic masks; none without masks."""
        table = self._part / 'masks' / 'classes.json'
        return mask_names_in(table.read_text(encoding='utf-8')) if table.is_file() else ()

    def _specs(self, splits: Sequence[str], *, images: int) -> Mapping[str, str]:
        request = self._request
        specs: dict[str, str] = {}
        if 'coco' in request.formats:
            specs['rtdetr.yaml'] = rtdetr_yaml(
                self._things, splits=splits, size=request.size, images=images
            )
        if 'kitti' in request.formats:
            suffix = codecs.suffix(self._recording.origin.rgb_format)
            specs |= detectnet_specs(self._things, splits=splits, suffix=suffix)
        return specs

    def _write(self, folder: Path, contents: Mapping[str, str]) -> None:
        if contents:
            (self._part / folder).mkdir()
        for name, text in contents.items():
            (self._part / folder / name).write_text(text, encoding='utf-8')

    def _notes(self, lost: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
        for name, cameras in self._cameras.items():
            spread = spread_px(cameras)
            if spread > _SAME_PX:
                yield (
                    f'Intrinsics of camera {name} differ by up to {spread:.2f} px between frames: '
                    f'camera_info/{name}.yaml has those of the first.'
                )
        sizes = {(c.width, c.height) for cameras in self._cameras.values() for c in cameras}
        if len(sizes) > 1 and 'kitti' in lost:
            words = ', '.join(f'{width}x{height}' for width, height in sorted(sizes))
            yield f'Images have several sizes ({words}), but DetectNet_v2 needs one.'


def cameras_of(recording: Recording) -> dict[str, list[CameraModel]]:
    """Intrinsics of each camera, those of the first frame first, each once."""
    cameras: dict[str, dict[CameraModel, None]] = {}
    for key in recording.frames:
        record = recording.record(key)
        k = record.intrinsics
        model = CameraModel(
            record.camera, record.width, record.height, fx=k.fx, fy=k.fy, cx=k.cx, cy=k.cy
        )
        cameras.setdefault(record.camera, {})[model] = None
    return {name: list(models) for name, models in sorted(cameras.items())}


def frames_in(recording: Recording, splits: Splits) -> dict[str, int]:
    """Frames in each split that has some."""
    counts = Counter(splits.of(key.run) for key in recording.frames)
    return {name: counts[name] for name in splits.names if counts[name]}


@contextmanager
def _place(out: Path) -> Iterator[Path]:
    """A folder that becomes the bundle if all goes well, and vanishes otherwise."""
    if out.is_file() or (out.is_dir() and any(out.iterdir())):
        raise OutputError(f'{out} exists already. Choose another place; nothing is overwritten.')
    with os_errors(out, valid='Nothing was written.'):
        out.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f'.{out.name}.', dir=out.parent))
        try:
            # What mkdtemp makes is its owner's alone.
            part.chmod(0o777 & ~_umask())
            yield part
            part.rename(out)
        finally:
            shutil.rmtree(part, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _write_checksums(part: Path) -> None:
    """``SHA256SUMS`` of all files, as ``sha256sum -c`` reads it."""
    lines = []
    for path in sorted(part.rglob('*')):
        if path.is_file():
            with path.open('rb') as file:
                digest = hashlib.file_digest(file, 'sha256').hexdigest()
            lines.append(f'{digest}  {path.relative_to(part).as_posix()}\n')
    (part / 'SHA256SUMS').write_text(''.join(lines), encoding='utf-8')
