"""Rules and use cases: programmes, budgets, commitments and claims."""
