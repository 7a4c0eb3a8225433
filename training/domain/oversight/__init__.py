"""Rules and use cases: what spans areas: approvals, reports, exports."""
