"""Make the helpers for datasets importable under every import mode of pytest."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent / 'writers'), str(HERE.parent / 'report'), str(HERE)]
