"""What a WSGI server serves, and what ``flask --app wsgi`` commands."""

from training.app import create_app

app = create_app()
