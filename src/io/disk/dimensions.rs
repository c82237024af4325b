//! How large a picture is shown, in pixels: what its header says, a photograph turned as its camera was held, and of an SVG
//! its `width` and `height`, or its `viewBox`. The one file that names the library that reads headers.

use std::fs::File;
use std::io::{BufReader, Read, Seek};

/// How much of an SVG is looked at: its first tag comes early, after comments at most.
const SVG_HEAD: u64 = 64 * 1024;

/// How much of a JPEG is looked at for how it is turned.
const JPEG_HEAD: u64 = 256 * 1024;

/// Width and height; none where the file does not tell.
pub(super) fn dimensions(mut file: File, extension: &str) -> Option<(u32, u32)> {
    match extension {
        "png" | "gif" | "webp" | "avif" | "heic" => size(&file),
        "jpg" | "jpeg" => {
            let (width, height) = size(&file)?;
            let is_turned = is_turned(&head(&mut file, JPEG_HEAD)?);
            Some(if is_turned { (height, width) } else { (width, height) })
        }
        "svg" => svg(&String::from_utf8_lossy(&head(&mut file, SVG_HEAD)?)),
        _ => None,
    }
}

fn size(mut file: &File) -> Option<(u32, u32)> {
    file.rewind().ok()?;
    let size = imagesize::reader_size(BufReader::new(file)).ok()?;
    let (width, height) = (u32::try_from(size.width).ok()?, u32::try_from(size.height).ok()?);
    (width > 0 && height > 0).then_some((width, height))
}

fn head(file: &mut File, length: u64) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    file.rewind().ok()?;
    file.take(length).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// Whether a JPEG is shown on its side (Exif 2.3, tag 0x0112, values 5 to 8).
fn is_turned(jpeg: &[u8]) -> bool {
    orientation(jpeg).is_some_and(|value| (5..=8).contains(&value))
}

fn orientation(jpeg: &[u8]) -> Option<u16> {
    let mut at = 2;
    loop {
        let [0xff, marker, high, low] = *jpeg.get(at..at + 4)? else { return None };
        let length = usize::from(u16::from_be_bytes([high, low]));
        let segment = jpeg.get(at + 4..(at + 2 + length).min(jpeg.len()))?;
        match marker {
            0xe1 if segment.starts_with(b"Exif\0\0") => return tag(&segment[6..]),
            // The picture itself.
            0xda | 0xd9 => return None,
            _ => at += 2 + length,
        }
    }
}

/// The tag of the orientation in the first directory of a TIFF header.
fn tag(tiff: &[u8]) -> Option<u16> {
    let is_little = tiff.starts_with(b"II");
    let short = |at: usize| {
        let bytes: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if is_little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    };
    let long: [u8; 4] = tiff.get(4..8)?.try_into().ok()?;
    let long = if is_little { u32::from_le_bytes(long) } else { u32::from_be_bytes(long) };
    let directory = usize::try_from(long).ok()?;
    let entries = usize::from(short(directory)?);
    (0..entries)
        .map_while(|entry| directory.checked_add(2 + 12 * entry))
        .take_while(|at| *at < tiff.len())
        .find(|at| short(*at) == Some(0x0112))
        .and_then(|at| short(at + 8))
}

/// The size of an SVG: what it says itself, or that of the box it is drawn in.
fn svg(text: &str) -> Option<(u32, u32)> {
    let tag = first_tag(text)?;
    let length = |name: &str| pixels(attribute(tag, name)?);
    let view = attribute(tag, "viewBox").and_then(|view| {
        let split = view.split(|c: char| c == ',' || c.is_ascii_whitespace());
        let numbers: Vec<f64> =
            split.filter(|part| !part.is_empty()).map_while(|part| part.parse().ok()).collect();
        <[f64; 4]>::try_from(numbers).ok().map(|[_, _, width, height]| (width, height))
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

/// The attributes of the first `<svg>`; comments and whatever precedes it are skipped.
fn first_tag(mut text: &str) -> Option<&str> {
    loop {
        text = &text[text.find('<')?..];
        if let Some(rest) = text.strip_prefix("<!--") {
            text = &rest[rest.find("-->")?..];
        } else if let Some(rest) = text.strip_prefix("<svg") {
            return rest.find('>').map(|end| &rest[..end]);
        } else {
            text = &text[1..];
        }
    }
}

/// The value of an attribute.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.match_indices(name).find_map(|(at, _)| {
        let is_name = tag[..at].ends_with(|c: char| c.is_ascii_whitespace());
        let value = tag[at + name.len()..].trim_start().strip_prefix('=')?.trim_start();
        let quote = value.chars().next().filter(|c| is_name && matches!(c, '"' | '\''))?;
        value[1..].split_once(quote).map(|(value, _)| value.trim())
    })
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
