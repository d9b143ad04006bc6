"""How often somebody presses: links, buttons, boxes and choices, by mouse or keyboard; typing apart."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, Response

# What is pressed to type there counts as typing; a choice of a menu counts once.
COUNTER = """(() => {
  const pressable = "a, button, label, summary, input, textarea, select";
  const typed = "textarea, select, input:not([type=checkbox], [type=radio], [type=file], [type=submit])";
  const words = (element) => (element.getAttribute("aria-label") || element.value || element.innerText || "");
  const tell = (how, element) => pressed(how + " " + words(element).trim().slice(0, 60));
  addEventListener("pointerdown", (event) => {
    const element = event.target.closest(pressable) || document.body;
    if (event.isTrusted && !element.matches(typed)) tell("press", element);
  }, true);
  addEventListener("change", (event) => {
    if (event.target.matches("select")) tell("choose", event.target.selectedOptions[0] || event.target);
  }, true);
  addEventListener("keydown", (event) => {
    const element = event.target;
    const isPress = event.key === "Enter" ? !element.matches("textarea, select")
      : event.key === " " && element.matches("button, summary, input[type=checkbox], input[type=radio]");
    if (event.isTrusted && isPress && !event.repeat) tell(event.key === " " ? "Space" : event.key, element);
  }, true);
})()"""


@dataclass
class Presses:
    """What one person pressed in a browser of their own, and what the forum refused them."""

    made: list[str] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.made)

    def count_in(self, context: BrowserContext) -> None:
        """Count from now on in pages that are opened in this context."""
        context.expose_binding("pressed", lambda _source, what: self.made.append(what))
        context.add_init_script(COUNTER)
        context.on("response", self._note)

    def _note(self, response: Response) -> None:
        if response.status >= 400:
            self.refused.append((response.status, response.url))
