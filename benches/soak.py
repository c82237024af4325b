#!/usr/bin/env python3
"""Edit a served site thousands of times, and watch what the dev server holds.

usage: soak.py SITE [--silcrow FILE] [--edits N] [--step N]

SITE is a folder as `corpus.py help` makes it. Serves it, edits articles one after the other, each as soon as the last
edit is served; every tenth edit adds and removes an article, every fiftieth changes a template. Every STEP edits prints
the resident memory, threads and descriptors of the server. Ends with 1 when an edit is lost, which is when it is not
served within 30 s.
"""
import argparse
import http.client
import random
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote, urlsplit


def fetch(url, path):
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    connection.request("GET", quote(path))
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, body


def wait_until(is_there, what):
    start = time.perf_counter()
    while not is_there():
        if time.perf_counter() - start > 30:
            sys.exit(f"lost: {what}")
        time.sleep(0.002)
    return (time.perf_counter() - start) * 1000


def held(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    descriptors = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return int(fields["VmRSS"].split()[0]) / 1024, int(fields["Threads"]), descriptors


def edit(number, articles, site, get):
    marker = f"marker-{number}"
    path = articles.choice
    original = path.read_text()
    path.write_text(f"{original}\n{marker}\n")
    address = f"/{path.relative_to(site / 'content').with_suffix('')}/"
    took = wait_until(lambda: marker.encode() in get(address)[1], marker)
    path.write_text(original)
    if number % 10 == 0:
        new = path.with_name(f"new-{number}.md")
        new.write_text(original)
        there = address.rsplit("/", 2)[0] + f"/new-{number}/"
        wait_until(lambda: get(there)[0] == 200, there)
        new.unlink()
        wait_until(lambda: get(there)[0] == 404, there)
    return took


class Articles:
    def __init__(self, site, seed):
        self.paths = sorted(path for path in site.glob("content/**/*.md") if path.name != "index.md")
        self.random = random.Random(seed)

    @property
    def choice(self):
        return self.random.choice(self.paths)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path)
    parser.add_argument("--silcrow", default="target/release/silcrow")
    parser.add_argument("--edits", type=int, default=5000)
    parser.add_argument("--step", type=int, default=500)
    args = parser.parse_args()
    articles = Articles(args.site, 1)
    command = [args.silcrow, "serve", "--root", str(args.site), "--port", "0", "--base-url", "/"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    url = server.stdout.readline().strip()
    with open("/dev/null", "w", encoding="utf-8") as nowhere:
        drain = subprocess.Popen(["cat"], stdin=server.stdout, stdout=nowhere)
    template = args.site / "templates/404.html"
    took = []
    try:
        get = lambda path: fetch(url, path)
        print(f"{'edits':>7} {'MiB':>7} {'threads':>8} {'descriptors':>12} {'median ms':>10} {'largest ms':>11}")
        for number in range(1, args.edits + 1):
            took.append(edit(number, articles, args.site, get))
            if number % 50 == 0:
                template.parent.mkdir(exist_ok=True)
                template.write_text(f"<!doctype html><title>None {number}</title>")
                wait_until(lambda: f"None {number}".encode() in get("/none/")[1], "template")
                template.unlink()
            if number % args.step == 0:
                memory, threads, descriptors = held(server.pid)
                took.sort()
                print(f"{number:>7} {memory:>7.1f} {threads:>8} {descriptors:>12} {took[len(took) // 2]:>10.1f} {took[-1]:>11.1f}", flush=True)
                took = []
    finally:
        server.terminate()
        server.wait()
        drain.wait()


if __name__ == "__main__":
    main()
