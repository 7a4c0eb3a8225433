"""Reading: trainees and trainers."""
