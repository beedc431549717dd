"""Queries on expertise requests; private to the feature."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from collab.accounts.models import Person, Team
from collab.expertise.models import ExpertiseRequest, RequestStep, RequestStudy
from collab.expertise.rules import WAITING, State
from collab.kit.caller import Caller

# A page of the worklist; whoever has more filters.
LIST_LIMIT = 200


def find_request(session: Session, request_id: str, *, hold: bool = False) -> ExpertiseRequest | None:
    """`hold` keeps other writers from the row until the transaction ends: of two who accept, one is first."""
    query = select(ExpertiseRequest).where(ExpertiseRequest.id == request_id)
    if hold:
        query = query.with_for_update(of=ExpertiseRequest).execution_options(populate_existing=True)
    return session.scalars(query).first()


def find_person(session: Session, person_id: str) -> Person | None:
    return session.get(Person, person_id)


def find_team(session: Session, team_id: str) -> Team | None:
    return session.get(Team, team_id)


def list_studies(session: Session, request_id: str, *, hold: bool = False) -> Sequence[RequestStudy]:
    query = select(RequestStudy).where(RequestStudy.request_id == request_id).order_by(RequestStudy.place)
    return session.scalars(query.with_for_update() if hold else query).all()


def list_steps(session: Session, request_id: str) -> Sequence[RequestStep]:
    return session.scalars(
        select(RequestStep).where(RequestStep.request_id == request_id).order_by(RequestStep.id)
    ).all()


def find_step(session: Session, request_id: str, act: str) -> RequestStep | None:
    """The first time that something happened to a request."""
    query = select(RequestStep).where(RequestStep.request_id == request_id, RequestStep.act == act)
    return session.scalars(query.order_by(RequestStep.id).limit(1)).first()


def list_for_expert(session: Session, caller: Caller, states: Collection[State]) -> Sequence[ExpertiseRequest]:
    """Asked of the caller or of one of their teams, or accepted by them."""
    asked = or_(
        ExpertiseRequest.expert_person_id == caller.person_id,
        ExpertiseRequest.expert_team_id.in_(caller.team_ids),
        ExpertiseRequest.accepted_by_id == caller.person_id,
    )
    # A draft was not sent to anybody.
    return _list(session, asked, [state for state in states if state is not State.DRAFT])


def list_of_hospital(session: Session, caller: Caller, states: Collection[State]) -> Sequence[ExpertiseRequest]:
    """Asked by the caller's hospital; drafts only the caller's own."""
    sent = ExpertiseRequest.state != State.DRAFT.value
    own = ExpertiseRequest.requester_id == caller.person_id
    return _list(session, (ExpertiseRequest.hospital_id == caller.hospital_id) & (sent | own), states)


def _list(session: Session, which: ColumnElement[bool], states: Collection[State]) -> Sequence[ExpertiseRequest]:
    query = select(ExpertiseRequest).where(which, ExpertiseRequest.state.in_([state.value for state in states]))
    return session.scalars(query.order_by(ExpertiseRequest.created_at.desc()).limit(LIST_LIMIT)).all()


def submitted_at(session: Session, request_ids: Collection[str]) -> dict[str, datetime]:
    """When each request was sent."""
    query = select(RequestStep.request_id, func.min(RequestStep.at)).where(
        RequestStep.request_id.in_(request_ids), RequestStep.act == "submit"
    )
    return {row[0]: row[1] for row in session.execute(query.group_by(RequestStep.request_id))}


def list_overdue(session: Session, before: datetime) -> Sequence[ExpertiseRequest]:
    """Requests that nobody took since `before`."""
    waiting = [state.value for state in WAITING]
    query = select(ExpertiseRequest).where(ExpertiseRequest.state.in_(waiting), ExpertiseRequest.changed_at < before)
    return session.scalars(query.limit(LIST_LIMIT)).all()


def list_other_open(
    session: Session, request: ExpertiseRequest, study_ids: Collection[str]
) -> Sequence[ExpertiseRequest]:
    """Other requests of the same hospital about the same images that are still on their way (DOMAIN 9: duplicates)."""
    over = [State.DRAFT.value, State.CANCELLED.value, State.DECLINED.value, State.EXPIRED.value, State.CLOSED.value]
    about = select(RequestStudy.request_id).where(RequestStudy.study_id.in_(study_ids))
    query = select(ExpertiseRequest).where(
        ExpertiseRequest.id.in_(about),
        ExpertiseRequest.id != request.id,
        ExpertiseRequest.hospital_id == request.hospital_id,
        ExpertiseRequest.state.not_in(over),
    )
    return session.scalars(query).all()
