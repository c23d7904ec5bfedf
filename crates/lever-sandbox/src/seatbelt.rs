//! The same rules in the language of macOS's sandbox (`sandbox-exec`).
