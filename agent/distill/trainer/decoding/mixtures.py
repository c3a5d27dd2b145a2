"""Which models write an answer, and how the next token is chosen from what they hold for likely."""

from events import Refused
from students import device_of

from decoding.combine import contrasted, fused, is_sure, shifted
from decoding.members import load_members, shared_tokenizer


class Mixture:
    """`way`: `alone`, or how several models are combined; the places are those that this way names, in its order."""

    def __init__(self, places, asked):
        self.way, self.plausible, self.below = asked["way"], asked["plausible"], asked["below"]
        # How those are asked that were trained on less than the whole question.
        self.asked = asked["asked"]
        self.tokenizer = shared_tokenizer(places)
        self.members = load_members(places, device_of(asked["device"]))
        self.size = len(self.tokenizer)
        for place, member in zip(places, self.members):
            if member.size < self.size:
                raise Refused(
                    f"{place['name']} has {member.size} tokens, its tokenizer {self.size}: they do not belong together"
                )
        rooms = [member.room for member in self.members if member.room is not None]
        self.room = min(rooms) if rooms else None
        self.ends = ends_of(self.tokenizer, self.members[0].model)

    def begin(self):
        """Forgets the answer before. `switched`: tokens that another model wrote than the usual one."""
        self.switched = 0
        for member in self.members:
            member.begin()

    def scores(self, tokens):
        """Of the token after these: its distribution is their softmax."""
        first, *others = self.members
        own = first.logits(tokens, self.size)
        if self.way == "alone":
            return own
        if self.way == "switch":
            # The other one is asked only where it is needed; it then reads what it has missed.
            if is_sure(own, self.below):
                return own
            self.switched += 1
            return others[0].logits(tokens, self.size)
        all_of = [own, *(member.logits(tokens, self.size) for member in others)]
        if self.way == "fuse":
            return fused(all_of)
        return shifted(*all_of) if self.way == "proxy" else contrasted(*all_of, self.plausible)


def ends_of(tokenizer, model):
    """Tokens that end an answer: of the tokenizer, and those that the model was made with."""
    own = getattr(model.generation_config, "eos_token_id", None)
    several = own if isinstance(own, (list, tuple)) else [own]
    return {tokenizer.eos_token_id, *(each for each in several if each is not None)}
