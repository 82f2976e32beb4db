"""Make the helpers for datasets importable under every import mode of pytest."""

import sys
from pathlib import Path

for name in ('validate', 'writers'):
    sys.path.insert(0, str(Path(__file__).parents[1] / name))
