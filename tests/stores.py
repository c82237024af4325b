"""Publishing to Azure, as Azurite (npm) imitates it, and to Google Cloud Storage, as this file does. What is sent, with which headers; what an unchanged and a changed site cost; names that need
encoding; and that the manifest is written under conditions that hold: by somebody else's hand it is never overwritten.

Needs a silcrow built with `--features cloud`, and Azurite in `tests/stores/node_modules`.

usage: stores.py --silcrow PATH
"""

import argparse
import base64
import contextlib
import hashlib
import hmac
import html
import http.client
import http.server
import json
import os
import pathlib
import socket
import subprocess
import tempfile
import threading
import time
import urllib.parse
import xml.etree.ElementTree
from email.utils import formatdate

HERE = pathlib.Path(__file__).resolve().parent
ARTICLE = "---\ntitle: Title\ndescription: Description\nupdated: 2026-01-01\n---\n\n{text}\n"
NAMES = ["plain", "über", "two words", "a+b", "100%"]
REVALIDATE, IMMUTABLE = "public, max-age=0, must-revalidate", "public, max-age=31536000, immutable"
# Azurite's documented account; its key is no secret.
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running(command, port):
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            until = time.monotonic() + 60
            while True:
                assert process.poll() is None and time.monotonic() < until, "the server never listened"
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                time.sleep(0.05)
            yield
        finally:
            process.terminate()
            process.wait(20)


class Proxy(http.server.ThreadingHTTPServer):
    """Writes down every request, and calls `before` with it ahead of the server."""

    daemon_threads = True

    def __init__(self, port):
        super().__init__(("127.0.0.1", 0), Handler)
        self.port, self.requests, self.before = port, [], None
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def counted(self):
        requests, self.requests = self.requests, []
        return requests


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = (self.command, urllib.parse.unquote(self.path.split("?")[0]), headers)
        self.server.requests.append(request)
        if self.server.before:
            self.server.before(request)
        status, answer, data = ask(self.server.port, self.command, self.path, headers, body)
        self.send_response_only(status)
        for name, value in answer:
            if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                self.send_header(name, value)
        length = dict((name.lower(), value) for name, value in answer).get("content-length")
        self.send_header("Content-Length", length if self.command == "HEAD" and length else str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = any

    def log_message(self, *_):
        pass


def ask(port, method, path, headers=None, body=b""):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, body=body, headers=dict(headers or {}))
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return answer.status, answer.getheaders(), data


class Azure:
    """Azurite with one container that everybody may read."""

    target, precondition = "az://box", ("if-none-match", "if-match")

    def __init__(self, folder):
        self.port = free_port()
        program = HERE / "stores/node_modules/.bin/azurite-blob"
        self.command = [program, "--blobPort", str(self.port), "--location", folder, "--silent", "--disableTelemetry"]

    @contextlib.contextmanager
    def running(self):
        with running(self.command, self.port):
            self.make()
            yield

    def make(self):
        status, _, data = self.signed("PUT", "/box", {"x-ms-blob-public-access": "container"}, query="restype=container")
        assert status == 201, (status, data)

    def signed(self, method, path, headers, body=b"", query=""):
        headers = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": "2023-11-03", **headers}
        own = "".join(f"{name}:{value}\n" for name, value in sorted(headers.items()) if name.startswith("x-ms-"))
        resource = f"/{ACCOUNT}/{ACCOUNT}{path}" + "".join("\n" + part.replace("=", ":") for part in query.split("&") if part)
        text = f"{method}\n\n\n{len(body) or ''}\n\n\n\n\n\n\n\n\n{own}{resource}"
        signature = base64.b64encode(hmac.new(base64.b64decode(KEY), text.encode(), hashlib.sha256).digest()).decode()
        headers |= {"Authorization": f"SharedKey {ACCOUNT}:{signature}", "Content-Length": str(len(body))}
        return ask(self.port, method, f"/{ACCOUNT}{path}?{query}", headers, body)

    def environment(self, port):
        return {"AZURE_STORAGE_USE_EMULATOR": "true", "AZURITE_BLOB_STORAGE_URL": f"http://127.0.0.1:{port}",
                "AZURE_STORAGE_ACCOUNT_NAME": ACCOUNT, "AZURE_STORAGE_ACCOUNT_KEY": KEY}

    def objects(self):
        objects, marker = {}, ""
        while True:
            path = f"/{ACCOUNT}/box?restype=container&comp=list&marker={urllib.parse.quote(marker)}"
            tree = xml.etree.ElementTree.fromstring(ask(self.port, "GET", path)[2].decode("utf-8-sig"))
            for blob in tree.iter("Blob"):
                kind, cache = (blob.findtext(f"Properties/{name}") for name in ("Content-Type", "Cache-Control"))
                objects[blob.findtext("Name")] = (kind, cache)
            marker = tree.findtext("NextMarker")
            if not marker:
                return objects

    def read(self, name):
        status, _, data = ask(self.port, "GET", f"/{ACCOUNT}/box/{urllib.parse.quote(name)}")
        assert status == 200, (name, status)
        return data

    def write(self, name, data):
        status, _, answer = self.signed("PUT", f"/box/{name}", {"x-ms-blob-type": "BlockBlob"}, data)
        assert status == 201, answer


class Google:
    """Google Cloud Storage's XML API as its reference has it, as far as a publish goes: objects with generations, which
    conditions are about; copies; lists by pages. (What is packaged imitates the JSON API, which silcrow does not use.)"""

    target, precondition = "gs://box", ("x-goog-if-generation-match", "x-goog-if-generation-match")

    def __init__(self, folder):
        self.folder, self.stored, self.lock, self.generation = pathlib.Path(folder), {}, threading.Lock(), 1_700_000_000_000_000
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), GoogleHandler)
        self.server.daemon_threads, self.server.store, self.port = True, self, self.server.server_port

    @contextlib.contextmanager
    def running(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        yield
        self.server.shutdown()

    def environment(self, port):
        # As a key file says it, for a server that asks for no token.
        account = {"gcs_base_url": f"http://127.0.0.1:{port}", "disable_oauth": True, "client_email": "",
                   "private_key": "", "private_key_id": ""}
        (self.folder / "account.json").write_text(json.dumps(account))
        return {"GOOGLE_SERVICE_ACCOUNT": str(self.folder / "account.json"), "GOOGLE_ALLOW_HTTP": "true"}

    def put(self, name, data, headers, condition=None):
        """Whether the object was written: the condition is looked at and the object replaced in one step."""
        with self.lock:
            there = self.stored.get(name)
            if condition is not None and int(condition) != (there[1] if there else 0):
                return None
            self.generation += 1
            self.stored[name] = (data, self.generation, headers)
            return self.generation

    def objects(self):
        return {name: (headers.get("content-type"), headers.get("cache-control")) for name, (_, _, headers) in self.stored.items()}

    def read(self, name):
        return self.stored[name][0]

    def write(self, name, data):
        self.put(name, data, {"content-type": "text/plain"})


class GoogleHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    page = 7

    def answer(self, status, data=b"", headers=None):
        self.send_response_only(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def error(self, status, code):
        self.answer(status, f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{code}</Message></Error>".encode())

    def any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        bucket, _, name = url.path[1:].partition("/")
        name = urllib.parse.unquote(name)
        if bucket != "box":
            return self.error(404, "NoSuchBucket")
        if not name:
            return self.list(query)
        return getattr(self, self.command.lower().replace("head", "get"))(name, body)

    def list(self, query):
        names = sorted(name for name in self.server.store.stored if name.startswith(query.get("prefix", "")))
        names = [name for name in names if name > query.get("continuation-token", "")]
        entries = "".join(
            f"<Contents><Key>{html.escape(name)}</Key><Generation>{generation}</Generation><Size>{len(data)}</Size>"
            f"<LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;{generation:x}&quot;</ETag></Contents>"
            for name in names[:self.page] for data, generation, _ in [self.server.store.stored[name]])
        more = f"<NextContinuationToken>{html.escape(names[self.page - 1])}</NextContinuationToken>" if len(names) > self.page else ""
        self.answer(200, f"<?xml version='1.0'?><ListBucketResult>{entries}{more}</ListBucketResult>".encode())

    def get(self, name, _):
        if name not in self.server.store.stored:
            return self.error(404, "NoSuchKey")
        data, generation, headers = self.server.store.stored[name]
        return self.answer(200, data, {**headers, **self.version(generation), "last-modified": formatdate(0, usegmt=True)})

    def version(self, generation):
        return {"etag": f'"{generation:x}"', "x-goog-generation": str(generation)}

    def put(self, name, body):
        headers = {key: self.headers[key] for key in ("content-type", "cache-control") if self.headers[key]}
        source = self.headers["x-goog-copy-source"]
        if source:
            body, _, headers = self.server.store.stored[urllib.parse.unquote(source).removeprefix("box/")]
        generation = self.server.store.put(name, body, headers, self.headers["x-goog-if-generation-match"])
        if generation is None:
            return self.error(412, "PreconditionFailed")
        answer = b"<?xml version='1.0'?><CopyObjectResult/>" if source else b""
        return self.answer(200, answer, self.version(generation))

    def delete(self, name, _):
        return self.answer(204) if self.server.store.stored.pop(name, None) else self.error(404, "NoSuchKey")

    do_GET = do_HEAD = do_PUT = do_DELETE = any

    def log_message(self, *_):
        pass


class Site:
    def __init__(self, silcrow, folder, environment):
        self.silcrow, self.folder = silcrow, folder
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith(("AWS_", "AZURE_", "GOOGLE_")) and not name.lower().endswith("_proxy")}
        self.environment |= environment
        self.write("site.yaml", "base_url: https://example.com/\n")
        self.write("content/index.md", "---\ntitle: Home\n---\n")
        for name in NAMES:
            self.article(name)

    def write(self, path, text):
        path = self.folder / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def article(self, name, text="Text."):
        self.write(f"content/{name}.md", ARTICLE.format(text=text))

    def run(self, *arguments, code=0, day="2026-02-01"):
        # A site that nobody remembers: what is taken away later is no finding then.
        (self.folder / "silcrow.lock").unlink(missing_ok=True)
        command = [self.silcrow, *arguments, "--today", day]
        done = subprocess.run(command, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=300)
        assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
        assert KEY not in done.stdout + done.stderr, "a secret is printed"
        return done

    def built(self):
        self.run("build")
        public = self.folder / "public"
        files = {path.relative_to(public).as_posix(): path.read_bytes() for path in public.rglob("*") if path.is_file()}
        del files[".silcrow-manifest"]
        return files


def holds(store, files):
    live = {name for name in store.objects() if not name.startswith(".silcrow/")}
    assert live == files.keys(), live ^ files.keys()
    for name, data in files.items():
        assert store.read(name) == data, name


def writes(requests):
    paths = [path for method, path, _ in requests if method == "PUT"]
    return sorted(path.split("/box/")[1] for path in paths if "/.silcrow/" not in path)


def publishes(store, site, proxy, publish):
    first = site.run(*publish)
    assert "ignores conditional writes" not in first.stderr, first.stderr
    before = site.built()
    holds(store, before)
    objects = store.objects()
    style = next(name for name in objects if name.endswith(".css"))
    page = "text/html; charset=utf-8"
    for name, headers in {"plain/index.html": (page, REVALIDATE), "index.html": (page, REVALIDATE), "404.html": (page, "no-store"),
                          style: ("text/css; charset=utf-8", IMMUTABLE), "plain/index.md": ("text/markdown; charset=utf-8", REVALIDATE)}.items():
        assert objects[name] == headers, (name, objects[name])
    proxy.counted()
    assert site.run(*publish).stdout == ""
    unchanged = proxy.counted()
    assert len(unchanged) <= 3 and all(method == "GET" for method, *_ in unchanged), unchanged
    site.article("plain", "Texu.")
    site.run(*publish)
    changed = writes(proxy.counted())
    assert changed == ["plain/index.html", "plain/index.md", "search/index.json"], changed
    holds(store, site.built())
    site.run(*publish, "--rollback")
    holds(store, before)
    # A name that needs encoding can be deleted too.
    (site.folder / "content/two words.md").unlink()
    site.run(*publish)
    holds(store, site.built())


def meddles(store, proxy, name, data):
    """Somebody else writes an object at the moment in which silcrow is about to. Returns the headers of silcrow's request."""
    seen = []

    def meddle(request):
        method, path, headers = request
        if method == "PUT" and path.endswith("/" + name) and not seen:
            seen.append(headers)
            store.write(name, data)

    proxy.before = meddle
    return seen


def keeps_conditions(store, site, proxy, publish, condition):
    """Somebody else's manifest comes between the plan and the commit: it stays, and nothing is deleted."""
    before = store.objects()
    seen = meddles(store, proxy, ".silcrow/manifest", b"somebody else's\n")
    refused = site.run(*publish, code=3)
    proxy.before = None
    assert seen and condition in seen[0], seen
    assert "another publish has ended meanwhile" in refused.stderr, refused.stderr
    assert store.read(".silcrow/manifest") == b"somebody else's\n"
    after = store.objects()
    gone = [name for name in before if name not in after and not name.startswith(".silcrow/")]
    assert not gone, gone


def tells_of_two(store, site, proxy, publish):
    """Somebody else's lock comes before ours: nothing is written beside it."""
    lock = b'{"owner":"x","beat":0,"ended":false,"journal":null,"done":0,"stale":[]}\n'
    seen = meddles(store, proxy, ".silcrow/lock", lock)
    refused = site.run(*publish, code=3)
    proxy.before = None
    assert seen and store.precondition[0] in seen[0], seen
    assert "another publish to this target is in progress" in refused.stderr, refused.stderr
    assert store.objects().keys() == {".silcrow/lock"}, store.objects()


@contextlib.contextmanager
def started(kind, silcrow):
    """A store with nothing in it, a site, and how the one is published to the other by way of the proxy."""
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        for name in ("store", "site"):
            (scratch / name).mkdir()
        store = kind(scratch / "store")
        with store.running():
            proxy = Proxy(store.port)
            site = Site(silcrow, scratch / "site", store.environment(proxy.server_port))
            yield store, site, proxy, ["publish", store.target, "--take-over-after", "0"]


def run(kind, silcrow):
    create, update = kind.precondition
    with started(kind, silcrow) as given:
        publishes(*given)
        given[1].article("plain", "Later.")
        keeps_conditions(*given, update)
    with started(kind, silcrow) as given:
        tells_of_two(*given)
        # Nobody is behind that lock: it is taken over. Then there is no manifest, and there must be none when ours is written.
        keeps_conditions(*given, create)
    print(f"{kind.__name__}: published, changed, rolled back, deleted; types, caches, requests; others' lock and manifest stay")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--silcrow", required=True, type=pathlib.Path)
    silcrow = parser.parse_args().silcrow.resolve()
    for kind in (Azure, Google):
        run(kind, silcrow)


if __name__ == "__main__":
    main()
