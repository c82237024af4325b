#!/usr/bin/env python3
"""Serve a built site with nginx and the files that `silcrow build --nginx` writes for it, and ask for what they promise.

usage: nginx.py [--silcrow PATH] [--nginx PATH]

nginx listens on this machine alone, on a port that is free, and is stopped at the end. Each check is counted. The last
line is `N passed, M failed`.
"""
import argparse
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
SECONDS = 60
FRONT = "---\ntitle: {}\ndescription: D\nupdated: 2026-01-01\n{}---\nText.\n"
SITE = {
    "site.yaml": "title: Site\nbase_url: https://example.com/docs/\nredirects:\n  /manual/*: /guides/:splat\n"
                 "  /a.b$c(d/*: https://example.com/docs/guides/?from=:splat\n  /gone/: https://other.example/$x\n",
    "content/index.md": "---\ntitle: Home\n---\n",
    "content/guides/index.md": "---\ntitle: Guides\n---\n",
    # So long that the search index is in files of its own.
    "content/guides/long.md": FRONT.format("Long", "") + " ".join(f"word{number}" for number in range(12_000)),
    "content/guides/one.md": FRONT.format("One", "aliases: [/old/, /setting-up-your-key-for-the-very-first-time-step-by-step/, /如何获取您的密钥并将其添加到工作区/, /%C3%A4lter/, 'https://example.com/help/one/', /a%22b/]\n"),
}
CONFIGURATION = """daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/tmp;
    proxy_temp_path {folder}/tmp;
    fastcgi_temp_path {folder}/tmp;
    uwsgi_temp_path {folder}/tmp;
    scgi_temp_path {folder}/tmp;
    types {{ text/html html; text/css css; text/xml xml; text/plain txt; }}
    include {folder}/conf/maps.conf;
    server {{
        listen 127.0.0.1:{port};
        root {folder}/root;
        include {folder}/conf/server.conf;
    }}
}}
"""

passed, failed = 0, 0


def same(name, actual, expected):
    global passed, failed
    if actual == expected:
        passed += 1
    else:
        failed += 1
        print(f"{name}:\n  got      {actual!r}\n  expected {expected!r}")


def build(silcrow, folder, *arguments):
    command = [silcrow, "build", "--today", "2026-02-01", "--root", folder / "in", "--output", folder / "root/docs", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def start(nginx, folder):
    """Starts nginx and waits until it listens; on another port where somebody else was faster."""
    for _ in range(5):
        port = free_port()
        (folder / "nginx.conf").write_text(CONFIGURATION.format(folder=folder, port=port))
        server = subprocess.Popen([nginx, "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  # nginx takes this variable for the sockets of an nginx before it.
                                  env={name: value for name, value in os.environ.items() if name != "NGINX"})
        until = time.monotonic() + SECONDS
        while server.poll() is None and time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return server, port
            time.sleep(0.02)
        stop(server)
        if "Address already in use" not in (folder / "error.log").read_text():
            break
    sys.exit(f"nginx did not start: {(folder / 'error.log').read_text()}")


def stop(server):
    """Ends nginx and its workers."""
    server.send_signal(signal.SIGTERM)
    try:
        server.wait(SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()


class Host:
    def __init__(self, port):
        self.port = port

    def get(self, path, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        response.read()
        connection.close()
        return response

    def text(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        connection.request("GET", path)
        text = connection.getresponse().read().decode()
        connection.close()
        return text

    def location(self, path):
        response = self.get(path)
        own = f"http://127.0.0.1:{self.port}"
        return response.status, (response.getheader("Location") or "").removeprefix(own)


def check_redirects(host):
    one = "/docs/guides/one/"
    for path in ("/docs/old/", "/docs/%C3%A4lter/", "/help/one/", "/docs/old/?x=1", "/docs/a%22b/"):
        same(path, host.location(path), (301, one))
    for path in ("/docs/setting-up-your-key-for-the-very-first-time-step-by-step/",
                 "/docs/" + urllib.parse.quote("如何获取您的密钥并将其添加到工作区") + "/"):
        same(path, host.location(path), (301, one))
    same("nothing but that", host.get("/docs/setting-up-your-key-for-the-very-first-time-step-by-step/x").status, 404)
    same("a folder", host.location("/docs/manual/one/"), (301, one))
    same("a folder's rest stays encoded", host.location("/docs/manual/a%0d%0aX:%20y/%C3%A4?q"), (301, "/docs/guides/a%0d%0aX:%20y/%C3%A4"))
    same("special characters", host.location("/docs/a.b$c(d/x"), (301, "/docs/guides/?from=x"))
    same("they mean themselves", host.get("/docs/aXb$c(d/x").status, 404)
    same("another site", host.location("/docs/gone/"), (301, "https://other.example/%24x"))


def check_headers(host, folder):
    page = host.get("/docs/guides/one/")
    same("a page", page.status, 200)
    same("its cache", page.getheader("Cache-Control"), "public, max-age=0, must-revalidate")
    same("its type", page.getheader("Content-Type"), "text/html; charset=utf-8")
    lines = [line.strip().split(": ", 1) for line in (folder / "root/docs/_headers").read_text().splitlines()[1:]]
    everywhere = lines[:next(index for index, line in enumerate(lines) if len(line) == 1)]
    same("there are headers", len(everywhere) >= 5, True)
    missing = host.get("/docs/nothing/")
    same("a page that is not there", missing.status, 404)
    for name, value in everywhere:
        same(name, page.getheader(name), value)
        same(f"{name} of errors", missing.getheader(name), value)
    saving = host.get("/docs/", **{"Save-Data": "on"})
    same("who saves data is told of no rules for fetching ahead", saving.getheader("Speculation-Rules"), None)
    style = next((folder / "root/docs").glob("silcrow.*.css")).name
    same("a hashed file", host.get(f"/docs/{style}").getheader("Cache-Control"), "public, max-age=31536000, immutable")
    part = next((folder / "root/docs/search/index").glob("*.json")).name
    same("a part of the search index", host.get(f"/docs/search/index/{part}").getheader("Cache-Control"), "public, max-age=31536000, immutable")
    same("what says which there are", host.get("/docs/search/index.json").getheader("Cache-Control"), "public, max-age=0, must-revalidate")
    for path, kind in {"/docs/guides/one/index.md": "text/markdown; charset=utf-8",
                       "/docs/feed.xml": "application/atom+xml; charset=utf-8",
                       "/docs/speculation-rules.json": "application/speculationrules+json"}.items():
        same(f"the type of {path}", host.get(path).getheader("Content-Type"), kind)
        same(f"{path} has the policy", "default-src 'none'" in (host.get(path).getheader("Content-Security-Policy") or ""), True)


def retire(silcrow, folder):
    """An article is published, and taken away on purpose."""
    article = folder / "in/content/guides/two words.md"
    article.write_text(FRONT.format("Two", ""))
    for arguments in (["record"], ["retire", "/guides/two%20words/"]):
        done = subprocess.run([silcrow, *arguments, "--root", folder / "in"], capture_output=True, text=True, timeout=SECONDS, check=False)
        same(f"{arguments}: {done.stderr}", done.returncode, 0)
        article.unlink(missing_ok=True)


def check_retired(host, folder):
    """Who asks for it is told that it is gone, by the page that says so and by the status."""
    gone = host.get("/docs/guides/two%20words/")
    same("a retired address", gone.status, 410)
    same("it is not kept for good", gone.getheader("Cache-Control"), None)
    same("its type", gone.getheader("Content-Type"), "text/html; charset=utf-8")
    same("it has the policy", "default-src 'none'" in (gone.getheader("Content-Security-Policy") or ""), True)
    page = (folder / "root/docs/guides/two words/index.html").read_text()
    same("its page is what is sent", host.text("/docs/guides/two%20words/"), page)
    same("other hosts serve the page with 200, so it asks not to be indexed", '<meta name="robots" content="noindex">' in page, True)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--silcrow", default=REPOSITORY / "target/debug/silcrow")
    arguments.add_argument("--nginx", default=os.environ.get("NGINX") or shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin"))
    options = arguments.parse_args()
    if not options.nginx:
        sys.exit("nginx is not installed; install it, or name it in NGINX")
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        folder.chmod(0o755)
        for path, text in SITE.items():
            path = folder / "in" / path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        refused = build(Path(options.silcrow).resolve(), folder, "--nginx", folder / "root/docs/conf")
        same("a folder in the output is refused", (refused.returncode, "is in the output" in refused.stderr), (2, True))
        same("and nothing was written", (folder / "root/docs").exists(), False)
        retire(Path(options.silcrow).resolve(), folder)
        built = build(Path(options.silcrow).resolve(), folder, "--nginx", folder / "conf")
        same("the site is built", built.returncode, 0)
        # As the README says: below the root, a link to what is published.
        shutil.rmtree(folder / "root/docs")
        published = subprocess.run([options.silcrow, "publish", folder / "srv", "--root", folder / "in", "--today", "2026-02-01"],
                                   capture_output=True, text=True, timeout=SECONDS, check=False)
        same(f"it is published: {published.stderr}", published.returncode, 0)
        (folder / "root/docs").symlink_to(folder / "srv/current")
        (folder / "tmp").mkdir()
        server, port = start(options.nginx, folder)
        host = Host(port)
        try:
            check_redirects(host)
            check_headers(host, folder)
            check_retired(host, folder)
        finally:
            stop(server)
        warnings = [line for line in (folder / "error.log").read_text().splitlines() if " [error] " not in line]
        same("nginx warns of nothing", warnings, [])
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
