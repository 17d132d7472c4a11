"""Threads, forks, spawned processes and ranks all log into one run, and nothing is mixed or lost."""

import os
import pickle
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest

from simple_track import Track


def log_numbers(run, who, count):
    for i in range(count):
        run.log({f"{who}/i": i})


def test_threads(root):
    with Track.run(project="demo", system=False) as run:
        threads = [threading.Thread(target=log_numbers, args=(run, f"t{n}", 500)) for n in range(6)]
        [t.start() for t in threads]
        [t.join() for t in threads]
    history = run.history()
    for n in range(6):
        column = history[f"t{n}/i"]
        assert column[history.present(f"t{n}/i")].tolist() == list(range(500))
    assert sorted(history["step"].tolist()) == list(range(3000))


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_processes_of_multiprocessing_write_files_of_their_own(root, method, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent(
            f"""
            import multiprocessing
            from simple_track import Track

            def work(run, who):
                for i in range(50):
                    run.log({{f"{{who}}/i": i}})

            if __name__ == "__main__":
                context = multiprocessing.get_context({method!r})
                with Track.run(project="demo", system=False) as run:
                    run.log({{"parent": 1}})
                    children = [context.Process(target=work, args=(run, f"p{{n}}")) for n in range(2)]
                    [child.start() for child in children]
                    run.log({{"parent": 2}})
                    [child.join() for child in children]
                    assert [child.exitcode for child in children] == [0, 0]
            """
        )
    )
    subprocess.run([sys.executable, str(script)], check=True, timeout=60)
    (run,) = Track.runs("demo")
    history = run.history()
    assert history["parent"][history.present("parent")].tolist() == [1, 2]
    for n in range(2):
        assert history[f"p{n}/i"][history.present(f"p{n}/i")].tolist() == list(range(50))
    assert len(run.layout.metric_files()) == 3
    assert run.state == "finished"
    assert run.summary["p1/i"] == 49


def test_a_forked_child_that_leaves_the_block_does_not_end_the_run(root):
    with Track.run(project="demo", system=False) as run:
        pid = os.fork()
        if pid == 0:
            try:
                run.log({"child": 1})
                run.__exit__(ValueError, ValueError("in the child"), None)
            finally:
                os._exit(0)
        os.waitpid(pid, 0)
        assert Track.load(run.id).state == "running"
        run.log({"parent": 1})
    seen = Track.load(run.id)
    assert seen.state == "finished"
    assert seen.history()["child"][0] == 1


def test_a_killed_parent_is_crashed_even_while_its_forked_child_lives(root):
    code = """
        import os, signal, sys, time
        from simple_track import Track
        run = Track.run(project="demo", system=False)
        child = os.fork()
        if child == 0:
            time.sleep(60)
        print(run.id, child, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        env={**os.environ, "SIMPLE_DIR": str(root)},
        stdout=subprocess.PIPE,
        text=True,
    )
    run_id, child = process.stdout.readline().split()
    process.wait(timeout=30)
    try:
        end = time.monotonic() + 30  # the child lets go in its first moment, which it may have to wait for
        while Track.load(run_id).state == "running" and time.monotonic() < end:
            time.sleep(0.01)
        assert Track.load(run_id).state == "crashed"
        os.kill(int(child), 0)  # it lives
    finally:
        os.kill(int(child), signal.SIGKILL)
        process.stdout.close()


def test_a_run_that_is_pickled_in_its_own_process_is_the_same_run(root):
    with Track.run(project="demo", system=False) as run:
        assert pickle.loads(pickle.dumps(run)) is run


RANK = """
    import os, sys
    from simple_track import Track
    with Track.run(project="demo", config={"rank": 0}, system=False, shared=SHARED) as run:
        for i in range(20):
            run.log({f"rank{os.environ['RANK']}/i": i})
        print(run.id)
"""


def start_rank(root, rank, shared, port="29511"):
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(RANK).replace("SHARED", str(shared))],
        env={
            **os.environ,
            "SIMPLE_DIR": str(root),
            "RANK": str(rank),
            "WORLD_SIZE": "3",
            "MASTER_ADDR": "127.0.0.1",
            "MASTER_PORT": port,
        },
        stdout=subprocess.PIPE,
        text=True,
    )


def test_only_rank_0_logs_by_default(root):
    ranks = [start_rank(root, rank, shared=False) for rank in range(3)]
    assert all(process.communicate(timeout=60) and process.returncode == 0 for process in ranks)
    (run,) = Track.runs("demo")
    assert "rank0/i" in run.summary
    assert "rank1/i" not in run.summary


def test_with_shared_every_rank_logs_into_one_run(root):
    last = root.with_name("rank 0 may end")
    wait = f"print(run.id); import time\n    while not os.path.exists({str(last)!r}): time.sleep(0.01)"
    code = textwrap.dedent(RANK).replace("SHARED", "True").replace("print(run.id)", wait)
    late = start_rank(root, 1, shared=True)  # a rank may come before rank 0
    first = subprocess.Popen(
        [sys.executable, "-c", code],
        env={
            **os.environ,
            "SIMPLE_DIR": str(root),
            "RANK": "0",
            "WORLD_SIZE": "3",
            "MASTER_ADDR": "127.0.0.1",
            "MASTER_PORT": "29511",
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    other = start_rank(root, 2, shared=True)
    ids = {process.communicate(timeout=60)[0].strip() for process in (late, other)}
    last.touch()
    ids.add(first.communicate(timeout=60)[0].strip())
    assert len(ids) == 1
    (run,) = Track.runs("demo")
    history = run.history()
    for rank in range(3):
        assert history[f"rank{rank}/i"][history.present(f"rank{rank}/i")].tolist() == list(range(20))
    assert run.state == "finished"
    assert run.summary["rank2/i"] == 19


def test_a_shared_run_can_be_joined_by_its_id(root):
    with Track.run(project="demo", system=False) as run:
        run.log({"first": 1})
        code = f"""
            from simple_track import Track
            with Track.run(project="demo", resume={run.id!r}, shared=True) as run:
                run.log({{"second": 2}})
        """
        subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True, timeout=60)
        assert Track.load(run.id).state == "running"
    assert dict(Track.load(run.id).summary) == {"first": 1, "second": 2}
