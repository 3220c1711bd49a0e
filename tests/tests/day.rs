//! The day in the field through the device core: what `make demo` shows people, held to its checks.

use shared::Day;
use tests::{
    day::{self, DayPaths, Language, Narrator},
    harness::{Folder, Tool, recorder::now_ms},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_day_in_the_field_holds_every_check() {
    let paths = DayPaths {
        program: env!("CARGO_BIN_EXE_demo").into(),
        server: Tool::SyncServer.path().unwrap(),
        folder: Folder::temporary("day").unwrap(),
        today: Day::of_utc_ms(now_ms()),
    };
    let mut narrator = Narrator::new(Language::En);
    day::play(&paths, &mut narrator).await.unwrap();
    assert_eq!(narrator.failed(), [""; 0]);
    assert!(narrator.passed() > 50, "only {} checks were made", narrator.passed());
}
