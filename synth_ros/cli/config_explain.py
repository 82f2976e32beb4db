"""``synth-ros config explain``: what a config varies, before anything is rendered."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from synth_ros.cli.sparkline import sparkline
from synth_ros.errors import OutputError

if TYPE_CHECKING:
    from synth_ros.config.load import LoadedConfig
    from synth_ros.randomize.explain import Explanation, Histogram, Variation
    from synth_ros.report.histogram_sheet import Panel
    from synth_ros.scene.build import SceneBuilder

_MOST_NAMES = 4
_WORDS_OF_STREAMS = {
    'objects': 'classes and variants',
    'placement': 'where objects go and how they are turned',
    'lamps': 'where lamps hang and aim',
    'material': 'looks of the room',
    'texture': 'textures',
    'camera': 'mount errors of cameras',
    'view': 'where cameras look',
    'sensor': 'noise of the sensor',
    'latent': 'hidden numbers of correlated draws',
    'distractors': 'unlabelled things',
}


def explain(
    file: Annotated[Path, typer.Argument(help='Config file (YAML).', metavar='FILE')],
    draws: Annotated[
        int, typer.Option(min=1, max=1_000_000, help='How many values to draw of each number.')
    ] = 1000,
    out: Annotated[
        Path | None, typer.Option('--out', '-o', help='PNG to write, with all histograms.')
    ] = None,
    *,
    seed: Annotated[int | None, typer.Option(min=0, help="Replaces the config's seed.")] = None,
) -> None:
    """List what a config varies, over what, and how often each value comes. Renders nothing.

    For every number that varies: its key, the range of what was drawn, a histogram, how it is
    drawn, how often, and the name of its random stream. Two numbers never share a stream, so
    that changing one shifts no other.

    The histograms are real draws, spread evenly over the run, so they show schedules, correlated
    draws and low discrepancy as a dataset has them. With more draws than episodes, the runs of
    the next seeds follow.

    What could vary and does not is listed at the end: there is more to randomize.

    Example: synth-ros config explain config/tabletop.yaml --draws 5000 --out draws.png
    """
    from synth_ros.config.load import load_config
    from synth_ros.scene.build import SceneBuilder

    if out is not None and not out.parent.is_dir():
        raise OutputError(f'{out.parent} is not a folder. Create it first, or choose another.')
    # The places of the inventory hold distributions of the config: it must be this one.
    loaded = load_config(file).spelled_out()
    if seed is None:
        seed = loaded.config.seed
    parts = list(_explained(loaded, SceneBuilder(loaded), seed=seed, draws=draws))
    console = Console(highlight=False, soft_wrap=True)
    dataset = loaded.config.output.dataset
    console.print(
        f'{file}, seed {seed}: {dataset.episodes} scenes of {dataset.views_per_episode} views. '
        f'{draws} draws of each number.'
    )
    for line in (*_scenarios(loaded), *_classes(loaded)):
        console.print(line)
    for title, explanation in parts:
        for line in _lines(title, explanation):
            console.print(line)
    if out is not None:
        from synth_ros.report.histogram_sheet import write_histograms

        panels = [panel for title, found in parts for panel in _panels(title, found)]
        heading = f'{file.name}: {draws} draws of each number that varies'
        write_histograms(out, heading, panels)
        print(f'Wrote {out}.', file=sys.stderr)


def _explained(
    loaded: LoadedConfig, builder: SceneBuilder, *, seed: int, draws: int
) -> Iterator[tuple[str, Explanation]]:
    """Yield the title and the explanation of the file, or of each of its scenarios.

    What is the same in all scenarios is told with the first.
    """
    from synth_ros.randomize.explain import explain_config

    if not loaded.scenarios:
        yield '', explain_config(loaded.config, builder.inventory, seed=seed, draws=draws)
        return
    told: set[tuple[str, ...]] = set()
    for entry, own, below in zip(
        loaded.config.scenarios, loaded.scenarios, builder.scenarios, strict=True
    ):
        found = explain_config(own.config, below.inventory, seed=seed, draws=draws)
        new = found._replace(
            variations=tuple(v for v in found.variations if (v.path, v.words) not in told),
            fixed=tuple(pair for pair in found.fixed if pair not in told),
            unused=tuple(path for path in found.unused if (path,) not in told),
            off=tuple(pair for pair in found.off if pair not in told),
            others=tuple(name for name in found.others if (name,) not in told),
        )
        told |= {(v.path, v.words) for v in new.variations}
        told |= {*new.fixed, *new.off, *((name,) for name in (*new.others, *new.unused))}
        yield f'Scenario {entry.name}', new


def _scenarios(loaded: LoadedConfig) -> Iterator[Text]:
    from synth_ros.randomize.scenario import scenario_weights

    last = loaded.config.output.dataset.episodes - 1
    first_shares = scenario_weights(loaded.config, 0)
    last_shares = scenario_weights(loaded.config, last)
    if first_shares:
        yield Text('\nScenarios', style='bold')
    for name, share in first_shares.items():
        end = last_shares[name]
        later = '' if abs(end - share) < 1e-9 else f', {end:.0%} of the last scenes'
        yield _bar_line(name, share, f'{share:.0%}{" of the first" if later else ""}{later}')


def _classes(loaded: LoadedConfig) -> Iterator[Text]:
    objects = loaded.config.objects
    weights = {each.name: objects.weights.get(each.name, each.weight) for each in objects.classes}
    total = sum(weights.values())
    if total <= 0:
        return
    yield Text('\nClasses by weight', style='bold')
    for name, weight in weights.items():
        yield _bar_line(name, weight / total, f'{weight / total:.1%} of the objects')


def _bar_line(name: str, share: float, words: str) -> Text:
    bar = '█' * max(round(40 * share), 1 if share > 0 else 0)
    return Text.assemble(f'  {name:<28} ', (f'{bar:<12} ', 'cyan'), (words, 'dim'))


def _lines(title: str, explanation: Explanation) -> Iterator[Text]:
    yield Text(f'\n{title or "Numbers"}', style='bold')
    for each in explanation.variations:
        yield Text.assemble(
            f'  {each.path:<46} ',
            (f'{_spark(each.histogram)} ', 'cyan'),
            _range(each),
        )
        from_stream = f'; stream {_shortened(each.streams)}' if each.streams else ''
        yield Text(f'    {each.words}; {each.per}{from_stream}', style='dim')
    if not explanation.variations:
        yield Text('  nothing varies', style='dim')
    if explanation.others:
        yield Text('\nOther draws, by their streams', style='bold')
        for first, names in _grouped(explanation.others).items():
            yield Text.assemble(
                f'  {_WORDS_OF_STREAMS.get(first, first)}: ', (_shortened(names), 'dim')
            )
    if explanation.unused:
        yield Text('\nRanges that nothing here is drawn from', style='bold')
        yield Text(f'  {", ".join(explanation.unused)}', style='dim')
    if explanation.off:
        off = ', '.join(f'{path} ({switch}: 0)' for path, switch in explanation.off)
        yield Text('\nSwitched off', style='bold')
        yield Text(f'  {off}', style='dim')
    if explanation.fixed:
        fixed = ', '.join(f'{path} ({value})' for path, value in explanation.fixed)
        yield Text('\nCould vary, and always are the same', style='bold')
        yield Text(f'  {fixed}', style='dim')


def _shortened(names: Sequence[str]) -> str:
    """A list of which the end is left out if it is long."""
    rest = len(names) - _MOST_NAMES
    listed = ', '.join(names[:_MOST_NAMES])
    return f'{listed} and {rest} more' if rest > 0 else listed


def _grouped(names: tuple[str, ...]) -> dict[str, list[str]]:
    """Names of streams by what stands before their first slash."""
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(name.partition('/')[0], []).append(name)
    return groups


def _range(each: Variation) -> str:
    low, high = each.histogram.low, each.histogram.high
    return f'{low:.4g} to {high:.4g} {each.unit}'.rstrip()


def _spark(histogram: Histogram) -> str:
    """A histogram of one line of text."""
    # Few values get wider bars, so that the lines end alike.
    wide = max(24 // len(histogram.counts), 1)
    return ''.join(bar * wide for bar in sparkline(histogram.counts)).ljust(24)


def _panels(title: str, explanation: Explanation) -> Iterator[Panel]:
    from synth_ros.report.histogram_sheet import Panel

    groups: dict[str, int] = {}
    for each in explanation.variations:
        group = groups.setdefault(each.path.partition('.')[0], len(groups) + 1)
        low, high = f'{each.histogram.low:.4g}', f'{each.histogram.high:.4g} {each.unit}'.rstrip()
        name = f'{title}: {each.path}' if title else each.path
        yield Panel(name, f'{each.words}; {each.per}', (low, high), each.histogram.counts, group)
