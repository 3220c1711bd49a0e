//! Everything end to end: the demo city, the harness that starts servers and devices, and the day in the field.

pub mod bench;
pub mod city;
pub mod day;
pub mod harness;
pub mod kill;
pub mod ui;
