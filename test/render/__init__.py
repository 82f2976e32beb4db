"""Make the helpers of this folder importable under every import mode of pytest."""
