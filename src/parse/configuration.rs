//! Reads `site.yaml`: its keys are tables in `config`; here is what is wrong with keys beside each other.

use crate::config::Configuration;
use crate::diagnostic::{Diagnostic, INVALID_VALUE, Problem};
use crate::fields::{Kind, Problems};
use crate::path::SourcePath;
use crate::redirect::Foreign;
use crate::source::without_mark;
use crate::yaml;

/// The configuration's file name.
pub const FILE: &str = "site.yaml";

/// Reads `site.yaml`; every setting that is wrong counts as absent.
pub fn read(text: &str) -> (Configuration, Vec<Diagnostic>) {
    let mut document = yaml::read(text, without_mark(text));
    let mut problems = Problems::of(&mut document);
    let mut configuration = Configuration::read(document.root, &mut problems).unwrap_or_default();
    let mut problems = problems.found;
    let base = configuration.base_url.as_ref();
    // Redirects of another site have to be made there.
    configuration.redirects.retain_mut(|redirect| match redirect.from.location(base) {
        Ok(location) => {
            redirect.location = location;
            true
        }
        Err(Foreign { message, help }) => {
            let problem = Problem::new(&INVALID_VALUE, redirect.from.at(), message);
            problems.push(problem.help(help));
            false
        }
    });
    let path = SourcePath::new(FILE);
    let findings = problems.into_iter().map(|problem| problem.diagnostic(&path));
    (configuration, findings.collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::read;
    use crate::diagnostic::{MISSING_PAGE, Severity};
    use crate::path::SourcePath;

    /// Lines of settings, right and wrong.
    fn settings() -> impl Strategy<Value = String> {
        let keys = [
            "title",
            "base_url",
            "redirects",
            "rules",
            "missing-page",
            "external",
            "skip",
            "allow",
            "theme",
            "navigation",
            "accent",
            "light",
            "security_txt",
            "expires",
            "contact",
            "extra",
            "feed_articles",
            "freshness",
            "fail_after",
            "review_every",
            "/a/*",
            "\"{a,\"",
            "?",
            "<<",
        ];
        let values = [
            "",
            " x",
            " ~",
            " [",
            " {",
            " [a, {b: c}]",
            " {a: b}",
            " 'a",
            " \"\\u0000\"",
            " |\n   é\n",
            " &a [x]",
            " *a",
            " !t x",
            " !!int x",
            " 1.10",
            " -1",
            " /",
            " https://é/{path}",
            " \"#fc0\"",
            " 2026-02-30",
            " \"[[[{{{\"",
            " \"https://[z-a]{\"",
            " on",
            " 99999999999d",
        ];
        let line = (
            0..4_usize,
            prop::sample::select(keys.to_vec()),
            prop::sample::select(values.to_vec()),
        );
        let line =
            line.prop_map(|(indent, key, value)| format!("{}{key}:{value}\n", "  ".repeat(indent)));
        let any = prop_oneof![8 => line, 1 => ".{0,8}\n", 1 => "[ -~]{0,8}\n"];
        prop::collection::vec(any, 0..12).prop_map(|lines| lines.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]

        #[test]
        fn no_settings_panic_and_every_finding_is_in_the_text(text in settings()) {
            for finding in read(&text).1 {
                prop_assert!(text.get(finding.span.range()).is_some(), "{:?} in {}", finding, text);
            }
        }
    }

    #[test]
    fn severities_are_set_per_rule_and_per_glob() {
        let (configuration, diagnostics) =
            read("rules:\n  missing-page:\n    \"**\": warning\n    \"content/old/**\": off\n");
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        let severity = |path| {
            configuration.rules.severity(&MISSING_PAGE, &SourcePath::new(path), Severity::Error)
        };
        assert_eq!(severity("content/a.md"), Severity::Warning);
        assert_eq!(severity("content/old/x/a.md"), Severity::Off);
    }

    #[test]
    fn security_txt_needs_whom_to_tell_and_until_when() {
        let read = |text: &str| {
            let (configuration, diagnostics) = read(text);
            let found: Vec<_> = diagnostics
                .iter()
                .map(|finding| (finding.rule.name, text[finding.span.range()].to_owned()))
                .collect();
            (configuration.security_txt, found)
        };
        let text = "security_txt:\n  contact: security@a.b\n  expires: 2027-01-01\n  preferred_languages: [en, de]\n";
        let (security, found) = read(text);
        let security = security.expect("nothing is missing");
        assert_eq!(found, []);
        assert_eq!(security.contact, ["mailto:security@a.b"]);
        assert_eq!(text[security.expires.expect("it is there").at()], *"2027-01-01");
        let (security, found) = read("security_txt: {contact: security@a.b}\n");
        assert_eq!(found, [("missing-field", "security_txt".to_owned())]);
        assert_eq!(security, None);
    }

    #[test]
    fn each_wrong_setting_is_a_finding_at_its_place() {
        let text = "titel: x\nbase_url: example.com\nlanguage: english please\ntext_direction: up\nrules:\n  missing-pages: off\n  missing-page: warn\n  url-conflict:\n    \"a{\": off\nredirects:\n  old: /new\n  /a/*/b: /c\n  /d: e\ntheme:\n  accent: \"#ffcc00\"\n  lgo: x\n  navigation: {Home: /, Keys: byok}\n  edit_link: https://example.com/edit\n  feedback: ask\nexternal:\n  alow: []\n  allow: [wiki.example, \"https://intra.example\"]\n  skip:\n    - example.com/**\n    - \"https://a{\"\n    - https://*.example/**\nfeed_articles: -1\nllms_full: 'yes'\nsecurity_txt:\n  contact: [http://a.b/, security@a.b]\n  expires: 2026-13-01\n  policies: https://a.b/\n  hiring: a.b\n";
        let (configuration, diagnostics) = read(text);
        let external = &configuration.external;
        assert_eq!((external.allow.len(), external.skip.len()), (1, 1), "what is right is kept");
        let found: Vec<_> = diagnostics
            .iter()
            .map(|finding| (finding.rule.name, &text[finding.span.range()]))
            .collect();
        for expected in [
            ("unknown-field", "titel"),
            ("invalid-value", "example.com"),
            ("invalid-value", "english please"),
            ("invalid-value", "up"),
            ("unknown-rule", "missing-pages"),
            ("invalid-value", "warn"),
            ("invalid-value", "a{"),
            ("invalid-value", "old"),
            ("invalid-value", "/a/*/b"),
            ("invalid-value", "e"),
            ("low-contrast", "#ffcc00"),
            ("unknown-field", "lgo"),
            ("invalid-value", "/"),
            ("invalid-value", "https://example.com/edit"),
            ("invalid-value", "ask"),
            ("unknown-field", "alow"),
            ("invalid-value", "https://intra.example"),
            ("invalid-value", "example.com/**"),
            ("invalid-value", "https://a{"),
            ("invalid-value", "-1"),
            ("invalid-value", "yes"),
            ("invalid-value", "http://a.b/"),
            ("invalid-value", "2026-13-01"),
            ("unknown-field", "policies"),
            ("invalid-value", "a.b"),
        ] {
            assert!(found.contains(&expected), "{expected:?} in {found:?}");
        }
        assert_eq!(found.len(), 25, "{found:?}");
    }
}
