"""A picture of each annotation, for people: one drawing function each, fed by typed labels."""
