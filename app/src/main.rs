//! The app's entry, on a desktop and on phones alike.

fn main() {
    lianxin_app::run();
}
