//! Gate 1: phrases, their slots, and the trie that finds the phrase a request is an instance of.
