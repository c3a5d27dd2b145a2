"""Made-up competitions under ids and in layouts of MLE-bench, prepared: `make.py <data dir> <id> …`, or no id for all.

Every one has a signal that a simple model finds. Answers lie in `prepared/private` and are never public.
"""

import json
import os
import sys

from prepared import COMMON, TEST, TRAIN, WORDS, Made, png, sentence, sound


def spooky(m):
    def row(author):
        return f"id{m.name()}", sentence(m.draw, WORDS[author])
    train = [(*row(a), a) for a in m.draw.choices(list(WORDS), k=300)]
    tested = [(*row(a), a) for a in m.draw.choices(list(WORDS), k=120)]
    m.table("train.csv", ["id", "text", "author"], train)
    m.table("test.csv", ["id", "text"], [r[:2] for r in tested])
    m.table("sample_submission.csv", ["id", *WORDS], [(r[0], .4, .3, .3) for r in tested])
    m.table("test.csv", ["id", *WORDS], [(r[0], *(int(a == r[2]) for a in WORDS)) for r in tested], True)


def nomad(m):
    def rows(first, count, part):
        found = []
        for i in range(first, first + count):
            x, y = m.draw.random(), m.draw.random()
            m.text(f"{part}/{i}/geometry.xyz", f"atom {x:.3f} {y:.3f} Al\n")
            found.append((i, round(x, 4), round(y, 4), round(.1 + x * y + m.draw.random() * .02, 4), round(1 + 2 * x + m.draw.random() * .1, 4)))
        return found
    names = ["formation_energy_ev_natom", "bandgap_energy_ev"]
    train, tested = rows(1, 300, "train"), rows(1000, 120, "test")
    m.table("train.csv", ["id", "alpha", "beta", *names], train)
    m.table("test.csv", ["id", "alpha", "beta"], [r[:3] for r in tested])
    m.table("sample_submission.csv", ["id", *names], [(r[0], .1, 2) for r in tested])
    m.table("test.csv", ["id", *names], [(r[0], *r[3:]) for r in tested], True)


def pizza(m):
    def record():
        yes = m.draw.random() < .4
        return {"request_id": f"t3_{m.name()}", "request_text": sentence(m.draw, WORDS["EAP" if yes else "MWS"]),
                "requester_upvotes": m.draw.randrange(50) + 20 * yes, "requester_received_pizza": yes}
    train, tested = [record() for _ in range(300)], [record() for _ in range(120)]
    m.text("train.json", json.dumps(train))
    m.text("test.json", json.dumps([{k: v for k, v in r.items() if "received" not in k} for r in tested]))
    m.table("sampleSubmission.csv", ["request_id", "requester_received_pizza"], [(r["request_id"], 0.5) for r in tested])
    m.table("test.csv", ["request_id", "requester_received_pizza"], [(r["request_id"], int(r["requester_received_pizza"])) for r in tested], True)


def movies(m):
    m.text("description.md", "# Movies\n\n## Evaluation\n\nSubmissions are evaluated on classification accuracy.\n")
    moods = {"0": "awful dull bad".split(), "2": "film scene plot".split(), "4": "great superb joy".split()}
    def row(i):
        mood = m.draw.choice(list(moods))
        return i, i // 2, sentence(m.draw, moods[mood], 8), mood
    train, tested = [row(i) for i in range(1, 301)], [row(i) for i in range(1001, 1121)]
    m.table("train.tsv", ["PhraseId", "SentenceId", "Phrase", "Sentiment"], train, delimiter="\t")
    m.table("test.tsv", ["PhraseId", "SentenceId", "Phrase"], [r[:3] for r in tested], delimiter="\t")
    m.table("sampleSubmission.csv", ["PhraseId", "Sentiment"], [(r[0], 2) for r in tested])
    m.table("answers.csv", ["PhraseId", "Sentiment"], [(r[0], r[3]) for r in tested], True)


def seedlings(m):
    kinds = ["Maize", "Charlock", "Common wheat"]
    for _ in range(TRAIN):
        kind = m.draw.randrange(3)
        m.image(f"train/{kinds[kind]}/{m.name()}.png", kind)
    tested = [(f"{m.name()}.png", m.draw.randrange(3)) for _ in range(TEST)]
    for name, kind in tested:
        m.image(f"test/{name}", kind)
    m.table("sample_submission.csv", ["file", "species"], [(name, kinds[0]) for name, _ in tested])
    m.table("answers.csv", ["file", "species"], [(name, kinds[kind]) for name, kind in tested], True)


def speech(m):
    kinds = ["yes", "no", "stop"]
    for _ in range(TRAIN):
        kind = m.draw.randrange(3)
        sound(os.path.join(m.public, f"train/audio/{kinds[kind]}/{m.name()}_nohash_0.wav"), m.draw, kind)
    tested = [(f"clip_{m.name()}.wav", m.draw.randrange(3)) for _ in range(TEST)]
    for name, kind in tested:
        sound(os.path.join(m.public, f"test/audio/{name}"), m.draw, kind)
    m.table("sample_submission.csv", ["fname", "label"], [(name, "yes") for name, _ in tested])
    m.table("test.csv", ["fname", "label"], [(name, kinds[kind]) for name, kind in tested], True)


def dogs(m):
    for i in range(TRAIN):
        kind = m.draw.randrange(2)
        m.image(f"train/{('cat', 'dog')[kind]}.{i}.png", kind)
    tested = [(i, m.draw.randrange(2)) for i in range(1, TEST + 1)]
    for i, kind in tested:
        m.image(f"test/{i}.png", kind)
    m.table("sample_submission.csv", ["id", "label"], [(i, .5) for i, _ in tested])
    m.table("answers.csv", ["id", "label"], tested, True)


def whales(m):
    for i in range(TRAIN):
        kind = m.draw.randrange(2)
        sound(os.path.join(m.public, f"train2/20090328_{i:06}_TRAIN{i}_{kind}.wav"), m.draw, kind)
    tested = [(f"Test{i}.wav", m.draw.randrange(2)) for i in range(TEST)]
    for name, kind in tested:
        sound(os.path.join(m.public, f"test2/{name}"), m.draw, kind)
    m.table("sampleSubmission.csv", ["clip", "probability"], [(name, 0) for name, _ in tested])
    m.table("test.csv", ["clip", "probability"], tested, True)


def cactus(m):
    def rows(count, folder):
        found = [(f"{m.name()}.png", int(m.draw.random() < .6)) for _ in range(count)]
        for name, kind in found:
            m.image(f"{folder}/{name}", kind)
        return found
    train, tested = rows(TRAIN, "train"), rows(TEST, "test")
    m.table("train.csv", ["id", "has_cactus"], train)
    m.table("sample_submission.csv", ["id", "has_cactus"], [(name, .5) for name, _ in tested])
    m.table("test.csv", ["id", "has_cactus"], tested, True)


def hotels(m):
    def rows(count, folder, chained):
        found = []
        for _ in range(count):
            kind, chain = m.draw.randrange(3), m.draw.randrange(4)
            name = f"{m.name()}.png"
            m.image(f"{folder}/{chain}/{name}" if chained else f"{folder}/{name}", kind)
            found.append((name, chain, 100 + kind))
        return found
    train, tested = rows(TRAIN, "train_images", True), rows(TEST, "test_images", False)
    m.table("train.csv", ["image", "chain", "hotel_id"], train)
    m.table("sample_submission.csv", ["image", "hotel_id"], [(r[0], "100 101 102 103 104") for r in tested])
    m.table("test.csv", ["image", "hotel_id"], [(r[0], r[2]) for r in tested], True)


def imet(m):
    def rows(count, folder):
        found = []
        for _ in range(count):
            kind, name = m.draw.randrange(3), m.name()
            m.image(f"{folder}/{name}.png", kind)
            found.append((name, ("13 448", "13 77", "900")[kind]))
        return found
    train, tested = rows(TRAIN, "train"), rows(TEST, "test")
    m.table("train.csv", ["id", "attribute_ids"], train)
    m.table("labels.csv", ["attribute_id", "attribute_name"], [(13, "country::italy"), (77, "tags::men"), (448, "tags::gold"), (900, "tags::map")])
    m.table("sample_submission.csv", ["id", "attribute_ids"], [(r[0], "0 1 2") for r in tested])
    m.table("answers.csv", ["id", "attribute_ids"], tested, True)


def keywords(m):
    tags = {"EAP": "php mysql", "HPL": "python", "MWS": "c# .net"}
    def row(i):
        kind = m.draw.choice(list(tags))
        return i, sentence(m.draw, WORDS[kind], 6), sentence(m.draw, WORDS[kind], 20), tags[kind]
    train, tested = [row(i) for i in range(1, 301)], [row(i) for i in range(5001, 5121)]
    m.table("train.csv", ["Id", "Title", "Body", "Tags"], train)
    m.table("test.csv", ["Id", "Title", "Body"], [r[:3] for r in tested])
    m.table("sample_submission.csv", ["Id", "Tags"], [(r[0], "javascript html") for r in tested])
    m.table("test.csv", ["Id", "Tags"], [(r[0], r[3]) for r in tested], True)


def herbarium(m):
    def part(folder, count, first, labeled):
        images, annotations = [], []
        for i in range(first, first + count):
            kind = m.draw.randrange(3)
            place = f"images/{kind:03}/{i}.png" if labeled else f"images/000/{i}.png"
            m.image(f"nybg2020/{folder}/{place}", kind)
            images.append({"id": i, "file_name": place, "width": 16, "height": 16})
            annotations.append({"id": i, "image_id": i, "category_id": 40 + kind})
        own = {"annotations": annotations, "categories": [{"id": 40 + k, "name": f"kind {k}"} for k in range(3)]}
        m.text(f"nybg2020/{folder}/metadata.json", json.dumps({"images": images, **(own if labeled else {})}))
        return annotations
    part("train", TRAIN, 1, True)
    tested = part("test", TEST, 5000, False)
    m.table("sample_submission.csv", ["Id", "Predicted"], [(a["image_id"], 0) for a in tested])
    m.table("answers.csv", ["Id", "Predicted"], [(a["image_id"], a["category_id"]) for a in tested], True)


def salt(m):
    def rows(count, folder, masked):
        found = []
        for _ in range(count):
            kind, name = m.draw.randrange(3), m.name()
            m.image(f"{folder}/images/{name}.png", kind)
            # The band in run-length form: all pixels of some rows, counted down the columns from 1.
            runs = " ".join(f"{x * 16 + 3 + 5 * kind} 4" for x in range(16))
            if masked:
                png(os.path.join(m.public, f"{folder}/masks/{name}.png"), [[255 if y in range(2 + 5 * kind, 6 + 5 * kind) else 0 for _ in range(16)] for y in range(16)])
            found.append((name, runs if m.draw.random() < .8 else "", m.draw.randrange(900)))
        return found
    train, tested = rows(TRAIN, "train", True), rows(TEST, "test", False)
    m.table("train.csv", ["id", "rle_mask"], [r[:2] for r in train])
    m.table("depths.csv", ["id", "z"], [(r[0], r[2]) for r in train + tested])
    m.table("sample_submission.csv", ["id", "rle_mask"], [(r[0], "1 1") for r in tested])
    m.table("test.csv", ["id", "rle_mask"], [r[:2] for r in tested], True)


def characters(m):
    def rows(count, folder):
        found = []
        for _ in range(count):
            kind, name = m.draw.randrange(3), m.name()
            m.image(f"{folder}/{name}.png", kind)
            found.append((name, f"U+306F 0 {2 + 5 * kind} 16 4"))
        return found
    train, tested = rows(TRAIN, "train_images"), rows(TEST, "test_images")
    m.table("train.csv", ["image_id", "labels"], train)
    m.table("unicode_translation.csv", ["Unicode", "char"], [("U+306F", "は")])
    m.table("sample_submission.csv", ["image_id", "labels"], [(r[0], "U+003F 1 1") for r in tested])
    m.table("test.csv", ["image_id", "labels"], tested, True)


def icebergs(m):
    def record():
        yes = int(m.draw.random() < .5)
        band = [round(m.draw.gauss(-20 + 8 * yes, 2), 3) for _ in range(16)]
        return {"id": m.name(), "band_1": band, "inc_angle": round(35 + 5 * m.draw.random() + 3 * yes, 3), "is_iceberg": yes}
    train, tested = [record() for _ in range(300)], [record() for _ in range(120)]
    m.text("train.json", json.dumps(train))
    m.text("test.json", json.dumps([{k: v for k, v in r.items() if k != "is_iceberg"} for r in tested]))
    m.table("sample_submission.csv", ["id", "is_iceberg"], [(r["id"], .5) for r in tested], True)
    m.table("test.csv", ["id", "is_iceberg"], [(r["id"], r["is_iceberg"]) for r in tested], True)


def normalization(m):
    digits = "zero one two three four five six seven eight nine".split()
    spoken = {"kg": "kilograms", "St": "saint", **{str(n): " ".join(digits[int(d)] for d in str(n)) for n in range(90)}}
    def rows(first, count):
        found = []
        for s in range(first, first + count):
            for t in range(6):
                word = m.draw.choice(COMMON if m.draw.random() < .6 else [*spoken])
                found.append((s, t, word, spoken.get(word, word)))
        return found
    train, tested = rows(0, 120), rows(500, 25)
    m.table("en_train.csv", ["sentence_id", "token_id", "class", "before", "after"],
            [(s, t, "CARDINAL" if b.isdigit() else "PLAIN", b, a) for s, t, b, a in train])
    m.table("en_test.csv", ["sentence_id", "token_id", "before"], [r[:3] for r in tested])
    m.table("sample_submission.csv", ["id", "after"], [(f"{s}_{t}", b) for s, t, b, _ in tested], True)
    m.table("answers.csv", ["id", "after"], [(f"{s}_{t}", a) for s, t, _, a in tested], True)


def tweets(m):
    def row():
        mood = m.draw.choice(["positive", "negative", "neutral"])
        text = sentence(m.draw, WORDS["MWS"], 9)
        return m.name(), text, text if mood == "neutral" else " ".join(text.split()[:3]), mood
    train, tested = [row() for _ in range(300)], [row() for _ in range(120)]
    m.table("train.csv", ["textID", "text", "selected_text", "sentiment"], train)
    m.table("test.csv", ["textID", "text", "sentiment"], [(r[0], r[1], r[3]) for r in tested])
    m.table("sample_submission.csv", ["textID", "selected_text"], [(r[0], "") for r in tested])
    m.table("test.csv", ["textID", "selected_text"], [(r[0], r[2]) for r in tested], True)


def molecules(m):
    kinds = ["InChI=1S/CH4/h1H4", "InChI=1S/C2H6/c1-2/h1-2H3", "InChI=1S/C6H6/c1-2-4-6-5-3-1/h1-6H"]
    def rows(count, folder):
        found = []
        for _ in range(count):
            kind, name = m.draw.randrange(3), m.name()
            m.image(f"{folder}/{name[0]}/{name[1]}/{name[2]}/{name}.png", kind)
            found.append((name, kinds[kind]))
        return found
    train, tested = rows(TRAIN, "train"), rows(TEST, "test")
    m.table("train_labels.csv", ["image_id", "InChI"], train)
    m.table("sample_submission.csv", ["image_id", "InChI"], [(r[0], "InChI=1S/H2O/h1H2") for r in tested])
    m.table("test.csv", ["image_id", "InChI"], tested, True)


def volcanoes(m):
    def rows(count, folder):
        found = []
        for _ in range(count):
            name, level = m.draw.randrange(10**8, 10**9), m.draw.random()
            m.table(f"{folder}/{name}.csv", ["sensor_1"], [(int(100 * level * m.draw.gauss(0, 1)),) for _ in range(40)])
            found.append((name, int(1e6 * level)))
        return found
    train, tested = rows(TRAIN, "train"), rows(TEST, "test")
    m.table("train.csv", ["segment_id", "time_to_eruption"], train)
    m.table("sample_submission.csv", ["segment_id", "time_to_eruption"], [(r[0], 0) for r in tested])
    m.table("test.csv", ["segment_id", "time_to_eruption"], tested, True)


def documents(m):
    for i in range(12):
        m.image(f"train/{i}.png", i % 3)
        m.image(f"train_cleaned/{i}.png", i % 3)
    m.image("test/1.png", 1)
    pixels = [(f"1_{y + 1}_{x + 1}", 1) for y in range(16) for x in range(16)]
    m.table("sampleSubmission.csv", ["id", "value"], pixels)
    m.table("answers.csv", ["id", "value"], [(name, .5) for name, _ in pixels], True)


MAKERS = {
    "spooky-author-identification": spooky,
    "nomad2018-predict-transparent-conductors": nomad,
    "random-acts-of-pizza": pizza,
    "movie-review-sentiment-analysis-kernels-only": movies,
    "plant-seedlings-classification": seedlings,
    "tensorflow-speech-recognition-challenge": speech,
    "dogs-vs-cats-redux-kernels-edition": dogs,
    "the-icml-2013-whale-challenge-right-whale-redux": whales,
    "aerial-cactus-identification": cactus,
    "hotel-id-2021-fgvc8": hotels,
    "imet-2020-fgvc7": imet,
    "facebook-recruiting-iii-keyword-extraction": keywords,
    "herbarium-2020-fgvc7": herbarium,
    "tgs-salt-identification-challenge": salt,
    "kuzushiji-recognition": characters,
    "statoil-iceberg-classifier-challenge": icebergs,
    "text-normalization-challenge-english-language": normalization,
    "tweet-sentiment-extraction": tweets,
    "bms-molecular-translation": molecules,
    "predict-volcanic-eruptions-ingv-oe": volcanoes,
    "denoising-dirty-documents": documents,
}


def main(root, *ids):
    for name in ids or MAKERS:
        MAKERS[name](Made(root, name))


main(*sys.argv[1:])
