"""Kills a writing process at each of its calls to the system, inside writes too, then resumes.

Run as a program, so that nothing but the writer is in the process that forks:
``python sweep.py SCENARIO FOLDER FIRST STEP``. It prints how many calls there are, and
what was not as it should be.
"""

import io
import json
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import cv2
from full_factory import FULL, full_episode
from sample_factory import tree, unit_cubes

from synth_ros.config.output import DatasetConfig
from synth_ros.pipeline.convert import ConvertRequest, convert
from synth_ros.pipeline.merge import MergeRequest, merge
from synth_ros.writers.coco import CocoWriter
from synth_ros.writers.splits import plan_of

EPISODES = {
    number: full_episode(number, views=1, cameras=('head',), size=(24, 18)) for number in (0, 1)
}
SPLITS = plan_of({0: 'train', 1: 'val'}, ('train', 'val'))
INFO = FULL._replace(meshes=unit_cubes, cameras=('head',), splits=SPLITS)
CALLS = frozenset(
    [
        'fsync',
        'ftruncate',
        'link',
        'mkdir',
        'open',
        'rename',
        'replace',
        'rmdir',
        'symlink',
        'truncate',
        'unlink',
        'write',
    ]
)


def dataset(**options):
    """Writes a dataset."""
    wanted = DatasetConfig(views_per_episode=1, **options)

    def run(folder, resume):
        with CocoWriter(folder, INFO, wanted, resume=resume) as writer:
            for episode, samples in EPISODES.items():
                if episode not in writer.committed_episodes():
                    writer.write_episode(episode, samples)

    return Scenario(run)


class Scenario(NamedTuple):
    """Something that writes.

    Attributes:
        run: Called with the folder and whether it goes on there.
        sources: Datasets that lie beside the folder, and how they are stored.
    """

    run: Callable
    sources: dict = MappingProxyType({})


def converted(to, **options):
    """Converts a dataset."""

    def run(folder, resume):
        source = folder.parent / 'source'
        request = ConvertRequest(source=source, out=folder, to=to, resume=resume)
        convert(request, lambda _done, _total: None)

    return Scenario(run, {'source': options})


def merged(folder, resume):
    """Merges two datasets."""
    sources = (folder.parent / 'one', folder.parent / 'two')
    merge(MergeRequest(sources, folder, same_scenes=True, resume=resume))


SCENARIOS = {
    'folder': dataset(),
    'shards': dataset(container='shards'),
    'formats': dataset(formats=('yolo-segment', 'kitti')),
    'shards-jpeg-formats': dataset(container='shards', rgb_format='jpeg', formats=('voc',)),
    'to-dataset': converted(None),
    'to-shards': converted(None, container='shards'),
    'to-coco': converted('coco'),
    'to-kitti': converted('kitti'),
    'to-bop': converted('bop'),
    'to-webdataset': converted('webdataset'),
    'merge': Scenario(merged, {'one': {}, 'two': {}}),
}


class Deadly:
    """Counts calls to the system, and kills this process at one of them.

    Args:
        at: Which call, from 1; 0 never.
    """

    def __init__(self, at):
        self.count = 0
        self.at = at

    def __call__(self, frame, event, called):
        if event != 'c_call' or called.__name__ not in CALLS:
            return
        owner = called.__self__
        writes = isinstance(owner, io.FileIO | io.BufferedWriter)
        if not writes and getattr(owner, '__name__', '') != 'posix':
            return
        self.count += 1
        if self.count == self.at:
            sys.setprofile(None)
            if writes and 'rest' in frame.f_locals:
                rest = frame.f_locals['rest']
                owner.write(rest[: len(rest) // 2])
            os.kill(os.getpid(), signal.SIGKILL)


def apart(work):
    """Do something in a process of its own; returns how it ended."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException:  # noqa: BLE001 (whatever ends a run)
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def whole_promises(folder):
    """Paths that markers announce and that are not there whole."""
    wrong = []
    for marker in [*folder.glob('episodes/*.json'), *folder.glob('.synth_ros/episodes/*.json')]:
        for file in json.loads(marker.read_text())['files']:
            path = folder / file['path']
            if not path.is_file() or path.stat().st_size != file['size']:
                wrong.append(str(path))
    return wrong


def sweep(scenario, root, *, first, step):
    """What went wrong, by the number of the call."""
    run = scenario.run
    for name, options in scenario.sources.items():
        dataset(**options).run(root / name, resume=False)
    counted, deadly = root / 'calls', Deadly(0)

    def undisturbed():
        sys.setprofile(deadly)
        run(root / 'whole', resume=False)
        sys.setprofile(None)
        counted.write_text(str(deadly.count))

    def killed(at):
        sys.setprofile(Deadly(at))
        run(root / 'out', resume=False)

    assert apart(undisturbed) == 0
    calls, expected = int(counted.read_text()), tree(root / 'whole')
    wrong = {}
    for at in range(first, calls + 1, step):
        code = apart(lambda at=at: killed(at))
        if code != -signal.SIGKILL:
            wrong[at] = f'not killed: {code}'
        elif broken := whole_promises(root / 'out'):
            wrong[at] = f'announced: {broken}'
        elif (code := apart(lambda: run(root / 'out', resume=True))) != 0:
            wrong[at] = f'resumed: {code}'
        else:
            found = tree(root / 'out')
            odd = [k for k in {*found, *expected} if found.get(k) != expected.get(k)]
            if odd:
                wrong[at] = f'differs: {sorted(odd)}'
        shutil.rmtree(root / 'out', ignore_errors=True)
    return calls, wrong


def main():
    cv2.setNumThreads(0)
    name, root, first, step = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    calls, wrong = sweep(SCENARIOS[name], root, first=first, step=step)
    print(json.dumps([calls, wrong]))


if __name__ == '__main__':
    main()
