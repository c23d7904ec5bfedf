//! Numbers that are written as words.

/// The digits of a folded word that is a whole number: "three". Of "two hundred" each word is one; together they are none of
/// these, and whoever reads values has to look at the neighbours.
#[rustfmt::skip]
pub(crate) fn digits(word: &str) -> Option<&'static str> {
    Some(match word {
        "one" => "1", "two" => "2", "three" => "3", "four" => "4", "five" => "5", "six" => "6", "seven" => "7",
        "eight" => "8", "nine" => "9", "ten" => "10", "eleven" => "11", "twelve" | "dozen" => "12",
        "thirteen" => "13", "fourteen" => "14", "fifteen" => "15", "sixteen" => "16", "seventeen" => "17",
        "eighteen" => "18", "nineteen" => "19", "twenty" => "20", "thirty" => "30", "forty" => "40",
        "fifty" => "50", "sixty" => "60", "seventy" => "70", "eighty" => "80", "ninety" => "90",
        "hundred" => "100", "thousand" => "1000", "million" => "1000000",
        _ => return None,
    })
}
