//! Which characters a request may not hold: those that cannot be seen, or that change how others are shown.
//!
//! Approval means that a person saw the text; text that shows otherwise than it is cannot be approved. U+200C and U+200D
//! stay, since several scripts and many emoji are spelt with them.

use super::{TextError, placeholder_index};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Placeholders {
    Allowed,
    Refused,
}

/// Checks length, emptiness and every character. White space is tab, newline (also after a carriage return) and
/// Unicode's spaces.
pub(super) fn check(text: &str, placeholders: Placeholders) -> Result<(), TextError> {
    if text.len() > super::MAX_REQUEST {
        return Err(TextError::TooLong(text.len()));
    }
    if text.bytes().all(|byte| (b' '..0x7f).contains(&byte)) {
        return Ok(());
    }
    let mut before = ' ';
    let mut rest = text.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let allowed = match c {
            '\r' => rest.peek().is_some_and(|&(_, next)| next == '\n'),
            '\t' | '\n' | ' '..='~' => true,
            // Variation selectors choose between the two looks of an emoji; after anything else they hide.
            '\u{FE0E}' | '\u{FE0F}' => !before.is_ascii() && !before.is_alphanumeric(),
            _ if placeholder_index(c).is_some() => placeholders == Placeholders::Allowed,
            _ => !is_forbidden(c),
        };
        if !allowed {
            return Err(TextError::Forbidden {
                name: name(c),
                span: at..at + c.len_utf8(),
            });
        }
        before = c;
    }
    Ok(())
}

fn is_forbidden(c: char) -> bool {
    let code = c as u32;
    c.is_control()
        || code & 0xFFFE == 0xFFFE
        || RANGES.iter().any(|&(low, high, _)| (low..=high).contains(&code))
}

/// `U+202E RIGHT-TO-LEFT OVERRIDE`.
fn name(c: char) -> String {
    let code = c as u32;
    let known = if code < 0x20 {
        C0[code as usize]
    } else {
        RANGES
            .iter()
            .find(|&&(low, high, _)| (low..=high).contains(&code))
            .map_or(
                if c.is_control() {
                    "CONTROL CHARACTER"
                } else {
                    "NONCHARACTER"
                },
                |&(_, _, name)| name,
            )
    };
    format!("U+{code:04X} {known}")
}

const C0: [&str; 32] = [
    "NULL",
    "START OF HEADING",
    "START OF TEXT",
    "END OF TEXT",
    "END OF TRANSMISSION",
    "ENQUIRY",
    "ACKNOWLEDGE",
    "BELL",
    "BACKSPACE",
    "CHARACTER TABULATION",
    "LINE FEED",
    "LINE TABULATION",
    "FORM FEED",
    "CARRIAGE RETURN",
    "SHIFT OUT",
    "SHIFT IN",
    "DATA LINK ESCAPE",
    "DEVICE CONTROL ONE",
    "DEVICE CONTROL TWO",
    "DEVICE CONTROL THREE",
    "DEVICE CONTROL FOUR",
    "NEGATIVE ACKNOWLEDGE",
    "SYNCHRONOUS IDLE",
    "END OF TRANSMISSION BLOCK",
    "CANCEL",
    "END OF MEDIUM",
    "SUBSTITUTE",
    "ESCAPE",
    "INFORMATION SEPARATOR FOUR",
    "INFORMATION SEPARATOR THREE",
    "INFORMATION SEPARATOR TWO",
    "INFORMATION SEPARATOR ONE",
];

/// Format characters (Cf) that show nothing, fillers that show nothing, variation selectors, tags, noncharacters.
/// Names of the Unicode Character Database; those of a longer range name its block.
const RANGES: &[(u32, u32, &str)] = &[
    (0x007F, 0x007F, "DELETE"),
    (0x0085, 0x0085, "NEXT LINE"),
    (0x009B, 0x009B, "CONTROL SEQUENCE INTRODUCER"),
    (0x00AD, 0x00AD, "SOFT HYPHEN"),
    (0x034F, 0x034F, "COMBINING GRAPHEME JOINER"),
    (0x061C, 0x061C, "ARABIC LETTER MARK"),
    (0x115F, 0x115F, "HANGUL CHOSEONG FILLER"),
    (0x1160, 0x1160, "HANGUL JUNGSEONG FILLER"),
    (0x17B4, 0x17B4, "KHMER VOWEL INHERENT AQ"),
    (0x17B5, 0x17B5, "KHMER VOWEL INHERENT AA"),
    (0x180B, 0x180D, "MONGOLIAN FREE VARIATION SELECTOR"),
    (0x180E, 0x180E, "MONGOLIAN VOWEL SEPARATOR"),
    (0x180F, 0x180F, "MONGOLIAN FREE VARIATION SELECTOR FOUR"),
    (0x200B, 0x200B, "ZERO WIDTH SPACE"),
    (0x200E, 0x200E, "LEFT-TO-RIGHT MARK"),
    (0x200F, 0x200F, "RIGHT-TO-LEFT MARK"),
    (0x202A, 0x202A, "LEFT-TO-RIGHT EMBEDDING"),
    (0x202B, 0x202B, "RIGHT-TO-LEFT EMBEDDING"),
    (0x202C, 0x202C, "POP DIRECTIONAL FORMATTING"),
    (0x202D, 0x202D, "LEFT-TO-RIGHT OVERRIDE"),
    (0x202E, 0x202E, "RIGHT-TO-LEFT OVERRIDE"),
    (0x2060, 0x2060, "WORD JOINER"),
    (0x2061, 0x2061, "FUNCTION APPLICATION"),
    (0x2062, 0x2062, "INVISIBLE TIMES"),
    (0x2063, 0x2063, "INVISIBLE SEPARATOR"),
    (0x2064, 0x2064, "INVISIBLE PLUS"),
    (0x2066, 0x2066, "LEFT-TO-RIGHT ISOLATE"),
    (0x2067, 0x2067, "RIGHT-TO-LEFT ISOLATE"),
    (0x2068, 0x2068, "FIRST STRONG ISOLATE"),
    (0x2069, 0x2069, "POP DIRECTIONAL ISOLATE"),
    (0x206A, 0x206F, "DEPRECATED FORMAT CHARACTER"),
    (0x2800, 0x2800, "BRAILLE PATTERN BLANK"),
    (0x3164, 0x3164, "HANGUL FILLER"),
    (0xFDD0, 0xFDEF, "NONCHARACTER"),
    (0xFE00, 0xFE0F, "VARIATION SELECTOR"),
    (0xFEFF, 0xFEFF, "ZERO WIDTH NO-BREAK SPACE"),
    (0xFFA0, 0xFFA0, "HALFWIDTH HANGUL FILLER"),
    (0xFFF9, 0xFFF9, "INTERLINEAR ANNOTATION ANCHOR"),
    (0xFFFA, 0xFFFA, "INTERLINEAR ANNOTATION SEPARATOR"),
    (0xFFFB, 0xFFFB, "INTERLINEAR ANNOTATION TERMINATOR"),
    (0x13430, 0x1343F, "EGYPTIAN HIEROGLYPH FORMAT CONTROL"),
    (0x1BCA0, 0x1BCA3, "SHORTHAND FORMAT CONTROL"),
    (0x1D173, 0x1D17A, "MUSICAL SYMBOL FORMAT CONTROL"),
    (0xE0000, 0xE007F, "TAG CHARACTER"),
    (0xE0100, 0xE01EF, "VARIATION SELECTOR"),
];
