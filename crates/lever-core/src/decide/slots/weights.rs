//! Weights of readings. Written by `tools/calibrate-slots`: run it again instead of editing.
//!
//! Each voice read by weights that were fitted on the others, at the threshold `sure`:
//!
//! - slots-a.jsonl: 269 with values, command first 92.6 %, reading first 87.4 %
//! - 0.83: bound and right 34.9 %, 6 of 100 wrong (6.0 %)
//! - slots-b.jsonl: 255 with values, command first 90.6 %, reading first 86.7 %
//! - 0.83: bound and right 35.3 %, 6 of 96 wrong (6.2 %)

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
        0.3835, // odds
        1.3387, // first
        -0.1759, // plain
        -5.6742, // missing
        0.1280, // optional_missing
        0.0991, // score
        0.1800, // margin
        -0.0711, // unsure
        0.9250, // strong
        -2.4320, // values_left
        0.0000, // words_left
        0.0000, // uncovered
        -0.3768, // unsaid
        0.0000, // action_missed
        -2.7324, // opposite
        -0.9867, // negation
        0.0000, // about
        -4.3913, // choice
        -0.8423, // action_unsaid
        -2.0346, // question
        0.2574, // bound
    ],
    none: 1.3177,
    sure: 0.83,
};
