"""What storing frames costs: the rate of ``generate``, of that of the same frames in memory.

A contender makes whole episodes, scenes drawn, built and settled, and stores them as the config
says, index included; the baseline makes the same episodes and stores nothing. All live side by
side and take turns, the baseline before each; each pair gives one share. Each turn says how much
processor time it took, too: on a machine with other work that share is the steadier one.
``--recorded`` does the same with a live simulation, which ``synth-ros record`` stores as a bag;
``--mcap`` compares what the recorder node writes of it in a process of its own (both need ROS 2).

    python benchmarks/bench_written.py [--rounds 5] [--backends classic onepass] [--workers 1 2]
    python benchmarks/bench_written.py --recorded
    python benchmarks/bench_written.py --mcap
"""

from __future__ import annotations

import argparse
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import results
from bench_speed import MAIN, ours
from contenders import Contender, Running
from ours import quality, render_section
from results import Row, spread
from scenes import SceneSpec, write_scene
from settled import prepare

VIEWS = 10
# (shadow map, samples): as configs have it, and as the benchmarks of speed have it.
LOOKS = {'default': (2048, 4), 'fast': (1024, 0)}
FORMATS = ('coco', 'yolo-detect', 'kitti')
WAYS: Mapping[str, Mapping[str, object]] = {
    'folder': {},
    'shards': {'container': 'shards'},
    f'folder, and {", ".join(FORMATS)}': {'formats': list(FORMATS)},
    'folder, JPEG': {'rgb_format': 'jpeg'},
}
MEMORY = 'labelled, nothing stored'
AT_REST = 'labelled, one scene at rest'


class Setting(NamedTuple):
    """What is compared on.

    Attributes:
        spec: The scene.
        backend: The renderer.
        look: Shadow map and samples.
        workers: Processes.
    """

    spec: SceneSpec
    backend: str
    look: tuple[int, int]
    workers: int

    @property
    def words(self) -> str:
        """As rows name it."""
        plural = 'worker' if self.workers == 1 else 'workers'
        return f'{self.backend} {self.look[0]}/{self.look[1]}, {self.workers} {plural}'


def episodes(
    setting: Setting, root: Path, *, name: str, output: Mapping[str, object]
) -> Contender:
    """A contender that makes whole episodes.

    Args:
        setting: Of the comparison.
        root: Folder of all scenes.
        name: Of the contender.
        output: Keys of the config's ``output.dataset`` section; nothing is stored for ``MEMORY``.
    """
    changes = {
        'render': render_section(setting.backend, *setting.look),
        'output': {'dataset': {'views_per_episode': VIEWS, **output}},
    }
    folder = re.sub(r'\W+', '_', f'{name} {setting.words}')
    config = write_scene(root / folder, setting.spec, changes=changes)
    options = {
        'make': 'episodes',
        'config': str(config),
        'written': name != MEMORY,
        'processes': setting.workers,
    }
    alone = {'LP_NUM_THREADS': '0'} if setting.workers > 1 else {}
    return Contender(
        name,
        options,
        quality(setting.backend, *setting.look),
        processes=setting.workers,
        environment=alone,
    )


def measure(
    setting: Setting, root: Path, *, ways: Sequence[str], size: tuple[int, int]
) -> list[Row]:
    """Shares of one renderer with so many workers.

    Args:
        setting: Of the comparison.
        root: Folder of all scenes.
        ways: Which contenders.
        size: Rounds, and frames of each turn.
    """
    rounds, frames = size
    baseline = episodes(setting, root, name=MEMORY, output={})
    others = [_contender(setting, root, name) for name in ways]
    rows = []
    with Running(baseline) as base:
        base.ready()
        base.turn(VIEWS)
        running = [Running(contender) for contender in others]
        try:
            for one in running:
                one.ready()
                one.turn(VIEWS)
            turns = [[_pair(base, one, frames) for one in running] for _ in range(rounds)]
        finally:
            for one in running:
                one.close()
    for name, contender, pairs in zip(ways, others, zip(*turns, strict=True), strict=True):
        rows.append(_row(f'{name}: {setting.words}', contender, pairs, spec=setting.spec))
    return rows


def _contender(setting: Setting, root: Path, name: str) -> Contender:
    if name != AT_REST:
        return episodes(setting, root, name=name, output=WAYS[name])
    scene = prepare(root, setting.spec)
    return ours(scene, setting.backend, setting.look, processes=setting.workers)


class Pair(NamedTuple):
    """Seconds a frame of the baseline and of a contender, by the clock and of the processors."""

    base_s: float
    base_work_s: float
    seconds: float
    work_s: float


def _pair(base: Running, one: Running, frames: int) -> Pair:
    base_s = base.turn(frames)
    base_work_s = base.processor_s
    seconds = one.turn(frames)
    return Pair(base_s, base_work_s, seconds, one.processor_s)


def _row(name: str, contender: Contender, pairs: Sequence[Pair], *, spec: SceneSpec) -> Row:
    return Row(
        section='writing',
        scene=str(spec),
        name=name,
        quality=contender.quality,
        processes=contender.processes,
        seconds=tuple(pair.seconds for pair in pairs),
        baseline=tuple(pair.base_s for pair in pairs),
        notes={
            'share of processor time': str(spread([p.base_work_s / p.work_s for p in pairs])),
            'ms of processor time more': round(
                1e3 * spread([p.work_s - p.base_work_s for p in pairs]).median, 1
            ),
            'load': round(os.getloadavg()[0], 1),
        },
    )


def measure_recorded(setting: Setting, root: Path, *, rounds: int, frames: int) -> Row:
    """What ``synth-ros record`` keeps of the rate of a live simulation, physics included.

    Both are the same simulation, drawn ahead and labelled by a second thread; they live side by
    side and take turns.
    """
    from bench_publish import live_scene

    config = live_scene(root, setting.spec, setting.backend, look=setting.look)
    base, one = (
        Running(
            Contender(
                name,
                {'make': 'live', 'config': str(config), 'recorded': recorded},
                quality(setting.backend, *setting.look),
            )
        )
        for name, recorded in ((MEMORY, False), ('recorded', True))
    )
    with base, one:
        for running in (base, one):
            running.ready()
            running.turn(VIEWS)
        pairs = [_pair(base, one, frames) for _ in range(rounds)]
    name = f'recorded to MCAP, zstd: {setting.words}'
    return _row(name, one.contender, pairs, spec=setting.spec)


def measure_mcap(setting: Setting, root: Path, *, rounds: int, frames: int) -> Row:
    """What the recorder node writes while the simulation node runs as fast as it can.

    The baseline makes labelled frames of scenes at rest in one process; nodes are two processes,
    and physics runs between their frames.
    """
    from bench_publish import live_scene, record

    config = live_scene(root, setting.spec, setting.backend, look=setting.look)
    seconds, base, fault = [], [], ''
    baseline = ours(prepare(root, setting.spec), setting.backend, setting.look)
    with Running(baseline) as labelled:
        labelled.ready()
        labelled.turn(frames // 4)
        for _ in range(rounds):
            before = labelled.turn(frames // 4)
            arrived, fault = record(config, frames)
            if fault:
                break
            skipped = frames // 10
            base.append(before)
            seconds.append((arrived[-1] - arrived[skipped]) / (len(arrived) - 1 - skipped) / 1e9)
    return Row(
        section='writing',
        scene=str(setting.spec),
        name=f'the nodes, to MCAP, zstd: {setting.words}',
        quality=quality(setting.backend, *setting.look),
        processes=2,
        seconds=() if fault else tuple(seconds),
        baseline=() if fault else tuple(base),
        error=fault,
        notes={'load': round(os.getloadavg()[0], 1)},
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--quick', action='store_true', help='smallest of everything')
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--episodes', type=int, default=12, help='episodes of each turn')
    parser.add_argument('--backends', nargs='+', default=['classic', 'onepass'])
    parser.add_argument('--looks', nargs='+', choices=sorted(LOOKS), default=list(LOOKS))
    parser.add_argument('--workers', nargs='+', type=int, default=[1, 2])
    known = [AT_REST, *WAYS]
    parser.add_argument('--ways', nargs='+', choices=known, default=known)
    parser.add_argument('--recorded', action='store_true', help='synth-ros record instead')
    parser.add_argument('--mcap', action='store_true', help='the recorder node instead')
    parser.add_argument('--scenes', type=Path, help='folder on the disk to be measured')
    parser.add_argument('--json', type=Path, default=results.FOLDER / 'writing.json')
    options = parser.parse_args(arguments)
    spec, frames = MAIN, options.episodes * VIEWS
    if options.quick:
        spec, options.rounds, frames = SceneSpec(3, 'primitives', (64, 48)), 1, VIEWS
        options.looks, options.workers = ['fast'], [2]
    print('; '.join(f'{key} {value}' for key, value in results.machine().items()))
    with tempfile.TemporaryDirectory(dir=options.scenes) as folder:
        for backend in options.backends:
            for look in options.looks:
                for workers in [1] if options.mcap or options.recorded else options.workers:
                    setting = Setting(spec, backend, LOOKS[look], workers)
                    rows = _rows(setting, Path(folder), options, frames=frames)
                    results.show(rows)
                    results.save(options.json, rows)


def _rows(setting: Setting, root: Path, options: argparse.Namespace, *, frames: int) -> list[Row]:
    if options.recorded:
        return [measure_recorded(setting, root, rounds=options.rounds, frames=frames)]
    if options.mcap:
        return [measure_mcap(setting, root, rounds=options.rounds, frames=5 * frames)]
    return measure(setting, root, ways=options.ways, size=(options.rounds, frames))


if __name__ == '__main__':
    main()
