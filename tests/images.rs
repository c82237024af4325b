//! Smaller variants of pictures (feature `images`): which there are, how they look, what is left alone, what is
//! remembered; and that damaged pictures cost nobody the site.
#![cfg(all(unix, feature = "images"))]
#![expect(clippy::disallowed_methods, reason = "tests read and write files")]

#[expect(dead_code, reason = "this is shared with tests that need more of it")]
mod common;
#[path = "images/pictures.rs"]
mod pictures;
#[expect(dead_code, reason = "this is shared with tests that need more of it")]
#[path = "serve/program.rs"]
mod program;
#[expect(dead_code, reason = "this is shared with tests that need more of it")]
mod wire;

use std::collections::BTreeMap;
use std::fs;

use common::{ARTICLE, Run, Site, TODAY, command, run, tree};
use image::{DynamicImage, GenericImageView, ImageDecoder, ImageFormat, Rgba};
use pictures::{jpeg, moving_png, noise, png, png_with_profile, turned, webp};

const CACHE: &str = ".silcrow-cache/images";

/// A site with one article, `a/p`, that shows these pictures, which stand beside it.
fn site(pictures: &[(&str, Vec<u8>)]) -> Site {
    let shown: String = pictures.iter().map(|(name, _)| format!("![Shown]({name})\n\n")).collect();
    let site = Site::new(&[("content/a/index.md", ARTICLE)]);
    site.write("content/a/p.md", format!("{ARTICLE}{shown}"));
    for (name, bytes) in pictures {
        site.write(&format!("content/a/{name}"), bytes);
    }
    site
}

fn built(site: &Site) -> BTreeMap<String, Vec<u8>> {
    let run = site.build(&[]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
    tree(&site.path("public"))
}

/// The tags of the pictures of a page.
fn tags(page: &[u8]) -> Vec<String> {
    let page = String::from_utf8_lossy(page);
    let tags = page.split("<img").skip(1);
    tags.map(|rest| rest[..rest.find('>').expect("a tag ends")].to_owned()).collect()
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split_once(&format!(" {name}=\""))
        .map(|(_, rest)| &rest[..rest.find('"').expect("it ends")])
}

/// The candidates of a tag: URL and width.
fn candidates(tag: &str) -> Vec<(String, u32)> {
    let all = attribute(tag, "srcset").into_iter().flat_map(|set| set.split(", "));
    all.map(|candidate| {
        let (url, width) = candidate.split_once(' ').expect("a candidate has a width");
        let width = width.strip_suffix('w').expect("a width ends in w");
        (url.to_owned(), width.parse().expect("a width is a number"))
    })
    .collect()
}

/// The only picture of `a/p` and its candidates, with what each holds.
fn only(files: &BTreeMap<String, Vec<u8>>) -> (String, Vec<(u32, Vec<u8>)>) {
    let tags = tags(&files["a/p/index.html"]);
    let [tag] = tags.as_slice() else { panic!("{tags:?}") };
    let file = |url: &str| files[url.trim_start_matches('/')].clone();
    let found = candidates(tag).into_iter().map(|(url, width)| (width, file(&url))).collect();
    (tag.clone(), found)
}

fn decoded(bytes: &[u8]) -> DynamicImage {
    image::load_from_memory(bytes).expect("a variant can be decoded")
}

fn variants(files: &BTreeMap<String, Vec<u8>>) -> Vec<&String> {
    files.keys().filter(|path| path.starts_with("image-variants/")).collect()
}

#[test]
fn each_format_has_narrower_variants_of_its_own_format_and_the_original_last() {
    for (name, bytes, format) in [
        ("x.png", png(&noise(1200, 300)), ImageFormat::Png),
        ("x.jpeg", jpeg(&noise(1200, 300)), ImageFormat::Jpeg),
        ("x.webp", webp(&noise(1200, 300)), ImageFormat::WebP),
    ] {
        let files = built(&site(&[(name, bytes.clone())]));
        let (tag, found) = only(&files);
        let widths: Vec<u32> = found.iter().map(|(width, _)| *width).collect();
        assert_eq!(widths, [480, 768, 1080, 1200], "{name}");
        assert_eq!(found[3].1, bytes, "{name}: the last is the original");
        for (width, variant) in &found[..3] {
            assert_eq!(image::guess_format(variant).expect("it has a format"), format);
            assert_eq!(decoded(variant).dimensions(), (*width, width / 4));
            assert!(variant.len() < bytes.len());
        }
        assert_eq!(attribute(&tag, "width"), Some("1200"));
        assert_eq!(attribute(&tag, "height"), Some("300"));
        assert_eq!(attribute(&tag, "sizes"), Some("(min-width: 720px) 720px, 100vw"));
        assert_eq!(variants(&files).len(), 3, "nothing else is made");
    }
}

#[test]
fn a_variant_is_named_after_its_hash_and_may_be_kept_for_good() {
    let files = built(&site(&[("x.png", png(&noise(600, 300)))]));
    let [path] = variants(&files)[..] else { panic!("{files:?}") };
    let hash = blake3::hash(&files[path]).to_hex();
    assert_eq!(path, &format!("image-variants/{}-480.png", &hash[..16]));
    let headers = String::from_utf8_lossy(&files["_headers"]);
    let rule = "/image-variants/*\n  Cache-Control: public, max-age=31536000, immutable\n";
    assert!(headers.contains(rule), "{headers}");
}

#[test]
fn a_page_in_the_folder_of_variants_is_never_kept_for_good() {
    let site = site(&[("x.png", png(&noise(600, 300)))]);
    site.write("content/image-variants/index.md", ARTICLE);
    let files = built(&site);
    assert_eq!(variants(&files).iter().filter(|path| path.ends_with(".png")).count(), 1);
    assert!(!String::from_utf8_lossy(&files["_headers"]).contains("image-variants"));
}

#[test]
fn a_picture_is_never_made_wider() {
    for width in [1, 479, 480] {
        let files = built(&site(&[("x.png", png(&noise(width, 40)))]));
        let (tag, found) = only(&files);
        assert_eq!((attribute(&tag, "srcset"), found.len()), (None, 0), "{width}: {tag}");
        assert!(variants(&files).is_empty());
    }
}

#[test]
fn a_variant_with_more_bytes_than_the_original_is_left_out() {
    // Black and white alone is told in few bytes; between the two lie many greys, in any other width.
    let mut bits = noise(500, 400).into_luma8();
    bits.pixels_mut().for_each(|pixel| pixel.0[0] = if pixel.0[0] % 2 == 0 { 0 } else { 255 });
    let site = site(&[("x.png", png(&DynamicImage::ImageLuma8(bits)))]);
    let (tag, _) = only(&built(&site));
    assert_eq!(attribute(&tag, "srcset"), None);
    assert_eq!(tree(&site.path(CACHE)).len(), 1, "that it is of no use is remembered");
}

#[test]
fn raw_html_has_variants_unless_it_names_its_own() {
    let site = site(&[("x.png", png(&noise(600, 300)))]);
    let text = "<img src=\"x.png\" alt=\"a\" width=\"300\">\n\n<img src=x.png alt=b srcset=\"x.png 2x\">\n\n<p><img alt=c src='x.png'></p>\n";
    site.write("content/a/p.md", format!("{ARTICLE}{text}"));
    let tags = tags(&built(&site)["a/p/index.html"]);
    let widths = |tag: &str| candidates(tag).iter().map(|(_, width)| *width).collect::<Vec<_>>();
    assert_eq!(widths(&tags[0]), [480, 600]);
    assert_eq!(attribute(&tags[0], "sizes"), Some("(min-width: 300px) 300px, 100vw"));
    assert_eq!(attribute(&tags[0], "height"), None);
    assert_eq!(attribute(&tags[1], "srcset"), Some("/a/x.png 2x"));
    assert_eq!(widths(&tags[2]), [480, 600]);
    assert_eq!(attribute(&tags[2], "height"), Some("300"));
}

#[test]
fn pictures_of_the_static_folder_and_those_that_no_page_shows_are_left_alone() {
    let site = site(&[]);
    site.write("static/x.png", png(&noise(600, 300)));
    site.write("content/a/unused.png", png(&noise(600, 300)));
    site.write("content/a/p.md", format!("{ARTICLE}![Shown](/x.png)\n\n[Linked](unused.png)\n"));
    let files = built(&site);
    assert_eq!(attribute(&only(&files).0, "srcset"), None);
    assert!(variants(&files).is_empty());
}

#[test]
fn a_photograph_on_its_side_is_turned_in_its_variants_and_has_the_size_that_is_shown() {
    // Red on the left as it lies; turned by 90 degrees, red is on top.
    let lying = DynamicImage::ImageRgb8(image::RgbImage::from_fn(800, 1000, |x, y| {
        let grain = ((x * 7 + y * 13) % 32) as u8;
        if x < 400 { image::Rgb([220, grain, grain]) } else { image::Rgb([grain, grain, 220]) }
    }));
    let (tag, found) = only(&built(&site(&[("x.jpg", turned(&jpeg(&lying), 6))])));
    assert_eq!((attribute(&tag, "width"), attribute(&tag, "height")), (Some("1000"), Some("800")));
    assert_eq!(found.iter().map(|(width, _)| *width).collect::<Vec<_>>(), [480, 768, 1000]);
    let variant = decoded(&found[0].1);
    assert_eq!(variant.dimensions(), (480, 384));
    let (top, bottom) = (variant.get_pixel(240, 20), variant.get_pixel(240, 360));
    assert!(top[0] > 150 && top[2] < 90, "{top:?}");
    assert!(bottom[2] > 150 && bottom[0] < 90, "{bottom:?}");
}

#[test]
fn transparency_is_kept_and_no_hidden_colour_shines_through() {
    // What is transparent is green underneath.
    let cut = DynamicImage::ImageRgba8(image::RgbaImage::from_fn(700, 350, |x, y| {
        let grain = ((x * 31 + y * 17) % 64) as u8;
        if x < 333 { Rgba([0, 255, 0, 0]) } else { Rgba([255 - grain, 0, 0, 255]) }
    }));
    let (_, found) = only(&built(&site(&[("x.png", png(&cut))])));
    let variant = decoded(&found[0].1).into_rgba8();
    assert_eq!(variant.get_pixel(20, 100)[3], 0);
    assert_eq!(variant.get_pixel(460, 100)[3], 255);
    let green = variant.pixels().filter(|pixel| pixel[3] > 0).map(|pixel| pixel[1]).max();
    assert!(green.is_some_and(|green| green <= 2), "{green:?}");
}

#[test]
fn a_colour_profile_is_kept_and_one_of_other_colours_leaves_the_picture_alone() {
    let profile = |space: &[u8; 4]| [[7; 16].as_slice(), space, &[9; 200]].concat();
    let rgb = profile(b"RGB ");
    let (_, found) = only(&built(&site(&[("x.png", png_with_profile(&noise(600, 300), &rgb))])));
    let reader = std::io::Cursor::new(&found[0].1);
    let mut decoder = image::codecs::png::PngDecoder::new(reader).expect("it is a PNG");
    assert_eq!(decoder.icc_profile().expect("it can be read"), Some(rgb));
    let inks = png_with_profile(&noise(600, 300), &profile(b"CMYK"));
    let (tag, _) = only(&built(&site(&[("x.png", inks)])));
    assert_eq!(attribute(&tag, "srcset"), None);
}

#[test]
fn a_picture_that_moves_is_left_alone() {
    let (tag, _) = only(&built(&site(&[("x.png", moving_png(&noise(600, 300)))])));
    assert_eq!(attribute(&tag, "srcset"), None);
}

#[test]
fn a_damaged_picture_is_told_of_and_published_as_it_is() {
    let whole = png(&noise(600, 300));
    let half = whole[..whole.len() / 2].to_vec();
    let disguised = jpeg(&noise(600, 300));
    let pictures = [("fine.png", whole), ("half.png", half.clone()), ("disguised.png", disguised)];
    let site = site(&pictures);
    let run = site.build(&[]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{}", run.stderr);
    for name in ["half.png", "disguised.png"] {
        let told = format!(
            "note: no smaller variants of `content/a/{name}` could be made: it is damaged, or not what its name says"
        );
        assert!(run.stderr.contains(&told), "{}", run.stderr);
    }
    assert_eq!(run.stderr.matches("no smaller variants").count(), 2);
    let files = tree(&site.path("public"));
    assert_eq!(files["a/half.png"], half);
    assert_eq!(variants(&files).len(), 1);
}

#[test]
fn a_small_file_with_a_huge_picture_is_not_decoded() {
    let site = site(&[("x.png", pictures::bomb())]);
    let run = site.build(&[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let told = "`content/a/x.png` could be made: it has more pixels than 64 million";
    assert!(run.stderr.contains(told), "{}", run.stderr);
}

#[test]
fn no_damage_anywhere_in_a_picture_ends_a_build() {
    let small = noise(600, 8);
    let mut pictures = Vec::new();
    for (extension, bytes) in [("png", png(&small)), ("jpg", jpeg(&small)), ("webp", webp(&small))]
    {
        for part in 0..12 {
            let mut damaged = bytes.clone();
            // The header of formats as well as the picture itself; a byte here and there.
            let at = if part < 6 { 24 + part * 9 } else { bytes.len() * part / 13 };
            damaged[at] ^= 0x5a;
            pictures.push((format!("{part}.{extension}"), damaged));
        }
    }
    let pictures: Vec<_> =
        pictures.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    let run: Run = site(&pictures).build(&[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
}

#[test]
fn what_was_made_is_remembered_and_nothing_else() {
    let site = site(&[("x.png", png(&noise(800, 200))), ("y.png", png(&noise(600, 300)))]);
    let first = built(&site);
    let remembered = tree(&site.path(CACHE));
    assert_eq!(remembered.len(), 3);
    assert_eq!(
        fs::read_to_string(site.path(".silcrow-cache/.gitignore")).expect("it is there"),
        "*\n"
    );
    // What stands in the folder is used: another picture under the right name would be published.
    let name = remembered.keys().find(|name| name.contains("-768-")).expect("800 is wider");
    let other = png(&noise(20, 20));
    let forged = [blake3::hash(&other).as_bytes(), other.as_slice()].concat();
    site.write(&format!("{CACHE}/{name}"), forged);
    assert!(built(&site).values().any(|file| *file == other));
    // A damaged file is not.
    site.write(&format!("{CACHE}/{name}"), &remembered[name][..100]);
    assert_eq!(built(&site), first);
    assert_eq!(tree(&site.path(CACHE)), remembered);
    // What the site shows no more is forgotten.
    site.write("content/a/p.md", format!("{ARTICLE}![Shown](y.png)\n"));
    built(&site);
    assert_eq!(tree(&site.path(CACHE)).len(), 1);
}

#[test]
fn a_site_that_cannot_remember_is_built_all_the_same() {
    let site = site(&[("x.png", png(&noise(600, 300)))]);
    site.write(".silcrow-cache", "a file is in the way");
    let run = site.build(&[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("pictures are generated again each time"), "{}", run.stderr);
    assert_eq!(variants(&tree(&site.path("public"))).len(), 1);
}

#[test]
fn check_makes_nothing() {
    let site = site(&[("x.png", png(&noise(600, 300)))]);
    let run = site.run(&["check", "--today", TODAY]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(!site.path(".silcrow-cache").exists());
}

#[test]
fn one_thread_and_eight_make_the_same() {
    let pictures: Vec<_> =
        (0..6).map(|index| (format!("{index}.png"), png(&noise(500 + index * 150, 60)))).collect();
    let pictures: Vec<_> =
        pictures.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    let built = ["1", "8"].map(|threads| {
        let site = site(&pictures);
        let mut command = command(&site.path(""), &["build", "--today", TODAY]);
        command.env("RAYON_NUM_THREADS", threads);
        let run = run(command);
        assert_eq!(run.code, 0, "{}", run.stderr);
        tree(&site.path("public"))
    });
    assert!(variants(&built[0]).len() > 6);
    assert_eq!(built[0], built[1]);
}

#[test]
fn twins_are_made_once() {
    let picture = png(&noise(600, 300));
    let files = built(&site(&[("x.png", picture.clone()), ("y.png", picture)]));
    let tags = tags(&files["a/p/index.html"]);
    assert_eq!(candidates(&tags[0])[0], candidates(&tags[1])[0]);
    assert_eq!(variants(&files).len(), 1);
    let manifest = String::from_utf8_lossy(&files[".silcrow-manifest"]);
    assert_eq!(manifest.matches("image-variants/").count(), 1);
}

#[test]
fn the_dev_server_serves_what_a_build_writes_and_follows_a_changed_picture() {
    let site = site(&[("x.png", png(&noise(600, 300)))]);
    let files = built(&site);
    fs::remove_dir_all(site.path(".silcrow-cache")).expect("it is there");
    let served = program::Served::start(&site, &[]);
    let page = served.get("/a/p/");
    assert_eq!(tags(page.text().as_bytes()), tags(&files["a/p/index.html"]));
    let path = variants(&files)[0];
    let variant = served.get(&format!("/{path}"));
    assert_eq!((variant.status, &variant.body), (200, &files[path]));
    assert_eq!(served.get("/image-variants/0000000000000000-480.png").status, 404);
    site.write("content/a/x.png", png(&noise(700, 300)));
    served.wait_for("/a/p/", |page| {
        let tags = tags(page.text().as_bytes());
        candidates(&tags[0]).last().is_some_and(|(_, width)| *width == 700)
            && !page.text().contains(path)
    });
}

#[test]
fn what_is_published_is_what_is_built() {
    let site = site(&[("x.png", png(&noise(600, 300)))]);
    let files = built(&site);
    let target = tempfile::tempdir().expect("a scratch folder can be made");
    let folder = target.path().join("live");
    let folder = folder.to_str().expect("it is Unicode");
    let run = site.run(&["publish", folder, "--today", TODAY]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let published = tree(&target.path().join("live/current/"));
    let path = variants(&files)[0];
    assert_eq!(published.get(path), files.get(path), "{:?}", published.keys());
    assert_eq!(published["a/p/index.html"], files["a/p/index.html"]);
    let again = site.run(&["publish", folder, "--today", TODAY, "--dry-run"]);
    assert!(!again.stdout.contains("image-variants"), "{}", again.stdout);
}

#[test]
fn what_is_remembered_names_the_library_that_made_it() {
    let lock = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.lock"));
    let lock = lock.expect("the lock file is there");
    let (_, rest) = lock.split_once("name = \"image\"\nversion = \"").expect("it is built in");
    let version = &rest[..rest.find('"').expect("a version ends")];
    let site = site(&[("x.png", png(&noise(600, 300)))]);
    built(&site);
    let remembered = tree(&site.path(CACHE));
    let suffix = format!("-1-{version}");
    assert!(remembered.keys().all(|name| name.ends_with(&suffix)), "{:?}", remembered.keys());
}
