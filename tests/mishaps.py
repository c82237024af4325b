#!/usr/bin/env python3
"""What can go wrong between publishes, each on an object store of its own (the one of stores.py that speaks for Google
Cloud Storage): a publish that was taken for dead and commits after all, one that dies while it deletes, damaged texts of
silcrow's own, another site, files of others.

usage: tests/mishaps.py --silcrow target/debug/silcrow     (built with the feature `cloud`)
"""
import argparse
import contextlib
import json
import pathlib
import shutil
import sys
import tempfile
import threading

sys.dont_write_bytecode = True  # nothing is left beside the tests
from stores import Google, GoogleHandler, Site


@contextlib.contextmanager
def world(silcrow):
    """An empty store, and a site whose `publish` goes there at once, whoever has the lock."""
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        for name in ("store", "site"):
            (scratch / name).mkdir()
        store = Google(scratch / "store")
        with store.running():
            yield store, Site(silcrow, scratch / "site", store.environment(store.port))


def publish(site, *more, day="2026-02-01", code=0):
    """Publishes; checks the exit code and returns what it printed for people, last line last."""
    command = ["publish", "gs://box", "--take-over-after", "0", *more]
    return site.run(*command, code=code, day=day).stderr


@contextlib.contextmanager
def instead(method, act):
    """While it lasts, `act(old, handler, name, body)` answers in place of one of the store's methods."""
    old = getattr(GoogleHandler, method)
    setattr(GoogleHandler, method, lambda handler, name, body: act(old, handler, name, body))
    try:
        yield
    finally:
        setattr(GoogleHandler, method, old)


def refuses(is_one):
    """An answer that ends a publish, to requests of which `is_one(name)` holds."""

    def act(old, handler, name, body):
        return handler.error(400, "Bad") if is_one(name) else old(handler, name, body)

    return act


def style(site, number):
    site.write("static/silcrow.css", f"body {{ order: {number} }}\n")


def styles(store):
    return {name for name in store.stored if name.endswith(".css") and "/" not in name}


def late_commit(store, site):
    """A's commit is on its way when B takes its place and writes. A may not delete what B has written."""
    publish(site)
    with tempfile.TemporaryDirectory() as folder:
        other = Site(site.silcrow, pathlib.Path(folder), dict(site.environment))
        other.article("plain", "Text of B.")
        (site.folder / "content/plain.md").unlink()
        a_commits, b_commits, a_ended = (threading.Event() for _ in range(3))

        def put(old, handler, name, body):
            if name == ".silcrow/manifest" and not a_commits.is_set():
                a_commits.set()
                assert b_commits.wait(60)
            elif name.startswith(".silcrow/releases/") and a_commits.is_set():
                b_commits.set()
                assert a_ended.wait(60)
            return old(handler, name, body)

        def run_a():
            publish(site, code=3)
            a_ended.set()

        with instead("put", put):
            thread = threading.Thread(target=run_a)
            thread.start()
            assert a_commits.wait(60)
            publish(other, code=3)
            thread.join()
        publish(other)
        assert "nothing has changed" in publish(other)
    assert b"Text of B." in store.read("plain/index.html")


def deletions(store, site):
    """A publish dies when it deletes a page: the picture of the page is still there."""
    site.write("content/pictures/index.md", "---\ntitle: Pictures\n---\n")
    site.write("content/pictures/a.png", "x")
    site.article("pictures/guide", "![x](a.png)")
    publish(site)
    shutil.rmtree(site.folder / "content/pictures")
    with instead("delete", refuses(lambda name: name.endswith(".html"))):
        publish(site, code=2)
    assert {"pictures/guide/index.html", "pictures/a.png"} <= store.stored.keys()
    publish(site)
    assert not [name for name in store.stored if name.startswith("pictures/")]


def style_of_the_dead(store, site):
    """A publish dies when its pages have a new style. Readers may have these pages: the style outlasts the next publish."""
    style(site, 0)
    publish(site)
    before = styles(store)
    style(site, 1)
    with instead("put", refuses(lambda name: name == "index.html")):
        publish(site, code=2)
    (new,) = styles(store) - before
    assert new.encode() in store.read("plain/index.html")
    style(site, 2)
    publish(site)
    assert new in store.stored


def copies(store, site):
    """A style comes back after the last release that had it is gone: every release that is kept can be gone back to."""
    style(site, 0)
    publish(site)
    for number in range(5):
        style(site, 1)
        site.article("plain", f"Text {number}.")
        publish(site)
    style(site, 0)
    publish(site)
    for number, day in enumerate(["2026-02-02", "2026-02-03", "2026-02-04", "2026-03-10"]):
        style(site, 1)
        site.article("plain", f"Later text {number}.")
        publish(site, day=day)
    kept = json.loads(store.read(".silcrow/manifest").decode().splitlines()[0])["earlier"]
    publish(site, "--rollback", kept[0], day="2026-03-11")


def damaged(store, site, key):
    """Nobody knows what a dead publish did: everything is written again, without a question."""
    publish(site)
    site.article("plain", "Later.")
    with instead("put", refuses(lambda name: name == "index.html" or name == "plain/index.html")):
        publish(site, code=2)
    (name,) = [name for name in store.stored if name.startswith(key)]
    store.write(name, store.read(name)[: len(store.read(name)) // 2])
    site.article("plain", "At last.")
    publish(site)
    assert b"At last." in store.read("plain/index.html")
    assert "nothing has changed" in publish(site)
    assert ".silcrow/lock" not in store.stored


def damaged_release(store, site):
    """The manifest of a release that is kept is damaged: that one is lost, and nothing else."""
    for number in range(5):
        site.article("plain", f"Text {number}.")
        publish(site)
    names = sorted(name for name in store.stored if name.startswith(".silcrow/releases/"))
    store.write(names[2], b"x")
    listed = site.run("publish", "gs://box", "--list-releases", code=0).stdout
    assert len(listed.splitlines()) == 5 and "cannot be read" in listed, listed
    for number in range(6):
        site.article("plain", f"Later text {number}.")
        publish(site)
    assert len([name for name in store.stored if name.startswith(".silcrow/releases/")]) == 5
    assert ".silcrow/lock" not in store.stored


def other_site(store, site):
    """The first publish of a site dies. Another site does not go on in its place."""
    with instead("put", refuses(lambda name: name == "index.html")):
        publish(site, code=2)
    before = store.objects()
    said = publish(site, "--base-url", "https://other.example/", code=3)
    assert "the target holds the site of" in said, said
    assert store.objects() == before
    publish(site)


def file_of_others(store, site):
    """A publish that is to write over a file of others dies before it does, and the page is given up: the file stays."""
    store.write("mine/index.html", b"MINE")
    site.article("mine", "x")
    publish(site, code=3)
    with instead("put", refuses(lambda name: not name.startswith(".silcrow/"))):
        publish(site, "--adopt", code=2)
    (site.folder / "content/mine.md").unlink()
    publish(site)
    assert store.read("mine/index.html") == b"MINE"


def untold(store, site):
    """Two publishes die, the first when its pages are there: the third's list for caches has what each of them changed."""
    publish(site)
    site.article("plain", "Text 1.")
    with instead("delete", refuses(lambda name: name == ".silcrow/lock")):
        publish(site, code=2)
    site.article("other", "Text 2.")
    with instead("put", refuses(lambda name: name == "other/index.html")):
        publish(site, code=2)
    publish(site, "--purge-list", "purge.txt")
    purged = (site.folder / "purge.txt").read_text().split()
    assert {url.rsplit("/", 2)[1] for url in purged} >= {"plain", "other"}, purged
    site.article("plain", "Text 3.")
    publish(site, "--purge-list", "nowhere/purge.txt", code=2)
    assert b"Text 3." not in store.read("plain/index.html")


MISHAPS = {
    "a late commit": late_commit,
    "a death between deletions": deletions,
    "the style of a dead publish": style_of_the_dead,
    "a style that comes back": copies,
    "a damaged lock": lambda *given: damaged(*given, ".silcrow/lock"),
    "a damaged journal": lambda *given: damaged(*given, ".silcrow/journals/"),
    "a damaged release": damaged_release,
    "another site": other_site,
    "a file of others": file_of_others,
    "a list for caches": untold,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--silcrow", required=True, type=pathlib.Path)
    silcrow = parser.parse_args().silcrow.resolve()
    for name, mishap in MISHAPS.items():
        with world(silcrow) as given:
            mishap(*given)
        print(f"  ok {name}", flush=True)
    print(f"mishaps: {len(MISHAPS)} passed, 0 failed")


if __name__ == "__main__":
    main()
