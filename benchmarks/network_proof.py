"""Lockstep on a cable that loses packets: the simulation in one machine, its audience in another.

    python benchmarks/network_proof.py [--frames 40] [--lost-of-1000 1]

Needs root (see ``two_machines.py``). ``sim_node`` with a camera of 1280x720 runs in one network
namespace. In the other one, first a program answers every image (``answer.py``), then
``recorder_node`` records everything and answers when it has it. Prints what each saw, and how
often the simulation was answered; the exit code is 1 if our profiles, with the kernel set where
they need it, did not bring everything.
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
from answer import ANSWERS
from network_courses import KERNEL_SET, NETWORK_PROFILE, OUR_PROFILE, PLAIN, Setting
from scenes import SceneSpec, write_scene
from two_machines import Cable, Machine, kernel, lacks, two_machines

HERE = Path(__file__).resolve().parent
_CAMERA = SceneSpec(5, 'primitives', (1280, 720))
_TOPIC = '/eye/color/image_raw'
_DOMAIN = '65'
_WAIT_S = 280
_WINDOW = 4

Machines = tuple[Machine, Machine]


class Proof(NamedTuple):
    """What became of a run.

    Attributes:
        arrived: Colour images of all frames.
        missing: Messages that the recorder knows to be missing.
        seconds: Wall time from start to end.
        said: The last words of the simulation.
        fault: What went wrong, empty if nothing.
    """

    arrived: int = 0
    missing: int = 0
    seconds: float = 0.0
    said: str = ''
    fault: str = ''


def answered(setting: Setting, machines: Machines, *, config: Path, frames: int) -> Proof:
    """A program answers every image."""
    words = [sys.executable, str(HERE / 'answer.py'), _TOPIC, str(frames)]
    audience = _start(machines[1], words, setting)
    proof, told = _run(setting, machines[0], audience, values=_simulation(config, frames, ANSWERS))
    if proof.fault:
        return proof
    return proof._replace(arrived=json.loads(told.splitlines()[-1])['whole'])


def recorded(setting: Setting, machines: Machines, *, config: Path, frames: int) -> Proof:
    """The recorder answers what it has taken in."""
    with tempfile.TemporaryDirectory() as folder:
        bag = Path(folder) / 'bag'
        values = {'config': config, 'bag': bag, 'stop_with_publishers': 'true'}
        audience = _start(machines[1], _node('recorder_node', values), setting)
        simulation = _simulation(config, frames, 'recorder_node/recorded')
        simulation |= {'lockstep_window': _WINDOW}
        proof, _ = _run(setting, machines[0], audience, values=simulation)
        if proof.fault:
            return proof
        arrived, missing = _read(bag)
    return proof._replace(arrived=arrived, missing=missing)


def _simulation(config: Path, frames: int, topic: str) -> dict[str, object]:
    return {
        'config': config,
        'frame_limit': frames,
        'real_time_factor': 0.0,
        'wait_for_subscribers_s': 60.0,
        'linger_s': 3.0,
        'lockstep_topic': topic,
    }


def _run(
    setting: Setting,
    machine: Machine,
    audience: subprocess.Popen[str],
    *,
    values: Mapping[str, object],
) -> tuple[Proof, str]:
    """Simulate until the end, or until it has taken too long."""
    start = time.monotonic()
    simulator = _start(machine, _node('sim_node', values), setting)
    said = []
    for process in (simulator, audience):
        try:
            said.append(process.communicate(timeout=_WAIT_S)[0])
        except subprocess.TimeoutExpired:
            for one in (simulator, audience):
                one.kill()
            return Proof(fault=f'not done after {_WAIT_S} s'), ''
    if simulator.returncode or audience.returncode:
        return Proof(fault=' '.join(said)[-300:]), ''
    lines = [line for line in said[0].splitlines() if 'frames answered' in line]
    words = lines[-1].rpartition(']: ')[2].partition(';')[0] if lines else ''
    return Proof(seconds=time.monotonic() - start, said=words), said[1]


def _node(name: str, values: Mapping[str, object]) -> list[str]:
    words = [sys.executable, '-m', f'synth_ros.ros.{name}', '--ros-args']
    return words + [word for key, value in values.items() for word in ('-p', f'{key}:={value}')]


def _start(machine: Machine, words: list[str], setting: Setting) -> subprocess.Popen[str]:
    environment = {**os.environ, 'ROS_DOMAIN_ID': _DOMAIN, **setting.environment}
    environment['ROS_AUTOMATIC_DISCOVERY_RANGE'] = 'SUBNET'
    return subprocess.Popen(
        machine.command(words),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _read(bag: Path) -> tuple[int, int]:
    """Colour images in a bag, and messages that are known to be missing."""
    meta = yaml.safe_load((bag / 'metadata.yaml').read_text(encoding='utf-8'))
    known = meta['rosbag2_bagfile_information']
    proof = json.loads(known['custom_data']['synth_ros_loss'])
    missing = sum(report[key] for report in proof.values() for key in ('lost', 'before', 'silent'))
    return proof[_TOPIC]['received'], missing


def main(arguments: Sequence[str] | None = None) -> None:
    """Prove, and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--frames', type=int, default=40)
    parser.add_argument('--lost-of-1000', type=int, default=1)
    options = parser.parse_args(arguments)
    if reason := lacks():
        parser.error(reason)
    whole = True
    changes = {
        'render': {'backend': 'onepass', 'shadow_size': 0, 'samples': 0},
        'output': {'live': {'rate_hz': 10.0}},
    }
    cable = Cable(lost_of_1000=options.lost_of_1000)
    with tempfile.TemporaryDirectory() as folder, two_machines(cable) as machines:
        config = write_scene(Path(folder) / 'scene', _CAMERA, changes=changes)
        for setting in (KERNEL_SET, NETWORK_PROFILE, OUR_PROFILE, PLAIN):
            for machine in machines:
                machine.set_kernel(setting.each_machine)
            for way in (answered, recorded):
                with kernel(setting.whole_machine):
                    proof = way(setting, machines, config=config, frames=options.frames)
                fine = proof.arrived == options.frames and not proof.missing
                whole &= fine or setting in {OUR_PROFILE, PLAIN}
                told = proof.fault or (
                    f'{proof.arrived} of {options.frames} images, {proof.missing} known to be '
                    f'missing, {options.frames / proof.seconds:.1f} frames/s; {proof.said}'
                )
                print(f'{setting.name}, {way.__name__}: {told}', flush=True)
    sys.exit(0 if whole else 1)


if __name__ == '__main__':
    main()
