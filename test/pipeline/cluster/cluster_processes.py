"""Nodes of a Ray cluster and commands, as processes of this machine."""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[3]
# Ray listens on the network too; without this, whoever reaches it may run what he likes.
SECRET = {'RAY_AUTH_MODE': 'token', 'RAY_AUTH_TOKEN': secrets.token_hex(32)}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


class RayProcesses:
    """Nodes of a cluster, each a process group of its own that can be killed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.address = f'127.0.0.1:{self.port}'
        self.client_port = free_port()
        self.client = f'ray://127.0.0.1:{self.client_port}'
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *, cpus: int, head: bool = False, **variables: str) -> None:
        where = [f'--address={self.address}']
        if head:
            where = ['--head', f'--port={self.port}', '--include-dashboard=false']
            where += [f'--ray-client-server-port={self.client_port}', f'--temp-dir={self.folder}']
        command = [sys.executable, '-m', 'ray.scripts.scripts', 'start', '--block', *where]
        command += [f'--num-cpus={cpus}', '--num-gpus=0', '--object-store-memory=80000000']
        command += ['--node-ip-address=127.0.0.1', '--disable-usage-stats']
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith('PYTEST_')},
            'PYTHONPATH': str(ROOT),
            **SECRET,
            # A dead node, which refuses connections, is given up after some seconds; one that
            # is slow is not.
            'RAY_health_check_period_ms': '500',
            'RAY_raylet_start_wait_time_s': '120',
            **variables,
        }
        with (self.folder / f'{name}.log').open('wb') as out:
            self.processes[name] = subprocess.Popen(
                command, stdout=out, stderr=out, env=environment, start_new_session=True
            )

    def wait(self, name: str) -> None:
        """Wait until a node has started."""
        log = self.folder / f'{name}.log'
        until = time.monotonic() + 120
        while b'Ray runtime started' not in log.read_bytes():
            assert time.monotonic() < until, log.read_text()
            assert self.processes[name].poll() is None, log.read_text()
            time.sleep(0.05)

    def kill(self, name: str) -> None:
        """Pull a node's plug: end all of its processes at once."""
        process = self.processes.pop(name)
        for pid, _ in self._members(process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()

    def workers(self, name: str) -> list[int]:
        """Processes of a node that make episodes."""
        members = self._members(self.processes[name].pid)
        return [pid for pid, args in members if args.startswith('ray::SynthRosWorker')]

    def _members(self, session: int) -> list[tuple[int, str]]:
        """Ids and names of the processes of a session."""
        members = []
        for folder in Path('/proc').glob('[0-9]*'):
            # Processes end while they are looked at.
            with contextlib.suppress(OSError):
                fields = (folder / 'stat').read_text().rpartition(')')[2].split()
                if int(fields[3]) == session:
                    members.append((int(folder.name), (folder / 'cmdline').read_text()))
        return members

    def close(self) -> None:
        for name in list(self.processes):
            self.kill(name)


def command(*words: object) -> list[str]:
    return [sys.executable, '-m', 'synth_ros.cli.main', *map(str, words)]


def run(*words: object, code: int = 0) -> str:
    """Run a command to its end; returns what it said."""
    done = subprocess.run(
        command(*words),
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
        env=os.environ | SECRET,
    )
    said = done.stdout + done.stderr
    assert done.returncode == code, said
    return ' '.join(said.split())


def begin(*words: object) -> subprocess.Popen[str]:
    """Start a command."""
    return subprocess.Popen(
        command(*words),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | SECRET,
    )


def end(process: subprocess.Popen[str], *, code: int = 0) -> str:
    """Wait for a command; returns what it said."""
    said, _ = process.communicate(timeout=240)
    assert process.returncode == code, said
    return ' '.join(said.split())


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob('*'))
        if path.is_file()
    }


def wait_for_episodes(folder: Path, number: int, process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 120
    while len(list(folder.glob('episodes/*.json'))) < number:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.01)
