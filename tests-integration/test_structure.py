"""Each package is a stack of sub-packages without cycles, and the checker finds every violation."""

import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import import_graph  # noqa: E402 - tools are scripts, not a package
import structure  # noqa: E402

LAYERS = {"simple_conf": [["errors"], ["tree"], ["merging", "formats"], ["conf"]]}


@pytest.fixture(scope="module")
def ours():
    return import_graph.ImportGraph(ROOT), *structure.read_layers()


def test_every_module_imports_from_lower_sub_packages_only(ours):
    graph, layers, *_ = ours
    assert structure.upward_imports(graph, layers) == []


def test_no_modules_import_each_other_in_a_cycle(ours):
    assert structure.import_cycles(ours[0]) == []


def test_late_imports_of_own_code_are_those_that_are_listed(ours):
    graph, _, late, _ = ours
    assert structure.forbidden_late_imports(graph, late) == []
    assert structure.unused_late_imports(graph, late) == []


def test_no_folder_has_more_than_twenty_modules(ours):
    assert structure.crowded_folders(ours[0]) == []


def test_every_import_names_what_it_imports(ours):
    graph, *_, computed = ours
    assert structure.indirect_imports(graph, computed) == []
    assert structure.unused_entries(graph, computed) == []


def test_the_layers_name_every_package_that_has_sub_packages(ours):
    graph, layers, *_ = ours
    packages = {name.partition(".")[0] for name in graph.modules}
    assert set(layers) == packages - {"simple_ml"}


def test_the_page_for_developers_names_every_part_and_only_paths_that_exist(ours):
    _, layers, *_ = ours
    page = (ROOT / "docs/development.md").read_text("utf-8")
    for package, order in layers.items():
        _, _, section = page.partition(f"\n### {package}\n")
        section = section.partition("\n#")[0]
        source = ROOT / "packages" / package.replace("_", "-") / "src" / package
        named = re.findall(r"`([\w/.]+(?:/|\.py|\.lark))`", section)
        missing = [path for path in named if not (source / path).exists()]
        assert named
        assert not missing, f"docs/development.md, {package}: {missing}"
        parts = {name for names in order for name in names}
        unnamed = parts - {path.partition("/")[0].removesuffix(".py") for path in named}
        assert not unnamed, f"docs/development.md, {package}: {unnamed}"


def test_the_command_prints_the_map_and_exits_by_what_it_found():
    command = [sys.executable, str(ROOT / "tools/structure.py"), "--map"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout
    assert "\nsimple_conf\n" in run.stdout
    assert run.stdout.rstrip().endswith("no violation")


# The checker itself, on small packages that break one rule each.


@pytest.fixture
def project(tmp_path):
    def make(**files):
        source = tmp_path / "packages/simple-conf/src/simple_conf"
        for name in ("__init__", "errors", "tree/__init__", "tree/node", "tree/layers", "merging/__init__",
                     "merging/merge", "formats/__init__", "formats/reading", "conf"):  # fmt: skip
            path = source / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(files.pop(name.replace("/", "__"), "")))
        assert not files
        return import_graph.ImportGraph(tmp_path)

    return make


@pytest.mark.parametrize(
    "text",
    [
        "from simple_conf.merging.merge import merge",
        "import simple_conf.merging.merge",
        "def f():\n    from simple_conf.merging import merge",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import simple_conf.merging.merge",
        "TYPE_CHECKING = False\nif TYPE_CHECKING:\n    from simple_conf.merging.merge import merge",
        "from ..merging.merge import merge",
        "try:\n    from simple_conf.merging.merge import merge\nexcept ImportError: pass",
        "import importlib\ndef f(): return importlib.import_module('simple_conf.merging.merge')",
    ],
)
def test_an_import_upwards_is_found_however_it_is_written(project, text):
    (found,) = structure.upward_imports(project(tree__node=text), LAYERS)
    assert "simple_conf.tree.node imports simple_conf.merging.merge, which is not below it" in found


def test_sub_packages_of_one_layer_do_not_import_each_other(project):
    graph = project(merging__merge="import simple_conf.formats.reading")
    assert len(structure.upward_imports(graph, LAYERS)) == 1


def test_imports_downwards_and_within_a_sub_package_are_fine(project):
    graph = project(
        conf="from simple_conf.merging.merge import merge\nfrom simple_conf import formats",
        merging__merge="from simple_conf.tree.node import Node\nfrom simple_conf.errors import E",
        tree__layers="from simple_conf.tree import node",
    )
    assert structure.violations(graph, LAYERS, {}, {}) == []


def test_a_sub_package_that_is_in_no_layer_is_found_and_a_layer_without_one(project):
    graph = project()
    found = structure.upward_imports(graph, {"simple_conf": [["errors"], ["tree"], ["merging"], ["conf"]]})
    assert [line.partition(": ")[2] for line in found] == [
        "simple_conf.formats is in no layer of tools/layers.toml",
        "simple_conf.formats is in no layer of tools/layers.toml",
    ]
    (found,) = structure.upward_imports(graph, {"simple_conf": [["gone"], *LAYERS["simple_conf"]]})
    assert found == "tools/layers.toml: there is no simple_conf.gone"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("top", "from simple_conf.tree.node import Node"),
        ("late", "def f():\n    from simple_conf.tree.node import Node"),
        ("typing", "TYPE_CHECKING = False\nif TYPE_CHECKING:\n    from simple_conf.tree.node import Node"),
    ],
)
def test_a_cycle_of_each_kind_is_found_once_with_the_imports_that_close_it(project, kind, text):
    graph = project(tree__node="from simple_conf.tree import layers", tree__layers=text)
    (found,) = structure.import_cycles(graph)
    assert f"2 modules in a cycle of {kind} imports: simple_conf.tree.layers, simple_conf.tree.node" in found
    assert "tree/layers.py:" in found


def test_a_cycle_through_a_name_that_an_init_re_exports_is_found(project):
    graph = project(
        tree____init__="from simple_conf.tree.node import Node",
        tree__node="class Node: ...\nfrom simple_conf.tree import layers",
        tree__layers="from simple_conf.tree import Node",
    )
    assert len(structure.import_cycles(graph)) == 1


def test_a_late_import_is_allowed_only_where_it_is_listed(project):
    graph = project(conf="def f():\n    from simple_conf.formats.reading import read")
    assert structure.forbidden_late_imports(graph, {}) == [
        "packages/simple-conf/src/simple_conf/conf.py:2: late import of simple_conf.formats.reading in f"
    ]
    assert structure.forbidden_late_imports(graph, {"simple_conf": {"conf": ["formats"]}}) == []
    assert structure.forbidden_late_imports(graph, {"simple_conf": {"conf": ["merging"]}})
    assert structure.unused_late_imports(graph, {"simple_conf": {"conf": ["formats", "merging"]}}) == [
        "tools/layers.toml: simple_conf.conf has no late import of simple_conf.merging"
    ]


def test_a_folder_with_too_many_modules_is_found(tmp_path):
    folder = tmp_path / "packages/simple-conf/src/simple_conf"
    folder.mkdir(parents=True)
    for name in ["__init__", "__about__", *(f"module{n}" for n in range(20))]:
        (folder / f"{name}.py").write_text("")
    assert structure.crowded_folders(import_graph.ImportGraph(tmp_path)) == []
    (folder / "one_more.py").write_text("")
    assert structure.crowded_folders(import_graph.ImportGraph(tmp_path)) == [
        "packages/simple-conf/src/simple_conf: 21 modules, more than 20"
    ]


HIDDEN = {
    "import simple_conf": "binds the whole package",
    "import simple_conf.errors": "binds the whole package",
    "from simple_conf import *": "hides what is imported",
    "from simple_conf.former import Name": "there is no module simple_conf.former",
    "from ..former import Name": "there is no module simple_conf.former",
    "from simple_conf import nothing": "an __init__ only re-exports",
    "from simple_conf.tree import X": "an __init__ only re-exports",
    "import importlib\nimportlib.import_module(name='.merge', package='x')": "a computed name",
    "from importlib import import_module\nimport_module('..merging.merge', __package__)": "a computed name",
    "from importlib import import_module\nimport_module('simple' + '_conf.merging.merge')": "a computed name",
    "import importlib\nname = 'a'\nimportlib.import_module(f'simple_conf.{name}')": "a computed name",
    "import pkgutil\npkgutil.resolve_name('simple_conf.merging:merge')": "a computed name",
    "exec('from simple_conf.merging.merge import merge')": "a computed name",
    "import sys\nsys.modules['simple_conf.merging.merge']": "a computed name",
    "import sys\nsys.modules['x'] = sys": "a computed name",
    "import sys\nsys.modules[__package__ + '.conf']": "a computed name",
    "import runpy\nrunpy.run_path('conf.py')": "a computed name",
    "from importlib import import_module as load": "called by its own name only",
    "import importlib\nload = importlib.import_module": "called by its own name only",
    "from pkgutil import resolve_name as find": "called by its own name only",
}


@pytest.mark.parametrize("text", HIDDEN)
def test_an_import_that_hides_what_it_imports_is_found(project, text):
    graph = project(tree__node=text, tree____init__="X = 1")
    found = structure.indirect_imports(graph, {})
    assert len(found) == 1, found
    assert HIDDEN[text] in found[0]
    assert ":1: " in found[0] or ":2: " in found[0] or ":3: " in found[0]


@pytest.mark.parametrize(
    "text",
    [
        "from importlib import import_module\nimport_module('torch')",
        "import sys\ntorch = sys.modules.get('torch')",
        "from simple_conf import tree",
        "from simple_conf.errors import E",
        "model = None\ndef f(model): return model.eval()",
    ],
)
def test_other_imports_are_fine(project, text):
    assert structure.indirect_imports(project(tree__layers=text), {}) == []


def test_modules_that_load_optional_libraries_are_listed_and_no_others(project):
    graph = project(tree__node="import importlib\ndef f(name): return importlib.import_module(name)")
    assert structure.indirect_imports(graph, {"simple_conf": ["tree.node"]}) == []
    assert structure.unused_entries(graph, {"simple_conf": ["tree.node"]}) == []
    (found,) = structure.unused_entries(graph, {"simple_conf": ["tree.layers"]})
    assert found == "tools/layers.toml: simple_conf.tree.layers imports nothing by a computed name"


@pytest.mark.parametrize("text", ["def g(): return 1", "class C: pass", "if True:\n    def g(): return 1"])
def test_an_init_that_defines_something_is_found(project, text):
    (found,) = structure.indirect_imports(project(merging____init__=text), {})
    assert "merging/__init__.py: an __init__ only re-exports, and this one defines something" in found


def test_the_version_module_imports_nothing(tmp_path, project):
    project()
    about = tmp_path / "packages/simple-conf/src/simple_conf/__about__.py"
    about.write_text("from simple_conf.conf import Conf")
    (found,) = structure.indirect_imports(import_graph.ImportGraph(tmp_path), {})
    assert "__about__ holds the version alone" in found
