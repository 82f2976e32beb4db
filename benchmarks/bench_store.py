"""Which container for the frames of a dataset: our folder and our tars beside those of others.

One episode of the demo, 5 views of 2 cameras, encoded once; each container gets the same bytes
and ends an episode with all of it on the disk. They take turns, and each turn is compared with
the folder's in the same round. What is read was dropped from the page cache before, names of
files were not. In the end each is killed (SIGKILL) in the middle of its second episode, half of
its frames handed over, and its own reader says what is left.

    python benchmarks/bench_store.py [--rounds 7] [--episodes 20] [--labels default everything]
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import shutil
import signal
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

os.environ.setdefault('MUJOCO_GL', 'egl')

import numpy as np
import results
from common import CONFIG, demo_stage, machine
from other_stores import others
from stores import Ours, Store, Unit, files_of, our_options, renumbered, write, write_and_die

from synth_ros.config.labels import LabelsConfig
from synth_ros.config.load import load_config
from synth_ros.pipeline.generate import dataset_info
from synth_ros.writers.coco import EpisodeWriter

VIEWS = 5
MEASURES = ('write', 'write: processor', 'read one', 'stream', 'name all')
HEAD = (
    'container',
    'write, ms a frame',
    'times the folder',
    'processor time of writing, ms a frame',
    'read one frame, ms',
    'stream, ms a frame',
    'name all, ms',
    'kB a frame',
    'files',
    'killed in the 2nd episode: whole frames left',
)
_SEED = 5


def make_unit(labels: str, folder: Path) -> tuple[Unit, list[Store]]:
    """An episode of the demo, and our two containers of such frames.

    Args:
        labels: ``default`` or ``everything``.
        folder: For a dataset that tells what belongs to an episode as a whole.
    """
    loaded = load_config(CONFIG)
    chosen = LabelsConfig(everything=True) if labels == 'everything' else loaded.config.labels
    loaded = replace(loaded, config=loaded.config.model_copy(update={'labels': chosen}))
    stage = demo_stage(loaded)
    info = dataset_info(loaded, stage.builder, seed=0, renderer='classic')
    options = our_options(loaded.config.output.dataset)
    encode = EpisodeWriter(folder, info, options[0]).encode
    episode = stage.open(0)
    frames = tuple(
        encode(sample) for view in range(VIEWS) for sample in episode.samples(view, views=VIEWS)
    )
    stage.renderer.close()
    ours: list[Store] = [Ours(info, choice) for choice in options]
    unit = Unit(0, frames, b'')
    write(ours[0], folder, unit)
    extra = [folder / 'provenance/000000.json', folder / 'episodes/000000.json']
    return unit._replace(extra=b''.join(path.read_bytes() for path in extra)), ours


def forget(folder: Path) -> None:
    """Drop the content of a folder's files from the page cache."""
    for path in folder.rglob('*'):
        if path.is_file():
            handle = os.open(path, os.O_RDONLY)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(handle)


def seconds(body: Callable[[], object]) -> float:
    """Wall seconds of something."""
    start = time.perf_counter()
    body()
    return time.perf_counter() - start


class Series:
    """Turns of one container.

    Args:
        store: Which.
        folder: Keeps its episodes.
        unit: What each of them holds.
    """

    def __init__(self, store: Store, folder: Path, unit: Unit) -> None:
        self.store = store
        self.folder = folder
        self.times: dict[str, list[float]] = {name: [] for name in MEASURES}
        self.left = ''
        self.size = (0.0, 0)
        self._unit = unit
        self._count = 0
        folder.mkdir()

    def grow(self) -> None:
        """Write another episode."""
        unit = renumbered(self._unit, self._count)
        self._count += 1
        work = time.process_time()
        took = seconds(lambda: write(self.store, self.folder, unit))
        work = time.process_time() - work
        self.times['write'].append(took / len(unit.frames))
        self.times['write: processor'].append(work / len(unit.frames))

    def look(self, stem: str) -> None:
        """Read one frame, all of them, and their names, from a cold cache."""
        frames = len(self._unit.frames) * self._count
        forget(self.folder)
        self.times['read one'].append(seconds(lambda: self.store.read(self.folder, stem)))
        forget(self.folder)
        took = seconds(lambda: [None for _ in self.store.stream(self.folder)])
        self.times['stream'].append(took / frames)
        forget(self.folder)
        self.times['name all'].append(seconds(lambda: self.store.names(self.folder)))

    def check(self) -> None:
        """Everything comes back as it was given."""
        expected = {
            frame.key.stem: files_of(frame)
            for number in range(self._count)
            for frame in renumbered(self._unit, number).frames
        }
        assert self.store.names(self.folder) == sorted(expected), self.store.name
        for found, known in zip(self.store.stream(self.folder), expected.values(), strict=True):
            assert found == known, self.store.name
        for stem in (min(expected), max(expected)):
            assert self.store.read(self.folder, stem) == expected[stem], self.store.name

    def weigh(self) -> None:
        """Kilobytes of disk a frame, and files."""
        files = [path for path in self.folder.rglob('*') if path.is_file()]
        blocks = sum(path.stat().st_blocks for path in files) * 512
        frames = len(self._unit.frames) * self._count
        self.size = blocks / frames / 1e3, len(files)

    def kill(self, folder: Path) -> None:
        """Kill a process in the middle of the second episode, and see what is left."""
        folder.mkdir()
        write(self.store, folder, self._unit)
        half = len(self._unit.frames) // 2
        known = [files_of(frame) for frame in self._unit.frames]
        second = renumbered(self._unit, 1)
        child = multiprocessing.get_context('spawn').Process(
            target=write_and_die, args=(self.store, folder, second), kwargs={'frames': half}
        )
        child.start()
        child.join()
        assert child.exitcode == -signal.SIGKILL, self.store.name
        for path in folder.glob('*.partial'):
            # As if it had been written in its place: what does the container itself bear?
            path.rename(path.with_suffix(''))
        whole = 0
        try:
            for found in self.store.stream(folder):
                whole += found in known
        except Exception as error:  # noqa: BLE001 (each library has errors of its own)
            reason = f'then {type(error).__name__}'
        else:
            reason = 'no error'
        self.left = f'{len(known)} + {whole - len(known)} of {half}; {reason}'


def measure(labels: str, options: argparse.Namespace, root: Path) -> list[Series]:
    """Give all containers turns on one kind of frame."""
    unit, ours = make_unit(labels, root / f'first_{labels}')
    stores = [*ours, *others()[0]]
    stems = [s for k in range(options.episodes) for s in renumbered(unit, k).stems]
    series = [
        Series(store, root / f'{labels}_{number}', unit) for number, store in enumerate(stores)
    ]
    for _ in range(options.episodes):
        for one in series:
            one.grow()
    rng = np.random.default_rng(_SEED)
    for _ in range(options.rounds):
        stem = stems[int(rng.integers(len(stems)))]
        for one in series:
            one.look(stem)
    for number, one in enumerate(series):
        one.check()
        one.weigh()
        one.kill(root / f'{labels}_{number}_killed')
    return series


def table(series: Sequence[Series]) -> str:
    """Medians, in Markdown."""
    base = series[0]
    lines = []
    for one in series:
        kilobytes, files = one.size
        times = one.times
        pairs = [a / b for a, b in zip(times['write'], base.times['write'], strict=True)]
        cells = [
            f'{1e3 * statistics.median(times["write"]):.1f}',
            str(results.spread(pairs)) if one is not base else '1',
            *(f'{1e3 * statistics.median(times[name]):.1f}' for name in MEASURES[1:]),
            f'{kilobytes:.0f}',
            str(files),
            one.left,
        ]
        lines.append([one.store.name, *cells])
    return results.markdown(HEAD, lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--rounds', type=int, default=7, help='turns of reading')
    parser.add_argument('--episodes', type=int, default=20, help='turns of writing')
    parser.add_argument(
        '--labels', nargs='+', choices=('default', 'everything'), default=['default', 'everything']
    )
    parser.add_argument('--folder', type=Path, help='on the disk to be measured')
    options = parser.parse_args(arguments)
    # zarr warns of what will change in it; nothing of that is measured.
    warnings.simplefilter('ignore')
    print(f'{machine()}; load {os.getloadavg()[0]:.1f}; {sys.version.split()[0]}')
    for missing in others()[1]:
        print(f'{missing.name} is left out: pip install {missing.library}')
    for labels in options.labels:
        root = Path(tempfile.mkdtemp(prefix='bench_store_', dir=options.folder))
        try:
            series = measure(labels, options, root)
        finally:
            shutil.rmtree(root, ignore_errors=True)
        frames = len(series[0].times['write'])
        print(f'\nlabels: {labels}; {frames} episodes\n\n{table(series)}', flush=True)
    print(f'\nload at the end {os.getloadavg()[0]:.1f}')


if __name__ == '__main__':
    main()
