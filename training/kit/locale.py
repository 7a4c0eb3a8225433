"""The three languages of the product."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """A language as the product offers it: catalogue code, CLDR locale, its own name, direction."""

    code: str
    locale: str
    endonym: str
    direction: str


LANGUAGES = {
    language.code: language
    for language in (
        Language("en", "en_GB", "English", "ltr"),
        # Plain "ar" names other months; plain "ckb" has the wrong weekend.
        Language("ar", "ar_IQ", "العربية", "rtl"),
        Language("ckb", "ckb_IQ", "کوردیی ناوەندی", "rtl"),
    )
}
DEFAULT_LANGUAGE = "en"
