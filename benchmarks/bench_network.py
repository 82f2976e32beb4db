"""Camera streams through the middleware under several settings: what arrives, when, at what cost.

Needs ROS 2. Colour and depth of 1280x720 go from one process to another one, as ``sim_node``
publishes them. The settings of a course take turns, so that a busy machine hits all of them alike.

    python benchmarks/bench_network.py                      one machine
    python benchmarks/bench_network.py --namespaces         two, joined by a cable (needs root)
    python benchmarks/bench_network.py --only TEXT          courses whose title holds it
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import results
from network_courses import COURSES, Course, Setting
from results import Row
from two_machines import Machine, kernel, lacks, two_machines

HERE = Path(__file__).resolve().parent
# Only these decide, so what the user has set of them does not.
_OF_FAST_DDS = (
    'FASTDDS_BUILTIN_TRANSPORTS',
    'FASTDDS_DEFAULT_PROFILES_FILE',
    'FASTRTPS_DEFAULT_PROFILES_FILE',
    'RMW_FASTRTPS_PUBLICATION_MODE',
    'ROS_AUTOMATIC_DISCOVERY_RANGE',
)
_WAIT_S = 90
_BASE_DOMAIN = 65


class Outcome(NamedTuple):
    """What became of one turn.

    Attributes:
        sent: Frames, each of all its images.
        whole: Frames of which everything arrived, once or more.
        broken: Images whose bytes were not those that were sent.
        rate: Frames per second that the sender reached.
        latency_ms: Of each image, from the call that publishes it to the callback.
        cpu_ms: Processor time of both processes for a frame sent.
        fault: Why there are no figures.
    """

    sent: int = 0
    whole: int = 0
    broken: int = 0
    rate: float = 0.0
    latency_ms: tuple[float, ...] = ()
    cpu_ms: float = 0.0
    fault: str = ''


def turn(
    course: Course, setting: Setting, machines: tuple[Machine, Machine] | None = None
) -> Outcome:
    """One stream from end to end."""
    environment = {k: v for k, v in os.environ.items() if k not in _OF_FAST_DDS}
    environment |= {'ROS_DOMAIN_ID': str(_BASE_DOMAIN)}
    # With LOCALHOST, rmw_fastrtps adds shared memory and UDP to whatever a setting has.
    environment['ROS_AUTOMATIC_DISCOVERY_RANGE'] = 'SUBNET'
    theirs = setting.environment if setting.receiver is None else setting.receiver
    receiver, sender = (
        subprocess.Popen(
            _command(end, course, machine),
            env={**environment, **chosen},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for end, machine, chosen in (
            ('receive', machines and machines[1], theirs),
            ('send', machines and machines[0], setting.environment),
        )
    )
    told = []
    for process in (sender, receiver):
        try:
            out, errors = process.communicate(timeout=_WAIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            out, errors = process.communicate()
        if process.returncode or not out.strip():
            receiver.kill()
            return Outcome(fault=f'ended with {process.returncode}: {errors.strip()[-200:]}')
        told.append(json.loads(out.splitlines()[-1]))
    sent, received = told
    if sent.get('fault'):
        return Outcome(fault=sent['fault'])
    return Outcome(
        sent=sent['sent'],
        whole=received['whole'],
        broken=received['broken'],
        rate=sent['sent'] / sent['seconds'],
        latency_ms=tuple(ns / 1e6 for ns in received['latency_ns']),
        cpu_ms=1e3 * (sent['cpu_s'] + received['cpu_s']) / sent['sent'],
    )


def _command(end: str, course: Course, machine: Machine | None) -> list[str]:
    words = [sys.executable, str(HERE / 'camera_stream.py'), end, *course.stream]
    words += ['--frames', str(course.frames), '--rate', str(course.rate)]
    return machine.command(words) if machine else words


@contextmanager
def place(course: Course) -> Iterator[tuple[Machine, Machine] | None]:
    """Where a course is run."""
    if course.cable is None:
        yield None
        return
    with two_machines(course.cable) as machines:
        yield machines


def run_course(course: Course, rounds: int) -> dict[Setting, list[Outcome]]:
    """All settings in turns."""
    found: dict[Setting, list[Outcome]] = {setting: [] for setting in course.settings}
    with place(course) as machines:
        for number in range(rounds):
            for setting in course.settings:
                with ExitStack() as stack:
                    if machines:
                        stack.enter_context(kernel(setting.whole_machine))
                        for machine in machines:
                            machine.set_kernel(setting.each_machine)
                    outcome = turn(course, setting, machines)
                found[setting].append(outcome)
                print(f'  {number} {setting.name:<40} {said(outcome)}', flush=True)
    return found


def percentile(values: Sequence[float], share: float) -> float:
    """The value that a share of all lies below."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def said(outcome: Outcome) -> str:
    """One line of a turn."""
    if outcome.fault or not outcome.latency_ms:
        return outcome.fault or f'nothing of {outcome.sent} arrived'
    return (
        f'{outcome.whole} of {outcome.sent} at {outcome.rate:.1f}/s, {outcome.broken} broken, '
        f'{statistics.median(outcome.latency_ms):.1f} ms, p99 '
        f'{percentile(outcome.latency_ms, 0.99):.1f} ms, {outcome.cpu_ms:.1f} ms of processor'
    )


def rows(course: Course, found: Mapping[Setting, Sequence[Outcome]]) -> list[Row]:
    """Rows to keep: share that arrived turn by turn, beside that of the first setting."""
    made = []
    first = course.settings[0]
    for setting, outcomes in found.items():
        fault = next((o.fault for o in outcomes if o.fault), '')
        broken = sum(o.broken for o in outcomes)
        waits = [ms for o in outcomes for ms in o.latency_ms]
        notes: dict[str, float | str] = {}
        if not fault:
            shares = results.spread([100 * o.whole / o.sent for o in outcomes])
            notes = {
                'arrived, %': round(shares.median, 1),
                'least, %': round(shares.low, 1),
                'most, %': round(shares.high, 1),
                'median, ms': round(statistics.median(waits), 1) if waits else '-',
                'p99, ms': round(percentile(waits, 0.99), 1) if waits else '-',
                'sent, frames/s': round(statistics.median(o.rate for o in outcomes), 1),
                'processor, ms a frame': round(statistics.median(o.cpu_ms for o in outcomes), 1),
                'processor, times the first': _ratio(outcomes, found[first]),
                'broken': broken,
            }
        made.append(
            Row(
                section='network',
                scene=course.title,
                name=setting.name,
                quality=setting.tells,
                processes=2,
                error=fault,
                notes=notes,
            )
        )
    return made


def _ratio(ours: Sequence[Outcome], first: Sequence[Outcome]) -> str:
    pairs = [a.cpu_ms / b.cpu_ms for a, b in zip(ours, first, strict=True) if b.cpu_ms]
    return f'{results.spread(pairs)}' if pairs else '-'


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--namespaces', action='store_true', help='two machines of one')
    parser.add_argument('--only', default='', help='courses whose title holds this')
    parser.add_argument('--quick', action='store_true', help='smallest of everything')
    parser.add_argument('--json', type=Path, default=results.FOLDER / 'network.json')
    options = parser.parse_args(arguments)
    if options.namespaces and (reason := lacks()):
        parser.error(f'--namespaces: {reason}')
    start = time.monotonic()
    courses = [c.quick() if options.quick else c for c in COURSES]
    for course in courses:
        if (course.cable is not None) != options.namespaces or options.only not in course.title:
            continue
        before = os.getloadavg()[0]
        print(f'{course.title} (load {before:.1f})', flush=True)
        made = rows(course, run_course(course, 1 if options.quick else options.rounds))
        load = round((before + os.getloadavg()[0]) / 2, 1)
        results.save(options.json, [_with_load(row, load) for row in made])
    print(f'{time.monotonic() - start:.0f} s')


def _with_load(row: Row, load: float) -> Row:
    row.notes['load'] = load
    return row


if __name__ == '__main__':
    main()
