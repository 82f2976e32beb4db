"""The report: one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np

from synth_ros.audit.results import AuditRecord
from synth_ros.errors import UsageError
from synth_ros.readers.bag import BagSummary, read_bag_summary
from synth_ros.readers.coco import INDEX, CocoDataset
from synth_ros.readers.coco_entries import ImageEntry
from synth_ros.readers.plain.ours import OurPlain
from synth_ros.readers.plain.types import PlainDataset, PlainImage
from synth_ros.readers.profile import read_profile
from synth_ros.report.choose import Candidates
from synth_ros.report.coverage import coverage
from synth_ros.report.draws import DrawTally
from synth_ros.report.opened import opened
from synth_ros.report.overlay import Style, Tile, resize, tiles
from synth_ros.report.page import ShownFrame, shown, templates, write_text
from synth_ros.report.palette import hex_colour
from synth_ros.report.picture import Picture, from_dataset, from_plain
from synth_ros.report.pictures.gallery import gallery
from synth_ros.report.pictures.shown import from_dataset as from_stored
from synth_ros.report.pictures.shown import read_class_names
from synth_ros.report.plots import spark
from synth_ros.report.sections import class_figures, sections
from synth_ros.report.statistics.describe import describe
from synth_ros.report.statistics.gather import Choice, Progress, gather
from synth_ros.report.statistics.records import StatsRecord
from synth_ros.report.worst import Shown, pictures, read_audit, worth_showing
from synth_ros.schema.profile import TITLES, WAITED_FOR, Profile

# Tiles are shown at about half this size, and whole when clicked.
_STYLE = Style(640, letters=19, shares=False)
# Frames shown with all their annotations.
_ANNOTATED = 2
_TWINS, _TWIN_WIDTH, _TWINS_OF_SET = 6, 320, 4
_WORST = 9


class Options(NamedTuple):
    """What the report shows.

    Attributes:
        bag: Folder of the rosbag2 recording made with the dataset.
        frames: How many frames are shown.
        pixels: Of how many images pixels are measured; ``None`` for all.
        jobs: Threads that read images.
        audit: Result of an audit whose worst frames are shown; by default that beside the
            dataset, if there is one.
    """

    bag: Path | None = None
    frames: int = 8
    pixels: int | None = None
    jobs: int = 1
    audit: AuditRecord | None = None


class Span(NamedTuple):
    """The time of a step of the run that made the dataset, or of a wait."""

    title: str
    calls: int
    seconds: float
    median_s: float
    wait: bool


class Worst(NamedTuple):
    """Pictures of an audit, and what it found in words."""

    told: str
    pictures: tuple[Shown, ...]


class Source(NamedTuple):
    """What is described.

    Attributes:
        plain: The dataset.
        ours: The same with all that only a dataset folder of ours has; ``None`` for others.
        images: Of ours, by the name of the image.
    """

    plain: PlainDataset
    ours: CocoDataset | None
    images: Mapping[str, ImageEntry]


def write_report(
    dataset: Path,
    options: Options | None = None,
    *,
    out: Path | None = None,
    progress: Progress | None = None,
) -> Path:
    """Describe a dataset or a bag in one HTML file.

    The same dataset gives the same file, byte for byte; the profile of its last measured run
    (``generate --profile``) is shown if there is one.

    Args:
        dataset: Folder of any annotated dataset, or of a bag.
        options: What is shown.
        out: The file to write; ``report.html`` beside the dataset by default.
        progress: Called after each image that was counted.

    Returns:
        The file that was written.

    Raises:
        UsageError: The dataset or bag cannot be read, or files of the dataset are missing.
        OutputError: The report cannot be written.
    """
    wanted = options or Options()
    summary = read_bag_summary(wanted.bag) if wanted.bag else None
    if not dataset.is_dir():
        raise UsageError(
            f'There is no dataset folder {dataset}. Make one: synth-ros generate CONFIG --out '
            f'{dataset}'
        )
    with opened(dataset) as plain:
        text = _render(_source(plain), wanted, bag=summary, progress=progress)
    target = out or dataset.resolve().parent / 'report.html'
    write_text(target, text)
    return target


def _source(plain: PlainDataset) -> Source:
    """A dataset with all that we know of it; one of ours only if it is whole."""
    if not isinstance(plain, OurPlain) or not (plain.path / INDEX).is_file():
        return Source(plain, None, {})
    ours = CocoDataset(plain.path)
    missing = ours.missing_files()
    if missing:
        raise UsageError(
            f'{ours.root} lacks {len(missing)} files that its index names, such as '
            f'{missing[0]}. Make them again with synth-ros generate ... --resume.'
        )
    return Source(plain, ours, {image.file_name: image for image in ours.images})


def _render(
    source: Source, options: Options, *, bag: BagSummary | None, progress: Progress | None
) -> str:
    """The page's HTML text."""
    plain, ours = source.plain, source.ours
    candidates, draws = Candidates(), DrawTally()
    choice = Choice(options.pixels, jobs=options.jobs)
    gathered = gather(plain, choice, draws=draws, watch=candidates.add, progress=progress)
    stats = describe(gathered, plain, draws=draws)
    profile = read_profile(plain.path) if ours else None
    chosen = candidates.choose(options.frames)
    environment = templates()
    environment.globals['spark'] = spark
    return environment.get_template('report.html').render(
        stats=stats,
        ours=ours,
        named=any(split.name for split in stats.splits),
        colours=_colours(source, stats),
        frames=[shown(_title(source, k), tiles(_picture(source, k), _STYLE)) for k in chosen],
        annotated=_annotated(ours) if ours else (),
        worst=_worst(source, options.audit),
        class_figures=class_figures(stats),
        sections=sections(stats),
        twins=list(_twins(plain, stats)),
        coverage=coverage(ours) if ours else None,
        profile=profile,
        spans=_spans(profile) if profile else (),
        bag=bag,
        size_bytes=sum(k.stat().st_size for k in plain.path.rglob('*') if k.is_file()),
        cameras=_cameras(stats, ours),
    )


def _picture(source: Source, image: PlainImage) -> Picture:
    entry = source.images.get(image.name)
    if source.ours is not None and entry is not None:
        return from_dataset(source.ours, entry)
    return from_plain(source.plain, image)


def _title(source: Source, image: PlainImage) -> str:
    entry = source.images.get(image.name)
    return entry.stem if entry else image.name


def _colours(source: Source, stats: StatsRecord) -> dict[str, str]:
    """Colours of classes, as in the pictures."""
    ids = {k.name: k.class_id for k in source.ours.categories} if source.ours else {}
    return {
        row.name: hex_colour(ids.get(row.name, number))
        for number, row in enumerate(stats.classes, 1)
    }


def _cameras(stats: StatsRecord, ours: CocoDataset | None) -> str:
    if ours is not None:
        found = sorted({f'{i.camera} {i.width}x{i.height}' for i in ours.images})
        return f'Cameras: {", ".join(found) or "none"}'
    sizes = [f'{k.width}x{k.height} ({k.images:,})' for k in stats.resolutions[:12]]
    more = ', ...' if len(stats.resolutions) > 12 else ''
    return f'Sizes of images: {", ".join(sizes) or "none"}{more}'


def _spans(profile: Profile) -> tuple[Span, ...]:
    """The steps of a run, then what drawing waited for."""
    steps = (Span(TITLES[step], *spent, wait=False) for step, spent in profile.steps.items())
    waits = (
        Span(f'wait: {WAITED_FOR[wait]}', *spent, wait=True)
        for wait, spent in profile.waits.items()
    )
    return (*steps, *waits)


def spread(images: Sequence[ImageEntry], count: int) -> list[ImageEntry]:
    """Some images, evenly from the first to the last."""
    if len(images) <= count:
        return list(images)
    places = np.linspace(0, len(images) - 1, count).round().astype(int)
    return [images[int(place)] for place in places]


def _annotated(dataset: CocoDataset) -> list[ShownFrame]:
    """Some frames, each with a tile for each annotation."""
    names = read_class_names(dataset)
    return [
        shown(image.stem, gallery(from_stored(dataset, image, names=names), _STYLE))
        for image in spread(dataset.images, _ANNOTATED)
    ]


def _twins(dataset: PlainDataset, stats: StatsRecord) -> Iterator[ShownFrame]:
    """The first sets of images that look the same."""
    sets = stats.duplicates.first[:_TWINS] if stats.duplicates else ()
    wanted = {look.name for found in sets for look in found.images[:_TWINS_OF_SET]}
    # Pictures are drawn in one more pass, since a dataset need not find an image by its name.
    drawn = {
        image.name: resize(dataset.read_rgb(image), _TWIN_WIDTH)
        for image in islice(_named(dataset, wanted), len(wanted))
    }
    for found in sets:
        looks = found.images[:_TWINS_OF_SET]
        where = f' in {" and ".join(found.splits)}' if len(found.splits) > 1 else ''
        row = [Tile(_caption(k.name, k.split), drawn[k.name]) for k in looks if k.name in drawn]
        yield shown(f'{found.count:,} images{where}', row)


def _named(dataset: PlainDataset, names: set[str]) -> Iterator[PlainImage]:
    if names:
        yield from (image for image in dataset if image.name in names)


def _caption(name: str, split: str) -> str:
    return f'{name} ({split})' if split else name


def _worst(source: Source, audit: AuditRecord | None) -> Worst | None:
    """The worst frames of an audit of this recording."""
    plain = source.plain
    if not isinstance(plain, OurPlain):
        return None
    if audit is None:
        path = audit_path(plain.path)
        if not path.is_file():
            return None
        audit = read_audit(path)
    recording = plain.recording
    broken = sum(row.status == 'broken' for row in audit.rows)
    told = (
        f'From an audit of {len(audit.frames):,} of {audit.frames_total:,} frames: '
        f'{"every bound holds" if audit.fine else f"{broken} checks found a broken bound"}. '
    )
    if audit.frames_total != len(recording.frames):
        return Worst(f'{told}It is of another state of the data: audit it again.', ())
    found = tuple(pictures(worth_showing(audit), recording, most=_WORST))
    return Worst(f'{told}The frames with the largest errors, each with the place of it.', found)


def audit_path(dataset: Path) -> Path:
    """Where ``synth-ros audit`` writes its result by default."""
    whole = dataset.resolve()
    return whole.parent / f'{whole.name}_audit' / 'audit.json'
