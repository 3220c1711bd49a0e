//! Renders screens in-process over a device with invented answers.

use device_core::{Device, Refusal, Reply};
use dioxus::prelude::*;

use crate::{
    components::provide_toasts,
    i18n::Lang,
    prefs::{Prefs, provide_prefs},
    state::provide_device,
};

/// The markup of a component, in Chinese.
pub fn drawn(root: fn() -> Element) -> String {
    drawn_in(Lang::ZhCn, root)
}

pub fn drawn_in(lang: Lang, root: fn() -> Element) -> String {
    drawn_on(lang, || Device::answering(|_| Reply::Refused(Refusal::Locked)), root)
}

/// The markup of a component over a device with the given answers.
pub fn drawn_on(lang: Lang, device: fn() -> Device, root: fn() -> Element) -> String {
    #[derive(Clone, Props)]
    struct Start {
        lang: Lang,
        device: fn() -> Device,
        root: fn() -> Element,
    }
    impl PartialEq for Start {
        // Rendered once, with one set of properties.
        fn eq(&self, _: &Self) -> bool {
            true
        }
    }
    #[allow(non_snake_case)]
    fn Stage(start: Start) -> Element {
        provide_prefs(Prefs { lang: start.lang, ..Prefs::default() });
        provide_toasts();
        provide_device(start.device);
        let body = (start.root)();
        rsx! {
            {body}
        }
    }
    let mut dom = VirtualDom::new_with_props(Stage, Start { lang, device, root });
    dom.rebuild_in_place();
    // The answers are ready at once; eight rounds render everything that depends on them.
    for _ in 0..8 {
        dom.render_immediate(&mut dioxus::core::NoOpMutations);
    }
    dioxus_ssr::render(&dom)
}
