//! Gate 2, second half: from scored phrases to a decision, with the evidence that led to it.
