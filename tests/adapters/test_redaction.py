"""Secrets are taken out of whatever comes back, in every form in which a careless service writes them."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote, quote_plus

import pytest

from adapters.redaction import hide

SECRET = 'sk-live/8+Qz~7 f=1"ä'
FORMS = {
    "as it is": SECRET,
    "percent-encoded": quote(SECRET, safe=""),
    "percent-encoded in small letters": "sk-live%2f8%2bQz~7%20f%3d1%22%c3%a4",
    "in a path": quote(SECRET),
    "in a form": quote_plus(SECRET),
    "in JSON": json.dumps(SECRET)[1:-1],
    "in hexadecimal": SECRET.encode().hex(),
    "in base64": b64encode(SECRET.encode()).decode(),
    "in the base64 of addresses": urlsafe_b64encode(SECRET.encode()).decode(),
    **{f"in base64, {n} bytes in": b64encode(b":" * n + SECRET.encode() + b"!").decode() for n in (1, 2, 7)},
}


@pytest.mark.requirement(28)
@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_hidden_in_every_form(form: str) -> None:
    text = f"before {FORMS[form]} and {FORMS[form]} after"
    assert hide(text.encode(), [SECRET]) == b"before [secret] and [secret] after"


@pytest.mark.requirement(28)
def test_base64_is_hidden_as_a_whole_word_so_that_its_edges_tell_nothing() -> None:
    word = b64encode(f"console:{SECRET}".encode())
    assert hide(b'{"sent": "' + word + b'"}', [SECRET]) == b'{"sent": "[secret]"}'


def test_innocent_text_is_left_as_it_is() -> None:
    text = b'{"message": "c2VjcmV0 may not, nor may sk-live or a%20b", "id": "abcdef0123456789"}'
    assert hide(text, [SECRET, "short", "secret"[:5]]) == text
