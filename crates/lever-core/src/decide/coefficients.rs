//! Coefficients of gate 2 for the hash embedder. Written by `tools/embedder/fit.py`: run it again instead of editing.
//!
//! Cross-fitted figures when they were written (queries with an answer + without; at the threshold `sure`):
//!
//! - real, 1: 144 + 97: top-1 73.6, top-3 84.7; 0.92: 38 % run, 1 of 55 wrong (1.8 %), 1 out of scope
//! - real, 4: 144 + 97: top-1 83.3, top-3 93.8; 0.92: 42 % run, 1 of 60 wrong (1.7 %), 0 out of scope
//! - real, 9: 144 + 97: top-1 86.1, top-3 97.9; 0.92: 36 % run, 0 of 52 wrong (0.0 %), 0 out of scope
//! - real, 25: 144 + 97: top-1 90.3, top-3 99.3; 0.92: 32 % run, 0 of 46 wrong (0.0 %), 0 out of scope
//! - real, bank: 140 + 97: top-1 85.7, top-3 96.4; 0.92: 18 % run, 2 of 27 wrong (7.4 %), 2 out of scope
//! - pack: 5181 + 717: top-1 54.6, top-3 71.3; 0.92: 12 % run, 32 of 637 wrong (5.0 %), 11 out of scope
//! - bank: 10924 + 1536: top-1 49.4, top-3 66.4; 0.92: 9 % run, 70 of 1018 wrong (6.9 %), 26 out of scope

use super::scorer::Model;

/// The model that goes with [`HashEmbedder`](crate::embed::HashEmbedder).
#[rustfmt::skip]
pub const HASH: Model = Model {
    rank: [
        0.7952, // cosine
        1.8271, // cosine_mean
        2.3621, // cover
        9.4472, // typical
        4.6728, // phrase_match
        0.2246, // phrase_cover
        -4.4186, // phrase_share
        0.1908, // missed
        0.3512, // missed_sum
        -1.3352, // action_missed
        -0.1248, // opposite
        -0.1907, // negation
        -1.3469, // values_left
        -1.2345, // slots_left
        0.0000, // weak
        0.0000, // unknown
        0.0000, // corrected
        0.0000, // length
        0.0000, // about
        0.0000, // rank
        0.0000, // gap
        0.0000, // share
        -1.1336, // filled
        1.5098, // mass
        0.0000, // command_cosine
        0.0000, // command_cover
        0.0000, // command_values
        0.0000, // literals_left
    ],
    calibrate: [
        -1.4589, // cosine
        1.7153, // cosine_mean
        2.9582, // cover
        -0.3595, // typical
        2.4286, // phrase_match
        -0.1193, // phrase_cover
        -2.0722, // phrase_share
        0.4083, // missed
        0.5566, // missed_sum
        -0.3087, // action_missed
        -0.4493, // opposite
        -0.2681, // negation
        -1.1418, // values_left
        -0.5326, // slots_left
        0.0000, // weak
        -1.1873, // unknown
        0.2417, // corrected
        -0.2241, // length
        -2.4163, // about
        0.1935, // rank
        0.0164, // gap
        0.5428, // share
        0.0117, // filled
        0.3578, // mass
        0.0000, // command_cosine
        0.0000, // command_cover
        0.0000, // command_values
        0.0000, // literals_left
    ],
    bias: -4.5306,
    sure: 0.92,
    likely: 0.25,
};
