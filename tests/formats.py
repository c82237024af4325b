#!/usr/bin/env python3
"""Read what silcrow prints in each output format as the format's own readers do.

usage: formats.py [--silcrow PATH]

Makes a site with many kinds of findings (text of several bytes a character, CRLF, a byte-order mark, markup, line breaks
and control characters in messages, related places, fixes, a template, whole files), checks it in every format, and
compares: SARIF and JUnit XML with their published schemas (`tests/data`), reviewdog's format with the messages that it is
made of, GitHub's commands with what its runner takes, and all of them with the findings that `--format json` has. Fixes
are applied as SARIF and reviewdog describe them, and have to put the findings right. Needs `jsonschema` and `lxml`.

Each check is counted. The last line is `N passed, M failed`.
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from urllib.parse import unquote, urlsplit

import jsonschema
from lxml import etree

REPOSITORY = Path(__file__).resolve().parent.parent
DATA = REPOSITORY / "tests" / "data"
SECONDS = 60
FORMATS = ["json", "sarif", "github", "junit", "rdjson"]
LEVELS = ["error", "warning", "info"]
BYTE_ORDER_MARK = "\ufeff"
FRONT = "---\ntitle: Title\ndescription: D\nupdated: 2026-01-01\n---\n"

# Paths below the site's root and their texts.
SITE = {
    "site.yaml": "title: Site\nbase_url: https://example.com/\nrules:\n  orphan-page: info\n",
    "content/index.md": "---\ntitle: Home\n---\n",
    "content/target.md": FRONT.replace("---\n", "---\naliases: [/old/]\n", 1) + "\n## Why\n",
    "content/no-page/a.md": FRONT,
    "content/a:b.md": FRONT,
    "content/ü 100%,a;b.md": BYTE_ORDER_MARK + (
        FRONT + "\n🔑 é [one](Target.md), [two](Target.md), 🔑[three](/old/#why) and [four][r].\n\n"
        "- [five](target.md#Why) and ![](none.png) [six](%zz) [seven](<no <&>\"'.md>)\n\n"
        "[eight][not\ndefined] \U0001d11e[nine](tärget.md)\n\n[r]: nowhere.md\n").replace("\n", "\r\n"),
    "content/matter.md": '---\ntitle: T\ndescription: D\nupdated: "2026\\n::error::\\x1b\\x01]]>%0A"\ndrafft: 1\n---\n',
    "templates/section.html": '{% extends "base.html" %}\n{% block main %}é\n🔑 {{ page.titel }}{% endblock %}\n',
}

# The messages of reviewdog.proto (reviewdog/reviewdog, proto/rdf): each field with its kind; `!` has to be there.
REVIEWDOG = {
    "DiagnosticResult": {"diagnostics": ["Diagnostic"], "source": "Source", "severity": "Severity"},
    "Diagnostic": {"message!": str, "location!": "Location", "severity": "Severity", "source": "Source", "code": "Code",
                   "suggestions": ["Suggestion"], "original_output": str, "related_locations": ["RelatedLocation"]},
    "Location": {"path!": str, "range": "Range"},
    "Range": {"start!": "Position", "end": "Position"},
    "Position": {"line!": int, "column": int},
    "Suggestion": {"range!": "Range", "text!": str},
    "RelatedLocation": {"message": str, "location!": "Location"},
    "Source": {"name!": str, "url": str},
    "Code": {"value!": str, "url": str},
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


class Program:
    def __init__(self, silcrow, folder):
        self.silcrow, self.folder = silcrow, folder

    def run(self, style, *arguments, root="docs", working=".", threads="2"):
        command = [self.silcrow, "check", "--today", "2026-02-01", "--root", root, "--format", style, *arguments]
        environment = {**os.environ, "RAYON_NUM_THREADS": threads, "NO_COLOR": "1"}
        result = subprocess.run(command, cwd=self.folder / working, env=environment, capture_output=True,
                                timeout=SECONDS, check=False)
        if result.returncode not in (0, 1):
            sys.exit(f"{command} exited with {result.returncode}: {result.stderr.decode()}")
        return result.stdout.decode()

    def findings(self):
        return [json.loads(line) for line in self.run("json").splitlines()]


def write_site(folder):
    for path, text in SITE.items():
        path = folder / "docs" / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


def is_whole_file(finding):
    """Whether a finding has no place: then it has no width, at the start of the file."""
    return finding["start"] == finding["end"] and finding["start"]["line"] == finding["start"]["column"] == 1


def place(finding, unit):
    return None if is_whole_file(finding) else place_of(finding, unit)


def place_of(label, unit):
    return tuple(label[end][key] for end in ("start", "end") for key in ("line", unit))


def wanted(findings, unit):
    """What every format has to say: rule, severity, file, and place with columns in a unit."""
    return [(f["rule"], f["severity"], "docs/" + f["file"], place(f, unit)) for f in findings]


def region(value):
    return value and (value["startLine"], value["startColumn"], value["endLine"], value["endColumn"])


def sarif_file(location):
    return unquote(location["artifactLocation"]["uri"])


def check_sarif(text, findings):
    log = json.loads(text)
    schema = json.loads((DATA / "sarif-2.1.0-rtm.5.json").read_text())
    errors = [f"{list(e.absolute_path)}: {e.message}" for e in jsonschema.Draft4Validator(schema).iter_errors(log)]
    same("SARIF is valid", errors, [])
    run, = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    same("SARIF counts in UTF-16", run["columnKind"], "utf16CodeUnits")
    results = run["results"]
    severity = {"error": "error", "warning": "warning", "note": "info"}
    found = []
    for result in results:
        place = result["locations"][0]["physicalLocation"]
        found.append((result["ruleId"], severity[result["level"]], sarif_file(place), region(place.get("region"))))
        uri = place["artifactLocation"]["uri"]
        check("a URI holds ASCII only", re.fullmatch(r"[A-Za-z0-9._~/!$()+,=@%-]+", uri), uri)
        same("a URI is relative", urlsplit(uri)[:2], ("", ""))
        same("ruleIndex is the rule's", rules[result["ruleIndex"]]["id"], result["ruleId"])
    same("SARIF has every finding", found, wanted(findings, "utf16_column"))
    related = [[(r["message"]["text"], sarif_file(r["physicalLocation"]), region(r["physicalLocation"]["region"]))
                for r in result.get("relatedLocations", [])] for result in results]
    same("SARIF has related places", related,
         [[(r["message"], "docs/" + r["file"], place_of(r, "utf16_column")) for r in f["related"]] for f in findings])
    prints = [result["partialFingerprints"]["silcrow/v1"] for result in results]
    same("every fingerprint is another", len(set(prints)), len(prints))
    same("fixes are where edits are", [len(r.get("fixes", [])) for r in results], [len(f["edits"]) for f in findings])
    check("the table of rules is there", len(rules) > 50, len(rules))
    for rule in rules:
        texts = [rule["shortDescription"]["text"], rule["fullDescription"]["text"], rule["help"]["text"]]
        check("a rule is explained", all(texts) and rule["help"]["markdown"].count("```") >= 4, rule["id"])
        # What GitHub takes of a description.
        check("descriptions are short enough", max(map(len, texts[:2])) <= 1024, rule["id"])
    return log


def unescaped(text, more=()):
    for code, character in [*more, ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")]:
        text = text.replace(code, character)
    return text


def check_github(text, findings):
    severity = {"error": "error", "warning": "warning", "notice": "info"}
    found = []
    for line in text.split("\n")[:-1]:
        command = re.fullmatch(r"::(error|warning|notice) ([^:\r]*)::([^\r\n]*)", line)
        check("a line is a command", command, line)
        if not command:
            continue
        pairs = [pair.partition("=")[::2] for pair in command[2].split(",")]
        values = {key: unescaped(value, [("%3A", ":"), ("%2C", ",")]) for key, value in pairs}
        check("no property is unknown", set(values) <= {"file", "line", "endLine", "col", "endColumn", "title"}, values)
        # The runner drops what does not hold.
        numbers = {key: int(value) for key, value in values.items() if key not in ("file", "title")}
        if "col" in numbers:
            check("columns are on one line", numbers["line"] == numbers["endLine"], line)
            check("columns are in order", numbers["col"] <= numbers["endColumn"], line)
        check("lines are in order", numbers.get("line", 1) <= numbers.get("endLine", 1), line)
        lines = tuple(numbers.get(key) for key in ("line", "endLine", "col", "endColumn"))
        message = unescaped(command[3]).split("\nhelp: ")[0]
        found.append((values["title"], severity[command[1]], values["file"], lines, message))

    def lines(finding):
        if is_whole_file(finding):
            return (None,) * 4
        start, end = finding["start"], finding["end"]
        columns = (start["column"], end["column"]) if start["line"] == end["line"] else (None, None)
        return (start["line"], end["line"], *columns)

    def said(finding):
        pages = finding.get("pages")
        shows = "" if pages is None else f"\nnote: shows on {pages} page{'' if pages == 1 else 's'}"
        return finding["message"] + shows

    ordered = sorted(findings, key=lambda finding: LEVELS.index(finding["severity"]))
    same("GitHub has every finding, errors first", found,
         [(f["rule"], f["severity"], "docs/" + f["file"], lines(f), said(f)) for f in ordered])


def as_xml(text):
    return "".join(c if c in "\t\n\r" or " " <= c not in "\ufffe\uffff" else "\ufffd" for c in text)


def check_junit(text, findings, limit):
    schema = etree.XMLSchema(etree.parse(DATA / "jenkins-junit.xsd"))
    root = etree.fromstring(text.encode())
    check("JUnit XML is valid", schema.validate(root), schema.error_log)
    fails = LEVELS[:LEVELS.index(limit) + 1]
    found = []
    for suite in root:
        cases = suite.findall("testcase")
        count = lambda tag: str(len(suite.findall(f"testcase/{tag}")))
        counts = [suite.get(key) for key in ("tests", "failures", "errors", "skipped")]
        same("a suite's counts are right", counts, [str(len(cases)), count("failure"), "0", count("skipped")])
        names = [case.get("name") for case in cases]
        same("names are unique in a suite", len(set(names)), len(names))
        for case in cases:
            outcome, = case
            found.append((case.get("classname"), case.get("name").split(": ")[0], outcome.tag, outcome.get("message")))
            same("a case's class is its suite", case.get("classname"), suite.get("name"))
    same("JUnit has every finding", found, [
        ("docs/" + f["file"], f["rule"], *(("failure", as_xml(f["message"])) if f["severity"] in fails else ("skipped", None)))
        for f in findings])
    totals = [root.get("tests"), root.get("failures")]
    same("the totals are right", totals, [str(len(findings)), str(sum(f["severity"] in fails for f in findings))])


def conforms(value, kind):
    """Whether a value is a message of reviewdog's, with nothing that is unknown: its strict reader refuses that."""
    if isinstance(kind, list):
        return isinstance(value, list) and all(conforms(item, kind[0]) for item in value)
    if kind == "Severity":
        return value in ("ERROR", "WARNING", "INFO")
    if not isinstance(kind, str):
        return type(value) is kind and (kind is str or value >= 1)
    fields = {name.rstrip("!"): field for name, field in REVIEWDOG[kind].items()}
    required = {name[:-1] for name in REVIEWDOG[kind] if name.endswith("!")}
    return (isinstance(value, dict) and required <= set(value) <= set(fields)
            and all(conforms(item, fields[name]) for name, item in value.items()))


def rdjson_place(value):
    return value and (value["start"]["line"], value["start"]["column"], value["end"]["line"], value["end"]["column"])


def check_rdjson(text, findings):
    report = json.loads(text)
    check("rdjson is a DiagnosticResult", conforms(report, "DiagnosticResult"), text)
    same("the source is named", report["source"], {"name": "silcrow"})
    found = []
    for finding in report["diagnostics"]:
        check("rdjson is a Diagnostic", conforms(finding, "Diagnostic"), finding)
        location = finding["location"]
        found.append((finding["code"]["value"], finding["severity"].lower(), location["path"], rdjson_place(location.get("range"))))
    same("rdjson has every finding", found, wanted(findings, "byte_column"))
    suggestions = [[s["text"] for s in f.get("suggestions", [])] for f in report["diagnostics"]]
    same("rdjson has suggestions", suggestions, [[f["suggestion"]] if f["suggestion"] is not None else [] for f in findings])
    related = [[(r["message"], r["location"]["path"], rdjson_place(r["location"]["range"]))
                for r in f.get("related_locations", [])] for f in report["diagnostics"]]
    same("rdjson has related places", related,
         [[(r["message"], "docs/" + r["file"], place_of(r, "byte_column")) for r in f["related"]] for f in findings])
    return report


def replaced(text, edits, encoding, width):
    """A text with edits of (start line, start column, end line, end column, text), columns in units of an encoding."""
    mark = BYTE_ORDER_MARK if text.startswith(BYTE_ORDER_MARK) else ""
    lines = text.removeprefix(mark).split("\n")

    def offset(line, column):
        before = sum(len(line) + 1 for line in lines[:line - 1])
        return before + len(lines[line - 1].encode(encoding)[:(column - 1) * width].decode(encoding))

    result = text.removeprefix(mark)
    for start_line, start, end_line, end, new in sorted(edits, reverse=True):
        result = result[:offset(start_line, start)] + new + result[offset(end_line, end):]
    return mark + result


def check_fixes(program, log, report, findings):
    """Applies what each format calls sure, to the same files: the results are the same, and put the findings right."""
    by_sarif, by_rdjson = {}, {}
    for result in log["runs"][0]["results"]:
        for fix in result.get("fixes", []):
            for change in fix["artifactChanges"]:
                for one in change["replacements"]:
                    edit = (*region(one["deletedRegion"]), one["insertedContent"]["text"])
                    by_sarif.setdefault(sarif_file(change), []).append(edit)
    for finding, known in zip(report["diagnostics"], findings):
        for one in finding.get("suggestions", []) if known["edits"] else []:
            by_rdjson.setdefault(finding["location"]["path"], []).append((*rdjson_place(one["range"]), one["text"]))
    check("there are fixes", sum(map(len, by_sarif.values())) >= 4, by_sarif)
    for path, edits in by_sarif.items():
        before = (program.folder / path).read_bytes().decode()
        after = replaced(before, edits, "utf-16-le", 2)
        same("both formats fix alike", replaced(before, by_rdjson[path], "utf-8", 1), after)
        (program.folder / path).write_bytes(after.encode())
    left = program.findings()
    fixable = [f for f in findings if f["edits"]]
    same("nothing is left to fix", [f for f in left if f["edits"]], [])
    gone = Counter(f["rule"] for f in findings) - Counter(f["rule"] for f in left)
    same("what was fixed is gone", gone, Counter(f["rule"] for f in fixable))


def prints(program):
    results = json.loads(program.run("sarif"))["runs"][0]["results"]
    return sorted(result["partialFingerprints"]["silcrow/v1"] for result in results)


def check_lines_above(program):
    """Findings keep their fingerprints while lines come above them."""
    before = prints(program)
    for path in (program.folder / "docs" / "content").rglob("*.md"):
        text = path.read_bytes().decode()
        line_end = "\r\n" if "\r\n" in text else "\n"
        head, mark, body = text.rpartition(f"---{line_end}")
        path.write_bytes((head + mark + line_end + f"A new line. é🔑{line_end}" * 3 + body).encode())
    same("fingerprints outlast new lines", prints(program), before)


def check_all(program):
    findings = program.findings()
    rules = {f["rule"] for f in findings}
    check("there are many kinds of findings", len(rules) >= 12, rules)
    check("there is one of each level", {f["severity"] for f in findings} == set(LEVELS))
    check("one finding spans lines", any(f["start"]["line"] != f["end"]["line"] for f in findings))
    check("one is of a whole file", any(map(is_whole_file, findings)))
    check("one is of a template", any("pages" in f for f in findings))
    check("one has related places", any(f["related"] for f in findings))
    check("one message has lines and controls", any("\n" in f["message"] and "\x01" in f["message"] for f in findings))
    log = check_sarif(program.run("sarif"), findings)
    check_github(program.run("github"), findings)
    for limit in ("error", "warning"):
        check_junit(program.run("junit", "--fail-on", limit), findings, limit)
    report = check_rdjson(program.run("rdjson"), findings)
    for style in FORMATS:
        same(f"{style} is the same with other threads", program.run(style, threads="1"), program.run(style, threads="8"))
    outside = json.loads(program.run("sarif", root="../docs", working="elsewhere"))["runs"][0]["results"]
    uris = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in outside}
    top = (program.folder / "docs").resolve().as_uri()
    check("from elsewhere, files are absolute URIs", all(uri.startswith(f"{top}/") for uri in uris), uris)
    check_lines_above(program)
    check_fixes(program, json.loads(program.run("sarif")), json.loads(program.run("rdjson")), program.findings())


def check_clean(program):
    shutil.rmtree(program.folder / "docs")
    home = program.folder / "docs" / "content" / "index.md"
    home.parent.mkdir(parents=True)
    home.write_text("---\ntitle: Home\n---\n")
    check_sarif(program.run("sarif"), [])
    check_github(program.run("github"), [])
    check_rdjson(program.run("rdjson"), [])
    root = etree.fromstring(program.run("junit").encode())
    check("a clean JUnit report is valid", etree.XMLSchema(etree.parse(DATA / "jenkins-junit.xsd")).validate(root))
    cases = root.findall("testsuite/testcase")
    same("a clean run has one test, which passed", [len(case) for case in cases], [0])


def parsed_arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--silcrow", type=Path, metavar="PATH", default=REPOSITORY / "target" / "debug" / "silcrow",
                        help="the program (target/debug)")
    arguments = parser.parse_args()
    if not shutil.which(arguments.silcrow):
        parser.error(f"{arguments.silcrow} is no program: build it, or name it with --silcrow")
    return arguments


def main():
    silcrow = parsed_arguments().silcrow.resolve()
    with tempfile.TemporaryDirectory() as folder:
        program = Program(silcrow, Path(folder))
        (program.folder / "elsewhere").mkdir()
        write_site(program.folder)
        check_all(program)
        check_clean(program)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
