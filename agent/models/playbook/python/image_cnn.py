import torch
from torch import nn


def small_net(lanes, side, outputs):
    def stage(a, b):
        return [nn.Conv2d(a, b, 3, padding=1, bias=False), nn.BatchNorm2d(b), nn.ReLU(), nn.MaxPool2d(2)]

    reach = side // 8
    return nn.Sequential(
        *stage(lanes, 16),
        *stage(16, 32),
        *stage(32, 64),
        nn.Flatten(),
        nn.Dropout(0.2),
        nn.Linear(64 * reach * reach, 128),
        nn.ReLU(),
        nn.Linear(128, outputs),
    )


def shifted(batch, chance):
    # Each batch is moved by up to two pixels, so that the net does not learn places by heart.
    down, right = [int(v) for v in torch.randint(-2, 3, (2,), generator=chance)]
    return torch.roll(batch, (down, right), dims=(2, 3))


def passes_over(count, side, lanes):
    # A fixed number of passes from the size of the work, so that a slow minute does not change the result.
    work = count * side * side * (0.7 + 0.1 * lanes)
    share = max(len(folds), 1) + 1
    return int(np.clip(SECONDS * 3.0e6 / (work * share), 2, 25))


def fit_net(x_train, y_train, x_valid, y_valid, seed, rounds):
    torch.manual_seed(seed)
    chance = torch.Generator().manual_seed(seed)
    net = small_net(x_train.shape[1], x_train.shape[2], K if KIND == "multiclass" else 1)
    level, spread = (float(np.mean(y_train)), float(np.std(y_train)) + 1e-9) if KIND == "regression" else (0.0, 1.0)
    inputs = torch.from_numpy(np.ascontiguousarray(x_train))
    if KIND == "multiclass":
        wanted, loss = torch.from_numpy(y_train.astype(np.int64)), nn.CrossEntropyLoss(label_smoothing=0.03)
    else:
        wanted = torch.from_numpy(((y_train - level) / spread).astype(np.float32))[:, None]
        loss = nn.SmoothL1Loss() if KIND == "regression" else nn.BCEWithLogitsLoss()
    passes, batch = passes_over(len(inputs), inputs.shape[2], inputs.shape[1]), 64
    steps = passes * max(1, len(inputs) // batch)
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=0.02)
    pace = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=4e-3, total_steps=steps + passes + 1)
    net.train()
    for _ in range(passes):
        order = torch.randperm(len(inputs), generator=chance)
        for rows in order.split(batch):
            if len(rows) < 2 or left() < 0.15 * SECONDS:
                continue
            optimizer.zero_grad()
            loss(net(shifted(inputs[rows], chance)), wanted[rows]).backward()
            optimizer.step()
            if pace.last_epoch < pace.total_steps - 1:
                pace.step()
    net.eval()

    def predict(frame):
        with torch.no_grad():
            parts = torch.from_numpy(np.ascontiguousarray(frame)).split(512)
            found = torch.cat([net(p) for p in parts]) if len(parts) else torch.zeros((0, 1))
        if KIND == "multiclass":
            return wide(torch.softmax(found, dim=1).numpy())
        found = torch.sigmoid(found) if KIND == "binary" else found * spread + level
        return wide(found.numpy())

    return predict, None


def net_input(images):
    # Lanes first; one lane where the three are the same; at least sixteen pixels a side, a multiple of eight.
    gray = np.abs(pictures[:200, :, :, 0] - pictures[:200, :, :, 2]).max(initial=0) < 1e-6
    lanes = images[:, :, :, :1] if gray else images
    side = min(32, max(16, -(-lanes.shape[1] // 8) * 8))
    gap = side - lanes.shape[1]
    if gap < 0:
        lanes = lanes[:, np.linspace(0, lanes.shape[1] - 1, side).astype(int)]
        lanes = lanes[:, :, np.linspace(0, lanes.shape[2] - 1, side).astype(int)]
    elif gap > 0:
        lanes = np.pad(lanes, ((0, 0), (gap // 2, gap - gap // 2), (gap // 2, gap - gap // 2), (0, 0)))
    mean, spread = pictures.mean(), pictures.std() + 1e-6
    return ((lanes - mean) / spread).transpose(0, 3, 1, 2).astype(np.float32)


torch.set_num_threads(max(1, THREADS))
predictions["small-cnn"] = cross_fit("small-cnn", fit_net, net_input(pictures), net_input(pictures_test))
