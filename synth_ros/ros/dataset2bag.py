"""The process behind ``synth-ros dataset2bag``: ROS is imported here, and nowhere in the command.

Its options are those of the command, which passes them on.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from synth_ros.errors import ConfigError, SynthRosError
from synth_ros.ros.runtime import no_ros, prepare_environment


def main() -> None:
    """Write the bag, and say what came out."""
    options = _options()
    try:
        prepare_environment()
        _write(options)
    except SynthRosError as error:
        messages = error.problems if isinstance(error, ConfigError) else (str(error),)
        for message in messages:
            sys.stderr.write(f'error: {message}\n')
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.stderr.write(f'Interrupted: there is no {options.bag}.\n')
        sys.exit(130)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog='synth-ros dataset2bag')
    parser.add_argument('dataset', type=Path)
    parser.add_argument('bag', type=Path)
    parser.add_argument('--config', type=Path)
    parser.add_argument('--rate', type=float)
    parser.add_argument('--compression', choices=['zstd', 'none'], default='zstd')
    parser.add_argument('--skip-damaged', action='store_true')
    return parser.parse_args()


def _write(options: argparse.Namespace) -> None:
    try:
        from synth_ros.ros.dataset_bag import BagRequest, write_dataset_bag
    except ImportError as error:
        raise no_ros(error) from error

    console = Console(stderr=True)
    request = BagRequest(
        dataset=options.dataset,
        bag=options.bag,
        config=options.config,
        rate_hz=options.rate,
        compression=options.compression,
        skip_damaged=options.skip_damaged,
    )
    columns = (TextColumn('bag'), BarColumn(), MofNCompleteColumn(), TextColumn('frames'))
    with Progress(*columns, console=console) as bar:
        task = bar.add_task('bag', total=None)
        made = write_dataset_bag(
            request, lambda done, total: bar.update(task, completed=done, total=total)
        )
    console.print(f'{made.frames} frames, {made.messages} messages in [green]{request.bag}[/]')
    for sentence in made.lacks:
        console.print(sentence, highlight=False)
    if made.damaged:
        console.print(f'[yellow]{len(made.damaged)} frames were left out:[/]')
        for sentence in made.damaged[:10]:
            console.print(f'  {sentence}', highlight=False)


if __name__ == '__main__':
    main()
