"""How the frames of an episode were made, in one file, with what they share said once."""

from __future__ import annotations

import json
from collections.abc import Mapping

from synth_ros.errors import InternalError
from synth_ros.types import SampleKey

Record = Mapping[str, object]


def encode_provenance(texts: Mapping[SampleKey, str]) -> bytes:
    """The provenance file of an episode.

    It holds ``common``, the keys whose values all frames share (the sampled scene, config hash,
    seed), and ``frames``, the others by file stem. A frame's record is the union of both.

    Args:
        texts: The JSON provenance of all frames of one episode, at least one.

    Raises:
        InternalError: A sample's provenance is not a JSON object.
    """
    records = {key.stem: _parse(key, text) for key, text in texts.items()}
    first = next(iter(records.values()))
    common = {
        key: value
        for key, value in first.items()
        if all(key in record and record[key] == value for record in records.values())
    }
    frames = {
        stem: {key: value for key, value in record.items() if key not in common}
        for stem, record in records.items()
    }
    text = json.dumps({'common': common, 'frames': frames}, indent=1, sort_keys=True)
    return f'{text}\n'.encode('ascii')


def _parse(key: SampleKey, text: str) -> Record:
    try:
        record = json.loads(text)
    except ValueError as error:
        raise InternalError(f'The provenance of {key} is not JSON: {error}') from None
    if not isinstance(record, dict):
        raise InternalError(f'The provenance of {key} is not a JSON object: {record!r}')
    return record
