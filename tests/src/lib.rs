//! Everything end to end: the demo city, the harness that starts servers and devices, the day in the field, and the
//! simulator.

pub mod bench;
pub mod city;
pub mod day;
pub mod harness;
pub mod kill;
pub mod sim;
pub mod ui;
