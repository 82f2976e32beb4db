"""Where the files of each known dataset format lie, and how one record of it is parsed."""
