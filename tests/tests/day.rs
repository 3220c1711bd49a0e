//! The day in the field through the device core: what `make demo` shows people, held to its checks.

use shared::Day;
use tests::{
    day::{self, Language, Narrator, Where},
    harness::{Folder, Tool, recorder::now_ms},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_day_in_the_field_holds_every_check() {
    let places = Where {
        program: env!("CARGO_BIN_EXE_demo").into(),
        server: Tool::SyncServer.path().unwrap(),
        folder: Folder::temporary("day").unwrap(),
        today: Day::of_utc_ms(now_ms()),
    };
    let mut teller = Narrator::new(Language::En);
    day::play(&places, &mut teller).await.unwrap();
    assert_eq!(teller.failed(), [""; 0]);
    assert!(teller.passed() > 50, "only {} checks were made", teller.passed());
}
