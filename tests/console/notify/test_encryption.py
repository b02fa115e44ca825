"""What is secret of a recipient."""

from typing import Any
from uuid import uuid4

import pytest

from rtk.console.notify.encryption import PREFIX, Unreadable, seal, secret_of, unseal

ADDRESS = "https://hooks.example.org/sécret"


def test_an_address_is_sealed_and_opened_again() -> None:
    assert unseal(memoryview(seal(ADDRESS))) == ADDRESS
    assert b"example" not in seal(ADDRESS)
    assert seal(ADDRESS) != seal(ADDRESS)


def test_another_secret_key_opens_nothing(settings: Any) -> None:
    sealed = seal(ADDRESS)
    settings.SECRET_KEY = "another"
    with pytest.raises(Unreadable):
        unseal(sealed)


def test_each_recipient_has_a_secret_of_its_own_which_stays(settings: Any) -> None:
    one = uuid4()
    secret = secret_of(one)
    assert secret.startswith(PREFIX)
    assert len(secret) == len(PREFIX) + 43
    assert secret_of(one) == secret != secret_of(uuid4())
    settings.SECRET_KEY = "another"
    assert secret_of(one) != secret
