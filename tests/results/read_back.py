"""Reads what polysweep exported with the programs it was exported for, and compares it with the
database's views. Prints what it compared; a difference ends it with an assertion.

usage: read_back.py tables CSV_FOLDER JSONL_FOLDER DATABASE SWEEP
       read_back.py views DATABASE
       read_back.py tensorboard FOLDER DATABASE SWEEP
       read_back.py mlflow TRACKING_URI DATABASE SWEEP
"""
import json
import math
import os
import sqlite3
import sys


def connect(path):
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True)


def points_of(path, sweep):
    """(trial, metric) -> [(step, value)], NaN as such."""
    out = {}
    rows = connect(path).execute(
        "SELECT m.trial, m.metric, m.step, m.value FROM sweep_trials t JOIN metrics m ON m.trial = t.trial "
        "WHERE t.sweep = ? ORDER BY 1, 2, 3", [sweep])
    for trial, metric, step, value in rows:
        out.setdefault((trial, metric), []).append((step, math.nan if value is None else value))
    return out


def trials_of(path, sweep):
    rows = connect(path).execute("SELECT trial, state, parameters FROM sweep_trials WHERE sweep = ?", [sweep])
    return {trial: (state, json.loads(parameters)) for trial, state, parameters in rows}


def same(a, b):
    return a == b or (math.isnan(a) and math.isnan(b))


def as_mlflow_has_it(value):
    """A server's SQL has no infinities: MLflow stores the greatest double instead."""
    return math.copysign(sys.float_info.max, value) if math.isinf(value) else value


def unguarded(text):
    """Without the apostrophe that keeps a spreadsheet from running a text."""
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@") else text


def check_tables(csv, jsonl, database, sweep):
    import pandas
    expected = points_of(database, sweep)
    points = pandas.read_csv(f"{csv}/metrics.csv", keep_default_na=False, dtype={"value": str})
    got = {}
    for row in points.itertuples():
        got.setdefault((row.trial, unguarded(row.metric)), []).append((row.step, float(row.value)))
    assert got.keys() == expected.keys()
    for key, series in expected.items():
        assert len(series) == len(got[key]), key
        assert all(a == b and same(x, y) for (a, x), (b, y) in zip(series, got[key])), key
    lines = pandas.read_json(f"{jsonl}/metrics.jsonl", lines=True, precise_float=True)
    assert len(lines) == sum(map(len, expected.values()))
    finite = {(row.trial, row.metric, row.step): row.value for row in lines.itertuples() if row.kind == "finite"}
    for (trial, metric), series in expected.items():
        for step, value in series:
            assert not math.isfinite(value) or finite[trial, metric, step] == value
    planned = trials_of(database, sweep)
    table = pandas.read_csv(f"{csv}/trials.csv")
    assert list(table.position) == list(range(len(planned)))
    for row in table.to_dict("records"):
        state, parameters = planned[row["trial"]]
        assert row["state"] == state
        for name, value in parameters.items():
            assert str(row[name]) == str(value) or float(row[name]) == float(value), (name, value)
    texts = pandas.read_csv(f"{csv}/texts.csv", keep_default_na=False)
    kept = connect(database).execute("SELECT value FROM texts ORDER BY trial, name, step").fetchall()
    assert sorted(unguarded(text) for text in texts.value) == sorted(text for text, in kept)
    print(f"pandas: {len(points)} points, {len(table)} trials, {len(texts)} texts")


def check_views(database):
    import pandas
    import sqlite_utils
    views = sqlite_utils.Database(connect(database)).view_names()
    for view in views:
        frame = pandas.read_sql(f"SELECT * FROM {view}", connect(database))
        count, = connect(database).execute(f"SELECT count(*) FROM {view}").fetchone()
        assert len(frame) == count and len(frame.columns) > 1, view
    print(f"pandas and sqlite-utils: {len(views)} views")


def check_tensorboard(folder, database, sweep):
    import numpy
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.plugins.hparams import plugin_data_pb2
    expected = points_of(database, sweep)
    planned = trials_of(database, sweep)
    assert sorted(os.listdir(folder)) == sorted(trial[:12] for trial in planned)
    for trial, (state, parameters) in planned.items():
        events = EventAccumulator(f"{folder}/{trial[:12]}", size_guidance={"scalars": 0, "tensors": 0})
        events.Reload()
        metrics = {metric for key, metric in expected if key == trial}
        assert set(events.Tags()["scalars"]) == metrics, trial
        for metric in metrics:
            got = [(event.step, event.value) for event in events.Scalars(metric)]
            want = [(step, float(numpy.float32(value))) for step, value in expected[trial, metric]]
            assert len(got) == len(want)
            assert all(a == b and same(x, y) for (a, x), (b, y) in zip(got, want)), (trial, metric)
        content = events.summary_metadata["_hparams_/session_start_info"].plugin_data.content
        given = plugin_data_pb2.HParamsPluginData.FromString(content).session_start_info.hparams
        assert set(given) == set(parameters)
        for name, value in parameters.items():
            kind = given[name].WhichOneof("kind")
            assert getattr(given[name], kind) == value, name
        for name, step, text in connect(database).execute(
                "SELECT name, step, value FROM texts WHERE trial = ? ORDER BY step", [trial]):
            values = {event.step: event.tensor_proto.string_val[0].decode() for event in events.Tensors(name)}
            assert values[step] == text
    print(f"tensorboard: {len(planned)} runs, {len(expected)} series")


def check_mlflow(uri, database, sweep):
    from mlflow.tracking import MlflowClient
    client = MlflowClient(uri)
    experiment = client.get_experiment_by_name(sweep)
    expected = points_of(database, sweep)
    planned = trials_of(database, sweep)
    runs = {}
    for run in client.search_runs([experiment.experiment_id], max_results=1000):
        runs[run.data.tags["polysweep.trial"]] = run
    assert runs.keys() == planned.keys()
    for trial, (state, parameters) in planned.items():
        run = runs[trial]
        assert run.data.tags["polysweep.state"] == state
        assert run.info.status == {"done": "FINISHED", "pending": "SCHEDULED", "running": "RUNNING"}.get(state, "FAILED")
        for name, value in parameters.items():
            assert run.data.params[name] == str(value), name
        for key, metric in expected:
            if key != trial or not metric.isidentifier():
                continue
            history = sorted((point.step, point.value) for point in client.get_metric_history(run.info.run_id, metric))
            want = [(step, as_mlflow_has_it(value)) for step, value in expected[key, metric]]
            assert len(history) == len(want)
            assert all(a == b and same(x, y) for (a, x), (b, y) in zip(history, want)), (trial, metric, history[:9], want[:9])
    done = [trial for trial, (state, parameters) in planned.items() if state == "done" and parameters["encoding"] == "none"]
    found = client.search_runs([experiment.experiment_id], "params.encoding = 'none' and attributes.status = 'FINISHED'")
    assert sorted(run.data.tags["polysweep.trial"] for run in found) == sorted(done)
    print(f"mlflow: {len(runs)} runs, {len(expected)} series")


if __name__ == "__main__":
    checks = {"tables": check_tables, "views": check_views, "tensorboard": check_tensorboard, "mlflow": check_mlflow}
    checks[sys.argv[1]](*sys.argv[2:])
