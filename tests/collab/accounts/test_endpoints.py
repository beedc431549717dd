"""The pages of signing in, over HTTP with cookies as a browser keeps them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from collab.accounts import service
from collab.accounts.endpoints import routes
from collab.accounts.models import Login, Person, Token
from collab.kit.database import Database
from tests import make


@pytest.fixture
def somebody(database: Database) -> Person:
    with database.transaction() as session:
        return make.person(session, make.hospital(session))


@pytest.mark.parametrize("path", ["/account"])
async def test_a_stranger_is_sent_to_the_login_and_back(database: Database, path: str) -> None:
    answer = await make.server(database, routes()).client().get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/login?next={path}")


@pytest.mark.parametrize(
    "path", ["/logout", "/account/password", "/account/logins/end", "/account/tokens", "/account/tokens/revoke"]
)
async def test_a_stranger_changes_nothing(database: Database, path: str) -> None:
    answer = await make.server(database, routes()).client().post(path, data={"chosen": "x"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/")


async def test_a_login_lets_in_until_it_ends(database: Database, somebody: Person) -> None:
    server = make.server(database, routes())
    browser = await server.sign_in(somebody)
    assert (await browser.get("/account")).status_code == 200
    stolen = dict(browser.cookies)
    await browser.post("/logout")
    thief = server.client()
    thief.cookies.update(stolen)
    assert (await thief.get("/account")).status_code == 303


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(database: Database, somebody: Person) -> None:
    server = make.server(database, routes())
    answer = await server.client().post("/login", data={"email": somebody.email, "password": make.PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


async def test_a_login_left_alone_is_closed(database: Database, somebody: Person) -> None:
    server = make.server(database, routes())
    browser = await server.sign_in(somebody)
    server.clock.pass_by(hours=3)
    assert (await browser.get("/account")).status_code == 303


async def test_a_failed_login_keeps_the_email_and_counts_the_try(database: Database, somebody: Person) -> None:
    server = make.server(database, routes())
    browser = server.client()
    answer = await browser.post("/login", data={"email": somebody.email, "password": "not it"})
    assert answer.status_code == 403
    assert somebody.email in answer.text
    for _ in range(9):
        await browser.post("/login", data={"email": somebody.email, "password": "not it"})
    assert (await browser.post("/login", data={"email": somebody.email, "password": make.PASSWORD})).status_code == 429


async def test_a_wrong_current_password_on_the_account_page_is_counted_too(
    database: Database, somebody: Person
) -> None:
    server = make.server(database, routes())
    browser = await server.sign_in(somebody)
    for _ in range(10):
        answer = await browser.post("/account/password", data={"current": "not it", "new": "x" * 12})
        assert answer.status_code == 403
    answer = await browser.post("/account/password", data={"current": make.PASSWORD, "new": "un autre mot de passe"})
    assert answer.status_code == 429


async def test_a_token_lets_a_program_in_without_cookie_or_origin(database: Database, somebody: Person) -> None:
    server = make.server(database, routes())
    browser = await server.sign_in(somebody)
    page = await browser.post("/account/tokens", data={"chosen": "PACS"})
    token = page.text.split("<code>")[1].split("</code>")[0]
    program = server.client(token=token, origin=None)
    assert (await program.get("/account")).status_code == 200
    server.clock.pass_by(days=91)
    assert (await program.get("/account")).status_code == 303


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/account/tokens", {"chosen": "another"}),
        ("/account/password", {"current": make.PASSWORD, "new": "une autre phrase de passe"}),
    ],
)
async def test_a_token_is_no_key_to_further_tokens_nor_to_the_password(
    database: Database, somebody: Person, path: str, form: dict[str, str]
) -> None:
    server = make.server(database, routes())
    with database.transaction() as session:
        made = {"by": "test", "secret": server.site.secret, "at": server.clock.now}
        token = service.create_token(session, somebody.email, "PACS", **made)
    refused = await server.client(token=token).post(path, data=form)
    assert (refused.status_code, "connectez-vous vous-même" in refused.text) == (403, True)
    with database.transaction() as session:
        assert session.scalars(select(Token)).one().label == "PACS"
    # The same by the person in a browser, with the password as it was.
    assert (await (await server.sign_in(somebody)).post(path, data=form)).status_code == 200


async def test_the_language_is_kept_with_the_person(database: Database, somebody: Person) -> None:
    server = make.server(database, routes())
    browser = await server.sign_in(somebody)
    await browser.post("/language", data={"chosen": "en"})
    browser.cookies.delete("language")
    assert '<html lang="en"' in (await browser.get("/account")).text


async def test_a_login_on_another_machine_can_be_ended(database: Database, somebody: Person) -> None:
    server = make.server(database, routes())
    here, there = await server.sign_in(somebody), await server.sign_in(somebody)
    with database.transaction() as session:
        first, second = session.scalars(select(Login).order_by(Login.created_at, Login.id)).all()
    page = (await here.get("/account")).text
    other = first.id if f'value="{first.id}"' in page else second.id
    await here.post("/account/logins/end", data={"chosen": other})
    assert (await there.get("/account")).status_code == 303
    assert (await here.get("/account")).status_code == 200


async def test_the_directory_is_for_signed_in_people_only(database: Database, somebody: Person) -> None:
    server = make.server(database, routes())
    assert (await server.client().get("/api/directory")).status_code == 401
    found = (await (await server.sign_in(somebody)).get("/api/directory")).json()
    assert [(each["person_id"], each["name"]) for each in found["people"]] == [(somebody.id, somebody.name)]
    assert "email" not in found["people"][0]
