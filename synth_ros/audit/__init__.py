"""Independent checks that labels agree with the scene, with each other and with the pixels.

Nothing here shares code with what makes labels: projections, run lengths and boxes are written
out again, simple and slow. ``docs/audit.md`` lists every check, its bound and what it proves.
"""
