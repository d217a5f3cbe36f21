"""The samples of nginx and Caddy before two nodes: whatever a node does is met by the other, and no address is logged.

They run where nginx and Caddy are installed, over TLS with a certificate that is made for them, or without.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.web import listening

DEPLOY = Path(__file__).parents[2] / "deploy"
SECRET = "half-of-the-secret"
HOOK = f"/telegram/{SECRET}"
CODE = f"/slack/oauth_redirect?code={SECRET}"
STARTING = 6
"""How often it is tried to reach a proxy that starts, each time waiting twice as long: 16 seconds in all."""


@dataclass
class Node:
    """Answers with `status`, and counts what arrives."""

    status: int = 200
    asked: list[str] = field(default_factory=list)

    async def answer(self, request: Request) -> Response:
        if request.url.path != "/healthz":
            self.asked.append(request.url.path)
        return Response("", 200 if request.url.path == "/healthz" else self.status)

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/{path:path}", self.answer, methods=["GET", "POST"])])


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def certified(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine, and its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now, host = datetime.now(UTC), x509.DNSName("localhost")
    built = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    built = built.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    signed = built.add_extension(x509.SubjectAlternativeName([host]), critical=True).sign(key, hashes.SHA256())
    certificate, secret = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return certificate, secret


@asynccontextmanager
async def started(folder: Path, *command: str, environ: Mapping[str, str] | None = None) -> AsyncIterator[None]:
    with (folder / "output").open("wb") as output:
        running = await asyncio.create_subprocess_exec(
            *command, cwd=folder, env={"PATH": "/usr/sbin:/usr/bin:/bin", "HOME": str(folder), **(environ or {})},
            stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output,
        )  # fmt: skip
        try:
            yield
        finally:
            running.terminate()
            await running.wait()


@asynccontextmanager
async def nginx(folder: Path, ports: tuple[int, int]) -> AsyncIterator[httpx.AsyncClient]:
    own, (certificate, key) = free_port(), certified(folder)
    sample = (DEPLOY / "nginx.conf").read_text("utf-8")
    for old, new in {
        r"127\.0\.0\.1:8081": f"127.0.0.1:{ports[0]}",
        r"127\.0\.0\.1:8082": f"127.0.0.1:{ports[1]}",
        r"listen 443 ssl": f"listen 127.0.0.1:{own} ssl",
        r"listen \[::\]:443 ssl;": "",
        r"/etc/letsencrypt/\S+fullchain\.pem": str(certificate),
        r"/etc/letsencrypt/\S+privkey\.pem": str(key),
        r"/var/log/nginx/": f"{folder}/",
    }.items():
        sample, times = re.subn(old, new, sample)
        assert times == 1, old
    kept = "".join(
        f"{each}_temp_path {folder}/{each};\n" for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "site.conf").write_text(sample, "utf-8")
    (folder / "all.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log stderr info; worker_processes 1;\n"
        f"events {{}}\nhttp {{ access_log {folder}/access.log;\n{kept} include {folder}/site.conf; }}\n",
        "utf-8",
    )
    trusting = ssl.create_default_context(cafile=str(certificate))
    async with (
        started(folder, "nginx", "-e", "stderr", "-p", str(folder), "-c", str(folder / "all.conf")),
        asking(f"https://localhost:{own}", trusting) as client,
    ):
        yield client


@asynccontextmanager
async def caddy(folder: Path, ports: tuple[int, int]) -> AsyncIterator[httpx.AsyncClient]:
    url = f"http://localhost:{free_port()}"
    environ = {
        "HOST": url,
        "NODES": " ".join(f"127.0.0.1:{port}" for port in ports),
        "CADDY_ADMIN": f"unix/{folder}/admin",
    }
    command = ("caddy", "run", "--config", str(DEPLOY / "Caddyfile"), "--adapter", "caddyfile")
    async with started(folder, *command, environ=environ), asking(url) as client:
        yield client


def asking(url: str, trusting: ssl.SSLContext | bool = True) -> httpx.AsyncClient:
    """It waits until the proxy listens."""
    return httpx.AsyncClient(base_url=url, transport=httpx.AsyncHTTPTransport(verify=trusting, retries=STARTING))


Proxy = Callable[[Path, tuple[int, int]], AbstractAsyncContextManager[httpx.AsyncClient]]


def installed(proxy: Proxy, name: str) -> object:
    return pytest.param(
        proxy, id=name, marks=pytest.mark.skipif(not shutil.which(name), reason=f"there is no {name} here")
    )


each_proxy = pytest.mark.parametrize("proxy", [installed(nginx, "nginx"), installed(caddy, "caddy")])


@asynccontextmanager
async def before(folder: Path, proxy: Proxy, *nodes: Node | None) -> AsyncIterator[httpx.AsyncClient]:
    """A proxy that runs before two nodes; None is one that is down."""
    async with AsyncExitStack() as stack:
        urls = [await stack.enter_async_context(listening(node.app())) if node else f":{free_port()}" for node in nodes]
        first, second = (int(url.rpartition(":")[2]) for url in urls)
        yield await stack.enter_async_context(proxy(folder, (first, second)))


def logged(folder: Path) -> str:
    files = [each for each in folder.iterdir() if each.is_file() and each.suffix in ("", ".log")]
    return "".join(each.read_text("utf-8", "replace") for each in files)


@each_proxy
async def test_what_a_node_that_is_down_does_not_take_goes_to_the_other(proxy: Proxy, tmp_path: Path) -> None:
    other = Node()
    async with before(tmp_path, proxy, None, other) as client:
        statuses = [(await client.post(HOOK, content=b"{}")).status_code for _ in range(6)]
    assert (statuses, other.asked) == ([200] * 6, [HOOK] * 6)
    assert SECRET not in logged(tmp_path)


@each_proxy
async def test_a_node_that_is_not_ready_is_left_alone(proxy: Proxy, tmp_path: Path) -> None:
    """Caddy hands its first 503 on, and whoever delivers comes again; nginx asks the other at once."""
    unready, other = Node(503), Node()
    async with before(tmp_path, proxy, unready, other) as client:
        statuses = [(await client.post(HOOK, content=b"{}")).status_code for _ in range(6)]
    assert statuses.count(200) >= 5
    assert len(unready.asked) <= 2
    assert SECRET not in logged(tmp_path)


@each_proxy
async def test_no_address_is_logged_whatever_goes_wrong(proxy: Proxy, tmp_path: Path) -> None:
    async with before(tmp_path, proxy, None, None) as client:
        statuses = {(await client.post(HOOK, content=b"{}")).status_code, (await client.get(CODE)).status_code}
        await client.post(HOOK, content=b"x" * (2 << 20))
    assert min(statuses) >= 500
    assert SECRET not in logged(tmp_path)


@each_proxy
async def test_health_and_metrics_are_not_reached_from_outside(proxy: Proxy, tmp_path: Path) -> None:
    node = Node()
    async with before(tmp_path, proxy, node, node) as client:
        found = [(await client.get(path)).status_code for path in ("/", "/metrics", "/readyz", "/healthz")]
    assert (found, node.asked) == ([404] * 4, [])
