"""The benchmark: the product compared with a bare page with the same rows (design §6). Run ``make bench``."""
