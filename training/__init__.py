"""The Border Training Register: seats, vetting, completions and money of the UK-Iraq border-security pact."""
