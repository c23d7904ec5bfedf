//! The closed lists of words that reading a request depends on.

use super::frame::Frames;

/// Contractions and clippings that are opened, beyond those that follow a rule (`n't`, `'re`, `'ve`, `'ll`, `'m`, `'d`).
/// Spellings that are words of their own (`its`, `were`, `id`, `ill`) are left alone.
pub(super) fn open_contraction(word: &[u8]) -> Option<&'static [&'static str]> {
    Some(match word {
        b"cannot" | b"cant" | b"can't" => &["can", "not"],
        b"won't" | b"wont" => &["will", "not"],
        b"shan't" => &["shall", "not"],
        b"ain't" | b"aint" | b"isnt" => &["is", "not"],
        b"arent" => &["are", "not"],
        b"couldnt" => &["could", "not"],
        b"didnt" => &["did", "not"],
        b"doesnt" => &["does", "not"],
        b"dont" => &["do", "not"],
        b"hasnt" => &["has", "not"],
        b"havent" => &["have", "not"],
        b"shouldnt" => &["should", "not"],
        b"wasnt" => &["was", "not"],
        b"werent" => &["were", "not"],
        b"wouldnt" => &["would", "not"],
        b"gimme" => &["give", "me"],
        b"lemme" => &["let", "me"],
        b"gonna" => &["going", "to"],
        b"gotta" => &["got", "to"],
        b"wanna" => &["want", "to"],
        b"hows" => &["how", "is"],
        b"im" => &["i", "am"],
        b"ive" => &["i", "have"],
        b"lets" | b"let's" => &["let", "us"],
        b"thats" => &["that", "is"],
        b"theres" => &["there", "is"],
        b"whats" => &["what", "is"],
        b"wheres" => &["where", "is"],
        b"whos" => &["who", "is"],
        b"y'all" => &["you", "all"],
        b"u" => &["you"],
        b"ur" => &["your"],
        _ => return None,
    })
}

/// Words after which `'s` is "is"; after any other it is a possessive.
#[rustfmt::skip]
pub(super) const BEFORE_IS: &[&str] = &[
    "what", "how", "where", "who", "when", "why", "which", "that", "this", "it", "he", "she", "there",
    "here", "everything", "something", "nothing", "anything", "everyone", "someone", "nobody", "one",
];

/// Politeness and padding before what is asked, longest first where one begins another. Taken off again and again.
pub(super) static OPENERS: Frames<46> = Frames::starting([
    "i would like you to",
    "i would like to",
    "i would love to",
    "i want you to",
    "i want to",
    "i need you to",
    "i need to",
    "i have to",
    "i got to",
    "do me a favor|favour and",
    "go ahead and",
    "be so kind and",
    "would|could|can|will you be able to",
    "would you mind",
    "would|could|can|will you",
    "hey|hi|hello|yo|ok|okay lever",
    "let us",
    "let me",
    "help me to",
    "help me",
    "try to",
    "hey",
    "hi",
    "hello",
    "yo",
    "ok",
    "okay",
    "so",
    "well",
    "um",
    "uh",
    "hm",
    "hmm",
    "please",
    "pls",
    "plz",
    "plez",
    "kindly",
    "just",
    "simply",
    "maybe",
    "perhaps",
    "mate",
    "dude",
    "bro",
    "buddy",
]);

/// Asking for leave to see something is asking to see it; asking for leave to do something is a question.
pub(super) const MAY_I_SEE: &str = "can|could|may i|we";
/// The words that must follow [`MAY_I_SEE`].
pub(super) const MAY_I_SEE_WHAT: &[&str] = &["see", "get", "have", "look", "view"];

/// Politeness and padding after what is asked.
pub(super) static CLOSERS: Frames<27> = Frames::ending([
    "if you do not mind",
    "if you can|could|would",
    "if that is possible",
    "if possible",
    "when you can",
    "would|could|can|will you",
    "thanks a lot",
    "thanks in advance",
    "thank you very much",
    "thank you so much",
    "thank you",
    "many thanks",
    "real quick",
    "for me",
    "please",
    "pls",
    "plz",
    "plez",
    "thanks",
    "thx",
    "ty",
    "cheers",
    "asap",
    "mate",
    "dude",
    "bro",
    "buddy",
]);

/// Padding wherever it stands.
pub(super) const ANYWHERE: &[&str] = &["please", "pls", "plz"];

/// Verbs after which "me" adds nothing: "show me the logs".
pub(super) const BEFORE_ME: &[&str] = &[
    "show", "give", "tell", "get", "find", "fetch", "bring", "list", "print",
];

/// Whether a folded word is one that never names a file, host, service or the like by itself: articles, pronouns,
/// prepositions, quantities, times. A slot for one free word does not take it.
pub fn is_stop_word(word: &str) -> bool {
    let mut place = place_of(word.as_bytes());
    loop {
        match STOP_PLACES[place % STOP_PLACES.len()] {
            0 => return false,
            found if STOP_WORDS[usize::from(found) - 1] == word => return true,
            _ => place += 1,
        }
    }
}

/// Where each stop word is looked for: its number + 1, or 0. Asked for most words of every request, so most words that are
/// none meet a free place at once.
static STOP_PLACES: [u8; 1024] = {
    assert!(STOP_WORDS.len() < 256);
    let mut places = [0; 1024];
    let mut number = 0;
    while number < STOP_WORDS.len() {
        let mut place = place_of(STOP_WORDS[number].as_bytes()) % places.len();
        while places[place] != 0 {
            place = (place + 1) % places.len();
        }
        number += 1;
        places[place] = number as u8;
    }
    places
};

const fn place_of(word: &[u8]) -> usize {
    match word {
        [] => 0,
        [first, .., last] => {
            let middle = word[word.len() / 2];
            word.len() * 7 + *first as usize * 31 + middle as usize * 157 + *last as usize * 421
        }
        [only] => *only as usize,
    }
}

/// Sorted.
#[rustfmt::skip]
const STOP_WORDS: &[&str] = &[
    "a", "about", "after", "again", "all", "already", "also", "am", "an", "and", "another", "any", "anyone",
    "anything", "are", "as", "at", "be", "because", "been", "before", "between", "both", "but", "by", "can",
    "could", "current", "did", "do", "does", "down", "during", "each", "entire", "every", "everyone",
    "everything", "few", "first", "for", "from", "had", "has", "have", "he", "her", "here", "his", "how",
    "i", "if", "in", "into", "is", "it", "its", "just", "last", "latest", "least", "less", "many", "me",
    "mine", "more", "most", "much", "my", "new", "newest", "next", "no", "none", "not", "nothing", "now",
    "of", "off", "old", "oldest", "on", "one", "ones", "only", "onto", "or", "other", "others", "our",
    "out", "over", "please", "previous", "really", "same", "she", "should", "since", "so", "some",
    "someone", "something", "stuff", "than", "that", "the", "their", "them", "then", "there", "these",
    "they", "thing", "things", "this", "those", "till", "to", "today", "tomorrow", "too", "under", "until",
    "up", "us", "very", "was", "we", "were", "what", "when", "where", "which", "while", "who", "whole",
    "why", "will", "with", "without", "would", "yesterday", "yet", "you", "your", "yours",
];
