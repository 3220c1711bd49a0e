//! The area, category and day under which a record counts.

use crate::{
    AreaCode, Day, Fields, Moment,
    records::{Category, Kind, NeedStatus, Row},
};

/// The place of a recipient's row, for [`counted_under`]; `None` for a row without a readable area.
pub fn recipient_place(recipient: &Row) -> Option<(AreaCode, Category)> {
    let area = recipient.fields.parsed("area")?;
    Some((area, Category::from(recipient.fields.text("category").unwrap_or_default())))
}

/// The area and category under which a new record counts. Of a record about a known recipient, `recipient`: those of
/// the recipient at this moment. Otherwise its own area, else `author_area`, the area where its author is counted; only
/// a recipient's own record has a category.
pub fn counted_under(
    kind: &Kind,
    fields: &Fields,
    recipient: Option<(AreaCode, Category)>,
    author_area: Option<AreaCode>,
) -> (Option<AreaCode>, Option<Category>) {
    if let Some((area, category)) = recipient {
        return (Some(area), Some(category));
    }
    let own = fields.parsed("area").or_else(|| if *kind == Kind::Area { fields.parsed("code") } else { None });
    let category = if *kind == Kind::Recipient { fields.text("category").map(Category::from) } else { None };
    (own.or(author_area), category)
}

/// The day on which a record counts: a solved need on the day of solving, every other record on the day it happened.
pub fn counted_on(row: &Row) -> Day {
    let is_solved = row.kind == Kind::Need && row.fields.text("status") == Some(NeedStatus::Solved.word());
    let solved = if is_solved { row.fields.parsed::<Moment>("solved") } else { None };
    solved.unwrap_or(row.happened()).day()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> AreaCode {
        text.parse().unwrap()
    }

    #[test]
    fn a_record_about_a_recipient_counts_where_the_recipient_is_counted() {
        let place = (code("620802001001"), Category::Orphan);
        let fields = Fields::new().with("area", "620803001001").with("category", "destitute_home");
        let under = counted_under(&Kind::Visit, &fields, Some(place), Some(code("620804")));
        assert_eq!(under, (Some(code("620802001001")), Some(Category::Orphan)));
    }

    #[test]
    fn without_a_known_recipient_the_records_own_area_counts_and_then_the_authors() {
        let author = Some(code("620804001"));
        let own = Fields::new().with("area", "620803001001").with("category", "orphan");
        assert_eq!(counted_under(&Kind::Activity, &own, None, author), (Some(code("620803001001")), None));
        assert_eq!(counted_under(&Kind::Feedback, &Fields::new(), None, author), (author, None));
        assert_eq!(counted_under(&Kind::Feedback, &Fields::new(), None, None), (None, None));
        let new = counted_under(&Kind::Recipient, &own, None, author);
        assert_eq!(new, (Some(code("620803001001")), Some(Category::Orphan)));
    }

    #[test]
    fn an_area_counts_under_its_own_code() {
        let fields = Fields::new().with("code", "620803001");
        assert_eq!(counted_under(&Kind::Area, &fields, None, None), (Some(code("620803001")), None));
        assert_eq!(counted_under(&Kind::Unit, &fields, None, None), (None, None));
    }
}
