//! The office looks at the same month in a browser: log-in, page, and the figures on it. Without a browser; the
//! console's pages are driven in a real one by the tests.

use super::{Narrator, Township};
use anyhow::{Context, ensure};
use reqwest::{
    Client, Response, StatusCode,
    header::{COOKIE, SET_COOKIE},
    redirect::Policy,
};
use shared::wire::Report;

pub async fn play(township: &Township, report: &Report, narrator: &mut Narrator) -> anyhow::Result<()> {
    narrator.step("办公室在控制台查看", "the office looks at the console");
    let client = Client::builder().redirect(Policy::none()).build()?;
    let url = |path: &str| format!("{}/console/{path}", township.server.url());
    let outside = client.get(url("report")).send().await?;
    narrator.same(
        &outside.status(),
        &StatusCode::SEE_OTHER,
        "没登录就要求登录",
        "nobody sees a report without logging in",
    );

    let (name, password) = &township.console;
    let wrong = log_in(&client, &url("login"), name, "wrong").await?;
    narrator.same(&wrong.status(), &StatusCode::UNAUTHORIZED, "密码错了进不去", "a wrong password does not open it");
    let right = log_in(&client, &url("login"), name, password).await?;
    ensure!(right.status() == StatusCode::SEE_OTHER, "log-in was answered with {}", right.status());
    let address = url(&format!("report?area={}&period={}", report.area, report.period));
    let page = client.get(address).header(COOKIE, cookies(&right)).send().await?.error_for_status()?.text().await?;
    let figures = [report.total.visits(), report.total.contacts()].map(grouped);
    narrator.check(
        figures.iter().all(|f| page.contains(f.as_str())) && page.contains(&report.area_name),
        &format!("{} 的页面上是同样的数字:走访 {},联系 {}", report.area_name, figures[0], figures[1]),
        &format!("the page shows the same figures: {} visits, {} contacts", figures[0], figures[1]),
    );
    Ok(())
}

async fn log_in(client: &Client, url: &str, name: &str, password: &str) -> anyhow::Result<Response> {
    let form = client.get(url).send().await?.error_for_status()?;
    let cookies = cookies(&form);
    let page = form.text().await?;
    let token = page.split_once(r#"name="csrf" value=""#).and_then(|(_, rest)| rest.split_once('"'));
    let (token, _) = token.context("the log-in form has a token")?;
    // Letters and digits only: nothing to escape.
    let body = format!("csrf={token}&login={name}&password={password}");
    let request = client.post(url).header(COOKIE, cookies);
    Ok(request.header("content-type", "application/x-www-form-urlencoded").body(body).send().await?)
}

/// The cookies that a reply sets, as a browser would send them back.
fn cookies(reply: &Response) -> String {
    let set = reply.headers().get_all(SET_COOKIE).iter().filter_map(|c| c.to_str().ok());
    set.filter_map(|c| c.split(';').next()).collect::<Vec<_>>().join("; ")
}

/// With a comma at every thousand, as pages show it.
fn grouped(n: i64) -> String {
    if n < 1000 { n.to_string() } else { format!("{},{:03}", grouped(n / 1000), n % 1000) }
}
