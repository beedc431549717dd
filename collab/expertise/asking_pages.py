"""The form that asks an expert: prefilled from the study, usable without JavaScript, never losing what was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import get_args
from zoneinfo import ZoneInfo

from starlette.responses import Response
from starlette.routing import BaseRoute

from collab.accounts import service as accounts
from collab.accounts.models import Person
from collab.conclusions.document import ConsentMode, IdentityStatus, Sex
from collab.conclusions.sections import specialty_name
from collab.delivery.bus import Bus
from collab.expertise import service
from collab.expertise.asking import PATHWAYS, URGENCIES, Told, read_form
from collab.expertise.fields import fields_of
from collab.kit.caller import Role
from collab.kit.refusals import BadInput, NotAllowed
from collab.kit.web import Call, page, see_other
from collab.studies import service as studies
from collab.studies.models import Study

DEMO_INS_OID = "1.2.250.1.213.1.4.11"
_EMERGENCIES = {"stroke", "neurosurgery"}


def routes() -> Sequence[BaseRoute]:
    return [
        page("/expertise/new", show_form),
        page("/expertise/new", send_form, methods=["POST"]),
    ]


def show_form(call: Call) -> Response:
    study_id = call.request.query_params.get("study", "")
    if call.caller.role is not Role.DOCTOR:
        raise NotAllowed
    if not study_id:
        found = studies.list_studies(call.session, call.caller, at=call.site.clock())
        return call.page("expertise/choose_study.html", studies=found)
    study, priors = _study_and_priors(call, study_id)
    pathway = call.request.query_params.get("pathway", "stroke")
    given = {**_prefilled(call, study), "pathway": pathway if pathway in PATHWAYS else "stroke"}
    given["urgency"] = "immediate" if given["pathway"] in _EMERGENCIES else ""
    chosen = (study.id, *[prior.id for prior in priors])
    return _form(call, study, priors, given, chosen=chosen, wrong={})


def send_form(call: Call) -> Response:
    given, chosen = _given(call)
    study, priors = _study_and_priors(call, given.get("study", ""))
    action = given.get("action", "")
    if action.startswith("pathway."):
        given["pathway"] = action.removeprefix("pathway.")
        return _form(call, study, priors, given, chosen=chosen, wrong={})
    settings, at = call.site.settings, call.site.clock()
    zone = ZoneInfo(settings.time_zone)
    read = read_form(given, chosen, zone=zone, at=at, demo=settings.demo)
    if read.asked is None:
        return _form(call, study, priors, given, chosen=chosen, wrong=read.wrong)
    bus = call.site.part(Bus)
    try:
        # What can be refused here is refused before anything is written.
        request = service.ask(call.session, read.asked, by=call.caller, at=at, bus=bus, demo=settings.demo)
    except BadInput as refusal:
        wrong = {str(refusal.facts.get("field", "")): str(refusal.facts.get("why", ""))}
        return _form(call, study, priors, given, chosen=chosen, wrong=wrong)
    return see_other(f"/expertise/{request.id}")


def _given(call: Call) -> tuple[dict[str, str], tuple[str, ...]]:
    """The form's single fields, and the studies that were ticked."""
    chosen = call.fields.get("study_ids", [])
    single = {name: value for name, value in call.fields.items() if isinstance(value, str)}
    return single, tuple(chosen) if isinstance(chosen, list) else (chosen,)


def _study_and_priors(call: Call, study_id: str) -> tuple[Study, Sequence[Study]]:
    at = call.site.clock()
    study = studies.access_study(call.session, study_id, call.caller, at=at)
    return study, studies.find_priors(call.session, study, call.caller, at=at)


def _prefilled(call: Call, study: Study) -> dict[str, str]:
    person = call.session.get_one(Person, call.caller.person_id)
    return {
        "study": study.id,
        "family_name": study.family_name,
        "given_name": study.given_name,
        "birth_date": study.birth_date,
        "sex": study.sex if study.sex in get_args(Sex) else "U",
        "ins": study.ins,
        "ins_oid": _ins_oid(study, demo=call.site.settings.demo),
        # The matricule travels with a qualified identity only (DOMAIN 2.6); whoever sends it says so again here.
        "identity_status": "qualified" if study.ins else "provisional",
        "local_patient_id": study.patient_id if study.patient_id != study.ins else "",
        "callback_phone": person.phone or person.hospital.phone,
        "informed": "",
    }


def _ins_oid(study: Study, *, demo: bool) -> str:
    """In a demonstration nobody is real, whatever authority the files name (DOMAIN 2.6)."""
    return DEMO_INS_OID if demo and study.ins else study.ins_oid


def _form(
    call: Call,
    study: Study,
    priors: Sequence[Study],
    given: Mapping[str, str],
    *,
    chosen: tuple[str, ...],
    wrong: Mapping[str, str],
) -> Response:
    pathway = given.get("pathway", "")
    return call.page(
        "expertise/new.html",
        status=422 if wrong else 200,
        study=study,
        priors=priors,
        given=given,
        chosen=chosen,
        wrong=wrong,
        fields=fields_of(pathway) if pathway in PATHWAYS else (),
        pathways=PATHWAYS,
        urgencies=URGENCIES,
        sexes=get_args(Sex),
        statuses=get_args(IdentityStatus),
        told=get_args(Told),
        consent_modes=get_args(ConsentMode),
        specialty=partial(specialty_name, call.language),
        teams=accounts.list_teams(call.session),
        doctors=[each for each in accounts.list_doctors(call.session) if each.id != call.caller.person_id],
    )
