//! A day in the field for people to watch; see `tests::day`. With `--once` it ends after the checks, otherwise the
//! server stays up to be looked at. `demo phone HOME` is a phone: the demo starts itself as one.

use anyhow::Context;
use clap::{Parser, Subcommand};
use shared::{Day, wire::enrol::EnrolLink};
use std::{path::PathBuf, process::ExitCode};
use tests::{
    day::{self, DayPaths, Language, Narrator, Township, people::PIN, sync::sync_plainly},
    harness::{Folder, Tool, interrupt::interrupted, phone, phone::Phone, recorder::now_ms},
};

#[derive(Parser)]
#[command(about = "A day in the field: phones, a bad connection, a killed server, and figures that add up")]
struct Arguments {
    /// Ends after the checks; the exit status says whether all held.
    #[arg(long)]
    once: bool,
    /// Opens this app, enrolled, when the day is over.
    #[arg(long)]
    app: Option<PathBuf>,
    /// The language that the day is told in.
    #[arg(long, value_enum, default_value_t)]
    lang: Language,
    #[command(subcommand)]
    role: Option<Part>,
}

#[derive(Subcommand)]
enum Part {
    /// Is a phone on the store in HOME, told what to do by standard input.
    #[command(hide = true)]
    Phone { home: PathBuf },
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match arguments.role {
        Some(Part::Phone { home }) => phone::serve(home).await.map(|()| true),
        None => watch(arguments.once, arguments.app, arguments.lang).await,
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("demo: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Plays the day; true when every check held.
async fn watch(once: bool, app: Option<PathBuf>, lang: Language) -> anyhow::Result<bool> {
    let paths = DayPaths {
        program: std::env::current_exe()?,
        server: Tool::SyncServer.path()?,
        folder: Folder::temporary("demo")?,
        today: Day::of_utc_ms(now_ms()),
    };
    let mut narrator = Narrator::new(lang);
    let township = tokio::select! {
        played = day::play(&paths, &mut narrator) => played?,
        // What the day holds is dropped: server, phones, folder.
        () = interrupted() => anyhow::bail!("interrupted"),
    };
    println!();
    for failure in narrator.failed() {
        println!("✗ {failure}");
    }
    let (passed, failed) = (narrator.passed(), narrator.failed().len());
    println!("demo: {passed} checks held, {failed} failed.");
    if !once {
        stay(&township, &paths, app).await?;
    }
    Ok(failed == 0)
}

/// Leaves the server up, says how to look at it, and opens the app.
async fn stay(township: &Township, paths: &DayPaths, app: Option<PathBuf>) -> anyhow::Result<()> {
    let url = township.server.url();
    let worker = &township.plan.workers[township.plan.carers().next().context("the township has carers")?];
    let (name, password) = &township.console;
    println!("\n控制台 console   {url}/console");
    println!("  用户名 name     {name}");
    println!("  密码 password   {password}");
    let code = township.server.code_for(&worker.code).await?;
    let link = EnrolLink { server: url.clone(), code };
    println!("登记链接 enrolment link for {} ({})\n  {}", worker.name, worker.code, link.to_text());
    let mut window = match app {
        Some(app) => {
            let home = paths.folder.join("window");
            let mut phone = Phone::start(&paths.program, &home)?;
            phone.device().create_vault(PIN).await?;
            let code = township.server.code_for(&worker.code).await?;
            phone.device().enrol(&url, &code).await?;
            sync_plainly(&phone).await?;
            // The store belongs to one process at a time.
            phone.kill().await?;
            println!("应用窗口 the app's window: {}, PIN {PIN}", worker.name);
            let opened = tokio::process::Command::new(app).env("LIANXIN_HOME", &home).kill_on_drop(true).spawn();
            Some(opened.context("open the app")?)
        }
        None => None,
    };
    println!("按 Ctrl-C 结束 · Ctrl-C ends it");
    interrupted().await;
    if let Some(window) = &mut window {
        // It may have been closed already.
        let _ = window.kill().await;
    }
    Ok(())
}
