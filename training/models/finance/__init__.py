"""Records: programmes, budgets, commitments and claims."""
