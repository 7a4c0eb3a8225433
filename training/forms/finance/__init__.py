"""Forms: programmes, budgets, commitments and claims."""
