"""Records: trainees and trainers."""
