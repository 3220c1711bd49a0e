//! A signed-in person. The extractor is in [`super::guard`].

use super::page_locale::PageLocale;
use crate::core::Viewer;

/// A supervisor or administrator with a session.
pub struct SignedIn {
    pub viewer: Viewer,
    pub locale: PageLocale,
    /// The token that every form of this session carries.
    pub csrf: String,
    /// The value of the session cookie.
    pub secret: String,
}
