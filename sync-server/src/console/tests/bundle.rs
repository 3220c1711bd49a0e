//! Import of bundles.

use super::*;

/// A form with a file, as browsers send it.
fn upload(csrf: &str, file: &[u8]) -> Vec<u8> {
    let mut body =
        format!("--b\r\ncontent-disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n--b\r\n").into_bytes();
    body.extend(b"content-disposition: form-data; name=\"file\"; filename=\"a.lxb\"\r\n\r\n");
    body.extend(file);
    body.extend(b"\r\n--b--\r\n");
    body
}

async fn upload_bundle(console: &TestConsole, cookie: &str, csrf: &str, file: &[u8]) -> Page {
    let request = Request::post("/console/bundle").header("cookie", cookie);
    let request = request.header("content-type", "multipart/form-data; boundary=b");
    console.send(request.body(Body::from(upload(csrf, file))).unwrap()).await
}

#[tokio::test]
async fn only_an_administrator_can_import_a_bundle() {
    use shared::{
        seal::SignSecret,
        wire::bundle::{Content, Header, seal},
    };
    let console = TestConsole::new().await;
    let sign = SignSecret::new([5; 32]);
    let mut phone = Phone::new(uuid::Uuid::from_u128(9).into(), NOW);
    let code = console.core.issue_code("W1").await.unwrap().code;
    let request = EnrolRequest { sign_key: Some(sign.public()), ..phone.enrol(&code) };
    let server = shared::protocol::SyncProtocol::enrol(&console.core, request).await.unwrap().seal_key.unwrap();
    let visit = phone.visit(recipient_id("R1"), "home", "2026-11-23T09:00:00.000+08:00");
    let content = Content { pushes: vec![phone.push()], photos: vec![] };
    let header = Header { device: phone.device, key: server.id(), created_ms: NOW, ops: 1 };
    let packed = zstd::encode_all(&content.to_bytes()[..], 3).unwrap();
    let file = seal(header, &packed, &server, &sign, [1; 32]).unwrap();

    let supervisor = console.signed_in("S1").await;
    let csrf = console.get("/console/report", &supervisor).await.csrf();
    assert_eq!(upload_bundle(&console, &supervisor, &csrf, &file).await.status, StatusCode::FORBIDDEN);
    let cookie = console.signed_in("A1").await;
    assert_eq!(
        upload_bundle(&console, &cookie, "", &file).await.status,
        StatusCode::FORBIDDEN,
        "not without the form's token"
    );
    assert!(console.core.rows(vec![visit]).await.unwrap().is_empty());

    let csrf = console.get("/console/bundle", &cookie).await.csrf();
    for (file, says) in [(&file[..], "已收下"), (&file, "都已有了"), (&file[..99], "文件损坏"), (b"", "文件损坏")]
    {
        let page = upload_bundle(&console, &cookie, &csrf, file).await;
        assert!(page.status == StatusCode::OK && page.text.contains(says), "{says}: {}", page.text);
    }
    assert_eq!(console.core.rows(vec![visit]).await.unwrap().len(), 1);
    let large = vec![0; shared::wire::BUNDLE_BYTES_MAX + (64 << 10)];
    assert_eq!(upload_bundle(&console, &cookie, &csrf, &large).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}
