"""Pages: vetting."""

from flask import Blueprint

bp = Blueprint("vetting", __name__)
