"""How each paper trained its models, as data.

A value that a paper does not give is our choice; the comment beside it says so. Batches that do not
fit on one GPU of 16 to 24 GB are computed in parts (`micro_batch`), with the same result where the
backbone has no batch statistics: in bf16 a photo's activations take 67 MB in ResNet-50 at 224
pixels, 225 MB in EfficientNet-B4 at 300 and 219 MB in Swin-B at 224. The papers' optimizers pull at
every parameter, so `decay_all`. An epoch takes hours: networks save their state about every 400,000
photos (`checkpoint_steps`), so that a run that is killed loses minutes.

Heads learn from cached features of a trained backbone. Those are of photos as they are, cropped to
the middle: presets of such heads hold no augmentation, also where the paper augmented the photos.
"""

from dataclasses import replace

from geoutils.training.augmentation.settings import Augmentation
from geoutils.training.preset import Preset

# Theiner et al. 2022 (SemP), section 4.1, "Network Training & Inference". The rate is halved after
# every third epoch, from the twelfth after each; the lowest validation loss wins. The paper
# validates every 512,000 photos, our loop every epoch.
SEMP = Preset(
    epochs=15,
    batch_size=200,
    optimizer="sgd",
    learning_rate=0.01,
    momentum=0.9,
    weight_decay=1e-4,
    decay_all=True,
    schedule="step",
    warmup_epochs=0,
    milestones=(3, 6, 9, 12, 13, 14),
    step_factor=0.5,
    loss="sum",  # section 3.1.3: over the partitions
    checkpoint_steps=2000,
    # The augmentation is in an appendix that we do not have: crops and flips are ours.
    augmentation=Augmentation(crop_px=224, crop_area=0.66, flip=True),
)
# Section 4.1 starts from a model trained ten epochs on countries, and leaves how to the appendix:
# the settings are those of the training proper.
SEMP_COUNTRIES = replace(SEMP, epochs=10, milestones=(3, 6, 9))

# Kordopatis-Zilos et al. 2021, section 4.2. Every fifth epoch halves the rate.
KORDOPATIS_CE = Preset(
    epochs=25,
    batch_size=64,
    optimizer="sgd",
    learning_rate=0.01,
    momentum=0.9,
    weight_decay=1e-4,
    decay_all=True,
    schedule="step",
    warmup_epochs=0,
    milestones=(5, 10, 15, 20),
    step_factor=0.5,
    loss="mean",  # section 3.2.2; the other heads have one loss
    checkpoint_steps=6000,
    augmentation=Augmentation(crop_px=300, crop_area=0.7, crop_aspect=(3 / 4, 4 / 3), flip=True),
)
# Section 4.2: the backbone is frozen, the rest as above. A mixture starts from the classifier. The
# paper also augments here as above; our heads learn from features of photos that are not augmented.
KORDOPATIS_HC = replace(
    KORDOPATIS_CE,
    epochs=5,
    optimizer="adamw",
    learning_rate=1e-5,
    schedule="cosine",
    milestones=(),
    augmentation=Augmentation(),
)
KORDOPATIS_MVMF = KORDOPATIS_HC
# Section 4.2: on features alone in the paper too; `batch_size` counts pairs.
KORDOPATIS_RETRIEVAL = replace(KORDOPATIS_HC, epochs=200)

# Seo et al. 2018 (CPlaNet): section 5.2 gives optimizer and rate; section 4.1 the frozen backbone
# and classifiers that learn independently, hence the sum. Epochs, batch, and that the rate stays as
# it is are ours. The paper says nothing of augmentation.
CPLANET = Preset(
    epochs=10,
    batch_size=256,
    optimizer="rmsprop",
    learning_rate=0.005,
    momentum=0.0,
    weight_decay=0.0,
    schedule="constant",
    warmup_epochs=0,
    loss="sum",
    checkpoint_steps=2000,
)

# Clark et al. 2023 (GeoDecoder), section 8.4 and its Table 8. Photos have 256 pixels a side.
GEODECODER = Preset(
    epochs=40,
    batch_size=512,
    micro_batch=64,
    optimizer="sgd",
    learning_rate=0.01,
    momentum=0.9,
    weight_decay=1e-4,
    decay_all=True,
    schedule="step",
    warmup_epochs=0,
    milestones=(4, 8, 12, 13, 14, 15),
    step_factor=0.5,
    loss="sum",  # section 3.4: over hierarchies and the scene
    checkpoint_steps=800,
    augmentation=Augmentation(
        rotate_deg=(1, 15),  # as printed: one direction only
        color_jitter=0.4,
        tint=False,
        hue=0.1,
        flip=True,
        crop_px=224,
    ),
)

# Loria 2021 (the thesis), sections 6.1.1 to 6.1.3; rates from Table 6.7. There early stopping ended
# training after 4, 5, 10 and 4 epochs; the bound is ours, and so is the strength of the colour
# change. Equation 6.2 adds λ · Σ w² to the loss, λ = 1e-5. The gradient of that is 2 λ w, while
# `weight_decay` is what w itself is multiplied by: hence 2e-5. Both patiences are 3 as printed.
# Each counts epochs without a better validation loss, so a run stops at the very epoch after which
# its rate would first fall: the plateau schedule never acts.
THESIS_MC = Preset(
    epochs=30,
    batch_size=32,
    optimizer="adam",
    learning_rate=1e-4,
    weight_decay=2e-5,
    decay_all=True,
    schedule="plateau",
    plateau_patience=3,
    step_factor=0.2,
    warmup_epochs=0,
    patience=3,
    seed=42,
    checkpoint_steps=12_000,
    augmentation=Augmentation(
        one_of=("turn", "flip", "color"), color_jitter=0.2, tint=False, crop_px=224
    ),
)

PAPER_PRESETS: dict[str, Preset] = {
    "semp": SEMP,
    "semp_countries": SEMP_COUNTRIES,
    "kordopatis_ce": KORDOPATIS_CE,
    "kordopatis_hc": KORDOPATIS_HC,
    "kordopatis_mvmf": KORDOPATIS_MVMF,
    "kordopatis_retrieval": KORDOPATIS_RETRIEVAL,
    "cplanet": CPLANET,
    "geodecoder": GEODECODER,
    "thesis_mc": THESIS_MC,
    "thesis_hmc": replace(THESIS_MC, learning_rate=1e-2),
    "thesis_hmc_sol": replace(THESIS_MC, learning_rate=1e-4),
    "thesis_hmc_smooth": replace(THESIS_MC, learning_rate=1e-6),
}
