"""
A real Chromium, and a desk served by its own process that may be killed and started again at the same address.

One browser serves all tests, one desk all tests of a file. What one test leaves behind is out of the way of the next:
each has a customer of its own, whose tries of the day nobody else has spent.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.browser.eye import Eye
from tests.browser.walk import CUSTOMER
from tests.nursery import environment, nursery, port_told
from tests.shipped import copy_of_few

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache"
WEB = ROOT / "tests" / "web" / "flows"
SMALL = ("order_part.yaml", "tell_us.yaml", "come_and_go.yaml", "ask_first.yaml", "countries.yaml")
STRANGE = "desk.example"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
QUIET = (
    "--disable-gpu",
    "--in-process-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--js-flags=--single-threaded",
    # The lists below the address bar are pages of their own, made anew for each context; nobody types an address here.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup",
    f"--host-resolver-rules=MAP {STRANGE} 127.0.0.1",
)
AXE = "4.14.1"
CALLERS = [f"C-{n}" for n in range(2000, 2100)]
NEXT = itertools.cycle(CALLERS)


def pytest_collection_modifyitems(items):
    """Every test of this folder drives a browser."""
    for item in items:
        if Path(__file__).parent in Path(item.fspath).parents:
            item.add_marker(pytest.mark.browser)


def chromium() -> str:
    """Where a Chromium is. A machine without one fails these tests: they never pass by being left out."""
    found = os.environ.get("SHEPHERD_CHROMIUM") or next((p for p in map(shutil.which, NAMES) if p), None)
    if found is None:
        pytest.fail("There is no Chromium on the PATH. On Debian and Ubuntu: sudo apt-get install chromium", False)
    return found


@pytest.fixture(scope="session")
def browser():
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    arguments = [*QUIET, *(["--no-sandbox"] if root else [])]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=arguments)
        yield started
        started.close()


@pytest.fixture(scope="session")
def library(tmp_path_factory) -> Path:
    """A few shipped flows, with which a desk starts at once, and what ``prepared`` brings."""
    return prepared(copy_of_few(tmp_path_factory.mktemp("few") / "flows"))


@pytest.fixture(scope="session")
def whole_library(tmp_path_factory) -> Path:
    """All shipped flows, and what ``prepared`` brings: to be the ``library`` of a file that needs them."""
    folder = tmp_path_factory.mktemp("whole") / "flows"
    shutil.copytree(ROOT / "flows", folder, ignore=shutil.ignore_patterns("examples", "*.scenarios.yaml"))
    return prepared(folder)


def prepared(folder: Path) -> Path:
    """*folder* with small flows that bring up rare pages, and a hundred more customers, all with one PIN."""
    for path in (*map(WEB.joinpath, SMALL), *Path(__file__).parent.glob("flows/*.yaml")):
        shutil.copy(path, folder)
    shutil.copy(WEB / "data" / "parts.csv", folder / "data")
    with (folder / "connectors.yaml").open("a") as connectors:
        connectors.write((WEB / "connectors.yaml").read_text().removeprefix("connectors:\n"))
    customers = folder / "data" / "customers.csv"
    row = next(line for line in customers.read_text().splitlines() if line.startswith(f"{CUSTOMER},"))
    pin_hash = row.rpartition(",")[2]
    with customers.open("a") as more:
        more.writelines(f"{n},Test,Caller,Testikatu 1,+358 40 555 0100,basic,{pin_hash}\n" for n in CALLERS)
    return folder


class Served:
    """``shepherd serve`` in a process of its own, over files in *folder*; started as any command is."""

    def __init__(self, folder: Path, library: Path, *flags: str):
        self.folder, self.library, self.flags = folder, library, flags
        self.told = folder / "told.json"
        self.port = 0
        self.starts = 0
        self.process = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Served:
        """Start it, at the same port as before, and return when it has told its address."""
        self.starts += 1
        out, err = (self.folder / f"{name}-{self.starts}.log" for name in ("stdout", "stderr"))
        arguments = ["serve", "--port", str(self.port), "--library", str(self.library), *self.flags]
        arguments += [f"--database=sqlite:///{self.folder / 'desk.db'}", "--keys", str(self.folder / "keys.db")]
        self.process = self.spawn(arguments, out, err, {"SHEPHERD_TABLE_CONTROL": str(self.told)})
        self.port = port_told(self.process, out, err)
        return self

    def spawn(self, arguments: list[str], out: Path, err: Path, told: dict[str, str]) -> int:
        """Start ``shepherd`` with *arguments*; the number of the process."""
        command = [sys.executable, "-m", "shepherd", *arguments]
        with out.open("wb") as to_out, err.open("wb") as to_err:
            self._started = subprocess.Popen(command, stdout=to_out, stderr=to_err, env=environment(**told))
        return self._started.pid

    def ended(self) -> int:
        """Wait for it to end; the code that it ended with."""
        return self._started.wait(20)

    def send(self, how: signal.Signals) -> None:
        """Send the process *how*."""
        os.kill(self.process, how)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End the process: SIGTERM lets it drain, SIGKILL is a crash."""
        if not self.process:
            return 0
        self.send(how)
        code = self.ended()
        self.process = 0
        return code

    def settle(self) -> None:
        """After a test: no connector is told anything any more, and the desk is there for the next."""
        self.told.unlink(missing_ok=True)
        if not self.process:
            self.start()

    def crash(self) -> None:
        """Kill it where it stands, and start it again."""
        self.stop(signal.SIGKILL)
        self.start()

    def tell(self, operation: str, **how: object) -> None:
        """Tell a table connector to be slow or to fail from now on: ``tell("line.test", fail="error")``."""
        now = json.loads(self.told.read_text()) if self.told.is_file() else {}
        whole = self.told.with_suffix(".new")
        whole.write_text(json.dumps(now | {operation: how}))
        whole.replace(self.told)

    def hold(self, operation: str) -> None:
        """Let the calls of *operation* not come back, until ``let_go``."""
        self.tell(operation, slow=30)

    def let_go(self, operation: str) -> None:
        """Let the calls of *operation* come back that ``hold`` holds."""
        self.tell(operation, slow=0)


class Forked(Served):
    """The same, forked off a process that has read modules and flows already."""

    def spawn(self, arguments: list[str], out: Path, err: Path, told: dict[str, str]) -> int:
        return nursery().start("shepherd.cli:main", arguments, folder=self.folder, out=out, err=err, env=told)

    def ended(self) -> int:
        return nursery().ended(self.process)


@pytest.fixture(scope="module")
def process(tmp_path_factory, library):
    """The desk of all tests of a file. Killed in the end: that it stops in an orderly way is a test of its own."""
    desk = Forked(tmp_path_factory.mktemp("desk"), library).start()
    yield desk
    desk.stop(signal.SIGKILL)


@pytest.fixture
def served(process):
    yield process
    process.settle()


@pytest.fixture
def customer() -> str:
    """A customer of this test alone."""
    return next(NEXT)


@pytest.fixture
def context(browser: Browser):
    made = browser.new_context(viewport={"width": 1366, "height": 768})
    made.set_default_timeout(10_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext):
    """A page that fails the test where the browser complains of a script or of the content policy."""
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda m: complaints.append(m.text) if "Content Security" in m.text else None)
    yield opened
    assert not complaints


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, brought by npm into a folder that git ignores."""
    folder = CACHE / f"axe-{AXE}"
    source = folder / "node_modules" / "axe-core" / "axe.min.js"
    if not source.is_file():
        if shutil.which("npm") is None:
            pytest.fail(
                "axe-core comes by npm, and there is none. On Debian and Ubuntu: sudo apt-get install npm", False
            )
        folder.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--prefix", str(folder), "--no-save", "--ignore-scripts", f"axe-core@{AXE}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=180)
        if done.returncode != 0:
            pytest.fail(f"npm could not bring axe-core: {done.stderr[-500:]}", False)
    return source.read_text("utf-8")


@pytest.fixture
def eye(browser, axe):
    context = browser.new_context(bypass_csp=True)
    context.set_default_timeout(15_000)
    yield Eye(context.new_page(), axe)
    context.close()
