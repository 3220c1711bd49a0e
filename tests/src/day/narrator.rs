//! Tells the day in plain words, Chinese with English beside, and keeps count of what was checked.

use std::fmt::Debug;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Language {
    /// Both, side by side.
    #[default]
    Both,
    Zh,
    En,
}

#[derive(Debug, Default)]
pub struct Narrator {
    language: Language,
    step: u32,
    passed: u32,
    failed: Vec<String>,
}

impl Narrator {
    pub fn new(language: Language) -> Self {
        Self { language, ..Self::default() }
    }

    fn words(&self, zh: &str, en: &str) -> String {
        match self.language {
            Language::Both => format!("{zh} · {en}"),
            Language::Zh => zh.to_owned(),
            Language::En => en.to_owned(),
        }
    }

    /// A new step of the day.
    pub fn step(&mut self, zh: &str, en: &str) {
        self.step += 1;
        println!("\n{}. {}", self.step, self.words(zh, en));
    }

    /// Something that happened, without a check.
    pub fn note(&self, zh: &str, en: &str) {
        println!("   {}", self.words(zh, en));
    }

    /// Something that must hold.
    pub fn check(&mut self, holds: bool, zh: &str, en: &str) {
        let words = self.words(zh, en);
        println!(" {} {words}", if holds { "✓" } else { "✗" });
        if holds {
            self.passed += 1;
        } else {
            self.failed.push(format!("{}: {words}", self.step));
        }
    }

    /// Two values that must be equal; both are shown when they are not.
    pub fn same<T: PartialEq + Debug>(&mut self, got: &T, wanted: &T, zh: &str, en: &str) {
        self.check(got == wanted, zh, en);
        if got != wanted {
            println!("     got {got:?}\n     not {wanted:?}");
        }
    }

    pub fn passed(&self) -> u32 {
        self.passed
    }

    /// The checks that failed, with the number of their step.
    pub fn failed(&self) -> &[String] {
        &self.failed
    }
}
