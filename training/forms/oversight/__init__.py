"""Forms: what spans areas: approvals, reports, exports."""
