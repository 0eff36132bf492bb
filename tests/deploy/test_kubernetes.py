from __future__ import annotations

import pytest

from syncd import __version__
from syncd.web.guard import PROBES
from tests.deploy.place import manifests
from tests.web.world import World

VARIANTS = ["sqlite.yaml", "postgresql.yaml"]


def pod(name):
    return manifests(name)["Deployment/syncd"]["spec"]["template"]["spec"]


def container(name):
    (one,) = pod(name)["containers"]
    return one


@pytest.mark.parametrize("name", VARIANTS)
def test_probes_ask_what_is_answered(name):
    one = container(name)
    ports = {port["name"]: port["containerPort"] for port in one["ports"]}
    probes = {kind: one[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")}
    for path in {probe["path"] for probe in probes.values()}:
        assert path in PROBES, "others need a token"
        assert World().client().get(path).status_code in (200, 503)
    assert {probe["port"] for probe in probes.values()} == set(ports)
    assert probes["liveness"]["path"] == "/healthz"
    assert probes["liveness"]["path"] == "/healthz"
    assert probes["readiness"]["path"] == "/healthz", "while a tracker is down the page is served"
    assert f'listen = "0.0.0.0:{ports["http"]}"' in manifests(name)["ConfigMap/syncd"]["data"]["syncd.toml"]


@pytest.mark.parametrize("name", VARIANTS)
def test_a_pod_may_do_nothing_but_its_work(name):
    spec, one = pod(name), container(name)
    assert spec["automountServiceAccountToken"] is False
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["runAsUser"] == 10001
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert one["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"cpu", "memory"} <= set(one["resources"]["requests"])
    assert "memory" in one["resources"]["limits"]
    policy = manifests(name)["NetworkPolicy/syncd"]["spec"]
    assert policy["policyTypes"] == ["Ingress", "Egress"]


@pytest.mark.parametrize("name", VARIANTS)
def test_what_is_mounted_is_there(name):
    objects, spec = manifests(name), pod(name)
    assert {mount["name"] for mount in container(name)["volumeMounts"]} == {
        volume["name"] for volume in spec["volumes"]
    }
    claims = {v["persistentVolumeClaim"]["claimName"] for v in spec["volumes"] if "persistentVolumeClaim" in v}
    assert claims == {key.partition("/")[2] for key in objects if key.startswith("PersistentVolumeClaim/")}


def test_a_ledger_in_a_file_has_one_process_and_never_two():
    spec = manifests("sqlite.yaml")["Deployment/syncd"]["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})
    claim = manifests("sqlite.yaml")["PersistentVolumeClaim/syncd-state"]
    assert claim["spec"]["accessModes"] == ["ReadWriteOncePod"]


def test_a_ledger_in_postgresql_has_two_processes_of_which_one_stays():
    objects = manifests("postgresql.yaml")
    assert objects["Deployment/syncd"]["spec"]["replicas"] == 2
    assert objects["PodDisruptionBudget/syncd"]["spec"]["minAvailable"] == 1


def test_the_variants_differ_only_in_what_the_ledger_asks_for():
    def common(name):
        one = {key: value for key, value in container(name).items() if key != "env"}
        volumes = [volume for volume in pod(name)["volumes"] if volume["name"] != "state"]
        kept = {key: value for key, value in pod(name).items() if key != "topologySpreadConstraints"}
        return {**kept, "containers": [one], "volumes": volumes}

    assert common("sqlite.yaml") == common("postgresql.yaml")


@pytest.mark.parametrize("name", VARIANTS)
def test_everything_is_found_by_one_label_and_belongs_to_no_namespace(name):
    objects = manifests(name).values()
    assert [one["kind"] for one in objects if one["metadata"]["labels"] != {"app.kubernetes.io/name": "syncd"}] == []
    assert [one["kind"] for one in objects if "namespace" in one["metadata"]] == []
    assert container(name)["image"].endswith(f"/syncd:{__version__}")
