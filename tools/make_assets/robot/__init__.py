"""Makes the built-in robots: ``python -m tools.make_assets.robot``."""
