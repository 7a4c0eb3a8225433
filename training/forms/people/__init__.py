"""Forms: trainees and trainers."""
