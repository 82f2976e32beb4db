"""How far two datasets are apart, statistic by statistic, and how much of that is chance."""
