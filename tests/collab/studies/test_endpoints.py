"""Every route of studies: who may not pass, then what those who may are given."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import msgspec
import pytest
from sqlalchemy import select

from collab.accounts import endpoints as accounts_endpoints
from collab.accounts.models import Hospital, Person
from collab.audit.models import AuditEntry
from collab.kit.caller import Role
from collab.kit.resources import DIST
from collab.studies import endpoints, service
from collab.studies.importing import Intake
from collab.studies.manifest import StudyManifest
from collab.studies.models import Series
from collab.studies.preparing import Preparer
from collab.studies.readings import Readings
from collab.studies.receiving import Receiver
from tests import make
from tests.collab.studies import make as make_studies
from tests.conftest import missing

NOWHERE = "STU-0000000000000000"


@dataclass(kw_only=True)
class World:
    """A hospital with one study, its people, and those of another hospital."""

    server: make.TestServer
    intake: Intake
    study_id: str
    series_uid: str
    doctor: Person
    technologist: Person
    secretary: Person
    administrator: Person
    expert: Person

    @property
    def paths(self) -> dict[str, str]:
        """Every route that shows the study."""
        stack = f"/api/studies/{self.study_id}/series/{self.series_uid}/stacks/0"
        return {
            "page": f"/studies/{self.study_id}",
            "manifest": f"/api/studies/{self.study_id}",
            "version": f"/api/studies/{self.study_id}/version",
            "pack": f"{stack}/pack",
            "thumbnail": f"{stack}/thumbnail",
        }

    def grant(self, **grantee: str | None) -> None:
        with self.intake.database.transaction() as session:
            by = make.caller(session.merge(self.doctor))
            at = self.server.clock()
            until = at + timedelta(hours=8)
            service.grant_study(session, self.study_id, by=by, at=at, purpose="EXR-1", until=until, **grantee)


@pytest.fixture
def world(intake: Intake, hospital: Hospital, tmp_path: Path) -> World:
    study_id = make_studies.study(intake, tmp_path, hospital)
    with intake.database.transaction() as session:
        elsewhere = make.hospital(session, "CHU de Beaurivage")
        people = {
            "doctor": make.person(session, hospital),
            "technologist": make.person(session, hospital, role=Role.TECHNOLOGIST),
            "secretary": make.person(session, hospital, role=Role.SECRETARY),
            "administrator": make.person(session, hospital, role=Role.ADMINISTRATOR),
            "expert": make.person(session, elsewhere, specialty="neuroradiology"),
        }
        series_uid = session.scalars(select(Series.series_uid)).one()
    preparer = Preparer(intake)
    server = make.server(
        intake.database,
        [*accounts_endpoints.routes(), *endpoints.routes()],
        settings=intake.settings,
        parts={Intake: intake, Receiver: Receiver(intake, preparer), Readings: Readings()},
    )
    return World(server=server, intake=intake, study_id=study_id, series_uid=series_uid, **people)


@pytest.fixture
async def signed_in(world: World) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    people = (world.doctor, world.technologist, world.secretary, world.administrator, world.expert)
    names = ("doctor", "technologist", "secretary", "administrator", "expert")
    yield {name: await world.server.sign_in(person) for name, person in zip(names, people, strict=True)}
    for client in world.server.clients:
        await client.aclose()


@pytest.fixture
def client_built() -> None:
    if not (DIST / ".vite" / "manifest.json").is_file():
        missing("the built client (web/dist)")


Clients = dict[str, httpx.AsyncClient]


@pytest.mark.parametrize("route", ["manifest", "version", "pack", "thumbnail"])
async def test_a_stranger_is_told_to_sign_in(world: World, route: str) -> None:
    async with world.server.client() as stranger:
        answer = await stranger.get(world.paths[route])
    assert answer.status_code == 401
    assert answer.json()["refused"] == "sign_in"


@pytest.mark.parametrize("path", ["/studies", "/studies/STU-x"])
async def test_a_stranger_is_led_to_the_login(world: World, path: str) -> None:
    async with world.server.client() as stranger:
        answer = await stranger.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/login?next={path.replace('/', '/')}")


@pytest.mark.parametrize("route", ["page", "manifest", "version", "pack", "thumbnail"])
@pytest.mark.parametrize("who", ["secretary", "administrator", "expert"])
@pytest.mark.usefixtures("client_built")
async def test_who_has_no_grant_finds_nothing(world: World, signed_in: Clients, who: str, route: str) -> None:
    answer = await signed_in[who].get(world.paths[route])
    absent = await signed_in[who].get(world.paths[route].replace(world.study_id, NOWHERE))
    assert answer.status_code == absent.status_code == 404
    assert answer.text.replace(world.study_id, NOWHERE) == absent.text


@pytest.mark.parametrize("route", ["page", "manifest", "version", "pack", "thumbnail"])
@pytest.mark.usefixtures("client_built")
async def test_a_grant_opens_and_its_revocation_closes(world: World, signed_in: Clients, route: str) -> None:
    world.grant(person_id=world.expert.id)
    assert (await signed_in["expert"].get(world.paths[route])).status_code == 200
    with world.intake.database.transaction() as session:
        service.revoke_grants(session, "EXR-1", by="test", at=world.server.clock())
    assert (await signed_in["expert"].get(world.paths[route])).status_code == 404


async def test_a_grant_ends_by_itself(world: World, signed_in: Clients) -> None:
    world.grant(hospital_id=world.expert.hospital_id)
    assert (await signed_in["expert"].get(world.paths["manifest"])).status_code == 200
    world.server.clock.pass_by(hours=8)
    refreshed = await world.server.sign_in(world.expert)
    assert (await refreshed.get(world.paths["manifest"])).status_code == 404


async def test_lists_show_only_what_the_gate_opens(world: World, signed_in: Clients) -> None:
    seen = {who: len((await client.get("/api/studies")).json()) for who, client in signed_in.items()}
    assert seen == {"doctor": 1, "technologist": 1, "secretary": 0, "administrator": 0, "expert": 0}


async def test_the_manifest_is_as_its_type_says(world: World, signed_in: Clients) -> None:
    answer = await signed_in["doctor"].get(world.paths["manifest"])
    manifest = msgspec.json.decode(answer.content, type=StudyManifest)
    assert (manifest.state, manifest.patient.family, manifest.received) == ("ready", "MARTIN", 4)
    (entry,) = manifest.series
    (stack,) = entry.stacks
    assert (stack.kind, stack.reason, stack.frames, stack.rows) == ("volume", None, 4, 16)
    assert (await signed_in["doctor"].get(stack.pack_url)).status_code == 200
    thumbnail = await signed_in["doctor"].get(stack.thumbnail_url)
    assert thumbnail.content.startswith(b"\xff\xd8")


@pytest.mark.parametrize("route", ["manifest", "version", "pack", "thumbnail"])
async def test_nothing_of_a_patient_stays_in_the_browser(world: World, signed_in: Clients, route: str) -> None:
    answer = await signed_in["doctor"].get(world.paths[route])
    assert answer.headers["cache-control"] == "no-store"


async def test_what_came_since_is_told_by_versions(world: World, signed_in: Clients) -> None:
    doctor = signed_in["doctor"]
    manifest = msgspec.json.decode((await doctor.get(world.paths["manifest"])).content, type=StudyManifest)
    told = (await doctor.get(world.paths["version"])).json()
    assert told == {"version": manifest.version, "state": "ready"}
    (entry,) = manifest.series
    assert (await doctor.head(world.paths["pack"])).headers["consilium-version"] == entry.version
    with world.intake.database.transaction() as session:
        session.scalars(select(Series)).one().state = "queued"
    assert (await doctor.get(world.paths["version"])).json() == {"version": manifest.version, "state": "preparing"}


async def test_opening_a_study_and_reading_a_series_are_recorded(world: World, signed_in: Clients) -> None:
    await signed_in["doctor"].get(world.paths["manifest"])
    await signed_in["doctor"].get(world.paths["pack"])
    with world.intake.database.transaction() as session:
        rows = session.execute(select(AuditEntry.act, AuditEntry.actor_id, AuditEntry.object_id)).all()
    assert ("study.opened", world.doctor.id, world.study_id) in rows
    assert ("series.read", world.doctor.id, world.study_id) in rows


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.usefixtures("client_built")
async def test_the_study_page_names_patient_series_and_what_to_do(
    world: World, signed_in: Clients, language: str
) -> None:
    await signed_in["doctor"].post("/language", data={"chosen": language, "next": "/studies"})
    page = (await signed_in["doctor"].get(world.paths["page"])).text
    assert "MARTIN" in page
    assert "03/02/1950" in page or "1950-02-03" in page
    assert f"/expertise/new?study={world.study_id}" in page
    assert ("Demander une expertise" in page) == (language == "fr")


@pytest.mark.usefixtures("client_built")
async def test_names_that_are_markup_are_shown_as_text(
    world: World, signed_in: Clients, hospital: Hospital, tmp_path: Path
) -> None:
    attack = "<script>alert(1)</script>"
    study_id = make_studies.study(
        world.intake, tmp_path, hospital, PatientName=attack, StudyDescription=attack, SeriesDescription=attack
    )
    for path in (f"/studies/{study_id}", "/studies"):
        page = (await signed_in["doctor"].get(path)).text
        assert attack not in page
        assert "&lt;script&gt;" in page


@pytest.mark.usefixtures("client_built")
async def test_only_people_in_care_are_offered_an_import(signed_in: Clients) -> None:
    offered = {who: "data-upload" in (await client.get("/studies")).text for who, client in signed_in.items()}
    assert offered == {"doctor": True, "technologist": True, "secretary": False, "administrator": False, "expert": True}


@pytest.mark.usefixtures("client_built")
async def test_the_list_is_searched_without_accents_or_case(world: World, signed_in: Clients) -> None:
    found = (await signed_in["doctor"].get("/studies", params={"q": "martin cerebrale"})).text
    nothing = (await signed_in["doctor"].get("/studies", params={"q": "martin 100%_"})).text
    assert world.study_id in found
    assert world.study_id not in nothing


# ---- uploads ---------------------------------------------------------------------------------------------------


async def begin(client: httpx.AsyncClient, name: str = "a.dcm", size: int = 10, **more: str) -> httpx.Response:
    return await client.post("/api/uploads", json={"name": name, "size": size, **more})


@pytest.mark.parametrize("who", ["secretary", "administrator"])
async def test_who_is_not_in_care_may_not_upload(signed_in: Clients, who: str) -> None:
    answer = await begin(signed_in[who])
    assert (answer.status_code, answer.json()["refused"]) == (403, "import_not_allowed")


async def test_a_stranger_may_not_upload(world: World, signed_in: Clients) -> None:
    upload = (await begin(signed_in["doctor"])).json()["upload_id"]
    async with world.server.client() as stranger:
        answers = [
            await begin(stranger),
            await stranger.get(f"/api/uploads/{upload}"),
            await stranger.patch(f"/api/uploads/{upload}", content=b"x", headers={"Upload-Offset": "0"}),
            await stranger.post(f"/api/uploads/{upload}/finish"),
        ]
    assert [answer.status_code for answer in answers] == [401] * 4


@pytest.mark.parametrize("who", ["technologist", "expert"])
async def test_an_upload_is_its_owners_alone(signed_in: Clients, who: str) -> None:
    state = (await begin(signed_in["doctor"])).json()
    other = signed_in[who]
    for named in (state["upload_id"], state["batch"]):
        answers = [
            await other.get(f"/api/uploads/{named}"),
            await other.patch(f"/api/uploads/{named}", content=b"x", headers={"Upload-Offset": "0"}),
            await other.post(f"/api/uploads/{named}/finish"),
            await begin(other, batch=state["batch"]),
        ]
        assert [answer.status_code for answer in answers] == [404] * 4


async def test_a_page_of_another_origin_cannot_send(world: World, signed_in: Clients) -> None:
    upload = (await begin(signed_in["doctor"])).json()["upload_id"]
    headers = {"Upload-Offset": "0", "origin": "https://evil.example"}
    answer = await signed_in["doctor"].patch(f"/api/uploads/{upload}", content=b"x", headers=headers)
    assert answer.status_code == 403


async def test_an_upload_in_pieces_becomes_a_study(world: World, signed_in: Clients) -> None:
    doctor = signed_in["doctor"]
    batch: dict[str, str] = {}
    for name, content in make_studies.series(3, PatientName="PETIT^Anne").items():
        state = (await begin(doctor, f"CT/{name}", len(content), **batch)).json()
        batch = {"batch": state["batch"]}
        for at in range(0, len(content), 400):
            path, headers = f"/api/uploads/{state['upload_id']}", {"Upload-Offset": str(at)}
            sent = await doctor.patch(path, content=content[at : at + 400], headers=headers)
            assert sent.json()["received"] == min(at + 400, len(content))
    finished = (await doctor.post(f"/api/uploads/{batch['batch']}/finish")).json()
    assert (finished["state"], finished["files"]) == ("waiting", 3)
    assert world.server.site.part(Receiver).import_next()
    done = (await doctor.get(f"/api/uploads/{batch['batch']}")).json()
    assert (done["state"], done["stored"], done["set_aside"]) == ("done", 3, 0)
    make_studies.prepare_all(world.intake)
    manifest = (await doctor.get(f"/api/studies/{done['study_ids'][0]}")).json()
    assert (manifest["patient"]["family"], manifest["state"]) == ("PETIT", "ready")


async def test_asking_again_for_the_same_file_gives_the_same_upload(signed_in: Clients) -> None:
    first = (await begin(signed_in["doctor"])).json()
    again = (await begin(signed_in["doctor"], batch=first["batch"])).json()
    assert again == first


async def test_a_drop_with_a_file_that_is_not_whole_cannot_be_finished(signed_in: Clients) -> None:
    state = (await begin(signed_in["doctor"])).json()
    answer = await signed_in["doctor"].post(f"/api/uploads/{state['batch']}/finish")
    assert (answer.status_code, answer.json()["facts"]) == (409, {"missing": 1})


async def test_bytes_at_a_wrong_place_are_refused_with_the_right_one(signed_in: Clients) -> None:
    upload = (await begin(signed_in["doctor"])).json()["upload_id"]
    path = f"/api/uploads/{upload}"
    await signed_in["doctor"].patch(path, content=b"1234", headers={"Upload-Offset": "0"})
    answer = await signed_in["doctor"].patch(path, content=b"1234", headers={"Upload-Offset": "0"})
    assert (answer.status_code, answer.json()["facts"]) == (409, {"received": 4})
    assert (await signed_in["doctor"].head(path)).headers["upload-offset"] == "4"


async def test_more_bytes_than_announced_are_refused(signed_in: Clients) -> None:
    upload = (await begin(signed_in["doctor"], size=3)).json()["upload_id"]
    answer = await signed_in["doctor"].patch(f"/api/uploads/{upload}", content=b"1234", headers={"Upload-Offset": "0"})
    assert (answer.status_code, answer.json()["refused"]) == (413, "upload_too_long")
    assert (await signed_in["doctor"].get(f"/api/uploads/{upload}")).json()["received"] == 0


@pytest.mark.parametrize(
    ("announced", "status"),
    [
        ({"name": "a", "size": (2 << 30) + 1}, 413),
        ({"name": "a", "size": -1}, 422),
        ({"name": " ", "size": 1}, 422),
        ({"name": "a", "size": 1, "sha256": "x"}, 422),
        ({"name": "a", "size": 1, "owner": "PER-x"}, 422),
        ({"name": "a", "size": 1, "batch": "IMP-0000000000000000"}, 404),
    ],
)
async def test_announcements_that_cannot_be(signed_in: Clients, announced: dict[str, object], status: int) -> None:
    assert (await signed_in["doctor"].post("/api/uploads", json=announced)).status_code == status


async def test_a_finished_drop_takes_no_more(world: World, signed_in: Clients) -> None:
    doctor = signed_in["doctor"]
    state = (await begin(doctor, size=0)).json()
    await doctor.post(f"/api/uploads/{state['batch']}/finish")
    assert (await begin(doctor, "b.dcm", batch=state["batch"])).json()["refused"] == "upload_closed"
    path = f"/api/uploads/{state['upload_id']}"
    sent = await doctor.patch(path, content=b"", headers={"Upload-Offset": "0"})
    assert sent.json()["refused"] == "upload_closed"
