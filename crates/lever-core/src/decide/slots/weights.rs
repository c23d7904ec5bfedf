//! Weights of readings. Written by `tools/calibrate-slots`: run it again instead of editing.
//!
//! Each voice read by weights that were fitted on the others, at the threshold `sure`:
//!
//! - slots-a.jsonl: 269 with values, command first 84.0 %, reading first 81.0 %
//! - 0.77: bound and right 33.5 %, 7 of 97 wrong (7.2 %)
//! - slots-b.jsonl: 255 with values, command first 83.1 %, reading first 80.0 %
//! - 0.77: bound and right 28.6 %, 5 of 78 wrong (6.4 %)

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
        0.2714, // odds
        0.6326, // first
        0.8556, // plain
        -5.4104, // missing
        0.2241, // optional_missing
        0.1815, // score
        0.1998, // margin
        -0.3242, // unsure
        0.8784, // strong
        -2.7310, // values_left
        0.0000, // words_left
        0.0000, // uncovered
        0.0000, // unsaid
        0.0000, // action_missed
        -2.7124, // opposite
        -1.3582, // negation
        0.0000, // about
        -4.2780, // choice
        -0.9229, // action_unsaid
        -2.0568, // question
        0.0869, // bound
    ],
    none: 1.1493,
    sure: 0.77,
};
