//! Ids of DOM elements, which connect a label with its field and a script with its element.

use std::cell::Cell;

use dioxus::prelude::*;

thread_local! {
    static NEXT: Cell<u64> = const { Cell::new(0) };
}

/// An id that no other component of this run has. It stays the same while the component is mounted.
pub fn use_dom_id(prefix: &'static str) -> String {
    use_hook(|| {
        let n = NEXT.get();
        NEXT.set(n + 1);
        format!("{prefix}-{n}")
    })
}
