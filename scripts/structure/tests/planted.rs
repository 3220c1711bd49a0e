//! Planted circles are found, and what only looks like a circle is not.

#![allow(clippy::unwrap_used)]

use std::{fs, path::PathBuf};

use structure::cycles::{self, Report};

/// Writes a crate of these files and looks for circles in it.
fn check(name: &str, files: &[(&str, &str)]) -> Report {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    cycles::check(&folder).unwrap()
}

fn circles(name: &str, files: &[(&str, &str)]) -> (usize, usize) {
    let report = check(name, files);
    (report.circles, report.modules_in_circles)
}

#[test]
fn two_modules_that_import_each_other_are_a_circle_with_its_lines() {
    let report = check(
        "pair",
        &[
            ("lib.rs", "mod a; mod b;"),
            ("a.rs", "// first\nuse crate::b::B; pub struct A(B);"),
            ("b.rs", "use super::a::A; pub struct B(A);"),
        ],
    );
    assert_eq!((report.circles, report.modules_in_circles, report.modules), (1, 2, 3));
    assert!(report.text.contains("a.rs:2 -> b.rs by crate::b::B"), "{}", report.text);
    assert!(report.text.contains("b.rs:1 -> a.rs by super::a::A"), "{}", report.text);
}

#[test]
fn a_chain_is_no_circle() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "use crate::b::B; pub struct A(B);"),
        ("b.rs", "pub struct B(crate::c::C);"),
        ("c.rs", "pub struct C;"),
    ];
    assert_eq!(circles("chain", &files), (0, 0));
}

#[test]
fn paths_in_bodies_types_macros_and_attributes_count_like_imports() {
    for (at, back) in [
        "fn f() { let _ = crate::a::f(); }",
        "pub struct B(super::a::A);",
        "fn f() { println!(\"{}\", crate::a::f()); }",
        "#[derive(serde::Serialize)] pub struct B { #[serde(with = \"crate::a::hex\")] b: u8 }",
        "fn f(x: u8) -> bool { matches!(x, crate::a::LOW..=crate::a::HIGH) }",
        "fn f() { use crate::a as other; other::f(); }",
        "fn f(x: u8) -> u8 { x.max(crate::a::LOW) }",
        "fn f() { for _ in 0..crate::a::LOW {} }",
        "mod deep { pub fn f() { super::super::a::f() } }",
        "mod deep { use self::super::super::a::A; pub struct B(A); }",
        "macro_rules! m { () => { $crate::a::f() } }",
        "pub fn f() -> Vec<u8> { Vec::<crate::a::A>::new(); vec![] }",
        "pub type B = Vec<<crate::a::A as Iterator>::Item>;",
    ]
    .iter()
    .enumerate()
    {
        let files = [("lib.rs", "mod a; mod b;"), ("a.rs", "pub use crate::b::B;\npub struct A;"), ("b.rs", *back)];
        assert_eq!(circles(&format!("path{at}"), &files), (1, 2), "{back}");
    }
}

#[test]
fn nested_groups_self_and_renames_are_followed() {
    let files = [
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "use crate::{b::{self, inner::{Deep as D, Other}}}; pub struct A(D); pub fn f(_: Other) { b::g() }"),
        ("b/mod.rs", "pub mod inner; pub fn g() {}"),
        ("b/inner.rs", "use crate::a::A; pub struct Deep(A); pub struct Other;"),
    ];
    let report = check("nested", &files);
    assert_eq!((report.circles, report.modules_in_circles), (1, 2), "{}", report.text);
    assert!(report.text.contains("crate::b::inner::Deep"), "{}", report.text);
}

#[test]
fn a_path_through_a_re_export_leads_to_the_definition() {
    // `b` uses `A` through the root; the root itself is not part of the circle.
    let files = [
        ("lib.rs", "mod a; mod b; pub use a::A;"),
        ("a.rs", "pub struct A(crate::b::B);"),
        ("b.rs", "use crate::A; pub struct B(A);"),
    ];
    let report = check("reexport", &files);
    assert_eq!((report.circles, report.modules_in_circles), (1, 2), "{}", report.text);
    // Siblings that meet in their parent's re-exports do not depend on the parent.
    let files = [
        ("lib.rs", "mod p;"),
        ("p/mod.rs", "mod a; mod b; pub use a::A; pub use b::B;"),
        ("p/a.rs", "pub struct A;"),
        ("p/b.rs", "use super::A; pub struct B(A);"),
    ];
    assert_eq!(circles("siblings", &files), (0, 0));
}

#[test]
fn a_child_that_uses_an_item_of_its_parent_and_is_re_exported_is_a_circle() {
    let files = [
        ("lib.rs", "mod p;"),
        ("p/mod.rs", "mod a; pub use a::A; pub struct P;"),
        ("p/a.rs", "use super::P; pub struct A(P);"),
    ];
    assert_eq!(circles("parent", &files), (1, 2));
    let declared_only =
        [("lib.rs", "mod p;"), ("p/mod.rs", "mod a; pub struct P;"), ("p/a.rs", "use super::P; pub struct A(P);")];
    assert_eq!(circles("declared", &declared_only), (0, 0));
}

#[test]
fn globs_lead_to_the_names_that_are_used() {
    let circle = [
        ("lib.rs", "mod a; mod b; mod all;"),
        ("all.rs", "pub use crate::a::*; pub use crate::b::*;"),
        ("a.rs", "use crate::all::*; pub struct A(B);"),
        ("b.rs", "use crate::all::*; pub struct B(A);"),
    ];
    let report = check("glob", &circle);
    assert_eq!((report.circles, report.modules_in_circles), (1, 2), "{}", report.text);
    let unused = [
        ("lib.rs", "mod a; mod b; mod all;"),
        ("all.rs", "pub use crate::a::*; pub use crate::b::*;"),
        ("a.rs", "pub struct A;"),
        ("b.rs", "use crate::all::*; pub struct B(A);"),
    ];
    assert_eq!(circles("unused", &unused), (0, 0));
}

#[test]
fn macros_and_what_they_make_lead_to_their_module() {
    let by_scope = [
        ("lib.rs", "#[macro_use] mod a; mod b;"),
        ("a.rs", "macro_rules! make { () => {} } pub fn f() { crate::b::g() }"),
        ("b.rs", "make!(); pub fn g() {}"),
    ];
    assert_eq!(circles("macro", &by_scope), (1, 2));
    let made = [
        ("lib.rs", "mod ids; mod b; pub use ids::*;"),
        (
            "ids.rs",
            "macro_rules! ids { ($($n:ident),*) => { $(pub struct $n;)* } } ids! { RowId, OpId } pub fn f() { crate::b::g() }",
        ),
        ("b.rs", "use crate::RowId; pub fn g() -> Option<RowId> { None }"),
    ];
    assert_eq!(circles("made", &made), (1, 2));
}

#[test]
fn a_module_with_its_path_in_an_attribute_is_read_from_there() {
    let files = [
        ("lib.rs", "mod a; #[path = \"odd/place.rs\"] mod b;"),
        ("a.rs", "pub struct A(crate::b::B);"),
        ("odd/place.rs", "pub struct B(crate::a::A);"),
    ];
    assert_eq!(circles("attribute", &files), (1, 2));
}

#[test]
fn tests_comments_strings_and_visibilities_do_not_count() {
    let files = [
        ("lib.rs", "mod a; mod b; #[cfg(test)] mod no_such_file;"),
        ("a.rs", "pub struct A(crate::b::B);"),
        (
            "b.rs",
            "//! [`crate::a::A`]\n// crate::a::A\npub(in crate::a) const S: &str = \"crate::a::A\";\n\
             pub struct B;\n#[cfg(test)] mod tests { use crate::a::A; fn f(_: A) {} }\n\
             #[cfg(test)] use crate::a::A;\n#[test] fn f() { crate::a::f() }",
        ),
    ];
    let report = check("tests", &files);
    assert_eq!(report.circles, 0, "{}", report.text);
}

#[test]
fn every_crate_of_a_folder_is_looked_at() {
    let files = [
        ("lib.rs", "pub mod a;"),
        ("a.rs", "pub struct A;"),
        ("bin/tool/main.rs", "mod x; mod y; fn main() {}"),
        ("bin/tool/x.rs", "pub struct X(crate::y::Y);"),
        ("bin/tool/y.rs", "pub struct Y(crate::x::X);"),
    ];
    let report = check("bins", &files);
    assert_eq!((report.circles, report.modules), (1, 5));
}

#[test]
fn a_folder_without_a_crate_or_a_module_without_a_file_is_an_error() {
    assert!(cycles::check(&PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("nowhere")).is_err());
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("missing");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("lib.rs"), "mod a;").unwrap();
    assert!(cycles::check(&folder).unwrap_err().to_string().contains("module a"));
}
