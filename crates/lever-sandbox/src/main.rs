//! `lever-sandbox`: reads a policy from a pipe, runs one command under it, reports the outcome on a pipe.
fn main() {}
