"""Where the log goes: a file, a viewer on this machine, or a browser."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote
from uuid import uuid4

import rerun as rr
from rerun.chunk import RrdReader

from synth_ros.errors import OutputError, RenderError, UsageError
from synth_ros.readers.recording import Recording
from synth_ros.view.files import check_target
from synth_ros.view.selection import Instant

# By size and never by time, so that the same recording is cut into the same chunks.
_CHUNKS = rr.ChunkBatcherConfig(flush_tick=3600.0, flush_num_bytes=1 << 20, flush_num_rows=4096)
_FLUSH_S = 600.0


class Served(NamedTuple):
    """Addresses of a web viewer.

    Attributes:
        page: For a browser on this machine.
        data: Where a viewer elsewhere finds the data.
    """

    page: str
    data: str


@contextmanager
def to_file(
    path: Path, recording: Recording, instants: tuple[Instant, ...], *, force: bool = False
) -> Iterator[rr.RecordingStream]:
    """A stream into a file, which is there once the block has ended well, and whole.

    The same instants of the same recording get the same names and the same contents. Only the
    random ids of rows and chunks, which the library draws, differ between two files.

    Args:
        path: The file, ``NAME.rrd``.
        recording: Names the stream.
        instants: What will be logged.
        force: Replace a file that is there.

    Raises:
        OutputError: It is there already, or cannot be written.
    """
    check_target(path, suffix='.rrd', force=force)
    aside = path.with_name(f'.{path.stem}.{os.getpid()}.partial.rrd')
    stream = _open(recording, _stable_id(recording, instants))
    try:
        try:
            aside.touch()
            stream.save(aside)
            yield stream
            stream.flush(timeout_sec=_FLUSH_S)
            stream.disconnect()
            _check_whole(aside)
            aside.replace(path)
        except OSError as error:
            raise OutputError(f'Cannot write {path}: {error.strerror or error}.') from error
    finally:
        stream.disconnect()
        aside.unlink(missing_ok=True)


@contextmanager
def to_viewer(recording: Recording) -> Iterator[rr.RecordingStream]:
    """A stream into a viewer's window, which is opened if none is; it stays when the block ends.

    Raises:
        RenderError: No viewer could be started, or it went away.
    """
    stream = _open(recording, str(uuid4()))
    program = Path(sys.executable).with_name('rerun')
    try:
        rr.spawn(
            recording=stream,
            executable_path=str(program) if program.exists() else None,
            hide_welcome_screen=True,
        )
        yield stream
        stream.flush(timeout_sec=_FLUSH_S)
    except (RuntimeError, ValueError) as error:
        raise RenderError(
            f'The Rerun viewer cannot be used here: {error}. Write a file with --save FILE.rrd, '
            'or use a browser with --serve.'
        ) from error
    finally:
        stream.disconnect()


@contextmanager
def to_browser(recording: Recording, *, port: int) -> Iterator[tuple[rr.RecordingStream, Served]]:
    """A stream that a browser shows, for as long as the block lasts.

    Args:
        recording: Names the stream.
        port: Of the page; the data has the next one.

    Raises:
        RenderError: The ports cannot be used.
    """
    stream = _open(recording, str(uuid4()))
    try:
        try:
            data = stream.serve_grpc(grpc_port=port + 1, server_memory_limit='50%')
            rr.serve_web_viewer(web_port=port, open_browser=False)
        except (RuntimeError, ValueError) as error:
            raise RenderError(
                f'Ports {port} (page) and {port + 1} (data) cannot be used: {error}. Choose '
                'another one with --port.'
            ) from error
        yield stream, Served(f'http://localhost:{port}/?url={quote(data, safe="")}', data)
    finally:
        stream.disconnect()


def _open(recording: Recording, recording_id: str) -> rr.RecordingStream:
    name = recording.path.resolve().name
    stream = rr.RecordingStream(
        f'synth_ros {name}',
        recording_id=recording_id,
        send_properties=False,  # they hold the time of day
        batcher_config=_CHUNKS,
    )
    if not rr.is_enabled(stream):
        raise UsageError(
            f'The environment variable RERUN={os.environ.get("RERUN", "")} switches the viewer '
            'off. Unset it.'
        )
    # Times of day would make each file another one; the recording has times of its own.
    stream.set_log_time_enabled(False)
    stream.set_log_tick_enabled(False)
    stream.send_recording_name(name)
    return stream


def _stable_id(recording: Recording, instants: tuple[Instant, ...]) -> str:
    """A name for what is shown: the same for the same frames of the same recording."""
    stems = [key.stem for instant in instants for key in instant.keys]
    known = [recording.kind, recording.config_hash, str(recording.seed), *stems]
    return hashlib.sha256('\n'.join(known).encode()).hexdigest()[:32]


def _check_whole(path: Path) -> None:
    """See that the file's table of contents is there: it is written last.

    The library writes in a thread of its own, which tells a full disk only on its terminal.

    Raises:
        OutputError: It is not.
    """
    try:
        entries = RrdReader(path).recordings()
        if entries and RrdReader(path).store().schema().entity_paths():
            return
        reason = 'it holds nothing'
    except (RuntimeError, ValueError, OSError) as error:
        reason = str(error)
    raise OutputError(
        f'The file is not whole ({reason}). Is the disk full? Its folder is {path.parent}.'
    )
