//! Pictures made by code, in the formats and with the oddities that tests need.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{DynamicImage, ImageEncoder, RgbImage};

/// A picture that no format tells in few bytes, the same each time.
pub(crate) fn noise(width: u32, height: u32) -> DynamicImage {
    let mut state = 1_u32;
    let picture = RgbImage::from_fn(width, height, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let grain = (state >> 27) as u8;
        image::Rgb([(x / 4) as u8 ^ grain, (y / 2) as u8 ^ grain, grain.wrapping_mul(5)])
    });
    DynamicImage::ImageRgb8(picture)
}

fn encoded(write: impl FnOnce(&mut Vec<u8>) -> image::ImageResult<()>) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut bytes).expect("a picture can be encoded");
    bytes
}

pub(crate) fn png(picture: &DynamicImage) -> Vec<u8> {
    encoded(|bytes| picture.write_with_encoder(PngEncoder::new(bytes)))
}

pub(crate) fn png_with_profile(picture: &DynamicImage, profile: &[u8]) -> Vec<u8> {
    encoded(|bytes| {
        let mut encoder = PngEncoder::new(bytes);
        encoder.set_icc_profile(profile.to_vec()).expect("a PNG can have a profile");
        picture.write_with_encoder(encoder)
    })
}

pub(crate) fn jpeg(picture: &DynamicImage) -> Vec<u8> {
    encoded(|bytes| picture.write_with_encoder(JpegEncoder::new_with_quality(bytes, 95)))
}

pub(crate) fn webp(picture: &DynamicImage) -> Vec<u8> {
    encoded(|bytes| picture.write_with_encoder(WebPEncoder::new_lossless(bytes)))
}

/// A JPEG with an orientation (Exif).
pub(crate) fn turned(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let tiff = [
        b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".as_slice(),
        &[orientation, 0, 0, 0, 0, 0, 0],
    ]
    .concat();
    let length = (2 + 6 + tiff.len()) as u8;
    [&jpeg[..2], b"\xff\xe1\0", &[length], b"Exif\0\0", &tiff, &jpeg[2..]].concat()
}

/// A chunk of a PNG.
fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [kind.as_slice(), data].concat();
    let mut crc = u32::MAX;
    for byte in &body {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    let length = (data.len() as u32).to_be_bytes();
    [length.as_slice(), &body, &(!crc).to_be_bytes()].concat()
}

/// Where the first chunk after the header begins.
const AFTER_HEADER: usize = 8 + 25;

/// A PNG that says it moves, though it has one frame alone.
pub(crate) fn moving_png(picture: &DynamicImage) -> Vec<u8> {
    let bytes = png(picture);
    let (width, height) = (picture.width().to_be_bytes(), picture.height().to_be_bytes());
    let control = chunk(b"acTL", &[0, 0, 0, 1, 0, 0, 0, 0]);
    let frame = [[0; 4].as_slice(), &width, &height, &[0; 8], &[0, 1, 0, 10, 0, 0]].concat();
    [&bytes[..AFTER_HEADER], &control, &chunk(b"fcTL", &frame), &bytes[AFTER_HEADER..]].concat()
}

/// A few bytes that say they are 60,000 pixels wide and high.
pub(crate) fn bomb() -> Vec<u8> {
    let bytes = png(&noise(4, 4));
    let side = 60_000_u32.to_be_bytes();
    let header = chunk(b"IHDR", &[side.as_slice(), &side, &[8, 2, 0, 0, 0]].concat());
    let mut bomb = Cursor::new(Vec::new());
    for part in [&bytes[..8], &header, &bytes[AFTER_HEADER..]] {
        std::io::Write::write_all(&mut bomb, part).expect("memory can be written");
    }
    bomb.into_inner()
}
