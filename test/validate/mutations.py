"""Bytes and JSON values as no writer writes them."""

import json
import shutil

ODD = [
    None,
    True,
    -1,
    0,
    0.5,
    1e308,
    float('nan'),
    float('inf'),
    10**400,
    2**63,
    '',
    'x' * 300,
    '../../etc/passwd',
    'nul\0byte',
    '{0.__class__}',
    [],
    [[]],
    {},
    [None],
    [1, 2, 3, 4],
    {'size': [48, 64], 'counts': [-5, 10]},
    {'size': [48, 64], 'counts': 'o' * 30},
    {'size': [0, 0], 'counts': ''},
    [[float('nan')] * 6],
]


def files_of(root):
    return sorted(path for path in root.rglob('*') if path.is_file())


def mutate(root, rng):
    """Change something in a dataset; says what."""
    files = files_of(root)
    if not files:
        return 'nothing'
    path = files[rng.integers(len(files))]
    kind = rng.integers(8)
    data = path.read_bytes()
    if path.suffix in {'.json', '.jsonl'} and kind > 2:
        return _odd_json(path, rng)
    if path.suffix in {'.txt', '.yaml', '.xml', '.csv'} and kind > 4:
        return _odd_text(path, rng)
    if kind == 0:
        path.unlink()
        if rng.integers(2):
            path.mkdir()
            return f'{path.name} is a folder'
        return f'{path.name} is gone'
    if kind == 1:
        size = int(rng.integers(len(data) + 1))
        path.write_bytes(data[:size])
        return f'{path.name} has {size} bytes'
    return _odd_bytes(root, path, rng)


def _odd_bytes(root, path, rng):
    files, data, kind = files_of(root), path.read_bytes(), rng.integers(2, 8)
    if kind == 2:
        garbage = rng.integers(0, 256, int(rng.integers(2000)), dtype='u1').tobytes()
        path.write_bytes(garbage)
        return f'{path.name} is garbage'
    if kind == 3:
        other = files[rng.integers(len(files))]
        if other != path:
            shutil.copy(other, path)
        return f'{path.name} is {other.name}'
    if kind == 4:
        path.write_bytes(data + data)
        return f'{path.name} twice'
    changed = bytearray(data)
    places = rng.integers(0, max(len(data), 1), int(rng.integers(1, 6)))
    for place in places if data else ():
        changed[place] = rng.integers(256)
    path.write_bytes(bytes(changed))
    return f'{path.name} flipped at {places.tolist()}'


def _odd_text(path, rng):
    words = path.read_text(errors='replace').split(' ')
    place = int(rng.integers(len(words)))
    odd = [
        '',
        '-1',
        'nan',
        '1e999',
        '9' * 5000,
        'x',
        '[',
        '{',
        '\n',
        '\0',
        '!!python/name:os',
        '&a',
    ]
    words[place] = odd[rng.integers(len(odd))]
    path.write_text(' '.join(words))
    return f'{path.name}: word {place} is {words[place][:20]!r}'


def _odd_json(path, rng):
    lines = path.read_text(errors='replace').splitlines()
    whole = path.suffix == '.json'
    place = 0 if whole else int(rng.integers(max(len(lines), 1)))
    text = '\n'.join(lines) if whole else (lines[place] if lines else '')
    try:
        value = json.loads(text)
    except ValueError:
        return 'nothing'
    holder, key = _leaf({'': value}, '', rng)
    holder[key] = ODD[rng.integers(len(ODD))]
    changed = json.dumps(value if key != '' else holder[''])
    path.write_text(
        changed if whole else '\n'.join([*lines[:place], changed, *lines[place + 1 :]])
    )
    return f'{path.name}: {key!r} is {str(holder[key])[:40]}'


def _leaf(holder, key, rng):
    """A random place in a value."""
    while True:
        value = holder[key]
        if not isinstance(value, dict | list) or not value or rng.random() < 0.08:
            return holder, key
        holder = value
        keys = list(value) if isinstance(value, dict) else range(len(value))
        key = list(keys)[rng.integers(len(keys))]
