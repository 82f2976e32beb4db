"""Makes the built-in mobile manipulator: ``python -m tools.make_assets.robot``."""
