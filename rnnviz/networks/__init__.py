"""Networks: those whose weights were set by hand, so that one can read them."""
