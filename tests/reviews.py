#!/usr/bin/env python3
"""Reads `silcrow stale --format ics` with another program's parser: what it lists is what the JSON lists.

usage: tests/reviews.py --silcrow PROGRAM

Exit code: 0 right, 1 wrong.
"""
import argparse
import json
import subprocess
import sys
import tempfile
from datetime import date, datetime
from pathlib import Path

import icalendar

TODAY = "2026-02-01"
ARTICLE = "---\ntitle: {title}\ndescription: D\nupdated: {updated}\nauthor: {author}\n---\n"
ARTICLES = {
    "s/plain": ("Plain", "2025-01-01", "Ada"),
    "s/signs": ('"Commas, semicolons; back\\\\slashes: \\"all\\" of them"', "2025-02-03", '"Bob; Jr."'),
    "long": ('"' + "Überlange Überschrift mit 設定 " * 6 + '"', "2025-06-30", "Ada"),
    "fresh": ("Fresh", "2026-01-31", "Ada"),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--silcrow", required=True)
    silcrow = str(Path(parser.parse_args().silcrow).resolve())
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "site.yaml").parent.mkdir(exist_ok=True)
        (root / "site.yaml").write_text("title: A, b; c\nbase_url: https://example.com/docs/\nreview_every: 90d\n", encoding="utf-8")
        for path, (title, updated, author) in ARTICLES.items():
            file = root / "content" / f"{path}.md"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(ARTICLE.format(title=title, updated=updated, author=author), encoding="utf-8")

        def stale(form):
            command = [silcrow, "stale", "--root", folder, "--today", TODAY, "--format", form]
            return subprocess.run(command, check=True, capture_output=True).stdout

        listed = [json.loads(line) for line in stale("json").splitlines()]
        text = stale("ics")
        (root / "site.yaml").write_text("title: A\n", encoding="utf-8")
        nothing = stale("ics")
    empty = icalendar.Calendar.from_ical(nothing)
    assert not empty.errors and empty.subcomponents, "a calendar has a component"
    assert not empty.walk("VEVENT"), empty.walk("VEVENT")
    zone = empty.walk("VTIMEZONE")[0].to_tz()
    assert not zone.utcoffset(datetime.fromisoformat(TODAY)), zone
    assert all(len(line) <= 75 for line in text.split(b"\r\n")), "a line is too long"
    assert text.count(b"\n") == text.count(b"\r\n"), "a line ends in no CRLF"
    calendar = icalendar.Calendar.from_ical(text)
    assert not calendar.errors, calendar.errors
    assert calendar["version"] == "2.0" and calendar["prodid"], "a calendar names its version and its maker"
    events = calendar.walk("VEVENT")
    assert len(listed) == 3 and len(events) == 3, (len(listed), len(events))
    for article, event in zip(listed, events):
        assert not event.errors, event.errors
        assert event["summary"] == "Review: " + article["title"], event["summary"]
        assert event.decoded("dtstart") == date.fromisoformat(article["due"]), event["dtstart"]
        assert event["url"] == article["url"], event["url"]
        assert article["author"] in event["description"], event["description"]
        assert event.decoded("dtstamp").isoformat() == f"{TODAY}T00:00:00+00:00", event["dtstamp"]
    assert len({event["uid"] for event in events}) == 3, "events are told apart"
    print("3 events, as icalendar reads them")
    return 0


if __name__ == "__main__":
    sys.exit(main())
