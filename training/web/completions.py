"""Pages: completions."""

from flask import Blueprint

bp = Blueprint("completions", __name__)
