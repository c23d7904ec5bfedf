//! Coefficients of gate 2 for the hash embedder, written by `tools/calibrate-hash`: run it again instead of editing.
//!
//! First fit.

use super::scorer::Model;

/// The model that goes with [`HashEmbedder`](crate::embed::HashEmbedder).
#[rustfmt::skip]
#[allow(clippy::unreadable_literal, reason = "generated")]
pub const HASH: Model = Model {
    rank: [
        1.2626, // cosine
        1.4346, // cosine_mean
        2.2661, // cover
        8.8553, // typical
        5.1244, // phrase_match
        0.4360, // phrase_cover
        -2.5563, // phrase_share
        0.8012, // missed
        -0.0115, // missed_sum
        -1.3607, // action_missed
        -0.1689, // opposite
        -0.2779, // negation
        -1.1376, // values_left
        -0.3487, // slots_left
        0.0000, // weak
        0.0000, // unknown
        0.0000, // corrected
        0.0000, // length
        0.0000, // about
        0.0000, // rank
        0.0000, // gap
        0.0000, // gap_third
    ],
    calibrate: [
        -3.1220, // cosine
        1.5599, // cosine_mean
        4.6798, // cover
        -0.2722, // typical
        4.1334, // phrase_match
        -0.0223, // phrase_cover
        -2.2775, // phrase_share
        0.8604, // missed
        0.7714, // missed_sum
        -0.0699, // action_missed
        -0.2354, // opposite
        -0.2829, // negation
        -0.4698, // values_left
        -0.2739, // slots_left
        0.0000, // weak
        -0.7223, // unknown
        -0.4234, // corrected
        0.0419, // length
        -2.2814, // about
        0.2009, // rank
        0.3739, // gap
        0.0991, // gap_third
    ],
    bias: -6.7677,
    sure: 0.9,
    likely: 0.25,
};
