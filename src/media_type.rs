//! Media types by file name, with the character set for what is text. Knows names alone and never looks into a file.

use crate::path::extension;

/// The type of unknown files.
const UNKNOWN: &str = "application/octet-stream";

/// Extensions in lower case and what they are, by the IANA registry and the WHATWG standards where these differ from it.
/// A table of what sites carry, and no crate: those list a thousand types, none with its character set.
const TYPES: [(&str, &str); 58] = [
    ("atom", "application/atom+xml; charset=utf-8"),
    ("avif", "image/avif"),
    ("bmp", "image/bmp"),
    ("cjs", "text/javascript; charset=utf-8"),
    ("css", "text/css; charset=utf-8"),
    ("csv", "text/csv; charset=utf-8"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("eot", "application/vnd.ms-fontobject"),
    ("flac", "audio/flac"),
    ("gif", "image/gif"),
    ("gz", "application/gzip"),
    ("htm", "text/html; charset=utf-8"),
    ("html", "text/html; charset=utf-8"),
    ("ico", "image/x-icon"),
    ("ics", "text/calendar; charset=utf-8"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("js", "text/javascript; charset=utf-8"),
    ("json", "application/json; charset=utf-8"),
    ("jsonld", "application/ld+json; charset=utf-8"),
    ("jxl", "image/jxl"),
    ("m4a", "audio/mp4"),
    ("m4v", "video/mp4"),
    ("map", "application/json; charset=utf-8"),
    ("markdown", "text/markdown; charset=utf-8"),
    ("md", "text/markdown; charset=utf-8"),
    ("mjs", "text/javascript; charset=utf-8"),
    ("mov", "video/quicktime"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("oga", "audio/ogg"),
    ("ogg", "audio/ogg"),
    ("ogv", "video/ogg"),
    ("opus", "audio/ogg"),
    ("otf", "font/otf"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("rss", "application/rss+xml; charset=utf-8"),
    ("svg", "image/svg+xml; charset=utf-8"),
    ("tar", "application/x-tar"),
    ("toml", "application/toml; charset=utf-8"),
    ("ttf", "font/ttf"),
    ("txt", "text/plain; charset=utf-8"),
    ("vtt", "text/vtt; charset=utf-8"),
    ("wasm", "application/wasm"),
    ("wav", "audio/wav"),
    ("weba", "audio/webm"),
    ("webm", "video/webm"),
    ("webmanifest", "application/manifest+json; charset=utf-8"),
    ("webp", "image/webp"),
    ("woff", "font/woff"),
    ("woff2", "font/woff2"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("xml", "application/xml; charset=utf-8"),
    ("yaml", "application/yaml; charset=utf-8"),
    ("yml", "application/yaml; charset=utf-8"),
    ("zip", "application/zip"),
];

/// The media type of a file, by the extension of its name or path: `image/png`.
pub fn media_type(path: &str) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or(path);
    let extension = extension(name).map(str::to_ascii_lowercase);
    let row = TYPES.iter().find(|(known, _)| extension.as_deref() == Some(known));
    row.map_or(UNKNOWN, |(_, media_type)| media_type)
}

#[cfg(test)]
mod tests {
    use super::{TYPES, media_type};

    #[test]
    fn types_are_told_by_the_extension_in_any_case() {
        assert_eq!(media_type("byok/index.html"), "text/html; charset=utf-8");
        assert_eq!(media_type("/logo.SVG"), "image/svg+xml; charset=utf-8");
        assert_eq!(media_type("a.tar.gz"), "application/gzip");
        assert_eq!(media_type("demo.mp4"), "video/mp4");
    }

    #[test]
    fn what_has_no_known_extension_is_bytes() {
        for path in ["LICENSE", ".htaccess", "a.html/b", "x.unheard", "", "a."] {
            assert_eq!(media_type(path), "application/octet-stream", "{path}");
        }
    }

    #[test]
    fn the_table_is_sorted_and_text_says_its_characters() {
        assert!(TYPES.is_sorted_by(|(left, _), (right, _)| left < right));
        for (extension, text) in TYPES {
            let is_text =
                text.starts_with("text/") || text.contains("json") || text.contains("xml;");
            assert!(!is_text || text.ends_with("; charset=utf-8"), "{extension}");
        }
    }
}
