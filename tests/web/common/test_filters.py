"""Short titles of courses, for cards; the comma of the script of a page."""

import pytest
from flask import Flask

from training.models.courses.courses import Course
from training.web.common.filters import comma, short_title

POLICE = "Techniques and methods for investigating human trafficking and migrant smuggling (police training)"


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("Identity and Travel Documents Fraud", "Identity and Travel Documents Fraud"),
        (POLICE, "Techniques and methods for investigating human…"),
        (
            "Profiling, identification and interviewing at the - basic level",
            "Profiling, identification and interviewing at…",
        ),
        ("Cross-border investigations on smuggling (activities 91 and 92)", "Cross-border investigations on smuggling"),
        ("A course (short)", "A course (short)"),
        (
            "(all of it is in brackets, from the beginning to the very end)",
            "(all of it is in brackets, from the beginning to…",
        ),
        ("W" * 90, f"{'W' * 48}…"),
    ],
)
def test_long_title_is_cut_after_a_whole_word(sqlite_app: Flask, title: str, short: str) -> None:
    with sqlite_app.test_request_context():
        assert short_title(Course(title_en=title)) == short


def test_short_title_without_a_translation_is_marked_as_english(sqlite_app: Flask) -> None:
    with sqlite_app.test_request_context(headers={"Accept-Language": "ar"}):
        assert short_title(Course(title_en=POLICE, title_ar="")) == (
            '<span lang="en" dir="ltr" class="app-english-title">Techniques and methods for investigating human…</span>'
        )
        assert short_title(Course(title_en=POLICE, title_ar="تحقيقات")) == "تحقيقات"


@pytest.mark.parametrize(("language", "written"), [("en", ","), ("ar", "،"), ("ckb", "،")])
def test_comma_is_of_the_script_of_the_page(sqlite_app: Flask, language: str, written: str) -> None:
    with sqlite_app.test_request_context(headers={"Accept-Language": language}):
        assert comma() == written
