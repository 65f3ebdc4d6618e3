import errno
import hashlib
import io
import json
import shutil
import tarfile
import threading
import zipfile
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from helpers.data import archives, download
from helpers.data.archives import Archive
from helpers.data.audioscrobbler import load_audioscrobbler
from helpers.data.download import ARCHIVES, download_dataset
from helpers.data.lastfm import load_lastfm
from helpers.errors import DataError, SettingError


def zip_of(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in members.items():
            bundle.writestr(name, content)
    return buffer.getvalue()


class Server:
    """A local server that sends `content`, or an error, or less than it promised."""

    def __init__(self):
        self.content, self.status, self.cut_at, self.n_requests = b"", 200, None, 0
        self.missing = None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.n_requests += 1
                self.send_response(404 if self.path == outer.missing else outer.status)
                self.send_header("Content-Length", str(len(outer.content)))
                self.end_headers()
                self.wfile.write(outer.content[: outer.cut_at])

            def log_message(self, *arguments):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        # Looks a hundred times a second whether it is to stop, which every test waits for.
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()

    def archive(self, content: bytes) -> Archive:
        """Serve `content` and return where it is and what hash it has."""
        self.content = content
        return replace(
            ARCHIVES["lastfm"],
            urls=(f"http://127.0.0.1:{self.http.server_port}/lastfm.zip",),
            sha256=hashlib.sha256(content).hexdigest(),
        )


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
    monkeypatch.setattr("pooch.core.time.sleep", lambda seconds: None)  # between retries
    server = Server()
    yield server
    server.http.shutdown()
    server.http.server_close()


@pytest.fixture
def files(quirky_dir):
    return {file.name: file.read_bytes() for file in quirky_dir.iterdir()}


@pytest.fixture
def raw(tmp_path):
    return tmp_path / "raw"


def test_good_archive_becomes_a_dataset_that_loads(server, files, raw, capsys):
    archive = server.archive(zip_of({**files, "readme.txt": b"cite", "setup.py": b"evil"}))
    folder = download_dataset("lastfm", raw, archive)
    assert {file.name for file in folder.iterdir()} == {*files, "readme.txt"}
    assert len(load_lastfm(folder).plays) == 3
    assert [path.name for path in raw.iterdir()] == ["lastfm"]
    assert "is complete" in capsys.readouterr().out


def test_second_call_downloads_nothing_and_says_so(server, files, raw, capsys):
    archive = server.archive(zip_of(files))
    download_dataset("lastfm", raw, archive)
    capsys.readouterr()
    download_dataset("lastfm", raw, archive)
    assert server.n_requests == 1
    assert "complete already" in capsys.readouterr().out


def test_archive_with_one_folder_inside_is_unpacked_flat(server, files, raw):
    archive = server.archive(zip_of({f"hetrec/{name}": body for name, body in files.items()}))
    assert len(load_lastfm(download_dataset("lastfm", raw, archive)).plays) == 3


def test_wrong_hash_is_refused(server, files, raw):
    archive = replace(server.archive(zip_of(files)), sha256="0" * 64)
    with pytest.raises(DataError, match="does not have the expected SHA-256 0000"):
        download_dataset("lastfm", raw, archive)
    assert server.n_requests == 1 + download.RETRIES
    assert list(raw.iterdir()) == []


def test_truncated_archive_is_refused(server, files, raw):
    archive = server.archive(zip_of(files))
    server.content = server.content[:-40]
    with pytest.raises(DataError, match="cut short"):
        download_dataset("lastfm", raw, archive)
    assert list(raw.iterdir()) == []


def test_archive_that_is_no_zip_is_refused_even_with_its_hash(server, files, raw):
    archive = server.archive(zip_of(files)[:-40])
    with pytest.raises(DataError, match="is not a sound archive"):
        download_dataset("lastfm", raw, archive)
    assert list(raw.iterdir()) == []


@pytest.mark.parametrize("status", [404, 500])
def test_refusal_of_the_server_is_one_sentence(server, raw, status):
    archive = server.archive(b"sorry")
    server.status = status
    with pytest.raises(DataError, match=f"the server answered {status} .*/lastfm.zip"):
        download_dataset("lastfm", raw, archive)
    assert server.n_requests == 1 + download.RETRIES
    assert list(raw.iterdir()) == []


def test_connection_cut_half_way_leaves_nothing_and_a_second_call_works(server, files, raw):
    archive = server.archive(zip_of(files))
    server.cut_at = len(server.content) // 2
    with pytest.raises(DataError, match=r"broke off .*run this again"):
        download_dataset("lastfm", raw, archive)
    assert list(raw.iterdir()) == []
    server.cut_at = None
    assert len(load_lastfm(download_dataset("lastfm", raw, archive)).plays) == 3


def test_no_network_is_one_sentence(server, raw):
    archive = server.archive(b"")
    server.http.shutdown()
    server.http.server_close()
    with pytest.raises(DataError, match=r"broke off \(ConnectionError\); check the network"):
        download_dataset("lastfm", raw, archive)


@pytest.mark.parametrize("name", ["../tags.dat", "/tags.dat", "a/../../tags.dat", "..\\tags.dat"])
def test_member_that_points_outside_is_not_unpacked(server, files, raw, name):
    tags = files.pop("tags.dat")
    archive = server.archive(zip_of({**files, name: tags}))
    with pytest.raises(DataError, match=r"holds no tags\.dat"):
        download_dataset("lastfm", raw, archive)
    assert list(raw.parent.rglob("tags.dat")) == [raw.parent / "lastfm" / "tags.dat"]


def test_archive_that_unpacks_to_too_much_is_refused(server, files, raw):
    bomb = zip_of({**files, "artists.dat": bytes(5_000_000)})
    archive = replace(server.archive(bomb), max_bytes=1_000_000)
    with pytest.raises(DataError, match=r"artists\.dat unpacks to more than"):
        download_dataset("lastfm", raw, archive)
    assert list(raw.iterdir()) == []


def test_full_disk_is_one_sentence_and_leaves_nothing(server, files, raw, monkeypatch):
    def fill_disk(*arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    archive = server.archive(zip_of(files))
    with monkeypatch.context() as patch:
        patch.setattr(archives, "_copy", fill_disk)
        with pytest.raises(DataError, match=r"No space left on device.*make room"):
            download_dataset("lastfm", raw, archive)
    assert list(raw.iterdir()) == []
    download_dataset("lastfm", raw, archive)


def test_interruption_by_the_user_leaves_nothing(server, files, raw, monkeypatch):
    def interrupt(*arguments):
        raise KeyboardInterrupt

    archive = server.archive(zip_of(files))
    with monkeypatch.context() as patch:
        patch.setattr(archives, "_copy", interrupt)
        with pytest.raises(KeyboardInterrupt):
            download_dataset("lastfm", raw, archive)
    assert list(raw.iterdir()) == []
    download_dataset("lastfm", raw, archive)


def test_incomplete_folder_is_kept_and_an_empty_one_is_filled(server, files, raw):
    archive = server.archive(zip_of(files))
    (raw / "lastfm").mkdir(parents=True)
    mine = raw / "lastfm" / "tags.dat"
    mine.write_bytes(b"mine")
    with pytest.raises(DataError, match=r"lacks user_artists\.dat.*move it away"):
        download_dataset("lastfm", raw, archive)
    assert mine.read_bytes() == b"mine"
    mine.unlink()
    assert len(load_lastfm(download_dataset("lastfm", raw, archive)).plays) == 3


def test_unknown_dataset_is_refused(raw):
    with pytest.raises(SettingError, match="'lastfn', expected one of lastfm, audioscrobbler"):
        download_dataset("lastfn", raw)


# A gzipped tar file whose hash nobody published


def tar_of(members: dict[str, bytes | tarfile.TarInfo]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as bundle:
        for name, content in members.items():
            if isinstance(content, tarfile.TarInfo):
                bundle.addfile(content)
            else:
                member = tarfile.TarInfo(name)
                member.size = len(content)
                bundle.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


DUMP = {
    "profiledata/user_artist_data.txt": b"1 2 3\n",
    "profiledata/artist_data.txt": b"2\tAbba\n",
    "profiledata/artist_alias.txt": b"3\t2\n",
}


@pytest.fixture
def dump(server, monkeypatch):
    """Return how a dump is served and described; this server counts as safe."""
    monkeypatch.setattr(download, "SAFE_STARTS", ("https://", "http://127.0.0.1"))

    def serve(members=None, **changes) -> Archive:
        content = server.content = tar_of(members or DUMP)
        return replace(
            ARCHIVES["audioscrobbler"],
            **{
                "urls": (f"http://127.0.0.1:{server.http.server_port}/dump.tar.gz",),
                "n_bytes": len(content),
            }
            | changes,
        )

    return serve


def test_first_download_is_trusted_and_its_hash_kept_beside_the_data(server, dump, raw, capsys):
    archive = dump({**DUMP, "profiledata/README.txt": b"cite", "profiledata/x.sh": b"evil"})
    folder = download_dataset("audioscrobbler", raw, archive)
    assert load_audioscrobbler(folder).plays.rows() == [(1, 2, 3)]
    assert {file.name for file in raw.iterdir()} == {
        "audioscrobbler",
        "audioscrobbler.lock.json",
    }
    assert {file.name for file in folder.iterdir()} == {
        *(name.split("/")[1] for name in DUMP),
        "README.txt",
    }
    sha256 = hashlib.sha256(server.content).hexdigest()
    kept = json.loads((raw / "audioscrobbler.lock.json").read_text())
    assert kept == {"file": "dump.tar.gz", "bytes": len(server.content), "sha256": sha256}
    said = capsys.readouterr().out
    assert f"first download is trusted: its SHA-256 {sha256} is kept in" in said


def test_later_download_must_have_the_hash_of_the_first(dump, raw):
    shutil.rmtree(download_dataset("audioscrobbler", raw, dump()))
    other = dump({**DUMP, "profiledata/artist_data.txt": b"2\tAbbo\n"})
    with pytest.raises(DataError, match="does not have the expected SHA-256"):
        download_dataset("audioscrobbler", raw, other)
    assert [file.name for file in raw.iterdir()] == ["audioscrobbler.lock.json"]
    (raw / "audioscrobbler.lock.json").write_text("{}")
    with pytest.raises(DataError, match=r"lock\.json does not hold the SHA-256.*delete it"):
        download_dataset("audioscrobbler", raw, other)
    (raw / "audioscrobbler.lock.json").unlink()
    assert download_dataset("audioscrobbler", raw, other).is_dir()


def test_archive_of_another_size_is_refused_and_not_remembered(dump, raw):
    with pytest.raises(DataError, match=r"bytes, expected 135,880,312: .*cut short"):
        download_dataset("audioscrobbler", raw, dump(n_bytes=135_880_312))
    assert list(raw.iterdir()) == []


def test_unsafe_place_is_asked_only_where_the_hash_is_known(server, dump, raw):
    archive = dump()
    unsafe = archive.urls[0].replace("127.0.0.1", "localhost")
    missing = f"http://127.0.0.1:{server.http.server_port}/missing.tar.gz"
    server.missing = "/missing.tar.gz"
    archive = replace(archive, urls=(missing, unsafe))
    with pytest.raises(DataError, match=r"answered 404 .*missing\.tar\.gz"):
        download_dataset("audioscrobbler", raw, archive)
    assert list(raw.iterdir()) == []
    known = replace(archive, sha256=hashlib.sha256(server.content).hexdigest())
    assert download_dataset("audioscrobbler", raw, known).is_dir()


def test_second_place_is_asked_where_the_first_fails(server, dump, raw, capsys):
    archive = dump()
    server.missing = "/missing.tar.gz"
    missing = f"http://127.0.0.1:{server.http.server_port}/missing.tar.gz"
    download_dataset("audioscrobbler", raw, replace(archive, urls=(missing, *archive.urls)))
    assert "answered 404" in capsys.readouterr().err


def link_to(target: str, name: str) -> tarfile.TarInfo:
    link = tarfile.TarInfo(name)
    link.type, link.linkname = tarfile.SYMTYPE, target
    return link


@pytest.mark.parametrize("name", ["../artist_data.txt", "/artist_data.txt", "a/../artist_data.txt"])
def test_tar_member_that_points_outside_is_not_unpacked(dump, raw, name):
    others = {key: body for key, body in DUMP.items() if key != "profiledata/artist_data.txt"}
    with pytest.raises(DataError, match=r"holds no artist_data\.txt"):
        download_dataset("audioscrobbler", raw, dump({**others, name: b"evil"}))
    assert list(raw.parent.rglob("artist_data.txt")) == []


def test_link_in_a_tar_file_is_not_unpacked(dump, raw):
    link = link_to("/etc/passwd", "profiledata/artist_data.txt")
    with pytest.raises(DataError, match=r"holds no artist_data\.txt"):
        download_dataset("audioscrobbler", raw, dump(DUMP | {link.name: link}))
    assert list(raw.iterdir()) == []


def test_tar_file_that_unpacks_to_too_much_is_refused(dump, raw):
    bomb = DUMP | {"profiledata/artist_data.txt": bytes(5_000_000)}
    with pytest.raises(DataError, match=r"artist_data\.txt unpacks to more than"):
        download_dataset("audioscrobbler", raw, dump(bomb, max_bytes=1_000_000))
    assert list(raw.iterdir()) == []


@pytest.mark.parametrize("damage", ["cut", "flipped", "text"])
def test_damaged_tar_file_is_refused(server, dump, raw, damage):
    noise = hashlib.shake_256(b"").digest(50_000)
    archive = dump(DUMP | {"profiledata/artist_data.txt": noise})
    if damage == "cut":
        server.content = server.content[:-30_000]
    elif damage == "flipped":
        server.content = server.content[:20_000] + bytes(100) + server.content[20_100:]
    else:
        server.content = b"<html>" * 100
    with pytest.raises(DataError, match="is not a sound archive"):
        download_dataset("audioscrobbler", raw, replace(archive, n_bytes=len(server.content)))
    assert list(raw.iterdir()) == []
