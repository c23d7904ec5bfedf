//! What the whole way of a template promises, tried on real shells where it matters.

mod corpus;
