"""The demo's page as widgets: a photo goes in, the answers of the chosen methods come out."""

import logging
from collections.abc import Callable
from pathlib import Path

import ipywidgets as widgets
import numpy as np

from geoutils.demo.cards import method_card, photo_card, sentence_card, truth_line
from geoutils.demo.concepts import Segments, concepts_seen
from geoutils.demo.locator import Locator
from geoutils.demo.metrics import metrics_html
from geoutils.demo.photo import DemoPhoto, random_test_photo
from geoutils.demo.reasons import EXPLAINERS, reasons_for
from geoutils.demo.study import DemoStudy
from geoutils.demo.upload import FORMATS_TEXT, read_upload
from geoutils.study.methods import main_method

STYLE = Path(__file__).with_name("page.css")
FULL = widgets.Layout(width="100%")
SEVERAL = "Methods <span class='demo-note'>(several with Ctrl)</span>"
SORRY = "Something went wrong here, not with your photo; the terminal of the demo says what."


class Page:
    """Widgets of the demo and what they do; `widget` is what a notebook displays.

    Photos are kept in memory until the next one comes. Whatever happens, the reader gets a
    sentence, and the traceback of what should not happen goes to the log.
    """

    def __init__(
        self, study: DemoStudy, segmenter: Segments | None = None, seed: int | None = None
    ):
        self.study, self.segmenter = study, segmenter
        self.locator = Locator(study.training)
        self.rng = np.random.default_rng(seed)
        self.photo: DemoPhoto | None = None
        self._make_widgets()

    def warm_up(self) -> None:
        """Load what the chosen methods need, so that the first answer does not wait for it."""
        manifest, pixels = self.study.photos
        photo = random_test_photo(manifest, pixels, np.random.default_rng(0))
        for name in self.chosen.value:
            self._safely(name, lambda name=name: self._card(photo, name))

    def upload(self, data: bytes) -> None:
        """Answer about an uploaded file, or say what is wrong with it."""
        self._ask_about(lambda: read_upload(data, self.study.size))

    def draw(self) -> None:
        """Answer about one of the study's test photos."""
        self._ask_about(lambda: random_test_photo(*self.study.photos, self.rng))

    def answer(self) -> None:
        """Answer about the photo at hand by the methods chosen, the first one first."""
        if self.photo is None:
            return
        is_upload = self.photo.row is None
        wanted = self.show_truth.value or not is_upload
        self.about.value = photo_card(self.photo, truth_line(self.photo, wanted))
        chosen = [name for name in self.study.methods if name in self.chosen.value]
        for name, card in self.cards.items():
            waiting = name in chosen
            label = self.study.methods[name].label
            card.value = sentence_card(label, "One moment …") if waiting else ""
        for name in chosen:
            label = self.study.methods[name].label
            self.cards[name].value = self._safely(label, lambda name=name: self._wanted_card(name))
        if not chosen:
            self.about.value += sentence_card("", "Choose at least one method.")

    def _ask_about(self, read: Callable[[], DemoPhoto]) -> None:
        def place() -> str:
            self.photo = read()
            return self.about.value

        self.photo = None
        for card in self.cards.values():
            card.value = ""
        self.about.value = sentence_card("", "Looking …")
        self.about.value = self._safely("", place)
        self.answer()

    def _wanted_card(self, name: str) -> str:
        return self._card(self.photo, name)

    def _card(self, photo: DemoPhoto, name: str) -> str:
        method, explainer = self.study.methods[name], self.explainer.value
        placement = self.locator.place(photo, method)
        concepts = concepts_seen(photo, placement, self.segmenter)
        reasons = reasons_for(placement, concepts, explainer)
        wanted = self.show_truth.value or photo.row is not None
        truth = photo.truth_deg if wanted else None
        return method_card(placement, reasons, photo, truth, explainer)

    def _safely(self, title: str, make: Callable[[], str]) -> str:
        try:
            return make()
        except ValueError as error:
            return sentence_card(title, str(error))
        except Exception:
            logging.getLogger(__name__).exception("demo: %s", title)
            return sentence_card(title, SORRY)

    def _make_widgets(self) -> None:
        labels = [(method.label, name) for name, method in self.study.methods.items()]
        self.uploader = widgets.FileUpload(
            accept=".jpg,.jpeg,.png,.webp", description="Upload a photo", layout={"width": "160px"}
        )
        self.drawer = widgets.Button(
            description="Draw a test photo", layout={"width": "160px"}, button_style="primary"
        )
        self.chosen = widgets.SelectMultiple(
            options=labels, value=first_methods(self.study), rows=6, layout={"width": "320px"}
        )
        options = [(text[0].upper() + text[1:], name) for name, text in EXPLAINERS.items()]
        self.explainer = widgets.Dropdown(options=options, layout={"width": "260px"})
        self.show_truth = widgets.Checkbox(
            description="Show the position in the file's EXIF data", indent=False, layout=FULL
        )
        self.about = widgets.HTML(layout=FULL)
        self.about.add_class("demo-about")
        self.cards = {name: widgets.HTML(layout=FULL) for name in self.study.methods}
        self.metrics = widgets.HTML(layout=FULL)
        self.uploader.observe(self._on_upload, names="value")
        self.drawer.on_click(lambda _: self.draw())
        for control in (self.chosen, self.explainer, self.show_truth):
            control.observe(lambda _: self.answer(), names="value")
        self.measured = widgets.Dropdown(options=labels, layout={"width": "320px"})
        self.measured.observe(lambda _: self._measure(), names="value")
        self.widget = self._layout()

    def _layout(self) -> widgets.VBox:
        def captioned(text: str, control: widgets.Widget) -> widgets.VBox:
            return widgets.VBox([widgets.HTML(f"<b>{text}</b>"), control])

        buttons = widgets.VBox(
            [
                widgets.HTML(f"<b>A photo</b> <span class='demo-note'>{FORMATS_TEXT}</span>"),
                widgets.HBox([self.uploader, self.drawer]),
                self.show_truth,
            ]
        )
        right = widgets.VBox([captioned("Explained by", self.explainer)])
        controls = widgets.HBox(
            [
                buttons,
                captioned(SEVERAL, self.chosen),
                right,
            ]
        )
        controls.layout.flex_flow, controls.layout.grid_gap = "row wrap", "12px 32px"
        asked = widgets.VBox([controls, self.about, *self.cards.values()])
        measured = widgets.VBox([captioned("Method", self.measured), self.metrics])
        self.tabs = widgets.Tab([asked, measured], titles=["Ask", "How good is it?"], layout=FULL)
        self.tabs.observe(self._on_tab, names="selected_index")
        head = widgets.HTML(
            f"<style>{STYLE.read_text(encoding='utf-8')}</style>"
            "<p>An answer is a guess by models that have seen few places. Do not use it to find "
            "or follow people.</p>"
        )
        page = widgets.VBox([head, self.tabs], layout=FULL)
        page.add_class("demo")
        return page

    def _on_upload(self, change: dict) -> None:
        if change["new"]:
            data = bytes(change["new"][0]["content"])
            self.uploader.value = ()  # the same file can be chosen again, and is not kept twice
            self.upload(data)

    def _on_tab(self, change: dict) -> None:
        if change["new"] == 1 and not self.metrics.value:
            self._measure()

    def _measure(self) -> None:
        name = self.measured.value
        self.metrics.value = sentence_card("", "Looking it up …")
        self.metrics.value = self._safely("", lambda: metrics_html(self.study, name))


def first_methods(study: DemoStudy) -> tuple[str, ...]:
    """The methods chosen at first: the study's central one, and one of another system."""
    central = study.methods[study.central]
    others = [
        name
        for name, method in study.methods.items()
        if method.system != central.system and name == main_method(study.training, method.recipe)
    ]
    return (study.central, *others[:1])
