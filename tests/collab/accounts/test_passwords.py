"""Argon2id with the parameters that OWASP asks for at least."""

from __future__ import annotations

from collab.accounts.passwords import hash_password, is_password


def test_a_password_is_known_again_and_another_is_not() -> None:
    hashed = hash_password("un mot de passe assez long")
    assert is_password("un mot de passe assez long", hashed)
    assert not is_password("un mot de passe assez Long", hashed)


def test_nobody_has_no_password() -> None:
    assert not is_password("nobody has this password", None)


def test_a_broken_hash_lets_nobody_in() -> None:
    assert not is_password("un mot de passe assez long", "not a hash")


def test_the_hash_says_argon2id_and_its_cost() -> None:
    assert hash_password("un mot de passe assez long").startswith("$argon2id$v=19$m=19456,t=2,p=1$")
