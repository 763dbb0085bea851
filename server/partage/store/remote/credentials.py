"""
Writing to a service that asks who is there
(RFC 7617 Basic and RFC 7616 Digest authentication, https://www.rfc-editor.org/rfc/rfc7616).
"""

import base64
import hashlib
import secrets
import threading
from dataclasses import dataclass, field
from urllib.request import parse_http_list, parse_keqv_list

from partage.errors import EngineFailure, EngineUnavailable, SettingsError
from partage.store.remote.transport import Address, Connections, Exchange, Request, printable

SECONDS_TO_WRITE = 600.0
BYTES_A_SECOND = 10_000
MAX_REPLY = 16_384
ALGORITHMS = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user's name and password; the password never shows."""

    user: str
    password: str = field(repr=False)


class AuthorizedWriter:
    """Sends writes to one address, with credentials once they are asked for."""

    def __init__(self, address: Address, credentials: Credentials | None = None) -> None:
        self._address = address
        self._credentials = credentials
        self._connections = Connections(address)
        self._challenge: str | None = None
        self._uses = 0

    def post(self, request: Request) -> None:
        """
        Send a request and see that it was carried out.

        Raises
        ------
        EngineUnavailable
            Nothing answers there, or it does not let us in.
        EngineFailure
            It refuses the request or fails.
        """
        status, text, challenge = self._send(request)
        if status == 401 and challenge and self._credentials:
            self._challenge, self._uses = challenge, 0  # a new nonce, or the first
            status, text, _ = self._send(request)
        said = printable(text, 400)
        if status == 401:
            how = "did not accept the password" if self._credentials else "asks for a user"
            raise EngineUnavailable(
                f"{self._address.url} {how}. Give --user NAME, and the password in the "
                "environment variable PARTAGE_PUBLISH_PASSWORD."
            )
        if not 200 <= status < 300:
            raise EngineFailure(
                f"{self._address.url} answers {status} to a {request.method}: {said}"
            )

    def close(self) -> None:
        """Close the connections."""
        self._connections.close()

    def _send(self, request: Request) -> tuple[int, str, str | None]:
        headers = dict(request.headers)
        if self._challenge is not None and self._credentials is not None:
            headers["Authorization"] = self._authorization(request)
        exchange = Exchange(self._connections, SECONDS_TO_WRITE)
        seconds = SECONDS_TO_WRITE + len(request.body) / BYTES_A_SECOND
        late = threading.Timer(seconds, exchange.cancel)  # also of one who goes on speaking
        late.daemon = True
        late.start()
        try:
            response = exchange.send(Request(request.method, headers, request.body, request.query))
            challenges = response.headers.get_all("WWW-Authenticate") or []
            text = exchange.read_all(MAX_REPLY).decode("utf-8", "replace")
        except (TimeoutError, EngineUnavailable) as error:
            if isinstance(error, EngineUnavailable) and not late.finished.is_set():
                raise
            raise EngineUnavailable(
                f"{self._address.url} did not answer a {request.method} within {seconds:.0f} "
                "seconds. Its log may say why; to publish again goes on where this stopped."
            ) from error
        finally:
            late.cancel()
        best = next((c for c in challenges if c.lower().startswith("digest")), None)
        return response.status, text, best or next(iter(challenges), None)

    def _authorization(self, request: Request) -> str:
        assert self._challenge is not None
        assert self._credentials is not None
        scheme, _, rest = self._challenge.partition(" ")
        if scheme.lower() == "digest":
            path = self._address.path
            if request.query:
                path += ("&" if "?" in path else "?") + request.query
            self._uses += 1
            try:
                fields = parse_keqv_list(parse_http_list(rest))
            except ValueError as error:
                raise self._unread(rest) from error
            if not all(map(str.isprintable, fields.values())):
                raise self._unread(rest)
            return digest_header(self._credentials, fields, request.method, path, self._uses)
        if scheme.lower() != "basic":
            raise EngineUnavailable(
                f"{self._address.url} asks for {scheme} authentication; only Basic and Digest "
                "are known here."
            )
        if not self._address.encrypted_or_local:
            raise SettingsError(
                f"{self._address.url} asks for the password in clear over http. Use https."
            )
        pair = f"{self._credentials.user}:{self._credentials.password}".encode()
        return "Basic " + base64.b64encode(pair).decode("ascii")

    def _unread(self, challenge: str) -> EngineUnavailable:
        return EngineUnavailable(
            f"{self._address.url} asks for Digest authentication in another form than that of "
            f"RFC 7616: {printable(challenge, 200)}"
        )


def digest_header(
    credentials: Credentials, challenge: dict[str, str], method: str, path: str, uses: int
) -> str:
    """
    Return the Authorization header that answers a Digest challenge (RFC 7616 §3.4).

    Raises
    ------
    EngineUnavailable
        The challenge asks for an algorithm that is not known here.
    """
    algorithm = challenge.get("algorithm", "MD5")
    if algorithm.upper() not in ALGORITHMS:
        raise EngineUnavailable(f"The engine asks for Digest with {algorithm}, not known here.")

    def hashed(*parts: str) -> str:
        return ALGORITHMS[algorithm.upper()](":".join(parts).encode()).hexdigest()

    realm, nonce = challenge.get("realm", ""), challenge.get("nonce", "")
    identity = hashed(credentials.user, realm, credentials.password)
    what = hashed(method, path)
    said = f'Digest username="{credentials.user}", realm="{realm}", nonce="{nonce}", uri="{path}"'
    if "auth" in challenge.get("qop", "").replace(" ", "").split(","):
        count, ours = f"{uses:08x}", secrets.token_hex(8)
        response = hashed(identity, nonce, count, ours, "auth", what)
        said += f', qop=auth, nc={count}, cnonce="{ours}"'
    else:
        response = hashed(identity, nonce, what)
    said += f', response="{response}", algorithm={algorithm}'
    return said + (f', opaque="{challenge["opaque"]}"' if "opaque" in challenge else "")
