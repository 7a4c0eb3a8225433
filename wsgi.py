"""What a WSGI server serves, and what ``flask --app wsgi`` commands; ``training.wsgi`` in an installed package."""

from training.app import create_app

app = create_app()
