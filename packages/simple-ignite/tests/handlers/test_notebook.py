"""ProgressBar in a notebook that a real kernel runs."""

import pytest

nbclient = pytest.importorskip("nbclient")
nbformat = pytest.importorskip("nbformat")

pytestmark = pytest.mark.slow

CELL = """
import time
from simple_ignite import Engine, Events
from simple_ignite.handlers import ProgressBar
trainer = Engine(lambda engine, batch: time.sleep(0.02))
ProgressBar(interval=0.05).attach(trainer)
trainer.on(Events.EPOCH_COMPLETED(once=2), lambda: trainer.terminate(reason="that was enough"))
state = trainer.run(range(20), max_epochs=3)
"""


@pytest.mark.filterwarnings("ignore")  # what jupyter does with its sockets and paths is its own affair
def test_each_epoch_is_one_output_that_is_updated_in_place():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    updates = []

    class Watching(nbclient.NotebookClient):
        def process_message(self, message, cell, index):
            if message["msg_type"] == "update_display_data":
                updates.append(message["content"]["data"]["text/plain"])
            return super().process_message(message, cell, index)

    Watching(notebook, timeout=120, kernel_name="python3").execute()
    outputs = notebook.cells[0].outputs
    assert [output.output_type for output in outputs] == ["display_data"] * 3, "nothing on stderr"
    shown = [output.data["text/plain"] for output in outputs]
    assert shown[0].startswith("Epoch [1/3]: 100%|")
    assert shown[1].startswith("Epoch [2/3]: 100%|")
    assert all("| 20/20 [" in line for line in shown[:2])
    assert shown[2] == "Stopped in epoch [2/3]: that was enough"
    assert len(updates) >= 4, "the line moved on between the first and the last"
