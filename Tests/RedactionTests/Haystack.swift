import TestSupport

/// Log text without secrets, made from a seed, with lines planted where wanted.
enum Haystack {
    static func text(lines count: Int, seed: UInt64, planting: [String] = []) -> [UInt8] {
        var random = SeededGenerator(seed: seed)
        var out = ""
        var left = planting
        for number in 0..<count {
            out += line(number, using: &random) + "\n"
            if !left.isEmpty, Int.random(in: 0..<count, using: &random) < 2 * planting.count { out += left.removeLast() + "\n" }
        }
        for line in left { out += line + "\n" }
        return Array(out.utf8)
    }

    static func line(_ number: Int, using random: inout SeededGenerator) -> String {
        let time = "2026-11-21T07:\(10 + number % 50):\(10 + number / 50 % 50).\(100 + number % 900)+0000"
        let dag = ["extract_orders", "finance_eod", "customer_sync", "ml_train"][Int.random(in: 0..<4, using: &random)]
        let id =
            hex(8, using: &random) + "-" + hex(4, using: &random) + "-4" + hex(3, using: &random) + "-a" + hex(3, using: &random) + "-"
            + hex(12, using: &random)
        let lines = [
            """
            [\(time)] {taskinstance.py:1157} INFO - Dependencies all met for <TaskInstance: \(dag).load \
            scheduled__2026-11-21T00:00:00+00:00>
            """,
            "[\(time)] {standard_task_runner.py:107} INFO - Job \(number): Subtask load, try_number=1, map_index=-1",
            """
            {\"timestamp\":\"\(time)\",\"level\":\"info\",\"event\":\"Rows written: \
            \(number)\",\"logger\":\"task.stdout\",\"dag_id\":\"\(dag)\"}
            """,
            "26/11/21 07:12:44 INFO DAGScheduler: Submitting \(number) missing tasks from ResultStage 3 (MapPartitionsRDD[5])",
            """
            DEBUG:urllib3.connectionpool:https://s3.eu-west-1.amazonaws.com:443 \"GET /lake/dag=\(dag)/part-0000.parquet HTTP/1.1\" \
            200 None
            """,
            "  File \"/home/airflow/.local/lib/python3.12/site-packages/airflow/models/taskinstance.py\", line \(number), in _run_raw_task",
            """
            run_id=manual__2026-11-21T07:12:44+00:00 trace_id=\(hex(32, using: &random)) request_id=\(id) \
            etag=\"\(hex(32, using: &random))\"
            """,
            """
            image registry.example.com/etl@sha256:\(hex(64, using: &random)) pod \
            \(dag)-\(random.text(8, from: "abcdefghijklmnop0123456789"))
            """,
            "\u{1b}[34m[\(time)]\u{1b}[0m colours and ünïcödé ✓ and an emoji 🎉",
            "path C:\\temp\\new\\\(dag) and a \\\"quoted\\\" word\\nsecond line",
        ]
        return lines[Int.random(in: 0..<lines.count, using: &random)]
    }

    static func hex(_ count: Int, using random: inout SeededGenerator) -> String { random.text(count, from: "0123456789abcdef") }
}
