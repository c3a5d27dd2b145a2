"""The likeliest answers of a model to many questions, side by side: `python answers.py <settings.json>`, for evaluations.

A question is shown, and an answer carried out, as by `serve.py`, which writes one answer after the other.
"""

import json
import sys

import offline
from events import Events, Refused, end_with_parent, fail

events = Events()
offline.close()
end_with_parent()

import torch
import transformers

from asked import carried_out, shown
from decoding.members import load_members, shared_tokenizer
from decoding.mixtures import ends_of
from students import device_of, is_fast_in_halves, prompt_text

# Questions side by side: so many that reading the weights costs little for each.
SIDE_BY_SIDE = 16


def prompts_of(tokenizer, questions, asked):
    texts = [prompt_text(tokenizer, shown(each["messages"], asked)) for each in questions]
    return [tokenizer(text, add_special_tokens=False)["input_ids"] for text in texts]


def answered(model, tokenizer, prompts, most, ends):
    """Texts after the prompts, which are padded on their left."""
    width = max(map(len, prompts))
    left = lambda values, fill: [fill] * (width - len(values)) + values
    with torch.no_grad():
        written = model.generate(
            input_ids=torch.tensor([left(each, tokenizer.pad_token_id) for each in prompts], device=model.device),
            attention_mask=torch.tensor([left([1] * len(each), 0) for each in prompts], device=model.device),
            max_new_tokens=most,
            do_sample=False,
            # Of what the model was published with, nothing changes what is likeliest.
            repetition_penalty=1.0,
            eos_token_id=sorted(ends),
            pad_token_id=tokenizer.pad_token_id,
        )
    return [text_of(tokenizer, tokens[width:].tolist(), ends) for tokens in written]


def text_of(tokenizer, tokens, ends):
    end = next((place for place, token in enumerate(tokens) if token in ends), len(tokens))
    return tokenizer.decode(tokens[:end], skip_special_tokens=True, clean_up_tokenization_spaces=False)


def main(settings):
    places, asked, most = settings["places"], settings["asked"], settings["maxTokens"]
    device = device_of(settings["device"])
    tokenizer = shared_tokenizer(places)
    member = load_members(places, device)[0]
    if device == "cpu" and is_fast_in_halves():
        member.model.to(torch.bfloat16)
    questions = settings["questions"]
    prompts = prompts_of(tokenizer, questions, asked)
    room = member.room or float("inf")
    # Of like lengths: little is padded. One that leaves no room has an empty answer.
    order = sorted(range(len(prompts)), key=lambda place: len(prompts[place]))
    fits = [place for place in order if len(prompts[place]) < room]
    for place in order[len(fits) :]:
        events.say("answer", id=questions[place]["id"], text="")
    ends = ends_of(tokenizer, member.model)
    for start in range(0, len(fits), SIDE_BY_SIDE):
        some = fits[start : start + SIDE_BY_SIDE]
        tokens = int(min(most, room - len(prompts[some[-1]])))
        texts = answered(member.model, tokenizer, [prompts[place] for place in some], tokens, ends)
        for place, text in zip(some, texts):
            told = carried_out(questions[place]["messages"], text) if asked["patch"] else text
            events.say("answer", id=questions[place]["id"], text=told)
    events.say("done")


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    with open(sys.argv[1], encoding="utf-8") as settings_file:
        wanted = json.load(settings_file)
    try:
        main(wanted)
    except Refused as error:
        fail(events, "refused", str(error))
