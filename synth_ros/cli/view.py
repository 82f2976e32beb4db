"""``synth-ros view``: a dataset or a bag in the Rerun viewer."""

from __future__ import annotations

import importlib.util
import os
import sys
import time
import webbrowser
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from synth_ros.errors import UsageError

if TYPE_CHECKING:
    from synth_ros.view.sink import Sink
    from synth_ros.view.subject import Subject

_PORT = 9090


class _Shown(NamedTuple):
    """What is shown, where it is, and where messages go."""

    subject: Subject
    folder: Path
    console: Console


def view(
    recording: Annotated[
        Path,
        typer.Argument(
            help='Folder of a dataset, of any format, or of a bag.', metavar='DATASET|BAG'
        ),
    ],
    *,
    episode: Annotated[
        list[int] | None,
        typer.Option('--episode', '-e', min=0, help='Only this episode. Repeat it for more.'),
    ] = None,
    camera: Annotated[
        list[str] | None,
        typer.Option('--camera', '-c', help='Only this camera. Repeat it for more.'),
    ] = None,
    frames: Annotated[
        str,
        typer.Option(
            '--frames', metavar='A:B', help='Instants A to B-1 of each episode; A: and :B do, too.'
        ),
    ] = ':',
    every: Annotated[
        int, typer.Option(min=1, metavar='K', help='Only every Kth instant of each episode.')
    ] = 1,
    max_frames: Annotated[
        int | None, typer.Option(min=1, metavar='N', help='At most N instants in all.')
    ] = None,
    clouds: Annotated[
        bool,
        typer.Option(
            '--clouds', help='Make clouds of depth in the colours of the image; a larger log.'
        ),
    ] = False,
    save: Annotated[
        Path | None,
        typer.Option('--save', '-s', metavar='FILE.rrd', help='Write a file, open no viewer.'),
    ] = None,
    serve: Annotated[
        bool, typer.Option('--serve', help='Show it in a browser, until Ctrl-C.')
    ] = False,
    port: Annotated[
        int,
        typer.Option(
            min=1024, max=65534, help='Of the page that --serve offers; its data has the next one.'
        ),
    ] = _PORT,
    sheet: Annotated[
        Path | None,
        typer.Option('--sheet', metavar='FILE.png', help='Draw a contact sheet, open no viewer.'),
    ] = None,
    force: Annotated[
        bool, typer.Option('--force', '-f', help='Replace a FILE that is there.')
    ] = False,
) -> None:
    """Look at a dataset or a bag: images, masks, boxes, poses, clouds, robot, over time.

    Opens the Rerun viewer (pip install rerun-sdk), or writes what it would show into a file that
    Rerun opens anywhere. Where there is no display, it draws a contact sheet instead, as
    NAME_view.png beside the recording.

    The timeline "stamp" is simulation time; an episode begins one second after the one before has
    ended. "frame" counts instants: the frames of all cameras at one time are one instant.

    Of COCO, YOLO, KITTI, BOP, VOC, Cityscapes and mask folders that others made, it shows images
    with boxes and masks.

    Example: synth-ros view dataset --episode 3 --camera head --every 5

    For another machine: synth-ros view bag --save bag.rrd, and there: rerun bag.rrd

    Without a screen: synth-ros view dataset --serve
    """
    from synth_ros.view.selection import Selection, parse_span
    from synth_ros.view.subject import open_subject

    _check_one_way(save, sheet, serve=serve)
    console = Console(stderr=True)
    selection = Selection(
        episodes=tuple(episode or ()),
        cameras=tuple(camera or ()),
        span=parse_span(frames),
        every=every,
        most=max_frames,
    )
    with_viewer = sheet is None and (save is not None or serve or has_display())
    if with_viewer:
        check_library()
    with closing(open_subject(recording, selection, clouds=clouds)) as subject:
        shown = _Shown(subject, recording, console)
        if save is not None:
            _save(shown, save, force=force)
        elif serve:
            _serve(shown, port)
        elif with_viewer:
            _open(shown)
        else:
            _draw_sheet(shown, sheet, force=force)


def has_display() -> bool:
    """Whether a window can be opened here."""
    if not sys.platform.startswith('linux'):
        return True
    return bool(os.environ.get('DISPLAY') or os.environ.get('WAYLAND_DISPLAY'))


def check_library() -> None:
    """See that the viewer's library is installed.

    Raises:
        UsageError: It is not.
    """
    if importlib.util.find_spec('rerun_bindings') is None:
        raise UsageError(
            "The Rerun viewer is not installed: pip install 'synth_ros[view]', or pip install "
            'rerun-sdk. Without it, --sheet FILE.png draws a contact sheet.'
        )


def _check_one_way(save: Path | None, sheet: Path | None, *, serve: bool) -> None:
    ways = [
        name
        for name, given in (
            ('--save', save is not None),
            ('--serve', serve),
            ('--sheet', sheet is not None),
        )
        if given
    ]
    if len(ways) > 1:
        raise UsageError(f'{" and ".join(ways)} exclude each other. Choose one of them.')


def _save(shown: _Shown, path: Path, *, force: bool) -> None:
    from synth_ros.view.stream import to_file

    with to_file(path, shown.subject.title, force=force) as sink:
        _log(shown, sink)
    megabytes = path.stat().st_size / 1e6
    saved = Text(f'Saved: {path} ({megabytes:.1f} MB)', style='green')
    shown.console.print(saved, soft_wrap=True)
    # To be copied: a line that is broken is no command.
    shown.console.print(Text(f'Look at it, here or elsewhere: rerun {path}'), soft_wrap=True)


def _open(shown: _Shown) -> None:
    from synth_ros.view.stream import to_viewer

    with to_viewer(shown.subject.title) as sink:
        _log(shown, sink)
    shown.console.print('Everything is in the viewer; it stays open.')


def _serve(shown: _Shown, port: int) -> None:
    from synth_ros.view.stream import to_browser

    say = shown.console.print
    with to_browser(shown.subject.title, port=port) as (sink, served):
        say(Text(f'Page: {served.page}', style='green'))
        if has_display():
            webbrowser.open(served.page)
        else:
            say(
                Text(
                    f'From another machine: ssh -L {port}:localhost:{port} '
                    f'-L {port + 1}:localhost:{port + 1} HOST, then open that page there.'
                )
            )
        _log(shown, sink)
        say('Everything is sent. Ctrl-C ends this.')
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            say('Ended.')


def _draw_sheet(shown: _Shown, sheet: Path | None, *, force: bool) -> None:
    from synth_ros.view.files import check_target

    folder = shown.folder.resolve()
    path = sheet or folder.with_name(f'{folder.name}_view.png')
    check_target(path, suffix='.png', force=force)
    if sheet is None:
        shown.console.print(
            'No display here (DISPLAY and WAYLAND_DISPLAY are not set): a contact sheet instead.'
        )
    count, total = shown.subject.draw(path)
    shown.console.print(Text(f'Contact sheet of {count} of {total} frames: {path}'))
    shown.console.print(
        'All frames, in 3D and over time: [bold]--save FILE.rrd[/] for Rerun on another machine, '
        '[bold]--serve[/] for a browser.'
    )


def _log(shown: _Shown, sink: Sink) -> None:
    subject = shown.subject
    with _bar(shown.console) as bar:
        task = bar.add_task(subject.noun, total=subject.total)
        subject.log(sink, lambda done, _total: bar.update(task, completed=done))


@contextmanager
def _bar(console: Console) -> Iterator[Progress]:
    with Progress(
        TextColumn('[bold]{task.description}'),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn('left'),
        TimeRemainingColumn(),
        console=console,
    ) as bar:
        yield bar
