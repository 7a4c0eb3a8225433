"""Tools that know nothing of training: database, clock, money, ids, names, locale."""
