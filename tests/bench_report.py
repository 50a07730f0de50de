"""Tests what the benchmarks' report computes: a wrong median or ratio would be published.

usage: bench_report.py FOLDER-OF-THE-REPORT
"""

import json
import pathlib
import sys
import tempfile
import unittest

REPORT = pathlib.Path(sys.argv.pop(1)).resolve()
sys.path.insert(0, str(REPORT))

import comparisons  # noqa: E402
import goals  # noqa: E402
import published  # noqa: E402
import records  # noqa: E402
import table  # noqa: E402
import words  # noqa: E402
from records import Median, Record  # noqa: E402


class Names(unittest.TestCase):
    def test_numbers_belong_to_the_question_and_names_to_the_contender(self) -> None:
        for name, expected in {
            "pair<shared, 64>": ("pair/64", "shared"),
            "one_object<ouro_default, cyclic>": ("one_object", "ouro_default cyclic"),
            "churn<intrusive>/100000/iterations:5000000": ("churn/100000", "intrusive"),
            "across<ouro>/64/iterations:2/real_time": ("across/64", "ouro"),
            "bare": ("bare", "-"),
        }.items():
            self.assertEqual(records.split_name(name), expected)
        with self.assertRaises(ValueError):
            records.split_name("<no question>")


class Reading(unittest.TestCase):
    def google(self, **run: object) -> str:
        return json.dumps({"benchmarks": [{"run_type": "iteration", "time_unit": "us", "cpu_time": 2.0, "real_time": 5.0,
                                           **run}]})

    def test_times_become_nanoseconds(self) -> None:
        self.assertEqual(records.from_google_benchmark(self.google(run_name="q<c>"), " on x"),
                         [Record("q", "c on x", 2000.0, "ns")])

    def test_real_time_where_it_was_asked_for(self) -> None:
        self.assertEqual(records.from_google_benchmark(self.google(run_name="q<c>/real_time"))[0].value, 5000.0)

    def test_items_are_counted(self) -> None:
        run = self.google(run_name="q<c>", items_per_second=4e8)
        self.assertEqual(records.from_google_benchmark(run)[0].value, 2.5)

    def test_an_error_is_no_figure(self) -> None:
        with self.assertRaises(ValueError):
            records.from_google_benchmark(self.google(run_name="q<c>", name="q<c>", error_occurred=True, error_message="!"))

    def test_lines_of_other_form_are_no_records(self) -> None:
        self.assertEqual(records.from_tsv("hello\nq\tc\t1.5\tms\n"), [Record("q", "c", 1.5, "ms")])


class Judging(unittest.TestCase):
    def setUp(self) -> None:
        values = [("one_object", "ouro_plain", 3.0), ("one_object", "ouro_plain", 1.0), ("one_object", "ouro_plain", 2.0),
                  ("one_object", "by_hand", 4.0), ("scan", "ouro", 10.0), ("scan", "Go 1.26", 50.0),
                  ("scan_growth/100000", "ouro", 10.0), ("scan_growth/10000000", "ouro", 40.0)]
        self.medians = records.medians(Record(question, contender, value, "ns") for question, contender, value in values)

    def test_the_median_and_the_spread(self) -> None:
        self.assertEqual(self.medians["one_object"]["ouro_plain"], Median(2.0, "ns", 1.0, 3))

    def test_goals_are_judged_where_both_figures_are_there(self) -> None:
        judged = {(each.goal.question, each.goal.peer): (each.ratio, each.is_met) for each in goals.judge(self.medians)}
        self.assertEqual(judged, {("one_object", "by_hand"): (0.5, True), ("scan", "Go"): (0.2, False),
                                  ("scan_growth/10000000", "ouro"): (4.0, False)})

    def test_a_saved_table_reads_back(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "table.csv")
            table.write_csv(self.medians, file)
            self.assertEqual(table.read_csv(file), self.medians)

    def test_two_runs_side_by_side(self) -> None:
        after = {"scan": {"ouro": Median(5.0, "ns", 0.0, 1)}, "new": {"ouro": Median(1.0, "ns", 0.0, 1)}}
        shown = table.compare(self.medians, after).splitlines()
        self.assertEqual(len(shown), 2)
        self.assertEqual(shown[1].split(), ["scan", "ouro", "10", "5", "0.500"])

    def test_the_ratio_in_the_table_is_ouro_s_by_the_peer_s(self) -> None:
        self.assertIn("| scan | Go 1.26 | 50 ns | 0.2 |", table.markdown(self.medians))


class Policies(unittest.TestCase):
    def test_a_row_a_program_and_a_column_a_choice(self) -> None:
        medians = records.medians(Record("lox_fib" + ending, contender, value, unit)
                                  for contender, took in (("ouro", 12.0), ("shared_ptr", 20.5))
                                  for ending, value, unit in (("", took, "ms"), ("/peak", 3 << 20, "bytes"),
                                                              ("/left", 96.0, "bytes")))
        self.assertEqual(table.policies_markdown(medians).splitlines(), [
            "| | ouro | shared_ptr |", "| --- | --- | --- |", "| fib | 12 ms, 3 MiB, 96 B | 20.5 ms, 3 MiB, 96 B |"])


class Comparing(unittest.TestCase):
    def setUp(self) -> None:
        values = [("cyc_whole", "ouro", 30.0), ("cyc_whole", "bdwgc", 20.0), ("cyc_whole", "Go 1.26", 15.0),
                  ("cyc_whole", "CPython 3.11", 6000.0)]
        self.medians = records.medians(Record(question, contender, value, "ns") for question, contender, value in values)

    def test_a_row_has_the_peers_that_ran_and_is_bold_where_ouro_takes_more(self) -> None:
        self.assertEqual(comparisons.markdown(self.medians).splitlines()[-1],
                         "| make, drop and collect cycles of two objects | 30 ns | "
                         "bdwgc 20 ns (**1.5**); Go 15 ns (**2**); CPython 6,000 ns (< 0.01) |")

    def test_what_is_lost_is_said(self) -> None:
        self.assertEqual(comparisons.losses(self.medians), "making and collecting cycles (1.5 times bdwgc)")

    def test_names_and_questions_in_words(self) -> None:
        self.assertEqual(words.name_of("shared on mimalloc"), "`std::shared_ptr` on mimalloc")
        self.assertEqual(words.plain_name_of("shared on mimalloc"), "shared_ptr on mimalloc")
        self.assertEqual(words.name_of("Nim ORC"), "Nim ORC")
        self.assertEqual(words.title_of("churn/100000"), "100,000 objects alive")
        self.assertEqual(words.title_of("another"), "another")


class Publishing(unittest.TestCase):
    def test_what_is_published_is_written_from_the_figures_beside_it(self) -> None:
        root = REPORT.parent.parent
        for place, text in published.texts_of_kept(root).items():
            self.assertEqual((root / place).read_text("utf-8"), text, f"{place}: run `sh bench/run.sh --rewrite`")

    def test_only_what_is_between_the_marks_changes(self) -> None:
        text = f"before {published.BEGIN} old \\1 {published.END} after"
        changed = published.replace_between(text, "new \\2\n")
        self.assertEqual(changed, f"before {published.BEGIN}\nnew \\2\n{published.END} after")

    def test_a_readme_without_marks_is_refused(self) -> None:
        with self.assertRaises(ValueError):
            published.replace_between("nothing here", "new")


if __name__ == "__main__":
    unittest.main()
