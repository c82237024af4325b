//! Everything that the theme says: `templates/strings.yaml`, a site's own lines over the theme's.

use crate::config::Strings;
use crate::diagnostic::{Diagnostic, INVALID_VALUE};
use crate::fields::{Fields, Problem, Problems, Text};
use crate::path::SourcePath;
use crate::source::{Placed, without_mark};
use crate::yaml;

/// The file's place.
pub const FILE: &str = "templates/strings.yaml";

/// The names that there are; a test holds them equal to the theme's file.
pub const NAMES: [&str; 64] = [
    "skip_to_content",
    "menu",
    "breadcrumb",
    "home",
    "section_label",
    "in_this_section",
    "all_in_section",
    "on_this_page",
    "updated",
    "by",
    "related",
    "more_pages",
    "previous",
    "next",
    "articles",
    "sections",
    "pages",
    "page_number",
    "one_article",
    "article_count",
    "draft",
    "footer_contact",
    "built_with",
    "not_found_title",
    "not_found_text",
    "not_found_back",
    "search",
    "search_title",
    "search_label",
    "find",
    "close",
    "one_result",
    "result_count",
    "no_results",
    "search_failed",
    "more_results",
    "all_sections",
    "gone_title",
    "gone_text",
    "overdue",
    "redirect_title",
    "redirect_text",
    "note",
    "tip",
    "important",
    "warning",
    "caution",
    "link_to_heading",
    "table",
    "done",
    "not_done",
    "footnotes",
    "back_to_text",
    "site_header",
    "site_footer",
    "site_navigation",
    "dark_colours",
    "helpful",
    "yes",
    "no",
    "edit_page",
    "copy",
    "copy_code",
    "copied",
];

/// Reads a file of strings over `strings`.
pub fn read(text: &str, strings: &mut Strings) -> Vec<Diagnostic> {
    let path = SourcePath::new(FILE);
    let mut document = yaml::read(text, without_mark(text));
    let mut problems = Problems::of(&mut document);
    let fields = Fields::of(document.root, "write one `name: text` a line", &mut problems);
    if let Some(mut fields) = fields {
        for name in NAMES {
            let read = fields.take::<Placed<Text>>(name, &mut problems);
            let Some(string) = read else { continue };
            let known = strings.get(name);
            if let Some(lost) = known.and_then(|known| lost_placeholder(known, &string)) {
                let message = format!("`{name}` does not say `{lost}`");
                let problem = Problem::new(&INVALID_VALUE, string.at(), message);
                problems.add(problem.help("keep every `{…}` of the theme's string"));
            }
            strings.insert(name, string.value);
        }
        fields.finish(&NAMES, &mut problems);
    }
    problems.found.into_iter().map(|problem| problem.diagnostic(&path)).collect()
}

fn lost_placeholder<'a>(known: &'a str, value: &str) -> Option<&'a str> {
    let start = known.find('{')?;
    let end = start + known[start..].find('}')? + 1;
    let placeholder = &known[start..end];
    if value.contains(placeholder) {
        lost_placeholder(&known[end..], value)
    } else {
        Some(placeholder)
    }
}

#[cfg(test)]
mod tests {
    use super::{NAMES, Strings, read};

    #[test]
    fn the_theme_says_exactly_the_names_that_there_are() {
        let mut strings = Strings::new();
        let diagnostics = read(crate::theme::text(super::FILE), &mut strings);
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        let mut names = NAMES.to_vec();
        names.sort_unstable();
        assert_eq!(strings.keys().copied().collect::<Vec<_>>(), names);
    }

    #[test]
    fn a_site_overrides_single_strings_and_keeps_their_values() {
        let mut strings = Strings::new();
        read(crate::theme::text(super::FILE), &mut strings);
        let found = read("note: Hinweis\nlink_to_heading: Link\nnotee: x\n", &mut strings);
        let rules: Vec<_> = found.iter().map(|finding| finding.rule.name).collect();
        assert_eq!(rules, ["invalid-value", "unknown-field"]);
        assert_eq!(strings["note"], "Hinweis");
        assert_eq!(strings["tip"], "Tip");
    }
}
