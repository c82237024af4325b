//! What `_redirects` and `_headers` say, for nginx: two files to include. They are no part of the site, and never stand
//! among what readers get.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::headers::{IMMUTABLE, MARKDOWN, everywhere, hashed, hashed_folders, types};
use super::redirects::{RedirectLine, lines};
use crate::path::UrlPath;
use crate::site::Site;

/// The header that is not sent to those who ask for little data.
const SPECULATION_RULES: &str = "Speculation-Rules";

/// The files, by name.
pub fn nginx(site: &Site) -> [(&'static str, String); 2] {
    [("maps.conf", maps(site)), ("server.conf", server(site))]
}

/// The bytes of a key: 64, without two pointers and the length.
const LONGEST_KEY: usize = 46;

/// Tables, for the `http` block.
fn maps(site: &Site) -> String {
    let (folders, single): (Vec<RedirectLine>, Vec<RedirectLine>) =
        lines(site).into_iter().partition(|line| line.from.ends_with('*'));
    let single = single.iter().map(|line| (key(&decoded(&line.from)), quoted(&literal(&line.to))));
    let hashed = hashed(site).into_iter().map(|file| key(&decoded(&file)));
    let folders_of_hashed = hashed_folders(site).into_iter();
    let hashed_folders =
        folders_of_hashed.map(|folder| quoted(&format!("~^{}", pattern(&decoded(&folder)))));
    let hashed = hashed.chain(hashed_folders).map(|file| (file, quoted(IMMUTABLE)));
    let mut text = String::from("# Written by silcrow. Include it in the `http` block.\n\n");
    // From the address as it was asked for: what is put into an answer's header must not have been decoded.
    text.push_str(&map("$request_uri $silcrow_folder", "\"\"", folders.iter().map(folder)));
    text.push('\n');
    text.push_str(&map("$uri $silcrow_redirect", "$silcrow_folder", single));
    text.push('\n');
    let default = quoted("public, max-age=0, must-revalidate");
    text.push_str(&map("$uri $silcrow_cache", &default, hashed));
    if let Some((_, rules)) = everywhere(site).iter().find(|(name, _)| *name == SPECULATION_RULES) {
        // An empty header is not sent.
        let save_data = [(quoted("~*on"), quoted(""))].into_iter();
        text.push('\n');
        text.push_str(&map(
            "$http_save_data $silcrow_speculation_rules",
            &quoted(rules),
            save_data,
        ));
    }
    text
}

fn map(names: &str, default: &str, entries: impl Iterator<Item = (String, String)>) -> String {
    let entries: String = entries.map(|(key, value)| format!("    {key} {value};\n")).collect();
    format!("map {names} {{\n    default {default};\n{entries}}}\n")
}

fn decoded(url: &str) -> Cow<'_, str> {
    percent_decode_str(url).decode_utf8_lossy()
}

/// A path as the key of a map. In the hash table that nginx makes of keys, of 64 bytes unless told otherwise, longer ones find
/// no place, and nginx does not start (`ngx_hash_init`): these are regular expressions.
fn key(path: &str) -> String {
    if path.len() <= LONGEST_KEY { quoted(path) } else { quoted(&format!("~^{}$", pattern(path))) }
}

/// A redirect of a whole folder.
fn folder(RedirectLine { from, to }: &RedirectLine) -> (String, String) {
    let pattern = format!("~^{}(?<silcrow_rest>[^?#]*)", pattern(from.trim_end_matches('*')));
    (quoted(&pattern), quoted(&literal(to).replace(":splat", "${silcrow_rest}")))
}

/// A regular expression of what begins with a text.
fn pattern(text: &str) -> String {
    let mut pattern = String::new();
    for c in text.chars() {
        if !c.is_alphanumeric() && c != '/' {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

/// Directives, for the `server` block.
fn server(site: &Site) -> String {
    let mut text = String::from(
        "# Written by silcrow. Include it in the `server` block whose `root` holds the site.\n\nif ($silcrow_redirect) {\n    return 301 $silcrow_redirect;\n}\n\n",
    );
    for (name, value) in everywhere(site) {
        let value = match name {
            SPECULATION_RULES => "$silcrow_speculation_rules".to_owned(),
            _ => quoted(&value),
        };
        text.push_str(&format!("add_header {name} {value} always;\n"));
    }
    text.push_str("add_header Cache-Control $silcrow_cache;\n\n");
    // Pages of errors are named by paths that nobody decodes.
    let not_found = site.href(&UrlPath::new("/404.html"));
    text.push_str(&format!("error_page 404 {};\n\n", quoted(&literal(&decoded(&not_found)))));
    text.push_str("charset utf-8;\ncharset_types text/xml text/plain text/css application/javascript application/atom+xml;\n\n");
    for (file, media_type) in types(site) {
        text.push_str(&location(&format!("= {}", quoted(&decoded(&file))), media_type));
    }
    text.push_str(&location("~ \"\\.md$\"", MARKDOWN));
    for url in &site.routes.retired {
        let place = quoted(&decoded(&site.href(url)));
        text.push_str(&format!(
            "location = {place} {{\n    error_page 410 \"${{uri}}index.html\";\n    return 410;\n}}\n"
        ));
    }
    text
}

fn location(place: &str, media_type: &str) -> String {
    format!("location {place} {{\n    types {{}}\n    default_type {};\n}}\n", quoted(media_type))
}

/// A URL without `$`, which would begin a variable.
fn literal(url: &str) -> String {
    url.replace('$', "%24")
}

/// A text in quotes.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
