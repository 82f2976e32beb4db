"""Makes the built-in room: ``python -m tools.make_assets.room``."""
