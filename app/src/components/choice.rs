//! An option of [`Segmented`](super::Segmented) and [`Chips`](super::Chips).

use super::icon::Glyph;

#[derive(Clone, Debug, PartialEq)]
pub struct Choice<T> {
    pub value: T,
    pub label: String,
    pub icon: Option<Glyph>,
    pub testid: Option<String>,
}

impl<T> Choice<T> {
    pub fn new(value: T, label: impl Into<String>) -> Self {
        Self { value, label: label.into(), icon: None, testid: None }
    }

    pub fn icon(mut self, glyph: Glyph) -> Self {
        self.icon = Some(glyph);
        self
    }

    pub fn testid(mut self, testid: impl Into<String>) -> Self {
        self.testid = Some(testid.into());
        self
    }
}
