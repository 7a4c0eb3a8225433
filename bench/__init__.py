"""The benchmark: what the product costs, beside a bare page with the same rows (design §6). Run ``make bench``."""
