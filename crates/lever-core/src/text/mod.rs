//! Normalises a request for matching while every token keeps its span in the original.
