"""The typed word that guards the kill, as a state machine without a screen.

A key press arrives with the number of the `read()` that brought it. Over a lagging link, or from an
unbracketed paste, several keys come in one read; a person who looks at the screen between two keys sends them
in two. So Enter counts only when both hold:

- it came in a later read than the last letter of the word, and
- it was read after the screen had painted the line ``Enter kills <flag> in <environment>``.

An Enter that comes too early loses nothing: it is asked for once more, the word is not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

WORD = "kill"


class Answer(Enum):
    """What one key did."""

    LETTER = "letter"
    """It was the next letter of the word, or took one away."""
    COMPLETE = "complete"
    """It was the word's last letter: the line that names the effect must now be painted."""
    WRONG = "wrong"
    """It was no letter of the word at this place: the word starts again."""
    NOT_YET = "not yet"
    """Enter, before the word was complete."""
    ONCE_MORE = "once more"
    """Enter, in the read that brought the word or before its effect was on the screen."""
    PASTED = "pasted"
    """A paste: thrown away."""
    IGNORED = "ignored"
    """A key without a meaning here."""
    GO = "go"
    """The confirming Enter."""


@dataclass(frozen=True, slots=True)
class ConfirmWord:
    """How far the word has been typed.

    Attributes:
        typed: the letters of `WORD` that stand.
        word_read: number of the read that brought the last letter; None while the word is incomplete.
        painted_read: number of the newest read at the moment when the effect of the complete word was
            painted; None until then.
        answer: what the newest key did; None before the first.
    """

    typed: int = 0
    word_read: int | None = None
    painted_read: int | None = None
    answer: Answer | None = None

    @property
    def complete(self) -> bool:
        """The whole word stands."""
        return self.typed == len(WORD)

    @property
    def text(self) -> str:
        """The letters that stand."""
        return WORD[: self.typed]

    def hidden(self) -> ConfirmWord:
        """Something else stands on the screen: Enter counts only after the effect was painted again."""
        return replace(self, painted_read=None)

    def painted(self, read: int) -> ConfirmWord:
        """The line that names the effect is on the screen; `read` is the newest read up to now."""
        if not self.complete or self.painted_read is not None:
            return self
        return replace(self, painted_read=read)

    def character(self, character: str, read: int) -> ConfirmWord:
        """A printable character was typed. Upper and lower case are the same."""
        letter = character.lower() if character.isascii() else ""
        if not self.complete and letter == WORD[self.typed]:
            typed = self.typed + 1
            if typed == len(WORD):
                return ConfirmWord(typed, word_read=read, answer=Answer.COMPLETE)
            return ConfirmWord(typed, answer=Answer.LETTER)
        return ConfirmWord(1 if letter == WORD[0] else 0, answer=Answer.WRONG)

    def backspace(self) -> ConfirmWord:
        """Take the last letter away."""
        return ConfirmWord(max(0, self.typed - 1), answer=Answer.LETTER)

    def paste(self) -> ConfirmWord:
        """A bracketed paste came: nothing of it counts."""
        return replace(self, answer=Answer.PASTED)

    def other(self) -> ConfirmWord:
        """A key that is neither printable, Enter nor backspace came."""
        return replace(self, answer=Answer.IGNORED)

    def enter(self, read: int) -> ConfirmWord:
        """Enter came; `answer` GO means: kill now."""
        if not self.complete or self.word_read is None:
            return replace(self, answer=Answer.NOT_YET)
        if self.painted_read is None or read <= max(self.word_read, self.painted_read):
            return replace(self, answer=Answer.ONCE_MORE)
        return replace(self, answer=Answer.GO)
