"""One check a module; each is a pure function of a view. ``audit.table`` lists them."""
