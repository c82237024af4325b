#!/usr/bin/env python3
"""Read what a built site has for programs as programs do.

usage: outputs.py [--silcrow PATH]

Builds the project's own help center, a site with everything in it that could go wrong (text that is markup elsewhere,
names with parentheses and letters beyond ASCII, CRLF, a byte-order mark, drafts, old addresses, a long section), and that
one without an origin and as a preview. Reads the sitemap with the schema of sitemaps.org (which the npm package `sitemap`
brings), the feed with feedparser, JSON-LD with PyLD, `llms.txt` with the parser of llmstxt.org, `robots.txt` with
Python's own, HTML with lxml, and Markdown copies with markdown-it, whose links have to be those of the pages. Every date
of an article has to be the same everywhere. Opens no connection.

Each check is counted. The last line is `N passed, M failed`.
"""
import argparse
import json
import re
import subprocess
import sys
import tempfile
import urllib.robotparser
from collections import Counter
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import feedparser
import llms_txt
import lxml.html
import yaml
from lxml import etree
from markdown_it import MarkdownIt
from pyld import jsonld

REPOSITORY = Path(__file__).resolve().parent.parent
SITEMAP_SCHEMA = REPOSITORY / "tests/browser/node_modules/sitemap/schema/sitemap.xsd"
SECONDS = 60
TODAY = "2026-11-23"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
ATOM = "{http://www.w3.org/2005/Atom}"
SCHEMA_ORG = "https://schema.org"

HOSTILE = '</script><script>alert(1)</script> <!-- & "q" \'s\' ]]> [x] (y) *z* \\'

BODY = """
[page](../other.md), [angle](<create%20(1).md>), [fragment](ü%20&%20co.md#töp-a), [query](../other.md?a=1&b=(2)&copy=3#x),
[here](#own), [asset](../files/a%20(1).txt), [root](/keys/), [ref][one], [ref again][one], [outside](https://example.org/?a=1&b=2),
[mail](mailto:a@b.example), [tel](tel:+1555), [feed](/feed.xml), [copy](/other/index.md), <https://example.org/auto?a=1&b=2>,
[![picture](../picture.png)](../other.md "A title"), [titled](../other.md 'T (x)').

<!-- silcrow-ignore own-site-absolute: a test -->
[own](https://example.com/help/other/) and <https://example.com/help/other/>

<!-- a comment that stays [gone](../other.md) -->

| a | b |
|---|---|
| [cell](../other.md) | ![pic](../picture.png) |

> - quoted [one](../other.md#top)
>   and [wrapped
>   link](create%20(1).md)

<div><a href="../other.md?x=1&amp;y='2'">raw</a> <a href='create%20(1).md'>raw</a>
<img srcset="../picture.png 1x, ../picture.png 2x" src=../picture.png alt=x> <a href=../other.md#top>bare</a></div>

Text <a href=../other.md>inline</a>. `[code](../other.md)` and \\[escaped](../other.md)

    [code block](../other.md)

## Own {#own}

[one]: ../other.md#top "With (title)"
"""


def article(title, updated="2026-03-04", body="Text.\n", **matter):
    matter = {"title": title, "description": "What " + title + " is for", "updated": updated, **matter}
    lines = [f"{key}: {json.dumps(value) if key != 'updated' else value}" for key, value in matter.items()]
    return "---\n" + "\n".join(lines) + "\n---\n" + body


PICTURE = bytes.fromhex("89504e470d0a1a0a0000000d494844520000000a00000005080600000000000000")

SITE = {
    "site.yaml": "title: " + json.dumps("Help " + HOSTILE) + """
description: "All & <everything>"
base_url: https://example.com/help/
language: pt-BR
image: social.png
llms_full: true
feed_articles: 5
redirects:
  /old/*: /keys/:splat
security_txt:
  contact: [https://example.com/report?a=1, security@example.com]
  expires: 2027-01-01
  preferred_languages: [pt, en]
  policy: https://example.com/policy
""",
    "content/index.md": "---\ntitle: Home\n---\nRead [this](other.md) or [that](/keys/).\n",
    "content/other.md": article("Other", "2026-05-06", author="A & B", aliases=["/ancient%20path/", "/older/"], body="## X\n"),
    "content/keys/index.md": "---\ntitle: Keys [and] (more)\n---\n",
    "content/keys/all.md": article(HOSTILE, "2026-07-08", BODY),
    "content/keys/crlf.md": article("CRLF", "2026-01-02", BODY).replace("\n", "\r\n"),
    "content/keys/bom.md": "\ufeff" + article("BOM", "2026-01-03", BODY),
    "content/keys/create (1).md": article("Create (1)", "2026-01-04", "[up](index.md)\n"),
    "content/keys/ü & co.md": article("Ü & Co.", "2026-01-05", "## Töp a\n", search=False),
    "content/keys/draft.md": article("Draft", "2026-09-09", draft=True),
    "content/long/index.md": "---\ntitle: Long\n---\nText [x](../other.md).\n",
    "content/files/a (1).txt": "x",
    "content/picture.png": PICTURE,
    "static/social.png": PICTURE,
    **{f"content/long/n{n}.md": article(f"N {n}", f"2025-{n % 12 + 1:02}-11") for n in range(101)},
}

passed, failed = 0, 0


def check(name, holds, detail=""):
    global passed, failed
    if holds:
        passed += 1
    else:
        failed += 1
        print(f"{name}: {str(detail)[:2000] or 'does not hold'}")


def same(name, actual, expected):
    check(name, actual == expected, f"\n  got      {actual!r}\n  expected {expected!r}")


class Built:
    """A built site: its files, and what its pages say."""

    def __init__(self, silcrow, root, output, *arguments):
        command = [silcrow, "build", "--today", TODAY, "--root", root, "--output", output, *arguments]
        result = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
        if result.returncode != 0:
            sys.exit(f"{command}: {result.stdout}{result.stderr}")
        self.folder, self.printed = Path(output), result.stderr
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        self.files = {str(path.relative_to(self.folder)): path.read_bytes() for path in files}
        html = {name: lxml.html.document_fromstring(text.decode()) for name, text in self.files.items()
                if name.endswith(".html") and name not in ("404.html", "search/index.html")}
        self.pages = {name: tree for name, tree in html.items() if not tree.xpath("//meta[@http-equiv='refresh']")}

    def text(self, name):
        text = self.files[name].decode("utf-8", "strict")
        check(f"{name} ends its lines with LF", "\r" not in text and text.endswith("\n"), text[-80:])
        return text


def one(tree, path):
    found = tree.xpath(path)
    return found[0] if len(found) == 1 else None


def canonical(tree):
    return one(tree, "//link[@rel='canonical']/@href")


def page_date(tree):
    return one(tree, "//article/header//time/@datetime")


def check_sitemap(site, dates):
    schema = etree.XMLSchema(etree.parse(SITEMAP_SCHEMA))
    tree = etree.fromstring(site.text("sitemap.xml").encode())
    check("the sitemap is valid", schema.validate(tree), schema.error_log)
    listed = {url.findtext(SITEMAP + "loc"): url.findtext(SITEMAP + "lastmod") for url in tree}
    # Every page but the further ones of long lists.
    pages = {canonical(tree): page_date(tree) for name, tree in site.pages.items() if "/page/" not in name}
    same("the sitemap has every page with its date", listed, pages)
    for url, date in dates.items():
        same(f"the sitemap's date of {url}", listed.get(url), date)


def check_feed(site, dates, size):
    text = site.text("feed.xml")
    feed = feedparser.parse(text.encode())
    check("the feed is well-formed", not feed.bozo, feed.get("bozo_exception"))
    same("the feed is Atom", feed.version, "atom10")
    tree = etree.fromstring(text.encode())
    for entry in tree.iter(ATOM + "entry", ATOM + "feed"):
        for element in ("id", "title", "updated"):
            same(f"one {element}", len(entry.findall(ATOM + element)), 1)
        check("a date is one of RFC 3339", re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00Z", entry.findtext(ATOM + "updated")))
        check("there is an author", tree.findall(ATOM + "author"))
        alternates = [(link.get("type")) for link in entry.findall(ATOM + "link") if link.get("rel") == "alternate"]
        same("no two links of a kind", len(alternates), len(set(alternates)))
    same("the feed is found where it says", one(tree, "*[local-name()='link'][@rel='self']/@href"),
         canonical(site.pages["index.html"]) + "feed.xml")
    ids = [entry.id for entry in feed.entries]
    same("ids are unique", len(ids), len(set(ids)))
    found = [(entry.updated[:10], entry.link) for entry in feed.entries]
    newest = sorted(((date, url) for url, date in dates.items()), key=lambda item: item[0], reverse=True)[:size]
    same("the newest are in the feed", [date for date, _ in found], [date for date, _ in newest])
    for date, url in found:
        same(f"the feed's date of {url}", date, dates[url])
    same("the feed changed when the newest did", feed.feed.updated[:10], newest[0][0])
    same("a title is the article's", {entry.title for entry in feed.entries} - {t for t in titles(site)}, set())
    return feed


def titles(site):
    return {one(tree, "//h1").text_content() for tree in site.pages.values()}


def context(url, _options):
    """The context of schema.org, as far as it matters here; nothing is asked of the network."""
    assert url == SCHEMA_ORG, url
    return {"contextUrl": None, "documentUrl": url, "document": {"@context": {"@vocab": SCHEMA_ORG + "/"}}}


def node(data, kind):
    nodes = [node for node in data if node["@type"] == [f"{SCHEMA_ORG}/{kind}"]]
    return nodes[0] if len(nodes) == 1 else None


def value(node, key):
    entry = node.get(f"{SCHEMA_ORG}/{key}")
    return entry and entry[0].get("@value")


def check_json_ld(site, dates):
    for name, tree in site.pages.items():
        blocks = tree.xpath("//script[@type='application/ld+json']/text()")
        same(f"{name} has one block", len(blocks), 1)
        check(f"{name}: no markup in the block", "<" not in blocks[0])
        data = jsonld.expand(json.loads(blocks[0]), {"documentLoader": context})
        url, kind = canonical(tree), one(tree, "//meta[@property='og:type']/@content")
        breadcrumb = node(data, "BreadcrumbList")
        if name == "index.html":
            same("home is a site", value(node(data, "WebSite"), "url"), url)
            continue
        items = breadcrumb[f"{SCHEMA_ORG}/itemListElement"]
        same(f"{name}: positions", [value(item, "position") for item in items], list(range(1, len(items) + 1)))
        if "/page/" not in name:
            same(f"{name}: the path ends here", value(items[-1], "item"), url)
        shown = [urljoin(url, href) for href in tree.xpath("//nav[@class='breadcrumb']//a/@href")]
        same(f"{name}: the path is the page's", [value(item, "item") for item in items][:len(shown)], shown)
        article = node(data, "TechArticle")
        same(f"{name} is an article", article is not None, kind == "article")
        if article:
            same(f"{name}: headline", value(article, "headline"), one(tree, "//h1").text_content())
            same(f"{name}: url", value(article, "url"), url)
            same(f"{name}: dateModified", value(article, "dateModified"), dates[url])
            same(f"{name}: inLanguage", value(article, "inLanguage"), tree.get("lang"))
            same(f"{name}: description", value(article, "description"), one(tree, "//meta[@name='description']/@content"))


def check_open_graph(site, dates):
    for name, tree in site.pages.items():
        meta = {item.get("property"): item.get("content") for item in tree.xpath("//meta[@property]")}
        same(f"{name}: og:url", meta["og:url"], canonical(tree))
        same(f"{name}: og:title", meta["og:title"], one(tree, "//h1").text_content())
        same(f"{name}: og:description", meta.get("og:description"), one(tree, "//meta[@name='description']/@content"))
        if meta["og:type"] == "article":
            same(f"{name}: modified", meta["article:modified_time"], dates[canonical(tree)])
        feed = one(tree, "//link[@type='application/atom+xml']/@href")
        check(f"{name} names the feed", feed and feed.endswith("/feed.xml"), feed)


def destinations(tree, base):
    """Every URL in a tree, absolute and decoded."""
    found = []
    for element in tree.iter():
        is_made = element.get("class") in ("anchor", "footnote-back") or "#fn:" in (element.get("href") or "")
        if not isinstance(element.tag, str) or is_made:
            continue
        for attribute in ("href", "src", "poster"):
            found.extend([element.get(attribute)] if element.get(attribute) is not None else [])
        found.extend(part.split()[0] for part in (element.get("srcset") or "").split(",") if part.strip())
    return sorted(unquote(urljoin(base, url)) for url in found)


def front_matter(text):
    match = re.fullmatch(r"---\n(.*?\n)---\n(.*)", text, re.DOTALL)
    return yaml.load(match[1], yaml.BaseLoader), match[2]


def check_copies(site, dates):
    markdown = MarkdownIt("commonmark", {"html": True}).enable("table")
    for name, tree in site.pages.items():
        copy = name.removesuffix(".html") + ".md"
        matter, body = front_matter(site.text(copy))
        url = canonical(tree)
        same(f"{copy}: front matter", matter, {key: text for key, text in {
            "title": one(tree, "//h1").text_content(), "url": url, "updated": page_date(tree),
            "description": one(tree, "//meta[@name='description']/@content"),
        }.items() if text is not None})
        same(f"{copy}: updated", matter.get("updated"), dates.get(url))
        named = one(tree, "//link[@type='text/markdown']/@href")
        same(f"{name} names its copy", unquote(urljoin(url, named)), unquote(url + "index.md"))
        check(f"{copy}: comments for silcrow are left out", "silcrow-ignore" not in body)
        rendered = lxml.html.fragment_fromstring(markdown.render(body), create_parent="div")
        found = destinations(rendered, "unknown:")
        shown = tree.xpath("//*[contains(@class, 'prose')]") + tree.xpath(
            "//nav[@aria-labelledby='silcrow:sections' or @aria-labelledby='silcrow:articles']")
        expected = sorted(link for part in shown for link in destinations(part, url))
        # Of a page whose links Markdown parsers read alike, both have the same.
        same(f"{copy}: links", found, expected)
        check(f"{copy}: every destination is absolute", all(urlsplit(link).scheme not in ("", "unknown") for link in found), found)


def check_llms(site):
    text = site.text("llms.txt")
    parsed = llms_txt.parse_llms_file(text)
    listed = [link for links in parsed.sections.values() for link in links]
    copies = {urljoin(canonical(tree), one(tree, "//link[@type='text/markdown']/@href"))
              for name, tree in site.pages.items() if "/page/" not in name}
    same("llms.txt lists every page once", Counter(unquote(link.url) for link in listed), Counter(map(unquote, copies)))
    described = {urljoin(canonical(tree), "index.md"): one(tree, "//meta[@name='description']/@content")
                 for tree in site.pages.values()}
    described = {unquote(url): text for url, text in described.items()}
    for link in listed:
        same(f"llms.txt describes {link.url}", link.get("desc"), described[unquote(link.url)])
    return parsed


def check_robots(site, origin, has_sitemap=True):
    robots = urllib.robotparser.RobotFileParser()
    text = site.text("robots.txt")
    robots.parse(text.splitlines())
    for tree in site.pages.values():
        check("a robot may fetch a page", robots.can_fetch("anybody", canonical(tree) or "/"))
    same("robots.txt names the sitemap", robots.site_maps(), [origin + "sitemap.xml"] if has_sitemap else None)


def check_security(site):
    fields = [line.split(": ", 1) for line in site.text(".well-known/security.txt").splitlines()]
    same("security.txt", fields, [
        ["Contact", "https://example.com/report?a=1"], ["Contact", "mailto:security@example.com"],
        ["Expires", "2027-01-01T00:00:00Z"], ["Preferred-Languages", "pt, en"],
        ["Canonical", "https://example.com/.well-known/security.txt"], ["Policy", "https://example.com/policy"]])


def header_rules(text):
    """`_headers` as Cloudflare Pages reads it."""
    rules = {}
    for line in text.splitlines():
        check("a line is short enough for Cloudflare Pages", len(line) <= 2000, line)
        if not line.startswith(" "):
            rules[line] = current = {}
        else:
            name, value = line.strip().split(": ", 1)
            check("a header is given once", name not in current, line)
            current[name] = value
    check("there are few enough rules for Cloudflare Pages", len(rules) <= 100)
    return rules


def headers_of(rules, path):
    found = {}
    for pattern, headers in rules.items():
        expression = re.escape(pattern).replace(r"\*", ".*")
        if re.fullmatch(expression, path):
            check(f"no header of {path} comes from two rules", not set(found) & set(headers), headers)
            found.update(headers)
    return found


def check_headers(site, base):
    rules = header_rules(site.text("_headers"))
    for name in site.files:
        headers = headers_of(rules, base + name)
        check(f"{name} has a policy", "default-src 'none'" in headers.get("Content-Security-Policy", ""), headers)
        hashed = re.search(r"\.[0-9a-f]{8}\.(css|js)$|^search/index/[0-9a-z]{8}\.json$", name) is not None
        same(f"{name} is kept for good", "immutable" in headers.get("Cache-Control", ""), hashed)
        if name.endswith(".md"):
            same(f"{name}: type", headers["Content-Type"], "text/markdown; charset=utf-8")
    same("the rules' address", headers_of(rules, base)["Speculation-Rules"], f'"{base}speculation-rules.json"')
    same("the rules' type", headers_of(rules, base + "speculation-rules.json")["Content-Type"],
         "application/speculationrules+json")
    same("a part of the search index is kept for good", headers_of(rules, base + "search/index/0a1b2c3d.json")["Cache-Control"],
         "public, max-age=31536000, immutable")
    check("what says which parts there are is not", "Cache-Control" not in headers_of(rules, base + "search/index.json"))
    json.loads(site.text("speculation-rules.json"))
    return rules


def check_all(site, origin, base, size):
    dates = {canonical(tree): page_date(tree) for tree in site.pages.values() if page_date(tree)}
    check("there are dates", len(dates) >= 5, dates)
    check_sitemap(site, dates)
    feed = check_feed(site, dates, size)
    check_json_ld(site, dates)
    check_open_graph(site, dates)
    check_copies(site, dates)
    llms = check_llms(site)
    check_robots(site, origin + base)
    check_headers(site, base)
    check("no draft anywhere", not any(b"draft" in text.lower() for name, text in site.files.items() if not name.endswith((".html", ".css"))))
    return feed, llms


def check_rich(site):
    feed, llms = check_all(site, "https://example.com", "/help/", 5)
    check_security(site)
    home = site.pages["index.html"]
    same("the picture", one(home, "//meta[@property='og:image']/@content"), "https://example.com/help/social.png")
    same("its width", one(home, "//meta[@property='og:image:width']/@content"), "10")
    same("the locale", one(home, "//meta[@property='og:locale']/@content"), "pt_BR")
    other = next(entry for entry in feed.entries if entry.title == "Other")
    same("an article's id is its oldest address", other.id, "https://example.com/help/ancient%20path/")
    same("its link is its address", other.link, "https://example.com/help/other/")
    same("the author", other.author, "A & B")
    same("sections", list(llms.sections), ["Home", "Keys [and] (more)", "Long"])
    full = site.text("llms-full.txt")
    same("llms-full.txt has every article", full.count("\nURL: https://example.com/help/"), len(llms_links(llms)))
    check("its destinations are absolute", "](../" not in full.replace("`[code](../other.md)`", "").replace(
        "\\[escaped](../other.md)", "").replace("[code block](../other.md)", "").replace("[gone](../other.md)", ""))
    marked = [name for name, tree in site.pages.items() if tree.xpath("//article[@data-pagefind-body]")]
    check("articles are marked for Pagefind", "keys/all/index.html" in marked)
    check("but not those that search leaves out", "keys/ü & co/index.html" not in marked)


def llms_links(llms):
    return [link for links in llms.sections.values() for link in links]


def check_without_origin(site):
    for name in ("sitemap.xml", "feed.xml"):
        check(f"there is no {name} without an origin", name not in site.files)
    check("and none is named", b"feed.xml" not in site.files["index.html"])
    check("no JSON-LD either", b"ld+json" not in site.files["index.html"])
    _, body = front_matter(site.text("index.md"))
    check("copies have URLs from the root", "[this](/x/other/)" in body, body)
    check("llms.txt too", "(/x/other/index.md)" in site.text("llms.txt"))
    check_robots(site, "", has_sitemap=False)
    check("a notice names what works only at the root",
          "`_redirects`, `_headers`, `robots.txt` and `.well-known/security.txt` work only at an origin's root" in site.printed,
          site.printed)


def check_preview(site):
    check_robots(site, "https://example.com/help/", has_sitemap=False)
    rules = check_headers(site, "/help/")
    same("a preview asks not to be indexed", headers_of(rules, "/help/")["X-Robots-Tag"], "noindex")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--silcrow", default=REPOSITORY / "target/debug/silcrow")
    silcrow = Path(arguments.parse_args().silcrow).resolve()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for path, text in SITE.items():
            path = folder / "in" / path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        check_all(Built(silcrow, REPOSITORY, folder / "own"), "https://promptassay.ai", "/docs/", 50)
        rich = Built(silcrow, folder / "in", folder / "rich")
        check_rich(rich)
        again = Built(silcrow, folder / "in", folder / "again")
        same("a second build is the same", again.files, rich.files)
        check_preview(Built(silcrow, folder / "in", folder / "preview", "--preview"))
        check_without_origin(Built(silcrow, folder / "in", folder / "bare", "--base-url", "/x/"))
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
