"""The Helm chart and the manifests made from it: valid for the API servers of several releases, hardened, and with a configuration that
Louver takes."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from louver import BINARY, b64, write_secret
from test_package import needs

sys.path.append(str(Path(__file__).resolve().parent / "chart"))

import manifests
from manifests import CHART, MANIFESTS, SHAPES

RELEASES = ("1.31", "1.34", "1.37")


@pytest.fixture(scope="module")
def documents() -> dict[str, list[dict]]:
    needs("go")
    if not Path("/usr/share/gocode/src/github.com/Masterminds/sprig").exists():
        pytest.skip("LOUD: golang-github-masterminds-sprig-dev is not installed; run `Tests/EndToEnd/setup.sh deploy` as root")
    rendered = {}
    for shape in SHAPES:
        done = manifests.render(CHART / "ci" / f"{shape}.yaml")
        assert done.returncode == 0, done.stderr
        rendered[shape] = [document for document in yaml.safe_load_all(done.stdout) if document]
    return rendered


def of_kind(documents: list[dict], kind: str) -> list[dict]:
    return [document for document in documents if document["kind"] == kind]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_api_server_would_take_them(documents, shape):
    import kubernetes_validate

    known = [document for document in documents[shape] if not document["apiVersion"].startswith("monitoring.coreos.com")]
    assert len(known) >= (8 if shape == "gateway" else 6)
    for document in known:
        for release in RELEASES:
            kubernetes_validate.validate(document, release, strict=True)


def test_the_validation_can_fail(documents):
    import kubernetes_validate

    broken = json.loads(json.dumps(of_kind(documents["gateway"], "Deployment")[0]))
    broken["spec"]["template"]["spec"]["containers"][0]["redinessProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, RELEASES[-1], strict=True)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_manifests_are_those_of_the_chart(documents, shape):
    assert (MANIFESTS / f"{shape}.yaml").read_text() == manifests.manifest(shape), "run `make manifests`"


@pytest.mark.parametrize("shape", SHAPES)
def test_pods_meet_the_restricted_standard(documents, shape):
    [deployment] = of_kind(documents[shape], "Deployment")
    pod = deployment["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] and pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert len(pod["containers"]) == (2 if shape == "sidecar" else 1)
    for container in pod["containers"]:
        context = container["securityContext"]
        assert context["allowPrivilegeEscalation"] is False and context["capabilities"] == {"drop": ["ALL"]} and context["runAsNonRoot"]
        assert container["resources"]["requests"] and container["resources"]["limits"]["memory"]
    louver = pod["containers"][0]
    assert louver["securityContext"]["readOnlyRootFilesystem"]
    assert {"startupProbe", "readinessProbe", "livenessProbe"} <= set(louver)
    ports = {port["name"]: port["containerPort"] for port in louver["ports"]}
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert ports[louver[probe]["httpGet"]["port"]] == 9464


@pytest.mark.parametrize("shape", SHAPES)
def test_what_belongs_together_is_named_alike(documents, shape):
    all_of_it = documents[shape]
    [deployment] = of_kind(all_of_it, "Deployment")
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    selectors = [deployment["spec"]["selector"]["matchLabels"]]
    selectors += [service["spec"]["selector"] for service in of_kind(all_of_it, "Service")]
    selectors += [budget["spec"]["selector"]["matchLabels"] for budget in of_kind(all_of_it, "PodDisruptionBudget")]
    selectors += [policy["spec"]["podSelector"]["matchLabels"] for policy in of_kind(all_of_it, "NetworkPolicy")]
    assert len(selectors) == (5 if shape == "gateway" else 4)
    for selector in selectors:
        assert selector.items() <= labels.items()
    scaled = of_kind(all_of_it, "HorizontalPodAutoscaler")
    assert len(scaled) == (1 if shape == "gateway" else 0)
    assert ("replicas" in deployment["spec"]) != bool(scaled), "the autoscaler and the manifest do not fight over the number"
    for one in scaled:
        assert one["spec"]["scaleTargetRef"]["name"] == deployment["metadata"]["name"]
    for monitor in of_kind(all_of_it, "ServiceMonitor"):
        matching = [s for s in of_kind(all_of_it, "Service") if monitor["spec"]["selector"]["matchLabels"].items() <= s["metadata"]["labels"].items()]
        assert [port["name"] for service in matching for port in service["spec"]["ports"]] == [monitor["spec"]["endpoints"][0]["port"]]


def test_the_alerts_come_along(documents):
    [rule] = of_kind(documents["gateway"], "PrometheusRule")
    assert rule["spec"] == yaml.safe_load((CHART.parents[1] / "prometheus" / "alerts.yaml").read_text())
    assert not of_kind(documents["sidecar"], "PrometheusRule")


@pytest.mark.parametrize("shape", SHAPES)
def test_secrets_come_by_reference_only(documents, shape):
    assert not of_kind(documents[shape], "Secret")
    [deployment] = of_kind(documents[shape], "Deployment")
    pod = deployment["spec"]["template"]["spec"]
    [volume] = [volume for volume in pod["volumes"] if "secret" in volume]
    assert volume["secret"]["secretName"] == "louver-secrets" and volume["secret"]["defaultMode"] == 0o440


@pytest.mark.parametrize("shape", SHAPES)
def test_louver_takes_the_configuration_as_the_pod_would_see_it(documents, shape, tmp_path):
    """The volumes laid out as the kubelet does, with links, and a Secret as the guide describes it."""
    [deployment] = of_kind(documents[shape], "Deployment")
    maps = {document["metadata"]["name"]: document["data"] for document in of_kind(documents[shape], "ConfigMap")}
    mounts = {mount["name"]: mount["mountPath"] for mount in deployment["spec"]["template"]["spec"]["containers"][0]["volumeMounts"]}
    [configuration] = [volume["projected"] for volume in deployment["spec"]["template"]["spec"]["volumes"] if "projected" in volume]
    held = tmp_path / "..data"
    held.mkdir()
    for source in configuration["sources"]:
        held_map = maps[source["configMap"]["name"]]
        for item in source["configMap"].get("items", [{"key": key, "path": key} for key in held_map]):
            file = held / item["path"]
            file.parent.mkdir(exist_ok=True)
            file.write_text(held_map[item["key"]])
    for name in os.listdir(held):
        (tmp_path / name).symlink_to(Path("..data") / name)
    secret = tmp_path / "secret"
    secret.mkdir()
    key = {"kty": "RSA", "kid": "k", "alg": "RS256", "use": "sig", "n": b64(b"\xc1" + secrets.token_bytes(254) + b"\x01"), "e": "AQAB"}
    write_secret(secret / "jwks.json", json.dumps({"keys": [key]}))
    for name in ("airflow_jwt_secret", "redis_password", "session_key", "tenant_key"):
        write_secret(secret / name, secrets.token_urlsafe(64))
    file = tmp_path / "louver.yaml"
    text = file.read_text()
    assert mounts["secrets"] in text
    text = text.replace(mounts["secrets"], str(secret))
    if "audit" in mounts:
        text = text.replace(mounts["audit"], str(tmp_path))
    (held / "louver.yaml").write_text(text)
    done = subprocess.run([str(BINARY), "check", "--config", str(file)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_values_that_must_be_written_are_asked_for(documents, tmp_path):
    assert "config.external_url" in manifests.render().stderr
    sidecar = yaml.safe_load((CHART / "ci" / "sidecar.yaml").read_text())
    del sidecar["sidecar"]["image"]
    (tmp_path / "values.yaml").write_text(yaml.safe_dump(sidecar))
    assert "sidecar.image" in manifests.render(tmp_path / "values.yaml").stderr


def test_the_values_fit_their_schema():
    from jsonschema import ValidationError, validate

    schema = json.loads((CHART / "values.schema.json").read_text())
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    assert set(values) <= set(schema["properties"]), "every value is in the schema"
    for shape in SHAPES:
        validate({**values, **yaml.safe_load((CHART / "ci" / f"{shape}.yaml").read_text())}, schema)
    with pytest.raises(ValidationError):
        validate({**values, "replica": 3}, schema)
    with pytest.raises(ValidationError):
        validate({**values, "config": {**values["config"], "listen": []}}, schema)


def test_the_chart_is_of_the_version_of_the_program():
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    version = subprocess.run([str(BINARY), "version"], capture_output=True, text=True, check=True).stdout.split()[1]
    assert chart["appVersion"] == version
