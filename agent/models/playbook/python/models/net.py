# Loaded here, so that its seconds do not count as those of a net; nets that have hardly any time left learn nothing.
if not predictions or left() > 0.1 * SECONDS:
    import torch

    torch.set_num_threads(THREADS)


def net_inputs(x_train):
    # Numbers by their quartiles, softly clipped, with gaps marked; few levels one-hot, many as codes to be embedded.
    cats = categories_of(x_train)
    numbers = [c for c in x_train.columns if c not in cats]
    seen = x_train[numbers].to_numpy(dtype="float32")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        low, middle, high = np.nanquantile(seen, [0.25, 0.5, 0.75], axis=0)
        spread = np.where(high > low, high - low, np.nanstd(seen, axis=0))
    middle, spread = np.nan_to_num(middle), np.where(np.nan_to_num(spread) > 0, np.nan_to_num(spread, nan=1.0), 1.0)
    marked = (np.isnan(seen).mean(axis=0) > 0.01) & (np.isnan(seen).mean(axis=0) < 0.99)
    few = [c for c in cats if x_train[c].cat.categories.size <= 12]
    many = [c for c in cats if c not in few]

    def of(frame):
        values = frame[numbers].to_numpy(dtype="float32")
        scaled = (values - middle) / spread
        scaled = np.nan_to_num(scaled / np.sqrt(1 + (scaled / 3) ** 2))
        levels = [np.eye(frame[c].cat.categories.size + 1)[frame[c].cat.codes.to_numpy()] for c in few]
        plain = np.hstack([np.isnan(values[:, marked]), *levels, np.zeros((len(frame), 0))])
        codes = [frame[c].cat.codes.to_numpy() + 1 for c in many]
        codes = np.column_stack(codes) if codes else np.zeros((len(frame), 0))
        return scaled.astype("float32"), plain.astype("float32"), codes.astype("int64")

    return of, [x_train[c].cat.categories.size + 1 for c in many]


def nets_class():
    class Nets(torch.nn.Module):
        # Several small nets side by side, each with waves of the numbers (Gorishniy et al., 2022) and embedded levels.
        def __init__(self, numbers, plain, levels, outputs, count=4, width=128, waves=12, drop=0.15):
            super().__init__()
            self.drop = drop
            # Of very many numbers the waves would take most of the time.
            waves = waves if numbers <= 120 else 1
            self.waves = torch.nn.Parameter(0.3 * torch.randn(numbers, waves))
            self.mix = torch.nn.Parameter(torch.randn(numbers, 2 * waves, 4) / (2 * waves) ** 0.5)
            self.tables = torch.nn.ModuleList(torch.nn.Embedding(size, min(12, 2 + size // 8)) for size in levels)
            inputs = 5 * numbers + plain + sum(table.embedding_dim for table in self.tables)
            sizes = [(max(1, inputs), width), (width, width), (width, outputs)]
            self.weights = torch.nn.ParameterList(torch.randn(count, a, b) * (1.6 / a) ** 0.5 for a, b in sizes)
            self.biases = torch.nn.ParameterList(torch.zeros(count, 1, b) for _, b in sizes)

        def forward(self, numbers, plain, codes):
            turned = 2 * torch.pi * numbers[:, :, None] * self.waves
            waved = torch.einsum("bnw,nwd->bnd", torch.cat([turned.sin(), turned.cos()], 2), self.mix).relu()
            parts = [numbers, waved.flatten(1), plain, *(table(codes[:, at]) for at, table in enumerate(self.tables))]
            hidden = torch.cat(parts, 1) if sum(p.shape[1] for p in parts) else numbers.new_ones(len(numbers), 1)
            hidden = hidden.expand(len(self.weights[0]), -1, -1)
            for at, (weight, bias) in enumerate(zip(self.weights, self.biases)):
                hidden = torch.baddbmm(bias, hidden, weight)
                if at < len(self.weights) - 1:
                    hidden = torch.nn.functional.dropout(torch.nn.functional.silu(hidden), self.drop, self.training)
            return hidden

    return Nets


def fit_net(x_train, y_train, x_valid, y_valid, seed, rounds):
    # AdamW with steps that fade out; the epoch that is best on the rows held out is taken.
    torch.manual_seed(seed)
    inputs, levels = net_inputs(x_train)

    def of(frame):
        return [torch.from_numpy(np.ascontiguousarray(part)) for part in inputs(frame)]

    numbers, plain, codes = of(x_train)
    goals = torch.tensor(y_train, dtype=torch.int64 if KIND == "multiclass" else torch.float32)
    center, spread = (float(y_train.mean()), float(y_train.std()) + 1e-12) if KIND == "regression" else (0.0, 1.0)
    goals = goals if KIND == "multiclass" else (goals - center) / spread
    nets = nets_class()(numbers.shape[1], plain.shape[1], levels, K if KIND == "multiclass" else 1)
    size, batch = len(goals), int(np.clip(len(goals) // 30, 32, 512))
    epochs = rounds or turns(NET["epochs"], 8)
    steps = epochs * -(-size // batch)
    best = torch.optim.AdamW(nets.parameters(), lr=NET["lr"], betas=(0.9, 0.95), weight_decay=NET["decay"])
    rates = torch.optim.lr_scheduler.OneCycleLR(best, NET["lr"], total_steps=steps + 1, pct_start=0.1)

    def loss_of(found, wanted):
        if KIND == "multiclass":
            return torch.nn.functional.cross_entropy(found.flatten(0, 1), wanted.repeat(len(found)), label_smoothing=0.02)
        found, wanted = found[:, :, 0], wanted.expand(len(found), -1)
        if KIND == "binary":
            return torch.nn.functional.binary_cross_entropy_with_logits(found, wanted)
        return (torch.nn.functional.smooth_l1_loss(found, wanted, beta=0.1) if ABSOLUTE else torch.nn.functional.mse_loss(found, wanted))

    def predict(parts):
        nets.eval()
        with torch.no_grad():
            found = torch.cat([nets(*(p[at : at + 4096] for p in parts)) for at in range(0, len(parts[0]), 4096)], 1)
            found = found.softmax(2) if KIND == "multiclass" else found.sigmoid() if KIND == "binary" else found
        nets.train()
        return found.mean(0).numpy() * spread + center

    held, kept, most, used = None if x_valid is None else of(x_valid), None, -np.inf, epochs
    for epoch in range(1, epochs + 1):
        for some in torch.randperm(size).split(batch):
            best.zero_grad()
            loss_of(nets(numbers[some], plain[some], codes[some]), goals[some]).backward()
            best.step()
            rates.step()
        if held is not None and epoch >= epochs // 2:
            found = wide(predict(held))
            reached = gain(y_valid, found) if KIND == "regression" else -log_loss_of(y_valid, found)
            if reached > most:
                most, used, kept = reached, epoch, {k: v.clone() for k, v in nets.state_dict().items()}
    if kept is not None:
        nets.load_state_dict(kept)
    return lambda frame: wide(predict(of(frame))), None


NET = dict(epochs=40, lr=0.004, decay=0.02)
if "torch" in globals():
    predictions["net"] = cross_fit("net", fit_net)
else:
    predictions["net"] = np.full((len(y), K), np.nan), np.full((len(X_test), K), np.nan)
    print("net: left out, the time is short")
