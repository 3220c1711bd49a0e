//! A full disk, a backup, a start on an existing store.

use super::{StoreLocation, fixture::*};
use serde_json::json;
use shared::{Kind, ids::OpNo};
use shared::{Moment, wire::ErrorCode};
use sync_server::{
    data::LocalCore,
    store::{AnyStore, SqliteStore},
};

/// The database file.
fn sqlite(core: &LocalCore) -> &SqliteStore {
    let AnyStore::Sqlite(store) = core.store() else { panic!("this store is not SQLite") };
    store
}

#[tokio::test]
async fn a_full_disk_refuses_whole_writes_and_accepts_them_again_with_room() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    phone.visit("R1");
    phone.push().await;
    let pages = sqlite(&fixture.core).pages().await.unwrap();
    sqlite(&fixture.core).limit_pages(pages + 2).await.unwrap();
    let note = "长".repeat(3000);
    for _ in 0..20 {
        phone.create(
            Kind::Visit,
            json!({"recipient": recipient("R2"), "mode": "phone", "presence": "found", "note": note,
                "happened": Moment::shanghai(START_MS).to_string()}),
        );
    }
    let before = fixture.core.stats().await.unwrap();
    let refused = phone.send(phone.request()).await.unwrap_err();
    assert_eq!(refused.code(), Some(&ErrorCode::StorageFull));
    assert!(!refused.is_permanent());
    assert_eq!(fixture.core.stats().await.unwrap(), before);
    let report = fixture.report("6208", "2026-03").await;
    assert_eq!((report.total.visits(), report.total.contacts()), (1, 0));

    sqlite(&fixture.core).limit_pages(1_000_000).await.unwrap();
    assert!(phone.push().await.is_empty());
    assert_eq!(phone.sent, OpNo(21));
    phone.pull().await;
}

#[tokio::test]
async fn a_backup_is_complete_and_opens() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    phone.visit("R1");
    phone.push().await;
    let folder = fixture.folder.join("restored");
    std::fs::create_dir_all(&folder).unwrap();
    fixture.core.backup(folder.join("server.db")).await.unwrap();
    phone.visit("R2");
    phone.push().await;

    let restored = open(&StoreLocation, &folder, &fixture.env).await;
    assert_eq!(restored.stats().await.unwrap().ops, fixture.core.stats().await.unwrap().ops - 1);
    restored.healthy().await.unwrap();
    let epoch = restored.new_epoch().await.unwrap();
    assert_ne!(Some(epoch), phone.epoch);
}

#[tokio::test]
async fn a_store_opened_again_is_the_same_store() {
    let fixture = Fixture::new().await;
    let mut phone = fixture.phone("W1").await;
    phone.visit("R1");
    phone.push().await;
    phone.pull().await;
    let again = fixture.open_again().await;
    assert_eq!(again.stats().await.unwrap(), fixture.core.stats().await.unwrap());
    assert_eq!(again.area_tree().await.unwrap().len(), 7);
    assert_eq!(again.areas_under(area("620826101")).await.unwrap().len(), 2);
    assert_eq!(again.find_worker("S1").await.unwrap().unwrap().areas, [area("620826101")]);
}
