"""Statistics of any dataset in one pass: tallies that merge, and the results as plain records."""
