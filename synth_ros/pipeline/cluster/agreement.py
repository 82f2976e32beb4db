"""Whether all machines would make the same dataset."""

from __future__ import annotations

from collections.abc import Mapping

from synth_ros.pipeline.cluster.messages import ClusterError, Fingerprint, Node, NodeReport
from synth_ros.render.auto import Choice

_WHAT = {
    'version': 'another version of synth_ros',
    'code': 'other source files of synth_ros of the same version',
    'mujoco': 'another version of MuJoCo',
    'numpy': 'another version of numpy',
    'opencv': 'another version of OpenCV',
}


def check_agreement(node: str, found: Fingerprint, expected: Fingerprint) -> None:
    """See that a node has what this machine has.

    Args:
        node: Its name.
        found: What it has.
        expected: What this machine has.

    Raises:
        ClusterError: It differs, so that its episodes would.
    """
    for name, words in _WHAT.items():
        there, here = getattr(found, name), getattr(expected, name)
        if there != here:
            shown = '' if name == 'code' else f': {there}, here {here}'
            raise ClusterError(
                f'Node {node} has {words}{shown}. Its episodes could differ from those of '
                'others: install the same on all nodes (docs/cluster.md).'
            )
    if found.assets != expected.assets:
        raise ClusterError(
            f'Node {node} has other files under the paths of the assets than this machine: '
            'objects, surfaces or materials differ. Copy them again, or send them with --ship.'
        )


def agreed(reports: Mapping[Node, NodeReport]) -> tuple[Choice, tuple[str, ...]]:
    """The renderer of all nodes, and what the user should know about it.

    Args:
        reports: What the nodes said, at least one; all name the same renderer.
    """
    choices = {node: report.choice for node, report in reports.items()}
    first = next(iter(choices.values()))
    cautions = list(dict.fromkeys(text for choice in choices.values() for text in choice.cautions))
    labels = {choice.device.label for choice in choices.values()}
    if len(labels) > 1:
        cautions.append(
            f'Nodes render on different devices ({"; ".join(sorted(labels))}). Images of '
            'different drivers may differ in the last bit, so which node makes an episode may '
            'show.'
        )
    return first, tuple(cautions)
