//! Ids that tie a label to its field and a script to its element.

use std::cell::Cell;

use dioxus::prelude::*;

thread_local! {
    static NEXT: Cell<u64> = const { Cell::new(0) };
}

/// An id of the page's DOM that no other component of this run has, the same for as long as the component lives.
pub fn use_dom_id(prefix: &'static str) -> String {
    use_hook(|| {
        let n = NEXT.get();
        NEXT.set(n + 1);
        format!("{prefix}-{n}")
    })
}
