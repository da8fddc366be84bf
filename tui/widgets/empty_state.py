"""What the Live tab says before the first call: the three ways in, with this agent's own port, ready to copy."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from ..cell_text import fold, visible

DEFAULT_DOOR = 8788


class EmptyState(Widget):
    """The ways in. `door` is the port of the running agent's base-URL door, None where no agent runs."""

    door: reactive[int | None] = reactive[int | None](None)
    problem: reactive[str] = reactive("")

    def render(self) -> Content:
        if self.problem:
            width = min(max(self.size.width - 8, 20), 76)
            lines = [Content(line) for line in fold(visible(self.problem, 1000), width)]
            head = Content.styled("The database can't be read just now.", "bold $warning")
            again = Content.styled("The screen tries again every second.", "$dim")
            return Content("\n").join([head, Content(""), *lines, Content(""), again])
        ways = (
            ("any program", "wiretally exec -- python app.py"),
            ("this shell", 'eval "$(wiretally env)"'),
            ("no certificate", f"OPENAI_BASE_URL=http://127.0.0.1:{self.door or DEFAULT_DOOR}/v1"),
        )
        lines = [Content.styled("Nothing recorded yet. Three ways in:", "bold"), Content("")]
        lines += [
            Content.assemble((f"{name:<16}", "$dim"), (command, "$accent")).pad_right(max(62 - 16 - len(command), 0))
            for name, command in ways
        ]
        lines.append(Content(""))
        if self.door is None:
            lines.append(Content.styled("No agent is running: start one with  wiretally agent --detach", "$warning"))
        lines.append(
            Content.assemble(
                ("not sure?  ", "$dim"),
                "wiretally doctor",
                ("      just looking?  ", "$dim"),
                "wiretally demo",
            )
        )
        lines.append(Content.assemble(("a proxy set by hand?  ", "$dim"), "wiretally cert install"))
        return Content("\n").join(lines)
