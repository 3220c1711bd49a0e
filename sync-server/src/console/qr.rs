//! QR codes: as SVG for a page, as block characters for a terminal.

use maud::{Markup, html};
use qrcode::{Color, EcLevel, QrCode, render::unicode::Dense1x2};
use std::fmt::Write;

/// 4 modules of blank margin, as ISO/IEC 18004 requires.
const QUIET: usize = 4;

/// Level Q restores 25 % of the code: it is printed, and photographed from screens.
fn code(text: &str) -> Option<QrCode> {
    QrCode::with_error_correction_level(text, EcLevel::Q).ok()
}

/// The code as SVG, with a label for screen readers; `None` when the text is too long for a QR code.
pub fn svg(text: &str, label: &str) -> Option<Markup> {
    let code = code(text)?;
    let width = code.width();
    let mut path = String::new();
    for (at, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            // Writing into a String cannot fail.
            let _ = write!(path, "M{} {}h1v1h-1z", at % width + QUIET, at / width + QUIET);
        }
    }
    let size = width + 2 * QUIET;
    Some(html! {
        svg.qr viewBox={ "0 0 " (size) " " (size) } role="img" aria-label=(label) shape-rendering="crispEdges" {
            rect width="100%" height="100%" fill="#fff" {}
            path fill="#000" d=(path) {}
        }
    })
}

/// The code as text, two modules per character; `None` when the text is too long. Dark and light are swapped, because
/// most terminals write light on dark.
pub fn terminal(text: &str) -> Option<String> {
    let blocks = code(text)?.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build();
    Some(blocks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_becomes_a_qr_code_and_a_text_that_is_too_long_does_not() {
        let svg = svg("lianxin://enrol?server=https%3A%2F%2Fa.example&code=ABCDE-FGHJK", "码").unwrap().into_string();
        assert!(svg.contains("role=\"img\"") && svg.matches("h1v1h-1z").count() > 200);
        assert!(super::svg(&"x".repeat(5000), "码").is_none());
        assert!(terminal("lianxin://enrol").unwrap().lines().count() > 10);
    }
}
