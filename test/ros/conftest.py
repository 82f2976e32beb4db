"""Make the helpers of this folder and those for samples importable under every import mode."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / 'writers')]
