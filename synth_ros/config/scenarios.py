"""Scenarios: several kinds of scene in one dataset, each a change of the rest of the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, JsonValue

from synth_ros.config.base import Fault, Name, NonNegative, Section

CHANGEABLE = (
    'robot',
    'environment',
    'objects',
    'distractors',
    'occluders',
    'background',
    'physics',
    'randomization',
    'sequence',
    'constraints',
    'curriculum',
    'script',
)
"""Sections that may differ from scenario to scenario. What a dataset says of itself as a whole,
such as cameras, categories and labels, may not."""

Change = Annotated[dict[str, JsonValue], Field(json_schema_extra={'format': 'change'})]
"""Keys of the config with the values that replace those of the rest of the file: mappings key by
key, lists as a whole."""


class ScenarioConfig(Section):
    """One kind of scene, drawn by weight for every episode."""

    name: Name
    """Of the scenario; stored with every frame."""
    weight: NonNegative = 1.0
    """How often it is drawn, relative to the others."""
    weight_at_end: NonNegative | None = None
    """Weight of the last episode, if it is another one: the weight then changes evenly over the
    run."""
    change: Change = Field(default_factory=dict)
    """What differs from the rest of this file: any keys below its sections, with the values that
    replace the others'. Mappings are changed key by key, lists are replaced as a whole."""

    def rules(self) -> Iterator[Fault]:
        """Yield a fault for each section that all scenarios share."""
        for key in self.change:
            if key not in CHANGEABLE:
                allowed = ', '.join(CHANGEABLE)
                message = f'all scenarios share this section; they may change: {allowed}'
                yield Fault(('change', key), message)
        physics = self.change.get('physics')
        if isinstance(physics, dict) and 'timestep_s' in physics:
            message = 'all scenarios share the time step, on which frames fall'
            yield Fault(('change', 'physics', 'timestep_s'), message)
        objects = self.change.get('objects')
        if isinstance(objects, dict) and 'classes' in objects:
            message = (
                'all scenarios share the classes, which are the categories of the dataset; '
                'give objects.weights to draw only some of them'
            )
            yield Fault(('change', 'objects', 'classes'), message)

    def weight_at(self, progress: float) -> float:
        """The weight at a share of the run.

        Args:
            progress: 0 for the first episode, 1 for the last.
        """
        end = self.weight if self.weight_at_end is None else self.weight_at_end
        return self.weight + progress * (end - self.weight)


def weightless(scenarios: tuple[ScenarioConfig, ...]) -> Iterator[Fault]:
    """Yield a fault where no scenario can be drawn at the beginning or end of a run."""
    for progress, key in ((0.0, 'weight'), (1.0, 'weight_at_end')):
        if scenarios and sum(entry.weight_at(progress) for entry in scenarios) <= 0:
            when = 'first' if progress == 0 else 'last'
            message = f'the weights of all scenarios sum to zero at the {when} episode'
            yield Fault(('scenarios', 0, key), message)
            return
