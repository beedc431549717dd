"""Pages of signing in and of one's own account."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from starlette.responses import Response
from starlette.routing import BaseRoute

from collab.accounts import service
from collab.accounts.rules import LOGIN_LIFE, PASSWORD_MIN, address_key, safe_next
from collab.kit.i18n import LANGUAGES
from collab.kit.refusals import BadInput, Refusal, TooMany
from collab.kit.web import Call, api, json_answer, page, refusal_sentence, see_other


class Credentials(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The login form."""

    email: str = ""
    password: str = ""
    next: str = "/"


class PasswordChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The form that replaces one's password."""

    current: str
    new: str


class Chosen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One field that names what was chosen."""

    chosen: str
    next: str = "/account"


class Colleague(msgspec.Struct, frozen=True):
    """A doctor of the directory."""

    person_id: str
    name: str
    specialty: str | None
    hospital: str


class ColleagueTeam(msgspec.Struct, frozen=True):
    """Doctors of the directory who answer for each other."""

    team_id: str
    name: str
    specialty: str
    hospital: str


class Directory(msgspec.Struct, frozen=True):
    """Whom an expertise can be asked of."""

    people: tuple[Colleague, ...]
    teams: tuple[ColleagueTeam, ...]


def routes() -> Sequence[BaseRoute]:
    return [
        api("/api/directory", list_directory, gives=Directory),
        page("/login", show_login, open_to_all=True),
        page("/login", sign_in, methods=["POST"], open_to_all=True),
        page("/logout", sign_out, methods=["POST"]),
        page("/language", choose_language, methods=["POST"], open_to_all=True),
        page("/account", show_account),
        page("/account/password", change_password, methods=["POST"]),
        page("/account/logins/end", end_login, methods=["POST"]),
        page("/account/tokens", create_token, methods=["POST"]),
        page("/account/tokens/revoke", revoke_token, methods=["POST"]),
    ]


def show_login(call: Call) -> Response:
    wanted = safe_next(call.request.query_params.get("next", "/"))
    if call.found:
        return see_other(wanted)
    return _login(call, next_path=wanted)


def sign_in(call: Call) -> Response:
    given = call.form(Credentials)
    try:
        token = service.sign_in(
            call.session,
            given.email,
            given.password,
            address=_address(call),
            user_agent=call.request.headers.get("user-agent", ""),
            secret=call.site.secret,
            at=call.site.clock(),
        )
    except (service.WrongPassword, TooMany) as refusal:
        return _login(call, next_path=safe_next(given.next), email=given.email, refusal=refusal)
    answer = see_other(safe_next(given.next))
    answer.set_cookie(
        service.cookie_name(call.site),
        token,
        max_age=int(LOGIN_LIFE.total_seconds()),
        httponly=True,
        secure=call.site.settings.is_https,
        samesite="strict",
    )
    return answer


def _login(call: Call, *, next_path: str, email: str = "", refusal: Refusal | None = None) -> Response:
    demo_people = service.list_people(call.session) if call.site.settings.demo else ()
    return call.page(
        "accounts/login.html",
        refusal.status if refusal else 200,
        next=next_path,
        email=email,
        refused=refusal_sentence(call.language, refusal) if refusal else None,
        demo_people=demo_people,
    )


def sign_out(call: Call) -> Response:
    service.sign_out(call.session, call.caller, at=call.site.clock())
    answer = see_other("/login")
    answer.delete_cookie(service.cookie_name(call.site))
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def choose_language(call: Call) -> Response:
    """Kept with the person when there is one, in a cookie for a stranger at the login page."""
    given = call.form(Chosen)
    if given.chosen not in LANGUAGES:
        raise BadInput(field="language")
    answer = see_other(safe_next(given.next))
    if call.found:
        service.choose_language(call.session, call.found, given.chosen)
    answer.set_cookie("language", given.chosen, max_age=365 * 86_400, samesite="strict", httponly=True)
    return answer


def show_account(call: Call) -> Response:
    return _account(call)


def change_password(call: Call) -> Response:
    service.check_is_person(call.caller)
    given, at = call.form(PasswordChange), call.site.clock()
    try:
        service.check_password(call.session, call.caller, given.current, address=_address(call), at=at)
        service.change_password(call.session, call.caller, given.new, at=at)
    except Refusal as refusal:
        return _account(call, refused=refusal_sentence(call.language, refusal), status=refusal.status)
    return _account(call, done=call.say("accounts.password_changed"))


def end_login(call: Call) -> Response:
    service.end_login(call.session, call.caller, call.form(Chosen).chosen, at=call.site.clock())
    return see_other("/account")


def create_token(call: Call) -> Response:
    service.check_is_person(call.caller)
    given, at = call.form(Chosen), call.site.clock()
    email = service.own_email(call.session, call.caller)
    bearer = service.create_token(call.session, email, given.chosen, by=call.caller, secret=call.site.secret, at=at)
    return _account(call, token=bearer)


def revoke_token(call: Call) -> Response:
    service.revoke_token(call.session, call.caller, call.form(Chosen).chosen, at=call.site.clock())
    return see_other("/account")


def list_directory(call: Call) -> Response:
    people = (
        Colleague(each.id, each.name, each.specialty, each.hospital.name) for each in service.list_doctors(call.session)
    )
    teams = (
        ColleagueTeam(each.id, each.name, each.specialty, each.hospital.name)
        for each in service.list_teams(call.session)
    )
    return json_answer(Directory(tuple(people), tuple(teams)))


def _account(
    call: Call, *, refused: str | None = None, done: str | None = None, token: str | None = None, status: int = 200
) -> Response:
    return call.page(
        "accounts/account.html",
        status,
        logins=service.list_own_logins(call.session, call.caller),
        tokens=service.list_own_tokens(call.session, call.caller),
        password_min=PASSWORD_MIN,
        refused=refused,
        done=done,
        token=token,
    )


def _address(call: Call) -> str:
    client = call.request.client
    return address_key(client.host if client else "unknown")
