//! Weights of readings. Written by `tools/calibrate-slots`: run it again instead of editing.
//!
//! Each voice read by weights that were fitted on the others, at the threshold `sure`:
//!
//! - slots-a.jsonl: 269 with values, command first 93.3 %, reading first 88.1 %
//! - 0.66: bound and right 34.2 %, 7 of 99 wrong (7.1 %)
//! - slots-b.jsonl: 255 with values, command first 90.2 %, reading first 86.3 %
//! - 0.66: bound and right 38.0 %, 6 of 103 wrong (5.8 %)
//! - slots-c.jsonl: 184 with values, command first 84.2 %, reading first 73.4 %
//! - 0.66: bound and right 13.6 %, 9 of 34 wrong (26.5 %)
//! - slots-d.jsonl: 196 with values, command first 80.1 %, reading first 71.9 %
//! - 0.66: bound and right 6.6 %, 12 of 25 wrong (48.0 %)

use super::reading::READING_FEATURES;

/// A log-linear model over readings and none of them.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadingModel {
    /// For each feature of a reading.
    pub weights: [f32; READING_FEATURES],
    /// Score of none of them.
    pub none: f32,
    /// The least probability of a reading that may bind unasked.
    pub sure: f32,
}

/// The weights in use.
#[rustfmt::skip]
pub const MODEL: ReadingModel = ReadingModel {
    weights: [
        0.4115, // odds
        1.4282, // first
        0.0185, // plain
        -6.7984, // missing
        -0.0805, // optional_missing
        -0.2602, // score
        0.1180, // margin
        -0.1584, // unsure
        1.2176, // strong
        -2.7283, // values_left
        -0.1183, // words_left
        0.0000, // uncovered
        0.0000, // unsaid
        -1.4946, // added
        0.0000, // action_missed
        -0.2375, // lead
        -1.2026, // opposite
        -0.7896, // negation
        0.0000, // about
        -2.1067, // choice
        -0.3116, // action_unsaid
        -1.8500, // question
        0.0985, // bound
    ],
    none: 0.8457,
    sure: 0.66,
};
