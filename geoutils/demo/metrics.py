"""How good a method is: its accuracies, its parameters, and a map of all its cells, as HTML."""

from html import escape

import numpy as np
import pandas as pd

from geoutils.demo.cells_map import cells_map
from geoutils.demo.frames import framed
from geoutils.demo.study import DemoStudy
from geoutils.evaluation.top_cells import TOP_K, listed_hits
from geoutils.partitions import Partition
from geoutils.study.methods import Method, StudyAnswers
from geoutils.study.methods.predict import answer_cells
from geoutils.training.recipes.study_training import StudyTraining
from geoutils.training.state.record import read_facts, read_log

SECTIONS = ("Accuracy", "Parameters")


def metrics_html(study: DemoStudy, name: str) -> str:
    """The page of one method, by its name among the study's; ValueError where it is not trained."""
    method, training = study.methods[name], study.training
    partition = cells_of(training, method)
    tables = (accuracy_rows(study, method, partition), parameter_rows(training, method))
    parts = "".join(
        f"<div><h3>{title}</h3>{_table(rows)}</div>"
        for title, rows in zip(SECTIONS, tables, strict=True)
    )
    drawn = framed(cells_map(partition), f"All cells of {method.label}")
    return (
        f'<section class="demo-card"><h3>{escape(method.label)}</h3>'
        f'<p class="demo-note">{escape(method.sentence)}</p>'
        f'<div class="demo-parts">{parts}</div></section>'
        f'<section class="demo-card"><h3>Its {len(partition):,} cells</h3>{drawn}'
        '<p class="demo-note">The darker, the more training photos; a cell under the pointer tells '
        "its number, name, level and count.</p></section>"
    )


def cells_of(training: StudyTraining, method: Method) -> Partition:
    """The partition whose cells a method names; for retrieval alone, whose cells it learned by."""
    answers = StudyAnswers.of(training)
    if method.answer in ("nearest", "raw"):
        return answers.levels(method.recipe).finest
    return answer_cells(answers, method.recipe, method.base or method.answer)


def accuracy_rows(study: DemoStudy, method: Method, partition: Partition) -> dict[str, str]:
    """Top-1, 5 and 10 accuracy on the test photos; loss and finest accuracy in validation.

    The loss is that of the epoch that was kept, the one of lowest validation loss.
    """
    rows = {}
    path = study.results / "predictions" / f"{method.name}_test.parquet"
    if not path.is_file():
        rows["Test photos"] = "notebook 04 made no predictions by this method"
    elif method.answer in ("nearest", "raw"):
        rows["Top 1, 5, 10"] = "retrieval names no cells"
    else:
        table = pd.read_parquet(path)
        manifest = study.photos[0].set_index("photo").loc[table["photo"]]
        truth = manifest[["latitude", "longitude"]].to_numpy(float)
        known = np.isfinite(truth).all(axis=1)
        longest = max(map(len, table["top_cells"]), default=0)
        ks = [k for k in TOP_K if k <= longest]
        hits = listed_hits(list(table["top_cells"][known]), partition.assign(truth[known]), ks)
        shares = dict(zip(ks, hits.mean(axis=0), strict=True))
        rows |= {f"Top {k}, {known.sum():,} test photos": f"{p:.1%}" for k, p in shares.items()}
    return rows | validation_rows(study.training, method)


def validation_rows(training: StudyTraining, method: Method) -> dict[str, str]:
    """Loss and finest accuracy on the validation photos, of the epoch that was kept."""
    log = read_log(training.log_folder(method.recipe))
    kept = log.loc[log["val_loss"].idxmin()]
    accuracies = [name for name in log if name.startswith("val_accuracy_") and kept[name] >= 0]
    rows = {"Validation loss": f"{kept['val_loss']:.3f}"}
    if accuracies:
        level = accuracies[-1].removeprefix("val_accuracy_").replace("_", " ")
        rows[f"Validation accuracy, {level}"] = f"{kept[accuracies[-1]]:.1%}"
    return rows


def parameter_rows(training: StudyTraining, method: Method) -> dict[str, str]:
    """What was trained, and how."""
    recipe = training.recipes[method.recipe]
    facts = read_facts(training.log_folder(method.recipe))
    end_to_end = method.recipe not in training.heads
    rows = {
        "System": method.system,
        "Backbone": str(training.settings["backbone"]),
        "Head": recipe.head,
        "Partition": recipe.partition,
        "Learned": "end to end" if end_to_end else "on features of the shared backbone",
        "Parameters learned": f"{facts['trained_parameters']:,}",
        "Training photos": f"{facts['train_photos_used']:,}",
    }
    options = {key: str(value) for key, value in recipe.options.items()}
    preset = {key: recipe.preset.settings[key] for key in SHOWN}
    shown = {SHOWN[key]: str(value) for key, value in preset.items()}
    return rows | shown | options


SHOWN = {
    "epochs": "Epochs",
    "batch_size": "Batch size",
    "optimizer": "Optimizer",
    "learning_rate": "Learning rate",
    "weight_decay": "Weight decay",
    "loss": "Losses of several levels joined by",
    "precision": "Precision",
}


def _table(rows: dict[str, str]) -> str:
    lines = "".join(
        f"<tr><td>{escape(key)}</td><td>{escape(value)}</td></tr>" for key, value in rows.items()
    )
    return f"<table><tbody>{lines}</tbody></table>"
