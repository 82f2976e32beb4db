"""Where the log goes: a file, a viewer on this machine, or a browser."""

from __future__ import annotations

import hashlib
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote
from uuid import uuid4

import rerun as rr

from synth_ros.errors import OutputError, RenderError, UsageError
from synth_ros.view.drain import Drain
from synth_ros.view.files import check_target
from synth_ros.view.sink import FILE_PATIENCE_S, Sink
from synth_ros.view.title import Title

_VIEWER_PORT = 9876  # where a Rerun viewer listens, ours or one that is open already
# By size and never by time, so that the same recording is cut into the same chunks.
_FILE_CHUNKS = rr.ChunkBatcherConfig(flush_tick=3600.0, flush_num_bytes=32 << 20)


class Served(NamedTuple):
    """Addresses of a web viewer.

    Attributes:
        page: For a browser on this machine.
        data: Where a viewer elsewhere finds the data.
    """

    page: str
    data: str


@contextmanager
def to_file(path: Path, title: Title, *, force: bool = False) -> Iterator[Sink]:
    """A stream into a file, which is there once the block has ended well, and whole.

    The same title gets the same names, and the same log the same contents. Only the random ids of
    rows and chunks, which the library draws, differ between two files.

    Args:
        path: The file, ``NAME.rrd``.
        title: What will be logged.
        force: Replace a file that is there.

    Raises:
        OutputError: It is there already, or cannot be written.
    """
    check_target(path, suffix='.rrd', force=force)
    aside = path.with_name(f'.{path.stem}.{os.getpid()}.partial.rrd')
    stream = _open(title, _stable_id(title), _FILE_CHUNKS)
    try:
        with Drain(aside) as drain:
            stream.save(drain.entrance)
            drain.shut()
            sink = Sink(stream, drain.check, FILE_PATIENCE_S)
            yield sink
            sink.flush()
            stream.disconnect()
            drain.finish()
        _rename(aside, path)
    finally:
        stream.disconnect()
        aside.unlink(missing_ok=True)


@contextmanager
def to_viewer(title: Title) -> Iterator[Sink]:
    """A stream into a viewer's window, which is opened if none is; it stays when the block ends.

    Raises:
        RenderError: No viewer could be started.
        OutputError: It was closed too early.
    """
    stream = _open(title, str(uuid4()))
    program = Path(sys.executable).with_name('rerun')
    try:
        try:
            rr.spawn(
                port=_VIEWER_PORT,
                connect=False,
                recording=stream,
                executable_path=str(program) if program.exists() else None,
                hide_welcome_screen=True,
            )
            # A viewer that starts and fails, for want of a screen, says so on the terminal alone.
            socket.create_connection(('127.0.0.1', _VIEWER_PORT), timeout=5).close()
            stream.connect_grpc(f'rerun+http://127.0.0.1:{_VIEWER_PORT}/proxy')
        except (RuntimeError, ValueError, OSError) as error:
            raise RenderError(
                f'The Rerun viewer does not start: {error}. Write a file with --save FILE.rrd, '
                'or use a browser with --serve.'
            ) from error
        sink = Sink(stream)
        yield sink
        sink.flush()
    finally:
        stream.disconnect()


@contextmanager
def to_browser(title: Title, *, port: int) -> Iterator[tuple[Sink, Served]]:
    """A stream that a browser shows, for as long as the block lasts.

    Both ports are open to the whole network: the library offers no other way.

    Args:
        title: What will be logged.
        port: Of the page; the data has the next one.

    Raises:
        UsageError: A port is taken.
        RenderError: The web viewer does not start.
    """
    for number in (port, port + 1):
        _check_port(number)
    stream = _open(title, str(uuid4()))
    try:
        try:
            data = stream.serve_grpc(grpc_port=port + 1, server_memory_limit='50%')
            rr.serve_web_viewer(web_port=port, open_browser=False)
        except (RuntimeError, ValueError) as error:
            raise RenderError(f'The web viewer does not start: {error}') from error
        yield Sink(stream), Served(f'http://localhost:{port}/?url={quote(data, safe="")}', data)
    finally:
        stream.disconnect()


def _check_port(port: int) -> None:
    """See that nothing listens on a port yet; the library would only say so on the terminal."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(('', port))
        except OSError as error:
            raise UsageError(
                f'Port {port} cannot be used ({error.strerror}). --port takes two in a row, one '
                'for the page and the next for its data: choose others.'
            ) from None


def _open(
    title: Title, recording_id: str, chunks: rr.ChunkBatcherConfig | None = None
) -> rr.RecordingStream:
    stream = rr.RecordingStream(
        f'synth_ros {title.name}',
        recording_id=recording_id,
        send_properties=False,  # they hold the time of day
        batcher_config=chunks,
    )
    if not rr.is_enabled(stream):
        raise UsageError(
            f'The environment variable RERUN={os.environ.get("RERUN", "")} switches the viewer '
            'off. Unset it.'
        )
    # Times of day would make each file another one; the recording has times of its own.
    stream.set_log_time_enabled(False)
    stream.set_log_tick_enabled(False)
    stream.send_recording_name(title.name)
    return stream


def _stable_id(title: Title) -> str:
    """The same for the same contents."""
    return hashlib.sha256('\n'.join(title.contents).encode()).hexdigest()[:32]


def _rename(aside: Path, path: Path) -> None:
    try:
        aside.replace(path)
    except OSError as error:
        raise OutputError(f'Cannot write {path}: {error.strerror or error}.') from error
