//! Joins the edge that makes smaller variants of pictures to the pages that show them. Without the feature `images` no
//! picture has variants, and nothing is made.

#[cfg(feature = "images")]
mod make;
#[cfg(not(feature = "images"))]
mod none;

#[cfg(feature = "images")]
pub(super) use make::Variants;
#[cfg(not(feature = "images"))]
pub(super) use none::Variants;
