//! Every rule of the table: a site that raises it, at the exact place, and one that must not. The last tests walk the
//! table, so that no rule can come without both.

#[path = "rules/external.rs"]
mod external;
mod fixture;

use std::collections::BTreeSet;

use fixture::{check, check_with, findings, parse, today};
use silcrow::diagnostic::RULES;
use silcrow::path::SourcePath;
use silcrow::source::{Problem, ProblemKind};

/// Name of the rule, a fixture that raises it (marked), and one in which nothing is found.
const CASES: &[(&str, &str, &str)] = &[
    (
        "plain-code",
        "//- content/a.md\nFRONT\n```json\n^^^^^^^ plain-code\n[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\n```\n",
        "//- content/a.md\nFRONT\n```\n[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\n```\n\n```json\n[]\n```\n",
    ),
    (
        "low-contrast",
        "//- site.yaml\ntheme:\n  accent: {light: \"#ffcc00\", dark: \"#222\"}\n                   ^^^^^^^ low-contrast\n                                    ^^^^ low-contrast\n//- content/a.md\nFRONT\n",
        "//- site.yaml\ntheme:\n  accent: {light: \"#b02c1c\", dark: \"#fff\"}\n//- content/a.md\nFRONT\n",
    ),
    (
        "missing-page",
        "//- site.yaml\ntheme:\n  navigation: {A: aa, B: b/c}\n                  ^^ missing-page\n                         ^^^ missing-page\n//- content/a.md\nFRONT\n",
        "//- site.yaml\ntheme:\n  navigation: {A: a, Other: \"https://example.com/\"}\n  footer: {B: b, Mail: \"mailto:a@example.com\"}\n//- content/a.md\nFRONT\n//- content/b/index.md\nFRONT\n",
    ),
    (
        "missing-asset",
        "//- site.yaml\ntheme:\n  logo: logo.svg\n        ^^^^^^^^ missing-asset\n//- content/a.md\nFRONT\n",
        "//- site.yaml\ntheme:\n  logo: logo.svg\n//- content/a.md\nFRONT\n//- static/logo.svg\n",
    ),
    (
        "draft-target",
        "//- site.yaml\ntheme:\n  footer: {A: a}\n              ^ draft-target\n//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\ndraft: true\n---\n",
        "//- site.yaml\ntheme:\n  footer: {A: a}\n//- content/a.md\nFRONT\n",
    ),
    (
        "missing-page",
        "//- content/a.md\nFRONT\nSee [the overview](overveiw.md).\n                   ^^^^^^^^^^^ missing-page\n//- content/overview.md\nFRONT\n",
        "//- content/a.md\nFRONT\nSee [the overview](overview.md), [again](./overview.md?x=1) and `[code](nowhere.md)`.\n\n    [code](nowhere.md)\n\n<!-- [comment](nowhere.md) --> \\[escaped](nowhere.md)\n//- content/overview.md\nFRONT\n",
    ),
    (
        "missing-asset",
        "//- content/a.md\nFRONT\n![Keys](keys.pgn)\n        ^^^^^^^^ missing-asset\n//- content/keys.png\n",
        "//- content/a.md\nFRONT\n![Keys](keys.png) [PDF](/guide.pdf#page=2) <img src=\"keys.png\" alt=\"\">\n//- content/keys.png\n//- static/guide.pdf\n",
    ),
    (
        "missing-anchor",
        "//- content/a.md\nFRONT\n## Create your key\n[x](#make-your-key)\n    ^^^^^^^^^^^^^^ missing-anchor\n[y](b.md#none)\n    ^^^^^^^^^ missing-anchor\n//- content/b.md\nFRONT\n",
        "//- content/a.md\nFRONT\n## Create your key {#own}\n<p id=\"raw\"></p>\n\n[x](#own) [y](#raw) [z](#top) [t](#:~:text=x) [u](b.md#%C3%BCber)\n//- content/b.md\nFRONT\n## Über\n",
    ),
    (
        "missing-related",
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\nrelated:\n  - byok/overveiw\n    ^^^^^^^^^^^^^ missing-related\n  - 'byok'\n---\n//- content/byok/overview.md\nFRONT\n",
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\nrelated: [byok/overview, byok]\n---\n//- content/byok/overview.md\nFRONT\n",
    ),
    (
        "path-case",
        "//- content/a.md\nFRONT\n[x](Overview.md)\n    ^^^^^^^^^^^ path-case\n//- content/overview.md\nFRONT\n",
        "//- content/a.md\nFRONT\n[x](Overview.md)\n//- content/Overview.md\nFRONT\n",
    ),
    (
        "anchor-case",
        "//- content/a.md\nFRONT\n## Keys\n[x](#Keys)\n    ^^^^^ anchor-case\n",
        "//- content/a.md\nFRONT\n## Keys\n[x](#keys)\n",
    ),
    (
        "escapes-root",
        "//- content/a/b.md\nFRONT\n[x](../../b.md)\n    ^^^^^^^^^^ escapes-root\n",
        "//- content/a/b.md\nFRONT\n[x](../c.md)\n//- content/c.md\nFRONT\n",
    ),
    (
        "draft-target",
        "//- content/a.md\nFRONT\n[x](b.md)\n    ^^^^ draft-target\n//- content/b.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\ndraft: true\n---\n",
        "//- content/a.md\nFRONT\n[x](b.md)\n//- content/b.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\ndraft: false\n---\n",
    ),
    (
        "unicode-normalisation",
        "//- content/a.md\nFRONT\n[x](u%CC%88ber.md)\n    ^^^^^^^^^^^^^ unicode-normalisation\n//- content/über.md\nFRONT\n",
        "//- content/a.md\nFRONT\n[x](%C3%BCber.md) [y](über.md)\n//- content/über.md\nFRONT\n",
    ),
    (
        "non-canonical-url",
        "//- content/a.md\nFRONT\n[x](/b/index.html)\n    ^^^^^^^^^^^^^ non-canonical-url\n[y](/b)\n    ^^ non-canonical-url\n//- content/b.md\nFRONT\n",
        "//- content/a.md\nFRONT\n[x](/b/) [home](/) [file](/404.html)\n//- content/b.md\nFRONT\n",
    ),
    (
        "relative-url",
        "//- content/s/a.md\nFRONT\n[x](../b/)\n    ^^^^^ relative-url\n[y](b)\n    ^ relative-url\n//- content/s/b.md\nFRONT\n",
        "//- content/s/a.md\nFRONT\n[x](b.md) [y](./b.md#top)\n//- content/s/b.md\nFRONT\n",
    ),
    (
        "absolute-md",
        "//- content/s/a.md\nFRONT\n[x](/s/b.md)\n    ^^^^^^^ absolute-md\n//- content/s/b.md\nFRONT\n",
        "//- content/s/a.md\nFRONT\n[x](../s/b.md)\n//- content/s/b.md\nFRONT\n",
    ),
    (
        "backslash-path",
        "//- content/a.md\nFRONT\n[x](s\\b.md)\n    ^^^^^^ backslash-path\n",
        "//- content/a.md\nFRONT\n[x](s/b.md) `s\\b.md`\n//- content/s/b.md\nFRONT\n",
    ),
    (
        "bad-percent-encoding",
        "//- content/a.md\nFRONT\n[x](100%.md)\n    ^^^^^^^ bad-percent-encoding\n",
        "//- content/a.md\nFRONT\n[x](100%25.md)\n//- content/100%.md\nFRONT\n",
    ),
    (
        "empty-destination",
        "//- content/a.md\nFRONT\n<a href=\"  \">x</a>\n         ^^ empty-destination\n",
        "//- content/a.md\nFRONT\n<a>x</a> [x]\n",
    ),
    (
        "empty-fragment",
        "//- content/a.md\nFRONT\n[x](#)\n    ^ empty-fragment\n",
        "//- content/a.md\nFRONT\n[x](#top)\n",
    ),
    (
        "protocol-relative",
        "//- content/a.md\nFRONT\n[x](//example.com/)\n    ^^^^^^^^^^^^^^ protocol-relative\n",
        "//- content/a.md\nFRONT\n[x](https://example.com//) <https://example.com/>\n",
    ),
    (
        "local-url",
        "//- content/a.md\nFRONT\n[x](http://localhost:3000/)\n    ^^^^^^^^^^^^^^^^^^^^^^ local-url\n<http://127.0.0.1/>\n ^^^^^^^^^^^^^^^^^ local-url\n[y](C:/keys.md) [z](file:///etc/hosts)\n    ^^^^^^^^^^ local-url\n                    ^^^^^^^^^^^^^^^^^ local-url\n",
        "//- content/a.md\nFRONT\n[x](https://localhost.example.com/) `http://localhost/`\n",
    ),
    (
        "forbidden-scheme",
        "//- content/a.md\nFRONT\n[x](javascript:print)\n    ^^^^^^^^^^^^^^^^ forbidden-scheme\n",
        "//- content/a.md\nFRONT\n[x](tel:+1555) [y](vscode://file/x)\n",
    ),
    (
        "malformed-mailto",
        "//- content/a.md\nFRONT\n[x](help@example.com)\n    ^^^^^^^^^^^^^^^^ malformed-mailto\n[y](mailto:nobody)\n    ^^^^^^^^^^^^^ malformed-mailto\n",
        "//- content/a.md\nFRONT\n[x](mailto:help@example.com?subject=Keys%20&cc=a@b.c) <help@example.com>\n",
    ),
    (
        "missing-section-page",
        "//- content/index.md\n---\ntitle: Home\n---\n//- content/byok/account/a.md\nFRONT\n//- content/byok/account/index.md ! missing-section-page\n//- content/byok/index.md ! missing-section-page\n",
        "//- content/index.md\n---\ntitle: Home\n---\n//- content/byok/a.md\nFRONT\n//- content/byok/index.md\n---\ntitle: BYOK\n---\n",
    ),
    (
        "url-conflict",
        "//- content/index.md\n---\ntitle: Home\n---\n//- content/byok/index.md ! url-conflict\n---\ntitle: BYOK\n---\n//- content/byok.md\nFRONT\n",
        "//- content/index.md\n---\ntitle: Home\n---\n//- content/byok/index.md\n---\ntitle: BYOK\n---\n//- content/byok-keys.md\nFRONT\n",
    ),
    (
        "alias-conflict",
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\naliases: [/old/]\n---\n//- content/b.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\naliases: [/older/, /old]\n                   ^^^^ alias-conflict\n---\n",
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\naliases: [/old/, /older/]\n---\n",
    ),
    (
        "alias-shadows-page",
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\naliases: [\"/b/\"]\n           ^^^ alias-shadows-page\n---\n//- content/b.md\nFRONT\n",
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\naliases: [\"/c/\"]\n---\n//- content/b.md\nFRONT\n",
    ),
    (
        "link-to-alias",
        "//- content/a.md\nFRONT\n[x](/old/#top)\n    ^^^^^^^^^ link-to-alias\n//- content/b.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\naliases: [/old/]\n---\n",
        "//- content/a.md\nFRONT\n[x](b.md)\n//- content/b.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\naliases: [/old/]\n---\n",
    ),
    (
        "missing-front-matter",
        "//- content/a.md\n# Overview\n^^^^^^^^^^ missing-front-matter\n",
        "//- content/a.md\nFRONT\n# Overview\n",
    ),
    (
        "unclosed-front-matter",
        "//- content/a.md\n---\n^^^ unclosed-front-matter\ntitle: T\n",
        "//- content/a.md\nFRONT\n---\n",
    ),
    (
        "invalid-yaml",
        "//- content/a.md\n---\ntitle: Keys: an overview\n           ^^^^^^^^^^^^^ invalid-yaml\n---\n",
        "//- content/a.md\n---\ntitle: \"Keys: an overview\"\ndescription: D\nupdated: 2026-01-01\n---\n",
    ),
    (
        "missing-field",
        "//- content/a.md\n---\n^^^ missing-field\ntitle: T\ndescription:\n^^^^^^^^^^^ missing-field\n---\n",
        "//- content/index.md\n---\ntitle: T\n---\n",
    ),
    (
        "unknown-field",
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\ntags: [a]\n^^^^ unknown-field\nnav_titel: x\n^^^^^^^^^ unknown-field\n---\n",
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\nextra: {tags: [a]}\nnav_title: x\n---\n",
    ),
    (
        "invalid-value",
        "//- content/a.md\n---\ntitle: 404\n       ^^^ invalid-value\ndescription: D\nupdated: 16.04.2026\n         ^^^^^^^^^^ invalid-value\ndraft: 'yes'\n        ^^^ invalid-value\norder: first\n       ^^^^^ invalid-value\nrelated: a\n         ^ invalid-value\nreview_every: soon\n              ^^^^ invalid-value\naliases:\n  - old\n    ^^^ invalid-value\n---\n",
        "//- content/a.md\n---\ntitle: \"404\"\ndescription: >\n  Folded\n  text\nupdated: '2026-04-16'\ndraft: false\norder: -1\nreview_every: 52 weeks\naliases: []\n---\n",
    ),
    (
        "duplicate-field",
        "//- content/a.md\n---\ntitle: One\ndescription: D\nupdated: 2026-01-01\ntitle: Two\n^^^^^ duplicate-field\n---\n",
        "//- content/a.md\n---\ntitle: One\ndescription: D\nupdated: 2026-01-01\nnav_title: Two\n---\n",
    ),
    (
        "future-date",
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-11-25\n         ^^^^^^^^^^ future-date\nreviewed: 2062-01-01\n          ^^^^^^^^^^ future-date\n---\n",
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-11-24\nreviewed: 2026-11-23\n---\n",
    ),
    (
        "skipped-heading-level",
        "//- content/a.md\nFRONT\n## Create a key\n#### Name it\n^^^^^^^^^^^^ skipped-heading-level\n##### Deeper\n",
        "//- content/a.md\nFRONT\n# T\n## Create a key\n### Name it\n## Next\n",
    ),
    (
        "md-link-in-html",
        "//- content/a.md\nFRONT\n<div>See [B](b.md)</div>\n             ^^^^ md-link-in-html\n//- content/b.md\nFRONT\n//- static/page.html\n<a href=\"/b.md\">B</a>\n         ^^^^^ md-link-in-html\n//- templates/404.html\n<a href=\"b.md\">B</a>\n         ^^^^ md-link-in-html\n",
        "//- content/a.md\nFRONT\n<div>\n\nSee [B](b.md) and <a href=\"b.md\">B</a>\n\n</div>\n\n<pre>[B](b.md)</pre>\n//- content/b.md\nFRONT\n//- static/page.html\n<a href=\"/b/\">B</a> [B](b.md) <a href=\"page.html#top\">x</a>\n//- templates/404.html\n<a href=\"/b/\">B</a>\n",
    ),
    (
        "own-site-absolute",
        "//- site.yaml\nbase_url: https://example.com/docs/\n//- content/a.md\nFRONT\n[x](https://example.com/docs/b/#top)\n    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ own-site-absolute\n[y](http://EXAMPLE.com/docs)\n    ^^^^^^^^^^^^^^^^^^^^^^^ own-site-absolute\n[z](https://example.com/docs/c/)\n    ^^^^^^^^^^^^^^^^^^^^^^^^^^^ missing-page\n//- content/b.md\nFRONT\n",
        "//- site.yaml\nbase_url: https://example.com/docs/\n//- content/a.md\nFRONT\n[x](https://example.com/) [y](https://example.com/docsx/) [z](https://example.com.evil.org/docs/b/) [p](https://example.com:8080/docs/c/)\n//- content/b.md\nFRONT\n",
    ),
    (
        "insecure-http",
        "//- site.yaml\nrules:\n  insecure-http: warning\n//- content/a.md\nFRONT\n[x](http://example.com/)\n    ^^^^^^^^^^^^^^^^^^^ insecure-http\n",
        "//- content/a.md\nFRONT\n[x](http://example.com/)\n",
    ),
    (
        "malformed-tel",
        "//- content/a.md\nFRONT\n[x](<tel:+1 201 555>) [y](tel:CALL)\n     ^^^^^^^^^^^^^^ malformed-tel\n                          ^^^^^^^^ malformed-tel\n",
        "//- content/a.md\nFRONT\n[x](tel:+1-201-555-0123) [y](tel:7042;phone-context=example.com)\n",
    ),
    (
        "self-link",
        "//- site.yaml\nrules:\n  self-link: warning\n//- content/a.md\nFRONT\n[x](a.md) [y](a.md#top)\n    ^^^^ self-link\n",
        "//- content/a.md\nFRONT\n[x](a.md)\n",
    ),
    (
        "empty-link-text",
        "//- content/a.md\nFRONT\n[](b.md) [ ](b.md)\n   ^^^^ empty-link-text\n             ^^^^ empty-link-text\n<a href=\"b.md\"><i></i></a>\n         ^^^^ empty-link-text\n//- content/b.md\nFRONT\n",
        "//- content/a.md\nFRONT\n[x](b.md) [`c`](b.md) [![alt](p.png)](b.md) [<img src=\"p.png\" alt=\"B\">](b.md) <b.md> <https://example.com/>\n<a href=\"b.md\" aria-label=\"B\"></a> <a href=\"b.md\">B</a> <a id=\"here\"></a> <a href=\"b.md\"><img src=\"p.png\" alt=\"B\"></a>\n//- content/b.md\nFRONT\n//- content/p.png\n",
    ),
    (
        "image-no-alt",
        "//- content/a.md\nFRONT\n![](p.png) ![ ][p] <img src=\"p.png\">\n    ^^^^^ image-no-alt\n                             ^^^^^ image-no-alt\n\n[p]: p.png\n     ^^^^^ image-no-alt\n//- content/p.png\n",
        "//- content/a.md\nFRONT\n![A key](p.png) <img src=\"p.png\" alt=\"\"> <img src=\"p.png\" role=\"presentation\">\n//- content/p.png\n",
    ),
    (
        "malformed-link",
        "//- content/a.md\nFRONT\n(Overview)[b.md] and [B] (b.md#top) and (site)[https://example.com/]\n           ^^^^ malformed-link\n                          ^^^^^^^^ malformed-link\n                                               ^^^^^^^^^^^^^^^^^^^^ malformed-link\n//- content/b.md\nFRONT\n",
        "//- content/a.md\nFRONT\n(see)[1] and f(x)[i] and [B] (later) `(a)[b.md]` [1] (https://example.com/) (x)[b.md](b.md)\n//- content/b.md\nFRONT\n",
    ),
    (
        "wikilink",
        "//- content/a.md\nFRONT\n[[b]] and [[Setup page|the setup]] and ![[shot.png]]\n  ^ wikilink\n            ^^^^^^^^^^^^^^^^^^^^ wikilink\n                                          ^^^^^^^^ wikilink\n",
        "//- content/a.md\nFRONT\n[[1]](b.md) `[[b]]` \\[[b]] [[1,2],[3]] if [[ -f x ]] array[[i]] [[b][r]]\n\n    [[b]]\n\n[r]: b.md\n//- content/b.md\nFRONT\n",
    ),
    (
        "undefined-reference",
        "//- content/a.md\nFRONT\n[one][nowhere], [two][], ![three][shot]\n      ^^^^^^^ undefined-reference\n                 ^^^ undefined-reference\n                                  ^^^^ undefined-reference\n",
        "//- content/a.md\nFRONT\n[one][Two  words] [three] [x] m[i][j] [1][2] [a-z][0-9] `[a][b]` \\[a][b] [two words][] \n\n[two words]: #top\n",
    ),
    (
        "unused-definition",
        "//- content/a.md\nFRONT\n[old]: <b.md> \"Old\"\n        ^^^^ unused-definition\n//- content/b.md\nFRONT\n",
        "//- content/a.md\nFRONT\n[Old] ![x][pic]\n\n[old]: b.md\n[pic]: p.png\n[//]: # (a comment)\n[comment]: <> (another)\n\n```\n[code]: b.md\n```\n//- content/b.md\nFRONT\n//- content/p.png\n",
    ),
    (
        "duplicate-definition",
        "//- content/a.md\nFRONT\n[a] [^n]\n\n[a]: b.md\n[A]: c.md\n     ^^^^ duplicate-definition\n\n[^n]: one\n[^n]: two\n  ^ duplicate-definition\n//- content/b.md\nFRONT\n",
        "//- content/a.md\nFRONT\n[a] [b]\n\n[a]: b.md\n[b]: b.md\n\n[//]: # (a comment)\n[//]: # (another)\n\n    [a]: code.md\n\nA paragraph with\n[a]: text in it\n//- content/b.md\nFRONT\n",
    ),
    (
        "undefined-footnote",
        "//- content/a.md\nFRONT\nPrepaid.[^credit]\n          ^^^^^^ undefined-footnote\n",
        "//- content/a.md\nFRONT\nPrepaid.[^Credit] `[^none]` \\[^none] ([^a-z]+) [^a-z]*\n\n[^credit]: At least $5.\n",
    ),
    (
        "unused-footnote",
        "//- content/a.md\nFRONT\nPrepaid.\n\n[^credit]: At least $5.\n  ^^^^^^ unused-footnote\n",
        "//- content/a.md\nFRONT\nPrepaid.[^credit] Twice.[^credit]\n\n[^credit]: At least $5.[^more]\n[^more]: Or more.\n",
    ),
    (
        "duplicate-id",
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\nanchors:\n  silcrow:main: one\n                ^^^ duplicate-id\n  fn:1: one\n        ^^^ duplicate-id\n---\n## One {#one}\n## Two {#silcrow:title}\n         ^^^^^^^^^^^^^ duplicate-id\nText.[^1] <b id=\"silcrow:x\">b</b> <b id=\"fnref:1\">b</b>\n                 ^^^^^^^^^ duplicate-id\n                                         ^^^^^^^ duplicate-id\n\n[^1]: Note.\n",
        "//- content/a.md\nFRONT\n## One {#silcrow}\nText.[^1] <b id=\"fn:2\">b</b> <b id=\"fnref:1-2\">b</b>\n\n[^1]: Note.\n",
    ),
    (
        "unused-footnote",
        "//- content/a.md\nFRONT\n## Shown\n[x](#hidden)\n    ^^^^^^^ missing-anchor\n[y](#raw)\n    ^^^^ missing-anchor\n\n[^1]: ## Hidden\n  ^ unused-footnote\n    <b id=\"raw\">b</b>[^2]\n\n[^2]: Used by one that is not shown.\n  ^ unused-footnote\n",
        "//- content/a.md\nFRONT\n## Shown\n[x](#in-a-note) [y](#raw) Text.[^1]\n\n[^1]: Note.[^2]\n\n[^2]:\n    ## In a note\n\n    <b id=\"raw\">b</b>\n",
    ),
    (
        "duplicate-id",
        "//- content/a.md\nFRONT\n## One {#keys}\n## Two {#keys}\n         ^^^^ duplicate-id\n<p id=\"keys\"></p>\n       ^^^^ duplicate-id\n",
        "//- content/a.md\nFRONT\n## Keys\n## Keys\n## Three {#keys-3}\n<p id=\"keys-4\"></p>\n",
    ),
    (
        "orphan-page",
        "//- site.yaml\nrules:\n  orphan-page: warning\n//- content/a.md ! orphan-page\nFRONT\n[x](b.md)\n//- content/b.md\nFRONT\n//- content/c.md ! orphan-page\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\nrelated: [d]\n---\n//- content/d.md\nFRONT\n",
        "//- content/a.md\nFRONT\n",
    ),
    (
        "related-self",
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\nrelated: [a]\n          ^ related-self\n---\n",
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\nrelated: [b]\n---\n//- content/b.md\nFRONT\n",
    ),
    (
        "related-duplicate",
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\nrelated:\n  - s/b\n  - 's/b'\n     ^^^ related-duplicate\n---\n//- content/s/b.md\nFRONT\n",
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\nrelated: [s/b, s]\n---\n//- content/s/b.md\nFRONT\n//- content/s/index.md\n---\ntitle: S\n---\n",
    ),
    (
        "one-way-related",
        "//- site.yaml\nrules:\n  one-way-related: info\n//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\nrelated: [b]\n          ^ one-way-related\n---\n//- content/b.md\nFRONT\n",
        "//- site.yaml\nrules:\n  one-way-related: info\n//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\nrelated: [b]\n---\n//- content/b.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\nrelated: [a]\n---\n",
    ),
    (
        "inline-style-or-script",
        "//- content/a.md\nFRONT\n<p style=\"color:red\" onclick='x()'>\n          ^^^^^^^^^ inline-style-or-script\n                              ^^^ inline-style-or-script\n\n<script>x()</script>\n^^^^^^^^ inline-style-or-script\n\n<script src=\"https://example.com/x.js\"></script>\n             ^^^^^^^^^^^^^^^^^^^^^^^^ inline-style-or-script\n\n<style>p { color: red }</style>\n^^^^^^^ inline-style-or-script\n",
        "//- content/a.md\nFRONT\n<p class=\"red\" data-on=\"x\">\n\n<script src=\"x.js\"></script>\n\n`<p style=\"x\">`\n\n<!-- <p style=\"x\"> -->\n//- content/x.js\n",
    ),
    (
        "unused-suppression",
        "//- content/a.md\nFRONT\n<!-- silcrow-ignore missing-page: soon -->\n                    ^^^^^^^^^^^^ unused-suppression\n[x](b.md)\n\n<!-- silcrow-ignore missing-page: not the line below -->\n                    ^^^^^^^^^^^^ unused-suppression\n\n[x](nowhere.md)\n    ^^^^^^^^^^ missing-page\n//- content/b.md\nFRONT\n",
        "//- content/a.md\nFRONT\n<!-- silcrow-ignore missing-page: soon -->\n[x](nowhere.md)\n\n- <!-- silcrow-ignore missing-page, missing-asset: both -->\n  [x](nowhere.md) ![y](nowhere.png)\n\n<!-- silcrow-ignore missing-page: one -->\n<!-- silcrow-ignore missing-asset: above the other -->\n[x](nowhere.md) ![y](nowhere.png)\n\n    <!-- silcrow-ignore missing-page: code -->\n//- content/c.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\nrelated:\n  # silcrow-ignore missing-related: written next week\n  - nowhere\n---\n//- site.yaml\nrules:\n  # silcrow-ignore unknown-rule: of a newer silcrow\n  not-yet-known: off\n//- templates/404.html\n{# silcrow-ignore missing-page: of another part of the origin #}\n<a href=\"/pricing/\">x</a>\n<!-- silcrow-ignore missing-page: and so is this -->\n<a href=\"/blog/\">x</a>\n",
    ),
    (
        "suppression-without-reason",
        "//- content/a.md\nFRONT\n<!-- silcrow-ignore missing-page -->\n                    ^^^^^^^^^^^^ suppression-without-reason\n[x](nowhere.md)\n    ^^^^^^^^^^ missing-page\n\n<!-- silcrow-ignore: because -->\n     ^^^^^^^^^^^^^^ suppression-without-reason\n",
        "//- content/a.md\nFRONT\n<!-- silcrow-ignore missing-page: because -->\n[x](nowhere.md)\n<!-- another comment -->\n",
    ),
    (
        "stale-article",
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\n         ^^^^^^^^^^ stale-article\nreview_every: 90d\n---\n//- content/s/index.md\n---\ntitle: S\nreview_every: 1 week\n---\n//- content/s/b.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\nreviewed: 2026-11-15\n          ^^^^^^^^^^ stale-article\n---\n",
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\nreviewed: 2026-11-16\nreview_every: 1 week\n---\n//- content/b.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\nreview_every: 1 year\n---\n//- content/c.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\nreview_every: 1 week\ndraft: true\n---\n//- content/index.md\n---\ntitle: H\nupdated: 2020-01-01\nreview_every: 1 week\n---\n",
    ),
    (
        "updated-unchanged",
        "//- silcrow.lock\n# silcrow record 1\n/a/ page 2026-01-01 2:0000000000000001\n//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\n         ^^^^^^^^^^ updated-unchanged\n---\nNew text.\n",
        "//- silcrow.lock\n# silcrow record 1\n/a/ page 2025-12-31 2:0000000000000001\n/b/ page 2026-11-23 2:0000000000000001\n/c/ page - 2:0000000000000001\n/d/ page 2026-01-01 0000000000000001\n/e/ page 2026-01-01 3:0000000000000001\n//- content/d.md\nFRONT\nRecorded in an older way.\n//- content/e.md\nFRONT\nRecorded in a newer way.\n//- content/a.md\nFRONT\nNew text.\n//- content/b.md\n---\ntitle: T\ndescription: D\nupdated: 2026-11-23\n---\nChanged twice today.\n//- content/c.md\nFRONT\n",
    ),
    (
        "url-vanished",
        "//- silcrow.lock\n# silcrow record 1\n/a/ page - 0000000000000001\n^^^ url-vanished\n/b/ redirect /c/\n^^^ url-vanished\n/draft/ page - 0000000000000001\n^^^^^^^ url-vanished\nhttps://example.com/old/ redirect /c/\n^^^^^^^^^^^^^^^^^^^^^^^^ url-vanished\n//- content/draft.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\ndraft: true\n---\n//- content/c.md\nFRONT\n",
        "//- silcrow.lock\n# silcrow record 1\n/a/ page - 0000000000000001\n/b/ redirect /c/\n/f/x/ page - 0000000000000001\n/gone/ gone\n/img.png page - 0000000000000001\nhttps://example.com/old/ redirect /c/\n//- site.yaml\nbase_url: https://example.com/docs/\nredirects: {/f/*: /g/:splat}\n//- content/c.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\naliases: [/a/, /b, https://example.com/old/]\n---\n//- content/g/x.md\nFRONT\n//- content/img.png\n",
    ),
    (
        "anchor-vanished",
        "//- silcrow.lock\n# silcrow record 1\n/a/ page - 0000000000000001 #here #make-a-key\n                                  ^^^^^^^^^^^ anchor-vanished\n/old/ page - 0000000000000001 #lost\n                              ^^^^^ anchor-vanished\n//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\naliases: [/old/]\n---\n## Here\n## Create a key\n",
        "//- silcrow.lock\n# silcrow record 1\n/a/ page - 0000000000000001 !away #here #make-a-key #raw\n//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\nanchors: {make-a-key: create-a-key}\n---\n## Here\n## Create a key\n<p id=\"raw\"></p>\n",
    ),
    (
        "record-damaged",
        "//- silcrow.lock\n# silcrow record 1\n<<<<<<< ours\n^^^^^^^^^^^^ record-damaged\n/a/ gone\n=======\n/a/ gone\n>>>>>>> theirs\n/b/ gonee\n    ^^^^^ record-damaged\n",
        "//- silcrow.lock\n# silcrow record 1\n/a/ gone\n/b/ gone\n",
    ),
    (
        "template-error",
        "//- content/a.md\nFRONT\n//- templates/article.html\n<p>{{ page.titel }}</p>\n           ^^^^^ template-error\n",
        "//- content/a.md\nFRONT\n//- templates/article.html\n<p>{{ page.title }}</p>\n",
    ),
    (
        "unknown-template",
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\ntemplate: guied.html\n          ^^^^^^^^^^ unknown-template\n---\n//- templates/guide.html\n<p></p>\n",
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\ntemplate: guide.html\n---\n//- templates/guide.html\n<p></p>\n",
    ),
    (
        "security-txt-expired",
        "//- site.yaml\ntitle: T\nsecurity_txt:\n  contact: security@example.com\n  expires: 2026-11-23\n           ^^^^^^^^^^ security-txt-expired\n//- content/a.md\nFRONT\n",
        "//- site.yaml\ntitle: T\nsecurity_txt:\n  contact: security@example.com\n  expires: 2026-11-24\n//- content/a.md\nFRONT\n",
    ),
    (
        "unknown-rule",
        "//- content/a.md\nFRONT\n<!-- silcrow-ignore missing-pages: why -->\n                    ^^^^^^^^^^^^^ unknown-rule\n//- site.yaml\nrules:\n  missing-pages: off\n  ^^^^^^^^^^^^^ unknown-rule\n",
        "//- content/a.md\nFRONT\n//- site.yaml\nrules:\n  missing-page: off\n",
    ),
];

#[test]
fn every_case_is_found_at_its_exact_place() {
    for (rule, raises, _) in CASES {
        let (_, expected) = parse(raises);
        assert!(
            expected.iter().any(|found| found.4 == *rule),
            "{rule} is not marked in its fixture"
        );
        check(raises);
    }
}

#[test]
fn nothing_is_found_where_nothing_is_wrong() {
    for (_, _, clean) in CASES {
        let (_, expected) = parse(clean);
        assert!(expected.is_empty(), "a clean fixture has a mark: {clean}");
        check(clean);
    }
}

type Make = fn() -> ProblemKind;

/// What only a file system can bring about; `tests/program/hostile.rs` brings it about on a real one.
const PROBLEMS: [(&str, Make); 7] = [
    ("not-utf8", || ProblemKind::NotUtf8 { offset: 4, byte: 0xE9 }),
    ("unreadable-file", || ProblemKind::Unreadable("permission denied".to_owned())),
    ("symlink-outside", || ProblemKind::SymlinkOutside),
    ("symlink-outside", || ProblemKind::SymlinkBroken),
    ("symlink-loop", || ProblemKind::SymlinkLoop),
    ("unusable-file-name", || ProblemKind::UnusableName("it ends in a dot".to_owned())),
    ("too-deep", || ProblemKind::TooDeep),
];

#[test]
fn every_problem_of_the_reader_is_a_finding() {
    for (rule, kind) in PROBLEMS {
        let (mut sources, _) = parse("//- content/a.md\nFRONT\n");
        let clean = findings(&sources, &today());
        assert!(clean.iter().all(|finding| finding.rule.name != rule), "{rule}");
        sources.problems.push(Problem { path: SourcePath::new("content/a.md"), kind: kind() });
        let found = findings(&sources, &today());
        assert_eq!(found.iter().filter(|finding| finding.rule.name == rule).count(), 1, "{rule}");
    }
}

/// Rules whose cases are too long to be written out, each with the test below or in `verbs.rs` that has them.
const LONG: [&str; 2] = ["host-limit", "stale-baseline"];

#[test]
fn more_redirects_than_hosts_read_are_told_of() {
    let site = |patterns: usize, aliases: usize| {
        let patterns: String = (0..patterns).map(|n| format!("  /old{n}/*: /new/\n")).collect();
        let aliases: Vec<String> = (0..aliases).map(|n| format!("/a{n}/")).collect();
        let mark = if patterns.lines().count() > 100 { " ! host-limit" } else { "" };
        format!(
            "//- site.yaml{mark}\ntitle: T\nredirects:\n{patterns}\n//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\naliases: [{}]\n---\n",
            aliases.join(", ")
        )
    };
    check(&site(100, 2));
    assert!(check(&site(101, 2)).iter().any(|finding| finding.rule.name == "host-limit"));
    let many = site(1, 2001).replace("//- site.yaml\n", "//- site.yaml ! host-limit\n");
    assert!(
        check(&many).iter().any(|finding| finding.message.contains("2001 redirects of single"))
    );
}

#[test]
fn redirects_without_a_page_that_gitlab_does_not_read_are_told_of() {
    let site = |redirects: &str, aliases: usize, length: usize| {
        let long = "x".repeat(length);
        let aliases: Vec<String> = (0..aliases).map(|n| format!("/a{n}{long}/")).collect();
        format!(
            "//- site.yaml\ntitle: T\nredirects: {{{redirects}}}\n//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\naliases: [{}]\n---\n",
            aliases.join(", ")
        )
    };
    let told = |site: String| {
        let (sources, _) = parse(&site);
        let found = findings(&sources, &today());
        let of_hosts = found.into_iter().filter(|finding| finding.rule.name == "host-limit");
        of_hosts.map(|finding| finding.message).collect::<Vec<_>>()
    };
    assert_eq!(told(site("/old/*: /new/", 999, 0)), Vec::<String>::new());
    assert_eq!(
        told(site("/old/*: /new/", 1000, 0)),
        [
            "`_redirects` has 1001 lines, and GitLab Pages reads the first 1000; redirects that have no page come last, and are lost there"
        ]
    );
    let long = told(site("/old/: /new/", 500, 150));
    assert!(long[0].contains("reads none with more than 65536;"), "{long:?}");
    // An alias has a page everywhere.
    assert_eq!(told(site("", 1500, 0)), Vec::<String>::new());
}

#[test]
fn a_policy_that_names_more_sites_than_fit_into_a_line_is_told_of() {
    let site = |count: usize| {
        let images = (0..count).map(|n| format!("![x](https://pictures-{n}.example/a.png)\n"));
        let images: String = images.collect();
        let mark = if count > 20 { " ! host-limit" } else { "" };
        format!("//- site.yaml{mark}\ntitle: T\n//- content/a.md\nFRONT\n{images}")
    };
    check(&site(20));
    let found = check(&site(70));
    assert!(found.iter().any(|finding| finding.message.contains("one line of `_headers`")));
}

#[test]
fn a_redirect_that_is_longer_than_hosts_read_is_told_of() {
    let site = |length: usize, mark: &str| {
        let long = "x".repeat(length);
        format!(
            "//- site.yaml{mark}\ntitle: T\nredirects:\n  /old/: /{long}/\n//- content/a.md\nFRONT\n"
        )
    };
    check(&site(980, ""));
    check(&site(990, " ! host-limit"));
}

#[test]
fn files_that_a_site_has_for_programs_can_be_linked_to_and_conflict_with_its_own() {
    check(
        "//- site.yaml\ntitle: T\nbase_url: https://example.com/\nllms_full: true\nsecurity_txt: {contact: a@b.c, expires: 2027-01-01}\n//- content/a.md\nFRONT\n[1](/sitemap.xml) [2](/feed.xml) [3](/robots.txt) [4](/llms.txt) [5](/llms-full.txt) [6](/_headers) [7](/.well-known/security.txt) [8](/speculation-rules.json) [9](/a/index.md) [10](/index.md)\n                                                                                                                                                                                      ^^^^^^^^^ absolute-md\n//- content/index.md\n---\ntitle: Home\n---\n//- static/page.html\n<a href=\"/index.md\">x</a> <a href=\"/a/index.md\">x</a>\n",
    );
    check(
        "//- site.yaml\ntitle: T\n//- content/a.md\nFRONT\n[1](/sitemap.xml) [2](/feed.xml) [3](/llms-full.txt) [4](/d/index.md)\n    ^^^^^^^^^^^^ missing-asset\n                      ^^^^^^^^^ missing-asset\n                                     ^^^^^^^^^^^^^^ missing-asset\n                                                         ^^^^^^^^^^^ draft-target\n//- content/d.md\n---\ntitle: D\ndescription: D\nupdated: 2026-01-01\ndraft: true\n---\n",
    );
    check(
        "//- site.yaml\ntitle: T\nbase_url: https://example.com/\n//- content/a.md\nFRONT\n//- static/sitemap.xml ! url-conflict\nx\n//- static/feed.xml/x.txt ! url-conflict\nx\n//- static/a/index.md ! url-conflict\nx\n//- static/robots.txt\nx\n//- static/_headers\nx\n//- static/llms.txt\nx\n//- static/b/index.md\nx\n",
    );
    check(
        "//- site.yaml\ntitle: T\nfeed_articles: 0\nbase_url: https://example.com/\n//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\naliases: [/a/index.md, /b/index.md]\n          ^^^^^^^^^^^ alias-shadows-page\n---\n//- static/feed.xml\nx\n",
    );
}

#[test]
fn a_picture_that_is_not_there_is_found_in_the_settings() {
    let found = check(
        "//- site.yaml\ntitle: T\nimage: socail.png\n       ^^^^^^^^^^ missing-asset\n//- content/a.md\nFRONT\n//- static/social.png\nx\n",
    );
    assert!(found.iter().any(|finding| finding.suggestion() == Some("social.png")));
}

#[test]
fn the_table_has_no_rule_without_a_case() {
    let cases = CASES.iter().chain(external::CASES).map(|(rule, _, _)| *rule).chain(LONG);
    let covered: BTreeSet<&str> = cases.chain(PROBLEMS.iter().map(|(rule, _)| *rule)).collect();
    let table: BTreeSet<&str> = RULES.iter().map(|rule| rule.name).collect();
    assert_eq!(covered, table);
}

#[test]
fn a_broken_definition_is_one_finding_with_its_uses() {
    let findings = check(
        "//- content/a.md\nFRONT\n[one][ref] and [two][ref] and [ref]\n\n[ref]: <nowhere.md> \"Title\"\n        ^^^^^^^^^^ missing-page\n",
    );
    let broken = findings
        .iter()
        .find(|finding| finding.rule.name == "missing-page")
        .expect("it is reported");
    assert_eq!(broken.related.len(), 3);
}

#[test]
fn destinations_are_found_wherever_they_stand() {
    check(
        "//- content/a.md\nFRONT\n> - | a | b |\n>   |---|---|\n>   | [x](n1.md \"t\") | **[y *z*](<n2.md>)** |\n          ^^^^^ missing-page\n                                  ^^^^^ missing-page\n\n[![alt](n3.png)](n4.md)\n        ^^^^^^ missing-asset\n                 ^^^^^ missing-page\n\nA [wrapped\nlink](n5.md) and \u{1f511} [é](n6.md).\n      ^^^^^ missing-page\n                       ^^^^^ missing-page\n<div><a class=x href='n7.md'>x</a>\n                      ^^^^^ missing-page\n<img srcset=\"n8.png 1x, n9.png 2x\" src=n0.png alt=x></div>\n             ^^^^^^ missing-asset\n                        ^^^^^^ missing-asset\n                                       ^^^^^^ missing-asset\n",
    );
}

#[test]
fn drafts_are_checked_as_warnings() {
    let found = check(
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\ndraft: true\n---\n[x](nowhere.md)\n    ^^^^^^^^^^ missing-page\n",
    );
    assert!(found.iter().all(|finding| finding.severity < silcrow::diagnostic::Severity::Error));
    let mut options = today();
    options.drafts = true;
    let found = check_with(
        "//- content/a.md\n---\ntitle: T\ndescription: D\nupdated: 2026-01-01\ndraft: true\n---\n[x](nowhere.md)\n    ^^^^^^^^^^ missing-page\n",
        &options,
    );
    assert!(found.iter().any(|finding| finding.severity == silcrow::diagnostic::Severity::Error));
}

#[test]
fn severities_follow_the_configuration() {
    let fixture = "//- site.yaml\nrules:\n  missing-page:\n    \"content/old/**\": off\n    \"content/new/**\": warning\n//- content/old/a.md\nFRONT\n[x](nowhere.md)\n//- content/new/a.md\nFRONT\n[x](nowhere.md)\n    ^^^^^^^^^^ missing-page\n//- content/a.md\nFRONT\n[x](nowhere.md)\n    ^^^^^^^^^^ missing-page\n";
    let severities: Vec<_> = check(fixture)
        .iter()
        .filter(|finding| finding.rule.name == "missing-page")
        .map(|finding| (finding.span.file.to_string(), finding.severity.name()))
        .collect();
    let expected = [("content/a.md", "error"), ("content/new/a.md", "warning")];
    assert_eq!(severities, expected.map(|(file, severity)| (file.to_owned(), severity)));
}

#[test]
fn suggestions_name_what_was_meant() {
    for (fixture, suggestion) in [
        (
            "//- content/a.md\nFRONT\n[x](overveiw.md)\n//- content/overview.md\nFRONT\n",
            "overview.md",
        ),
        (
            "//- content/a.md\nFRONT\n[x](overview.md#x)\n//- content/s/overview.md\nFRONT\n## X\n",
            "s/overview.md#x",
        ),
        ("//- content/s/a.md\nFRONT\n[x](/b)\n//- content/b.md\nFRONT\n", "/b/"),
        ("//- content/s/a.md\nFRONT\n[x](../b)\n//- content/b.md\nFRONT\n", "../b.md"),
        ("//- content/a.md\nFRONT\n## Create your key {#key}\n[x](#create-your-key)\n", "#key"),
        (
            "//- content/a.md\nFRONT\n## One\n[x](#billing)\n//- content/b.md\nFRONT\n## Billing\n",
            "b.md#billing",
        ),
        (
            "//- content/a.md\nFRONT\n![x](img/key.png)\n//- static/images/key.png\n",
            "images/key.png",
        ),
        ("//- content/a.md\n---\ntitel: T\n---\n", "title"),
        ("//- content/a.md\n---\ntitle: 12\n---\n", "\"12\""),
        // As it is written: a version is no number.
        ("//- content/a.md\n---\ntitle: 1.10\n---\n", "\"1.10\""),
        ("//- content/a.md\n---\ntitle: 0x10\n---\n", "\"0x10\""),
    ] {
        let (sources, _) = parse(fixture);
        let found = findings(&sources, &today());
        let suggested: Vec<_> = found.iter().filter_map(|finding| finding.suggestion()).collect();
        assert!(suggested.contains(&suggestion), "{suggestion} in {suggested:?} of {fixture}");
    }
}

#[test]
fn a_finding_is_at_its_own_entry_after_an_invalid_one() {
    check(
        "//- content/t.md
---
title: T
description: D
updated: 2026-01-01
related:
  - \"\"
    ^^ invalid-value
  - u
  - gone
    ^^^^ missing-related
aliases:
  - old/u
    ^^^^^ invalid-value
  - /u/
    ^^^ alias-shadows-page
anchors:
  a: \"#x\"
      ^^ invalid-value
  b: nowhere
     ^^^^^^^ missing-anchor
---
//- content/u.md
FRONT
//- site.yaml
theme:
  navigation:
    A: /x
       ^^ invalid-value
    B: gone
       ^^^^ missing-page
",
    );
}
