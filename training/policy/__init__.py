"""Who may do what: the table, its scopes as SQL, and the guard against reading without one."""
