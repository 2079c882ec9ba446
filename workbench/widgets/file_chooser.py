"""Choosing the spreadsheet: the files in the folder first, an upload second.

An upload goes through the browser's connection, which is cut without a word at its size limit; a
file that lies in the folder has no limit and leaves no copy behind.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import ipywidgets

from workbench.widgets.notice import Notice

__all__ = ["FileChooser", "find_spreadsheets"]

SPREADSHEETS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".csv", ".tsv", ".parquet")
# A folder of this many spreadsheets is not what anybody scrolls through.
_MOST = 200


def find_spreadsheets(folder: Path) -> list[Path]:
    """Find the spreadsheets in a folder and in the folders in it, those nearest first.

    Parameters
    ----------
    folder
        Where to look. Hidden folders and Excel's lock files (`~$...`) are left out.

    Returns
    -------
    list of Path
        At most 200 files, by depth and then by name.

    Examples
    --------
    >>> find_spreadsheets(Path("no such folder"))
    []
    """
    found = [
        path
        for pattern in ("*", "*/*")
        for path in sorted(folder.glob(pattern))
        if path.suffix.lower() in SPREADSHEETS
        and not any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
    ]
    return found[:_MOST]


class FileChooser(ipywidgets.VBox):
    """Lists the spreadsheets of a folder, takes an upload, and asks for a password when told to.

    Parameters
    ----------
    folder
        Where to look for spreadsheets.
    notice
        Where an error of a handler is said.
    on_choose
        Called with what was chosen (a path, or the bytes of an upload), its name and the password
        or None.
    """

    def __init__(
        self,
        folder: Path,
        notice: Notice,
        on_choose: Callable[[Path | bytes, str, str | None], None],
    ) -> None:
        """Lay the list out and fill it."""
        self._folder = folder
        self._on_choose = on_choose
        self._uploaded: tuple[bytes, str] | None = None
        self.files = ipywidgets.Select(
            rows=7,
            layout=ipywidgets.Layout(width="calc(100% - 8px)"),
            tooltip="Spreadsheets in your folder",
        )
        self.files.add_class("wb-files")
        self.choose = ipywidgets.Button(description="Open this file", button_style="primary")
        self.refresh = ipywidgets.Button(description="Look again")
        self.upload = ipywidgets.FileUpload(
            accept=",".join(SPREADSHEETS),
            description="Upload another file",
            layout=ipywidgets.Layout(width="auto"),
        )
        self.password = ipywidgets.Password(
            description="Password", layout=ipywidgets.Layout(display="none")
        )
        where = ipywidgets.HTML("<h3>Spreadsheets in your folder</h3>")
        buttons = ipywidgets.HBox([self.choose, self.refresh, self.upload, self.password])
        self.person = ipywidgets.Dropdown(
            description="Which column says who a row is about?",
            style={"description_width": "auto"},
            layout=ipywidgets.Layout(display="none", width="760px"),
        )
        self._on_person: Callable[[str], None] | None = None
        self.person.observe(notice.guard(self._choose_person), "value")
        self.choose.on_click(notice.guard(lambda _: self._choose()))
        self.refresh.on_click(notice.guard(lambda _: self.look()))
        self.upload.observe(notice.guard(self._take_upload), "value")
        super().__init__(
            [self.person, where, self.files, buttons], layout=ipywidgets.Layout(width="100%")
        )
        self.look()

    def look(self) -> None:
        """List the spreadsheets that are in the folder now."""
        options = []
        for path in find_spreadsheets(self._folder):
            facts = path.stat()
            day = datetime.fromtimestamp(facts.st_mtime).strftime("%Y-%m-%d")
            size = f"{max(facts.st_size // 1000, 1):,} kB"
            options.append((f"{path.relative_to(self._folder)}   ({size}, {day})", str(path)))
        self.files.options = options
        self.files.index = 0 if options else None
        self.files.disabled = self.choose.disabled = not options
        if not options:
            self.files.options = [("No spreadsheet here yet: copy one in, or upload one.", "")]

    def ask_password(self, wanted: bool) -> None:
        """Show or hide the password box; what was typed does not stay."""
        self.password.layout.display = "" if wanted else "none"
        self.password.value = ""

    def ask_person(self, headers: Sequence[str], on_person: Callable[[str], None] | None) -> None:
        """Ask which header says who a row is about; without a handler the question goes away."""
        self._on_person = None
        self.person.options = [("Choose a header", ""), *((header, header) for header in headers)]
        self.person.value = ""
        self.person.layout.display = "" if on_person else "none"
        self._on_person = on_person

    def _choose_person(self, change: Mapping[str, Any]) -> None:
        if self._on_person is not None and change["new"]:
            self._on_person(str(change["new"]))

    def _choose(self) -> None:
        """Hand on the file marked in the list, or the upload that waits for its password."""
        password = self.password.value or None
        if self._uploaded is not None and password:
            self._on_choose(*self._uploaded, password)
        elif self.files.value:
            path = Path(self.files.value)
            self._on_choose(path, path.name, password)

    def _take_upload(self, _: object) -> None:
        """Hand on an upload and empty the box: its value could end up in a saved notebook."""
        if not self.upload.value:
            return
        first = self.upload.value[0]
        self._uploaded = (bytes(first["content"]), str(first["name"]))
        self.upload.value = ()
        self._on_choose(*self._uploaded, None)
