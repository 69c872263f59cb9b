import YAML

/// `louver redact`.
enum RedactCommand {
    static let command = Command(
        name: "redact", summary: "take secrets out of files or a pipe", operands: "[FILE...]",
        flags: [
            Flag("--ndjson", "one JSON text a line: scrub every string in it and leave the rest, each line by itself"),
            Flag("--explain", "instead of the text, write what would be replaced: where, by which detector, and why; never the value"),
            Flag("--report", "say on standard error what was replaced, as it is said on a terminal"),
            Flag("--quiet", short: "-q", "do not say it on a terminal either, and draw no progress bar"),
            Flag("--json", "say it as one JSON object; with --explain, one for each value that would be replaced"),
            Flag("--known", value: "FILE", "values that are secrets wherever they stand: lines, NAME=value, or a JSON export"),
            Flag("--known-env", value: "NAME", "the same from an environment variable, or from all that begin so: AIRFLOW_CONN_*"),
            Flag("--enrolled", value: "FILE", "values known as hashes only, from `louver redact enroll` with the same --tenant-key"),
            Flag("--tenant-key", value: "FILE", "the key behind placeholders, so that they are equal from run to run"),
            Flag("--tenant", value: "NAME", "write the placeholders that `louver run` writes for this tenant, with its `tenant_key_file`"),
            Flag("--allow", value: "FILE", "let findings pass that are named there: see below"),
            Flag("--hygiene", value: "MODE", "off (unless said); mark or block text that is not for its reader, as below"),
            Flag("--style", value: "STYLE", "typed (REDACTED_<kind>_<tag>, unless said), mask (no tag) or hash-only (no kind)"),
            Flag("--detectors", value: "FILE", "use these detectors instead of the shipped ones (may come more than once)"), .policies,
        ],
        text: """
            The same engine that scrubs replies in `louver run`, over text: logs, dumps, tickets. Only the secret is replaced, the rest is
            written as it came, and memory stays the same however long the text is. Equal secrets get equal placeholders within a run; with
            --tenant-key also from run to run. `-` is standard input; without files it is read too.

            Of a pipe, text is written as soon as it is decided: up to the last space or punctuation, unless that can still become a secret.
            What waits for more: a word without either behind it; a value behind the name of a secret, and that name; a word before a dot
            that a format may begin with (one or two letters, or 14 and more); with --enrolled every word before a dot or exclamation mark.

            With --ndjson a key such as `password` speaks for its value whatever that looks like, and lines stay JSON. A line that is no
            JSON is scrubbed as plain text and counted. What a hidden key has in its value is only safe to judge with the key in sight, so
            prefer --ndjson for logs that are JSON.

            --hygiene mark leaves out terminal escapes, controls and invisible characters, and puts text that addresses a model into
            brackets that call it untrusted data; block leaves that out too. Off, text without a secret passes byte for byte.

            --allow takes a YAML file with `version: 1` and a list `allow`, written as under `redaction` of a policy: each entry names
            `detectors`, `paths` (of --ndjson) or `fingerprints` (the ends of placeholders, with the same --tenant-key), and `until` when
            it holds: `{ detectors: [jwt], until: 2027-01-31, why: test tokens }`. Entries with `tools` hold for replies only. What passes
            is counted, and --explain says by which entry.

            The exit status is 0 when all of the text was written, whether or not anything was replaced.
            """,
        examples: [
            ("louver redact task.log > task.clean.log", "a file"),
            ("kubectl logs airflow-worker-0 -f | louver redact", "a pipe, line by line as it comes"),
            ("louver redact --report *.log > /dev/null", "what is in there?"),
            ("louver redact --explain task.log", "which lines, and why"),
            ("louver redact --allow allow.yaml --explain task.log", "with what is known to be none left alone"),
            ("louver redact --known-env 'AIRFLOW_CONN_*' < task.log", "also the passwords of the connections set here"),
            ("louver redact --ndjson events.jsonl | jq .", "a log of JSON lines, still JSON behind"),
        ], run: run)

    private static func run(_ arguments: Arguments, _ terminal: Terminal) -> ExitCode {
        let faults = Faults()
        guard let engine = RedactionSetup.engine(arguments, faults, terminal) else {
            FaultReport.write(faults, terminal)
            return .usage
        }
        var run = RedactionRun(engine, arguments, terminal)
        return run.run(arguments.operands.isEmpty ? ["-"] : arguments.operands)
    }
}
