"""A partner coordinator who uploads files of names."""

import datetime as dt
import io
import re
from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from tests.support.world import World, form_token, post
from training.kit.db import db
from training.models import Base
from training.policy.scopes import unscoped


@dataclass
class Desk:
    """A client of a partner coordinator with an open cohort."""

    browser: FlaskClient
    world: World
    cohort: str
    organisation: str
    foreign: str

    @property
    def new(self) -> str:
        return f"/cohorts/{self.cohort}/nominate/file"

    def send(self, content: bytes, name: str = "names.csv", **fields: str) -> TestResponse:
        file = FileStorage(io.BytesIO(content), name, "file")
        form = {"csrf_token": form_token(self.browser, self.new), "file": file, "organisation": self.organisation}
        boundary, body = encode_multipart(form | fields)
        return self.browser.post(self.new, data=body, content_type=f"multipart/form-data; boundary={boundary}")

    def preview(self, content: bytes, **fields: str) -> tuple[str, str]:
        """Upload a file; return the address of its preview and the page."""
        answer = self.send(content, **fields)
        assert answer.status_code == 302, answer.text
        address = answer.headers["Location"]
        return address, self.browser.get(address).text

    def commit(self, address: str, **fields: str) -> str:
        """Commit a preview; return the next page."""
        version = re.search(r'name="version"[^>]*value="(\d+)"', self.browser.get(address).text)
        form = {"version": version[1] if version else "0", "mode": "good"} | fields
        answer = post(self.browser, f"{address}/commit", form, page=address)
        assert answer.status_code == 302, answer.text
        return self.browser.get(address).text

    def saved(self, address: str, kind: str, **fields: str) -> bytes:
        """Download the rows of a file as a table."""
        answer = post(self.browser, f"{address}/rows.{kind}", dict(fields), page=address)
        assert answer.status_code == 200, answer.text
        return answer.data


def desk_in(app: Flask, client: FlaskClient, **days: dt.date) -> Desk:
    """Sign in a coordinator of an organisation invited to an open cohort, on the days ``first`` to ``last``."""
    with app.app_context():
        world = World(app)
        cohort = world.open_cohort(**days)
        world.sign_in(client, "iraq")
        foreign = world.person("Canary Erbil", "kri").public_id
        return Desk(client, world, cohort.public_id, world.organisations["iraq"].public_id, foreign)


def tile(page: str, label: str) -> int:
    """Return the figure with a label."""
    found = re.search(rf"<dt>(?:<a [^>]*>)?{label}(?:</a>)?</dt><dd>(\d+)", page)
    return int(found[1]) if found else 0


def count(app: Flask, model: type[Base]) -> int:
    """Count the records of a model."""
    with app.app_context():
        return db.session.scalar(unscoped(select(func.count()).select_from(model), because="test")) or 0
