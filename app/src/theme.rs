//! The style sheet. The tests compute that it can be read: contrast, sizes of text and targets, use of tokens.

/// Tokens, base and components in one text. Inlined into the page, because a bare binary serves no files.
pub const CSS: &str = concat!(
    include_str!("../../assets/styles/tokens.css"),
    include_str!("../../assets/styles/base.css"),
    include_str!("../../assets/styles/components.css"),
    include_str!("../../assets/styles/screens.css"),
);

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    const TOKENS: &str = include_str!("../../assets/styles/tokens.css");
    const BASE: &str = include_str!("../../assets/styles/base.css");
    const COMPONENTS: &str = include_str!("../../assets/styles/components.css");
    const SCREENS: &str = include_str!("../../assets/styles/screens.css");

    /// WCAG AA for text of any size.
    const TEXT: f64 = 4.5;
    /// WCAG AA for the edge of a control and the parts of a chart.
    const EDGE: f64 = 3.0;

    /// Text and its background.
    const TEXT_PAIRS: &[(&str, &str)] = &[
        ("ink", "ground"),
        ("ink", "surface"),
        ("ink", "sunken"),
        ("ink-soft", "ground"),
        ("ink-soft", "surface"),
        ("ink-soft", "sunken"),
        ("ink-faint", "ground"),
        ("ink-faint", "surface"),
        ("ink-faint", "sunken"),
        ("on-malachite", "malachite"),
        ("on-malachite", "malachite-press"),
        ("malachite-ink", "malachite-wash"),
        ("malachite-ink", "surface"),
        ("malachite-ink", "ground"),
        ("malachite-ink", "sunken"),
        ("ochre-ink", "ochre-wash"),
        ("ochre-ink", "surface"),
        ("on-cinnabar", "cinnabar"),
        ("cinnabar-ink", "cinnabar-wash"),
        ("cinnabar-ink", "surface"),
        ("cinnabar-ink", "ground"),
        ("azurite-ink", "azurite-wash"),
        ("azurite-ink", "surface"),
        ("on-bar", "bar-from"),
        ("on-bar", "bar-to"),
        ("on-bar-soft", "bar-from"),
        ("on-bar-soft", "bar-to"),
        ("on-bar", "bar-chip"),
        ("on-toast", "toast"),
        ("toast-action", "toast"),
        ("pen", "paper"),
    ];

    /// Edges of controls and fills that carry meaning.
    const EDGE_PAIRS: &[(&str, &str)] = &[
        ("line-strong", "surface"),
        ("line-strong", "ground"),
        ("malachite", "surface"),
        ("malachite", "ground"),
        ("cinnabar", "surface"),
        ("azurite", "surface"),
        ("azurite", "ground"),
    ];

    type Tokens = BTreeMap<String, String>;

    /// (selector, declarations) of a style sheet without nested rules.
    fn rules(css: &str) -> Vec<(String, Vec<(String, String)>)> {
        let mut plain = String::new();
        let mut rest = css;
        while let Some((before, after)) = rest.split_once("/*") {
            plain.push_str(before);
            rest = after.split_once("*/").expect("a comment is closed").1;
        }
        plain.push_str(rest);
        plain
            .split('}')
            .filter_map(|rule| rule.rsplit_once('{'))
            .map(|(selector, body)| {
                let declarations = body
                    .split(';')
                    .filter_map(|line| line.split_once(':'))
                    .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
                    .collect();
                (selector.trim().to_owned(), declarations)
            })
            .collect()
    }

    /// The tokens of each colour theme: the light ones, overridden by the theme's own.
    fn themes() -> Vec<(String, Tokens)> {
        let all = rules(TOKENS);
        let of = |selector: &str| -> Tokens {
            let found = all.iter().find(|(s, _)| s == selector).unwrap_or_else(|| panic!("no rule {selector}"));
            found.1.iter().map(|(name, value)| (name.trim_start_matches("--").to_owned(), value.clone())).collect()
        };
        let light = of(".app");
        let mut out = vec![("light".to_owned(), light.clone())];
        for name in ["dark", "contrast"] {
            let mut theme = light.clone();
            theme.extend(of(&format!(".app[data-theme=\"{name}\"]")));
            out.push((name.to_owned(), theme));
        }
        out
    }

    fn luminance(hex: &str) -> f64 {
        let digits = hex.strip_prefix('#').unwrap_or_else(|| panic!("{hex} is not a plain colour"));
        assert_eq!(digits.len(), 6, "{hex}");
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&digits[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
    }

    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn token_of(value: &str) -> Option<&str> {
        value.strip_prefix("var(--")?.strip_suffix(')')
    }

    #[test]
    fn the_measure_agrees_with_the_known_extremes() {
        assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 1e-9);
        assert!((contrast("#777777", "#ffffff") - 4.48).abs() < 0.01);
    }

    #[test]
    fn every_text_can_be_read_on_its_ground_in_every_theme() {
        for (theme, tokens) in themes() {
            for (text, ground) in TEXT_PAIRS {
                let ratio = contrast(&tokens[*text], &tokens[*ground]);
                assert!(ratio >= TEXT, "{theme}: {text} on {ground} is only {ratio:.2}:1");
            }
        }
    }

    #[test]
    fn the_edge_of_every_control_can_be_seen_in_every_theme() {
        for (theme, tokens) in themes() {
            for (edge, ground) in EDGE_PAIRS {
                let ratio = contrast(&tokens[*edge], &tokens[*ground]);
                assert!(ratio >= EDGE, "{theme}: {edge} on {ground} is only {ratio:.2}:1");
            }
        }
    }

    #[test]
    fn a_rule_that_sets_text_and_ground_uses_a_pair_that_was_measured() {
        let mut seen = 0;
        for (selector, declarations) in [BASE, COMPONENTS, SCREENS].iter().flat_map(|css| rules(css)) {
            let get = |name: &str| declarations.iter().find(|(n, _)| n == name).and_then(|(_, v)| token_of(v));
            if let (Some(text), Some(ground)) = (get("color"), get("background")) {
                assert!(TEXT_PAIRS.contains(&(text, ground)), "{selector}: {text} on {ground} is not in the list");
                seen += 1;
            }
        }
        assert!(seen > 20, "only {seen} rules read");
    }

    #[test]
    fn colours_and_text_sizes_come_from_tokens_alone() {
        for (selector, declarations) in [BASE, COMPONENTS, SCREENS].iter().flat_map(|css| rules(css)) {
            for (name, value) in declarations {
                assert!(!value.contains('#') && !value.contains("rgb"), "{selector} names a colour: {value}");
                if name == "font-size" {
                    assert!(token_of(&value).is_some_and(|t| t.starts_with("t-")), "{selector} names a size: {value}");
                }
            }
        }
    }

    #[test]
    fn every_token_in_use_is_defined() {
        let tokens = &themes()[0].1;
        for (_, after) in [BASE, COMPONENTS, SCREENS]
            .iter()
            .flat_map(|css| css.match_indices("var(--").map(move |(at, _)| ("", &css[at + 6..])))
        {
            let name = after.split(')').next().unwrap_or_default();
            assert!(tokens.contains_key(name), "--{name} is not a token");
        }
    }

    #[test]
    fn text_and_targets_are_large_enough_in_both_sizes() {
        let all = rules(TOKENS);
        for (selector, text, touch) in [(".app", 14.0, 48.0), (".app[data-text=\"large\"]", 18.0, 60.0)] {
            let (_, declarations) = all.iter().find(|(s, _)| s == selector).unwrap();
            let mut sizes = 0;
            for (name, value) in declarations {
                let px = || value.strip_suffix("px").unwrap().parse::<f64>().unwrap();
                if name.starts_with("--t-") {
                    assert!(px() >= text, "{selector} {name} {value}");
                    sizes += 1;
                }
                if name == "--touch" || name == "--main" {
                    assert!(px() >= touch, "{selector} {name} {value}");
                }
            }
            assert_eq!(sizes, 6, "{selector} does not set every size");
        }
    }
}
