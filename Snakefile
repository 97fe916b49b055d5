"""Which notebook makes which file. `make study` calls this through `python -m geoutils run`.

Each rule runs one notebook through Papermill. The parameters in force lie in
results/<study>/settings.yaml; one that changes reruns its notebook and whatever depends on it, and
so do changed code, notebooks and photos: contents tell, whatever the times of files. Rules wait for
executed notebooks rather than for the files that those made: two runs never write the same copy, so
no change goes unnoticed. What was not made here (notebooks as they are written, photos, tables that
came with the study) is no input, whose time might lie in the future, but a hash among the params.
Of rules that may run, those that take longest or that others wait for come first (`priority`).
"""

import shlex
import sys
from pathlib import Path

from geoutils.study.run import recorded_settings
from geoutils.study.stale import code_version, notebook_version, photos_version, tables_version
from geoutils.study.sweep_tables import table_files

ROOT = Path(workflow.basedir)
STUDY = config["study"]
R = "results/{study}/"
BELOW = "" if Path.cwd() == ROOT else f"--out-dir {shlex.quote(str(Path.cwd()))}"
RUN = f"cd {shlex.quote(str(ROOT))} && {shlex.quote(sys.executable)} -m geoutils"
COMMAND = f"{RUN} notebook {{params.name}} --study {{wildcards.study}} --recorded {BELOW}"


def code(name):
    return lambda wildcards: notebook_version(ROOT / "notebooks" / f"{name}.ipynb")


def section(name):
    return lambda wildcards: recorded_settings(Path(), wildcards.study)[name]


def model(path):
    """A file of the study whose trained model is used."""
    return lambda wildcards: "results/{}/{}".format(
        recorded_settings(Path(), wildcards.study).get("model_from", wildcards.study), path
    )


def executed(study):
    sections = recorded_settings(Path(), study)
    return [f"results/{study}/notebooks/{name}.ipynb" for name in sections if name[:2].isdigit()]


def sweep_tables(study):
    """Tables of the sweeps that were run, which notebook 10 shows."""
    results, committed = Path("results", study), ROOT / "results"
    other = recorded_settings(Path(), study)["10_ablations"]["tables_of"]
    return [str(f) for f in table_files(results, committed / other if other else None).values()]


localrules:
    all,


rule all:
    input:
        f"results/{STUDY}/report/index.html",


rule photos:
    output:
        R + "notebooks/01_photos.ipynb",
        manifest=R + "manifest.parquet",
        rejected=R + "rejected.csv",
    params:
        name="01_photos",
        section=section("01_photos"),
        code=code("01_photos"),
        photos=lambda wildcards: photos_version(
            recorded_settings(Path(), wildcards.study)["01_photos"]
        ),
    shell:
        COMMAND


rule partitions:
    input:
        R + "notebooks/01_photos.ipynb",
        R + "manifest.parquet",
    output:
        R + "notebooks/02_partitions.ipynb",
        R + "partitions/hierarchy.json",
    params:
        name="02_partitions",
        section=section("02_partitions"),
        code=code("02_partitions"),
    shell:
        COMMAND


rule training:
    input:
        R + "notebooks/01_photos.ipynb",
        R + "notebooks/02_partitions.ipynb",
    output:
        R + "notebooks/03_training.ipynb",
        R + "tables/03_training.json",
    threads: 2
    params:
        name="03_training",
        section=section("03_training"),
        code=code("03_training"),
    shell:
        COMMAND


rule evaluation:
    input:
        R + "notebooks/01_photos.ipynb",
        model("notebooks/02_partitions.ipynb"),
        model("notebooks/03_training.ipynb"),
    output:
        R + "notebooks/04_evaluation.ipynb",
        R + "tables/04_accuracy.csv",
    priority: 3
    params:
        name="04_evaluation",
        section=section("04_evaluation"),
        code=code("04_evaluation"),
    shell:
        COMMAND


rule retrieval:
    input:
        R + "notebooks/04_evaluation.ipynb",
    output:
        R + "notebooks/05_retrieval.ipynb",
    params:
        name="05_retrieval",
        section=section("05_retrieval"),
        code=code("05_retrieval"),
    shell:
        COMMAND


rule calibration:
    input:
        R + "notebooks/01_photos.ipynb",
        model("notebooks/02_partitions.ipynb"),
        model("notebooks/03_training.ipynb"),
    output:
        R + "notebooks/06_calibration.ipynb",
    params:
        name="06_calibration",
        section=section("06_calibration"),
        code=code("06_calibration"),
    shell:
        COMMAND


rule explanations:
    input:
        R + "notebooks/04_evaluation.ipynb",
    output:
        R + "notebooks/07_explanations.ipynb",
    priority: 1
    params:
        name="07_explanations",
        section=section("07_explanations"),
        code=code("07_explanations"),
    shell:
        COMMAND


rule concept_influence:
    input:
        R + "notebooks/04_evaluation.ipynb",
    output:
        R + "notebooks/08_concept_influence.ipynb",
    priority: 2
    params:
        name="08_concept_influence",
        section=section("08_concept_influence"),
        code=code("08_concept_influence"),
    shell:
        COMMAND


rule dataset_geography:
    input:
        R + "notebooks/01_photos.ipynb",
        model("notebooks/02_partitions.ipynb"),
        R + "notebooks/04_evaluation.ipynb",
    output:
        R + "notebooks/09_dataset_geography.ipynb",
    params:
        name="09_dataset_geography",
        section=section("09_dataset_geography"),
        code=code("09_dataset_geography"),
    shell:
        COMMAND


rule ablations:
    output:
        R + "notebooks/10_ablations.ipynb",
    params:
        name="10_ablations",
        section=section("10_ablations"),
        code=code("10_ablations"),
        tables=lambda wildcards: tables_version(sweep_tables(wildcards.study)),
    shell:
        COMMAND


rule report:
    input:
        lambda wildcards: executed(wildcards.study),
    output:
        R + "report/index.html",
    params:
        code=code_version(report=True),
    shell:
        f"{RUN} report --study {{wildcards.study}} {BELOW}"
