"""Traces: the context in and out, and spans at a collector that may be there, slow, or gone."""

from __future__ import annotations

import json
import re
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from louver import PLENTY, free_port
from raw import META, Connection, Session, ask, call, modern, wait_until
from upstream import Turn


def fine(turn: Turn) -> None:
    turn.text("fine")


class Collector:
    """Takes OTLP over HTTP as JSON and holds it to the form that opentelemetry-proto gives it."""

    def __init__(self) -> None:
        self.spans: list[dict] = []
        self.status, self.delay = 200, 0.0
        collector = self

        class Receiver(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                assert self.path == "/v1/traces" and self.headers["Content-Type"] == "application/json"
                time.sleep(collector.delay)
                if collector.status == 200:
                    for resource in body["resourceSpans"]:
                        names = {a["key"]: a["value"]["stringValue"] for a in resource["resource"]["attributes"]}
                        assert names["service.name"] == "louver" and names["service.version"]
                        for scope in resource["scopeSpans"]:
                            collector.spans += map(collector.check, scope["spans"])
                answer = b'{"partialSuccess":{}}'
                self.send_response(collector.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @staticmethod
    def check(span: dict) -> dict:
        assert re.fullmatch("[0-9a-f]{32}", span["traceId"]) and re.fullmatch("[0-9a-f]{16}", span["spanId"])
        assert span["kind"] in (2, 3) and span["name"]
        begin, end = int(span["startTimeUnixNano"]), int(span["endTimeUnixNano"])
        assert isinstance(span["startTimeUnixNano"], str) and 0 < begin <= end and abs(end - time.time_ns()) < 60e9
        for attribute in span["attributes"]:
            ((kind, value),) = attribute["value"].items()
            assert kind in ("stringValue", "intValue") and isinstance(value, str)
        return span

    @property
    def extra(self) -> str:
        return PLENTY + f"tracing: {{ endpoint: http://127.0.0.1:{self.server.server_port}/v1/traces, sample_percent: 0 }}\n"


@pytest.fixture
def collector():
    running = Collector()
    yield running
    running.server.shutdown()
    running.server.server_close()


def parent(sampled: bool = True) -> tuple[str, str, str]:
    trace, span = secrets.token_hex(16), secrets.token_hex(8)
    return trace, span, f"00-{trace}-{span}-0{int(sampled)}"


def attributes(span: dict) -> dict:
    return {a["key"]: next(iter(a["value"].values())) for a in span["attributes"]}


def call_with_meta(louver, identity, given: str, **headers: str) -> None:
    """One call that names its trace in `_meta`."""
    body = call("fine", {})
    body["params"]["_meta"] = {**META, "traceparent": given}
    with Connection(louver.port) as connection:
        assert connection.post("/scripted", body, {**modern(identity.token(), "tools/call", "fine"), **headers}).status == 200


def test_a_trace_goes_on_through_louver(front, serve, identity, collector):
    upstream = serve({"fine": fine})
    louver = front(upstream, extra=collector.extra)
    trace, caller, given = parent()
    call_with_meta(louver, identity, given, traceparent=given, tracestate="a=1,b=2")
    (sent,) = upstream.calls()
    version, sent_trace, louver_span, flags = sent.headers["traceparent"].split("-")
    assert (version, sent_trace, flags) == ("00", trace, "01") and louver_span != caller
    assert sent.headers["tracestate"] == "a=1,b=2"
    assert sent.message["params"]["_meta"]["traceparent"] == sent.headers["traceparent"], "header and body say the same"
    wait_until(lambda: len(collector.spans) == 2)
    own, below = sorted(collector.spans, key=lambda span: span["kind"])
    assert (own["traceId"], own["parentSpanId"], own["spanId"]) == (trace, caller, louver_span)
    assert (below["traceId"], below["parentSpanId"]) == (trace, louver_span)
    told = attributes(own)
    assert (told["mcp.method.name"], told["gen_ai.tool.name"], told["louver.outcome"], told["louver.rule"]) == ("tools/call", "fine", "answered", "read-only")
    assert told["http.response.status_code"] == "200" and attributes(below)["louver.upstream"] == "scripted"
    assert int(own["startTimeUnixNano"]) <= int(below["startTimeUnixNano"]) <= int(below["endTimeUnixNano"]) <= int(own["endTimeUnixNano"])
    wait_until(lambda: louver.access_file.read_text())
    line = json.loads(louver.access_file.read_text().splitlines()[0])
    assert line["trace"] == trace


def test_a_trace_in_meta_counts_where_no_header_names_one(front, serve, identity, collector):
    upstream = serve({"fine": fine})
    louver = front(upstream, extra=collector.extra)
    trace, _, given = parent()
    call_with_meta(louver, identity, given)
    assert upstream.calls()[0].headers["traceparent"].split("-")[1] == trace
    wait_until(lambda: len(collector.spans) == 2)


def test_a_callers_decision_not_to_record_stands(front, serve, identity, collector):
    upstream = serve({"fine": fine})
    louver = front(upstream, extra=collector.extra)
    for header in (parent(sampled=False)[2], None, "nonsense", "00-" + "0" * 32 + "-" + "0" * 16 + "-01"):
        with Connection(louver.port) as connection:
            connection.post("/scripted", call("fine", {}), {**modern(identity.token(), "tools/call", "fine"), "traceparent": header})
    session = Session(louver.port, "/scripted", identity.token())
    session.call("fine", {}, 7)
    assert all(re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-00", request.headers["traceparent"]) for request in upstream.calls())
    time.sleep(1.5)
    assert collector.spans == []


def test_refused_calls_have_a_span_without_payload(front, serve, identity, collector):
    louver = front(serve({"fine": fine}), extra=collector.extra.replace("sample_percent: 0", "sample_percent: 100"))
    ask(louver.port, "/scripted", identity.token(), "forbidden", {"note": "private"})
    wait_until(lambda: len(collector.spans) == 1)
    assert attributes(collector.spans[0])["louver.outcome"] == "denied" and "private" not in json.dumps(collector.spans)


@pytest.mark.parametrize("fault", ["gone", "refusing", "slow"])
def test_a_collector_that_fails_costs_no_call(fault, front, serve, identity, collector):
    collector.status, collector.delay = (503, 0) if fault == "refusing" else (200, 3 if fault == "slow" else 0)
    extra = collector.extra.replace("sample_percent: 0", "sample_percent: 100")
    if fault == "gone":
        extra = extra.replace(str(collector.server.server_port), str(free_port()))
    louver = front(serve({"fine": fine}), extra=extra)
    token = identity.token()
    began = time.monotonic()
    for _ in range(50):
        assert ask(louver.port, "/scripted", token, "fine").status == 200
    assert time.monotonic() - began < 10
    if fault == "slow":
        wait_until(lambda: louver.metric("louver_trace_spans_total", outcome="exported") > 0, seconds=10)
    else:
        wait_until(lambda: louver.metric("louver_trace_spans_total", outcome="dropped") > 0, seconds=10)
        assert "spans_not_exported" in louver.log_file.read_text()


def test_without_a_collector_nothing_is_sent_on(front, serve, identity):
    upstream = serve({"fine": fine})
    louver = front(upstream)
    with Connection(louver.port) as connection:
        connection.post("/scripted", call("fine", {}), {**modern(identity.token(), "tools/call", "fine"), "traceparent": parent()[2]})
    assert "traceparent" not in upstream.calls()[0].headers
