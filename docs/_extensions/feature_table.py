"""The directive ``feature-table``: the rows of an SDN feature database as a table a package."""

from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive, directives
from sphinx.application import Sphinx

from simple_conf import Conf

COLUMNS = ("feature", "status", "since", "test")


class FeatureTable(Directive):
    """``.. feature-table:: feature_db.sdn`` with ``:package: simple-conf``."""

    required_arguments = 1
    option_spec = {"package": directives.unchanged_required}  # noqa: RUF012 - docutils' own convention

    def run(self) -> list[nodes.Node]:
        """Read the database, keep the rows of the package, and lay them out."""
        page = Path(self.state.document["source"])
        database = page.parent / self.arguments[0]
        self.state.document.settings.env.note_dependency(str(database))
        features = Conf.to_dict(Conf.load_sdn(database))["features"]
        rows = [row for row in features if row["package"] == self.options["package"]]
        return [self.table(rows)]

    def table(self, rows: list[dict[str, str]]) -> nodes.table:
        """One line a feature; its name links to its page."""
        table, group, body = nodes.table(), nodes.tgroup(cols=len(COLUMNS)), nodes.tbody()
        widths = (50, 10, 10, 30)
        group += [nodes.colspec(colwidth=width) for width in widths]
        head = nodes.thead()
        head += self.line([nodes.Text(name) for name in COLUMNS])
        for row in rows:
            page = str(row["docs"]).removeprefix("docs/").removesuffix(".md") + ".html"
            link = nodes.reference("", str(row["feature"]), refuri=page, internal=True)
            test = nodes.literal("", Path(str(row["test"])).name)
            body += self.line([link, nodes.Text(str(row["status"])), nodes.Text(str(row["since"])), test])
        group += head
        group += body
        table += group
        return table

    @staticmethod
    def line(cells: list[nodes.Node]) -> nodes.row:
        """One row of the table."""
        row = nodes.row()
        for cell in cells:
            entry, paragraph = nodes.entry(), nodes.paragraph()
            paragraph += cell
            entry += paragraph
            row += entry
        return row


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("feature-table", FeatureTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
