"""People at their windows who do whatever comes to their minds, and what befalls them; by chance, from a seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from playwright.sync_api import CDPSession

from tests.browser import stage
from tests.browser.stage import Window

# Chromium says of a wire that was cut what it has to say; the page's own errors read otherwise.
_OF_THE_WIRE = ("net::ERR_", "WebSocket connection to", "Failed to load resource", "Failed to fetch")


@dataclass(eq=False, kw_only=True)
class Walker:
    """One person at one window. `trouble`: steps until what has befallen them ends."""

    name: str
    window: Window
    chance: Random
    devtools: CDPSession
    said: list[str] = field(default_factory=list[str])
    captions: list[str] = field(default_factory=list[str])
    is_cut: bool = False
    is_frozen: bool = False
    trouble: int = 0

    # ---- what they do

    def act(self) -> str:
        """Something, by chance; what it was."""
        if self.window.page.locator("dialog[open]").count():
            self.press("Escape")
        name = self.chance.choice(list(ACTS))
        done = ACTS[name](self)
        self.window.page.wait_for_timeout(self.chance.choice((0, 30, 150)))
        return name if done is not False else f"({name})"

    def _viewport(self) -> str | None:
        shown = self.window.page.evaluate("window.consilium?.view() ?? []")
        return self.chance.choice(shown)["id"] if shown else None

    def on_image(self, act: Callable[[str], object]) -> bool:
        name = self._viewport()
        if name is None or stage.viewport(self.window, name).bounding_box() is None:
            return False
        act(name)
        return True

    def scroll(self) -> bool:
        return self.on_image(lambda name: stage.scroll(self.window, name, self.chance.randint(-4, 4)))

    def drag(self, button: str) -> bool:
        by = (self.chance.randint(-60, 60), self.chance.randint(-60, 60))
        return self.on_image(lambda name: stage.drag(self.window, name, by, button=button))

    def press(self, key: str) -> None:
        self.window.page.keyboard.press(key)

    def click(self, among: str) -> bool:
        """One of these buttons, where there are any."""
        clicked = "(nodes, at) => { const node = nodes[Math.floor(at * nodes.length)]; node?.click(); return !!node }"
        return self.window.page.locator(f"{among}:not([disabled])").evaluate_all(clicked, self.chance.random())

    def say(self) -> None:
        page = self.window.page
        field = page.locator(".chat-line input")
        if not field.is_visible():
            page.locator("#panel-chat button").first.click()
        self.said.append(f"{self.name} {len(self.said) + 1}")
        field.fill(self.said[-1])
        field.press("Enter")
        field.evaluate("field => field.blur()")

    def keep(self) -> bool:
        page = self.window.page
        self.press("k")
        dialog = page.locator("dialog.keep[open]")
        if not stage.eventually(self.window, lambda: dialog.count() > 0, timeout_s=1):
            return False
        self.captions.append(f"{self.name} image {len(self.captions) + 1}")
        dialog.locator("input").fill(self.captions[-1])
        dialog.locator("input").press("Enter")
        return True

    def draw(self) -> bool:
        """A length, where there is a stack to draw on."""
        page = self.window.page
        if self.is_cut or self._viewport() is None:
            return False
        page.get_by_role("button", name="Mesurer et annoter").click()
        page.locator("#measure-menu").get_by_role("button", name="Longueur", exact=True).click()
        done = self.drag("left")
        self.press("Escape")
        return done

    # ---- what befalls them

    def cut(self) -> bool:
        if self.is_cut:
            return False
        self.window.link.cut()
        self.is_cut, self.trouble = True, self.chance.randint(2, 8)
        return True

    def freeze(self) -> None:
        """As a browser does with a window that nobody has looked at for long."""
        self.devtools.send("Page.setWebLifecycleState", {"state": "frozen"})
        self.is_frozen, self.trouble = True, self.chance.randint(2, 8)

    def slow_down(self) -> None:
        self.devtools.send("Emulation.setCPUThrottlingRate", {"rate": 4})

    def reload(self) -> bool:
        """In the middle of a drag."""
        if self.is_cut or self._viewport() is None:
            return False
        x, y = self.chance.uniform(0.3, 0.6), self.chance.uniform(0.3, 0.6)

        def hold(name: str) -> None:
            left, top, width, height = stage.box_of(self.window, name)
            mouse = self.window.page.mouse
            mouse.move(left + x * width, top + y * height)
            mouse.down()
            mouse.move(left + x * width + 40, top + y * height + 30, steps=3)

        held = self.on_image(hold)
        self.window.page.reload()
        self.window.page.mouse.up()
        there = "() => window.consilium !== undefined"
        assert stage.eventually(self.window, lambda: self.window.page.evaluate(there)), "the page does not come back"
        return held

    def time_passes(self) -> None:
        self.trouble -= 1
        if self.trouble <= 0:
            self.recover()

    def recover(self) -> None:
        """Whatever has befallen them is over."""
        if self.is_frozen:
            self.devtools.send("Page.setWebLifecycleState", {"state": "active"})
        if self.is_cut:
            self.window.link.mend()
        self.is_frozen = self.is_cut = False

    def end(self) -> None:
        self.recover()
        self.devtools.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        errors = self.window.errors
        errors[:] = [one for one in errors if not any(part in one for part in _OF_THE_WIRE)]


Act = Callable[[Walker], Any]

ACTS: dict[str, Act] = {
    "scrolls": Walker.scroll,
    "scrolls again": Walker.scroll,
    "sets the window": lambda one: one.drag("left"),
    "pans": lambda one: one.drag("middle"),
    "zooms": lambda one: one.drag("right"),
    "takes a preset": lambda one: one.press("2"),
    "inverts": lambda one: one.press("i"),
    "changes the layout": lambda one: one.press("l"),
    "has to do with the baton": lambda one: one.click(".baton button"),
    "takes or gives the baton": lambda one: one.click(".baton button, .asking button, .person button.tool"),
    "answers who asks": lambda one: one.click(".asking button"),
    "raises or lowers a hand": lambda one: one.press("Shift+H"),
    "follows or walks": lambda one: one.press("f"),
    "gathers": lambda one: one.press("Shift+F"),
    "says something": Walker.say,
    "says more": Walker.say,
    "keeps the view": Walker.keep,
    "draws": Walker.draw,
    "loses the network": Walker.cut,
    "is frozen": Walker.freeze,
    "is slow": Walker.slow_down,
    "reloads in the middle of a drag": Walker.reload,
}
