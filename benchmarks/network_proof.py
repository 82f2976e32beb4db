"""Nothing is lost on a cable that loses: the simulation in one machine, the recorder in another.

    python benchmarks/network_proof.py [--frames 40] [--lost-of-1000 1] [--free]

Needs root (see ``two_machines.py``). ``sim_node`` with a camera of 1280x720 runs in one network
namespace and waits in lockstep for ``recorder_node`` in the other one. Frames that were answered,
and what the recorder can prove, are printed; the exit code is 1 if anything is missing. With
``--free`` the simulation waits for nobody, for comparison.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import yaml
from network_courses import KERNEL_SET, NETWORK_PROFILE, OUR_PROFILE, PLAIN, Setting
from scenes import SceneSpec, write_scene
from two_machines import Cable, Machine, kernel, lacks, two_machines

_CAMERA = SceneSpec(5, 'primitives', (1280, 720))
_WAIT_S = 240
_WINDOW = 4


class Proof(NamedTuple):
    """What became of a run.

    Attributes:
        frames: That were published.
        images: Colour images in the bag.
        lost: Messages that the recorder knows to be missing.
        seconds: Wall time from start to end.
        said: The last words of the simulation.
        fault: What went wrong, empty if nothing.
    """

    frames: int
    images: int
    lost: int
    seconds: float
    said: str
    fault: str = ''

    @property
    def is_whole(self) -> bool:
        """Whether every frame is in the bag, and proved to be."""
        return not self.fault and not self.lost and self.images == self.frames


def prove(
    setting: Setting, machines: tuple[Machine, Machine], *, frames: int, lockstep: bool
) -> Proof:
    """Record a simulation across the cable."""
    here, there = machines
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        changes = {
            'render': {'backend': 'onepass', 'shadow_size': 0, 'samples': 0},
            'output': {'live': {'rate_hz': 10.0}},
        }
        config = write_scene(folder / 'scene', _CAMERA, changes=changes)
        bag = folder / 'bag'
        simulation = {
            'config': config,
            'frame_limit': frames,
            'real_time_factor': 0.0,
            'wait_for_subscribers_s': 60.0,
            'linger_s': 3.0,
        }
        if lockstep:
            simulation |= {'lockstep_topic': 'recorder_node/recorded', 'lockstep_window': _WINDOW}
        recording = {'config': config, 'bag': bag, 'stop_with_publishers': 'true'}
        recorder = _start(there, 'recorder_node', recording, setting=setting)
        simulator = _start(here, 'sim_node', simulation, setting=setting)
        said = [process.communicate(timeout=_WAIT_S)[0] for process in (simulator, recorder)]
        codes = (simulator.returncode, recorder.returncode)
        seconds = time.monotonic() - start
        if any(codes):
            return Proof(frames, 0, 0, seconds, said[0], f'exit codes {codes}: {said}')
        images, lost = _read(bag)
    return Proof(frames, images, lost, seconds, _answered(said[0]))


def _start(
    machine: Machine, node: str, values: Mapping[str, object], *, setting: Setting
) -> subprocess.Popen[str]:
    words = [sys.executable, '-m', f'synth_ros.ros.{node}', '--ros-args']
    words += [word for key, value in values.items() for word in ('-p', f'{key}:={value}')]
    return subprocess.Popen(
        machine.command(words),
        env={**os.environ, 'ROS_AUTOMATIC_DISCOVERY_RANGE': 'SUBNET', **setting.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _read(bag: Path) -> tuple[int, int]:
    """Colour images in a bag, and messages that are missing or came before it began."""
    meta = yaml.safe_load((bag / 'metadata.yaml').read_text(encoding='utf-8'))
    known = meta['rosbag2_bagfile_information']
    proof = json.loads(known['custom_data']['synth_ros_loss'])
    images = sum(
        entry['message_count']
        for entry in known['topics_with_message_count']
        if entry['topic_metadata']['name'].endswith('color/image_raw')
    )
    return images, sum(report['lost'] + report['before'] for report in proof.values())


def _answered(said: str) -> str:
    lines = [line for line in said.splitlines() if 'frames answered' in line]
    return lines[-1].partition('Lockstep: ')[2] or lines[-1] if lines else ''


def main(arguments: Sequence[str] | None = None) -> None:
    """Prove, and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--frames', type=int, default=40)
    parser.add_argument('--lost-of-1000', type=int, default=1)
    parser.add_argument('--free', action='store_true', help='the simulation waits for nobody')
    options = parser.parse_args(arguments)
    if reason := lacks():
        parser.error(reason)
    whole = True
    with two_machines(Cable(lost_of_1000=options.lost_of_1000)) as machines:
        for setting in (PLAIN, OUR_PROFILE, KERNEL_SET, NETWORK_PROFILE):
            for machine in machines:
                machine.set_kernel(setting.each_machine)
            with kernel(setting.whole_machine):
                proof = prove(setting, machines, frames=options.frames, lockstep=not options.free)
            whole &= proof.is_whole or setting is PLAIN
            told = proof.fault or (
                f'{proof.images} of {proof.frames} images, {proof.lost} messages lost, '
                f'{proof.frames / proof.seconds:.1f} frames/s; {proof.said}'
            )
            print(f'{setting.name:<30} {told}', flush=True)
    sys.exit(0 if whole else 1)


if __name__ == '__main__':
    main()
