"""Generates the built-in household objects: meshes, textures, collision shapes and MJCF.

Run ``python -m tools.make_assets.objects`` from the repository root. The result is a pure
function of this code.
"""
