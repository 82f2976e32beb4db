"""A process that makes frames of a benchmark scene: MuJoCo's own renderer, or ours.

Started by ``contenders.py`` with its options as JSON: ``make`` is ``naive`` or ``ours``,
``folder`` a scene that ``settled.prepare`` made; the rest is the picture's quality and, for ours,
the labels. Or ``make`` is ``episodes``, and ``config`` says what is made of scenes ever new; or
``live``, and it says what is simulated.
"""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault('MUJOCO_GL', 'egl')

from protocol import Channel


def main() -> None:
    """Serve until told to stop."""
    channel = Channel()
    options = channel.options
    if options['make'] == 'episodes':
        from episodes import EpisodeFrames

        made = EpisodeFrames(
            Path(str(options['config'])),
            written=bool(options['written']),
            processes=int(str(options['processes'])),
        )
        channel.serve(made.make, device=made.device)
        return
    if options['make'] == 'live':
        from synth_ros.ros.runtime import prepare_environment

        prepare_environment()
        from live_frames import LiveFrames

        live = LiveFrames(Path(str(options['config'])), recorded=bool(options['recorded']))
        channel.serve(live.make, device=live.device)
        return
    folder = Path(str(options['folder']))
    quality = int(str(options['shadow_size'])), int(str(options['samples']))
    if options['make'] == 'naive':
        from naive import NaiveFrames

        naive = NaiveFrames(folder, *quality)
        channel.serve(naive.make, device=naive.device)
        return
    from ours import OurFrames, render_section

    render = render_section(str(options['backend']), *quality)
    if 'device' in options:
        render['device'] = options['device']
    ours = OurFrames(
        folder,
        render=render,
        labels=str(options.get('labels', 'default')),
        processes=int(str(options.get('processes', 1))),
    )
    channel.serve(ours.make, device=ours.device)


if __name__ == '__main__':
    main()
