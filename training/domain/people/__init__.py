"""Rules and use cases: trainees and trainers."""
