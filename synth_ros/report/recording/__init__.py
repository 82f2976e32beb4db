"""How a recording went: figures taken while it ran, and the page that shows them."""
