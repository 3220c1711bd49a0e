//! For tests only (feature `automation`, never shipped): lets a WebDriver drive the app's own WebView.
//!
//! A WebView can be driven only if it was built as "controlled by automation" in a context that allows it. Both are
//! decided while wry builds the view, and neither wry nor dioxus-desktop has a way to ask for it. So the one function
//! through which GObject sets a WebView's properties is replaced: while the view is built, it turns the first property
//! on and prepares the context as the second passes by.

#![allow(unsafe_code)]

use std::{ffi::CStr, sync::OnceLock};

use glib::{
    gobject_ffi::{GObject, GObjectClass, GParamSpec, GValue, g_type_class_ref, g_value_get_object},
    prelude::StaticType,
    translate::{IntoGlib, ToGlibPtr, from_glib_none},
};
use webkit2gtk::{ApplicationInfo, AutomationSessionExt, WebContext, WebContextExt, WebView};

type SetProperty = unsafe extern "C" fn(*mut GObject, u32, *mut GValue, *mut GParamSpec);

/// The function that was there before [`install`].
static ORIGINAL: OnceLock<SetProperty> = OnceLock::new();

unsafe extern "C" fn set_property(object: *mut GObject, id: u32, value: *mut GValue, spec: *mut GParamSpec) {
    let original = *ORIGINAL.get().expect("set before this function is put in place");
    // SAFETY: GObject calls this with a live object of the class, its property's spec (whose name is a C string) and
    // a value of that property's type; all three are handed on to the original unchanged, or with another value of
    // the same type that outlives the call.
    unsafe {
        match CStr::from_ptr((*spec).name).to_bytes() {
            b"is-controlled-by-automation" => {
                let yes = glib::Value::from(true);
                original(object, id, yes.to_glib_none().0.cast_mut(), spec);
                return;
            }
            b"web-context" => {
                let context: Option<WebContext> = from_glib_none(g_value_get_object(value).cast());
                if let Some(context) = context {
                    allow(&context, object);
                }
            }
            _ => {}
        }
        original(object, id, value, spec);
    }
}

/// Lets a session begin in `context`, and gives it `view` when it asks for one.
fn allow(context: &WebContext, view: *mut GObject) {
    context.set_automation_allowed(true);
    let view = view as usize;
    context.connect_automation_started(move |_, session| {
        let info = ApplicationInfo::new();
        info.set_name("lianxin");
        info.set_version(1, 0, 0);
        session.set_application_info(&info);
        session.connect_create_web_view(None, move |_| {
            // SAFETY: the app has one window, whose view lives until the process ends; the session is of that
            // process, and GTK calls this on the thread that owns the view.
            let view: WebView = unsafe { from_glib_none(view as *mut _) };
            view
        });
    });
}

/// Puts the replacement in place. To be called when GTK is up and the WebView is not built yet, which is when
/// `Config::with_on_window` calls.
pub fn install() {
    // SAFETY: WebView is a registered class once GTK is up, and its class structure begins with GObject's. It is
    // changed before any WebView exists, on the only thread that will make one.
    unsafe {
        let class = g_type_class_ref(WebView::static_type().into_glib()).cast::<GObjectClass>();
        let Some(original) = (*class).set_property else { return };
        if ORIGINAL.set(original).is_ok() {
            (*class).set_property = Some(set_property);
        }
    }
}
