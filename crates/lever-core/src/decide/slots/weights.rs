//! Weights of readings. Written by `tools/calibrate-slots`: run it again instead of editing.
//!
//! Each voice read by weights that were fitted on the others, at the threshold `sure`:
//!
//! - slots-a.jsonl: 269 with values, command first 92.6 %, reading first 87.4 %
//! - 0.83: bound and right 36.8 %, 6 of 105 wrong (5.7 %)
//! - slots-b.jsonl: 255 with values, command first 91.4 %, reading first 87.8 %
//! - 0.83: bound and right 34.9 %, 6 of 95 wrong (6.3 %)

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
        0.1893, // odds
        2.1765, // first
        -0.2245, // plain
        -5.6255, // missing
        0.1077, // optional_missing
        0.1036, // score
        0.1568, // margin
        -0.3004, // unsure
        0.9408, // strong
        -2.6356, // values_left
        0.0000, // words_left
        0.0000, // uncovered
        -0.5614, // unsaid
        -0.1158, // action_missed
        -2.7757, // opposite
        -1.1514, // negation
        0.0000, // about
        -4.2910, // choice
        -0.8726, // action_unsaid
        -2.0643, // question
        0.1477, // bound
    ],
    none: 1.7219,
    sure: 0.83,
};
