//! Decodes a picture, makes it smaller, and encodes it again. The one file that names the library of pictures; knows no
//! file. The same bytes give the same bytes on any machine and thread.

use std::io::Cursor;

use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::{CompressionType, FilterType as PngFilter, PngDecoder, PngEncoder};
use image::codecs::webp::{WebPDecoder, WebPEncoder};
use image::imageops::{FilterType, resize};
use image::{DynamicImage, GenericImageView, ImageBuffer, ImageDecoder, ImageEncoder, ImageError};
use image::{ImageResult, Limits, Rgba, RgbaImage};

use super::budget::{Budget, MOST_DECODED, Permit};
use crate::picture::Format;

/// A picture with more pixels is not decoded: a small file can hold a picture that fills all memory.
const MOST_PIXELS: u64 = 64_000_000;

/// Of a JPEG: what photographs and screens show no loss at, at twice the pixels.
const QUALITY: u8 = 82;

/// The gamma of nearly every picture, and how far from it another one is.
const GAMMA: (f64, f64) = (0.45455, 0.005);

type Rgba16Image = ImageBuffer<Rgba<u16>, Vec<u16>>;

/// A decoded picture.
struct Picture<'a> {
    _permit: Permit<'a>,
    /// Eight bits a channel, turned as it is shown.
    pixels: DynamicImage,
    profile: Option<Vec<u8>>,
}

/// Makes pictures smaller; how many at a time, its budget says.
pub(super) struct Engine {
    budget: Budget,
}

impl Engine {
    pub(super) fn new() -> Self {
        Self { budget: Budget::new(MOST_DECODED) }
    }

    /// Variants of a picture, of these widths. None is as wide as the picture; of one that would be, or that would not look
    /// like the picture, there is none.
    pub(super) fn variants(
        &self,
        bytes: &[u8],
        format: Format,
        widths: &[u32],
    ) -> Result<Vec<Option<Vec<u8>>>, String> {
        let picture = decode(bytes, format, &self.budget).map_err(|error| text(&error))?;
        let Some(Picture { pixels, profile, _permit }) = picture else {
            return Ok(vec![None; widths.len()]);
        };
        let variant = |width: &u32| {
            let smaller = smaller(&pixels, *width)?;
            Some(encode(&smaller, &profile, format).map_err(|error| text(&error)))
        };
        widths.iter().map(|width| variant(width).transpose()).collect()
    }
}

/// The picture in the file; none in one that is better left alone, as it moves, or as its colours mean something else than
/// those of other pictures.
fn decode<'a>(
    bytes: &[u8],
    format: Format,
    budget: &'a Budget,
) -> ImageResult<Option<Picture<'a>>> {
    let file = Cursor::new(bytes);
    match format {
        Format::Png => {
            let decoder = PngDecoder::with_limits(file, limits())?;
            let gamma = decoder.gamma_value()?;
            let is_plain = gamma.is_none_or(|gamma| (gamma - GAMMA.0).abs() < GAMMA.1);
            if decoder.is_apng()? || !is_plain { Ok(None) } else { picture(decoder, budget) }
        }
        Format::Jpeg if has_four_inks(bytes) => Ok(None),
        Format::Jpeg => picture(JpegDecoder::new(file)?, budget),
        Format::WebP => {
            let decoder = WebPDecoder::new(file)?;
            if decoder.has_animation() { Ok(None) } else { picture(decoder, budget) }
        }
    }
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    // What a decoder works with beside the picture itself.
    limits.max_alloc = Some(MOST_DECODED + MOST_DECODED / 4);
    limits
}

fn picture(mut decoder: impl ImageDecoder, budget: &Budget) -> ImageResult<Option<Picture<'_>>> {
    let (width, height) = decoder.dimensions();
    let bytes = decoder.total_bytes();
    if u64::from(width) * u64::from(height) > MOST_PIXELS || bytes > MOST_DECODED {
        let kind = image::error::LimitErrorKind::DimensionError;
        return Err(ImageError::Limits(image::error::LimitError::from_kind(kind)));
    }
    decoder.set_limits(limits())?;
    let permit = budget.take(bytes);
    let orientation = decoder.orientation()?;
    let profile = decoder.icc_profile()?.filter(|profile| !profile.is_empty());
    let mut pixels = eight_bits(DynamicImage::from_decoder(decoder)?);
    pixels.apply_orientation(orientation);
    let is_grey = matches!(pixels, DynamicImage::ImageLuma8(_));
    let fits = profile.as_ref().is_none_or(|profile| is_of(profile, is_grey));
    Ok(fits.then_some(Picture { pixels, profile, _permit: permit }))
}

/// Whether a colour profile (ICC.1, 7.2.8) is one of pictures like this.
fn is_of(profile: &[u8], is_grey: bool) -> bool {
    let space: &[u8] = if is_grey { b"GRAY" } else { b"RGB " };
    profile.get(16..20) == Some(space)
}

/// The picture with eight bits a channel, and without transparency where nothing is transparent.
fn eight_bits(pixels: DynamicImage) -> DynamicImage {
    let colours = pixels.color();
    let pixels = match colours.has_alpha() {
        true => DynamicImage::from(pixels.into_rgba8()),
        false => pixels,
    };
    let is_opaque = |pixels: &RgbaImage| pixels.pixels().all(|pixel| pixel.0[3] == u8::MAX);
    match &pixels {
        DynamicImage::ImageRgba8(transparent) if !is_opaque(transparent) => pixels,
        _ if colours.has_color() => pixels.into_rgb8().into(),
        _ => pixels.into_luma8().into(),
    }
}

/// The picture with fewer pixels, so many from left to right; none where it is no wider.
fn smaller(pixels: &DynamicImage, width: u32) -> Option<DynamicImage> {
    let (own, height, wanted) =
        (u64::from(pixels.width()), u64::from(pixels.height()), u64::from(width));
    let height = u32::try_from(((height * wanted + own / 2) / own).max(1)).ok()?;
    (wanted < own).then(|| match pixels {
        DynamicImage::ImageRgba8(pixels) => {
            // The colour of what cannot be seen must not shine through at edges.
            unweighted(&resize(&Weighted(pixels), width, height, FilterType::Lanczos3)).into()
        }
        _ => pixels.resize_exact(width, height, FilterType::Lanczos3),
    })
}

/// Colours by how much of them can be seen, with sixteen bits. A view: a copy would be twice as large as the picture.
struct Weighted<'a>(&'a RgbaImage);

impl GenericImageView for Weighted<'_> {
    type Pixel = Rgba<u16>;

    fn dimensions(&self) -> (u32, u32) {
        self.0.dimensions()
    }

    fn get_pixel(&self, x: u32, y: u32) -> Rgba<u16> {
        let [red, green, blue, alpha] = self.0.get_pixel(x, y).0.map(u32::from);
        // 255 × 255 × 257 / 255 = 65,535.
        let weigh = |colour: u32| (colour * alpha * 257 / 255) as u16;
        Rgba([weigh(red), weigh(green), weigh(blue), (alpha * 257) as u16])
    }
}

fn unweighted(pixels: &Rgba16Image) -> RgbaImage {
    let mut plain = RgbaImage::new(pixels.width(), pixels.height());
    for (from, to) in pixels.pixels().zip(plain.pixels_mut()) {
        let [red, green, blue, alpha] = from.0.map(u32::from);
        let colour = |weighted: u32| match alpha {
            0 => 0,
            _ => ((weighted * 255 + alpha / 2) / alpha).min(255) as u8,
        };
        to.0 = [colour(red), colour(green), colour(blue), ((alpha + 128) / 257) as u8];
    }
    plain
}

fn encode(
    pixels: &DynamicImage,
    profile: &Option<Vec<u8>>,
    format: Format,
) -> ImageResult<Vec<u8>> {
    let mut bytes = Vec::new();
    let (best, filter) = (CompressionType::Best, PngFilter::Adaptive);
    match format {
        Format::Png => {
            write(PngEncoder::new_with_quality(&mut bytes, best, filter), pixels, profile)
        }
        Format::Jpeg => write(JpegEncoder::new_with_quality(&mut bytes, QUALITY), pixels, profile),
        Format::WebP => write(WebPEncoder::new_lossless(&mut bytes), pixels, profile),
    }?;
    Ok(bytes)
}

fn write(
    mut encoder: impl ImageEncoder,
    pixels: &DynamicImage,
    profile: &Option<Vec<u8>>,
) -> ImageResult<()> {
    if let Some(profile) = profile {
        encoder.set_icc_profile(profile.clone()).map_err(ImageError::Unsupported)?;
    }
    pixels.write_with_encoder(encoder)
}

/// Whether a JPEG is made for print, with four inks a pixel (ITU T.81, B.2.2).
fn has_four_inks(jpeg: &[u8]) -> bool {
    let mut at = 2;
    while let Some([0xff, marker, high, low]) = jpeg.get(at..at + 4) {
        match marker {
            0xc4 | 0xc8 | 0xcc => {}
            0xc0..=0xcf => return jpeg.get(at + 9) == Some(&4),
            0xda | 0xd9 => return false,
            _ => {}
        }
        at += 2 + usize::from(u16::from_be_bytes([*high, *low]));
    }
    false
}

/// The library's reason, as our messages are.
fn text(error: &ImageError) -> String {
    match error {
        ImageError::Limits(_) => {
            "it has more pixels than 64 million, or takes more than 256 MiB of memory".to_owned()
        }
        error => format!("it is damaged, or not what its name says ({error})"),
    }
}
