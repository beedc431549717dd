"""The stroke night as two doctors play it: ask, be rung, meet, keep images, write together, sign, acknowledge."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.browser import stage
from tests.browser.stage import NEURORADIOLOGIST, PASSWORD, RADIOLOGIST, Server, Window

pytestmark = pytest.mark.browser

TEXT = "Hyperdensité de l’artère cérébrale moyenne gauche, ASPECTS 8. "
MORE = "Thrombolyse sans attendre, transfert pour thrombectomie."


def shot(window: Window, name: str) -> None:
    """A picture for people to look at, when a folder for them is given."""
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        window.page.screenshot(path=f"{folder}/{name}.png")


def ask(requester: Window, server: Server) -> None:
    """Fill the request form from the study's page."""
    page = requester.page
    page.goto(f"{server.origin}/studies")
    page.get_by_role("link", name="DEMO-SYNTHÉTIQUE").nth(1).click()
    page.get_by_text("TDM cérébrale sans injection").first.wait_for()
    page.get_by_role("link", name="Demander une expertise").first.click()
    page.check("input[name=urgency][value=immediate]")
    page.select_option("select[name=expert]", label="Neuroradiologie d’astreinte – CHU de Montclair")
    page.fill("textarea[name=question]", "Occlusion proximale ? Thrombolyse, thrombectomie ?")
    page.fill("textarea[name=reason]", "Hémiplégie droite et aphasie brutales, autonome jusque-là.")
    page.select_option("select[name=onset]", "known")
    page.fill("input[name=onset_at]", "2026-11-24T01:05")
    page.fill("input[name=nihss_total]", "14")
    page.select_option("select[name=anticoagulant]", "none")
    page.check("input[name=informed][value=informed]")
    page.select_option("select[name=consent_mode]", "oral")
    shot(requester, "request")
    page.get_by_role("button", name="Envoyer la demande").last.click()
    page.wait_for_url("**/expertise/EXR-*")


def test_from_the_doubt_to_the_acknowledged_conclusion(server: Server, open_as: Callable[..., Window]) -> None:
    expert = open_as(NEURORADIOLOGIST, size=(1600, 900))
    requester = open_as(RADIOLOGIST, size=(1280, 800))
    ask(requester, server)
    request_id = requester.page.url.rsplit("/", 1)[1]

    # Nobody reloads the expert's worklist: the request comes by itself.
    waiting = expert.page.locator(f"[data-case={request_id}]")
    waiting.wait_for()
    assert "DEMO-SYNTHÉTIQUE" in waiting.inner_text()
    assert expert.page.locator("[data-worklist-count]").inner_text().strip() != ""
    shot(expert, "worklist")

    waiting.get_by_role("link").first.click()
    shot(expert, "case")
    expert.page.get_by_role("button", name="Accepter et rejoindre la salle").click()
    expert.page.wait_for_url("**/rooms/ROO-*")
    room_id = expert.page.url.rsplit("/", 1)[1]
    stage.enter(expert, server, room_id)
    requester.page.goto(f"{server.origin}/expertise/{request_id}")
    requester.page.get_by_role("link", name="Rejoindre la salle").click()
    stage.enter(requester, server, room_id)
    for window in (expert, requester):
        assert "DEMO-SYNTHÉTIQUE Éléonore" in window.page.locator("body").inner_text()

    stage.scroll(expert, "stack", -24)
    expert.page.keyboard.press("2")
    assert stage.show_the_same(expert, requester), stage.differences(expert, requester)
    assert stage.views(requester)["stack"]["window"] == {"center": 40, "width": 40, "unit": "HU"}
    expert.page.keyboard.press("k")
    expert.page.get_by_role("dialog").get_by_role("textbox").fill("Artère cérébrale moyenne gauche hyperdense")
    expert.page.get_by_role("button", name="Garder", exact=True).click()
    requester.page.get_by_text("Images clés (1)").wait_for()

    draft = "textarea.draft"
    requester.page.locator(draft).press_sequentially(TEXT)
    assert stage.eventually(expert, lambda: expert.page.locator(draft).input_value() == TEXT)
    expert.page.locator(draft).press("Control+End")
    expert.page.locator(draft).press_sequentially(MORE)
    assert stage.eventually(expert, lambda: requester.page.locator(draft).input_value() == TEXT + MORE)
    x, y, width, height = stage.box_of(expert, "stack")
    expert.page.mouse.move(x + 0.58 * width, y + 0.42 * height, steps=4)
    requester.page.locator("[data-viewport=stack] .pointer").first.wait_for(state="attached")
    shot(expert, "room-expert")
    shot(requester, "room-requester")
    # The requester has no way to sign as the expert.
    assert requester.page.get_by_role("button", name="Relire et signer…").count() == 0

    conclusion_id = sign(expert)
    requester.page.get_by_role("link", name="Ouvrir la conclusion").click()
    requester.page.wait_for_url(f"**/conclusions/{conclusion_id}")
    shot(requester, "conclusion")
    read_document(requester, server, conclusion_id)
    requester.page.fill("textarea[name=note]", "Ténectéplase à 02:31, départ en transfert à 02:50.")
    requester.page.locator("form.acknowledge button").click()
    requester.page.get_by_text("Ténectéplase à 02:31").wait_for()
    shot(requester, "acknowledged")
    expert.page.goto(f"{server.origin}/conclusions/{conclusion_id}")
    expert.page.get_by_text("Ténectéplase à 02:31").wait_for()

    verdict = server.command("audit", "verify")
    assert verdict.returncode == 0, verdict.stdout
    assert "whole" in verdict.stdout


def sign(expert: Window) -> str:
    """Choose the answers, read what will be signed, give the password; a wrong one signs nothing."""
    page = expert.page
    answers = {"ivt": "tenecteplase", "evt": "indicated", "disposition": "transfer_evt"}
    for select in page.locator(".answers > label.field select").all():
        codes = select.evaluate("select => [...select.options].map(option => option.value)")
        wanted = next((code for code in answers.values() if code in codes), None)
        select.select_option(wanted or next(code for code in codes if code))
    page.get_by_role("button", name="Relire et signer…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text(MORE.strip()).wait_for()
    picture = dialog.locator(".key-images img")
    picture.scroll_into_view_if_needed()
    assert stage.eventually(expert, lambda: picture.evaluate("img => img.naturalWidth") > 0)
    shot(expert, "sign-read")
    dialog.locator("input[type=password]").fill("pas le bon mot de passe")
    dialog.get_by_role("button", name="Signer la conclusion").click()
    dialog.get_by_role("alert").wait_for()
    shot(expert, "sign")
    dialog.locator("input[type=password]").fill(PASSWORD)
    dialog.get_by_role("button", name="Signer la conclusion").click()
    link = page.get_by_role("link", name="Ouvrir la conclusion")
    link.wait_for()
    # The browser tells of the refused password in its console; the page told the person.
    expert.errors[:] = [error for error in expert.errors if "403" not in error]
    return (link.get_attribute("href") or "").rsplit("/", 1)[1]


def read_document(window: Window, server: Server, conclusion_id: str) -> None:
    """The PDF holds what was asked, answered and signed, with its image, and is the very file that was hashed."""
    answer = window.context.request.get(f"{server.origin}/conclusions/{conclusion_id}/document.pdf")
    assert answer.ok
    content = answer.body()
    assert hashlib.sha256(content).hexdigest() in window.page.locator("main").inner_text()
    reader = PdfReader(io.BytesIO(content))
    text = " ".join(" ".join(page.extract_text().split()) for page in reader.pages)
    for part in ("Occlusion proximale", "ASPECTS 8", "Thrombolyse sans attendre", "Marchetti", "Aubry", "85208-7"):
        assert part in text
    assert sum(len(page.images) for page in reader.pages) >= 1
