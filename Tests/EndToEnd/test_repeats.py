"""An assistant that is caught in a loop is told so."""

from __future__ import annotations

from raw import ask
from test_limits import fine

GUARD = "repeat_guard: { calls: 4, within: 10m, except: [poll] }\n"


def test_the_same_call_again_and_again(front, serve, identity):
    upstream = serve({"fine": fine, "poll": fine})
    louver = front(upstream, limits=GUARD, workers=2)
    token = identity.token()
    for number in range(4):
        assert "isError" not in str(ask(louver.port, "/scripted", token, "fine", {"a": 1, "b": number // 4}, id=number).answer["result"].get("isError") or "")
    refused = ask(louver.port, "/scripted", token, "fine", {"b": 0, "a": 1}, id="again")
    assert (refused.status, refused.answer["id"], refused.answer["result"]["isError"]) == (200, "again", True)
    refusal = refused.answer["result"]["_meta"]["io.louver/refusal"]
    assert refusal["code"] == 4291 and 0 < refusal["retryAfterMs"] <= 600_000
    text = refused.answer["result"]["content"][0]["text"]
    assert "`fine`" in text and "4 times" in text and "change the arguments" in text
    assert len(upstream.calls()) == 4
    assert not ask(louver.port, "/scripted", token, "fine", {"a": 2, "b": 0}).answer["result"]["isError"], "other arguments pass"
    assert not ask(louver.port, "/scripted", identity.token("bob"), "fine", {"a": 1, "b": 0}).answer["result"]["isError"]
    louver.expect(1, "louver_refusals_total", reason="repeated")


def test_two_calls_in_turn(front, serve, identity):
    louver = front(serve({"fine": fine, "other": fine}), limits=GUARD)
    token = identity.token()
    answers = [ask(louver.port, "/scripted", token, tool).answer["result"] for tool in ("fine", "other") * 10]
    refused = [answer["isError"] for answer in answers]
    assert refused[:5] == [False] * 4 + [True] and refused.count(False) < 8 and all(refused[10:])
    assert "in turn" in answers[4]["content"][0]["text"]


def test_polling_is_no_loop(front, serve, identity):
    louver = front(serve({"fine": fine, "poll": fine}), limits=GUARD)
    token = identity.token()
    assert not any(ask(louver.port, "/scripted", token, "poll", {"run": 1}).answer["result"]["isError"] for _ in range(12))
