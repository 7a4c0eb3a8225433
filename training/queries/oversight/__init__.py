"""Reading: what spans areas: approvals, reports, exports."""
