//! Everything that the theme says: `templates/strings.yaml`, a site's own lines over the theme's.

use crate::config::Strings;
use crate::diagnostic::{Diagnostic, INVALID_VALUE, Problem};
use crate::fields::{Fields, Problems, Text};
use crate::path::SourcePath;
use crate::source::{Placed, without_mark};
use crate::theme;
use crate::yaml::{self, Entry};

/// The file's place.
pub const FILE: &str = "templates/strings.yaml";

/// The theme's strings, in which every name that there is occurs, with a site's own over them.
pub fn read(own: Option<&str>) -> (Strings, Vec<Diagnostic>) {
    let theme = theme::text(FILE);
    let theme = yaml::read(theme, without_mark(theme)).root;
    let text =
        |entry: &Entry<'_>| (entry.name().to_owned(), entry.value.text().unwrap_or("").to_owned());
    let mut strings: Strings = theme.entries().iter().map(text).collect();
    let Some(own) = own else { return (strings, Vec::new()) };
    let mut document = yaml::read(own, without_mark(own));
    let mut problems = Problems::of(&mut document);
    let fields = Fields::of(document.root, "write one `name: text` a line", &mut problems);
    if let Some(mut fields) = fields {
        let names: Vec<_> = theme.entries().iter().map(Entry::name).collect();
        for name in &names {
            let read = fields.take::<Placed<Text>>(name, &mut problems);
            let (Some(string), Some(known)) = (read, strings.get_mut(*name)) else { continue };
            if let Some(lost) = lost_placeholder(known, &string) {
                let message = format!("`{name}` does not say `{lost}`");
                let problem = Problem::new(&INVALID_VALUE, string.at(), message);
                problems.add(problem.help("keep every `{…}` of the theme's string"));
            }
            *known = string.value;
        }
        fields.finish(&names, &mut problems);
    }
    let path = SourcePath::new(FILE);
    let found = problems.found.into_iter().map(|problem| problem.diagnostic(&path)).collect();
    (strings, found)
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
    use super::read;
    use crate::fields::{Fields, Problems, Text};
    use crate::source::Placed;

    #[test]
    fn every_string_of_the_theme_is_a_text() {
        let text = crate::theme::text(super::FILE);
        let mut document = crate::yaml::read(text, 0..text.len());
        let mut problems = Problems::of(&mut document);
        let mut fields = Fields::of(document.root, "", &mut problems).expect("they are keys");
        let names: Vec<_> = read(None).0.into_keys().collect();
        for name in &names {
            assert!(fields.take::<Placed<Text>>(name, &mut problems).is_some(), "{name}");
        }
        assert!(problems.found.is_empty() && names.len() == 64, "{problems:?}");
    }

    #[test]
    fn a_site_overrides_single_strings_and_keeps_their_values() {
        let (strings, found) = read(Some("note: Hinweis\nlink_to_heading: Link\nnotee: x\n"));
        let rules: Vec<_> = found.iter().map(|finding| finding.rule.name).collect();
        assert_eq!(rules, ["invalid-value", "unknown-field"]);
        assert_eq!(strings["note"], "Hinweis");
        assert_eq!(strings["tip"], "Tip");
    }
}
