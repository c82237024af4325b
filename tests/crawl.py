#!/usr/bin/env python3
"""Builds sites made from a seed and crawls what was built, with Python's own HTML parser.

What is checked, for each site:
  - a site in which the checker finds nothing has no dead internal link and no dead anchor;
  - whatever the crawl finds dead, the checker has reported, in the source of that very page.

Every rule that would keep a site from being built is turned down to a warning, so that broken sites are built too.

usage: tests/crawl.py --silcrow PATH [--sites N] [--seed S] [--keep DIR]
Exit code: 0 all as it should be, 1 not, 2 could not run.
"""
import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

ORIGIN = "https://example.com"
RULES = ["missing-page", "missing-asset", "missing-anchor", "missing-related", "path-case", "anchor-case",
         "escapes-root", "draft-target", "unicode-normalisation", "relative-url", "absolute-md", "md-link-in-html",
         "backslash-path", "bad-percent-encoding", "empty-destination", "local-url", "forbidden-scheme",
         "malformed-mailto", "malformed-tel", "undefined-reference", "undefined-footnote", "duplicate-id"]
NAMES = ["overview", "setup-openai", "Set Up", "über-uns", "设置", "a.b", "100%", "q&a", "o'neil", "plus+plus", "(x)"]
FOLDERS = ["", "byok", "byok/deep", "Getting Started", "日本"]
HEADINGS = ["Create your key", "Create your key", "Keys & billing", "设置密钥", "Über", "`code` in it", "Own {#own-id}",
            "[Linked](#top)", "Example", "Example 1"]


class Page(HTMLParser):
    """Links and ids of one HTML file."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.links, self.ids, self.refresh = [], set(), False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            value = value or ""
            if name == "id" or name == "name" and tag == "a":
                self.ids.add(value)
            elif name in ("href", "src", "poster") or name == "data" and tag == "object":
                if not (tag == "link" and dict(attributes).get("rel") == "canonical"):
                    self.links.append(value)
            elif name == "srcset":
                self.links += [part.split()[0].rstrip(",") for part in value.split(", ") if part.strip()]
            elif name == "http-equiv" and value == "refresh":
                self.refresh = True

    handle_startendtag = handle_starttag


def quoted(text):
    """A path as a Markdown destination needs it."""
    return "".join(f"%{byte:02X}" if chr(byte) in ' %()<>"\\#?&\'' else chr(byte) if byte < 128 else f"%{byte:02X}"
                   for byte in text.encode())


class Site:
    """A site with links of every kind, most of them right."""

    def __init__(self, random, wrong):
        self.random, self.wrong = random, wrong
        self.base = random.choice(["/", "/docs/", "/a b/"])
        folders = random.sample(FOLDERS, random.randint(1, len(FOLDERS)))
        self.pages = sorted({(folder, random.choice(NAMES)) for folder in folders for _ in range(3)})
        self.files = {}
        self.files["site.yaml"] = (f"base_url: '{ORIGIN}{quoted(self.base)}'\nredirects:\n  /gone/*: /\nrules:\n"
                                   + "".join(f"  {rule}: warning\n" for rule in RULES))
        for folder in {"", *folders, *("/".join(f.split("/")[:1]) for f in folders)}:
            self.files[f"content/{folder}/index.md".replace("//", "/")] = "---\ntitle: Section\n---\n## In this section\n"
        self.files["content/pic one.png"] = "x"
        self.files["static/guide.pdf"] = "x"
        self.files["static/tool/page.html"] = (
            f"<!doctype html><p id=here></p><a href='{self.root('/')}'>home</a> <a href=#here>here</a>"
            + (f"<a href='{self.root('/nowhere/')}'>x</a><a href=#none>x</a><a href=none.html>x</a>" if wrong else ""))
        self.headings = {page: random.sample(HEADINGS, random.randint(1, 5)) for page in self.pages}
        for page in self.pages:
            self.files[f"content/{self.path(page)}.md"] = self.article(page)

    def root(self, path):
        return quoted(self.base).rstrip("/") + path

    def path(self, page):
        return "/".join(part for part in page if part)

    def relative(self, page, target):
        folder = page[0].split("/") if page[0] else []
        to = self.path(target).split("/")
        while folder and len(to) > 1 and folder[0] == to[0]:
            folder, to = folder[1:], to[1:]
        return quoted("/".join([".."] * len(folder) + to))

    def link(self, page):
        choose = self.random.choice
        target = choose(self.pages)
        source, url = self.relative(page, target) + ".md", "/" + quoted(self.path(target)) + "/"
        up = "../" * len([part for part in page[0].split("/") if part])
        right = [f"[a]({source})", f"[a](<{source}> 't')", f"[a]({source}#top)", f"[a]({source}?x=1)", f"[a]({url})",
                 f'<a href="{source}">a</a>', f"<a href='{url}#:~:text=x'>a</a>", "[a](/)", f"![a]({up}pic%20one.png)",
                 f'<img src="{up}pic one.png" alt="">', "[a](/guide.pdf#page=2)", "[a](/tool/page.html#here)",
                 "[a](https://example.org/x)", "[a](mailto:a@example.org?subject=x%20y)", "[a](#raw)",
                 "[a][reference]", "[a](/old/address/)", "<https://example.org/>", f"[a]({source}#raw)",
                 f'<img srcset="{up}pic%20one.png 1x, /guide.pdf 2x" alt="">', "[a](/tool/page.html)",
                 f"[a]({ORIGIN}{quoted(self.base)})", f"[a]({ORIGIN}/elsewhere/)" if self.base != "/" else "[a](#top)"]
        broken = [f"[a]({source[:-3]}x.md)", f"[a]({source}#nowhere)", "[a](/nowhere/)", "![a](none.png)",
                  "[a](/gone/x/)", "[a](../../../../../x.md)", "[a](#nothing)", f"[a]({source.swapcase()})",
                  f"[a]({url}x)", "[a](sub\\x.md)", "[a](100%.md)", f'<a href="{source}x">a</a>', "[a](/draft/)",
                  "[a](/tool/page.html#none)", "[a](/tool/)", f"[a]({ORIGIN}{quoted(self.base)}nowhere/)",
                  '<img srcset="none.png 2x" alt="">', "[a](/index.html)", f"[a]({url.rstrip('/')})", "[a](/byok//)"]
        return choose(broken if self.wrong and self.random.random() < .3 else right)

    def article(self, page):
        first = page == self.pages[0]
        matter = ["---", "title: T", "description: D", "updated: 2026-01-01", *(["aliases: [/old/address/]"] if first else []), "---"]
        body = ['<p id="raw"></p>', "", f"[reference]: {self.relative(page, self.random.choice(self.pages))}.md", ""]
        for heading in self.headings[page]:
            body += [f"## {heading}", ""]
            body += ["- " * self.random.randint(0, 1) + "Text " + self.link(page) + " and " + self.link(page), ""]
        body += ["[a][reference]"]
        return "\n".join(matter + body) + "\n"

    def write(self, root):
        for path, text in self.files.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        draft = root / "content/draft.md"
        draft.write_text("---\ntitle: D\ndescription: D\nupdated: 2026-01-01\ndraft: true\n---\n", encoding="utf-8")


def crawl(output, base):
    """The dead links of a built site: the page's file, the link, and why."""
    files = {path.relative_to(output).as_posix() for path in output.rglob("*") if path.is_file()}
    pages = {name: Page((output / name).read_text(encoding="utf-8")) for name in sorted(files) if name.endswith((".html", ".htm"))}
    dead = []
    for name, page in pages.items():
        own = base + (name[:-len("index.html")] if name.rsplit("/", 1)[-1] == "index.html" else name)
        own_url = ORIGIN + quoted_path(own)
        for link in page.links:
            link = link.strip()
            target = urlsplit(urljoin(own_url, link))
            if link == "" or target.scheme not in ("http", "https") or f"{target.scheme}://{target.netloc}" != ORIGIN:
                continue
            path = unquote(target.path)
            if not path.startswith(base) and path + "/" != base:
                if link.startswith(("/", "http")):
                    continue
                dead.append((name, link, "climbs out of the site"))
                continue
            inside = path[len(base):]
            file = inside + "index.html" if inside == "" or inside.endswith("/") else inside
            if file not in files and f"{file}/index.html" in files:
                file = f"{file}/index.html"
            if file not in files:
                dead.append((name, link, "no file"))
                continue
            fragment = target.fragment.split(":~:")[0]
            if fragment and fragment.lower() != "top" and file in pages:
                ids = pages[file].ids
                if fragment not in ids and unquote(fragment) not in ids:
                    dead.append((name, link, "no such id"))
    return dead


def quoted_path(path):
    return "".join(chr(byte) if chr(byte).isascii() and chr(byte) not in ' %"<>\\^`{|}?#' else f"%{byte:02X}" for byte in path.encode())


def source_of(name, root):
    """The source file that a page of the output comes from."""
    stem = name[:-len("/index.html")] if name.endswith("/index.html") else name
    for path in (f"content/{stem}.md", f"content/{stem}/index.md", f"static/{name}", "content/index.md" if name == "index.html" else ""):
        if path and (root / path).is_file():
            return path
    return None


def run(silcrow, root, *arguments):
    command = [silcrow, *arguments, "--root", root, "--format", "json", "--today", "2026-02-01"]
    return subprocess.run(command, capture_output=True, text=True)


def check(silcrow, root, site):
    """What is wrong with one site: lines for a person to read."""
    built = run(silcrow, root, "build", "--output", root / "out")
    if built.returncode != 0:
        return [f"not built ({built.returncode}): {built.stdout}{built.stderr}"], 0
    findings = [json.loads(line) for line in built.stdout.splitlines()]
    dead = crawl(root / "out", site.base)
    wrong = []
    by_source = {}
    for name, link, why in dead:
        by_source.setdefault(source_of(name, root), []).append(f"{link!r} on {name} ({why})")
    for source, links in by_source.items():
        # A broken definition is one finding, with each use beside it.
        reported = sum(max(1, len(finding["related"])) for finding in findings if finding["file"] == source)
        if reported < len(links):
            wrong.append(f"{source}: {len(links)} dead links, {reported} reported: {', '.join(links)}")
    if not site.wrong:
        # What is not dead, and still not as it should be written.
        harmless = {"link-to-alias", "own-site-absolute"}
        wrong += [f"false report: {finding}" for finding in findings if finding["rule"] not in harmless]
        wrong += [f"dead, in a site that is meant to be right: {link}" for link in dead]
    return wrong, len(dead)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--silcrow", required=True, type=Path)
    parser.add_argument("--sites", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="where the first site that fails is copied")
    arguments = parser.parse_args()
    silcrow = arguments.silcrow.resolve()
    if not silcrow.is_file():
        print(f"crawl: there is no {silcrow}", file=sys.stderr)
        return 2
    clean = broken = failed = dead_links = 0
    for number in range(arguments.sites):
        wrong = number % 2 == 1
        with tempfile.TemporaryDirectory() as scratch:
            root = Path(scratch)
            site = Site(random.Random(f"{arguments.seed}-{number}"), wrong)
            site.write(root)
            problems, dead = check(silcrow, root, site)
            dead_links += dead
            if problems:
                failed += 1
                print(f"site {number} of seed {arguments.seed}:", *problems[:5], sep="\n  ")
                if arguments.keep and not arguments.keep.exists():
                    shutil.copytree(root, arguments.keep)
            clean, broken = clean + (not wrong), broken + wrong
    print(f"crawled {clean} sites that are right and {broken} with mistakes, {dead_links} dead links in these: "
          f"{clean + broken - failed} passed, {failed} failed")
    return 1 if failed or dead_links == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
