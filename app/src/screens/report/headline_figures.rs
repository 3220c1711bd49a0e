//! The six figures at the head of a report, as reports print them.

use shared::{Fen, indicators::Figures};

use crate::i18n::{format, tr};

/// Indicator, value and unit of the six headline figures.
pub(super) fn six(figures: &Figures) -> [(&'static str, String, String); 6] {
    let times = || tr("report-times");
    let cases = || tr("report-cases");
    let (aid, unit) = amount(figures.aid());
    [
        ("home_visit", format::count(figures.visits()), times()),
        ("contact", format::count(figures.contacts()), times()),
        ("policies", format::count(figures.policies()), cases()),
        ("solved", format::count(figures.solved()), cases()),
        ("deed", format::count(figures.deeds()), cases()),
        ("aid", aid, unit),
    ]
}

/// From one million yuan (in fen) on, reports give amounts in 万元.
const IN_WAN: i64 = 100_000_000;

/// An amount and its unit: without decimals where they are zero, in 万元 where it is large.
fn amount(fen: Fen) -> (String, String) {
    if fen.0 >= IN_WAN {
        return (format::wan(fen.0), tr("report-wan"));
    }
    let yuan = format::yuan(fen.0);
    (yuan.strip_suffix(".00").map(str::to_owned).unwrap_or(yuan), tr("common-yuan"))
}

#[cfg(test)]
mod tests {
    use shared::indicators::{Indicator, Tally};

    use super::*;

    #[test]
    fn the_six_figures_read_as_reports_print_them() {
        let mut figures = Figures::default();
        figures.add(&Indicator::HomeVisit, Tally { n: 62_000, fen: Fen::ZERO });
        figures.add(&Indicator::AidMoney, Tally { n: 1, fen: Fen(20_050) });
        let six = six(&figures);
        assert_eq!((six[0].1.as_str(), six[5].1.as_str()), ("62,000", "200.50"));
        assert_eq!(amount(Fen(1_867_400)), ("18,674".to_owned(), "元".to_owned()));
        assert_eq!(amount(Fen(224_090_000)), ("224.09".to_owned(), "万元".to_owned()));
    }
}
