"""Spotify on this machine: its two services in the shape they have now, and their moods."""

import base64
import hashlib
import json
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import jsonschema
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from helpers.spotify.api.session import Servers

SCHEMAS = json.loads((Path(__file__).parent / "spotify/api/schemas.json").read_text("utf-8"))
CLIENT_ID = "client0000000000000000000000000a"
ME, SOMEONE = {"id": "me", "type": "user"}, {"id": "someone", "type": "user"}
FOREIGN = "Foreign000000000000000"
MINE = "Mine000000000000000000"
EDITORIAL = "37i9dQZF1E000000000000"


@cache
def _validator(schema: str) -> jsonschema.Draft202012Validator:
    named = {"$ref": f"#/$defs/{schema}", "$defs": SCHEMAS["$defs"]}
    jsonschema.Draft202012Validator.check_schema(named)
    return jsonschema.Draft202012Validator(named)


def validate(content: object, schema: str) -> None:
    """Fail unless `content` has the shape of the schema of that name."""
    _validator(schema).validate(content)


def track(number: int, name: str | None = None, **others: object) -> dict:
    """A track as the API describes one."""
    id_ = f"{number:022d}"
    album = {"id": f"{number:022d}", "name": f"Album {number}", "type": "album"}
    artists = [{"id": f"{at:022d}", "name": f"Artist {at}", "type": "artist"} for at in (1, 2)]
    return {
        "type": "track",
        "id": id_,
        "uri": f"spotify:track:{id_}",
        "name": name or f"Song {number}",
        "artists": artists,
        "album": album,
        "is_local": False,
        **others,
    }


def local(uri: str, name: str = "", artist: str = "", album: str = "") -> dict:
    nothing = {"id": None, "uri": None, "href": None}
    return {
        "type": "track",
        "id": None,
        "href": None,
        "uri": uri,
        "name": name,
        "artists": [{"name": artist, "type": "artist", **nothing}],
        "album": {"name": album, "type": "album", "release_date": None, **nothing},
        "is_local": True,
    }


def episode(number: int) -> dict:
    id_ = f"{number:022d}"
    return {"type": "episode", "id": id_, "uri": f"spotify:episode:{id_}", "name": f"Talk {number}"}


def entry(item: dict | None, key: str = "item") -> dict:
    is_local = bool(item and item.get("is_local"))
    return {"added_at": None, "added_by": None, "is_local": is_local, key: item}


@dataclass
class Mood:
    """How the server answers requests whose method and path have `words` in them.

    It answers `times` of them so, after it has answered `after` as usual.
    """

    words: str
    answer: Callable[[], Response]
    times: float
    after: int

    def comes_over(self, asked: str) -> bool:
        if self.words not in asked or self.times <= 0:
            return False
        if self.after > 0:
            self.after -= 1
            return False
        self.times -= 1
        return True


@dataclass(repr=False)  # its tokens would stand in every traceback
class FakeSpotify:
    """What the server knows, and what it was asked.

    Attributes
    ----------
    root : str
        Address of the server, ending in a slash.
    playlists : dict
        Id -> name, owner and entries.
    asked : list of werkzeug.Request
    """

    root: str
    playlists: dict[str, dict] = field(default_factory=dict)
    liked: list[dict] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)
    moods: list[Mood] = field(default_factory=list)
    issued: list[str] = field(default_factory=list)
    access_token: str = ""
    refresh_token: str = ""
    challenge: str = ""
    rotates: bool = True
    nulls: bool = False

    @property
    def servers(self) -> Servers:
        return Servers(api=f"{self.root}v1/", accounts=f"{self.root}accounts/")

    def has(self, name: str, entries: list[dict], id_: str = MINE, owner: dict = ME) -> str:
        self.playlists[id_] = {"name": name, "owner": owner, "entries": entries}
        return id_

    def moody(
        self,
        words: str,
        status: int,
        body: object = "",
        headers: dict[str, str] | None = None,
        *,
        times: float = 1,
        after: int = 0,
    ) -> None:
        """Answer matching requests with this."""
        text = body if isinstance(body, str) else json.dumps(body)
        answer = partial(Response, text, status, headers or {})
        self.moods.append(Mood(words, answer, times, after))

    def refuses(
        self,
        words: str,
        status: int,
        message: str,
        headers: dict[str, str] | None = None,
        *,
        times: float = 1,
        after: int = 0,
        **error: str,
    ) -> None:
        """Refuse matching requests in the shape of the API."""
        body = {"error": {"status": status, "message": message, **error}}
        validate(body, "ErrorResponse")
        self.moody(words, status, body, headers, times=times, after=after)

    def end_access(self) -> None:
        """Take the access token for ended, as happens without notice."""
        self.access_token = ""

    def end_login(self) -> None:
        """Take the refresh token for ended, as happens six months after the login."""
        self.refresh_token = ""

    def paths(self, words: str = "") -> list[str]:
        """Method and path of the requests so far that have `words` in them."""
        said = [f"{request.method} {request.path}" for request in self.asked]
        return [path for path in said if words in path]

    def __call__(self, request: Request) -> Response:
        request.get_data()
        self.asked.append(request)
        for mood in self.moods:
            if mood.comes_over(f"{request.method} {request.path}"):
                return mood.answer()
        if request.path == "/accounts/authorize":
            return self._authorise(request)
        if request.path == "/accounts/api/token":
            return self._token(request)
        if request.headers.get("Authorization") != f"Bearer {self.access_token}":
            return _refusal(401, "The access token expired")
        assert not {"market", "fields"} & set(request.args), "these change what Spotify answers"
        return self._api(request, request.path.removeprefix("/v1"))

    def _api(self, request: Request, path: str) -> Response:
        parts = path.strip("/").split("/")
        match request.method, *parts:
            case "GET", "me", "playlists":
                found = [self._simplified(id_) for id_ in self.playlists]
                return self._page(request, [*found, *[None] * self.nulls], "PagingPlaylistObject")
            case "GET", "me", "tracks":
                return self._page(request, self.liked, "PagingSavedTrackObject")
            case "POST", "me", "playlists":
                return self._create(request)
            case method, "playlists", id_, *rest:
                return self._playlist(request, method, id_, rest)
        return _refusal(403, "Forbidden")

    def _playlist(self, request: Request, method: str, id_: str, rest: list[str]) -> Response:
        if id_ not in self.playlists or id_.startswith("37i9dQZF1"):
            return _refusal(404, "Resource not found")
        mine = self.playlists[id_]["owner"] == ME
        if not rest:
            return _answer(self._simplified(id_, with_count=False), "PlaylistObject")
        if rest != ["items"] or not mine:
            return _refusal(403, "Forbidden")
        if method == "POST":
            body = json.loads(request.get_data())
            validate(body, "AddItemsRequest")
            self.playlists[id_]["entries"] += [entry(track(int(uri[-22:]))) for uri in body["uris"]]
            return _answer({"snapshot_id": "A"}, "SnapshotId", 201)
        return self._page(request, self.playlists[id_]["entries"], "PagingPlaylistTrackObject")

    def _create(self, request: Request) -> Response:
        body = json.loads(request.get_data())
        validate(body, "CreatePlaylistRequest")
        assert body["public"] is False
        id_ = self.has(body["name"], [], f"{len(self.playlists):022d}")
        return _answer(self._simplified(id_, with_count=False), "PlaylistObject", 201)

    def _simplified(self, id_: str, with_count: bool = True) -> dict:
        playlist = self.playlists[id_]
        href = f"{self.servers.api}playlists/{id_}"
        described = {
            "id": id_,
            "name": playlist["name"],
            "description": None,
            "owner": playlist["owner"],
            "public": None,
            "type": "playlist",
            "uri": f"spotify:playlist:{id_}",
        }
        total = len(playlist["entries"])
        return described | ({"items": {"href": href, "total": total}} if with_count else {})

    def _page(self, request: Request, items: list, schema: str) -> Response:
        limit, offset = int(request.args.get("limit", 20)), int(request.args.get("offset", 0))
        if not 1 <= limit <= 50:
            return _refusal(400, "Invalid limit")
        end = offset + limit
        here = f"{self.root.rstrip('/')}{request.path}"
        page = {
            "href": here,
            "limit": limit,
            "offset": offset,
            "next": f"{here}?offset={end}&limit={limit}" if end < len(items) else None,
            "previous": None,
            "total": len(items),
            "items": items[offset:end],
        }
        return _answer(page, schema)

    def _authorise(self, request: Request) -> Response:
        """The page on which a user says yes."""
        asked = request.args
        assert asked["client_id"] == CLIENT_ID
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert len(asked["state"]) >= 32
        assert urlsplit(asked["redirect_uri"]).hostname == "127.0.0.1"
        self.challenge = asked["code_challenge"]
        back = urlencode({"code": "the-code", "state": asked["state"]})
        return Response("", 302, {"Location": f"{asked['redirect_uri']}?{back}"})

    def _token(self, request: Request) -> Response:
        form = {key: values[0] for key, values in parse_qs(request.get_data(as_text=True)).items()}
        assert form["client_id"] == CLIENT_ID
        assert "client_secret" not in form
        if form["grant_type"] == "authorization_code":
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            proof = base64.urlsafe_b64encode(digest).decode().rstrip("=")
            granted = form["code"] == "the-code" and proof == self.challenge
        else:
            granted = form["refresh_token"] == self.refresh_token
        if not granted:
            dead = {"error": "invalid_grant", "error_description": "Refresh token expired"}
            return _answer(dead, "AuthorisationError", 400)
        return _answer(self.issue(form["grant_type"]), "AccessToken")

    def issue(self, grant: str = "authorization_code") -> dict:
        """Make new tokens, which are the ones that count from now on."""
        number = len(self.issued)
        self.access_token = f"BQaccess{number}" + "x" * 120
        answer = {"access_token": self.access_token, "token_type": "Bearer", "expires_in": 3600}
        if self.rotates or grant == "authorization_code":
            self.refresh_token = answer["refresh_token"] = f"AQrefresh{number}" + "y" * 120
        self.issued += [self.access_token, self.refresh_token]
        return answer


def _answer(content: dict, schema: str, status: int = 200) -> Response:
    validate(content, schema)
    return Response(json.dumps(content), status, content_type="application/json")


def _refusal(status: int, message: str) -> Response:
    return _answer({"error": {"status": status, "message": message}}, "ErrorResponse", status)


def serve(httpserver: HTTPServer) -> FakeSpotify:
    """Put a fake on a server, with tokens that count."""
    fake = FakeSpotify(httpserver.url_for("/"))
    fake.issue()
    httpserver.expect_request(re.compile(".*")).respond_with_handler(fake)
    return fake


def allow_only_loopback(monkeypatch) -> None:
    """Make every connection to another machine an error, and no proxy stand in between."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: tuple) -> None:
        assert self.family == socket.AF_UNIX or address[0] == "127.0.0.1", address
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
