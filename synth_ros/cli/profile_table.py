"""The times of a run as a table in the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from synth_ros.schema.profile import TITLES, WAITED_FOR, Profile


def show_profile(profile: Profile, console: Console) -> None:
    """Print where the time went and what held the run up."""
    table = Table(title='Where the time went')
    table.add_column('step')
    for heading in ('seconds', 'share', 'ms a frame', 'calls', 'median ms'):
        table.add_column(heading, justify='right')
    for step, spent in profile.steps.items():
        table.add_row(
            TITLES[step],
            f'{spent.seconds:.2f}',
            f'{100 * profile.share(step):.0f} %',
            f'{1e3 * profile.per_frame_s(step):.2f}',
            f'{spent.calls:,}',
            f'{1e3 * spent.median_s:.2f}',
        )
    table.add_section()
    for wait, spent in profile.waits.items():
        table.add_row(
            f'wait: {WAITED_FOR[wait]}',
            f'{spent.seconds:.2f}',
            f'{100 * profile.waited(wait):.0f} %',
            f'{1e3 * spent.seconds / profile.frames:.2f}' if profile.frames else '',
            f'{spent.calls:,}',
            f'{1e3 * spent.median_s:.2f}',
            style='dim',
        )
    console.print(table)
    processes = f'{profile.workers} processes' if profile.workers > 1 else 'one process'
    rate = profile.frames / profile.wall_s if profile.wall_s else 0.0
    console.print(
        f'{profile.frames} frames in {profile.wall_s:.1f} s by {processes}: {rate:.1f} frames/s. '
        'Steps of one process overlap, so that their sum may exceed the time passed.',
        highlight=False,
    )
    console.print(profile.bottleneck, highlight=False, style='bold')
