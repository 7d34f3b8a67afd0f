"""Fixtures: servers on loopback, and an environment in which nothing of the user's own AWS configuration is
seen.

For the folders named aws, whose conftest.py has every test use that environment.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import pytest
from botocore.loaders import JSONFileLoader

from shardcalc.sources.aws.session import Access, Account
from tests.loopback import Aws

_load = JSONFileLoader.load_file


@cache
def _model(path: str) -> object:
    """Botocore's descriptions of its services, parsed once in a process and not once in a command: a fifth of
    a second.
    """
    return _load(JSONFileLoader(), path)


@pytest.fixture
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Test credentials, and no proxy, profile or home of this machine's; between two attempts no second is
    waited.
    """
    for name in list(os.environ):
        if name.startswith("AWS_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    nowhere = tmp_path_factory.mktemp("home")
    values = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(nowhere / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(nowhere / "credentials"),
        "AWS_MAX_ATTEMPTS": "2",
        "HOME": str(nowhere),
        "USERPROFILE": str(nowhere),
        "COLUMNS": "100",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("botocore.loaders.JSONFileLoader.load_file", lambda _, path: _model(path))
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0.01)
    monkeypatch.setattr("botocore.retries.bucket.TokenBucket.acquire", lambda *_, **__: True)


@pytest.fixture
def aws() -> Iterator[Aws]:
    """The small server of these tests."""
    server = Aws()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.over.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def account(aws: Aws) -> Iterator[Account]:
    """Credentials for the small server."""
    with Account(Access(endpoint_url=aws.url, timeout=5)) as made:
        yield made


@pytest.fixture(scope="session")
def moto_process() -> Iterator[str]:
    """Moto's server in a process of its own."""
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(r"Running on (http://127\.0\.0\.1:\d+)", line):
            break
    else:
        pytest.fail("moto's server did not start")
    drain = threading.Thread(target=process.stderr.read, daemon=True)
    drain.start()
    yield found[1]
    process.terminate()
    process.wait(10)
    drain.join()
    process.stderr.close()


@pytest.fixture
def moto(moto_process: str) -> str:
    """The endpoint of moto's server, empty."""
    from urllib.request import Request, urlopen

    with urlopen(Request(f"{moto_process}/moto-api/reset", method="POST")) as answer:
        assert answer.status == 200
    return moto_process


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


@pytest.fixture
def shardcalc(capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """Run the command line in this process."""

    def run(*arguments: str) -> Result:
        from shardcalc import cli
        from shardcalc.cli import errors

        code = errors.guard(lambda: cli.run([str(argument) for argument in arguments]))
        said = capsys.readouterr()
        return Result(code, said.out, said.err)

    return run
