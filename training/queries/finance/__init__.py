"""Reading: programmes, budgets, commitments and claims."""
