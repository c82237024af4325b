//! Colours as sites configure them, and how well they can be told from what is behind them (WCAG 2.2, "contrast ratio").

/// A colour of the sRGB space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour([u8; 3]);

/// The least contrast of text (WCAG 2.2, 1.4.3, level AA).
pub const LEAST_CONTRAST: f64 = 4.5;

/// What text with the accent colour stands on, in the light colour scheme: `--paper` and `--shade` of the style sheet.
pub const LIGHT_GROUNDS: [Colour; 2] =
    [Colour::new(0xfc, 0xfd, 0xfe), Colour::new(0xf0, 0xf3, 0xf7)];
/// The same in the dark one.
pub const DARK_GROUNDS: [Colour; 2] =
    [Colour::new(0x11, 0x16, 0x1d), Colour::new(0x1a, 0x21, 0x2b)];

impl Colour {
    /// A colour of these parts.
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self([red, green, blue])
    }

    /// Reads `#1f4e9e` or `#14e`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?.chars();
        let digits: Option<Vec<u8>> = digits.map(|digit| Some(digit.to_digit(16)? as u8)).collect();
        match digits?[..] {
            [red, green, blue] => Some(Self([red, green, blue].map(|digit| digit * 17))),
            [r, red, g, green, b, blue] => {
                Some(Self([r * 16 + red, g * 16 + green, b * 16 + blue]))
            }
            _ => None,
        }
    }

    /// The contrast ratio with another colour, from 1 to 21.
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// The least contrast with any of these colours.
    pub fn least_contrast(self, grounds: &[Self]) -> f64 {
        grounds.iter().map(|ground| self.contrast(*ground)).fold(21.0, f64::min)
    }

    /// The nearest colour of the same hue that text can have on all of these grounds.
    pub fn readable_on(self, grounds: &[Self]) -> Self {
        let end = |value: u8| {
            let steps = (0..=100).map(move |step| self.mixed(Self([value; 3]), step));
            steps.enumerate().find(|(_, colour)| colour.least_contrast(grounds) >= LEAST_CONTRAST)
        };
        let nearest = [end(0), end(255)].into_iter().flatten().min_by_key(|(steps, _)| *steps);
        nearest.map_or(self, |(_, colour)| colour)
    }

    /// This colour with so many hundredths of another.
    fn mixed(self, other: Self, hundredths: u32) -> Self {
        let mix = |index: usize| {
            let (one, two) = (u32::from(self.0[index]), u32::from(other.0[index]));
            ((one * (100 - hundredths) + two * hundredths) / 100) as u8
        };
        Self([mix(0), mix(1), mix(2)])
    }

    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|value| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

impl std::fmt::Display for Colour {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self([red, green, blue]) = self;
        write!(formatter, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::{Colour, LEAST_CONTRAST};

    fn colour(text: &str) -> Colour {
        Colour::parse(text).expect("it is a colour")
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        let contrast = |one, two| (colour(one).contrast(colour(two)) * 100.0).round() / 100.0;
        assert_eq!(contrast("#000", "#ffffff"), 21.0);
        assert_eq!(contrast("#767676", "#fff"), 4.54);
        assert_eq!(contrast("#777", "#fff"), 4.48);
        assert_eq!(contrast("#f00", "#00f"), 2.15);
    }

    #[test]
    fn a_colour_is_made_readable_and_stays_what_it_is_where_it_is() {
        let (light, dark) = (&[colour("#fcfdfe"), colour("#f0f3f7")], &[colour("#11161d")]);
        for text in ["#ffcc00", "#b02c1c", "#1f4e9e", "#808080", "#000", "#fff"] {
            for grounds in [&light[..], &dark[..]] {
                let readable = colour(text).readable_on(grounds);
                assert!(readable.least_contrast(grounds) >= LEAST_CONTRAST, "{text} {readable}");
            }
        }
        assert_eq!(colour("#b02c1c").readable_on(light), colour("#b02c1c"));
        assert_eq!(colour("#14e").to_string(), "#1144ee");
        for wrong in ["", "red", "#12", "#12345", "#xyz", "#+12345", "1f4e9e", "#äb"] {
            assert_eq!(Colour::parse(wrong), None, "{wrong}");
        }
    }
}
