"""Requests that nothing answers, made from phrases that something does: another verb, another object, a question about
the thing, a prohibition. Our own writing."""

import re

from corpus import HOLE

VERBS = """double halve cool repair renew sell buy paint polish overclock translate improve redesign wash shrink lend book invent
draw rewrite simplify insure borrow hide protect calibrate defragment rotate beautify criticise repaint replace rebuild
photograph donate iron decorate fix upgrade outsource predict trust appreciate memorise guess rate review""".split()
TAILS = """of my childhood|in the kitchen|of the museum|on netflix|for my grandmother|at the party|of an elephant|in the song|of the movie
from the novel|in paris|with a hammer|on my bicycle|for dinner|of the universe|of the moon|in the garden|on the fridge|of my neighbour
at school|in the contract|for the wedding|of the football team|in my dreams|from amazon|on instagram|in minecraft|in photoshop
in powerpoint|on the printer|of a tesla|on spotify|of the washing machine|in my calendar|on the coffee machine|by post|in the bible
of an average person|in outlook|on my playstation|in the elevator|of the tv|with my girlfriend|in german""".replace("\n", "|").split("|")
QUESTIONS = """what are {} good for|what is {} supposed to be|who invented {}|tell me a joke about {}|write a poem about {}
how do {} work internally|should i worry about {}|explain {} to my boss|what is the history of {}|how much does {} cost
can i buy {} online|do you like {}|why do people care about {}|is {} still a thing|what does the word {} mean
which book about {} is good|when was {} introduced|are there alternatives to {}|who is responsible for {} here
how many {} does a normal person have|is it dangerous to have {}|write me an essay on {}|remind me about {} tomorrow
what would happen without {}|do i need to understand {}|where can i learn about {}""".replace("\n", "|").split("|")
FORBIDS = """don't {}|do not {}|never {}|dont {} yet|please don't {}|you must not {}|no need to {}|i'd rather not {}
stop asking me to {}|whatever you do, do not {}|promise not to {}""".replace("\n", "|").split("|")
# What a phrase may begin with before it names its thing.
OPENING = set(
    """show list display print see view get give tell check look find what whats what's which who why how where when is are am was were
    do does did can could would please me my i the a an of in on all any there much many to want need let lets us you your this that
    have has been it its am im i'm with for hey yo ok""".split()
)
ASKS = {"what", "whats", "what's", "which", "who", "why", "how", "where", "when", "is", "are", "am", "do", "does", "did", "can", "i", "my"}


def thing(phrase):
    """The phrase without its opening, or nothing where too little or too much is left."""
    words = re.sub(r"[?!.,;:]+(\s|$)", " ", phrase).split()
    while words and words[0].lower() in OPENING:
        words.pop(0)
    return " ".join(words) if 1 <= len(words) <= 6 else ""


def make(phrase, known, chance):
    """One such request, or nothing where the phrase gives none. `known`: words that phrases for its program use."""
    named, kind = thing(phrase), chance.randrange(4)
    if not named:
        return ""
    if kind == 0:
        verb = chance.choice(VERBS)
        words = named.split()
        # A phrase that asks for something to be done begins with the verb, which goes.
        rest = words[1:] if len(words) > 2 and phrase.split()[0].lower() == words[0].lower() else words
        article = chance.choice(["the ", "my ", "all ", ""])
        return "" if verb in known else f"{verb} {article}{' '.join(rest)}"
    if kind == 1:
        return f"{phrase.rstrip('?!. ')} {chance.choice(TAILS)}"
    if kind == 2:
        return chance.choice(QUESTIONS).format(named)
    first = phrase.split()[0].lower()
    return "" if first in ASKS or HOLE.match(first) else chance.choice(FORBIDS).format(phrase.rstrip("?!. "))
