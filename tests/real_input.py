#!/usr/bin/env python3
"""Build a site from several hundred real Markdown files that nobody here wrote.

usage: real_input.py [--silcrow PATH] [--limit N] [--keep DIR] [SOURCE_FOLDER...]

Collects READMEs and guides (`*.md`) inside the crates and npm packages at hand: below SOURCE_FOLDERs, or else below
`$CARGO_HOME/registry/src`, every `node_modules` in this repository and `npm root -g`. Takes a sample of N (600), the
same for the same files, gives each file front matter, and builds them as one site. Rules about what a lifted file
cannot fulfil (its links, mostly) are warnings here, so that their findings are made and printed too; the rest stay as
they are. Checked: the build ends in time, does not panic and exits with 0, and every article has its whole page. Where
the Python package `markdown-it-py` is installed, every word that it shows must be on silcrow's page as well.

Each article is one check. The last line is `N passed, M failed`. The site stays in DIR with --keep.
"""
import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
FEWEST = 300
LARGEST = 1 << 20
SECONDS = 60
BYTE_ORDER_MARK = "\ufeff"
# Rules of these families hold for lifted files as well: their front matter and names are ours.
KEPT_FAMILIES = {"Input", "Graph", "FrontMatter", "Templates", "Meta"}


def default_folders():
    folders = [Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo") / "registry" / "src"]
    for folder, names, _ in os.walk(REPOSITORY):
        if "node_modules" in names:
            folders.append(Path(folder) / "node_modules")
        names[:] = sorted(name for name in names if name not in ("node_modules", "target", ".git"))
    if npm := shutil.which("npm"):
        answer = subprocess.run([npm, "root", "-g"], capture_output=True, text=True, check=False)
        if answer.returncode == 0 and answer.stdout.strip():
            folders.append(Path(answer.stdout.strip()))
    return [folder for folder in folders if folder.is_dir()]


def collect(folders, limit):
    """Pairs of a name and a text. Sampled by the hash of the content, which is the same on every machine."""
    found = {}
    for root in folders:
        for folder, names, files in os.walk(root):
            names.sort()
            for name in sorted(files):
                path = Path(folder, name)
                if not name.lower().endswith(".md") or not path.is_file() or path.stat().st_size > LARGEST:
                    continue
                content = path.read_bytes()
                key = hashlib.sha256(content).hexdigest()
                try:
                    text = content.decode()
                except UnicodeDecodeError:
                    continue
                if text.strip():
                    found.setdefault(key, (path.relative_to(root), text))
    sample = []
    for key in sorted(found)[:limit]:
        path, text = found[key]
        name = re.sub(r"[^a-z0-9]+", "-", "-".join(path.with_suffix("").parts[-2:]).lower())
        sample.append((f"{name[:60].strip('-') or 'file'}-{key[:8]}", text))
    return sample


def front_matter(slug, text):
    heading = re.search(r"^ {0,3}#{1,6}[ \t]+(.+?)[ \t#]*$", text, re.MULTILINE)
    words = heading.group(1) if heading else slug
    words = re.sub(r"!\[[^\]]*\](\([^)]*\)|\[[^\]]*\])?|<[^>]*>", "", words)
    words = re.sub(r"\[([^\]]*)\](\([^)]*\)|\[[^\]]*\])?", r"\1", words)
    words = "".join(c for c in re.sub(r"[*`]", "", words) if c.isprintable())
    title = " ".join(words.split()) or slug
    title = json.dumps(title, ensure_ascii=False)
    return f"---\ntitle: {title}\ndescription: Lifted from {slug}.\nupdated: 2026-01-01\n---\n"


def write_site(site, sample):
    table = (REPOSITORY / "src" / "diagnostic" / "rules.rs").read_text()
    rules = []
    for family, rows in re.findall(r'    (\w+) = "[^"]+": "[^"]+" \{(.*?)\n    \}', table, re.S):
        names = re.findall(r'= "([a-z0-9-]+)", (?:Error|Warning|Info|Off):', rows)
        rules.extend((name, family) for name in names)
    if not rules:
        sys.exit("no rules found in src/diagnostic/rules.rs: was the table's form changed?")
    folder = site / "content" / "real"
    folder.mkdir(parents=True)
    settings = [f"  {name}: warning" for name, family in rules if family not in KEPT_FAMILIES]
    (site / "site.yaml").write_text("\n".join(["title: Real input", "rules:", *settings, ""]))
    (site / "content" / "index.md").write_text("---\ntitle: Real input\n---\n")
    (folder / "index.md").write_text("---\ntitle: Lifted files\n---\n")
    for slug, text in sample:
        mark = BYTE_ORDER_MARK if text.startswith(BYTE_ORDER_MARK) else ""
        whole = mark + front_matter(slug, text) + text.removeprefix(mark)
        (folder / f"{slug}.md").write_bytes(whole.encode())


def build(silcrow, site):
    """What is wrong with the build as a whole, or nothing."""
    command = [str(silcrow), "build", "--root", str(site)]
    try:
        result = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"the build did not end in {SECONDS} s"
    errors = result.stderr.decode(errors="replace")
    # The excerpt of a finding may hold the word as well, but never at the start of a line.
    if result.returncode == 0 and not re.search(r"^thread .*panicked", errors, re.MULTILINE):
        print(errors.strip().rpartition("\n")[2])
        return None
    shown = re.findall(r"^error.*(?:\n.+)*|^thread .*panicked.*(?:\n.+)*", errors, re.MULTILINE)[:20]
    return "\n".join([f"the build exited with {result.returncode}", *shown, errors[-2000:]])


class VisibleText(HTMLParser):
    """The text of HTML, with spaces where elements other than words' own begin and end."""

    INLINE = {"a", "abbr", "b", "cite", "code", "del", "em", "font", "i", "ins", "kbd", "mark", "q", "s", "samp",
              "small", "span", "strike", "strong", "tt", "u", "var"}

    def __init__(self, html):
        super().__init__()
        self.text = []
        self.hidden = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag not in self.INLINE:
            self.text.append(" ")
        if tag in ("script", "style"):
            self.hidden = tag

    def handle_endtag(self, tag):
        if tag not in self.INLINE:
            self.text.append(" ")
        if tag == self.hidden:
            self.hidden = None

    def handle_data(self, data):
        if self.hidden is None:
            self.text.append(data)


def words(html):
    return Counter(word.casefold() for word in re.findall(r"\w{2,}", "".join(VisibleText(html).text)))


def expected_words(text, renderer):
    # What is syntax to silcrow and text to others. Footnotes are left out: one that nothing refers to is not shown.
    text = text.removeprefix(BYTE_ORDER_MARK)
    text = re.sub(r"^ {0,3}\[\^[^\]\n]+\]:.*(?:\n(?! *[`~]).+)*", "", text, flags=re.MULTILINE)
    text = re.sub(r"\{[ \t]*[#.][^}\n]*\}|\[\^[^\]\n]+\]", " ", text)
    return words(renderer.render(text))


def other_renderer():
    try:
        from markdown_it import MarkdownIt
    except ImportError:
        print("markdown-it-py is not installed: the words on the pages were not compared")
        return None
    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


def problem(page, text, renderer):
    """What is wrong with the page of an article, or nothing."""
    try:
        html = page.read_text()
    except (OSError, UnicodeDecodeError) as error:
        return f"no page: {error}"
    if not html.rstrip().endswith("</html>"):
        return "the page is not whole"
    if renderer is None:
        return None
    main = html[html.find("<main"):html.rfind("</main>")]
    missing = expected_words(text, renderer) - words(main)
    return f"words are missing: {' '.join(sorted(missing)[:12])}" if missing else None


def parsed_arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--silcrow", type=Path, metavar="PATH", help="the program (target/release, else target/debug)")
    parser.add_argument("--limit", type=int, default=600, metavar="N", help="how many files at most (%(default)s)")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="leave the site in this new folder")
    parser.add_argument("folders", nargs="*", type=Path, metavar="SOURCE_FOLDER", help="where files are looked for")
    arguments = parser.parse_args()
    if arguments.silcrow is None:
        built = [REPOSITORY / "target" / profile / "silcrow" for profile in ("release", "debug")]
        arguments.silcrow = next((path for path in built if path.exists()), None)
        if arguments.silcrow is None:
            parser.error("no silcrow in target/: build it, or name it with --silcrow")
    if not shutil.which(arguments.silcrow):
        parser.error(f"{arguments.silcrow} is no program")
    if missing := [str(folder) for folder in arguments.folders if not folder.is_dir()]:
        parser.error(f"no such folder: {', '.join(missing)}")
    if arguments.keep and arguments.keep.exists() and any(arguments.keep.iterdir()):
        parser.error(f"{arguments.keep} is not empty")
    return arguments


def run(arguments, site):
    folders = arguments.folders or default_folders()
    sample = collect(folders, arguments.limit)
    print(f"{len(sample)} files from {', '.join(map(str, folders)) or 'nowhere'}")
    if len(sample) < min(FEWEST, arguments.limit):
        print(f"too few real files: at least {FEWEST} are needed; name folders that hold more")
        return 0, max(1, len(sample))
    write_site(site, sample)
    if failure := build(arguments.silcrow, site):
        print(failure)
        return 0, len(sample)
    renderer = other_renderer()
    failed = 0
    for slug, text in sample:
        if wrong := problem(site / "public" / "real" / slug / "index.html", text, renderer):
            failed += 1
            print(f"real/{slug}: {wrong}")
    return len(sample) - failed, failed


def main():
    arguments = parsed_arguments()
    if arguments.keep:
        arguments.keep.mkdir(parents=True, exist_ok=True)
        passed, failed = run(arguments, arguments.keep)
    else:
        with tempfile.TemporaryDirectory() as folder:
            passed, failed = run(arguments, Path(folder))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
