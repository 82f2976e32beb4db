"""Makes the built-in picking cell and shelf aisle: ``python -m tools.make_assets.halls``."""
