//! How large a picture is shown, in pixels: what its header says, a photograph turned as its camera was held, and of an SVG
//! its `width` and `height`, or its `viewBox`. The one file that names the libraries that read headers.

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek};

use exif::{In, Tag};

use crate::html;

/// How much of a JPEG or an SVG is read: what tells how it is shown comes early, after comments at most.
const HEAD: u64 = 256 * 1024;

/// Width and height; none where the file does not tell.
pub(super) fn dimensions(file: File, extension: &str) -> Option<(u32, u32)> {
    match extension {
        "png" | "gif" | "webp" | "avif" | "heic" => size(&file),
        "jpg" | "jpeg" => {
            let (width, height) = size(&file)?;
            let is_turned = is_turned(&head(file)?);
            Some(if is_turned { (height, width) } else { (width, height) })
        }
        "svg" => svg(&String::from_utf8_lossy(&head(file)?)),
        _ => None,
    }
}

fn size(mut file: &File) -> Option<(u32, u32)> {
    file.rewind().ok()?;
    let size = imagesize::reader_size(BufReader::new(file)).ok()?;
    let (width, height) = (u32::try_from(size.width).ok()?, u32::try_from(size.height).ok()?);
    (width > 0 && height > 0).then_some((width, height))
}

fn head(mut file: File) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    file.rewind().ok()?;
    file.take(HEAD).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// Whether a JPEG is shown on its side (Exif 2.3, tag 0x0112, values 5 to 8).
fn is_turned(jpeg: &[u8]) -> bool {
    let mut reader = exif::Reader::new();
    let read = reader.continue_on_error(true).read_from_container(&mut Cursor::new(jpeg));
    // Of a damaged header, what can be read counts.
    let read = read.or_else(|error| error.distill_partial_result(|_| {}));
    let value = |read: exif::Exif| read.get_field(Tag::Orientation, In::PRIMARY)?.value.get_uint(0);
    read.ok().and_then(value).is_some_and(|value| (5..=8).contains(&value))
}

/// The size of an SVG: what it says itself, or that of the box it is drawn in.
fn svg(text: &str) -> Option<(u32, u32)> {
    let is_svg = |tag: &html::Tag<'_>| tag.name.rsplit(':').next() == Some("svg");
    let tag = html::Reader::new(text).start_tags().find(is_svg)?;
    let length = |name: &str| pixels(tag.attribute(name)?.value.trim());
    let view = tag.attribute("viewbox").and_then(|view| {
        let numbers = view.value.split(|c: char| c == ',' || c.is_ascii_whitespace());
        let numbers = numbers.filter(|part| !part.is_empty()).map_while(|part| part.parse().ok());
        let numbers = <[f64; 4]>::try_from(numbers.collect::<Vec<_>>()).ok();
        numbers.map(|[_, _, width, height]| (width, height))
    });
    let view = view.filter(|(width, height)| *width > 0.0 && *height > 0.0);
    let (width, height) = match (length("width"), length("height"), view) {
        (Some(width), Some(height), _) => (width, height),
        (Some(width), None, Some((across, down))) => (width, width * down / across),
        (None, Some(height), Some((across, down))) => (height * across / down, height),
        (None, None, Some(view)) => view,
        _ => return None,
    };
    let whole = |length: f64| {
        let rounded = length.round();
        (1.0..=65_535.0).contains(&rounded).then_some(rounded as u32)
    };
    Some((whole(width)?, whole(height)?))
}

/// A length in pixels (CSS Values, section 6.2).
fn pixels(length: &str) -> Option<f64> {
    let end = length.find(|c: char| c.is_ascii_alphabetic() || c == '%').unwrap_or(length.len());
    let factor = match &length[end..] {
        "" | "px" => 1.0,
        "pt" => 4.0 / 3.0,
        "pc" => 16.0,
        "in" => 96.0,
        "cm" => 96.0 / 2.54,
        "mm" => 96.0 / 25.4,
        _ => return None,
    };
    let number: f64 = length[..end].trim().parse().ok()?;
    (number > 0.0).then_some(number * factor)
}

#[cfg(test)]
mod tests {
    use super::{is_turned, svg};

    #[test]
    fn an_svg_says_its_size_in_many_ways() {
        for (text, expected) in [
            ("<svg width=\"30\" height='20px' viewBox=\"0 0 1 1\">", Some((30, 20))),
            (
                "<?xml?><!-- <svg width='1' height='1'> --><svg\nviewBox='0,0 24.4 12'>",
                Some((24, 12)),
            ),
            ("<svg width=\"100\" viewBox=\"0 0 200 100\">", Some((100, 50))),
            ("<svg width='100%' height='100%' viewBox='0 0 64 32'/>", Some((64, 32))),
            ("<svg stroke-width='7' width='1in' height='72pt'>", Some((96, 96))),
            ("<svg width='100'>", None),
            ("<svg width='0' height='0'>", None),
            ("<svg width='nan' height='inf'>", None),
            ("<svg viewBox='0 0 1e99 1'>", None),
            ("<svg viewBox='0 0 2 1 1'>", None),
            ("<!-- <svg width='1' height='1'>", None),
            ("<svg width='1", None),
            ("", None),
        ] {
            assert_eq!(svg(text), expected, "{text}");
        }
    }

    /// A JPEG's first segments with that orientation, in either byte order.
    fn jpeg(value: u8, is_little: bool) -> Vec<u8> {
        let tiff: Vec<u8> = match is_little {
            true => {
                [b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".as_slice(), &[value, 0, 0, 0]]
                    .concat()
            }
            false => {
                [b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01".as_slice(), &[0, value, 0, 0]]
                    .concat()
            }
        };
        let length = (2 + 6 + tiff.len()) as u8;
        [b"\xff\xd8\xff\xe0\0\x04ab\xff\xe1\0".as_slice(), &[length], b"Exif\0\0", &tiff].concat()
    }

    #[test]
    fn a_photograph_on_its_side_is_known() {
        for is_little in [true, false] {
            let turned: Vec<bool> =
                (0..10).map(|value| is_turned(&jpeg(value, is_little))).collect();
            assert_eq!(turned, (0..10).map(|value| (5..=8).contains(&value)).collect::<Vec<_>>());
        }
    }

    #[test]
    fn no_header_is_too_damaged() {
        let whole = jpeg(6, false);
        for end in 0..whole.len() {
            let mut bytes = whole[..end].to_vec();
            let _ = is_turned(&bytes);
            bytes.extend([0xff; 40]);
            let _ = is_turned(&bytes);
        }
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 0xff;
            let _ = is_turned(&bytes);
        }
    }
}
